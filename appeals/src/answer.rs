//! The answer to one appeal.

use crate::ids::PersonId;
use crate::words::Language;
use serde::{Deserialize, Serialize};
use transit::EpochS;

/// By which way an answer goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyBy {
    /// Read on the page of the appeal, by number and PIN.
    Cabinet,
    /// Short message.
    Sms,
    /// A call back.
    Call,
    /// WhatsApp.
    Whatsapp,
    /// Telegram.
    Telegram,
    /// E-mail.
    Email,
    /// On paper.
    Paper,
}

/// A version of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Counts from 1.
    pub version: u32,
    /// Its language.
    pub language: Language,
    /// The text, reasoned and with the facts.
    pub body: String,
    /// What it rests on in law.
    pub legal_basis: String,
    /// How one may appeal against it.
    pub right_of_appeal: String,
    /// Who wrote it.
    pub drafted_by: PersonId,
    /// When.
    pub drafted_at: EpochS,
    /// Who approved it.
    pub approved_by: Option<PersonId>,
    /// When.
    pub approved_at: Option<EpochS>,
    /// When it went out.
    pub sent_at: Option<EpochS>,
    /// By which way.
    pub sent_by: Option<ReplyBy>,
}
