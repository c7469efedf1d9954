-- What a contact was about, also when no appeal came of it: consultations are counted by it.
ALTER TABLE contacts ADD COLUMN kind TEXT;
ALTER TABLE contacts ADD COLUMN topic_id TEXT;
ALTER TABLE contacts ADD COLUMN route_id TEXT;
ALTER TABLE contacts ADD COLUMN stop_id TEXT;
ALTER TABLE contacts ADD COLUMN situation_id TEXT;
CREATE INDEX contacts_by_operator ON contacts (operator_id, started_at);

-- What an operator has typed so far, sealed: it outlives a broken line and goes with a hand-over. Forgotten a day
-- after it was last changed.
CREATE TABLE contact_drafts (
    contact_id TEXT NOT NULL PRIMARY KEY REFERENCES contacts (contact_id),
    person_id TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    phone_hash TEXT,
    sealed TEXT NOT NULL
);
CREATE INDEX contact_drafts_by_time ON contact_drafts (updated_at);

-- A contact on its way to another desk, and how long it waited there.
CREATE TABLE handovers (
    contact_id TEXT NOT NULL REFERENCES contacts (contact_id),
    seq INTEGER NOT NULL,
    from_person TEXT NOT NULL,
    to_desk TEXT NOT NULL,
    at BIGINT NOT NULL,
    accepted_by TEXT,
    accepted_at BIGINT,
    PRIMARY KEY (contact_id, seq)
);
CREATE INDEX handovers_waiting ON handovers (accepted_at, to_desk, at);
