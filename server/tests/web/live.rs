//! The live protocol over real sockets.

use crate::city::{City, NOW, Settings, fleet, published, vehicle};
use crate::frames::{Reader, split};
use api::live::{Body, ClientMessage, Cursor, Frame, Subscription};
use futures_util::{SinkExt, StreamExt};
use server::live::LiveLimits;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpSocket;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async, connect_async};
use transit::monitor::VehicleState;

type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

const WAIT: Duration = Duration::from_secs(20);

async fn open(address: SocketAddr, query: &str) -> Socket {
    let url = format!("ws://{address}/api/v1/live{query}");
    connect_async(url).await.unwrap().0
}

async fn say(socket: &mut Socket, message: &ClientMessage) {
    let text = serde_json::to_string(message).unwrap();
    socket.send(Message::text(text)).await.unwrap();
}

async fn subscribe(socket: &mut Socket, topics: &[(&str, Option<Cursor>)]) {
    let one = |(t, cursor): &(&str, Option<Cursor>)| Subscription {
        topic: (*t).to_owned(),
        cursor: *cursor,
    };
    say(socket, &ClientMessage::Subscribe { topics: topics.iter().map(one).collect() }).await;
}

async fn message(socket: &mut Socket) -> Message {
    loop {
        let message = timeout(WAIT, socket.next()).await.expect("in time").expect("open").unwrap();
        if !message.is_ping() && !message.is_pong() {
            return message;
        }
    }
}

async fn frames(socket: &mut Socket) -> Vec<Frame> {
    match message(socket).await {
        Message::Binary(bytes) => split(&bytes),
        Message::Text(text) => serde_json::from_str(&text).unwrap(),
        other => panic!("{other:?}"),
    }
}

fn moved(city: &City, tick: u32, metres: f64) -> Arc<server::published::Published> {
    let mut fleet = fleet(&city.timetable);
    let matched = fleet[0].matched.as_mut().unwrap();
    matched.along_m += metres;
    fleet[0].place = city.timetable.shape_of(matched.pattern).at(matched.along_m);
    fleet[0].measured_at = NOW + i64::from(tick);
    published(&city.timetable, (1, tick), NOW + i64::from(tick), fleet)
}

#[tokio::test]
async fn a_reader_gets_a_snapshot_then_what_changes() {
    let city = City::usual().await;
    let mut socket = open(city.serve().await, "").await;
    subscribe(&mut socket, &[("route/r12", None)]).await;
    let first = frames(&mut socket).await;
    let Body::Snapshot(vehicles) = &first[0].body else { panic!("{first:?}") };
    let identity = vehicles[0].identity.as_ref().unwrap();
    assert_eq!((identity.vehicle_id.as_str(), identity.trip_id.as_deref()), ("bus-1", Some("t1")));
    assert_eq!((vehicles[0].along_m, vehicles[0].measured_at), (Some(900), NOW - 15));
    assert!(vehicles[0].speed_dmps > 0);
    city.publish.send_replace(moved(&city, 2, 50.0));
    let then = frames(&mut socket).await;
    let Body::Packed { changed, moved, gone } = &then[0].body else { panic!("{then:?}") };
    assert_eq!((changed.len(), moved.count, gone.len()), (0, 1, 0), "known already");
    let mut reader = Reader::default();
    first.iter().chain(&then).for_each(|f| reader.take(f.clone()));
    let now = &reader.topics["route/r12"].1[&vehicles[0].vehicle];
    assert_eq!((now.along_m, now.measured_at), (Some(950), NOW + 2));
    assert_eq!(then[0].cursor, Cursor { seq: first[0].cursor.seq + 1, ..first[0].cursor });
}

