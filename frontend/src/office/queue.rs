//! The queue of appeals, by the time that the law leaves.

use crate::page::Language;
use crate::pages::Context;
use api::AppealQueue;
use leptos::prelude::*;
use std::collections::BTreeMap;

const DAY_S: i64 = 86_400;

/// What the page of the queue is made of.
#[derive(Clone, Debug)]
pub struct QueuePage {
    /// The appeals.
    pub queue: AppealQueue,
    /// Names of kinds and statuses in the reader's language, by their codes.
    pub names: BTreeMap<String, String>,
}

impl QueuePage {
    fn name(&self, code: &str) -> String {
        self.names.get(code).map_or_else(|| code.to_owned(), Clone::clone)
    }
}

/// Texts in Kazakh, Russian and English.
struct Words {
    queue: &'static str,
    number: &'static str,
    kind: &'static str,
    status: &'static str,
    route: &'static str,
    left: &'static str,
    none: &'static str,
    no_term: &'static str,
    overdue: &'static str,
    days: &'static str,
}

const KK: Words = Words {
    queue: "Өтініштер кезегі",
    number: "Нөмірі",
    kind: "Түрі",
    status: "Күйі",
    route: "Маршрут",
    left: "Қалған мерзім",
    none: "Кезек бос.",
    no_term: "мерзімсіз",
    overdue: "мерзімі өтті",
    days: "күн",
};

const RU: Words = Words {
    queue: "Очередь обращений",
    number: "Номер",
    kind: "Вид",
    status: "Статус",
    route: "Маршрут",
    left: "Осталось",
    none: "Очередь пуста.",
    no_term: "без срока",
    overdue: "срок прошёл",
    days: "дн.",
};

const EN: Words = Words {
    queue: "Queue of appeals",
    number: "Number",
    kind: "Kind",
    status: "Status",
    route: "Route",
    left: "Time left",
    none: "The queue is empty.",
    no_term: "no term",
    overdue: "overdue",
    days: "days",
};

const fn words(language: Language) -> &'static Words {
    match language {
        Language::Kk => &KK,
        Language::Ru => &RU,
        Language::En => &EN,
    }
}

/// Title and content.
pub(super) fn page(context: Context<'_>, page: &QueuePage) -> (String, AnyView) {
    let words = words(context.shell.language);
    let at = page.queue.at;
    let rows: Vec<_> = page
        .queue
        .appeals
        .iter()
        .map(|row| {
            let left = match row.due_at {
                None => words.no_term.to_owned(),
                Some(due) if due <= at => words.overdue.to_owned(),
                Some(due) => format!("{} {}", (due - at) / DAY_S, words.days),
            };
            view! {
                <tr>
                    <th scope="row">{row.number.clone()}</th>
                    <td>{page.name(&row.kind)}</td>
                    <td>{page.name(&row.status)}</td>
                    <td>{row.route_id.clone().unwrap_or_default()}</td>
                    <td>{left}</td>
                </tr>
            }
        })
        .collect();
    let empty = rows.is_empty().then(|| view! { <p>{words.none}</p> });
    let main = view! {
        <h1>{words.queue}</h1>
        {empty}
        <table>
            <thead>
                <tr>
                    <th scope="col">{words.number}</th>
                    <th scope="col">{words.kind}</th>
                    <th scope="col">{words.status}</th>
                    <th scope="col">{words.route}</th>
                    <th scope="col">{words.left}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    (words.queue.to_owned(), main.into_any())
}
