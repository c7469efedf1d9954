//! Appeals on the dispatcher's map: what happened where and when, and never to whom.

use serde::{Deserialize, Serialize};

wire! {
    /// `GET /api/v1/staff/appeals/fresh`.
    pub struct FreshAppeals {
        /// The register's now, epoch seconds.
        pub at: i64,
        /// What is shown was registered, or with `at` happened, from then …
        pub from: i64,
        /// … to then.
        pub to: i64,
        /// The newest first.
        pub appeals: Vec<FreshAppeal>,
        /// There are more than are told.
        pub more: bool,
    }

    /// An appeal without the person behind it. What the asker's role does not see is `null`.
    pub struct FreshAppeal {
        /// Number.
        pub number: String,
        /// Kind.
        pub kind: Option<String>,
        /// Status.
        pub status: String,
        /// What the record says of it.
        pub finding: Option<String>,
        /// Somebody is or was in danger.
        pub safety: bool,
        /// Route.
        pub route_id: Option<String>,
        /// `route_short_name`, else its id.
        pub route_short_name: Option<String>,
        /// Stop.
        pub stop_id: Option<String>,
        /// Its name in the reader's language, else its id.
        pub stop_name: Option<String>,
        /// Vehicle.
        pub vehicle_id: Option<String>,
        /// When it happened, epoch seconds.
        pub event_at: Option<i64>,
        /// When it was put into the register.
        pub registered_at: i64,
        /// Degrees, of the stop; without one of the vehicle now. Never of the person's telephone.
        pub lat: Option<f64>,
        /// Degrees.
        pub lon: Option<f64>,
        /// The place is that of the vehicle, which has driven on since.
        pub at_vehicle: bool,
    }

    /// `GET /api/v1/past/vehicles`.
    pub struct PastVehicles {
        /// The time that was asked for, epoch seconds.
        pub at: i64,
        /// Vehicles that the record saw at a stop before and at a stop after it.
        pub vehicles: Vec<PastVehicle>,
    }

    /// A vehicle between two stops where it was seen. Its place is one of even driving between them.
    pub struct PastVehicle {
        /// Vehicle.
        pub vehicle_id: String,
        /// Route.
        pub route_id: String,
        /// `route_short_name`.
        pub route_short_name: String,
        /// Trip.
        pub trip_id: String,
        /// The stop that it left …
        pub from_stop_id: String,
        /// … then, epoch seconds.
        pub from_at: i64,
        /// The stop that it came to …
        pub to_stop_id: String,
        /// … then.
        pub to_at: i64,
        /// Degrees.
        pub lat: f64,
        /// Degrees.
        pub lon: f64,
    }
}
