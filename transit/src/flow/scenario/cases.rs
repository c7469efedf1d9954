//! What dispatchers see, and what they must not.

#![allow(clippy::needless_raw_string_hashes, reason = "as expect-test writes them")]

use super::{LINE, World, drives};
use expect_test::expect;
use std::fmt::Write as _;

fn world(script: &str) -> World {
    World::new(&format!("{LINE}{script}")).go()
}

#[test]
fn an_even_service_alarms_nobody() {
    let w = world(&format!("run 6:00..9:00\n{}", drives(0, 25, |_| Some(""))));
    assert_eq!(w.incidents_text(), "");
    let even = w.headways.iter().filter(|h| h.status == crate::HeadwayStatus::Even).count();
    assert_eq!(even, w.headways.len());
    assert!(even > 100);
    let snapshot = w.snapshot.as_ref().unwrap();
    let d = &snapshot.directions[0];
    assert_eq!((d.vehicles, d.scheduled_vehicles), (2, 3));
    assert_eq!((d.scheduled_headway_s, d.median_headway_s), (Some(600), Some(600)));
    assert_eq!(d.excess_wait_s, Some(0.0));
    assert_eq!(
        (d.bunched_share, d.gapped_share, d.on_time_share),
        (Some(0.0), Some(0.0), Some(1.0))
    );
    assert_eq!((d.by_timetable, d.coverage), (false, 1.0));
    assert!(
        snapshot.segments.iter().all(|s| s.scheduled_vph == 6.0 && s.observed_vph == Some(6.0))
    );
    assert_eq!(snapshot.segments.len(), 7);
}

