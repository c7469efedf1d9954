//! The same through the server: engine, rows, database, slices, and back. What it finds is what truly was.

use crate::city::{City, EVERY_S};
use crate::{HEAD, score_by, seed, tell};
use server::clock::Clock;
use server::engine::Watch;
use server::evidence::Examiner;
use server::ledger::Ledger;
use server::plans::Plans;
use server::published::Published;
use server::record::FeedHealthRow;
use server::register::{Keys, Law, Register};
use server::store::{Store, StoreSettings};
use simulator::worlds;
use std::sync::Arc;
use tokio::sync::watch;
use transit::ids::FeedIdx;
use transit::{EpochS, MonitorConfig};

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// Every so many planned passages somebody appeals.
const EVERY_PASSAGE: usize = 7;
const FEED: &str = "city";

fn minute(at: EpochS, accepted: i64) -> FeedHealthRow {
    FeedHealthRow {
        feed_id: FEED.into(),
        at: at - at.rem_euclid(60),
        accepted,
        rejected: 0,
        age_s: None,
        matched_share: None,
        down: accepted == 0,
    }
}

/// A morning through the engine into the database: the truth, and who examines.
async fn kept(kind: worlds::Kind, folder: &std::path::Path) -> (City, Examiner) {
    let (timetable, mut world, until) = City::world(kind, seed());
    let url = format!("sqlite:{}", folder.join("kept.sqlite").display());
    let store = Store::open(&url, StoreSettings::default()).await.unwrap();
    let feeds = vec![FEED.to_owned()];
    let mut watch =
        Watch::new(Arc::clone(&timetable), MonitorConfig::default(), feeds, "kept".into());
    watch.keep_tracks();
    while world.now() < until {
        let now = world.now() + EVERY_S;
        world.advance(now);
        let mut accepted = 0;
        if world.feed_is_up() {
            watch.positions(now, FeedIdx(0), world.reports(FeedIdx(0)).inspect(|_| accepted += 1));
        } else {
            watch.feed_failed(now, FeedIdx(0));
        }
        watch.tick(now);
        watch.observed(minute(now, accepted));
        store.writer().send_when_ready(watch.take_batch()).await.unwrap();
    }
    watch.close_tracks();
    store.writer().send(watch.take_batch());
    store.writer().flush().await.unwrap();
    let ledger = Ledger::open(&url).await.unwrap();
    let law = Arc::new(Law::shipped(timetable.zone.clone(), "city").unwrap());
    let keys = Arc::new(Keys::parse(KEY).unwrap());
    let register = Register::new(ledger.clone(), keys, law, Clock::of_city(until, 0.001));
    let first = Published {
        snapshot: Arc::new(watch.snapshot(until)),
        epoch: 1,
        start: "kept".into(),
        tick: 0,
        speed: 1.0,
        demo: true,
        warming_up: false,
        store_down: false,
        feeds: Vec::new(),
        notices: Arc::default(),
    };
    // Nothing else is published, and what was stays to be read.
    let (_, publications) = watch::channel(Arc::new(first));
    let examiner = Examiner::new(register, store, Plans::new(ledger, publications, folder));
    (City::told(timetable, world.drain_truth(), until), examiner)
}

#[test]
fn what_the_server_finds_in_its_database_is_right_where_coverage_is_good() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut table = HEAD.to_owned();
    let (mut wrong, mut well, mut right, mut open) = (0, 0, 0, 0);
    for world in [worlds::Kind::ALL[0], worlds::Kind::ALL[1]] {
        let dir = tempfile::tempdir().unwrap();
        let (city, examiner) = runtime.block_on(kept(world, dir.path()));
        let tallies = score_by(&city, EVERY_PASSAGE, &mut |kind, claim, _| {
            runtime.block_on(examiner.examined(kind, claim)).unwrap().packet
        });
        let t = tell(&mut table, &format!("{world:?}"), tallies);
        wrong += t.wrong_well_covered;
        well += t.well_covered;
        right += t.right;
        open += t.undetermined;
    }
    println!("{table}");
    assert!(well > 200 && right > open, "{table}");
    assert!(f64::from(wrong) / f64::from(well) < 0.01, "{table}");
}
