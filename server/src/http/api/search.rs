//! Search.

use crate::http::App;
use crate::http::answer::{Freshness, json};
use crate::http::asked::Asked;
use crate::problem::ProblemResponse;
use crate::view::SEARCH_HITS_MAX;
use api::{Problem, SearchResult};
use axum::extract::State;
use axum::response::Response;

/// Routes, stops and vehicles by name, in any language, best first.
#[utoipa::path(get, path = "/api/v1/search", tag = "search",
    params(
        ("q" = String, Query, description = "What people type: қ and к, ё and е, capitals are alike"),
        ("limit" = Option<u32>, Query, description = "At most so many"),
        ("lang" = Option<String>, Query, description = "kk, ru or en; else by cookie, Accept-Language, the server's default")),
    responses((status = 200, body = SearchResult), (status = 400, description = "A parameter is not understood", body = Problem, content_type = "application/problem+json")))]
pub async fn search(State(app): State<App>, asked: Asked) -> Result<Response, ProblemResponse> {
    let view = app.reads.view(asked.language);
    let limit = asked.limit(SEARCH_HITS_MAX)?;
    let query = asked.param("q").unwrap_or_default();
    Ok(json(&asked, &view, Freshness::Live, || view.search(query, limit)))
}
