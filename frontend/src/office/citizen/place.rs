//! The second screen: where and when.

use super::Fault;
use super::form::Form;
use super::parts::{described, draft, faults_of, is_faulty, label, steps, summary, tick};
use super::words::{Words, words};
use crate::pages::Context;
use leptos::prelude::*;

/// What a kind's rule needs to be looked into; each may be left out by who does not know it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of the form")]
pub struct Asks {
    /// The route; asked for once more when it is missing.
    pub route: bool,
    /// The stop.
    pub stop: bool,
    /// Without route and stop the rule cannot be applied: say so once.
    pub insist: bool,
    /// The vehicle.
    pub vehicle: bool,
    /// When.
    pub time: bool,
    /// From when to when, and how often.
    pub hours: bool,
    /// Minutes waited.
    pub wait: bool,
    /// Whether the person sat in it.
    pub on_bus: bool,
    /// A place in words.
    pub words: bool,
}

/// A thing of the timetable with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// What tells it from others of the same name.
    pub detail: String,
}

/// The stops of a route in one direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopGroup {
    /// Where that direction goes.
    pub headsign: String,
    /// Its stops in order.
    pub stops: Vec<Named>,
}

/// What the screen is made of.
#[derive(Clone, Debug)]
pub struct PlacePage {
    /// What was entered.
    pub form: Form,
    /// The kind's name.
    pub kind: String,
    /// What is asked.
    pub asks: Asks,
    /// What is wrong.
    pub faults: Vec<Fault>,
    /// The route, where it is known.
    pub route: Option<Named>,
    /// Routes to choose from: those that fit, or those of the stop.
    pub routes: Vec<Named>,
    /// All routes, to complete what is typed.
    pub all_routes: Vec<Named>,
    /// The stop, where it is known.
    pub stop: Option<Named>,
    /// Stops that fit what was typed.
    pub stops: Vec<Named>,
    /// The stops of the route.
    pub of_route: Vec<StopGroup>,
    /// The vehicle's name, where it is known.
    pub vehicle: Option<String>,
    /// Today, `YYYY-MM-DD`: the latest day.
    pub today: String,
}

/// Names that this screen asks; all others are carried hidden.
const SHOWN: [&str; 12] = [
    "route_find",
    "stop_find",
    "vehicle_text",
    "place_words",
    "date",
    "time",
    "time_to",
    "days",
    "about",
    "wait",
    "on_bus",
    "asked",
];

/// Title and content.
pub fn page(context: Context<'_>, page: &PlacePage) -> (String, AnyView) {
    let words = words(context.shell.language);
    let posts = page.form.is_personal();
    let (method, action) =
        if posts { ("post", "/appeals/new/place") } else { ("get", "/appeals/new") };
    let mut shown = SHOWN.to_vec();
    // Where the screen asks for them itself, the old choice must not stand beside the new one.
    if page.route.is_none() {
        shown.push("route");
    }
    if page.stop.is_none() {
        shown.push("stop");
    }
    let insisted = page.faults.iter().any(|f| matches!(f, Fault::RouteNeeded | Fault::StopNeeded));
    let asked = insisted || page.form.has("asked");
    let asks = page.asks;
    let main = view! {
        <div class="citizen">
            {steps(words, 2)}
            <h1>{words.where_when}</h1>
            {(!posts).then(|| view! {
                <p class="sub">{page.kind.clone()}" · "<a href=again(page)>{words.change}</a></p>
            })}
            {summary(words, &page.faults)}
            <form class="form" id="appeal-form" method=method action=action data-step="place">
                {posts.then(|| view! {
                    <p class="known">
                        <b>{page.kind.clone()}</b>
                        <button type="submit" class="plain" formaction="/appeals/new/kind">{words.change}</button>
                    </p>
                })}
                {page.form.hidden(&shown)}
                {asked.then(|| view! { <input type="hidden" name="asked" value="1"/> })}
                {(asks.route || page.route.is_some()).then(|| route(words, page))}
                {(asks.stop || page.stop.is_some()).then(|| stop(words, page))}
                {(asks.vehicle || page.vehicle.is_some()).then(|| vehicle(words, page))}
                {asks.words.then(|| place_words(words, page))}
                {(asks.time || asks.hours).then(|| time(words, page))}
                {asks.wait.then(|| wait(words, page))}
                {asks.on_bus.then(|| on_bus(words, page))}
                <button type="submit" class="primary big" name="go" value="next" id="send">{words.next}</button>
                {draft(words, false)}
            </form>
        </div>
    };
    (words.where_when.to_owned(), main.into_any())
}

