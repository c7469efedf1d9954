//! One case: its appeals, what was found, the measure, its effect.

use super::refusal_name;
use super::words::{Words, event_name, flag_name, measure_name, metric_name, status_name, words};
use crate::office::handler::{JournalLine, Offered};
use crate::office::queue::{Left, appeal_path, left_mark, named};
use crate::page::Language;
use crate::pages::Context;
use api::AppealRow;
use leptos::prelude::*;
use std::collections::BTreeMap;

/// A measure as it is shown.
#[derive(Clone, Debug)]
pub struct MeasureLine {
    /// Id.
    pub id: String,
    /// Kind.
    pub kind: String,
    /// In words.
    pub text: String,
    /// Buses more, runs more a day, headway in seconds.
    pub promise: (Option<u32>, Option<u32>, Option<i32>),
    /// Who does it.
    pub org: String,
    /// Promised, due and done on: `YYYY-MM-DD`.
    pub promised_on: String,
    /// By when.
    pub due_on: String,
    /// When it was done.
    pub done_on: Option<String>,
    /// Too late.
    pub late: bool,
}

/// A figure of an effect.
#[derive(Clone, Debug)]
pub struct EffectLine {
    /// Metric.
    pub metric: String,
    /// Mean before and after.
    pub before: f64,
    /// Mean after.
    pub after: f64,
    /// The change, against the controls where there are any.
    pub change: f64,
    /// 95 % of it lie between.
    pub interval: (f64, f64),
    /// Days before and after.
    pub days: (usize, usize),
    /// Numbers of control routes.
    pub controls: Vec<String>,
    /// What to know.
    pub flags: Vec<String>,
    /// `better`, `worse` or `unclear`.
    pub outcome: String,
}

/// What became of a command on all appeals.
#[derive(Clone, Debug, Default)]
pub struct BatchTold {
    /// Done for so many.
    pub done: usize,
    /// Numbers for which it was not, and why.
    pub refused: Vec<(String, String)>,
}

/// What the page of one case is made of.
#[derive(Clone, Debug)]
pub struct CasePage {
    /// Its number.
    pub number: String,
    /// In a few words.
    pub title: String,
    /// To be sent with the next command.
    pub version: u32,
    /// Kind.
    pub kind: String,
    /// Status.
    pub status: String,
    /// When it was opened.
    pub opened_at: i64,
    /// Who looks after it.
    pub owner: Option<String>,
    /// The number on the bus.
    pub route: Option<String>,
    /// `route_id`.
    pub route_id: Option<String>,
    /// Names of stops.
    pub stops: Vec<String>,
    /// From, to: `HH:MM`.
    pub hours: Option<(String, String)>,
    /// What was found.
    pub finding: Option<String>,
    /// Its appeals, with the time that each has left.
    pub appeals: Vec<(AppealRow, Left)>,
    /// Answers that wait for approval, and those that may go out.
    pub waiting: (usize, usize),
    /// Measures.
    pub measures: Vec<MeasureLine>,
    /// Effects.
    pub effects: Vec<EffectLine>,
    /// Journal.
    pub journal: Vec<JournalLine>,
    /// What may be done.
    pub offers: Vec<Offered>,
    /// May write, approve and send answers.
    pub may: MayAnswer,
    /// Texts that all answers begin with: kk, ru, en.
    pub texts: [String; 3],
    /// What applicants would be told of the effect: kk, ru, en.
    pub told: [String; 3],
    /// Names of kinds and statuses of appeals.
    pub names: BTreeMap<String, String>,
    /// Today, `YYYY-MM-DD`.
    pub today: String,
    /// Refused command and why.
    pub fault: Option<(String, String)>,
    /// What was typed for it.
    pub typed: BTreeMap<String, String>,
    /// What was done on all appeals just now.
    pub batch: Option<BatchTold>,
    /// Something was done just now.
    pub done: bool,
}

/// What somebody may do with answers.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a permission of its own")]
pub struct MayAnswer {
    /// Write.
    pub draft: bool,
    /// Approve.
    pub approve: bool,
    /// Send.
    pub send: bool,
    /// Study effects and tell of them.
    pub study: bool,
}

