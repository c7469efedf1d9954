//! The map of another time.

use crate::http::App;
use crate::http::answer::{Freshness, json};
use crate::http::asked::Asked;
use crate::problem::ProblemResponse;
use api::{PastVehicles, Problem};
use axum::extract::State;
use axum::response::Response;

/// Vehicles of a route at another time, between the stops where the record saw them.
#[utoipa::path(get, path = "/api/v1/past/vehicles", tag = "vehicles",
    params(
        ("route_id" = String, Query, description = "Route"),
        ("at" = String, Query, description = "Epoch seconds or RFC 3339"),
        ("lang" = Option<String>, Query, description = "kk, ru or en; else by cookie, Accept-Language, the server's default")),
    responses((status = 200, body = PastVehicles), (status = 400, description = "A parameter is not understood", body = Problem, content_type = "application/problem+json"), (status = 503, description = "The record cannot be read", body = Problem, content_type = "application/problem+json")))]
pub async fn vehicles(State(app): State<App>, asked: Asked) -> Result<Response, ProblemResponse> {
    let view = app.reads.view(asked.language);
    let (Some(route_id), Some(at)) = (asked.param("route_id"), asked.instant("at")?) else {
        return Err(ProblemResponse::bad_request(
            "say of which route and when: /api/v1/past/vehicles?route_id=12&at=1795449600",
        ));
    };
    let past = app.reads.past_vehicles(&view, route_id, at).await?;
    Ok(json(&asked, &view, Freshness::Record, || past))
}
