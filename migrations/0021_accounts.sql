-- Accounts, for citizens who want one: an e-mail address that codes are sent to, known by its keyed hash only.

-- A code that was sent, by the hash of what the asking page holds. Forgotten after a day, with its letter.
CREATE TABLE account_codes (
    ask_hash TEXT NOT NULL PRIMARY KEY,
    email_hash TEXT NOT NULL,
    code_hash TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    tries INTEGER NOT NULL,
    used_at BIGINT
);
CREATE INDEX account_codes_by_email ON account_codes (email_hash, asked_at);
CREATE INDEX account_codes_by_time ON account_codes (asked_at);

-- A session is known by the hash of its token.
CREATE TABLE account_sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    email_hash TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX account_sessions_by_email ON account_sessions (email_hash, ended_at);
CREATE INDEX account_sessions_by_time ON account_sessions (began_at);
