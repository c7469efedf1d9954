//! Arrival predictions: what holds whatever comes, and what is learnt from what came.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use std::sync::{Arc, OnceLock};
use transit::flow::VehicleFacts;
use transit::ids::{FeedIdx, VehicleIdx};
use transit::predict::{Basis, Predictor, SEGMENT_BYTES, StopPrediction, VEHICLE_BYTES};
use transit::timetable::text;
use transit::{
    EpochS, Event, LatLon, Monitor, MonitorConfig, ServiceDate, Snapshot, StopVisit, Timetable,
    TripDescriptor, TripInstance, VehiclePosition,
};

const FEED: FeedIdx = FeedIdx(0);
const WEEK_S: i64 = 7 * 86_400;

/// A line there and back in one block, a bus each ten minutes, and one by frequency.
const CITY: &str = "
    stop A 43.2000 76.9000
    stop B 43.2100 76.9000
    stop C 43.2200 76.9000
    stop D 43.2300 76.9000
    stop E 43.2400 76.9000
    shape north 43.2000,76.9000 43.2400,76.9000
    shape south 43.2400,76.9001 43.2000,76.9001
    route 1 type=3
    route 2 type=3
    trip n route=1 direction=0 shape=north block=1 : A 06:00, B 06:03, C 06:06, D 06:09, E 06:12
    trip s route=1 direction=1 shape=south block=1 : E 06:16, D 06:19, C 06:22, B 06:25, A 06:28
    trip m route=1 direction=0 shape=north times=60 every=00:10 : A 06:05, B 06:08, C 06:11, D 06:14, E 06:17
    trip f route=2 shape=north : A 00:00, E 00:12
    frequency f 06:00..23:00 00:07
";

fn city() -> Arc<Timetable> {
    static CITY_LOADED: OnceLock<Arc<Timetable>> = OnceLock::new();
    Arc::clone(CITY_LOADED.get_or_init(|| Arc::new(text::timetable(CITY).unwrap())))
}

fn monday() -> ServiceDate {
    ServiceDate::parse("20260302").unwrap()
}

fn run(trip: &str, date: ServiceDate) -> TripInstance {
    let timetable = city();
    let trip = timetable.trip_by_id(trip).unwrap();
    let start_s = timetable.stop_times(trip)[0].departure_s;
    TripInstance { service_date: date, trip, start_s }
}

/// A bus drives `trip` at `pace` times the plan, set out `late_s` late, and is seen each 15 s until `until`.
fn drive(
    monitor: &mut Monitor,
    vehicle: &str,
    trip: &str,
    date: ServiceDate,
    (late_s, pace): (i64, f64),
    until: EpochS,
) {
    let timetable = city();
    let index = timetable.trip_by_id(trip).unwrap();
    let times = timetable.stop_times(index);
    let shape = timetable.shape_of(timetable.trip(index).pattern);
    let start = timetable.origin(date) + i64::from(times[0].departure_s) + late_s;
    let lasts = f64::from(times[times.len() - 1].arrival_s - times[0].departure_s) * pace;
    let mut at = start - 60;
    while at <= until.min(start + lasts as i64 + 60) {
        let share = ((at - start) as f64 / lasts).clamp(0.0, 1.0);
        let place = shape.at(share * shape.length_m());
        report(monitor, vehicle, trip, at, LatLon::new(place.lat, place.lon));
        at += 15;
    }
}

fn report(monitor: &mut Monitor, vehicle: &str, trip: &str, at: EpochS, place: LatLon) {
    let position = VehiclePosition {
        feed: FEED,
        vehicle_id: vehicle,
        label: None,
        trip: TripDescriptor { trip_id: Some(trip), ..TripDescriptor::default() },
        place,
        bearing_deg: None,
        speed_mps: None,
        measured_at: Some(at),
        stop_id: None,
        current_stop_sequence: None,
        stopped_at: None,
        occupancy_status: None,
    };
    let mut effects = Vec::new();
    monitor.apply(at, &Event::DatasetStart { feed: FEED, header_at: Some(at) }, &mut effects);
    monitor.apply(at, &Event::Position(position), &mut effects);
    monitor.apply(at, &Event::DatasetEnd { feed: FEED }, &mut effects);
    monitor.apply(at, &Event::Tick, &mut effects);
}

fn predicted(snapshot: &Snapshot, instance: TripInstance) -> (Option<Basis>, Vec<StopPrediction>) {
    let mut all = Vec::new();
    let basis = snapshot.predict(instance, |p| {
        all.push(p);
        true
    });
    (basis.map(|b| b.0), all)
}

