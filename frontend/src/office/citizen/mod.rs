//! The citizen's pages: an appeal in four screens, its number and PIN, and what became of it. Plain forms:
//! everything works without a script and without an account.

mod account;
mod check;
mod form;
mod parts;
mod person;
mod place;
mod receipt;
mod since;
mod stage;
mod start;
mod words;

pub use account::{AccountFault, AccountPage, FiledLine};
pub use check::CheckPage;
pub use form::Form;
pub use person::PersonPage;
pub use place::{Asks, Named, PlacePage, StopGroup};
pub use receipt::FiledPage;
pub use stage::{
    Change, Done, Line, LineKind, May, Metric, Problem, Promised, StagePage, StatusFault,
    StatusPage,
};
pub use start::{HerePage, StartPage};

use crate::pages::Context;
use leptos::prelude::*;

/// What the citizen's area shows.
#[derive(Clone, Debug)]
pub enum CitizenPage {
    /// `/appeals`, and the first screen of the form.
    Start(StartPage),
    /// `/a/s/{stop_id}`, `/a/v/{vehicle_id}`: by the code at a stop or in a vehicle.
    Here(HerePage),
    /// The second screen: where and when.
    Place(PlacePage),
    /// The third: the person's words, and who it is.
    Person(PersonPage),
    /// The fourth: all of it again, and what the buses do.
    Check(CheckPage),
    /// The number and the PIN.
    Filed(FiledPage),
    /// The form for number and PIN.
    Status(StatusPage),
    /// What became of an appeal.
    Stage(Box<StagePage>),
    /// `/my`: all that was filed with one e-mail address.
    Account(AccountPage),
}

/// What is wrong with what was entered, and in which field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is said by its words")]
pub enum Fault {
    Kind,
    RouteUnknown,
    RouteNeeded,
    StopUnknown,
    StopChoose,
    StopNeeded,
    Date,
    Future,
    Old,
    TimeTo,
    Wait,
    TextLong,
    WordsNeeded,
    Phone,
    Email,
    ReplyPhone,
    ReplyEmail,
    Consent,
    Sent,
    Busy,
    TooMany,
    PhotoKind,
    PhotoLarge,
    PhotoMany,
}

impl Fault {
    /// The id of the field.
    const fn field(self) -> &'static str {
        match self {
            Self::Kind | Self::Sent | Self::Busy | Self::TooMany => "send",
            Self::RouteUnknown | Self::RouteNeeded => "route",
            Self::StopUnknown | Self::StopChoose | Self::StopNeeded => "stop",
            Self::Date | Self::Future | Self::Old => "time",
            Self::TimeTo => "time_to",
            Self::Wait => "wait",
            Self::TextLong | Self::WordsNeeded => "text",
            Self::Phone | Self::ReplyPhone => "phone",
            Self::Email | Self::ReplyEmail => "email",
            Self::Consent => "consent",
            Self::PhotoKind | Self::PhotoLarge | Self::PhotoMany => "photo",
        }
    }

    const fn said(self, words: &words::Words) -> &'static str {
        match self {
            Self::Kind => words.fault_kind,
            Self::RouteUnknown => words.fault_route_unknown,
            Self::RouteNeeded => words.fault_route,
            Self::StopUnknown => words.fault_stop_unknown,
            Self::StopChoose => words.fault_stop_choose,
            Self::StopNeeded => words.fault_stop,
            Self::Date => words.fault_date,
            Self::Future => words.fault_future,
            Self::Old => words.fault_old,
            Self::TimeTo => words.fault_time_to,
            Self::Wait => words.fault_wait,
            Self::TextLong => words.fault_text_long,
            Self::WordsNeeded => words.fault_words,
            Self::Phone => words.fault_phone,
            Self::Email => words.fault_email,
            Self::ReplyPhone => words.fault_reply_phone,
            Self::ReplyEmail => words.fault_reply_email,
            Self::Consent => words.fault_consent,
            Self::Sent => words.fault_sent,
            Self::Busy => words.fault_busy,
            Self::TooMany => words.fault_too_many,
            Self::PhotoKind => words.fault_photo_kind,
            Self::PhotoLarge => words.fault_photo_large,
            Self::PhotoMany => words.fault_photo_many,
        }
    }
}

/// Most pictures of one form.
pub const PHOTOS_MAX: usize = 3;
/// Largest picture, bytes.
pub const PHOTO_BYTES_MAX: usize = 10 * 1024 * 1024;

/// When something happened, as the person says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At an instant, or about then.
    At {
        /// Epoch seconds.
        at: i64,
        /// Only about.
        about: bool,
    },
    /// Between two instants.
    Between {
        /// Epoch seconds.
        from: i64,
        /// Epoch seconds.
        to: i64,
    },
    /// At a time of day, again and again.
    Daily {
        /// Seconds of the day.
        from_s: i32,
        /// Seconds of the day.
        to_s: i32,
        /// Monday to Friday only.
        working: bool,
    },
}

/// What a person said, in names that the reader knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The kind's name.
    pub kind: String,
    /// Route.
    pub route: Option<String>,
    /// Stop.
    pub stop: Option<String>,
    /// Vehicle.
    pub vehicle: Option<String>,
    /// Place in words.
    pub address: Option<String>,
    /// When.
    pub when: Option<When>,
    /// Minutes waited.
    pub wait_min: Option<i64>,
}

/// Title and content.
pub(super) fn content(context: Context<'_>, page: &CitizenPage) -> (String, AnyView) {
    match page {
        CitizenPage::Start(page) => start::page(context, page),
        CitizenPage::Here(page) => start::here(context, page),
        CitizenPage::Place(page) => place::page(context, page),
        CitizenPage::Person(page) => person::page(context, page),
        CitizenPage::Check(page) => check::page(context, page),
        CitizenPage::Filed(page) => receipt::page(context, page),
        CitizenPage::Status(page) => stage::sign_in(context, page),
        CitizenPage::Stage(page) => stage::page(context, page),
        CitizenPage::Account(page) => account::page(context, page),
    }
}

/// What is promised against a problem, and what that did.
pub(super) fn promised(context: Context<'_>, problem: &Problem) -> Option<AnyView> {
    since::problem(context, words::words(context.shell.language), problem)
}

/// The name of the area in the navigation.
pub(crate) fn section(language: crate::page::Language) -> &'static str {
    words::words(language).appeals
}

/// Links to complain of, or to thank for, what a page shows: `query` names it. Nothing without a register.
pub(crate) fn say(context: Context<'_>, query: &str) -> Option<AnyView> {
    let words = words::words(context.shell.language);
    let at = context.voice.at;
    context.shell.register.then(|| {
        view! {
            <p class="actions">
                <a class="button" href=format!("/appeals/new?{query}&at={at}")>{words.complain}</a>
                <a class="button" href=format!("/appeals/new?{query}&at={at}&kind=other&thanks=1")>{words.thank}</a>
            </p>
        }
        .into_any()
    })
}
