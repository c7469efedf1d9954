//! Pages of the register of appeals: the public's and the staff's. Each area is a file of its own with its
//! own words; all stand in the frame of every page.

mod cases;
pub mod citizen;
pub mod evidence;
mod exports;
mod fields;
pub(crate) mod fresh;
mod handler;
mod knowledge;
pub mod operator;
mod queue;
pub(crate) mod route;
mod signing;
mod supervisor;
mod texts;

pub use cases::{
    BatchTold, CaseLine, CasePage, CasesPage, EffectLine, MayAnswer, MeasureLine, ProposalLine,
};
pub use exports::{ExportLine, ExportsPage};
pub use fresh::FreshPage;
pub use handler::{AnswerForm, AppealPage, ClaimForm, Fault, Files, JournalLine, Offered};
pub use knowledge::HelpPage;
pub(crate) use knowledge::link_name as help_name;
pub use operator::OperatorPage;
pub use queue::{Left, QueueFilter, QueuePage};
pub use route::{MonthCell, RoutePage, RouteTopic};
pub use signing::{KEPT_FIELD, KEPT_PATH, KeptForm, SignInFault};
pub use supervisor::{HourLine, OverviewPage, RouteLine, SilentLine, TopicLine};

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
        /// What was sent when the session was over already.
        kept: Option<KeptForm>,
    },
    /// Signed in again: on with what was typed.
    GoOn(KeptForm),
    /// `/staff`: the queue of appeals.
    Queue(QueuePage),
    /// `/staff/appeals/{number}`: one appeal.
    Appeal(Box<AppealPage>),
    /// `/staff/cases`.
    Cases(Box<CasesPage>),
    /// `/staff/cases/{number}`.
    Case(Box<CasePage>),
    /// `/staff/overview`.
    Overview(Box<OverviewPage>),
    /// The public's pages: filing, and what became of it.
    Citizen(Box<citizen::CitizenPage>),
    /// `/staff/desk`: calls and visitors.
    Operator(Box<OperatorPage>),
    /// `/help`: the knowledge base, open to all.
    Help(HelpPage),
    /// `/routes/{route_id}/appeals`: open to all.
    Route(Box<RoutePage>),
    /// `/staff/exports`: personal data taken out.
    Exports(Box<ExportsPage>),
    /// `/staff/fresh` and `/staff/about`: appeals on the map.
    Fresh(Box<FreshPage>),
}

/// Title and content of `<main>`.
pub(crate) fn content(context: Context<'_>, page: &OfficePage) -> (String, AnyView) {
    match page {
        OfficePage::SignIn { fault, kept } => signing::page(context, *fault, kept.as_ref()),
        OfficePage::GoOn(kept) => signing::go_on(context, kept),
        OfficePage::Queue(queue) => queue::page(context, queue),
        OfficePage::Appeal(appeal) => handler::page(context, appeal),
        OfficePage::Cases(cases) => cases::page(context, cases),
        OfficePage::Case(case) => cases::case_page(context, case),
        OfficePage::Overview(overview) => supervisor::page(context, overview),
        OfficePage::Citizen(page) => citizen::content(context, page),
        OfficePage::Operator(page) => operator::page(context, page),
        OfficePage::Help(page) => knowledge::page(context, page),
        OfficePage::Exports(page) => exports::page(context, page),
        OfficePage::Route(page) => route::page(context, page),
        OfficePage::Fresh(page) => fresh::page(context, page),
    }
}

/// Words of the staff's bar.
struct BarWords {
    staff: &'static str,
    desks: &'static str,
    queue: &'static str,
    cases: &'static str,
    overview: &'static str,
    desk: &'static str,
    sign_out: &'static str,
}

const fn bar_words(language: Language) -> &'static BarWords {
    match language {
        Language::Kk => &BarWords {
            staff: "Қызметкер",
            desks: "Жұмыс орындары",
            queue: "Кезек",
            cases: "Жағдайлар",
            overview: "Шолу",
            desk: "Оператор",
            sign_out: "Шығу",
        },
        Language::Ru => &BarWords {
            staff: "Сотрудник",
            desks: "Рабочие места",
            queue: "Очередь",
            cases: "Случаи",
            overview: "Обзор",
            desk: "Оператор",
            sign_out: "Выйти",
        },
        Language::En => &BarWords {
            staff: "Staff",
            desks: "Desks",
            queue: "Queue",
            cases: "Cases",
            overview: "Overview",
            desk: "Operator",
            sign_out: "Sign out",
        },
    }
}

/// What the staff may open, who is signed in, and the way out; nothing for the public.
pub(crate) fn bar(context: Context<'_>, page: &Page) -> Option<AnyView> {
    let member = context.shell.member.as_ref()?;
    let words = bar_words(context.shell.language);
    let page = if let Page::Office(page) = page { Some(&**page) } else { None };
    // What a role may not open is not offered; the server asks again.
    let carrier = member.role == "carrier";
    let rates = matches!(member.role.as_str(), "controller" | "supervisor" | "head" | "analyst");
    let of_queue =
        |p: Option<&OfficePage>| matches!(p, Some(OfficePage::Queue(_) | OfficePage::Appeal(_)));
    let of_cases =
        |p: Option<&OfficePage>| matches!(p, Some(OfficePage::Cases(_) | OfficePage::Case(_)));
    let links = [
        ("/staff", words.queue, of_queue(page), true),
        ("/staff/desk", words.desk, matches!(page, Some(OfficePage::Operator(_))), !carrier),
        ("/staff/cases", words.cases, of_cases(page), !carrier),
        ("/staff/overview", words.overview, matches!(page, Some(OfficePage::Overview(_))), rates),
    ];
    let links = links.into_iter().filter(|l| l.3).map(|(href, name, here, _)| {
        view! { <a href=href aria-current=here.then_some("page")>{name}</a> }
    });
    Some(
        view! {
            <section class="staff-bar" aria-label=words.staff>
                <nav aria-label=words.desks>{links.collect_view()}</nav>
                <form method="post" action="/staff/sign-out">
                    <span>{member.name.clone()}</span>
                    <button type="submit" class="plain">{words.sign_out}</button>
                </form>
            </section>
        }
        .into_any(),
    )
}
