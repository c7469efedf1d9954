//! The island's life in the browser.

mod app;
mod bridge;
mod events;
mod fresh;
mod panel;
mod socket;

use super::{Settings, Signals};
use crate::page::Language;
use leptos::prelude::*;
use std::rc::Rc;

/// Brings the island to life once its HTML stands.
pub(super) fn start(settings: Settings, language: Language, signals: Signals) {
    Effect::new(move |started: Option<()>| {
        if started.is_some() {
            return;
        }
        let app = app::App::new(settings.clone(), language, signals);
        events::listen(&app);
        app::run(&app);
        panel::restore(&app);
        let app = Rc::clone(&app);
        leptos::task::spawn_local(async move { bridge::open(&app).await });
    });
}

/// The element of an id that the page has for certain; `None` only if someone changed the page.
fn element(id: &str) -> Option<web_sys::HtmlElement> {
    use wasm_bindgen::JsCast;
    document().get_element_by_id(id)?.dyn_into().ok()
}