#[tokio::test]
async fn a_reader_who_returns_gets_what_it_missed_or_all_anew() {
    let city = City::usual().await;
    let address = city.serve().await;
    let mut socket = open(address, "").await;
    subscribe(&mut socket, &[("route/r12", None)]).await;
    let cursor = frames(&mut socket).await[0].cursor;
    drop(socket);
    for tick in 2..5 {
        city.hub.publish(moved(&city, tick, f64::from(tick) * 10.0));
    }
    let mut socket = open(address, "").await;
    subscribe(&mut socket, &[("route/r12", Some(cursor))]).await;
    let missed = frames(&mut socket).await;
    assert_eq!(missed.len(), 3);
    assert!(missed.iter().all(|f| matches!(f.body, Body::Packed { .. })));
    let newest = missed[2].cursor;

    // As far as it came, and asked again: from there on. A cursor that cannot be served: all anew.
    subscribe(&mut socket, &[("route/r12", Some(missed[1].cursor))]).await;
    assert_eq!(frames(&mut socket).await.len(), 1);
    for odd in [
        Cursor { epoch: 99, ..newest },
        Cursor { seq: newest.seq + 5, ..newest },
        Cursor { seq: cursor.seq.wrapping_sub(1), ..newest },
    ] {
        subscribe(&mut socket, &[("route/r12", Some(odd))]).await;
        let anew = frames(&mut socket).await;
        assert!(matches!(anew[0].body, Body::Snapshot(_)), "{odd:?}");
        assert_eq!(anew[0].cursor, newest);
    }
}

#[tokio::test]
async fn json_says_the_same_as_binary() {
    let city = City::usual().await;
    let address = city.serve().await;
    let (mut binary, mut json) =
        (open(address, "?lang=kk").await, open(address, "?format=json&lang=kk").await);
    let topics = [("tile/8/182/93", None), ("stop/A", None), ("status", None), ("incidents", None)];
    subscribe(&mut binary, &topics).await;
    subscribe(&mut json, &topics).await;
    let mut readers = [Reader::default(), Reader::default()];
    let mut both = async || {
        let (one, other) = (frames(&mut binary).await, frames(&mut json).await);
        for (reader, frames) in readers.iter_mut().zip([&one, &other]) {
            frames.iter().cloned().for_each(|f| reader.take(f));
        }
        assert_eq!(readers[0].topics, readers[1].topics);
        (one, other)
    };
    let (one, other) = both().await;
    assert_eq!(one, other, "what is whole");
    city.publish.send_replace(moved(&city, 2, 30.0));
    let (_, other) = both().await;
    let text = serde_json::to_value(&other[0]).unwrap();
    assert!(text["body"]["delta"]["changed"][0]["along_m"] == 930, "{text}");
}

#[tokio::test]
async fn nonsense_is_answered_in_words_and_ends_nothing() {
    let city = City::usual().await;
    let mut socket = open(city.serve().await, "").await;
    for nonsense in [
        Message::text("hello"),
        Message::text("{\"type\":\"subscribe\"}"),
        Message::text("{\"type\":\"subscribe\",\"topics\":[{\"topic\":5}]}"),
        Message::binary(vec![0, 1, 2]),
    ] {
        socket.send(nonsense).await.unwrap();
        let answer = frames(&mut socket).await;
        assert!(
            matches!(&answer[0].body, Body::Error(words) if words.contains("docs/live.md") || words.contains("subscribe"))
        );
        assert_eq!(answer[0].topic, "");
    }
    let many: Vec<(&str, Option<Cursor>)> = vec![("status", None); api::live::TOPICS_MAX + 1];
    subscribe(&mut socket, &many).await;
    assert!(
        matches!(&frames(&mut socket).await[0].body, Body::Error(words) if words.contains("129"))
    );
    subscribe(&mut socket, &[("tile/3/1/1", None), ("incidents", None), ("incidents", None)]).await;
    let answer = frames(&mut socket).await;
    assert_eq!(answer.len(), 2, "a topic is followed once, however often it is named");
    assert!(matches!(&answer[0].body, Body::Error(words) if words.contains("z 12 or 8")));
    say(&mut socket, &ClientMessage::Ping).await;
    assert!(matches!(frames(&mut socket).await[0].body, Body::Heartbeat));
}

#[tokio::test]
async fn who_talks_too_much_or_too_long_is_cut_off() {
    let city = City::usual().await;
    let address = city.serve().await;
    let mut chatty = open(address, "").await;
    for _ in 0..200 {
        if chatty.send(Message::text("{\"type\":\"ping\"}")).await.is_err() {
            break;
        }
    }
    let closed = loop {
        match timeout(WAIT, chatty.next()).await.expect("in time") {
            Some(Ok(Message::Close(frame))) => break frame.map(|f| u16::from(f.code)),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => break None,
        }
    };
    assert!(closed.is_none_or(|code| code == 1008), "{closed:?}");
    let mut endless = open(address, "").await;
    let _ = endless.send(Message::text("x".repeat(100_000))).await;
    let end = timeout(WAIT, endless.next()).await.expect("in time");
    assert!(!matches!(end, Some(Ok(Message::Binary(_)))), "{end:?}");
}

