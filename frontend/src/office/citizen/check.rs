//! The fourth screen: all of it again, what the buses do, who said the same, and the button.

use super::form::Form;
use super::parts::{draft, photo, row, steps, summary, tick, told};
use super::start::arrivals;
use super::words::{Words, words};
use super::{Fault, Told};
use crate::pages::Context;
use api::{Arrival, Departure};
use leptos::prelude::*;

/// A bus that comes within this makes an appeal about waiting unneeded, seconds.
const SOON_S: i64 = 600;

/// What the screen is made of.
#[derive(Clone, Debug)]
pub struct CheckPage {
    /// What was entered.
    pub form: Form,
    /// The same in names.
    pub told: Told,
    /// What is wrong.
    pub faults: Vec<Fault>,
    /// What comes to the stop now, where the appeal is about now.
    pub next: Vec<Arrival>,
    /// What passed it about then; `None` where that is not asked.
    pub seen: Option<Vec<Departure>>,
    /// Appeals of the last day about the same.
    pub others: u32,
}

/// Title and content.
pub fn page(context: Context<'_>, page: &CheckPage) -> (String, AnyView) {
    let words = words(context.shell.language);
    let main = view! {
        <div class="citizen">
            {steps(words, 4)}
            <h1>{words.check}</h1>
            {summary(words, &page.faults)}
            {coming(context, words, page)}
            <form class="form" id="appeal-form" method="post" action="/appeals/new/send" data-step="check">
                {page.form.hidden(&["join"])}
                <section class="card">
                    <dl class="told">{told(context, words, &page.told)}</dl>
                    <button type="submit" class="plain" formaction="/appeals/new/place">{words.change}</button>
                </section>
                <section class="card">
                    <dl class="told">{person(words, &page.form)}</dl>
                    <button type="submit" class="plain" formaction="/appeals/new/words">{words.change}</button>
                </section>
                {page.seen.as_ref().map(|seen| passed(context, words, seen))}
                {others(words, page)}
                {photo(words, &page.faults)}
                <button type="submit" class="primary big" id="send" formenctype="multipart/form-data">{words.send}</button>
                {draft(words, false)}
            </form>
        </div>
    };
    (words.check.to_owned(), main.into_any())
}

fn person(words: &'static Words, form: &Form) -> AnyView {
    let given = |name: &str| Some(form.get(name).to_owned()).filter(|v| !v.is_empty());
    let text = given("text").unwrap_or_else(|| words.nothing_written.to_owned());
    let way = match form.get("reply_by") {
        "email" => words.reply_email,
        "call" => words.reply_call,
        _ => words.reply_cabinet,
    };
    view! {
        {row(words.your_words, view! { <span class="own-words">{text}</span> })}
        {form.has("danger").then(|| row(words.danger, words.yes))}
        {row(words.name, given("name").unwrap_or_else(|| words.nobody.to_owned()))}
        {given("phone").map(|v| row(words.phone, v))}
        {given("email").map(|v| row(words.email, v))}
        {row(words.answer_way, way)}
    }
    .into_any()
}

/// The bus may come before the appeal is sent.
fn coming(context: Context<'_>, words: &'static Words, page: &CheckPage) -> Option<AnyView> {
    let voice = context.voice;
    let first = page.next.first()?;
    let soon = first.expected.filter(|at| at - voice.at <= SOON_S).map(|at| {
        view! {
            <p class="coming">
                <b>{words.bus_comes.replace("{when}", &voice.relative(at))}</b>" "{words.bus_comes_note}
            </p>
        }
    });
    Some(
        view! {
            <section class="now">
                {soon}
                <h2>{words.here_now}</h2>
                {arrivals(context, words, &page.next)}
            </section>
        }
        .into_any(),
    )
}

fn passed(context: Context<'_>, words: &'static Words, seen: &[Departure]) -> AnyView {
    let voice = context.voice;
    let lines = seen.iter().map(|bus| {
        view! {
            <li>
                <b class="badge">{bus.route_short_name.clone()}</b>
                <span class="grow">{bus.headsign.clone()}</span>
                <span class="num">{words.left_at}" "{voice.time(bus.departed)}</span>
            </li>
        }
    });
    let body = if seen.is_empty() {
        view! { <p class="note">{words.seen_none}</p> }.into_any()
    } else {
        view! { <ul class="buses">{lines.collect_view()}</ul> }.into_any()
    };
    view! { <section><h2>{words.seen_then}</h2>{body}</section> }.into_any()
}

fn others(words: &'static Words, page: &CheckPage) -> Option<AnyView> {
    (page.others > 0).then(|| {
        view! {
            <section class="card">
                <p><b>{words.others.replace("{n}", &page.others.to_string())}</b></p>
                {tick("join", page.form.has("join"), words.join, Some(words.join_note))}
            </section>
        }
        .into_any()
    })
}
