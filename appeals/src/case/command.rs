//! What may be asked of a case, what happens to it, and why not.

use super::{CaseStatus, OpenedBy};
use crate::access::Action;
use crate::effect::Effect;
use crate::ids::{AppealId, MeasureId, PersonId};
use crate::measure::Measure;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use transit::EpochS;

/// What is asked of a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "command")]
pub enum CaseCommand {
    /// An appeal is of this case too.
    Join {
        /// Which.
        appeal: AppealId,
        /// When it was received.
        received_at: EpochS,
    },
    /// An appeal is of another case, or of none.
    Leave {
        /// Which.
        appeal: AppealId,
    },
    /// Another title.
    Rename {
        /// In a few words.
        title: String,
    },
    /// Somebody looks into it.
    Investigate,
    /// What was found, once for all its appeals.
    Conclude {
        /// In words.
        text: String,
    },
    /// There was nothing to it.
    NotConfirm {
        /// Why.
        reason: String,
    },
    /// A measure is promised.
    Promise {
        /// Which.
        measure: Box<Measure>,
    },
    /// A measure is done.
    MeasureDone {
        /// Which.
        measure: MeasureId,
        /// When.
        on: Date,
        /// What shows it.
        proof: String,
        /// Version of the timetable since.
        timetable: Option<String>,
    },
    /// What a measure did was computed.
    AddEffects {
        /// One a metric, of one measure.
        effects: Vec<Effect>,
    },
    /// The effect is there.
    Verify {
        /// What shows it.
        reason: String,
    },
    /// It is not mended, or came back.
    Reopen {
        /// Why.
        reason: String,
    },
    /// Done with.
    Close {
        /// Why.
        reason: String,
    },
    /// A note for colleagues.
    Note {
        /// What.
        text: String,
    },
}

impl CaseCommand {
    /// What the actor must be allowed.
    pub const fn action(&self) -> Action {
        match self {
            Self::Join { .. } | Self::Leave { .. } | Self::Rename { .. } => Action::JoinCase,
            Self::Investigate
            | Self::Conclude { .. }
            | Self::NotConfirm { .. }
            | Self::Reopen { .. }
            | Self::Note { .. } => Action::Work,
            Self::Promise { .. }
            | Self::MeasureDone { .. }
            | Self::Verify { .. }
            | Self::Close { .. } => Action::Measure,
            Self::AddEffects { .. } => Action::RecomputeEvidence,
        }
    }

    /// Its name on the wire: snake case.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Join { .. } => "join",
            Self::Leave { .. } => "leave",
            Self::Rename { .. } => "rename",
            Self::Investigate => "investigate",
            Self::Conclude { .. } => "conclude",
            Self::NotConfirm { .. } => "not_confirm",
            Self::Promise { .. } => "promise",
            Self::MeasureDone { .. } => "measure_done",
            Self::AddEffects { .. } => "add_effects",
            Self::Verify { .. } => "verify",
            Self::Reopen { .. } => "reopen",
            Self::Close { .. } => "close",
            Self::Note { .. } => "note",
        }
    }
}

/// What happened to a case. One journal entry each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum CaseEvent {
    /// It was opened.
    Opened {
        /// By whom.
        by: OpenedBy,
        /// In a few words.
        title: String,
    },
    /// It moved.
    Moved {
        /// From.
        from: CaseStatus,
        /// To.
        to: CaseStatus,
        /// Why; empty where the command says it.
        reason: String,
    },
    /// An appeal joined.
    Joined {
        /// Which.
        appeal: AppealId,
        /// When it was received.
        received_at: EpochS,
    },
    /// An appeal left.
    Left {
        /// Which.
        appeal: AppealId,
    },
    /// Another title.
    Renamed {
        /// In a few words.
        title: String,
    },
    /// Somebody looks after it.
    Owned {
        /// Who.
        by: PersonId,
    },
    /// What was found.
    Concluded {
        /// In words.
        text: String,
    },
    /// A measure is promised.
    Promised {
        /// Which.
        measure: Box<Measure>,
    },
    /// A measure is done.
    MeasureDone {
        /// Which.
        measure: MeasureId,
        /// When.
        on: Date,
        /// What shows it.
        proof: String,
        /// Version of the timetable since.
        timetable: Option<String>,
    },
    /// What a measure did.
    EffectsFound {
        /// One a metric.
        effects: Vec<Effect>,
    },
    /// A note.
    Noted {
        /// What.
        text: String,
    },
}

/// Why a command is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaseRefusal {
    /// Somebody was quicker.
    #[error("the case has changed: version {found}, not {expected}")]
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
    /// The status does not allow it.
    #[error("not from this status")]
    InvalidTransition,
    /// Words are missing.
    #[error("a reason is needed")]
    ReasonMissing,
    /// The appeal is in it.
    #[error("the appeal is of this case already")]
    JoinedBefore,
    /// The appeal or measure is not in it.
    #[error("there is none to do this with")]
    NothingToDo,
    /// A measure that can be measured promises no figure.
    #[error("a promise of vehicles, runs or a timetable needs a figure")]
    FigureMissing,
    /// The days do not follow each other.
    #[error("a measure is promised, then done, and not before its day")]
    DaysOutOfOrder,
    /// Nothing was measured.
    #[error("the effect must be studied first")]
    EffectMissing,
}

impl CaseRefusal {
    /// Its name on the wire: snake case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Version { .. } => "version",
            Self::NotPermitted => "not_permitted",
            Self::OnlyPropose => "only_propose",
            Self::InvalidTransition => "invalid_transition",
            Self::ReasonMissing => "reason_missing",
            Self::JoinedBefore => "joined_before",
            Self::NothingToDo => "nothing_to_do",
            Self::FigureMissing => "figure_missing",
            Self::DaysOutOfOrder => "days_out_of_order",
            Self::EffectMissing => "effect_missing",
        }
    }
}
