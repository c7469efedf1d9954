//! `/api/v1`: one file for each resource.

pub(super) mod alerts;
pub(super) mod feeds;
pub(super) mod headways;
pub(super) mod incidents;
pub(super) mod past;
pub(super) mod routes;
pub(super) mod search;
pub(super) mod segments;
pub(super) mod status;
pub(super) mod stops;
pub(super) mod vehicles;

use super::App;
use axum::routing::{MethodRouter, get};

/// Paths and handlers of the API. The OpenAPI document names the same, which a test checks.
pub fn routes() -> Vec<(&'static str, MethodRouter<App>)> {
    vec![
        ("/api/v1/status", get(status::status)),
        ("/api/v1/vehicles", get(vehicles::list)),
        ("/api/v1/vehicles/{vehicle_id}", get(vehicles::one)),
        ("/api/v1/past/vehicles", get(past::vehicles)),
        ("/api/v1/routes", get(routes::list)),
        ("/api/v1/routes/{route_id}", get(routes::one)),
        ("/api/v1/patterns/{pattern_id}", get(routes::pattern)),
        ("/api/v1/stops", get(stops::list)),
        ("/api/v1/stops/{stop_id}", get(stops::one)),
        ("/api/v1/segments", get(segments::list)),
        ("/api/v1/segments/{from_stop_id}/{to_stop_id}", get(segments::one)),
        ("/api/v1/network", get(segments::network)),
        ("/api/v1/headways", get(headways::list)),
        ("/api/v1/incidents", get(incidents::list)),
        ("/api/v1/alerts", get(alerts::list)),
        ("/api/v1/feeds", get(feeds::list)),
        ("/api/v1/search", get(search::search)),
    ]
}
