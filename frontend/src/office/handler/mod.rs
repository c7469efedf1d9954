//! One appeal on the handler's desk: facts, evidence, similar appeals, the answer and what may be done.

mod actions;
mod words;

pub(super) use words::refusal_name;

use super::fresh::then_path;
use super::queue::{Left, appeal_path, channel_name, desk_name, left_mark, named};
use crate::pages::Context;
use crate::url::encode;
use api::{AppealDetail, AppealEvidence, AppealRow};
use leptos::prelude::*;
use std::collections::BTreeMap;
use words::{Words, clock_name, command_name, event_name, finding_name, legal_name, words};

/// A line of a journal.
#[derive(Clone, Debug)]
pub struct JournalLine {
    /// When, epoch seconds.
    pub at: i64,
    /// Who; `None`: the register itself.
    pub who: Option<String>,
    /// What happened: code of an event.
    pub event: String,
    /// In words.
    pub detail: String,
}

/// A command that may be given.
#[derive(Clone, Debug)]
pub struct Offered {
    /// Its code.
    pub command: String,
    /// What must be done first: code of a refusal.
    pub missing: Option<String>,
}

/// Why the last command was not done.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The command.
    pub command: String,
    /// Code of the refusal.
    pub refusal: String,
    /// What changed meanwhile.
    pub changed: Vec<JournalLine>,
}

/// What an answer may begin with.
#[derive(Clone, Debug, Default)]
pub struct AnswerForm {
    /// `kk`, `ru` or `en`.
    pub language: String,
    /// Text.
    pub body: String,
    /// Basis in law.
    pub legal_basis: String,
    /// How to appeal against it.
    pub right_of_appeal: String,
}

/// What happened, as a form that puts it right begins.
#[derive(Clone, Debug, Default)]
pub struct ClaimForm {
    /// Kind, and all that there are.
    pub kind: String,
    /// Codes of kinds.
    pub kinds: Vec<String>,
    /// The number on the bus.
    pub route: String,
    /// Name and id of the stop.
    pub stop: String,
    /// Those of the route.
    pub stops: Vec<String>,
    /// `YYYY-MM-DDTHH:MM`, the office's clock.
    pub at: String,
    /// The time is about right.
    pub about: bool,
    /// The vehicle as it was named.
    pub vehicle: Option<String>,
    /// Minutes waited.
    pub wait_min: Option<i64>,
}

/// Files that came with an appeal.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// How many there are.
    pub count: usize,
    /// Those that may be opened now: id and kind of each.
    pub shown: Vec<(String, String)>,
}

/// What the page of one appeal is made of.
#[derive(Clone, Debug)]
pub struct AppealPage {
    /// The appeal as this person may see it.
    pub appeal: AppealDetail,
    /// Time left.
    pub left: Left,
    /// Names of kinds and statuses.
    pub names: BTreeMap<String, String>,
    /// The number on the bus.
    pub route: Option<String>,
    /// Name of the stop.
    pub stop: Option<String>,
    /// Numbers on the buses of similar appeals.
    pub routes: BTreeMap<String, String>,
    /// Names of people who work here.
    pub people: BTreeMap<String, String>,
    /// Its journal; `None`: not for this role.
    pub journal: Option<Vec<JournalLine>>,
    /// Where the journal stands: what changes after it is shown when somebody was quicker.
    pub seq: u32,
    /// What the buses' data say.
    pub evidence: Option<AppealEvidence>,
    /// Appeals alike are this role's business.
    pub similar_shown: bool,
    /// Appeals alike.
    pub similar: Vec<AppealRow>,
    /// What may be done.
    pub offers: Vec<Offered>,
    /// What the answer begins with.
    pub answer: AnswerForm,
    /// How the applicant wants to be answered.
    pub reply_by: String,
    /// The last day that an extension may name.
    pub extension_until: Option<String>,
    /// Number of its case.
    pub case: Option<String>,
    /// Further topics that are open: number and kind.
    pub subjects: Vec<(u16, String)>,
    /// What happened, to be put right.
    pub claim: ClaimForm,
    /// Files that came with it.
    pub files: Files,
    /// Desks.
    pub desks: Vec<String>,
    /// Organisations known.
    pub orgs: Vec<String>,
    /// Why the last command was not done.
    pub fault: Option<Fault>,
    /// What was typed for it.
    pub typed: BTreeMap<String, String>,
    /// What was done just now: code of a command.
    pub done: Option<String>,
    /// Personal data are shown in full, for a reason that was logged.
    pub revealed: bool,
    /// This role may reveal.
    pub may_reveal: bool,
}

