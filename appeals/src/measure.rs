//! What is promised to mend a case.

use crate::ids::{CaseId, MeasureId, OrgId};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What kind of measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeasureKind {
    /// More vehicles.
    AddVehicles,
    /// More runs.
    AddRuns,
    /// Another timetable.
    TimetableChange,
    /// Another way.
    RouteChange,
    /// Works at a stop.
    StopWorks,
    /// A talk with a driver, training, a penalty.
    DriverAction,
    /// A vehicle is mended.
    VehicleRepair,
    /// A penalty to the carrier.
    CarrierSanction,
    /// A traffic light or a crossing.
    SignalOrCrossing,
    /// People are told.
    InfoOnly,
}

impl MeasureKind {
    /// All kinds.
    pub const ALL: [Self; 10] = [
        Self::AddVehicles,
        Self::AddRuns,
        Self::TimetableChange,
        Self::RouteChange,
        Self::StopWorks,
        Self::DriverAction,
        Self::VehicleRepair,
        Self::CarrierSanction,
        Self::SignalOrCrossing,
        Self::InfoOnly,
    ];

    /// Its name on the wire: snake case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AddVehicles => "add_vehicles",
            Self::AddRuns => "add_runs",
            Self::TimetableChange => "timetable_change",
            Self::RouteChange => "route_change",
            Self::StopWorks => "stop_works",
            Self::DriverAction => "driver_action",
            Self::VehicleRepair => "vehicle_repair",
            Self::CarrierSanction => "carrier_sanction",
            Self::SignalOrCrossing => "signal_or_crossing",
            Self::InfoOnly => "info_only",
        }
    }

    /// The kind of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.name() == name)
    }
}

/// What is promised, in figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// Vehicles more.
    pub vehicles: Option<u32>,
    /// Runs more a day.
    pub runs: Option<u32>,
    /// Headway in the hours of the case, seconds.
    pub headway_s: Option<i32>,
    /// From when.
    pub from: Option<Date>,
}

/// A measure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    /// Id.
    pub id: MeasureId,
    /// For which case.
    pub case: CaseId,
    /// What kind.
    pub kind: MeasureKind,
    /// In words.
    pub text: String,
    /// In figures.
    pub promise: Promise,
    /// Who does it.
    pub org: OrgId,
    /// When it was promised.
    pub promised_on: Date,
    /// By when.
    pub due_on: Date,
    /// When it was done.
    pub done_on: Option<Date>,
    /// The timetable before.
    pub timetable_before: Option<String>,
    /// The timetable after.
    pub timetable_after: Option<String>,
}

impl Measure {
    /// The day has passed and it is not done.
    pub fn is_late(&self, today: Date) -> bool {
        self.done_on.map_or(today > self.due_on, |done| done > self.due_on)
    }
}
