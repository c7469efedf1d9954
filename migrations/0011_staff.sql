-- Who works here. Passwords are argon2id; the secret of the one-time codes is sealed.
CREATE TABLE staff (
    person_id TEXT NOT NULL PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    org_id TEXT,
    desk_id TEXT,
    password TEXT NOT NULL,
    totp_sealed TEXT,
    totp_step BIGINT NOT NULL,
    disabled INTEGER NOT NULL,
    created_at BIGINT NOT NULL
);

-- A session is known by the hash of its token.
CREATE TABLE sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES staff (person_id),
    began_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX sessions_by_person ON sessions (person_id);

-- Sign-ins, changes of accounts, reveals of personal data: append-only, hash-chained.
CREATE TABLE audit (
    seq BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    person_id TEXT,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    detail TEXT NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX audit_by_object ON audit (object, at);
