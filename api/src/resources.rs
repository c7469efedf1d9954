//! Resources of `/api/v1`.

use serde::{Deserialize, Serialize};

/// Declares wire structs: all public, all serialisable, all in the OpenAPI document.
macro_rules! wire {
    ($($(#[$meta:meta])* pub struct $name:ident { $($(#[$fmeta:meta])* pub $field:ident: $ty:ty,)* })*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name { $($(#[$fmeta])* pub $field: $ty,)* }
    )*};
}

/// Band of an observed against the planned headway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum HeadwayStatus {
    /// No leader, a hole in the data or no plan.
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

/// What kind of incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum IncidentKind {
    /// Vehicles of a route run together.
    Bunching,
    /// Too long without a vehicle.
    Gap,
    /// A scheduled run that nobody drives.
    Ghost,
    /// A vehicle has left the line of its trip.
    OffRoute,
    /// A feed does not answer or its data are old.
    FeedDown,
}

wire! {
    /// The server, its clock and its city. `GET /api/v1/status`.
    pub struct Status {
        /// The server's now. In the demo the demo city's own clock.
        pub at: i64,
        /// Agency time zone, IANA name.
        pub zone: String,
        /// Seconds that `zone` is ahead of UTC at `at`.
        pub utc_offset_s: i32,
        /// Agency or city name.
        pub agency_name: String,
        /// True for the simulated city.
        pub demo: bool,
        /// Seconds of the city's clock for each second of ours; 1 outside the demo.
        pub speed: f64,
        /// True while the demo's history is still being made or the store catches up.
        pub warming_up: bool,
        /// True when nothing can be written to the record just now; the map goes on.
        pub store_down: bool,
        /// Where the map starts: west, south, east, north, degrees.
        pub bounds: Option<[f64; 4]>,
        /// Health of each feed.
        pub feeds: Vec<Feed>,
    }

    /// `GET /api/v1/vehicles?bbox=west,south,east,north&route_id=`.
    pub struct VehicleList {
        /// When.
        pub at: i64,
        /// The vehicles.
        pub vehicles: Vec<Vehicle>,
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
        /// Headway there, once passed.
        pub headway_s: Option<i32>,
    }

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

    /// `GET /api/v1/stops?bbox=` or `?q=`.
    pub struct StopList {
        /// When.
        pub at: i64,
        /// The stops.
        pub stops: Vec<Stop>,
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

    /// `GET /api/v1/segments?bbox=`.
    pub struct SegmentList {
        /// When.
        pub at: i64,
        /// The segments.
        pub segments: Vec<Segment>,
    }

    /// Intensity of a segment over the last 60 minutes, all routes.
    pub struct Segment {
        /// From here …
        pub from_stop_id: String,
        /// … to here.
        pub to_stop_id: String,
        /// Name.
        pub from_stop_name: String,
        /// Name.
        pub to_stop_name: String,
        /// Short names of the routes that run it.
        pub routes: Vec<String>,
        /// Planned vehicles per hour.
        pub scheduled_vph: f32,
        /// Observed vehicles per observed hour; `null` when nothing was observed.
        pub observed_vph: Option<f32>,
        /// Share of the 60 minutes observed.
        pub coverage: f32,
        /// Its line: lon, lat, …, degrees × 1e5, each a difference to the one before.
        pub line_e5: Vec<i32>,
    }

    /// A segment by the hour. `GET /api/v1/segments/{from_stop_id}/{to_stop_id}`.
    pub struct SegmentDetail {
        /// When.
        pub at: i64,
        /// The segment.
        pub segment: Segment,
        /// Hours of today so far, all routes and each route.
        pub hours: Vec<SegmentHour>,
    }

    /// One hour of a segment.
    pub struct SegmentHour {
        /// Start of the hour.
        pub hour: i64,
        /// `null` for all routes.
        pub route_id: Option<String>,
        /// Plan.
        pub scheduled_vph: f32,
        /// Fact.
        pub observed_vph: Option<f32>,
        /// Share of the hour observed.
        pub coverage: f32,
    }

    /// `GET /api/v1/headways?route_id=&direction_id=&stop_id=&from=&to=`.
    pub struct HeadwayList {
        /// When.
        pub at: i64,
        /// By time.
        pub headways: Vec<Headway>,
        /// Summary of the window.
        pub summary: HeadwaySummary,
    }

    /// One headway.
    pub struct Headway {
        /// Service day, YYYYMMDD.
        pub service_date: String,
        /// Route.
        pub route_id: String,
        /// Direction.
        pub direction_id: Option<u8>,
        /// Stop.
        pub stop_id: String,
        /// Follower's trip.
        pub trip_id: String,
        /// Leader's trip.
        pub leader_trip_id: String,
        /// Follower's vehicle.
        pub vehicle_id: String,
        /// When.
        pub at: i64,
        /// Fact.
        pub headway_s: i32,
        /// Plan.
        pub scheduled_headway_s: Option<i32>,
        /// The band.
        pub status: HeadwayStatus,
    }

    /// Waiting in a window: AWT = Σh²/2Σh, EWT = AWT − SWT.
    pub struct HeadwaySummary {
        /// How many.
        pub count: u32,
        /// Mean.
        pub mean_headway_s: Option<f32>,
        /// AWT.
        pub average_wait_s: Option<f32>,
        /// SWT.
        pub scheduled_wait_s: Option<f32>,
        /// EWT.
        pub excess_wait_s: Option<f32>,
        /// Share of the window observed.
        pub coverage: f32,
    }

    /// `GET /api/v1/incidents?from=&to=&kind=&route_id=`; without a window: open ones and the last hour's.
    pub struct IncidentList {
        /// When.
        pub at: i64,
        /// Newest first.
        pub incidents: Vec<Incident>,
    }

    /// Something a dispatcher may act on.
    pub struct Incident {
        /// For links.
        pub incident_id: String,
        /// Kind.
        pub kind: IncidentKind,
        /// Route.
        pub route_id: Option<String>,
        /// `route_short_name`.
        pub route_short_name: Option<String>,
        /// Direction.
        pub direction_id: Option<u8>,
        /// Stop.
        pub stop_id: Option<String>,
        /// Its name.
        pub stop_name: Option<String>,
        /// Vehicle.
        pub vehicle_id: Option<String>,
        /// Run.
        pub trip_id: Option<String>,
        /// Feed.
        pub feed_id: Option<String>,
        /// Since when.
        pub opened_at: i64,
        /// Until when.
        pub closed_at: Option<i64>,
        /// Bunching, gap: headway, s. Ghost: s late. Off route: m. Feed down: age, s.
        pub value: f64,
        /// Shown, not alarmed: the feed is down.
        pub suppressed: bool,
        /// Degrees, where there is a place.
        pub lat: Option<f64>,
        /// Degrees.
        pub lon: Option<f64>,
    }

    /// `GET /api/v1/feeds`.
    pub struct FeedList {
        /// When.
        pub at: i64,
        /// All.
        pub feeds: Vec<Feed>,
    }

    /// Health of a feed.
    pub struct Feed {
        /// Its name in the settings.
        pub feed_id: String,
        /// `header.timestamp` of the last good dataset.
        pub header_at: Option<i64>,
        /// When that was received.
        pub received_at: Option<i64>,
        /// Positions accepted since the start.
        pub accepted: u64,
        /// Refused since the start, by reason.
        pub rejected: std::collections::BTreeMap<String, u64>,
        /// Failed fetches in a row.
        pub failures_in_row: u32,
        /// The last failure, in words.
        pub last_error: Option<String>,
        /// Of the positions that name a trip, how many were matched.
        pub matched_share: Option<f32>,
        /// Median age of positions.
        pub age_s: Option<i32>,
        /// Alarms are suppressed because of it.
        pub down: bool,
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
