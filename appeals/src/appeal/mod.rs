//! The legal unit: one person's appeal with its own number, clocks and answer. Never merged, never deleted.
//!
//! [`Appeal::decide`] judges a command and says what would happen, or why not; [`Appeal::apply`] lets it
//! happen. The same events give the same appeal.

mod apply;
mod command;
mod decide;
mod event;
mod guard;
mod offer;
mod refusal;
mod register;
mod status;

pub use command::{Actor, Command, Extension, Ground, Redirect};
pub use event::Event;
pub use offer::Offer;
pub use refusal::Refusal;
pub use register::{Draft, Intake, RegisterError, TEXT_CHARS_MAX, register};
pub use status::{Open311Status, Status};

use crate::access::Sight;
use crate::answer::{Answer, ReplyBy};
use crate::calendar::{Calendars, Office};
use crate::channel::Channel;
use crate::claim::Claim;
use crate::clock::Clock;
use crate::ids::{
    AppealId, ApplicantId, CaseId, ContactId, DeskId, EvidenceId, OrgId, PersonId, TopicId,
};
use crate::kind::{Catalogue, Kind};
use crate::law::{ClockKind, LegalKind, LegalMode, Terms};
use crate::number::AppealNumber;
use crate::topic::Topics;
use crate::verdict::{Finding, Signature};
use crate::words::Language;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use transit::EpochS;

/// Whether others may ever read it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Publicity {
    /// Never.
    #[default]
    Private,
    /// Once a moderator has let its text through.
    AfterModeration,
    /// Let through.
    Published,
}

/// One more topic of the same appeal. The appeal is answered when all are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subject {
    /// Counts from 1; the appeal itself is subject 0.
    pub seq: u16,
    /// Kind.
    pub kind: Kind,
    /// Topic of the city's tree.
    pub topic: Option<TopicId>,
    /// What happened.
    pub claim: Claim,
    /// Whose queue.
    pub desk: DeskId,
    /// What was done, once it is.
    pub settled: Option<String>,
}

/// The applicant's own word on the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicantVerdict {
    /// It is mended.
    Confirmed,
    /// It is not.
    Refuted,
}

/// The newest evidence of an appeal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceRef {
    /// Which.
    pub id: EvidenceId,
    /// What the machine found.
    pub finding: Finding,
}

/// An appeal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Appeal {
    /// Id.
    pub id: AppealId,
    /// The number that people read aloud.
    pub number: AppealNumber,
    /// The contact that it came of.
    pub contact: ContactId,
    /// By which way.
    pub channel: Channel,
    /// Who; nobody for a signal without a name.
    pub applicant: Option<ApplicantId>,
    /// What it is by law.
    pub legal_kind: LegalKind,
    /// Its norm.
    pub legal_mode: LegalMode,
    /// What it is about.
    pub kind: Kind,
    /// Topic of the city's tree.
    pub topic: Option<TopicId>,
    /// The person's own words.
    pub text: String,
    /// Its language; the answer is in it.
    pub language: Language,
    /// When it came.
    pub received_at: EpochS,
    /// When it was put into the register.
    pub registered_at: EpochS,
    /// The day that terms are counted from.
    pub registered_on: Date,
    /// By whom; nobody for what people file by themselves.
    pub registered_by: Option<PersonId>,
    /// What happened.
    pub claim: Claim,
    /// Further topics.
    pub subjects: Vec<Subject>,
    /// Whether others may read it.
    pub publicity: Publicity,
    /// A danger.
    pub safety: bool,
    /// Where it is.
    pub status: Status,
    /// Since when.
    pub status_since: EpochS,
    /// Whose queue.
    pub desk: DeskId,
    /// Who works on it.
    pub assignee: Option<PersonId>,
    /// Which organisation answers for it.
    pub org: OrgId,
    /// The carrier that was asked, and until it has replied.
    pub carrier: Option<OrgId>,
    /// The problem behind it.
    pub case: Option<CaseId>,
    /// The appeal that this one repeats.
    pub parent: Option<AppealId>,
    /// Its clocks.
    pub clocks: Vec<Clock>,
    /// The day by which the answer is due; none for a signal.
    pub due_on: Option<Date>,
    /// An unconfirmed year took part in counting it.
    pub due_provisional: bool,
    /// The extension, if there was one.
    pub extension: Option<Extension>,
    /// Passed on to.
    pub redirect: Option<Redirect>,
    /// The newest evidence.
    pub evidence: Option<EvidenceRef>,
    /// The word of a person on it.
    pub signature: Option<Signature>,
    /// The newest version of the answer.
    pub answer: Option<Answer>,
    /// When it went out.
    pub answered_at: Option<EpochS>,
    /// Why it was left without consideration.
    pub ground: Option<Ground>,
    /// A measure is promised and watched.
    pub measure_tracked: bool,
    /// The applicant's word on the result.
    pub applicant_verdict: Option<ApplicantVerdict>,
    /// Counts the commands that changed it; a command says which one it saw.
    pub version: u32,
}

