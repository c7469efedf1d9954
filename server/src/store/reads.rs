//! Questions to the record. Each is answered from an index, has a limit, and ends after `read_timeout_s`.

use super::{Store, StoreError};
use crate::record::{FeedHealthRow, HeadwayRow, IncidentRow, IntensityRow, VisitRow};
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::QueryAs;
use sqlx::{Any, AssertSqlSafe, FromRow};
use std::collections::BTreeMap;
use transit::EpochS;

/// The most rows that any one question gets.
pub const READ_ROWS_MAX: u32 = 50_000;

const HOUR_S: i64 = 3_600;

/// From here (included) to there (excluded), epoch seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first second that belongs to it.
    pub from: EpochS,
    /// The first that does not.
    pub to: EpochS,
}

/// Which headways.
#[derive(Clone, Debug)]
pub struct HeadwayQuery<'a> {
    /// The route.
    pub route_id: &'a str,
    /// Only this direction.
    pub direction_id: Option<i16>,
    /// Only at this stop.
    pub stop_id: Option<&'a str>,
    /// When.
    pub window: Window,
    /// At most so many: the newest.
    pub limit: u32,
}

/// Which incidents.
#[derive(Clone, Debug)]
pub struct IncidentQuery<'a> {
    /// Only this kind (wire name).
    pub kind: Option<&'a str>,
    /// Only this route.
    pub route_id: Option<&'a str>,
    /// Those that were open at some time within it.
    pub window: Window,
    /// At most so many: those opened last.
    pub limit: u32,
}

/// Passages by hour at the stop of a route and direction where most were seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusiestStop {
    /// The stop.
    pub stop_id: String,
    /// Start of each hour in which something passed, and the passages, in order.
    pub hours: Vec<(EpochS, u32)>,
}

type Question<'q, T> = QueryAs<'q, Any, T, AnyArguments>;

impl Store {
    /// The visits of one run, by stop sequence. `start_s` tells the runs of a frequency trip apart.
    pub async fn visits_of_run(
        &self,
        service_date: i32,
        trip_id: &str,
        start_s: Option<i32>,
    ) -> Result<Vec<VisitRow>, StoreError> {
        let which = if start_s.is_some() { "AND start_s = $3" } else { "" };
        let sql = format!(
            "SELECT * FROM stop_visits WHERE service_date = $1 AND trip_id = $2 {which} \
             ORDER BY start_s, stop_sequence, vehicle_id LIMIT {READ_ROWS_MAX}"
        );
        let mut question = ask(sql).bind(service_date).bind(trip_id.to_owned());
        if let Some(start_s) = start_s {
            question = question.bind(start_s);
        }
        self.answer(question).await
    }

    /// What came to a stop in a window, by time; all routes or one. At most `limit`: the first.
    pub async fn visits_at_stop(
        &self,
        stop_id: &str,
        route_id: Option<&str>,
        window: Window,
        limit: u32,
    ) -> Result<Vec<VisitRow>, StoreError> {
        let which = if route_id.is_some() { "AND route_id = $4" } else { "" };
        let sql = format!(
            "SELECT * FROM stop_visits WHERE stop_id = $1 AND at >= $2 AND at < $3 {which} \
             ORDER BY at, vehicle_id LIMIT {}",
            limit.min(READ_ROWS_MAX)
        );
        let mut question = ask(sql).bind(stop_id.to_owned()).bind(window.from).bind(window.to);
        if let Some(route_id) = route_id {
            question = question.bind(route_id.to_owned());
        }
        self.answer(question).await
    }

    /// The visits of a service day, run by run and in order, of trips behind `after` in the order of their
    /// ids. At most `limit`: the last run may be cut.
    pub async fn visits_of_day(
        &self,
        service_date: i32,
        after: &str,
        limit: u32,
    ) -> Result<Vec<VisitRow>, StoreError> {
        let sql = format!(
            "SELECT * FROM stop_visits WHERE service_date = $1 AND trip_id > $2 \
             ORDER BY trip_id, start_s, stop_sequence, vehicle_id LIMIT {}",
            limit.min(READ_ROWS_MAX)
        );
        self.answer(ask(sql).bind(service_date).bind(after.to_owned())).await
    }

    /// Headways of a route, by time.
    pub async fn headways(&self, q: &HeadwayQuery<'_>) -> Result<Vec<HeadwayRow>, StoreError> {
        let which =
            and(4, [("direction_id", q.direction_id.is_some()), ("stop_id", q.stop_id.is_some())]);
        let sql = format!(
            "SELECT * FROM headways WHERE route_id = $1 AND at >= $2 AND at < $3{which} \
             ORDER BY at DESC, stop_id, vehicle_id LIMIT {}",
            q.limit.min(READ_ROWS_MAX)
        );
        let mut question =
            ask(sql).bind(q.route_id.to_owned()).bind(q.window.from).bind(q.window.to);
        if let Some(direction_id) = q.direction_id {
            question = question.bind(i32::from(direction_id));
        }
        if let Some(stop_id) = q.stop_id {
            question = question.bind(stop_id.to_owned());
        }
        let mut rows: Vec<HeadwayRow> = self.answer(question).await?;
        rows.reverse();
        Ok(rows)
    }