#[tokio::test]
async fn connections_are_counted_in_all_and_by_address() {
    let live = LiveLimits { connections: 3, connections_per_address: 2, ..LiveLimits::default() };
    let city = City::open(Settings { live, ..Settings::default() }).await;
    let address = city.serve().await;
    let (first, _second) = (open(address, "").await, open(address, "").await);
    let refused = connect_async(format!("ws://{address}/api/v1/live")).await.unwrap_err();
    assert!(matches!(refused, Error::Http(r) if r.status() == 429));
    drop(first);
    for _ in 0..100 {
        if connect_async(format!("ws://{address}/api/v1/live")).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("a place that was left is not given again");
}

#[tokio::test]
async fn a_server_that_ends_says_goodbye() {
    let city = City::usual().await;
    let mut socket = open(city.serve().await, "").await;
    say(&mut socket, &ClientMessage::Ping).await;
    frames(&mut socket).await;
    drop(city.publish);
    let last = message(&mut socket).await;
    assert!(matches!(last, Message::Close(Some(f)) if u16::from(f.code) == 1001));
}

#[tokio::test]
async fn a_plain_request_is_told_to_speak_websocket() {
    let city = City::usual().await;
    let response = city.get("/api/v1/live").await;
    assert_eq!(response.status(), 426);
    assert_eq!(response.headers()["content-type"], "application/problem+json");
}

/// A reader that does not read must not make the server keep anything for it, and finds the newest state.
#[tokio::test]
async fn a_slow_reader_skips_to_the_newest_state() {
    const VEHICLES: u32 = 3_000;
    const TICKS: u32 = 200;
    let city = City::usual().await;
    let address = city.serve().await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let stream = socket.connect(address).await.unwrap();
    let url = format!("ws://{address}/api/v1/live");
    let (mut slow, _) = client_async(url, MaybeTlsStream::Plain(stream)).await.unwrap();
    subscribe(&mut slow, &[("tile/8/182/93", None)]).await;
    let mut reader = Reader::default();
    frames(&mut slow).await.into_iter().for_each(|f| reader.take(f));
    for tick in 2..TICKS {
        let at = NOW + i64::from(tick);
        let shift = f64::from(tick) * 1e-5;
        // Named anew each time, so that they are said in full: what only moves would fit in the line.
        let label = Some(format!("{tick}").into());
        let at_tick = |n| VehicleState {
            label: label.clone(),
            ..vehicle(n, 43.2 + shift, 76.8 + f64::from(n) * 1e-5, at)
        };
        let all = (0..VEHICLES).map(at_tick).collect();
        city.hub.publish(published(&city.timetable, (1, tick), at, all));
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let newest = ((43.2 + f64::from(TICKS - 1) * 1e-5) * 1e6_f64).round() as i32;
    while reader.topics["tile/8/182/93"].1.get(&0).is_none_or(|v| v.lat_e6 != newest) {
        frames(&mut slow).await.into_iter().for_each(|f| reader.take(f));
    }
    assert!(reader.snapshots >= 2, "it skipped: {} snapshots", reader.snapshots);
    let received = reader.snapshots + reader.deltas;
    assert!(received < TICKS as usize, "{received} of {TICKS} frames");
    assert_eq!(reader.topics["tile/8/182/93"].1.len(), VEHICLES as usize);
}

/// Each example in the document is what the protocol takes or says.
#[test]
fn the_documents_examples_are_true() {
    let text = include_str!("../../../docs/live.md");
    let mut seen = 0;
    for block in text.split("```json").skip(1) {
        let example = block.split("```").next().unwrap();
        seen += 1;
        if example.trim_start().starts_with('[') {
            let frames: Vec<Frame> = serde_json::from_str(example).unwrap();
            let again = serde_json::to_value(&frames).unwrap();
            let written: serde_json::Value = serde_json::from_str(example).unwrap();
            assert_eq!(again, written, "no field is left out");
        } else {
            serde_json::from_str::<ClientMessage>(example).unwrap();
        }
    }
    assert_eq!(seen, 3);
}
