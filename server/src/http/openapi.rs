//! `/api/v1/openapi.json`.

use super::answer::{TIMETABLE_MAX_AGE_S, tag_of};
use super::api;
use super::asked::Asked;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::LazyLock;
use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Jolda",
        description = "Where a city's buses are, how evenly they come, and what was promised. \
            Times are epoch seconds, units stand last in a name, null is unknown. \
            Changes as they happen: the WebSocket /api/v1/live, see docs/live.md.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    paths(
        api::status::status,
        api::vehicles::list,
        api::vehicles::one,
        api::routes::list,
        api::routes::one,
        api::routes::pattern,
        api::stops::list,
        api::stops::one,
        api::segments::list,
        api::segments::one,
        api::segments::network,
        api::headways::list,
        api::incidents::list,
        api::alerts::list,
        api::feeds::list,
        api::search::search,
    ),
    tags(
        (name = "vehicles", description = "Where the buses are"),
        (name = "routes", description = "Routes, their service and their lines"),
        (name = "stops", description = "Stops and their boards"),
        (name = "segments", description = "Intensity: vehicles per hour, planned and observed"),
        (name = "headways", description = "How evenly the buses come"),
        (name = "incidents", description = "Where a dispatcher may act"),
        (name = "alerts", description = "What agencies tell passengers"),
        (name = "search", description = "Finding by name"),
        (name = "server", description = "Clock and feeds"),
    )
)]
struct Document;

/// The OpenAPI document of `/api/v1`.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    // Two handlers of one name in different files: their ids would be the same.
    for (path, item) in &mut document.paths.paths {
        if let Some(operation) = &mut item.get {
            let words = path.trim_start_matches("/api/v1/").replace(['{', '}'], "");
            operation.operation_id = Some(format!("get_{}", words.replace('/', "_")));
        }
    }
    document
}

static TEXT: LazyLock<String> = LazyLock::new(|| document().to_json().unwrap_or_default());

/// `GET /api/v1/openapi.json`.
pub async fn serve(asked: Asked) -> Response {
    let tag = tag_of(TEXT.as_bytes());
    let known = asked.if_none_match.as_deref() == Some(&tag);
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        TEXT.as_str().into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let (Ok(tag), Ok(cache)) =
        (tag.parse(), format!("public, max-age={TIMETABLE_MAX_AGE_S}").parse())
    {
        headers.insert(header::ETAG, tag);
        headers.insert(header::CACHE_CONTROL, cache);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_names_what_the_router_serves() {
        let served: std::collections::BTreeSet<_> =
            api::routes().into_iter().map(|(path, _)| path.to_owned()).collect();
        let named = document().paths.paths.keys().cloned().collect();
        assert_eq!(served, named);
    }
}
