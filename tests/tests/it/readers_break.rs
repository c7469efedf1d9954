//! A reader's connection is cut, or the server dies under it: it goes on where it was, or starts anew.

use api::live::{Body, ClientMessage, Cursor, Frame, Subscription};
use futures_util::{SinkExt as _, StreamExt as _};
use std::time::Duration;
use tests::house::{House, WITHIN};
use tests::line;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Follows the line from `cursor` on; returns the socket and the first frame of vehicles.
async fn follow(base: &str, cursor: Option<Cursor>) -> (Socket, Frame) {
    let url = format!("{}/api/v1/live?format=json", base.replacen("http", "ws", 1));
    let mut socket = connect_async(url).await.unwrap().0;
    let topics = vec![Subscription { topic: format!("route/{}", line::ROUTE), cursor }];
    let text = serde_json::to_string(&ClientMessage::Subscribe { topics }).unwrap();
    socket.send(Message::text(text)).await.unwrap();
    let first = next(&mut socket).await;
    (socket, first)
}

async fn next(socket: &mut Socket) -> Frame {
    let wait = async {
        loop {
            let message = socket.next().await.unwrap().unwrap();
            let Message::Text(text) = message else { continue };
            let frames: Vec<Frame> = serde_json::from_str(&text).unwrap();
            if let Some(frame) = frames.into_iter().find(|f| !f.topic.is_empty()) {
                return frame;
            }
        }
    };
    tokio::time::timeout(WITHIN, wait).await.unwrap()
}

#[tokio::test]
async fn a_reader_that_was_cut_off_gets_what_it_missed() {
    let Some(mut house) = House::open().await.unwrap() else { return };
    let (mut socket, first) = follow(&house.jolda.base, None).await;
    let Body::Snapshot(vehicles) = &first.body else { panic!("{first:?}") };
    assert!(vehicles.len() + 2 >= line::BUSES);
    let last = next(&mut socket).await;
    assert!(matches!(last.body, Body::Delta { .. }), "{last:?}");
    // Cut without a word.
    drop(socket);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let (socket, missed) = follow(&house.jolda.base, Some(last.cursor)).await;
    assert!(matches!(missed.body, Body::Delta { .. }), "all anew: {missed:?}");
    assert_eq!(missed.cursor, Cursor { seq: last.cursor.seq + 1, ..last.cursor });
    drop(socket);

    // Another start is another epoch: what the reader has is worth nothing any more.
    house.jolda.kill().unwrap();
    house.start_again().await.unwrap();
    house.until_all_buses().await.unwrap();
    let (_socket, anew) = follow(&house.jolda.base, Some(missed.cursor)).await;
    assert!(matches!(anew.body, Body::Snapshot(_)), "{anew:?}");
    assert_ne!(anew.cursor.epoch, missed.cursor.epoch);
}

/// The demo city, killed and started again on the same folder.
#[tokio::test]
async fn the_demo_comes_back_after_a_kill() {
    let Some(binary) = tests::shared::binary() else { return };
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().to_string_lossy().into_owned();
    let args = ["demo", "--days", "0", "--speed", "5", "--data-dir", &data];
    let start = async || tests::process::Jolda::start(&binary, &args, dir.path()).await.unwrap();
    let mut jolda = start().await;
    let busy = |list: &serde_json::Value| tests::house::on_trips(list) > 100;
    jolda.until("/api/v1/vehicles", WITHIN, busy).await.unwrap();
    jolda.kill().unwrap();
    let jolda = start().await;
    let list = jolda.until("/api/v1/vehicles", WITHIN, busy).await.unwrap();
    let vehicles = list["vehicles"].as_array().unwrap();
    let known = vehicles.iter().filter(|v| v["headway_status"] != "unknown").count();
    assert!(known * 2 > vehicles.len(), "{known} of {} headways are known", vehicles.len());
    jolda.stop().await.unwrap();
}
