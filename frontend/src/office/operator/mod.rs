//! The desk of those who take calls and visitors: one line to type, what the buses do beside it, one key to end
//! it. A plain form that works without a script; with one, what is marked `data-live` is asked for anew on each
//! pause and swapped (see `crate::desk`).

mod fields;
mod live;
mod words;

use crate::page::Language;
use crate::pages::Context;
use api::{AppealRow, DeskChoice, DeskLine, FiledAppeal};
use leptos::prelude::*;
use std::collections::BTreeMap;
use words::{Words, words};

/// What the desk shows.
#[derive(Clone, Debug)]
pub struct OperatorPage {
    /// The contact that is typed.
    pub contact: String,
    /// Appeals that came of it so far.
    pub seq: u32,
    /// What was typed, by the names of the fields.
    pub fields: BTreeMap<String, String>,
    /// What the line was understood as, or what was chosen instead.
    pub chips: Chips,
    /// What the line says, and what is known of it.
    pub line: DeskLine,
    /// What can be chosen.
    pub choices: Choices,
    /// The operator's day.
    pub day: Day,
    /// Contacts that wait for this desk.
    pub waiting: Vec<Waiting>,
    /// Appeals of the caller's telephone; `None` where none is typed or the role may not ask.
    pub history: Option<Vec<AppealRow>>,
    /// One of them is of the same.
    pub same_before: bool,
    /// What was just done.
    pub done: Option<Done>,
    /// Why it was not.
    pub fault: Option<Fault>,
    /// Names of kinds and statuses in the reader's language, by their codes.
    pub names: BTreeMap<String, String>,
    /// What is read back, in the caller's language.
    pub read_back: ReadBack,
    /// The small map.
    pub map: MapView,
}

/// What a field of the claim holds: understood, or chosen by hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chip {
    /// Its value.
    pub value: String,
    /// Chosen by hand: the line does not change it any more.
    pub chosen: bool,
}

/// The claim.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "fields of the form by their names")]
pub struct Chips {
    pub what: Chip,
    pub route: Chip,
    pub stop: Chip,
    pub at: Chip,
    pub wait: Chip,
    pub address: Chip,
}

/// What can be chosen.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// Routes.
    pub routes: Vec<DeskChoice>,
    /// Kinds.
    pub kinds: Vec<DeskChoice>,
    /// Topics by the name of their group.
    pub topics: Vec<(String, Vec<DeskChoice>)>,
    /// Desks.
    pub desks: Vec<DeskChoice>,
}

/// What a day brought.
#[derive(Clone, Copy, Debug, Default)]
#[expect(missing_docs, reason = "counts by what they count")]
pub struct Day {
    pub contacts: u32,
    pub consulted: u32,
    pub appeals: u32,
    pub handed_over: u32,
    pub mean_handle_s: Option<i64>,
}

/// A contact that waits.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Which.
    pub contact: String,
    /// The name of the desk.
    pub desk: String,
    /// For how long, seconds.
    pub waits_s: i64,
    /// The line that was typed.
    pub line: String,
    /// What to say first.
    pub note: String,
}

/// What was just done.
#[derive(Clone, Debug)]
pub enum Done {
    /// An appeal was registered, of this contact; with the name of its desk.
    Filed {
        /// What the applicant is told.
        filed: FiledAppeal,
        /// The desk's name.
        desk: String,
        /// Of which contact: for one more topic.
        contact: String,
        /// Of the same as this one, and in its case.
        joined: Option<Box<(String, Option<String>)>>,
    },
    /// Counted.
    Consulted,
    /// On its way to another desk.
    HandedOver,
    /// The line broke.
    Dropped,
    /// Taken over from another desk.
    Taken,
}

/// Why it was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing was said.
    Empty,
    /// Somebody else has the contact.
    Taken,
    /// The time is none.
    Time,
    /// Something else; what was typed is kept.
    Other,
}

/// Names in the caller's language.
#[derive(Clone, Debug, Default)]
pub struct ReadBack {
    /// The caller's language.
    pub language: Language,
    /// Topic.
    pub what: Option<String>,
    /// Route's number.
    pub route: Option<String>,
    /// Stop or place.
    pub stop: Option<String>,
    /// Address.
    pub address: Option<String>,
}

/// The small map: a picture that is clicked.
#[derive(Clone, Debug, Default)]
pub struct MapView {
    /// `lat,lon,metres per pixel`.
    pub view: String,
    /// The pin, degrees.
    pub pin: Option<(f64, f64)>,
}

/// Width of the small map, pixels.
pub const MAP_WIDTH: u32 = 416;
/// Height of the small map, pixels.
pub const MAP_HEIGHT: u32 = 208;

impl OperatorPage {
    fn field(&self, name: &str) -> String {
        self.fields.get(name).cloned().unwrap_or_default()
    }

    fn name(&self, code: &str) -> String {
        self.names.get(code).cloned().unwrap_or_else(|| code.to_owned())
    }
}

