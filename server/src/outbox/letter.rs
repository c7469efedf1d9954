//! A message to send, and the row that keeps it until it is sent.

use crate::keys::{Keys, SealError};
use crate::ledger::Statement;
use crate::personal::Personal;
use appeals::answer::ReplyBy;
use appeals::ids::AppealId;
use appeals::words::Language;
use serde::{Deserialize, Serialize};
use transit::EpochS;

/// Where a secret stands in the text until it is sent; it is not kept after that.
pub const SECRET: &str = "{secret}";

/// Why something is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The appeal is in the register.
    Registered,
    /// The answer.
    Answer,
    /// Passed on to another body.
    Redirected,
    /// The term was extended.
    Extended,
    /// Given back.
    Returned,
    /// Left without consideration.
    NotConsidered,
    /// The applicant is asked.
    Question,
    /// What a measure brought.
    Effect,
    /// A word of the dialogue in which an appeal is taken.
    Dialogue,
    /// The code that opens an account.
    AccountCode,
}

impl Purpose {
    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Answer => "answer",
            Self::Redirected => "redirected",
            Self::Extended => "extended",
            Self::Returned => "returned",
            Self::NotConsidered => "not_considered",
            Self::Question => "question",
            Self::Effect => "effect",
            Self::Dialogue => "dialogue",
            Self::AccountCode => "account_code",
        }
    }
}

/// The name of a way on the wire.
pub const fn way_name(by: ReplyBy) -> &'static str {
    match by {
        ReplyBy::Cabinet => "cabinet",
        ReplyBy::Sms => "sms",
        ReplyBy::Call => "call",
        ReplyBy::Whatsapp => "whatsapp",
        ReplyBy::Telegram => "telegram",
        ReplyBy::Email => "email",
        ReplyBy::Paper => "paper",
    }
}

/// The way of a name.
pub fn way_of(name: &str) -> Option<ReplyBy> {
    let all = [
        ReplyBy::Cabinet,
        ReplyBy::Sms,
        ReplyBy::Call,
        ReplyBy::Whatsapp,
        ReplyBy::Telegram,
        ReplyBy::Email,
        ReplyBy::Paper,
    ];
    all.into_iter().find(|w| way_name(*w) == name)
}

/// What is sent, to whom. Kept sealed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Telephone, chat, e-mail address or postal address.
    pub to: String,
    /// Of an e-mail.
    pub subject: String,
    /// The text; [`SECRET`] in it stands for `secret`.
    pub body: String,
    /// A PIN: forgotten when it is sent, or given up.
    pub secret: Option<String>,
    /// Its language.
    pub language: Language,
    /// Message-ID that it answers.
    pub in_reply_to: Option<String>,
    /// It is worth something until then, epoch seconds of the machine; later it is not sent any more.
    #[serde(default)]
    pub good_until: Option<EpochS>,
}

impl Letter {
    /// The text as it is sent.
    pub fn text(&self) -> String {
        self.body.replace(SECRET, self.secret.as_deref().unwrap_or("••••••••"))
    }
}

/// The way that can be gone: the one that is wanted where its address is known, else the next.
pub fn address(wanted: ReplyBy, personal: &Personal) -> (ReplyBy, String) {
    let of = |by: ReplyBy| match by {
        ReplyBy::Sms | ReplyBy::Call | ReplyBy::Whatsapp => personal.phone.clone(),
        ReplyBy::Telegram => personal.chat.clone(),
        ReplyBy::Email => personal.email.clone(),
        ReplyBy::Paper => Some(personal.address.clone().unwrap_or_default()),
        ReplyBy::Cabinet => Some(String::new()),
    };
    let ways = [wanted, ReplyBy::Telegram, ReplyBy::Email, ReplyBy::Sms, ReplyBy::Cabinet];
    let found = ways.into_iter().find_map(|by| of(by).map(|to| (by, to)));
    found.unwrap_or((ReplyBy::Cabinet, String::new()))
}

/// Where a letter is sealed for.
pub fn place(message_id: &str) -> String {
    format!("outbox/{message_id}")
}

/// A letter on its way into the outbox.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Its name, the same however often it is made.
    pub message_id: String,
    /// About which appeal.
    pub appeal: Option<AppealId>,
    /// Why.
    pub purpose: Purpose,
    /// By which way.
    pub by: ReplyBy,
    /// What.
    pub letter: Letter,
}

impl Outgoing {
    /// The row, to be written with what caused it.
    pub fn row(&self, keys: &Keys, at: EpochS) -> Result<Statement, SealError> {
        let sealed = keys.seal(&place(&self.message_id), &self.letter)?;
        // In the cabinet it can be read at once; paper and calls wait for a person.
        let (state, next_at) = match self.by {
            ReplyBy::Cabinet => ("sent", 0),
            ReplyBy::Paper | ReplyBy::Call => ("queued", EpochS::MAX),
            _ => ("queued", 0),
        };
        Ok(Statement::new(
            "INSERT INTO outbox (message_id, appeal_id, purpose, sent_by, state, attempts, \
             created_at, updated_at, next_at, sealed) VALUES ($1, $2, $3, $4, $5, 0, $6, $6, $7, $8)",
            vec![
                self.message_id.clone().into(),
                self.appeal.map(|a| a.to_string()).into(),
                self.purpose.name().into(),
                way_name(self.by).into(),
                state.into(),
                at.into(),
                next_at.into(),
                sealed.into(),
            ],
        ))
    }
}
