//! Two who write to one database: the record, which writes much, and the register, which people wait for.

use crate::database::{TestDatabase, on_both};
use crate::made::{MIDNIGHT, visit, visits};
use server::ledger::{Ledger, Statement};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

on_both!(
    the_register_waits_for_one_transaction_of_the_record_and_not_for_all_that_waits,
    what_nobody_waits_for_goes_behind_what_somebody_waits_for,
);

const ROWS: i32 = 60_000;
const BEHIND: usize = 300;

fn note(key: String) -> Vec<Statement> {
    let sql = "INSERT INTO meta (key, value) VALUES ($1, 'x')";
    vec![Statement::new(sql, vec![key.into()])]
}

async fn the_register_waits_for_one_transaction_of_the_record_and_not_for_all_that_waits(
    db: TestDatabase,
) -> TestDatabase {
    let store = db.store().await;
    let ledger = Ledger::open_at(&db.url, store.gate()).await.unwrap();
    store.writer().send(visits((0..ROWS).map(|i| visit("12", &format!("t{i}"), 1, MIDNIGHT))));
    ledger.write(note("first".to_owned())).await.unwrap();
    let status = store.writer().status();
    assert!(status.waiting_rows > 0, "the record is written already: {status:?}");
    for i in 0..10 {
        ledger.write(note(format!("later {i}"))).await.unwrap();
    }
    store.writer().flush().await.unwrap();
    let status = store.writer().status();
    assert_eq!((status.written_rows, status.last_error), (ROWS as u64, None));
    assert!(store.meta("later 9").await.unwrap().is_some());
    store.close().await;
    db
}

async fn what_nobody_waits_for_goes_behind_what_somebody_waits_for(
    db: TestDatabase,
) -> TestDatabase {
    let store = db.store().await;
    let ledger = Ledger::open_at(&db.url, store.gate()).await.unwrap();
    let done = Arc::new(AtomicUsize::new(0));
    let past: Vec<_> = (0..BEHIND)
        .map(|i| {
            let (ledger, done) = (ledger.clone(), Arc::clone(&done));
            tokio::spawn(async move {
                ledger.write_behind(note(format!("past {i}"))).await.unwrap();
                done.fetch_add(1, Ordering::SeqCst);
            })
        })
        .collect();
    while done.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    ledger.write(note("now".to_owned())).await.unwrap();
    let before = done.load(Ordering::SeqCst);
    assert!(before < BEHIND, "the one that somebody waits for came last");
    for one in past {
        one.await.unwrap();
    }
    assert_eq!(done.load(Ordering::SeqCst), BEHIND);
    assert!(store.meta("past 299").await.unwrap().is_some());
    store.close().await;
    db
}
