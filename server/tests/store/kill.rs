//! A process that writes is killed with signal 9 while the database is gone.

use crate::database::{TestDatabase, on_both};
use crate::made::{MIDNIGHT, visit, visits};
use server::store::{Store, StoreSettings, Window};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

on_both!(a_killed_writer_loses_nothing_that_waited_on_disk);

const URL: &str = "JOLDA_TEST_KILL_URL";
const SPILL: &str = "JOLDA_TEST_KILL_SPILL";
/// The database goes away after so many rows, and the process soon after.
const ROWS_BEFORE: i32 = 50;
const ROWS_KILLED_AT: i32 = 150;

async fn a_killed_writer_loses_nothing_that_waited_on_disk(mut db: TestDatabase) -> TestDatabase {
    let settings = db.settings();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::the_process_that_is_killed", "--ignored", "--nocapture"])
        .env(URL, &db.url)
        .env(SPILL, settings.spill_path.unwrap())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (said, mut says) = tokio::sync::mpsc::unbounded_channel();
    std::thread::spawn(move || {
        while let Some(Ok(line)) = lines.next() {
            let safe = line.strip_prefix("safe ").and_then(|n| n.parse::<i32>().ok());
            if safe.is_some_and(|n| said.send(n).is_err()) {
                return;
            }
        }
    });
    let mut safe = -1;
    while safe < ROWS_KILLED_AT {
        safe = says.recv().await.expect("the child ended before it was killed");
        if safe == ROWS_BEFORE {
            db.cut().await;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    while let Some(n) = says.recv().await {
        safe = n;
    }
    db.mend().await;
    let store = db.store().await;
    store.writer().flush().await.unwrap();
    let all = Window { from: 0, to: i64::MAX };
    let rows = store.visits_at_stop("s1", None, all, 50_000).await.unwrap();
    let numbers: Vec<_> = rows.iter().map(|v| (v.at() - MIDNIGHT) as i32).collect();
    assert!(numbers.len() as i32 > safe, "{} rows of {safe} that were safe", numbers.len());
    assert_eq!(numbers, (0..numbers.len() as i32).collect::<Vec<_>>());
    store.close().await;
    db
}

/// Not a test by itself: what the test above starts and kills. A row is safe when it is in the database or on
/// disk, which is said on standard output.
#[test]
#[ignore = "started by another test"]
fn the_process_that_is_killed() {
    let (Ok(url), Ok(spill)) = (std::env::var(URL), std::env::var(SPILL)) else { return };
    let settings = StoreSettings {
        spill_path: Some(spill.into()),
        busy_timeout_s: 0,
        retry_max_s: 1,
        ..StoreSettings::default()
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Store::open(&url, settings).await.unwrap();
        let writer = store.writer();
        for n in 0.. {
            let before = writer.status();
            let at = MIDNIGHT + i64::from(n);
            writer.send(visits([visit("12", &format!("t{n}"), 1, at)]));
            loop {
                let status = writer.status();
                let on_disk = status.down && status.spilled_bytes > before.spilled_bytes;
                if on_disk || status.written_rows > before.written_rows {
                    break;
                }
                tokio::time::sleep(Duration::from_micros(200)).await;
            }
            let mut out = std::io::stdout();
            writeln!(out, "safe {n}").unwrap();
            out.flush().unwrap();
        }
    });
}
