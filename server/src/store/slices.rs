//! Slices of the record around what somebody says: all that evidence is computed from.

use super::reads::{READ_ROWS_MAX, ask};
use super::{Store, StoreError, Window};
use crate::record::{IncidentRow, TrackRow, VisitRow};
use sqlx::AssertSqlSafe;
use std::fmt::Write as _;
use transit::EpochS;

/// Runs asked for in one statement: three parameters each, fewer than any database allows.
const RUNS_A_STATEMENT: usize = 250;
/// Vehicles asked for in one statement.
const VEHICLES_A_STATEMENT: usize = 100;
/// A piece of a track that begins earlier than this before a window does not reach into it, seconds.
const PIECE_MAX_S: i64 = 900;
/// An incident that is open for longer than this is not looked for by its route, seconds.
const OPEN_MAX_S: i64 = 86_400;
/// A feed may be down for longer; what is longer still the minutes of the feed show, seconds.
const DOWN_MAX_S: i64 = 2 * 86_400;

impl Store {
    /// All visits of a route, of one direction or of all, by time.
    pub async fn visits_of_route(
        &self,
        route_id: &str,
        direction_id: Option<i16>,
        window: Window,
    ) -> Result<Vec<VisitRow>, StoreError> {
        let which = if direction_id.is_some() { "AND direction_id = $4" } else { "" };
        let sql = format!(
            "SELECT * FROM stop_visits WHERE route_id = $1 AND at >= $2 AND at < $3 {which} \
             ORDER BY at, trip_id, start_s, stop_sequence, vehicle_id LIMIT {READ_ROWS_MAX}"
        );
        let mut question = ask(sql).bind(route_id.to_owned()).bind(window.from).bind(window.to);
        if let Some(direction_id) = direction_id {
            question = question.bind(i32::from(direction_id));
        }
        self.answer(question).await
    }

    /// Of these runs (service date, trip, start), how many were seen anywhere before `until`. One look at the
    /// primary key each.
    pub async fn runs_seen(
        &self,
        runs: &[(i32, String, i32)],
        until: EpochS,
    ) -> Result<usize, StoreError> {
        let mut seen = 0;
        for part in runs.chunks(RUNS_A_STATEMENT) {
            let mut asked = String::new();
            for i in 0..part.len() {
                let n = 2 + i * 3;
                let separator = if i == 0 { "" } else { ", " };
                let (trip, start) = (n + 1, n + 2);
                let _ = write!(
                    asked,
                    "{separator}(CAST(${n} AS INTEGER), CAST(${trip} AS TEXT), CAST(${start} AS INTEGER))"
                );
            }
            let sql = format!(
                "WITH asked (day, trip, start) AS (VALUES {asked}) SELECT COUNT(*) FROM asked \
                 WHERE EXISTS (SELECT 1 FROM stop_visits v WHERE v.service_date = asked.day \
                 AND v.trip_id = asked.trip AND v.start_s = asked.start AND v.at < $1)"
            );
            let mut question = sqlx::query_as(AssertSqlSafe(sql)).bind(until);
            for (day, trip, start) in part {
                question = question.bind(*day).bind(trip.clone()).bind(*start);
            }
            let rows: Vec<(i64,)> = self.answer(question).await?;
            seen += rows.first().map_or(0, |r| r.0 as usize);
        }
        Ok(seen)
    }

    /// Where vehicles were within a window: pieces that touch it, by vehicle and time.
    pub async fn tracks_of(
        &self,
        vehicles: &[String],
        window: Window,
    ) -> Result<Vec<TrackRow>, StoreError> {
        let mut rows = Vec::new();
        for part in vehicles.chunks(VEHICLES_A_STATEMENT) {
            let asked: Vec<String> = (4..4 + part.len()).map(|n| format!("${n}")).collect();
            let sql = format!(
                "SELECT vehicle_id, from_at, to_at, body FROM tracks WHERE vehicle_id IN ({}) \
                 AND from_at >= $1 AND from_at < $2 AND to_at >= $3 \
                 ORDER BY vehicle_id, from_at LIMIT {READ_ROWS_MAX}",
                asked.join(", ")
            );
            let mut question =
                ask(sql).bind(window.from - PIECE_MAX_S).bind(window.to).bind(window.from);
            for vehicle in part {
                question = question.bind(vehicle.clone());
            }
            rows.extend(self.answer(question).await?);
        }
        Ok(rows)
    }

    /// Incidents of a route that were open within a window, by opening.
    pub async fn incidents_of_route(
        &self,
        route_id: &str,
        window: Window,
    ) -> Result<Vec<IncidentRow>, StoreError> {
        let sql = format!(
            "SELECT * FROM incidents WHERE route_id = $1 AND opened_at >= $2 AND opened_at < $3 \
             AND (closed_at IS NULL OR closed_at >= $4) ORDER BY opened_at, incident_id LIMIT {READ_ROWS_MAX}"
        );
        let question = ask(sql)
            .bind(route_id.to_owned())
            .bind(window.from - OPEN_MAX_S)
            .bind(window.to)
            .bind(window.from);
        self.answer(question).await
    }

    /// Feeds that were down within a window, by opening.
    pub async fn feeds_down(&self, window: Window) -> Result<Vec<IncidentRow>, StoreError> {
        let sql = format!(
            "SELECT * FROM incidents WHERE kind = 'feed_down' AND opened_at >= $1 AND opened_at < $2 \
             AND (closed_at IS NULL OR closed_at >= $3) ORDER BY opened_at, incident_id LIMIT {READ_ROWS_MAX}"
        );
        let question = ask(sql).bind(window.from - DOWN_MAX_S).bind(window.to).bind(window.from);
        self.answer(question).await
    }
}
