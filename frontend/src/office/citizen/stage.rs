//! What became of an appeal: by number and PIN.

use super::Told;
use super::parts::{day, instant, photo, row, told};
pub use super::since::{Change, Metric, Problem, Promised};
use super::since::{problem, told_since};
use super::words::{Words, words};
use crate::office::evidence::evidence_plain;
use crate::pages::Context;
use api::{AppealAnswer, AppealEvidence, AppealStage};
use leptos::prelude::*;

/// Why number and PIN are asked for again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusFault {
    /// One of them is wrong; which, is not said.
    Wrong,
    /// Too many tries.
    TooMany,
    /// The time since they were given has passed.
    Over,
}

/// The form for number and PIN.
#[derive(Clone, Debug, Default)]
pub struct StatusPage {
    /// Why it is shown again.
    pub fault: Option<StatusFault>,
    /// The number, as it was typed.
    pub number: String,
}

/// What a line of the journal says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// A status, in the reader's words.
    Status(String),
    /// The applicant is asked.
    Asked(String),
    /// The applicant added.
    Added(String),
    /// A longer term.
    Extended(String),
    /// Passed on: to whom, why.
    Redirected(String),
    /// A ground of refusal or return, in words.
    Reason(String),
    /// Of a case.
    Case,
    /// The record was looked at.
    Checked,
    /// A measure is watched.
    Measure,
}

/// A public line of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub at: i64,
    /// What.
    pub kind: LineKind,
}

/// What the applicant may do now: the register's own machine was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a form of the page")]
pub struct May {
    /// Say more.
    pub add: bool,
    /// Take it back.
    pub withdraw: bool,
    /// Say that it is mended, or is not.
    pub confirm: bool,
    /// Rate the answer.
    pub rate: bool,
}

/// What was just done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is said by its words")]
pub enum Done {
    Added,
    Photo,
    PhotoRefused,
    Withdrawn,
    Confirmed,
    Rated,
    Refused,
    Empty,
}

/// What the page is made of.
#[derive(Clone, Debug)]
pub struct StagePage {
    /// The stage.
    pub stage: AppealStage,
    /// What it is about.
    pub told: Told,
    /// The applicant's own words.
    pub text: String,
    /// The journal's public lines.
    pub lines: Vec<Line>,
    /// What the buses' record says, where one is kept.
    pub evidence: Option<AppealEvidence>,
    /// The problem that it is part of.
    pub problem: Option<Problem>,
    /// What may be done.
    pub may: May,
    /// Today, days before the answer is due; negative when it is late; none when none is awaited.
    pub days_left: Option<i64>,
    /// Pictures and other files that came with it.
    pub photos: usize,
    /// The rating given.
    pub rated: Option<u8>,
    /// What was just done.
    pub done: Option<Done>,
}

/// The form for number and PIN.
pub fn sign_in(context: Context<'_>, page: &StatusPage) -> (String, AnyView) {
    let words = words(context.shell.language);
    let fault = page.fault.map(|fault| {
        let text = match fault {
            StatusFault::Wrong => words.wrong,
            StatusFault::TooMany => words.too_many,
            StatusFault::Over => words.sign_in_again,
        };
        view! { <p role="alert" class="fault" tabindex="-1" autofocus=true>{text}</p> }
    });
    let main = view! {
        <div class="citizen">
            <h1>{words.status}</h1>
            <p class="sub">{words.status_note}</p>
            {fault}
            <form class="form narrow" method="post" action="/appeals/status">
                <div class="field">
                    <label for="number">{words.number}</label>
                    <input
                        id="number" name="number" value=page.number.clone() required=true maxlength="40"
                        autocomplete="off" aria-describedby="number-hint"
                    />
                    <p class="hint" id="number-hint">{words.number_hint}</p>
                </div>
                <div class="field">
                    <label for="pin">{words.pin}</label>
                    <input
                        id="pin" name="pin" inputmode="numeric" required=true maxlength="20"
                        autocomplete="off" aria-describedby="pin-hint"
                    />
                    <p class="hint" id="pin-hint">{words.pin_hint}</p>
                </div>
                <button type="submit" class="primary big">{words.look}</button>
            </form>
            <p class="two">
                <a class="button" href="/my">{words.account}</a>
                <a class="button" href="/appeals">{words.appeals}</a>
            </p>
        </div>
    };
    (words.status.to_owned(), main.into_any())
}

