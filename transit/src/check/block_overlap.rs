//! `block_trips_with_overlapping_stop_times`: one vehicle cannot drive two trips at once.

use super::error;
use super::tables::Tables;
use crate::ids::TripIdx;
use crate::time::ServiceDate;
use crate::timetable::load::Rule;
use crate::timetable::load::finding::Findings;
use crate::timetable::{Service, Timetable};

const RULE: Rule = error("block_trips_with_overlapping_stop_times");

/// Days of two services that are compared.
const DAYS: i32 = 400;

pub(super) fn check(timetable: &Timetable, tables: &Tables, findings: &mut Findings) {
    for block in &timetable.blocks {
        // By first departure. A frequency trip's own times are not when it runs.
        let once = |t: &&TripIdx| timetable.frequencies(**t).is_empty();
        let trips: Vec<TripIdx> = block.trips.iter().filter(once).copied().collect();
        for (i, trip) in trips.iter().enumerate() {
            let ends_s = timetable.stop_times(*trip).last().map_or(0, |t| t.arrival_s);
            let starts_s = |other: TripIdx| timetable.stop_times(other)[0].departure_s;
            let mut later = trips[i + 1..].iter().take_while(|other| starts_s(**other) < ends_s);
            if let Some(other) = later.find(|other| share_a_day(timetable, *trip, **other)) {
                let (id, other) = (&timetable.trip(*trip).id, &timetable.trip(*other).id);
                findings.add(RULE, "trips.txt", tables.line_of("trips.txt", other), || {
                    format!("block {:?}: trip {other:?} starts before {id:?} has ended", block.id)
                });
            }
        }
    }
}

fn share_a_day(timetable: &Timetable, a: TripIdx, b: TripIdx) -> bool {
    let service = |t: TripIdx| &timetable.services[timetable.trip(t).service.get()];
    let (a, b) = (service(a), service(b));
    if a.id == b.id {
        return a.ever_runs();
    }
    let (Some(of_a), Some(of_b)) = (Service::bounds(a), Service::bounds(b)) else { return false };
    let (first, last) = (of_a.0.max(of_b.0), of_a.1.min(of_b.1));
    (first.0..=last.0.min(first.0.saturating_add(DAYS)))
        .map(ServiceDate)
        .any(|day| a.runs_on(day) && b.runs_on(day))
}
