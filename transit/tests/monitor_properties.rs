//! What holds of the Monitor whatever it is told.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use std::sync::{Arc, OnceLock};
use transit::flow::FlowConfig;
use transit::ids::FeedIdx;
use transit::timetable::text;
use transit::{
    Effect, EpochS, Event, LatLon, Monitor, MonitorConfig, PastVisit, RejectReason,
    ScheduleRelationship, ServiceDate, StopTimeUpdate, StopVisit, Timetable, TripDescriptor,
    TripUpdate, VehiclePosition,
};

const FEED: FeedIdx = FeedIdx(0);
const DAY_S: i64 = 86_400;

/// A line out and back, a loop, a line drawn straight, a frequency trip.
const CITY: &str = "
    stop A 43.2000 76.9000
    stop B 43.2050 76.9000
    stop C 43.2100 76.9000
    stop D 43.2100 76.9100
    shape north 43.2000,76.9000 43.2100,76.9000
    shape south 43.2100,76.9001 43.2000,76.9001
    shape loop 43.2000,76.9000 43.2100,76.9000 43.2100,76.9100 43.2000,76.9100 43.2000,76.9000
    route 1 type=3
    route 2 type=3
    trip n route=1 direction=0 shape=north block=1 times=30 every=00:05 : A 06:00, B 06:02, C 06:04
    trip s route=1 direction=1 shape=south block=1 times=30 every=00:05 : C 06:07, B 06:09, A 06:11
    trip l route=2 shape=loop times=10 every=00:10 : A 06:00, C 06:04, D 06:08, A 06:15
    trip x route=2 : A 07:00, D 07:06
    trip f route=2 shape=north : A 00:00, C 00:04
    frequency f 06:00..23:00 00:07
";

fn city() -> Arc<Timetable> {
    static CITY_LOADED: OnceLock<Arc<Timetable>> = OnceLock::new();
    Arc::clone(CITY_LOADED.get_or_init(|| Arc::new(text::timetable(CITY).unwrap())))
}

/// One report of a bus that drives a trip of [`CITY`] more or less by the timetable.
#[derive(Clone, Debug)]
struct Report {
    at: EpochS,
    vehicle: String,
    trip: String,
    place: LatLon,
}

/// Six buses, each with its trip, pace, noise and gaps.
fn drives() -> impl Strategy<Value = Vec<Report>> {
    let trip = prop::sample::select(vec!["n.0", "n.1", "s.0", "s.3", "l.0", "l.2", "x", "f"]);
    let bus = (trip, 0.5..1.6f64, 0u64..1_000, 5i64..90, -200i64..600);
    prop::collection::vec(bus, 1..6).prop_map(|buses| {
        let mut reports = Vec::new();
        for (i, (trip, pace, seed, every_s, late_s)) in buses.into_iter().enumerate() {
            drive(&mut reports, &format!("bus{i}"), trip, pace, seed, every_s, late_s);
        }
        reports.sort_by_key(|r: &Report| r.at);
        reports
    })
}

fn drive(
    reports: &mut Vec<Report>,
    vehicle: &str,
    trip: &str,
    pace: f64,
    seed: u64,
    every_s: i64,
    late_s: i64,
) {
    let timetable = city();
    let index = timetable.trip_by_id(trip).unwrap();
    let shape = timetable.shape_of(timetable.trip(index).pattern);
    let times = timetable.stop_times(index);
    let start = timetable.origin(day()) + 6 * 3_600 + late_s;
    let lasts = f64::from(times[times.len() - 1].arrival_s - times[0].departure_s);
    let mut random = seed;
    let mut noise = || {
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((random >> 33) as f64 / f64::from(1u32 << 31) - 0.5) * 3e-4
    };
    for step in 0..80 {
        let at = start - 60 + step * every_s;
        let share = ((at - start) as f64 * pace / lasts).clamp(0.0, 1.0);
        let on = shape.at(share * shape.length_m());
        let place = LatLon::new(on.lat + noise(), on.lon + noise());
        reports.push(Report { at, vehicle: vehicle.to_owned(), trip: trip.to_owned(), place });
    }
}

