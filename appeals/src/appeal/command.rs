//! What may be asked of an appeal.

use crate::access::{Action, Role};
use crate::answer::ReplyBy;
use crate::claim::Claim;
use crate::ids::{CaseId, DeskId, EvidenceId, OrgId, PersonId, TopicId};
use crate::kind::Kind;
use crate::verdict::Finding;
use crate::words::Language;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use transit::EpochS;

/// Who commands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Who; nobody in particular for one with a PIN.
    pub person: Option<PersonId>,
    /// As what.
    pub role: Role,
    /// Of which organisation.
    pub org: Option<OrgId>,
    /// Knows the PIN of this appeal, or has it in an account.
    pub owns: bool,
}

/// On which an appeal may be left without consideration: a closed list. From memory of АППК and of the law
/// before it; to be checked before it is called law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// Without a name, and no crime or danger in it.
    Anonymous,
    /// It says nothing.
    NoSubstance,
    /// Answered before on the same matter, nothing new.
    AnsweredBefore,
    /// A court has the matter.
    InCourt,
    /// Signed for another without authority.
    NoAuthority,
}

/// Passed on to a competent body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redirect {
    /// To whom.
    pub to: OrgId,
    /// Why.
    pub reason: String,
    /// When.
    pub at: EpochS,
    /// Its number there, once known.
    pub external_number: Option<String>,
}

/// A longer term.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// Until.
    pub until: Date,
    /// Why.
    pub reason: String,
    /// Who decided.
    pub by: PersonId,
    /// When.
    pub at: EpochS,
}

/// What is asked of an appeal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "command")]
pub enum Command {
    /// This desk, and perhaps this person, works on it; also: another desk does.
    Triage {
        /// Whose queue.
        desk: DeskId,
        /// Who.
        assignee: Option<PersonId>,
        /// What the next one should know.
        note: String,
    },
    /// I begin.
    Begin,
    /// The carrier is asked. It gets event facts only.
    AskCarrier {
        /// Whom.
        carrier: OrgId,
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
        to: OrgId,
        /// Why.
        reason: String,
    },
    /// Leave it without consideration.
    NotConsider {
        /// On which ground.
        ground: Ground,
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
        /// Its language.
        language: Language,
        /// Text.
        body: String,
        /// Basis in law.
        legal_basis: String,
        /// How one may appeal against it.
        right_of_appeal: String,
    },
    /// The answer may be read by who approves.
    SubmitAnswer,
    /// Who wrote the answer takes it back before it is sent: it is a draft again.
    RecallAnswer,
    /// The answer needs another version.
    ReturnAnswer {
        /// Why.
        remark: String,
    },
    /// The answer is good.
    ApproveAnswer,
    /// The answer goes out.
    SendAnswer {
        /// By which way.
        by: ReplyBy,
    },
    /// The answer at the first contact: written and given at once.
    AnswerAtOnce {
        /// Its language.
        language: Language,
        /// Text.
        body: String,
        /// Basis in law.
        legal_basis: String,
        /// How one may appeal against it.
        right_of_appeal: String,
        /// By which way.
        by: ReplyBy,
    },
    /// Ask the head for a longer term.
    ProposeExtension {
        /// Why.
        reason: String,
    },
    /// A longer term.
    Extend {
        /// Until.
        until: Date,
        /// Why.
        reason: String,
    },
    /// The applicant was told of the extension.
    ExtensionNoticed,
    /// Evidence was made, the first or newer.
    AttachEvidence {
        /// Which.
        evidence: EvidenceId,
        /// What the machine found.
        finding: Finding,
    },
    /// A person signs a finding.
    SignVerdict {
        /// On this evidence.
        evidence: EvidenceId,
        /// The finding.
        finding: Finding,
        /// Why it differs from the machine's.
        override_reason: Option<String>,
    },
    /// What happened is put right.
    ChangeClaim {
        /// Kind.
        kind: Kind,
        /// Topic.
        topic: Option<TopicId>,
        /// What happened.
        claim: Box<Claim>,
    },
    /// A further topic is settled.
    SettleSubject {
        /// Which.
        seq: u16,
        /// What was done.
        text: String,
    },
    /// It belongs to a case; `None`: to none.
    JoinCase {
        /// Which.
        case: Option<CaseId>,
    },
    /// A measure is promised and watched.
    TrackMeasure,
    /// The applicant is told what came of it after the answer: a measure, its effect.
    Tell {
        /// In the applicant's language.
        text: String,
    },
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

impl Command {
    /// What the actor must be allowed.
    pub const fn action(&self) -> Action {
        match self {
            Self::Triage { .. } => Action::HandOver,
            Self::Begin
            | Self::AskCarrier { .. }
            | Self::AskApplicant { .. }
            | Self::SettleSubject { .. }
            | Self::ExtensionNoticed
            | Self::Note { .. } => Action::Work,
            Self::CarrierReply { .. } => Action::ReplyAsCarrier,
            Self::AddInfo { .. } | Self::Withdraw | Self::Confirm | Self::Refute { .. } => {
                Action::SpeakAsApplicant
            }
            Self::Redirect { .. } => Action::Redirect,
            Self::NotConsider { .. } | Self::Return { .. } => Action::CloseUnconsidered,
            Self::DraftAnswer { .. } | Self::SubmitAnswer | Self::RecallAnswer => {
                Action::DraftAnswer
            }
            Self::ReturnAnswer { .. } | Self::ApproveAnswer => Action::ApproveAnswer,
            Self::SendAnswer { .. } => Action::SendAnswer,
            Self::AnswerAtOnce { .. } => Action::AnswerAtOnce,
            Self::ProposeExtension { .. } | Self::Extend { .. } => Action::Extend,
            Self::SignVerdict { .. } => Action::SignVerdict,
            Self::ChangeClaim { .. } => Action::ChangeClaim,
            Self::JoinCase { .. } => Action::JoinCase,
            Self::TrackMeasure | Self::Tell { .. } => Action::Measure,
            Self::Publish { .. } => Action::Moderate,
            Self::AttachEvidence { .. } => Action::RecomputeEvidence,
            Self::AcknowledgeSafety | Self::CctvHeld => Action::AcknowledgeSafety,
        }
    }

