//! `missing_stop_name`: stops, stations and entrances need a name.

use super::error;
use super::tables::Tables;
use crate::timetable::load::Rule;
use crate::timetable::load::finding::Findings;

const RULE: Rule = error("missing_stop_name");

pub(super) fn check(tables: &Tables, findings: &mut Findings) {
    for (stops, row) in tables.rows("stops.txt") {
        let needs_name = matches!(stops.get(row, "location_type"), "" | "0" | "1" | "2");
        if needs_name && stops.get(row, "stop_name").is_empty() {
            findings.add(RULE, "stops.txt", Some(row.line), || {
                format!("stop {:?} has no name", stops.get(row, "stop_id"))
            });
        }
    }
}
