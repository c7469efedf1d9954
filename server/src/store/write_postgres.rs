//! Writes to PostgreSQL: whole columns as arrays, unnested by the server into rows.

use super::load::Load;
use super::sql::Insert;
use crate::record::{FeedHealthRow, HeadwayRow, IncidentRow, IntensityRow, TrackRow, VisitRow};
use rustc_hash::FxHashMap;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, PgConnection, Postgres};
use std::hash::Hash;

type Statement<'q> = Query<'q, Postgres, PgArguments>;

/// Writes `load` within the caller's transaction.
pub(super) async fn write(connection: &mut PgConnection, load: &Load) -> sqlx::Result<()> {
    let batch = &load.batch;
    for rows in rounds(&batch.visits, |r| {
        (r.service_date, &r.trip_id, r.start_s, r.stop_sequence, &r.vehicle_id)
    }) {
        visits(connection, &rows).await?;
    }
    for rows in rounds(&batch.headways, |r| (r.at, &r.stop_id, &r.trip_id, &r.vehicle_id)) {
        headways(connection, &rows).await?;
    }
    for rows in rounds(&batch.intensity, |r| (&r.from_stop_id, &r.to_stop_id, &r.route_id, r.hour))
    {
        intensity(connection, &rows).await?;
    }
    for rows in rounds(&batch.incidents, |r| &r.incident_id) {
        incidents(connection, &rows).await?;
    }
    for rows in rounds(&batch.feed_health, |r| (r.at, &r.feed_id)) {
        feed_health(connection, &rows).await?;
    }
    for rows in rounds(&batch.tracks, |r| (&r.vehicle_id, r.from_at)) {
        tracks(connection, &rows).await?;
    }
    for rows in rounds(&load.meta, |r| &r.0) {
        run(connection, super::sql::META, "text,text", |q| {
            q.bind(column(&rows, |r| r.0.as_str())).bind(column(&rows, |r| r.1.as_str()))
        })
        .await?;
    }
    Ok(())
}

/// PostgreSQL refuses a statement that would write one row twice. So a row whose key came before goes to
/// the next round: the outcome is that of writing one row after another. There is nearly always one round.
fn rounds<'a, T, K: Hash + Eq>(rows: &'a [T], key: impl Fn(&'a T) -> K) -> Vec<Vec<&'a T>> {
    let mut times: FxHashMap<K, usize> = FxHashMap::default();
    times.reserve(rows.len());
    let mut rounds: Vec<Vec<&T>> = Vec::new();
    for row in rows {
        let seen = times.entry(key(row)).or_default();
        if rounds.len() == *seen {
            rounds.push(Vec::with_capacity(if *seen == 0 { rows.len() } else { 0 }));
        }
        rounds[*seen].push(row);
        *seen += 1;
    }
    rounds
}

fn column<'a, T, V>(rows: &[&'a T], value: impl Fn(&'a T) -> V) -> Vec<V> {
    rows.iter().map(|r| value(r)).collect()
}

async fn run<'q>(
    connection: &mut PgConnection,
    table: Insert,
    types: &str,
    bind: impl FnOnce(Statement<'q>) -> Statement<'q>,
) -> sqlx::Result<()> {
    let arrays: Vec<String> =
        types.split(',').enumerate().map(|(i, t)| format!("${}::{t}[]", i + 1)).collect();
    let sql = format!(
        "INSERT INTO {} SELECT * FROM UNNEST({}){}",
        table.into_columns,
        arrays.join(","),
        table.on_conflict
    );
    bind(sqlx::query(AssertSqlSafe(sql))).execute(connection).await?;
    Ok(())
}

async fn visits(connection: &mut PgConnection, rows: &[&VisitRow]) -> sqlx::Result<()> {
    let types = "int,text,int,int,text,text,int,text,bigint,bigint,bigint,bigint,bigint,float8,int";
    run(connection, super::sql::VISITS, types, |q| {
        q.bind(column(rows, |r| r.service_date))
            .bind(column(rows, |r| r.trip_id.as_str()))
            .bind(column(rows, |r| r.start_s))
            .bind(column(rows, |r| r.stop_sequence))
            .bind(column(rows, |r| r.vehicle_id.as_str()))
            .bind(column(rows, |r| r.route_id.as_str()))
            .bind(column(rows, |r| r.direction_id.map(i32::from)))
            .bind(column(rows, |r| r.stop_id.as_str()))
            .bind(column(rows, VisitRow::at))
            .bind(column(rows, |r| r.scheduled_arrival))
            .bind(column(rows, |r| r.scheduled_departure))
            .bind(column(rows, |r| r.arrival))
            .bind(column(rows, |r| r.departure))
            .bind(column(rows, |r| r.uncertainty_s))
            .bind(column(rows, |r| i32::from(r.trip_named)))
    })
    .await
}

