//! A server that is killed with signal 9 while appeals pour in loses none that it answered with 2xx.

use crate::database::{TestDatabase, on_both};
use crate::house::{House, NOW, complaint, limits};
use server::clock::Clock;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

on_both!(a_killed_server_loses_nothing_that_it_took);

const URL: &str = "JOLDA_TEST_KILL_REGISTER";
/// `JOLDA_TEST_KILLS=100` kills a hundred times.
const KILLS: &str = "JOLDA_TEST_KILLS";
const KILLS_USUAL: u32 = 8;
const POSTERS: usize = 4;
/// Longest wait for a server to take one, tens of milliseconds.
const PATIENCE: u32 = 1_000;

async fn a_killed_server_loses_nothing_that_it_took(db: TestDatabase) -> TestDatabase {
    server::store::migrate(&db.url).await.unwrap();
    let kills = std::env::var(KILLS).ok().and_then(|n| n.parse().ok()).unwrap_or(KILLS_USUAL);
    let taken: Arc<Mutex<Vec<String>>> = Arc::default();
    for kill in 0..kills {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "kill::the_server_that_is_killed", "--ignored", "--nocapture"])
            .env(URL, &db.url)
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
    let house = House::over(&db.url, Clock::of_city(NOW, 1.0), limits(900, false)).await;
    for number in &taken {
        let number = number.parse().unwrap();
        let id = house.register.id_of(number).await.expect("an appeal that was answered is lost");
        house.register.journal(id).await.expect("its journal is broken");
    }
    let unique: std::collections::BTreeSet<_> = taken.iter().collect();
    assert_eq!(unique.len(), taken.len(), "no number is given twice");
    println!("{kills} kills, {} appeals answered, none lost", taken.len());
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
        let house = House::over(&url, Clock::of_city(NOW, 1.0), limits(900, false)).await;
        let mut out = std::io::stdout();
        writeln!(out, "listening {}", house.address).unwrap();
        out.flush().unwrap();
        std::future::pending::<()>().await;
    });
}
