//! Appeals on the map of who is signed in: the fresh ones beside it, those about one bus, stop or route, and the
//! way back to the map at the time of an appeal.

use super::queue::{appeal_path, named};
use super::texts::texts;
use crate::pages::{Context, marks};
use crate::url::{encode, query_value, with_query};
use api::{FreshAppeal, FreshAppeals, Incident};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// What happened so lately is told apart: it may still be acted on, seconds.
const NOW_S: i64 = 20 * 60;
/// An incident is spoken of from so long before it was seen, seconds …
const BEFORE_S: i64 = 30 * 60;
/// … to so long after it ended.
const AFTER_S: i64 = 60 * 60;

/// What both pages are made of.
#[derive(Clone, Debug)]
pub struct FreshPage {
    /// The appeals.
    pub fresh: FreshAppeals,
    /// Names of kinds and statuses in the reader's language, by their codes.
    pub names: BTreeMap<String, String>,
    /// Only those about this: what it is called. `None`: the fresh ones.
    pub about: Option<String>,
}

texts! {
    title: "Жаңа өтініштер", "Свежие обращения", "Fresh appeals";
    about: "Өтініштер:", "Обращения:", "Appeals:";
    about_this: "Осы туралы өтініштер", "Обращения об этом", "Appeals about this";
    said: "Соңғы сағаттағы өтініштер:", "Обращений за последний час:", "Appeals of the last hour:";
    said_then: "Сол уақыттағы өтініштер:", "Обращений о том времени:", "Appeals of that time:";
    found: "Табылғаны:", "Найдено:", "Found:";
    of_danger: "қауіп туралы:", "об опасности:", "of a danger:";
    more: "Барлығы көрсетілмеген: кезекті қараңыз.", "Показаны не все: смотрите очередь.", "Not all are shown: see the queue.";
    none: "Ештеңе жоқ.", "Нет.", "None.";
    danger: "Қауіп", "Опасность", "Danger";
    now: "Қазір", "Сейчас", "Now";
    no_place: "орны картада белгісіз", "место на карте неизвестно", "its place on the map is not known";
    at_bus: "картада – автобустың қазіргі орнында", "на карте – где автобус сейчас", "on the map where the bus is now";
    bus: "автобус", "автобус", "bus";
    then: "Сол уақыттағы карта", "Карта в то время", "The map at that time";
    list: "Тізімді бөлек ашу", "Открыть список отдельно", "Open the list by itself";
    over: "Сеанс аяқталды: қайта кіріңіз", "Сеанс окончен: войдите снова", "The session is over: sign in again";
    past: "Карта осы уақытта:", "Карта на время:", "The map at:";
    past_note: "Автобустар жазба бойынша көрген аялдамалар арасында. Тірі автобустар көрсетілмейді.", "Автобусы – между остановками, где их видела запись. Нынешние автобусы скрыты.", "Buses are between the stops where the record saw them. Those of now are hidden.";
    to_now: "Қазіргі уақытқа", "К настоящему времени", "Back to now";
}

/// `/staff/fresh` and `/staff/about`: title and content.
pub(super) fn page(context: Context<'_>, page: &FreshPage) -> (String, AnyView) {
    let words = words(context.shell.language);
    let title = match &page.about {
        Some(what) => format!("{} {what}", words.about),
        None => words.title.to_owned(),
    };
    let main = view! { <h1>{title.clone()}</h1>{body(context, page)} };
    (title, main.into_any())
}

/// The list. The map takes that of the fresh ones out of the page whole (`console/cut.rs`), and draws what it
/// names; what is about one thing stands in its panel, beside it.
fn body(context: Context<'_>, page: &FreshPage) -> AnyView {
    let words = words(context.shell.language);
    let appeals = &page.fresh.appeals;
    // The times cannot say it: half an hour after a moment ago lies ahead.
    let then = query_value(&context.shell.path, "at").is_some_and(|at| !at.is_empty());
    let what = match (&page.about, then) {
        (Some(_), _) => words.found,
        (None, true) => words.said_then,
        (None, false) => words.said,
    };
    let dangers = appeals.iter().filter(|a| a.safety).count();
    let dangers =
        if dangers > 0 { format!(", {} {dangers}", words.of_danger) } else { String::new() };
    let said = format!("{what} {}{dangers}", appeals.len());
    let rows = appeals.iter().map(|a| row(context, page, a)).collect_view();
    let fresh = page.about.is_none();
    view! {
        <section id=fresh.then_some("fresh-body")>
            <p id=fresh.then_some("fresh-said")>{said}</p>
            {page.fresh.more.then(|| view! { <p class="note">{words.more}</p> })}
            {appeals.is_empty().then(|| view! { <p class="empty">{words.none}</p> })}
            <ul class="fresh-list">{rows}</ul>
        </section>
    }
    .into_any()
}

