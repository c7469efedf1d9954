//! `expired_calendar`: services whose last day is past; worse when that is all of them.

use super::tables::Tables;
use super::{error, warning};
use crate::time::ServiceDate;
use crate::timetable::Timetable;
use crate::timetable::load::Rule;
use crate::timetable::load::finding::Findings;

const RULE: Rule = warning("expired_calendar");
const ALL: Rule = error("no_service_left");

pub(super) fn check(
    timetable: &Timetable,
    tables: &Tables,
    today: ServiceDate,
    findings: &mut Findings,
) {
    for service in &timetable.services {
        let Some((_, last)) = service.bounds().filter(|(_, last)| *last < today) else { continue };
        findings.add(RULE, "calendar.txt", tables.line_of("calendar.txt", &service.id), || {
            format!("service {:?} ran for the last time on {last}", service.id)
        });
    }
    if let Some((_, last)) = timetable.service_bounds().filter(|(_, last)| *last < today) {
        findings.add(ALL, "calendar.txt", None, || {
            format!("no trip runs after {last}: the feed is out of date")
        });
    }
}
