//! What the screens share: steps, faults, fields, what was told.

use super::words::Words;
use super::{Fault, Told, When};
use crate::format::Voice;
use crate::pages::Context;
use leptos::prelude::*;

/// The screens of the form.
pub const STEPS: usize = 4;

/// "Step 2 of 4", in words and as a bar.
pub fn steps(words: &Words, now: usize) -> AnyView {
    let bars = (1..=STEPS).map(|n| view! { <i class:on=n <= now></i> });
    view! {
        <p class="steps">
            <span>{words.step.replace("{n}", &now.to_string())}</span>
            <span class="steps-bar" aria-hidden="true">{bars.collect_view()}</span>
        </p>
    }
    .into_any()
}

/// All faults before the form, each a link to its field. The page opens at it.
pub fn summary(words: &Words, faults: &[Fault]) -> Option<AnyView> {
    if faults.is_empty() {
        return None;
    }
    let lines = faults.iter().map(|fault| {
        let href = format!("#{}", fault.field());
        view! { <li><a href=href>{fault.said(words)}</a></li> }
    });
    Some(
        view! {
            <div class="fault" id="faults" role="alert" tabindex="-1" autofocus=true>
                <p>{words.mend}</p>
                <ul>{lines.collect_view()}</ul>
            </div>
        }
        .into_any(),
    )
}

/// The faults of one field, and the id that the field names them by.
pub fn faults_of(words: &Words, faults: &[Fault], field: &'static str) -> Option<AnyView> {
    let of: Vec<_> = faults.iter().filter(|f| f.field() == field).map(|f| f.said(words)).collect();
    (!of.is_empty()).then(|| {
        view! { <p class="field-fault" id=format!("{field}-fault")>{of.join(" ")}</p> }.into_any()
    })
}

/// A field has a fault.
pub fn is_faulty(faults: &[Fault], field: &str) -> bool {
    faults.iter().any(|f| f.field() == field)
}

/// Ids that describe a field: its fault and its hint.
pub fn described(faults: &[Fault], field: &str, hint: bool) -> Option<String> {
    let fault = is_faulty(faults, field).then(|| format!("{field}-fault"));
    let hint = hint.then(|| format!("{field}-hint"));
    let ids: Vec<String> = fault.into_iter().chain(hint).collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}

/// A label with the word for what may be left out.
pub fn label(words: &Words, of: &'static str, text: &'static str, optional: bool) -> AnyView {
    let aside = optional.then(|| view! { <small>" ("{words.optional}")"</small> });
    view! { <label for=of>{text}{aside}</label> }.into_any()
}

/// A box to tick, its words beside it.
pub fn tick(
    name: &'static str,
    on: bool,
    text: &'static str,
    note: Option<&'static str>,
) -> AnyView {
    let note = note.map(|note| view! { <small class="block">{note}</small> });
    view! {
        <label class="tick" for=name>
            <input type="checkbox" id=name name=name value="1" checked=on/>
            <span>{text}{note}</span>
        </label>
    }
    .into_any()
}

/// A field for pictures. It stands last in its form: what was typed is read before it.
pub fn photo(words: &Words, faults: &[Fault]) -> AnyView {
    view! {
        <div class="field">
            {label(words, "photo", words.photo, true)}
            {faults_of(words, faults, "photo")}
            <input
                type="file" id="photo" name="photo" multiple=true accept="image/jpeg,image/png"
                aria-describedby=described(faults, "photo", true)
                aria-invalid=is_faulty(faults, "photo").then_some("true")
            />
            <p class="hint" id="photo-hint">{words.photo_hint}</p>
        </div>
    }
    .into_any()
}

/// `14 декабря 2026` for `2026-12-14`; what is no date stays as it is.
pub fn day(words: &Words, date: &str) -> String {
    let parts: Vec<&str> = date.split('-').collect();
    let [year, month, day] = parts[..] else { return date.to_owned() };
    let month =
        month.parse::<usize>().ok().and_then(|m| words.months.split(' ').nth(m.wrapping_sub(1)));
    let (Some(month), Ok(day)) = (month, day.parse::<u8>()) else { return date.to_owned() };
    words.day_form.replace("{y}", year).replace("{m}", month).replace("{d}", &day.to_string())
}

/// Day and time of an instant.
pub fn instant(words: &Words, voice: Voice, at: i64) -> String {
    let text = voice.date_time(at);
    let (date, time) = text.split_once(' ').unwrap_or((&text, ""));
    format!("{}, {time}", day(words, date))
}

fn when(words: &Words, voice: Voice, when: When) -> String {
    let of_day = |s: i32| format!("{:02}:{:02}", s / 3_600, s / 60 % 60);
    match when {
        When::At { at, about: false } => instant(words, voice, at),
        When::At { at, about: true } => {
            format!("{} ({})", instant(words, voice, at), words.about_word)
        }
        When::Between { from, to } => format!("{}–{}", instant(words, voice, from), voice.time(to)),
        When::Daily { from_s, to_s, working } => {
            let days = if working { words.days_work } else { words.days_all };
            format!("{days}, {}–{}", of_day(from_s), of_day(to_s))
        }
    }
}

/// A row of a list of facts.
pub fn row(name: &'static str, value: impl IntoView + 'static) -> AnyView {
    view! { <div><dt>{name}</dt><dd>{value}</dd></div> }.into_any()
}

/// What was told, as rows of a list of facts.
pub fn told(context: Context<'_>, words: &'static Words, told: &Told) -> AnyView {
    let rows = [
        (words.what, Some(told.kind.clone())),
        (words.route, told.route.clone()),
        (words.stop, told.stop.clone()),
        (words.vehicle, told.vehicle.clone()),
        (words.place_words, told.address.clone()),
        (words.when, told.when.map(|w| when(words, context.voice, w))),
        (words.waited_short, told.wait_min.map(|m| format!("{m} {}", words.minutes))),
    ];
    let rows = rows.into_iter().filter_map(|(name, value)| value.map(|v| row(name, v)));
    rows.collect_view().into_any()
}

/// The module that keeps a draft on the device; the pages do without it.
pub fn draft(words: &Words, sent: bool) -> AnyView {
    view! {
        <p id="draft" class="note" role="status" data-kept=words.draft_kept data-back=words.draft_back
            data-offline=words.draft_offline data-sent=sent.then_some("1")></p>
        <script type="module" src="/assets/draft.mjs"></script>
    }
    .into_any()
}
