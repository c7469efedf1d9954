//! `trip_of_one_stop`: a trip whose rows all name one stop goes nowhere. Ours: exports lose stops so.

use super::tables::Tables;
use super::warning;
use crate::timetable::Timetable;
use crate::timetable::load::Rule;
use crate::timetable::load::finding::Findings;

const RULE: Rule = warning("trip_of_one_stop");

pub(super) fn check(timetable: &Timetable, tables: &Tables, findings: &mut Findings) {
    let same = |stops: &[_]| stops.windows(2).all(|pair| pair[0] == pair[1]);
    for pattern in timetable.patterns.iter().filter(|p| same(&p.stops)) {
        let stop = &timetable.stop(pattern.stops[0]).id;
        for trip in &pattern.trips {
            let id = &timetable.trip(*trip).id;
            findings.add(RULE, "trips.txt", tables.line_of("trips.txt", id), || {
                let times = pattern.stops.len();
                format!("trip {id:?} stops {times} times, each time at {stop:?}")
            });
        }
    }
}
