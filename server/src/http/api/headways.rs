//! Headways.

use crate::http::App;
use crate::http::answer::{Freshness, csv, json};
use crate::http::asked::Asked;
use crate::problem::ProblemResponse;
use crate::reads::HeadwaysAsked;
use api::{HeadwayList, Problem};
use axum::extract::State;
use axum::response::Response;

/// A day without hours given: the last so many seconds.
const WINDOW_DEFAULT_S: i64 = 3_600;

/// Headways of a route in a window, by time, with the waits that they mean.
#[utoipa::path(get, path = "/api/v1/headways", tag = "headways",
    params(
        ("route_id" = String, Query, description = "Route"),
        ("direction_id" = Option<u8>, Query, description = "0 or 1"),
        ("stop_id" = Option<String>, Query, description = "Only at this stop"),
        ("from" = Option<String>, Query, description = "Epoch seconds or RFC 3339; else the last hour"),
        ("to" = Option<String>, Query, description = "The first instant that no longer counts; else now"),
        ("limit" = Option<u32>, Query, description = "At most so many, the newest"),
        ("format" = Option<String>, Query, description = "json or csv"),
        ("lang" = Option<String>, Query, description = "kk, ru or en; else by cookie, Accept-Language, the server's default")),
    responses((status = 200, body = HeadwayList), (status = 400, description = "A parameter is not understood", body = Problem, content_type = "application/problem+json"), (status = 404, description = "There is none of this id", body = Problem, content_type = "application/problem+json")))]
pub async fn list(State(app): State<App>, asked: Asked) -> Result<Response, ProblemResponse> {
    let view = app.reads.view(asked.language);
    let Some(route_id) = asked.param("route_id") else {
        return Err(ProblemResponse::bad_request(
            "route_id is missing: headways are those of a route, for example /api/v1/headways?route_id=12",
        ));
    };
    let now = view.snapshot().at;
    let window = asked.window(now, app.limits.window_s)?;
    let wanted = HeadwaysAsked {
        route_id,
        direction_id: asked.direction()?,
        stop_id: asked.param("stop_id"),
        window: window.unwrap_or((now - WINDOW_DEFAULT_S, now + 1)),
        limit: asked.limit(app.limits.rows)?,
    };
    let list = app.reads.headways(&view, &wanted).await?;
    if asked.wants_csv()? {
        return csv("headways", &list.headways);
    }
    Ok(json(&asked, &view, Freshness::Record, || list))
}
