//! What goes into the [`crate::Monitor`] and what comes out.

use crate::ids::{FeedIdx, PatternIdx, RouteIdx, StopIdx, VehicleIdx};
use crate::place::LatLon;
use crate::time::{EpochS, ServiceDate};
use crate::timetable::{Timetable, TripInstance};
use std::sync::Arc;

/// One fact, in the order in which it became known. Strings are borrowed from the decoded message: the
/// steady state allocates nothing.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// A new timetable. Everything in flight is re-matched by id against it.
    Timetable(Arc<Timetable>),
    /// A feed answered: its dataset of `header_at` follows.
    DatasetStart {
        /// Which feed.
        feed: FeedIdx,
        /// `header.timestamp`; `None` if the feed gives none.
        header_at: Option<EpochS>,
    },
    /// A vehicle position.
    Position(VehiclePosition<'a>),
    /// Predicted times and cancellations of one trip.
    TripUpdate(TripUpdate<'a>),
    /// All of the dataset has been applied.
    DatasetEnd {
        /// Which feed.
        feed: FeedIdx,
    },
    /// A fetch failed or its bytes were refused.
    FeedFailed {
        /// Which feed.
        feed: FeedIdx,
    },
    /// An entity that the decoder had to refuse.
    Rejected {
        /// Which feed.
        feed: FeedIdx,
        /// Why.
        reason: RejectReason,
    },
    /// Time has passed. The shell sends one a tick; incidents open and close on it.
    Tick,
    /// An earlier Monitor observed this feed in this span, the last one before it ended. Told before the feed's
    /// first dataset: a restart is then no more than a silence of the feed.
    Observed {
        /// Which feed.
        feed: FeedIdx,
        /// Since when.
        from: EpochS,
        /// Until when.
        until: EpochS,
    },
    /// A visit that an earlier Monitor told, in order of time: the last one of a place, and those whose headway
    /// it could not tell any more. The leader of what comes now.
    PastVisit(PastVisit<'a>),
}

/// A visit as the record has it, by the feed's own ids. One that the timetable does not know is passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastVisit<'a> {
    /// Vehicle.
    pub vehicle_id: &'a str,
    /// Trip.
    pub trip_id: &'a str,
    /// Day of the run.
    pub service_date: ServiceDate,
    /// Start of the run, seconds of the service day.
    pub start_s: i32,
    /// Stop.
    pub stop_id: &'a str,
    /// GTFS's number.
    pub stop_sequence: u32,
    /// Arrival.
    pub arrival: Option<EpochS>,
    /// Departure.
    pub departure: Option<EpochS>,
    /// False for a trip that was inferred.
    pub trip_named: bool,
    /// Its headway was told too.
    pub headway_told: bool,
}

/// GTFS-realtime `TripDescriptor`, as given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TripDescriptor<'a> {
    /// `trip_id`.
    pub trip_id: Option<&'a str>,
    /// `route_id`.
    pub route_id: Option<&'a str>,
    /// `direction_id`.
    pub direction_id: Option<u8>,
    /// `start_time`, as written (`HH:MM:SS`).
    pub start_time: Option<&'a str>,
    /// `start_date`, as written (`YYYYMMDD`).
    pub start_date: Option<&'a str>,
    /// `schedule_relationship`; `Scheduled` when absent.
    pub relationship: ScheduleRelationship,
}

/// GTFS-realtime `TripDescriptor.ScheduleRelationship`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScheduleRelationship {
    /// Runs by the timetable.
    #[default]
    Scheduled,
    /// ADDED (deprecated) or NEW: not in the timetable.
    Added,
    /// A run of a trip with `exact_times` = 0.
    Unscheduled,
    /// Does not run; shown as cancelled.
    Canceled,
    /// Replaces a trip of the timetable.
    Replacement,
    /// A copy of a trip at another time.
    Duplicated,
    /// Does not run; not shown.
    Deleted,
}

/// GTFS-realtime `VehiclePosition`, as given. Units as in the standard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VehiclePosition<'a> {
    /// Which feed.
    pub feed: FeedIdx,
    /// `vehicle.id`; when absent the decoder gives `vehicle.label`, else the licence plate, else the entity id.
    pub vehicle_id: &'a str,
    /// `vehicle.label`: what people see on the bus.
    pub label: Option<&'a str>,
    /// `trip`.
    pub trip: TripDescriptor<'a>,
    /// `position.latitude`, `.longitude`.
    pub place: LatLon,
    /// `position.bearing`, degrees clockwise from north.
    pub bearing_deg: Option<f32>,
    /// `position.speed`, m/s.
    pub speed_mps: Option<f32>,
    /// `timestamp`: when it was measured. Never the header's time.
    pub measured_at: Option<EpochS>,
    /// `stop_id`.
    pub stop_id: Option<&'a str>,
    /// `current_stop_sequence`.
    pub current_stop_sequence: Option<u32>,
    /// `current_status` is `STOPPED_AT`; ignored by the standard without a stop sequence or stop id.
    pub stopped_at: Option<bool>,
    /// `occupancy_status`, the standard's number.
    pub occupancy_status: Option<u8>,
}

