//! The questions and their limits.

use crate::database::{TestDatabase, on_both};
use crate::made::{MIDNIGHT, feed_health, headway, incident, intensity, visit, visits};
use server::record::Batch;
use server::store::{BusiestStop, HeadwayQuery, IncidentQuery, Window};

on_both!(
    windows_filters_and_limits_hold,
    headways_are_filtered_and_the_newest_are_kept,
    incidents_overlap_their_window,
    the_busiest_stop_is_counted_by_hour,
    the_last_passage_of_each_stop_is_found,
    quotes_in_ids_are_only_text,
    a_day_is_read_back_run_by_run_in_pages,
);

async fn a_day_is_read_back_run_by_run_in_pages(db: TestDatabase) -> TestDatabase {
    let store = db.store().await;
    let mut rows = Vec::new();
    for trip in ["t2", "t1", "t3"] {
        rows.extend((1..4).map(|stop| visit("12", trip, stop, MIDNIGHT + i64::from(stop) * 60)));
    }
    let day = rows[0].service_date;
    let mut other = visit("12", "t1", 1, MIDNIGHT);
    other.service_date = day - 1;
    rows.push(other);
    store.writer().send(Batch { visits: rows, ..Batch::default() });
    store.writer().flush().await.unwrap();
    let runs = |rows: Vec<server::record::VisitRow>| {
        rows.iter().map(|v| format!("{}.{}", v.trip_id, v.stop_sequence)).collect::<Vec<_>>()
    };
    let first = store.visits_of_day(day, "", 5).await.unwrap();
    assert_eq!(runs(first), ["t1.1", "t1.2", "t1.3", "t2.1", "t2.2"]);
    let rest = store.visits_of_day(day, "t1", 100).await.unwrap();
    assert_eq!(runs(rest), ["t2.1", "t2.2", "t2.3", "t3.1", "t3.2", "t3.3"]);
    assert_eq!(store.visits_of_day(day + 1, "", 5).await.unwrap(), []);
    store.close().await;
    db
}

async fn windows_filters_and_limits_hold(db: TestDatabase) -> TestDatabase {
    let store = db.store().await;
    let mut rows: Vec<_> =
        (0..20).map(|n| visit("12", &format!("t{n:02}"), 5, MIDNIGHT + n * 60)).collect();
    rows.push(visit("9", "other", 5, MIDNIGHT + 90));
    store.writer().send(Batch {
        visits: rows,
        intensity: (0..5).map(|h| intensity("a", MIDNIGHT + h * 3600)).collect(),
        feed_health: (0..10).map(|m| feed_health(MIDNIGHT + m * 60)).collect(),
        ..Batch::default()
    });
    store.writer().flush().await.unwrap();
    let window = Window { from: MIDNIGHT + 60, to: MIDNIGHT + 180 };
    let trips = |rows: Vec<server::record::VisitRow>| {
        rows.into_iter().map(|v| v.trip_id).collect::<Vec<_>>()
    };
    let at_stop = store.visits_at_stop("s5", None, window, 100).await.unwrap();
    assert_eq!(trips(at_stop), ["t01", "other", "t02"]);
    let of_route = store.visits_at_stop("s5", Some("12"), window, 100).await.unwrap();
    assert_eq!(trips(of_route), ["t01", "t02"]);
    let two = store.visits_at_stop("s5", None, window, 2).await.unwrap();
    assert_eq!(trips(two), ["t01", "other"]);
    assert_eq!(trips(store.visits_at_stop("s6", None, window, 2).await.unwrap()), [""; 0]);
    let hours = Window { from: MIDNIGHT + 3_600, to: MIDNIGHT + 3 * 3_600 };
    let of_segment = store.intensity_of_segment("a", "to", "", hours).await.unwrap();
    assert_eq!(of_segment.iter().map(|r| r.hour - MIDNIGHT).collect::<Vec<_>>(), [3_600, 7_200]);
    let of_route = store.intensity_of_segment("a", "to", "12", hours).await.unwrap();
    assert_eq!(of_route, []);
    let minutes = Window { from: MIDNIGHT, to: MIDNIGHT + 300 };
    let newest = store.feed_health(None, minutes, 2).await.unwrap();
    assert_eq!(newest.iter().map(|r| r.at - MIDNIGHT).collect::<Vec<_>>(), [180, 240]);
    assert_eq!(store.feed_health(Some("none"), minutes, 2).await.unwrap(), []);
    store.close().await;
    db
}

