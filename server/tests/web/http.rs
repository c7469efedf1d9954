//! The API, pages and files.

use crate::city::{City, NOW, body, fleet, published};
use axum::body::Body;
use axum::http::{Method, Request, Response, header};
use expect_test::expect;
use prost::Message as _;
use server::gtfs_realtime::FeedMessage;
use server::record::{Batch, FeedHealthRow, HeadwayRow, IncidentRow, IntensityRow};

const API: [&str; 16] = [
    "/api/v1/status",
    "/api/v1/vehicles",
    "/api/v1/vehicles/bus-1",
    "/api/v1/routes",
    "/api/v1/routes/r12",
    "/api/v1/patterns/0",
    "/api/v1/stops",
    "/api/v1/stops/A",
    "/api/v1/segments",
    "/api/v1/segments/A/B",
    "/api/v1/network",
    "/api/v1/headways?route_id=r12",
    "/api/v1/incidents",
    "/api/v1/alerts",
    "/api/v1/feeds",
    "/api/v1/search?q=12",
];

const PAGES: [&str; 10] = [
    "/",
    "/routes",
    "/routes/r12",
    "/stops",
    "/stops/A",
    "/vehicles/bus-1",
    "/segments/A/B",
    "/incidents",
    "/feeds",
    "/search?q=12",
];

pub(crate) fn header<'a>(response: &'a Response<Body>, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |v| v.to_str().unwrap())
}

async fn problem(city: &City, path: &str, status: u16) -> api::Problem {
    let response = city.get(path).await;
    assert_eq!(response.status().as_u16(), status, "{path}");
    assert_eq!(header(&response, "content-type"), "application/problem+json", "{path}");
    serde_json::from_str(&body(response).await).unwrap()
}

