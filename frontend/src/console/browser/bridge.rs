//! The map's module, `assets/map-bridge.mjs`, as it looks from here.

use super::{app::App, element, panel, socket};
use crate::{
    console::{Ground, LAYERS, selection::Selection},
    live::View,
    url::query_value,
};
use js_sys::{Float64Array, Object, Promise, Reflect};
use leptos::prelude::*;
use std::rc::Rc;
use wasm_bindgen::{JsCast, prelude::*};
use wasm_bindgen_futures::JsFuture;

const MODULE: &str = "/assets/map-bridge.mjs";

#[wasm_bindgen(inline_js = "export function load_module(url) { return import(url); }")]
extern "C" {
    fn load_module(url: &str) -> Promise;
}

#[wasm_bindgen]
extern "C" {
    type Bridge;
    #[wasm_bindgen(method, catch, js_name = createMap)]
    fn create_map(
        this: &Bridge,
        container: &web_sys::HtmlElement,
        settings: &JsValue,
        tell: &JsValue,
    ) -> Result<Promise, JsValue>;

    /// The map.
    #[derive(Clone)]
    pub(super) type LiveMap;
    /// West, south, east, north, zoom.
    #[wasm_bindgen(method)]
    fn view(this: &LiveMap) -> Vec<f64>;
    /// For each vehicle: number, longitude, latitude, bearing (−1 unknown), band, opacity. False: the picture
    /// before is still being drawn, and this one is left out.
    #[wasm_bindgen(method)]
    pub(super) fn vehicles(this: &LiveMap, flat: &Float64Array) -> bool;
    /// The text beside a vehicle; `None`: it has left.
    #[wasm_bindgen(method)]
    pub(super) fn label(this: &LiveMap, vehicle: u32, text: Option<&str>);
    /// The ring; −1: none.
    #[wasm_bindgen(method)]
    pub(super) fn choose(this: &LiveMap, vehicle: f64);
    #[wasm_bindgen(method)]
    pub(super) fn highlight(this: &LiveMap, kind: &str, a: &str, b: &str, go: bool);
    #[wasm_bindgen(method)]
    pub(super) fn centre(this: &LiveMap, lon: f64, lat: f64, near: bool);
    #[wasm_bindgen(method)]
    fn layer(this: &LiveMap, group: &str, on: bool);
    /// Draws the appeals that the list beside the map names.
    #[wasm_bindgen(method)]
    pub(super) fn fresh(this: &LiveMap);
    /// The buses of a route where they were at another time, epoch seconds, instead of those of now.
    #[wasm_bindgen(method, js_name = showPast)]
    fn show_past(this: &LiveMap, at: f64, route: &str, zone_s: i32) -> Promise;
}

impl LiveMap {
    fn current_view(&self) -> View {
        match self.view()[..] {
            [west, south, east, north, zoom] => View { west, south, east, north, zoom },
            _ => View::default(),
        }
    }
}

/// Loads and makes the map; without one the socket is still opened, for the tally and the clock.
pub(super) async fn open(app: &Rc<App>) {
    // The buses of the whole city are on their way while the map is still loading.
    if !app.place_given && app.selection.borrow().is_none() && app.settings.bounds().is_some() {
        moved(app, app.city_view());
    }
    let ground = if has_webgl() {
        match make(app).await {
            Ok(map) => {
                ready(app, map);
                Ground::Ready
            }
            Err(error) => {
                leptos::logging::error!("map: {error:?}");
                Ground::Failed
            }
        }
    } else {
        Ground::NoWebgl
    };
    app.signals.ground.set(ground);
    if ground != Ground::Ready {
        moved(app, app.city_view());
    }
}

fn has_webgl() -> bool {
    let context = || {
        let canvas = document().create_element("canvas").ok()?;
        canvas.unchecked_into::<web_sys::HtmlCanvasElement>().get_context("webgl2").ok()?
    };
    context().is_some()
}

async fn make(app: &Rc<App>) -> Result<LiveMap, JsValue> {
    let container = element("map").ok_or("no #map")?;
    let bridge: Bridge = JsFuture::from(load_module(MODULE)).await?.unchecked_into();
    let told = Rc::clone(app);
    let tell = Closure::<dyn Fn(String, String, String)>::new(
        move |what: String, a: String, b: String| {
            tell(&told, &what, a, b);
        },
    );
    let promise = bridge.create_map(&container, &settings(app)?, tell.as_ref())?;
    // The map lives as long as the page.
    tell.forget();
    Ok(JsFuture::from(promise).await?.unchecked_into())
}

