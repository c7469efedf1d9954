//! What evidence rests on: where buses were, and the timetable that was in force that day.

use crate::city::{City, zip, zip_without};
use crate::database::{TestDatabase, on_both};
use crate::evidence::{at, file, late, minutes, morning, record, verified};
use crate::house::{House, NOW, answer};
use appeals::access::Role;
use appeals::ids::{AppealId, EvidenceId};
use appeals::verdict::{Finding, Reason};
use reqwest::Method;
use serde_json::{Value, json};
use server::engine::Watch;
use server::evidence::{Examiner, check};
use server::ledger::Statement;
use server::plans::{Plans, keep, version_of};
use server::published::Published;
use server::record::{Batch, TrackRow};
use server::track::{TrackFix, append};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use transit::timetable::load::LoadLimits;
use transit::{MonitorConfig, Timetable};

on_both!(
    a_bus_that_drove_by_is_seen_by_where_it_was,
    a_day_is_judged_by_the_timetable_of_that_day,
    who_is_on_the_line_hears_what_the_record_says,
    what_an_earlier_version_sealed_is_computed_again_to_the_byte,
);

/// Evidence that version 2 of the engine sealed in the demo city: digest, packet, inputs.
const SEALED_BY_2: &str = include_str!("sealed_by_2.json");

/// Trip t2 along its line, so many metres a second: it is at B nine minutes late.
fn track(city: &City, speed_mps: f64) -> TrackRow {
    let timetable = &city.timetable;
    let pattern = timetable.trip(timetable.trip_by_id("t2").unwrap()).pattern;
    let stop_m = timetable.pattern(pattern).stop_offsets_m[1];
    let from_at = at(8, 27) - 60;
    let (mut body, mut before) = (String::new(), None);
    for second in (-60..=60).step_by(10) {
        let place = timetable.shape_of(pattern).at(stop_m + f64::from(second) * speed_mps);
        let fix = TrackFix {
            at: at(8, 27) + i64::from(second),
            lat_e5: (place.lat * 1e5).round() as i32,
            lon_e5: (place.lon * 1e5).round() as i32,
            speed_dmps: Some((speed_mps * 10.0) as u16),
            occupancy: Some(5),
        };
        append(&mut body, from_at, before.as_ref(), &fix);
        before = Some(fix);
    }
    TrackRow { vehicle_id: "bus t2".into(), from_at, to_at: at(8, 28), body }
}

async fn found(house: &House, kind: &str) -> (appeals::evidence::Packet, String) {
    let mut appeal = late(at(8, 27));
    appeal["kind"] = kind.into();
    let filed = file(house, &appeal).await;
    let number = filed["number"].as_str().unwrap().to_owned();
    let id = house.register.id_of(number.parse().unwrap()).await.unwrap();
    let evidence = house.examiner.attach(id).await.unwrap().unwrap();
    (house.register.evidence_kept(evidence).await.unwrap().evidence.packet, number)
}

async fn a_bus_that_drove_by_is_seen_by_where_it_was(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let mut rows = morning(9);
    // It did not stay: the visit has no length.
    for visit in rows.iter_mut().filter(|v| v.trip_id == "t2" && v.stop_id == "B") {
        visit.departure = visit.arrival;
    }
    let feed_health = minutes(at(6, 0), at(12, 0));
    record(&house.city, Batch { visits: rows, feed_health, ..Batch::default() }).await;
    let (packet, _) = found(&house, "passed_stop").await;
    assert_eq!(packet.verdict.finding, Finding::UndeterminedNoData, "{:?}", packet.verdict);
    assert!(packet.verdict.reasons.contains(&Reason::NoPositions), "{:?}", packet.verdict);
    let tracks = vec![track(&house.city, 13.0)];
    record(&house.city, Batch { tracks, ..Batch::default() }).await;
    house.city.store.writer().flush().await.unwrap();
    let (packet, number) = found(&house, "passed_stop").await;
    assert_eq!(packet.verdict.finding, Finding::Confirmed, "{:?}", packet.verdict);
    assert!((packet.figures["speed_past_kmh"] - 46.8).abs() < 3.0, "{:?}", packet.figures);
    let handler = house.signed("handler", Role::Handler).await;
    let check = verified(&house, &handler, &number).await;
    assert_eq!((&check["recomputes"], &check["record"]), (&json!(true), &json!("same")), "{check}");
    for (kind, finding) in [
        ("speeding", Finding::NotConfirmed),
        ("overcrowded", Finding::Confirmed),
        ("off_route", Finding::NotConfirmed),
    ] {
        let (packet, _) = found(&house, kind).await;
        assert_eq!(packet.verdict.finding, finding, "{kind}: {:?}", packet.verdict);
        assert!(packet.verdict.confidence.value > 0.0, "{kind}");
    }
    // Positions of the record that were changed behind the evidence do not hide.
    let tracks = vec![TrackRow { to_at: at(8, 29), ..track(&house.city, 12.0) }];
    record(&house.city, Batch { tracks, ..Batch::default() }).await;
    house.city.store.writer().flush().await.unwrap();
    let check = verified(&house, &handler, &number).await;
    assert_eq!((&check["recomputes"], &check["record"]), (&json!(true), &json!("differs")));
    db
}

