//! One call, visit, chat or letter, from which none, one or several appeals come.

use crate::answer::ReplyBy;
use crate::channel::Channel;
use crate::ids::{ApplicantId, ContactId, DeskId, PersonId};
use crate::words::Language;
use serde::{Deserialize, Serialize};
use transit::EpochS;

/// How a contact ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Answered on the spot, no appeal: counted.
    Consulted,
    /// One or more appeals came of it.
    AppealRegistered,
    /// Another desk has it.
    HandedOver,
    /// The line broke.
    Dropped,
    /// Nothing meant.
    Spam,
}

/// A contact. Telephone and recording are kept apart, encrypted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Id.
    pub id: ContactId,
    /// By which way.
    pub channel: Channel,
    /// The channel's own id of the message, call or request: a repeated one is the same contact.
    pub dedupe_key: Option<String>,
    /// From then …
    pub started_at: EpochS,
    /// … to then.
    pub ended_at: Option<EpochS>,
    /// Who took it.
    pub operator: Option<PersonId>,
    /// At which desk.
    pub desk: Option<DeskId>,
    /// In which language.
    pub language: Language,
    /// How it ended.
    pub outcome: Option<Outcome>,
}

/// A hand-over to another desk with everything that was said: nothing is asked twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    /// Which contact.
    pub contact: ContactId,
    /// From which desk.
    pub from: DeskId,
    /// To which desk.
    pub to: DeskId,
    /// When.
    pub at: EpochS,
    /// When the other desk took it.
    pub accepted_at: Option<EpochS>,
    /// What to say first.
    pub note: String,
}

/// Who appeals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicantKind {
    /// A person.
    Person,
    /// A legal person.
    Legal,
    /// Somebody without a name.
    Anonymous,
}

/// An applicant, without personal data: those are kept apart, encrypted, by [`ApplicantId`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applicant {
    /// Id.
    pub id: ApplicantId,
    /// Who.
    pub kind: ApplicantKind,
    /// Wants to be written to in this language.
    pub language: Language,
    /// Wants to be answered by this way.
    pub reply_by: ReplyBy,
}
