//! Cases: what patterns propose, what is being mended, and what came of it.

mod forms;
mod one;
mod words;

pub(super) use one::page as case_page;
pub use one::{BatchTold, CasePage, EffectLine, MayAnswer, MeasureLine};

use super::handler::refusal_name;
use super::queue::{appeal_path, named};
use crate::pages::Context;
use crate::url::encode;
use leptos::prelude::*;
use std::collections::BTreeMap;
use words::{Words, status_name, words};

/// A case that a pattern proposes.
#[derive(Clone, Debug)]
pub struct ProposalLine {
    /// What most of its appeals say.
    pub kind: String,
    /// The number on the bus.
    pub route: String,
    /// `route_id`.
    pub route_id: String,
    /// Names of stops.
    pub stops: Vec<String>,
    /// From, to: `HH:MM`.
    pub hours: Option<(String, String)>,
    /// Numbers of its appeals.
    pub appeals: Vec<String>,
    /// People behind them.
    pub people: usize,
}

/// A case in a list.
#[derive(Clone, Debug)]
pub struct CaseLine {
    /// Its number.
    pub number: String,
    /// In a few words.
    pub title: String,
    /// Kind.
    pub kind: String,
    /// The number on the bus.
    pub route: String,
    /// Status.
    pub status: String,
    /// When it was opened, epoch seconds.
    pub opened_at: i64,
    /// How many appeals it has.
    pub appeals: usize,
    /// A measure of it is late.
    pub late: bool,
}

/// What the page of cases is made of.
#[derive(Clone, Debug)]
pub struct CasesPage {
    /// Proposed.
    pub proposals: Vec<ProposalLine>,
    /// Appeals whose applicants joined others that have a case: both numbers.
    pub joins: Vec<(String, String)>,
    /// Opened.
    pub cases: Vec<CaseLine>,
    /// Names of kinds.
    pub names: BTreeMap<String, String>,
    /// This role may confirm and reject.
    pub may_join: bool,
    /// Why the last try was refused.
    pub fault: Option<String>,
}

/// The address of a case.
fn case_path(number: &str) -> String {
    format!("/staff/cases/{}", encode(number))
}

/// Title and content.
pub(super) fn page(context: Context<'_>, page: &CasesPage) -> (String, AnyView) {
    let language = context.shell.language;
    let words = words(language);
    let proposals: Vec<_> =
        page.proposals.iter().enumerate().map(|(n, p)| proposal(context, page, n, p)).collect();
    let nothing = proposals.is_empty().then(|| view! { <p class="empty">{words.no_proposals}</p> });
    let rows: Vec<_> = page
        .cases
        .iter()
        .map(|case| {
            let late = case.late.then(|| {
                view! { <span class="left left-overdue"><span class="left-mark" aria-hidden="true">"!"</span>{words.late}</span> }
            });
            view! {
                <tr>
                    <th scope="row">
                        <a class="row-link" href=case_path(&case.number)>{case.number.clone()}</a>
                        <span class="block">{case.title.clone()}</span>
                    </th>
                    <td><strong>"№ "{case.route.clone()}</strong><span class="block">{named(&page.names, &case.kind)}</span></td>
                    <td class="figure">{case.appeals}</td>
                    <td>{status_name(language, &case.status)}{late}<small class="block">{context.voice.date_time(case.opened_at)}</small></td>
                </tr>
            }
        })
        .collect();
    let empty = rows.is_empty().then(|| view! { <p class="empty">{words.no_cases}</p> });
    let fault = page.fault.as_ref().map(|code| {
        view! { <p role="alert" class="fault">{words.failed}" "{refusal_name(language, code)}</p> }
    });
    let main = view! {
        <h1>{words.title}</h1>
        {fault}
        <section aria-labelledby="proposed">
            <h2 id="proposed">{words.proposed}</h2>
            {nothing}
            <div class="proposals">{proposals}</div>
        </section>
        {joins(page, words)}
        <section aria-labelledby="cases">
            <h2 id="cases">{words.title}</h2>
            {empty}
            <table class="queue" hidden=page.cases.is_empty()>
                <thead>
                    <tr>
                        <th scope="col">{words.number}</th>
                        <th scope="col">{words.route}</th>
                        <th scope="col">{words.appeals}</th>
                        <th scope="col">{words.status}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
        <script type="module" src="/assets/desk.mjs"></script>
    };
    (words.title.to_owned(), main.into_any())
}