#[tokio::test]
async fn a_vehicle_says_all_that_is_known() {
    let city = City::usual().await;
    let list = city.json("/api/v1/vehicles?lang=en").await;
    assert_eq!(list["at"], NOW);
    assert_eq!(list["vehicles"].as_array().unwrap().len(), 3);
    let text = serde_json::to_string_pretty(&list["vehicles"][0]).unwrap();
    expect![[r#"
        {
          "along_m": 900.0,
          "at_stop": false,
          "bearing_deg": 90.0,
          "direction_id": 0,
          "headsign": "Square",
          "headway_s": 300,
          "headway_status": "bunched",
          "label": null,
          "lat": 43.240899,
          "layover": false,
          "leader_vehicle_id": null,
          "lon": 76.891007,
          "measured_at": 1767582585,
          "next_stop_id": "B",
          "next_stop_name": "Улица Берёзовая",
          "occupancy_status": null,
          "off_route": false,
          "pattern_id": 0,
          "route_id": "r12",
          "route_short_name": "12",
          "schedule_deviation_s": 60,
          "scheduled_headway_s": 600,
          "service_date": "20260105",
          "speed_mps": 6.0,
          "trip_id": "t1",
          "trip_named": true,
          "vehicle_id": "bus-1"
        }"#]]
    .assert_eq(&text);
    let stray = &list["vehicles"][2];
    assert!(stray["trip_id"].is_null() && stray["headway_status"] == "unknown");
}

#[tokio::test]
async fn every_resource_answers_and_is_not_sent_twice() {
    let city = City::usual().await;
    for path in API.into_iter().chain(["/api/v1/openapi.json"]) {
        let first = city.get(path).await;
        assert_eq!(first.status(), 200, "{path}");
        assert_eq!(header(&first, "content-type"), "application/json", "{path}");
        assert_eq!(header(&first, "access-control-allow-origin"), "*", "{path}");
        assert!(header(&first, "cache-control").starts_with("public, max-age="), "{path}");
        let again = Request::get(path)
            .header(header::IF_NONE_MATCH, header(&first, "etag"))
            .body(Body::empty());
        let again = city.ask(again.unwrap()).await;
        assert_eq!(again.status(), 304, "{path}");
        assert_eq!(header(&again, "etag"), header(&first, "etag"), "{path}");
        assert!(body(again).await.is_empty());
    }
    let vehicles = || Request::get("/api/v1/vehicles");
    let tag = header(&city.get("/api/v1/vehicles").await, "etag").to_owned();
    city.publish.send_replace(published(&city.timetable, (1, 2), NOW + 1, Vec::new()));
    let newer = vehicles().header(header::IF_NONE_MATCH, &tag).body(Body::empty()).unwrap();
    assert_eq!(city.ask(newer).await.status(), 200, "the next publication is news");
}

#[tokio::test]
async fn every_answer_is_secured() {
    let city = City::usual().await;
    let others = ["/nothing", "/api/v1/nothing", "/assets/nothing.js", "/healthz", "/metrics"];
    for path in API.into_iter().chain(PAGES).chain(others) {
        let response = city.get(path).await;
        assert_eq!(header(&response, "x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header(&response, "x-frame-options"), "DENY", "{path}");
        assert!(!header(&response, "permissions-policy").is_empty(), "{path}");
        assert!(!header(&response, "referrer-policy").is_empty(), "{path}");
        let policy = header(&response, "content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{path}");
    }
}

#[tokio::test]
async fn every_page_is_a_page_with_a_nonce_of_its_own() {
    let city = City::usual().await;
    let mut nonces = std::collections::BTreeSet::new();
    for path in PAGES {
        let response = city.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(header(&response, "content-type"), "text/html; charset=utf-8");
        let policy = header(&response, "content-security-policy").to_owned();
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        assert_eq!(header(&response, "access-control-allow-origin"), "", "{path}");
        assert!(nonces.insert(nonce), "{path}");
    }
    let missing = city.get("/stops/none").await;
    assert_eq!(missing.status(), 404);
    assert_eq!(header(&missing, "content-type"), "text/html; charset=utf-8");
}

#[tokio::test]
async fn language_comes_from_the_address_then_the_cookie_then_the_browser() {
    let city = City::usual().await;
    let name = async |path: &str, cookie: &str, accept: &str| {
        let request = Request::get(path)
            .header(header::COOKIE, cookie)
            .header(header::ACCEPT_LANGUAGE, accept)
            .body(Body::empty());
        let text = body(city.ask(request.unwrap()).await).await;
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        json["stop"]["name"].as_str().unwrap().to_owned()
    };
    let path = "/api/v1/stops/A";
    assert_eq!(name(path, "", "").await, "Автовокзал Сайран");
    assert_eq!(name(path, "", "en-GB,ru;q=0.5").await, "Sayran bus station");
    assert_eq!(name(path, "lang=kk", "en").await, "Сайран автовокзалы");
    assert_eq!(name("/api/v1/stops/A?lang=en", "lang=kk", "ru").await, "Sayran bus station");
    assert_eq!(name("/api/v1/stops/A?lang=xx", "", "").await, "Автовокзал Сайран");

    let chosen = city.get("/routes?lang=kk&theme=dark").await;
    let cookies: Vec<_> = chosen.headers().get_all(header::SET_COOKIE).iter().collect();
    assert_eq!(cookies.len(), 2);
    assert!(cookies[0].to_str().unwrap().starts_with("lang=kk; Path=/; Max-Age="));
    assert_eq!(header(&chosen, "content-language"), "kk");
    assert_eq!(header(&city.get("/routes").await, "set-cookie"), "");
}

#[tokio::test]
async fn what_is_not_understood_is_told_in_words() {
    let city = City::usual().await;
    for (path, words) in [
        ("/api/v1/vehicles?bbox=1,2", "four numbers"),
        ("/api/v1/vehicles?bbox=77,43,76,44", "west must not be east of east"),
        ("/api/v1/vehicles?limit=0", "from 1 to"),
        ("/api/v1/stops?bbox=a", "numbers"),
        ("/api/v1/headways", "route_id is missing"),
        ("/api/v1/headways?route_id=r12&from=yesterday", "epoch seconds"),
        ("/api/v1/headways?route_id=r12&from=10&to=5", "must be before"),
        ("/api/v1/headways?route_id=r12&from=0&to=1767582600", "longer than"),
        ("/api/v1/headways?route_id=r12&direction_id=2", "0 or 1"),
        ("/api/v1/headways?route_id=r12&format=xml", "json or csv"),
        ("/api/v1/incidents?kind=fire", "bunching, gap, ghost, off_route, feed_down"),
    ] {
        let problem = problem(&city, path, 400).await;
        assert!(problem.detail.contains(words), "{path}: {}", problem.detail);
        assert_eq!((problem.kind.as_str(), problem.status), ("/problems/bad-request", 400));
    }
    let long = format!("/api/v1/search?q={}", "x".repeat(600));
    assert!(problem(&city, &long, 400).await.detail.contains("512 bytes"));
    for (path, words) in [
        ("/api/v1/vehicles/none", "/api/v1/vehicles"),
        ("/api/v1/vehicles?route_id=none", "/api/v1/routes"),
        ("/api/v1/routes/none", "/api/v1/routes"),
        ("/api/v1/patterns/99", "numbers change"),
        ("/api/v1/patterns/x", "numbers change"),
        ("/api/v1/stops/none", "/api/v1/stops"),
        ("/api/v1/segments/A/none", "/api/v1/stops"),
        ("/api/v1/segments/B/A", "without a stop between"),
        ("/api/v1/headways?route_id=none", "/api/v1/routes"),
        ("/api/v1/none", "openapi.json"),
    ] {
        let problem = problem(&city, path, 404).await;
        assert!(problem.detail.contains(words), "{path}: {}", problem.detail);
    }
}

#[tokio::test]
async fn only_get_and_head_are_spoken() {
    let city = City::usual().await;
    let ask = |method: Method, path: &str| {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        city.ask(request)
    };
    for path in ["/api/v1/vehicles", "/routes", "/gtfs-rt/alerts.pb"] {
        let refused = ask(Method::POST, path).await;
        assert_eq!(refused.status(), 405, "{path}");
        assert!(header(&refused, "allow").contains("GET"), "{path}");
        assert_eq!(header(&refused, "content-type"), "application/problem+json");
        let head = ask(Method::HEAD, path).await;
        assert_eq!(head.status(), 200, "{path}");
        assert!(body(head).await.is_empty());
    }
    let preflight = ask(Method::OPTIONS, "/api/v1/vehicles").await;
    assert_eq!(preflight.status(), 204);
    assert_eq!(header(&preflight, "access-control-allow-methods"), "GET, HEAD, OPTIONS");
    assert_eq!(header(&preflight, "access-control-allow-credentials"), "");
}

#[tokio::test]
async fn boxes_and_routes_narrow_and_limits_say_that_there_is_more() {
    let city = City::usual().await;
    let ids = async |path: &str| -> Vec<String> {
        let list = city.json(path).await;
        let all = list["vehicles"].as_array().unwrap();
        all.iter().map(|v| v["vehicle_id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids("/api/v1/vehicles?bbox=76.94,43.24,76.96,43.26").await, ["bus-9"]);
    assert_eq!(ids("/api/v1/vehicles?route_id=r5").await, ["bus-4"]);
    let first = city.json("/api/v1/vehicles?limit=1").await;
    assert!(first["more"] == true && first["vehicles"].as_array().unwrap().len() == 1);
    let stops = city.json("/api/v1/stops").await;
    assert_eq!(
        stops["stops"].as_array().unwrap().len(),
        3,
        "those that nobody serves are not given"
    );
    let boxed = city.json("/api/v1/stops?bbox=76.91,43.23,76.93,43.25").await;
    assert_eq!(boxed["stops"][0]["stop_id"], "C");
    assert_eq!(boxed["stops"][0]["routes"], serde_json::json!(["12", "5"]));
    let station = city.json("/api/v1/stops/S").await;
    assert_eq!(
        station["stop"]["routes"],
        serde_json::json!(["12", "5"]),
        "a station is its platforms"
    );
}

#[tokio::test]
async fn search_finds_what_people_type() {
    let city = City::usual().await;
    let found = async |query: &str| -> Vec<String> {
        let path = format!("/api/v1/search?q={}", query.replace(' ', "+"));
        let hits = city.json(&path).await;
        let hits = hits["hits"].as_array().unwrap().clone();
        hits.iter()
            .map(|h| format!("{}/{}", h["kind"].as_str().unwrap(), h["id"].as_str().unwrap()))
            .collect()
    };
    let encoded =
        |text: &str| text.bytes().fold(String::new(), |out, byte| out + &format!("%{byte:02x}"));
    assert_eq!(found("12").await, ["route/r12"]);
    assert_eq!(found("sayran+bus").await, ["stop/A"]);
    assert_eq!(found(&encoded("березовая")).await, ["stop/B"], "ё and е are one");
    assert_eq!(found(&encoded("АВТОВОКЗАЛЫ")).await, ["stop/A"], "in any language");
    assert_eq!(found("101").await, ["stop/A"], "by the code on the pole");
    assert_eq!(found("bus-4").await, ["vehicle/bus-4"]);
    assert_eq!(found("").await, [""; 0]);
    assert_eq!(found(&encoded("ездит")).await, [""; 0], "not what nobody serves");
}

/// A record: two headways, half an hour of a feed that is down every other minute, an hour of a segment, an
/// old ghost.
fn record() -> Batch {
    let headway = |at: i64, headway_s: i32, status: &str| HeadwayRow {
        service_date: 20_260_105,
        route_id: "r12".into(),
        direction_id: Some(0),
        stop_id: "B".into(),
        trip_id: "t2".into(),
        leader_trip_id: "t1".into(),
        vehicle_id: "bus-1".into(),
        at,
        headway_s,
        scheduled_headway_s: Some(600),
        status: status.into(),
    };
    let hour = NOW - NOW.rem_euclid(3_600) - 3_600;
    let health = |minute: i64, down: bool| FeedHealthRow {
        feed_id: "buses".into(),
        at: minute,
        accepted: 5,
        rejected: 0,
        age_s: Some(10),
        matched_share: Some(1.0),
        down,
    };
    Batch {
        headways: vec![headway(NOW - 600, 300, "bunched"), headway(NOW - 300, 900, "gapped")],
        feed_health: (0..30).map(|m| health(NOW - 1_800 + m * 60, m % 2 == 1)).collect(),
        intensity: vec![IntensityRow {
            from_stop_id: "A".into(),
            to_stop_id: "B".into(),
            route_id: String::new(),
            hour,
            scheduled_vph: 6.0,
            observed_vph: Some(3.0),
            coverage: 0.5,
        }],
        incidents: vec![IncidentRow {
            incident_id: "s0-3".into(),
            kind: "ghost".into(),
            route_id: Some("r12".into()),
            direction_id: Some(0),
            stop_id: Some("A".into()),
            vehicle_id: None,
            trip_id: Some("t1".into()),
            feed_id: None,
            opened_at: NOW - 90_000,
            closed_at: Some(NOW - 89_000),
            value: 600.0,
        }],
        ..Batch::default()
    }
}

#[tokio::test]
async fn the_record_is_read_with_its_waits_and_its_coverage() {
    let city = City::usual().await;
    city.store.writer().send(record());
    city.store.writer().flush().await.unwrap();

    let from = NOW - 1_800;
    let list = city.json(&format!("/api/v1/headways?route_id=r12&from={from}&to={NOW}")).await;
    assert_eq!(list["headways"].as_array().unwrap().len(), 2);
    assert_eq!(list["headways"][0]["status"], "bunched");
    assert_eq!(list["summary"]["average_wait_s"], 375.0);
    assert_eq!(list["summary"]["excess_wait_s"], 75.0);
    assert_eq!(list["summary"]["coverage"], 0.5, "every other minute the feed was down");
    let table = city.text(&format!("/api/v1/headways?route_id=r12&from={from}&format=csv")).await;
    assert_eq!(table.lines().count(), 3);
    assert!(table.starts_with("service_date,route_id,direction_id,stop_id,"), "{table}");

    let hours = city.json("/api/v1/segments/A/B").await["hours"].clone();
    assert_eq!(hours.as_array().unwrap().len(), 1);
    assert_eq!((&hours[0]["observed_vph"], &hours[0]["coverage"]), (&3.0.into(), &0.5.into()));

    let past = city
        .json(&format!("/api/v1/incidents?from={}&to={}&kind=ghost&lang=en", NOW - 100_000, NOW))
        .await;
    assert_eq!(past["incidents"][0]["incident_id"], "s0-3");
    assert_eq!(past["incidents"][0]["stop_name"], "Sayran bus station");
    let open = city.json("/api/v1/incidents").await;
    assert_eq!(open["incidents"][0]["incident_id"], "s1-7");
}

#[tokio::test]
async fn hours_of_a_route_tell_the_plan_where_nothing_was_seen() {
    let city = City::usual().await;
    let detail = city.json("/api/v1/routes/r12").await;
    let hours = detail["hours"].as_array().unwrap();
    let eight = NOW - NOW.rem_euclid(3_600);
    let there: Vec<_> = hours.iter().filter(|h| h["direction_id"] == 0).collect();
    assert_eq!(there.len(), 1);
    assert_eq!((&there[0]["hour"], &there[0]["scheduled"]), (&eight.into(), &2.into()));
    assert_eq!(there[0]["observed"], 0, "somebody looked (coverage 0.75), and nothing came");
    let back: Vec<_> = hours.iter().filter(|h| h["direction_id"] == 1).collect();
    assert!(back[0]["observed"].is_null(), "nobody looked");
    assert_eq!(detail["vehicles"][0]["vehicle_id"], "bus-1");
    assert_eq!(detail["patterns"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn our_own_gtfs_realtime_is_the_newest_picture() {
    let city = City::usual().await;
    let message = async |path: &str| {
        let response = city.get(path).await;
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 24).await.unwrap();
        FeedMessage::decode(bytes).unwrap()
    };
    let positions = message("/gtfs-rt/vehicle-positions.pb").await;
    assert_eq!(positions.entity.len(), 3);
    let fleet = fleet(&city.timetable);
    city.publish.send_replace(published(&city.timetable, (1, 2), NOW + 1, fleet));
    let positions = message("/gtfs-rt/vehicle-positions.pb").await;
    assert_eq!(positions.header.unwrap().timestamp, Some(NOW as u64 + 1));
    // Our own findings, then what agencies tell, as it came.
    let alerts = message("/gtfs-rt/alerts.pb").await.entity;
    assert!(alerts.iter().any(|e| e.id.as_deref() == Some("notice:2")), "{alerts:?}");
    let response = city.get("/gtfs-rt/vehicle-positions.pb").await;
    assert_eq!(header(&response, "content-type"), "application/x-protobuf");
    assert_eq!(header(&response, "access-control-allow-origin"), "*");
    let tag = header(&response, "etag").to_owned();
    let again = Request::get("/gtfs-rt/vehicle-positions.pb").header(header::IF_NONE_MATCH, tag);
    assert_eq!(city.ask(again.body(Body::empty()).unwrap()).await.status(), 304);
}

#[tokio::test]
async fn alerts_are_told_in_the_reader_s_language_where_they_concern() {
    let city = City::usual().await;
    let told = async |path: &str| {
        let list = city.json(path).await;
        let alerts = list["alerts"].as_array().unwrap().clone();
        let text = |a: &serde_json::Value| {
            let word = |name: &str| a[name].as_str().unwrap_or("-").to_owned();
            format!("{} {} {} {}", word("alert_id"), word("language"), word("header"), a["active"])
        };
        alerts.iter().map(text).collect::<Vec<_>>()
    };
    let (detour, stop) = ("buses:a1 en A <b>detour</b> true", "buses:a2 pl Przystanek false");
    assert_eq!(told("/api/v1/alerts?lang=en").await, [detour, stop], "what is over is not told");
    assert_eq!(told("/api/v1/alerts?lang=kk").await[0], "buses:a1 ru Объезд true");
    assert_eq!(told("/api/v1/alerts?lang=en&route_id=r12").await, [detour]);
    assert_eq!(told("/api/v1/alerts?lang=en&stop_id=B").await, [detour, stop]);
    assert_eq!(told("/api/v1/stops/A?lang=en").await, [detour], "its route is named");
    assert_eq!(told("/api/v1/routes/r12?lang=en").await, [detour]);
    assert_eq!(city.get("/api/v1/alerts?route_id=none").await.status(), 404);
    let page = city.text("/stops/B?lang=en").await;
    assert!(page.contains("A &lt;b&gt;detour&lt;/b&gt;") && page.contains("Przystanek"));
    assert!(page.contains("lang=\"pl\""), "a reader's voice needs to know");
    assert!(city.text("/routes/r12?lang=ru").await.contains("Объезд"));
}

#[tokio::test]
async fn answers_are_compressed_where_it_pays() {
    let city = City::usual().await;
    let asked = |path: &str| {
        let all = Request::get(path).header(header::ACCEPT_ENCODING, "gzip, br");
        city.ask(all.body(Body::empty()).unwrap())
    };
    assert_ne!(header(&asked("/api/v1/openapi.json").await, "content-encoding"), "");
    assert_eq!(header(&asked("/api/v1/search?q=zzz").await, "content-encoding"), "");
}

#[tokio::test]
async fn health_is_told_to_machines() {
    let city = City::usual().await;
    assert_eq!(city.text("/healthz").await, "ok\n");
    assert_eq!(city.text("/readyz").await, "ready\n");
    let metrics = city.text("/metrics").await;
    for line in [
        "jolda_vehicles 3",
        "jolda_vehicles_matched 2",
        "jolda_positions_accepted_total{feed=\"buses\"} 10",
        "jolda_live_connections 0",
    ] {
        assert!(metrics.lines().any(|l| l == line), "{line} in\n{metrics}");
    }
    city.publish.send_replace(published(
        &city.timetable,
        (1, 2),
        NOW - 500,
        fleet(&city.timetable),
    ));
    let response = city.get("/readyz").await;
    assert_eq!(response.status(), 503);
    assert!(body(response).await.contains("published nothing for"));
}
