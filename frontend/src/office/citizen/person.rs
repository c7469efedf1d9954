//! The third screen: the person's words, who it is, and how to answer.

use super::Fault;
use super::form::Form;
use super::parts::{described, draft, faults_of, is_faulty, label, steps, summary, tick};
use super::words::{Words, words};
use crate::pages::Context;
use leptos::prelude::*;

/// What the screen is made of.
#[derive(Clone, Debug)]
pub struct PersonPage {
    /// What was entered.
    pub form: Form,
    /// What is wrong.
    pub faults: Vec<Fault>,
}

const SHOWN: [&str; 8] =
    ["text", "danger", "name", "phone", "email", "reply_by", "consent", "may_publish"];

/// Title and content.
pub fn page(context: Context<'_>, page: &PersonPage) -> (String, AnyView) {
    let words = words(context.shell.language);
    let form = &page.form;
    let main = view! {
        <div class="citizen">
            {steps(words, 3)}
            <h1>{words.your_words_and_you}</h1>
            {summary(words, &page.faults)}
            <form class="form" id="appeal-form" method="post" action="/appeals/new/check" data-step="person">
                {form.hidden(&SHOWN)}
                {own_words(words, page)}
                {tick("danger", form.has("danger"), words.danger, Some(words.danger_note))}
                <fieldset class="field group">
                    <legend>{words.who}</legend>
                    <p class="hint">{words.without_name}</p>
                    {contacts(words, page)}
                    {reply(words, page)}
                    {faults_of(words, &page.faults, "consent")}
                    {tick("consent", form.has("consent"), words.consent, None)}
                </fieldset>
                {tick("may_publish", form.has("may_publish"), words.may_publish, None)}
                <button type="submit" class="primary big" id="send">{words.next}</button>
                {draft(words, false)}
            </form>
        </div>
    };
    (words.your_words_and_you.to_owned(), main.into_any())
}

fn own_words(words: &'static Words, page: &PersonPage) -> AnyView {
    view! {
        <div class="field">
            <label for="text">{words.your_words}</label>
            {faults_of(words, &page.faults, "text")}
            <textarea
                id="text" name="text" rows="5"
                aria-invalid=is_faulty(&page.faults, "text").then_some("true")
                aria-describedby=described(&page.faults, "text", true)
            >{page.form.get("text").to_owned()}</textarea>
            <p class="hint" id="text-hint">{words.words_hint}</p>
        </div>
    }
    .into_any()
}

fn contacts(words: &'static Words, page: &PersonPage) -> AnyView {
    let fields = [
        ("name", "text", "name", words.name, None),
        ("phone", "tel", "tel", words.phone, Some("tel")),
        ("email", "email", "email", words.email, Some("email")),
    ];
    let fields = fields.map(|(name, kind, complete, text, keys)| {
        view! {
            <div class="field">
                {label(words, name, text, true)}
                {faults_of(words, &page.faults, name)}
                <input
                    id=name name=name r#type=kind autocomplete=complete inputmode=keys maxlength="200"
                    value=page.form.get(name).to_owned()
                    aria-invalid=is_faulty(&page.faults, name).then_some("true")
                    aria-describedby=described(&page.faults, name, false)
                />
            </div>
        }
    });
    fields.collect_view().into_any()
}

fn reply(words: &'static Words, page: &PersonPage) -> AnyView {
    let chosen = page.form.get("reply_by");
    let options =
        [("", words.reply_cabinet), ("email", words.reply_email), ("call", words.reply_call)].map(
            |(value, name)| view! { <option value=value selected=chosen == value>{name}</option> },
        );
    view! {
        <div class="field">
            <label for="reply_by">{words.reply_by}</label>
            <select id="reply_by" name="reply_by">{options.collect_view()}</select>
        </div>
    }
    .into_any()
}
