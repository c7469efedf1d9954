//! Scenes: what the Monitor is told, and what it says.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::needless_raw_string_hashes,
    reason = "a test fails by panicking, and goldens are written by the tool"
)]

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
        bus1 n.0 A arrives - departs 07:00:06 ±6
        bus1 n.0 B arrives 07:01:11 departs 07:01:31 ±9
        bus1 n.0 C arrives 07:02:36 departs 07:02:36 ±9
        bus1 n.0 D arrives 07:03:37 departs 07:03:37 ±4
        bus1 n.0 E arrives 07:04:30 departs - ±3
    "#]],
    );
    check(
        &scene.vehicles(),
        &expect![[r#"
            bus1 on s.0 (inferred) @0 next 0 late 0 layover
        "#]],
    );
}
