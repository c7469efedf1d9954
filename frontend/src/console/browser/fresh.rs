//! Fresh appeals beside the map, for who is signed in: the server's own list, asked for anew. The map draws what
//! the list says.

use super::{
    app::{App, now_ms},
    element, panel,
};
use crate::{
    console::cut::{FRESH, cut},
    url::{query_value, with_query},
};
use leptos::prelude::*;
use std::{cell::Cell, rc::Rc};

/// The list is asked for so often, ms.
const FRESH_MS: f64 = 10_000.0;

/// When the list was asked for last.
#[derive(Debug, Default)]
pub(super) struct State {
    asked_ms: Cell<Option<f64>>,
}

/// Once a second: is it time to ask? Where nobody is signed in there is no place for the list, and nothing to ask.
pub(super) fn refresh(app: &Rc<App>) {
    let now = now_ms();
    let due = app.fresh.asked_ms.get().is_none_or(|asked| now - asked > FRESH_MS);
    if !due || document().hidden() || element("fresh-place").is_none() {
        return;
    }
    app.fresh.asked_ms.set(Some(now));
    let app = Rc::clone(app);
    leptos::task::spawn_local(async move {
        let search = window().location().search().unwrap_or_default();
        // Nobody sits before a page that asks by itself: that does not keep a session alive.
        let path = with_query("/staff/fresh?quiet=1", "lang", app.language);
        let path = with_query(&path, "at", &query_value(&search, "at").unwrap_or_default());
        let answer = panel::fetch_text(&path).await;
        let Some(place) = element("fresh-place") else { return };
        // Busy or cut off: what is shown is better than an excuse.
        if let Ok(page) = answer {
            match cut(&page, FRESH) {
                Some(list) => panel::replace(&place, &format!("{}{list}{}", FRESH.0, FRESH.1)),
                // It led to the form: the session is over, the list is nobody's any more.
                None => over(&place),
            }
        }
        tell();
        let map = app.map.borrow().clone();
        if let Some(map) = map {
            map.fresh();
        }
    });
}

fn over(place: &web_sys::HtmlElement) {
    let words = place.get_attribute("data-over").unwrap_or_default();
    let link = format!("<a href=\"/staff/sign-in?next=%2F\">{words}</a>");
    panel::replace(place, &format!("<p class=\"empty\">{link}</p>"));
}

/// Says aloud what is new, and nothing when nothing is.
fn tell() {
    let (Some(said), Some(status)) = (element("fresh-said"), element("fresh-status")) else {
        return;
    };
    let said = said.text_content();
    if status.text_content() != said {
        status.set_text_content(said.as_deref());
    }
}
