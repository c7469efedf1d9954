//! Headways and incidents.

use super::{HeadwayStatus, IncidentKind};
use serde::{Deserialize, Serialize};

wire! {
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
}
