//! What may be done: one plain form a command.

use super::words::{Words, command_name, finding_name, ground_name, refusal_name, way_name, words};
use super::{AppealPage, Offered};
use crate::office::queue::{appeal_path, desk_name, options};
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

/// What a form's fields are made of.
#[derive(Clone, Copy)]
struct Form<'a> {
    page: &'a AppealPage,
    language: Language,
    words: &'static Words,
    command: &'a str,
}

impl Form<'_> {
    fn id(self, name: &str) -> String {
        format!("{}-{name}", self.command)
    }

    /// What was typed, when this command was refused; else what it begins with.
    fn value(self, name: &str, begin: &str) -> String {
        let refused = self.page.fault.as_ref().is_some_and(|f| f.command == self.command);
        let typed = self.page.typed.get(name).filter(|_| refused);
        typed.map_or_else(|| begin.to_owned(), Clone::clone)
    }

    fn line(
        self,
        name: &'static str,
        label: &'static str,
        begin: &str,
        kind: &'static str,
    ) -> AnyView {
        let id = self.id(name);
        let list = (name == "to" || name == "carrier").then_some("known-orgs");
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <input id=id name=name type=kind value=self.value(name, begin) maxlength="200" list=list autocomplete="off"/>
            </div>
        }
        .into_any()
    }

    fn area(self, name: &'static str, label: &'static str, begin: &str, rows: u32) -> AnyView {
        let id = self.id(name);
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <textarea id=id name=name rows=rows maxlength="8000">{self.value(name, begin)}</textarea>
            </div>
        }
        .into_any()
    }

    fn choice(
        self,
        name: &'static str,
        label: &'static str,
        list: &[(String, String)],
        begin: &str,
    ) -> AnyView {
        let id = self.id(name);
        let chosen = self.value(name, begin);
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <select id=id name=name>{options(list, &chosen)}</select>
            </div>
        }
        .into_any()
    }
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
    let form = Form { page, language, words, command };
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
    match form.command {
        "triage" => {
            let desks: Vec<_> =
                page.desks.iter().map(|d| (d.clone(), desk_name(language, d))).collect();
            let mut people = vec![(String::new(), words.nobody.to_owned())];
            people.extend(page.people.iter().map(|(id, name)| (id.clone(), name.clone())));
            view! {
                {form.choice("desk", words.desk, &desks, &page.appeal.desk)}
                {form.choice("assignee", words.assignee, &people, "")}
                {form.area("note", words.note, "", 2)}
            }
            .into_any()
        }
        "ask_applicant" => form.area("question", words.question, "", 3),
        "add_info" | "carrier_reply" => form.area("text", words.reply, "", 4),
        "ask_carrier" => {
            let carrier = page.appeal.carrier.clone().unwrap_or_default();
            view! {
                {form.line("carrier", words.carrier, &carrier, "text")}
                {form.area("question", words.question, "", 3)}
            }
            .into_any()
        }
        "draft_answer" => answer_fields(form),
        "return_answer" => form.area("remark", words.reason, "", 3),
        "send_answer" => {
            let ways = coded(&WAYS, |c| way_name(language, c));
            form.choice("by", words.by, &ways, &page.reply_by)
        }
        "redirect" => view! {
            {form.line("to", words.to_whom, "", "text")}
            {form.area("reason", words.reason, "", 3)}
        }
        .into_any(),
        "extend" => {
            let until = page.extension_until.clone().unwrap_or_default();
            view! {
                {form.line("until", words.until, &until, "date")}
                <p class="hint">{words.latest}" "{until}</p>
                {form.area("reason", words.reason, "", 3)}
            }
            .into_any()
        }
        "not_consider" => {
            let grounds = coded(&GROUNDS, |c| ground_name(language, c));
            view! {
                {form.choice("ground", words.ground, &grounds, "no_substance")}
                {form.area("reason", words.reason, "", 3)}
            }
            .into_any()
        }
        "propose_extension" | "return" => form.area("reason", words.reason, "", 3),
        "note" => form.area("text", words.note, "", 3),
        _ => other_fields(form),
    }
}

/// Fields of the rarer commands.
fn other_fields(form: Form<'_>) -> AnyView {
    let (page, language, words) = (form.page, form.language, form.words);
    match form.command {
        "sign_verdict" => {
            let findings = coded(&FINDINGS, |c| finding_name(language, c));
            let machine = page.appeal.finding.clone().unwrap_or_default();
            let evidence = page.appeal.evidence_id.clone().unwrap_or_default();
            view! {
                <input type="hidden" name="evidence" value=evidence/>
                {form.choice("finding", words.finding, &findings, &machine)}
                {form.area("override_reason", words.override_reason, "", 2)}
            }
            .into_any()
        }
        "settle_subject" => {
            let subjects: Vec<_> =
                page.subjects.iter().map(|(seq, kind)| (seq.to_string(), kind.clone())).collect();
            view! {
                {form.choice("seq_subject", words.subject, &subjects, "")}
                {form.area("text", words.note, "", 3)}
            }
            .into_any()
        }
        "join_case" => {
            let case = page.case.clone().unwrap_or_default();
            form.line("case", words.case_number, &case, "text")
        }
        _ => ().into_any(),
    }
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
        {form.choice("language", words.language, &languages, &answer.language)}
        {form.area("body", words.body, &answer.body, 12)}
        {form.area("legal_basis", words.legal_basis, &answer.legal_basis, 2)}
        {form.area("right_of_appeal", words.right_of_appeal, &answer.right_of_appeal, 2)}
    }
    .into_any()
}
