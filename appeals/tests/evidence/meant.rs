//! What a claim speaks of, and what of it stands in evidence.

use appeals::claim::{Claim, ClaimTime, Place};
use appeals::evidence::{again_at, examine, span, without_person};
use appeals::ids::{RouteId, StopId};
use appeals::kind::Kind;
use appeals::plan::{Meant, meant};
use appeals::shipped;
use appeals::verdict::{Finding, Reason};
use jiff::tz::TimeZone;
use transit::Timetable;

fn city() -> Timetable {
    transit::timetable::text::timetable(
        "stop A 43.20 76.90 Mill
         stop B 43.21 76.90 Market
         stop b 43.2101 76.9004 Market
         stop C 43.22 76.90 Plateau
         stop X 43.30 76.90 Alone
         route 92
         route 5
         trip out route=92 direction=0 times=3 every=00:10 : A 07:00, B 07:10, C 07:20
         trip back route=92 direction=1 times=3 every=00:10 : C 07:00, b 07:10, A 07:20
         trip other route=5 direction=0 times=3 every=00:10 : A 07:00, X 07:10",
    )
    .unwrap()
}

fn claim(route: Option<&str>, direction: Option<u8>, stop: Option<&str>) -> Claim {
    Claim {
        route: route.map(RouteId::from),
        direction,
        stop: stop.map(StopId::from),
        ..Claim::default()
    }
}

fn names(city: &Timetable, meant: Meant) -> (Option<String>, Option<u8>, Option<String>) {
    let route = meant.route.map(|r| city.route(r).id.to_string());
    (route, meant.direction, meant.stop.map(|s| city.stop(s).id.to_string()))
}

#[test]
fn the_stop_says_which_way_and_a_lone_route_is_the_route() {
    let city = city();
    let of = |claim: &Claim| names(&city, meant(&city, claim));
    let text = |t: &str| Some(t.to_owned());
    assert_eq!(of(&claim(Some("92"), None, Some("b"))), (text("92"), Some(1), text("b")));
    assert_eq!(of(&claim(Some("92"), Some(0), Some("b"))), (text("92"), Some(1), text("b")));
    assert_eq!(of(&claim(Some("92"), Some(1), Some("A"))), (text("92"), Some(1), text("A")));
    assert_eq!(of(&claim(Some("92"), None, Some("A"))), (text("92"), None, text("A")), "both ways");
    assert_eq!(of(&claim(None, None, Some("X"))), (text("5"), Some(0), text("X")));
    assert_eq!(of(&claim(None, None, Some("A"))), (None, None, text("A")), "two routes stop there");
    assert_eq!(of(&claim(Some("no such"), None, Some("B"))).0, text("92"), "one route stops there");
    let place = Some(Place { lat: 43.2099, lon: 76.9001, accuracy_m: None });
    let pin = Claim { place, ..claim(Some("92"), Some(0), None) };
    assert_eq!(of(&pin), (text("92"), Some(0), text("B")));
    assert_eq!(of(&claim(Some("92"), Some(0), None)), (text("92"), Some(0), None));
}

#[test]
fn where_a_person_was_and_how_to_reach_them_is_no_part_of_evidence() {
    let claim = Claim {
        place: Some(Place { lat: 43.2, lon: 76.9, accuracy_m: None }),
        address: Some("at home".into()),
        vehicle_text: Some("712, call 8 701 234 56 78".into()),
        ..claim(Some("92"), None, None)
    };
    let bare = without_person(&claim);
    assert_eq!((bare.place, bare.address.as_deref()), (None, None));
    assert_eq!(bare.vehicle_text.as_deref(), Some("712, call •••"));
    assert_eq!(bare.route, claim.route);
}

#[test]
fn an_appeal_that_names_no_route_is_told_what_is_missing() {
    let kinds = shipped::kinds().unwrap();
    let mut claim = claim(None, None, Some("A"));
    claim.time = Some(ClaimTime::At { at: 1_772_409_600, about: false });
    let packet = examine(kinds.entry(Kind::LongWait), &claim, &[], &TimeZone::UTC);
    assert_eq!(packet.verdict.finding, Finding::UndeterminedNoData);
    assert_eq!(packet.verdict.reasons, [Reason::PlaceUnclear]);
}

#[test]
fn evidence_is_made_again_until_nothing_new_can_come() {
    let mut claim = claim(Some("92"), None, Some("A"));
    assert_eq!(again_at(&claim, &TimeZone::UTC, 0), None, "no time, nothing to wait for");
    let at = 1_772_409_600;
    claim.time = Some(ClaimTime::At { at, about: false });
    let ((_, closed), (_, ended)) = span(&claim, &TimeZone::UTC)[0];
    let mut now = at;
    let mut times = Vec::new();
    while let Some(next) = again_at(&claim, &TimeZone::UTC, now) {
        assert!(next > now);
        times.push(next);
        now = next;
    }
    assert_eq!(times.len(), 4);
    assert!(times[0] > closed && times[0] < ended && times[1] > ended);
}
