//! Evidence of one appeal over 90 days of a city's visits: from the appeal's row to the frozen evidence on disk.
//!
//! The demo city's timetable is driven on each day as planned, with noise, straight into the database (some millions
//! of rows; `JOLDA_EVIDENCE_DAYS` for another number of days), with the vehicles' tracks of the last weeks; then appeals
//! of all kinds, routes, stops and days are examined one after the other. It prints what a person waits for: median,
//! p95 and the most. SQLite in a temporary folder; PostgreSQL where `JOLDA_TEST_POSTGRES_URL` names an empty database:
//! `scripts/with-postgres.sh cargo bench -p jolda-server --bench evidence`.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark measures time"
)]

use appeals::access::Role;
use appeals::appeal::Draft;
use appeals::channel::Channel;
use appeals::claim::{Claim, ClaimTime};
use appeals::ids::{RouteId, StopId};
use appeals::kind::Kind;
use appeals::words::Language;
use jiff::tz::TimeZone;
use server::clock::Clock;
use server::engine::{Watch, date_number};
use server::evidence::Examiner;
use server::ledger::Ledger;
use server::plans::Plans;
use server::published::Published;
use server::record::{Batch, FeedHealthRow, TrackRow, VisitRow};
use server::register::{Filing, Keys, Law, Personal, Register};
use server::store::{Store, StoreSettings};
use server::track::{TrackFix, append};
use simulator::city::{DEMO_DATE, almaty};
use sqlx::{AnyConnection, Connection};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use transit::timetable::load::LoadLimits;
use transit::{MonitorConfig, ServiceDate, Timetable, TripInstance};

const DAY_S: i64 = 86_400;
const APPEALS: usize = 200;
/// Days of which tracks are kept.
const TRACK_DAYS: i64 = 30;
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// Kinds of one instant, and those of which people say "every morning".
const AT: [Kind; 6] = [
    Kind::LongWait,
    Kind::DidNotCome,
    Kind::Late,
    Kind::PassedStop,
    Kind::DriverConduct,
    Kind::OffRoute,
];
const DAILY: [Kind; 2] = [Kind::Irregular, Kind::FewBuses];