/// Title and content.
pub(in crate::office) fn page(context: Context<'_>, page: &CasePage) -> (String, AnyView) {
    let language = context.shell.language;
    let words = words(language);
    let title = format!("{} {}", words.case, page.number);
    let main = view! {
        <p class="sub"><a href="/staff/cases">"← "{words.back}</a></p>
        <div class="heading">
            <div class="heading-words">
                <h1>{title.clone()}</h1>
                <p class="sub">{page.title.clone()}" · "<strong>{status_name(language, &page.status)}</strong></p>
            </div>
        </div>
        {said(language, page, words)}
        <div class="desk">
            <div class="desk-facts">{facts(context, page, words)}{measures(language, page, words)}</div>
            <div class="desk-evidence">
                {effects(language, page, words)}
                {appeals(context, page, words)}
                {journal(context, page, words)}
            </div>
            <div class="desk-actions">{super::forms::section(language, page, words)}</div>
        </div>
        <script type="module" src="/assets/desk.mjs"></script>
    };
    (title, main.into_any())
}

fn said(language: Language, page: &CasePage, words: &'static Words) -> AnyView {
    let fault = page.fault.as_ref().map(|(_, code)| {
        let text = if code == "version" {
            words.changed.to_owned()
        } else {
            format!("{} {}", words.failed, refusal_name(language, code))
        };
        view! { <p role="alert" class="fault">{text}</p> }
    });
    let done = page.done.then(|| view! { <p role="status" class="done"><span aria-hidden="true">"✓ "</span>{words.done}</p> });
    let batch = page.batch.as_ref().map(|batch| {
        let refused: Vec<_> = batch
            .refused
            .iter()
            .map(|(number, code)| {
                view! { <li><a href=appeal_path(number)>{number.clone()}</a>": "{refusal_name(language, code)}</li> }
            })
            .collect();
        let list = (!refused.is_empty()).then(|| view! { <p>{words.batch_refused}":"</p><ul>{refused}</ul> });
        view! { <div role="status" class="done"><p>{words.batch_done}": "<strong>{batch.done}</strong></p>{list}</div> }
    });
    view! { {fault}{done}{batch} }.into_any()
}

fn fact(name: &'static str, value: Option<String>) -> Option<AnyView> {
    value.filter(|v| !v.is_empty()).map(|value| {
        view! { <div class="fact-line"><dt>{name}</dt><dd>{value}</dd></div> }.into_any()
    })
}

fn facts(context: Context<'_>, page: &CasePage, words: &'static Words) -> AnyView {
    let route = page.route.as_ref().zip(page.route_id.as_ref()).map(|(name, id)| {
        let href = format!("/routes/{}", crate::url::encode(id));
        view! { <div class="fact-line"><dt>{words.route}</dt><dd><a href=href>"№ "{name.clone()}</a></dd></div> }
    });
    let hours = page.hours.as_ref().map(|(from, to)| format!("{from}–{to}"));
    view! {
        <section aria-labelledby="facts">
            <h2 id="facts">{words.case}</h2>
            <dl class="fact-lines">
                {fact(words.kind, Some(named(&page.names, &page.kind)))}
                {route}
                {fact(words.stops, Some(page.stops.join(", ")))}
                {fact(words.hours, hours)}
                {fact(words.opened, Some(context.voice.date_time(page.opened_at)))}
                {fact(words.owner, page.owner.clone())}
                {fact(words.found, page.finding.clone())}
            </dl>
        </section>
    }
    .into_any()
}

fn measures(language: Language, page: &CasePage, words: &'static Words) -> AnyView {
    let lines: Vec<_> = page
        .measures
        .iter()
        .map(|m| {
            let (vehicles, runs, headway) = m.promise;
            let state = match (&m.done_on, m.late) {
                (Some(done), _) => format!("✓ {} {done}", words.done_on),
                (None, true) => format!("! {}", words.late),
                (None, false) => words.not_done.to_owned(),
            };
            view! {
                <li>
                    <strong>{measure_name(language, &m.kind)}</strong>" – "{m.text.clone()}
                    <dl class="fact-lines">
                        {fact(words.vehicles, vehicles.map(|n| format!("+{n}")))}
                        {fact(words.runs, runs.map(|n| format!("+{n}")))}
                        {fact(words.headway, headway.map(|s| (s / 60).to_string()))}
                        {fact(words.org, Some(m.org.clone()))}
                        {fact(words.promised, Some(m.promised_on.clone()))}
                        {fact(words.due, Some(m.due_on.clone()))}
                    </dl>
                    <p>{state}</p>
                </li>
            }
        })
        .collect();
    let empty = lines.is_empty().then(|| view! { <p class="empty">{words.no_measures}</p> });
    view! {
        <section aria-labelledby="measures"><h2 id="measures">{words.measures}</h2>{empty}<ul class="measures">{lines}</ul></section>
    }
    .into_any()
}