/// Who said "I join the others", where the others have a case by now.
fn joins(page: &CasesPage, words: &'static Words) -> Option<AnyView> {
    let rows: Vec<_> = page
        .joins
        .iter()
        .map(|(appeal, case)| {
            let form = page.may_join.then(|| {
                view! {
                    <form method="post" action=appeal_path(appeal)>
                        <input type="hidden" name="command" value="join_case"/>
                        <input type="hidden" name="case" value=case.clone()/>
                        <button type="submit" class="plain">{words.join_now}<span class="sr">": "{appeal.clone()}</span></button>
                    </form>
                }
            });
            view! {
                <li class="join">
                    <a href=appeal_path(appeal)>{appeal.clone()}</a>" → "<a href=case_path(case)>{case.clone()}</a>
                    {form}
                </li>
            }
        })
        .collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section aria-labelledby="joins"><h2 id="joins">{words.joins}</h2><ul class="similar">{rows}</ul></section>
        }
        .into_any()
    })
}

fn proposal(context: Context<'_>, page: &CasesPage, n: usize, line: &ProposalLine) -> AnyView {
    let language = context.shell.language;
    let words = words(language);
    let kind = named(&page.names, &line.kind);
    let hours = line.hours.as_ref().map(|(from, to)| format!("{from}–{to}"));
    let first = line.stops.first().cloned().unwrap_or_default();
    let title = format!(
        "№ {}: {}, {first} {}",
        line.route,
        kind.to_lowercase(),
        hours.clone().unwrap_or_default()
    );
    let links: Vec<_> = line
        .appeals
        .iter()
        .map(|number| view! { <li><a href=appeal_path(number)>{number.clone()}</a></li> })
        .collect();
    let (title_id, reason_id) = (format!("title-{n}"), format!("reason-{n}"));
    let forms = page.may_join.then(|| {
        view! {
            <details class="action">
                <summary>{words.confirm}</summary>
                <form class="form" method="post" action="/staff/cases">
                    <input type="hidden" name="command" value="confirm"/>
                    <input type="hidden" name="appeals" value=line.appeals.join(" ")/>
                    <div class="field">
                        <label for=title_id.clone()>{words.case_title}</label>
                        <input id=title_id name="title" value=title.trim().to_owned() required=true maxlength="200"/>
                    </div>
                    <button type="submit" class="primary">{words.confirm}</button>
                </form>
            </details>
            <details class="action">
                <summary>{words.reject}</summary>
                <form class="form" method="post" action="/staff/cases">
                    <input type="hidden" name="command" value="reject"/>
                    <input type="hidden" name="appeals" value=line.appeals.join(" ")/>
                    <div class="field">
                        <label for=reason_id.clone()>{words.reason}</label>
                        <input id=reason_id name="reason" required=true maxlength="300"/>
                    </div>
                    <button type="submit">{words.reject}</button>
                </form>
            </details>
        }
    });
    view! {
        <article class="proposal">
            <h3>"№ "{line.route.clone()}" · "{kind}</h3>
            <p>{line.stops.join(", ")}{hours.map(|h| format!(" · {h}"))}</p>
            <p class="sub">{words.appeals}": "{line.appeals.len()}" · "{line.people}" "{words.people}</p>
            <ul class="numbers">{links}</ul>
            {forms}
        </article>
    }
    .into_any()
}
