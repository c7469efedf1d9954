//! The feed and the timetable are broken under a running server: it says what is wrong, and goes on.

use prost::Message as _;
use server::gtfs_realtime::{
    Alert, EntitySelector, FeedEntity, FeedMessage, TranslatedString, Translation,
};
use std::time::Duration;
use tests::agency::Answer;
use tests::house::{House, SIZE_LIMIT_BYTES, on_trips};
use tests::line;

fn open_kinds(list: &serde_json::Value) -> Vec<&str> {
    let all = list["incidents"].as_array().unwrap();
    let alarms = all.iter().filter(|i| i["closed_at"].is_null() && i["suppressed"] == false);
    alarms.map(|i| i["kind"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_feed_that_stops_is_said_and_alarms_are_held_back() {
    let Some(house) = House::open().await.unwrap() else { return };
    house.until_well().await.unwrap();
    house.agency.answer(Answer::Status(503));
    let feed = house.until_feed(|f| f["down"] == true).await.unwrap();
    assert!(feed["last_error"].as_str().unwrap().contains("503"), "{feed}");
    assert!(feed["failures_in_row"].as_u64().unwrap() > 3, "{feed}");
    let page = house.jolda.get("/routes?lang=en").await.unwrap().text().await.unwrap();
    assert!(page.contains("No fresh data from"), "the banner is missing");

    // Nobody is seen for twice the headway from which on it would be a gap.
    for _ in 0..line::HEADWAY_S * 3 {
        let incidents = house.jolda.json("/api/v1/incidents").await.unwrap();
        let open = open_kinds(&incidents);
        assert!(open.iter().all(|kind| *kind == "feed_down"), "{incidents}");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let vehicles = house.jolda.json("/api/v1/vehicles").await.unwrap();
    assert!(on_trips(&vehicles) + 2 >= line::BUSES, "the map keeps what it had");

    house.agency.answer(Answer::Live(line::positions));
    house.until_well().await.unwrap();
    house.until_all_buses().await.unwrap();
    let closed = |list: &serde_json::Value| !open_kinds(list).contains(&"feed_down");
    house.jolda.until("/api/v1/incidents", tests::house::WITHIN, closed).await.unwrap();
    let page = house.jolda.get("/routes?lang=en").await.unwrap().text().await.unwrap();
    assert!(!page.contains("No fresh data from"), "the banner stays");
}

/// The positions of an hour ago under the header of now.
fn old_positions(now: i64) -> Vec<u8> {
    let old = line::positions(now - 3_600);
    line::message(now, FeedMessage::decode(old.as_slice()).unwrap().entity)
}

#[tokio::test]
async fn a_feed_that_repeats_old_positions_is_silent_however_it_answers() {
    let Some(house) = House::open().await.unwrap() else { return };
    house.until_well().await.unwrap();
    let last = server::clock::Clock::machine().now();
    house.agency.answer(Answer::Live(old_positions));
    let feed = house.until_feed(|f| f["down"] == true).await.unwrap();
    assert_eq!(feed["trouble"], "old_positions", "{feed}");
    assert!(feed["last_error"].is_null() && feed["failures_in_row"] == 0, "{feed}");
    let newest = feed["newest_at"].as_i64().unwrap();
    assert!((last - 5..=last + 5).contains(&newest), "{newest}, the last new one of {last}");
    for (language, words) in [
        ("en", "«buses» answers, but repeats old positions since"),
        ("ru", "Источник «buses» отвечает, но повторяет старые положения"),
        ("kk", "«buses» дереккөзі жауап береді, бірақ ескі орындарды қайталап тұр"),
    ] {
        let path = format!("/routes?lang={language}");
        let page = house.jolda.get(&path).await.unwrap().text().await.unwrap();
        assert!(page.contains(words), "{language}: the banner is missing");
    }
    let incidents = house.jolda.json("/api/v1/incidents").await.unwrap();
    assert_eq!(open_kinds(&incidents), ["feed_down"], "{incidents}");

    house.agency.answer(Answer::Live(line::positions));
    house.until_feed(|f| f["down"] == false && f["trouble"].is_null()).await.unwrap();
    let page = house.jolda.get("/routes?lang=en").await.unwrap().text().await.unwrap();
    assert!(!page.contains("repeats old positions"), "the banner stays");
}

#[tokio::test]
async fn what_is_no_feed_is_told_by_reason_and_the_picture_stays() {
    let Some(house) = House::open().await.unwrap() else { return };
    let whole = line::positions(server::clock::Clock::machine().now());
    let junk: Vec<u8> =
        (0..2_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    for (answer, words) in [
        (Answer::Html, "HTML"),
        (Answer::Bytes(whole[..whole.len() * 2 / 3].to_vec()), "truncated"),
        (Answer::Bytes(junk), "broken at byte"),
        (Answer::Bytes(Vec::new()), "the body is empty"),
        (Answer::Bytes(b"{\"entity\": []}".to_vec()), "JSON"),
        (Answer::Bytes(vec![0; SIZE_LIMIT_BYTES + 1]), "larger than the limit of 200000 bytes"),
        (Answer::Status(404), "404"),
        (Answer::Hang, "time-out"),
    ] {
        house.agency.answer(answer);
        house.until_error(words).await.unwrap();
        let vehicles = house.jolda.json("/api/v1/vehicles").await.unwrap();
        assert!(on_trips(&vehicles) + 2 >= line::BUSES, "{words}: {vehicles}");
        let page = house.jolda.get("/feeds?lang=en").await.unwrap().text().await.unwrap();
        assert!(page.contains(words), "{words} is not on the page of feeds");
    }
    house.agency.answer(Answer::Live(line::positions));
    house.until_well().await.unwrap();
    house.until_all_buses().await.unwrap();
}

#[tokio::test]
async fn a_bad_timetable_is_told_and_the_old_one_stays() {
    let Some(house) = House::open().await.unwrap() else { return };
    let good = line::timetable("Along the line").unwrap();
    let name = async || {
        let routes = house.jolda.json("/api/v1/routes").await.unwrap();
        routes["routes"][0]["long_name"].as_str().unwrap_or_default().to_owned()
    };
    for (bad, words) in [
        (b"<html>not here</html>".to_vec(), "timetable"),
        (good[..good.len() / 2].to_vec(), "timetable"),
    ] {
        house.agency.publish_timetable(bad);
        house.until_error(words).await.unwrap();
        assert_eq!(name().await, "Along the line");
        house.until_all_buses().await.unwrap();
    }
    house.agency.publish_timetable(line::timetable("A new name").unwrap());
    house.until_well().await.unwrap();
    assert_eq!(name().await, "A new name");
    house.until_all_buses().await.unwrap();
}

#[tokio::test]
async fn what_the_agency_tells_passengers_is_on_the_pages_it_concerns() {
    let Some(house) = House::open().await.unwrap() else { return };
    let said = |language: &str, text: &str| Translation {
        text: Some(text.to_owned()),
        language: Some(language.to_owned()),
    };
    let alert = Alert {
        informed_entity: vec![EntitySelector {
            route_id: Some(line::ROUTE.to_owned()),
            ..EntitySelector::default()
        }],
        header_text: Some(TranslatedString {
            translation: vec![said("en", "A detour"), said("ru", "Объезд")],
        }),
        ..Alert::default()
    };
    let entity = FeedEntity {
        id: Some("a1".to_owned()),
        alert: Some(Box::new(alert.clone())),
        ..FeedEntity::default()
    };
    let now = server::clock::Clock::machine().now();
    house.agency.publish_alerts(line::message(now, vec![entity]));
    let one = |list: &serde_json::Value| list["alerts"].as_array().is_some_and(|a| a.len() == 1);
    house.jolda.until("/api/v1/alerts?lang=kk", tests::house::WITHIN, one).await.unwrap();
    for (path, words) in [("/routes/line?lang=en", "A detour"), ("/stops/s3?lang=kk", "Объезд")]
    {
        let page = house.jolda.get(path).await.unwrap().text().await.unwrap();
        assert!(page.contains(words), "{path}");
    }
    let bytes = house.jolda.get("/gtfs-rt/alerts.pb").await.unwrap().bytes().await.unwrap();
    let ours = FeedMessage::decode(bytes).unwrap();
    assert!(ours.entity.iter().any(|e| e.alert.as_deref() == Some(&alert)), "passed on as it came");

    house.agency.publish_alerts(line::message(now + 1, Vec::new()));
    let none = |list: &serde_json::Value| list["alerts"].as_array().is_some_and(Vec::is_empty);
    house.jolda.until("/api/v1/alerts", tests::house::WITHIN, none).await.unwrap();
}