fn settings(app: &App) -> Result<JsValue, JsValue> {
    let set =
        |object: &Object, name: &str, value: &JsValue| Reflect::set(object, &name.into(), value);
    let (settings, words) = (Object::new(), Object::new());
    set(&words, "map", &app.text.map.into())?;
    set(&words, "zoomIn", &app.text.zoom_in.into())?;
    set(&words, "zoomOut", &app.text.zoom_out.into())?;
    set(&words, "credits", &app.text.credits.into())?;
    set(&settings, "words", &words)?;
    set(&settings, "language", &app.language.into())?;
    set(&settings, "basemap", &app.settings.basemap.as_str().into())?;
    let theme = document().document_element().and_then(|html| html.get_attribute("data-theme"));
    set(&settings, "theme", &theme.map_or(JsValue::NULL, Into::into))?;
    let bounds = app.settings.bounds().map(|b| Float64Array::from(&b[..]));
    set(&settings, "bounds", &bounds.map_or(JsValue::NULL, |b| js_sys::Array::from(&b).into()))?;
    Ok(settings.into())
}

/// The map is there: what was waiting for it is done.
fn ready(app: &Rc<App>, map: LiveMap) {
    let view = map.current_view();
    *app.map.borrow_mut() = Some(map.clone());
    for (id, bus) in &app.fleet.borrow().buses {
        map.label(*id, bus.identity.route_short_name.as_deref().or(Some("")));
    }
    map.fresh();
    past(app, &map);
    let layers = app.signals.layers;
    Effect::new(move |before: Option<[bool; 4]>| {
        let now = layers.get();
        for (i, name) in LAYERS.into_iter().enumerate() {
            if before.map_or(!now[i], |before| before[i] != now[i]) {
                map.layer(name, now[i]);
            }
        }
        now
    });
    moved(app, view);
    // Where there is room for it, a map explains itself.
    if view_is_wide()
        && let Some(tools) = element("map-tools")
    {
        let _ = tools.set_attribute("open", "");
    }
    panel::show_on_map(app, !app.place_given);
}

/// The address may ask for another time: `at` and `of`, the route.
fn past(app: &App, map: &LiveMap) {
    let search = window().location().search().unwrap_or_default();
    let at = query_value(&search, "at").and_then(|at| at.parse::<i64>().ok());
    if let Some((at, route)) = at.zip(query_value(&search, "of")) {
        let told = map.show_past(at as f64, &route, app.settings.utc_offset_s);
        leptos::task::spawn_local(async move {
            if let Err(error) = JsFuture::from(told).await {
                leptos::logging::warn!("the map of another time: {error:?}");
            }
        });
    }
}

fn view_is_wide() -> bool {
    window().match_media("(min-width: 1181px)").ok().flatten().is_some_and(|wide| wide.matches())
}

fn moved(app: &Rc<App>, view: View) {
    app.view.set(view);
    let changed = app.fleet.borrow_mut().subscribe(crate::live::topics::of_view(&view));
    if changed {
        socket::subscribe(app);
    }
}

/// Something happened on the map.
fn tell(app: &Rc<App>, what: &str, a: String, b: String) {
    let selection = match what {
        "move" => {
            let map = app.map.borrow().clone();
            if let Some(map) = map {
                moved(app, map.current_view());
            }
            return;
        }
        "drag" => return app.signals.follow.set(false),
        "vehicle" => {
            let id = a.parse::<u32>().ok();
            let fleet = app.fleet.borrow();
            let bus = id.and_then(|id| fleet.buses.get(&id));
            let Some(vehicle_id) = bus.map(|bus| bus.identity.vehicle_id.clone()) else { return };
            Selection::Vehicle(vehicle_id)
        }
        "stop" => Selection::Stop(a),
        "segment" => Selection::Segment(a, b),
        "appeal" => Selection::Page(a),
        _ => return,
    };
    panel::select(app, Some(&selection), panel::From::Map);
}