fn timetable(zip: &[u8]) -> Arc<Timetable> {
    Arc::new(Timetable::from_zip(zip, LoadLimits::default()).unwrap().0)
}

/// Makes another timetable the one in force.
fn publish(house: &House, timetable: &Arc<Timetable>) {
    let feeds = vec!["city".to_owned()];
    let watch = Watch::new(Arc::clone(timetable), MonitorConfig::default(), feeds, "new".into());
    let before = Arc::clone(&house.city.publish.borrow());
    let snapshot = Arc::new(watch.snapshot(NOW));
    house.city.publish.send_replace(Arc::new(Published { snapshot, ..(*before).clone() }));
}

/// An examiner that keeps timetables in `folder`.
fn examiner(house: &House, folder: &Path) -> (Plans, Examiner) {
    let publications = house.city.publish.subscribe();
    let plans = Plans::new(house.ledger.clone(), publications, folder);
    let examiner = Examiner::new(house.register.clone(), house.city.store.clone(), plans.clone());
    (plans, examiner)
}

async fn a_day_is_judged_by_the_timetable_of_that_day(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let (old, new) = (timetable(&zip()), timetable(&zip_without("t2")));
    assert_ne!(version_of(&old), version_of(&new));
    let folder = tempfile::tempdir().unwrap();
    keep(folder.path(), &old, &zip()).unwrap();
    let feed_health = minutes(at(6, 0), at(12, 0));
    record(&house.city, Batch { visits: morning(9), feed_health, ..Batch::default() }).await;
    let filed = file(&house, &late(at(8, 18))).await;
    let number = filed["number"].as_str().unwrap().to_owned();
    let id: AppealId = house.register.id_of(number.parse().unwrap()).await.unwrap();
    // The old one is in force from before that Friday, the new one since Sunday.
    let (plans, judge) = examiner(&house, folder.path());
    let clock = Arc::new(AtomicI64::new(at(0, 0) - 86_400));
    let now = Arc::clone(&clock);
    tokio::spawn(plans.clone().watch(move || now.load(Ordering::Relaxed)));
    in_force(&plans, at(8, 0), &version_of(&old)).await;
    let first = judge.attach(id).await.unwrap().unwrap();
    clock.store(at(0, 0) + 2 * 86_400, Ordering::Relaxed);
    publish(&house, &new);
    in_force(&plans, NOW, &version_of(&new)).await;
    // What was frozen is the same, and what is computed now of that day is too.
    assert_eq!(judge.attach(id).await.unwrap(), None, "nothing is new");
    let checked = check(&house.register, &house.city.store, &number, first).await.unwrap();
    assert!(checked.recomputes && checked.record == "same", "{checked:?}");
    let appeal = file(&house, &late(at(8, 18))).await;
    let again: AppealId =
        house.register.id_of(appeal["number"].as_str().unwrap().parse().unwrap()).await.unwrap();
    let later = judge.attach(again).await.unwrap().unwrap();
    for evidence in [first, later] {
        let packet = house.register.evidence_kept(evidence).await.unwrap().evidence.packet;
        assert_eq!(packet.timetable, version_of(&old));
        assert_eq!(packet.verdict.finding, Finding::Confirmed, "{:?}", packet.verdict);
        assert!(packet.windows[0].planned.iter().any(|p| p.trip == "t2"), "{:?}", packet.windows);
    }
    // Where its file is gone, nothing is said of what was planned, least of all that nothing was.
    let (_, blind) = examiner(&house, Path::new("no-such-folder"));
    blind.attach(again).await.unwrap();
    let versions = house.register.evidence_versions(again).await.unwrap();
    let newest = versions.iter().find(|v| v.supersedes == Some(later.to_string())).unwrap();
    assert!(newest.finding.starts_with("undetermined"), "{versions:?}");
    db
}

