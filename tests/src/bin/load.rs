//! How fast the real binary takes appeals, beside the bare insert of one row:
//! `scripts/with-postgres.sh cargo run -p tests --bin load -- [APPEALS_A_SECOND [SECONDS]]`.
//!
//! A release binary on a line of buses whose feed is read all the time; each appeal is of a stop and a minute of
//! that line, has its evidence computed and its receipt sent to a gateway. The bare insert goes through the same
//! group commit, without HTTP, sealing or PIN, before and after.
#![expect(clippy::print_stdout, reason = "measurements are told")]

use anyhow::{Context, Result, ensure};
use axum::Router;
use axum::extract::{Request, State};
use serde_json::{Value, json};
use server::clock::Clock;
use server::ledger::{Ledger, Statement};
use sqlx::{AnyConnection, AssertSqlSafe, Connection};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tests::house::House;
use tests::line;

/// Appeals a second, unless the first argument says otherwise.
const RATE: u32 = 100;
/// Seconds, unless the second argument says otherwise.
const SPAN_S: u32 = 20;
/// Visits are gathered for so long before, so that evidence has something to be made of.
const WARM_UP: Duration = Duration::from_mins(1);
/// Longest wait for evidence and receipts afterwards.
const DRAIN_WITHIN: Duration = Duration::from_mins(1);
/// Text of the bare row: as much as a filed appeal takes in all its rows, characters.
const BARE_CHARS: usize = 4_000;
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

type Sent = Arc<Mutex<BTreeMap<String, u32>>>;

#[tokio::main]
async fn main() -> Result<()> {
    sqlx::any::install_default_drivers();
    let args: Vec<u32> = std::env::args().skip(1).map(|a| a.parse()).collect::<Result<_, _>>()?;
    let rate = args.first().copied().unwrap_or(RATE).max(1);
    let count = rate * args.get(1).copied().unwrap_or(SPAN_S);
    let dir = tempfile::tempdir()?;
    let file = |name: &str| format!("sqlite:{}", dir.path().join(name).display());
    measure("SQLite", &file("load.sqlite"), &file("bare.sqlite"), rate, count).await?;
    let Ok(admin) = std::env::var("JOLDA_TEST_POSTGRES_URL") else {
        println!("PostgreSQL: skipped, JOLDA_TEST_POSTGRES_URL names none");
        return Ok(());
    };
    let url = admin.rsplit_once('/').map(|(server, _)| format!("{server}/jolda_load"));
    let url = url.context("JOLDA_TEST_POSTGRES_URL names no database")?;
    let mut connection = AnyConnection::connect(&admin).await?;
    for sql in ["DROP DATABASE IF EXISTS jolda_load WITH (FORCE)", "CREATE DATABASE jolda_load"] {
        sqlx::raw_sql(sql).execute(&mut connection).await?;
    }
    measure("PostgreSQL", &url, &url, rate, count).await
}

/// One database: the bare insert, the appeals, the bare insert again.
async fn measure(name: &str, url: &str, bare_url: &str, rate: u32, count: u32) -> Result<()> {
    let (sent, gateway) = gateway().await?;
    let more = format!(
        "[register]\nkey = \"{KEY}\"\nfile_burst = 1000000\n\
         [http]\napi_burst = 1000000\napi_per_second = 1000000.0\nconcurrent_requests_per_address = 512\n\
         [channels.sms]\nurl = \"{gateway}/?to={{to}}&id={{id}}\"\n"
    );
    let Some(house) = House::with(url, tempfile::tempdir()?, &more).await? else { return Ok(()) };
    tokio::time::sleep(WARM_UP).await;
    server::store::migrate(bare_url).await?;
    let ledger = Ledger::open(bare_url).await?;
    let before = bare(&ledger, "before", rate, count).await?;
    let cpu_before = house.jolda.cpu_s();
    let appeals = pour(&house, rate, count).await?;
    let cpu_s = house.jolda.cpu_s().zip(cpu_before).map_or(f64::NAN, |(a, b)| a - b);
    let after = bare(&ledger, "after", rate, count).await?;
    println!("{name}: {count} appeals at {rate}/s, each answered 201");
    println!("  POST         {}", told(&appeals));
    println!("  bare, before {}", told(&before));
    println!("  bare, after  {}", told(&after));
    let bare_ms = f64::midpoint(at(&before, 0.5), at(&after, 0.5));
    println!("  ratio of medians {:.1}", at(&appeals, 0.5) / bare_ms);
    println!(
        "  server's CPU {:.2} ms an appeal, evidence and receipts of the time included",
        cpu_s * 1e3 / f64::from(count)
    );
    drain(url, count).await?;
    let sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
    ensure!(sent.len() == count as usize, "{} receipts of {count}", sent.len());
    let twice = sent.values().filter(|n| **n > 1).count();
    println!("  {} receipts sent, {twice} of them twice", sent.len());
    Ok(())
}