/// What the machine judges by.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// Terms.
    pub terms: &'a Terms,
    /// Working days.
    pub calendars: &'a Calendars,
    /// Kinds.
    pub kinds: &'a Catalogue,
    /// The city's topics.
    pub topics: &'a Topics,
    /// The organisation's time.
    pub office: &'a Office,
}

impl Appeal {
    /// The clock of a kind, the newest.
    pub fn clock(&self, kind: ClockKind) -> Option<&Clock> {
        self.clocks.iter().rev().find(|c| c.kind == kind)
    }

    /// What the visibility of its fields depends on. `own`: the viewer knows its PIN or has it in an account;
    /// `taken_by`: who took the contact.
    pub fn sight(&self, own: bool, taken_by: Option<(PersonId, EpochS)>, private: bool) -> Sight {
        Sight {
            own,
            public: self.publicity == Publicity::Published,
            private,
            assignee: self.assignee,
            orgs: std::iter::once(&self.org).chain(&self.carrier).cloned().collect(),
            taken_by,
        }
    }

    /// Clocks counted anew by other calendars or terms, where the end moves: what a year that has been
    /// confirmed changes. Clocks that are met keep their end.
    pub fn recount(&self, rules: Rules<'_>) -> Vec<Event> {
        let mut events = Vec::new();
        for clock in self.clocks.iter().filter(|c| c.is_open()) {
            let due = match clock.kind {
                ClockKind::Review => register::review_due(
                    rules,
                    self.legal_kind,
                    self.registered_on,
                    self.registered_at,
                ),
                ClockKind::ServiceNorm => register::service_due(
                    rules,
                    self.legal_kind,
                    self.registered_on,
                    self.registered_at,
                ),
                ClockKind::RedirectDecision => rules.terms.clock(clock.kind).map(|t| {
                    t.target.due(
                        rules.calendars,
                        rules.office,
                        self.registered_on,
                        self.registered_at,
                    )
                }),
                _ => None,
            };
            if let Some(due) = due.filter(|due| *due != clock.due) {
                events.push(Event::ClockMoved { kind: clock.kind, due });
            }
        }
        events
    }
}

/// By which way the answer to a channel goes out unless the applicant wants another.
pub const fn usual_reply(channel: Channel) -> ReplyBy {
    match channel {
        Channel::Phone | Channel::Web | Channel::Mobile | Channel::StopQr | Channel::VehicleQr => {
            ReplyBy::Sms
        }
        Channel::Whatsapp => ReplyBy::Whatsapp,
        Channel::Telegram => ReplyBy::Telegram,
        Channel::Email => ReplyBy::Email,
        Channel::Paper | Channel::WalkIn => ReplyBy::Paper,
        _ => ReplyBy::Cabinet,
    }
}
