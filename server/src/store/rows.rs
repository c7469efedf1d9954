//! From a row of the database to a row of the record.

use crate::record::{FeedHealthRow, HeadwayRow, IncidentRow, IntensityRow, TrackRow, VisitRow};
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};

impl FromRow<'_, AnyRow> for VisitRow {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        Ok(Self {
            service_date: row.try_get("service_date")?,
            route_id: row.try_get("route_id")?,
            direction_id: direction(row)?,
            trip_id: row.try_get("trip_id")?,
            start_s: row.try_get("start_s")?,
            vehicle_id: row.try_get("vehicle_id")?,
            stop_id: row.try_get("stop_id")?,
            stop_sequence: row.try_get("stop_sequence")?,
            scheduled_arrival: row.try_get("scheduled_arrival")?,
            scheduled_departure: row.try_get("scheduled_departure")?,
            arrival: row.try_get("arrival")?,
            departure: row.try_get("departure")?,
            uncertainty_s: row.try_get("uncertainty_s")?,
            trip_named: truth(row, "trip_named")?,
        })
    }
}

impl FromRow<'_, AnyRow> for HeadwayRow {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        Ok(Self {
            service_date: row.try_get("service_date")?,
            route_id: row.try_get("route_id")?,
            direction_id: direction(row)?,
            stop_id: row.try_get("stop_id")?,
            trip_id: row.try_get("trip_id")?,
            leader_trip_id: row.try_get("leader_trip_id")?,
            vehicle_id: row.try_get("vehicle_id")?,
            at: row.try_get("at")?,
            headway_s: row.try_get("headway_s")?,
            scheduled_headway_s: row.try_get("scheduled_headway_s")?,
            status: row.try_get("status")?,
        })
    }
}

impl FromRow<'_, AnyRow> for IntensityRow {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        Ok(Self {
            from_stop_id: row.try_get("from_stop_id")?,
            to_stop_id: row.try_get("to_stop_id")?,
            route_id: row.try_get("route_id")?,
            hour: row.try_get("hour")?,
            scheduled_vph: row.try_get("scheduled_vph")?,
            observed_vph: row.try_get("observed_vph")?,
            coverage: row.try_get("coverage")?,
        })
    }
}

impl FromRow<'_, AnyRow> for IncidentRow {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        Ok(Self {
            incident_id: row.try_get("incident_id")?,
            kind: row.try_get("kind")?,
            route_id: row.try_get("route_id")?,
            direction_id: direction(row)?,
            stop_id: row.try_get("stop_id")?,
            vehicle_id: row.try_get("vehicle_id")?,
            trip_id: row.try_get("trip_id")?,
            feed_id: row.try_get("feed_id")?,
            opened_at: row.try_get("opened_at")?,
            closed_at: row.try_get("closed_at")?,
            value: row.try_get("value")?,
        })
    }
}

impl FromRow<'_, AnyRow> for FeedHealthRow {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        Ok(Self {
            feed_id: row.try_get("feed_id")?,
            at: row.try_get("at")?,
            accepted: row.try_get("accepted")?,
            rejected: row.try_get("rejected")?,
            age_s: row.try_get("age_s")?,
            matched_share: row.try_get("matched_share")?,
            down: truth(row, "down")?,
        })
    }
}

impl FromRow<'_, AnyRow> for TrackRow {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        Ok(Self {
            vehicle_id: row.try_get("vehicle_id")?,
            from_at: row.try_get("from_at")?,
            to_at: row.try_get("to_at")?,
            body: row.try_get("body")?,
        })
    }
}

fn direction(row: &AnyRow) -> sqlx::Result<Option<i16>> {
    Ok(row.try_get::<Option<i32>, _>("direction_id")?.map(|d| d as i16))
}

fn truth(row: &AnyRow, column: &str) -> sqlx::Result<bool> {
    Ok(row.try_get::<i32, _>(column)? != 0)
}
