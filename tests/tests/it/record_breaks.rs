//! The server is killed, or its database goes away: nothing that happened is lost or told twice.

use server::clock::Clock;
use server::record::{HeadwayRow, VisitRow};
use server::store::{HeadwayQuery, Store, StoreSettings, Window};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tests::house::{House, WITHIN, on_trips};
use tests::line;
use tests::shared::report;

const ALL: Window = Window { from: 0, to: i64::MAX };
/// As many rows as these tests can make.
const ROWS: u32 = 50_000;

/// What is in a record that nobody writes to.
async fn read(url: &str) -> (Vec<VisitRow>, Vec<HeadwayRow>) {
    let dir = tempfile::tempdir().unwrap();
    let spill_path = Some(dir.path().join("none.spill"));
    let store =
        Store::open(url, StoreSettings { spill_path, ..StoreSettings::default() }).await.unwrap();
    let mut visits = Vec::new();
    for i in 0..line::STOPS {
        visits.extend(store.visits_at_stop(&format!("s{i}"), None, ALL, ROWS).await.unwrap());
    }
    let q = HeadwayQuery {
        route_id: line::ROUTE,
        direction_id: None,
        stop_id: None,
        window: ALL,
        limit: ROWS,
    };
    let headways = store.headways(&q).await.unwrap();
    store.close().await;
    (visits, headways)
}

type Place = (i32, String, i32);

fn places(visits: &[VisitRow]) -> BTreeSet<Place> {
    visits.iter().map(|v| (v.service_date, v.trip_id.clone(), v.stop_sequence)).collect()
}

/// No visit is there twice, none lies far from the plan that every bus keeps, and none is missing between two of
/// a run but while nobody `looked`.
fn assert_true(visits: &[VisitRow], looked: impl Fn(i64) -> bool) {
    assert_eq!(places(visits).len(), visits.len(), "a stop of a run was visited twice");
    let mut runs: BTreeMap<(i32, &str), Vec<(i32, i64)>> = BTreeMap::new();
    for v in visits {
        let off_s = v.at() - v.scheduled_arrival;
        // At its last stop a bus counts as there a little before.
        assert!(off_s.abs() <= 12, "{off_s} s off the truth: {v:?}");
        runs.entry((v.service_date, &v.trip_id))
            .or_default()
            .push((v.stop_sequence, v.scheduled_arrival));
    }
    for (run, mut stops) in runs {
        stops.sort_unstable();
        for pair in stops.windows(2) {
            for missing in pair[0].0 + 1..pair[1].0 {
                let at = pair[0].1 + i64::from(missing - pair[0].0) * line::STEP_S;
                assert!(!looked(at), "stop {missing} of {run:?} at {at} is lost");
            }
        }
    }
}

async fn killed_and_started_again(url: &str, dir: tempfile::TempDir) {
    let Some(mut house) = House::on(url, dir).await.unwrap() else { return };
    tokio::time::sleep(Duration::from_secs(35)).await;
    house.jolda.kill().unwrap();
    let killed_at = Clock::machine().now();
    let (before, headways_before) = read(url).await;
    assert!(before.len() > line::BUSES, "{} visits", before.len());
    assert!(!headways_before.is_empty());

    house.start_again().await.unwrap();
    let started_at = Clock::machine().now();
    house.until_all_buses().await.unwrap();
    let (since, stop) = (started_at + 1, "s15");
    let path = format!("/api/v1/headways?route_id=line&stop_id={stop}&from={since}");
    let told = |list: &serde_json::Value| list["headways"].as_array().is_some_and(|h| h.len() > 1);
    house.jolda.until(&path, WITHIN, told).await.unwrap();
    house.jolda.stop().await.unwrap();

    let (after, headways) = read(url).await;
    let lost: Vec<_> = before.iter().filter(|v| !after.contains(v)).collect();
    assert!(lost.is_empty(), "stored once, and changed since: {lost:?}");
    // A visit is told once the bus is seen behind the stop, and stored within a tick.
    assert_true(&after, |at| at < killed_at - 5 || at > started_at + 5);
    assert!(after.iter().any(|v| v.at() > started_at), "the buses go on");
    // The first bus behind the restart has a leader from before it.
    let across = |h: &&HeadwayRow| h.at > started_at && h.at - i64::from(h.headway_s) < killed_at;
    let (known, unknown): (Vec<_>, Vec<_>) =
        headways.iter().filter(across).partition(|h| h.status != "unknown");
    assert!(known.len() > 5, "{} headways reach across the restart", known.len());
    let off_s = |h: &HeadwayRow| (i64::from(h.headway_s) - line::HEADWAY_S).abs();
    assert!(known.iter().all(|h| off_s(h) <= 5), "{known:?}");
    // Where a bus passed while nobody looked, nobody says that there was a gap.
    assert!(unknown.iter().all(|h| off_s(h) > 5), "{unknown:?}");
    // None is missing among the visits of the last seconds before, and none is told twice.
    let keys: BTreeSet<_> = headways.iter().map(|h| (&h.trip_id, &h.stop_id)).collect();
    assert_eq!(keys.len(), headways.len(), "a headway is told twice");
    let late = |v: &&VisitRow| v.at() > killed_at - 20 && v.at() <= killed_at;
    for v in before.iter().filter(late) {
        assert!(keys.contains(&(&v.trip_id, &v.stop_id)), "no headway of {v:?}");
    }
}

