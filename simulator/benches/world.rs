//! How fast the world turns: the demo city's day, and the day as a feed read every 30 s.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use simulator::{World, WorldConfig, city};
use std::hint::black_box;
use std::sync::Arc;
use transit::Timetable;
use transit::ids::FeedIdx;
use transit::timetable::LoadLimits;

const DAY_S: i64 = 86_400;

fn world(c: &mut Criterion) {
    c.bench_function("city_to_zip", |b| b.iter(|| black_box(city::almaty()).map(|z| z.len())));
    let Ok(zip) = city::almaty() else { return };
    let Ok((timetable, _)) = Timetable::from_zip(&zip, LoadLimits::default()) else { return };
    let timetable = Arc::new(timetable);
    let start = timetable.origin(city::DEMO_DATE) + 4 * 3_600;
    let config = WorldConfig { keep_truth: false, ..city::demo_world(&timetable) };
    let fresh = World::new(timetable.clone(), config.clone(), start);
    c.bench_function("world_new", |b| {
        b.iter(|| World::new(timetable.clone(), config.clone(), start).vehicles_out());
    });
    // Vehicle-seconds of the day: what a step-by-step simulation would have to step through.
    let mut counted = World::new(timetable.clone(), config.clone(), start);
    let vehicle_s: u64 = (start..start + DAY_S)
        .step_by(60)
        .map(|at| {
            counted.advance(at);
            counted.vehicles_out() as u64 * 60
        })
        .sum();
    drop(fresh);
    let mut group = c.benchmark_group("day");
    group.sample_size(10).throughput(Throughput::Elements(vehicle_s));
    let new = || World::new(timetable.clone(), config.clone(), start);
    group.bench_function("advance", |b| {
        b.iter_batched(new, |mut w| w.advance(start + DAY_S), criterion::BatchSize::LargeInput);
    });
    group.bench_function("advance_and_report_every_30_s", |b| {
        b.iter_batched(
            new,
            |mut w| {
                let mut reports = 0;
                for at in (start..start + DAY_S).step_by(30) {
                    w.advance(at);
                    reports +=
                        w.reports(FeedIdx(0)).filter(|r| black_box(r.place.lat) > 0.0).count();
                }
                reports
            },
            criterion::BatchSize::LargeInput,
        );
    });
    group.finish();
}

criterion_group!(benches, world);
criterion_main!(benches);
