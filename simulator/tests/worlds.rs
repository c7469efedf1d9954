//! The generated worlds: they load without a finding and turn.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use simulator::worlds::{self, Kind};
use simulator::{HappeningKind, TripNaming, World, gtfs};
use transit::Timetable;
use transit::ids::FeedIdx;
use transit::timetable::LoadLimits;

#[test]
fn each_kind_loads_without_a_finding_whatever_the_seed() {
    for kind in Kind::ALL {
        for seed in 0..4 {
            let zip = gtfs::zip(&worlds::network(kind, seed).files(), false).unwrap();
            let (timetable, report) = Timetable::from_zip(&zip, LoadLimits::default()).unwrap();
            assert!(report.findings.is_empty(), "{kind:?} {seed}: {:#?}", report.findings);
            assert!(timetable.routes.len() >= 8 && timetable.trips.len() > 500, "{kind:?} {seed}");
        }
    }
}

#[test]
fn seeds_give_different_networks_and_the_same_seed_the_same() {
    let files = |seed| worlds::network(Kind::DenseCity, seed).files();
    assert!(files(1) == files(1));
    assert!(files(1) != files(2));
}

#[test]
fn each_world_turns_and_has_its_difficulty() {
    for kind in Kind::ALL {
        let (timetable, config) = worlds::generate(kind, 5).unwrap();
        let naming = config.feed.naming;
        let from = timetable.origin(worlds::DATE) + 7 * 3_600;
        let mut world = World::new(timetable, config, from);
        let (mut reports, mut named, mut far, mut down) = (0, 0, 0, 0);
        for at in (from..from + 3 * 3_600).step_by(30) {
            world.advance(at);
            down += usize::from(!world.feed_is_up());
            for report in world.reports(FeedIdx(0)) {
                reports += 1;
                named += usize::from(report.trip.trip_id.is_some());
                far += usize::from(!report.place.is_plausible());
            }
        }
        let truth = world.drain_truth();
        assert!(
            reports > 8_000 && truth.visits.len() > 1_500,
            "{kind:?}: {reports} {}",
            truth.visits.len()
        );
        assert_eq!(named > 0, naming == TripNaming::Trip, "{kind:?}");
        assert_eq!(far > 0, kind == Kind::DirtyGps, "{kind:?}");
        assert_eq!(down > 0, kind == Kind::FeedWithHoles, "{kind:?}");
        let holes = truth.happenings.iter().any(|h| h.kind == HappeningKind::FeedHole);
        assert_eq!(holes, kind == Kind::FeedWithHoles, "{kind:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn in_any_world_visits_are_in_order_once_and_whatever_the_steps(
        kind in 0..Kind::ALL.len(),
        seed in 0_u64..1_000,
        step_s in 1_i64..400,
    ) {
        let (timetable, config) = worlds::generate(Kind::ALL[kind], seed).unwrap();
        let from = timetable.origin(worlds::DATE) + 8 * 3_600;
        let mut world = World::new(timetable.clone(), config.clone(), from);
        world.advance(from + 3_600);
        let truth = world.drain_truth();
        let mut last = std::collections::BTreeMap::new();
        for visit in &truth.visits {
            prop_assert!(visit.arrival <= visit.departure);
            if let Some((position, departure)) =
                last.insert(visit.instance, (visit.stop_position, visit.departure))
            {
                prop_assert!(position < visit.stop_position && departure < visit.arrival);
            }
        }
        let mut stepped = World::new(timetable, config, from);
        while stepped.now() < from + 3_600 {
            stepped.advance((stepped.now() + step_s).min(from + 3_600));
        }
        prop_assert!(stepped.drain_truth() == truth);
        let show = |w: &World| w.reports(FeedIdx(0)).map(|r| format!("{r:?}")).collect::<Vec<_>>();
        prop_assert!(show(&world) == show(&stepped));
    }
}