#[test]
fn a_late_bus_is_caught_up_and_leaves_a_gap() {
    let w = world(&format!(
        "run 6:00..8:30\n{}",
        drives(0, 25, |i| Some(if i == 5 { "park=6:55+460" } else { "" }))
    ));
    expect![[r#"
        07:04:00 opens 1 gap route 5 at C run t.5 bus b5 value 927
        07:09:00 opens 2 bunching route 5 at C run t.6 bus b6 value 140
        07:26:30 closes 1 gap route 5 at C run t.5 bus b5 value 1061
        07:29:30 closes 2 bunching route 5 at C run t.6 bus b6 value 140
    "#]]
    .assert_eq(&w.incidents_text());
    expect![[r#"
        06:30:00 t.1 after t.0: 600 of 600 Even
        06:40:00 t.2 after t.1: 600 of 600 Even
        06:50:00 t.3 after t.2: 600 of 600 Even
        07:00:00 t.4 after t.3: 600 of 600 Even
        07:17:40 t.5 after t.4: 1060 of 600 Gapped
        07:20:00 t.6 after t.5: 140 of 600 VeryBunched
        07:30:00 t.7 after t.6: 600 of 600 Even
        07:40:00 t.8 after t.7: 600 of 600 Even
        07:50:00 t.9 after t.8: 600 of 600 Even
        08:00:00 t.10 after t.9: 600 of 600 Even
        08:10:00 t.11 after t.10: 600 of 600 Even
        08:20:00 t.12 after t.11: 600 of 600 Even
    "#]]
    .assert_eq(&w.headways_text("F"));
}

#[test]
fn a_missing_run_is_a_ghost_and_a_gap() {
    let w = world(&format!("run 6:00..8:30\n{}", drives(0, 25, |i| (i != 5).then_some(""))));
    expect![[r#"
        07:00:00 opens 1 ghost route 5 at A run t.5 value 600
        07:00:30 opens 2 gap route 5 at B run t.6 bus b6 value 959
        07:29:00 closes 2 gap route 5 at B run t.6 bus b6 value 1201
        07:33:30 closes 1 ghost route 5 at A run t.5 value 2610
    "#]]
    .assert_eq(&w.incidents_text());
}

/// The same gap, but the feed falls silent between the two looks that it takes.
#[test]
fn a_gap_that_newer_data_have_not_shown_is_none() {
    for hole in ["mute 7:00:30..7:40", "hole 7:00:30..7:40"] {
        let script = format!("run 6:00..8:30\n{hole}\n");
        let w = world(&(script + &drives(0, 25, |i| (i != 5).then_some(""))));
        assert!(!w.incidents_text().contains(" gap "), "{}", w.incidents_text());
        assert!(w.incidents_text().contains("feed_down"));
    }
}

#[test]
fn a_cancelled_run_is_no_ghost() {
    let w = world(&format!(
        "cancel t.5\nrun 6:00..8:30\n{}",
        drives(0, 25, |i| (i != 5).then_some(""))
    ));
    expect![[r#"
        07:00:30 opens 1 gap route 5 at B run t.6 bus b6 value 959
        07:29:00 closes 1 gap route 5 at B run t.6 bus b6 value 1201
    "#]]
    .assert_eq(&w.incidents_text());
}

#[test]
fn nobody_comes_any_more() {
    let w = world(&format!("run 6:00..8:30\n{}", drives(0, 9, |_| Some(""))));
    expect![[r#"
        07:40:00 opens 1 ghost route 5 at A run t.9 value 600
        07:40:00 opens 2 gap route 5 at B value 930
        07:50:00 opens 3 ghost route 5 at A run t.10 value 600
        07:53:30 opens 4 feed_down value 330
        07:53:30 closes 2 gap route 5 at B value 1709 as of 07:48:00
        08:13:30 closes 1 ghost route 5 at A run t.9 value 2610
        08:23:30 closes 3 ghost route 5 at A run t.10 value 2610
    "#]]
    .assert_eq(&w.incidents_text());
}

#[test]
fn a_hole_in_the_recording_makes_no_gap() {
    let w = world(&format!("run 6:00..9:00\nhole 7:10..7:40\n{}", drives(0, 25, |_| Some(""))));
    expect![[r#"
        07:40:00 opens 1 feed_down value 1830
        07:40:30 closes 1 feed_down value 1830
    "#]]
    .assert_eq(&w.incidents_text());
    expect![[r#"
        06:22:00 t.1 after t.0: 600 of 600 Even
        06:32:00 t.2 after t.1: 600 of 600 Even
        06:42:00 t.3 after t.2: 600 of 600 Even
        06:52:00 t.4 after t.3: 600 of 600 Even
        07:02:00 t.5 after t.4: 600 of 600 Even
        07:42:00 t.9 after t.5: 2400 of 600 Unknown
        07:52:00 t.10 after t.9: 600 of 600 Even
        08:02:00 t.11 after t.10: 600 of 600 Even
        08:12:00 t.12 after t.11: 600 of 600 Even
        08:22:00 t.13 after t.12: 600 of 600 Even
        08:32:00 t.14 after t.13: 600 of 600 Even
        08:42:00 t.15 after t.14: 600 of 600 Even
        08:52:00 t.16 after t.15: 600 of 600 Even
    "#]]
    .assert_eq(&w.headways_text("D"));
}

#[test]
fn a_feed_that_does_not_answer_is_down_and_nothing_else_is() {
    let w = world(&format!(
        "run 6:00..9:00\nmute 7:10..7:40\n{}",
        drives(0, 25, |i| (i != 8).then_some(""))
    ));
    expect![[r#"
        07:12:30 opens 1 feed_down value 180
        07:40:30 closes 1 feed_down value 1830
    "#]]
    .assert_eq(&w.incidents_text());
}

#[test]
fn a_route_that_nobody_tracks_has_no_ghosts() {
    let other = "
route 9
trip n route=9 direction=0 times=25 every=00:10 : A 6:00, B 6:04, C 6:08, D 6:12
";
    let w = world(&format!("{other}run 6:00..9:00\n{}", drives(0, 25, |_| Some(""))));
    assert_eq!(w.incidents_text(), "");
    // And its segments are not said to be empty: their coverage is 0.
    let nine = w.timetable.route_by_id("9");
    let rows: Vec<_> = w.intensities.iter().filter(|i| i.route == nine).collect();
    assert!(!rows.is_empty());
    assert!(rows.iter().all(|i| i.coverage == 0.0 && i.scheduled_vph > 0.0));
}

#[test]
fn a_bus_that_leaves_its_line_is_off_route() {
    let w = world(&format!(
        "run 6:00..8:00\n{}",
        drives(0, 25, |i| Some(if i == 5 { "away=7:00..7:06" } else { "" }))
    ));
    expect![[r#"
        07:00:30 opens 1 off_route route 5 run t.5 bus b5 value 250
        07:06:30 closes 1 off_route route 5 run t.5 bus b5 value 250
    "#]]
    .assert_eq(&w.incidents_text());
}

#[test]
fn parked_overload_layover_and_silent_buses_alarm_nobody() {
    let w = world(&format!(
        "run 6:00..8:00\n{}drive x t.4 overload late=20\ndrive y t.6 layover late=-560\n",
        drives(0, 25, |i| Some(if i == 7 { "silent=7:16..7:24" } else { "" }))
    ));
    assert_eq!(w.incidents_text(), "");
}

#[test]
fn short_turns_belong_to_the_plan() {
    // Between B and D a short-turn route variant fills every gap: a bus each five minutes there.
    let short = "
trip s route=5 direction=0 times=25 every=00:10 : B 6:09, C 6:13, D 6:17
";
    let mut text = format!("{short}run 6:00..8:30\n{}", drives(0, 25, |_| Some("")));
    for i in 0..25 {
        let _ = writeln!(text, "drive s{i} s.{i}");
    }
    let w = world(&text);
    assert_eq!(w.incidents_text(), "");
    expect![[r#"
        06:13:00 s.0 after t.0: 300 of 300 Even
        06:18:00 t.1 after s.0: 300 of 300 Even
        06:23:00 s.1 after t.1: 300 of 300 Even
        06:28:00 t.2 after s.1: 300 of 300 Even
        06:33:00 s.2 after t.2: 300 of 300 Even
        06:38:00 t.3 after s.2: 300 of 300 Even
    "#]]
    .assert_eq(&w.headways_text("C")[..240]);
}

#[test]
fn a_visit_that_was_not_seen_is_no_gap() {
    let w = world(&format!(
        "run 6:00..8:20\n{}",
        drives(0, 25, |i| Some(if i == 5 { "skip=4" } else { "" }))
    ));
    assert_eq!(w.incidents_text(), "");
    expect![[r#"
        06:26:00 t.1 after t.0: 600 of 600 Even
        06:36:00 t.2 after t.1: 600 of 600 Even
        06:46:00 t.3 after t.2: 600 of 600 Even
        06:56:00 t.4 after t.3: 600 of 600 Even
        07:16:00 t.6 after t.4: 1200 of 600 Unknown
        07:26:00 t.7 after t.6: 600 of 600 Even
        07:36:00 t.8 after t.7: 600 of 600 Even
        07:46:00 t.9 after t.8: 600 of 600 Even
        07:56:00 t.10 after t.9: 600 of 600 Even
        08:06:00 t.11 after t.10: 600 of 600 Even
        08:16:00 t.12 after t.11: 600 of 600 Even
    "#]]
    .assert_eq(&w.headways_text("E"));
    // Both segments around the stop were crossed all the same.
    assert!(
        w.intensities
            .iter()
            .filter(|i| i.hour == w.origin + 7 * 3600)
            .all(|i| i.observed_vph == i.scheduled_vph)
    );
}

#[test]
fn slow_feeds_are_not_full_of_holes() {
    for every in [60, 120] {
        let w = world(&format!("run 6:00..9:00 every {every}\n{}", drives(0, 25, |_| Some(""))));
        assert_eq!(w.incidents_text(), "", "every {every}");
        assert_eq!(w.snapshot.as_ref().unwrap().directions[0].coverage, 1.0);
    }
}

/// Headways as a set, with their bands.
fn said(w: &World) -> Vec<(crate::EpochS, crate::ids::StopIdx, i32, crate::HeadwayStatus)> {
    let mut said: Vec<_> =
        w.headways.iter().map(|h| (h.at, h.stop, h.headway_s, h.status)).collect();
    said.sort_unstable();
    said
}

#[test]
fn a_short_restart_changes_no_headway() {
    let buses = drives(0, 25, |_| Some(""));
    let whole = world(&format!("run 6:00..9:00\n{buses}"));
    let cut = world(&format!("run 6:00..9:00\nrestart 7:31..7:32\n{buses}"));
    assert_eq!(said(&cut), said(&whole));
    assert_eq!(cut.incidents_text(), "");
    // What was counted before is gone with the old `Flow`; the hour says how much of it was seen.
    let hour = cut.origin + 7 * 3_600;
    for i in cut.intensities.iter().filter(|i| i.hour == hour) {
        assert!((0.4..0.6).contains(&i.coverage), "{i:?}");
        assert!(
            (4.0..=8.0).contains(&i.observed_vph),
            "6 an hour, by the time that was seen: {i:?}"
        );
    }
}

#[test]
fn a_long_restart_makes_only_what_lies_across_it_unknown() {
    let buses = drives(0, 25, |_| Some(""));
    let whole = world(&format!("run 6:00..9:00\n{buses}"));
    let cut = world(&format!("run 6:00..9:00\nrestart 7:31..7:45\n{buses}"));
    let (from, to) = (cut.origin + 7 * 3_600 + 31 * 60, cut.origin + 7 * 3_600 + 45 * 60);
    let across = |h: &&(crate::EpochS, crate::ids::StopIdx, i32, crate::HeadwayStatus)| {
        h.0 > from && h.0 - crate::EpochS::from(h.2) < to
    };
    let (cut_said, whole_said) = (said(&cut), said(&whole));
    let apart = |all: &[_]| all.iter().filter(|h| !across(h)).copied().collect::<Vec<_>>();
    assert_eq!(apart(&cut_said), apart(&whole_said));
    let unknown: Vec<_> = cut_said.iter().filter(across).collect();
    assert!(unknown.len() > 3);
    assert!(unknown.iter().all(|h| h.3 == crate::HeadwayStatus::Unknown), "{unknown:?}");
    assert_eq!(cut.incidents_text(), "", "our own silence is no gap, and no fault of the feed");
}

/// [`LINE`] with a bus every twenty minutes: three an hour, so the timetable is judged.
fn sparse(script: &str) -> World {
    let feed = LINE.replace("times=25 every=00:10", "times=13 every=00:20");
    World::new(&format!("{feed}{script}")).go()
}

#[test]
fn below_five_an_hour_two_together_are_one_that_is_late() {
    let w = sparse(&format!(
        "run 6:00..9:30\n{}",
        drives(0, 13, |i| Some(if i == 3 { "late=1080" } else { "" }))
    ));
    assert!(w.snapshot.as_ref().unwrap().directions[0].by_timetable);
    // Eighteen minutes late, two minutes before the next: neither a bunch nor a gap, but not on time.
    assert_eq!(w.incidents_text(), "");
    assert!(w.headways_text("D").contains("VeryBunched"));
    assert_eq!(w.snapshot.as_ref().unwrap().directions[0].excess_wait_s, None);
}

#[test]
fn below_five_an_hour_two_that_do_not_come_are_a_gap() {
    let w =
        sparse(&format!("run 6:00..9:30\n{}", drives(0, 13, |i| (i != 4 && i != 5).then_some(""))));
    let gaps: Vec<&str> = w.incidents.iter().map(|i| i.2.kind.name()).collect();
    assert_eq!(gaps.iter().filter(|k| **k == "gap").count(), 2, "{}", w.incidents_text());
    assert_eq!(gaps.iter().filter(|k| **k == "ghost").count(), 4, "{}", w.incidents_text());
    // Not before the second of them is five minutes overdue at the first stop behind the terminal.
    let opened = w.incidents.iter().find(|i| i.1 && i.2.kind.name() == "gap").unwrap();
    assert!(w.clock(opened.0).as_str() >= "07:49:00", "{}", w.clock(opened.0));
}

#[test]
fn a_gap_is_one_while_the_bus_behind_it_is_silent() {
    let w = world(&format!(
        "run 6:00..8:30\n{}",
        drives(0, 25, |i| match i {
            5 => None,
            6 => Some("silent=7:06..7:13"),
            _ => Some(""),
        })
    ));
    let gaps = w.incidents.iter().filter(|i| i.1 && i.2.kind.name() == "gap").count();
    assert_eq!(gaps, 1, "{}", w.incidents_text());
}

#[test]
fn where_buses_drive_round_a_closed_street_no_gap_is_told_again_for_each() {
    // From after C to before F, a minute after D and E should be served.
    let mut text = drives(0, 5, |_| Some("")) + &drives(12, 25, |_| Some(""));
    for i in 5..12 {
        let at = |minute: i32| crate::time::format_gtfs_time((360 + i * 10 + minute) * 60);
        let _ = writeln!(text, "drive b{i} t.{i} skip=3 skip=4 away={}..{}", at(10), at(19));
    }
    let w = world(&format!("run 6:00..9:00\n{text}"));
    let opened = |kind: &str| w.incidents.iter().filter(|i| i.1 && i.2.kind.name() == kind).count();
    assert_eq!((opened("gap"), opened("off_route")), (0, 7), "{}", w.incidents_text());
}

#[test]
fn a_bus_that_drove_the_end_of_its_run_unseen_left_no_gap_behind() {
    // Silent from F on, it speaks again on its next run; the one behind it is four minutes late.
    let w = world(&format!(
        "run 6:00..9:00\n{}drive b5 t.9\n",
        drives(0, 25, |i| match i {
            5 => Some("silent=7:09..7:28"),
            6 => Some("late=240"),
            9 => None,
            _ => Some(""),
        })
    ));
    assert_eq!(w.incidents_text(), "");
}

#[test]
fn a_bus_that_stands_idle_at_its_terminal_drives_nothing() {
    // It is there with the run, and never leaves: after the grace for a late start the run is missing.
    let w = world(&format!(
        "run 6:00..8:30\n{}drive idle t.5 layover\n",
        drives(0, 25, |i| (i != 5).then_some(""))
    ));
    let ghost = w.incidents.iter().find(|i| i.1 && i.2.kind.name() == "ghost").unwrap();
    assert_eq!(w.clock(ghost.0), "07:06:00");
}

#[test]
fn a_bus_that_turns_short_is_no_missing_run_and_not_astray() {
    let w = world(&format!(
        "run 6:00..8:30\n{}",
        drives(0, 25, |i| Some(if i == 5 { "until=7:05" } else { "" }))
    ));
    // Behind where it turned nobody comes for twenty minutes: that is so, and nothing else is.
    let kinds: Vec<&str> = w.incidents.iter().map(|i| i.2.kind.name()).collect();
    assert!(kinds.iter().all(|k| *k == "gap"), "{}", w.incidents_text());
}

#[test]
fn a_bunch_whose_leader_has_arrived_is_one_still() {
    let w = world(&format!(
        "run 6:00..8:30\n{}",
        drives(0, 25, |i| Some(if i == 5 { "park=7:01+440" } else { "" }))
    ));
    let bunch: Vec<_> = w.incidents.iter().filter(|i| i.2.kind.name() == "bunching").collect();
    assert_eq!(bunch.len(), 2, "{}", w.incidents_text());
}