/// Title and content.
pub fn page(context: Context<'_>, page: &StagePage) -> (String, AnyView) {
    let words = words(context.shell.language);
    let stage = &page.stage;
    let main = view! {
        <div class="citizen">
            <div class="heading">
                <h1>{stage.number.clone()}</h1>
                <form method="post" action="/appeals/status/leave">
                    <button type="submit" class="plain">{words.leave}</button>
                </form>
            </div>
            {page.done.map(|done| said(words, done))}
            <p class="state-line"><b>{stage.label.clone()}</b></p>
            {way(context, words, page)}
            {term(words, page)}
            {record(context, words, page)}
            {stage.answer.as_ref().map(|a| answer(context, words, a))}
            {told_since(context, words, &stage.told)}
            {page.problem.as_ref().and_then(|p| problem(context, words, p))}
            {word(words, page)}
            {rating(words, page)}
            <section><h2>{words.journal}</h2>{journal(context, words, &page.lines)}</section>
            {add(words, page)}
            <section class="card">
                <dl class="told">
                    {told(context, words, &page.told)}
                    {(!page.text.is_empty()).then(|| row(words.your_words, view! { <span class="own-words">{page.text.clone()}</span> }))}
                    {(page.photos > 0).then(|| row(words.photos, page.photos))}
                </dl>
            </section>
            {withdraw(words, page)}
        </div>
    };
    (stage.number.clone(), main.into_any())
}

fn said(words: &Words, done: Done) -> AnyView {
    let (class, text) = match done {
        Done::Added => ("done", words.done_add),
        Done::Photo => ("done", words.done_photo),
        Done::PhotoRefused => ("fault", words.photo_refused),
        Done::Withdrawn => ("done", words.done_withdraw),
        Done::Confirmed => ("done", words.done_confirm),
        Done::Rated => ("done", words.done_rate),
        Done::Refused => ("fault", words.refused),
        Done::Empty => ("fault", words.write_something),
    };
    view! { <p class=class role="status">{text}</p> }.into_any()
}

/// Registered, assigned, in work, answered: with the day of each, by word and mark.
fn way(context: Context<'_>, words: &Words, page: &StagePage) -> AnyView {
    let stage = &page.stage;
    let at = |statuses: &[&str]| {
        stage.steps.iter().find(|s| statuses.contains(&s.status.as_str())).map(|s| s.at)
    };
    let work = ["in_work", "with_carrier", "need_info", "answer_draft", "answer_review"];
    let answered = ["answered", "redirected", "not_considered", "returned", "withdrawn"];
    let mut marks = [
        (words.stage_registered, at(&["registered"])),
        (words.stage_assigned, at(&["triaged"])),
        (words.stage_work, at(&work)),
        (words.stage_answer, at(&answered)),
    ];
    // A stage that was passed over is behind as well.
    let last = marks.iter().rposition(|(_, at)| at.is_some()).unwrap_or(0);
    if last == marks.len() - 1 {
        marks[last].0 = if at(&["answered"]).is_some() { words.stage_answer } else { "" };
    }
    let marks = marks.into_iter().enumerate().map(|(i, (name, at))| {
        let name = if name.is_empty() { stage.label.clone() } else { name.to_owned() };
        let date = at.map(|at| context.voice.date_time(at));
        let date = date.as_deref().and_then(|d| d.split(' ').next()).map(|d| day(words, d));
        view! {
            <li class:behind=i <= last aria-current=(i == last).then_some("step")>
                <b>{name}</b><small class="block">{date}</small>
            </li>
        }
    });
    view! { <ol class="way-of">{marks.collect_view()}</ol> }.into_any()
}

fn term(words: &Words, page: &StagePage) -> AnyView {
    let stage = &page.stage;
    let left = page.days_left.map(|days| match days {
        ..0 => words.overdue.to_owned(),
        0 => words.due_today.to_owned(),
        days => words.days_left.replace("{n}", &days.to_string()),
    });
    let due = stage.due_on.as_ref().map_or_else(
        || words.due_signal.to_owned(),
        |date| format!("{}: {}", words.due, day(words, date)),
    );
    let provisional = stage.due_provisional.then_some(words.due_provisional);
    view! {
        <p class="term">{due}{left.map(|left| view! { " · "<b>{left}</b> })}</p>
        {provisional.map(|text| view! { <p class="note">{text}</p> })}
    }
    .into_any()
}

/// What the buses' record says, in words and pictures; without a record only what was signed.
fn record(context: Context<'_>, words: &'static Words, page: &StagePage) -> Option<AnyView> {
    match &page.evidence {
        Some(evidence) if evidence.found.is_some() || evidence.pending => {
            Some(evidence_plain(evidence, context.shell.language))
        }
        _ => finding(words, &page.stage),
    }
}

fn finding(words: &'static Words, stage: &AppealStage) -> Option<AnyView> {
    let text = match stage.finding.as_deref()? {
        "confirmed" => words.found_confirmed,
        "partly_confirmed" => words.found_partly,
        "not_confirmed" => words.found_not,
        "contradicted" => words.found_contradicted,
        "undetermined_no_data" => words.found_no_data,
        _ => words.found_not_measurable,
    };
    Some(view! { <section><h2>{words.found}</h2><p>{text}</p></section> }.into_any())
}