async fn headways(connection: &mut PgConnection, rows: &[&HeadwayRow]) -> sqlx::Result<()> {
    let types = "bigint,text,text,text,int,text,int,text,int,int,text";
    run(connection, super::sql::HEADWAYS, types, |q| {
        q.bind(column(rows, |r| r.at))
            .bind(column(rows, |r| r.stop_id.as_str()))
            .bind(column(rows, |r| r.trip_id.as_str()))
            .bind(column(rows, |r| r.vehicle_id.as_str()))
            .bind(column(rows, |r| r.service_date))
            .bind(column(rows, |r| r.route_id.as_str()))
            .bind(column(rows, |r| r.direction_id.map(i32::from)))
            .bind(column(rows, |r| r.leader_trip_id.as_str()))
            .bind(column(rows, |r| r.headway_s))
            .bind(column(rows, |r| r.scheduled_headway_s))
            .bind(column(rows, |r| r.status.as_str()))
    })
    .await
}

async fn intensity(connection: &mut PgConnection, rows: &[&IntensityRow]) -> sqlx::Result<()> {
    run(connection, super::sql::INTENSITY, "text,text,text,bigint,float8,float8,float8", |q| {
        q.bind(column(rows, |r| r.from_stop_id.as_str()))
            .bind(column(rows, |r| r.to_stop_id.as_str()))
            .bind(column(rows, |r| r.route_id.as_str()))
            .bind(column(rows, |r| r.hour))
            .bind(column(rows, |r| r.scheduled_vph))
            .bind(column(rows, |r| r.observed_vph))
            .bind(column(rows, |r| r.coverage))
    })
    .await
}

async fn incidents(connection: &mut PgConnection, rows: &[&IncidentRow]) -> sqlx::Result<()> {
    let types = "text,text,text,int,text,text,text,text,bigint,bigint,float8";
    run(connection, super::sql::INCIDENTS, types, |q| {
        q.bind(column(rows, |r| r.incident_id.as_str()))
            .bind(column(rows, |r| r.kind.as_str()))
            .bind(column(rows, |r| r.route_id.as_deref()))
            .bind(column(rows, |r| r.direction_id.map(i32::from)))
            .bind(column(rows, |r| r.stop_id.as_deref()))
            .bind(column(rows, |r| r.vehicle_id.as_deref()))
            .bind(column(rows, |r| r.trip_id.as_deref()))
            .bind(column(rows, |r| r.feed_id.as_deref()))
            .bind(column(rows, |r| r.opened_at))
            .bind(column(rows, |r| r.closed_at))
            .bind(column(rows, |r| r.value))
    })
    .await
}

async fn feed_health(connection: &mut PgConnection, rows: &[&FeedHealthRow]) -> sqlx::Result<()> {
    run(connection, super::sql::FEED_HEALTH, "bigint,text,bigint,bigint,int,float8,int", |q| {
        q.bind(column(rows, |r| r.at))
            .bind(column(rows, |r| r.feed_id.as_str()))
            .bind(column(rows, |r| r.accepted))
            .bind(column(rows, |r| r.rejected))
            .bind(column(rows, |r| r.age_s))
            .bind(column(rows, |r| r.matched_share))
            .bind(column(rows, |r| i32::from(r.down)))
    })
    .await
}

async fn tracks(connection: &mut PgConnection, rows: &[&TrackRow]) -> sqlx::Result<()> {
    run(connection, super::sql::TRACKS, "text,bigint,bigint,text", |q| {
        q.bind(column(rows, |r| r.vehicle_id.as_str()))
            .bind(column(rows, |r| r.from_at))
            .bind(column(rows, |r| r.to_at))
            .bind(column(rows, |r| r.body.as_str()))
    })
    .await
}
