//! The queue of appeals, by the time that the law leaves.

use super::texts::{codes, texts};
use crate::pages::Context;
use crate::url::encode;
use api::{AppealQueue, AppealRow};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// How much time is left, as the queue shows it.
#[derive(Clone, Debug, Default)]
pub struct Left {
    /// `green`, `amber`, `orange`, `due_today`, `overdue`; empty: no term.
    pub urgency: String,
    /// Working days left, or over.
    pub working_days: i32,
    /// The last day, as it is written.
    pub due_on: String,
}

/// What the queue was asked for.
#[derive(Clone, Debug, Default)]
pub struct QueueFilter {
    /// Kind.
    pub kind: String,
    /// Route, as people know it.
    pub route: String,
    /// Desk.
    pub desk: String,
    /// Status; `closed`: all that are done; `all`.
    pub status: String,
    /// Only one's own.
    pub mine: bool,
    /// A number that was looked for and is not there.
    pub not_found: Option<String>,
}

/// What the page of the queue is made of.
#[derive(Clone, Debug)]
pub struct QueuePage {
    /// The appeals.
    pub queue: AppealQueue,
    /// Beside each, in order.
    pub left: Vec<Left>,
    /// Names of kinds and statuses in the reader's language, by their codes.
    pub names: BTreeMap<String, String>,
    /// Kinds by code, in the order of the catalogue.
    pub kinds: Vec<String>,
    /// Numbers on the buses, by route id.
    pub routes: BTreeMap<String, String>,
    /// Names of stops, by stop id.
    pub stops: BTreeMap<String, String>,
    /// Desks.
    pub desks: Vec<String>,
    /// Names of people who work here, by id.
    pub people: BTreeMap<String, String>,
    /// What was asked for.
    pub filter: QueueFilter,
    /// All that fit.
    pub total: u64,
    /// The page's number, from 0, and the rows of a page.
    pub paging: (u32, u32),
}

texts! {
    title: "Өтініштер кезегі", "Очередь обращений", "Queue of appeals";
    found: "өтініш", "обращений", "appeals";
    number: "Нөмірі бойынша ашу", "Открыть по номеру", "Open by number";
    open: "Ашу", "Открыть", "Open";
    not_found: "Мұндай нөмір табылмады:", "Такого номера нет:", "There is no such number:";
    kind: "Түрі", "Вид", "Kind";
    any: "Барлығы", "Все", "All";
    route: "Маршрут", "Маршрут", "Route";
    desk: "Бөлім", "Стол", "Desk";
    status: "Күйі", "Статус", "Status";
    worked_on: "Жұмыстағылар", "В работе", "Being worked on";
    closed: "Аяқталғандар", "Завершённые", "Done";
    mine: "Тек менікі", "Только мои", "Mine only";
    show: "Көрсету", "Показать", "Show";
    filters: "Сүзгілер", "Отбор", "Filters";
    left: "Мерзім", "Срок", "Term";
    appeal: "Өтініш", "Обращение", "Appeal";
    place: "Қайда", "Где", "Where";
    state: "Күйі мен орындаушы", "Статус и исполнитель", "Status and who";
    none: "Мұнда ештеңе жоқ.", "Здесь ничего нет.", "There is nothing here.";
    settled: "аяқталды", "завершено", "done";
    no_term: "мерзімсіз", "без срока", "no term";
    days_left: "ж.к. қалды", "раб. дн. осталось", "working days left";
    days_over: "ж.к. өтіп кетті", "раб. дн. просрочено", "working days over";
    today: "бүгін", "сегодня", "today";
    overdue: "мерзімі өтті", "срок прошёл", "overdue";
    until: "дейін", "до", "until";
    danger: "Қауіп", "Опасность", "Danger";
    nobody: "ешкім алмаған", "никто не взял", "not taken";
    previous: "Алдыңғы", "Назад", "Previous";
    next: "Келесі", "Дальше", "Next";
    keys: "Пернелер: j – төмен, k – жоғары, Enter – ашу, / – нөмір.", "Клавиши: j – вниз, k – вверх, Enter – открыть, / – номер.", "Keys: j down, k up, Enter opens, / number.";
    keys_on: "Бір таңбалы пернелер қосулы", "Одиночные клавиши включены", "Single keys are on";
}

codes! { desk_name:
    "service" => "Қозғалыс", "Движение", "Service";
    "conduct" => "Жүргізушілер тәртібі", "Поведение водителей", "Conduct";
    "safety" => "Қауіпсіздік", "Безопасность", "Safety";
    "stops" => "Аялдамалар", "Остановки", "Stops";
    "planning" => "Жоспарлау", "Планирование", "Planning";
    "streets" => "Көшелер", "Улицы", "Streets";
    "fare" => "Төлем", "Оплата", "Fares";
    "general" => "Жалпы", "Общий", "General";
}

