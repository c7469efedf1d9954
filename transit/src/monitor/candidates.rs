//! Which run a vehicle may drive when the feed doesn't say, or says what can't be: patterns whose line is
//! near, of the named route if one is named, and on each the runs that should pass about now.

use super::beam::{Beam, Prior, WIDTH};
use super::line::{Line, Run, places_near};
use super::matching::{Birth, Motion};
use super::naming::{Named, nearest_start};
use super::track::Env;
use super::{emission, matching};
use crate::ids::{PatternIdx, TripIdx, VehicleIdx};
use crate::time::{EpochS, ServiceDate};
use crate::timetable::{Timetable, TripInstance};

/// Trips of a pattern that are looked at for one place and day.
const TRIPS_MOST: usize = 64;
/// Runs of one pattern that are believed at one place.
const RUNS_MOST: usize = 3;
/// No run lasts longer, seconds.
const LONGEST_S: i64 = 4 * 3_600;
/// Another run must fit the time by so much better to be believed, seconds.
const FITTING_S: f64 = 120.0;
/// Runs of a frequency trip tried before and after the nearest.
const NEIGHBOURS: i32 = 3;

/// Adds beliefs in runs whose line is near the fix.
pub(super) fn infer(
    beam: &mut Beam,
    env: &Env<'_>,
    vehicle: VehicleIdx,
    motion: &Motion,
    named: &Named,
) {
    let timetable = env.timetable;
    let of_route = named.route.filter(|_| named.run.is_none());
    if let Some(route) = of_route {
        for pattern in &timetable.route(route).patterns {
            let direction = timetable.pattern(*pattern).direction;
            let fits =
                named.direction.is_none() || direction.is_none() || direction == named.direction;
            if fits {
                infer_on(beam, env, vehicle, motion, named, (*pattern, RUNS_MOST));
            }
        }
        return;
    }
    let radius_m = env.config.on_line_m;
    let pieces = timetable.spatial.pieces_near(motion.fix.place, radius_m);
    let shapes = pieces.iter().map(|p| p.shape);
    let mut patterns: Vec<PatternIdx> =
        shapes.flat_map(|s| timetable.spatial.patterns_of_shape(s)).copied().collect();
    patterns.sort_unstable();
    patterns.dedup();
    // Where many lines share a street, each of them is to have a place among the beliefs.
    let runs_most = (WIDTH / patterns.len().max(1)).clamp(1, RUNS_MOST);
    for pattern in patterns {
        infer_on(beam, env, vehicle, motion, named, (pattern, runs_most));
    }
}

/// The run that the vehicle of `finished` drives next, if its block has one that begins about now.
pub(super) fn successor(env: &Env<'_>, finished: &Run, at: EpochS) -> Option<Run> {
    let (timetable, config) = (env.timetable, env.config);
    let block = timetable.trip(finished.instance.trip).block?;
    let date = finished.instance.service_date;
    let start = |trip: TripIdx| timetable.stop_times(trip)[0].departure_s;
    let end_s = timetable.stop_times(finished.instance.trip).last()?.arrival_s;
    let next = timetable.blocks[block.get()].trips.iter().copied().find(|trip| {
        let service = &timetable.services[timetable.trip(*trip).service.get()];
        start(*trip) >= end_s
            && *trip != finished.instance.trip
            && timetable.frequencies(*trip).is_empty()
            && service.runs_on(date)
    })?;
    let run = Run {
        instance: TripInstance { service_date: date, trip: next, start_s: start(next) },
        pattern: timetable.trip(next).pattern,
        base: timetable.origin(date),
        scheduled: true,
    };
    let (from, to) = Line::of(timetable, &run).span();
    let timely = (from - config.named_early_s..=to + config.named_late_s).contains(&at);
    (timely && !env.updates.is_canceled(run.instance)).then_some(run)
}

/// Where a vehicle is on a run that is in doubt.
pub(super) struct Place {
    pub along_m: f64,
    pub at: EpochS,
    /// Ready to depart since then: late before that is no wonder.
    pub ready_at: EpochS,
    /// So late, or a third of it early, the run is not in doubt, seconds.
    pub bearable_s: f64,
}

/// The run of the same line that a vehicle at `place` drives rather than `run`, as nobody else has begun it and
/// it fits the time so much better. Only being early speaks against a run unless `late_too`, or unless
/// nothing is bearable.
pub(super) fn fitting_better(
    env: &Env<'_>,
    vehicle: VehicleIdx,
    run: &Run,
    place: &Place,
    late_too: bool,
) -> Option<Run> {
    let line = Line::of(env.timetable, run);
    let late_s = (place.at - run.base) as f64 - line.scheduled_s(place.along_m);
    let excused_s = (place.ready_at - line.span().0).max(0) as f64;
    let awkward = |late_s: f64| if late_s < 0.0 { -3.0 * late_s } else { late_s };
    let now = match late_s {
        _ if late_s > 0.0 && !late_too && place.bearable_s > 0.0 => 0.0,
        _ if late_s > 0.0 && late_too => (late_s - excused_s).max(0.0),
        _ => awkward(late_s),
    };
    if !run.scheduled || now < place.bearable_s.max(FITTING_S) {
        return None;
    }
    let free = |run: &Run| !env.runs.is_begun(env.config, run.instance, vehicle, place.at);
    runs_passing(env, vehicle, run.pattern, place.along_m, place.at)
        .into_iter()
        .filter(|(other, _)| other.scheduled && other.instance != run.instance && free(other))
        .map(|(other, late_s)| (awkward(late_s), other))
        .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.instance.cmp(&b.1.instance)))
        .filter(|(then, _)| now - then > FITTING_S)
        .map(|(_, other)| other)
}

