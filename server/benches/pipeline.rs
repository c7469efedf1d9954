//! One snapshot of a large city, from the bytes read to the frames ready to be sent, by stage.
//!
//! The city is the demo's, many times over, so that more than 2,500 vehicles report at once. Each round takes
//! the next of a row of consecutive datasets, as the server does; every vehicle has a new position in each.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark")]

use api::live::Subscription;
use bytes::Bytes;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use prost::Message;
use server::engine::Watch;
use server::feed::{Decoder, decode};
use server::gtfs_realtime::{
    FeedEntity, FeedHeader, FeedMessage, Position, TripDescriptor, VehicleDescriptor,
    VehiclePosition,
};
use server::live::{Format, Hub, LiveLimits, Subscriptions};
use server::publish;
use server::published::Published;
use server::view::{Language, TimetableViews};
use simulator::network::Network;
use simulator::{World, city, gtfs};
use std::collections::BTreeSet;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;
use transit::ids::FeedIdx;
use transit::timetable::load::LoadLimits;
use transit::{EpochS, MonitorConfig, Snapshot, Timetable};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Copies of the demo city's routes: about 300 vehicles each at 07:40.
const COPIES: usize = 9;
/// Vehicles in each message.
const VEHICLES: usize = 2_500;
/// Between two datasets, seconds: each vehicle has reported anew.
const STEP_S: EpochS = 20;
/// Datasets that the Monitor has seen before.
const WARM: usize = 90;
/// Datasets that are measured in turn.
const MEASURED: usize = 40;
/// Zoom of the tiles that are read.
const ZOOM: u32 = 12;

fn large_city() -> Arc<Timetable> {
    let one = city::network(None).unwrap();
    let mut all = Network { routes: Vec::new(), ..one.clone() };
    for copy in 0..COPIES {
        all.routes.extend(one.routes.iter().cloned().map(|mut route| {
            route.id = format!("{}-{copy}", route.id);
            route
        }));
    }
    let zip = gtfs::zip(&all.files(), false).unwrap();
    Arc::new(Timetable::from_zip(&zip, LoadLimits::default()).unwrap().0)
}

fn messages(timetable: &Arc<Timetable>) -> Vec<(EpochS, Vec<u8>)> {
    let start = timetable.origin(city::DEMO_DATE) + city::DEMO_TIME_S - WARM as EpochS * STEP_S;
    let mut world = World::new(Arc::clone(timetable), city::demo_world(timetable), start);
    (0..(WARM + MEASURED) as EpochS)
        .map(|i| {
            let now = start + i * STEP_S;
            world.advance(now);
            (now, message(now, &world))
        })
        .collect()
}

fn message(now: EpochS, world: &World) -> Vec<u8> {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let entity = world.reports(FeedIdx(0)).take(VEHICLES).map(|r| FeedEntity {
        id: Some(r.vehicle_id.to_owned()),
        vehicle: Some(VehiclePosition {
            trip: Some(TripDescriptor {
                trip_id: owned(r.trip.trip_id),
                route_id: owned(r.trip.route_id),
                start_date: owned(r.trip.start_date),
                ..Default::default()
            }),
            vehicle: Some(VehicleDescriptor {
                id: Some(r.vehicle_id.to_owned()),
                label: owned(r.label),
                license_plate: None,
            }),
            position: Some(Position {
                latitude: Some(r.place.lat as f32),
                longitude: Some(r.place.lon as f32),
                bearing: r.bearing_deg,
                speed: r.speed_mps,
                odometer: None,
            }),
            timestamp: r.measured_at.map(|t| t as u64),
            ..Default::default()
        }),
        ..Default::default()
    });
    let header = FeedHeader {
        gtfs_realtime_version: Some("2.0".into()),
        timestamp: Some(now as u64),
        ..Default::default()
    };
    FeedMessage { header: Some(header), entity: entity.collect() }.encode_to_vec()
}

fn watch(timetable: &Arc<Timetable>, seen: &[(EpochS, Vec<u8>)]) -> Watch {
    let config = MonitorConfig::default();
    let mut watch = Watch::new(Arc::clone(timetable), config, vec!["buses".into()], "b".into());
    for (now, body) in seen {
        watch.dataset(*now, FeedIdx(0), &decode(body).unwrap());
        watch.tick(*now);
    }
    watch.take_batch();
    watch
}

fn published(snapshot: Snapshot, tick: u32) -> Arc<Published> {
    Arc::new(Published {
        snapshot: Arc::new(snapshot),
        epoch: 1,
        start: "b".into(),
        tick,
        speed: 1.0,
        demo: false,
        warming_up: false,
        store_down: false,
        feeds: Vec::new(),
        notices: Arc::default(),
    })
}

/// The tiles with a vehicle in them.
fn tiles(snapshot: &Snapshot) -> Vec<Subscription> {
    let n = f64::from(1_u32 << ZOOM);
    let names: BTreeSet<_> = snapshot
        .vehicles
        .iter()
        .map(|v| {
            let lat = v.place.lat.to_radians();
            let x = ((v.place.lon + 180.0) / 360.0 * n) as u32;
            let y = ((1.0 - lat.tan().asinh() / std::f64::consts::PI) / 2.0 * n) as u32;
            format!("tile/{ZOOM}/{x}/{y}")
        })
        .collect();
    names.into_iter().map(|topic| Subscription { topic, cursor: None }).collect()
}

struct Bench {
    timetable: Arc<Timetable>,
    messages: Vec<(EpochS, Vec<u8>)>,
}

impl Bench {
    fn measured(&self) -> impl Iterator<Item = &(EpochS, Vec<u8>)> {
        self.messages[WARM..].iter().cycle()
    }

