//! Evidence by itself: from the record to the register, shown to each as they may see it, computed once more.

use crate::city::City;
use crate::database::{TestDatabase, on_both};
use crate::house::{House, NOW, answer};
use appeals::access::Role;
use appeals::ids::AppealId;
use reqwest::Method;
use serde_json::{Value, json};
use server::evidence::{QUEUE_MAX, work};
use server::record::{Batch, FeedHealthRow, VisitRow};
use server::store::Window;
use std::time::Duration;
use tokio::sync::mpsc;

on_both!(
    an_appeal_is_examined_by_itself_and_each_sees_what_they_may,
    late_data_supersede_and_what_was_frozen_stays,
    what_a_crash_left_is_found_by_the_next_start,
    no_data_is_never_no_bus,
    an_appeal_of_this_minute_is_preliminary,
    a_claim_put_right_is_examined_anew,
    the_command_says_whether_all_is_as_it_was_sealed,
);

/// Friday 20 November 2026, 00:00 in Almaty: all that bears on its morning is known.
const FRIDAY: i64 = NOW - 3 * 86_400 - 36_000;
const MINUTE: i64 = 60;

pub fn at(hours: i64, minutes: i64) -> i64 {
    FRIDAY + hours * 3_600 + minutes * MINUTE
}

/// Trip, route, direction, and (stop, planned minutes after 08:00) of each run of the day.
type Trip = (&'static str, &'static str, i16, &'static [(&'static str, i64)]);
const TRIPS: [Trip; 4] = [
    ("t1", "r12", 0, &[("A", 0), ("B", 8), ("C", 15)]),
    ("t2", "r12", 0, &[("A", 10), ("B", 18), ("C", 25)]),
    ("t3", "r12", 1, &[("C", 5), ("A", 20)]),
    ("t4", "r5", 0, &[("B", 0), ("C", 12)]),
];

fn visits(trip: &Trip, late: i64) -> Vec<VisitRow> {
    let (trip_id, route, direction, stops) = *trip;
    let start = stops[0].1;
    let row = |(i, (stop, minute)): (usize, &(&str, i64))| VisitRow {
        service_date: 20_261_120,
        route_id: route.into(),
        direction_id: Some(direction),
        trip_id: trip_id.into(),
        start_s: (8 * 3_600 + start * MINUTE) as i32,
        vehicle_id: format!("bus {trip_id}"),
        stop_id: (*stop).into(),
        stop_sequence: i as i32 + 1,
        scheduled_arrival: at(8, *minute),
        scheduled_departure: at(8, *minute) + if *stop == "B" && i > 0 { 30 } else { 0 },
        arrival: Some(at(8, minute + late)),
        departure: Some(at(8, minute + late) + 20),
        uncertainty_s: 5.0,
        trip_named: true,
    };
    stops.iter().enumerate().map(row).collect()
}

pub fn minutes(from: i64, to: i64) -> Vec<FeedHealthRow> {
    let row = |at| FeedHealthRow {
        feed_id: "city".into(),
        at,
        accepted: 10,
        rejected: 0,
        age_s: Some(5),
        matched_share: None,
        down: false,
    };
    (from..to).step_by(60).map(row).collect()
}

/// The morning of Friday: all runs are driven, the second so many minutes late.
pub fn morning(second_late: i64) -> Vec<VisitRow> {
    let late = |i: usize| if i == 1 { second_late } else { 0 };
    TRIPS.iter().enumerate().flat_map(|(i, trip)| visits(trip, late(i))).collect()
}

async fn usual(city: &City, feed_health: Vec<FeedHealthRow>) {
    record(city, Batch { visits: morning(9), feed_health, ..Batch::default() }).await;
}

