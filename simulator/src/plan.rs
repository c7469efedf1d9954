//! Who drives what: the day's runs as duties, one for each vehicle, and the planned headways.

use crate::config::WorldConfig;
use crate::noise::{Noise, key_of, mix};
use rand::Rng;
use std::collections::BTreeMap;
use transit::ids::{BlockIdx, PatternIdx, RouteIdx};
use transit::{EpochS, LatLon, ServiceDate, Timetable, TripInstance};

/// Two ends of runs nearer than this are the same terminal, metres.
pub(crate) const SAME_TERMINAL_M: f64 = 800.0;

/// A block's next run may start at most this long before the one before ends, seconds: rounding, not a
/// second vehicle.
const BLOCK_OVERLAP_S: i64 = 300;

/// A vehicle that waits longer than this at a terminal goes home and another duty begins, seconds.
const LONGEST_REST_S: i64 = 7_200;

const ABSENT: u64 = 0xab5e;

/// The runs of one vehicle on one service day.
#[derive(Clone, Debug)]
pub(crate) struct Duty {
    pub route: RouteIdx,
    pub runs: Vec<TripInstance>,
    pub first_departure: EpochS,
    pub last_arrival: EpochS,
    /// Nobody drives it.
    pub absent: bool,
}

/// Scheduled departure from the first stop.
pub(crate) fn departure(timetable: &Timetable, run: TripInstance) -> EpochS {
    timetable.scheduled(run, 0).1
}

/// Scheduled arrival at the last stop.
pub(crate) fn arrival(timetable: &Timetable, run: TripInstance) -> EpochS {
    timetable.scheduled(run, timetable.stop_times(run.trip).len() - 1).0
}

/// The place along a pattern's line where a stop is.
pub(crate) fn place_of(timetable: &Timetable, pattern: PatternIdx, position: usize) -> LatLon {
    timetable.shape_of(pattern).at(timetable.pattern(pattern).stop_offsets_m[position])
}

/// First and last place of a run.
pub(crate) fn ends(timetable: &Timetable, run: TripInstance) -> (LatLon, LatLon) {
    let pattern = timetable.trip(run.trip).pattern;
    let last = timetable.pattern(pattern).stops.len() - 1;
    (place_of(timetable, pattern, 0), place_of(timetable, pattern, last))
}

/// The duties of a service day, by first departure. Runs with a block follow it; the others are chained
/// at the terminals of their route, each by the vehicle that has waited longest there.
pub(crate) fn duties(
    timetable: &Timetable,
    config: &WorldConfig,
    noise: &Noise,
    date: ServiceDate,
) -> Vec<Duty> {
    let mut runs = timetable.instances_on(date);
    runs.sort_by_key(|run| (departure(timetable, *run), run.trip, run.start_s));
    let mut blocks: BTreeMap<BlockIdx, Vec<TripInstance>> = BTreeMap::new();
    let mut routes: BTreeMap<RouteIdx, Vec<TripInstance>> = BTreeMap::new();
    for run in runs {
        let trip = timetable.trip(run.trip);
        match trip.block {
            Some(block) => blocks.entry(block).or_default().push(run),
            None => routes.entry(timetable.pattern(trip.pattern).route).or_default().push(run),
        }
    }
    let mut duties = Vec::new();
    for runs in blocks.values() {
        chain(timetable, runs, -BLOCK_OVERLAP_S, false, &mut duties);
    }
    for runs in routes.values() {
        chain(timetable, runs, config.operation.layover_min_s, true, &mut duties);
    }
    duties.sort_by_key(|d| (d.first_departure, d.route, d.runs[0].trip, d.runs[0].start_s));
    leave_out(timetable, config, noise, date, &mut duties);
    duties
}

/// Chains `runs` (by departure) into duties; `rest_s` is the least time between two.
fn chain(
    timetable: &Timetable,
    runs: &[TripInstance],
    rest_s: i64,
    same_terminal: bool,
    duties: &mut Vec<Duty>,
) {
    let mut open: Vec<(Duty, LatLon)> = Vec::new();
    for run in runs {
        let start = departure(timetable, *run);
        let end = arrival(timetable, *run).max(start);
        let (first, last) = ends(timetable, *run);
        let ready = |(duty, place): &(Duty, LatLon)| {
            let rest = start - duty.last_arrival;
            rest >= rest_s
                && (!same_terminal
                    || (rest <= LONGEST_REST_S && place.distance_m(first) <= SAME_TERMINAL_M))
        };
        let longest = (0..open.len()).filter(|i| ready(&open[*i])).min_by_key(|i| {
            let duty = &open[*i].0;
            (duty.last_arrival, duty.first_departure)
        });
        if let Some(i) = longest {
            open[i].0.runs.push(*run);
            open[i].0.last_arrival = end;
            open[i].1 = last;
        } else {
            let route = timetable.pattern(timetable.trip(run.trip).pattern).route;
            let duty = Duty {
                route,
                runs: vec![*run],
                first_departure: start,
                last_arrival: end,
                absent: false,
            };
            open.push((duty, last));
        }
    }
    duties.extend(open.into_iter().map(|(duty, _)| duty));
}

/// Marks the duties that are not put out: of those with the most runs, evenly through the morning, other
/// ones each day.
fn leave_out(
    timetable: &Timetable,
    config: &WorldConfig,
    noise: &Noise,
    date: ServiceDate,
    duties: &mut [Duty],
) {
    for trouble in config.troubles.iter().filter(|t| t.absent_vehicles > 0) {
        let Some(route) = timetable.route_by_id(&trouble.route_id) else { continue };
        let of_route: Vec<usize> =
            (0..duties.len()).filter(|i| duties[*i].route == route).collect();
        let most = of_route.iter().map(|i| duties[*i].runs.len()).max().unwrap_or(0);
        let long: Vec<usize> =
            of_route.into_iter().filter(|i| duties[*i].runs.len() * 2 >= most).collect();
        let absent = trouble.absent_vehicles.min(long.len());
        let turn = mix(key_of(&trouble.route_id), ABSENT);
        let offset = noise.at(turn, date.0 as u64).random_range(0..long.len().max(1));
        for n in 0..absent {
            duties[long[(offset + n * long.len() / absent) % long.len()]].absent = true;
        }
    }
}

/// Planned departures of a service day by slot (see [`crate::slots::Slots`]), to look headways up.
#[derive(Debug)]
pub(crate) struct DayPlan {
    pub date: ServiceDate,
    pub origin: EpochS,
    /// (slot, departure in seconds of the service day), sorted.
    departures: Vec<(u32, i32)>,
}

impl DayPlan {
    pub fn new(timetable: &Timetable, slots: &crate::slots::Slots, date: ServiceDate) -> Self {
        let mut departures = Vec::new();
        for run in timetable.instances_on(date) {
            let pattern = timetable.trip(run.trip).pattern;
            let shift = timetable.shift_s(run);
            for (position, time) in timetable.stop_times(run.trip).iter().enumerate() {
                departures.push((slots.of(pattern, position), time.departure_s + shift));
            }
        }
        departures.sort_unstable();
        Self { date, origin: timetable.origin(date), departures }
    }

    /// Seconds from the planned departure before at this slot to the one at `departure_s`; `None` for the
    /// first of the day.
    pub fn headway_s(&self, slot: u32, departure_s: i32) -> Option<i32> {
        let i = self.departures.partition_point(|d| *d < (slot, departure_s));
        let before = self.departures.get(i.checked_sub(1)?)?;
        (before.0 == slot).then_some(departure_s - before.1)
    }
}
