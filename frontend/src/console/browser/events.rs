//! Clicks, keys and the address.

use super::{
    app::App,
    element,
    panel::{self, From},
    socket,
};
use crate::{console::selection::Selection, url::encode};
use leptos::prelude::*;
use std::{cell::Cell, rc::Rc};
use wasm_bindgen::{JsCast, prelude::*};
use web_sys::{Event, EventTarget, HtmlElement, HtmlInputElement, KeyboardEvent, MouseEvent};

/// A wish is fetched when the reader has stopped typing for so long, ms.
const TYPING_MS: i32 = 250;

/// Listens as long as the page lives.
fn on<E: JsCast + 'static>(target: &EventTarget, name: &str, act: impl Fn(E) + 'static) {
    let listener = Closure::<dyn Fn(Event)>::new(move |event: Event| act(event.unchecked_into()));
    let _ = target.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
    listener.forget();
}

pub(super) fn listen(app: &Rc<App>) {
    let page: EventTarget = document().into();
    let own = || Rc::clone(app);
    let a = own();
    on(&page, "click", move |event: MouseEvent| clicked(&a, &event));
    let a = own();
    on(&page, "keydown", move |event: KeyboardEvent| key(&a, &event));
    let a = own();
    on(&window(), "popstate", move |_: Event| panel::restore(&a));
    let a = own();
    on(&window(), "online", move |_: Event| socket::hurry(&a));
    let a = own();
    on(&page, "visibilitychange", move |_: Event| socket::hurry(&a));
    let a = own();
    on(&page, "submit", move |event: Event| submitted(&a, &event));
    if let Some(form) = element("list-form") {
        let (a, turn) = (own(), Rc::new(Cell::new(0_u32)));
        on(&form, "input", move |_: Event| {
            turn.set(turn.get() + 1);
            later(&a, &turn);
        });
    }
    let a = own();
    let before = app.signals.layers;
    Effect::new(move |first: Option<()>| {
        before.track();
        if first.is_some() {
            panel::write_address(&a, false);
        }
    });
}

fn later(app: &Rc<App>, turn: &Rc<Cell<u32>>) {
    let (app, turn, mine) = (Rc::clone(app), Rc::clone(turn), turn.get());
    let act = Closure::once_into_js(move || {
        if turn.get() == mine {
            panel::fetch_list(&app);
        }
    });
    let _ = window()
        .set_timeout_with_callback_and_timeout_and_arguments_0(act.unchecked_ref(), TYPING_MS);
}

/// The nearest link or button about an event.
fn about(event: &Event, selector: &str) -> Option<web_sys::Element> {
    let target: web_sys::Element = event.target()?.dyn_into().ok()?;
    target.closest(selector).ok()?
}

fn clicked(app: &Rc<App>, event: &MouseEvent) {
    if event.default_prevented()
        || event.button() != 0
        || event.meta_key()
        || event.ctrl_key()
        || event.shift_key()
        || event.alt_key()
    {
        return;
    }
    if about(event, "#back").is_some() {
        return close(app);
    }
    if about(event, "#follow").is_some() {
        app.signals.follow.update(|follow| *follow = !*follow);
        return panel::write_address(app, false);
    }
    // A link inside the panel stays in the panel; the arrow leads out of it.
    let Some(link) = about(event, "#panel-scroll a[href]") else { return };
    let Some(selection) = link.get_attribute("href").and_then(|href| Selection::from_path(&href))
    else {
        return;
    };
    event.prevent_default();
    panel::select(app, Some(&selection), From::List);
}

/// Back to the list, and to the place in it.
fn close(app: &Rc<App>) {
    let from = app.selection.borrow().clone();
    panel::select(app, None, From::List);
    let badge = match from {
        Some(Selection::Route(id)) => {
            let links = document().query_selector_all("#overview a[data-route]").ok();
            links.and_then(|list| {
                (0..list.length())
                    .filter_map(|i| list.item(i)?.dyn_into::<HtmlElement>().ok())
                    .find(|link| link.get_attribute("data-route").as_deref() == Some(&id))
            })
        }
        _ => None,
    };
    if let Some(badge) = badge.or_else(|| element("panel-scroll")) {
        let _ = badge.focus();
    }
}

/// What was searched is shown beside the map.
fn submitted(app: &Rc<App>, event: &Event) {
    let Some(form) = about(event, "form") else { return };
    if form.id() == "list-form" {
        event.prevent_default();
        return panel::fetch_list(app);
    }
    if form.get_attribute("action").as_deref() != Some("/search") {
        return;
    }
    let Some(input) = form
        .query_selector("input[name=q]")
        .ok()
        .flatten()
        .and_then(|i| i.dyn_into::<HtmlInputElement>().ok())
    else {
        return;
    };
    event.prevent_default();
    let path = format!("/search?q={}", encode(&input.value()));
    panel::select(app, Some(&Selection::Page(path)), From::List);
}

fn key(app: &Rc<App>, event: &KeyboardEvent) {
    let writes = about(event, "input, select, textarea").is_some();
    match event.key().as_str() {
        "/" if !writes && !event.ctrl_key() && !event.meta_key() => {
            let visible = |id: &str| element(id).filter(|e| e.offset_parent().is_some());
            if let Some(input) = visible("q").or_else(|| visible("find")) {
                event.prevent_default();
                let _ = input.focus();
            }
        }
        "Escape" if app.selection.borrow().is_some() => close(app),
        _ => {}
    }
}
