//! Bounds on what readers ask.

use crate::city::{City, NOW, Settings, body};
use axum::body::Body;
use axum::http::Request;
use server::http::HttpLimits;

fn from(address: &str, path: &str) -> Request<Body> {
    Request::get(path).header("x-forwarded-for", address).body(Body::empty()).unwrap()
}

#[tokio::test]
async fn an_address_that_asks_too_often_is_told_to_wait_and_others_are_not() {
    let http = HttpLimits {
        api_burst: 3,
        api_per_second: 0.5,
        behind_proxy: true,
        ..HttpLimits::default()
    };
    let city = City::open(Settings { http, ..Settings::default() }).await;
    for _ in 0..3 {
        assert_eq!(city.ask(from("10.0.0.1", "/api/v1/status")).await.status(), 200);
    }
    let refused = city.ask(from("10.0.0.1", "/api/v1/status")).await;
    assert_eq!(refused.status(), 429);
    let wait: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=2).contains(&wait));
    assert!(body(refused).await.contains("/api/v1/live"));
    assert_eq!(city.ask(from("10.0.0.2", "/api/v1/status")).await.status(), 200);
    assert_eq!(city.ask(from("10.0.0.1", "/healthz")).await.status(), 200, "watching is free");
}

#[tokio::test]
async fn a_full_server_says_so() {
    let http = HttpLimits { concurrent_requests: 0, ..HttpLimits::default() };
    let city = City::open(Settings { http, ..Settings::default() }).await;
    let busy = city.get("/api/v1/status").await;
    assert_eq!(busy.status(), 503);
    assert!(busy.headers().contains_key("retry-after"));
    assert_eq!(city.get("/healthz").await.status(), 200);
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_given_up() {
    let http = HttpLimits { request_timeout_ms: 0, ..HttpLimits::default() };
    let city = City::open(Settings { http, ..Settings::default() }).await;
    // Only what waits can be given up: this one reads the record.
    let path = format!("/api/v1/headways?route_id=r12&from={}", NOW - 60);
    let response = city.get(&path).await;
    assert_eq!(response.status(), 503);
    assert!(body(response).await.contains("/problems/time-out"));
}

#[tokio::test]
async fn an_address_of_the_web_may_not_be_endless() {
    let city = City::usual().await;
    let path = format!("/api/v1/stops?{}", "a=b&".repeat(2_000));
    assert_eq!(city.get(&path).await.status(), 414);
}

#[tokio::test]
async fn a_record_that_is_gone_leaves_the_live_picture() {
    let city = City::usual().await;
    city.store.clone().close().await;
    let refused = city.get("/api/v1/headways?route_id=r12").await;
    assert_eq!(refused.status(), 503);
    assert!(body(refused).await.contains("/problems/record-down"));
    for path in ["/api/v1/routes/r12", "/api/v1/segments/A/B", "/routes/r12", "/api/v1/vehicles"] {
        assert_eq!(city.get(path).await.status(), 200, "{path}");
    }
}
