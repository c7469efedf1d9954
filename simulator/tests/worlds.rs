//! The generated worlds: they load without a finding and turn.

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
