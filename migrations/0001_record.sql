-- What the buses did. Each table is a struct of server/src/record.rs; each key is natural, so that a write
-- that is made again (a replay, a restart, a retry) changes nothing.

-- TIDES stop_visits. "at" is the arrival, else the departure, else the scheduled arrival: what windows ask for.
CREATE TABLE stop_visits (
    service_date INTEGER NOT NULL,
    trip_id TEXT NOT NULL,
    start_s INTEGER NOT NULL,
    stop_sequence INTEGER NOT NULL,
    vehicle_id TEXT NOT NULL,
    route_id TEXT NOT NULL,
    direction_id INTEGER,
    stop_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    scheduled_arrival BIGINT NOT NULL,
    scheduled_departure BIGINT NOT NULL,
    arrival BIGINT,
    departure BIGINT,
    uncertainty_s DOUBLE PRECISION NOT NULL,
    trip_named INTEGER NOT NULL,
    PRIMARY KEY (service_date, trip_id, start_s, stop_sequence, vehicle_id)
);
CREATE INDEX stop_visits_by_stop ON stop_visits (stop_id, at);
CREATE INDEX stop_visits_by_route ON stop_visits (route_id, at);

CREATE TABLE headways (
    at BIGINT NOT NULL,
    stop_id TEXT NOT NULL,
    trip_id TEXT NOT NULL,
    vehicle_id TEXT NOT NULL,
    service_date INTEGER NOT NULL,
    route_id TEXT NOT NULL,
    direction_id INTEGER,
    leader_trip_id TEXT NOT NULL,
    headway_s INTEGER NOT NULL,
    scheduled_headway_s INTEGER,
    status TEXT NOT NULL,
    PRIMARY KEY (at, stop_id, trip_id, vehicle_id)
);
CREATE INDEX headways_by_route ON headways (route_id, at);

-- route_id is empty for all routes together.
CREATE TABLE intensity (
    from_stop_id TEXT NOT NULL,
    to_stop_id TEXT NOT NULL,
    route_id TEXT NOT NULL,
    hour BIGINT NOT NULL,
    scheduled_vph DOUBLE PRECISION NOT NULL,
    observed_vph DOUBLE PRECISION,
    coverage DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (from_stop_id, to_stop_id, route_id, hour)
);
CREATE INDEX intensity_by_hour ON intensity (hour);

CREATE TABLE incidents (
    incident_id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    route_id TEXT,
    direction_id INTEGER,
    stop_id TEXT,
    vehicle_id TEXT,
    trip_id TEXT,
    feed_id TEXT,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT,
    value DOUBLE PRECISION NOT NULL
);
CREATE INDEX incidents_by_opening ON incidents (opened_at);

CREATE TABLE feed_health (
    at BIGINT NOT NULL,
    feed_id TEXT NOT NULL,
    accepted BIGINT NOT NULL,
    rejected BIGINT NOT NULL,
    age_s INTEGER,
    matched_share DOUBLE PRECISION,
    down INTEGER NOT NULL,
    PRIMARY KEY (at, feed_id)
);

-- What the server must remember about itself, such as the days of a demo city that were made.
CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
