//! Scenes: what the Monitor is told, and what it says.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::needless_raw_string_hashes,
    reason = "a test fails by panicking, and goldens are written by the tool"
)]

#[path = "scenes/detours.rs"]
mod detours;
#[path = "scenes/health.rs"]
mod health;
#[path = "scenes/naming.rs"]
mod naming;
#[path = "scenes/reload.rs"]
mod reload;
mod scene;

use expect_test::{Expect, expect};
use scene::Scene;

/// A street to the north, 2,224 m, stops A to E each 556 m; a bus takes 80 s from stop to stop.
const STREET: &str = "
    zone Asia/Almaty
    stop A 43.2000 76.9000
    stop B 43.2050 76.9000
    stop C 43.2100 76.9000
    stop D 43.2150 76.9000
    stop E 43.2200 76.9000
    shape north 43.2000,76.9000 43.2040,76.9000 43.2100,76.9000 43.2200,76.9000
    shape south 43.2200,76.9002 43.2100,76.9002 43.2000,76.9002
    route 5 type=3
    trip n route=5 direction=0 shape=north block=1 times=4 every=00:10 : A 07:00, B 07:01:20, C 07:02:40, D 07:04, E 07:05:20
    trip s route=5 direction=1 shape=south block=1 times=4 every=00:10 : E 07:07, D 07:08:20, C 07:09:40, B 07:11, A 07:12:20
";

fn check(actual: &str, expected: &Expect) {
    expected.assert_eq(actual);
}

