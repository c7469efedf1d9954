//! Health of the feeds.

use crate::http::App;
use crate::http::answer::{Freshness, json};
use crate::http::asked::Asked;
use api::FeedList;
use axum::extract::State;
use axum::response::Response;

/// Health of every feed: what was accepted, what refused and why.
#[utoipa::path(get, path = "/api/v1/feeds", tag = "server", params(("lang" = Option<String>, Query, description = "kk, ru or en; else by cookie, Accept-Language, the server's default")),
    responses((status = 200, body = FeedList)))]
pub async fn list(State(app): State<App>, asked: Asked) -> Response {
    let view = app.reads.view(asked.language);
    json(&asked, &view, Freshness::Live, || view.feeds())
}
