//! `location_without_parent_station`, `wrong_parent_location_type`, `station_with_parent_station`.

use super::error;
use super::tables::Tables;
use crate::timetable::load::Rule;
use crate::timetable::load::finding::Findings;

const WITHOUT: Rule = error("location_without_parent_station");
const WRONG: Rule = error("wrong_parent_location_type");
const STATION: Rule = error("station_with_parent_station");

pub(super) fn check(tables: &Tables, findings: &mut Findings) {
    for (stops, row) in tables.rows("stops.txt") {
        let (id, kind) = (stops.get(row, "stop_id"), stops.get(row, "location_type"));
        let parent = stops.get(row, "parent_station");
        let line = Some(row.line);
        if parent.is_empty() {
            // Entrances, nodes and boarding areas are part of something.
            if matches!(kind, "2" | "3" | "4") {
                findings.add(WITHOUT, "stops.txt", line, || {
                    format!("{id:?} is of location_type {kind} and names no parent_station")
                });
            }
            continue;
        }
        if kind == "1" {
            findings.add(STATION, "stops.txt", line, || {
                format!("station {id:?} has the parent_station {parent:?}")
            });
            continue;
        }
        let Some(found) = stops.row_of(parent) else { continue };
        let parent_kind = stops.get(found, "location_type");
        // A boarding area is part of a platform, all others of a station.
        let right = if kind == "4" { matches!(parent_kind, "" | "0") } else { parent_kind == "1" };
        if !right {
            findings.add(WRONG, "stops.txt", line, || {
                format!(
                    "{id:?} has the parent {parent:?}, which is of location_type {parent_kind:?}"
                )
            });
        }
    }
}
