//! Laws that hold whatever the buses do.

use super::{LINE, World};
use crate::event::IncidentKind;
use crate::ids::{SegmentIdx, StopIdx};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// One bus for each run, with its own delay.
fn late_by(delays: &[i64]) -> String {
    let mut text = String::new();
    for (i, late) in delays.iter().enumerate() {
        let _ = writeln!(text, "drive b{i} t.{i} late={late}");
    }
    text
}

fn delays() -> impl Strategy<Value = Vec<i64>> {
    prop::collection::vec(-60_i64..900, 25)
}

/// A service on time, and one bus that does as `words` say.
fn on_time_but(odd: usize, words: &str) -> String {
    let mut text = String::new();
    for i in 0..25 {
        let _ = writeln!(text, "drive b{i} t.{i} {}", if i == odd { words } else { "" });
    }
    text
}

fn clock(minute: i64) -> String {
    crate::time::format_gtfs_time((6 * 3600 + minute * 60) as i32)
}

fn go(script: &str) -> World {
    World::new(&format!("{LINE}{script}")).go()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn headways_at_a_stop_add_up(delays in delays()) {
        let w = go(&format!("run 5:55..11:00\n{}", late_by(&delays)));
        let mut by_stop: BTreeMap<StopIdx, Vec<(i64, i64)>> = BTreeMap::new();
        for h in &w.headways {
            by_stop.entry(h.stop).or_default().push((h.at, i64::from(h.headway_s)));
        }
        prop_assert_eq!(by_stop.len(), 8);
        for (stop, mut said) in by_stop {
            said.sort_unstable();
            prop_assert_eq!(said.len(), delays.len() - 1);
            // Two at the same second: either may be said first.
            let first = said.iter().map(|s| s.0 - s.1).min().unwrap();
            let last = said[said.len() - 1].0;
            prop_assert_eq!(said.iter().map(|s| s.1).sum::<i64>(), last - first);
            // The times are those of the buses themselves.
            let departs = |i: usize| {
                let t = w.timetable.stop_times(w.instance(&format!("t.{i}")).trip);
                let position = w.timetable.patterns[0].stops.iter().position(|s| *s == stop);
                w.origin + i64::from(t[position.unwrap_or(0)].departure_s) + delays[i]
            };
            let times: BTreeSet<i64> = (0..delays.len()).map(departs).collect();
            prop_assert_eq!((first, last), (*times.first().unwrap(), *times.last().unwrap()));
        }
    }

    #[test]
    fn every_passage_is_counted_once(delays in delays(), skip in 1_u16..7) {
        let words = late_by(&delays).replace("late", &format!("skip={skip} late"));
        let w = go(&format!("run 5:55..11:00\n{words}"));
        let mut counted = vec![0.0; w.timetable.segments.len()];
        for row in w.intensities.iter().filter(|i| i.route.is_none()) {
            prop_assert_eq!(row.coverage, 1.0);
            let segment = (0..counted.len()).find(|s| {
                let s = &w.timetable.segments[SegmentIdx::from(*s).get()];
                (s.from, s.to) == (row.from, row.to)
            });
            counted[segment.unwrap()] += row.observed_vph;
        }
        prop_assert!(counted.iter().all(|c| *c == delays.len() as f32), "{counted:?}");
        let routes: f32 = w.intensities.iter().filter(|i| i.route.is_some()).map(|i| i.observed_vph).sum();
        prop_assert_eq!(routes, counted.iter().sum::<f32>());
    }

    #[test]
    fn coverage_is_what_was_observed_and_a_hole_alarms_nothing(
        start in 40_i64..120, minutes in 6_i64..45, every in prop::sample::select(vec![15, 30, 60])
    ) {
        for kind in ["hole", "mute"] {
            let (from, to) = (clock(start), clock(start + minutes));
            let w = go(&format!(
                "run 6:00..9:00 every {every}\n{kind} {from}..{to}\n{}", on_time_but(99, "")
            ));
            for (_, _, incident) in &w.incidents {
                prop_assert_eq!(incident.kind, IncidentKind::FeedDown, "{}", w.incidents_text());
            }
            prop_assert!(!w.incidents.is_empty());
            for hour in 6..9 {
                let lost = ((start + minutes).min((hour - 5) * 60) - start.max((hour - 6) * 60)).max(0);
                let honest = 1.0 - lost as f32 / 60.0;
                let at = w.origin + hour * 3600;
                for row in w.intensities.iter().filter(|i| i.hour == at) {
                    // The edge of a hole is known to one renewal on either side.
                    prop_assert!((row.coverage - honest).abs() <= 2.0 * every as f32 / 3600.0 + 1e-3,
                        "{kind} {from}..{to} hour {hour}: {} for {honest}", row.coverage);
                }
            }
            for h in &w.headways {
                prop_assert!(h.status == crate::HeadwayStatus::Even
                    || h.status == crate::HeadwayStatus::Unknown);
                let gap = (w.origin + (360 + start) * 60, w.origin + (360 + start + minutes) * 60);
                let across = h.at - i64::from(h.headway_s) < gap.0 && h.at > gap.1;
                prop_assert!(!across || h.status == crate::HeadwayStatus::Unknown);
            }
        }
    }

    #[test]
    fn odd_buses_alarm_nobody(odd in 2_usize..10, minute in 30_i64..60, length in 1_i64..14) {
        let (from, to) = (clock(minute), clock(minute + length));
        let (start, more) = (clock(odd as i64 * 10), length * 30);
        let extra = [
            // Does not report for a while.
            on_time_but(odd, &format!("silent={from}..{to}")),
            // Stands at the terminal with its engine on.
            format!("{}drive x t.{odd} layover late=-{more}\n", on_time_but(99, "")),
            // Runs behind another one on the same trip.
            format!("{}drive x t.{odd} overload late={more}\n", on_time_but(99, "")),
            // Starts reporting in the middle of its run.
            on_time_but(odd, &format!("from={}", clock(odd as i64 * 10 + length.min(8)))),
            // Starts a little late, within what the headway forgives.
            on_time_but(odd, &format!("park={start}+{}", length * 12)),
        ];
        for drives in extra {
            let w = go(&format!("run 6:00..9:00\n{drives}"));
            prop_assert_eq!(w.incidents_text(), "", "{}", drives);
        }
    }

    #[test]
    fn what_opens_is_numbered_once_and_closes_once(delays in delays(), gone in 0_usize..12) {
        let words = late_by(&delays).replace(&format!("b{gone} t.{gone} "), &format!("b{gone} t.{gone} until=6:50 "));
        let w = go(&format!("run 6:00..9:00\n{words}"));
        let mut open = BTreeSet::new();
        let mut known = BTreeSet::new();
        for (now, opens, incident) in &w.incidents {
            if *opens {
                prop_assert!(known.insert(incident.number));
                prop_assert!(open.insert(incident.number));
                prop_assert!(incident.closed_at.is_none() && incident.opened_at <= *now);
            } else {
                prop_assert!(open.remove(&incident.number));
                prop_assert!(incident.closed_at.is_some_and(|c| c >= incident.opened_at && c <= *now));
            }
        }
        // The same events, the same effects.
        let again = go(&format!("run 6:00..9:00\n{words}"));
        prop_assert_eq!(&w.incidents, &again.incidents);
        prop_assert_eq!(&w.headways, &again.headways);
        prop_assert_eq!(&w.intensities, &again.intensities);
    }

    #[test]
    fn an_even_service_has_no_excess_wait_however_late(late in -60_i64..600) {
        let w = go(&format!("run 5:55..9:00\n{}", late_by(&[late; 25])));
        let direction = &w.snapshot.as_ref().unwrap().directions[0];
        prop_assert!(direction.excess_wait_s.is_some_and(|s| s.abs() < 1.0), "{direction:?}");
        prop_assert_eq!(direction.bunched_share, Some(0.0));
        prop_assert_eq!(direction.gapped_share, Some(0.0));
        prop_assert_eq!(w.incidents_text(), "");
    }

    #[test]
    fn how_visits_are_shared_out_over_ticks_does_not_matter(delays in delays(), every in 2_i64..9) {
        // Every headway is settled late enough for any of these batches.
        let said = |every: i64| {
            let w = go(&format!("run 5:55..11:00 every {every}\n{}", late_by(&delays)));
            let mut said: Vec<_> =
                w.headways.iter().map(|h| (h.stop, h.at, h.headway_s, h.status, h.instance)).collect();
            said.sort_unstable();
            let counts = w.intensities.iter().map(|i| (i.from, i.to, i.hour, i.observed_vph.to_bits()));
            (said, counts.collect::<BTreeSet<_>>())
        };
        prop_assert_eq!(said(30), said(every * 10));
    }

    #[test]
    fn a_segment_counts_every_route_that_runs_it(delays in delays(), other in 1_usize..20) {
        let second = "route 9\ntrip n route=9 direction=0 times=25 every=00:10 : C 6:03, D 6:07, E 6:11\n";
        let mut text = late_by(&delays);
        for i in 0..other {
            let _ = writeln!(text, "drive n{i} n.{i}");
        }
        let w = go(&format!("{second}run 5:55..11:00\n{text}"));
        let stop = |id| w.timetable.stop_by_id(id).unwrap();
        let shared = |i: &&crate::event::Intensity| i.from == stop("C") && i.to == stop("D");
        let sum = |all: bool| {
            let rows = w.intensities.iter().filter(shared).filter(|i| i.route.is_none() == all);
            rows.map(|i| i.observed_vph).sum::<f32>()
        };
        prop_assert_eq!(sum(true), (delays.len() + other) as f32);
        prop_assert_eq!(sum(false), (delays.len() + other) as f32);
    }
}

