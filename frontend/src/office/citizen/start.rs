//! What happened: the landing page, the first screen, and what the codes at stops and in vehicles open.

use super::form::Form;
use super::parts::steps;
use super::words::{Words, words};
use crate::pages::Context;
use api::Arrival;
use leptos::prelude::*;
use std::collections::BTreeMap;

/// Kinds as people look for them, the most frequent first; names are the catalogue's.
const GROUPS: [(Icon, &[&str]); 5] = [
    (Icon::Wait, &["long_wait", "did_not_come", "late", "early", "irregular", "few_buses"]),
    (
        Icon::Drive,
        &[
            "passed_stop",
            "left_without_waiting",
            "moved_while_boarding",
            "off_route",
            "short_turn",
            "speeding",
        ],
    ),
    (Icon::Inside, &["overcrowded", "driver_conduct", "cold_hot_dirty", "fare", "lost_item"]),
    (Icon::Street, &["stop_condition", "signal_or_crossing_request"]),
    (Icon::Ask, &["more_runs", "new_route"]),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Icon {
    Wait,
    Drive,
    Inside,
    Street,
    Ask,
    Else,
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Self::Wait => "M12 3a9 9 0 1 0 .01 0M12 7v5l3 3",
            Self::Drive => "M4 6h16v10H4zM4 11h16M8 16v3M16 16v3",
            Self::Inside => "M9 4a2 2 0 1 0 .01 0M7 20v-6l-1-4h6l2 5h4v5",
            Self::Street => "M6 3v18M6 4h10l3 3-3 3H6",
            Self::Ask => "M12 4v16M4 12h16",
            Self::Else => "M5 12h.01M12 12h.01M19 12h.01",
        }
    }

    const fn name(self, words: &Words) -> &'static str {
        match self {
            Self::Wait => words.group_wait,
            Self::Drive => words.group_drive,
            Self::Inside => words.group_inside,
            Self::Street => words.group_street,
            Self::Ask => words.group_ask,
            Self::Else => words.group_else,
        }
    }
}

/// The landing page and the first screen.
#[derive(Clone, Debug)]
pub struct StartPage {
    /// What is known already: by a link, or because the kind is to be changed.
    pub form: Form,
    /// Names of the kinds.
    pub names: BTreeMap<String, String>,
    /// It is the landing page, not a step of a form that was begun.
    pub landing: bool,
}

/// What the code at a stop or in a vehicle opens.
#[derive(Clone, Debug)]
pub struct HerePage {
    /// Stop or vehicle, and the channel.
    pub form: Form,
    /// Names of the kinds.
    pub names: BTreeMap<String, String>,
    /// The stop's or the bus's name.
    pub title: String,
    /// At a stop: what comes.
    pub next: Option<Vec<Arrival>>,
    /// In a vehicle: its route.
    pub line: Option<String>,
}

/// A danger comes first, wherever somebody begins.
fn safety(words: &Words) -> AnyView {
    view! {
        <p class="safety">
            {words.danger_first}" "
            <a href="tel:112">"112"</a>" "{words.rescue}", "
            <a href="tel:102">"102"</a>" "{words.police}
        </p>
    }
    .into_any()
}

/// One choice: a link while nothing personal was entered, else a button that posts everything on.
fn choice(form: &Form, kind: &str, name: String, thanks: bool, icon: Icon) -> AnyView {
    let picture = view! { <svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true"><path d=icon.path()/></svg> };
    if form.is_personal() {
        let value = if thanks { "thanks" } else { kind }.to_owned();
        return view! { <button class="choice" type="submit" name="kind" value=value>{picture}{name}</button> }
            .into_any();
    }
    let mut form = form.clone();
    form.set("kind", if thanks { "other" } else { kind });
    form.set("thanks", if thanks { "1" } else { "" });
    view! { <a class="choice" href=format!("/appeals/new?{}", form.query())>{picture}{name}</a> }
        .into_any()
}

fn groups(words: &Words, form: &Form, names: &BTreeMap<String, String>, first: Icon) -> AnyView {
    let name = |code: &str| names.get(code).cloned().unwrap_or_else(|| code.to_owned());
    let mut ordered: Vec<_> = GROUPS.iter().collect();
    ordered.sort_by_key(|(icon, _)| *icon != first);
    let sections = ordered.into_iter().map(|(icon, kinds)| {
        let choices = kinds.iter().map(|k| choice(form, k, name(k), false, *icon));
        view! {
            <section>
                <h2>{icon.name(words)}</h2>
                <div class="choices">{choices.collect_view()}</div>
            </section>
        }
    });
    view! {
        {sections.collect_view()}
        <section>
            <h2>{words.group_else}</h2>
            <div class="choices">
                {choice(form, "other", name("other"), false, Icon::Else)}
                {choice(form, "other", words.thanks.to_owned(), true, Icon::Else)}
            </div>
        </section>
    }
    .into_any()
}

/// The landing page, and the first screen.
pub fn page(context: Context<'_>, page: &StartPage) -> (String, AnyView) {
    let words = words(context.shell.language);
    let groups = groups(words, &page.form, &page.names, Icon::Wait);
    let groups = if page.form.is_personal() {
        let carried = page.form.hidden(&["kind", "thanks"]);
        view! { <form method="post" action="/appeals/new/place">{carried}{groups}</form> }
            .into_any()
    } else {
        groups
    };
    let main = view! {
        <div class="citizen">
            {(!page.landing).then(|| steps(words, 1))}
            <h1>{words.what_happened}</h1>
            {safety(words)}
            {page.landing.then(|| view! {
                <p class="sub">{words.no_account}</p>
                <p class="two">
                    <a class="button" href="/appeals/status">{words.by_number}</a>
                    <a class="button" href="/help">{crate::office::help_name(context.shell.language)}</a>
                </p>
            })}
            {groups}
        </div>
    };
    (words.appeals.to_owned(), main.into_any())
}

/// By the code at a stop or in a vehicle: first what is there now, then what happened.
pub fn here(context: Context<'_>, page: &HerePage) -> (String, AnyView) {
    let words = words(context.shell.language);
    let at_stop = page.next.is_some();
    let first = if at_stop { Icon::Wait } else { Icon::Inside };
    let line =
        page.line.clone().map(|line| view! { <p class="sub">{words.this_bus}": "{line}</p> });
    let main = view! {
        <div class="citizen">
            <h1>{page.title.clone()}</h1>
            {line}
            {page.next.as_ref().map(|next| view! {
                <section><h2>{words.next_buses}</h2>{arrivals(context, words, next)}</section>
            })}
            <section>
                <h2 class="question">{if at_stop { words.see_here } else { words.what_happened }}</h2>
                {safety(words)}
            </section>
            {groups(words, &page.form, &page.names, first)}
        </div>
    };
    (page.title.clone(), main.into_any())
}

/// What comes, a line each.
pub fn arrivals(context: Context<'_>, words: &Words, next: &[Arrival]) -> AnyView {
    if next.is_empty() {
        return view! { <p class="empty">{words.no_buses}</p> }.into_any();
    }
    let voice = context.voice;
    let lines = next.iter().map(|bus| {
        let (time, aside) = match bus.expected {
            Some(at) => (voice.relative(at), voice.time(at)),
            None => (voice.time(bus.scheduled), words.by_plan.to_owned()),
        };
        view! {
            <li>
                <b class="badge">{bus.route_short_name.clone()}</b>
                <span class="grow">{bus.headsign.clone()}</span>
                <span class="num">{time}<small class="block">{aside}</small></span>
            </li>
        }
    });
    view! { <ul class="buses">{lines.collect_view()}</ul> }.into_any()
}