    /// Passages by hour (counted from `window.from`) at the stop of a route and direction where most were
    /// seen; `None` when none were. `direction_id: None` asks for both together.
    pub async fn hours_of_route(
        &self,
        route_id: &str,
        direction_id: Option<i16>,
        window: Window,
    ) -> Result<Option<BusiestStop>, StoreError> {
        let which = if direction_id.is_some() { "AND direction_id = $4" } else { "" };
        let sql = format!(
            "SELECT stop_id, (at - $2) / {HOUR_S} AS hour_number, COUNT(*) AS passages \
             FROM stop_visits WHERE route_id = $1 AND at >= $2 AND at < $3 {which} \
             GROUP BY stop_id, hour_number ORDER BY stop_id, hour_number LIMIT {READ_ROWS_MAX}"
        );
        let mut question: Question<'_, (String, i64, i64)> =
            ask(sql).bind(route_id.to_owned()).bind(window.from).bind(window.to);
        if let Some(direction_id) = direction_id {
            question = question.bind(i32::from(direction_id));
        }
        let mut stops: BTreeMap<String, Vec<(EpochS, u32)>> = BTreeMap::new();
        for (stop_id, hour, passages) in self.answer(question).await? {
            let hours = stops.entry(stop_id).or_default();
            hours.push((window.from + hour * HOUR_S, passages as u32));
        }
        // The first of equals, by stop id: the same answer each time.
        let total = |hours: &[(EpochS, u32)]| hours.iter().map(|h| u64::from(h.1)).sum::<u64>();
        let busiest = stops.into_iter().rev().max_by_key(|(_, hours)| total(hours));
        Ok(busiest.map(|(stop_id, hours)| BusiestStop { stop_id, hours }))
    }

    /// The hours of one segment, by time; `route_id` empty for all routes together.
    pub async fn intensity_of_segment(
        &self,
        from_stop_id: &str,
        to_stop_id: &str,
        route_id: &str,
        window: Window,
    ) -> Result<Vec<IntensityRow>, StoreError> {
        let sql = format!(
            "SELECT * FROM intensity WHERE from_stop_id = $1 AND to_stop_id = $2 AND route_id = $3 \
             AND hour >= $4 AND hour < $5 ORDER BY hour LIMIT {READ_ROWS_MAX}"
        );
        let question = ask(sql)
            .bind(from_stop_id.to_owned())
            .bind(to_stop_id.to_owned())
            .bind(route_id.to_owned())
            .bind(window.from)
            .bind(window.to);
        self.answer(question).await
    }

    /// The hours of a route on the segments that begin at a stop, by time.
    pub async fn intensity_from_stop(
        &self,
        from_stop_id: &str,
        route_id: &str,
        window: Window,
    ) -> Result<Vec<IntensityRow>, StoreError> {
        let sql = format!(
            "SELECT * FROM intensity WHERE from_stop_id = $1 AND route_id = $2 \
             AND hour >= $3 AND hour < $4 ORDER BY hour, to_stop_id LIMIT {READ_ROWS_MAX}"
        );
        let question = ask(sql)
            .bind(from_stop_id.to_owned())
            .bind(route_id.to_owned())
            .bind(window.from)
            .bind(window.to);
        self.answer(question).await
    }

    /// Stops at which a route was seen, the one with the most visits first. At most `limit`.
    pub async fn stops_of_route(
        &self,
        route_id: &str,
        window: Window,
        limit: u32,
    ) -> Result<Vec<String>, StoreError> {
        let sql = format!(
            "SELECT stop_id, COUNT(*) AS seen FROM stop_visits WHERE route_id = $1 AND at >= $2 \
             AND at < $3 GROUP BY stop_id ORDER BY seen DESC, stop_id LIMIT {}",
            limit.min(READ_ROWS_MAX)
        );
        let question: Question<'_, (String, i64)> =
            ask(sql).bind(route_id.to_owned()).bind(window.from).bind(window.to);
        Ok(self.answer(question).await?.into_iter().map(|(stop, _)| stop).collect())
    }

    /// All segments in the hour that begins at `hour`; `route_id` empty for all routes together.
    pub async fn intensity_in_hour(
        &self,
        hour: EpochS,
        route_id: &str,
    ) -> Result<Vec<IntensityRow>, StoreError> {
        let sql = format!(
            "SELECT * FROM intensity WHERE hour = $1 AND route_id = $2 \
             ORDER BY from_stop_id, to_stop_id LIMIT {READ_ROWS_MAX}"
        );
        self.answer(ask(sql).bind(hour).bind(route_id.to_owned())).await
    }

