//! Off the line and on it again.

use super::scene::Scene;
use super::{STREET, check};
use expect_test::expect;

#[test]
fn a_detour_is_off_route_and_what_follows_is_served_again() {
    let mut scene = Scene::new(STREET);
    scene.tell(
        "07:00:00 bus1 trip=n.0 @2
         07:00:40 bus1 trip=n.0 @300
         07:01:00 bus1 trip=n.0 @450
         07:01:20 bus1 trip=n.0 @600 +300
         07:01:40 bus1 trip=n.0 @800 +300
         07:02:00 bus1 trip=n.0 @1000 +300",
    );
    check(
        &scene.vehicles(),
        &expect![[r#"
        bus1 on n.0 @450 next 1 late -5 off route
    "#]],
    );
    let said = scene.tell(
        "07:02:20 bus1 trip=n.0 @1200 +300
         07:02:50 bus1 trip=n.0 @1400 +10
         07:03:20 bus1 trip=n.0 @1600
         07:03:50 bus1 trip=n.0 @1900",
    );
    check(
        &said,
        &expect![[r#"
            bus1 n.0 D arrives 07:03:28 departs 07:03:28 ±4
        "#]],
    );
}

#[test]
fn stops_beside_the_places_where_a_detour_begins_and_ends_are_left_out_too() {
    let mut scene = Scene::new(STREET);
    let said = scene.tell(
        "06:59:30 bus1 trip=n.0 @0
         07:00:00 bus1 trip=n.0 @2
         07:00:40 bus1 trip=n.0 @300
         07:01:20 bus1 trip=n.0 @700
         07:01:50 bus1 trip=n.0 @1090 +20         # turns off before C
         07:02:20 bus1 trip=n.0 @1250 +220
         07:02:50 bus1 trip=n.0 @1450 +260
         07:03:20 bus1 trip=n.0 @1690 +20         # comes back behind D
         07:03:40 bus1 trip=n.0 @1850
         07:04:10 bus1 trip=n.0 @2100
         07:04:30 bus1 trip=n.0 @2224",
    );
    let stops: Vec<&str> = said.lines().filter_map(|l| l.split_whitespace().nth(2)).collect();
    assert_eq!(stops, ["A", "B", "E"], "{said}");
}

#[test]
fn a_bus_that_comes_to_its_first_stop_from_ahead_leaves_it_when_it_leaves_it() {
    let mut scene = Scene::new(STREET);
    let said = scene.tell(
        "06:55:00 bus1 on=n.0 @320
         06:55:20 bus1 on=n.0 @200
         06:55:40 bus1 on=n.0 @85
         06:56:00 bus1 trip=n.0 @2
         06:57:00 bus1 trip=n.0 @3
         06:58:00 bus1 trip=n.0 @1
         06:59:00 bus1 trip=n.0 @4
         06:59:50 bus1 trip=n.0 @2
         07:00:20 bus1 trip=n.0 @150
         07:00:50 bus1 trip=n.0 @400",
    );
    assert!(said.starts_with("bus1 n.0 A arrives - departs 07:00:0"), "{said}");
}