async fn headways_are_filtered_and_the_newest_are_kept(db: TestDatabase) -> TestDatabase {
    let store = db.store().await;
    let mut rows = Vec::new();
    for n in 0..6 {
        rows.push(headway("12", "s1", &format!("t{n}"), MIDNIGHT + n));
        let mut other = headway("12", "s2", &format!("u{n}"), MIDNIGHT + n);
        other.direction_id = Some(1);
        rows.push(other);
    }
    store.writer().send(Batch { headways: rows, ..Batch::default() });
    store.writer().flush().await.unwrap();
    let all = HeadwayQuery {
        route_id: "12",
        direction_id: None,
        stop_id: None,
        window: Window { from: MIDNIGHT + 1, to: MIDNIGHT + 5 },
        limit: 100,
    };
    let trips = async |q: HeadwayQuery<'static>| {
        let rows = store.headways(&q).await.unwrap();
        rows.into_iter().map(|h| h.trip_id).collect::<Vec<_>>()
    };
    assert_eq!(trips(all.clone()).await.len(), 8);
    let one_way = HeadwayQuery { direction_id: Some(1), ..all.clone() };
    assert_eq!(trips(one_way).await, ["u1", "u2", "u3", "u4"]);
    let at_stop = HeadwayQuery { stop_id: Some("s1"), limit: 2, ..all.clone() };
    assert_eq!(trips(at_stop).await, ["t3", "t4"]);
    let neither = HeadwayQuery { direction_id: Some(1), stop_id: Some("s1"), ..all };
    assert_eq!(trips(neither).await, [""; 0]);
    store.close().await;
    db
}

async fn incidents_overlap_their_window(db: TestDatabase) -> TestDatabase {
    let store = db.store().await;
    let closed = |id: &str, from: i64, to: i64| {
        let mut row = incident(id, MIDNIGHT + from);
        row.closed_at = Some(MIDNIGHT + to);
        row
    };
    let mut bunching = incident("bunching", MIDNIGHT + 50);
    bunching.kind = "bunching".into();
    bunching.route_id = None;
    store.writer().send(Batch {
        incidents: vec![
            closed("before", 0, 90),
            closed("into", 0, 150),
            closed("within", 110, 120),
            incident("still", MIDNIGHT + 20),
            closed("after", 200, 300),
            bunching,
        ],
        ..Batch::default()
    });
    store.writer().flush().await.unwrap();
    let all = IncidentQuery {
        kind: None,
        route_id: None,
        window: Window { from: MIDNIGHT + 100, to: MIDNIGHT + 200 },
        limit: 100,
    };
    let ids = async |q: IncidentQuery<'static>| {
        let rows = store.incidents(&q).await.unwrap();
        rows.into_iter().map(|i| i.incident_id).collect::<Vec<_>>()
    };
    assert_eq!(ids(all.clone()).await, ["within", "bunching", "still", "into"]);
    let kind = IncidentQuery { kind: Some("bunching"), ..all.clone() };
    assert_eq!(ids(kind).await, ["bunching"]);
    let route = IncidentQuery { route_id: Some("12"), limit: 2, ..all.clone() };
    assert_eq!(ids(route).await, ["within", "still"]);
    let both = IncidentQuery { kind: Some("bunching"), route_id: Some("12"), ..all };
    assert_eq!(ids(both).await, [""; 0]);
    store.close().await;
    db
}

