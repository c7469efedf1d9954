//! From a publication to frames: 2,500 vehicles, by stage, with JSON beside it as the peer.
//!
//! `publish/no readers` is the vehicles' conversion alone; what the others take more is diff and encoding.
//! Run with `cargo bench --bench live`; compare within one run only.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should say where")]

use api::live::Subscription;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use server::live::{Format, Hub, LiveLimits, Subscriptions};
use server::published::Published;
use server::view::{Language, TimetableViews, VehicleFilter, View};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;
use tokio::sync::watch;
use transit::ids::{FeedIdx, VehicleIdx};
use transit::monitor::{MatchState, Recent, Snapshot, VehicleState};
use transit::{HeadwayStatus, ServiceDate, Timetable, TripInstance};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const VEHICLES: u32 = 2_500;
const ROUTES: u32 = 100;
const STOPS: u32 = 25;
const AT: i64 = 1_767_582_600;
/// Buses report every 20 s or so: at a tick of a second one in twenty has news.
const NEWS_EVERY: u32 = 20;

/// A grid of lines, 25 stops each, 400 m apart, both ways round noon.
fn timetable() -> Arc<Timetable> {
    let mut text = String::from("zone Asia/Almaty\n");
    for route in 0..ROUTES {
        let lat = 43.15 + f64::from(route) * 0.002;
        let mut times = String::new();
        for stop in 0..STOPS {
            let lon = 76.80 + f64::from(stop) * 0.005;
            let _ = writeln!(text, "stop s{route}.{stop} {lat} {lon}");
            let minute = stop * 2;
            let comma = if stop == 0 { "" } else { ", " };
            let _ =
                write!(times, "{comma}s{route}.{stop} {:02}:{:02}", 8 + minute / 60, minute % 60);
        }
        let _ = writeln!(text, "route {route}\ntrip t{route} route={route} direction=0 : {times}");
    }
    Arc::new(transit::timetable::text::timetable(&text).unwrap())
}

fn vehicle(timetable: &Timetable, number: u32, tick: u32) -> VehicleState {
    let trip = timetable.trip_by_id(&format!("t{}", number % ROUTES)).unwrap();
    let pattern = timetable.trip(trip).pattern;
    let shape = timetable.shape_of(pattern);
    let along_m = f64::from(number / ROUTES) * 380.0 + f64::from(tick) * 60.0;
    let offsets = &timetable.pattern(pattern).stop_offsets_m;
    let next = offsets.iter().position(|o| *o > along_m).unwrap_or(offsets.len() - 1);
    VehicleState {
        vehicle: VehicleIdx(number),
        feed: FeedIdx(0),
        vehicle_id: format!("{}", 1_000 + number).into(),
        label: Some(format!("{:03} AB 02", number % 1_000).into()),
        place: shape.at(along_m),
        bearing_deg: Some(90.0),
        speed_mps: Some(6.5),
        measured_at: AT + i64::from(tick) - i64::from(number % 20),
        matched: Some(MatchState {
            instance: TripInstance {
                service_date: ServiceDate::parse("20260105").unwrap(),
                trip,
                start_s: 8 * 3_600,
            },
            pattern,
            along_m,
            next_stop_position: next as u16,
            at_stop: false,
            schedule_deviation_s: Some(75),
            headway_s: Some(420),
            scheduled_headway_s: Some(600),
            headway_status: HeadwayStatus::Even,
            leader: None,
            trip_named: true,
        }),
        route: Some(timetable.pattern(pattern).route),
        off_route: false,
        layover: false,
        occupancy_status: None,
    }
}

/// A publication in which the vehicles that `moves` picks are as of `tick`, the others as of 0.
fn published(timetable: &Arc<Timetable>, tick: u32, moves: impl Fn(u32) -> bool) -> Arc<Published> {
    let vehicles = (0..VEHICLES).map(|n| vehicle(timetable, n, if moves(n) { tick } else { 0 }));
    let snapshot = Snapshot {
        at: AT + i64::from(tick),
        timetable: Arc::clone(timetable),
        vehicles: vehicles.collect(),
        directions: Vec::new(),
        segments: Vec::new(),
        incidents: Vec::new(),
        feeds: Vec::new(),
        recent: Recent::default(),
    };
    Arc::new(Published {
        snapshot: Arc::new(snapshot),
        epoch: 1,
        start: "bench".into(),
        tick,
        speed: 1.0,
        demo: false,
        warming_up: false,
        store_down: false,
        feeds: Vec::new(),
        notices: Arc::default(),
    })
}

struct City {
    timetables: Arc<TimetableViews>,
    /// Where it stands, all moved on, one in twenty moved on.
    still: Arc<Published>,
    all: Arc<Published>,
    some: Arc<Published>,
    /// Tiles of the street zoom that hold a vehicle.
    tiles: Vec<String>,
}

impl City {
    fn new() -> Self {
        let timetable = timetable();
        let still = published(&timetable, 0, |_| false);
        let mut tiles = BTreeSet::new();
        for v in &still.snapshot.vehicles {
            let lat = v.place.lat.to_radians();
            let x = (v.place.lon + 180.0) / 360.0 * 4_096.0;
            let y = (1.0 - lat.tan().asinh() / std::f64::consts::PI) / 2.0 * 4_096.0;
            tiles.insert(format!("tile/12/{}/{}", x as u32, y as u32));
        }
        Self {
            timetables: Arc::default(),
            all: published(&timetable, 1, |_| true),
            some: published(&timetable, 1, |n| n % NEWS_EVERY == 0),
            still,
            tiles: tiles.into_iter().collect(),
        }
    }