codes! { channel_name:
    "phone" => "телефон", "телефон", "telephone";
    "walk_in" => "қабылдау", "приём", "reception";
    "whatsapp" => "WhatsApp", "WhatsApp", "WhatsApp";
    "telegram" => "Telegram", "Telegram", "Telegram";
    "instagram" => "Instagram", "Instagram", "Instagram";
    "facebook" => "Facebook", "Facebook", "Facebook";
    "web" => "сайт", "сайт", "web";
    "mobile" => "мобильді", "мобильная страница", "mobile";
    "email" => "э-пошта", "эл. почта", "e-mail";
    "paper" => "хат", "письмо", "letter";
    "eotinish_import" => "е-Өтініш", "е-Өтініш", "e-Otinish";
    "open311" => "Open311", "Open311", "Open311";
    "stop_qr" => "аялдама QR", "QR остановки", "stop code";
    "vehicle_qr" => "автобус QR", "QR автобуса", "bus code";
    "dispatcher" => "диспетчер", "диспетчер", "dispatcher";
    "field_inspector" => "инспектор", "инспектор", "inspector";
    "media_monitoring" => "БАҚ", "СМИ", "media";
}

/// Name of a code of the page, else the code.
pub(super) fn named(names: &BTreeMap<String, String>, code: &str) -> String {
    names.get(code).map_or_else(|| code.to_owned(), Clone::clone)
}

/// Colour, sign and words of the time that is left: never the colour alone.
pub(super) fn left_mark(language: crate::page::Language, left: &Left) -> AnyView {
    let words = words(language);
    let (mark, said) = match left.urgency.as_str() {
        "" => ("–", words.no_term.to_owned()),
        "overdue" if left.working_days <= 0 => ("!", words.overdue.to_owned()),
        "overdue" => ("!", format!("{} {}", left.working_days, words.days_over)),
        "due_today" => ("●", words.today.to_owned()),
        "settled" => ("✓", words.settled.to_owned()),
        urgency => {
            let mark = match urgency {
                "green" => "○",
                "amber" => "◐",
                _ => "◕",
            };
            (mark, format!("{} {}", left.working_days, words.days_left))
        }
    };
    let urgency = if left.urgency.is_empty() { "none" } else { &left.urgency };
    let until = (!left.due_on.is_empty()).then(|| left.due_on.clone());
    view! {
        <span class=format!("left left-{urgency}")>
            <span class="left-mark" aria-hidden="true">{mark}</span>
            <span>{said}</span>
        </span>
        {until.map(|day| view! { <small class="block">{words.until}" "{day}</small> })}
    }
    .into_any()
}

/// The address of an appeal.
pub(super) fn appeal_path(number: &str) -> String {
    format!("/staff/appeals/{}", encode(number))
}

/// The way of a list of codes with their names through a `<select>`.
pub(super) fn options(list: &[(String, String)], chosen: &str) -> AnyView {
    list.iter()
        .map(|(code, name)| {
            let here = code == chosen;
            view! { <option value=code.clone() selected=here>{name.clone()}</option> }
        })
        .collect_view()
        .into_any()
}

/// Title and content.
pub(super) fn page(context: Context<'_>, page: &QueuePage) -> (String, AnyView) {
    let language = context.shell.language;
    let words = words(language);
    let rows: Vec<_> = page
        .queue
        .appeals
        .iter()
        .zip(&page.left)
        .map(|(row, left)| line(context, page, row, left))
        .collect();
    let empty = rows.is_empty().then(|| view! { <p class="empty">{words.none}</p> });
    let missing = page.filter.not_found.as_ref().map(|number| {
        view! { <p role="alert" class="fault">{words.not_found}" "{number.clone()}</p> }
    });
    let main = view! {
        <div class="heading">
            <h1>{words.title}</h1>
            <form class="by-number" method="get" action="/staff">
                <label for="number">{words.number}</label>
                <input id="number" name="number" inputmode="numeric" placeholder="26-000123-4" maxlength="16" autocomplete="off"/>
                <button type="submit">{words.open}</button>
            </form>
        </div>
        {missing}
        {filters(context, page)}
        <p class="sub" role="status">{page.total}" "{words.found}</p>
        {empty}
        <table class="queue" hidden=page.queue.appeals.is_empty()>
            <thead>
                <tr>
                    <th scope="col">{words.left}</th>
                    <th scope="col">{words.appeal}</th>
                    <th scope="col">{words.place}</th>
                    <th scope="col">{words.state}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        {paging(context, page)}
        <p class="keys sub">
            {words.keys}" "
            <label><input type="checkbox" id="single-keys" checked=true/>" "{words.keys_on}</label>
        </p>
        <script type="module" src="/assets/desk.mjs"></script>
    };
    (words.title.to_owned(), main.into_any())
}