/// The laws of the predictions of a run.
fn check(now: EpochS, predictions: &[StopPrediction]) {
    let mut before: Option<StopPrediction> = None;
    for p in predictions {
        let range = p.arrival;
        assert!(now <= range.p10 && now <= p.promised, "the past is not predicted: {p:?} at {now}");
        assert!(range.p10 <= range.p50 && range.p50 <= range.p90, "{p:?}");
        assert!(range.p10 <= p.promised && p.promised <= range.p90, "{p:?}");
        assert!(p.promised <= p.departure, "{p:?}");
        if let Some(before) = before {
            assert!(before.stop_position < p.stop_position);
            assert!(before.departure <= p.promised, "{before:?} {p:?}");
            let (a, b) = (before.arrival, range);
            assert!(a.p10 <= b.p10 && a.p50 <= b.p50 && a.p90 <= b.p90, "{before:?} {p:?}");
        }
        before = Some(*p);
    }
}

fn at(date: ServiceDate, hour: i64, minute: i64) -> EpochS {
    city().origin(date) + hour * 3_600 + minute * 60
}

#[test]
fn days_of_slow_driving_are_learnt_and_shared_by_the_trips_of_the_street() {
    let mut monitor = Monitor::new(city(), MonitorConfig::default());
    let now = at(monday(), 5, 45);
    let run = run("n", monday());
    let fresh = predicted(&monitor.snapshot(now), run).1;
    for day in -5..0 {
        let date = monday().plus(day);
        for i in 0..4 {
            let trip = format!("m.{i}");
            drive(&mut monitor, "bus", &trip, date, (0, 1.5), EpochS::MAX);
        }
    }
    let (basis, learnt) = predicted(&monitor.snapshot(now), run);
    assert_eq!(basis, Some(Basis::Plan));
    let lasts = |p: &[StopPrediction]| p[4].arrival.p50 - p[0].arrival.p50;
    assert!((700..800).contains(&lasts(&fresh)), "the plan's 12 min at first: {}", lasts(&fresh));
    assert!(lasts(&learnt) > 900, "18 min were driven, {} s are said", lasts(&learnt));
    check(now, &learnt);
}

#[test]
fn a_late_bus_is_late_on_its_way_back_and_the_range_says_how_sure_that_is() {
    let mut monitor = Monitor::new(city(), MonitorConfig::default());
    let now = at(monday(), 6, 12);
    drive(&mut monitor, "bus", "n", monday(), (480, 1.0), now);
    let snapshot = monitor.snapshot(now);
    let (basis, there) = predicted(&snapshot, run("n", monday()));
    assert_eq!(basis, Some(Basis::Vehicle));
    check(now, &there);
    let ends = there.last().unwrap();
    let planned_end = at(monday(), 6, 12);
    assert!((300..720).contains(&(ends.promised - planned_end)), "{ends:?}");
    let (basis, back) = predicted(&snapshot, run("s", monday()));
    assert_eq!(basis, Some(Basis::Block));
    check(now, &back);
    assert!(back[0].promised >= ends.promised, "{:?} before {ends:?}", back[0]);
    assert!(back[0].promised > at(monday(), 6, 17));
    assert!(
        back[4].arrival.p90 - back[4].arrival.p10 > there[1].arrival.p90 - there[1].arrival.p10
    );
}

#[test]
fn an_early_start_is_not_predicted_and_nothing_where_nothing_is_known() {
    let monitor = Monitor::new(city(), MonitorConfig::default());
    let run = run("n", monday());
    let (basis, all) = predicted(&monitor.snapshot(at(monday(), 5, 40)), run);
    assert_eq!((basis, all.len()), (Some(Basis::Plan), 5));
    let (basis, all) = predicted(&monitor.snapshot(at(monday(), 6, 25)), run);
    assert_eq!(
        (basis, all.len()),
        (None, 0),
        "nobody drives it, and it should have begun long ago"
    );
    let loose = TripInstance { start_s: 7 * 3_600, ..self::run("f", monday()) };
    assert_eq!(predicted(&monitor.snapshot(at(monday(), 6, 55)), loose).0, None);
}

#[test]
fn what_the_record_remembers_is_learnt_as_if_it_had_been_seen() {
    let (mut seen, mut told) = (
        Monitor::new(city(), MonitorConfig::default()),
        Monitor::new(city(), MonitorConfig::default()),
    );
    let mut visits = Vec::new();
    for day in -3..0 {
        let instance = run("m.2", monday().plus(day));
        let pattern = city().trip(instance.trip).pattern;
        let (start, _) = city().scheduled(instance, 0);
        for position in 0..5_u16 {
            let arrival = start + i64::from(position) * 330;
            visits.push(StopVisit {
                instance,
                pattern,
                stop_position: position,
                vehicle: VehicleIdx(3),
                arrival: (position > 0).then_some(arrival),
                departure: (position < 4).then_some(arrival + 20),
                uncertainty_s: 5.0,
                trip_named: true,
            });
        }
    }
    told.remember(visits.into_iter());
    drive(&mut seen, "bus", "n", monday().plus(-1), (0, 1.0), EpochS::MAX);
    let now = at(monday(), 6, 0);
    let lasts = |m: &Monitor| {
        let all = predicted(&m.snapshot(now), run("n", monday())).1;
        check(now, &all);
        all[4].arrival.p50 - all[0].arrival.p50
    };
    assert!(lasts(&told) > lasts(&seen) + 200, "{} {}", lasts(&told), lasts(&seen));
    assert!(told.snapshot(now).vehicles.is_empty(), "the past makes no vehicles");
}

