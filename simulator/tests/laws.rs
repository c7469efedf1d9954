//! Laws of the whole core, from positions to incidents, on generated worlds.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use simulator::World;
use simulator::worlds::{self, DATE, Kind};
use std::sync::Arc;
use transit::ids::FeedIdx;
use transit::{Effect, EpochS, Event, Monitor, MonitorConfig, Timetable, VehiclePosition};

const FEED: FeedIdx = FeedIdx(0);
const DATASET_EVERY_S: i64 = 20;
/// Watched from then, for so long, seconds of the service day.
const FROM_S: i64 = 7 * 3_600;
const LENGTH_S: i64 = 5_400;
/// Worlds with much in them: bunches on loops, holes in the feed, runs that nobody names.
const WORLDS: [(Kind, u64); 3] =
    [(Kind::Loops, 31), (Kind::FeedWithHoles, 32), (Kind::NoTripIds, 33)];

type Tell<'a> = &'a mut dyn FnMut(&mut Monitor, EpochS, &[VehiclePosition<'_>], &mut Vec<Effect>);

fn dataset(
    monitor: &mut Monitor,
    now: EpochS,
    positions: &[VehiclePosition<'_>],
    effects: &mut Vec<Effect>,
) {
    monitor.apply(now, &Event::DatasetStart { feed: FEED, header_at: Some(now) }, effects);
    for position in positions {
        monitor.apply(now, &Event::Position(*position), effects);
    }
    monitor.apply(now, &Event::DatasetEnd { feed: FEED }, effects);
}

/// Watches a world as `tell` tells each of its datasets; a tick after each. All effects, the last snapshot.
fn watch((kind, seed): (Kind, u64), tell: Tell<'_>) -> (Vec<Effect>, String) {
    let (timetable, config) = worlds::generate(kind, seed).unwrap();
    let from = timetable.origin(DATE) + FROM_S;
    let mut world = World::new(Arc::clone(&timetable), config, from);
    let mut monitor = Monitor::new(timetable, MonitorConfig::default());
    let mut effects = Vec::new();
    let mut now = from;
    while now < from + LENGTH_S {
        now += DATASET_EVERY_S;
        world.advance(now);
        if world.feed_is_up() {
            let positions: Vec<_> = world.reports(FEED).collect();
            tell(&mut monitor, now, &positions, &mut effects);
        } else {
            monitor.apply(now, &Event::FeedFailed { feed: FEED }, &mut effects);
        }
        monitor.apply(now, &Event::Tick, &mut effects);
    }
    let snapshot = format!("{:?}", monitor.snapshot(now).vehicles);
    monitor.finish(now, &mut effects);
    (effects, snapshot)
}

fn usual(world: (Kind, u64)) -> (Vec<Effect>, String) {
    let told = watch(world, &mut dataset);
    let count = |of: fn(&Effect) -> bool| told.0.iter().filter(|e| of(e)).count();
    assert!(count(|e| matches!(e, Effect::Visit(_))) > 1_000, "{world:?}");
    assert!(count(|e| matches!(e, Effect::Headway(_))) > 1_000, "{world:?}");
    assert!(count(|e| matches!(e, Effect::Intensity(_))) > 100, "{world:?}");
    assert!(count(|e| matches!(e, Effect::IncidentOpened(_))) > 5, "{world:?}");
    told
}

/// All but what was refused.
fn concluded((effects, snapshot): (Vec<Effect>, String)) -> (Vec<Effect>, String) {
    let kept = effects.into_iter().filter(|e| !matches!(e, Effect::Rejected { .. }));
    (kept.collect(), snapshot)
}

#[track_caller]
fn assert_same(a: &(Vec<Effect>, String), b: &(Vec<Effect>, String), world: (Kind, u64)) {
    let differs = a.0.iter().zip(&b.0).position(|(a, b)| a != b);
    if let Some(i) = differs {
        panic!("{world:?}: effect {i} differs:\n{:?}\n{:?}", a.0[i], b.0[i]);
    }
    assert_eq!(a.0.len(), b.0.len(), "{world:?}");
    assert_eq!(a.1, b.1, "{world:?}");
}

#[test]
fn the_same_events_give_the_same_effects_to_the_byte() {
    for world in WORLDS {
        let (a, b) = (usual(world), usual(world));
        assert_eq!(format!("{:?}", a.0), format!("{:?}", b.0), "{world:?}");
        assert_eq!(a.1, b.1, "{world:?}");
    }
}

#[test]
fn a_position_that_is_told_again_changes_nothing() {
    for world in WORLDS {
        let twice = watch(world, &mut |monitor, now, positions, effects| {
            let again: Vec<_> = positions.iter().flat_map(|p| [*p, *p]).collect();
            dataset(monitor, now, &again, effects);
        });
        assert_same(&concluded(usual(world)), &concluded(twice), world);
    }
}

#[test]
fn how_positions_fall_into_datasets_does_not_matter() {
    for world in WORLDS {
        let split = watch(world, &mut |monitor, now, positions, effects| {
            let cut = positions.len() * (now as usize % 7) / 6;
            let (first, second) = positions.split_at(cut.min(positions.len()));
            dataset(monitor, now, first, effects);
            dataset(monitor, now, second, effects);
        });
        assert_same(&usual(world), &split, world);
    }
}

#[test]
fn a_reload_of_the_same_timetable_changes_nothing() {
    for world in WORLDS {
        let (again, _): (Arc<Timetable>, _) = worlds::generate(world.0, world.1).unwrap();
        let reloaded = watch(world, &mut |monitor, now, positions, effects| {
            if now % 340 == 0 {
                monitor.apply(now, &Event::Timetable(Arc::clone(&again)), effects);
            }
            dataset(monitor, now, positions, effects);
        });
        assert_same(&usual(world), &reloaded, world);
    }
}
