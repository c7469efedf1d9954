//! The world over the demo city.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use simulator::{HappeningKind, TrueVisit, Truth, World, WorldConfig, city};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};
use transit::ids::FeedIdx;
use transit::timetable::LoadLimits;
use transit::{EpochS, Timetable, TripInstance};

const FEED: FeedIdx = FeedIdx(0);

fn timetable() -> Arc<Timetable> {
    static CITY: OnceLock<Arc<Timetable>> = OnceLock::new();
    CITY.get_or_init(|| {
        let zip = city::almaty().unwrap();
        Arc::new(Timetable::from_zip(&zip, LoadLimits::default()).unwrap().0)
    })
    .clone()
}

fn morning() -> EpochS {
    timetable().origin(city::DEMO_DATE) + 6 * 3600
}

/// All reports seen at steps of `step_s`, as text, and the truth.
fn watch(
    config: WorldConfig,
    from: EpochS,
    to: EpochS,
    step_s: i64,
    look_s: i64,
) -> (String, Truth) {
    let mut world = World::new(timetable(), config, from);
    let mut seen = String::new();
    let mut truth = Truth::default();
    let mut at = from;
    while at < to {
        at += step_s;
        world.advance(at);
        if (at - from) % look_s == 0 {
            for report in world.reports(FEED) {
                writeln!(seen, "{report:?}").unwrap();
            }
        }
        let more = world.drain_truth();
        truth.visits.extend(more.visits);
        truth.happenings.extend(more.happenings);
    }
    (seen, truth)
}

#[test]
fn the_steps_in_which_it_is_advanced_do_not_matter() {
    let (from, to) = (morning(), morning() + 3_600);
    let mut config = city::demo_world(&timetable());
    config.keep_truth = true;
    let (a, ta) = watch(config.clone(), from, to, 1, 600);
    let (b, tb) = watch(config, from, to, 600, 600);
    assert!(a.len() > 100_000);
    assert!(a == b, "reports differ");
    assert_eq!(ta, tb);
}

#[test]
fn another_seed_is_another_day_and_the_same_seed_the_same() {
    let (from, to) = (morning(), morning() + 1_800);
    let with = |seed| WorldConfig { seed, ..WorldConfig::default() };
    let (a, _) = watch(with(1), from, to, 1_800, 1_800);
    let (b, _) = watch(with(1), from, to, 1_800, 1_800);
    let (c, _) = watch(with(2), from, to, 1_800, 1_800);
    assert!(a == b && a != c);
}

#[test]
fn visits_follow_the_pattern_once_and_in_time() {
    let (_, truth) = watch(WorldConfig::default(), morning(), morning() + 6 * 3_600, 3_600, 3_600);
    assert!(truth.visits.len() > 30_000, "{}", truth.visits.len());
    let mut last: BTreeMap<TripInstance, TrueVisit> = BTreeMap::new();
    for visit in &truth.visits {
        assert!(visit.departure >= visit.arrival);
        if let Some(before) = last.insert(visit.instance, *visit) {
            assert_eq!(before.vehicle, visit.vehicle);
            assert_eq!(before.stop_position + 1, visit.stop_position, "{visit:?}");
            assert!(before.departure < visit.arrival, "{before:?} {visit:?}");
        }
    }
}

#[test]
fn every_run_is_driven_or_told_missing_or_cut() {
    let timetable = timetable();
    let from = timetable.origin(city::DEMO_DATE) + 3 * 3_600;
    let (_, truth) = watch(WorldConfig::default(), from, from + 24 * 3_600, 24 * 3_600, 24 * 3_600);
    let mut told: BTreeSet<TripInstance> = BTreeSet::new();
    let mut missing = 0;
    for happening in &truth.happenings {
        match happening.kind {
            HappeningKind::MissingRun { instance, .. } => {
                missing += 1;
                assert!(told.insert(instance), "told twice");
            }
            HappeningKind::Breakdown { instance, .. }
            | HappeningKind::ShortTurn { instance, .. } => {
                told.insert(instance);
            }
            _ => {}
        }
    }
    let mut stops: BTreeMap<TripInstance, usize> = BTreeMap::new();
    for visit in &truth.visits {
        *stops.entry(visit.instance).or_default() += 1;
    }
    let runs = timetable.instances_on(city::DEMO_DATE);
    for run in &runs {
        let all = timetable.stop_times(run.trip).len();
        assert!(
            stops.get(run) == Some(&all) || told.contains(run),
            "{run:?}: {:?}",
            stops.get(run)
        );
    }
    let share = f64::from(missing) / runs.len() as f64;
    assert!((0.002..0.05).contains(&share), "{share} missing");
}

