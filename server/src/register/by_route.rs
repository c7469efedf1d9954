//! What is said of one route, by kind and month: counts alone, for everybody.

use super::{Register, ServiceError};
use appeals::kind::Kind;
use jiff::ToSpan as _;
use jiff::civil::Date;
use sqlx::FromRow;
use std::collections::BTreeMap;

/// Kinds and days of one route at most.
const ROWS_MAX: u32 = 20_000;
const DAY_S: i64 = 86_400;
/// Cases of one route at most.
const CASES_MAX: u32 = 20;

/// Appeals of a kind in a month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MonthCounts {
    /// Appeals.
    pub appeals: u64,
    /// Judged by the record.
    pub judged: u64,
    /// Of them confirmed, or in part.
    pub confirmed: u64,
}

#[derive(FromRow)]
struct DayRow {
    kind: String,
    day: i64,
    appeals: i64,
    judged: i64,
    confirmed: i64,
}

impl Register {
    /// Appeals about a route by kind and month (its first day) since `from`. Kinds that are never public are
    /// left out.
    pub async fn months_of_route(
        &self,
        route_id: &str,
        from: Date,
    ) -> Result<BTreeMap<Kind, BTreeMap<Date, MonthCounts>>, ServiceError> {
        let office = self.law().office();
        let since = office.end_of(from) - DAY_S;
        let sql = format!(
            "SELECT kind, (registered_at + $3) / {DAY_S} AS day, COUNT(*) AS appeals, \
             SUM(CASE WHEN finding IS NULL OR finding LIKE 'undetermined%' THEN 0 ELSE 1 END) AS judged, \
             SUM(CASE WHEN finding IN ('confirmed', 'partly_confirmed') THEN 1 ELSE 0 END) AS confirmed \
             FROM appeals WHERE route_id = $1 AND registered_at >= $2 GROUP BY 1, 2 LIMIT {ROWS_MAX}"
        );
        let offset = self.utc_offset_s(self.now());
        let values = vec![route_id.into(), since.into(), offset.into()];
        let mut months: BTreeMap<Kind, BTreeMap<Date, MonthCounts>> = BTreeMap::new();
        for row in self.ledger.rows::<DayRow>(&sql, values).await? {
            let Some(kind) = Kind::parse(&row.kind) else { continue };
            if self.law().kinds().entry(kind).private {
                continue;
            }
            let day = Date::constant(1970, 1, 1).checked_add(row.day.days());
            let Ok(day) = day else { continue };
            let month = months.entry(kind).or_default().entry(day.first_of_month()).or_default();
            month.appeals += row.appeals.unsigned_abs();
            month.judged += row.judged.unsigned_abs();
            month.confirmed += row.confirmed.unsigned_abs();
        }
        Ok(months)
    }

    /// Cases about a route, the newest first.
    pub async fn cases_of_route(
        &self,
        route_id: &str,
    ) -> Result<Vec<appeals::case::Case>, ServiceError> {
        let sql = format!(
            "SELECT body FROM cases WHERE route_id = $1 ORDER BY opened_at DESC, number DESC \
             LIMIT {CASES_MAX}"
        );
        let rows = self.ledger.rows::<(String,)>(&sql, vec![route_id.into()]).await?;
        rows.iter().map(|(body,)| super::cases::read(body)).collect()
    }
}
