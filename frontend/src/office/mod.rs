//! Pages of the register of appeals: the public's and the staff's. Each area is a file of its own with its
//! own words; all stand in the frame of every page.

pub mod citizen;
pub mod evidence;
mod knowledge;
pub mod operator;
mod queue;
mod signing;

pub use knowledge::HelpPage;
pub(crate) use knowledge::link_name as help_name;
pub use operator::OperatorPage;
pub use queue::QueuePage;
pub use signing::SignInFault;

use crate::page::{Language, Page};
use crate::pages::Context;
use leptos::prelude::*;

/// What the register shows.
#[derive(Clone, Debug)]
pub enum OfficePage {
    /// `/staff/sign-in`.
    SignIn {
        /// Why the last try did not work.
        fault: Option<SignInFault>,
    },
    /// `/staff`: the queue of appeals.
    Queue(QueuePage),
    /// The public's pages: filing, and what became of it.
    Citizen(Box<citizen::CitizenPage>),
    /// `/staff/desk`: calls and visitors.
    Operator(Box<OperatorPage>),
    /// `/help`: the knowledge base, open to all.
    Help(HelpPage),
}

/// Title and content of `<main>`.
pub(crate) fn content(context: Context<'_>, page: &OfficePage) -> (String, AnyView) {
    match page {
        OfficePage::SignIn { fault } => signing::page(context, *fault),
        OfficePage::Queue(queue) => queue::page(context, queue),
        OfficePage::Citizen(page) => citizen::content(context, page),
        OfficePage::Operator(page) => operator::page(context, page),
        OfficePage::Help(page) => knowledge::page(context, page),
    }
}

/// Words of the staff's bar.
struct BarWords {
    desks: &'static str,
    queue: &'static str,
    desk: &'static str,
    sign_out: &'static str,
}

const fn bar_words(language: Language) -> &'static BarWords {
    match language {
        Language::Kk => &BarWords {
            desks: "Жұмыс орындары",
            queue: "Кезек",
            desk: "Оператор",
            sign_out: "Шығу",
        },
        Language::Ru => &BarWords {
            desks: "Рабочие места",
            queue: "Очередь",
            desk: "Оператор",
            sign_out: "Выйти",
        },
        Language::En => {
            &BarWords { desks: "Desks", queue: "Queue", desk: "Operator", sign_out: "Sign out" }
        }
    }
}

/// What the staff may open, who is signed in, and the way out; nothing for the public.
pub(crate) fn bar(context: Context<'_>, page: &Page) -> Option<AnyView> {
    let member = context.shell.member.as_ref()?;
    let words = bar_words(context.shell.language);
    let page = if let Page::Office(page) = page { Some(&**page) } else { None };
    let links = [
        ("/staff", words.queue, matches!(page, Some(OfficePage::Queue(_)))),
        ("/staff/desk", words.desk, matches!(page, Some(OfficePage::Operator(_)))),
    ];
    let links = links.map(|(href, name, here)| {
        view! { <a href=href aria-current=here.then_some("page")>{name}</a> }
    });
    Some(
        view! {
            <div class="staff-bar">
                <nav aria-label=words.desks>{links.collect_view()}</nav>
                <form method="post" action="/staff/sign-out">
                    <span>{member.name.clone()}</span>
                    <button type="submit" class="plain">{words.sign_out}</button>
                </form>
            </div>
        }
        .into_any(),
    )
}
