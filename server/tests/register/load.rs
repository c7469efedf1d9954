//! How fast appeals are taken: `cargo test --release -p jolda-server --test register load -- --ignored
//! --nocapture`, under `scripts/with-postgres.sh` for both databases.

use crate::database::{Kind, TestDatabase, run};
use crate::house::{House, complaint};
use server::clock::Clock;
use server::ledger::Statement;
use std::time::Duration;

/// Appeals a second.
const RATE: u32 = 100;
/// For so long, seconds; `JOLDA_TEST_LOAD_S` says otherwise.
const SPAN_S: u32 = 10;

#[test]
#[ignore = "a measurement"]
fn load_on_sqlite() {
    run(Kind::Sqlite, pour);
}

#[test]
#[ignore = "a measurement"]
fn load_on_postgres() {
    run(Kind::Postgres, pour);
}

async fn pour(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let span_s = std::env::var("JOLDA_TEST_LOAD_S").ok().and_then(|s| s.parse().ok());
    let count = span_s.unwrap_or(SPAN_S) * RATE;
    let clock = Clock::machine();
    let body = complaint();
    let appeals = at_rate(count, clock, |_| {
        let post = house.post("/api/v1/appeals", &body);
        async move { assert_eq!(post.send().await.unwrap().status(), 201) }
    })
    .await;
    // The bare insert beside it: one row of the same size, on disk before it comes back, no HTTP.
    let text = "x".repeat(4_000);
    let bare = at_rate(count, clock, |n| {
        let sql = "INSERT INTO meta (key, value) VALUES ($1, $2)";
        let insert = Statement::new(sql, vec![format!("load-{n}").into(), text.clone().into()]);
        let ledger = house.ledger.clone();
        async move { ledger.write(vec![insert]).await.unwrap() }
    })
    .await;
    let rows = house.ledger.rows::<(i64,)>("SELECT COUNT(*) FROM appeals", vec![]).await.unwrap();
    assert_eq!(rows[0].0, i64::from(count));
    let ms = |times: &[Duration], share: f64| {
        times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3
    };
    println!(
        "{:?}: {count} appeals at {RATE}/s: p50 {:.1} ms, p99 {:.1} ms; bare insert p50 {:.1} ms, p99 {:.1} ms; \
         ratio of p50 {:.1}",
        db.kind,
        ms(&appeals, 0.5),
        ms(&appeals, 0.99),
        ms(&bare, 0.5),
        ms(&bare, 0.99),
        ms(&appeals, 0.5) / ms(&bare, 0.5),
    );
    db
}

/// How long each took, in order; each begins at its own time, whether those before it are done or not.
async fn at_rate<F>(count: u32, clock: Clock, work: impl Fn(u32) -> F) -> Vec<Duration>
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / RATE);
    let mut tasks = Vec::new();
    for n in 0..count {
        ticks.tick().await;
        let (began, one) = (clock.elapsed(), work(n));
        tasks.push(tokio::spawn(async move {
            one.await;
            clock.elapsed().saturating_sub(began)
        }));
    }
    let mut times = Vec::new();
    for task in tasks {
        times.push(task.await.unwrap());
    }
    times.sort_unstable();
    times
}
