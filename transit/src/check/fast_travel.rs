//! `fast_travel_between_consecutive_stops`: nothing on this route is so fast.

use super::tables::Tables;
use super::warning;
use crate::ids::StopIdx;
use crate::timetable::load::Rule;
use crate::timetable::load::finding::Findings;
use crate::timetable::{Pattern, Timetable};

const RULE: Rule = warning("fast_travel_between_consecutive_stops");

/// Times are often of whole minutes: so much may be cut off each, seconds.
const ROUNDING_S: f64 = 60.0;

/// Metres below which rounding decides and not speed.
const STRETCH_LEAST_M: f64 = 300.0;

pub(super) fn check(timetable: &Timetable, tables: &Tables, findings: &mut Findings) {
    for pattern in &timetable.patterns {
        let most_mps = speed_most_mps(timetable.route(pattern.route).route_type);
        for trip in &pattern.trips {
            let times = timetable.stop_times(*trip);
            let fast = (1..times.len()).find(|i| {
                let length_m = stretch_m(timetable, pattern, *i);
                let seconds = f64::from(times[*i].arrival_s - times[*i - 1].departure_s);
                length_m > STRETCH_LEAST_M && length_m / (seconds + ROUNDING_S) > most_mps
            });
            if let Some(at) = fast {
                let id = &timetable.trip(*trip).id;
                let stop = |i: usize| &timetable.stop(pattern.stops[i]).id;
                findings.add(RULE, "trips.txt", tables.line_of("trips.txt", id), || {
                    let seconds = times[at].arrival_s - times[at - 1].departure_s;
                    let length_m = stretch_m(timetable, pattern, at);
                    format!(
                        "trip {id:?} drives {length_m:.0} m from {:?} to {:?} in {seconds} s",
                        stop(at - 1),
                        stop(at)
                    )
                });
            }
        }
    }
}

/// The way of a bird between a stop and the one before it: never more than what is driven.
fn stretch_m(timetable: &Timetable, pattern: &Pattern, position: usize) -> f64 {
    let place = |stop: StopIdx| timetable.stop(stop).place;
    match (place(pattern.stops[position - 1]), place(pattern.stops[position])) {
        (Some(from), Some(to)) => from.distance_m(to),
        _ => 0.0,
    }
}

/// Speeds of the GTFS validator by `route_type`, in m/s.
fn speed_most_mps(route_type: u16) -> f64 {
    let kmh = match route_type {
        0 | 5 | 900..=999 => 100.0,
        1 | 3 | 11 | 200..=499 | 700..=899 => 150.0,
        2 | 100..=199 => 500.0,
        4 | 1000..=1099 => 80.0,
        6 | 7 | 1300..=1499 => 50.0,
        _ => 200.0,
    };
    kmh / 3.6
}