    /// A hub whose every occupied tile has a reader.
    fn hub(&self, watch: &Watch) -> (Arc<Hub>, Subscriptions) {
        let snapshot = watch.snapshot(self.messages[WARM - 1].0);
        let tiles = tiles(&snapshot);
        let (_, publications) = tokio::sync::watch::channel(published(snapshot, 0));
        let hub =
            Hub::new(publications, Arc::new(TimetableViews::default()), LiveLimits::default());
        let mut reader =
            Subscriptions::new(Arc::clone(&hub), Language::default(), Format::default());
        reader.set(&tiles);
        reader.collect();
        (hub, reader)
    }
}

fn stages(c: &mut Criterion) {
    let timetable = large_city();
    let bench = Bench { messages: messages(&timetable), timetable };
    let (seen, measured) = bench.messages.split_at(WARM);
    let mut group = c.benchmark_group("snapshot_of_2500_vehicles");
    group.throughput(Throughput::Elements(VEHICLES as u64));
    group.sample_size(20).measurement_time(Duration::from_secs(6));

    let mut bodies = bench.measured();
    group.bench_function("decode", |b| {
        b.iter(|| decode(black_box(&bodies.next().unwrap().1)).unwrap());
    });
    let mut bodies = bench.measured();
    group.bench_function("decode (peer: prost)", |b| {
        b.iter(|| FeedMessage::decode(black_box(bodies.next().unwrap().1.as_slice())).unwrap());
    });
    let same = Bytes::copy_from_slice(&measured[0].1);
    let mut decoder = Decoder::default();
    group.bench_function("decode what has not changed", |b| {
        b.iter(|| decoder.decode(black_box(&same)).unwrap());
    });
    let copy = same.to_vec();
    group.bench_function("decode what has not changed (limit: compare)", |b| {
        b.iter(|| black_box(&same)[..] == black_box(&copy)[..]);
    });

    // The Monitor moves on with each round; after the last dataset a new one that has seen the morning.
    let ready = || watch(&bench.timetable, seen);
    let datasets: Vec<_> = measured.iter().map(|(now, b)| (*now, decode(b).unwrap())).collect();
    let mut at = MEASURED;
    let mut live = ready();
    group.bench_function("apply", |b| {
        b.iter_batched(
            || {
                if at == MEASURED {
                    (live, at) = (ready(), 0);
                }
                at += 1;
                let ready = std::mem::replace(&mut live, empty(&bench.timetable));
                (ready, &datasets[at - 1])
            },
            |(mut watch, (now, dataset))| {
                watch.dataset(*now, FeedIdx(0), dataset);
                watch.tick(*now);
                watch
            },
            BatchSize::PerIteration,
        );
    });
    drop(live);

    let mut watch = ready();
    let now = datasets[0].0;
    watch.dataset(now, FeedIdx(0), &datasets[0].1);
    watch.tick(now);
    group.bench_function("snapshot", |b| b.iter(|| black_box(&watch).snapshot(now)));

    let (hub, mut reader) = bench.hub(&ready());
    let pictures = pictures(&bench, &datasets);
    let mut turn = pictures.iter().cycle();
    group.bench_function("frames_of_all_tiles", |b| {
        b.iter(|| {
            hub.publish(Arc::clone(turn.next().unwrap()));
            reader.collect()
        });
    });
    let snapshot = &pictures[0].snapshot;
    group.bench_function("gtfs_realtime_out", |b| {
        b.iter(|| publish::Kind::ALL.map(|kind| publish::encode(kind, snapshot, &[])));
    });
    group.finish();
}

fn empty(timetable: &Arc<Timetable>) -> Watch {
    Watch::new(Arc::clone(timetable), MonitorConfig::default(), vec!["buses".into()], "b".into())
}

/// The picture after each measured dataset.
fn pictures(bench: &Bench, datasets: &[(EpochS, server::feed::Dataset)]) -> Vec<Arc<Published>> {
    let mut watch = watch(&bench.timetable, &bench.messages[..WARM]);
    datasets
        .iter()
        .zip(1..)
        .map(|((now, dataset), tick)| {
            watch.dataset(*now, FeedIdx(0), dataset);
            watch.tick(*now);
            published(watch.snapshot(*now), tick)
        })
        .collect()
}

fn whole(c: &mut Criterion) {
    let timetable = large_city();
    let bench = Bench { messages: messages(&timetable), timetable };
    let (seen, measured) = bench.messages.split_at(WARM);
    let mut live = watch(&bench.timetable, seen);
    let (mut hub, mut reader) = bench.hub(&live);
    let mut at = 0;
    let mut group = c.benchmark_group("byte_read_to_frame_ready");
    group.throughput(Throughput::Elements(VEHICLES as u64));
    group.sample_size(20).measurement_time(Duration::from_secs(10));
    group.bench_function("2500_vehicles", |b| {
        b.iter_custom(|rounds| {
            let mut took = Duration::ZERO;
            for _ in 0..rounds {
                if at == MEASURED {
                    live = watch(&bench.timetable, seen);
                    (hub, reader) = bench.hub(&live);
                    at = 0;
                }
                let (now, body) = &measured[at];
                at += 1;
                let clock = server::clock::Clock::machine();
                live.dataset(*now, FeedIdx(0), &decode(body).unwrap());
                live.tick(*now);
                hub.publish(published(live.snapshot(*now), at as u32));
                black_box(reader.collect());
                took += clock.elapsed();
            }
            took
        });
    });
    group.finish();
}

criterion_group!(benches, stages, whole);
criterion_main!(benches);
