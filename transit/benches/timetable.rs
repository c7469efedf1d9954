//! Loading a feed, beside gtfs-structures on the same bytes, and the questions of every tick.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    reason = "a benchmark may end by panicking; its macros document nothing"
)]

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Cursor;
use std::path::Path;
use std::time::Duration;
use transit::Timetable;
use transit::ids::StopIdx;
use transit::timetable::LoadLimits;
use transit::timetable::text::zip_of;

/// A made city: routes along their own lines, both ways, by minutes.
fn city(routes: usize, trips_each: usize) -> Vec<u8> {
    const STOPS: usize = 30;
    let mut stops = "stop_id,stop_name,stop_lat,stop_lon\n".to_owned();
    let mut lines = "route_id,route_short_name,route_type\n".to_owned();
    let mut trips = "route_id,service_id,trip_id,direction_id,shape_id,block_id\n".to_owned();
    let mut shapes = "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\n".to_owned();
    let mut times = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n".to_owned();
    for route in 0..routes {
        let _ = writeln!(lines, "{route},{route},3");
        let place = |along: f64| {
            let lat = 43.2 + along * 0.1 * ((route % 7) as f64 - 3.0) / 3.0;
            (lat + route as f64 * 1e-4, 76.8 + along * 0.2)
        };
        for point in 0..=300 {
            let along = f64::from(point) / 300.0;
            let (there, back) = (place(along), place(1.0 - along));
            let _ = writeln!(shapes, "{route}.0,{:.6},{:.6},{point}", there.0, there.1);
            let _ = writeln!(shapes, "{route}.1,{:.6},{:.6},{point}", back.0, back.1);
        }
        for stop in 0..STOPS {
            let (lat, lon) = place(stop as f64 / (STOPS - 1) as f64);
            let _ = writeln!(stops, "{route}-{stop},Stop {stop} of {route},{lat:.6},{lon:.6}");
        }
        for trip in 0..trips_each {
            let (way, start) = (trip % 2, 5 * 3600 + trip * 64_800 / trips_each);
            let id = format!("{route}-{trip}");
            let _ = writeln!(trips, "{route},w,{id},{way},{route}.{way},{route}-{}", trip % 9);
            for position in 0..STOPS {
                let stop = if way == 0 { position } else { STOPS - 1 - position };
                let s = start + position * 110;
                let at = format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
                let _ = writeln!(times, "{id},{at},{at},{route}-{stop},{position}");
            }
        }
    }
    let week = "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,\
                end_date\nw,1,1,1,1,1,1,1,20260101,20261231\n";
    let agency = "agency_name,agency_url,agency_timezone\nBus,http://b.example,Asia/Almaty\n";
    zip_of(&[
        ("agency.txt", agency),
        ("stops.txt", &stops),
        ("routes.txt", &lines),
        ("calendar.txt", week),
        ("trips.txt", &trips),
        ("shapes.txt", &shapes),
        ("stop_times.txt", &times),
    ])
}

fn feeds() -> Vec<(String, Vec<u8>)> {
    let mut feeds = vec![("made_30_routes".to_owned(), city(30, 200))];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    for name in ["capmetro-austin-2016", "static-riga-2020", "translink-vancouver-2026-static"] {
        match std::fs::read(root.join(name).join("gtfs.zip")) {
            Ok(bytes) => feeds.push((name.to_owned(), bytes)),
            Err(_) => eprintln!("SKIPPED: {name} is not in {}", root.display()),
        }
    }
    feeds
}

fn load(c: &mut Criterion) {
    let mut group = c.benchmark_group("load");
    group.sample_size(10).measurement_time(Duration::from_secs(5));
    for (name, bytes) in feeds() {
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_with_input(BenchmarkId::new("transit", &name), &bytes, |b, bytes| {
            b.iter_batched(
                || (),
                |()| Timetable::from_zip(black_box(bytes), LoadLimits::default()).unwrap(),
                BatchSize::PerIteration,
            );
        });
        group.bench_with_input(BenchmarkId::new("gtfs_structures", &name), &bytes, |b, bytes| {
            b.iter_batched(
                || (),
                |()| {
                    let reader = gtfs_structures::GtfsReader::default().raw();
                    let raw = reader.read_from_reader(Cursor::new(black_box(bytes))).unwrap();
                    gtfs_structures::Gtfs::try_from(raw).map_err(|e| e.to_string())
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

fn questions(c: &mut Criterion) {
    let (timetable, _) = Timetable::from_zip(&city(30, 200), LoadLimits::default()).unwrap();
    let (first, _) = timetable.service_bounds().unwrap();
    let day = first.plus(100);
    let eight = timetable.origin(day) + 8 * 3600;
    let mut group = c.benchmark_group("questions");
    group.bench_function("origin", |b| b.iter(|| timetable.origin(black_box(day))));
    group.bench_function("instances_on", |b| b.iter(|| timetable.instances_on(black_box(day))));
    group.bench_function("runs_active_a_minute", |b| {
        b.iter(|| timetable.runs_active(black_box(eight), eight + 60));
    });
    let pattern = &timetable.patterns[0];
    let (route, direction, stop) = (pattern.route, pattern.direction, pattern.stops[10]);
    group.bench_function("scheduled_passages_an_hour", |b| {
        b.iter(|| {
            timetable.scheduled_passages(route, direction, stop, black_box(eight), eight + 3600)
        });
    });
    let place = timetable.stop(StopIdx(400)).place.unwrap();
    group.bench_function("pieces_near_60_m", |b| {
        b.iter(|| timetable.spatial.pieces_near(black_box(place), 60.0));
    });
    group.finish();
}

criterion_group!(benches, load, questions);
criterion_main!(benches);
