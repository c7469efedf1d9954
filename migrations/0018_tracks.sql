-- Where vehicles were, for the kinds of appeal that visits cannot answer: a row is some minutes of a vehicle, its
-- positions packed into "body" (server/src/track.rs). Kept for weeks; what evidence took stands with the evidence.
CREATE TABLE tracks (
    vehicle_id TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    to_at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (vehicle_id, from_at)
);
CREATE INDEX tracks_by_time ON tracks (from_at);