/// Seconds late, from -60 to 179: another for each run and stop, the same each time.
fn noise(a: usize, b: usize) -> i64 {
    let mixed = (a as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
        ^ (b as u64).wrapping_mul(0xD1B5_4A32_D192_ED03);
    (mixed >> 40) as i64 % 240 - 60
}

/// Positions of a run, one in so many seconds.
const REPORT_S: i64 = 15;
/// Positions of a piece of a track.
const PIECE: usize = 20;

fn visit(
    timetable: &Timetable,
    date: ServiceDate,
    n: usize,
    run: TripInstance,
    i: usize,
) -> VisitRow {
    let trip = timetable.trip(run.trip);
    let pattern = timetable.pattern(trip.pattern);
    let (arrival, departure) = timetable.scheduled(run, i);
    let late = noise(n, i);
    VisitRow {
        service_date: date_number(date),
        route_id: timetable.route(pattern.route).id.to_string(),
        direction_id: pattern.direction.map(i16::from),
        trip_id: trip.id.to_string(),
        start_s: run.start_s,
        vehicle_id: format!("bus-{n:05}"),
        stop_id: timetable.stop(pattern.stops[i]).id.to_string(),
        stop_sequence: pattern.stop_sequences[i] as i32,
        scheduled_arrival: arrival,
        scheduled_departure: departure,
        arrival: Some(arrival + late),
        departure: Some(departure + late + 15),
        uncertainty_s: 6.5,
        trip_named: true,
    }
}

/// The track of a run from its first to its last stop, in pieces.
fn tracks(
    timetable: &Timetable,
    n: usize,
    run: TripInstance,
    visits: &[VisitRow],
) -> Vec<TrackRow> {
    let pattern = timetable.trip(run.trip).pattern;
    let shape = timetable.shape_of(pattern);
    let (first, last) = (visits[0].at(), visits[visits.len() - 1].at().max(visits[0].at() + 60));
    let seconds: Vec<i64> = (first..last).step_by(REPORT_S as usize).collect();
    let pieces = seconds.chunks(PIECE).map(|piece| {
        let (mut body, mut before) = (String::new(), None);
        for at in piece {
            let share = (at - first) as f64 / (last - first) as f64;
            let place = shape.at(share * shape.length_m());
            let fix = TrackFix {
                at: *at,
                lat_e5: (place.lat * 1e5).round() as i32,
                lon_e5: (place.lon * 1e5).round() as i32,
                speed_dmps: Some(83),
                occupancy: Some(2),
            };
            append(&mut body, piece[0], before.as_ref(), &fix);
            before = Some(fix);
        }
        TrackRow {
            vehicle_id: format!("bus-{n:05}"),
            from_at: piece[0],
            to_at: piece[piece.len() - 1],
            body,
        }
    });
    pieces.collect()
}

/// One day as planned, with noise.
async fn first_day(store: &Store, timetable: &Timetable, date: ServiceDate) -> (u64, u64) {
    let (mut visits, mut tracked) = (0, 0);
    for (n, run) in timetable.instances_on(date).into_iter().enumerate() {
        let stops = timetable.pattern(timetable.trip(run.trip).pattern).stops.len();
        let rows: Vec<VisitRow> = (0..stops).map(|i| visit(timetable, date, n, run, i)).collect();
        let tracks = tracks(timetable, n, run, &rows);
        visits += rows.len() as u64;
        tracked += tracks.len() as u64;
        let batch = Batch { visits: rows, tracks, ..Batch::default() };
        store.writer().send_when_ready(batch).await.unwrap();
    }
    let minutes = (0..1_440).map(|minute| FeedHealthRow {
        feed_id: "city".into(),
        at: timetable.origin(date) + minute * 60,
        accepted: 500,
        rejected: 0,
        age_s: Some(8),
        matched_share: None,
        down: false,
    });
    let batch = Batch { feed_health: minutes.collect(), ..Batch::default() };
    store.writer().send_when_ready(batch).await.unwrap();
    store.writer().flush().await.unwrap();
    (visits, tracked)
}

/// The days before it, alike.
async fn fill(url: &str, store: &Store, timetable: &Timetable, days: i64) -> (u64, u64) {
    let (visits, tracked) = first_day(store, timetable, DEMO_DATE).await;
    sqlx::any::install_default_drivers();
    let mut db = AnyConnection::connect(url).await.unwrap();
    let base = i64::from(date_number(DEMO_DATE));
    let from = timetable.origin(DEMO_DATE);
    // The farthest first: what ran past midnight lands in the next day, where it must not be copied again.
    for day in (1..days).rev() {
        let back = day * DAY_S;
        let visits = "INSERT INTO stop_visits (service_date, trip_id, start_s, stop_sequence, \
             vehicle_id, route_id, direction_id, stop_id, at, scheduled_arrival, \
             scheduled_departure, arrival, departure, uncertainty_s, trip_named) \
             SELECT $1, trip_id, start_s, stop_sequence, vehicle_id, route_id, direction_id, \
             stop_id, at - $2, scheduled_arrival - $2, scheduled_departure - $2, arrival - $2, \
             departure - $2, uncertainty_s, trip_named FROM stop_visits WHERE service_date = $3";
        let date = i64::from(date_number(DEMO_DATE.plus(-(day as i32))));
        sqlx::query(visits).bind(date).bind(back).bind(base).execute(&mut db).await.unwrap();
        let minutes = "INSERT INTO feed_health (at, feed_id, accepted, rejected, age_s, \
             matched_share, down) SELECT at - $1, feed_id, accepted, rejected, age_s, \
             matched_share, down FROM feed_health WHERE at >= $2";
        sqlx::query(minutes).bind(back).bind(from).execute(&mut db).await.unwrap();
        if day < TRACK_DAYS {
            let tracks = "INSERT INTO tracks (vehicle_id, from_at, to_at, body) \
                 SELECT vehicle_id, from_at - $1, to_at - $1, body FROM tracks WHERE from_at >= $2";
            sqlx::query(tracks).bind(back).bind(from).execute(&mut db).await.unwrap();
        }
    }
    sqlx::query("ANALYZE").execute(&mut db).await.unwrap();
    db.close().await.unwrap();
    (visits * days as u64, tracked * days.min(TRACK_DAYS) as u64)
}

/// An appeal about some route, stop and day; every tenth of every morning of a month.
fn claim(timetable: &Timetable, n: usize, days: i64) -> (Kind, Claim) {
    let pattern = &timetable.patterns[n * 37 % timetable.patterns.len()];
    let stop = pattern.stops[(n * 13) % pattern.stops.len()];
    let back = (n as i64 * 7) % (days - 2);
    let mut date = DEMO_DATE.plus(-(back as i32));
    while date.weekday() > 4 {
        date = date.plus(-1);
    }
    let daily = n.is_multiple_of(10);
    let time = if daily {
        let last = date.to_date();
        ClaimTime::Daily {
            first: date.plus(-30).to_date(),
            last,
            from_s: 7 * 3_600,
            to_s: 9 * 3_600,
            weekdays: 0b1_1111,
        }
    } else {
        let at = timetable.origin(date) + (6 + n as i64 % 15) * 3_600 + (n as i64 * 411) % 3_600;
        ClaimTime::At { at, about: n.is_multiple_of(3) }
    };
    let claim = Claim {
        route: Some(RouteId(timetable.route(pattern.route).id.to_string())),
        stop: Some(StopId(timetable.stop(stop).id.to_string())),
        time: Some(time),
        wait_s: Some(1_800),
        ..Claim::default()
    };
    (if daily { DAILY[n / 10 % DAILY.len()] } else { AT[n % AT.len()] }, claim)
}

fn filing(kind: Kind, claim: Claim) -> Filing {
    Filing {
        draft: Draft {
            kind,
            topic: None,
            legal_kind: None,
            text: "…".into(),
            language: Language::Ru,
            claim,
            subjects: Vec::new(),
            may_publish: false,
            danger: false,
            parent: None,
        },
        channel: Channel::Web,
        personal: Personal::default(),
        reply_by: None,
        key: None,
        received_at: None,
        by: None::<(appeals::ids::PersonId, Role)>,
    }
}

fn published(timetable: &Arc<Timetable>, now: i64) -> Published {
    let config = MonitorConfig::default();
    let watch = Watch::new(Arc::clone(timetable), config, vec!["city".into()], "bench".into());
    Published {
        snapshot: Arc::new(watch.snapshot(now)),
        epoch: 1,
        start: "bench".into(),
        tick: 0,
        speed: 1.0,
        demo: true,
        warming_up: false,
        store_down: false,
        feeds: Vec::new(),
        notices: Arc::default(),
    }
}

async fn measure(name: &str, file: &str) {
    let days: i64 = std::env::var("JOLDA_EVIDENCE_DAYS").ok().map_or(90, |d| d.parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let (timetable, _) = Timetable::from_zip(&almaty().unwrap(), LoadLimits::default()).unwrap();
    let timetable = Arc::new(timetable);
    let settings = StoreSettings {
        spill_path: Some(dir.path().join("bench.spill")),
        read_timeout_s: 60,
        ..StoreSettings::default()
    };
    let store = Store::open(file, settings).await.unwrap();
    let started = Instant::now();
    let (visits, tracked) = fill(file, &store, &timetable, days).await;
    println!(
        "{name}: {visits} visits and {tracked} pieces of tracks of {days} days written in {:.0} s",
        started.elapsed().as_secs_f64()
    );
    let now = timetable.origin(DEMO_DATE) + 2 * DAY_S;
    let ledger = Ledger::open(file).await.unwrap();
    let zone: TimeZone = timetable.zone.clone();
    let law = Arc::new(Law::shipped(zone, "city").unwrap());
    let keys = Arc::new(Keys::parse(KEY).unwrap());
    let register = Register::new(ledger.clone(), keys, law, Clock::of_city(now, 0.001));
    let (_publish, publications) = watch::channel(Arc::new(published(&timetable, now)));
    let plans = Plans::new(ledger, publications, dir.path());
    let examiner = Examiner::new(register.clone(), store, plans);
    let (mut took, mut daily) = (Vec::new(), Vec::new());
    for n in 0..APPEALS {
        let (kind, claim) = claim(&timetable, n, days);
        let many = matches!(claim.time, Some(ClaimTime::Daily { .. }));
        let filed = register.file(filing(kind, claim)).await.unwrap();
        let started = Instant::now();
        let attached = examiner.attach(filed.id).await.unwrap();
        let span = started.elapsed();
        assert!(attached.is_some(), "evidence of {kind:?}");
        if many { &mut daily } else { &mut took }.push(span);
    }
    tell("one time", &mut took);
    tell("every morning of a month", &mut daily);
    let mut all: Vec<Duration> = took.into_iter().chain(daily).collect();
    tell("all", &mut all);
}

fn tell(what: &str, took: &mut [Duration]) {
    took.sort_unstable();
    let ms = |share: f64| {
        let i = ((took.len() - 1) as f64 * share).round() as usize;
        took[i].as_secs_f64() * 1_000.0
    };
    println!(
        "{what}: {} appeals, median {:.0} ms, p95 {:.0} ms, most {:.0} ms",
        took.len(),
        ms(0.5),
        ms(0.95),
        ms(1.0)
    );
}

fn main() {
    // `cargo test` runs benches too: there is nothing to test here.
    if std::env::args().any(|a| a == "--test") {
        return;
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let file = format!("sqlite:{}", dir.path().join("bench.sqlite").display());
    runtime.block_on(measure("SQLite", &file));
    match std::env::var("JOLDA_TEST_POSTGRES_URL") {
        Ok(url) => runtime.block_on(measure("PostgreSQL", &url)),
        Err(_) => println!("SKIPPED on PostgreSQL: JOLDA_TEST_POSTGRES_URL is not set"),
    }
}