/// Title and content.
pub(super) fn page(context: Context<'_>, page: &AppealPage) -> (String, AnyView) {
    let language = context.shell.language;
    let words = words(language);
    let appeal = &page.appeal;
    let title = format!("{} {}", words.appeal, appeal.number);
    let kind = appeal.kind.as_ref().map(|k| named(&page.names, k)).unwrap_or_default();
    let danger = appeal.safety.then(|| {
        view! { <p class="fault"><span aria-hidden="true">"⚠ "</span>{words.danger}</p> }
    });
    let main = view! {
        <p class="sub"><a href="/staff">"← "{words.back}</a></p>
        <div class="heading">
            <div class="heading-words">
                <h1>{title.clone()}</h1>
                <p class="sub">{kind}" · "<strong>{named(&page.names, &appeal.status)}</strong></p>
            </div>
            <div class="due">{left_mark(language, &page.left)}</div>
        </div>
        {said(context, page, words)}
        {danger}
        <div class="desk">
            <div class="desk-facts">
                {facts(context, page, words)}
                {person(page, words)}
                {terms(context, page, words)}
            </div>
            <div class="desk-evidence">
                {evidence(context, page, words)}
                {answer(context, page, words)}
                {similar(context, page, words)}
                {journal(context, page, words)}
            </div>
            <div class="desk-actions">{actions::section(context, page)}</div>
        </div>
        <script type="module" src="/assets/desk.mjs"></script>
    };
    (title, main.into_any())
}

/// What became of the last command.
fn said(context: Context<'_>, page: &AppealPage, words: &'static Words) -> AnyView {
    let language = context.shell.language;
    let done = page.done.as_ref().map(|command| {
        let name = command_name(language, command);
        view! { <p role="status" class="done"><span aria-hidden="true">"✓ "</span>{words.done}" "{name}</p> }
    });
    let revealed =
        page.revealed.then(|| view! { <p role="status" class="done">{words.revealed}</p> });
    let fault = page.fault.as_ref().map(|fault| {
        let conflict = fault.refusal == "version";
        let text = if conflict {
            words.changed.to_owned()
        } else {
            let name = command_name(language, &fault.command);
            format!("{} {name} – {}", words.failed, refusal_name(language, &fault.refusal))
        };
        let changed = fault.changed.iter().map(|l| journal_line(context, l)).collect_view();
        view! { <div role="alert" class="fault"><p>{text}</p><ul class="journal">{changed}</ul></div> }
    });
    view! { {done}{revealed}{fault} }.into_any()
}

fn fact(name: &'static str, value: Option<String>) -> Option<AnyView> {
    value.filter(|v| !v.is_empty()).map(|value| {
        view! { <div class="fact-line"><dt>{name}</dt><dd>{value}</dd></div> }.into_any()
    })
}

fn facts(context: Context<'_>, page: &AppealPage, words: &'static Words) -> AnyView {
    let language = context.shell.language;
    let appeal = &page.appeal;
    let claim = appeal.claim.as_ref();
    let or_unknown =
        |value: Option<String>| Some(value.unwrap_or_else(|| words.unknown.to_owned()));
    let when = claim.and_then(|c| {
        let at = context.voice.date_time(c.event_at?);
        Some(if c.event_about == Some(true) { format!("{} {at}", words.about) } else { at })
    });
    let vehicle = claim.and_then(|c| c.vehicle_text.clone().or_else(|| c.vehicle_id.clone()));
    let wait = claim.and_then(|c| c.wait_s).map(|s| format!("{} {}", s / 60, words.minutes));
    let assignee = appeal
        .assignee
        .as_ref()
        .map_or_else(|| words.nobody.to_owned(), |id| page.people.get(id).unwrap_or(id).clone());
    let text = match &appeal.text {
        Some(text) => view! { <blockquote class="said" lang=appeal.language.clone()>{text.clone()}</blockquote> }.into_any(),
        None => view! { <p class="empty">{words.hidden}</p> }.into_any(),
    };
    let case = page.case.as_ref().map(|number| {
        let href = format!("/staff/cases/{}", encode(number));
        view! { <div class="fact-line"><dt>{words.case}</dt><dd><a href=href>{number.clone()}</a></dd></div> }
    });
    let on_map = claim.and_then(|c| c.route_id.as_ref()).map(|route| {
        let href = format!("/?route={}", encode(route));
        let claim = appeal.claim.as_ref();
        let stop = claim.and_then(|c| c.stop_id.as_ref());
        let then = then_path(claim.and_then(|c| c.event_at), Some(route), stop);
        view! {
            <p><a href=href>{words.to_map}</a>{then.map(|href| view! { " · "<a href=href>{words.to_map_then}</a> })}</p>
        }
    });
    view! {
        <section aria-labelledby="facts">
            <h2 id="facts">{words.facts}</h2>
            <dl class="fact-lines">
                {fact(words.route, or_unknown(page.route.clone()))}
                {fact(words.stop, or_unknown(page.stop.clone()))}
                {fact(words.when, or_unknown(when))}
                {fact(words.vehicle, vehicle)}
                {fact(words.waited, wait)}
                {fact(words.address, claim.and_then(|c| c.address.clone()))}
                {case}
            </dl>
            {on_map}
            <h3>{words.words}</h3>
            {text}
            {files(page, words)}
            <dl class="fact-lines">
                {fact(words.channel, Some(channel_name(language, &appeal.channel)))}
                {fact(words.legal, Some(legal_name(language, &appeal.legal_kind)))}
                {fact(words.received, Some(context.voice.date_time(appeal.received_at)))}
                {fact(words.registered, Some(appeal.registered_on.clone()))}
                {fact(words.desk, Some(desk_name(language, &appeal.desk)))}
                {fact(words.assignee, Some(assignee))}
                {fact(words.carrier, appeal.carrier.clone())}
            </dl>
        </section>
    }
    .into_any()
}

