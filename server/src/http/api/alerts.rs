//! Agencies' notices.

use crate::http::App;
use crate::http::answer::{Freshness, json};
use crate::http::asked::Asked;
use crate::problem::ProblemResponse;
use api::{AlertList, Problem};
use axum::extract::State;
use axum::response::Response;

/// What agencies tell passengers: notices that hold or will hold. Our own findings are incidents.
#[utoipa::path(get, path = "/api/v1/alerts", tag = "alerts",
    params(
        ("route_id" = Option<String>, Query, description = "Only those that concern this route"),
        ("stop_id" = Option<String>, Query, description = "Only those that concern this stop, or a route that serves it"),
        ("lang" = Option<String>, Query, description = "kk, ru or en; else by cookie, Accept-Language, the server's default")),
    responses((status = 200, body = AlertList), (status = 404, description = "There is none of this id", body = Problem, content_type = "application/problem+json")))]
pub async fn list(State(app): State<App>, asked: Asked) -> Result<Response, ProblemResponse> {
    let view = app.reads.view(asked.language);
    let route = asked.param("route_id").map(|id| app.reads.route(&view, id)).transpose()?;
    let stop = asked.param("stop_id").map(|id| app.reads.stop(&view, id)).transpose()?;
    Ok(json(&asked, &view, Freshness::Live, || view.alerts(route, stop)))
}
