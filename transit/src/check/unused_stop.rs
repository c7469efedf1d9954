//! `stop_without_stop_time`: a stop that no trip serves.

use super::info;
use super::tables::Tables;
use crate::timetable::Timetable;
use crate::timetable::load::Rule;
use crate::timetable::load::finding::Findings;

const RULE: Rule = info("stop_without_stop_time");

pub(super) fn check(timetable: &Timetable, tables: &Tables, findings: &mut Findings) {
    let stops_only = |id: &str| {
        let table = tables.get("stops.txt");
        let row = table.and_then(|t| t.row_of(id).map(|row| t.get(row, "location_type")));
        matches!(row, Some("" | "0"))
    };
    for stop in timetable.stops.iter().filter(|s| s.served_by.is_empty() && stops_only(&s.id)) {
        findings.add(RULE, "stops.txt", tables.line_of("stops.txt", &stop.id), || {
            format!("no usable trip serves stop {:?}", stop.id)
        });
    }
}
