//! What is said of a route, open to all.

use super::citizen::{Problem, promised};
use super::queue::named;
use super::texts::texts;
use crate::pages::Context;
use crate::url::encode;
use leptos::prelude::*;
use std::collections::BTreeMap;

/// Appeals of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MonthCell {
    /// None.
    None,
    /// Some, but so few that they are not told.
    Few,
    /// So many.
    Told(u64),
}

/// A kind of appeals about the route.
#[derive(Clone, Debug, PartialEq)]
pub struct RouteTopic {
    /// Its code.
    pub kind: String,
    /// By month, in the order of the page's months.
    pub months: Vec<MonthCell>,
    /// The sum of the months that are told.
    pub appeals: u64,
    /// The share that the record confirmed; `None`: too few were judged.
    pub confirmed: Option<f64>,
}

/// What the page is made of.
#[derive(Clone, Debug)]
pub struct RoutePage {
    /// `route_id`.
    pub route_id: String,
    /// The number on the bus.
    pub name: String,
    /// Year and month of each column.
    pub months: Vec<(i16, u8)>,
    /// Kinds, the most frequent first.
    pub topics: Vec<RouteTopic>,
    /// Problems with measures, the newest first.
    pub problems: Vec<Problem>,
    /// Names of kinds.
    pub names: BTreeMap<String, String>,
    /// Fewer than this are not told.
    pub least: u64,
}

texts! {
    title: "Маршрут туралы өтініштер", "Обращения о маршруте", "Appeals about route";
    back: "Маршрутқа", "К маршруту", "To the route";
    what: "Не туралы", "О чём", "What about";
    sum: "12 ай", "12 мес.", "12 months";
    confirmed: "Жазба растады", "Подтвердила запись", "Confirmed by the record";
    few: "{n}-тен аз", "меньше {n}", "fewer than {n}";
    note: "Айына {n}-тен аз өтініш жеке адамды көрсетіп қоюы мүмкін: олар саналмайды және қосындыға кірмейді. Өтініш мәтіндері жарияланбайды.", "Меньше {n} обращений в месяц могут указать на человека: они не называются и не входят в суммы. Тексты обращений не публикуются.", "Fewer than {n} appeals in a month could point to a person: they are not told and stand in no sum. The words of appeals are not published.";
    none: "Соңғы жылы өтініш болмаған немесе олар тым аз.", "За последний год обращений не было или их слишком мало.", "There were none in the last year, or too few to tell.";
    measures: "Не істеліп жатыр", "Что делается", "What is being done";
    by_month: "Айлар бойынша", "По месяцам", "By month";
    link: "Осы маршрут туралы өтініштер саны", "Сколько обращений о маршруте", "How many appeals about this route";
}

/// Title and content.
pub(super) fn page(context: Context<'_>, page: &RoutePage) -> (String, AnyView) {
    let words = words(context.shell.language);
    let title = format!("{} {}", words.title, page.name);
    let least = page.least.to_string();
    let months = page.months.iter().map(|(year, month)| {
        view! { <th scope="col" class="num">{format!("{month:02}.{:02}", year % 100)}</th> }
    });
    let rows = page.topics.iter().map(|topic| {
        let cells = topic.months.iter().map(|cell| match cell {
            MonthCell::None => view! { <td class="num">"0"</td> }.into_any(),
            MonthCell::Few => {
                let said = words.few.replace("{n}", &least);
                view! { <td class="num"><span aria-hidden="true">"<"{least.clone()}</span><span class="sr">{said}</span></td> }.into_any()
            }
            MonthCell::Told(n) => view! { <td class="num">{*n}</td> }.into_any(),
        });
        // Only small numbers: their sum is not told either.
        let sum = if topic.appeals > 0 { topic.appeals.to_string() } else { "–".to_owned() };
        let confirmed = topic.confirmed.map_or_else(|| "–".to_owned(), |c| format!("{:.0} %", c * 100.0));
        view! {
            <tr>
                <th scope="row">{named(&page.names, &topic.kind)}</th>
                <td class="num">{sum}</td>
                <td class="num">{confirmed}</td>
                {cells.collect_view()}
            </tr>
        }
    });
    let table = (!page.topics.is_empty()).then(|| {
        view! {
            <div class="scroll" tabindex="0" role="region" aria-label=words.by_month>
                <table class="queue figures"><thead><tr>
                    <th scope="col">{words.what}</th><th scope="col" class="num">{words.sum}</th>
                    <th scope="col" class="num">{words.confirmed}</th>{months.collect_view()}
                </tr></thead><tbody>{rows.collect_view()}</tbody></table>
            </div>
        }
    });
    let problems = page.problems.iter().filter_map(|p| promised(context, p)).collect_view();
    let main = view! {
        <p class="sub"><a href=format!("/routes/{}", encode(&page.route_id))>"← "{words.back}</a></p>
        <h1>{title.clone()}</h1>
        {page.topics.is_empty().then(|| view! { <p class="empty">{words.none}</p> })}
        {table}
        <p class="note">{words.note.replace("{n}", &least)}</p>
        {(!page.problems.is_empty()).then(|| view! { <section class="citizen"><h2>{words.measures}</h2>{problems}</section> })}
        {super::citizen::say(context, &format!("route={}", encode(&page.route_id)))}
    };
    (title, main.into_any())
}

/// A link to it from the page of the route. Nothing without a register.
pub(crate) fn link(context: Context<'_>, route_id: &str) -> Option<AnyView> {
    let words = words(context.shell.language);
    let href = format!("/routes/{}/appeals", encode(route_id));
    context
        .shell
        .register
        .then(|| view! { <p class="staff-link"><a href=href>{words.link}</a></p> }.into_any())
}
