//! What is written, and what writing again does.

use crate::database::{Kind, TestDatabase, on_both};
use crate::made::{MIDNIGHT, feed_health, headway, incident, intensity, track, visit, visits};
use server::record::Batch;
use server::store::{HeadwayQuery, IncidentQuery, Retention, Store, StoreSettings, Window};

on_both!(
    rows_come_back_as_they_were_written,
    writing_again_changes_nothing,
    a_second_sight_fills_in_what_the_first_did_not_know,
    the_newest_state_of_an_incident_an_hour_and_a_minute_wins,
    meta_is_set_behind_the_rows,
    it_opens_again_with_its_rows_and_its_schema,
    a_row_that_the_database_refuses_is_left_out_alone,
    old_rows_go_when_their_days_are_over,
    many_rows_sent_fast_all_arrive,
);

const ALL: Window = Window { from: 0, to: i64::MAX };

async fn written(db: &TestDatabase, batches: Vec<Batch>) -> Store {
    let store = db.store().await;
    for batch in batches {
        store.writer().send(batch);
    }
    store.writer().flush().await.unwrap();
    store
}

fn incidents_of_all() -> IncidentQuery<'static> {
    IncidentQuery { kind: None, route_id: None, window: ALL, limit: 100 }
}

async fn rows_come_back_as_they_were_written(db: TestDatabase) -> TestDatabase {
    let mut unknown = visit("12", "t2", 4, MIDNIGHT + 60);
    unknown.direction_id = None;
    unknown.arrival = None;
    unknown.departure = None;
    unknown.trip_named = false;
    let batch = Batch {
        visits: vec![visit("12", "t1", 1, MIDNIGHT), unknown],
        headways: vec![headway("12", "s1", "t1", MIDNIGHT)],
        intensity: vec![intensity("a", MIDNIGHT)],
        incidents: vec![incident("i1", MIDNIGHT)],
        feed_health: vec![feed_health(MIDNIGHT)],
        tracks: vec![track("bus 1", MIDNIGHT)],
    };
    let store = written(&db, vec![batch.clone()]).await;
    let mut visits = store.visits_of_run(20_261_123, "t1", Some(28_800)).await.unwrap();
    visits.extend(store.visits_of_run(20_261_123, "t2", None).await.unwrap());
    let q = HeadwayQuery {
        route_id: "12",
        direction_id: Some(0),
        stop_id: Some("s1"),
        window: ALL,
        limit: 10,
    };
    let back = Batch {
        visits,
        headways: store.headways(&q).await.unwrap(),
        intensity: store.intensity_of_segment("a", "to", "", ALL).await.unwrap(),
        incidents: store.incidents(&incidents_of_all()).await.unwrap(),
        feed_health: store.feed_health(None, ALL, 10).await.unwrap(),
        tracks: store.tracks_of(&["bus 0".to_owned(), "bus 1".to_owned()], ALL).await.unwrap(),
    };
    assert_eq!(back, batch);
    assert_eq!(store.writer().status().written_rows, 7);
    assert!(!store.writer().is_down());
    store.close().await;
    db
}

async fn writing_again_changes_nothing(db: TestDatabase) -> TestDatabase {
    let batch = Batch {
        visits: (0..250).map(|n| visit("12", "t1", n, MIDNIGHT + i64::from(n))).collect(),
        headways: vec![headway("12", "s1", "t1", MIDNIGHT); 3],
        intensity: vec![intensity("a", MIDNIGHT); 2],
        incidents: vec![incident("i1", MIDNIGHT); 2],
        feed_health: vec![feed_health(MIDNIGHT); 2],
        tracks: vec![track("bus 1", MIDNIGHT); 2],
    };
    let store = written(&db, vec![batch.clone(), batch.clone()]).await;
    store.close().await;
    let mut later = batch.clone();
    later.visits.iter_mut().for_each(|v| v.uncertainty_s = 99.0);
    let store = written(&db, vec![later]).await;
    assert_eq!(store.visits_of_run(20_261_123, "t1", None).await.unwrap(), batch.visits);
    let q =
        HeadwayQuery { route_id: "12", direction_id: None, stop_id: None, window: ALL, limit: 10 };
    assert_eq!(store.headways(&q).await.unwrap().len(), 1);
    assert_eq!(store.incidents(&incidents_of_all()).await.unwrap().len(), 1);
    assert_eq!(store.feed_health(None, ALL, 10).await.unwrap().len(), 1);
    assert_eq!(store.intensity_in_hour(MIDNIGHT, "").await.unwrap().len(), 1);
    store.close().await;
    db
}

