//! `feed_expiration_date7_days`: the feed says itself that it ends soon.

use super::tables::Tables;
use super::warning;
use crate::time::ServiceDate;
use crate::timetable::load::Rule;
use crate::timetable::load::finding::Findings;

const RULE: Rule = warning("feed_expiration_date7_days");

/// A feed should be valid for at least so many days more.
const DAYS_LEAST: i32 = 7;

pub(super) fn check(tables: &Tables, today: ServiceDate, findings: &mut Findings) {
    for (info, row) in tables.rows("feed_info.txt") {
        let end = ServiceDate::parse(info.get(row, "feed_end_date"));
        if let Some(end) = end.filter(|end| *end < today.plus(DAYS_LEAST)) {
            findings.add(RULE, "feed_info.txt", Some(row.line), || {
                format!("feed_end_date {end} is less than {DAYS_LEAST} days ahead")
            });
        }
    }
}