/// Adds beliefs in runs of one pattern.
fn infer_on(
    beam: &mut Beam,
    env: &Env<'_>,
    vehicle: VehicleIdx,
    motion: &Motion,
    named: &Named,
    (pattern, runs_most): (PatternIdx, usize),
) {
    let timetable = env.timetable;
    let Some(trip) = timetable.pattern(pattern).trips.first() else { return };
    // Any run of the pattern serves to look at its line.
    let instance = TripInstance { service_date: ServiceDate::default(), trip: *trip, start_s: 0 };
    let line = Line::of(timetable, &Run { instance, pattern, base: 0, scheduled: true });
    let length_m = line.shape.length_m();
    let place = motion.fix.place;
    let near = places_near(line.shape, place, 0.0, length_m, line.widest_m(env.config));
    for n in near.as_slice() {
        // At its end a line is left: nothing can be learned there.
        let beyond = n.along_m >= line.end_m() - env.config.stop_zone_m;
        if beyond || n.distance_m > line.tolerance_m(env.config, n.along_m) {
            continue;
        }
        let evidence = emission::distance(env.config, &line, n)
            + emission::heading(&line, n, motion.heading_deg);
        if evidence >= emission::AGAINST {
            continue;
        }
        let aside = emission::aside(timetable, named, pattern, Prior::Inferred);
        let passing = runs_passing(env, vehicle, pattern, n.along_m, motion.fix.at);
        for (run, late_s) in passing.into_iter().take(runs_most) {
            let taken = env.runs.is_taken(env.config, run.instance, vehicle, motion.fix.at);
            let taken = if taken { emission::TAKEN } else { 0.0 };
            let cost = evidence + aside + taken + emission::deviation(late_s);
            let birth = Birth { run, prior: Prior::Inferred, fit: evidence, cost };
            beam.push(matching::born(motion, &birth, n.along_m, n.distance_m));
        }
    }
}

/// The likeliest runs of a pattern at `along_m` at `at`, and their lateness there, seconds.
fn runs_passing(
    env: &Env<'_>,
    vehicle: VehicleIdx,
    pattern: PatternIdx,
    along_m: f64,
    at: EpochS,
) -> Vec<(Run, f64)> {
    let (timetable, config) = (env.timetable, env.config);
    let mut found: Vec<(f64, Run, f64)> = Vec::new();
    let mut consider = |run: Run| {
        if env.updates.is_canceled(run.instance) {
            return;
        }
        let line = Line::of(timetable, &run);
        let late_s = (at - run.base) as f64 - line.scheduled_s(along_m);
        let early = late_s < -(config.inferred_early_s as f64);
        if !early && late_s <= config.inferred_late_s as f64 {
            let taken = env.runs.is_taken(config, run.instance, vehicle, at);
            let taken = if taken { emission::TAKEN } else { 0.0 };
            found.push((emission::deviation(late_s) + taken, run, late_s));
        }
    };
    let trips = &timetable.pattern(pattern).trips;
    let start = |trip: &TripIdx| timetable.stop_times(*trip)[0].departure_s;
    for date in timetable.service_dates_between(at - LONGEST_S, at + config.inferred_early_s) {
        let origin = timetable.origin(date);
        let since = at - origin;
        let runs_on =
            |trip: TripIdx| timetable.services[timetable.trip(trip).service.get()].runs_on(date);
        let to = trips.partition_point(|t| i64::from(start(t)) <= since + config.inferred_early_s);
        let once = trips[..to].iter().rev().filter(|t| timetable.frequencies(**t).is_empty());
        let recent = once.take_while(|t| i64::from(start(t)) >= since - LONGEST_S);
        for trip in recent.filter(|t| runs_on(**t)).take(TRIPS_MOST) {
            consider(run_at(timetable, *trip, date, origin, start(trip), true));
        }
        for trip in trips.iter().filter(|t| !timetable.frequencies(**t).is_empty() && runs_on(**t))
        {
            let frequencies = timetable.frequencies(*trip);
            let probe = run_at(timetable, *trip, date, origin, start(trip), true);
            let planned_s = Line::of(timetable, &probe).scheduled_s(along_m);
            let wanted = (since as f64 - planned_s).clamp(-1e6, 1e6) as i32 + start(trip);
            let Some((nearest, step, exact)) = nearest_start(frequencies, wanted) else { continue };
            let starts = (-NEIGHBOURS..=NEIGHBOURS).map(|k| nearest + k * step);
            let within = |s: &i32| frequencies.iter().any(|f| (f.start_s..f.end_s).contains(s));
            for start_s in starts.filter(within) {
                consider(run_at(timetable, *trip, date, origin, start_s, exact));
            }
        }
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.instance.cmp(&b.1.instance)));
    // Whoever drives the one that fits the time best may do so by mistake: it is among them for whoever asks for all.
    let timely = (0..found.len()).min_by(|a, b| {
        emission::deviation(found[*a].2).total_cmp(&emission::deviation(found[*b].2))
    });
    if let Some(timely) = timely.filter(|i| *i >= RUNS_MOST) {
        found.swap(RUNS_MOST - 1, timely);
    }
    found.truncate(RUNS_MOST);
    found.into_iter().map(|(_, run, late_s)| (run, late_s)).collect()
}

fn run_at(
    timetable: &Timetable,
    trip: TripIdx,
    service_date: ServiceDate,
    origin: EpochS,
    start_s: i32,
    scheduled: bool,
) -> Run {
    let own_s = timetable.stop_times(trip)[0].departure_s;
    Run {
        instance: TripInstance { service_date, trip, start_s },
        pattern: timetable.trip(trip).pattern,
        base: origin + i64::from(start_s) - i64::from(own_s),
        scheduled,
    }
}
