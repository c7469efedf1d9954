//! A server that is killed with signal 9 while appeals pour in and receipts go out loses none that it answered
//! with 2xx, and none of their receipts.

use crate::database::{TestDatabase, on_both};
use crate::house::{House, NOW, Setup, complaint, limits};
use axum::Router;
use axum::extract::{Request, State};
use server::channels::ChannelSettings;
use server::clock::Clock;
use server::outbox::{Outbox, Senders};
use server::register::Key;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

on_both!(a_killed_server_loses_nothing_that_it_took);

const URL: &str = "JOLDA_TEST_KILL_REGISTER";
const GATEWAY: &str = "JOLDA_TEST_KILL_GATEWAY";
/// `JOLDA_TEST_KILLS=100` kills a hundred times.
const KILLS: &str = "JOLDA_TEST_KILLS";
const KILLS_USUAL: u32 = 8;
const POSTERS: usize = 4;
/// Messages that a server sends at once: so many may go out twice for each kill.
const AT_ONCE: usize = 8;
/// Longer than any claim of a message, seconds.
const CLAIMS_RUN_OUT_S: i64 = 86_400;
/// Longest wait for a server to take one, tens of milliseconds.
const PATIENCE: u32 = 1_000;

/// A gateway of short messages: how often it was asked to send each, by the name that is the same at each try.
type Sent = Arc<Mutex<BTreeMap<String, usize>>>;

async fn gateway() -> (Sent, String) {
    async fn send(State(sent): State<Sent>, request: Request) -> &'static str {
        let query = request.uri().query().unwrap_or_default().to_owned();
        *sent.lock().unwrap().entry(query).or_default() += 1;
        // Long enough that a kill falls between sending and noting.
        tokio::time::sleep(Duration::from_millis(3)).await;
        "ok"
    }
    let sent = Sent::default();
    let router = Router::new().fallback(send).with_state(Arc::clone(&sent));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/?id={{id}}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (sent, url)
}

fn by_gateway(url: &str) -> ChannelSettings {
    let mut channels = ChannelSettings::default();
    channels.sms.url = Key(url.to_owned());
    channels
}

async fn house(url: &str, gateway: &str) -> House {
    let setup = Setup { channels: by_gateway(gateway), ..Setup::default() };
    House::over_with(url, Clock::of_city(NOW, 1.0), limits(900, false), setup).await
}

async fn a_killed_server_loses_nothing_that_it_took(db: TestDatabase) -> TestDatabase {
    server::store::migrate(&db.url).await.unwrap();
    let (sent, gateway) = gateway().await;
    let kills = std::env::var(KILLS).ok().and_then(|n| n.parse().ok()).unwrap_or(KILLS_USUAL);
    let taken: Arc<Mutex<Vec<String>>> = Arc::default();
    for kill in 0..kills {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "kill::the_server_that_is_killed", "--ignored", "--nocapture"])
            .env(URL, &db.url)
            .env(GATEWAY, &gateway)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = loop {
            let line = lines.next().expect("the server ended").unwrap();
            if let Some(address) = line.strip_prefix("listening ") {
                break address.to_owned();
            }
        };
        let posters: Vec<_> =
            (0..POSTERS).map(|_| tokio::spawn(pour(address.clone(), Arc::clone(&taken)))).collect();
        // Not before it took one more, however slow the machine is; then each at another moment of the
        // writer's round.
        let before = taken.lock().unwrap().len();
        for _ in 0..PATIENCE {
            if taken.lock().unwrap().len() > before {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        tokio::time::sleep(Duration::from_millis(u64::from(kill * 37 % 100))).await;
        child.kill().unwrap();
        child.wait().unwrap();
        for poster in posters {
            poster.await.unwrap();
        }
    }
    let taken = taken.lock().unwrap().clone();
    assert!(taken.len() >= kills as usize, "{} taken in {kills} lives", taken.len());
    let house = house(&db.url, &gateway).await;
    // What was left behind goes out when the claims of the dead have run out.
    let later = Clock::of_city(Clock::machine().now() + CLAIMS_RUN_OUT_S, 1.0);
    let senders = Senders::new(&by_gateway(&gateway)).unwrap();
    let keys = Arc::clone(house.register.keys());
    let outbox = Outbox::new(house.ledger.clone(), keys, senders, later);
    while outbox.pass().await.unwrap() > 0 {}
    let sql = "SELECT message_id FROM outbox WHERE state <> 'sent'";
    let waiting = house.ledger.rows::<(String,)>(sql, Vec::new()).await.unwrap();
    assert!(waiting.is_empty(), "{waiting:?}");
    for number in &taken {
        let number = number.parse().unwrap();
        let id = house.register.id_of(number).await.expect("an appeal that was answered is lost");
        house.register.journal(id).await.expect("its journal is broken");
        let receipt = format!("id={id}%2F0%2Fsms");
        assert!(sent.lock().unwrap().contains_key(&receipt), "the receipt of {number} is lost");
    }
    let unique: std::collections::BTreeSet<_> = taken.iter().collect();
    assert_eq!(unique.len(), taken.len(), "no number is given twice");
    let sent = sent.lock().unwrap();
    let twice: Vec<_> = sent.values().filter(|n| **n > 1).collect();
    // Only what was on its way when the server was killed, and it bears the same name again.
    assert!(twice.len() <= kills as usize * AT_ONCE && sent.values().all(|n| *n <= 3));
    println!(
        "{kills} kills, {} appeals answered, none lost; {} receipts, {} of them twice",
        taken.len(),
        sent.len(),
        twice.len()
    );
    drop(sent);
    db
}

/// Posts until the server is gone.
async fn pour(address: String, taken: Arc<Mutex<Vec<String>>>) {
    let client = reqwest::Client::new();
    loop {
        let post = client
            .post(format!("http://{address}/api/v1/appeals"))
            .header("content-type", "application/json")
            .body(complaint().to_string());
        let Ok(response) = post.send().await else { return };
        if !response.status().is_success() {
            continue;
        }
        // A 2xx whose body was cut off is an answer as well, but names no appeal that could be looked for.
        let Ok(text) = response.text().await else { return };
        let filed: serde_json::Value = serde_json::from_str(&text).unwrap();
        taken.lock().unwrap().push(filed["number"].as_str().unwrap().to_owned());
    }
}

/// Not a test by itself: what the test above starts and kills.
#[test]
#[ignore = "started by another test"]
fn the_server_that_is_killed() {
    let Ok(url) = std::env::var(URL) else { return };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let house = house(&url, &std::env::var(GATEWAY).unwrap()).await;
        tokio::spawn(house.outbox.clone().run());
        let mut out = std::io::stdout();
        writeln!(out, "listening {}", house.address).unwrap();
        out.flush().unwrap();
        std::future::pending::<()>().await;
    });
}
