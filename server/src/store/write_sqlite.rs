//! Writes to SQLite: rows of many in one statement, all in one transaction.

use super::load::Load;
use crate::record::{FeedHealthRow, HeadwayRow, IncidentRow, IntensityRow, TrackRow, VisitRow};
use sqlx::query_builder::Separated;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

/// Rows of one statement. More win nothing: the time goes into the index.
const STATEMENT_ROWS: usize = 100;

type Values<'a> = Separated<'a, Sqlite, &'static str>;

/// Writes `load` within the caller's transaction.
pub(super) async fn write(connection: &mut SqliteConnection, load: &Load) -> sqlx::Result<()> {
    let batch = &load.batch;
    insert(connection, super::sql::VISITS, &batch.visits, visit).await?;
    insert(connection, super::sql::HEADWAYS, &batch.headways, headway).await?;
    insert(connection, super::sql::INTENSITY, &batch.intensity, intensity).await?;
    insert(connection, super::sql::INCIDENTS, &batch.incidents, incident).await?;
    insert(connection, super::sql::FEED_HEALTH, &batch.feed_health, feed_health).await?;
    insert(connection, super::sql::TRACKS, &batch.tracks, track).await?;
    insert(connection, super::sql::META, &load.meta, |mut v, (key, value)| {
        v.push_bind(key).push_bind(value);
    })
    .await
}

async fn insert<'a, T>(
    connection: &mut SqliteConnection,
    table: super::sql::Insert,
    rows: &'a [T],
    values: impl Fn(Values<'_>, &'a T) + Copy,
) -> sqlx::Result<()> {
    for chunk in rows.chunks(STATEMENT_ROWS) {
        let mut query = QueryBuilder::<Sqlite>::new(format!("INSERT INTO {} ", table.into_columns));
        query.push_values(chunk, values).push(table.on_conflict);
        // A full chunk's statement is the same each time and stays prepared.
        let keep = chunk.len() == STATEMENT_ROWS || chunk.len() == 1;
        query.build().persistent(keep).execute(&mut *connection).await?;
    }
    Ok(())
}

fn visit(mut v: Values<'_>, r: &VisitRow) {
    v.push_bind(r.service_date)
        .push_bind(&r.trip_id)
        .push_bind(r.start_s)
        .push_bind(r.stop_sequence)
        .push_bind(&r.vehicle_id)
        .push_bind(&r.route_id)
        .push_bind(r.direction_id)
        .push_bind(&r.stop_id)
        .push_bind(r.at())
        .push_bind(r.scheduled_arrival)
        .push_bind(r.scheduled_departure)
        .push_bind(r.arrival)
        .push_bind(r.departure)
        .push_bind(r.uncertainty_s)
        .push_bind(i32::from(r.trip_named));
}

fn headway(mut v: Values<'_>, r: &HeadwayRow) {
    v.push_bind(r.at)
        .push_bind(&r.stop_id)
        .push_bind(&r.trip_id)
        .push_bind(&r.vehicle_id)
        .push_bind(r.service_date)
        .push_bind(&r.route_id)
        .push_bind(r.direction_id)
        .push_bind(&r.leader_trip_id)
        .push_bind(r.headway_s)
        .push_bind(r.scheduled_headway_s)
        .push_bind(&r.status);
}

fn intensity(mut v: Values<'_>, r: &IntensityRow) {
    v.push_bind(&r.from_stop_id)
        .push_bind(&r.to_stop_id)
        .push_bind(&r.route_id)
        .push_bind(r.hour)
        .push_bind(r.scheduled_vph)
        .push_bind(r.observed_vph)
        .push_bind(r.coverage);
}

fn incident(mut v: Values<'_>, r: &IncidentRow) {
    v.push_bind(&r.incident_id)
        .push_bind(&r.kind)
        .push_bind(&r.route_id)
        .push_bind(r.direction_id)
        .push_bind(&r.stop_id)
        .push_bind(&r.vehicle_id)
        .push_bind(&r.trip_id)
        .push_bind(&r.feed_id)
        .push_bind(r.opened_at)
        .push_bind(r.closed_at)
        .push_bind(r.value);
}

fn feed_health(mut v: Values<'_>, r: &FeedHealthRow) {
    v.push_bind(r.at)
        .push_bind(&r.feed_id)
        .push_bind(r.accepted)
        .push_bind(r.rejected)
        .push_bind(r.age_s)
        .push_bind(r.matched_share)
        .push_bind(i32::from(r.down));
}

fn track(mut v: Values<'_>, r: &TrackRow) {
    v.push_bind(&r.vehicle_id).push_bind(r.from_at).push_bind(r.to_at).push_bind(&r.body);
}
