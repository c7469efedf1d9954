-- What people say. Texts and everything that says who spoke are sealed (XChaCha20-Poly1305, base64); what
-- queues and counts are made of stands in columns. Nothing here is ever deleted, only sealed data anonymised.

-- One call, visit, chat or letter; also those from which no appeal came.
CREATE TABLE contacts (
    contact_id TEXT NOT NULL PRIMARY KEY,
    channel TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    operator_id TEXT,
    desk_id TEXT,
    language TEXT NOT NULL,
    outcome TEXT,
    phone_hash TEXT,
    sealed TEXT
);
CREATE INDEX contacts_by_phone ON contacts (phone_hash, started_at);

-- Who appeals: sealed name, telephone, e-mail, address, IIN; keyed hashes to look up by.
CREATE TABLE applicants (
    applicant_id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    language TEXT NOT NULL,
    reply_by TEXT NOT NULL,
    phone_hash TEXT,
    email_hash TEXT,
    sealed TEXT,
    created_at BIGINT NOT NULL,
    anonymised_at BIGINT
);
CREATE INDEX applicants_by_phone ON applicants (phone_hash);
CREATE INDEX applicants_by_email ON applicants (email_hash);

-- The legal unit. "sealed" is the whole appeal; the columns are what it is found, counted and sorted by.
CREATE TABLE appeals (
    appeal_id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL,
    year INTEGER NOT NULL,
    serial INTEGER NOT NULL,
    pin_hash TEXT NOT NULL,
    contact_id TEXT NOT NULL REFERENCES contacts (contact_id),
    applicant_id TEXT,
    taken_by TEXT,
    channel TEXT NOT NULL,
    kind TEXT NOT NULL,
    legal_kind TEXT NOT NULL,
    status TEXT NOT NULL,
    is_open INTEGER NOT NULL,
    safety INTEGER NOT NULL,
    desk_id TEXT NOT NULL,
    assignee_id TEXT,
    org_id TEXT NOT NULL,
    carrier_id TEXT,
    case_id TEXT,
    parent_id TEXT,
    route_id TEXT,
    stop_id TEXT,
    vehicle_id TEXT,
    event_at BIGINT,
    finding TEXT,
    received_at BIGINT NOT NULL,
    registered_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    due_at BIGINT,
    version INTEGER NOT NULL,
    journal_seq INTEGER NOT NULL,
    journal_head TEXT NOT NULL,
    sealed TEXT NOT NULL
);
CREATE UNIQUE INDEX appeals_by_number ON appeals (year, serial);
CREATE INDEX appeals_by_queue ON appeals (is_open, desk_id, due_at);
CREATE INDEX appeals_by_time ON appeals (registered_at);
CREATE INDEX appeals_by_route ON appeals (route_id, kind, event_at);
CREATE INDEX appeals_by_contact ON appeals (contact_id);
CREATE INDEX appeals_by_applicant ON appeals (applicant_id);
CREATE INDEX appeals_by_case ON appeals (case_id);

-- Further topics of one appeal.
CREATE TABLE appeal_subjects (
    appeal_id TEXT NOT NULL REFERENCES appeals (appeal_id),
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    desk_id TEXT NOT NULL,
    settled INTEGER NOT NULL,
    PRIMARY KEY (appeal_id, seq)
);

-- Append-only, each entry chained to the one before by its hash; the head stands in "appeals" as well.
CREATE TABLE appeal_journal (
    appeal_id TEXT NOT NULL REFERENCES appeals (appeal_id),
    seq INTEGER NOT NULL,
    at BIGINT NOT NULL,
    actor_id TEXT,
    role TEXT,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL,
    sealed TEXT NOT NULL,
    PRIMARY KEY (appeal_id, seq)
);

-- Frozen: a recomputation is a new row that names the one it supersedes. "body" holds no personal data.
CREATE TABLE evidence (
    evidence_id TEXT NOT NULL PRIMARY KEY,
    appeal_id TEXT NOT NULL REFERENCES appeals (appeal_id),
    computed_at BIGINT NOT NULL,
    digest TEXT NOT NULL,
    finding TEXT NOT NULL,
    confidence DOUBLE PRECISION NOT NULL,
    supersedes TEXT,
    body TEXT NOT NULL
);
CREATE INDEX evidence_by_appeal ON evidence (appeal_id, computed_at);

-- A person's word on evidence.
CREATE TABLE verdicts (
    appeal_id TEXT NOT NULL REFERENCES appeals (appeal_id),
    evidence_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    signed_by TEXT NOT NULL,
    machine TEXT NOT NULL,
    finding TEXT NOT NULL,
    overridden INTEGER NOT NULL,
    PRIMARY KEY (appeal_id, evidence_id, at, signed_by)
);

CREATE TABLE answers (
    appeal_id TEXT NOT NULL REFERENCES appeals (appeal_id),
    version INTEGER NOT NULL,
    language TEXT NOT NULL,
    drafted_by TEXT NOT NULL,
    drafted_at BIGINT NOT NULL,
    approved_by TEXT,
    approved_at BIGINT,
    sent_at BIGINT,
    sent_by TEXT,
    sealed TEXT NOT NULL,
    PRIMARY KEY (appeal_id, version)
);

-- The problem behind many appeals, what is promised against it, and what came of that.
CREATE TABLE cases (
    case_id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    route_id TEXT,
    status TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE measures (
    measure_id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (case_id),
    due_on TEXT NOT NULL,
    done_on TEXT,
    body TEXT NOT NULL
);
CREATE TABLE effects (
    effect_id TEXT NOT NULL PRIMARY KEY,
    measure_id TEXT NOT NULL REFERENCES measures (measure_id),
    computed_at BIGINT NOT NULL,
    body TEXT NOT NULL
);

-- The answer that a request got, so that the same request gets it again and makes nothing new.
CREATE TABLE idempotency (
    scope TEXT NOT NULL,
    key_hash TEXT NOT NULL,
    at BIGINT NOT NULL,
    request_hash TEXT NOT NULL,
    sealed TEXT NOT NULL,
    PRIMARY KEY (scope, key_hash)
);
CREATE INDEX idempotency_by_time ON idempotency (at);
