//! The form: the line, what it was understood as, the caller, and how it ends.

use super::words::{Words, words};
use super::{Chip, MAP_HEIGHT, MAP_WIDTH, OperatorPage};
use crate::page::Language;
use crate::pages::Context;
use crate::url::encode;
use api::DeskChoice;
use leptos::prelude::*;

/// Longest line, characters.
const LINE_MAX: &str = "300";
/// What a field holds that is chosen by hand: never equal to its value.
const CHOSEN: &str = "-";

pub(super) fn form(context: Context<'_>, words: &'static Words, page: &OperatorPage) -> AnyView {
    view! {
        <form id="desk-form" class="desk-form" method="post" action="/staff/desk" autocomplete="off"
            data-offline=words.offline data-kept=words.kept>
            <input type="hidden" name="contact" value=page.contact.clone()/>
            <input type="hidden" name="seq" value=page.seq/>
            <div class="desk-line">
                <label for="line">{words.line}<kbd>"Alt+0"</kbd></label>
                <div class="desk-line-row">
                    <input id="line" name="line" value=page.field("line") maxlength=LINE_MAX autofocus=true
                        spellcheck="false" aria-describedby="line-hint" data-key="Alt+0"/>
                    <button type="submit" name="do" value="look" class="button">{words.show}</button>
                </div>
                <p id="line-hint" class="hint">{words.line_hint}" "<span id="desk-state" role="status"></span></p>
            </div>
            <div id="chips" class="desk-chips" data-live="chips" role="group" aria-label=words.understood>
                {what(words, page)}
                {route(words, page)}
                {stop(words, page)}
                {typed(&page.chips.at, "at", words.time, "Alt+4", "datetime-local")}
                {typed(&page.chips.wait, "wait", words.wait, "Alt+5", "number")}
                {typed(&page.chips.address, "address", words.address, "Alt+6", "text")}
                {rest(words, page)}
            </div>
            {caller(context, words, page)}
            {ending(words, page)}
            {map(context, words, page)}
        </form>
    }
    .into_any()
}

/// The hidden twin of a field: equal to it as long as nobody chose otherwise.
fn twin(chip: &Chip, name: &str) -> AnyView {
    let value = if chip.chosen { CHOSEN.to_owned() } else { chip.value.clone() };
    view! { <input type="hidden" name=format!("auto_{name}") value=value/> }.into_any()
}

fn options(choices: &[DeskChoice], chosen: &str) -> Vec<AnyView> {
    let option = |c: &DeskChoice| {
        view! { <option value=c.code.clone() selected=c.code == chosen>{c.name.clone()}</option> }
            .into_any()
    };
    choices.iter().map(option).collect()
}

