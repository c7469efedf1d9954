//! One reader's socket.

use super::frames::{Encoded, Format};
use super::hub::Hub;
use super::subscriptions::Subscriptions;
use crate::problem::ProblemResponse;
use crate::view::Language;
use crate::visitor::{OpenGuard, Refusal, TokenBucket, Visitor};
use api::live::{Body, ClientMessage, HEARTBEAT_S};
use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Deserialize;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use tokio::time::{Instant, sleep_until, timeout};

/// Bytes read from a socket at once. The library's default is zeroed at each read, of each connection.
const READ_BUFFER_BYTES: usize = 2_048;
/// When to come again, seconds, for a reader that is refused.
const RETRY_S: u64 = 30;

/// `?format=&lang=`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LiveQuery {
    format: Format,
    lang: Option<String>,
}

/// `GET /api/v1/live`.
pub async fn upgrade(
    State(hub): State<Arc<Hub>>,
    query: Result<Query<LiveQuery>, QueryRejection>,
    visitor: Option<Extension<Visitor>>,
    socket: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let Ok(Query(query)) = query else {
        return ProblemResponse::bad_request("format is binary or json, lang is kk, ru or en")
            .into_response();
    };
    let Ok(socket) = socket else {
        let words = "this address speaks WebSocket only: see docs/live.md; \
                     the same as plain JSON is at /api/v1/vehicles";
        return ProblemResponse::new(StatusCode::UPGRADE_REQUIRED, "upgrade-required", words)
            .into_response();
    };
    let guard = match hub.connections.open(visitor.unwrap_or_default().address) {
        Ok(guard) => guard,
        Err(refusal) => {
            hub.counters.refused.fetch_add(1, Relaxed);
            return refused(refusal);
        }
    };
    let language = query.lang.as_deref().and_then(Language::from_tag).unwrap_or_default();
    socket
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_message_size(hub.limits.message_bytes)
        .max_frame_size(hub.limits.message_bytes)
        .on_upgrade(move |socket| Connection::new(hub, query.format, language, socket).run(guard))
}

fn refused(refusal: Refusal) -> Response {
    match refusal {
        Refusal::Total => ProblemResponse::unavailable(
            "too-many-connections",
            "the server has all the live connections that it can hold: try again later",
            RETRY_S,
        ),
        Refusal::Address => ProblemResponse::too_many(
            "your address has too many live connections: close some, one is enough for many topics",
            RETRY_S,
        ),
    }
    .into_response()
}

struct Connection {
    hub: Arc<Hub>,
    format: Format,
    socket: WebSocket,
    subscriptions: Subscriptions,
    bucket: TokenBucket,
    opened: Instant,
    heard: Instant,
    pinged: bool,
}

/// Why a connection ends.
enum End {
    /// The reader closed it, or the line is broken.
    Gone,
    /// Nothing could be written, or was heard, for too long.
    Silent,
    /// We close it, with a code and a word.
    Close(u16, &'static str),
}

impl Connection {
    fn new(hub: Arc<Hub>, format: Format, language: Language, socket: WebSocket) -> Self {
        let now = Instant::now();
        Self {
            subscriptions: Subscriptions::new(Arc::clone(&hub), language, format),
            bucket: TokenBucket::full(hub.limits.messages_burst, 0.0),
            hub,
            format,
            socket,
            opened: now,
            heard: now,
            pinged: false,
        }
    }

    async fn run(mut self, _open: OpenGuard) {
        match self.follow().await {
            End::Gone => {}
            End::Silent => {
                self.hub.counters.dropped.fetch_add(1, Relaxed);
            }
            End::Close(code, reason) => {
                let frame = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
                let last = self.socket.send(Message::Close(Some(frame)));
                let _ = timeout(Duration::from_secs(1), last).await;
            }
        }
    }

