//! The server, its clock and its city.

use crate::http::App;
use crate::http::answer::{Freshness, json};
use crate::http::asked::Asked;
use api::Status;
use axum::extract::State;
use axum::response::Response;

/// The server, its clock, its city, and the health of its feeds.
#[utoipa::path(get, path = "/api/v1/status", tag = "server", params(("lang" = Option<String>, Query, description = "kk, ru or en; else by cookie, Accept-Language, the server's default")),
    responses((status = 200, body = Status)))]
pub async fn status(State(app): State<App>, asked: Asked) -> Response {
    let view = app.reads.view(asked.language);
    json(&asked, &view, Freshness::Live, || view.status())
}