#[test]
fn an_hour_half_observed_says_so_and_its_rate_is_of_the_observed_half() {
    let w = go(&format!("run 6:00..9:00\nhole 7:00..7:30\n{}", on_time_but(99, "")));
    let seven = w.origin + 7 * 3600;
    let rows: Vec<_> =
        w.intensities.iter().filter(|i| i.hour == seven && i.route.is_none()).collect();
    assert_eq!(rows.len(), 7);
    for row in rows {
        assert!((row.coverage - 0.5).abs() < 0.02, "{row:?}");
        // Six an hour are planned and driven; three of them in the half that was seen.
        assert!((row.observed_vph - 6.0).abs() <= 2.1, "{row:?}");
    }
}

#[test]
fn a_week_later_everything_is_a_week_later() {
    let drives = late_by(&(0..25).map(|i| i * 37 % 400).collect::<Vec<_>>());
    let first = World::new(&format!("{LINE}run 5:55..9:00\n{drives}")).go();
    let later = World::on("20260309", &format!("{LINE}run 5:55..9:00\n{drives}")).go();
    assert_eq!(later.origin - first.origin, 7 * 86_400);
    assert_eq!(first.incidents_text(), later.incidents_text());
    for stop in ["A", "D", "H"] {
        assert_eq!(first.headways_text(stop), later.headways_text(stop));
    }
    let rates = |w: &World| {
        let rows = w
            .intensities
            .iter()
            .map(|i| (i.from, i.to, i.hour - w.origin, i.observed_vph.to_bits()));
        rows.collect::<Vec<_>>()
    };
    assert_eq!(rates(&first), rates(&later));
}