async fn in_force(plans: &Plans, at: i64, version: &str) {
    for _ in 0..250 {
        if plans.at(at).await.unwrap().version == version {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{version} is not noted");
}

async fn who_is_on_the_line_hears_what_the_record_says(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let feed_health = minutes(at(6, 0), at(12, 0));
    record(&house.city, Batch { visits: morning(9), feed_health, ..Batch::default() }).await;
    let operator = house.signed("operator", Role::PhoneOperator).await;
    let line = async |said: &str| -> Value {
        let mut url = reqwest::Url::parse("http://x/api/v1/staff/line").unwrap();
        url.query_pairs_mut().append_pair("q", said);
        let path = format!("{}?{}", url.path(), url.query().unwrap());
        let asked = house.ask(Method::GET, &path).header("cookie", &operator).send().await;
        let (status, body) = answer(asked.unwrap()).await;
        assert_eq!(status, 200, "{body}");
        body
    };
    let heard = line("12 улица берёзовая пт 8:18 опоздал").await;
    let evidence = &heard["passages"][0]["evidence"];
    assert_eq!(evidence["finding"], "confirmed", "{heard}");
    assert_eq!(evidence["preliminary"], false);
    assert_eq!(heard["passages"][0]["stands_for_line"], false);
    // Too little is said for a finding; what the buses of the line do is told all the same.
    let heard = line("12 опоздал").await;
    let passages = heard["passages"].as_array().unwrap();
    assert!(!passages.is_empty(), "{heard}");
    assert!(passages.iter().all(|p| p["stands_for_line"] == true && p["evidence"].is_null()));
    // Nothing of it is written.
    let due = house.register.evidence_ids(None, "", 10).await.unwrap();
    assert_eq!(due, []);
    db
}

async fn what_an_earlier_version_sealed_is_computed_again_to_the_byte(
    db: TestDatabase,
) -> TestDatabase {
    let house = House::open(&db).await;
    let filed = file(&house, &late(at(8, 18))).await;
    let number = filed["number"].as_str().unwrap().to_owned();
    let appeal = house.register.id_of(number.parse().unwrap()).await.unwrap();
    let sealed: Vec<Value> = serde_json::from_str(SEALED_BY_2).unwrap();
    for (n, one) in (0_u8..).zip(&sealed) {
        let id = EvidenceId::new(u64::from(n), [n; 10]);
        let text = |name: &str| one[name].as_str().unwrap().to_owned();
        assert!(text("packet").starts_with("{\"engine\":2,"));
        let row = "INSERT INTO evidence (evidence_id, appeal_id, computed_at, digest, finding, \
                   confidence, supersedes, body) VALUES ($1, $2, 0, $3, 'confirmed', 0, NULL, $4)";
        let values = vec![
            id.to_string().into(),
            appeal.to_string().into(),
            text("digest").into(),
            text("packet").into(),
        ];
        let inputs = "INSERT INTO evidence_inputs (evidence_id, body) VALUES ($1, $2)";
        let kept = vec![id.to_string().into(), text("inputs").into()];
        let rows = vec![Statement::new(row, values), Statement::new(inputs, kept)];
        house.ledger.write(rows).await.unwrap();
        let checked = check(&house.register, &house.city.store, &number, id).await.unwrap();
        assert!(checked.intact && checked.recomputes, "{checked:?} {}", text("packet"));
    }
    db
}
