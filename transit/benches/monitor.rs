//! Positions a second of a fleet of 2,500 in a generated grid city, in the steady state: trips named by the
//! feed, one report of each vehicle every 20 s; repeats; trips not named; and the snapshot for readers.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    reason = "criterion's macros; a bench fails by panicking"
)]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;
use transit::ids::FeedIdx;
use transit::timetable::text;
use transit::{
    Event, LatLon, Monitor, MonitorConfig, ServiceDate, Timetable, TripDescriptor, VehiclePosition,
};

const FEED: FeedIdx = FeedIdx(0);
/// Routes on the grid, half of them along it and half across.
const ROUTES: usize = 50;
/// Vehicles of a route under way at once.
const PER_ROUTE: usize = 50;
/// Stops of a route, 400 m apart.
const STOPS: usize = 26;
/// Seconds from stop to stop by the timetable.
const HOP_S: usize = 60;
/// Seconds between two departures.
const HEADWAY_S: usize = 30;
/// Seconds between two reports of a vehicle.
const EVERY_S: i64 = 20;
/// Datasets that are timed.
const DATASETS: usize = 20;

/// Degrees of `metres` north, and east at the latitude of the city.
fn degrees(north_m: f64, east_m: f64) -> (f64, f64) {
    (43.2 + north_m / 111_195.0, 76.8 + east_m / 81_058.0)
}

/// Fifty straight streets of 10 km, 400 m apart, each driven by one route.
fn city() -> Timetable {
    let mut text = String::new();
    for r in 0..ROUTES {
        let place = |metres: f64| {
            let street = (r / 2) as f64 * 400.0;
            if r % 2 == 0 { degrees(street, metres) } else { degrees(metres, street) }
        };
        let mut times = Vec::new();
        for k in 0..STOPS {
            let (lat, lon) = place(400.0 * k as f64);
            writeln!(text, "stop S{r}_{k} {lat:.6} {lon:.6}").unwrap();
            let s = 6 * 3_600 + k * HOP_S;
            times.push(format!("S{r}_{k} {:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60));
        }
        // A point each 50 m, as drawn shapes have.
        let points = (0..=200).map(|i| {
            let (lat, lon) = place(50.0 * f64::from(i));
            format!("{lat:.6},{lon:.6}")
        });
        writeln!(text, "shape h{r} {}", points.collect::<Vec<_>>().join(" ")).unwrap();
        writeln!(text, "route {r} type=3").unwrap();
        let every = format!("00:00:{HEADWAY_S}");
        writeln!(
            text,
            "trip t{r} route={r} shape=h{r} times=120 every={every} : {}",
            times.join(", ")
        )
        .unwrap();
    }
    text::timetable(&text).unwrap()
}

struct Fleet {
    timetable: Arc<Timetable>,
    /// Vehicle and trip ids, by vehicle.
    names: Vec<(String, String)>,
    start: i64,
}

impl Fleet {
    fn new() -> Self {
        let timetable = Arc::new(city());
        let names = (0..ROUTES * PER_ROUTE)
            .map(|v| (format!("bus{v}"), format!("t{}.{}", v % ROUTES, v / ROUTES)));
        let day = ServiceDate::parse("20260302").unwrap();
        let start = timetable.origin(day) + 6 * 3_600 + (PER_ROUTE * HEADWAY_S) as i64;
        Self { names: names.collect(), start, timetable }
    }

    /// The reports of all vehicles at `at`: half a minute late, and some metres beside the street.
    fn dataset(&self, at: i64, names_trips: bool) -> Vec<VehiclePosition<'_>> {
        let of = |v: usize| {
            let (vehicle_id, trip_id) = &self.names[v];
            let trip = self.timetable.trip_by_id(trip_id).unwrap();
            let shape = self.timetable.shape_of(self.timetable.trip(trip).pattern);
            let departed = self.start + ((v / ROUTES) as i64 - PER_ROUTE as i64) * HEADWAY_S as i64;
            let driven_s = (at - departed - 30).max(0) as f64;
            let on = shape.at(driven_s * 400.0 / HOP_S as f64);
            let noise = 1e-5 * (((v * 7 + at as usize * 13) % 17) as f64 - 8.0);
            VehiclePosition {
                feed: FEED,
                vehicle_id,
                label: None,
                trip: TripDescriptor {
                    trip_id: names_trips.then_some(trip_id.as_str()),
                    start_date: names_trips.then_some("20260302"),
                    ..TripDescriptor::default()
                },
                place: LatLon::new(on.lat + noise, on.lon - noise),
                bearing_deg: None,
                speed_mps: None,
                measured_at: Some(at),
                stop_id: None,
                current_stop_sequence: None,
                stopped_at: None,
                occupancy_status: None,
            }
        };
        (0..self.names.len()).map(of).collect()
    }

    /// Datasets one after another, from the `first`.
    fn datasets(
        &self,
        first: usize,
        count: usize,
        named: bool,
    ) -> Vec<(i64, Vec<VehiclePosition<'_>>)> {
        let at = |i: usize| self.start + i as i64 * EVERY_S;
        (first..first + count).map(|i| (at(i), self.dataset(at(i), named))).collect()
    }

    /// A Monitor that has watched for a while.
    fn watched(&self, datasets: &[(i64, Vec<VehiclePosition<'_>>)]) -> Monitor {
        let mut monitor = Monitor::new(Arc::clone(&self.timetable), MonitorConfig::default());
        tell(&mut monitor, datasets);
        monitor
    }
}

/// Applies datasets; returns the number of effects.
fn tell(monitor: &mut Monitor, datasets: &[(i64, Vec<VehiclePosition<'_>>)]) -> usize {
    let mut effects = Vec::with_capacity(16_384);
    let mut count = 0;
    for (now, positions) in datasets {
        monitor.apply(
            *now,
            &Event::DatasetStart { feed: FEED, header_at: Some(*now) },
            &mut effects,
        );
        for position in positions {
            monitor.apply(*now, &Event::Position(*position), &mut effects);
        }
        monitor.apply(*now, &Event::DatasetEnd { feed: FEED }, &mut effects);
        count += effects.len();
        effects.clear();
    }
    count
}

fn positions(c: &mut Criterion) {
    let fleet = Fleet::new();
    let mut group = c.benchmark_group("monitor");
    group.sample_size(10);
    for (name, named) in [("trips named", true), ("nothing named", false)] {
        let warm = fleet.datasets(0, 12, named);
        let timed = fleet.datasets(12, DATASETS, named);
        group.throughput(Throughput::Elements((DATASETS * fleet.names.len()) as u64));
        group.bench_function(name, |b| {
            b.iter_batched_ref(
                || fleet.watched(&warm),
                |monitor| black_box(tell(monitor, &timed)),
                BatchSize::PerIteration,
            );
        });
    }
    let warm = fleet.datasets(0, 12, true);
    let mut monitor = fleet.watched(&warm);
    group.throughput(Throughput::Elements(fleet.names.len() as u64));
    group.bench_function("repeated", |b| b.iter(|| black_box(tell(&mut monitor, &warm[11..]))));
    let now = warm[11].0;
    let matched = monitor.snapshot(now).vehicles.iter().filter(|v| v.matched.is_some()).count();
    assert!(matched > fleet.names.len() * 9 / 10, "only {matched} matched");
    group.bench_function("snapshot", |b| b.iter(|| black_box(monitor.snapshot(now))));
    group.finish();
}

criterion_group!(benches, positions);
criterion_main!(benches);
