-- What applicants say beside their appeals. Nothing here says who they are.

-- Consent to the processing of name and contacts, and to which wording.
CREATE TABLE appeal_consents (
    appeal_id TEXT NOT NULL PRIMARY KEY REFERENCES appeals (appeal_id),
    wording INTEGER NOT NULL,
    given_at BIGINT NOT NULL
);

-- "I join the others": the newest appeal about the same when this one was sent. Each keeps its own number and
-- clock; whoever makes cases finds here what belongs together.
CREATE TABLE appeal_joins (
    appeal_id TEXT NOT NULL PRIMARY KEY REFERENCES appeals (appeal_id),
    joined_id TEXT NOT NULL REFERENCES appeals (appeal_id),
    joined_at BIGINT NOT NULL
);
CREATE INDEX appeal_joins_by_joined ON appeal_joins (joined_id);

-- What an applicant thinks of the answer, 1 to 5.
CREATE TABLE appeal_ratings (
    appeal_id TEXT NOT NULL PRIMARY KEY REFERENCES appeals (appeal_id),
    stars INTEGER NOT NULL,
    rated_at BIGINT NOT NULL
);
