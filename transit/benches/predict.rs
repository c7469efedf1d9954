//! What predictions cost: to learn from a visit, to look after a fleet at a tick, to answer a reader.

#![allow(missing_docs, reason = "criterion's macros make functions without any")]

use criterion::{Criterion, criterion_group, criterion_main};
use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;
use transit::flow::VehicleFacts;
use transit::ids::{FeedIdx, VehicleIdx};
use transit::predict::Predictor;
use transit::timetable::text;
use transit::{
    Event, LatLon, Monitor, MonitorConfig, ServiceDate, StopVisit, Timetable, TripDescriptor,
    TripInstance, VehiclePosition,
};

const STOPS: usize = 40;
const VEHICLES: usize = 2_500;

fn city() -> Timetable {
    let mut feed = String::new();
    for stop in 0..STOPS {
        let _ = writeln!(feed, "stop s{stop} 43.2 {:.4}", 76.5 + stop as f64 * 0.006);
    }
    feed.push_str("route 1\ntrip t route=1 times=2500 every=00:01 :");
    for stop in 0..STOPS {
        let comma = if stop == 0 { "" } else { "," };
        let _ = write!(feed, "{comma} s{stop} {}:{:02}", 5 + stop * 2 / 60, stop * 2 % 60);
    }
    feed.push('\n');
    text::timetable(&feed).unwrap_or_else(|e| panic!("{e}"))
}

fn predict(c: &mut Criterion) {
    let timetable = Arc::new(city());
    let date = ServiceDate::parse("20260302").unwrap_or_default();
    let instance = |i: usize| {
        let trip = timetable.patterns[0].trips[i % timetable.patterns[0].trips.len()];
        let start_s = timetable.stop_times(trip)[0].departure_s;
        TripInstance { service_date: date, trip, start_s }
    };
    let visit = |i: usize, position: usize| {
        let (arrival, departure) = timetable.scheduled(instance(i), position);
        StopVisit {
            instance: instance(i),
            pattern: timetable.trip(instance(i).trip).pattern,
            stop_position: position as u16,
            vehicle: VehicleIdx::from(i),
            arrival: (position > 0).then_some(arrival + (i as i64 * 7) % 40),
            departure: Some(departure + 15 + (i as i64 * 7) % 40),
            uncertainty_s: 5.0,
            trip_named: true,
        }
    };
    let mut predictor = Predictor::default();
    for i in 0..VEHICLES {
        for position in 0..STOPS / 2 {
            predictor.visit(&timetable, &visit(i, position));
        }
    }
    let mut group = c.benchmark_group("predict");
    let mut next = 0;
    group.bench_function("learn from a visit", |b| {
        b.iter(|| {
            next += 1;
            let position = STOPS / 2 + next / VEHICLES % (STOPS / 2);
            predictor.visit(&timetable, black_box(&visit(next % VEHICLES, position)));
        });
    });
    let along_m = timetable.patterns[0].stop_offsets_m[STOPS / 2] + 100.0;
    let now = timetable.origin(date) + 8 * 3_600;
    let facts: Vec<_> = (0..VEHICLES)
        .map(|i| VehicleFacts {
            vehicle: VehicleIdx::from(i),
            feed: FeedIdx(0),
            matched: Some((instance(i), timetable.trip(instance(i).trip).pattern)),
            along_m,
            next_stop_position: (STOPS / 2 + 1) as u16,
            measured_at: now,
            schedule_deviation_s: Some(0),
            off_route_m: None,
            layover: false,
            overload: false,
        })
        .collect();
    let mut ticks = 0;
    group.bench_function("a tick of 15 s, 2,500 vehicles", |b| {
        b.iter(|| {
            ticks += 1;
            predictor.tick(&timetable, now + ticks * 15, &facts);
        });
    });
    group.finish();
    ahead(c, &timetable, instance(60));
}

/// What a reader of one vehicle's next stops asks for.
fn ahead(c: &mut Criterion, timetable: &Arc<Timetable>, run: TripInstance) {
    let mut monitor = Monitor::new(Arc::clone(timetable), MonitorConfig::default());
    let start = timetable.scheduled(run, 0).0;
    drive(&mut monitor, timetable, run, start);
    let snapshot = monitor.snapshot(start + 600);
    assert!(snapshot.driver(run).is_some());
    c.bench_function("ranges at 35 stops ahead of a vehicle", |b| {
        b.iter(|| {
            let mut last = 0;
            snapshot.predict(run, |p| {
                last = p.arrival.p90;
                true
            });
            black_box(last)
        });
    });
}

/// Ten minutes of a bus on time.
fn drive(monitor: &mut Monitor, timetable: &Timetable, run: TripInstance, start: i64) {
    let id = timetable.trip(run.trip).id.to_string();
    let mut effects = Vec::new();
    for step in 0..=40_i64 {
        let at = start + step * 15;
        let lon = 76.5 + 0.006 * (step * 15) as f64 / 120.0;
        let position = VehiclePosition {
            feed: FeedIdx(0),
            vehicle_id: "bus",
            label: None,
            trip: TripDescriptor { trip_id: Some(&id), ..TripDescriptor::default() },
            place: LatLon::new(43.2, lon),
            bearing_deg: None,
            speed_mps: None,
            measured_at: Some(at),
            stop_id: None,
            current_stop_sequence: None,
            stopped_at: None,
            occupancy_status: None,
        };
        monitor.apply(at, &Event::Position(position), &mut effects);
        monitor.apply(at, &Event::Tick, &mut effects);
    }
}

criterion_group!(benches, predict);
criterion_main!(benches);
