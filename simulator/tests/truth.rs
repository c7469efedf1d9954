//! What `make truth` reports at length, in short: a golden summary of each kind of world, and quiet worlds in
//! which nothing may be raised. `UPDATE_EXPECT=1 cargo test -p simulator --test truth` writes it anew.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use expect_test::expect_file;
use simulator::score::claims::{Claims, Class, score_claims};
use simulator::score::hardship::{Hardship, hard};
use simulator::score::headways::score_headways;
use simulator::score::incidents::{KINDS, score_incidents};
use simulator::score::trial::{Oddity, quiet, trial};
use simulator::score::{score_visits, share_within};
use simulator::worlds::Kind;
use std::fmt::Write as _;

/// Another seed than those that the report is made with, and a shorter morning, seconds of the service day.
const SEED: u64 = 7;
const MORNING_S: (i64, i64) = (7 * 3_600, 8 * 3_600 + 1_800);

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

#[test]
fn conclusions_come_as_near_to_the_truth_as_they_did() {
    let mut text = String::new();
    let mut claims = Claims::default();
    for kind in Kind::ALL {
        let t = trial(kind, SEED, MORNING_S, &mut |_, _| ()).unwrap();
        let visits = score_visits(&t.watched, t.window);
        let headways = score_headways(&t.timetable, &t.watched, t.window);
        writeln!(
            text,
            "{}\n  visits: {} true, {} found, {} twice, {} invented, {} within 15 s, {} of claims held\n  \
             headways: {} true, {} known, {} in the right band",
            t.name,
            visits.true_visits,
            percent(visits.found_share()),
            visits.twice,
            visits.invented,
            percent(share_within(&visits.outside_s, 15.0)),
            percent(visits.claim_share()),
            headways.true_headways,
            percent(headways.known_share()),
            percent(headways.right_share()),
        )
        .unwrap();
        claims.add(&score_claims(&t.timetable, &t.watched, t.window));
        let scores = score_incidents(&t.timetable, &t.watched, t.window, t.named);
        for ((_, name), score) in KINDS.iter().zip(&scores) {
            writeln!(
                text,
                "  {name}: {} due, {} found; {} raised, {} right, {} again",
                score.due, score.found, score.raised, score.right, score.again
            )
            .unwrap();
        }
    }
    for (class, name) in Class::ALL {
        let share = claims.held_share(class);
        writeln!(text, "claims, {name}: {} hold", percent(share)).unwrap();
        assert!(share >= 0.86, "{name}: {share}");
    }
    expect_file!["./truth/summary.txt"].assert_eq(&text);
}

#[test]
fn where_names_fail_conclusions_come_as_near_to_the_truth_as_they_did() {
    let mut text = String::new();
    for hardship in Hardship::ALL {
        let mut matched = None;
        let t = hard(hardship, SEED, MORNING_S, &mut |monitor, now| {
            if now % 600 < 20 {
                matched = monitor.snapshot(now).feeds[0].matched_share;
            }
        })
        .unwrap();
        let visits = score_visits(&t.watched, t.window);
        writeln!(
            text,
            "{}: {} true visits, {} found, {} by a wrong vehicle, {} invented, {} within 15 s, {} of claims \
             held; named trips matched: {}",
            t.name,
            visits.true_visits,
            percent(visits.found_share()),
            visits.wrong_vehicle,
            visits.invented,
            percent(share_within(&visits.outside_s, 15.0)),
            percent(visits.claim_share()),
            matched.map_or("–".to_owned(), |m| percent(f64::from(m))),
        )
        .unwrap();
    }
    expect_file!["./truth/names.txt"].assert_eq(&text);
}

#[test]
fn a_quiet_world_raises_nothing_that_is_not_there() {
    for oddity in Oddity::ALL {
        let t = quiet(oddity, SEED, MORNING_S).unwrap();
        let scores = score_incidents(&t.timetable, &t.watched, t.window, t.named);
        let faults: Vec<&String> =
            scores.iter().flat_map(|s| &s.faults).filter(|f| f.starts_with("false")).collect();
        assert!(faults.is_empty(), "{oddity:?}: {faults:#?}");
        let raised: usize = scores.iter().map(|s| s.raised).sum();
        // Only behind a bus that turns short is there truly something: nobody comes there.
        assert!(raised == 0 || oddity == Oddity::ShortTurn, "{oddity:?}: {raised} raised");
        assert_eq!(
            scores[2].raised + scores[3].raised,
            0,
            "{oddity:?}: no run is missing, none astray"
        );
    }
}
