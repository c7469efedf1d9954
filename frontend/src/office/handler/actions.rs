//! What may be done: one plain form a command.

use super::words::{Words, command_name, finding_name, ground_name, refusal_name, way_name, words};
use super::{AppealPage, Offered};
use crate::office::fields::Fields;
use crate::office::queue::{appeal_path, desk_name, named};
use crate::page::Language;
use crate::pages::Context;
use leptos::prelude::*;

/// Forms that are open from the start: the way of an appeal in its usual order.
const USUAL: [&str; 9] = [
    "begin",
    "sign_verdict",
    "draft_answer",
    "submit_answer",
    "approve_answer",
    "send_answer",
    "carrier_reply",
    "acknowledge_safety",
    "return_answer",
];
/// The list of organisations that are known.
const KNOWN: Option<&str> = Some("known-orgs");
const FINDINGS: [&str; 6] = [
    "confirmed",
    "partly_confirmed",
    "not_confirmed",
    "contradicted",
    "undetermined_no_data",
    "undetermined_not_measurable",
];
const GROUNDS: [&str; 5] =
    ["anonymous", "no_substance", "answered_before", "in_court", "no_authority"];
const WAYS: [&str; 7] = ["cabinet", "sms", "call", "whatsapp", "telegram", "email", "paper"];

/// A form of one command.
#[derive(Clone, Copy)]
struct Form<'a> {
    page: &'a AppealPage,
    language: Language,
    words: &'static Words,
    fields: Fields<'a>,
}

fn coded(codes: &[&str], name: impl Fn(&str) -> String) -> Vec<(String, String)> {
    codes.iter().map(|c| ((*c).to_owned(), name(c))).collect()
}

/// All that may be done.
pub(super) fn section(context: Context<'_>, page: &AppealPage) -> AnyView {
    let language = context.shell.language;
    let words = words(language);
    let forms: Vec<_> = page.offers.iter().map(|o| one(page, language, o)).collect();
    let none = forms.is_empty().then(|| view! { <p class="empty">{words.no_actions}</p> });
    let orgs = page.orgs.iter().map(|o| view! { <option value=o.clone()></option> }).collect_view();
    view! {
        <section aria-labelledby="actions">
            <h2 id="actions">{words.actions}</h2>
            {none}
            {forms}
            <datalist id="known-orgs">{orgs}</datalist>
            <p class="sub">{words.submit_keys}</p>
        </section>
    }
    .into_any()
}

fn one(page: &AppealPage, language: Language, offered: &Offered) -> AnyView {
    let words = words(language);
    let command = offered.command.as_str();
    let name = command_name(language, command);
    if let Some(missing) = &offered.missing {
        let first = refusal_name(language, missing);
        return view! { <p class="waits"><strong>{name}</strong><small class="block">{words.missing}" "{first}</small></p> }
            .into_any();
    }
    let refused = page.fault.as_ref().is_some_and(|f| f.command == command);
    let typed = refused.then_some(&page.typed);
    let form = Form { page, language, words, fields: Fields { command, typed } };
    let open = refused || (USUAL.contains(&command) && page.fault.is_none());
    let class = if USUAL.contains(&command) { "primary" } else { "" };
    view! {
        <details class="action" open=open id=format!("do-{command}")>
            <summary>{name.clone()}</summary>
            <form class="form" method="post" action=appeal_path(&page.appeal.number)>
                <input type="hidden" name="command" value=command.to_owned()/>
                <input type="hidden" name="version" value=page.appeal.version/>
                <input type="hidden" name="seq" value=page.seq/>
                {fields(form)}
                <button type="submit" class=class>{name}</button>
            </form>
        </details>
    }
    .into_any()
}

fn fields(form: Form<'_>) -> AnyView {
    let (page, language, words) = (form.page, form.language, form.words);
    match form.fields.command {
        "triage" => {
            let desks: Vec<_> =
                page.desks.iter().map(|d| (d.clone(), desk_name(language, d))).collect();
            let mut people = vec![(String::new(), words.nobody.to_owned())];
            people.extend(page.people.iter().map(|(id, name)| (id.clone(), name.clone())));
            view! {
                {form.fields.choice("desk", words.desk, &desks, &page.appeal.desk)}
                {form.fields.choice("assignee", words.assignee, &people, "")}
                {form.fields.area("note", words.note, "", 2)}
            }
            .into_any()
        }
        "ask_applicant" => form.fields.area("question", words.question, "", 3),
        "add_info" | "carrier_reply" => form.fields.area("text", words.reply, "", 4),
        "ask_carrier" => {
            let carrier = page.appeal.carrier.clone().unwrap_or_default();
            view! {
                {form.fields.line_of(KNOWN, "carrier", words.carrier, (&carrier, "text"))}
                {form.fields.area("question", words.question, "", 3)}
            }
            .into_any()
        }
        "draft_answer" => answer_fields(form),
        "return_answer" => form.fields.area("remark", words.reason, "", 3),
        "send_answer" => {
            let ways = coded(&WAYS, |c| way_name(language, c));
            form.fields.choice("by", words.by, &ways, &page.reply_by)
        }
        "redirect" => view! {
            {form.fields.line_of(KNOWN, "to", words.to_whom, ("", "text"))}
            {form.fields.area("reason", words.reason, "", 3)}
        }
        .into_any(),
        "extend" => {
            let until = page.extension_until.clone().unwrap_or_default();
            view! {
                {form.fields.line("until", words.until, &until, "date")}
                <p class="hint">{words.latest}" "{until}</p>
                {form.fields.area("reason", words.reason, "", 3)}
            }
            .into_any()
        }
        "not_consider" => {
            let grounds = coded(&GROUNDS, |c| ground_name(language, c));
            view! {
                {form.fields.choice("ground", words.ground, &grounds, "no_substance")}
                {form.fields.area("reason", words.reason, "", 3)}
            }
            .into_any()
        }
        "propose_extension" | "return" => form.fields.area("reason", words.reason, "", 3),
        "note" => form.fields.area("text", words.note, "", 3),
        _ => other_fields(form),
    }
}

