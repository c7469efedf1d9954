//! The inserts that both databases share: columns, and what a write that is made again does.

/// An insert: behind `INSERT INTO` come the table with its columns, the values, and then the conflict clause.
#[derive(Clone, Copy)]
pub(super) struct Insert {
    pub into_columns: &'static str,
    pub on_conflict: &'static str,
}

/// A visit that is written again fills in what the first one did not know (an engine that was restarted while
/// the vehicle stood at the stop), and changes nothing else.
pub(super) const VISITS: Insert = Insert {
    into_columns: "stop_visits (service_date, trip_id, start_s, stop_sequence, vehicle_id, route_id, \
        direction_id, stop_id, at, scheduled_arrival, scheduled_departure, arrival, departure, \
        uncertainty_s, trip_named)",
    on_conflict: " ON CONFLICT (service_date, trip_id, start_s, stop_sequence, vehicle_id) DO UPDATE SET \
        arrival = COALESCE(stop_visits.arrival, excluded.arrival), \
        departure = COALESCE(stop_visits.departure, excluded.departure) \
        WHERE stop_visits.arrival IS NULL OR stop_visits.departure IS NULL",
};

pub(super) const HEADWAYS: Insert = Insert {
    into_columns: "headways (at, stop_id, trip_id, vehicle_id, service_date, route_id, direction_id, \
        leader_trip_id, headway_s, scheduled_headway_s, status)",
    on_conflict: " ON CONFLICT (at, stop_id, trip_id, vehicle_id) DO NOTHING",
};

/// The newest count of an hour wins.
pub(super) const INTENSITY: Insert = Insert {
    into_columns: "intensity (from_stop_id, to_stop_id, route_id, hour, scheduled_vph, observed_vph, \
        coverage)",
    on_conflict: " ON CONFLICT (from_stop_id, to_stop_id, route_id, hour) DO UPDATE SET \
        scheduled_vph = excluded.scheduled_vph, observed_vph = excluded.observed_vph, \
        coverage = excluded.coverage",
};

/// The newest state of an incident wins; one that was closed stays closed.
pub(super) const INCIDENTS: Insert = Insert {
    into_columns: "incidents (incident_id, kind, route_id, direction_id, stop_id, vehicle_id, trip_id, \
        feed_id, opened_at, closed_at, value)",
    on_conflict: " ON CONFLICT (incident_id) DO UPDATE SET \
        closed_at = COALESCE(excluded.closed_at, incidents.closed_at), value = excluded.value",
};

pub(super) const FEED_HEALTH: Insert = Insert {
    into_columns: "feed_health (at, feed_id, accepted, rejected, age_s, matched_share, down)",
    on_conflict: " ON CONFLICT (at, feed_id) DO UPDATE SET accepted = excluded.accepted, \
        rejected = excluded.rejected, age_s = excluded.age_s, matched_share = excluded.matched_share, \
        down = excluded.down",
};

/// The longer of two pieces that begin together wins: a recording that is played again tells no less.
pub(super) const TRACKS: Insert = Insert {
    into_columns: "tracks (vehicle_id, from_at, to_at, body)",
    on_conflict: " ON CONFLICT (vehicle_id, from_at) DO UPDATE SET to_at = excluded.to_at, \
        body = excluded.body WHERE excluded.to_at > tracks.to_at",
};

pub(super) const META: Insert = Insert {
    into_columns: "meta (key, value)",
    on_conflict: " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
};
