//! Why a command is refused.

use serde::{Deserialize, Serialize};

/// Why a command is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Somebody was quicker.
    #[error("the appeal has changed: version {found}, not {expected}")]
    Version {
        /// Seen by who commands.
        expected: u32,
        /// Now.
        found: u32,
    },
    /// The role may not.
    #[error("the role may not do this")]
    NotPermitted,
    /// The role may only propose it.
    #[error("the role may only propose this")]
    OnlyPropose,
    /// Not one's own.
    #[error("only on what is one's own")]
    NotOwn,
    /// The status does not allow it.
    #[error("not from this status")]
    InvalidTransition,
    /// Words are missing.
    #[error("a reason is needed")]
    ReasonMissing,
    /// No answer is written.
    #[error("there is no answer")]
    AnswerMissing,
    /// The answer is in another language than the appeal.
    #[error("the answer must be in the language of the appeal or of the state")]
    AnswerLanguage,
    /// The answer rests on nothing.
    #[error("the answer must name its basis in law")]
    LegalBasisMissing,
    /// The answer does not say how to appeal against it.
    #[error("the answer must say how one may appeal against it")]
    RightOfAppealMissing,
    /// The kind is measurable and nobody has signed.
    #[error("the verdict must be signed")]
    VerdictUnsigned,
    /// Evidence is newer than what was signed.
    #[error("newer evidence lies there: sign it")]
    VerdictSuperseded,
    /// Another person must approve.
    #[error("another person must approve the answer")]
    ApprovalMissing,
    /// Nobody approves an answer of their own.
    #[error("nobody approves an answer of their own")]
    OwnAnswer,
    /// A further topic is open.
    #[error("a further topic is not settled")]
    SubjectOpen,
    /// Three working days have passed.
    #[error("the term for passing on has ended: a supervisor decides, with a reason")]
    RedirectTooLate,
    /// This legal kind is not passed on.
    #[error("an appeal of this kind is not passed on")]
    NotRedirectable,
    /// This legal kind is not extended.
    #[error("an appeal of this kind is not extended")]
    NotExtendable,
    /// Extended once already.
    #[error("the term was extended before")]
    ExtendedBefore,
    /// The term has ended.
    #[error("the term has ended")]
    ExtendTooLate,
    /// Not longer than before, or longer than the law allows.
    #[error("the new term must be later than the old and within two months")]
    ExtensionOutOfBounds,
    /// A finding that differs needs a reason.
    #[error("a finding other than the machine's needs a reason")]
    OverrideReasonMissing,
    /// Other evidence than the newest.
    #[error("this is not the newest evidence")]
    OtherEvidence,
    /// Nothing to look by.
    #[error("route, stop, vehicle or place is needed")]
    PlaceMissing,
    /// Its term has ended.
    #[error("the time to confirm or dispute has ended")]
    ConfirmTooLate,
    /// A danger is never left without consideration.
    #[error("a danger is not left without consideration")]
    Safety,
    /// No such clock or topic.
    #[error("there is none to do this with")]
    NothingToDo,
}

impl Refusal {
    /// Its name on the wire: snake case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Version { .. } => "version",
            Self::NotPermitted => "not_permitted",
            Self::OnlyPropose => "only_propose",
            Self::NotOwn => "not_own",
            Self::InvalidTransition => "invalid_transition",
            Self::ReasonMissing => "reason_missing",
            Self::AnswerMissing => "answer_missing",
            Self::AnswerLanguage => "answer_language",
            Self::LegalBasisMissing => "legal_basis_missing",
            Self::RightOfAppealMissing => "right_of_appeal_missing",
            Self::VerdictUnsigned => "verdict_unsigned",
            Self::VerdictSuperseded => "verdict_superseded",
            Self::ApprovalMissing => "approval_missing",
            Self::OwnAnswer => "own_answer",
            Self::SubjectOpen => "subject_open",
            Self::RedirectTooLate => "redirect_too_late",
            Self::NotRedirectable => "not_redirectable",
            Self::NotExtendable => "not_extendable",
            Self::ExtendedBefore => "extended_before",
            Self::ExtendTooLate => "extend_too_late",
            Self::ExtensionOutOfBounds => "extension_out_of_bounds",
            Self::OverrideReasonMissing => "override_reason_missing",
            Self::OtherEvidence => "other_evidence",
            Self::PlaceMissing => "place_missing",
            Self::ConfirmTooLate => "confirm_too_late",
            Self::Safety => "safety",
            Self::NothingToDo => "nothing_to_do",
        }
    }
}
