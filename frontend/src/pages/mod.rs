//! Server-rendered pages: plain HTML that reads and works without a script.

mod alerts;
mod chart;
mod document;
mod feeds;
mod frame;
mod incidents;
mod ladder;
pub(crate) mod marks;
mod routes;
mod search;
mod segment;
mod stops;
mod vehicle;

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;

pub use document::render;

use crate::{
    format::Voice,
    office,
    page::{Page, Shell},
    url::encode,
};
use leptos::prelude::*;

/// What every part of a page is given.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub voice: Voice,
    pub shell: &'a Shell,
}

impl<'a> Context<'a> {
    fn new(shell: &'a Shell) -> Self {
        let voice = Voice {
            language: shell.language,
            text: shell.language.text(),
            utc_offset_s: shell.status.utc_offset_s,
            at: shell.status.at,
        };
        Self { voice, shell }
    }
}

/// Title and content of `<main>`.
fn content(context: Context<'_>, page: &Page) -> (String, AnyView) {
    let text = context.voice.text;
    match page {
        Page::Map(list) => (text.map.to_owned(), routes::map_page(context, list)),
        Page::Routes(list) => (text.routes.to_owned(), routes::list_page(context, list)),
        Page::Route(detail) => {
            let title = format!("{} {}", text.route, detail.route.short_name);
            (title, routes::detail_page(context, detail))
        }
        Page::Stops(list) => (text.stops.to_owned(), stops::list_page(context, list)),
        Page::Stop(detail) => (detail.stop.name.clone(), stops::detail_page(context, detail)),
        Page::Vehicle(detail) => {
            let name = detail.vehicle.label.as_ref().unwrap_or(&detail.vehicle.vehicle_id);
            (format!("{} {name}", text.bus), vehicle::page(context, detail))
        }
        Page::Segment(detail) => {
            let segment = &detail.segment;
            let title = format!("{} — {}", segment.from_stop_name, segment.to_stop_name);
            (title, segment::page(context, detail))
        }
        Page::Incidents(list) => (text.incidents.to_owned(), incidents::page(context, list)),
        Page::Feeds => (text.feeds.to_owned(), feeds::page(context)),
        Page::Search { query, result } => {
            (text.search.to_owned(), search::page(context, query, result))
        }
        Page::Office(page) => office::content(context, page),
        Page::Error(problem) => (
            search::problem_title(context, problem).to_owned(),
            search::problem_page(context, problem),
        ),
    }
}

fn route_path(route_id: &str) -> String {
    format!("/routes/{}", encode(route_id))
}

fn stop_path(stop_id: &str) -> String {
    format!("/stops/{}", encode(stop_id))
}

fn vehicle_path(vehicle_id: &str) -> String {
    format!("/vehicles/{}", encode(vehicle_id))
}

/// A heading with the way to the same thing on the map.
fn heading(
    context: Context<'_>,
    title: AnyView,
    sub: Option<String>,
    on_map: Option<String>,
) -> AnyView {
    let text = context.voice.text;
    view! {
        <div class="heading">
            <div class="heading-words">
                <h1>{title}</h1>
                {sub.filter(|sub| !sub.is_empty()).map(|sub| view! { <p class="sub">{sub}</p> })}
            </div>
            {on_map.map(|href| view! { <a class="button on-map" href=href>{text.on_map}</a> })}
        </div>
    }
    .into_any()
}

/// One figure with its name.
fn fact(name: &'static str, value: impl IntoView + 'static) -> AnyView {
    view! { <div class="fact"><dt>{name}</dt><dd>{value}</dd></div> }.into_any()
}

/// Seconds late or early, the word below the figure.
fn deviation(context: Context<'_>, s: Option<i32>) -> AnyView {
    let (figure, word) = context.voice.deviation(s);
    view! { {figure}{word.map(|word| view! { <small class="block">{word}</small> })} }.into_any()
}

/// The head of a column of route numbers: narrow for the eye, whole for the ear.
fn number_head(context: Context<'_>) -> AnyView {
    view! {
        <th scope="col"><span aria-hidden="true">"№"</span><span class="sr">{context.voice.text.route}</span></th>
    }
    .into_any()
}
