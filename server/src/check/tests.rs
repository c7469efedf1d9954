//! Our own rules, and those where we differ from the official validator (the others: `tests/check_conformance`).

use super::*;
use crate::gtfs_realtime::{
    Alert, EntitySelector, FeedHeader, Position, StopTimeEvent, StopTimeUpdate, TripDescriptor,
    TripUpdate, VehicleDescriptor, VehiclePosition, values,
};
use std::io::Write as _;
use transit::timetable::LoadLimits;

/// Monday 2026-11-23, 12:00 in Almaty.
const NOON: EpochS = 1_795_417_200;

const GTFS: [(&str, &str); 7] = [
    ("agency.txt", "agency_id,agency_name,agency_url,agency_timezone\nA,A,http://a,Asia/Almaty\n"),
    ("routes.txt", "route_id,route_short_name,route_type\n12,12,3\n"),
    ("stops.txt", "stop_id,stop_name,stop_lat,stop_lon\na,a,43.20,76.90\nb,b,43.24,76.90\n"),
    (
        "trips.txt",
        "route_id,service_id,trip_id,shape_id\n12,work,t,s\n12,sunday,u,s\n12,work,x,s\n",
    ),
    (
        "stop_times.txt",
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n\
         t,06:00:00,06:00:00,a,1\nt,06:20:00,06:20:00,b,2\n\
         u,06:00:00,06:00:00,a,1\nu,06:20:00,06:20:00,b,2\n\
         x,06:00:00,06:00:00,a,1\nx,06:20:00,06:20:00,b,2\n",
    ),
    (
        "calendar.txt",
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n\
         work,1,1,1,1,1,0,0,20260101,20271231\nsunday,0,0,0,0,0,0,1,20260101,20271231\n",
    ),
    (
        "shapes.txt",
        "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\n\
         s,43.20,76.90,1\ns,43.21,76.90,2\ns,43.22,76.90,3\ns,43.24,76.90,4\n",
    ),
];

fn zipped() -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in GTFS {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn checked(feeds: &[(&Message, Option<&Message>)]) -> RealtimeReport {
    let bytes = zipped();
    let tables = FeedTables::from_zip(&bytes, LoadLimits::default()).unwrap();
    let timetable = Timetable::from_zip(&bytes, LoadLimits::default()).unwrap().0;
    let schedule = Schedule::new(&tables, Some(&timetable), true);
    let feeds: Vec<_> =
        feeds.iter().map(|(message, previous)| Fetched { message, previous: *previous }).collect();
    check_realtime(&schedule, &feeds, NOON)
}

/// The rules that one message breaks, but for those about what a made message need not say.
fn broken(message: &Message, previous: Option<&Message>) -> Vec<&'static str> {
    let report = checked(&[(message, previous)]);
    let unasked = ["W001", "W002", "W006", "W007", "W008", "W009"];
    report.counts.into_keys().filter(|c| !unasked.contains(c)).collect()
}

fn message(timestamp: EpochS, entity: Vec<FeedEntity>) -> Message {
    let header = FeedHeader {
        gtfs_realtime_version: Some("2.0".into()),
        incrementality: Some(values::FULL_DATASET),
        timestamp: Some(timestamp as u64),
        ..FeedHeader::default()
    };
    Message { feed: FeedMessage { header: Some(header), entity }, mended: Vec::new() }
}

fn trip(id: &str) -> TripDescriptor {
    TripDescriptor { trip_id: Some(id.into()), ..TripDescriptor::default() }
}

/// A vehicle north of the first stop, on its line unless moved.
fn bus(id: &str, lat: f32, lon: f32, at: EpochS) -> FeedEntity {
    let vehicle = VehiclePosition {
        vehicle: Some(VehicleDescriptor { id: Some(id.into()), ..VehicleDescriptor::default() }),
        position: Some(Position {
            latitude: Some(lat),
            longitude: Some(lon),
            ..Position::default()
        }),
        timestamp: Some(at as u64),
        ..VehiclePosition::default()
    };
    FeedEntity { id: Some(format!("entity {id}")), vehicle: Some(vehicle), ..FeedEntity::default() }
}

fn bus_on(id: &str, trip: TripDescriptor) -> FeedEntity {
    let mut entity = bus(id, 43.21, 76.90, NOON);
    entity.vehicle.as_mut().unwrap().trip = Some(trip);
    entity
}

fn update(trip: TripDescriptor, arrivals: &[(u32, EpochS)]) -> FeedEntity {
    let stop = |&(sequence, time): &(u32, EpochS)| StopTimeUpdate {
        stop_sequence: Some(sequence),
        arrival: Some(StopTimeEvent { time: Some(time), ..StopTimeEvent::default() }),
        ..StopTimeUpdate::default()
    };
    let update = TripUpdate {
        trip: Some(trip),
        stop_time_update: arrivals.iter().map(stop).collect(),
        timestamp: Some(NOON as u64),
        ..TripUpdate::default()
    };
    FeedEntity { id: Some("update".into()), trip_update: Some(update), ..FeedEntity::default() }
}