fn line(context: Context<'_>, page: &QueuePage, row: &AppealRow, left: &Left) -> AnyView {
    let language = context.shell.language;
    let words = words(language);
    let route = row.route_id.as_ref().map(|id| {
        let name = page.routes.get(id).unwrap_or(id).clone();
        view! { <strong>"№ "{name}</strong> }
    });
    let stop = row.stop_id.as_ref().map(|id| {
        let name = page.stops.get(id).unwrap_or(id).clone();
        view! { <span class="block">{name}</span> }
    });
    let when =
        row.event_at.map(|at| view! { <small class="block">{context.voice.date_time(at)}</small> });
    let who = row
        .assignee
        .as_ref()
        .map_or_else(|| words.nobody.to_owned(), |id| page.people.get(id).unwrap_or(id).clone());
    let danger = row.safety.then(|| {
        view! { <strong class="danger"><span aria-hidden="true">"⚠ "</span>{words.danger}</strong> }
    });
    view! {
        <tr class:pressing=row.safety>
            <td>{left_mark(language, left)}</td>
            <th scope="row">
                <a class="row-link" href=appeal_path(&row.number)>{row.number.clone()}</a>
                <span class="block">{named(&page.names, &row.kind)}</span>
                <small class="block">{channel_name(language, &row.channel)}</small>
                {danger}
            </th>
            <td>{route}{stop}{when}</td>
            <td>
                {named(&page.names, &row.status)}
                <small class="block">{who}", "{desk_name(language, &row.desk)}</small>
            </td>
        </tr>
    }
    .into_any()
}

fn filters(context: Context<'_>, page: &QueuePage) -> AnyView {
    let language = context.shell.language;
    let words = words(language);
    let filter = &page.filter;
    let first = |name: &'static str| (String::new(), name.to_owned());
    let kinds: Vec<_> = std::iter::once(first(words.any))
        .chain(page.kinds.iter().map(|k| (k.clone(), named(&page.names, k))))
        .collect();
    let desks: Vec<_> = std::iter::once(first(words.any))
        .chain(page.desks.iter().map(|d| (d.clone(), desk_name(language, d))))
        .collect();
    let open = [
        "registered",
        "triaged",
        "in_work",
        "with_carrier",
        "need_info",
        "answer_draft",
        "answer_review",
    ];
    let statuses: Vec<_> = std::iter::once(first(words.worked_on))
        .chain(open.iter().map(|s| ((*s).to_owned(), named(&page.names, s))))
        .chain([("closed".to_owned(), words.closed.to_owned())])
        .chain([("all".to_owned(), words.any.to_owned())])
        .collect();
    view! {
        <form class="filters" method="get" action="/staff" aria-label=words.filters>
            <div class="field">
                <label for="f-kind">{words.kind}</label>
                <select id="f-kind" name="kind">{options(&kinds, &filter.kind)}</select>
            </div>
            <div class="field">
                <label for="f-route">{words.route}</label>
                <input id="f-route" name="route" value=filter.route.clone() maxlength="32"/>
            </div>
            <div class="field">
                <label for="f-desk">{words.desk}</label>
                <select id="f-desk" name="desk">{options(&desks, &filter.desk)}</select>
            </div>
            <div class="field">
                <label for="f-status">{words.status}</label>
                <select id="f-status" name="status">{options(&statuses, &filter.status)}</select>
            </div>
            <label class="tick"><input type="checkbox" name="mine" value="1" checked=filter.mine/>" "{words.mine}</label>
            <button type="submit">{words.show}</button>
        </form>
    }
    .into_any()
}

fn paging(context: Context<'_>, page: &QueuePage) -> Option<AnyView> {
    let words = words(context.shell.language);
    let (at, rows) = page.paging;
    let filter = &page.filter;
    let address = |to: u32| {
        let mine = if filter.mine { "&mine=1" } else { "" };
        format!(
            "/staff?kind={}&route={}&desk={}&status={}{mine}&page={to}",
            encode(&filter.kind),
            encode(&filter.route),
            encode(&filter.desk),
            encode(&filter.status)
        )
    };
    let more = u64::from(at + 1) * u64::from(rows) < page.total;
    (at > 0 || more).then(|| {
        let back =
            (at > 0).then(|| view! { <a class="button" href=address(at - 1)>{words.previous}</a> });
        let on = more.then(|| view! { <a class="button" href=address(at + 1)>{words.next}</a> });
        view! { <p class="paging">{back}{on}</p> }.into_any()
    })
}
