//! Stops.

use crate::http::App;
use crate::http::answer::{Freshness, json};
use crate::http::asked::Asked;
use crate::http::path::Path;
use crate::problem::ProblemResponse;
use api::{Problem, StopDetail, StopList};
use axum::extract::State;
use axum::response::Response;

/// Stops that are served: in a box, or by name.
#[utoipa::path(get, path = "/api/v1/stops", tag = "stops",
    params(
        ("bbox" = Option<String>, Query, description = "west,south,east,north, degrees"),
        ("q" = Option<String>, Query, description = "Part of the name, in any language"),
        ("limit" = Option<u32>, Query, description = "At most so many"),
        ("lang" = Option<String>, Query, description = "kk, ru or en; else by cookie, Accept-Language, the server's default")),
    responses((status = 200, body = StopList), (status = 400, description = "A parameter is not understood", body = Problem, content_type = "application/problem+json")))]
pub async fn list(State(app): State<App>, asked: Asked) -> Result<Response, ProblemResponse> {
    let view = app.reads.view(asked.language);
    let (bounds, limit) = (asked.bounds()?, asked.limit(app.limits.stops)?);
    Ok(json(&asked, &view, Freshness::Timetable, || match asked.param("q") {
        Some(query) => view.stops_named(query, bounds, limit),
        None => view.stops(bounds, limit),
    }))
}

/// A stop: what comes, what left. Of a station, of all its platforms.
#[utoipa::path(get, path = "/api/v1/stops/{stop_id}", tag = "stops",
    params(("stop_id" = String, Path), ("lang" = Option<String>, Query, description = "kk, ru or en; else by cookie, Accept-Language, the server's default")),
    responses((status = 200, body = StopDetail), (status = 404, description = "There is none of this id", body = Problem, content_type = "application/problem+json")))]
pub async fn one(
    State(app): State<App>,
    asked: Asked,
    Path(id): Path<String>,
) -> Result<Response, ProblemResponse> {
    let view = app.reads.view(asked.language);
    let detail = app.reads.stop_detail(&view, &id)?;
    Ok(json(&asked, &view, Freshness::Live, || detail))
}