    /// Incidents, the one opened last first.
    pub async fn incidents(&self, q: &IncidentQuery<'_>) -> Result<Vec<IncidentRow>, StoreError> {
        let which = and(3, [("kind", q.kind.is_some()), ("route_id", q.route_id.is_some())]);
        let sql = format!(
            "SELECT * FROM incidents WHERE opened_at < $1 AND (closed_at IS NULL OR closed_at >= $2){which} \
             ORDER BY opened_at DESC, incident_id LIMIT {}",
            q.limit.min(READ_ROWS_MAX)
        );
        let mut question = ask(sql).bind(q.window.to).bind(q.window.from);
        for text in [q.kind, q.route_id].into_iter().flatten() {
            question = question.bind(text.to_owned());
        }
        self.answer(question).await
    }

    /// Incidents that nobody closed: those of a process that was killed, until its successor closes them.
    pub async fn open_incidents(&self) -> Result<Vec<IncidentRow>, StoreError> {
        let sql = format!(
            "SELECT * FROM incidents WHERE closed_at IS NULL ORDER BY opened_at, incident_id \
             LIMIT {READ_ROWS_MAX}"
        );
        self.answer(ask(sql)).await
    }

    /// Minutes of a feed, or of all, by time. At most `limit`: the newest.
    pub async fn feed_health(
        &self,
        feed_id: Option<&str>,
        window: Window,
        limit: u32,
    ) -> Result<Vec<FeedHealthRow>, StoreError> {
        let which = if feed_id.is_some() { "AND feed_id = $3" } else { "" };
        let sql = format!(
            "SELECT * FROM feed_health WHERE at >= $1 AND at < $2 {which} \
             ORDER BY at DESC, feed_id DESC LIMIT {}",
            limit.min(READ_ROWS_MAX)
        );
        let mut question = ask(sql).bind(window.from).bind(window.to);
        if let Some(feed_id) = feed_id {
            question = question.bind(feed_id.to_owned());
        }
        let mut rows: Vec<FeedHealthRow> = self.answer(question).await?;
        rows.reverse();
        Ok(rows)
    }

    /// Of each of these routes, by time: what passed in the window since `told_before`, and at each
    /// (direction, stop) the newest visit before. With them an engine that starts anew knows the leader of the
    /// first vehicle that it sees.
    pub async fn last_passages(
        &self,
        route_ids: &[&str],
        window: Window,
        told_before: EpochS,
    ) -> Result<Vec<VisitRow>, StoreError> {
        let sql = format!(
            "SELECT * FROM (SELECT stop_visits.*, ROW_NUMBER() OVER (PARTITION BY direction_id, stop_id, \
             CASE WHEN at < $4 THEN 0 ELSE 1 END ORDER BY at DESC, vehicle_id) AS newness \
             FROM stop_visits WHERE route_id = $1 AND at >= $2 AND at < $3) AS visits \
             WHERE newness = 1 OR at >= $4 ORDER BY at DESC, stop_id, vehicle_id LIMIT {READ_ROWS_MAX}"
        );
        let mut rows: Vec<VisitRow> = Vec::new();
        for route_id in route_ids {
            let question = ask(sql.clone())
                .bind((*route_id).to_owned())
                .bind(window.from)
                .bind(window.to)
                .bind(told_before);
            rows.extend(self.answer(question).await?);
        }
        rows.sort_by(|a, b| (a.at(), &a.stop_id).cmp(&(b.at(), &b.stop_id)));
        Ok(rows)
    }

    /// What was set under `key` in `meta`.
    pub async fn meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        let question: Question<'_, (String,)> =
            ask("SELECT value FROM meta WHERE key = $1".to_owned()).bind(key.to_owned());
        Ok(self.answer(question).await?.pop().map(|(value,)| value))
    }

    /// The database answers: for `/readyz` and `jolda doctor`.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.meta("").await.map(|_| ())
    }

    pub(super) async fn answer<T>(&self, question: Question<'_, T>) -> Result<Vec<T>, StoreError>
    where
        T: for<'r> FromRow<'r, AnyRow> + Send + Unpin,
    {
        match tokio::time::timeout(self.read_timeout, question.fetch_all(&self.reads)).await {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(StoreError::Timeout(self.read_timeout.as_secs())),
        }
    }
}

/// ` AND column = $n` for each column that is asked for, numbered from `first`.
fn and(first: usize, columns: [(&str, bool); 2]) -> String {
    let wanted = columns.into_iter().filter(|c| c.1).zip(first..);
    wanted.map(|((column, _), n)| format!(" AND {column} = ${n}")).collect::<Vec<_>>().concat()
}

/// Only constants and placeholders ever stand in `sql`: every value is bound.
pub(super) fn ask<'q, T: for<'r> FromRow<'r, AnyRow>>(sql: String) -> Question<'q, T> {
    sqlx::query_as(AssertSqlSafe(sql))
}
