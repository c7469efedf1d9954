//! The state of the island, and its pulse: the frames of the map and the seconds of the clock.

use super::{bridge::LiveMap, element, fresh, panel, socket};
use crate::{
    console::{Settings, Signals, selection::Selection},
    format::clock_time,
    live::{
        View,
        fleet::Fleet,
        line::{Line, within},
        maths,
    },
    page::Language,
    text::ConsoleText,
};
use js_sys::Float64Array;
use leptos::prelude::*;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use wasm_bindgen::{JsCast, prelude::*};

/// Shortest and longest time between two pictures, ms of the reader.
const FRAME_MS_MIN: f64 = 50.0;
const FRAME_MS_MAX: f64 = 1000.0;
/// With more markers than this, pictures are made less often.
const MANY_BUSES: usize = 800;
const FRAME_MS_MANY: f64 = 250.0;
/// A marker moves about this far from picture to picture.
const STEP_PX: f64 = 0.5;
/// A common speed of a bus, m/s.
const BUS_MPS: f64 = 9.0;
/// Metres of a pixel at zoom 0 on the equator, in a map of 512-pixel tiles.
const PIXEL_M: f64 = 78_271.517;
/// Lines that are fetched at once.
const LINES_AT_ONCE: usize = 4;
/// Below this zoom a line's bends cannot be seen.
const LINES_ZOOM: f64 = 11.0;
const OPACITY_STALE: f64 = 0.4;
const OPACITY_IDLE: f64 = 0.6;
/// Of buses of other routes than the one that is selected.
const OPACITY_OTHER: f64 = 0.25;
/// The page's clock is set anew when it is farther off than this, seconds of the reader.
const CLOCK_OFF_S: f64 = 2.0;

/// The island.
pub(super) struct App {
    pub settings: Settings,
    /// The reader's, its tag.
    pub language: &'static str,
    pub text: &'static ConsoleText,
    pub signals: Signals,
    pub fleet: RefCell<Fleet>,
    pub map: RefCell<Option<LiveMap>>,
    pub view: Cell<View>,
    pub selection: RefCell<Option<Selection>>,
    pub socket: RefCell<socket::State>,
    pub panel: panel::State,
    pub fresh: fresh::State,
    /// The city's clock, and when, on the reader's, it showed that.
    clock: Cell<(f64, f64)>,
    pub speed: Cell<f64>,
    /// The address says what the map shows: the selection does not move it.
    pub place_given: bool,
    drawn_at: Cell<f64>,
    second_at: Cell<f64>,
    lines_under_way: Cell<usize>,
}

impl App {
    pub fn new(settings: Settings, language: Language, signals: Signals) -> Rc<Self> {
        let now = now_ms();
        Rc::new(Self {
            language: language.tag(),
            text: language.console(),
            clock: Cell::new((settings.at as f64, now)),
            speed: Cell::new(f64::from(settings.speed_milli) / 1000.0),
            place_given: window().location().hash().is_ok_and(|hash| hash.len() > 1),
            settings,
            signals,
            fleet: RefCell::default(),
            map: RefCell::default(),
            view: Cell::default(),
            selection: RefCell::default(),
            socket: RefCell::default(),
            panel: panel::State::default(),
            fresh: fresh::State::default(),
            drawn_at: Cell::new(now),
            second_at: Cell::new(0.0),
            lines_under_way: Cell::new(0),
        })
    }

    /// The city's clock, seconds.
    pub fn city_s(&self) -> f64 {
        let (at, since) = self.clock.get();
        at + (now_ms() - since) / 1000.0 * self.speed.get()
    }

    /// The server said what time it is in the city.
    pub fn set_clock(&self, at: i64) {
        let off = at as f64 - self.city_s();
        let most = CLOCK_OFF_S * self.speed.get().max(1.0);
        let by = if off.abs() > most { off } else { off * 0.1 };
        self.clock.set((self.city_s() + by, now_ms()));
    }

    /// The number of the selected vehicle, if it is on the map.
    pub fn chosen(&self) -> Option<u32> {
        match &*self.selection.borrow() {
            Some(Selection::Vehicle(id)) => self.fleet.borrow().by_id(id),
            _ => None,
        }
    }
}

impl App {
    /// All that there is, where no map says what is seen.
    pub fn city_view(&self) -> View {
        let world = [-180.0, -85.0, 180.0, 85.0];
        let [west, south, east, north] = self.settings.bounds().unwrap_or(world);
        View { west, south, east, north, zoom: 11.0 }
    }

    /// The route that is selected, or that the selected vehicle serves.
    fn chosen_route(&self) -> Option<String> {
        let selection = self.selection.borrow();
        match &*selection {
            Some(Selection::Route(id)) => Some(id.clone()),
            Some(Selection::Vehicle(id)) => {
                let fleet = self.fleet.borrow();
                fleet.buses.get(&fleet.by_id(id)?)?.identity.route_id.clone()
            }
            _ => None,
        }
    }
}

/// The reader's clock, ms.
pub(super) fn now_ms() -> f64 {
    window().performance().map_or_else(js_sys::Date::now, |p| p.now())
}

fn still() -> bool {
    window()
        .match_media("(prefers-reduced-motion: reduce)")
        .ok()
        .flatten()
        .is_some_and(|query| query.matches())
}

