//! GTFS-realtime 2.0 as far as it is read and written here.
//!
//! Field numbers are those of `gtfs-realtime.proto` (github.com/google/transit, gtfs-realtime/proto). Every
//! scalar is optional, also where the standard requires it: what is missing is refused in words by
//! `feed::decode`, not by the parser. Enums stay numbers, so that a value from the future is not an error;
//! the constants stand in [`values`].

/// `FeedMessage`: a header and its entities.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct FeedMessage {
    /// Metadata.
    #[prost(message, optional, tag = "1")]
    pub header: Option<FeedHeader>,
    /// Contents.
    #[prost(message, repeated, tag = "2")]
    pub entity: Vec<FeedEntity>,
}

/// `FeedHeader`.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct FeedHeader {
    /// `"2.0"` or `"1.0"`.
    #[prost(string, optional, tag = "1")]
    pub gtfs_realtime_version: Option<String>,
    /// [`values::FULL_DATASET`] when absent.
    #[prost(int32, optional, tag = "2")]
    pub incrementality: Option<i32>,
    /// When the content was made, epoch seconds.
    #[prost(uint64, optional, tag = "3")]
    pub timestamp: Option<u64>,
    /// `feed_info.feed_version` of the static feed that it belongs to.
    #[prost(string, optional, tag = "4")]
    pub feed_version: Option<String>,
}

/// `FeedEntity`. Its id is no key: real feeds repeat it.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct FeedEntity {
    /// Unique within a message, by the standard.
    #[prost(string, optional, tag = "1")]
    pub id: Option<String>,
    /// Only of incremental feeds.
    #[prost(bool, optional, tag = "2")]
    pub is_deleted: Option<bool>,
    /// Predictions of a trip.
    #[prost(message, optional, tag = "3")]
    pub trip_update: Option<TripUpdate>,
    /// A vehicle's place.
    #[prost(message, optional, tag = "4")]
    pub vehicle: Option<VehiclePosition>,
    /// A notice.
    #[prost(message, optional, boxed, tag = "5")]
    pub alert: Option<Box<Alert>>,
}

/// `TripUpdate`.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct TripUpdate {
    /// Which run.
    #[prost(message, optional, tag = "1")]
    pub trip: Option<TripDescriptor>,
    /// By which vehicle.
    #[prost(message, optional, tag = "3")]
    pub vehicle: Option<VehicleDescriptor>,
    /// By stop.
    #[prost(message, repeated, tag = "2")]
    pub stop_time_update: Vec<StopTimeUpdate>,
    /// When the progress was measured, epoch seconds.
    #[prost(uint64, optional, tag = "4")]
    pub timestamp: Option<u64>,
    /// Deviation of the trip, seconds.
    #[prost(int32, optional, tag = "5")]
    pub delay: Option<i32>,
}

/// `TripUpdate.StopTimeUpdate`.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct StopTimeUpdate {
    /// `stop_times.stop_sequence`.
    #[prost(uint32, optional, tag = "1")]
    pub stop_sequence: Option<u32>,
    /// `stops.stop_id`.
    #[prost(string, optional, tag = "4")]
    pub stop_id: Option<String>,
    /// Arrival.
    #[prost(message, optional, tag = "2")]
    pub arrival: Option<StopTimeEvent>,
    /// Departure.
    #[prost(message, optional, tag = "3")]
    pub departure: Option<StopTimeEvent>,
    /// [`values::STOP_SKIPPED`], [`values::STOP_NO_DATA`], …; scheduled when absent.
    #[prost(int32, optional, tag = "5")]
    pub schedule_relationship: Option<i32>,
}

/// `TripUpdate.StopTimeEvent`.
#[derive(Clone, Copy, PartialEq, ::prost::Message)]
pub struct StopTimeEvent {
    /// Seconds late.
    #[prost(int32, optional, tag = "1")]
    pub delay: Option<i32>,
    /// Epoch seconds.
    #[prost(int64, optional, tag = "2")]
    pub time: Option<i64>,
    /// Expected error, seconds.
    #[prost(int32, optional, tag = "3")]
    pub uncertainty: Option<i32>,
}

