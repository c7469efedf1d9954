//! Vehicles.

use crate::http::App;
use crate::http::answer::{Freshness, json};
use crate::http::asked::Asked;
use crate::http::path::Path;
use crate::problem::ProblemResponse;
use crate::view::VehicleFilter;
use api::{Problem, VehicleDetail, VehicleList};
use axum::extract::State;
use axum::response::Response;

/// Vehicles heard of lately.
#[utoipa::path(get, path = "/api/v1/vehicles", tag = "vehicles",
    params(
        ("bbox" = Option<String>, Query, description = "west,south,east,north, degrees"),
        ("route_id" = Option<String>, Query, description = "Only of this route"),
        ("limit" = Option<u32>, Query, description = "At most so many"),
        ("lang" = Option<String>, Query, description = "kk, ru or en; else by cookie, Accept-Language, the server's default")),
    responses((status = 200, body = VehicleList), (status = 400, description = "A parameter is not understood", body = Problem, content_type = "application/problem+json"), (status = 404, description = "There is none of this id", body = Problem, content_type = "application/problem+json")))]
pub async fn list(State(app): State<App>, asked: Asked) -> Result<Response, ProblemResponse> {
    let view = app.reads.view(asked.language);
    let route = asked.param("route_id").map(|id| app.reads.route(&view, id)).transpose()?;
    let filter = VehicleFilter { bounds: asked.bounds()?, route };
    let limit = asked.limit(app.limits.vehicles)?;
    Ok(json(&asked, &view, Freshness::Live, || view.vehicles(filter, limit)))
}

/// A vehicle with every stop of its run: plan, fact, forecast.
#[utoipa::path(get, path = "/api/v1/vehicles/{vehicle_id}", tag = "vehicles",
    params(("vehicle_id" = String, Path), ("lang" = Option<String>, Query, description = "kk, ru or en; else by cookie, Accept-Language, the server's default")),
    responses((status = 200, body = VehicleDetail), (status = 404, description = "There is none of this id", body = Problem, content_type = "application/problem+json")))]
pub async fn one(
    State(app): State<App>,
    asked: Asked,
    Path(id): Path<String>,
) -> Result<Response, ProblemResponse> {
    let view = app.reads.view(asked.language);
    let detail = app.reads.vehicle_detail(&view, &id)?;
    Ok(json(&asked, &view, Freshness::Live, || detail))
}