/// A figure of a metric: seconds in minutes.
fn figure(metric: &str, value: f64, words: &'static Words) -> String {
    if metric.ends_with("_s") {
        format!("{:.1} {}", value / 60.0, words.minutes)
    } else {
        format!("{value:.1}")
    }
}

fn effects(language: Language, page: &CasePage, words: &'static Words) -> AnyView {
    let rows: Vec<_> = page
        .effects
        .iter()
        .map(|e| {
            let of = |value| figure(&e.metric, value, words);
            let (mark, said) = match e.outcome.as_str() {
                "better" => ("✓", words.better),
                "worse" => ("✕", words.worse),
                _ => ("?", words.unclear),
            };
            let controls = if e.controls.is_empty() { words.no_controls.to_owned() } else { e.controls.join(", ") };
            let flags = e.flags.iter().map(|f| flag_name(language, f)).collect::<Vec<_>>().join("; ");
            view! {
                <tr>
                    <th scope="row">{metric_name(language, &e.metric)}</th>
                    <td>{of(e.before)}<small class="block">{e.days.0}" "{words.days}</small></td>
                    <td>{of(e.after)}<small class="block">{e.days.1}" "{words.days}</small></td>
                    <td>
                        <strong>{of(e.change)}</strong>" ("{of(e.interval.0)}" … "{of(e.interval.1)}")"
                        <small class="block"><span aria-hidden="true">{mark}" "</span>{said}</small>
                    </td>
                    <td>{controls}<small class="block">{flags}</small></td>
                </tr>
            }
        })
        .collect();
    let empty = rows.is_empty().then(|| view! { <p class="empty">{words.no_effects}</p> });
    view! {
        <section aria-labelledby="effects">
            <h2 id="effects">{words.effects}</h2>
            {empty}
            <div class="scroll" tabindex="0" role="region" aria-labelledby="effects" hidden=page.effects.is_empty()>
                <table class="queue">
                    <thead>
                        <tr>
                            <th scope="col">{words.metric}</th><th scope="col">{words.before}</th>
                            <th scope="col">{words.after}</th><th scope="col">{words.change}</th>
                            <th scope="col">{words.controls}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn appeals(context: Context<'_>, page: &CasePage, words: &'static Words) -> AnyView {
    let language = context.shell.language;
    let may = page.offers.iter().any(|o| o.command == "leave");
    let rows: Vec<_> = page
        .appeals
        .iter()
        .map(|(row, left)| {
            let label = format!("{} {}", words.choose, row.number);
            let tick = may.then(|| {
                view! { <input type="checkbox" name="appeal" value=row.number.clone() form="split" aria-label=label/> }
            });
            view! {
                <tr>
                    <td>{tick}{left_mark(language, left)}</td>
                    <th scope="row">
                        <a class="row-link" href=appeal_path(&row.number)>{row.number.clone()}</a>
                        <small class="block">{named(&page.names, &row.kind)}</small>
                    </th>
                    <td>{named(&page.names, &row.status)}<small class="block">{context.voice.date_time(row.registered_at)}</small></td>
                </tr>
            }
        })
        .collect();
    view! {
        <section aria-labelledby="appeals">
            <h2 id="appeals">{words.appeals}": "{page.appeals.len()}</h2>
            <table class="queue"><tbody>{rows}</tbody></table>
        </section>
    }
    .into_any()
}

fn journal(context: Context<'_>, page: &CasePage, words: &'static Words) -> AnyView {
    let language = context.shell.language;
    let lines: Vec<_> = page
        .journal
        .iter()
        .rev()
        .map(|line| {
            let who = line.who.clone().unwrap_or_else(|| words.machine.to_owned());
            let detail = status_name(language, &line.detail);
            view! {
                <li>
                    <small class="block">{context.voice.date_time(line.at)}" · "{who}</small>
                    <strong>{event_name(language, &line.event)}</strong>
                    {(!detail.is_empty()).then(|| view! { ": "<span>{detail}</span> })}
                </li>
            }
        })
        .collect();
    view! {
        <section aria-labelledby="journal"><h2 id="journal">{words.journal}</h2><ul class="journal">{lines}</ul></section>
    }
    .into_any()
}
