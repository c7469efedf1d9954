//! Evidence of one appeal over 90 days of a city's visits: from the appeal's row to the frozen evidence on disk.
//!
//! The demo city's timetable is driven on each day as planned, with noise, straight into a SQLite file (some
//! millions of rows; `JOLDA_EVIDENCE_DAYS` for another number of days); then appeals of all kinds, routes, stops
//! and days are examined one after the other. It prints what a person waits for: median, p95 and the most.
//! `cargo bench -p jolda-server --bench evidence`.

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
use server::register::{Filing, Keys, Law, Personal, Register};
use server::store::{Store, StoreSettings};
use simulator::city::{DEMO_DATE, almaty};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use transit::timetable::load::LoadLimits;
use transit::{MonitorConfig, ServiceDate, Timetable};

const DAY_S: i64 = 86_400;
const APPEALS: usize = 200;
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

/// One day as planned, with noise.
async fn first_day(db: &mut SqliteConnection, timetable: &Timetable, date: ServiceDate) -> u64 {
    let mut rows = 0;
    let mut transaction = db.begin().await.unwrap();
    for (n, instance) in timetable.instances_on(date).into_iter().enumerate() {
        let trip = timetable.trip(instance.trip);
        let pattern = timetable.pattern(trip.pattern);
        for (i, stop) in pattern.stops.iter().enumerate() {
            let (arrival, departure) = timetable.scheduled(instance, i);
            let late = noise(n, i);
            sqlx::query(
                "INSERT INTO stop_visits VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(date_number(date))
            .bind(&*trip.id)
            .bind(instance.start_s)
            .bind(i64::from(pattern.stop_sequences[i]))
            .bind(format!("bus-{:05}", n % 400))
            .bind(&*timetable.route(pattern.route).id)
            .bind(pattern.direction.map(i64::from))
            .bind(&*timetable.stop(*stop).id)
            .bind(arrival + late)
            .bind(arrival)
            .bind(departure)
            .bind(arrival + late)
            .bind(departure + late + 15)
            .bind(6.5)
            .bind(1)
            .execute(&mut *transaction)
            .await
            .unwrap();
            rows += 1;
        }
    }
    transaction.commit().await.unwrap();
    rows
}

/// The days before it, alike.
async fn fill(file: &str, timetable: &Timetable, days: i64) -> u64 {
    let options = SqliteConnectOptions::from_str(file).unwrap();
    let mut db = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql(
        "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF; PRAGMA cache_size = -400000;",
    )
    .execute(&mut db)
    .await
    .unwrap();
    let rows = first_day(&mut db, timetable, DEMO_DATE).await;
    let (base, from) = (date_number(DEMO_DATE), timetable.origin(DEMO_DATE));
    for day in 1..days {
        let date = date_number(DEMO_DATE.plus(-(day as i32)));
        sqlx::query(
            "INSERT INTO stop_visits SELECT ?1, trip_id, start_s, stop_sequence, vehicle_id, route_id, \
             direction_id, stop_id, at - ?2, scheduled_arrival - ?2, scheduled_departure - ?2, \
             arrival - ?2, departure - ?2, uncertainty_s, trip_named FROM stop_visits \
             WHERE service_date = ?3",
        )
        .bind(date)
        .bind(day * DAY_S)
        .bind(base)
        .execute(&mut db)
        .await
        .unwrap();
    }
    sqlx::query(
        "WITH RECURSIVE minutes (at) AS (VALUES (?1) UNION ALL SELECT at + 60 FROM minutes WHERE at < ?2) \
         INSERT INTO feed_health SELECT at, 'city', 500, 0, 8, NULL, 0 FROM minutes",
    )
    .bind(from - days * DAY_S)
    .bind(from + DAY_S)
    .execute(&mut db)
    .await
    .unwrap();
    db.close().await.unwrap();
    rows * days as u64
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

async fn measure() {
    let days: i64 = std::env::var("JOLDA_EVIDENCE_DAYS").ok().map_or(90, |d| d.parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let file = format!("sqlite:{}", dir.path().join("bench.sqlite").display());
    server::store::migrate(&file).await.unwrap();
    let (timetable, _) = Timetable::from_zip(&almaty().unwrap(), LoadLimits::default()).unwrap();
    let timetable = Arc::new(timetable);
    let started = Instant::now();
    let rows = fill(&file, &timetable, days).await;
    println!("{rows} visits of {days} days written in {:.0} s", started.elapsed().as_secs_f64());
    let now = timetable.origin(DEMO_DATE) + 2 * DAY_S;
    let store = Store::open(&file, StoreSettings::default()).await.unwrap();
    let ledger = Ledger::open(&file).await.unwrap();
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
    runtime.block_on(measure());
}