    async fn follow(&mut self) -> End {
        let mut ticks = self.hub.ticks();
        let heartbeat = Duration::from_secs(HEARTBEAT_S);
        let idle = Duration::from_secs(self.hub.limits.idle_s);
        let mut sent = Instant::now();
        loop {
            let ping_at = self.heard + if self.pinged { idle * 2 } else { idle };
            let step = tokio::select! {
                tick = ticks.changed() => match tick {
                    Ok(()) if !self.hub.is_closed() => Ok(()),
                    _ => Err(End::Close(close_code::AWAY, "the server is closing")),
                },
                message = self.socket.recv() => self.hear(message),
                () = sleep_until(sent + heartbeat) => {
                    self.subscriptions.say(Body::Heartbeat);
                    Ok(())
                }
                () = sleep_until(ping_at) => self.ping().await,
            };
            if let Err(end) = step {
                return end;
            }
            let frames = self.subscriptions.collect();
            if frames.is_empty() {
                continue;
            }
            if let Err(end) = self.write(message(&frames, self.format)).await {
                return end;
            }
            sent = Instant::now();
        }
    }

    async fn ping(&mut self) -> Result<(), End> {
        if self.pinged {
            return Err(End::Silent);
        }
        self.pinged = true;
        self.write(Message::Ping(Bytes::new())).await
    }

    async fn write(&mut self, message: Message) -> Result<(), End> {
        let bytes = match &message {
            Message::Binary(bytes) => bytes.len(),
            Message::Text(text) => text.len(),
            _ => 0,
        };
        let limit = Duration::from_secs(self.hub.limits.write_timeout_s);
        match timeout(limit, self.socket.send(message)).await {
            Ok(Ok(())) => {
                self.hub.counters.messages.fetch_add(1, Relaxed);
                self.hub.counters.bytes.fetch_add(bytes as u64, Relaxed);
                Ok(())
            }
            Ok(Err(_)) => Err(End::Gone),
            Err(_) => Err(End::Silent),
        }
    }

    fn hear(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        let Some(Ok(message)) = message else { return Err(End::Gone) };
        self.heard = Instant::now();
        self.pinged = false;
        let now_s = (self.heard - self.opened).as_secs_f64();
        let limits = &self.hub.limits;
        if self.bucket.take(limits.messages_burst, limits.messages_per_second, now_s).is_err() {
            return Err(End::Close(close_code::POLICY, "too many messages"));
        }
        match message {
            Message::Text(text) => self.obey(&text),
            Message::Binary(_) => self.subscriptions.say(Body::Error(
                "a reader speaks JSON text, not binary: see docs/live.md".to_owned(),
            )),
            Message::Close(_) => return Err(End::Gone),
            Message::Ping(_) | Message::Pong(_) => {}
        }
        Ok(())
    }

    fn obey(&mut self, text: &str) {
        match serde_json::from_str(text) {
            Ok(ClientMessage::Subscribe { topics }) => self.subscriptions.set(&topics),
            Ok(ClientMessage::Ping) => self.subscriptions.say(Body::Heartbeat),
            Err(error) => self.subscriptions.say(Body::Error(format!(
                "not understood ({error}): say {{\"type\":\"subscribe\",\"topics\":[{{\"topic\":\"status\"}}]}} \
                 or {{\"type\":\"ping\"}}"
            ))),
        }
    }
}

/// All frames as one message: a delivery costs the same whatever its size. A single frame is shared with all
/// its readers, not copied.
fn message(frames: &[Arc<Encoded>], format: Format) -> Message {
    match (format, frames) {
        (Format::Binary, [one]) => Message::Binary(one.framed.clone()),
        (Format::Binary, _) => {
            let bytes = frames.iter().map(|f| f.framed.len()).sum();
            let mut all = Vec::with_capacity(bytes);
            for frame in frames {
                all.extend_from_slice(&frame.framed);
            }
            Message::Binary(all.into())
        }
        (Format::Json, _) => {
            let bytes: usize = frames.iter().map(|f| f.framed.len() + 1).sum();
            let mut all = Vec::with_capacity(bytes + 1);
            for (i, frame) in frames.iter().enumerate() {
                all.push(if i == 0 { b'[' } else { b',' });
                all.extend_from_slice(&frame.framed);
            }
            all.push(b']');
            // serde_json writes UTF-8 only.
            Utf8Bytes::try_from(Bytes::from(all))
                .map_or_else(|_| Message::Text("[]".into()), Message::Text)
        }
    }
}