fn select(
    chip: &Chip,
    (name, label, key): (&'static str, &'static str, &'static str),
    words: &'static Words,
    inner: Vec<AnyView>,
) -> AnyView {
    let back = chip.chosen.then(|| view! { <option value="auto">{words.by_line}</option> });
    view! {
        <div class="field" class:chosen=chip.chosen>
            <label for=name>{label}<kbd>{key}</kbd></label>
            <select id=name name=name data-key=key data-chip="">
                <option value="" selected=chip.value.is_empty()>{words.none}</option>
                {back}
                {inner}
            </select>
            {twin(chip, name)}
        </div>
    }
    .into_any()
}

fn typed(
    chip: &Chip,
    name: &'static str,
    label: &'static str,
    key: &'static str,
    kind: &'static str,
) -> AnyView {
    let most = (kind == "text").then_some("300");
    let range = (kind == "number").then_some(("0", "1440"));
    view! {
        <div class="field" class:chosen=chip.chosen>
            <label for=name>{label}<kbd>{key}</kbd></label>
            <input id=name name=name type=kind value=chip.value.clone() maxlength=most
                min=range.map(|r| r.0) max=range.map(|r| r.1) data-key=key data-chip=""/>
            {twin(chip, name)}
        </div>
    }
    .into_any()
}

fn what(words: &'static Words, page: &OperatorPage) -> AnyView {
    let chip = &page.chips.what;
    let fits = &page.line.about;
    let chosen = chip.value.as_str();
    let group = |label: String, choices: &[DeskChoice]| {
        // What fits the line stands above, once.
        let rest: Vec<DeskChoice> =
            choices.iter().filter(|c| fits.iter().all(|f| f.code != c.code)).cloned().collect();
        view! { <optgroup label=label>{options(&rest, chosen)}</optgroup> }.into_any()
    };
    let mut inner = Vec::new();
    if !fits.is_empty() {
        inner.push(
            view! { <optgroup label=words.fits>{options(fits, chosen)}</optgroup> }.into_any(),
        );
    }
    inner.push(group(words.kinds.to_owned(), &page.choices.kinds));
    inner.extend(page.choices.topics.iter().map(|(name, topics)| group(name.clone(), topics)));
    select(chip, ("what", words.what, "Alt+1"), words, inner)
}

fn route(words: &'static Words, page: &OperatorPage) -> AnyView {
    let chip = &page.chips.route;
    let inner = options(&page.choices.routes, &chip.value);
    select(chip, ("route", words.route, "Alt+2"), words, inner)
}

fn stop(words: &'static Words, page: &OperatorPage) -> AnyView {
    let chip = &page.chips.stop;
    let open = chip.value.is_empty() && page.line.place.is_some() && page.line.stops.len() > 1;
    let inner = options(&page.line.stops, &chip.value);
    let at = page.line.passages.first().zip(page.line.route_short_name.as_ref());
    let elsewhere = at.is_some_and(|(at, route)| !at.stop.routes.contains(route));
    let note = if elsewhere { words.not_here } else { words.which_stop };
    view! {
        {select(chip, ("stop", words.stop, "Alt+3"), words, inner)}
        {(open || elsewhere).then(|| view! {
            <p class="desk-ask">
                {page.line.place.clone().unwrap_or_default()}": "{note}
            </p>
        })}
    }
    .into_any()
}

fn rest(words: &'static Words, page: &OperatorPage) -> AnyView {
    let rest = page.line.rest.clone();
    let none = rest.is_empty();
    view! {
        <p class="desk-rest" class:none=none>
            <small>{words.not_understood}": "<span>{rest}</span></small>
        </p>
    }
    .into_any()
}

fn caller(context: Context<'_>, words: &'static Words, page: &OperatorPage) -> AnyView {
    let text = |name: &'static str,
                label: &'static str,
                key: Option<&'static str>,
                kind: &'static str| {
        view! {
            <div class="field">
                <label for=name>{label}{key.map(|k| view! { <kbd>{k}</kbd> })}</label>
                <input id=name name=name type=kind value=page.field(name) maxlength="120" data-key=key/>
            </div>
        }
    };
    let walk_in = page.field("channel") == "walk_in";
    let typed = page.field("language");
    let spoken = if typed.is_empty() { context.shell.language.tag().to_owned() } else { typed };
    let languages = Language::ALL.map(|l| {
        view! { <option value=l.tag() selected=l.tag() == spoken>{l.name()}</option> }
    });
    let danger = page.field("danger") == "on";
    view! {
        <fieldset class="desk-caller">
            <legend>{words.caller}</legend>
            {text("phone", words.phone, Some("Alt+7"), "tel")}
            {text("name", words.name, None, "text")}
            <div class="field">
                <label for="language">{words.language}</label>
                <select id="language" name="language">{languages.collect_view()}</select>
            </div>
            <div class="field">
                <label for="channel">{words.channel}</label>
                <select id="channel" name="channel">
                    <option value="phone">{words.phone_call}</option>
                    <option value="walk_in" selected=walk_in>{words.walk_in}</option>
                </select>
            </div>
            {text("vehicle", words.vehicle, None, "text")}
            {text("text", words.more_text, None, "text")}
            <label class="desk-danger"><input type="checkbox" name="danger" checked=danger/>" "{words.danger}</label>
            <p class="hint">{words.no_name}</p>
        </fieldset>
    }
    .into_any()
}

