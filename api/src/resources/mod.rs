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

mod alerts;
mod appeals;
mod channels;
mod commands;
mod desk;
mod evidence;
mod fresh;
mod headways;
mod routes;
mod segments;
mod status;
mod stops;
mod vehicles;

pub use alerts::*;
pub use appeals::*;
pub use channels::*;
pub use commands::*;
pub use desk::*;
pub use evidence::*;
pub use fresh::*;
pub use headways::*;
pub use routes::*;
pub use segments::*;
pub use status::*;
pub use stops::*;
pub use vehicles::*;

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
