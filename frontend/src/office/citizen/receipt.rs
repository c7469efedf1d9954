//! The number and the PIN: shown once, to be written down, printed or kept.

use super::Told;
use super::parts::{day, draft, instant, row, told};
use super::words::{Words, words};
use crate::pages::Context;
use api::FiledAppeal;
use leptos::prelude::*;

/// What the page is made of.
#[derive(Clone, Debug)]
pub struct FiledPage {
    /// What the register told.
    pub filed: FiledAppeal,
    /// What it is about.
    pub told: Told,
    /// A dispatcher hears of it.
    pub safety: bool,
}

/// Title and content.
pub fn page(context: Context<'_>, page: &FiledPage) -> (String, AnyView) {
    let words = words(context.shell.language);
    let filed = &page.filed;
    let due = due(words, filed);
    let main = view! {
        <div class="citizen coupon">
            <h1>{words.filed}</h1>
            <div class="numbers">
                <p><small class="block">{words.number}</small><b id="number">{filed.number.clone()}</b></p>
                <p><small class="block">{words.pin}</small><b id="pin">{spaced(&filed.pin)}</b></p>
            </div>
            <p class="pin-once">{words.pin_once}</p>
            <p class="coupon-actions">
                <a class="button" download=format!("{}.txt", filed.number) href=kept(context, words, page)>{words.save}</a>
                <button type="button" class="button" data-print="1" hidden=true>{words.print}</button>
            </p>
            <dl class="told">
                {row(words.due, view! { <b>{due}</b> })}
                {row(words.received, instant(words, context.voice, filed.received_at))}
                {row(words.registered_on, day(words, &filed.registered_on))}
                {row(words.receiver, format!("{}, {}", context.shell.status.agency_name, words.receiver_form))}
                {told(context, words, &page.told)}
            </dl>
            <section class="what-next">
                <h2>{words.then}</h2>
                {page.safety.then(|| view! { <p class="fault">{words.then_safety}</p> })}
                <ol>
                    <li>{words.then_evidence}</li>
                    <li>{words.then_person}</li>
                    {filed.due_on.is_some().then(|| view! { <li>{words.then_word}</li> })}
                </ol>
                <p class="coupon-actions">
                    <a class="primary" href="/appeals/status">{words.see_status}</a>
                    <a class="button" href="/appeals">{words.one_more}</a>
                </p>
            </section>
            {draft(words, true)}
        </div>
    };
    (words.filed.to_owned(), main.into_any())
}

fn due(words: &Words, filed: &FiledAppeal) -> String {
    filed.due_on.as_ref().map_or_else(|| words.due_signal.to_owned(), |date| day(words, date))
}

/// `1234 5678`: eight digits are read in two breaths.
fn spaced(pin: &str) -> String {
    match pin.split_at_checked(4) {
        Some((first, rest)) => format!("{first} {rest}"),
        None => pin.to_owned(),
    }
}

/// The receipt as a file of text, without a request: the PIN is never asked for again.
fn kept(context: Context<'_>, words: &Words, page: &FiledPage) -> String {
    let filed = &page.filed;
    let lines = [
        context.shell.status.agency_name.clone(),
        format!("{}: {}", words.number, filed.number),
        format!("{}: {}", words.pin, spaced(&filed.pin)),
        format!("{}: {}", words.received, instant(words, context.voice, filed.received_at)),
        format!("{}: {}", words.due, due(words, filed)),
        format!("{}: {}", words.what, page.told.kind),
        format!("{}: /appeals/status", words.status),
    ];
    format!("data:text/plain;charset=utf-8,{}", crate::encode(&lines.join("\r\n")))
}
