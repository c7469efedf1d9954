-- What goes out to people and what came in by messengers and mail. Addresses and words are sealed.

-- Messages to send: written with the journal entry that caused them, under a name that says which one, so that
-- none is lost and none is made twice. "state": queued, sent, failed, delivered.
CREATE TABLE outbox (
    message_id TEXT NOT NULL PRIMARY KEY,
    appeal_id TEXT REFERENCES appeals (appeal_id),
    purpose TEXT NOT NULL,
    sent_by TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    provider_hash TEXT,
    last_error TEXT,
    sealed TEXT NOT NULL
);
CREATE INDEX outbox_by_time ON outbox (state, next_at);
CREATE INDEX outbox_by_appeal ON outbox (appeal_id, created_at);
CREATE INDEX outbox_by_provider ON outbox (provider_hash);

-- Messages that came, by the keyed hash of their ids: a repeated webhook changes nothing.
CREATE TABLE channel_messages (
    channel TEXT NOT NULL,
    message_hash TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (channel, message_hash)
);
CREATE INDEX channel_messages_by_time ON channel_messages (at);

-- What a sender has said so far, and when they last wrote.
CREATE TABLE dialogues (
    channel TEXT NOT NULL,
    sender_hash TEXT NOT NULL,
    heard_at BIGINT NOT NULL,
    files_at BIGINT,
    version INTEGER NOT NULL,
    sealed TEXT NOT NULL,
    PRIMARY KEY (channel, sender_hash)
);
CREATE INDEX dialogues_by_filing ON dialogues (files_at);

-- Files of an appeal, sealed in parts.
CREATE TABLE attachments (
    attachment_id TEXT NOT NULL PRIMARY KEY,
    appeal_id TEXT NOT NULL REFERENCES appeals (appeal_id),
    at BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    parts INTEGER NOT NULL,
    sealed TEXT NOT NULL
);
CREATE INDEX attachments_by_appeal ON attachments (appeal_id, at);
CREATE TABLE attachment_parts (
    attachment_id TEXT NOT NULL REFERENCES attachments (attachment_id),
    seq INTEGER NOT NULL,
    sealed TEXT NOT NULL,
    PRIMARY KEY (attachment_id, seq)
);

CREATE INDEX appeals_by_update ON appeals (updated_at);

-- Tokens of Open311's batch mode.
CREATE TABLE open311_tokens (
    token TEXT NOT NULL PRIMARY KEY,
    appeal_id TEXT NOT NULL REFERENCES appeals (appeal_id),
    at BIGINT NOT NULL
);