/// GTFS-realtime `TripUpdate`.
#[derive(Clone, Debug, PartialEq)]
pub struct TripUpdate<'a> {
    /// Which feed.
    pub feed: FeedIdx,
    /// `trip`.
    pub trip: TripDescriptor<'a>,
    /// `vehicle.id`.
    pub vehicle_id: Option<&'a str>,
    /// `timestamp`.
    pub measured_at: Option<EpochS>,
    /// `delay`, seconds.
    pub delay_s: Option<i32>,
    /// `stop_time_update`.
    pub stops: Vec<StopTimeUpdate<'a>>,
}

/// GTFS-realtime `TripUpdate.StopTimeUpdate`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StopTimeUpdate<'a> {
    /// `stop_sequence`.
    pub stop_sequence: Option<u32>,
    /// `stop_id`.
    pub stop_id: Option<&'a str>,
    /// `arrival.time`.
    pub arrival: Option<EpochS>,
    /// `arrival.delay`, seconds.
    pub arrival_delay_s: Option<i32>,
    /// `departure.time`.
    pub departure: Option<EpochS>,
    /// `departure.delay`, seconds.
    pub departure_delay_s: Option<i32>,
    /// `schedule_relationship` is `SKIPPED`.
    pub skipped: bool,
    /// `schedule_relationship` is `NO_DATA`.
    pub no_data: bool,
}

/// Why a fact was not used. A closed list: counted per feed and shown, never an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RejectReason {
    /// Neither vehicle nor entity id.
    NoVehicleId,
    /// No position at all.
    NoPosition,
    /// Coordinates not finite or outside the globe.
    BadCoordinates,
    /// Within 0.01° of latitude 0, longitude 0.
    NullIsland,
    /// Farther from every stop and shape than the coverage limit.
    OutsideCoverage,
    /// The position has no measurement time.
    NoTimestamp,
    /// Measured too long before now.
    Stale,
    /// Measured after now, beyond the tolerance.
    Future,
    /// Same measurement time as the last accepted of this vehicle.
    Duplicate,
    /// Measured before the last accepted of this vehicle.
    OutOfOrder,
    /// Farther from the last place than any bus drives in the time.
    Teleport,
    /// The measurement time advances while the coordinates stay bit for bit the same, for too long.
    Frozen,
    /// More vehicles than the limit.
    TooManyVehicles,
    /// The entity has neither of the kinds that are read, or is marked deleted in a full dataset.
    NotUsable,
}

impl RejectReason {
    /// Every reason, in the order of the enum.
    pub const ALL: [Self; 14] = [
        Self::NoVehicleId,
        Self::NoPosition,
        Self::BadCoordinates,
        Self::NullIsland,
        Self::OutsideCoverage,
        Self::NoTimestamp,
        Self::Stale,
        Self::Future,
        Self::Duplicate,
        Self::OutOfOrder,
        Self::Teleport,
        Self::Frozen,
        Self::TooManyVehicles,
        Self::NotUsable,
    ];

    /// Its name on the wire: snake case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoVehicleId => "no_vehicle_id",
            Self::NoPosition => "no_position",
            Self::BadCoordinates => "bad_coordinates",
            Self::NullIsland => "null_island",
            Self::OutsideCoverage => "outside_coverage",
            Self::NoTimestamp => "no_timestamp",
            Self::Stale => "stale",
            Self::Future => "future",
            Self::Duplicate => "duplicate",
            Self::OutOfOrder => "out_of_order",
            Self::Teleport => "teleport",
            Self::Frozen => "frozen",
            Self::TooManyVehicles => "too_many_vehicles",
            Self::NotUsable => "not_usable",
        }
    }
}

