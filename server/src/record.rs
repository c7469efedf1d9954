//! Rows of the record: what the engine hands to the store and `reads` gets back. Ids are the feed's own
//! strings, so that a row outlives the timetable that it was made with.

use serde::{Deserialize, Serialize};
use transit::EpochS;

/// One tick's writes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// Stop visits.
    pub visits: Vec<VisitRow>,
    /// Headways.
    pub headways: Vec<HeadwayRow>,
    /// Hours of segments.
    pub intensity: Vec<IntensityRow>,
    /// Incidents opened or closed: the newest state of each, by `incident_id`.
    pub incidents: Vec<IncidentRow>,
    /// Health of feeds, one a minute.
    pub feed_health: Vec<FeedHealthRow>,
    /// Some minutes of a vehicle each.
    pub tracks: Vec<TrackRow>,
}

impl Batch {
    /// Rows of all tables.
    pub fn rows(&self) -> usize {
        self.visits.len()
            + self.headways.len()
            + self.intensity.len()
            + self.incidents.len()
            + self.feed_health.len()
            + self.tracks.len()
    }

    /// Nothing to write.
    pub fn is_empty(&self) -> bool {
        self.rows() == 0
    }

    /// Takes what `later` holds, behind what is here.
    pub fn append(&mut self, later: Batch) {
        self.visits.extend(later.visits);
        self.headways.extend(later.headways);
        self.intensity.extend(later.intensity);
        self.incidents.extend(later.incidents);
        self.feed_health.extend(later.feed_health);
        self.tracks.extend(later.tracks);
    }
}

/// Table `stop_visits` (TIDES names).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VisitRow {
    /// YYYYMMDD as a number.
    pub service_date: i32,
    /// Route.
    pub route_id: String,
    /// Direction.
    pub direction_id: Option<i16>,
    /// Trip.
    pub trip_id: String,
    /// Start of the run, seconds of the service day.
    pub start_s: i32,
    /// Vehicle.
    pub vehicle_id: String,
    /// Stop.
    pub stop_id: String,
    /// GTFS's number.
    pub stop_sequence: i32,
    /// Plan.
    pub scheduled_arrival: EpochS,
    /// Plan.
    pub scheduled_departure: EpochS,
    /// Fact.
    pub arrival: Option<EpochS>,
    /// Fact.
    pub departure: Option<EpochS>,
    /// ± at 90 %.
    pub uncertainty_s: f64,
    /// False if the trip was inferred.
    pub trip_named: bool,
}

impl VisitRow {
    /// When it was there: the arrival, else the departure, else the plan.
    pub fn at(&self) -> EpochS {
        self.arrival.or(self.departure).unwrap_or(self.scheduled_arrival)
    }
}

/// Table `headways`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeadwayRow {
    /// YYYYMMDD as a number.
    pub service_date: i32,
    /// Route.
    pub route_id: String,
    /// Direction.
    pub direction_id: Option<i16>,
    /// Stop.
    pub stop_id: String,
    /// Follower's trip.
    pub trip_id: String,
    /// Leader's trip.
    pub leader_trip_id: String,
    /// Follower's vehicle.
    pub vehicle_id: String,
    /// When.
    pub at: EpochS,
    /// Fact.
    pub headway_s: i32,
    /// Plan.
    pub scheduled_headway_s: Option<i32>,
    /// Band, its wire name (`even`, `very_bunched`, …).
    pub status: String,
}

/// Table `intensity`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IntensityRow {
    /// From here …
    pub from_stop_id: String,
    /// … to here.
    pub to_stop_id: String,
    /// Empty for all routes.
    pub route_id: String,
    /// Start of the hour.
    pub hour: EpochS,
    /// Plan.
    pub scheduled_vph: f64,
    /// Fact; `None` when nothing was observed.
    pub observed_vph: Option<f64>,
    /// Share observed.
    pub coverage: f64,
}

/// Table `incidents`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IncidentRow {
    /// Unique for ever: epoch of the server's start and number.
    pub incident_id: String,
    /// Kind, its wire name.
    pub kind: String,
    /// Route.
    pub route_id: Option<String>,
    /// Direction.
    pub direction_id: Option<i16>,
    /// Stop.
    pub stop_id: Option<String>,
    /// Vehicle.
    pub vehicle_id: Option<String>,
    /// Run.
    pub trip_id: Option<String>,
    /// Feed.
    pub feed_id: Option<String>,
    /// Since when.
    pub opened_at: EpochS,
    /// Until when.
    pub closed_at: Option<EpochS>,
    /// See `transit::Incident::value`.
    pub value: f64,
}

/// Table `feed_health`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeedHealthRow {
    /// Feed.
    pub feed_id: String,
    /// Start of the minute.
    pub at: EpochS,
    /// Positions accepted in the minute.
    pub accepted: i64,
    /// Refused in the minute.
    pub rejected: i64,
    /// Median age of positions.
    pub age_s: Option<i32>,
    /// Matched of those that name a trip.
    pub matched_share: Option<f64>,
    /// Alarms suppressed.
    pub down: bool,
}

/// Table `tracks`: where a vehicle was for some minutes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackRow {
    /// Vehicle.
    pub vehicle_id: String,
    /// Its first position in here.
    pub from_at: EpochS,
    /// Its last.
    pub to_at: EpochS,
    /// All of them: see `crate::track`.
    pub body: String,
}
