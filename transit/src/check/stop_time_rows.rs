//! Rules of single rows of `stop_times.txt`, in one reading of it: `missing_timepoint_value`,
//! `stop_time_timepoint_without_times`, `location_with_unexpected_stop_time`, and, by trip,
//! `decreasing_or_equal_stop_time_distance`.

use super::tables::Tables;
use super::{error, warning};
use crate::timetable::LoadError;
use crate::timetable::load::Rule;
use crate::timetable::load::archive::Archive;
use crate::timetable::load::finding::Findings;
use crate::timetable::load::rows::Rows;
use rustc_hash::FxHashMap;

const FILE: &str = "stop_times.txt";
const NO_VALUE: Rule = warning("missing_timepoint_value");
const NO_TIMES: Rule = error("stop_time_timepoint_without_times");
const LOCATION: Rule = error("location_with_unexpected_stop_time");
const DISTANCE: Rule = error("decreasing_or_equal_stop_time_distance");

/// A row with a distance.
struct Measured {
    trip: u32,
    sequence: u32,
    distance: f64,
    line: u64,
}

pub(super) fn check(
    archive: &mut Archive<'_>,
    tables: &Tables,
    findings: &mut Findings,
) -> Result<(), LoadError> {
    // What is wrong with a row itself, the load has said.
    let mut said = Findings::default();
    let Some(mut rows) = Rows::open(archive, FILE, &mut said)? else { return Ok(()) };
    let [trip, stop, sequence, arrival, departure, timepoint, distance] = [
        "trip_id",
        "stop_id",
        "stop_sequence",
        "arrival_time",
        "departure_time",
        "timepoint",
        "shape_dist_traveled",
    ]
    .map(|name| rows.column(name));
    let stops = tables.get("stops.txt");
    let mut trips: FxHashMap<Box<str>, u32> = FxHashMap::default();
    let mut measured: Vec<Measured> = Vec::new();
    while rows.next(&mut said)? {
        let line = rows.line();
        let has_times = !rows.bytes(arrival).is_empty() && !rows.bytes(departure).is_empty();
        if timepoint.is_some() && has_times && rows.bytes(timepoint).is_empty() {
            let what = "times are given and timepoint does not say whether they are exact";
            findings.add(NO_VALUE, FILE, Some(line), || what.to_owned());
        }
        if rows.bytes(timepoint) == b"1" && !has_times {
            let what = "timepoint is 1 and arrival_time or departure_time is missing";
            findings.add(NO_TIMES, FILE, Some(line), || what.to_owned());
        }
        let id = rows.text(stop, &mut said);
        let kind = stops.and_then(|t| t.row_of(id).map(|row| t.get(row, "location_type")));
        if let Some(kind) = kind.filter(|k| !matches!(*k, "" | "0")) {
            findings.add(LOCATION, FILE, Some(line), || {
                format!("stop {id:?} is of location_type {kind}: no vehicle stops there")
            });
        }
        let (Some(sequence), Some(distance)) =
            (rows.whole(sequence, &mut said), rows.number(distance, &mut said))
        else {
            continue;
        };
        let id = rows.text(trip, &mut said);
        let next = trips.len() as u32;
        let known = trips.get(id).copied();
        let trip = known.unwrap_or_else(|| *trips.entry(id.into()).or_insert(next));
        measured.push(Measured { trip, sequence, distance, line });
    }
    measured.sort_by_key(|m| (m.trip, m.sequence, m.line));
    for pair in measured.windows(2).filter(|p| p[0].trip == p[1].trip) {
        if pair[1].distance <= pair[0].distance {
            findings.add(DISTANCE, FILE, Some(pair[1].line), || {
                let (here, before) = (pair[1].distance, pair[0].distance);
                format!("shape_dist_traveled {here} is not more than {before} at the stop before")
            });
        }
    }
    Ok(())
}
