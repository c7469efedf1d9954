-- Files that lie with a messenger until they are fetched: written with the appeal that they belong to. Their
-- names there are sealed. "state": due, failed; what was fetched is an attachment and leaves this table.
CREATE TABLE media_due (
    media_hash TEXT NOT NULL PRIMARY KEY,
    appeal_id TEXT NOT NULL REFERENCES appeals (appeal_id),
    channel TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_at BIGINT NOT NULL,
    last_error TEXT,
    sealed TEXT NOT NULL
);
CREATE INDEX media_due_by_time ON media_due (state, next_at);

-- What happened in a span, to whichever appeal: Open311's updates.
CREATE INDEX appeal_journal_by_time ON appeal_journal (at);