#[tokio::test]
async fn a_killed_server_goes_on_where_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", dir.path().join("record.sqlite").display());
    killed_and_started_again(&url, dir).await;
}

#[tokio::test]
async fn a_killed_server_goes_on_where_it_was_on_postgres() {
    let Some(database) = Postgres::fresh("kill").await else { return };
    killed_and_started_again(&database.url, tempfile::tempdir().unwrap()).await;
    database.remove().await;
}

/// The database is gone for a while: the map goes on, says so, and not a visit is lost.
async fn survives(url: &str, dir: tempfile::TempDir, mut outage: Outage) {
    let Some(house) = House::on(url, dir).await.unwrap() else { return };
    tokio::time::sleep(Duration::from_secs(5)).await;
    outage.begin().await;
    let down = |s: &serde_json::Value| s["store_down"] == true;
    house.jolda.until("/api/v1/status", WITHIN, down).await.unwrap();
    let began = house.jolda.json("/api/v1/vehicles").await.unwrap()["at"].as_i64().unwrap();
    for _ in 0..15 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let list = house.jolda.json("/api/v1/vehicles").await.unwrap();
        assert!(on_trips(&list) + 2 >= line::BUSES);
    }
    let ended = house.jolda.json("/api/v1/vehicles").await.unwrap()["at"].as_i64().unwrap();
    assert!(ended - began >= 14, "the map stood still");
    let ready = house.jolda.get("/readyz").await.unwrap();
    assert_eq!(ready.status(), 200, "readers are still served");
    let page = house.jolda.get("/routes?lang=en").await.unwrap().text().await.unwrap();
    assert!(page.contains("The record cannot be written just now"));
    outage.end().await;
    let up = |s: &serde_json::Value| s["store_down"] == false;
    house.jolda.until("/api/v1/status", WITHIN, up).await.unwrap();
    tokio::time::sleep(Duration::from_secs(5)).await;
    house.jolda.stop().await.unwrap();
    let (visits, _) = read(url).await;
    assert_true(&visits, |_| true);
    let within = visits.iter().filter(|v| v.at() > began && v.at() < ended).count() as i64;
    let expected = (ended - began) * line::BUSES as i64 / line::STEP_S;
    let times: Vec<_> = visits.iter().map(|v| v.at() - began).collect();
    assert!(
        within * 2 > expected,
        "{within} of {expected} visits of the outage of {} s: {times:?}",
        ended - began
    );
}

#[tokio::test]
async fn a_locked_database_loses_no_visit_and_stops_no_map() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", dir.path().join("record.sqlite").display());
    survives(&url, dir, Outage::Locked { url: url.clone(), lock: None }).await;
}

#[tokio::test]
async fn a_database_server_that_is_gone_loses_no_visit_and_stops_no_map() {
    let Some(database) = Postgres::fresh("outage").await else { return };
    let outage = Outage::Closed { admin: database.admin.clone(), name: database.name.clone() };
    survives(&database.url, tempfile::tempdir().unwrap(), outage).await;
    database.remove().await;
}

enum Outage {
    /// Another process holds the SQLite file.
    Locked { url: String, lock: Option<SqliteConnection> },
    /// PostgreSQL ends every session of the database and takes no new one.
    Closed { admin: String, name: String },
}

impl Outage {
    async fn begin(&mut self) {
        match self {
            Self::Locked { url, lock } => {
                let mut other = SqliteConnection::connect(url).await.unwrap();
                sqlx::raw_sql("PRAGMA busy_timeout = 10000; BEGIN EXCLUSIVE")
                    .execute(&mut other)
                    .await
                    .unwrap();
                *lock = Some(other);
            }
            Self::Closed { admin, name } => {
                let end = format!(
                    "ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false; \
                     SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
                );
                tell(admin, end).await;
            }
        }
    }

    async fn end(&mut self) {
        match self {
            Self::Locked { lock, .. } => {
                let mut other = lock.take().unwrap();
                sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
                other.close().await.unwrap();
            }
            Self::Closed { admin, name } => {
                tell(admin, format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")).await;
            }
        }
    }
}

async fn tell(admin: &str, sql: String) {
    let mut connection = PgConnection::connect(admin).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// A database of its own on the server of `scripts/with-postgres.sh`.
struct Postgres {
    admin: String,
    name: String,
    url: String,
}

impl Postgres {
    async fn fresh(name: &str) -> Option<Self> {
        let Ok(admin) = std::env::var("JOLDA_TEST_POSTGRES_URL") else {
            report("SKIPPED: JOLDA_TEST_POSTGRES_URL is not set; see scripts/with-postgres.sh");
            return None;
        };
        let name = format!("jolda_it_{name}_{}", std::process::id());
        tell(&admin, format!("CREATE DATABASE {name}")).await;
        let url = format!("{}/{name}", admin.rsplit_once('/').unwrap().0);
        Some(Self { admin, name, url })
    }

    async fn remove(self) {
        tell(&self.admin, format!("DROP DATABASE {} WITH (FORCE)", self.name)).await;
    }
}