fn answer(context: Context<'_>, words: &'static Words, answer: &AppealAnswer) -> AnyView {
    let sent = answer.sent_at.map(|at| instant(words, context.voice, at));
    view! {
        <section class="card answer" lang=answer.language.clone()>
            <h2>{words.answer}</h2>
            <p class="own-words">{answer.body.clone()}</p>
            <p class="note"><b>{words.basis}": "</b>{answer.legal_basis.clone()}</p>
            <p class="note"><b>{words.right}": "</b>{answer.right_of_appeal.clone()}</p>
            {sent.map(|sent| view! { <p class="note">{sent}</p> })}
        </section>
    }
    .into_any()
}

/// Whether it is mended: the applicant's own word.
fn word(words: &'static Words, page: &StagePage) -> Option<AnyView> {
    page.may.confirm.then(|| {
        view! {
            <section class="card">
                <h2>{words.mended}</h2>
                <form method="post" action="/appeals/status/confirm">
                    <button type="submit" class="primary big">{words.confirm}</button>
                </form>
                <details>
                    <summary>{words.dispute}</summary>
                    <form class="form" method="post" action="/appeals/status/dispute">
                        <p class="hint">{words.dispute_note}</p>
                        <div class="field">
                            <label for="why">{words.dispute_label}</label>
                            <textarea id="why" name="text" rows="3" required=true maxlength="4000"></textarea>
                        </div>
                        <button type="submit" class="button">{words.dispute_send}</button>
                    </form>
                </details>
            </section>
        }
        .into_any()
    })
}

fn rating(words: &'static Words, page: &StagePage) -> Option<AnyView> {
    if let Some(stars) = page.rated {
        return Some(
            view! { <p class="note">{words.rated.replace("{n}", &stars.to_string())}</p> }
                .into_any(),
        );
    }
    let stars = (1..=5).map(|n| {
        let id = format!("stars-{n}");
        view! {
            <label class="tick">
                <input type="radio" id=id name="stars" value=n required=true/><span>{n}</span>
            </label>
        }
    });
    page.may.rate.then(|| {
        view! {
            <form class="form" method="post" action="/appeals/status/rate">
                <fieldset class="field row-choices"><legend>{words.rate}</legend>{stars.collect_view()}</fieldset>
                <button type="submit" class="button">{words.rate_send}</button>
            </form>
        }
        .into_any()
    })
}

fn journal(context: Context<'_>, words: &'static Words, lines: &[Line]) -> AnyView {
    let lines = lines.iter().rev().map(|line| {
        let (what, text) = match &line.kind {
            LineKind::Status(label) => (label.as_str(), None),
            LineKind::Asked(text) => (words.line_asked, Some(text.clone())),
            LineKind::Added(text) => (words.line_added, Some(text.clone())),
            LineKind::Extended(date) => (words.line_extended, Some(day(words, date))),
            LineKind::Redirected(text) => (words.line_redirected, Some(text.clone())),
            LineKind::Reason(text) => ("", Some(text.clone())),
            LineKind::Case => (words.line_case, None),
            LineKind::Checked => (words.line_checked, None),
            LineKind::Measure => (words.line_measure, None),
        };
        view! {
            <li>
                <small class="block">{instant(words, context.voice, line.at)}</small>
                {what.to_owned()}
                {text.map(|text| view! { <span class="own-words block">{text}</span> })}
            </li>
        }
    });
    view! { <ol class="journal" reversed=true>{lines.collect_view()}</ol> }.into_any()
}

fn add(words: &'static Words, page: &StagePage) -> Option<AnyView> {
    page.may.add.then(|| {
        view! {
            <details open=page.stage.status == "need_info">
                <summary>{words.add}</summary>
                <form class="form" method="post" action="/appeals/status/add">
                    <div class="field">
                        <label for="more">{words.add_label}</label>
                        <textarea id="more" name="text" rows="3" required=true maxlength="4000"></textarea>
                    </div>
                    <button type="submit" class="button">{words.add}</button>
                </form>
                <form class="form" method="post" action="/appeals/status/photo" enctype="multipart/form-data">
                    {photo(words, &[])}
                    <button type="submit" class="button">{words.photo_send}</button>
                </form>
            </details>
        }
        .into_any()
    })
}

fn withdraw(words: &'static Words, page: &StagePage) -> Option<AnyView> {
    page.may.withdraw.then(|| {
        view! {
            <details>
                <summary>{words.withdraw}</summary>
                <form class="form" method="post" action="/appeals/status/withdraw">
                    <p class="hint">{words.withdraw_note}</p>
                    <button type="submit" class="button">{words.withdraw_sure}</button>
                </form>
            </details>
        }
        .into_any()
    })
}
