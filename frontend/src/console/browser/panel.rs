//! The panel: the server's own pages, fetched and shown beside the map.

use super::{
    app::{App, now_ms},
    bridge::LiveMap,
    element,
};
use crate::{
    console::{
        Sheet,
        cut::{BANNERS, LIST, MAIN, cut},
        selection::{Selection, address},
    },
    url::{query_value, with_query},
};
use leptos::prelude::*;
use std::{cell::Cell, rc::Rc};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

/// What is selected is fetched again so often, ms.
const DETAIL_MS: f64 = 15_000.0;
/// The list of routes is fetched again so often, ms.
const LIST_MS: f64 = 30_000.0;
/// What is under way.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Counts selections and list wishes: an answer to an older one is thrown away.
    detail_turn: Cell<u32>,
    list_turn: Cell<u32>,
    detail_ms: Cell<f64>,
    list_ms: Cell<f64>,
}

impl State {
    /// What is shown is fetched again at the next second.
    pub fn detail_is_old(&self) {
        self.detail_ms.set(0.0);
    }
}

/// Where a selection comes from: what is clicked on the map needs no going there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    Map,
    List,
    /// The address: it is not to be written again.
    Address,
}

/// The body of an answer of our own server; an error is the page that the server shows for it.
pub(super) async fn fetch_text(path: &str) -> Result<String, Option<String>> {
    let text = async {
        let response: Response = JsFuture::from(window().fetch_with_str(path)).await?.dyn_into()?;
        let body = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
        Ok::<_, JsValue>((response.ok(), body))
    };
    match text.await {
        Ok((true, body)) => Ok(body),
        Ok((false, body)) => Err(Some(body)),
        Err(_) => Err(None),
    }
}

/// Selects what the address says.
pub(super) fn restore(app: &Rc<App>) {
    let search = window().location().search().unwrap_or_default();
    app.signals.follow.set(query_value(&search, "follow").is_some_and(|follow| follow == "1"));
    if let Some(layers) = query_value(&search, "layers") {
        let on = crate::console::LAYERS.map(|name| layers.split(',').any(|l| l == name));
        app.signals.layers.set(on);
    }
    select(app, Selection::from_query(&search).as_ref(), From::Address);
}

/// Shows a thing in the panel and on the map, or, with `None`, the list again.
pub(super) fn select(app: &Rc<App>, selection: Option<&Selection>, from: From) {
    let same = app.selection.borrow().as_ref() == selection;
    let follows = matches!(selection, Some(Selection::Vehicle(_)));
    if from != From::Address && !(same && follows) {
        app.signals.follow.set(false);
    }
    app.signals.selected.set(selection.map(Selection::path));
    *app.selection.borrow_mut() = selection.cloned();
    if from != From::Address && !same {
        write_address(app, true);
    }
    if selection.is_some() && app.signals.sheet.get_untracked() == Sheet::Peek {
        app.signals.sheet.set(Sheet::Half);
    }
    // An address that is gone back to brings its own place.
    show_on_map(app, from == From::List);
    app.panel.detail_turn.set(app.panel.detail_turn.get() + 1);
    if let Some(scroll) = element("panel-scroll") {
        scroll.set_scroll_top(0);
    }
    let Some(detail) = element("detail") else { return };
    if selection.is_none() {
        detail.set_inner_html("");
        // As below: the list is to take the focus at once.
        if let Some(list) = element("overview") {
            let _ = list.remove_attribute("hidden");
        }
        return;
    }
    if !same {
        detail.set_inner_html(&note(app.text.loading, "skeleton"));
    }
    if from == From::List {
        // The view unhides it a moment later, and what is hidden takes no focus.
        let _ = detail.remove_attribute("hidden");
        let _ = detail.focus();
    }
    fetch_detail(app, false);
}

/// Words of our own in the panel.
fn note(words: &str, class: &str) -> String {
    format!("<p class=\"empty {class}\" role=\"status\">{words}</p>")
}

/// Writes selection, following and layers into the address.
pub(super) fn write_address(app: &App, new_entry: bool) {
    let location = window().location();
    let search = location.search().unwrap_or_default();
    let follow = app.signals.follow.get_untracked();
    let mut path = address(&search, app.selection.borrow().as_ref(), follow);
    let layers = app.signals.layers.get_untracked();
    let shown: Vec<&str> =
        crate::console::LAYERS.into_iter().zip(layers).filter(|l| l.1).map(|l| l.0).collect();
    let all = shown.len() == layers.len();
    path = with_query(&path, "layers", &if all { String::new() } else { shown.join(",") });
    if path.ends_with('?') || (!all && shown.is_empty()) {
        path = with_query(&path, "layers", "none");
    }
    path.push_str(&location.hash().unwrap_or_default());
    let Ok(history) = window().history() else { return };
    let _ = if new_entry {
        history.push_state_with_url(&JsValue::NULL, "", Some(&path))
    } else {
        history.replace_state_with_url(&JsValue::NULL, "", Some(&path))
    };
}

/// Draws the selection; `go`: and goes there.
pub(super) fn show_on_map(app: &App, go: bool) {
    // The map answers at once that it has moved: nothing may be borrowed then.
    let (map, selection) = (app.map.borrow().clone(), app.selection.borrow().clone());
    let Some(map) = map else { return };
    match selection {
        Some(Selection::Route(id)) => map.highlight("route", &id, "", go),
        Some(Selection::Stop(id)) => map.highlight("stop", &id, "", go),
        Some(Selection::Segment(from, to)) => map.highlight("segment", &from, &to, go),
        Some(Selection::Vehicle(id)) => vehicle_on_map(app, &map, &id, go),
        Some(Selection::Page(_)) | None => map.highlight("none", "", "", false),
    }
}

