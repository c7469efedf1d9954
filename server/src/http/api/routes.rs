//! Routes and patterns.

use crate::http::App;
use crate::http::answer::{Freshness, json};
use crate::http::asked::Asked;
use crate::http::path::Path;
use crate::problem::ProblemResponse;
use api::{Pattern, Problem, RouteDetail, RouteList};
use axum::extract::State;
use axum::response::Response;

/// All routes with their live service.
#[utoipa::path(get, path = "/api/v1/routes", tag = "routes", params(("lang" = Option<String>, Query, description = "kk, ru or en; else by cookie, Accept-Language, the server's default")),
    responses((status = 200, body = RouteList)))]
pub async fn list(State(app): State<App>, asked: Asked) -> Response {
    let view = app.reads.view(asked.language);
    json(&asked, &view, Freshness::Live, || view.routes())
}

/// A route: service, patterns with their lines, vehicles, hours of today, incidents.
#[utoipa::path(get, path = "/api/v1/routes/{route_id}", tag = "routes",
    params(("route_id" = String, Path), ("lang" = Option<String>, Query, description = "kk, ru or en; else by cookie, Accept-Language, the server's default")),
    responses((status = 200, body = RouteDetail), (status = 404, description = "There is none of this id", body = Problem, content_type = "application/problem+json")))]
pub async fn one(
    State(app): State<App>,
    asked: Asked,
    Path(id): Path<String>,
) -> Result<Response, ProblemResponse> {
    let view = app.reads.view(asked.language);
    let detail = app.reads.route_detail(&view, &id).await?;
    Ok(json(&asked, &view, Freshness::Record, || detail))
}

/// A pattern with its line and stops. Its number is good while `Status` shows the same timetable.
#[utoipa::path(get, path = "/api/v1/patterns/{pattern_id}", tag = "routes",
    params(("pattern_id" = u32, Path), ("lang" = Option<String>, Query, description = "kk, ru or en; else by cookie, Accept-Language, the server's default")),
    responses((status = 200, body = Pattern), (status = 404, description = "There is none of this id", body = Problem, content_type = "application/problem+json")))]
pub async fn pattern(
    State(app): State<App>,
    asked: Asked,
    Path(id): Path<String>,
) -> Result<Response, ProblemResponse> {
    let view = app.reads.view(asked.language);
    let index = app.reads.pattern(&view, &id)?;
    Ok(json(&asked, &view, Freshness::Timetable, || view.pattern(index)))
}
