//! What staff ask of an appeal.

use super::AppealClaim;
use serde::{Deserialize, Serialize};

/// `POST /api/v1/staff/appeals/{number}/commands`: `{"version": 3, "command": "begin"}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppealCommandAsked {
    /// The version that was seen: with another the command is refused (409).
    pub version: u32,
    /// What is asked.
    #[serde(flatten)]
    pub command: AppealCommand,
}

/// What is asked of an appeal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "command")]
pub enum AppealCommand {
    /// This desk, and perhaps this person, works on it; also: another desk does.
    Triage {
        /// Whose queue.
        desk: String,
        /// Who: `person_id`.
        #[serde(default)]
        assignee: Option<String>,
        /// What the next one should know.
        #[serde(default)]
        note: String,
    },
    /// I begin.
    Begin,
    /// The carrier is asked. It gets event facts only.
    AskCarrier {
        /// Whom.
        carrier: String,
        /// What.
        question: String,
    },
    /// The carrier replies.
    CarrierReply {
        /// What it says.
        text: String,
    },
    /// The applicant is asked.
    AskApplicant {
        /// What.
        question: String,
    },
    /// The applicant says more.
    AddInfo {
        /// What.
        text: String,
    },
    /// Pass it on.
    Redirect {
        /// To whom.
        to: String,
        /// Why.
        reason: String,
    },
    /// Leave it without consideration.
    NotConsider {
        /// `anonymous`, `no_substance`, `answered_before`, `in_court` or `no_authority`.
        ground: String,
        /// In words.
        reason: String,
    },
    /// Give it back.
    Return {
        /// What is missing.
        reason: String,
    },
    /// The applicant takes it back.
    Withdraw,
    /// An answer, a first or another version.
    DraftAnswer {
        /// `kk`, `ru` or `en`.
        language: String,
        /// Text.
        body: String,
        /// Basis in law.
        legal_basis: String,
        /// How one may appeal against it.
        right_of_appeal: String,
    },
    /// The answer may be read by who approves.
    SubmitAnswer,
    /// The answer needs another version.
    ReturnAnswer {
        /// Why.
        remark: String,
    },
    /// The answer is good.
    ApproveAnswer,
    /// The answer goes out.
    SendAnswer {
        /// `sms`, `whatsapp`, `telegram`, `email`, `cabinet`, `paper` or `call`.
        by: String,
    },
    /// The answer at the first contact: written and given at once.
    AnswerAtOnce {
        /// `kk`, `ru` or `en`.
        language: String,
        /// Text.
        body: String,
        /// Basis in law.
        legal_basis: String,
        /// How one may appeal against it.
        right_of_appeal: String,
        /// By which way, as with `send_answer`.
        by: String,
    },
    /// Ask the head for a longer term.
    ProposeExtension {
        /// Why.
        reason: String,
    },
    /// A longer term.
    Extend {
        /// Until, `YYYY-MM-DD`.
        until: String,
        /// Why.
        reason: String,
    },
    /// The applicant was told of the extension.
    ExtensionNoticed,
    /// A person signs a finding.
    SignVerdict {
        /// On this evidence.
        evidence: String,
        /// The finding, such as `confirmed`.
        finding: String,
        /// Why it differs from the machine's.
        #[serde(default)]
        override_reason: Option<String>,
    },
    /// What happened is put right.
    ChangeClaim {
        /// Kind.
        kind: String,
        /// Topic of the city's tree.
        #[serde(default)]
        topic: Option<String>,
        /// What happened. Without `event_at` the time stays as it was.
        claim: Box<AppealClaim>,
    },
    /// A further topic is settled.
    SettleSubject {
        /// Which, from 1.
        seq: u16,
        /// What was done.
        text: String,
    },
    /// It belongs to a case; null: to none.
    JoinCase {
        /// `case_id`.
        case: Option<String>,
    },
    /// A measure is promised and watched.
    TrackMeasure,
    /// A dispatcher has seen the danger.
    AcknowledgeSafety,
    /// The carrier keeps its pictures.
    CctvHeld,
    /// The applicant says it is mended.
    Confirm,
    /// The applicant says it is not.
    Refute {
        /// Why.
        reason: String,
    },
    /// A moderator lets its text through, or takes it back.
    Publish {
        /// Let through.
        published: bool,
    },
    /// A note for colleagues.
    Note {
        /// What.
        text: String,
    },
}