fn day() -> ServiceDate {
    ServiceDate::parse("20260302").unwrap()
}

fn event(report: &Report) -> Event<'_> {
    Event::Position(VehiclePosition {
        feed: FEED,
        vehicle_id: &report.vehicle,
        label: None,
        trip: TripDescriptor { trip_id: Some(&report.trip), ..TripDescriptor::default() },
        place: report.place,
        bearing_deg: None,
        speed_mps: None,
        measured_at: Some(report.at),
        stop_id: None,
        current_stop_sequence: None,
        stopped_at: None,
        occupancy_status: None,
    })
}

fn visits(effects: &[Effect]) -> Vec<StopVisit> {
    let visit = |e: &Effect| if let Effect::Visit(v) = e { Some(*v) } else { None };
    effects.iter().filter_map(visit).collect()
}

fn watch(
    reports: &[Report],
    each: impl Fn(&mut Monitor, &Report, &mut Vec<Effect>),
) -> Vec<Effect> {
    let mut monitor = Monitor::new(city(), MonitorConfig::default());
    let mut effects = Vec::new();
    for report in reports {
        each(&mut monitor, report, &mut effects);
    }
    effects
}

fn tell(monitor: &mut Monitor, report: &Report, effects: &mut Vec<Effect>) {
    monitor.apply(report.at, &event(report), effects);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_same_events_have_the_same_effects(reports in drives()) {
        prop_assert_eq!(watch(&reports, tell), watch(&reports, tell));
    }

    #[test]
    fn visits_are_made_once_in_order_and_not_of_the_future(reports in drives()) {
        let mut monitor = Monitor::new(city(), MonitorConfig::default());
        let mut seen = std::collections::BTreeMap::new();
        for report in &reports {
            let mut effects = Vec::new();
            tell(&mut monitor, report, &mut effects);
            for v in visits(&effects) {
                let (from, to) = (v.arrival.or(v.departure), v.departure.or(v.arrival));
                prop_assert!(from.unwrap() <= to.unwrap(), "{v:?}");
                prop_assert!(to.unwrap() <= report.at, "{v:?} at {}", report.at);
                prop_assert!(v.uncertainty_s.is_finite() && v.uncertainty_s > 0.0);
                if let Some((position, left)) = seen.insert(v.instance, (v.stop_position, to)) {
                    prop_assert!(position < v.stop_position && left <= from, "{v:?}");
                }
            }
        }
    }

    #[test]
    fn repeated_positions_change_nothing(reports in drives()) {
        let twice = watch(&reports, |monitor, report, effects| {
            tell(monitor, report, effects);
            monitor.apply(report.at + 1, &event(report), effects);
        });
        let once = watch(&reports, tell);
        prop_assert_eq!(visits(&once), visits(&twice));
    }

    /// A position that is asked about first, and told only if it is not known, is judged as one that is told.
    #[test]
    fn what_is_repeated_is_judged_alike_however_it_is_told(
        datasets in prop::collection::vec(prop::collection::vec((0u8..9, -90i64..200), 4), 2..40),
    ) {
        let config = || MonitorConfig { max_vehicles: 3, ..MonitorConfig::default() };
        let (mut asked, mut told) = (Monitor::new(city(), config()), Monitor::new(city(), config()));
        let (mut effects, mut all_effects) = (Vec::new(), Vec::new());
        let mut last: Vec<Option<Report>> = vec![None; 4];
        let mut now = city().origin(day()) + 6 * 3_600;
        for (i, dataset) in datasets.iter().enumerate() {
            now += if i % 13 == 12 { 1_000 } else { 20 };
            let start = Event::DatasetStart { feed: FEED, header_at: Some(now) };
            asked.apply(now, &start, &mut effects);
            told.apply(now, &start, &mut all_effects);
            for (v, (kind, since_s)) in dataset.iter().enumerate() {
                let known = last[v].clone().filter(|_| *kind < 5);
                let before = last[v].as_ref().map_or(now, |r| r.at);
                let place = match kind {
                    7 => LatLon::default(),
                    8 => LatLon::new(43.9, 77.9),
                    _ => LatLon::new(43.2 + f64::from(*kind) * 1e-3, 76.9),
                };
                let at = if kind % 2 == 1 { before } else { now + since_s / 2 };
                let new = Report { at, vehicle: format!("bus{v}"), trip: "n.0".to_owned(), place };
                let report = known.clone().unwrap_or(new);
                let again = known.is_some()
                    && asked.is_repeated(now, FEED, &report.vehicle, Some(report.at));
                if again {
                    let reason = RejectReason::Duplicate;
                    effects.push(Effect::Rejected { feed: FEED, reason });
                } else {
                    asked.apply(now, &event(&report), &mut effects);
                }
                told.apply(now, &event(&report), &mut all_effects);
                last[v] = Some(report);
            }
            prop_assert_eq!(&effects, &all_effects);
            let end = Event::DatasetEnd { feed: FEED };
            asked.apply(now, &end, &mut effects);
            told.apply(now, &end, &mut all_effects);
        }
        let feeds = |monitor: &Monitor| format!("{:?}", monitor.snapshot(now).feeds);
        prop_assert_eq!(feeds(&asked), feeds(&told));
    }

    #[test]
    fn how_reports_fall_into_datasets_does_not_matter(reports in drives(), cuts in prop::collection::vec(any::<bool>(), 100)) {
        let cut = watch(&reports, |monitor, report, effects| {
            if cuts[report.at as usize % cuts.len()] {
                monitor.apply(report.at, &Event::DatasetEnd { feed: FEED }, effects);
                let header_at = Some(report.at);
                monitor.apply(report.at, &Event::DatasetStart { feed: FEED, header_at }, effects);
            }
            tell(monitor, report, effects);
        });
        prop_assert_eq!(visits(&watch(&reports, tell)), visits(&cut));
    }

    #[test]
    fn a_reload_of_the_same_timetable_changes_nothing(
        reports in drives(),
        reloads in prop::collection::vec(prop::bool::weighted(0.05), 100),
    ) {
        let again = Arc::new(text::timetable(CITY).unwrap());
        let reloaded = watch(&reports, |monitor, report, effects| {
            if reloads[report.at as usize % reloads.len()] {
                let timetable = Event::Timetable(Arc::clone(&again));
                monitor.apply(report.at, &timetable, effects);
            }
            tell(monitor, report, effects);
        });
        prop_assert_eq!(visits(&watch(&reports, tell)), visits(&reloaded));
    }

    #[test]
    fn weeks_later_all_is_the_same_weeks_later(reports in drives(), weeks in 1i64..40) {
        let shift = weeks * 7 * DAY_S;
        let later: Vec<Report> =
            reports.iter().map(|r| Report { at: r.at + shift, ..r.clone() }).collect();
        let mut now = visits(&watch(&reports, tell));
        for v in &mut now {
            v.instance.service_date = v.instance.service_date.plus((weeks * 7) as i32);
            v.arrival = v.arrival.map(|t| t + shift);
            v.departure = v.departure.map(|t| t + shift);
        }
        prop_assert_eq!(now, visits(&watch(&later, tell)));
    }
}

