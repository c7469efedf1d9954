//! A real city's morning, as its feed told it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod recording;

use recording::{FeedEntity, FeedMessage, messages, shared};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use transit::ids::FeedIdx;
use transit::timetable::LoadLimits;
use transit::{Effect, Event, Monitor, MonitorConfig, StopVisit, Timetable, TripDescriptor};

const FEED: FeedIdx = FeedIdx(0);

struct Replay {
    monitor: Monitor,
    effects: Vec<Effect>,
    /// Accepted positions that name a known trip, and those of them that were matched.
    named: f64,
    matched: f64,
}

fn replay(timetable: &Arc<Timetable>, messages: &[FeedMessage], names_trips: bool) -> Replay {
    let mut monitor = Monitor::new(Arc::clone(timetable), MonitorConfig::default());
    let mut effects = Vec::new();
    let (mut named, mut matched) = (0.0, 0.0);
    let mut accepted_before = 0;
    for message in messages {
        let header_at = message.header.as_ref().and_then(|h| h.timestamp).map(|t| t as i64);
        let now = header_at.unwrap();
        monitor.apply(now, &Event::DatasetStart { feed: FEED, header_at }, &mut effects);
        for mut position in message.entity.iter().filter_map(FeedEntity::position) {
            if !names_trips {
                let route_id = position.trip.route_id;
                position.trip = TripDescriptor { route_id, ..TripDescriptor::default() };
            }
            monitor.apply(now, &Event::Position(position), &mut effects);
        }
        monitor.apply(now, &Event::DatasetEnd { feed: FEED }, &mut effects);
        monitor.apply(now, &Event::Tick, &mut effects);
        let state = &monitor.snapshot(now).feeds[0];
        let accepted = (state.accepted - accepted_before) as f64;
        accepted_before = state.accepted;
        named += accepted;
        matched += accepted * f64::from(state.matched_share.unwrap_or(0.0));
    }
    Replay { monitor, effects, named, matched }
}

fn visits(effects: &[Effect]) -> Vec<StopVisit> {
    let visit = |e: &Effect| if let Effect::Visit(v) = e { Some(*v) } else { None };
    effects.iter().filter_map(visit).collect()
}

/// Each visit once, in order along each run, arrival before departure.
fn assert_plausible(visits: &[StopVisit]) {
    let mut last = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for v in visits {
        assert!(seen.insert((v.instance, v.stop_position)), "twice: {v:?}");
        if let (Some(a), Some(d)) = (v.arrival, v.departure) {
            assert!(a <= d, "{v:?}");
        }
        let (first, at) = (v.arrival.or(v.departure).unwrap(), v.departure.or(v.arrival).unwrap());
        if let Some((position, left)) = last.insert(v.instance, (v.stop_position, at)) {
            assert!(position < v.stop_position, "{v:?}");
            assert!(left <= first, "{v:?} begins before {left}");
        }
    }
}

#[test]
fn a_morning_in_austin_is_matched() {
    let city = "capmetro-austin-2016";
    let Some(gtfs) = shared(&format!("{city}/gtfs.zip")) else { return };
    let Some(zip) = shared(&format!("{city}/vehicle-positions-2016-12-16-30s.zip")) else { return };
    let (timetable, _) = Timetable::from_zip(&gtfs, LoadLimits::default()).unwrap();
    let replay = replay(&Arc::new(timetable), &messages(&zip), true);
    let share = replay.matched / replay.named;
    let visits = visits(&replay.effects);
    let runs: BTreeSet<_> = visits.iter().map(|v| v.instance).collect();
    let feed = &replay.monitor.snapshot(0).feeds[0];
    eprintln!(
        "{share:.4} of {} matched; {} visits of {} runs",
        replay.named,
        visits.len(),
        runs.len()
    );
    eprintln!("refused {:?}", feed.rejected);
    assert_plausible(&visits);
    assert!(share >= 0.97, "{share}");
}