/// Title and content.
pub(super) fn page(context: Context<'_>, page: &OperatorPage) -> (String, AnyView) {
    let words = words(context.shell.language);
    let main = view! {
        <div class="desk" id="desk">
            <div class="desk-head">
                <h1>{words.title}</h1>
                {day(context, words, page)}
            </div>
            {done(words, page)}
            {page.fault.map(|fault| view! { <p role="alert" class="fault">{fault_text(words, fault)}</p> })}
            {fields::form(context, words, page)}
            {live::panels(context, words, page)}
            {keys(words)}
        </div>
    };
    (words.title.to_owned(), main.into_any())
}

const fn fault_text(words: &Words, fault: Fault) -> &'static str {
    match fault {
        Fault::Empty => words.f_empty,
        Fault::Taken => words.f_taken,
        Fault::Time => words.f_time,
        Fault::Other => words.f_other,
    }
}

/// The operator's counters.
fn day(context: Context<'_>, words: &'static Words, page: &OperatorPage) -> AnyView {
    let day = page.day;
    let mean = day.mean_handle_s.map_or_else(|| "—".to_owned(), crate::format::stopwatch);
    let counts = [
        (day.contacts, words.d_contacts),
        (day.consulted, words.d_consulted),
        (day.appeals, words.d_appeals),
        (day.handed_over, words.d_handed),
    ];
    let counts = counts.map(|(n, name)| {
        view! { <span><b>{context.voice.count(n.into())}</b>" "{name}</span> }
    });
    view! {
        <p class="desk-day">
            <span>{words.today}":"</span>
            {counts.collect_view()}
            <span>{words.d_mean}" "<b>{mean}</b></span>
        </p>
    }
    .into_any()
}

/// Digits in groups that are read aloud: `26 000123 4` is `26 · 000 123 · 4`.
fn grouped(number: &str) -> String {
    let groups = number.split('-').map(|part| {
        let digits: Vec<char> = part.chars().collect();
        let size = if digits.len().is_multiple_of(3) { 3 } else { 4 };
        let pieces: Vec<String> = digits.chunks(size).map(|c| c.iter().collect()).collect();
        pieces.join("\u{a0}")
    });
    groups.collect::<Vec<_>>().join(" – ")
}

/// What was just done, to be read aloud.
fn done(words: &'static Words, page: &OperatorPage) -> AnyView {
    let plain = |text: &'static str| view! { <p>{text}</p> }.into_any();
    let inner = match &page.done {
        None => return ().into_any(),
        Some(Done::Consulted) => plain(words.consulted_done),
        Some(Done::HandedOver) => plain(words.handed_done),
        Some(Done::Dropped) => plain(words.dropped_done),
        Some(Done::Taken) => plain(words.taken_done),
        Some(Done::Filed { filed, desk, contact, joined }) => {
            let joined = joined.as_deref().map(|(number, case)| {
                let case = case.as_ref().map(|c| format!(" · {} {c}", words.in_case));
                let text = format!("{} {number}{}", words.joined, case.unwrap_or_default());
                view! { <p id="filed-joined">{text}</p> }
            });
            let due = filed.due_on.clone();
            let due = due.map_or_else(|| words.no_due.to_owned(), |d| format!("{} {d}", words.due));
            view! {
                <p class="desk-done-title">{words.filed}</p>
                <dl class="desk-number">
                    <div><dt>{words.number}</dt><dd id="filed-number">{grouped(&filed.number)}</dd></div>
                    <div><dt>{words.pin}</dt><dd id="filed-pin">{grouped(&filed.pin)}</dd></div>
                </dl>
                <p>{due}" · "{words.desk_of}": "{desk.clone()}</p>
                {joined}
                <form method="post" action="/staff/desk">
                    <input type="hidden" name="contact" value=contact.clone()/>
                    <button type="submit" name="do" value="more" class="plain" data-key="F7">{words.one_more}<kbd>"F7"</kbd></button>
                </form>
            }
            .into_any()
        }
    };
    view! { <section class="desk-done" role="status">{inner}</section> }.into_any()
}

/// The keys, and the switch that turns them off.
fn keys(words: &'static Words) -> AnyView {
    let list = [
        ("Alt+0", words.k_line),
        ("Alt+1", words.what),
        ("Alt+2", words.route),
        ("Alt+3", words.stop),
        ("Alt+4", words.time),
        ("Alt+5", words.wait),
        ("Alt+6", words.address),
        ("Alt+7", words.phone),
        ("F2", words.k_map),
        ("F3", words.k_help),
        ("F6", words.hand_over),
        ("F7", words.one_more),
        ("F8", words.consult),
        ("F9", words.join),
        ("F10", words.register),
    ];
    let list = list.map(|(key, name)| view! { <li><kbd>{key}</kbd>" "{name}</li> });
    view! {
        <details class="desk-keys">
            <summary>{words.keys}</summary>
            <ul>{list.collect_view()}</ul>
            <label id="keys-switch" hidden=true><input type="checkbox" id="keys-on" checked=true/>" "{words.keys_on}</label>
        </details>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn numbers_are_grouped_to_be_read_aloud() {
        assert_eq!(grouped("26-000123-4"), "26 – 000\u{a0}123 – 4");
        assert_eq!(grouped("12345678"), "1234\u{a0}5678");
    }
}