async fn a_second_sight_fills_in_what_the_first_did_not_know(db: TestDatabase) -> TestDatabase {
    let full = visit("12", "t1", 1, MIDNIGHT);
    let mut first = full.clone();
    first.departure = None;
    let mut second = full.clone();
    second.arrival = Some(MIDNIGHT + 10);
    // In one transaction and even in one batch.
    let store = written(&db, vec![visits([first, second])]).await;
    assert_eq!(store.visits_of_run(20_261_123, "t1", None).await.unwrap(), [full]);
    store.close().await;
    db
}

async fn the_newest_state_of_an_incident_an_hour_and_a_minute_wins(
    db: TestDatabase,
) -> TestDatabase {
    let open = incident("i1", MIDNIGHT);
    let mut closed = open.clone();
    closed.closed_at = Some(MIDNIGHT + 600);
    closed.value = 3.0;
    let mut hour = intensity("a", MIDNIGHT);
    hour.observed_vph = None;
    let mut minute = feed_health(MIDNIGHT);
    minute.accepted = 1;
    let first = Batch {
        incidents: vec![open.clone()],
        intensity: vec![intensity("a", MIDNIGHT)],
        feed_health: vec![feed_health(MIDNIGHT)],
        ..Batch::default()
    };
    let second = Batch {
        incidents: vec![closed.clone()],
        intensity: vec![hour.clone()],
        feed_health: vec![minute.clone()],
        ..Batch::default()
    };
    let store = written(&db, vec![first]).await;
    assert_eq!(store.open_incidents().await.unwrap(), [open]);
    store.writer().send(second);
    store.writer().flush().await.unwrap();
    assert_eq!(store.incidents(&incidents_of_all()).await.unwrap(), [closed]);
    assert_eq!(store.open_incidents().await.unwrap(), []);
    assert_eq!(store.intensity_in_hour(MIDNIGHT, "").await.unwrap(), [hour]);
    assert_eq!(store.feed_health(Some("city"), ALL, 9).await.unwrap(), [minute]);
    store.close().await;
    db
}

async fn meta_is_set_behind_the_rows(db: TestDatabase) -> TestDatabase {
    let store = written(&db, vec![visits([visit("12", "t1", 1, MIDNIGHT)])]).await;
    assert_eq!(store.meta("demo").await.unwrap(), None);
    store.writer().set_meta("demo", "20261120");
    store.writer().set_meta("demo", "20261122");
    store.writer().flush().await.unwrap();
    assert_eq!(store.meta("demo").await.unwrap().as_deref(), Some("20261122"));
    store.ping().await.unwrap();
    store.close().await;
    db
}

async fn it_opens_again_with_its_rows_and_its_schema(db: TestDatabase) -> TestDatabase {
    server::store::migrate(&db.url).await.unwrap();
    server::store::migrate(&db.url).await.unwrap();
    let store = written(&db, vec![visits([visit("12", "t1", 1, MIDNIGHT)])]).await;
    // Closing writes what was sent before.
    store.writer().send(visits([visit("12", "t1", 2, MIDNIGHT)]));
    store.close().await;
    let store = db.store().await;
    assert_eq!(store.visits_of_run(20_261_123, "t1", None).await.unwrap().len(), 2);
    let kind = if db.kind == Kind::Sqlite { "sqlite" } else { "postgres" };
    assert_eq!(store.kind(), kind);
    store.close().await;
    db
}

