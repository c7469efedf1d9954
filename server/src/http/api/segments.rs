//! Segments: how many vehicles pass, planned and observed.

use crate::http::App;
use crate::http::answer::{Freshness, csv, json};
use crate::http::asked::Asked;
use crate::http::path::Path;
use crate::problem::ProblemResponse;
use crate::view::SegmentFilter;
use api::{Network, Problem, Segment, SegmentDetail, SegmentList};
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;

/// Intensity of the last 60 minutes on every segment with a passage planned or seen.
#[utoipa::path(get, path = "/api/v1/segments", tag = "segments",
    params(
        ("bbox" = Option<String>, Query, description = "west,south,east,north, degrees"),
        ("route_id" = Option<String>, Query, description = "Only those that this route runs"),
        ("limit" = Option<u32>, Query, description = "At most so many"),
        ("format" = Option<String>, Query, description = "json or csv"),
        ("lang" = Option<String>, Query, description = "kk, ru or en; else by cookie, Accept-Language, the server's default")),
    responses((status = 200, body = SegmentList), (status = 400, description = "A parameter is not understood", body = Problem, content_type = "application/problem+json"), (status = 404, description = "There is none of this id", body = Problem, content_type = "application/problem+json")))]
pub async fn list(State(app): State<App>, asked: Asked) -> Result<Response, ProblemResponse> {
    let view = app.reads.view(asked.language);
    let route = asked.param("route_id").map(|id| app.reads.route(&view, id)).transpose()?;
    let filter = SegmentFilter { bounds: asked.bounds()?, route };
    let limit = asked.limit(app.limits.segments)?;
    if asked.wants_csv()? {
        let list = view.segments(filter, limit);
        let rows: Vec<Row> = list.segments.iter().map(|s| Row::new(list.at, s)).collect();
        return csv("segments", &rows);
    }
    Ok(json(&asked, &view, Freshness::Live, || view.segments(filter, limit)))
}

/// Where buses go by the timetable, whether anything runs now or not: the lines of the map.
#[utoipa::path(get, path = "/api/v1/network", tag = "segments",
    params(
        ("bbox" = Option<String>, Query, description = "west,south,east,north, degrees"),
        ("route_id" = Option<String>, Query, description = "Only those that this route runs"),
        ("limit" = Option<u32>, Query, description = "At most so many")),
    responses((status = 200, body = Network), (status = 400, description = "A parameter is not understood", body = Problem, content_type = "application/problem+json"), (status = 404, description = "There is none of this id", body = Problem, content_type = "application/problem+json")))]
pub async fn network(State(app): State<App>, asked: Asked) -> Result<Response, ProblemResponse> {
    let view = app.reads.view(asked.language);
    let route = asked.param("route_id").map(|id| app.reads.route(&view, id)).transpose()?;
    let filter = SegmentFilter { bounds: asked.bounds()?, route };
    let limit = asked.limit(app.limits.network)?;
    Ok(json(&asked, &view, Freshness::Timetable, || view.network(filter, limit)))
}

/// A row of the table of segments.
#[derive(Serialize)]
struct Row<'a> {
    at: i64,
    from_stop_id: &'a str,
    to_stop_id: &'a str,
    from_stop_name: &'a str,
    to_stop_name: &'a str,
    routes: String,
    scheduled_vph: f32,
    observed_vph: Option<f32>,
    coverage: f32,
}

impl<'a> Row<'a> {
    fn new(at: i64, s: &'a Segment) -> Self {
        Self {
            at,
            from_stop_id: &s.from_stop_id,
            to_stop_id: &s.to_stop_id,
            from_stop_name: &s.from_stop_name,
            to_stop_name: &s.to_stop_name,
            routes: s.routes.join(" "),
            scheduled_vph: s.scheduled_vph,
            observed_vph: s.observed_vph,
            coverage: s.coverage,
        }
    }
}

/// A segment by the hour, all routes and each route, today so far.
#[utoipa::path(get, path = "/api/v1/segments/{from_stop_id}/{to_stop_id}", tag = "segments",
    params(
        ("from_stop_id" = String, Path), ("to_stop_id" = String, Path),
        ("format" = Option<String>, Query, description = "json or csv"),
        ("lang" = Option<String>, Query, description = "kk, ru or en; else by cookie, Accept-Language, the server's default")),
    responses((status = 200, body = SegmentDetail), (status = 400, description = "A parameter is not understood", body = Problem, content_type = "application/problem+json"), (status = 404, description = "There is none of this id", body = Problem, content_type = "application/problem+json")))]
pub async fn one(
    State(app): State<App>,
    asked: Asked,
    Path((from, to)): Path<(String, String)>,
) -> Result<Response, ProblemResponse> {
    let view = app.reads.view(asked.language);
    let detail = app.reads.segment_detail(&view, &from, &to).await?;
    if asked.wants_csv()? {
        return csv("intensity", &detail.hours);
    }
    Ok(json(&asked, &view, Freshness::Record, || detail))
}