#[test]
fn a_vehicle_never_drives_back_along_its_line() {
    let timetable = timetable();
    let mut config = WorldConfig::default();
    (config.gps.white_m, config.gps.drift_m, config.gps.outlier_share) = (0.0, 0.0, 0.0);
    let mut world = World::new(timetable.clone(), config, morning());
    let mut last: BTreeMap<String, (String, f64)> = BTreeMap::new();
    let mut pairs = 0;
    for at in (morning()..morning() + 2 * 3_600).step_by(20) {
        world.advance(at);
        for report in world.reports(FEED) {
            let Some(trip_id) = report.trip.trip_id else { continue };
            let pattern = timetable.trip(timetable.trip_by_id(trip_id).unwrap()).pattern;
            let line = timetable.shape_of(pattern);
            let known = last.get(report.vehicle_id).filter(|l| l.0 == trip_id);
            // From where it was on; a ring comes back to its beginning.
            let from = known.map_or(0.0, |l| l.1);
            let to = if known.is_some() { from + 8_000.0 } else { line.length_m() };
            let near = line.project_between(report.place, (from - 300.0).max(0.0), to).unwrap();
            assert!(near.distance_m < 2.0, "{trip_id} {} m off its line", near.distance_m);
            if known.is_some() {
                pairs += 1;
                assert!(near.along_m >= from - 0.5, "{trip_id}: {} after {from}", near.along_m);
            }
            last.insert(report.vehicle_id.to_owned(), (trip_id.to_owned(), near.along_m));
        }
    }
    assert!(pairs > 50_000, "{pairs}");
}

/// Share of departures at most half the planned headway behind the bus before, and the coefficient of
/// variation of headway, on one route in the rush hours.
fn regularity(feedback: bool) -> f64 {
    let timetable = timetable();
    let mut config = WorldConfig::default();
    config.passengers.feedback = feedback;
    let mut sum = (0.0, 0.0, 0.0);
    let from = morning() + 3_600;
    let (_, truth) = watch(config, from, from + 3 * 3_600, 3 * 3_600, 3 * 3_600);
    let mut last: BTreeMap<(u32, Option<u8>, u32), EpochS> = BTreeMap::new();
    let mut visits = truth.visits;
    visits.sort_by_key(|v| v.departure);
    for v in visits {
        let pattern = timetable.pattern(v.pattern);
        let stops = pattern.stops.len();
        // The last third of the way, where deviations have grown.
        if usize::from(v.stop_position) * 3 < stops * 2 || usize::from(v.stop_position) + 1 == stops
        {
            continue;
        }
        let stop = pattern.stops[usize::from(v.stop_position)];
        if let Some(before) = last.insert((pattern.route.0, pattern.direction, stop.0), v.departure)
        {
            let headway = (v.departure - before) as f64;
            if headway < 1_800.0 {
                sum = (sum.0 + 1.0, sum.1 + headway, sum.2 + headway * headway);
            }
        }
    }
    let mean = sum.1 / sum.0;
    (sum.2 / sum.0 - mean * mean).sqrt() / mean
}

#[test]
fn bunching_grows_when_late_buses_meet_more_people() {
    let (with, without) = (regularity(true), regularity(false));
    assert!(with > without * 1.08, "{with} {without}");
    assert!((0.2..0.8).contains(&with), "{with}");
}

#[test]
fn a_measure_on_one_route_leaves_the_days_of_the_others_as_they_were() {
    let zip = city::almaty_with(city::Measure::KamenskoyeReinforced).unwrap();
    let after = Arc::new(Timetable::from_zip(&zip, LoadLimits::default()).unwrap().0);
    let day = |timetable: Arc<Timetable>| {
        let mut world = World::new(timetable.clone(), WorldConfig::default(), morning());
        world.advance(morning() + 3 * 3_600);
        let mut by_route: BTreeMap<String, Vec<(String, u16, EpochS)>> = BTreeMap::new();
        for v in world.drain_truth().visits {
            let trip = timetable.trip(v.instance.trip);
            let route = timetable.route(timetable.pattern(trip.pattern).route).id.to_string();
            let visit = (trip.id.to_string(), v.stop_position, v.arrival);
            by_route.entry(route).or_default().push(visit);
        }
        by_route
    };
    let (before, after) = (day(timetable()), day(after));
    assert_eq!(before.len(), 32);
    for (route, visits) in &before {
        if route == city::KAMENSKOYE {
            assert!(after[route].len() > visits.len() * 3 / 2);
        } else {
            assert!(after[route] == *visits, "{route}");
        }
    }
}

#[test]
fn the_demo_has_something_to_show_when_it_begins() {
    let timetable = timetable();
    let mut config = city::demo_world(&timetable);
    config.keep_truth = true;
    let start = timetable.origin(city::DEMO_DATE) + city::DEMO_TIME_S;
    let (_, truth) = watch(config, start - 2 * 3_600, start, 600, 7_200);
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for happening in &truth.happenings {
        let name = match happening.kind {
            HappeningKind::MissingRun { .. } => "missing",
            HappeningKind::Breakdown { .. } => "breakdown",
            HappeningKind::ShortTurn { .. } => "short turn",
            HappeningKind::Detour { .. } => "detour",
            HappeningKind::Bunching { .. } => "bunching",
            HappeningKind::Gap { .. } => "gap",
            HappeningKind::Silence { .. } => "silence",
            HappeningKind::FeedHole => "hole",
        };
        *count.entry(name).or_default() += 1;
    }
    eprintln!("{count:?}");
    for kind in ["missing", "breakdown", "detour", "bunching", "gap", "silence"] {
        assert!(count.get(kind).is_some_and(|n| *n > 0), "no {kind}: {count:?}");
    }
    let mut world = World::new(timetable, city::demo_world(&self::timetable()), start);
    world.advance(start + 30);
    let out = world.reports(FEED).count();
    assert!((300..430).contains(&out), "{out} vehicles");
}
