//! The facts in sentences.

use super::Told;
use super::words::filled;
use api::EvidenceWindow;
use leptos::prelude::*;

/// Times named in a sentence at most.
const TIMES_MAX: usize = 12;

fn times(told: Told<'_>, at: impl Iterator<Item = i64>) -> String {
    let mut list: Vec<String> = at.map(|at| told.voice.time(at)).collect();
    if list.len() > TIMES_MAX {
        list.truncate(TIMES_MAX);
        list.push("…".to_owned());
    }
    list.join(", ")
}

/// Where and when was looked.
fn place(told: Told<'_>) -> String {
    let (found, words) = (told.found, told.words);
    let mut parts = vec![filled(words.route, &[("route", &told.route())])];
    if let Some(headsign) = found.headsign.as_ref().filter(|h| !h.is_empty()) {
        parts.push(filled(words.towards, &[("headsign", headsign)]));
    }
    if found.stop_id.is_some() {
        parts.push(filled(words.stop, &[("stop", &told.stop())]));
    }
    format!("{}.", parts.join(", "))
}

fn looked(told: Told<'_>) -> Option<String> {
    let (voice, words) = (told.voice, told.words);
    let windows = &told.found.windows;
    let first = windows.first()?;
    let (from, to) = (voice.time(first.from), voice.time(first.to));
    Some(match windows.len() {
        1 => {
            let date = voice.date_time(first.from);
            let date = date.split(' ').next().unwrap_or_default();
            filled(words.looked, &[("date", date), ("from", &from), ("to", &to)])
        }
        days => {
            let days = days.to_string();
            filled(words.looked_days, &[("days", &days), ("from", &from), ("to", &to)])
        }
    })
}

/// What the timetable promised and what came, in one window.
fn happened(told: Told<'_>, window: &EvidenceWindow) -> Vec<String> {
    let (voice, words, found) = (told.voice, told.words, told.found);
    let mut lines = Vec::new();
    if window.planned.is_empty() {
        lines.push(words.planned_none.to_owned());
    } else {
        let times = times(told, window.planned.iter().map(|p| p.at));
        lines.push(filled(words.planned, &[("times", &times)]));
    }
    let inside = |at: i64| at >= window.from && at <= window.to;
    let seen = window.passages.iter().filter(|p| p.certainty == "seen" && inside(p.at));
    let seen = times(told, seen.map(|p| p.at));
    // Nothing is said of a time of which nothing is known.
    let watched = window.coverage.observed > 0.0;
    match (seen.is_empty(), watched) {
        (false, _) => lines.push(filled(words.seen, &[("times", &seen)])),
        (true, true) => lines.push(words.seen_none.to_owned()),
        (true, false) => {}
    }
    let unsure = window.passages.iter().filter(|p| p.certainty != "seen" && inside(p.at)).count();
    if unsure > 0 {
        lines.push(filled(words.unsure, &[("count", &unsure.to_string())]));
    }
    if let Some(gap) = window.gap.as_ref().filter(|g| g.at_least_s >= 60) {
        let (from, to) = (voice.time(gap.sure_from), voice.time(gap.sure_to));
        let span = voice.roughly(gap.at_least_s);
        lines.push(filled(words.gap, &[("from", &from), ("to", &to), ("span", &span)]));
    }
    if let Some(headway) = window.scheduled_headway_s {
        lines.push(filled(words.headway, &[("span", &voice.roughly(headway))]));
    }
    if let (Some(at), Some(wait)) = (found.event_at, window.wait_s) {
        let (time, span) = (voice.time(at), voice.roughly(wait));
        lines.push(match window.scheduled_wait_s {
            Some(planned) => {
                let planned = voice.roughly(planned);
                filled(words.waited, &[("time", &time), ("span", &span), ("planned", &planned)])
            }
            None => filled(words.waited_without_plan, &[("time", &time), ("span", &span)]),
        });
    }
    lines
}

fn runs(told: Told<'_>) -> Option<String> {
    let sum = |pick: fn(&EvidenceWindow) -> u32| told.found.windows.iter().map(pick).sum::<u32>();
    let planned = sum(|w| w.runs_planned);
    let words = [
        ("planned", planned.to_string()),
        ("driven", sum(|w| w.runs_driven).to_string()),
        ("missing", sum(|w| w.runs_missing).to_string()),
    ];
    let words = words.each_ref().map(|(name, value)| (*name, value.as_str()));
    (planned > 0).then(|| filled(told.words.runs, &words))
}

fn holes(told: Told<'_>) -> Option<String> {
    let picture = told.found.picture.as_ref()?;
    let inside = |h: &&(i64, i64)| h.1 > picture.window_from && h.0 < picture.window_to;
    let spans: Vec<String> = picture
        .holes
        .iter()
        .filter(inside)
        .map(|(from, to)| format!("{}–{}", told.voice.time(*from), told.voice.time(*to)))
        .collect();
    (!spans.is_empty()).then(|| filled(told.words.holes, &[("spans", &spans.join(", "))]))
}

pub(super) fn sentences(told: Told<'_>) -> AnyView {
    let found = told.found;
    let one = if let [window] = found.windows.as_slice() { Some(window) } else { None };
    let mut lines = Vec::new();
    if let Some(window) = one.filter(|_| found.stop_id.is_some()) {
        lines.extend(happened(told, window));
    }
    lines.extend(runs(told));
    lines.extend(holes(told));
    if found.verdict.as_ref().is_some_and(|v| v.machine == "undetermined_no_data") {
        lines.push(told.words.no_data.to_owned());
    }
    let lines: Vec<_> = lines.into_iter().map(|line| view! { <li>{line}</li> }).collect();
    let placed = found.route_id.is_some();
    view! {
        {placed.then(|| view! { <p class="evidence-place">{place(told)} " " {looked(told)}</p> })}
        <ul class="evidence-facts">{lines}</ul>
    }
    .into_any()
}