/// `VehiclePosition`.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct VehiclePosition {
    /// Which run.
    #[prost(message, optional, tag = "1")]
    pub trip: Option<TripDescriptor>,
    /// Which vehicle.
    #[prost(message, optional, tag = "8")]
    pub vehicle: Option<VehicleDescriptor>,
    /// Where.
    #[prost(message, optional, tag = "2")]
    pub position: Option<Position>,
    /// Which stop, by number.
    #[prost(uint32, optional, tag = "3")]
    pub current_stop_sequence: Option<u32>,
    /// Which stop, by id.
    #[prost(string, optional, tag = "7")]
    pub stop_id: Option<String>,
    /// [`values::INCOMING_AT`], [`values::STOPPED_AT`] or [`values::IN_TRANSIT_TO`].
    #[prost(int32, optional, tag = "4")]
    pub current_status: Option<i32>,
    /// When it was measured, epoch seconds.
    #[prost(uint64, optional, tag = "5")]
    pub timestamp: Option<u64>,
    /// `OccupancyStatus`.
    #[prost(int32, optional, tag = "9")]
    pub occupancy_status: Option<i32>,
}

/// `Position`, WGS 84.
#[derive(Clone, Copy, PartialEq, ::prost::Message)]
pub struct Position {
    /// Degrees north.
    #[prost(float, optional, tag = "1")]
    pub latitude: Option<f32>,
    /// Degrees east.
    #[prost(float, optional, tag = "2")]
    pub longitude: Option<f32>,
    /// Degrees clockwise from north.
    #[prost(float, optional, tag = "3")]
    pub bearing: Option<f32>,
    /// Metres.
    #[prost(double, optional, tag = "4")]
    pub odometer: Option<f64>,
    /// m/s.
    #[prost(float, optional, tag = "5")]
    pub speed: Option<f32>,
}

/// `TripDescriptor`.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct TripDescriptor {
    /// `trips.trip_id`.
    #[prost(string, optional, tag = "1")]
    pub trip_id: Option<String>,
    /// `routes.route_id`.
    #[prost(string, optional, tag = "5")]
    pub route_id: Option<String>,
    /// `trips.direction_id`.
    #[prost(uint32, optional, tag = "6")]
    pub direction_id: Option<u32>,
    /// `HH:MM:SS`.
    #[prost(string, optional, tag = "2")]
    pub start_time: Option<String>,
    /// `YYYYMMDD`.
    #[prost(string, optional, tag = "3")]
    pub start_date: Option<String>,
    /// [`values::TRIP_CANCELED`], …; scheduled when absent.
    #[prost(int32, optional, tag = "4")]
    pub schedule_relationship: Option<i32>,
}

/// `VehicleDescriptor`.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct VehicleDescriptor {
    /// The operator's id.
    #[prost(string, optional, tag = "1")]
    pub id: Option<String>,
    /// What passengers see.
    #[prost(string, optional, tag = "2")]
    pub label: Option<String>,
    /// Plate.
    #[prost(string, optional, tag = "3")]
    pub license_plate: Option<String>,
}

/// `Alert`.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Alert {
    /// When it is shown; always, if empty.
    #[prost(message, repeated, tag = "1")]
    pub active_period: Vec<TimeRange>,
    /// Whom it concerns.
    #[prost(message, repeated, tag = "5")]
    pub informed_entity: Vec<EntitySelector>,
    /// `Alert.Cause`.
    #[prost(int32, optional, tag = "6")]
    pub cause: Option<i32>,
    /// `Alert.Effect`.
    #[prost(int32, optional, tag = "7")]
    pub effect: Option<i32>,
    /// More about it.
    #[prost(message, optional, tag = "8")]
    pub url: Option<TranslatedString>,
    /// Summary.
    #[prost(message, optional, tag = "10")]
    pub header_text: Option<TranslatedString>,
    /// Description.
    #[prost(message, optional, tag = "11")]
    pub description_text: Option<TranslatedString>,
    /// `Alert.SeverityLevel`.
    #[prost(int32, optional, tag = "14")]
    pub severity_level: Option<i32>,
}