/// What the Monitor concluded. Effects are final: a visit is said once.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// A fact was refused.
    Rejected {
        /// Which feed.
        feed: FeedIdx,
        /// Why.
        reason: RejectReason,
    },
    /// A vehicle served a stop of its trip.
    Visit(StopVisit),
    /// The distance in time between two vehicles at a stop.
    Headway(Headway),
    /// One hour of one segment is complete.
    Intensity(Intensity),
    /// An incident opened.
    IncidentOpened(Incident),
    /// An incident closed; `closed_at` is set.
    IncidentClosed(Incident),
}

/// An observed arrival and departure (TIDES `stop_visits`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StopVisit {
    /// Which run of which trip.
    pub instance: TripInstance,
    /// The pattern that was driven.
    pub pattern: PatternIdx,
    /// 0-based position in the pattern.
    pub stop_position: u16,
    /// By which vehicle.
    pub vehicle: VehicleIdx,
    /// Arrival; `None` at a first stop where the vehicle was never seen arriving.
    pub arrival: Option<EpochS>,
    /// Departure; `None` at a last stop.
    pub departure: Option<EpochS>,
    /// 90 % of such visits lie within ± this of the truth, seconds.
    pub uncertainty_s: f32,
    /// False for a trip that was not named by the feed but inferred from route, place and schedule.
    pub trip_named: bool,
}

/// Bands of an observed against the planned headway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HeadwayStatus {
    /// Not known: no leader, a hole in the data, no plan.
    #[default]
    Unknown,
    /// At most 0.25 of the plan.
    VeryBunched,
    /// At most 0.5 of the plan.
    Bunched,
    /// In between.
    Even,
    /// At least 1.5 of the plan.
    Gapped,
    /// At least 2.0 of the plan.
    VeryGapped,
}

/// Time between successive vehicles of a route and direction at a stop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Headway {
    /// The follower's run.
    pub instance: TripInstance,
    /// The leader's run.
    pub leader: TripInstance,
    /// The follower's vehicle.
    pub vehicle: VehicleIdx,
    /// Route of both.
    pub route: RouteIdx,
    /// Direction of both.
    pub direction: Option<u8>,
    /// Where.
    pub stop: StopIdx,
    /// When the follower departed (at a last stop: arrived).
    pub at: EpochS,
    /// Seconds since the leader.
    pub headway_s: i32,
    /// The plan at this stop and hour, if there is one.
    pub scheduled_headway_s: Option<i32>,
    /// The band; `Unknown` across a hole in the data.
    pub status: HeadwayStatus,
}

/// One segment and hour: planned against observed passages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Intensity {
    /// From here …
    pub from: StopIdx,
    /// … to here.
    pub to: StopIdx,
    /// One route, or all of them.
    pub route: Option<RouteIdx>,
    /// Start of the hour.
    pub hour: EpochS,
    /// Planned vehicles per hour.
    pub scheduled_vph: f32,
    /// Observed vehicles per observed hour; meaningless when `coverage` is 0.
    pub observed_vph: f32,
    /// Share of the hour in which the feed was observed, 0..1.
    pub coverage: f32,
}

/// What kind of incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IncidentKind {
    /// Two or more vehicles of a route run together.
    Bunching,
    /// Too long without a vehicle.
    Gap,
    /// A scheduled run that nobody drives.
    Ghost,
    /// A vehicle has left the line of its trip.
    OffRoute,
    /// A feed does not answer or its data are old: all other alarms of it are suppressed.
    FeedDown,
}

impl IncidentKind {
    /// Its name on the wire: snake case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bunching => "bunching",
            Self::Gap => "gap",
            Self::Ghost => "ghost",
            Self::OffRoute => "off_route",
            Self::FeedDown => "feed_down",
        }
    }
}

/// Something a dispatcher may act on.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// Counts from 1 within a `Monitor`; with the start of the Monitor it is unique.
    pub number: u64,
    /// What kind.
    pub kind: IncidentKind,
    /// Route, unless of a feed.
    pub route: Option<RouteIdx>,
    /// Direction.
    pub direction: Option<u8>,
    /// Stop where it was noticed (for a ghost, the first stop of the run).
    pub stop: Option<StopIdx>,
    /// The vehicle: the follower of a bunch or a gap, the one off route.
    pub vehicle: Option<VehicleIdx>,
    /// The run: of the vehicle, or the ghost itself.
    pub instance: Option<TripInstance>,
    /// The feed that is down.
    pub feed: Option<FeedIdx>,
    /// Since when.
    pub opened_at: EpochS,
    /// Until when.
    pub closed_at: Option<EpochS>,
    /// Bunching and gap: headway, seconds. Ghost: seconds late. Off route: metres. Feed down: age, seconds.
    pub value: f64,
}