/// What the browser calls for each of its frames, and which calls for the next.
type Frame = Rc<RefCell<Option<Closure<dyn FnMut()>>>>;

/// Starts the pulse. The browser gives no frames to a page that nobody sees.
pub(super) fn run(app: &Rc<App>) {
    let again = Frame::default();
    let (app, next) = (Rc::clone(app), Rc::clone(&again));
    *again.borrow_mut() = Some(Closure::new(move || {
        pulse(&app);
        request(&next);
    }));
    request(&again);
}

fn request(frame: &Frame) {
    if let Some(frame) = &*frame.borrow() {
        let _ = window().request_animation_frame(frame.as_ref().unchecked_ref());
    }
}

fn pulse(app: &Rc<App>) {
    let now = now_ms();
    if now - app.second_at.get() >= 1000.0 {
        app.second_at.set(now);
        second(app);
    }
    let still = still();
    if now - app.drawn_at.get() >= interval_ms(app, still) {
        let step_s = ((now - app.drawn_at.get()) / 1000.0).min(1.0);
        app.drawn_at.set(now);
        draw(app, step_s, still);
    }
}

/// As often as a marker would move by a part of a pixel: a still picture costs nothing.
fn interval_ms(app: &App, still: bool) -> f64 {
    if still {
        return FRAME_MS_MAX;
    }
    let view = app.view.get();
    let middle = f64::midpoint(view.south, view.north).to_radians();
    let pixel_m = PIXEL_M * maths::cos(middle) / js_sys::Math::pow(2.0, view.zoom);
    let wanted = STEP_PX * pixel_m / (BUS_MPS * app.speed.get().max(0.1)) * 1000.0;
    let least =
        if app.fleet.borrow().buses.len() > MANY_BUSES { FRAME_MS_MANY } else { FRAME_MS_MIN };
    within(wanted, least, FRAME_MS_MAX)
}

fn draw(app: &Rc<App>, step_s: f64, still: bool) {
    let map = app.map.borrow().clone();
    let Some(map) = map else { return };
    let (now_s, speed) = (app.city_s(), app.speed.get());
    let route = app.chosen_route();
    let mut fleet = app.fleet.borrow_mut();
    let mut flat = Vec::with_capacity(fleet.buses.len() * 6);
    for (id, bus) in &mut fleet.buses {
        let place =
            if still { bus.marker.settle(now_s) } else { bus.marker.advance(now_s, step_s, speed) };
        let other = route.is_some() && bus.identity.route_id != route;
        let opacity = match (other, bus.is_stale(now_s as i64), bus.is_idle()) {
            (true, ..) => OPACITY_OTHER,
            (_, true, _) => OPACITY_STALE,
            (_, _, true) => OPACITY_IDLE,
            _ => 1.0,
        };
        let bearing = if bus.marker.has_bearing() { place.bearing_deg } else { -1.0 };
        let band = crate::band::index(bus.state.headway_status) as f64;
        flat.extend([f64::from(*id), place.lon, place.lat, bearing, band, opacity]);
    }
    drop(fleet);
    if map.vehicles(&Float64Array::from(&flat[..])) {
        follow(app, &map);
    }
}

fn follow(app: &App, map: &LiveMap) {
    let chosen = app.chosen();
    map.choose(chosen.map_or(-1.0, f64::from));
    let on_map = chosen.is_some();
    if app.signals.followable.get_untracked() != on_map {
        app.signals.followable.set(on_map);
    }
    // The map answers at once that it has moved: nothing may be borrowed then.
    let place = chosen
        .filter(|_| app.signals.follow.get_untracked())
        .and_then(|id| Some(app.fleet.borrow().buses.get(&id)?.marker.shown()));
    if let Some(place) = place {
        map.centre(place.lon, place.lat, true);
    }
}

/// What is done once a second.
fn second(app: &Rc<App>) {
    let now_s = app.city_s();
    if let Some(clock) = element("clock") {
        let time = clock_time(now_s as i64, app.settings.utc_offset_s);
        if clock.text_content().as_deref() != Some(&time) {
            clock.set_text_content(Some(&time));
        }
    }
    let tally = app.fleet.borrow().tally(&app.view.get(), now_s as i64);
    if app.signals.tally.get_untracked() != tally {
        app.signals.tally.set(tally);
    }
    fetch_lines(app);
    socket::watch(app);
    panel::refresh(app);
    fresh::refresh(app);
}

fn fetch_lines(app: &Rc<App>) {
    let view = app.view.get();
    let free = LINES_AT_ONCE.saturating_sub(app.lines_under_way.get());
    if free == 0 || view.zoom < LINES_ZOOM || app.map.borrow().is_none() {
        return;
    }
    let wanted = app.fleet.borrow_mut().wanted_lines(&view, free);
    for pattern in wanted {
        app.lines_under_way.set(app.lines_under_way.get() + 1);
        let app = Rc::clone(app);
        leptos::task::spawn_local(async move {
            let line = line(pattern).await;
            app.lines_under_way.set(app.lines_under_way.get() - 1);
            app.fleet.borrow_mut().line(pattern, line, app.city_s());
            // The next one at once, not at the next second.
            fetch_lines(&app);
        });
    }
}

async fn line(pattern: u32) -> Option<Line> {
    let json = panel::fetch_text(&format!("/api/v1/patterns/{pattern}")).await.ok()?;
    Line::from_json(&json)
}
