//! The Monitor on worlds whose feed misnames trips, or names none.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use simulator::score::{VisitScore, Window, quantile, score_visits, share_within, watch};
use simulator::worlds::{self, Kind};
use simulator::{FeedManner, World, WorldConfig};
use transit::{Monitor, MonitorConfig};

fn score(kind: Kind, seed: u64, feed: impl Fn(FeedManner) -> FeedManner) -> VisitScore {
    let (timetable, config) = worlds::generate(kind, seed).unwrap();
    let config = WorldConfig { feed: feed(config.feed.clone()), ..config };
    let from = timetable.origin(worlds::DATE) + 8 * 3_600;
    let mut world = World::new(timetable.clone(), config, from - 3_600);
    let mut monitor = Monitor::new(timetable, MonitorConfig::default());
    let watched = watch(&mut world, &mut monitor, from + 5_400, 20);
    let score = score_visits(&watched, Window { from, to: from + 3_600 });
    assert_eq!(score.twice, 0, "{kind:?} {seed}");
    assert!(quantile(&score.outside_s, 0.5) <= 2.0, "{kind:?} {seed}");
    assert!(share_within(&score.outside_s, 15.0) >= 0.95, "{kind:?} {seed}");
    assert!(
        (0.86..=0.95).contains(&score.claim_share()),
        "{kind:?} {seed} {}",
        score.claim_share()
    );
    score
}

#[test]
fn without_trip_ids_every_bus_finds_its_run() {
    for seed in [21, 22] {
        let score = score(Kind::NoTripIds, seed, |feed| feed);
        assert!(score.found_share() >= 0.98, "{seed}: {}", score.found_share());
    }
}

#[test]
fn a_bus_that_still_names_its_last_trip_is_found_on_the_next() {
    let stale = |feed| FeedManner { stale_trip_share: 0.1, ..feed };
    let score = score(Kind::DenseCity, 23, stale);
    assert!(score.found_share() >= 0.98, "{}", score.found_share());
}

#[test]
fn one_trip_in_ten_under_its_neighbours_name_costs_few_visits() {
    let neighbour = |feed| FeedManner { neighbour_trip_share: 0.1, ..feed };
    let score = score(Kind::DenseCity, 24, neighbour);
    assert!(score.found_share() >= 0.93, "{}", score.found_share());
}
