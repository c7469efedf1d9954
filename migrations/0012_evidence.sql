-- When evidence of an appeal is to be computed next, by the city's clock. Written with the appeal itself, gone
-- when nothing new can come: what a crash leaves undone is done by the next start.
CREATE TABLE evidence_due (
    appeal_id TEXT NOT NULL PRIMARY KEY REFERENCES appeals (appeal_id),
    due_at BIGINT NOT NULL,
    tries INTEGER NOT NULL
);
CREATE INDEX evidence_due_by_time ON evidence_due (due_at);
INSERT INTO evidence_due (appeal_id, due_at, tries)
    SELECT appeal_id, registered_at, 0 FROM appeals WHERE is_open = 1;

-- The slices of the record that evidence was computed from (zstd, base64): they outlive the rows and the
-- timetable, so that anyone can compute the same bytes again.
CREATE TABLE evidence_inputs (
    evidence_id TEXT NOT NULL PRIMARY KEY REFERENCES evidence (evidence_id),
    body TEXT NOT NULL
);

-- Which timetable was in force from when. The files lie in the data folder by version.
CREATE TABLE timetable_versions (
    from_at BIGINT NOT NULL PRIMARY KEY,
    version TEXT NOT NULL
);

CREATE INDEX incidents_by_route ON incidents (route_id, opened_at);
