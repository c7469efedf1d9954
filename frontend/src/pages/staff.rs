//! Pages of the staff: signing in, and the queue. Documents of their own: no map, no script.

use crate::page::Language;
use api::{AppealQueue, StaffMember};
use leptos::prelude::*;

/// Texts in Kazakh, Russian and English.
struct Words {
    sign_in: &'static str,
    login: &'static str,
    password: &'static str,
    code: &'static str,
    wrong: &'static str,
    wait: &'static str,
    sign_out: &'static str,
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
    sign_in: "Кіру",
    login: "Логин",
    password: "Құпиясөз",
    code: "Бір реттік код",
    wrong: "Логин, құпиясөз немесе код қате.",
    wait: "Тым көп әрекет. Сәл күтіп, қайталаңыз.",
    sign_out: "Шығу",
    queue: "Өтініштер кезегі",
    number: "Нөмірі",
    kind: "Түрі",
    status: "Күйі",
    route: "Бағыт",
    left: "Қалған мерзім",
    none: "Кезек бос.",
    no_term: "мерзімсіз",
    overdue: "мерзімі өтті",
    days: "күн",
};

const RU: Words = Words {
    sign_in: "Вход",
    login: "Логин",
    password: "Пароль",
    code: "Одноразовый код",
    wrong: "Неверный логин, пароль или код.",
    wait: "Слишком много попыток. Подождите и попробуйте снова.",
    sign_out: "Выйти",
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
    sign_in: "Sign in",
    login: "Login",
    password: "Password",
    code: "One-time code",
    wrong: "Login, password or code is wrong.",
    wait: "Too many tries. Wait a little and try again.",
    sign_out: "Sign out",
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

fn words(language: Language) -> &'static Words {
    match language {
        Language::Kk => &KK,
        Language::Ru => &RU,
        Language::En => &EN,
    }
}

fn tag(language: Language) -> &'static str {
    match language {
        Language::Kk => "kk",
        Language::Ru => "ru",
        Language::En => "en",
    }
}

/// Why signing in did not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInFault {
    /// Something of it is wrong; what, is not said.
    Wrong,
    /// Too many tries.
    Wait,
}

fn document(language: Language, title: &'static str, main: AnyView) -> String {
    let owner = Owner::new();
    let html = owner.with(|| {
        view! {
            <!DOCTYPE html>
            <html lang=tag(language)>
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1"/>
                    <meta name="color-scheme" content="light dark"/>
                    <title>{format!("{title} · Jolda")}</title>
                    <link rel="stylesheet" href="/assets/app.css"/>
                    <link rel="icon" href="/assets/icon.svg" type="image/svg+xml"/>
                </head>
                <body>
                    <main id="main" tabindex="-1">
                        <h1>{title}</h1>
                        {main}
                    </main>
                </body>
            </html>
        }
        .to_html()
    });
    owner.cleanup();
    html
}

/// The page for signing in: a plain form.
pub fn sign_in(language: Language, fault: Option<SignInFault>) -> String {
    let words = words(language);
    let fault = fault.map(|fault| {
        let text = if fault == SignInFault::Wrong { words.wrong } else { words.wait };
        view! { <p role="alert">{text}</p> }
    });
    let main = view! {
        {fault}
        <form method="post" action=format!("/staff/sign-in?lang={}", tag(language))>
            <p>
                <label for="login">{words.login}</label>
                <input id="login" name="login" autocomplete="username" required=true maxlength="64"/>
            </p>
            <p>
                <label for="password">{words.password}</label>
                <input
                    id="password" name="password" type="password" autocomplete="current-password"
                    required=true maxlength="128"
                />
            </p>
            <p>
                <label for="code">{words.code}</label>
                <input
                    id="code" name="code" autocomplete="one-time-code" inputmode="numeric" maxlength="10"
                />
            </p>
            <p><button type="submit">{words.sign_in}</button></p>
        </form>
        <p>
            <a href="/staff/sign-in?lang=kk" lang="kk">"Қазақша"</a> " "
            <a href="/staff/sign-in?lang=ru" lang="ru">"Русский"</a> " "
            <a href="/staff/sign-in?lang=en" lang="en">"English"</a>
        </p>
    };
    document(language, words.sign_in, main.into_any())
}

/// The queue by the time that the law leaves. `label` names statuses and kinds in the reader's words.
pub fn queue(
    language: Language,
    member: &StaffMember,
    queue: &AppealQueue,
    label: &dyn Fn(&str) -> String,
) -> String {
    const DAY_S: i64 = 86_400;
    let words = words(language);
    let rows: Vec<_> = queue
        .appeals
        .iter()
        .map(|row| {
            let left = match row.due_at {
                None => words.no_term.to_owned(),
                Some(due) if due <= queue.at => words.overdue.to_owned(),
                Some(due) => format!("{} {}", (due - queue.at) / DAY_S, words.days),
            };
            view! {
                <tr>
                    <th scope="row">{row.number.clone()}</th>
                    <td>{label(&row.kind)}</td>
                    <td>{label(&row.status)}</td>
                    <td>{row.route_id.clone().unwrap_or_default()}</td>
                    <td>{left}</td>
                </tr>
            }
        })
        .collect();
    let empty = rows.is_empty().then(|| view! { <p>{words.none}</p> });
    let main = view! {
        <form method="post" action="/staff/sign-out">
            <p>{member.name.clone()} " " <button type="submit">{words.sign_out}</button></p>
        </form>
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
    document(language, words.queue, main.into_any())
}
