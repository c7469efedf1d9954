//! What agencies tell passengers.

use serde::{Deserialize, Serialize};

wire! {
    /// `GET /api/v1/alerts`.
    pub struct AlertList {
        /// When.
        pub at: i64,
        /// Alerts that hold or will hold.
        pub alerts: Vec<Alert>,
    }

    /// A notice of an agency (GTFS-realtime `Alert`), in the reader's language or the nearest that it has.
    pub struct Alert {
        /// Feed and the entity's id in it.
        pub alert_id: String,
        /// Feed.
        pub feed_id: String,
        /// The standard's `cause` in snake case.
        pub cause: Option<String>,
        /// The standard's `effect` in snake case.
        pub effect: Option<String>,
        /// `info`, `warning` or `severe`.
        pub severity: Option<String>,
        /// Language of the text, BCP 47.
        pub language: Option<String>,
        /// Summary.
        pub header: Option<String>,
        /// Description.
        pub description: Option<String>,
        /// More about it.
        pub url: Option<String>,
        /// It holds now; else it will.
        pub active: bool,
        /// Since or from when; `null` if not said.
        pub active_from: Option<i64>,
        /// Until when; `null` if not said.
        pub active_until: Option<i64>,
        /// Routes that it names.
        pub routes: Vec<AlertRoute>,
        /// Stops that it names.
        pub stops: Vec<AlertStop>,
    }

    /// A route that an alert names.
    pub struct AlertRoute {
        /// Route.
        pub route_id: String,
        /// `route_short_name`.
        pub route_short_name: String,
    }

    /// A stop that an alert names.
    pub struct AlertStop {
        /// Stop.
        pub stop_id: String,
        /// Its name.
        pub stop_name: String,
    }
}