async fn a_row_that_the_database_refuses_is_left_out_alone(db: TestDatabase) -> TestDatabase {
    let mut rows: Vec<_> = (0..300).map(|n| visit("12", "t1", n, MIDNIGHT)).collect();
    // PostgreSQL's text has no NUL; SQLite takes NaN for NULL, which the column must not be.
    match db.kind {
        Kind::Postgres => rows[123].stop_id = "a\0b".into(),
        Kind::Sqlite => rows[123].uncertainty_s = f64::NAN,
    }
    let store = written(&db, vec![visits(rows)]).await;
    let back = store.visits_of_run(20_261_123, "t1", None).await.unwrap();
    assert_eq!(back.len(), 299);
    assert!(back.iter().all(|v| v.stop_sequence != 123));
    let status = store.writer().status();
    assert_eq!((status.refused_rows, status.written_rows, status.down), (1, 299, false));
    store.close().await;
    db
}

async fn old_rows_go_when_their_days_are_over(db: TestDatabase) -> TestDatabase {
    let retention = Retention {
        visits_days: 10,
        headways_days: 1,
        intensity_days: 0,
        incidents_days: 1,
        feed_health_days: 1,
        tracks_days: 1,
    };
    let settings = StoreSettings { retention, ..db.settings() };
    let store = Store::open(&db.url, settings).await.unwrap();
    let old = MIDNIGHT - 2 * 86_400;
    let mut ancient = visit("12", "old", 1, MIDNIGHT);
    ancient.service_date = 20_261_111;
    let mut young = ancient.clone();
    young.service_date = 20_261_114;
    store.writer().send(Batch {
        visits: vec![ancient, young],
        headways: (0..12_000).map(|n| headway("12", &format!("s{n}"), "t", old)).collect(),
        intensity: vec![intensity("a", 0)],
        incidents: vec![incident("old", old), incident("new", MIDNIGHT)],
        feed_health: vec![feed_health(old), feed_health(MIDNIGHT)],
        tracks: vec![track("bus 1", old), track("bus 1", MIDNIGHT)],
    });
    store
        .writer()
        .send(Batch { headways: vec![headway("12", "s", "t", MIDNIGHT)], ..Batch::default() });
    store.writer().sweep(MIDNIGHT + 3_600);
    store.writer().flush().await.unwrap();
    let q = HeadwayQuery {
        route_id: "12",
        direction_id: None,
        stop_id: None,
        window: ALL,
        limit: 20_000,
    };
    // The sweep goes on behind the flush, in small pieces.
    while store.headways(&q).await.unwrap().len() > 1
        || store.feed_health(None, ALL, 9).await.unwrap().len() > 1
        || store.tracks_of(&["bus 1".to_owned()], ALL).await.unwrap().len() > 1
    {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(store.headways(&q).await.unwrap()[0].at, MIDNIGHT);
    assert_eq!(store.feed_health(None, ALL, 9).await.unwrap(), [feed_health(MIDNIGHT)]);
    assert_eq!(store.incidents(&incidents_of_all()).await.unwrap()[0].incident_id, "new");
    assert_eq!(store.visits_of_run(20_261_111, "old", None).await.unwrap().len(), 0);
    assert_eq!(store.visits_of_run(20_261_114, "old", None).await.unwrap().len(), 1);
    assert_eq!(store.intensity_in_hour(0, "").await.unwrap().len(), 1, "0 days: for ever");
    store.close().await;
    db
}

async fn many_rows_sent_fast_all_arrive(db: TestDatabase) -> TestDatabase {
    let settings = StoreSettings { queue_rows: 500, ..db.settings() };
    let store = Store::open(&db.url, settings).await.unwrap();
    let writer = store.writer();
    for trip in 0..60 {
        let trip_id = format!("t{trip}");
        let rows = (0..100).map(|n| visit("12", &trip_id, n, MIDNIGHT + i64::from(n)));
        writer.send_when_ready(visits(rows)).await.unwrap();
    }
    writer.flush().await.unwrap();
    let status = writer.status();
    assert_eq!((status.written_rows, status.lost_rows, status.waiting_rows), (6_000, 0, 0));
    let one = store.visits_at_stop("s7", None, ALL, 1_000).await.unwrap();
    assert_eq!(one.len(), 60);
    store.close().await;
    db
}
