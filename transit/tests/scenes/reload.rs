//! A new timetable while buses drive.

use super::scene::Scene;
use super::{STREET, check};
use expect_test::expect;

#[test]
fn after_a_new_timetable_a_bus_is_found_again_by_its_trip_id() {
    let mut scene = Scene::new(STREET);
    scene.tell(
        "07:00:00 bus1 trip=n.0 @2
         07:00:40 bus1 trip=n.0 @300",
    );
    // Stop B is left out, and other trips come before n.0, so that every index is another.
    let new = STREET
        .replace("B 07:01:20, ", "")
        .replace("trip n ", "trip a route=5 shape=north : A 06:00, E 06:05\n    trip n ");
    scene.reload(transit::timetable::text::timetable(&new).unwrap());
    let said = scene.tell(
        "07:01:20 bus1 trip=n.0 @545
         07:02:00 bus1 trip=n.0 @800
         07:02:40 bus1 trip=n.0 @1100
         07:03:20 bus1 trip=n.0 @1400
         07:04:00 bus1 trip=n.0 @1600",
    );
    check(
        &said,
        &expect![[r#"
            bus1 n.0 C arrives 07:02:34 departs 07:02:34 ±4
        "#]],
    );
}