/// Writes and waits until it can be read.
pub async fn record(city: &City, batch: Batch) {
    let last = batch.visits.last().cloned();
    city.store.writer().send(batch);
    for _ in 0..200 {
        let window = Window { from: FRIDAY, to: FRIDAY + 86_400 };
        let rows = city.store.visits_of_route("r12", None, window).await.unwrap();
        let other = city.store.visits_of_route("r5", None, window).await.unwrap();
        if last.as_ref().is_none_or(|l| rows.contains(l) || other.contains(l)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the record was not written");
}

fn begin(house: &House) {
    let (due, told) = mpsc::channel(QUEUE_MAX);
    house.register.tell_due(due);
    tokio::spawn(work(house.examiner.clone(), told));
}

pub fn late(event_at: i64) -> Value {
    json!({
        "kind": "late", "text": "Опоздал", "language": "ru",
        "claim": {"route_id": "12", "stop_id": "B", "event_at": event_at, "lat": 43.24, "lon": 76.9,
                  "address": "дома"},
        "person": {"name": "Айдос Тестов", "phone": "+7 701 000 11 22"}
    })
}

pub async fn file(house: &House, appeal: &Value) -> Value {
    let response = house.post("/api/v1/appeals", appeal).send().await.unwrap();
    let (status, filed) = answer(response).await;
    assert_eq!(status, 201, "{filed}");
    filed
}

async fn evidence(house: &House, cookie: &str, number: &str) -> (u16, Value) {
    let path = format!("/api/v1/staff/appeals/{number}/evidence");
    answer(house.ask(Method::GET, &path).header("cookie", cookie).send().await.unwrap()).await
}

/// The evidence once it is there.
async fn found(house: &House, cookie: &str, number: &str) -> Value {
    for _ in 0..250 {
        let (status, body) = evidence(house, cookie, number).await;
        assert_eq!(status, 200, "{body}");
        if !body["found"].is_null() && body["pending"] == false {
            return body;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("no evidence came");
}

async fn an_appeal_is_examined_by_itself_and_each_sees_what_they_may(
    db: TestDatabase,
) -> TestDatabase {
    let house = House::open(&db).await;
    usual(&house.city, minutes(at(6, 0), at(12, 0))).await;
    begin(&house);
    let handler = house.signed("handler", Role::Handler).await;
    let filed = file(&house, &late(at(8, 18))).await;
    let number = filed["number"].as_str().unwrap();
    let body = found(&house, &handler, number).await;
    let seen = &body["found"];
    assert_eq!(seen["verdict"]["finding"], "confirmed", "{body}");
    assert_eq!(seen["verdict"]["signed"], false);
    assert_eq!(seen["preliminary"], false);
    let names = (&seen["route_id"], &seen["route_short_name"], &seen["stop_name"]);
    assert_eq!(names, (&json!("r12"), &json!("12"), &json!("Улица Берёзовая")));
    assert_eq!((&seen["direction_id"], &seen["headsign"]), (&json!(0), &json!("Площадь")));
    assert_eq!(seen["figures"]["deviation_s"], json!(530.0), "20 s of dwell, 30 s of them planned");
    let window = &seen["windows"][0];
    assert_eq!(window["coverage"], json!({"fleet": 1.0, "route": 1.0, "observed": 1.0}));
    assert_eq!(window["candidates"][0]["vehicle_id"], "bus t2");
    let picture = &seen["picture"];
    assert_eq!(picture["stops"].as_array().unwrap().len(), 3);
    assert_eq!(picture["stops"][1]["here"], true);
    assert_eq!(picture["observed"].as_array().unwrap().len(), 2);
    assert!(picture["line_e5"].as_array().unwrap().len() >= 8);
    // Where the person was is no part of what is frozen.
    let id: AppealId = house.register.id_of(number.parse().unwrap()).await.unwrap();
    let versions = house.register.evidence_versions(id).await.unwrap();
    let kept =
        house.register.evidence_kept(versions[0].evidence_id.parse().unwrap()).await.unwrap();
    let text = String::from_utf8(kept.bytes.clone()).unwrap();
    assert!(text.contains("\"place\":null") && !text.contains("дома"), "{text}");
    // The machine's own entry stands in the journal.
    let journal = house.register.journal(id).await.unwrap();
    let last = journal.last().unwrap();
    assert_eq!((last.actor, last.role), (None, Some(Role::System)));
    assert!(last.payload.contains("evidence_attached"), "{}", last.payload);
    // The applicant sees what happened, no vehicle, and no finding before a person stands for it.
    let key = json!({"number": number, "pin": filed["pin"]});
    let (status, own) =
        answer(house.post("/api/v1/appeals/evidence", &key).send().await.unwrap()).await;
    assert_eq!(status, 200, "{own}");
    assert_eq!(own["found"]["verdict"], Value::Null);
    assert_eq!(own["found"]["windows"][0]["candidates"], json!([]));
    assert!(!own.to_string().contains("bus t"), "{own}");
    assert_eq!(own["found"]["windows"][0]["passages"][0]["certainty"], "seen");
    let wrong = json!({"number": number, "pin": "00000000"});
    assert_eq!(house.post("/api/v1/appeals/evidence", &wrong).send().await.unwrap().status(), 404);
    // A carrier that was not asked, and one who only keeps accounts, learn nothing.
    let carrier = house.signed_of("carrier", Role::Carrier, Some("fleet-1")).await;
    assert_eq!(evidence(&house, &carrier, number).await.0, 404);
    let admin = house.signed("admin", Role::Admin).await;
    assert_eq!(evidence(&house, &admin, number).await.0, 404);
    let path = format!("/api/v1/staff/appeals/{number}/evidence");
    assert_eq!(house.ask(Method::GET, &path).send().await.unwrap().status(), 401);
    // Signed, the applicant hears it.
    let sign = json!({"command": "sign_verdict", "evidence": seen["evidence_id"], "finding": "confirmed",
                      "override_reason": null});
    house.command(&handler, number, json!({"command": "begin"})).await;
    house.command(&handler, number, sign).await;
    let (_, own) = answer(house.post("/api/v1/appeals/evidence", &key).send().await.unwrap()).await;
    assert_eq!(own["found"]["verdict"]["finding"], "confirmed", "{own}");
    assert_eq!(own["found"]["verdict"]["signed"], true);
    db
}

pub async fn verified(house: &House, cookie: &str, number: &str) -> Value {
    let path = format!("/api/v1/staff/appeals/{number}/evidence/verify");
    let response = house.post(&path, &json!({})).header("cookie", cookie).send().await.unwrap();
    let (status, body) = answer(response).await;
    assert_eq!(status, 200, "{body}");
    body
}

async fn again(house: &House, cookie: &str, number: &str) -> Value {
    let path = format!("/api/v1/staff/appeals/{number}/evidence");
    let response = house.post(&path, &json!({})).header("cookie", cookie).send().await.unwrap();
    let (status, body) = answer(response).await;
    assert_eq!(status, 200, "{body}");
    body
}

async fn late_data_supersede_and_what_was_frozen_stays(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    // The late run is not on the record yet.
    let rows = [0, 2, 3].iter().flat_map(|i| visits(&TRIPS[*i], 0)).collect();
    let feed_health = minutes(at(6, 0), at(12, 0));
    record(&house.city, Batch { visits: rows, feed_health, ..Batch::default() }).await;
    let handler = house.signed("handler", Role::Handler).await;
    let filed = file(&house, &late(at(8, 18))).await;
    let number = filed["number"].as_str().unwrap();
    let first = again(&house, &handler, number).await;
    assert_eq!(first["found"]["verdict"]["finding"], "undetermined_no_data", "{first}");
    let check = verified(&house, &handler, number).await;
    assert_eq!((&check["intact"], &check["recomputes"]), (&json!(true), &json!(true)), "{check}");
    assert_eq!(check["record"], "same");
    let same = again(&house, &handler, number).await;
    assert_eq!(same["versions"].as_array().unwrap().len(), 1, "nothing new: nothing is attached");
    // It arrives.
    record(&house.city, Batch { visits: visits(&TRIPS[1], 9), ..Batch::default() }).await;
    assert_eq!(verified(&house, &handler, number).await["record"], "more");
    let newer = again(&house, &handler, number).await;
    assert_eq!(newer["found"]["verdict"]["finding"], "confirmed", "{newer}");
    let versions = newer["versions"].as_array().unwrap();
    assert_eq!(versions.len(), 2);
    assert_eq!(versions[0]["supersedes"], versions[1]["evidence_id"]);
    assert_eq!(versions[1]["digest"], first["found"]["digest"], "the old one is as it was");
    let check = verified(&house, &handler, number).await;
    assert_eq!((&check["recomputes"], &check["record"]), (&json!(true), &json!("same")), "{check}");
    // An operator of the telephone does not decide what is computed.
    let operator = house.signed("operator", Role::PhoneOperator).await;
    let path = format!("/api/v1/staff/appeals/{number}/evidence");
    let refused = house.post(&path, &json!({})).header("cookie", &operator).send().await.unwrap();
    assert_eq!(refused.status(), 403);
    db
}

async fn what_a_crash_left_is_found_by_the_next_start(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    usual(&house.city, minutes(at(6, 0), at(12, 0))).await;
    let handler = house.signed("handler", Role::Handler).await;
    // Nobody works on evidence: the process was killed right after the answer went out.
    let filed = file(&house, &late(at(8, 18))).await;
    let number = filed["number"].as_str().unwrap();
    let (_, body) = evidence(&house, &handler, number).await;
    assert_eq!((&body["found"], &body["pending"]), (&Value::Null, &json!(true)));
    begin(&house);
    let body = found(&house, &handler, number).await;
    assert_eq!(body["found"]["verdict"]["finding"], "confirmed");
    assert_eq!(house.register.evidence_due(10).await.unwrap(), []);
    db
}

async fn no_data_is_never_no_bus(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    // The feed was away from 08:00 on: nothing is seen after, and nothing may be said of it.
    let rows = [0, 2, 3].iter().flat_map(|i| visits(&TRIPS[*i], 0)).collect();
    let feed_health = minutes(at(6, 0), at(8, 0));
    record(&house.city, Batch { visits: rows, feed_health, ..Batch::default() }).await;
    let handler = house.signed("handler", Role::Handler).await;
    for kind in
        ["did_not_come", "long_wait", "late", "passed_stop", "few_buses", "off_route", "irregular"]
    {
        let mut appeal = late(at(8, 18));
        appeal["kind"] = kind.into();
        appeal["claim"]["wait_s"] = 2_400.into();
        let filed = file(&house, &appeal).await;
        let body = again(&house, &handler, filed["number"].as_str().unwrap()).await;
        let finding = body["found"]["verdict"]["finding"].as_str().unwrap();
        assert!(finding.starts_with("undetermined"), "{kind}: {body}");
        assert!(body["found"]["verdict"]["confidence"]["value"].as_f64().unwrap() < 0.5);
        assert!(!body["found"]["picture"]["holes"].as_array().unwrap().is_empty(), "{body}");
    }
    db
}

async fn an_appeal_of_this_minute_is_preliminary(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    begin(&house);
    let handler = house.signed("handler", Role::Handler).await;
    // An hour from now the plan has no bus there: that is known before the hour comes.
    let cases = [
        (NOW, "undetermined_no_data", "not_yet_known"),
        (NOW + 3_600, "not_confirmed", "service_not_running"),
    ];
    for (event_at, finding, reason) in cases {
        let filed = file(&house, &late(event_at)).await;
        let body = found(&house, &handler, filed["number"].as_str().unwrap()).await;
        assert_eq!(body["found"]["preliminary"], true, "{body}");
        let again_at = body["found"]["again_at"].as_i64().unwrap();
        assert!(again_at > event_at + 20 * MINUTE && again_at < event_at + 3_600, "{again_at}");
        let verdict = &body["found"]["verdict"];
        assert_eq!(verdict["finding"], finding, "{body}");
        assert_eq!(verdict["reasons"], json!([reason]), "{body}");
    }
    db
}

async fn a_claim_put_right_is_examined_anew(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    usual(&house.city, minutes(at(6, 0), at(12, 0))).await;
    begin(&house);
    let handler = house.signed("handler", Role::Handler).await;
    let mut appeal = late(at(8, 18));
    appeal["claim"]["route_id"] = Value::Null;
    appeal["claim"]["stop_id"] = "C".into();
    let filed = file(&house, &appeal).await;
    let number = filed["number"].as_str().unwrap();
    let first = found(&house, &handler, number).await;
    assert_eq!(first["found"]["verdict"]["reasons"], json!(["place_unclear"]), "{first}");
    let claim = json!({"route_id": "r12", "direction_id": 0, "stop_id": "B",
        "event_at": at(8, 18), "event_about": false});
    let change = json!({"command": "change_claim", "kind": "late", "topic": null, "claim": claim});
    house.command(&handler, number, change).await;
    let newer = found(&house, &handler, number).await;
    assert_eq!(newer["found"]["verdict"]["finding"], "confirmed", "{newer}");
    assert_eq!(newer["versions"].as_array().unwrap().len(), 2);
    db
}

async fn the_command_says_whether_all_is_as_it_was_sealed(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    usual(&house.city, minutes(at(6, 0), at(12, 0))).await;
    let handler = house.signed("handler", Role::Handler).await;
    let filed = file(&house, &late(at(8, 18))).await;
    let number = filed["number"].as_str().unwrap().to_owned();
    again(&house, &handler, &number).await;
    let verify = |what: &str| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_jolda"))
            .args(["evidence", "--database-url", &db.url, "verify", what, "--zone", "Asia/Almaty"])
            .env("JOLDA_REGISTER__KEY", crate::house::KEY)
            .env("JOLDA_DATA_DIR", db.dir.path())
            .env("JOLDA_LOG__LEVEL", "error")
            .output()
            .unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    let (good, said) = verify("--all");
    assert!(good && said.contains("identical\trecord: gone"), "the visits stand elsewhere: {said}");
    assert!(verify(&number).1.starts_with(&number));
    // Somebody edits it.
    let sql = "UPDATE evidence SET body = REPLACE(body, '\"confirmed\"', '\"not_confirmed\"')";
    house.ledger.write(vec![server::ledger::Statement::new(sql, vec![])]).await.unwrap();
    let (good, said) = verify("--all");
    assert!(!good && said.contains("EDITED"), "{said}");
    db
}
