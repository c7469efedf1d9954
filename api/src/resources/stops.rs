//! Stops and their boards.

use super::{Alert, HeadwayStatus};
use serde::{Deserialize, Serialize};

wire! {
    /// `GET /api/v1/stops?bbox=` or `?q=`.
    pub struct StopList {
        /// When.
        pub at: i64,
        /// The stops.
        pub stops: Vec<Stop>,
        /// There are more than the server gives at once: ask for a smaller box.
        pub more: bool,
    }

    /// A stop.
    pub struct Stop {
        /// Stop.
        pub stop_id: String,
        /// `stop_code`.
        pub code: Option<String>,
        /// Name in the reader's language.
        pub name: String,
        /// Degrees.
        pub lat: f64,
        /// Degrees.
        pub lon: f64,
        /// Short names of the routes that serve it.
        pub routes: Vec<String>,
    }

    /// `GET /api/v1/stops/{stop_id}`.
    pub struct StopDetail {
        /// When.
        pub at: i64,
        /// The stop.
        pub stop: Stop,
        /// What comes.
        pub next: Vec<Arrival>,
        /// What left.
        pub last: Vec<Departure>,
        /// What agencies tell of it and of its routes.
        pub alerts: Vec<Alert>,
    }

    /// A bus that comes.
    pub struct Arrival {
        /// Route.
        pub route_id: String,
        /// `route_short_name`.
        pub route_short_name: String,
        /// Direction.
        pub direction_id: Option<u8>,
        /// Where it goes.
        pub headsign: String,
        /// Trip.
        pub trip_id: String,
        /// Plan.
        pub scheduled: i64,
        /// Forecast; `null` where no vehicle is known to drive it.
        pub expected: Option<i64>,
        /// One bus in ten comes before this; `null` where nothing can be said. Given also where only the plan
        /// speaks for it.
        pub expected_earliest: Option<i64>,
        /// One bus in ten comes after this.
        pub expected_latest: Option<i64>,
        /// Vehicle.
        pub vehicle_id: Option<String>,
        /// The vehicle's band.
        pub headway_status: HeadwayStatus,
    }

    /// A bus that left.
    pub struct Departure {
        /// Route.
        pub route_id: String,
        /// `route_short_name`.
        pub route_short_name: String,
        /// Direction.
        pub direction_id: Option<u8>,
        /// Where it goes.
        pub headsign: String,
        /// Trip.
        pub trip_id: String,
        /// Vehicle.
        pub vehicle_id: String,
        /// Plan.
        pub scheduled: i64,
        /// Fact.
        pub departed: i64,
        /// Seconds since the leader.
        pub headway_s: Option<i32>,
        /// The plan.
        pub scheduled_headway_s: Option<i32>,
        /// The band.
        pub headway_status: HeadwayStatus,
    }

    /// `GET /api/v1/search?q=`.
    pub struct SearchResult {
        /// Best first, bounded.
        pub hits: Vec<SearchHit>,
        /// There are more.
        pub more: bool,
    }

    /// A thing found.
    pub struct SearchHit {
        /// `route`, `stop` or `vehicle`.
        pub kind: String,
        /// Its id.
        pub id: String,
        /// Its name.
        pub name: String,
        /// A second line.
        pub detail: String,
        /// Degrees, where it has a place.
        pub lat: Option<f64>,
        /// Degrees.
        pub lon: Option<f64>,
    }
}
