//! Incidents.

use crate::http::App;
use crate::http::answer::{Freshness, json};
use crate::http::asked::Asked;
use crate::problem::ProblemResponse;
use crate::reads::IncidentsAsked;
use api::{IncidentList, Problem};
use axum::extract::State;
use axum::response::Response;

/// Incidents, newest first. Without a window: the open ones and the last hour's.
#[utoipa::path(get, path = "/api/v1/incidents", tag = "incidents",
    params(
        ("from" = Option<String>, Query, description = "Open at or after this: epoch seconds or RFC 3339"),
        ("to" = Option<String>, Query, description = "Opened before this; else now"),
        ("kind" = Option<String>, Query, description = "bunching, gap, ghost, off_route or feed_down"),
        ("route_id" = Option<String>, Query, description = "Only of this route"),
        ("limit" = Option<u32>, Query, description = "At most so many"),
        ("lang" = Option<String>, Query, description = "kk, ru or en; else by cookie, Accept-Language, the server's default")),
    responses((status = 200, body = IncidentList), (status = 400, description = "A parameter is not understood", body = Problem, content_type = "application/problem+json")))]
pub async fn list(State(app): State<App>, asked: Asked) -> Result<Response, ProblemResponse> {
    let view = app.reads.view(asked.language);
    let wanted = IncidentsAsked {
        kind: asked.param("kind"),
        route_id: asked.param("route_id"),
        window: asked.window(view.snapshot().at, app.limits.window_s)?,
        limit: asked.limit(app.limits.rows)?,
    };
    let list = app.reads.incidents(&view, &wanted).await?;
    Ok(json(&asked, &view, Freshness::Record, || list))
}
