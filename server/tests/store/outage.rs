//! The database goes away in the middle of writes: nothing is lost, nothing is there twice.

use crate::database::{TestDatabase, on_both};
use crate::made::{MIDNIGHT, headway, incident, visit};
use server::record::Batch;
use server::store::{HeadwayQuery, IncidentQuery, Store, StoreSettings, Window};
use std::time::Duration;

on_both!(
    an_outage_loses_no_row,
    it_goes_away_again_and_again,
    sessions_that_end_in_the_middle_of_a_transaction_lose_nothing,
    an_outage_at_the_end_is_made_good_at_the_next_start,
    when_nothing_has_room_rows_are_counted_as_lost,
);

const ALL: Window = Window { from: 0, to: i64::MAX };
const TICK: Duration = Duration::from_millis(5);
const STOPS: i32 = 10;

fn tick(n: i64) -> Batch {
    let at = MIDNIGHT + n;
    let mut state = incident("i", MIDNIGHT);
    state.value = n as f64;
    Batch {
        visits: (0..STOPS).map(|s| visit("12", &format!("t{n}"), s, at)).collect(),
        headways: vec![headway("12", "s", &format!("t{n}"), at)],
        incidents: vec![state],
        ..Batch::default()
    }
}

async fn send_ticks(store: &Store, ticks: std::ops::Range<i64>) {
    for n in ticks {
        store.writer().send(tick(n));
        tokio::time::sleep(TICK).await;
    }
}

async fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..4_000 {
        if is_so() {
            return;
        }
        tokio::time::sleep(TICK).await;
    }
    panic!("waited in vain until {what}");
}

/// All ticks are there, once each, and the newest state of the incident won.
async fn assert_all(store: &Store, ticks: i64) {
    store.writer().flush().await.unwrap();
    for stop in 0..STOPS {
        let rows = store.visits_at_stop(&format!("s{stop}"), None, ALL, 50_000).await.unwrap();
        let times: Vec<_> = rows.iter().map(|v| v.at() - MIDNIGHT).collect();
        assert_eq!(times, (0..ticks).collect::<Vec<_>>(), "stop {stop}");
    }
    let q = HeadwayQuery {
        route_id: "12",
        direction_id: None,
        stop_id: None,
        window: ALL,
        limit: 50_000,
    };
    assert_eq!(store.headways(&q).await.unwrap().len() as i64, ticks);
    let q = IncidentQuery { kind: None, route_id: None, window: ALL, limit: 9 };
    let values: Vec<_> = store.incidents(&q).await.unwrap().into_iter().map(|i| i.value).collect();
    assert_eq!(values, [(ticks - 1) as f64]);
    let status = store.writer().status();
    assert_eq!((status.down, status.lost_rows, status.waiting_rows), (false, 0, 0));
    assert_eq!(status.spilled_bytes, 0);
}

async fn an_outage_loses_no_row(mut db: TestDatabase) -> TestDatabase {
    let store = db.store().await;
    send_ticks(&store, 0..50).await;
    db.cut().await;
    send_ticks(&store, 50..150).await;
    let writer = store.writer();
    wait_until("the writer knows", || writer.is_down()).await;
    wait_until("rows are on disk", || writer.status().spilled_bytes > 0).await;
    assert!(writer.status().last_error.is_some());
    db.mend().await;
    send_ticks(&store, 150..200).await;
    assert_all(&store, 200).await;
    store.close().await;
    db
}

async fn it_goes_away_again_and_again(mut db: TestDatabase) -> TestDatabase {
    // Memory for two ticks: the disk is used even while the database is merely slow.
    let settings = StoreSettings { queue_rows: 30, ..db.settings() };
    let store = Store::open(&db.url, settings).await.unwrap();
    for round in 0..6 {
        send_ticks(&store, round * 40..round * 40 + 20).await;
        db.cut().await;
        send_ticks(&store, round * 40 + 20..round * 40 + 40).await;
        db.mend().await;
    }
    assert_all(&store, 240).await;
    store.close().await;
    db
}

async fn sessions_that_end_in_the_middle_of_a_transaction_lose_nothing(
    mut db: TestDatabase,
) -> TestDatabase {
    let store = db.store().await;
    for n in 0..300 {
        // No pause: the writer is always within a transaction.
        store.writer().send(tick(n));
        tokio::task::yield_now().await;
        if n % 60 == 30 {
            db.disturb().await;
        }
    }
    assert_all(&store, 300).await;
    store.close().await;
    db
}

async fn an_outage_at_the_end_is_made_good_at_the_next_start(mut db: TestDatabase) -> TestDatabase {
    let store = db.store().await;
    send_ticks(&store, 0..10).await;
    store.writer().flush().await.unwrap();
    db.cut().await;
    send_ticks(&store, 10..60).await;
    store.close().await;
    db.mend().await;
    let store = db.store().await;
    assert_all(&store, 60).await;
    store.close().await;
    db
}

async fn when_nothing_has_room_rows_are_counted_as_lost(mut db: TestDatabase) -> TestDatabase {
    let settings = StoreSettings { queue_rows: 100, spill_max_bytes: 4_096, ..db.settings() };
    let store = Store::open(&db.url, settings).await.unwrap();
    db.cut().await;
    send_ticks(&store, 0..100).await;
    let writer = store.writer();
    wait_until("rows are lost", || writer.status().lost_rows > 0).await;
    db.mend().await;
    writer.flush().await.unwrap();
    let status = writer.status();
    assert_eq!(status.lost_rows + status.written_rows, 100 * (STOPS as u64 + 2));
    store.close().await;
    db
}
