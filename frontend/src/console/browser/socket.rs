//! The live socket: subscribe, listen, and come back after every break.

use super::{
    app::{App, now_ms},
    panel,
};
use crate::{
    console::Link,
    live::{fleet::News, frames, topics},
};
use api::{
    Feed, FeedTrouble, Status,
    live::{Frame, HEARTBEAT_S, Subscription},
};
use js_sys::{ArrayBuffer, Uint8Array};
use leptos::prelude::*;
use std::rc::Rc;
use wasm_bindgen::{JsCast, prelude::*};
use web_sys::{BinaryType, MessageEvent, WebSocket};

/// Hearing nothing for so long means that the line is dead, ms.
const SILENCE_MS: f64 = HEARTBEAT_S as f64 * 3000.0;
const RETRY_MS_MIN: f64 = 1000.0;
const RETRY_MS_MAX: f64 = 30_000.0;

/// The socket, and when it is tried again.
#[derive(Default)]
pub(super) struct State {
    socket: Option<Open>,
    heard_ms: f64,
    /// Breaks in a row.
    failures: u32,
    /// On the reader's clock.
    retry_ms: f64,
    /// The last status, by what the banners say of it.
    doubts: Option<Doubts>,
}

type Doubts = (bool, bool, Vec<(String, Option<FeedTrouble>)>);

/// A socket with what listens to it; both end together.
struct Open {
    socket: WebSocket,
    _listeners: [Closure<dyn FnMut(MessageEvent)>; 3],
}

impl Drop for Open {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        let _ = self.socket.close();
    }
}

/// Says what is to be heard; opens the socket if there is none.
pub(super) fn subscribe(app: &Rc<App>) {
    let open = app.socket.borrow().socket.is_some();
    if open {
        send(app, false);
    } else {
        connect(app);
    }
}

fn send(app: &App, resume: bool) {
    let topics = app.fleet.borrow().subscriptions(resume);
    say(app, &topics);
}

fn say(app: &App, topics: &[Subscription]) {
    let state = app.socket.borrow();
    if let Some(open) = &state.socket
        && open.socket.ready_state() == WebSocket::OPEN
    {
        let _ = open.socket.send_with_str(&topics::words(topics));
    }
}

fn connect(app: &Rc<App>) {
    let location = window().location();
    let scheme = if location.protocol().is_ok_and(|p| p == "https:") { "wss" } else { "ws" };
    let host = location.host().unwrap_or_default();
    let url = format!("{scheme}://{host}/api/v1/live?lang={}", app.language);
    let Ok(socket) = WebSocket::new(&url) else { return broken(app) };
    socket.set_binary_type(BinaryType::Arraybuffer);
    let on = |act: fn(&Rc<App>, &MessageEvent)| {
        let app = Rc::clone(app);
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| act(&app, &event))
    };
    let opened = on(|app, _| {
        app.signals.link.set(Link::Live);
        let mut state = app.socket.borrow_mut();
        state.heard_ms = now_ms();
        // What could not be fetched during the break is not waited for any longer.
        if state.failures > 0 {
            app.panel.detail_is_old();
        }
        drop(state);
        send(app, true);
    });
    let message = on(heard);
    // What runs when a socket breaks may not drop itself: the next tick does.
    let closed = on(|app, _| broken(app));
    socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
    socket.set_onmessage(Some(message.as_ref().unchecked_ref()));
    socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
    let mut state = app.socket.borrow_mut();
    state.heard_ms = now_ms();
    state.retry_ms = f64::INFINITY;
    state.socket = Some(Open { socket, _listeners: [opened, message, closed] });
}

/// Tries again after a while that grows, and differs from reader to reader: a server that comes back is
/// not met by all at once.
fn broken(app: &App) {
    app.signals.link.set(Link::Offline);
    let mut state = app.socket.borrow_mut();
    let pause =
        (RETRY_MS_MIN * js_sys::Math::pow(2.0, f64::from(state.failures))).min(RETRY_MS_MAX);
    state.failures = (state.failures + 1).min(8);
    state.retry_ms = now_ms() + pause * (0.5 + js_sys::Math::random());
}

/// The network is back, or the page is seen again: no reason to wait.
pub(super) fn hurry(app: &App) {
    let mut state = app.socket.borrow_mut();
    if state.retry_ms.is_finite() {
        state.retry_ms = now_ms();
    }
}

/// Once a second: is the line alive, is it time to try again?
pub(super) fn watch(app: &Rc<App>) {
    let now = now_ms();
    let (silent, due) = {
        let state = app.socket.borrow();
        let waits = state.retry_ms.is_finite();
        (
            !waits && state.socket.is_some() && now - state.heard_ms > SILENCE_MS,
            waits && now >= state.retry_ms,
        )
    };
    if silent {
        broken(app);
    }
    if due && app.socket.borrow().failures > 0 {
        let old = app.socket.borrow_mut().socket.take();
        drop(old);
        connect(app);
    }
}

fn heard(app: &Rc<App>, event: &MessageEvent) {
    let Ok(buffer) = event.data().dyn_into::<ArrayBuffer>() else { return };
    let Some(frames) = frames::split(&Uint8Array::new(&buffer).to_vec()) else {
        leptos::logging::error!("live: not our protocol; the page and the server differ in age");
        return broken(app);
    };
    {
        let mut state = app.socket.borrow_mut();
        state.heard_ms = now_ms();
        state.failures = 0;
    }
    for frame in frames {
        take(app, frame);
    }
}

fn take(app: &Rc<App>, frame: Frame) {
    if let api::live::Body::Error(words) = &frame.body {
        leptos::logging::warn!("live: {}: {words}", frame.topic);
        return;
    }
    app.set_clock(frame.at);
    let news = app.fleet.borrow_mut().apply(frame, app.city_s());
    labels(app, &news);
    if let Some(topic) = news.gap {
        // Left and followed anew, the topic begins with all that there is.
        app.fleet.borrow_mut().forget(&topic);
        let mut topics = app.fleet.borrow().subscriptions(false);
        topics.retain(|t| t.topic != topic);
        say(app, &topics);
        send(app, false);
    }
    if let Some(status) = news.status {
        status_came(app, &status);
    }
}

fn labels(app: &App, news: &News) {
    let map = app.map.borrow();
    let Some(map) = &*map else { return };
    let fleet = app.fleet.borrow();
    for id in &news.labels {
        if let Some(bus) = fleet.buses.get(id) {
            map.label(*id, Some(bus.identity.route_short_name.as_deref().unwrap_or_default()));
        }
    }
    for id in &news.gone {
        map.label(*id, None);
    }
}

fn status_came(app: &Rc<App>, status: &Status) {
    app.speed.set(status.speed);
    let deaf = !status.feeds.iter().any(Feed::is_heard);
    let link = if deaf { Link::Silent } else { Link::Live };
    if app.signals.link.get_untracked() != link {
        app.signals.link.set(link);
    }
    let down = status.feeds.iter().filter(|f| f.is_silent());
    let down = down.map(|f| (f.feed_id.clone(), f.trouble)).collect();
    let doubts = (status.warming_up, status.store_down, down);
    let before = app.socket.borrow_mut().doubts.replace(doubts.clone());
    if before.is_some_and(|before| before != doubts) {
        panel::refresh_banners(app);
    }
}