#[test]
fn a_sound_message_breaks_nothing() {
    let buses = (0..6).map(|n| bus(&n.to_string(), 43.21, 76.90, NOON - i64::from(n)));
    let before = (0..6).map(|n| bus(&n.to_string(), 43.209, 76.90, NOON - 20 - i64::from(n)));
    let before = message(NOON - 20, before.collect());
    assert_eq!(broken(&message(NOON, buses.collect()), Some(&before)), [""; 0]);
    let update = update(trip("t"), &[(1, NOON), (2, NOON + 900)]);
    assert_eq!(broken(&message(NOON, vec![update]), None), [""; 0]);
}

#[test]
fn places_that_cannot_be() {
    let of = |lat, lon| broken(&message(NOON, vec![bus("1", lat, lon, NOON)]), None);
    assert_eq!(of(0.0, 0.0), ["E028", "J001"]);
    assert_eq!(of(76.90, 43.21), ["E028", "J009"]);
    assert_eq!(of(43.21, 76.90), [""; 0]);
}

#[test]
fn a_jump_needs_more_way_than_noise_and_more_speed_than_a_bus() {
    let of = |lat: f32, passed: i64| {
        let before = message(NOON - passed, vec![bus("1", 43.21, 76.90, NOON - passed)]);
        broken(&message(NOON, vec![bus("1", lat, 76.90, NOON)]), Some(&before))
    };
    assert_eq!(of(43.23, 60), ["J002"], "2.2 km in a minute");
    assert_eq!(of(43.23, 120), [""; 0], "2.2 km in two");
    assert_eq!(of(43.213, 5), [""; 0], "330 m may be noise");
}

#[test]
fn timestamps_that_say_nothing() {
    let buses = |count: i32, step: i64| -> Vec<_> {
        (0..count).map(|n| bus(&n.to_string(), 43.21, 76.90, NOON - i64::from(n) * step)).collect()
    };
    assert_eq!(broken(&message(NOON, buses(5, 0)), None), ["J003"]);
    assert_eq!(broken(&message(NOON, buses(4, 0)), None), [""; 0]);
    assert_eq!(broken(&message(NOON, vec![bus("1", 43.21, 76.90, NOON - 601)]), None), ["J008"]);
    let in_ms = message(NOON, vec![bus("1", 43.21, 76.90, NOON * 1_000)]);
    assert_eq!(broken(&in_ms, None), ["E001", "E012", "J005"]);
}

#[test]
fn entity_ids_that_change_or_repeat() {
    let buses = |prefix: &str, at: EpochS| -> Vec<_> {
        let buses = (0..5).map(|n| bus(&n.to_string(), 43.21, 76.90, at - i64::from(n)));
        let named = buses.enumerate().map(|(n, mut entity)| {
            entity.id = Some(format!("{prefix}{n}"));
            entity
        });
        named.collect()
    };
    let before = message(NOON - 20, buses("a", NOON - 20));
    assert_eq!(broken(&message(NOON, buses("b", NOON)), Some(&before)), ["J004"]);
    assert_eq!(broken(&message(NOON, buses("a", NOON)), Some(&before)), [""; 0]);
    let mut same = buses("a", NOON);
    for entity in &mut same {
        entity.id = Some("vehicle".into());
    }
    let report = checked(&[(&message(NOON, same), None)]);
    assert_eq!(report.counts["J010"], 1, "once for each id");
}

#[test]
fn a_run_has_one_vehicle() {
    let dated = |start_time: &str| TripDescriptor {
        start_time: Some(start_time.into()),
        start_date: Some("20261123".into()),
        ..trip("t")
    };
    let shared = vec![bus_on("1", dated("06:00:00")), bus_on("2", dated("06:00:00"))];
    assert_eq!(broken(&message(NOON, shared), None), ["J006"]);
    let one_after_another = vec![bus_on("1", dated("06:00:00")), bus_on("2", trip("x"))];
    assert_eq!(broken(&message(NOON, one_after_another), None), [""; 0]);
}

#[test]
fn a_trip_runs_on_its_days() {
    let of = |id: &str, start_date: Option<&str>| {
        let trip = TripDescriptor { start_date: start_date.map(Into::into), ..trip(id) };
        broken(&message(NOON, vec![bus_on("1", trip)]), None)
    };
    assert_eq!(of("t", Some("20261123")), [""; 0]);
    assert_eq!(of("t", Some("20261122")), ["J007"], "a Sunday");
    assert_eq!(of("u", Some("20261122")), [""; 0]);
    // Monday noon: Sunday's service may still be on its way; by Wednesday it is not.
    assert_eq!(of("u", None), [""; 0]);
    assert_eq!(of("t", Some("20260231")), ["E021"], "no such date");
}

