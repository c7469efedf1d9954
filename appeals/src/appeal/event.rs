//! What happens to an appeal.

use super::{Extension, Ground, Redirect, Status};
use crate::answer::{Answer, ReplyBy};
use crate::claim::Claim;
use crate::clock::Clock;
use crate::ids::{AppealId, CaseId, DeskId, EvidenceId, OrgId, PersonId, TopicId};
use crate::kind::Kind;
use crate::law::{ClockKind, Due};
use crate::number::AppealNumber;
use crate::verdict::{Finding, Signature};
use serde::{Deserialize, Serialize};
use transit::EpochS;

/// What happened to an appeal. One journal entry each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// It came into the register.
    Registered {
        /// By its number.
        number: AppealNumber,
    },
    /// It moved.
    Moved {
        /// From.
        from: Status,
        /// To.
        to: Status,
    },
    /// Another queue or person.
    Assigned {
        /// Whose queue.
        desk: DeskId,
        /// Who.
        assignee: Option<PersonId>,
        /// What the next one should know.
        note: String,
    },
    /// The carrier was asked.
    CarrierAsked {
        /// Whom.
        carrier: OrgId,
        /// What.
        question: String,
    },
    /// The carrier replied.
    CarrierReplied {
        /// What it says.
        text: String,
    },
    /// The applicant was asked.
    ApplicantAsked {
        /// What.
        question: String,
    },
    /// The applicant said more.
    InfoAdded {
        /// What.
        text: String,
    },
    /// Passed on; the applicant is to be told at the same time.
    Redirected(Redirect),
    /// Left without consideration.
    NotConsidered {
        /// On which ground.
        ground: Ground,
        /// In words.
        reason: String,
    },
    /// Given back.
    Returned {
        /// What is missing.
        reason: String,
    },
    /// A version of the answer.
    AnswerDrafted(Answer),
    /// Another version is asked for.
    AnswerReturned {
        /// Why.
        remark: String,
    },
    /// The answer is good.
    AnswerApproved {
        /// Who says so.
        by: PersonId,
        /// When.
        at: EpochS,
    },
    /// The answer went out.
    AnswerSent {
        /// When.
        at: EpochS,
        /// By which way.
        by: ReplyBy,
    },
    /// A longer term is asked for.
    ExtensionProposed {
        /// Why.
        reason: String,
    },
    /// A longer term.
    Extended(Extension),
    /// Evidence.
    EvidenceAttached {
        /// Which.
        evidence: EvidenceId,
        /// What the machine found.
        finding: Finding,
    },
    /// Signed.
    VerdictSigned(Signature),
    /// Put right.
    ClaimChanged {
        /// Kind.
        kind: Kind,
        /// Topic.
        topic: Option<TopicId>,
        /// What happened.
        claim: Box<Claim>,
    },
    /// A further topic is settled.
    SubjectSettled {
        /// Which.
        seq: u16,
        /// What was done.
        text: String,
    },
    /// Of a case, or of none.
    CaseJoined {
        /// Which.
        case: Option<CaseId>,
    },
    /// A measure is watched.
    MeasureTracked,
    /// The applicant was told what came of it.
    Told {
        /// In the applicant's language.
        text: String,
    },
    /// The answer was taken back before it went out.
    AnswerRecalled,
    /// The applicant says that it is not mended: register a new appeal that names this one.
    RepeatDue {
        /// Its parent.
        parent: AppealId,
        /// Why.
        reason: String,
    },
    /// Its publicity.
    Published {
        /// Let through.
        published: bool,
    },
    /// A note.
    Noted {
        /// What.
        text: String,
    },
    /// A clock begins.
    ClockStarted(Clock),
    /// A clock is met.
    ClockMet {
        /// Which.
        kind: ClockKind,
        /// When.
        at: EpochS,
    },
    /// A clock has no meaning any more.
    ClockCancelled {
        /// Which.
        kind: ClockKind,
    },
    /// A clock stands.
    ClockPaused {
        /// Which.
        kind: ClockKind,
        /// Since when.
        at: EpochS,
    },
    /// A clock runs again.
    ClockResumed {
        /// Which.
        kind: ClockKind,
        /// Its new end.
        due: Due,
    },
    /// A clock's end moved: the calendar was confirmed, or the term extended.
    ClockMoved {
        /// Which.
        kind: ClockKind,
        /// Its new end.
        due: Due,
    },
}