/// The way back to the first screen, with what is known.
fn again(page: &PlacePage) -> String {
    let mut form = page.form.clone();
    for name in ["kind", "thanks", "asked"] {
        form.set(name, "");
    }
    format!("/appeals/new?{}", form.query())
}

/// What is known already, with a button to choose another.
fn known(title: &'static str, name: String, go: &'static str, other: &'static str) -> AnyView {
    view! {
        <div class="known">
            <span><small class="block">{title}</small><b>{name}</b></span>
            <button type="submit" class="plain" name="go" value=go>{other}</button>
        </div>
    }
    .into_any()
}

/// Choices of which one is taken, and the way out of them.
fn radios(
    name: &'static str,
    chosen: &str,
    choices: &[Named],
    out: (&'static str, &'static str),
) -> AnyView {
    let choices = choices.iter().map(|choice| {
        let id = format!("{name}-{}", choice.id);
        let detail = (!choice.detail.is_empty())
            .then(|| view! { <small class="block">{choice.detail.clone()}</small> });
        view! {
            <label class="tick">
                <input type="radio" id=id name=name value=choice.id.clone() checked=chosen == choice.id/>
                <span>{choice.name.clone()}{detail}</span>
            </label>
        }
    });
    let (value, text) = out;
    let id = format!("{name}-none");
    view! {
        {choices.collect_view()}
        <label class="tick">
            <input type="radio" id=id name=name value=value/>
            <span>{text}</span>
        </label>
    }
    .into_any()
}

fn route(words: &'static Words, page: &PlacePage) -> AnyView {
    if let Some(route) = &page.route {
        let name = if route.detail.is_empty() {
            route.name.clone()
        } else {
            format!("{} · {}", route.name, route.detail)
        };
        return known(words.route, name, "other_route", words.other_route);
    }
    let fault = faults_of(words, &page.faults, "route");
    if page.stop.is_some() && !page.routes.is_empty() && !page.form.has("route_find") {
        return view! {
            <fieldset class="field badge-choices" id="route" tabindex="-1">
                <legend>{words.which_bus}</legend>{fault}
                {radios("route", page.form.get("route"), &page.routes, ("", words.not_sure))}
            </fieldset>
        }
        .into_any();
    }
    let options = page
        .all_routes
        .iter()
        .map(|r| view! { <option value=r.name.clone()>{r.detail.clone()}</option> })
        .collect_view();
    let picks = page.form.has("route_find").then(|| {
        view! {
            <fieldset class="field">
                <legend>{words.which_bus}</legend>
                {radios("route_pick", "", &page.routes, ("-", words.as_written))}
            </fieldset>
        }
    });
    view! {
        <div class="field">
            {label(words, "route", words.bus_number, true)}{fault}
            <input
                id="route" name="route_find" value=page.form.get("route_find").to_owned() list="routes"
                autocomplete="off" maxlength="100"
                aria-invalid=is_faulty(&page.faults, "route").then_some("true")
                aria-describedby=described(&page.faults, "route", false)
            />
            <datalist id="routes">{options}</datalist>
        </div>
        {picks}
    }
    .into_any()
}

fn stop(words: &'static Words, page: &PlacePage) -> AnyView {
    if let Some(stop) = &page.stop {
        return known(words.stop, stop.name.clone(), "other_stop", words.other_stop);
    }
    let faulty = is_faulty(&page.faults, "stop").then_some("true");
    let fault = faults_of(words, &page.faults, "stop");
    if !page.of_route.is_empty() && !page.form.has("stop_find") {
        let groups = page.of_route.iter().map(|group| {
            let stops = group.stops.iter();
            let stops =
                stops.map(|s| view! { <option value=s.id.clone()>{s.name.clone()}</option> });
            view! { <optgroup label=format!("{} {}", words.towards, group.headsign)>{stops.collect_view()}</optgroup> }
        });
        return view! {
            <div class="field">
                {label(words, "stop", words.which_stop, true)}{fault}
                <select id="stop" name="stop" aria-invalid=faulty aria-describedby=described(&page.faults, "stop", false)>
                    <option value="">{words.not_sure}</option>
                    {groups.collect_view()}
                </select>
            </div>
        }
        .into_any();
    }
    let picks = page.form.has("stop_find").then(|| {
        view! {
            <fieldset class="field">
                <legend>{words.which_stop}</legend>
                {radios("stop_pick", "", &page.stops, ("-", words.as_written))}
            </fieldset>
        }
    });
    view! {
        <div class="field">
            {label(words, "stop", words.stop, true)}{fault}
            <div class="with-button">
                <input
                    id="stop" name="stop_find" value=page.form.get("stop_find").to_owned() autocomplete="off"
                    maxlength="100" aria-invalid=faulty aria-describedby=described(&page.faults, "stop", true)
                />
                <button type="submit" class="button" name="go" value="find">{words.show_stops}</button>
            </div>
            <p class="hint" id="stop-hint">{words.stop_hint}</p>
        </div>
        {picks}
    }
    .into_any()
}