/// Pictures as pictures, other files as links; covered ones only counted.
fn files(page: &AppealPage, words: &'static Words) -> Option<AnyView> {
    let files = &page.files;
    let all = files.shown.iter().enumerate().map(|(n, (id, kind))| {
        let number = encode(&page.appeal.number);
        let href = format!("/api/v1/staff/appeals/{number}/files/{}", encode(id));
        let name = format!("{} {}", words.file, n + 1);
        let picture = matches!(kind.as_str(), "image/jpeg" | "image/png" | "image/webp");
        let shown = picture.then(|| view! { <img src=href.clone() alt="" loading="lazy"/> });
        view! { <li><a href=href download="">{shown}<span>{name}" ("{kind.clone()}")"</span></a></li> }
    });
    let covered = files.shown.is_empty().then(|| {
        view! { <p class="hint">{words.files_covered}</p> }
    });
    (files.count > 0).then(|| {
        view! {
            <h3>{format!("{} ({})", words.files, files.count)}</h3>
            <ul class="photos">{all.collect_view()}</ul>
            {covered}
        }
        .into_any()
    })
}

fn person(page: &AppealPage, words: &'static Words) -> Option<AnyView> {
    let person = &page.appeal.person;
    let lines = [
        (words.name, &person.name),
        (words.phone, &person.phone),
        (words.email, &person.email),
        (words.postal, &person.address),
        (words.iin, &person.iin),
    ];
    // A role that sees nothing of the person is not told that there is something.
    if !page.may_reveal && lines.iter().all(|l| l.1.is_none()) {
        return None;
    }
    let nobody = person.name.is_none().then(|| view! { <p class="empty">{words.anonymous}</p> });
    let lines: Vec<_> = lines.into_iter().filter_map(|(name, v)| fact(name, v.clone())).collect();
    let covered = page.files.count > page.files.shown.len();
    let reveal = (page.may_reveal && (covered || !page.appeal.masked.is_empty())).then(|| {
        let action = format!("{}/reveal", appeal_path(&page.appeal.number));
        view! {
            <form class="form" method="post" action=action>
                <div class="field">
                    <label for="reveal-reason">{words.reveal_reason}</label>
                    <input id="reveal-reason" name="reason" required=true minlength="5" maxlength="300" autocomplete="off"/>
                </div>
                <button type="submit">{words.reveal}</button>
            </form>
        }
    });
    Some(
        view! {
            <section aria-labelledby="person">
                <h2 id="person">{words.person}</h2>
                {nobody}
                <dl class="fact-lines">{lines}</dl>
                {reveal}
            </section>
        }
        .into_any(),
    )
}

