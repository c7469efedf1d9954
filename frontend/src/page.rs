//! What can be rendered.

use api::{
    IncidentList, RouteDetail, RouteList, SearchResult, SegmentDetail, Status, StopDetail,
    StopList, VehicleDetail,
};

/// Language of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Kazakh, the state language.
    Kk,
    /// Russian.
    #[default]
    Ru,
    /// English.
    En,
}

/// What every page needs beside its data.
#[derive(Clone, Debug)]
pub struct Shell {
    /// Reader's language.
    pub language: Language,
    /// `light`, `dark`, or `None` to follow the system.
    pub theme: Option<&'static str>,
    /// Path and query of this page, for links that change the language only.
    pub path: String,
    /// Clock and feed health.
    pub status: Status,
    /// Nonce of this answer's Content-Security-Policy.
    pub nonce: String,
    /// Names by content hash: the page's script and WebAssembly, from `target/site/hash.txt`.
    pub script_hash: String,
    /// See `script_hash`.
    pub wasm_hash: String,
    /// The same of the desks' own bundle.
    pub desk_script_hash: String,
    /// See `desk_script_hash`.
    pub desk_wasm_hash: String,
    /// `plain`, `none` (our own drawing of the files at `/basemap/`), a path to a `.pmtiles` file served by us, or the URL of a style.
    pub basemap: String,
    /// There is a register of appeals to lead to.
    pub register: bool,
    /// Who of the staff is signed in.
    pub member: Option<api::StaffMember>,
}

/// The pages.
#[derive(Clone, Debug)]
pub enum Page {
    /// `/`: the live map with the list of routes.
    Map(Box<RouteList>),
    /// `/routes`.
    Routes(Box<RouteList>),
    /// `/routes/{route_id}`.
    Route(Box<RouteDetail>),
    /// `/stops`.
    Stops(Box<StopList>),
    /// `/stops/{stop_id}`.
    Stop(Box<StopDetail>),
    /// `/vehicles/{vehicle_id}`.
    Vehicle(Box<VehicleDetail>),
    /// `/segments/{from}/{to}`.
    Segment(Box<SegmentDetail>),
    /// `/incidents`.
    Incidents(Box<IncidentList>),
    /// `/feeds`: health of the feeds.
    Feeds,
    /// `/search?q=`.
    Search {
        /// What was asked.
        query: String,
        /// What was found.
        result: Box<SearchResult>,
    },
    /// A page of the register of appeals.
    #[cfg(feature = "ssr")]
    Office(Box<crate::office::OfficePage>),
    /// Not found or not possible: status, and what to do.
    Error(api::Problem),
}
