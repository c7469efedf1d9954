//! Routes, their patterns and their live service.

use super::{Alert, Incident, Vehicle};
use serde::{Deserialize, Serialize};

wire! {
    /// `GET /api/v1/routes`.
    pub struct RouteList {
        /// When.
        pub at: i64,
        /// All routes of the timetable, in its order.
        pub routes: Vec<Route>,
    }

    /// A route with its live service.
    pub struct Route {
        /// Route.
        pub route_id: String,
        /// `route_short_name`.
        pub short_name: String,
        /// `route_long_name`.
        pub long_name: String,
        /// The standard's `route_type`.
        pub route_type: u16,
        /// `#rrggbb`.
        pub color: Option<String>,
        /// `#rrggbb`.
        pub text_color: Option<String>,
        /// One for each direction.
        pub directions: Vec<Direction>,
    }

    /// Live service of a route in a direction. All shares are 0..1; `null` is unknown.
    pub struct Direction {
        /// Direction.
        pub direction_id: Option<u8>,
        /// Where it goes.
        pub headsign: String,
        /// Vehicles in service.
        pub vehicles: u32,
        /// Planned to be in service.
        pub scheduled_vehicles: u32,
        /// Runs that nobody drives.
        pub ghosts: u32,
        /// Planned headway now.
        pub scheduled_headway_s: Option<i32>,
        /// Median of the last hour.
        pub median_headway_s: Option<i32>,
        /// AWT − SWT of the last hour.
        pub excess_wait_s: Option<f32>,
        /// Bunched or very bunched.
        pub bunched_share: Option<f32>,
        /// Gapped or very gapped.
        pub gapped_share: Option<f32>,
        /// −1 to +5 min.
        pub on_time_share: Option<f32>,
        /// Fewer than 5 an hour: punctuality counts, not headway.
        pub by_timetable: bool,
        /// Share of the last hour that was observed.
        pub coverage: f32,
    }

    /// `GET /api/v1/routes/{route_id}`.
    pub struct RouteDetail {
        /// When.
        pub at: i64,
        /// The route.
        pub route: Route,
        /// Its patterns, the most used first.
        pub patterns: Vec<Pattern>,
        /// Its vehicles now.
        pub vehicles: Vec<Vehicle>,
        /// Hours of today so far, planned and observed.
        pub hours: Vec<RouteHour>,
        /// Its open incidents.
        pub incidents: Vec<Incident>,
        /// What its agency tells of it.
        pub alerts: Vec<Alert>,
    }

    /// A pattern with its line. `GET /api/v1/patterns/{pattern_id}`.
    pub struct Pattern {
        /// Index in the loaded timetable; changes when a new one is loaded (see `Status`).
        pub pattern_id: u32,
        /// Route.
        pub route_id: String,
        /// Direction.
        pub direction_id: Option<u8>,
        /// Where it goes.
        pub headsign: String,
        /// True where the feed gave no shape.
        pub straight: bool,
        /// Points of the shape, lon, lat, lon, lat, …, degrees × 1e5, each a difference to the one before.
        pub line_e5: Vec<i32>,
        /// Its stops.
        pub stops: Vec<PatternStop>,
    }

    /// A stop in a pattern.
    pub struct PatternStop {
        /// Stop.
        pub stop_id: String,
        /// Its name.
        pub stop_name: String,
        /// Degrees.
        pub lat: f64,
        /// Degrees.
        pub lon: f64,
        /// Metres along the shape.
        pub offset_m: f64,
    }

    /// One hour of one route and direction, plan against fact.
    pub struct RouteHour {
        /// Start of the hour.
        pub hour: i64,
        /// Direction.
        pub direction_id: Option<u8>,
        /// Departures planned from the busiest stop.
        pub scheduled: u32,
        /// Departures observed there; `null` when nothing was observed.
        pub observed: Option<u32>,
        /// Share of the hour that was observed.
        pub coverage: f32,
        /// Mean observed headway.
        pub mean_headway_s: Option<i32>,
        /// AWT − SWT.
        pub excess_wait_s: Option<f32>,
    }
}
