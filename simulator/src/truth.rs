//! What truly happened, for those who judge what was concluded from the reports.

use transit::ids::{PatternIdx, RouteIdx, StopIdx};
use transit::{EpochS, TripInstance};

/// A vehicle of the world, in the order in which they first went out. Its id in the feed is
/// [`crate::World::vehicle_id`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VehicleNo(pub u32);

/// A vehicle truly served a stop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrueVisit {
    /// Which run.
    pub instance: TripInstance,
    /// Its pattern.
    pub pattern: PatternIdx,
    /// 0-based position of the stop in the pattern.
    pub stop_position: u16,
    /// By which vehicle.
    pub vehicle: VehicleNo,
    /// Stood at the stop from then (at a first stop: since it came to the terminal) …
    pub arrival: EpochS,
    /// … until then (at a last stop: when all were out).
    pub departure: EpochS,
    /// People who got on.
    pub boarded: u16,
    /// People aboard after it.
    pub aboard: u16,
}

/// Why a run did not start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingReason {
    /// Its vehicle was never put out.
    NoVehicle,
    /// Its vehicle stood idle.
    NotDriven,
    /// Given up because the vehicle was too late.
    TooLate,
    /// Its vehicle had broken down.
    AfterBreakdown,
}

/// Something that a dispatcher would want to know.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum HappeningKind {
    /// A scheduled run did not start. `from` is its scheduled departure.
    MissingRun {
        /// Which run.
        instance: TripInstance,
        /// Why.
        reason: MissingReason,
    },
    /// A vehicle broke down between two stops and stands there.
    Breakdown {
        /// Which run.
        instance: TripInstance,
        /// The vehicle.
        vehicle: VehicleNo,
        /// Last stop position served.
        stop_position: u16,
    },
    /// A run turned before its last stop.
    ShortTurn {
        /// Which run.
        instance: TripInstance,
        /// The vehicle.
        vehicle: VehicleNo,
        /// Last stop position served.
        stop_position: u16,
    },
    /// A run was driven aside of its line; the stops between were left out.
    Detour {
        /// Which run.
        instance: TripInstance,
        /// The vehicle.
        vehicle: VehicleNo,
        /// Last stop position served before …
        from_position: u16,
        /// … and first after.
        to_position: u16,
    },
    /// A vehicle ran close behind the one before: true headway at most half of the planned, at two or
    /// more stops in a row.
    Bunching {
        /// The run behind.
        instance: TripInstance,
        /// Its vehicle.
        vehicle: VehicleNo,
        /// Least true headway, seconds.
        headway_s: i32,
        /// Planned headway there, seconds.
        planned_s: i32,
    },
    /// A gap before a vehicle: true headway at least 1.5 times the planned, at two or more stops in a row.
    Gap {
        /// The run behind the gap.
        instance: TripInstance,
        /// Its vehicle.
        vehicle: VehicleNo,
        /// Greatest true headway, seconds.
        headway_s: i32,
        /// Planned headway there, seconds.
        planned_s: i32,
    },
    /// A vehicle sent no reports.
    Silence {
        /// The vehicle.
        vehicle: VehicleNo,
    },
    /// The whole feed was away.
    FeedHole,
}

/// A [`HappeningKind`] with its time and place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Happening {
    /// What.
    pub kind: HappeningKind,
    /// The route, where one is concerned.
    pub route: Option<RouteIdx>,
    /// The stop where it began, where there is one.
    pub stop: Option<StopIdx>,
    /// From then …
    pub from: EpochS,
    /// … to then; the same for what has no length.
    pub to: EpochS,
}

/// The truth since it was last drained, in the order in which it became known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Truth {
    /// Visits, known when the vehicle arrives (the departure may lie ahead).
    pub visits: Vec<TrueVisit>,
    /// Happenings, known when they end. That a run will be missing, and an hour's silences and holes, are
    /// known before: they may lie ahead.
    pub happenings: Vec<Happening>,
    /// Left out because nobody drained: see [`TRUTH_LIMIT`].
    pub dropped: u64,
}

/// Most visits and most happenings kept for [`crate::World::drain_truth`].
pub const TRUTH_LIMIT: usize = 4_000_000;