fn ending(words: &'static Words, page: &OperatorPage) -> AnyView {
    let desks = options(&page.choices.desks, &page.field("to_desk"));
    view! {
        <p class="desk-say" data-live="say"><span>{words.read_back}</span><q lang=page.read_back.language.tag()>{read_back(page)}</q></p>
        <div class="desk-ends">
            <button type="submit" name="do" value="register" class="primary" data-key="F10">{words.register}<kbd>"F10"</kbd></button>
            <button type="submit" name="do" value="consult" class="button" data-key="F8">{words.consult}<kbd>"F8"</kbd></button>
            <button type="submit" name="do" value="drop" class="plain">{words.drop}</button>
        </div>
        <div class="desk-hand">
            <div class="field">
                <label for="to_desk">{words.to_desk}<kbd>"F6"</kbd></label>
                <select id="to_desk" name="to_desk" data-key="F6"><option value="">{words.none}</option>{desks}</select>
            </div>
            <div class="field">
                <label for="note">{words.note}</label>
                <input id="note" name="note" value=page.field("note") maxlength="300"/>
            </div>
            <button type="submit" name="do" value="hand_over" class="button">{words.hand_over}</button>
        </div>
    }
    .into_any()
}

/// What is read to the caller, in the caller's language.
fn read_back(page: &OperatorPage) -> String {
    let back = &page.read_back;
    let words = words(back.language);
    let mut parts: Vec<String> = Vec::new();
    parts.extend(back.route.as_ref().map(|r| words.rb_route.replace("{}", r)));
    parts.extend(back.stop.as_ref().map(|s| words.rb_stop.replace("{}", s)));
    parts.extend(back.address.clone());
    if let Some((day, time)) = page.chips.at.value.split_once('T') {
        parts.push(format!("{day} {time}"));
    }
    parts.extend(back.what.as_ref().map(|w| w.to_lowercase()));
    if !page.chips.wait.value.is_empty() {
        parts.push(words.rb_wait.replace("{}", &page.chips.wait.value));
    }
    if parts.is_empty() {
        return String::new();
    }
    let mut text = parts.join(", ");
    if let Some(first) = text.chars().next() {
        text.replace_range(..first.len_utf8(), &first.to_uppercase().collect::<String>());
    }
    format!("{text}. {}", words.rb_end)
}

/// A picture that sends where it was clicked: works without a script as well.
fn map(context: Context<'_>, words: &'static Words, page: &OperatorPage) -> AnyView {
    let pin = page.map.pin;
    let degrees = |d: Option<f64>| d.map(|d| format!("{d:.6}")).unwrap_or_default();
    let (lat, lon) = (degrees(pin.map(|p| p.0)), degrees(pin.map(|p| p.1)));
    let theme = context.shell.theme.unwrap_or_default();
    let src = format!(
        "/staff/desk/map.svg?view={}&pin={lat},{lon}&theme={theme}&lang={}",
        encode(&page.map.view),
        context.shell.language.tag()
    );
    view! {
        <div class="desk-map" data-live="map">
            <p id="map-hint" class="hint">{words.map}</p>
            <input type="hidden" name="lat" value=lat.clone()/>
            <input type="hidden" name="lon" value=lon.clone()/>
            <input type="hidden" name="view" value=page.map.view.clone()/>
            <input type="image" name="pin" src=src alt=words.map_alt width=MAP_WIDTH height=MAP_HEIGHT
                formaction="/staff/desk" tabindex="-1" data-map="" aria-describedby="map-hint"/>
            {pin.map(|_| view! {
                <p>{lat}", "{lon}" "<button type="submit" name="do" value="unpin" class="plain">{words.unpin}</button></p>
            })}
        </div>
    }
    .into_any()
}
