//! Figures for who leads: counts by topic, route, channel and day. No personal data comes into any of them.

use super::{Register, ServiceError};
use crate::ledger::Value;
use appeals::ids::RouteId;
use appeals::rating::Counts;
use sqlx::FromRow;
use std::collections::BTreeMap;
use transit::EpochS;

/// Groups of one question at most.
const GROUPS_MAX: u32 = 50_000;
/// Rows of one export at most.
const EXPORT_ROWS_MAX: u32 = 100_000;
const DAY_S: EpochS = 86_400;

/// Appeals by what they have in common, of a span of time.
const COUNTS: &str = "COUNT(*) AS appeals, \
     SUM(CASE WHEN finding IS NULL OR finding LIKE 'undetermined%' THEN 0 ELSE 1 END) AS judged, \
     SUM(CASE WHEN finding IN ('confirmed', 'partly_confirmed') THEN 1 ELSE 0 END) AS confirmed, \
     SUM(CASE WHEN is_open = 1 AND due_at < $3 THEN 1 ELSE 0 END) AS overdue, \
     SUM(CASE WHEN parent_id IS NULL THEN 0 ELSE 1 END) AS repeated, \
     SUM(CASE WHEN status = 'refuted_by_applicant' THEN 1 ELSE 0 END) AS refuted";

#[derive(FromRow)]
struct CountsRow {
    what: Option<String>,
    appeals: i64,
    judged: i64,
    confirmed: i64,
    overdue: i64,
    repeated: i64,
    refuted: i64,
}

/// How a route served, as far as it was observed.
#[derive(Clone, Debug, PartialEq, FromRow)]
#[expect(missing_docs, reason = "columns of the question")]
pub struct Served {
    pub route_id: String,
    pub observed: f64,
    pub scheduled: f64,
    pub coverage: f64,
}

/// By which an overview is grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Kind.
    Kind,
    /// Route.
    Route,
    /// Channel.
    Channel,
    /// Desk.
    Desk,
}

impl By {
    const fn column(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Route => "route_id",
            Self::Channel => "channel",
            Self::Desk => "desk_id",
        }
    }
}

/// A row of the export: what anybody of the staff may know.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "columns of the table")]
pub struct ExportRow {
    pub number: String,
    pub registered_at: i64,
    pub channel: String,
    pub kind: String,
    pub legal_kind: String,
    pub status: String,
    pub desk_id: String,
    pub route_id: Option<String>,
    pub stop_id: Option<String>,
    pub event_at: Option<i64>,
    pub finding: Option<String>,
    pub due_at: Option<i64>,
    pub case_number: Option<String>,
}

impl Register {
    /// Appeals registered from `from` to before `to`, counted by something.
    pub async fn counts(
        &self,
        by: By,
        (from, to): (EpochS, EpochS),
    ) -> Result<BTreeMap<String, Counts>, ServiceError> {
        let column = by.column();
        let sql = format!(
            "SELECT {column} AS what, {COUNTS} FROM appeals WHERE registered_at >= $1 \
             AND registered_at < $2 GROUP BY {column} LIMIT {GROUPS_MAX}"
        );
        let values = vec![from.into(), to.into(), self.now().into()];
        let rows = self.ledger.rows::<CountsRow>(&sql, values).await?;
        Ok(rows
            .into_iter()
            .map(|r| {
                let counts = Counts {
                    appeals: r.appeals.unsigned_abs(),
                    judged: r.judged.unsigned_abs(),
                    confirmed: r.confirmed.unsigned_abs(),
                    overdue: r.overdue.unsigned_abs(),
                    repeated: r.repeated.unsigned_abs(),
                    refuted: r.refuted.unsigned_abs(),
                    runs_planned: 0,
                };
                (r.what.unwrap_or_default(), counts)
            })
            .collect())
    }

    /// Appeals by kind and local day (days since the epoch).
    pub async fn days_by_kind(
        &self,
        (from, to): (EpochS, EpochS),
    ) -> Result<BTreeMap<String, BTreeMap<i64, u64>>, ServiceError> {
        // Whole numbers divided are whole on both databases; the offset is that of the end of the span.
        let sql = format!(
            "SELECT kind, (registered_at + $3) / {DAY_S} AS day, COUNT(*) AS n FROM appeals \
             WHERE registered_at >= $1 AND registered_at < $2 GROUP BY 1, 2 LIMIT {GROUPS_MAX}"
        );
        let values = vec![from.into(), to.into(), self.utc_offset_s(to).into()];
        let mut days: BTreeMap<String, BTreeMap<i64, u64>> = BTreeMap::new();
        for (kind, day, n) in self.ledger.rows::<(String, i64, i64)>(&sql, values).await? {
            days.entry(kind).or_default().insert(day, n.unsigned_abs());
        }
        Ok(days)
    }

