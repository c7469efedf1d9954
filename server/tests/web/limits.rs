//! Bounds on what readers ask.

use crate::city::{City, NOW, Settings, body};
use axum::body::Body;
use axum::http::Request;
use server::http::HttpLimits;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

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

async fn hears_the_end(stream: &mut TcpStream) -> bool {
    let mut rest = Vec::new();
    let end = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut rest)).await;
    end.is_ok() && rest.is_empty()
}

#[tokio::test]
async fn a_reader_who_does_not_come_to_the_point_is_left() {
    let city = City::usual().await;
    let limits = HttpLimits { head_timeout_ms: 100, ..HttpLimits::default() };
    let mut slow = TcpStream::connect(city.serve_within(limits).await).await.unwrap();
    slow.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ").await.unwrap();
    assert!(hears_the_end(&mut slow).await);
}

#[tokio::test]
async fn connections_beyond_the_limit_are_closed_and_a_place_left_is_given_again() {
    let city = City::usual().await;
    let limits = HttpLimits { connections_per_address: 1, ..HttpLimits::default() };
    let address = city.serve_within(limits).await;
    let mut first = TcpStream::connect(address).await.unwrap();
    first.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let mut start = [0; 15];
    first.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 200 OK");
    let mut second = TcpStream::connect(address).await.unwrap();
    assert!(hears_the_end(&mut second).await);
    drop(first);
    for _ in 0..100 {
        let mut third = TcpStream::connect(address).await.unwrap();
        let _ = third.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await;
        if third.read_exact(&mut start).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the place is not given again");
}

#[tokio::test]
async fn a_server_told_to_stop_ends_what_it_does_and_takes_no_more() {
    let city = City::usual().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, told) = tokio::sync::oneshot::channel::<()>();
    let router = city.router.clone();
    let server = tokio::spawn(async move {
        let told = async { drop(told.await) };
        server::http::serve(listener, router, &HttpLimits::default(), told).await;
    });
    let mut idle = TcpStream::connect(address).await.unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let mut start = [0; 15];
    idle.read_exact(&mut start).await.unwrap();
    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(20), server).await.expect("in time").unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}
