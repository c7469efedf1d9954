-- Passes of applicants that were handed back before they ran out, by their hash; rows older than a pass lives are
-- deleted.
CREATE TABLE ended_passes (
    pass_hash TEXT NOT NULL PRIMARY KEY,
    ended_at BIGINT NOT NULL
);
CREATE INDEX ended_passes_by_time ON ended_passes (ended_at);

-- Exports of personal data: who asked and why, who allowed it, when it was taken. Nothing of what was exported.
CREATE TABLE personal_exports (
    export_id TEXT NOT NULL PRIMARY KEY,
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    span_from BIGINT NOT NULL,
    span_to BIGINT NOT NULL,
    allowed_by TEXT,
    allowed_at BIGINT,
    taken_at BIGINT
);
CREATE INDEX personal_exports_by_time ON personal_exports (asked_at);
