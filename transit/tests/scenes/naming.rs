//! Trips that the feed misnames, or ceases to name.

use super::scene::Scene;
use super::{STREET, check};
use expect_test::expect;

/// `bus` drives 2,215 m in 20 s steps from `start` (seconds of the day) on; `how` is what it names and where.
fn drive(bus: &str, how: &str, start: i32, from_m: i32, to_m: i32) -> String {
    let steps = (0..).map(|i| (start + 20 * i, (from_m + 140 * i).min(to_m)));
    let clock = |s: i32| format!("{:02}:{:02}:{:02}", s / 3_600, s / 60 % 60, s % 60);
    let driven = steps.take_while(|(s, _)| (s - start) / 20 * 140 < to_m - from_m + 140);
    let lines: Vec<_> = driven.map(|(s, m)| format!("{} {bus} {how} @{m}", clock(s))).collect();
    lines.join("\n")
}

/// The trip ids and stops of what was said.
fn runs(said: &str) -> String {
    let words = |line: &str| line.split(' ').take(3).collect::<Vec<_>>().join(" ");
    said.lines().map(|line| words(line) + "\n").collect()
}

const H7: i32 = 7 * 3_600;

#[test]
fn a_run_of_the_block_that_was_not_driven_is_not_driven_late_by_the_next_departure() {
    let mut scene = Scene::new(STREET);
    scene.tell(&drive("bus1", "trip=n.0", H7, 2, 2_215));
    scene.tell("07:12:00 bus1 trip=n.0 on=s.0 @4\n07:16:40 bus1 trip=n.0 on=s.0 @4");
    let said = scene.tell(&drive("bus1", "trip=n.0 on=s.0", H7 + 1_020, 4, 1_900));
    check(
        &runs(&said),
        &expect![[r#"
        bus1 s.1 E
        bus1 s.1 D
        bus1 s.1 C
        bus1 s.1 B
    "#]],
    );
}

#[test]
fn two_buses_that_drive_each_others_trips_are_found_on_their_own() {
    let mut scene = Scene::new(STREET);
    let first = scene.tell(&drive("bus1", "trip=n.1", H7, 2, 2_215));
    let second = scene.tell(&drive("bus2", "trip=n.0", H7 + 600, 2, 2_215));
    check(
        &runs(&(first + &second)),
        &expect![[r#"
        bus1 n.0 A
        bus1 n.0 B
        bus1 n.0 C
        bus1 n.0 D
        bus1 n.0 E
        bus2 n.1 A
        bus2 n.1 B
        bus2 n.1 C
        bus2 n.1 D
        bus2 n.1 E
    "#]],
    );
}

#[test]
fn a_bus_that_loses_its_name_after_a_short_turn_serves_no_more_stops() {
    let mut scene = Scene::new(STREET);
    let named = scene.tell(&drive("bus1", "trip=n.0", H7, 2, 1_300));
    let nameless = scene.tell(&drive("bus1", "on=n.0", H7 + 220, 1_440, 2_215));
    check(
        &runs(&named),
        &expect![[r#"
        bus1 n.0 A
        bus1 n.0 B
        bus1 n.0 C
    "#]],
    );
    assert_eq!(nameless, "");
}

#[test]
fn a_name_that_is_missing_for_a_moment_costs_no_stop() {
    let mut scene = Scene::new(STREET);
    let mut said = scene.tell(&drive("bus1", "trip=n.0", H7, 2, 422));
    said += &scene.tell(&drive("bus1", "on=n.0", H7 + 80, 562, 702));
    said += &scene.tell(&drive("bus1", "trip=n.0", H7 + 120, 842, 2_215));
    check(
        &runs(&said),
        &expect![[r#"
        bus1 n.0 A
        bus1 n.0 B
        bus1 n.0 C
        bus1 n.0 D
        bus1 n.0 E
    "#]],
    );
}

#[test]
fn a_bus_that_turns_short_served_the_stop_where_it_turned() {
    let mut scene = Scene::new(STREET);
    let mut said = scene.tell(&drive("bus1", "trip=n.0", H7, 2, 1_112));
    said += &scene.tell("07:03:00 bus1 trip=n.0 @1112");
    said += &scene
        .tell("07:03:20 bus1 on=n.0 @1112\n07:04:30 bus1 on=s.0 @1112\n07:06:00 bus1 on=s.0 @1500");
    check(
        &said,
        &expect![[r#"
        bus1 n.0 A arrives - departs 07:00:02 ±8
        bus1 n.0 B arrives 07:01:17 departs 07:01:17 ±4
        bus1 n.0 C arrives 07:02:41 departs - ±4
    "#]],
    );
}
