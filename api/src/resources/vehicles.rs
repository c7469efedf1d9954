//! Vehicles and their runs.

use super::HeadwayStatus;
use serde::{Deserialize, Serialize};

wire! {
    /// `GET /api/v1/vehicles?bbox=west,south,east,north&route_id=`.
    pub struct VehicleList {
        /// When.
        pub at: i64,
        /// The vehicles.
        pub vehicles: Vec<Vehicle>,
        /// There are more than the server gives at once: ask for a smaller box.
        pub more: bool,
    }

    /// One vehicle.
    pub struct Vehicle {
        /// `vehicle.id` of the feed.
        pub vehicle_id: String,
        /// What people see on the bus, if it differs.
        pub label: Option<String>,
        /// Route.
        pub route_id: Option<String>,
        /// `route_short_name`.
        pub route_short_name: Option<String>,
        /// Direction.
        pub direction_id: Option<u8>,
        /// Trip.
        pub trip_id: Option<String>,
        /// Service day of the run, YYYYMMDD.
        pub service_date: Option<String>,
        /// Where it goes.
        pub headsign: Option<String>,
        /// Degrees.
        pub lat: f64,
        /// Degrees.
        pub lon: f64,
        /// Degrees clockwise from north.
        pub bearing_deg: Option<f32>,
        /// Metres a second.
        pub speed_mps: Option<f32>,
        /// When it was measured.
        pub measured_at: i64,
        /// The pattern that it drives.
        pub pattern_id: Option<u32>,
        /// Metres along the pattern's shape.
        pub along_m: Option<f64>,
        /// Next stop (the current one while at it).
        pub next_stop_id: Option<String>,
        /// Its name.
        pub next_stop_name: Option<String>,
        /// True while at that stop.
        pub at_stop: bool,
        /// Seconds late; negative is early.
        pub schedule_deviation_s: Option<i32>,
        /// Seconds behind the leader.
        pub headway_s: Option<i32>,
        /// The plan.
        pub scheduled_headway_s: Option<i32>,
        /// The band.
        pub headway_status: HeadwayStatus,
        /// The leader.
        pub leader_vehicle_id: Option<String>,
        /// Away from the line of its trip.
        pub off_route: bool,
        /// At a terminal or parked between trips.
        pub layover: bool,
        /// The standard's `occupancy_status`.
        pub occupancy_status: Option<u8>,
        /// False for a trip that was inferred, not named by the feed.
        pub trip_named: bool,
    }

    /// A vehicle with its trip. `GET /api/v1/vehicles/{vehicle_id}`.
    pub struct VehicleDetail {
        /// When.
        pub at: i64,
        /// The vehicle.
        pub vehicle: Vehicle,
        /// Every stop of its run: plan, fact, forecast.
        pub stops: Vec<TripStop>,
    }

    /// One stop of a run.
    pub struct TripStop {
        /// Stop.
        pub stop_id: String,
        /// Its name.
        pub stop_name: String,
        /// GTFS's number.
        pub stop_sequence: u32,
        /// Metres along the shape.
        pub offset_m: f64,
        /// Plan.
        pub scheduled_arrival: i64,
        /// Plan.
        pub scheduled_departure: i64,
        /// Fact.
        pub arrival: Option<i64>,
        /// Fact.
        pub departure: Option<i64>,
        /// Forecast of the arrival, for stops ahead.
        pub expected_arrival: Option<i64>,
        /// One bus in ten comes before this.
        pub expected_earliest: Option<i64>,
        /// One bus in ten comes after this.
        pub expected_latest: Option<i64>,
        /// Headway there, once passed.
        pub headway_s: Option<i32>,
    }
}