async fn the_busiest_stop_is_counted_by_hour(db: TestDatabase) -> TestDatabase {
    let store = db.store().await;
    let mut rows = Vec::new();
    for n in 0..7 {
        // Two of the seven do not reach stop 2; the hours are 0, 0, 0, 1, 1, 1, 2.
        rows.push(visit("12", &format!("t{n}"), 1, MIDNIGHT + n * 1_200));
        if n > 1 {
            rows.push(visit("12", &format!("t{n}"), 2, MIDNIGHT + n * 1_200 + 60));
        }
    }
    let mut back = visit("12", "back", 3, MIDNIGHT);
    back.direction_id = Some(0);
    rows.push(back);
    store.writer().send(visits(rows));
    store.writer().flush().await.unwrap();
    let day = Window { from: MIDNIGHT, to: MIDNIGHT + 86_400 };
    let there = store.hours_of_route("12", Some(1), day).await.unwrap();
    let hours = vec![(MIDNIGHT, 3), (MIDNIGHT + 3_600, 3), (MIDNIGHT + 7_200, 1)];
    assert_eq!(there, Some(BusiestStop { stop_id: "s1".into(), hours: hours.clone() }));
    let both = store.hours_of_route("12", None, day).await.unwrap();
    assert_eq!(both.map(|b| b.hours), Some(hours));
    let back = store.hours_of_route("12", Some(0), day).await.unwrap();
    assert_eq!(back.map(|b| b.stop_id).as_deref(), Some("s3"));
    assert_eq!(store.hours_of_route("none", None, day).await.unwrap(), None);
    store.close().await;
    db
}

async fn the_last_passage_of_each_stop_is_found(db: TestDatabase) -> TestDatabase {
    let store = db.store().await;
    let mut rows = Vec::new();
    for (trip, later) in [("t1", 0), ("t2", 600), ("t3", 1_200)] {
        for stop in 1..4 {
            rows.push(visit("12", trip, stop, MIDNIGHT + later + i64::from(stop) * 60));
        }
    }
    // The last one has not come to the third stop yet, and the first was there long ago.
    rows.pop();
    rows.push(visit("9", "x", 1, MIDNIGHT));
    let mut unnamed = visit("12", "back", 9, MIDNIGHT + 700);
    unnamed.direction_id = None;
    rows.push(unnamed);
    store.writer().send(visits(rows));
    store.writer().flush().await.unwrap();
    let routes = ["12", "none", "9"];
    let since = Window { from: MIDNIGHT + 300, to: MIDNIGHT + 9_999 };
    let passages = store.last_passages(&routes, since, MIDNIGHT + 9_999).await.unwrap();
    let mut seen: Vec<_> =
        passages.iter().map(|v| (v.stop_id.as_str(), v.trip_id.as_str())).collect();
    // Where a direction is unknown stands first or last, as the database sees it.
    seen.sort_unstable();
    assert_eq!(seen, [("s1", "t3"), ("s2", "t3"), ("s3", "t2"), ("s9", "back")]);
    // Before some moment one of each stop, then all, up to the window's end, by time.
    let whole = Window { from: MIDNIGHT, to: MIDNIGHT + 1_300 };
    let told = store.last_passages(&["12"], whole, MIDNIGHT + 690).await.unwrap();
    let told: Vec<_> = told.iter().map(|v| (v.stop_id.as_str(), v.trip_id.as_str())).collect();
    let expected =
        [("s3", "t1"), ("s1", "t2"), ("s9", "back"), ("s2", "t2"), ("s3", "t2"), ("s1", "t3")];
    assert_eq!(told[told.len() - 5..], expected[1..]);
    assert!(told.contains(&expected[0]) && told.len() == 7, "{told:?}");
    store.close().await;
    db
}

async fn quotes_in_ids_are_only_text(db: TestDatabase) -> TestDatabase {
    let store = db.store().await;
    let trip = "x'); DROP TABLE stop_visits; --";
    store.writer().send(visits([visit("12", trip, 1, MIDNIGHT)]));
    store.writer().flush().await.unwrap();
    assert_eq!(store.visits_of_run(20_261_123, trip, None).await.unwrap().len(), 1);
    assert_eq!(store.visits_of_run(20_261_123, "' OR '1'='1", None).await.unwrap(), []);
    store.close().await;
    db
}
