-- The journal of a case: append-only, each entry chained to the one before by its hash. Nothing of who complained
-- stands in a case, so that nothing of it is sealed.
CREATE TABLE case_journal (
    case_id TEXT NOT NULL REFERENCES cases (case_id),
    seq INTEGER NOT NULL,
    at BIGINT NOT NULL,
    actor_id TEXT,
    role TEXT,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL,
    payload TEXT NOT NULL,
    PRIMARY KEY (case_id, seq)
);

-- Where the journal of a case stands.
ALTER TABLE cases ADD COLUMN journal_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN journal_head TEXT NOT NULL DEFAULT '';
CREATE INDEX cases_by_status ON cases (status, opened_at);
CREATE INDEX measures_by_case ON measures (case_id);
CREATE INDEX effects_by_measure ON effects (measure_id);

-- Appeals of which a person said: these do not make a case. Patterns leave them alone.
CREATE TABLE case_rejections (
    appeal_id TEXT NOT NULL PRIMARY KEY REFERENCES appeals (appeal_id),
    at BIGINT NOT NULL,
    person_id TEXT NOT NULL,
    reason TEXT NOT NULL
);
