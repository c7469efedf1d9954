//! The problem behind many appeals. One investigation, as many answers as there are appeals; a measure that is
//! promised, done, and held against what the buses did before and after.
//!
//! [`Case::decide`] judges a command and says what would happen, or why not; [`Case::apply`] lets it happen.

mod command;
mod decide;

pub use command::{CaseCommand, CaseEvent, CaseRefusal};
pub use decide::{Opening, open};

use crate::effect::Effect;
use crate::ids::{AppealId, CaseId, MeasureId, OrgId, PersonId, RouteId, StopId, VehicleId};
use crate::kind::Kind;
use crate::measure::Measure;
use crate::number::CaseNumber;
use serde::{Deserialize, Serialize};
use transit::EpochS;

/// What a case is about. What is `None` or empty is open.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Scope {
    /// Route.
    pub route: Option<RouteId>,
    /// `direction_id`.
    pub direction: Option<u8>,
    /// Stops.
    pub stops: Vec<StopId>,
    /// Vehicle.
    pub vehicle: Option<VehicleId>,
    /// Carrier.
    pub carrier: Option<OrgId>,
    /// Days of the week, bit 0 for Monday; 0: any.
    pub weekdays: u8,
    /// Seconds of the civil day: from, to.
    pub hours_s: Option<(i32, i32)>,
}

/// Where a case is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseStatus {
    /// Opened.
    Open,
    /// Looked into.
    Investigating,
    /// A measure is promised.
    MeasurePlanned,
    /// A measure is done; its effect is awaited.
    MeasureDone,
    /// The effect is there.
    Verified,
    /// There was nothing to it.
    NotConfirmed,
    /// Done with.
    Closed,
    /// Opened again: an applicant disputed the result, or it came back.
    Reopened,
}

impl CaseStatus {
    /// All, as a case goes through them.
    pub const ALL: [Self; 8] = [
        Self::Open,
        Self::Investigating,
        Self::MeasurePlanned,
        Self::MeasureDone,
        Self::Verified,
        Self::NotConfirmed,
        Self::Closed,
        Self::Reopened,
    ];

    /// Its name on the wire: snake case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Investigating => "investigating",
            Self::MeasurePlanned => "measure_planned",
            Self::MeasureDone => "measure_done",
            Self::Verified => "verified",
            Self::NotConfirmed => "not_confirmed",
            Self::Closed => "closed",
            Self::Reopened => "reopened",
        }
    }

    /// Somebody must still do something about it.
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Verified | Self::NotConfirmed | Self::Closed)
    }

    /// Whether one may follow the other.
    pub const fn may_become(self, next: Self) -> bool {
        use CaseStatus as S;
        match self {
            S::Open | S::Reopened => {
                matches!(next, S::Investigating | S::MeasurePlanned | S::NotConfirmed | S::Closed)
            }
            S::Investigating => matches!(next, S::MeasurePlanned | S::NotConfirmed | S::Closed),
            S::MeasurePlanned => matches!(next, S::MeasureDone | S::Investigating | S::Closed),
            S::MeasureDone => matches!(next, S::Verified | S::Reopened | S::Closed),
            S::Verified | S::NotConfirmed => matches!(next, S::Closed | S::Reopened),
            S::Closed => matches!(next, S::Reopened),
        }
    }
}

/// Who opened a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenedBy {
    /// Proposed by pattern, and taken up.
    Pattern,
    /// A person.
    Person(PersonId),
}

/// A case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// Id.
    pub id: CaseId,
    /// The number that people read aloud.
    pub number: CaseNumber,
    /// In a few words.
    pub title: String,
    /// What people say.
    pub kind: Kind,
    /// Where and when.
    pub scope: Scope,
    /// When.
    pub opened_at: EpochS,
    /// By whom.
    pub opened_by: OpenedBy,
    /// Where it is.
    pub status: CaseStatus,
    /// Who looks after it.
    pub owner: Option<PersonId>,
    /// Its appeals, as they joined.
    pub appeals: Vec<AppealId>,
    /// When the first of them was received: what a study of an effect counts from.
    pub first_appeal_at: EpochS,
    /// People who joined without an appeal of their own.
    pub supporters: u32,
    /// What the investigation found, in words; the newest.
    pub finding: Option<String>,
    /// What is promised.
    pub measures: Vec<Measure>,
    /// What the measures did.
    pub effects: Vec<Effect>,
    /// Counts the commands that changed it; a command says which one it saw.
    pub version: u32,
}

impl Case {
    /// A measure of it.
    pub fn measure(&self, id: MeasureId) -> Option<&Measure> {
        self.measures.iter().find(|m| m.id == id)
    }
}