fn vehicle(words: &'static Words, page: &PlacePage) -> AnyView {
    if let Some(name) = &page.vehicle {
        return view! { <div class="known"><span><small class="block">{words.vehicle}</small><b>{name.clone()}</b></span></div> }
            .into_any();
    }
    view! {
        <div class="field">
            {label(words, "vehicle_text", words.vehicle, true)}
            <input
                id="vehicle_text" name="vehicle_text" value=page.form.get("vehicle_text").to_owned()
                autocomplete="off" maxlength="40" aria-describedby="vehicle_text-hint"
            />
            <p class="hint" id="vehicle_text-hint">{words.vehicle_hint}</p>
        </div>
    }
    .into_any()
}

fn place_words(words: &'static Words, page: &PlacePage) -> AnyView {
    view! {
        <div class="field">
            {label(words, "place_words", words.place_words, true)}
            <input
                id="place_words" name="place_words" value=page.form.get("place_words").to_owned()
                maxlength="200" aria-describedby="place_words-hint"
            />
            <p class="hint" id="place_words-hint">{words.place_hint}</p>
        </div>
    }
    .into_any()
}

fn time(words: &'static Words, page: &PlacePage) -> AnyView {
    let form = &page.form;
    let faulty = |field: &str| is_faulty(&page.faults, field).then_some("true");
    let hours = page.asks.hours.then(|| {
        let options = [("", words.days_once), ("working", words.days_work), ("all", words.days_all)];
        let options = options.map(|(value, name)| {
            view! { <option value=value selected=form.get("days") == value>{name}</option> }
        });
        view! {
            <div class="field">
                {label(words, "time_to", words.time_to, true)}
                {faults_of(words, &page.faults, "time_to")}
                <input
                    id="time_to" name="time_to" type="time" value=form.get("time_to").to_owned()
                    aria-invalid=faulty("time_to") aria-describedby=described(&page.faults, "time_to", false)
                />
            </div>
            <div class="field whole">
                <label for="days">{words.days}</label>
                <select id="days" name="days">{options.collect_view()}</select>
            </div>
        }
    });
    let about = (!page.asks.hours).then(|| tick("about", form.has("about"), words.about, None));
    view! {
        <div class="pair">
            <div class="field">
                <label for="date">{words.date}</label>
                <input id="date" name="date" type="date" max=page.today.clone() value=form.get("date").to_owned()/>
            </div>
            <div class="field">
                <label for="time">{if page.asks.hours { words.time_from } else { words.time }}</label>
                <input
                    id="time" name="time" type="time" value=form.get("time").to_owned()
                    aria-invalid=faulty("time") aria-describedby=described(&page.faults, "time", false)
                />
            </div>
            {hours}
        </div>
        {faults_of(words, &page.faults, "time")}
        {about}
    }
    .into_any()
}

fn wait(words: &'static Words, page: &PlacePage) -> AnyView {
    view! {
        <div class="field short">
            {label(words, "wait", words.waited, true)}
            {faults_of(words, &page.faults, "wait")}
            <input
                id="wait" name="wait" inputmode="numeric" maxlength="4" value=page.form.get("wait").to_owned()
                aria-invalid=is_faulty(&page.faults, "wait").then_some("true")
                aria-describedby=described(&page.faults, "wait", false)
            />
        </div>
    }
    .into_any()
}

fn on_bus(words: &'static Words, page: &PlacePage) -> AnyView {
    let chosen = page.form.get("on_bus");
    let choices = [("yes", words.yes), ("no", words.no)].map(|(value, name)| {
        let id = format!("on_bus-{value}");
        view! {
            <label class="tick">
                <input type="radio" id=id name="on_bus" value=value checked=chosen == value/>
                <span>{name}</span>
            </label>
        }
    });
    view! {
        <fieldset class="field row-choices"><legend>{words.on_bus}</legend>{choices.collect_view()}</fieldset>
    }
    .into_any()
}
