//! The immutable picture that readers share.

pub use crate::flow::Recent;

use crate::event::{HeadwayStatus, Incident, RejectReason};
use crate::ids::{FeedIdx, PatternIdx, RouteIdx, SegmentIdx, StopIdx, VehicleIdx};
use crate::place::LatLon;
use crate::predict::Range;
use crate::time::EpochS;
use crate::timetable::{Timetable, TripInstance};
use std::sync::Arc;

/// Everything a reader may ask about now. Built once a tick, shared by an `Arc`.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// When.
    pub at: EpochS,
    /// The timetable that all indices speak of.
    pub timetable: Arc<Timetable>,
    /// Vehicles heard of lately, by [`VehicleIdx`] (sparse: sorted, not dense).
    pub vehicles: Vec<VehicleState>,
    /// Service of each (route, direction) that has a run planned or seen around now, sorted by both.
    pub directions: Vec<DirectionState>,
    /// Segments with a passage planned or seen in the current or the last full hour, by [`SegmentIdx`].
    pub segments: Vec<SegmentState>,
    /// Open incidents and those closed within the last hour, newest first.
    pub incidents: Vec<IncidentState>,
    /// By [`FeedIdx`].
    pub feeds: Vec<FeedState>,
    /// What [`Snapshot::board`] and [`Snapshot::trip_stops`] are computed from, on demand. Filled by `Flow`;
    /// start from `Recent::default()`.
    pub recent: Recent,
}

/// One vehicle.
#[derive(Clone, Debug, PartialEq)]
pub struct VehicleState {
    /// Its index; stable for the life of the Monitor.
    pub vehicle: VehicleIdx,
    /// Feed that reports it.
    pub feed: FeedIdx,
    /// `vehicle.id`.
    pub vehicle_id: Arc<str>,
    /// `vehicle.label`, if it differs from the id.
    pub label: Option<Arc<str>>,
    /// The reported place.
    pub place: LatLon,
    /// Reported, or of the shape where it is matched, degrees.
    pub bearing_deg: Option<f32>,
    /// Reported, or along the shape between the last fixes, m/s.
    pub speed_mps: Option<f32>,
    /// When it was measured.
    pub measured_at: EpochS,
    /// The match, if there is one.
    pub matched: Option<MatchState>,
    /// Route: of the match, or at least as the feed says.
    pub route: Option<RouteIdx>,
    /// True while it has left the line of its trip.
    pub off_route: bool,
    /// True at a terminal or parked: not in service between trips.
    pub layover: bool,
    /// `occupancy_status`, the standard's number.
    pub occupancy_status: Option<u8>,
}

/// Where a vehicle is in the timetable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MatchState {
    /// Run of a trip.
    pub instance: TripInstance,
    /// Pattern.
    pub pattern: PatternIdx,
    /// Metres along the pattern's shape.
    pub along_m: f64,
    /// Stop position of the next stop (the current one while at it).
    pub next_stop_position: u16,
    /// True while at that stop.
    pub at_stop: bool,
    /// Seconds late (negative: early).
    pub schedule_deviation_s: Option<i32>,
    /// Seconds behind the leader at the last stop served.
    pub headway_s: Option<i32>,
    /// The plan there.
    pub scheduled_headway_s: Option<i32>,
    /// The band, with hysteresis.
    pub headway_status: HeadwayStatus,
    /// The leader's vehicle.
    pub leader: Option<VehicleIdx>,
    /// False for a trip that was inferred.
    pub trip_named: bool,
}

/// Live service of a route in a direction.
#[derive(Clone, Debug, PartialEq)]
pub struct DirectionState {
    /// Route.
    pub route: RouteIdx,
    /// Direction.
    pub direction: Option<u8>,
    /// Vehicles in service now.
    pub vehicles: u32,
    /// Vehicles that the plan has in service now.
    pub scheduled_vehicles: u32,
    /// Runs that should run now and nobody drives.
    pub ghosts: Vec<TripInstance>,
    /// Planned headway now, seconds, at the stop where most runs pass.
    pub scheduled_headway_s: Option<i32>,
    /// Median of the observed headways of the last hour, seconds.
    pub median_headway_s: Option<i32>,
    /// Excess wait: AWT − SWT over the last hour, seconds.
    pub excess_wait_s: Option<f32>,
    /// Share of the last hour's headways that were bunched or very bunched, 0..1.
    pub bunched_share: Option<f32>,
    /// Share that were gapped or very gapped, 0..1.
    pub gapped_share: Option<f32>,
    /// Share of the last hour's departures between 1 min early and 5 min late, 0..1.
    pub on_time_share: Option<f32>,
    /// True where fewer than 5 an hour are planned: judge punctuality, not headway.
    pub by_timetable: bool,
    /// Share of the last hour in which the feed was observed, 0..1.
    pub coverage: f32,
}

