//! All that was filed with one e-mail address: the address, the code that was sent to it, the list. Plain forms.

use super::parts::{day, instant, row};
use super::words::{Words, words};
use crate::pages::Context;
use leptos::prelude::*;

/// Why the address or the code is asked for again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountFault {
    /// It is no address that a code can be sent to.
    Address,
    /// Too many codes, or too many tries.
    TooMany,
    /// The code is wrong, used or too old; which, is not said.
    Wrong,
    /// The session is over.
    Over,
}

/// One appeal of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FiledLine {
    /// Number.
    pub number: String,
    /// The kind's name.
    pub kind: String,
    /// The stage, in the reader's words.
    pub status: String,
    /// Epoch seconds.
    pub received_at: i64,
    /// The day (`2026-12-14`) that the answer is due by, where one is awaited.
    pub due_on: Option<String>,
}

/// What is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountPage {
    /// No e-mail goes out here.
    Off,
    /// The address.
    Ask {
        /// Why again.
        fault: Option<AccountFault>,
        /// As it was typed.
        email: String,
    },
    /// The code.
    Code {
        /// What the code belongs to.
        ask: String,
        /// Why again.
        fault: Option<AccountFault>,
    },
    /// The appeals, newest first.
    Filed(Vec<FiledLine>),
}

/// Title and content.
pub fn page(context: Context<'_>, page: &AccountPage) -> (String, AnyView) {
    let words = words(context.shell.language);
    let content = match page {
        AccountPage::Off => view! { <p class="note">{words.account_off}</p> }.into_any(),
        AccountPage::Ask { fault, email } => address(words, *fault, email),
        AccountPage::Code { ask, fault } => code(words, ask, *fault),
        AccountPage::Filed(lines) => list(context, words, lines),
    };
    let leave = matches!(page, AccountPage::Filed(_)).then(|| {
        view! {
            <form method="post" action="/my/leave">
                <button type="submit" class="plain">{words.leave}</button>
            </form>
        }
    });
    let main = view! {
        <div class="citizen">
            <div class="heading"><h1>{words.account}</h1>{leave}</div>
            {content}
            <p class="two">
                <a class="button" href="/appeals/status">{words.by_number}</a>
                <a class="button" href="/appeals">{words.appeals}</a>
            </p>
        </div>
    };
    (words.account.to_owned(), main.into_any())
}

fn alert(words: &Words, fault: Option<AccountFault>) -> Option<AnyView> {
    let text = match fault? {
        AccountFault::Address => words.fault_email,
        AccountFault::TooMany => words.too_many,
        AccountFault::Wrong => words.account_wrong,
        AccountFault::Over => words.account_over,
    };
    Some(
        view! { <p role="alert" class="fault" id="account-fault" tabindex="-1" autofocus=true>{text}</p> }
            .into_any(),
    )
}

/// The ids that describe a field, and whether it is wrong.
fn describes(fault: Option<AccountFault>, hint: &str) -> String {
    if fault.is_some() { format!("account-fault {hint}") } else { hint.to_owned() }
}

fn address(words: &Words, fault: Option<AccountFault>, email: &str) -> AnyView {
    let wrong = (fault == Some(AccountFault::Address)).then_some("true");
    view! {
        <p class="sub">{words.account_note}</p>
        {alert(words, fault)}
        <form class="form narrow" method="post" action="/my">
            <div class="field">
                <label for="email">{words.email}</label>
                <input
                    type="email" id="email" name="email" value=email.to_owned() required=true maxlength="254"
                    autocomplete="email" aria-describedby=describes(fault, "email-hint") aria-invalid=wrong
                />
                <p class="hint" id="email-hint">{words.account_hint}</p>
            </div>
            <button type="submit" class="primary big">{words.account_send}</button>
        </form>
    }
    .into_any()
}

fn code(words: &Words, ask: &str, fault: Option<AccountFault>) -> AnyView {
    let wrong = (fault == Some(AccountFault::Wrong)).then_some("true");
    view! {
        {fault.is_none().then(|| view! { <p role="status" class="done">{words.account_sent}</p> })}
        {alert(words, fault)}
        <form class="form narrow" method="post" action="/my/code">
            <input type="hidden" name="ask" value=ask.to_owned()/>
            <div class="field">
                <label for="code">{words.account_code}</label>
                <input
                    id="code" name="code" inputmode="numeric" required=true maxlength="20"
                    autocomplete="one-time-code" aria-describedby=describes(fault, "code-hint") aria-invalid=wrong
                />
                <p class="hint" id="code-hint">{words.account_code_hint}</p>
            </div>
            <button type="submit" class="primary big">{words.look}</button>
        </form>
        <p><a href="/my">{words.account_again}</a></p>
    }
    .into_any()
}

fn list(context: Context<'_>, words: &'static Words, lines: &[FiledLine]) -> AnyView {
    if lines.is_empty() {
        return view! { <p class="empty">{words.account_none}</p> }.into_any();
    }
    let lines = lines.iter().map(|line| {
        let due = line.due_on.as_ref().map(|due| row(words.due, day(words, due)));
        view! {
            <li class="card">
                <h2>{line.number.clone()}</h2>
                <p class="state-line"><b>{line.status.clone()}</b></p>
                <dl class="told">
                    {row(words.what, line.kind.clone())}
                    {row(words.received, instant(words, context.voice, line.received_at))}
                    {due}
                </dl>
                <form method="post" action="/my/appeal">
                    <input type="hidden" name="number" value=line.number.clone()/>
                    <button type="submit" class="button" aria-label=format!("{} {}", words.look, line.number)>{words.look}</button>
                </form>
            </li>
        }
    });
    view! { <ul class="filed">{lines.collect_view()}</ul> }.into_any()
}
