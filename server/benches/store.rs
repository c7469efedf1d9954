//! Rows written in a second: one tick's stop visits, one transaction, until they are in the database.
//!
//! SQLite in a temporary directory; PostgreSQL where `JOLDA_TEST_POSTGRES_URL` names one:
//! `scripts/with-postgres.sh cargo bench -p jolda-server --bench store`.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use server::record::{Batch, HeadwayRow, VisitRow};
use server::store::{Store, StoreSettings};
use std::time::Duration;

/// 25,000 vehicles at a stop a minute are 417 visits a second, and as many headways.
const TICK_ROWS: [usize; 2] = [800, 20_000];
const MIDNIGHT: i64 = 1_795_374_000;

fn visit(n: i64) -> VisitRow {
    VisitRow {
        service_date: 20_261_123,
        route_id: format!("route-{}", n % 205),
        direction_id: Some((n % 2) as i16),
        trip_id: format!("almaty-{:07}-weekday", n / 30),
        start_s: 28_800,
        vehicle_id: format!("bus-{:05}", n % 3_500),
        stop_id: format!("stop-{:05}", n * 7 % 2_400),
        stop_sequence: (n % 30) as i32,
        scheduled_arrival: MIDNIGHT + n / 417,
        scheduled_departure: MIDNIGHT + n / 417 + 20,
        arrival: Some(MIDNIGHT + n / 417),
        departure: Some(MIDNIGHT + n / 417 + 20),
        uncertainty_s: 8.0,
        trip_named: true,
    }
}

fn headway(n: i64) -> HeadwayRow {
    let v = visit(n);
    HeadwayRow {
        service_date: v.service_date,
        route_id: v.route_id,
        direction_id: v.direction_id,
        stop_id: v.stop_id,
        trip_id: v.trip_id,
        leader_trip_id: format!("almaty-{:07}-weekday", n / 30 + 1),
        vehicle_id: v.vehicle_id,
        at: MIDNIGHT + n / 417,
        headway_s: 480,
        scheduled_headway_s: Some(450),
        status: "even".into(),
    }
}

/// Half visits, half headways, none of which was there before.
fn tick(next: &mut i64, rows: usize) -> Batch {
    let from = *next;
    *next += rows as i64 / 2;
    Batch {
        visits: (from..*next).map(visit).collect(),
        headways: (from..*next).map(headway).collect(),
        ..Batch::default()
    }
}

fn writes(c: &mut Criterion) {
    let dir = tempfile::tempdir().unwrap();
    let file = format!("sqlite:{}", dir.path().join("bench.sqlite").display());
    let mut urls = vec![("sqlite", file)];
    match std::env::var("JOLDA_TEST_POSTGRES_URL") {
        Ok(url) => urls.push(("postgres", url)),
        Err(_) => eprintln!("SKIPPED on PostgreSQL: JOLDA_TEST_POSTGRES_URL is not set"),
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut group = c.benchmark_group("store");
    group.sample_size(10).measurement_time(Duration::from_secs(5));
    for (kind, url) in urls {
        let settings = StoreSettings {
            spill_path: Some(dir.path().join(format!("{kind}.spill"))),
            ..StoreSettings::default()
        };
        let store = runtime.block_on(Store::open(&url, settings)).unwrap();
        let writer = store.writer();
        let mut next = 0;
        for rows in TICK_ROWS {
            group.throughput(Throughput::Elements(rows as u64));
            group.bench_function(format!("{kind}/tick of {rows} rows"), |b| {
                b.iter_batched(
                    || tick(&mut next, rows),
                    |batch| {
                        writer.send(batch);
                        runtime.block_on(writer.flush()).unwrap();
                    },
                    criterion::BatchSize::PerIteration,
                );
            });
        }
        assert_eq!(writer.status().written_rows, next as u64 * 2, "a key was written twice");
        runtime.block_on(store.close());
    }
    group.finish();
}

criterion_group!(benches, writes);
criterion_main!(benches);
