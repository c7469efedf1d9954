//! What became of an appeal since its answer: measures against the problem, and what they did.

use super::parts::{day, instant};
use super::words::Words;
use crate::pages::Context;
use leptos::prelude::*;

/// What was measured before and after a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Mean headway, minutes.
    Headway,
    /// Runs a day.
    Runs,
    /// Vehicles in service.
    Vehicles,
    /// Excess wait, minutes.
    Wait,
}

/// What a measure did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// In which metric.
    pub metric: Metric,
    /// Before.
    pub before: f64,
    /// After.
    pub after: f64,
    /// The true difference lies between these with 95 %.
    pub interval: (f64, f64),
    /// It got better, or worse, by more than the uncertainty.
    pub better: Option<bool>,
}

/// A promised measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promised {
    /// In words.
    pub text: String,
    /// By when, `YYYY-MM-DD`.
    pub due_on: String,
    /// When it was done.
    pub done_on: Option<String>,
}

/// The problem behind many appeals, as each of their applicants is told of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Its number.
    pub number: String,
    /// What is promised.
    pub measures: Vec<Promised>,
    /// What that did.
    pub changes: Vec<Change>,
}

/// What became of it since: a measure, its effect.
pub(super) fn told_since(
    context: Context<'_>,
    words: &'static Words,
    told: &[api::AppealNotice],
) -> Option<AnyView> {
    let lines: Vec<_> = told
        .iter()
        .map(|notice| {
            let at = instant(words, context.voice, notice.at);
            view! { <p class="own-words">{notice.text.clone()}</p><p class="note">{at}</p> }
        })
        .collect();
    (!lines.is_empty())
        .then(|| view! { <section class="card"><h2>{words.since}</h2>{lines}</section> }.into_any())
}

/// What is promised against the problem, and what it did, with its uncertainty.
pub(super) fn problem(
    context: Context<'_>,
    words: &'static Words,
    problem: &Problem,
) -> Option<AnyView> {
    let measures = problem.measures.iter().map(|measure| {
        let when = match &measure.done_on {
            Some(done) => format!("{}: {}", words.measure_done, day(words, done)),
            None => format!("{}: {}", words.measure_due, day(words, &measure.due_on)),
        };
        view! { <li>{measure.text.clone()}<small class="block">{when}</small></li> }
    });
    let changes = problem.changes.iter().map(|change| change_line(context, words, change));
    let effect = (!problem.changes.is_empty())
        .then(|| view! { <h3>{words.effect}</h3><ul>{changes.collect_view()}</ul> });
    (!problem.measures.is_empty()).then(|| {
        view! {
            <section class="card">
                <h2>{words.case.replace("{n}", &problem.number)}</h2>
                <ul>{measures.collect_view()}</ul>
                {effect}
            </section>
        }
        .into_any()
    })
}

fn change_line(context: Context<'_>, words: &'static Words, change: &Change) -> AnyView {
    let what = match change.metric {
        Metric::Headway => words.metric_headway,
        Metric::Runs => words.metric_runs,
        Metric::Vehicles => words.metric_vehicles,
        Metric::Wait => words.metric_wait,
    };
    let figure = |value: f64| context.voice.decimal(value);
    let signed = |value: f64| {
        if value < 0.0 { format!("−{}", figure(-value)) } else { format!("+{}", figure(value)) }
    };
    let line = words.effect_line.replace("{what}", what);
    let line = line.replace("{before}", &figure(change.before));
    let line = line.replace("{after}", &figure(change.after));
    let range = words.effect_range.replace("{from}", &signed(change.interval.0));
    let range = range.replace("{to}", &signed(change.interval.1));
    let outcome = match change.better {
        Some(true) => words.effect_better,
        Some(false) => words.effect_worse,
        None => words.effect_unclear,
    };
    view! { <li>{line}" "<b>{outcome}</b><small class="block">{range}</small></li> }.into_any()
}