    /// Its name on the wire: snake case.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Triage { .. } => "triage",
            Self::Begin => "begin",
            Self::AskCarrier { .. } => "ask_carrier",
            Self::CarrierReply { .. } => "carrier_reply",
            Self::AskApplicant { .. } => "ask_applicant",
            Self::AddInfo { .. } => "add_info",
            Self::Redirect { .. } => "redirect",
            Self::NotConsider { .. } => "not_consider",
            Self::Return { .. } => "return",
            Self::Withdraw => "withdraw",
            Self::DraftAnswer { .. } => "draft_answer",
            Self::SubmitAnswer => "submit_answer",
            Self::RecallAnswer => "recall_answer",
            Self::ReturnAnswer { .. } => "return_answer",
            Self::ApproveAnswer => "approve_answer",
            Self::SendAnswer { .. } => "send_answer",
            Self::AnswerAtOnce { .. } => "answer_at_once",
            Self::ProposeExtension { .. } => "propose_extension",
            Self::Extend { .. } => "extend",
            Self::ExtensionNoticed => "extension_noticed",
            Self::AttachEvidence { .. } => "attach_evidence",
            Self::SignVerdict { .. } => "sign_verdict",
            Self::ChangeClaim { .. } => "change_claim",
            Self::SettleSubject { .. } => "settle_subject",
            Self::JoinCase { .. } => "join_case",
            Self::TrackMeasure => "track_measure",
            Self::Tell { .. } => "tell",
            Self::AcknowledgeSafety => "acknowledge_safety",
            Self::CctvHeld => "cctv_held",
            Self::Confirm => "confirm",
            Self::Refute { .. } => "refute",
            Self::Publish { .. } => "publish",
            Self::Note { .. } => "note",
        }
    }
}
