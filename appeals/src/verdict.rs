//! What the record says of what a person says; signed by a person.

use crate::ids::{EvidenceId, PersonId};
use serde::{Deserialize, Serialize};
use transit::EpochS;

/// What the record says of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// It was so.
    Confirmed,
    /// Something of it was so.
    PartlyConfirmed,
    /// It was not so, as far as the rule goes.
    NotConfirmed,
    /// The record shows the opposite.
    Contradicted,
    /// Buses may have come unseen: no data is not no bus.
    UndeterminedNoData,
    /// No sensor measures it.
    UndeterminedNotMeasurable,
}

impl Finding {
    /// All findings.
    pub const ALL: [Self; 6] = [
        Self::Confirmed,
        Self::PartlyConfirmed,
        Self::NotConfirmed,
        Self::Contradicted,
        Self::UndeterminedNoData,
        Self::UndeterminedNotMeasurable,
    ];

    /// Something was found, one way or the other.
    pub const fn is_determined(self) -> bool {
        !matches!(self, Self::UndeterminedNoData | Self::UndeterminedNotMeasurable)
    }

    /// Its name on the wire: snake case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::PartlyConfirmed => "partly_confirmed",
            Self::NotConfirmed => "not_confirmed",
            Self::Contradicted => "contradicted",
            Self::UndeterminedNoData => "undetermined_no_data",
            Self::UndeterminedNotMeasurable => "undetermined_not_measurable",
        }
    }
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident => $text:literal;)+) => {
        /// Why a finding is what it is. A closed list.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(rename_all = "snake_case")]
        pub enum Reason {
            $($(#[$doc])* $name,)+
        }

        impl Reason {
            /// Every reason.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Its name on the wire: snake case.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

reasons! {
    /// Buses may have passed unseen within the time in question.
    GapInGps => "gap_in_gps";
    /// The feed was away within the time in question.
    FeedOutage => "feed_outage";
    /// Too few of the vehicles that should be out report.
    FewVehiclesReport => "few_vehicles_report";
    /// Another vehicle took the run over.
    VehicleReplaced => "vehicle_replaced";
    /// The route was led another way.
    Detour => "detour";
    /// The run was not driven.
    RunNotDriven => "run_not_driven";
    /// The feed does not name runs: which one it was is inferred.
    RunNotNamed => "run_not_named";
    /// The run ended on its way.
    RunEndedEarly => "run_ended_early";
    /// The streets were slow.
    TrafficSlowdown => "traffic_slowdown";
    /// No plan is known for that stop and time.
    PlanMissing => "plan_missing";
    /// The plan itself is too thin: not how it was driven.
    PlanTooThin => "plan_too_thin";
    /// The time is known to an hour at best.
    TimeUnclear => "time_unclear";
    /// Several vehicles may have been meant.
    SeveralCandidates => "several_candidates";
    /// Another route serves the stop at that time.
    WrongRouteNumber => "wrong_route_number";
    /// The route does not serve the stop.
    StopNotOnRoute => "stop_not_on_route";
    /// The route does not run at that time.
    ServiceNotRunning => "service_not_running";
    /// Route or stop is not given.
    PlaceUnclear => "place_unclear";
    /// The time is not given.
    TimeMissing => "time_missing";
    /// The figure lies within the error of measurement of the threshold.
    WithinError => "within_error";
    /// Doors are not reported.
    NoDoorSignal => "no_door_signal";
    /// Occupancy is not reported; only signs of it.
    NoOccupancy => "no_occupancy";
    /// Positions come too seldom to tell.
    ReportsTooRare => "reports_too_rare";
    /// No positions are kept for that time.
    NoPositions => "no_positions";
    /// Nothing to judge: the surroundings are shown.
    ContextOnly => "context_only";
    /// Only who drove is found.
    VehicleOnly => "vehicle_only";
    /// Too few headways to judge evenness.
    TooFewHeadways => "too_few_headways";
    /// The time in question is not over, or not all of it has been told yet.
    NotYetKnown => "not_yet_known";
}

/// How sure a finding is: the product of four shares, each shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Confidence {
    /// Of what should be on the record, how much is, 0..1.
    pub coverage: f64,
    /// How well the time is known, 0..1.
    pub time: f64,
    /// That the right vehicle is meant, 0..1.
    pub candidate: f64,
    /// That the sensors can tell, 0..1.
    pub sensor: f64,
    /// The product, 0..1, in thousandths.
    pub value: f64,
}

/// Rounds to thousandths: what is frozen must not hang on the last bit of an exponential.
pub(crate) fn thousandths(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

impl Confidence {
    /// The product of four shares.
    pub fn of(coverage: f64, time: f64, candidate: f64, sensor: f64) -> Self {
        let [coverage, time, candidate, sensor] =
            [coverage, time, candidate, sensor].map(|share| share.clamp(0.0, 1.0));
        Self {
            coverage: thousandths(coverage),
            time: thousandths(time),
            candidate: thousandths(candidate),
            sensor: thousandths(sensor),
            value: thousandths(coverage * time * candidate * sensor),
        }
    }
}

/// What a machine found. Frozen with its evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The finding.
    pub finding: Finding,
    /// Why, in order, each once.
    pub reasons: Vec<Reason>,
    /// How sure.
    pub confidence: Confidence,
}

/// A person's word on a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// On which evidence.
    pub evidence: EvidenceId,
    /// What the machine found.
    pub machine: Finding,
    /// What the person signs.
    pub finding: Finding,
    /// Who.
    pub by: PersonId,
    /// When.
    pub at: EpochS,
    /// Why it differs from the machine's.
    pub override_reason: Option<String>,
}

impl Signature {
    /// The person says otherwise than the machine.
    pub fn is_override(&self) -> bool {
        self.finding != self.machine
    }
}