/// Anything at all, from plausible to absurd.
#[derive(Clone, Debug)]
struct Garbage {
    now: EpochS,
    kind: u8,
    feed: u32,
    vehicle: String,
    trip: Option<String>,
    route: Option<String>,
    start: (Option<String>, Option<String>),
    place: (f64, f64),
    motion: (Option<f32>, Option<f32>),
    at: Option<EpochS>,
    number: Option<u32>,
    delay: Option<i32>,
}

fn instant() -> impl Strategy<Value = EpochS> {
    let around = city().origin(day()) + 6 * 3_600;
    prop_oneof![
        8 => around..around + 7_200,
        1 => any::<i64>(),
        1 => prop::sample::select(vec![i64::MIN, i64::MAX, 0, -1, 1, 4_102_444_800_000]),
    ]
}

fn degrees(around: f64) -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => around - 0.002..around + 0.012,
        1 => any::<f64>(),
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, 0.0, 180.0, -90.0, 1e300]),
    ]
}

fn garbage() -> impl Strategy<Value = Garbage> {
    let word = |words: &[&str]| {
        let words: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
        prop_oneof![3 => prop::sample::select(words), 1 => any::<String>()]
    };
    let trip = prop::option::of(word(&["n.0", "s.0", "l.0", "x", "f", "none", ""]));
    let start = word(&["06:00:00", "24:10:00", "999:59:59", "-1:00:00"]);
    let date = word(&["20260302", "20260301", "99991231", "00000000"]);
    let numbers = (prop::option::of(any::<u32>()), prop::option::of(any::<i32>()));
    let motion = (prop::option::of(any::<f32>()), prop::option::of(any::<f32>()));
    (
        (instant(), 0u8..14, prop_oneof![9 => 0u32..3, 1 => any::<u32>()]),
        (word(&["a", "b", "c", ""]), trip, prop::option::of(word(&["1", "2"]))),
        (prop::option::of(start), prop::option::of(date)),
        (degrees(43.2), degrees(76.9)),
        motion,
        prop::option::of(instant()),
        numbers,
    )
        .prop_map(
            |((now, kind, feed), (vehicle, trip, route), start, place, motion, at, n)| {
                let (number, delay) = n;
                Garbage {
                    now,
                    kind,
                    feed,
                    vehicle,
                    trip,
                    route,
                    start,
                    place,
                    motion,
                    at,
                    number,
                    delay,
                }
            },
        )
}

