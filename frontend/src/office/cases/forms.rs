//! Forms of a case: one a command, and those for all its appeals at once.

use super::case_path;
use super::one::CasePage;
use super::refusal_name;
use super::words::{Words, command_name, measure_name};
use crate::office::fields::Fields;
use crate::page::Language;
use leptos::prelude::*;

const MEASURES: [&str; 10] = [
    "add_vehicles",
    "add_runs",
    "timetable_change",
    "route_change",
    "stop_works",
    "driver_action",
    "vehicle_repair",
    "carrier_sanction",
    "signal_or_crossing",
    "info_only",
];

/// A form of one command.
#[derive(Clone, Copy)]
struct Form<'a> {
    page: &'a CasePage,
    words: &'static Words,
    fields: Fields<'a>,
}

impl<'a> Form<'a> {
    fn of(page: &'a CasePage, words: &'static Words, command: &'a str) -> Self {
        let refused = page.fault.as_ref().is_some_and(|f| f.0 == command);
        let typed = refused.then_some(&page.typed);
        Self { page, words, fields: Fields { command, typed } }
    }

    fn line(
        self,
        name: &'static str,
        label: &'static str,
        begin: &str,
        kind: &'static str,
    ) -> AnyView {
        self.fields.line(name, label, begin, kind)
    }

    fn area(self, name: &'static str, label: &'static str, begin: &str) -> AnyView {
        self.fields.area(name, label, begin, 4)
    }

    fn choice(self, name: &'static str, label: &'static str, list: &[(String, String)]) -> AnyView {
        self.fields.choice(name, label, list, list.first().map_or("", |l| &l.0))
    }

    fn whole(self, name: String, fields: AnyView) -> AnyView {
        let id = (self.fields.command == "split").then_some("split");
        view! {
            <details class="action" open=self.fields.typed.is_some() id=format!("do-{}", self.fields.command)>
                <summary>{name.clone()}</summary>
                <form class="form" method="post" action=case_path(&self.page.number) id=id>
                    <input type="hidden" name="command" value=self.fields.command.to_owned()/>
                    <input type="hidden" name="version" value=self.page.version/>
                    {fields}
                    <button type="submit">{name}</button>
                </form>
            </details>
        }
        .into_any()
    }
}

/// What may be done with one case.
pub(super) fn section(language: Language, page: &CasePage, words: &'static Words) -> AnyView {
    let form = |command| Form::of(page, words, command);
    let mut forms: Vec<AnyView> = Vec::new();
    for offered in &page.offers {
        let form = form(offered.command.as_str());
        if let Some(missing) = &offered.missing {
            let first = refusal_name(language, missing);
            forms.push(
                view! { <p class="waits"><strong>{command_name(language, &offered.command)}</strong><small class="block">{first}</small></p> }
                    .into_any(),
            );
            continue;
        }
        let fields = match form.fields.command {
            "investigate" => ().into_any(),
            "conclude" | "note" => form.area("text", words.words, ""),
            "rename" => form.line("title", words.case_title, &page.title, "text"),
            "promise" => promise_fields(language, form),
            "measure_done" => done_fields(language, form),
            // Taken out with the appeals themselves.
            "leave" => continue,
            _ => form.area("reason", words.reason, ""),
        };
        forms.push(form.whole(command_name(language, form.fields.command), fields));
    }
    forms.extend(of_all(page, words));
    view! { <section aria-labelledby="actions"><h2 id="actions">{words.actions}</h2>{forms}</section> }.into_any()
}

/// What is done for all appeals at once, and what moves appeals.
fn of_all(page: &CasePage, words: &'static Words) -> Vec<AnyView> {
    let form = |command| Form::of(page, words, command);
    let mut forms: Vec<AnyView> = Vec::new();
    let texts = |form: Form<'_>, texts: &[String; 3]| {
        view! {
            {form.area("kk", words.text_kk, &texts[0])}
            {form.area("ru", words.text_ru, &texts[1])}
            {form.area("en", words.text_en, &texts[2])}
        }
        .into_any()
    };
    if page.may.draft {
        let answer = form("answer_all");
        let fields = view! { <p class="hint">{words.answer_note}</p>{texts(answer, &page.texts)} }
            .into_any();
        forms.push(answer.whole(format!("{} ({})", words.answer_all, page.appeals.len()), fields));
    }
    if page.may.approve && page.waiting.0 > 0 {
        let name = format!("{} ({} {})", words.approve_all, page.waiting.0, words.waiting);
        forms.push(form("approve_all").whole(name, ().into_any()));
    }
    if page.may.send && page.waiting.1 > 0 {
        let name = format!("{} ({} {})", words.send_all, page.waiting.1, words.ready);
        forms.push(form("send_all").whole(name, ().into_any()));
    }
    if page.may.study && page.measures.iter().any(|m| m.done_on.is_some()) {
        let study = form("study");
        let fields = view! {
            {study.line("days", words.study_days, "28", "number")}
            {study.line("washout", words.washout, "7", "number")}
        };
        forms.push(study.whole(words.study.to_owned(), fields.into_any()));
        if !page.effects.is_empty() {
            let tell = form("tell_all");
            forms.push(tell.whole(words.tell.to_owned(), texts(tell, &page.told)));
        }
    }
    if page.offers.iter().any(|o| o.command == "leave") {
        let join = form("join");
        forms
            .push(join.whole(words.join.to_owned(), join.line("number", words.number, "", "text")));
        forms.push(form("leave_ticked").whole(
            words.take_out.to_owned(),
            form("leave_ticked").line("number", words.number, "", "text"),
        ));
        let split = form("split");
        forms.push(
            split.whole(words.split.to_owned(), split.line("title", words.split_title, "", "text")),
        );
    }
    forms
}

fn promise_fields(language: Language, form: Form<'_>) -> AnyView {
    let words = form.words;
    let kinds: Vec<_> =
        MEASURES.iter().map(|k| ((*k).to_owned(), measure_name(language, k))).collect();
    view! {
        {form.choice("kind", words.measure_kind, &kinds)}
        {form.area("text", words.words, "")}
        {form.line("vehicles", words.vehicles, "", "number")}
        {form.line("runs", words.runs, "", "number")}
        {form.line("headway_min", words.headway, "", "number")}
        {form.line("from", words.from, "", "date")}
        {form.line("due_on", words.due_on, "", "date")}
        {form.line("org", words.org, "", "text")}
    }
    .into_any()
}

fn done_fields(language: Language, form: Form<'_>) -> AnyView {
    let words = form.words;
    let open: Vec<_> = form
        .page
        .measures
        .iter()
        .filter(|m| m.done_on.is_none())
        .map(|m| (m.id.clone(), format!("{} – {}", measure_name(language, &m.kind), m.text)))
        .collect();
    view! {
        {form.choice("measure", words.measures, &open)}
        {form.line("on", words.on, &form.page.today, "date")}
        {form.area("proof", words.proof, "")}
        {form.line("timetable", words.timetable, "", "text")}
    }
    .into_any()
}