#[test]
fn a_bus_on_its_trip_serves_each_stop_once() {
    let mut scene = Scene::new(STREET);
    let said = scene.tell(
        "06:59:00 bus1 trip=n.0 @0 +3
         06:59:30 bus1 trip=n.0 @4 -3
         07:00:00 bus1 trip=n.0 @2
         07:00:30 bus1 trip=n.0 @250
         07:01:00 bus1 trip=n.0 @500
         07:01:20 bus1 trip=n.0 @556 +4
         07:01:30 bus1 trip=n.0 @553 +4
         07:02:00 bus1 trip=n.0 @800
         07:03:20 bus1 trip=n.0 @1500
         07:04:00 bus1 trip=n.0 @1900
         07:04:30 bus1 trip=n.0 @2200
         07:05:00 bus1 trip=n.0 @2224",
    );
    check(
        &said,
        &expect![[r#"
            bus1 n.0 A arrives - departs 07:00:02 ±8
            bus1 n.0 B arrives 07:01:12 departs 07:01:28 ±6
            bus1 n.0 C arrives 07:02:36 departs 07:02:36 ±6
            bus1 n.0 D arrives 07:03:37 departs 07:03:37 ±4
            bus1 n.0 E arrives 07:04:30 departs - ±14
        "#]],
    );
    check(
        &scene.vehicles(),
        &expect![[r#"
            bus1 on s.0 (inferred) @0 next 0 late 0 layover
        "#]],
    );
}

#[test]
fn positions_that_cannot_be_are_refused_each_for_its_reason() {
    let mut scene = Scene::new(STREET);
    let said = scene.tell(
        "07:00:00 bus1 trip=n.0 @0
         07:00:00 bus2 trip=n.0 0.001,0.001        # null island
         07:00:00 bus3 trip=n.0 91.0,76.9          # not on the globe
         07:00:00 bus4 trip=n.0 44.0,76.9          # another city
         07:00:00 bus5 trip=n.0 @0 at=06:40:00     # old
         07:00:00 bus6 trip=n.0 @0 at=08:00:00     # a clock one hour ahead
         07:00:00 bus7 trip=n.0 @0 at=-            # no time, from a feed that gives times
         07:00:10 bus1 trip=n.0 @0 at=07:00:00     # repeated
         07:00:20 bus1 trip=n.0 @0 at=06:59:50     # from a replica that is behind",
    );
    check(
        &said,
        &expect![[r#"
        refused null_island
        refused bad_coordinates
        refused outside_coverage
        refused stale
        refused future
        refused no_timestamp
        refused duplicate
        refused out_of_order
    "#]],
    );
    check(
        &scene.vehicles(),
        &expect![[r#"
        bus1 on n.0 @0 next 0 late 0 layover
    "#]],
    );
}

#[test]
fn a_jump_is_refused_until_it_is_confirmed() {
    let mut scene = Scene::new(STREET);
    let said = scene.tell(
        "07:00:00 bus1 trip=n.0 @0
         07:00:20 bus1 trip=n.0 @1900      # a jump
         07:00:40 bus1 trip=n.0 @160       # and back: the jump was noise
         07:01:00 bus1 trip=n.0 @2200      # a jump
         07:01:20 bus1 trip=n.0 @2210      # and it stays there
         07:01:40 bus1 trip=n.0 @2212",
    );
    check(
        &said,
        &expect![[r#"
            refused teleport
            bus1 n.0 A arrives - departs 07:00:20 ±13
            refused teleport
        "#]],
    );
}

#[test]
fn a_feed_that_never_gives_times_is_read_by_what_moves() {
    let mut scene = Scene::new(STREET);
    let said = scene.tell(
        "07:00:00 start
         07:00:00 bus1 trip=n.0 @2 at=-
         07:00:00 end
         07:00:20 start
         07:00:20 bus1 trip=n.0 @2 at=-          # not moved: not heard anew
         07:00:20 end
         07:00:40 start
         07:00:40 bus1 trip=n.0 @300 at=-
         07:00:40 end
         07:01:40 start
         07:01:40 bus1 trip=n.0 @700 at=-
         07:01:40 end",
    );
    check(
        &said,
        &expect![[r#"
            refused duplicate
            bus1 n.0 A arrives - departs 07:00:07 ±9
            bus1 n.0 B arrives 07:01:09 departs 07:01:22 ±10
        "#]],
    );
}

#[test]
fn a_stuck_receiver_on_the_line_is_refused_and_makes_no_visits() {
    let mut scene = Scene::new(STREET);
    let mut said = scene.tell("07:00:00 bus1 trip=n.0 @2");
    for minute in 1..22 {
        said += &scene.tell(&format!("07:{minute:02}:00 bus1 trip=n.0 @400"));
    }
    said += &scene.tell("07:22:00 bus1 trip=n.0 @2000");
    check(
        &said,
        &expect![[r#"
            bus1 n.0 A arrives - departs 07:00:17 ±13
            refused frozen
            refused frozen
            refused frozen
            refused frozen
            refused frozen
        "#]],
    );
}

#[test]
fn a_hole_in_the_data_makes_no_visits() {
    let mut scene = Scene::new(STREET);
    let said = scene.tell(
        "07:00:00 bus1 trip=n.0 @2
         07:01:00 bus1 trip=n.0 @400
         07:11:00 bus1 trip=n.0 @1300      # ten minutes later: B and C were passed at no known time
         07:12:00 bus1 trip=n.0 @1800",
    );
    check(
        &said,
        &expect![[r#"
            bus1 n.0 A arrives - departs 07:00:17 ±13
            bus1 n.0 D arrives 07:11:40 departs 07:11:43 ±8
        "#]],
    );
}

#[test]
fn a_bus_without_a_trip_is_found_by_place_direction_and_time() {
    let mut scene = Scene::new(STREET);
    let said = scene.tell(
        "07:10:00 bus1 on=n.1 @3
         07:10:30 bus1 on=n.1 @5
         07:11:00 bus1 on=n.1 @300
         07:11:30 bus1 on=n.1 @540
         07:12:00 bus1 on=n.1 @700
         07:12:30 bus1 on=n.1 @950
         07:13:00 bus1 on=n.1 @1300",
    );
    check(
        &said,
        &expect![[r#"
            bus1 n.1 A arrives - departs 07:10:28 ±7 inferred
            bus1 n.1 B arrives 07:11:29 departs 07:11:39 ±8 inferred
            bus1 n.1 C arrives 07:12:44 departs 07:12:44 ±4 inferred
        "#]],
    );
    check(
        &scene.vehicles(),
        &expect![[r#"
            bus1 on n.1 (inferred) @1300 next 3 late -7
        "#]],
    );
}

#[test]
fn a_bus_that_drives_another_trip_than_it_says_is_found_on_that() {
    let mut scene = Scene::new(STREET);
    let said = scene.tell(
        "07:06:00 bus1 trip=n.0 on=s.0 @5
         07:07:00 bus1 trip=n.0 on=s.0 @5
         07:07:30 bus1 trip=n.0 on=s.0 @250
         07:08:00 bus1 trip=n.0 on=s.0 @500
         07:08:30 bus1 trip=n.0 on=s.0 @700
         07:09:00 bus1 trip=n.0 on=s.0 @950
         07:09:30 bus1 trip=n.0 on=s.0 @1150
         07:10:00 bus1 trip=n.0 on=s.0 @1400
         07:10:30 bus1 trip=n.0 on=s.0 @1650
         07:11:00 bus1 trip=n.0 on=s.0 @1900",
    );
    check(
        &said,
        &expect![[r#"
            bus1 s.0 E arrives - departs 07:07:02 ±8 inferred
            bus1 s.0 D arrives 07:08:10 departs 07:08:10 ±6 inferred
            bus1 s.0 C arrives 07:09:22 departs 07:09:22 ±6 inferred
            bus1 s.0 B arrives 07:10:29 departs 07:10:29 ±4 inferred
        "#]],
    );
    check(
        &scene.vehicles(),
        &expect![[r#"
        bus1 on s.0 (inferred) @1900 next 4 late -33
    "#]],
    );
}

#[test]
fn the_next_trip_of_the_block_is_driven_even_if_the_feed_still_names_the_last() {
    let mut scene = Scene::new(STREET);
    let said = scene.tell(
        "07:04:00 bus1 trip=n.0 @1700
         07:04:40 bus1 trip=n.0 @2000
         07:05:10 bus1 trip=n.0 @2215
         07:06:00 bus1 trip=n.0 on=s.0 @4
         07:07:00 bus1 trip=n.0 on=s.0 @4
         07:07:40 bus1 trip=n.0 on=s.0 @250
         07:08:20 bus1 trip=s.0 @560
         07:09:00 bus1 trip=s.0 @800",
    );
    check(
        &said,
        &expect![[r#"
            bus1 n.0 E arrives 07:05:10 departs - ±6
            bus1 s.0 E arrives - departs 07:07:04 ±7 inferred
            bus1 s.0 D arrives 07:08:23 departs 07:08:23 ±6
        "#]],
    );
}

#[test]
fn of_two_buses_on_one_trip_the_second_serves_nothing_until_the_first_has_left() {
    let mut scene = Scene::new(STREET);
    let said = scene.tell(
        "07:00:00 bus1 trip=n.0 @2
         07:00:10 bus2 trip=n.0 @2
         07:00:40 bus1 trip=n.0 @300
         07:00:50 bus2 trip=n.0 @250
         07:01:20 bus1 trip=n.0 @700
         07:01:30 bus2 trip=n.0 @650
         07:01:50 bus1 trip=s.0 43.2060,76.9060   # bus1 turns off and is called to another trip
         07:02:00 bus2 trip=n.0 @900
         07:02:20 bus1 trip=s.0 43.2060,76.9100
         07:02:30 bus2 trip=n.0 @1070
         07:02:50 bus1 trip=s.0 43.2060,76.9150
         07:03:00 bus2 trip=n.0 @1300
         07:03:30 bus2 trip=n.0 @1500",
    );
    check(
        &said,
        &expect![[r#"
            bus1 n.0 A arrives - departs 07:00:07 ±9
            bus1 n.0 B arrives 07:01:05 departs 07:01:05 ±6
            bus2 n.0 C arrives 07:02:37 departs 07:02:37 ±5
        "#]],
    );
}

/// Up a hill and back down the same street, past each stop twice, in one trip.
const OUT_AND_BACK: &str = "
    zone Asia/Almaty
    stop A 43.2000 76.9000
    stop B 43.2050 76.9000
    stop C 43.2100 76.9000
    shape hill 43.2000,76.9000 43.2050,76.9000 43.2100,76.9000 43.2050,76.90001 43.2000,76.90001
    route 9 type=3
    trip h route=9 shape=hill : A 07:00, B 07:01:20, C 07:02:40, B 07:05, A 07:06:20
";

#[test]
fn on_a_line_that_returns_on_itself_each_passage_is_served_in_its_turn() {
    let mut scene = Scene::new(OUT_AND_BACK);
    let said = scene.tell(
        "06:59:30 bus1 trip=h @3
         07:00:00 bus1 trip=h @3
         07:00:40 bus1 trip=h @250
         07:01:20 bus1 trip=h @560
         07:02:00 bus1 trip=h @850
         07:02:40 bus1 trip=h @1110
         07:03:20 bus1 trip=h @1112
         07:04:00 bus1 trip=h @1300
         07:04:40 bus1 trip=h @1550
         07:05:20 bus1 trip=h @1800
         07:06:00 bus1 trip=h @2100
         07:06:20 bus1 trip=h @2215",
    );
    check(
        &said,
        &expect![[r#"
            bus1 h A arrives - departs 07:00:12 ±10
            bus1 h B arrives 07:01:15 departs 07:01:26 ±7
            bus1 h C arrives 07:02:38 departs 07:03:30 ±8
            bus1 h B arrives 07:04:59 departs 07:04:59 ±6
            bus1 h A arrives 07:06:20 departs - ±6
        "#]],
    );
}

#[test]
fn first_seen_in_the_middle_of_such_a_line_it_waits_until_the_direction_is_clear() {
    let mut scene = Scene::new(OUT_AND_BACK);
    let said = scene.tell(
        "07:03:50 bus1 trip=h @1500
         07:04:20 bus1 trip=h @1640
         07:04:50 bus1 trip=h @1800
         07:05:20 bus1 trip=h @1950
         07:05:50 bus1 trip=h @2100
         07:06:20 bus1 trip=h @2215",
    );
    check(
        &said,
        &expect![[r#"
            bus1 h B arrives 07:04:16 departs 07:04:28 ±7
            bus1 h A arrives 07:06:17 departs - ±5
        "#]],
    );
}

#[test]
fn after_midnight_a_trip_without_a_date_is_yesterdays() {
    let mut scene = Scene::new(
        "zone Asia/Almaty
         stop A 43.2000 76.9000
         stop B 43.2050 76.9000
         stop C 43.2100 76.9000
         shape north 43.2000,76.9000 43.2100,76.9000
         route 5 type=3
         trip late route=5 shape=north : A 23:58, B 24:02, C 24:06",
    );
    let said = scene.tell(
        "23:58:00 bus1 trip=late @3
         23:59:00 bus1 trip=late @200
         24:01:00 bus1 trip=late @500
         24:03:00 bus1 trip=late @700
         24:05:00 bus1 trip=late @1050
         24:05:30 bus1 trip=late @1105",
    );
    check(
        &said,
        &expect![[r#"
            bus1 late A arrives - departs 23:58:08 ±10
            bus1 late B arrives 24:01:27 departs 24:01:55 ±38
            bus1 late C arrives 24:05:20 departs - ±8
        "#]],
    );
}

#[test]
fn each_start_of_a_frequency_trip_is_its_own_run() {
    let mut scene = Scene::new(
        "zone Asia/Almaty
         stop A 43.2000 76.9000
         stop B 43.2050 76.9000
         stop C 43.2100 76.9000
         shape north 43.2000,76.9000 43.2100,76.9000
         route 5 type=3
         trip f route=5 shape=north : A 00:00, B 00:02, C 00:04
         frequency f 06:00..09:00 00:05",
    );
    let said = scene.tell(
        "07:00:00 bus1 trip=f start=07:00:00 date=20260302 @3
         07:01:00 bus1 trip=f start=07:00:00 date=20260302 @300
         07:02:00 bus1 trip=f start=07:00:00 date=20260302 @650
         07:05:30 bus2 trip=f start=07:05:00 date=20260302 @3
         07:06:30 bus2 trip=f start=07:05:00 date=20260302 @300
         07:07:30 bus2 trip=f start=07:05:00 date=20260302 @650",
    );
    check(
        &said,
        &expect![[r#"
            bus1 f A arrives - departs 07:00:14 ±10
            bus1 f B arrives 07:01:40 departs 07:01:44 ±7
            bus2 f A arrives - departs 07:05:44 ±10
            bus2 f B arrives 07:07:10 departs 07:07:14 ±7
        "#]],
    );
    check(
        &scene.vehicles(),
        &expect![[r#"
        bus1 on f @650 next 2
        bus2 on f @650 next 2
    "#]],
    );
}

#[test]
fn the_same_timetable_again_changes_nothing() {
    let drive = [
        "07:00:00 bus1 trip=n.0 @2
         07:00:40 bus1 trip=n.0 @300
         07:01:20 bus1 trip=n.0 @545",
        "07:02:00 bus1 trip=n.0 @800
         07:02:40 bus1 trip=n.0 @1100
         07:03:20 bus1 trip=n.0 @1400",
    ];
    let (mut plain, mut reloaded) = (Scene::new(STREET), Scene::new(STREET));
    let before = plain.tell(drive[0]);
    assert_eq!(before, reloaded.tell(drive[0]));
    let again = transit::timetable::text::timetable(STREET).unwrap();
    reloaded.reload(again);
    assert_eq!(plain.vehicles(), reloaded.vehicles());
    let after = plain.tell(drive[1]);
    assert!(after.contains("n.0 B") && after.contains("n.0 C"), "{after}");
    assert_eq!(after, reloaded.tell(drive[1]));
}