fn past_visit(g: &Garbage) -> PastVisit<'_> {
    PastVisit {
        vehicle_id: &g.vehicle,
        trip_id: g.trip.as_deref().unwrap_or_default(),
        service_date: ServiceDate(day().0.saturating_add(g.delay.unwrap_or_default())),
        start_s: g.delay.unwrap_or(21_600),
        stop_id: "A",
        stop_sequence: g.number.unwrap_or(1),
        arrival: g.at,
        departure: g.at,
        trip_named: true,
        headway_told: g.delay.is_some(),
    }
}

fn throw(monitor: &mut Monitor, g: &Garbage, effects: &mut Vec<Effect>) {
    let feed = FeedIdx(g.feed);
    let trip = TripDescriptor {
        trip_id: g.trip.as_deref(),
        route_id: g.route.as_deref(),
        direction_id: g.number.map(|n| n as u8),
        start_time: g.start.0.as_deref(),
        start_date: g.start.1.as_deref(),
        relationship: match g.kind {
            8 => ScheduleRelationship::Canceled,
            9 => ScheduleRelationship::Added,
            _ => ScheduleRelationship::Scheduled,
        },
    };
    let stop = StopTimeUpdate {
        stop_sequence: g.number.map(|n| n % 5),
        stop_id: Some("A"),
        arrival: g.at,
        arrival_delay_s: g.delay,
        departure: g.at,
        departure_delay_s: g.delay,
        skipped: g.kind == 9,
        no_data: false,
    };
    let event = match g.kind {
        0 => Event::DatasetStart { feed, header_at: g.at },
        1 => Event::DatasetEnd { feed },
        2 => Event::FeedFailed { feed },
        3 => Event::Tick,
        4 => Event::Rejected { feed, reason: RejectReason::NoPosition },
        5 if g.now % 16 == 0 => Event::Timetable(city()),
        12 => Event::Observed {
            feed,
            from: g.at.unwrap_or_default(),
            until: g.at.unwrap_or_default().saturating_add(g.delay.unwrap_or(60).into()),
        },
        13 => Event::PastVisit(past_visit(g)),
        7..=9 => Event::TripUpdate(TripUpdate {
            feed,
            trip,
            vehicle_id: Some(&g.vehicle),
            measured_at: g.at,
            delay_s: g.delay,
            stops: vec![stop; (g.number.unwrap_or(0) % 9) as usize],
        }),
        _ => Event::Position(VehiclePosition {
            feed,
            vehicle_id: &g.vehicle,
            label: g.trip.as_deref(),
            trip,
            place: LatLon::new(g.place.0, g.place.1),
            bearing_deg: g.motion.0,
            speed_mps: g.motion.1,
            measured_at: g.at,
            stop_id: g.trip.as_deref(),
            current_stop_sequence: g.number,
            stopped_at: Some(true),
            occupancy_status: Some(200),
        }),
    };
    monitor.apply(g.now, &event, effects);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_that_it_is_told_makes_it_panic(all in prop::collection::vec(garbage(), 1..200)) {
        let mut monitor = Monitor::new(city(), MonitorConfig::default());
        let mut effects = Vec::new();
        for g in &all {
            throw(&mut monitor, g, &mut effects);
        }
        let snapshot = monitor.snapshot(all[0].now);
        prop_assert!(snapshot.vehicles.len() <= all.len());
        let said = visits(&effects);
        monitor.remember(said.into_iter().rev());
        monitor.finish(all[all.len() - 1].now, &mut effects);
        monitor.finish(all[0].now, &mut effects);
    }

    #[test]
    fn state_stays_within_its_bounds(all in prop::collection::vec(garbage(), 1..300)) {
        let flow = FlowConfig {
            incidents_open_max: 3,
            incidents_opened_per_tick: 2,
            ..FlowConfig::default()
        };
        let config = MonitorConfig {
            max_vehicles: 4,
            max_runs: 5,
            max_forecasts: 2,
            flow,
            ..MonitorConfig::default()
        };
        let mut monitor = Monitor::new(city(), config);
        for g in &all {
            let mut effects = Vec::new();
            throw(&mut monitor, g, &mut effects);
            let feed_down = |i: &transit::Incident| i.kind == transit::IncidentKind::FeedDown;
            let opened = effects.iter().filter(
                |e| matches!(e, Effect::IncidentOpened(i) if !feed_down(i))).count();
            prop_assert!(opened <= 2, "that a feed is down is always said; of the rest so many a tick");
            let snapshot = monitor.snapshot(g.now);
            prop_assert!(snapshot.vehicles.len() <= 4);
            let others = snapshot.incidents.iter().filter(
                |s| s.incident.closed_at.is_none() && !feed_down(&s.incident)).count();
            prop_assert!(others <= 3);
            let forecasts = city().instances_on(day()).into_iter()
                .filter(|run| monitor.forecast(*run).is_some()).count();
            prop_assert!(forecasts <= 2);
        }
    }
}

#[test]
fn a_flood_of_vehicle_ids_is_bounded_and_the_known_fleet_stays() {
    let limit = 1_000;
    let config = MonitorConfig { max_vehicles: limit, ..MonitorConfig::default() };
    let mut monitor = Monitor::new(city(), config);
    let mut effects = Vec::new();
    let now = city().origin(day()) + 7 * 3_600;
    let place = LatLon::new(43.2, 76.9);
    for i in 0..200_000 {
        let report = Report { at: now, vehicle: format!("v{i}"), trip: String::new(), place };
        monitor.apply(now + i / 10_000, &event(&report), &mut effects);
    }
    let snapshot = monitor.snapshot(now);
    assert_eq!(snapshot.vehicles.len(), limit);
    assert_eq!(&*snapshot.vehicles[0].vehicle_id, "v0");
    let refused = snapshot.feeds[0].rejected[RejectReason::TooManyVehicles as usize];
    assert_eq!(refused, 200_000 - limit as u64);
}