#[test]
fn predictions_of_the_past() {
    let of = |last| {
        let update = update(trip("t"), &[(1, last - 900), (2, last)]);
        broken(&message(NOON, vec![update]), None)
    };
    assert_eq!(of(NOON - 601), ["J011"]);
    assert_eq!(of(NOON - 599), [""; 0]);
}

#[test]
fn start_times_are_compared_as_times() {
    let of = |start_time: &str| {
        let trip = TripDescriptor { start_time: Some(start_time.into()), ..trip("t") };
        broken(&message(NOON, vec![bus_on("1", trip)]), None)
    };
    assert_eq!(of("6:00:00"), [""; 0]);
    assert_eq!(of("06:00:00"), [""; 0]);
    assert_eq!(of("06:00:01"), ["E023"]);
    assert_eq!(of("30:00:00"), ["E020", "E023"]);
}

#[test]
fn added_trips_of_every_age_of_the_standard() {
    let of = |id: &str, relationship| {
        let trip = TripDescriptor { schedule_relationship: Some(relationship), ..trip(id) };
        broken(&message(NOON, vec![bus_on("1", trip)]), None)
    };
    assert_eq!(of("unknown", values::TRIP_SCHEDULED), ["E003"]);
    for added in [values::TRIP_ADDED, values::TRIP_NEW] {
        assert_eq!(of("unknown", added), [""; 0]);
        assert_eq!(of("t", added), ["E016"]);
    }
    assert_eq!(of("copy", values::TRIP_DUPLICATED), [""; 0]);
    let deleted = TripDescriptor { schedule_relationship: Some(values::TRIP_DELETED), ..trip("t") };
    assert_eq!(broken(&message(NOON, vec![update(deleted, &[])]), None), [""; 0]);
    assert_eq!(broken(&message(NOON, vec![update(trip("t"), &[])]), None), ["E041"]);
}

#[test]
fn two_hundred_metres_are_as_long_to_the_east_and_a_detour_excuses() {
    // 0.0022° are 178 m here and 245 m at the equator; 0.0030° are 243 m.
    let of = |lon| {
        let mut entity = bus_on("1", TripDescriptor { route_id: Some("12".into()), ..trip("t") });
        entity.vehicle.as_mut().unwrap().position.as_mut().unwrap().longitude = Some(lon);
        message(NOON, vec![entity])
    };
    assert_eq!(broken(&of(76.9022), None), [""; 0]);
    assert_eq!(broken(&of(76.9030), None), ["E029"]);
    let selector = EntitySelector { route_id: Some("12".into()), ..EntitySelector::default() };
    let alert = Alert {
        effect: Some(values::EFFECT_DETOUR),
        informed_entity: vec![selector],
        ..Alert::default()
    };
    let entity = FeedEntity {
        id: Some("detour".into()),
        alert: Some(Box::new(alert)),
        ..FeedEntity::default()
    };
    let alerts = message(NOON, vec![entity]);
    let report = checked(&[(&of(76.9030), None), (&alerts, None)]);
    assert!(!report.counts.contains_key("E029"), "{:?}", report.counts);
}

#[test]
fn vehicles_and_trips_are_paired_across_feeds() {
    let vehicle =
        |id: &str| Some(VehicleDescriptor { id: Some(id.into()), ..VehicleDescriptor::default() });
    let mut said = update(trip("t"), &[(1, NOON)]);
    said.trip_update.as_mut().unwrap().vehicle = vehicle("1");
    let updates = message(NOON, vec![said]);
    let same = message(NOON, vec![bus_on("1", trip("t"))]);
    let other = message(NOON, vec![bus_on("2", trip("t"))]);
    let of = |positions: &Message| checked(&[(&updates, None), (positions, None)]).counts;
    assert!(!of(&same).contains_key("W003") && !of(&same).contains_key("E047"));
    assert_eq!((of(&other)["W003"], of(&other)["E047"]), (2, 1));
}

#[test]
fn what_is_kept_is_bounded_and_what_is_counted_is_not() {
    let buses = (0..1_500).map(|n| bus(&n.to_string(), 95.0, 76.90, NOON - n)).collect();
    let report = checked(&[(&message(NOON, buses), None)]);
    assert_eq!(report.counts["E026"], 1_500);
    let kept = report.occurrences.iter().filter(|o| o.rule == "E026").count();
    assert_eq!(kept, OCCURRENCES_KEPT_OF_A_RULE);
}

#[test]
fn every_rule_is_in_the_catalogue_once_and_in_the_document() {
    let document = include_str!("../../../docs/realtime-rules.md");
    let mut codes: Vec<_> = RULES.iter().map(|r| r.code).collect();
    codes.sort_unstable();
    let count = codes.len();
    codes.dedup();
    assert_eq!(codes.len(), count);
    for code in codes.iter().filter(|c| c.starts_with('J')) {
        assert!(document.contains(&format!("| {code} |")), "{code}");
        assert_eq!(rule(code).map(|r| r.code), Some(*code));
    }
}