/// `TimeRange`, epoch seconds; open where absent.
#[derive(Clone, Copy, PartialEq, Eq, ::prost::Message)]
pub struct TimeRange {
    /// From, inclusive.
    #[prost(uint64, optional, tag = "1")]
    pub start: Option<u64>,
    /// To, exclusive.
    #[prost(uint64, optional, tag = "2")]
    pub end: Option<u64>,
}

/// `EntitySelector`: all that is given must hold.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct EntitySelector {
    /// `agency.agency_id`.
    #[prost(string, optional, tag = "1")]
    pub agency_id: Option<String>,
    /// `routes.route_id`.
    #[prost(string, optional, tag = "2")]
    pub route_id: Option<String>,
    /// `routes.route_type`.
    #[prost(int32, optional, tag = "3")]
    pub route_type: Option<i32>,
    /// A run.
    #[prost(message, optional, tag = "4")]
    pub trip: Option<TripDescriptor>,
    /// `stops.stop_id`.
    #[prost(string, optional, tag = "5")]
    pub stop_id: Option<String>,
    /// `trips.direction_id`.
    #[prost(uint32, optional, tag = "6")]
    pub direction_id: Option<u32>,
}

/// `TranslatedString`.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct TranslatedString {
    /// At least one.
    #[prost(message, repeated, tag = "1")]
    pub translation: Vec<Translation>,
}

/// `TranslatedString.Translation`.
#[derive(Clone, PartialEq, Eq, ::prost::Message)]
pub struct Translation {
    /// The text.
    #[prost(string, optional, tag = "1")]
    pub text: Option<String>,
    /// BCP 47.
    #[prost(string, optional, tag = "2")]
    pub language: Option<String>,
}

/// The numbers of the standard's enums that mean something here.
pub mod values {
    /// `FeedHeader.Incrementality`.
    pub const FULL_DATASET: i32 = 0;
    /// `FeedHeader.Incrementality`: the standard leaves its meaning open.
    pub const DIFFERENTIAL: i32 = 1;

    /// `VehicleStopStatus`.
    pub const INCOMING_AT: i32 = 0;
    /// `VehicleStopStatus`.
    pub const STOPPED_AT: i32 = 1;
    /// `VehicleStopStatus`.
    pub const IN_TRANSIT_TO: i32 = 2;

    /// `TripDescriptor.ScheduleRelationship`.
    pub const TRIP_SCHEDULED: i32 = 0;
    /// `TripDescriptor.ScheduleRelationship`, deprecated.
    pub const TRIP_ADDED: i32 = 1;
    /// `TripDescriptor.ScheduleRelationship`.
    pub const TRIP_UNSCHEDULED: i32 = 2;
    /// `TripDescriptor.ScheduleRelationship`.
    pub const TRIP_CANCELED: i32 = 3;
    /// `TripDescriptor.ScheduleRelationship`.
    pub const TRIP_REPLACEMENT: i32 = 5;
    /// `TripDescriptor.ScheduleRelationship`.
    pub const TRIP_DUPLICATED: i32 = 6;
    /// `TripDescriptor.ScheduleRelationship`.
    pub const TRIP_DELETED: i32 = 7;
    /// `TripDescriptor.ScheduleRelationship`.
    pub const TRIP_NEW: i32 = 8;

    /// `StopTimeUpdate.ScheduleRelationship`.
    pub const STOP_SKIPPED: i32 = 1;
    /// `StopTimeUpdate.ScheduleRelationship`.
    pub const STOP_NO_DATA: i32 = 2;

    /// `Alert.Cause`.
    pub const CAUSE_UNKNOWN: i32 = 1;
    /// `Alert.Effect`.
    pub const EFFECT_REDUCED_SERVICE: i32 = 2;
    /// `Alert.Effect`.
    pub const EFFECT_SIGNIFICANT_DELAYS: i32 = 3;
    /// `Alert.Effect`.
    pub const EFFECT_DETOUR: i32 = 4;
    /// `Alert.Effect`.
    pub const EFFECT_MODIFIED_SERVICE: i32 = 6;
    /// `Alert.SeverityLevel`.
    pub const SEVERITY_INFO: i32 = 2;
    /// `Alert.SeverityLevel`.
    pub const SEVERITY_WARNING: i32 = 3;

    /// The version that is written.
    pub const VERSION: &str = "2.0";
}
