//! Intensity.

use serde::{Deserialize, Serialize};

wire! {
    /// `GET /api/v1/segments?bbox=`.
    pub struct SegmentList {
        /// When.
        pub at: i64,
        /// The segments.
        pub segments: Vec<Segment>,
        /// There are more than the server gives at once: ask for a smaller box.
        pub more: bool,
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

    /// Where buses go by the timetable, whether anything runs now or not. `GET /api/v1/network?bbox=`.
    pub struct Network {
        /// The lines between consecutive stops, each direction by itself; first those, whole, whose stops leave
        /// most of them out.
        pub lines: Vec<NetworkLine>,
        /// There are more than the server gives at once: ask for a smaller box.
        pub more: bool,
    }

    /// The line of a segment.
    pub struct NetworkLine {
        /// From here …
        pub from_stop_id: String,
        /// … to here.
        pub to_stop_id: String,
        /// Lon, lat, …, degrees × 1e5, each a difference to the one before.
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
        /// Its name.
        pub route_short_name: Option<String>,
        /// Plan.
        pub scheduled_vph: f32,
        /// Fact.
        pub observed_vph: Option<f32>,
        /// Share of the hour observed.
        pub coverage: f32,
    }
}