/// Waits until every appeal is there, with its evidence and its receipt sent, and tells how fast that goes.
async fn drain(url: &str, count: u32) -> Result<()> {
    let clock = Clock::machine();
    let (there, without, waiting) = left(url).await?;
    ensure!(there == i64::from(count), "{there} appeals of {count} are in the register");
    println!("  {without} without evidence, {waiting} receipts wait");
    loop {
        let (_, evidence, receipts) = left(url).await?;
        let took_s = clock.elapsed().as_secs_f64();
        if (evidence, receipts) == (0, 0) {
            println!("  none {took_s:.1} s later");
            return Ok(());
        }
        if clock.elapsed() > DRAIN_WITHIN {
            ensure!(receipts == 0, "{receipts} receipts wait after {took_s:.0} s");
            let rate = (without - evidence) as f64 / took_s;
            println!("  {evidence} without evidence after {took_s:.0} s: {rate:.1}/s are made");
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

fn at(times: &[Duration], share: f64) -> f64 {
    times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3
}

fn told(times: &[Duration]) -> String {
    let [p50, p95, p99, worst] = [0.5, 0.95, 0.99, 1.0].map(|share| at(times, share));
    format!("p50 {p50:.1} ms, p95 {p95:.1} ms, p99 {p99:.1} ms, worst {worst:.1} ms")
}

/// A gateway of short messages: what it was asked to send, and how often.
async fn gateway() -> Result<(Sent, String)> {
    async fn send(State(sent): State<Sent>, request: Request) -> &'static str {
        let query = request.uri().query().unwrap_or_default().to_owned();
        *sent.lock().unwrap_or_else(PoisonError::into_inner).entry(query).or_default() += 1;
        "ok"
    }
    let sent = Sent::default();
    let router = Router::new().fallback(send).with_state(Arc::clone(&sent));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok((sent, format!("http://{address}")))
}

/// What one citizen after the other says of the line.
fn appeal(n: u32, now: i64) -> Value {
    json!({
        "kind": (["long_wait", "did_not_come", "late", "passed_stop", "irregular"][n as usize % 5]),
        "text": "Сорок минут ждал автобус, ни один не остановился",
        "language": "ru",
        "claim": {
            "route_id": line::ROUTE,
            "direction_id": 0,
            "stop_id": format!("s{}", n % (line::STOPS as u32 - 2) + 1),
            "event_at": now - 60 - i64::from(n % 120),
        },
        "person": {"name": format!("Житель {n}"), "phone": format!("+7 701 {:07}", n)},
        "reply_by": "sms",
    })
}

async fn pour(house: &House, rate: u32, count: u32) -> Result<Vec<Duration>> {
    let client = reqwest::Client::new();
    let clock = Clock::machine();
    let url = format!("{}/api/v1/appeals", house.jolda.base);
    at_rate(rate, count, |n| {
        let post = client.post(&url).header("content-type", "application/json");
        let post = post.body(appeal(n, clock.now()).to_string());
        async move {
            let answer = post.send().await?;
            let status = answer.status();
            let text = answer.text().await?;
            ensure!(status == 201, "{status}: {text}");
            Ok(())
        }
    })
    .await
}

async fn bare(ledger: &Ledger, name: &str, rate: u32, count: u32) -> Result<Vec<Duration>> {
    let text = "x".repeat(BARE_CHARS);
    at_rate(rate, count, |n| {
        let sql = "INSERT INTO meta (key, value) VALUES ($1, $2)";
        let values = vec![format!("load-{name}-{n}").into(), text.clone().into()];
        let (ledger, insert) = (ledger.clone(), Statement::new(sql, values));
        async move { Ok(ledger.write(vec![insert]).await?) }
    })
    .await
}

/// How long each took from its own time on, shortest first; that those before it are not done, or that we come
/// to it late, is no excuse.
async fn at_rate<F>(rate: u32, count: u32, work: impl Fn(u32) -> F) -> Result<Vec<Duration>>
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    let clock = Clock::machine();
    let mut tasks = Vec::new();
    for n in 0..count {
        let due = Duration::from_secs(1) * n / rate;
        tokio::time::sleep(due.saturating_sub(clock.elapsed())).await;
        let one = work(n);
        tasks.push(tokio::spawn(async move {
            one.await?;
            Ok::<_, anyhow::Error>(clock.elapsed().saturating_sub(due))
        }));
    }
    let mut times = Vec::new();
    for task in tasks {
        times.push(task.await??);
    }
    times.sort_unstable();
    Ok(times)
}

/// Appeals that are in the register, those without evidence, and receipts that wait.
async fn left(url: &str) -> Result<(i64, i64, i64)> {
    let mut connection = AnyConnection::connect(url).await?;
    let mut one = async |sql: &str| -> Result<i64> {
        let sql = AssertSqlSafe(sql.to_owned());
        Ok(sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut connection).await?)
    };
    Ok((
        one("SELECT COUNT(*) FROM appeals").await?,
        one("SELECT COUNT(*) FROM appeals WHERE appeal_id NOT IN (SELECT appeal_id FROM evidence)")
            .await?,
        one("SELECT COUNT(*) FROM outbox WHERE state = 'queued'").await?,
    ))
}
