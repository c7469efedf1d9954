//! Rows made for tests.

use server::record::{
    Batch, FeedHealthRow, HeadwayRow, IncidentRow, IntensityRow, TrackRow, VisitRow,
};

/// 2026-11-23T00:00:00+05:00.
pub const MIDNIGHT: i64 = 1_795_374_000;

pub fn visit(route_id: &str, trip_id: &str, stop_sequence: i32, at: i64) -> VisitRow {
    VisitRow {
        service_date: 20_261_123,
        route_id: route_id.into(),
        direction_id: Some(1),
        trip_id: trip_id.into(),
        start_s: 28_800,
        vehicle_id: format!("bus of {trip_id}"),
        stop_id: format!("s{stop_sequence}"),
        stop_sequence,
        scheduled_arrival: at - 30,
        scheduled_departure: at - 20,
        arrival: Some(at),
        departure: Some(at + 15),
        uncertainty_s: 7.5,
        trip_named: true,
    }
}

pub fn headway(route_id: &str, stop_id: &str, trip_id: &str, at: i64) -> HeadwayRow {
    HeadwayRow {
        service_date: 20_261_123,
        route_id: route_id.into(),
        direction_id: Some(0),
        stop_id: stop_id.into(),
        trip_id: trip_id.into(),
        leader_trip_id: "leader".into(),
        vehicle_id: "bus".into(),
        at,
        headway_s: 420,
        scheduled_headway_s: Some(400),
        status: "even".into(),
    }
}

pub fn intensity(from: &str, hour: i64) -> IntensityRow {
    IntensityRow {
        from_stop_id: from.into(),
        to_stop_id: "to".into(),
        route_id: String::new(),
        hour,
        scheduled_vph: 12.0,
        observed_vph: Some(10.5),
        coverage: 0.875,
    }
}

pub fn incident(incident_id: &str, opened_at: i64) -> IncidentRow {
    IncidentRow {
        incident_id: incident_id.into(),
        kind: "gap".into(),
        route_id: Some("12".into()),
        direction_id: None,
        stop_id: None,
        vehicle_id: Some("Автобус №7".into()),
        trip_id: None,
        feed_id: None,
        opened_at,
        closed_at: None,
        value: 2.25,
    }
}

pub fn feed_health(at: i64) -> FeedHealthRow {
    FeedHealthRow {
        feed_id: "city".into(),
        at,
        accepted: 5_000_000_000,
        rejected: 3,
        age_s: Some(12),
        matched_share: None,
        down: true,
    }
}

pub fn track(vehicle: &str, at: i64) -> TrackRow {
    TrackRow { vehicle_id: vehicle.into(), from_at: at, to_at: at + 290, body: "?_{@~\\`|}".into() }
}

pub fn visits(rows: impl IntoIterator<Item = VisitRow>) -> Batch {
    Batch { visits: rows.into_iter().collect(), ..Batch::default() }
}