fn vehicle_on_map(app: &App, map: &LiveMap, id: &str, go: bool) {
    let known = {
        let fleet = app.fleet.borrow();
        let bus = fleet.by_id(id).and_then(|number| fleet.buses.get(&number));
        bus.map(|bus| (bus.identity.route_id.clone().unwrap_or_default(), bus.marker.shown()))
    };
    let Some((route_id, place)) = known else { return map.highlight("vehicle", id, "", go) };
    map.highlight("route", &route_id, "", false);
    if go {
        map.centre(place.lon, place.lat, true);
    }
}

fn fetch_detail(app: &Rc<App>, by_itself: bool) {
    let Some(path) = app.selection.borrow().as_ref().map(Selection::path) else { return };
    app.panel.detail_ms.set(now_ms());
    let (app, turn) = (Rc::clone(app), app.panel.detail_turn.get());
    leptos::task::spawn_local(async move {
        // See `fresh`: what asks by itself keeps no session alive.
        let quiet = if by_itself && path.starts_with("/staff/") { "1" } else { "" };
        let asked = with_query(&with_query(&path, "lang", app.language), "quiet", quiet);
        let answer = fetch_text(&asked).await;
        if turn != app.panel.detail_turn.get() {
            return;
        }
        let Some(detail) = element("detail") else { return };
        let shown = detail.query_selector("h1").ok().flatten().is_some();
        match answer {
            Ok(page) | Err(Some(page)) => match cut(&page, MAIN) {
                Some(main) => replace(&detail, main),
                None => detail.set_inner_html(&note(app.text.not_found, "")),
            },
            // What is shown already is better than an excuse; the line at the top says that it is old.
            Err(None) if shown => {}
            Err(None) => {
                let again =
                    format!("<p><a class=\"button\" href=\"{path}\">{}</a></p>", app.text.retry);
                detail.set_inner_html(&(note(app.text.load_failed, "") + &again));
            }
        }
    });
}

/// Puts in the new page of the same thing: what was unfolded stays so, and so does the focus.
pub(super) fn replace(detail: &web_sys::HtmlElement, html: &str) {
    let folds = |detail: &web_sys::HtmlElement| detail.query_selector_all("details").ok();
    let open: Vec<bool> = folds(detail).map_or_else(Vec::new, |list| {
        (0..list.length())
            .filter_map(|i| list.item(i)?.dyn_into::<web_sys::Element>().ok())
            .map(|fold| fold.has_attribute("open"))
            .collect()
    });
    let focused = document()
        .active_element()
        .filter(|active| detail.contains(Some(active)))
        .and_then(|active| active.get_attribute("href"));
    detail.set_inner_html(html);
    if let Some(list) = folds(detail).filter(|list| list.length() as usize == open.len()) {
        for (i, open) in open.into_iter().enumerate() {
            if let (true, Some(fold)) =
                (open, list.item(i as u32).and_then(|f| f.dyn_into::<web_sys::Element>().ok()))
            {
                let _ = fold.set_attribute("open", "");
            }
        }
    }
    if let Some(href) = focused {
        let links = detail.query_selector_all("a[href]").ok();
        let link = links.and_then(|list| {
            (0..list.length())
                .filter_map(|i| list.item(i)?.dyn_into::<web_sys::HtmlElement>().ok())
                .find(|link| link.get_attribute("href").as_deref() == Some(&href))
        });
        if let Some(link) = link {
            let _ = link.focus();
        }
    }
}

/// Once a second: is anything shown too old?
pub(super) fn refresh(app: &Rc<App>) {
    let now = now_ms();
    if app.selection.borrow().is_some() {
        if now - app.panel.detail_ms.get() > DETAIL_MS {
            fetch_detail(app, true);
        }
    } else if app.panel.list_ms.get() == 0.0 {
        // The list came with the page.
        app.panel.list_ms.set(now);
    } else if now - app.panel.list_ms.get() > LIST_MS {
        fetch_list(app);
    }
}

/// What the form above the list asks for, as a query.
fn wish() -> String {
    let value = |id: &str| {
        element(id)
            .and_then(|e| js_sys::Reflect::get(&e, &"value".into()).ok()?.as_string())
            .unwrap_or_default()
    };
    let only = document().query_selector("#list-form [name=only]:checked").ok().flatten().is_some();
    let path = with_query("/", "find", &value("find"));
    let path = with_query(&path, "sort", &value("sort"));
    with_query(&path, "only", if only { "trouble" } else { "" })
}

/// Fetches the list of routes as the reader wants it now.
pub(super) fn fetch_list(app: &Rc<App>) {
    app.panel.list_ms.set(now_ms());
    app.panel.list_turn.set(app.panel.list_turn.get() + 1);
    let (app, turn) = (Rc::clone(app), app.panel.list_turn.get());
    leptos::task::spawn_local(async move {
        let path = with_query(&wish(), "lang", app.language);
        let Ok(page) = fetch_text(&path).await else { return };
        if turn == app.panel.list_turn.get()
            && let (Some(body), Some(html)) = (element("list-body"), cut(&page, LIST))
        {
            body.set_inner_html(html);
        }
    });
}

/// The doubts have changed: the server says them in the reader's words.
pub(super) fn refresh_banners(app: &Rc<App>) {
    let path = with_query("/feeds", "lang", app.language);
    leptos::task::spawn_local(async move {
        if let Ok(page) = fetch_text(&path).await
            && let (Some(banners), Some(html)) = (element("banners"), cut(&page, BANNERS))
        {
            banners.set_inner_html(html);
        }
    });
}