/// Fields of the rarer commands.
fn other_fields(form: Form<'_>) -> AnyView {
    let (page, language, words) = (form.page, form.language, form.words);
    match form.fields.command {
        "sign_verdict" => {
            let findings = coded(&FINDINGS, |c| finding_name(language, c));
            let machine = page.appeal.finding.clone().unwrap_or_default();
            let evidence = page.appeal.evidence_id.clone().unwrap_or_default();
            view! {
                <input type="hidden" name="evidence" value=evidence/>
                {form.fields.choice("finding", words.finding, &findings, &machine)}
                {form.fields.area("override_reason", words.override_reason, "", 2)}
            }
            .into_any()
        }
        "settle_subject" => {
            let subjects: Vec<_> =
                page.subjects.iter().map(|(seq, kind)| (seq.to_string(), kind.clone())).collect();
            view! {
                {form.fields.choice("seq_subject", words.subject, &subjects, "")}
                {form.fields.area("text", words.note, "", 3)}
            }
            .into_any()
        }
        "change_claim" => claim_fields(form),
        "join_case" => {
            let case = page.case.clone().unwrap_or_default();
            form.fields.line("case", words.case_number, &case, "text")
        }
        _ => ().into_any(),
    }
}

/// What happened, put right. The journal keeps what it was.
fn claim_fields(form: Form<'_>) -> AnyView {
    let (page, words) = (form.page, form.words);
    let claim = &page.claim;
    let kinds: Vec<_> = claim.kinds.iter().map(|k| (k.clone(), named(&page.names, k))).collect();
    let stops = claim.stops.iter().map(|s| view! { <option value=s.clone()></option> });
    let yes_no =
        [("", words.exactly), ("on", words.about)].map(|(v, n)| (v.to_owned(), n.to_owned()));
    let wait = claim.wait_min.map(|m| m.to_string()).unwrap_or_default();
    let vehicle = claim.vehicle.clone().unwrap_or_default();
    view! {
        {form.fields.choice("kind", words.kind, &kinds, &claim.kind)}
        {form.fields.line("route", words.route, &claim.route, "text")}
        {form.fields.line_of(Some("stops-of-route"), "stop", words.stop, (&claim.stop, "text"))}
        <datalist id="stops-of-route">{stops.collect_view()}</datalist>
        {form.fields.line("at", words.when, &claim.at, "datetime-local")}
        {form.fields.choice("about", words.how_exact, &yes_no, if claim.about { "on" } else { "" })}
        {form.fields.line("vehicle", words.vehicle, &vehicle, "text")}
        {form.fields.line("wait", words.waited_min, &wait, "number")}
    }
    .into_any()
}

/// The answer: from the evidence in either language, or as it was typed last.
fn answer_fields(form: Form<'_>) -> AnyView {
    let (page, words) = (form.page, form.words);
    let answer = &page.answer;
    let here = appeal_path(&page.appeal.number);
    let drafts = [("kk", "Қазақша"), ("ru", "Русский"), ("en", "English")].map(|(code, name)| {
        let href = format!("{here}?draft={code}#do-draft_answer");
        view! { <a href=href lang=code class="chip">{name}</a> }
    });
    let languages = [("kk", "Қазақша"), ("ru", "Русский"), ("en", "English")]
        .map(|(code, name)| (code.to_owned(), name.to_owned()));
    view! {
        <p class="drafts">{words.draft_from}" "{drafts.collect_view()}</p>
        {form.fields.choice("language", words.language, &languages, &answer.language)}
        {form.fields.area("body", words.body, &answer.body, 12)}
        {form.fields.area("legal_basis", words.legal_basis, &answer.legal_basis, 2)}
        {form.fields.area("right_of_appeal", words.right_of_appeal, &answer.right_of_appeal, 2)}
    }
    .into_any()
}