fn row(context: Context<'_>, page: &FreshPage, appeal: &FreshAppeal) -> AnyView {
    let words = words(context.shell.language);
    let kind = appeal.kind.as_ref().map(|k| named(&page.names, k)).unwrap_or_default();
    let at = appeal.event_at.unwrap_or(appeal.registered_at);
    let now = page.fresh.at - appeal.registered_at <= NOW_S && page.fresh.at - at <= NOW_S;
    let place = appeal.lon.zip(appeal.lat);
    let note = match (place, appeal.at_vehicle) {
        (None, _) => Some(words.no_place),
        (Some(_), true) => Some(words.at_bus),
        (Some(_), false) => None,
    };
    let route = appeal
        .route_id
        .as_ref()
        .map(|id| marks::route_badge(id, appeal.route_short_name.as_ref().unwrap_or(id)));
    let stop = appeal.stop_id.as_ref().map(|id| {
        let href = format!("/stops/{}", encode(id));
        view! { <a href=href>{appeal.stop_name.clone().unwrap_or_else(|| id.clone())}</a> }
    });
    let vehicle = appeal.vehicle_id.as_ref().map(|id| {
        let href = format!("/vehicles/{}", encode(id));
        view! { " · "{words.bus}" "<a href=href>{id.clone()}</a> }
    });
    let then = then_path(appeal.event_at, appeal.route_id.as_ref(), appeal.stop_id.as_ref());
    let status = named(&page.names, &appeal.status);
    view! {
        <li
            data-lon=place.map(|p| format!("{:.6}", p.0))
            data-lat=place.map(|p| format!("{:.6}", p.1))
            data-about=about_path(appeal)
            data-words=kind.clone()
            data-danger=appeal.safety.then_some("")
            data-now=now.then_some("")
        >
            <p class="fresh-what">
                <span class="fresh-mark" aria-hidden="true">{if appeal.safety { "⚠" } else { "✉" }}</span>
                <a href=appeal_path(&appeal.number)>{kind.clone()}</a>
                {appeal.safety.then(|| view! { <strong class="fresh-danger">{words.danger}</strong> })}
                {now.then(|| view! { <strong class="fresh-now">{words.now}</strong> })}
            </p>
            <p>{route}" "{stop}{vehicle}</p>
            <p class="sub">
                {context.voice.date_time(at)}" · "{status}
                {note.map(|n| format!(" · {n}"))}
                {then.map(|href| view! { " · "<a href=href>{words.then}</a> })}
            </p>
        </li>
    }
    .into_any()
}

/// The appeals of the same place.
fn about_path(appeal: &FreshAppeal) -> Option<String> {
    let about = |name: &str, id: &String| format!("/staff/about?{name}={}", encode(id));
    let stop = appeal.stop_id.as_ref().map(|id| about("stop", id));
    stop.or_else(|| appeal.vehicle_id.as_ref().map(|id| about("vehicle", id)))
}

/// The map at the time of an appeal: of its route, with its stop shown.
pub(super) fn then_path(
    at: Option<i64>,
    route: Option<&String>,
    stop: Option<&String>,
) -> Option<String> {
    let (at, route) = at.zip(route)?;
    let stop = stop.map(|s| format!("&stop={}", encode(s)));
    Some(format!("/?at={at}&of={}{}", encode(route), stop.unwrap_or_default()))
}

/// The place of the list beside the map, for those of the staff who see appeals. Without a script a link.
pub(crate) fn beside(context: Context<'_>) -> Option<AnyView> {
    sees(context)?;
    let words = words(context.shell.language);
    Some(
        view! {
            <details class="fresh" open=true>
                <summary>{words.title}</summary>
                <p class="sr" role="status" id="fresh-status"></p>
                <div id="fresh-place" data-over=words.over>
                    <p><a href="/staff/fresh">{words.list}</a></p>
                </div>
            </details>
        }
        .into_any(),
    )
}

/// A link from what a page shows to the appeals about it: `query` names it.
pub(crate) fn link(context: Context<'_>, query: &str) -> Option<AnyView> {
    sees(context)?;
    let words = words(context.shell.language);
    let href = format!("/staff/about?{query}");
    Some(view! { <p class="staff-link"><a href=href>{words.about_this}</a></p> }.into_any())
}

/// The same from an incident: what was said of its route, or of its bus or stop, about that time.
pub(crate) fn link_of(context: Context<'_>, incident: &Incident) -> Option<AnyView> {
    let things = [
        ("route", &incident.route_id),
        ("vehicle", &incident.vehicle_id),
        ("stop", &incident.stop_id),
    ];
    let (name, id) = things.into_iter().find_map(|(name, id)| Some((name, id.as_ref()?)))?;
    let from = incident.opened_at - BEFORE_S;
    let to = incident.closed_at.unwrap_or(context.voice.at) + AFTER_S;
    link(context, &format!("{name}={}&from={from}&to={to}", encode(id)))
}

/// Keeper of accounts has no eyes for appeals; the server asks again.
fn sees(context: Context<'_>) -> Option<()> {
    let member = context.shell.member.as_ref()?;
    (!matches!(member.role.as_str(), "admin" | "system")).then_some(())
}

/// What is said over a map of another time than now.
pub(crate) fn past(context: Context<'_>) -> Option<AnyView> {
    let path = &context.shell.path;
    let at = query_value(path, "at")?.parse::<i64>().ok()?;
    query_value(path, "of")?;
    let words = words(context.shell.language);
    let now = with_query(&with_query(path, "at", ""), "of", "");
    Some(
        view! {
            <p class="map-then" role="status">
                <strong>{words.past}" "{context.voice.date_time(at)}</strong>
                <small class="block">{words.past_note}</small>
                <a class="button" href=now>{words.to_now}</a>
            </p>
        }
        .into_any(),
    )
}