fn terms(context: Context<'_>, page: &AppealPage, words: &'static Words) -> Option<AnyView> {
    let language = context.shell.language;
    let open: Vec<_> = page.appeal.clocks.iter().filter(|c| c.urgency != "settled").collect();
    let lines: Vec<_> = open
        .iter()
        .map(|clock| {
            let mark = match clock.urgency.as_str() {
                "green" => "○",
                "amber" => "◐",
                "orange" => "◕",
                "due_today" => "●",
                _ => "!",
            };
            view! {
                <li class=format!("left left-{}", clock.urgency)>
                    <span class="left-mark" aria-hidden="true">{mark}</span>
                    <span>
                        {clock_name(language, &clock.kind)}": "<strong>{context.voice.date_time(clock.due_at)}</strong>
                        <small class="block">{words.basis}": "{clock.basis.clone()}</small>
                    </span>
                </li>
            }
        })
        .collect();
    (!lines.is_empty()).then(|| {
        view! {
            <section aria-labelledby="terms"><h2 id="terms">{words.clocks}</h2><ul class="clocks">{lines}</ul></section>
        }
        .into_any()
    })
}

fn evidence(context: Context<'_>, page: &AppealPage, words: &'static Words) -> AnyView {
    let language = context.shell.language;
    let signed = page.appeal.signed_finding.as_ref().map(|finding| {
        view! { <p class="done"><span aria-hidden="true">"✓ "</span>{words.signed}": "{finding_name(language, finding)}</p> }
    });
    let body = match (&page.evidence, &page.appeal.finding) {
        (Some(evidence), _) => super::evidence::evidence_full(evidence, language),
        (None, Some(finding)) => {
            view! { <p>{words.machine_found}": "<strong>{finding_name(language, finding)}</strong></p> }.into_any()
        }
        (None, None) => view! { <p class="empty">{words.no_evidence}</p> }.into_any(),
    };
    view! { {body}{signed} }.into_any()
}

/// The answer as it stands, for those who may read it.
fn answer(context: Context<'_>, page: &AppealPage, words: &'static Words) -> Option<AnyView> {
    let answer = page.appeal.answer.as_ref()?;
    let state = if answer.approved { words.approved } else { words.not_approved };
    let sent =
        answer.sent_at.map(|at| format!(" · {} {}", words.sent, context.voice.date_time(at)));
    let lines = answer.body.lines().map(|l| view! { <p>{l.to_owned()}</p> }).collect_view();
    Some(
        view! {
            <section aria-labelledby="answer-now">
                <h2 id="answer-now">{words.answer}</h2>
                <p class="sub">{words.version}" "{answer.version}" · "{state}{sent}</p>
                <div class="letter" lang=answer.language.clone()>
                    {lines}
                    <p class="sub">{answer.legal_basis.clone()}</p>
                    <p class="sub">{answer.right_of_appeal.clone()}</p>
                </div>
            </section>
        }
        .into_any(),
    )
}

fn similar(context: Context<'_>, page: &AppealPage, words: &'static Words) -> Option<AnyView> {
    if !page.similar_shown {
        return None;
    }
    let rows: Vec<_> = page
        .similar
        .iter()
        .map(|row| {
            let route = row.route_id.as_ref().map(|r| page.routes.get(r).unwrap_or(r).clone());
            let when = row.event_at.map(|at| context.voice.date_time(at));
            view! {
                <li>
                    <a href=appeal_path(&row.number)>{row.number.clone()}</a>
                    " · "{named(&page.names, &row.kind)}" · № "{route.unwrap_or_default()}
                    <small class="block">{when}" · "{named(&page.names, &row.status)}</small>
                </li>
            }
        })
        .collect();
    let empty = rows.is_empty().then(|| view! { <p class="empty">{words.no_similar}</p> });
    Some(
        view! {
            <section aria-labelledby="similar"><h2 id="similar">{words.similar}</h2>{empty}<ul class="similar">{rows}</ul></section>
        }
        .into_any(),
    )
}

/// A line of a journal, with who and when.
pub(super) fn journal_line(context: Context<'_>, line: &JournalLine) -> AnyView {
    let language = context.shell.language;
    let who = line.who.clone().unwrap_or_else(|| words(language).machine.to_owned());
    view! {
        <li>
            <small class="block">{context.voice.date_time(line.at)}" · "{who}</small>
            <strong>{event_name(language, &line.event)}</strong>
            {(!line.detail.is_empty()).then(|| view! { ": "<span class="journal-words">{line.detail.clone()}</span> })}
        </li>
    }
    .into_any()
}

fn journal(context: Context<'_>, page: &AppealPage, words: &'static Words) -> Option<AnyView> {
    let lines = page.journal.as_ref()?;
    let lines = lines.iter().rev().map(|l| journal_line(context, l)).collect_view();
    Some(
        view! {
            <section aria-labelledby="journal"><h2 id="journal">{words.journal}</h2><ul class="journal">{lines}</ul></section>
        }
        .into_any(),
    )
}
