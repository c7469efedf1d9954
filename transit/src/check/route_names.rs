//! `route_both_short_and_long_name_missing`: people must be able to call a route something.

use super::error;
use super::tables::Tables;
use crate::timetable::load::Rule;
use crate::timetable::load::finding::Findings;

const RULE: Rule = error("route_both_short_and_long_name_missing");

pub(super) fn check(tables: &Tables, findings: &mut Findings) {
    for (routes, row) in tables.rows("routes.txt") {
        let name = |column| routes.get(row, column);
        if name("route_short_name").is_empty() && name("route_long_name").is_empty() {
            findings.add(RULE, "routes.txt", Some(row.line), || {
                format!("route {:?} has neither a short nor a long name", name("route_id"))
            });
        }
    }
}