#[test]
fn memory_is_what_it_is_said_to_be() {
    const { assert!(SEGMENT_BYTES <= 1_400) };
    const { assert!(VEHICLE_BYTES <= 900) };
}

/// Drives of a few buses: (trip, late, pace).
fn drives() -> impl Strategy<Value = Vec<(&'static str, i64, f64)>> {
    let trip = prop::sample::select(vec!["n", "s", "m.0", "m.1", "m.2"]);
    prop::collection::vec((trip, -120i64..600, 0.5..1.8f64), 1..4)
}

/// All predictions of the day's runs at some times of the morning.
fn watched(drives: &[(&str, i64, f64)], date: ServiceDate) -> Vec<(EpochS, Vec<StopPrediction>)> {
    let mut monitor = Monitor::new(city(), MonitorConfig::default());
    let mut all = Vec::new();
    for (i, (trip, late_s, pace)) in drives.iter().enumerate() {
        let minute = [4, 14, 40][i % 3];
        let until = at(date, 6, minute);
        drive(&mut monitor, &format!("bus{i}"), trip, date, (*late_s, *pace), until);
        let snapshot = monitor.snapshot(until);
        for trip in ["n", "s", "m.0", "m.1", "m.2", "m.3"] {
            all.push((until, predicted(&snapshot, run(trip, date)).1));
        }
    }
    all
}

/// A visit that may be anything but of an unknown trip.
fn visit() -> impl Strategy<Value = StopVisit> {
    let instant = prop_oneof![
        6 => at(monday(), 5, 50)..at(monday(), 7, 0),
        1 => -(1i64 << 40)..(1i64 << 40),
    ];
    let times = (prop::option::of(instant.clone()), prop::option::of(instant));
    let trip = prop::sample::select(vec!["n", "s", "m.0", "f"]);
    (trip, 0u16..7, 0u32..3, times, -1i32..2).prop_map(|(trip, position, vehicle, times, day)| {
        let instance = run(trip, monday().plus(day));
        StopVisit {
            instance,
            pattern: city().trip(instance.trip).pattern,
            stop_position: position,
            vehicle: VehicleIdx(vehicle),
            arrival: times.0,
            departure: times.1,
            uncertainty_s: 5.0,
            trip_named: true,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn predictions_keep_their_laws_and_are_the_same_each_time(drives in drives()) {
        let all = watched(&drives, monday());
        for (now, predictions) in &all {
            check(*now, predictions);
        }
        prop_assert_eq!(all, watched(&drives, monday()));
    }

    #[test]
    fn a_week_later_they_are_a_week_later(drives in drives(), weeks in 1i64..20) {
        let shift = weeks * WEEK_S;
        let mut all = watched(&drives, monday());
        for (now, predictions) in &mut all {
            *now += shift;
            for p in predictions {
                for at in [&mut p.arrival.p10, &mut p.arrival.p50, &mut p.arrival.p90] {
                    *at += shift;
                }
                p.promised += shift;
                p.departure += shift;
            }
        }
        prop_assert_eq!(all, watched(&drives, monday().plus(weeks as i32 * 7)));
    }

    #[test]
    fn no_order_of_visits_and_ticks_breaks_it(visits in prop::collection::vec(visit(), 1..120)) {
        let timetable = city();
        let mut predictor = Predictor::default();
        for (i, visit) in visits.iter().enumerate() {
            predictor.visit(&timetable, visit);
            let now = visit.departure.or(visit.arrival).unwrap_or(i as i64);
            let facts = VehicleFacts {
                vehicle: visit.vehicle,
                feed: FEED,
                matched: Some((visit.instance, visit.pattern)),
                along_m: f64::from(visit.stop_position) * 700.0,
                next_stop_position: visit.stop_position,
                measured_at: now,
                schedule_deviation_s: None,
                off_route_m: None,
                layover: false,
                overload: false,
            };
            predictor.tick(&timetable, now, &[facts]);
        }
        let mut monitor = Monitor::new(Arc::clone(&timetable), MonitorConfig::default());
        monitor.remember(visits.into_iter());
        let now = at(monday(), 6, 0);
        drive(&mut monitor, "bus", "n", monday(), (0, 1.0), now);
        for trip in ["n", "s", "m.0"] {
            check(now, &predicted(&monitor.snapshot(now), run(trip, monday())).1);
        }
    }
}
