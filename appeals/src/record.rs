//! What evidence is made from: a slice of the record around what a person says. Plain structs, filled by the
//! server from its store and by tests from a simulated city. Ids are the feed's own.

use crate::ids::{RouteId, StopId, TripId, VehicleId};
use serde::{Deserialize, Serialize};
use transit::EpochS;

/// A run: the trip, its service day (YYYYMMDD as a number) and its start, seconds of the day.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RunKey {
    /// YYYYMMDD as a number.
    pub service_date: i32,
    /// `trip_id`.
    pub trip: TripId,
    /// First departure, seconds of the service day.
    pub start_s: i32,
}

/// A stop on the way of a planned run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PlannedStop {
    /// GTFS's number.
    pub sequence: u32,
    /// Planned arrival.
    pub arrival: EpochS,
    /// Planned departure.
    pub departure: EpochS,
}

/// A planned run of the route and direction in question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedRun {
    /// Which.
    pub run: RunKey,
    /// `direction_id`.
    pub direction: Option<u8>,
    /// Its stops in order.
    pub stops: Vec<PlannedStop>,
    /// Index in `stops` of the stop in question, the first time that it comes there; `None` when the run does
    /// not serve it.
    pub at_stop: Option<usize>,
    /// Early buses wait there for their time.
    pub timepoint: bool,
    /// Only a headway is promised (`exact_times` = 0): no time to be early or late against.
    pub headway_only: bool,
    /// The feed cancelled it.
    pub canceled: bool,
}

/// An observed visit of a run of the route and direction in question, at whichever of its stops.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    /// Which run.
    pub run: RunKey,
    /// `direction_id`.
    pub direction: Option<u8>,
    /// By which vehicle.
    pub vehicle: VehicleId,
    /// Where.
    pub stop: StopId,
    /// GTFS's number.
    pub sequence: u32,
    /// Planned arrival.
    pub scheduled_arrival: EpochS,
    /// Planned departure.
    pub scheduled_departure: EpochS,
    /// Arrival.
    pub arrival: Option<EpochS>,
    /// Departure.
    pub departure: Option<EpochS>,
    /// 90 % lie within ± this, seconds.
    pub uncertainty_s: f64,
    /// The feed named the trip.
    pub trip_named: bool,
}

impl Visit {
    /// When the vehicle was gone: departure, else arrival.
    pub fn gone_at(&self) -> Option<EpochS> {
        self.departure.or(self.arrival)
    }

    /// When the vehicle was there: arrival, else departure.
    pub fn there_at(&self) -> Option<EpochS> {
        self.arrival.or(self.departure)
    }
}

/// What was observed at all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// Stretches in which the feed was away or old: sorted, apart.
    pub holes: Vec<(EpochS, EpochS)>,
    /// Runs that the plan had on the road within the slice, over the whole feed.
    pub runs_expected: u32,
    /// Of them, those of which anything was seen.
    pub runs_seen: u32,
    /// Seconds between two reports of a vehicle, the median.
    pub report_interval_s: Option<f64>,
}

impl Coverage {
    /// Share of the planned runs of the whole feed of which anything was seen, 0..1; 0 when none is planned.
    pub fn fleet_share(&self) -> f64 {
        if self.runs_expected == 0 {
            return 0.0;
        }
        (f64::from(self.runs_seen) / f64::from(self.runs_expected)).min(1.0)
    }
}

/// An incident that the monitor opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordedIncident {
    /// Its id in the record.
    pub id: String,
    /// Its kind's wire name (`ghost`, `off_route`, …).
    pub kind: String,
    /// The vehicle.
    pub vehicle: Option<VehicleId>,
    /// The trip.
    pub trip: Option<TripId>,
    /// From then …
    pub opened_at: EpochS,
    /// … to then.
    pub closed_at: Option<EpochS>,
    /// See `transit::Incident::value`.
    pub value: f64,
}

/// A position of a vehicle of the route, for the kinds that need more than visits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ping {
    /// Which vehicle.
    pub vehicle: VehicleId,
    /// When it was measured.
    pub at: EpochS,
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Metres per second, as reported.
    pub speed_mps: Option<f64>,
    /// Metres along the line, from the stop in question (negative before it).
    pub from_stop_m: Option<f64>,
    /// Metres from the line.
    pub aside_m: Option<f64>,
    /// GTFS-realtime `occupancy_status`.
    pub occupancy: Option<u8>,
    /// Doors open, where a vehicle tells it.
    pub doors_open: Option<bool>,
}

/// A street's speed against its usual, where the record has it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pace {
    /// Observed speed over the usual of the hour; 1 is usual.
    pub of_usual: f64,
}

/// A slice of the record: one route and direction, one stop (or none), a span of time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// From then …
    pub from: EpochS,
    /// … to then (exclusive): at least what `evidence::span` asks for.
    pub to: EpochS,
    /// Known up to then: what was measured later is not in here.
    pub known_until: EpochS,
    /// The timetable's version.
    pub timetable: String,
    /// The route in question.
    pub route: RouteId,
    /// Its direction, where it was given or follows from the stop.
    pub direction: Option<u8>,
    /// The stop in question.
    pub stop: Option<StopId>,
    /// The route serves the stop, on whichever day.
    pub stop_on_route: bool,
    /// Planned runs that touch the span, by start.
    pub runs: Vec<PlannedRun>,
    /// Visits of the span, by time.
    pub visits: Vec<Visit>,
    /// What was observed.
    pub coverage: Coverage,
    /// Incidents of the route, and feeds that were down.
    pub incidents: Vec<RecordedIncident>,
    /// Positions, where they are kept.
    pub pings: Vec<Ping>,
    /// How the street was.
    pub pace: Option<Pace>,
    /// Routes that pass the stop within the span.
    pub other_routes: Vec<RouteId>,
}