    /// Contacts by telephone by local half hour (half hours since the epoch).
    pub async fn calls_by_half_hour(
        &self,
        (from, to): (EpochS, EpochS),
    ) -> Result<BTreeMap<i64, u64>, ServiceError> {
        let sql = format!(
            "SELECT (started_at + $3) / 1800 AS slot, COUNT(*) AS n FROM contacts \
             WHERE started_at >= $1 AND started_at < $2 AND channel = 'phone' GROUP BY 1 \
             LIMIT {GROUPS_MAX}"
        );
        let values = vec![from.into(), to.into(), self.utc_offset_s(to).into()];
        let rows = self.ledger.rows::<(i64, i64)>(&sql, values).await?;
        Ok(rows.into_iter().map(|(slot, n)| (slot, n.unsigned_abs())).collect())
    }

    /// Mean length of a call, seconds, where it was measured.
    pub async fn handling_s(
        &self,
        (from, to): (EpochS, EpochS),
    ) -> Result<Option<f64>, ServiceError> {
        let sql = "SELECT AVG(CAST(ended_at - started_at AS DOUBLE PRECISION)) AS mean FROM contacts \
                   WHERE started_at >= $1 AND started_at < $2 AND channel = 'phone' \
                   AND ended_at > started_at + 20";
        let row = self.ledger.row::<(Option<f64>,)>(sql, vec![from.into(), to.into()]).await?;
        Ok(row.and_then(|r| r.0))
    }

    /// Appeals that nobody has answered yet, and those of them whose term is over, by desk.
    pub async fn backlog(&self) -> Result<Vec<(String, u64, u64)>, ServiceError> {
        let sql = "SELECT desk_id, COUNT(*) AS n, SUM(CASE WHEN due_at < $1 THEN 1 ELSE 0 END) AS late \
                   FROM appeals WHERE is_open = 1 GROUP BY desk_id ORDER BY desk_id LIMIT 1000";
        let rows = self.ledger.rows::<(String, i64, i64)>(sql, vec![self.now().into()]).await?;
        let whole =
            |(desk, n, late): (String, i64, i64)| (desk, n.unsigned_abs(), late.unsigned_abs());
        Ok(rows.into_iter().map(whole).collect())
    }

    /// How the routes served: buses seen and planned past all stretches, where anything was observed.
    pub async fn served(&self, (from, to): (EpochS, EpochS)) -> Result<Vec<Served>, ServiceError> {
        let sql = format!(
            "SELECT route_id, SUM(observed_vph) AS observed, SUM(scheduled_vph) AS scheduled, \
             AVG(coverage) AS coverage FROM intensity WHERE hour >= $1 AND hour < $2 \
             AND route_id <> '' AND observed_vph IS NOT NULL AND scheduled_vph > 0 \
             GROUP BY route_id LIMIT {GROUPS_MAX}"
        );
        Ok(self.ledger.rows(&sql, vec![from.into(), to.into()]).await?)
    }

    /// Excess wait by route, seconds: what people who come at any time wait above the plan.
    pub async fn excess_wait(
        &self,
        (from, to): (EpochS, EpochS),
    ) -> Result<BTreeMap<RouteId, f64>, ServiceError> {
        let square = |c: &str| format!("SUM(CAST({c} AS DOUBLE PRECISION) * {c})");
        let sum = |c: &str| format!("SUM(CAST({c} AS DOUBLE PRECISION))");
        let sql = format!(
            "SELECT route_id, {}, {}, {}, {} FROM headways WHERE at >= $1 AND at < $2 \
             AND scheduled_headway_s > 0 AND headway_s > 0 GROUP BY route_id LIMIT {GROUPS_MAX}",
            square("headway_s"),
            sum("headway_s"),
            square("scheduled_headway_s"),
            sum("scheduled_headway_s"),
        );
        let values: Vec<Value> = vec![from.into(), to.into()];
        let rows = self.ledger.rows::<(String, f64, f64, f64, f64)>(&sql, values).await?;
        let wait = |square: f64, sum: f64| if sum > 0.0 { square / (2.0 * sum) } else { 0.0 };
        Ok(rows
            .into_iter()
            .map(|(route, hh, h, ss, s)| (route.as_str().into(), wait(hh, h) - wait(ss, s)))
            .collect())
    }

    /// Rows of an export, oldest first.
    pub async fn export(
        &self,
        (from, to): (EpochS, EpochS),
    ) -> Result<Vec<ExportRow>, ServiceError> {
        let sql = format!(
            "SELECT a.number, a.registered_at, a.channel, a.kind, a.legal_kind, a.status, a.desk_id, \
             a.route_id, a.stop_id, a.event_at, a.finding, a.due_at, k.number AS case_number \
             FROM appeals a LEFT JOIN cases k ON k.case_id = a.case_id \
             WHERE a.registered_at >= $1 AND a.registered_at < $2 \
             ORDER BY a.registered_at, a.number LIMIT {EXPORT_ROWS_MAX}"
        );
        Ok(self.ledger.rows(&sql, vec![from.into(), to.into()]).await?)
    }

    /// Seconds that the office's clocks are ahead of UTC at an instant.
    pub fn utc_offset_s(&self, at: EpochS) -> i64 {
        let stamp = jiff::Timestamp::from_second(at).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        self.law().office().zone.to_offset(stamp).seconds().into()
    }
}