/// Planned against observed on a segment, all routes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SegmentState {
    /// The segment.
    pub segment: SegmentIdx,
    /// Planned, over the last 60 minutes.
    pub scheduled_vph: f32,
    /// Observed, by observed time; `None` when nothing was observed.
    pub observed_vph: Option<f32>,
    /// Share of the 60 minutes observed, 0..1.
    pub coverage: f32,
}

/// An incident and whether it is suppressed.
#[derive(Clone, Debug, PartialEq)]
pub struct IncidentState {
    /// The incident.
    pub incident: Incident,
    /// True while the feed is down: shown greyed, never alarmed.
    pub suppressed: bool,
}

/// Health of a feed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FeedState {
    /// Its header's time at the last good dataset.
    pub header_at: Option<EpochS>,
    /// When the last good dataset was applied.
    pub received_at: Option<EpochS>,
    /// Positions accepted since the start.
    pub accepted: u64,
    /// Refused since the start, in the order of [`RejectReason::ALL`].
    pub rejected: [u64; RejectReason::ALL.len()],
    /// Accepted positions that name a trip, since the start. One that was added to the timetable counts only
    /// where it is known.
    pub named: u64,
    /// Of these, the ones that were matched to it, since the start.
    pub matched: u64,
    /// Failed fetches in a row.
    pub failures_in_row: u32,
    /// Of the accepted positions of the last dataset that name a trip: how many were matched, 0..1.
    pub matched_share: Option<f32>,
    /// Median age of the last dataset's accepted positions, seconds.
    pub age_s: Option<i32>,
    /// True when alarms are suppressed because of it.
    pub down: bool,
    /// The last span in which it was observed, from … until its newest data.
    pub observed: Option<(EpochS, EpochS)>,
    /// What is wrong with it. Old positions are told at night too, when the feed is not down for them.
    pub trouble: Option<FeedTrouble>,
    /// When the newest of its positions was measured.
    pub newest_at: Option<EpochS>,
}

/// What is wrong with a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedTrouble {
    /// It does not answer, or answers with the dataset of long ago.
    NotRenewed,
    /// It answers, and repeats old positions.
    OldPositions,
    /// It answers, and gives no positions, though the plan has vehicles on the road.
    NoPositions,
    /// Too many of its positions are old.
    PartlyOld,
}

/// What happened and what comes at a stop.
#[derive(Clone, Debug, PartialEq)]
pub struct StopBoard {
    /// The stop.
    pub stop: StopIdx,
    /// Next arrivals, soonest first, bounded.
    pub next: Vec<BoardArrival>,
    /// Last departures, newest first, bounded.
    pub last: Vec<BoardDeparture>,
}

/// A bus that comes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoardArrival {
    /// Its run.
    pub instance: TripInstance,
    /// Stop position in its pattern.
    pub stop_position: u16,
    /// Planned arrival.
    pub scheduled: EpochS,
    /// What riders are told of its arrival; `None` where no vehicle is known to drive it.
    pub expected: Option<EpochS>,
    /// Between when and when it comes in eight cases of ten, also where only the plan speaks for it; `None`
    /// where nothing can be said.
    pub range: Option<Range>,
    /// The vehicle.
    pub vehicle: Option<VehicleIdx>,
}

/// A bus that left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoardDeparture {
    /// Its run.
    pub instance: TripInstance,
    /// The vehicle.
    pub vehicle: VehicleIdx,
    /// Planned departure.
    pub scheduled: EpochS,
    /// Observed departure (arrival at a last stop).
    pub departed: EpochS,
    /// Seconds since the leader.
    pub headway_s: Option<i32>,
    /// The plan there and then.
    pub scheduled_headway_s: Option<i32>,
    /// The band.
    pub headway_status: HeadwayStatus,
}

/// One stop of the run that a vehicle drives: plan, fact and expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TripStop {
    /// 0-based position in the pattern.
    pub stop_position: u16,
    /// The stop.
    pub stop: StopIdx,
    /// Planned arrival.
    pub scheduled_arrival: EpochS,
    /// Planned departure.
    pub scheduled_departure: EpochS,
    /// Observed arrival.
    pub arrival: Option<EpochS>,
    /// Observed departure.
    pub departure: Option<EpochS>,
    /// Expected arrival at a stop that is still ahead; `None` where nothing can be said.
    pub expected_arrival: Option<EpochS>,
    /// Expected departure from a stop that is still ahead.
    pub expected_departure: Option<EpochS>,
    /// Range of the expected arrival.
    pub range: Option<Range>,
    /// Seconds behind the leader, at a stop that was served.
    pub headway_s: Option<i32>,
}
