//! `point_near_origin`: a stop in the sea at 0, 0 is a stop whose place nobody knows.

use super::error;
use super::tables::Tables;
use crate::timetable::load::Rule;
use crate::timetable::load::finding::Findings;

const RULE: Rule = error("point_near_origin");

/// Degrees from 0, 0.
const NEAR_DEG: f64 = 1.0;

pub(super) fn check(tables: &Tables, findings: &mut Findings) {
    for (stops, row) in tables.rows("stops.txt") {
        let degrees = |column| stops.get(row, column).parse::<f64>().ok();
        let (Some(lat), Some(lon)) = (degrees("stop_lat"), degrees("stop_lon")) else { continue };
        if lat.abs() < NEAR_DEG && lon.abs() < NEAR_DEG {
            findings.add(RULE, "stops.txt", Some(row.line), || {
                format!("stop {:?} lies at {lat}, {lon}", stops.get(row, "stop_id"))
            });
        }
    }
}