    fn hub(&self) -> (Arc<Hub>, watch::Sender<Arc<Published>>) {
        let (sender, publications) = watch::channel(Arc::clone(&self.still));
        (Hub::new(publications, Arc::clone(&self.timetables), LiveLimits::default()), sender)
    }

    fn reader(&self, hub: &Arc<Hub>, language: Language) -> Subscriptions {
        let mut reader = Subscriptions::new(Arc::clone(hub), language, Format::Binary);
        let topics = self.tiles.iter().cloned().chain(["tile/8/182/93".to_owned()]);
        let topics: Vec<_> = topics.map(|topic| Subscription { topic, cursor: None }).collect();
        reader.set(&topics);
        reader
    }
}

fn publish(c: &mut Criterion) {
    let city = City::new();
    let mut group = c.benchmark_group("publish 2,500 vehicles");
    group.throughput(Throughput::Elements(u64::from(VEHICLES)));
    let languages: [&[Language]; 3] = [&[], &[Language::Ru], &Language::ALL];
    let names = ["no readers", "all tiles read", "all tiles read in three languages"];
    for (languages, name) in languages.iter().zip(names) {
        for (news, next) in [("all moved", &city.all), ("1 in 20 moved", &city.some)] {
            let (hub, _sender) = city.hub();
            let _readers: Vec<_> = languages.iter().map(|l| city.reader(&hub, *l)).collect();
            let mut turn = false;
            group.bench_function(format!("{name}, {news}"), |b| {
                b.iter(|| {
                    turn = !turn;
                    hub.publish(Arc::clone(if turn { next } else { &city.still }));
                });
            });
        }
    }
    group.finish();
}

fn deliver(c: &mut Criterion) {
    let city = City::new();
    let (hub, _sender) = city.hub();
    let mut group = c.benchmark_group("collect for one reader");
    let mut one = Subscriptions::new(Arc::clone(&hub), Language::Ru, Format::Binary);
    one.set(&[Subscription { topic: city.tiles[0].clone(), cursor: None }]);
    let mut view = city.reader(&hub, Language::Ru);
    hub.publish(Arc::clone(&city.all));
    for (name, reader) in [("one tile", &mut one), ("the whole city", &mut view)] {
        reader.collect();
        group.bench_function(format!("{name}, nothing new"), |b| b.iter(|| reader.collect()));
    }
    // A reader at the frame before, again and again.
    let cursor = split_cursor(&one);
    hub.publish(Arc::clone(&city.still));
    group.bench_function("one tile, a delta", |b| {
        b.iter(|| {
            one.set(&[Subscription { topic: city.tiles[0].clone(), cursor }]);
            black_box(one.collect())
        });
    });
    group.bench_function("the whole city, snapshots shared", |b| {
        b.iter(|| black_box(city.reader(&hub, Language::Ru).collect()));
    });
    group.bench_function("the whole city, snapshots made", |b| {
        b.iter_batched(
            || city.hub(),
            |(hub, sender)| (city.reader(&hub, Language::Ru).collect(), sender),
            criterion::BatchSize::PerIteration,
        );
    });
    group.finish();
}

/// Where a reader of one topic stands.
fn split_cursor(reader: &Subscriptions) -> Option<api::live::Cursor> {
    reader.cursors().into_iter().next()
}

fn peer(c: &mut Criterion) {
    let city = City::new();
    let fixed = city.timetables.of(&city.still.snapshot.timetable);
    let view = View { published: Arc::clone(&city.all), fixed, language: Language::Ru };
    let mut group = c.benchmark_group("peer: JSON of 2,500 vehicles");
    group.throughput(Throughput::Elements(u64::from(VEHICLES)));
    group.bench_function("made and written", |b| {
        b.iter(|| {
            let list = view.vehicles(VehicleFilter::default(), usize::MAX);
            serde_json::to_vec(&list).unwrap().len()
        });
    });
    group.finish();
    report_bytes(&city, &view);
}

/// Sizes do not vary: they are said once.
fn report_bytes(city: &City, view: &View) {
    let (hub, _sender) = city.hub();
    let mut reader = Subscriptions::new(Arc::clone(&hub), Language::Ru, Format::Binary);
    reader.set(&[Subscription { topic: "tile/8/182/93".to_owned(), cursor: None }]);
    let bytes = |r: &mut Subscriptions| r.collect().iter().map(|f| f.framed.len()).sum::<usize>();
    let snapshot = bytes(&mut reader);
    hub.publish(Arc::clone(&city.all));
    let delta = bytes(&mut reader);
    let json = serde_json::to_vec(&view.vehicles(VehicleFilter::default(), usize::MAX)).unwrap();
    let each = |total: usize| total as f64 / f64::from(VEHICLES);
    eprintln!(
        "bytes a vehicle: snapshot {:.1}, delta of all moved {:.1}, JSON {:.1}",
        each(snapshot),
        each(delta),
        each(json.len())
    );
}

criterion_group!(benches, publish, deliver, peer);
criterion_main!(benches);
