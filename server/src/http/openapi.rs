//! `/api/v1/openapi.json`.

use super::answer::{TIMETABLE_MAX_AGE_S, tag_of};
use super::api;
use super::asked::Asked;
use super::office::{
    appeals, channels, desk, evidence, fresh, knowledge, operator, staff, webhooks,
};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::LazyLock;
use utoipa::OpenApi;
use utoipa::openapi::path::Operation;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};

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
        api::past::vehicles,
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
        appeals::file,
        appeals::kinds,
        appeals::status,
        appeals::withdraw,
        appeals::confirm,
        appeals::refute,
        appeals::add,
        knowledge::json,
        staff::sign_in,
        staff::sign_out,
        staff::me,
        staff::audit,
        desk::file,
        fresh::fresh,
        desk::queue,
        desk::find,
        desk::one,
        desk::reveal,
        desk::journal,
        desk::command,
        evidence::own,
        evidence::one,
        evidence::again,
        evidence::verify,
        channels::ways,
        channels::messages,
        channels::mark,
        channels::files,
        channels::file,
        webhooks::verify,
        webhooks::whatsapp,
        webhooks::telegram,
        webhooks::email,
        operator::line,
    ),
    tags(
        (name = "vehicles", description = "Where the buses are"),
        (name = "routes", description = "Routes, their service and their lines"),
        (name = "stops", description = "Stops and their boards"),
        (name = "segments", description = "Intensity: vehicles per hour, planned and observed"),
        (name = "headways", description = "How evenly the buses come"),
        (name = "incidents", description = "Where a dispatcher may act"),
        (name = "alerts", description = "What agencies tell passengers"),
        (name = "appeals", description = "Filing an appeal, and what number and PIN open"),
        (name = "channels", description = "Webhooks of messengers and of the mail server"),
        (name = "staff", description = "Desks of those who are signed in. A change must come from our own \
            page: Origin, or Sec-Fetch-Site: same-origin"),
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
        let words = path.trim_start_matches("/api/v1/").replace(['{', '}'], "");
        let named = [("get", &mut item.get), ("post", &mut item.post)];
        for (method, operation) in named {
            if let Some(operation) = operation {
                operation.operation_id = Some(format!("{method}_{}", words.replace('/', "_")));
                declare_refusals(path, operation);
            }
        }
    }
    document
}

/// What stands before every handler (limits, the reading of path and body, signing in) refuses in the same words
/// everywhere: here once, and not at each.
fn declare_refusals(path: &str, operation: &mut Operation) {
    let staff = operation.tags.as_ref().is_some_and(|tags| tags.iter().any(|t| t == "staff"));
    let body = operation.request_body.is_some();
    let all = [
        (true, 400, "Something of what was sent is not understood"),
        (path.contains('{'), 404, "There is none, or none that the asker may know of"),
        (true, 414, "The address is too long"),
        (true, 429, "Too many requests, or too many tries: wait as long as Retry-After says"),
        (true, 503, "Busy, or the database is away; nothing was written: try again"),
        (body, 413, "The body is too large"),
        (body, 415, "The body is of another media type"),
        (staff, 401, "Nobody is signed in"),
        (staff, 403, "The role may not, or the request comes from elsewhere"),
    ];
    for (_, status, words) in all.into_iter().filter(|(applies, _, _)| *applies) {
        let responses = &mut operation.responses.responses;
        responses.entry(status.to_string()).or_insert_with(|| RefOr::T(problem(words)));
    }
}

/// A refusal: a body of RFC 9457.
fn problem(words: &str) -> utoipa::openapi::Response {
    let schema = Ref::from_schema_name("Problem");
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().description(words).content("application/problem+json", content).build()
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
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else {
                found.push(path);
            }
        }
    }

    /// Method and path of what the sources route: the path in quotes, a comma, `get(…).post(…)`.
    fn routed() -> BTreeSet<(String, String)> {
        let mut files = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http"), &mut files);
        let mut found = BTreeSet::new();
        for file in files {
            let text = std::fs::read_to_string(file).unwrap();
            for piece in text.split("(\"/api/v1/").skip(1) {
                let (path, rest) = piece.split_once('"').unwrap();
                let Some(handlers) = rest.strip_prefix(", ") else { continue };
                let handlers = handlers.split([';', '\n']).next().unwrap();
                for method in ["get", "post", "put", "delete"] {
                    let first = handlers.starts_with(&format!("{method}("));
                    if first || handlers.contains(&format!(").{method}(")) {
                        found.insert((method.to_owned(), format!("/api/v1/{path}")));
                    }
                }
            }
        }
        found
    }

    #[test]
    fn the_document_names_what_the_router_serves() {
        let mut routed = routed();
        assert!(routed.len() > 30, "the sources are read: {routed:?}");
        routed.remove(&("get".to_owned(), "/api/v1/openapi.json".to_owned()));
        let mut named = BTreeSet::new();
        for (path, item) in document().paths.paths {
            let methods = [
                ("get", item.get.is_some()),
                ("post", item.post.is_some()),
                ("put", item.put.is_some()),
                ("delete", item.delete.is_some()),
            ];
            let methods = methods.into_iter().filter(|(_, there)| *there);
            named.extend(methods.map(|(method, _)| (method.to_owned(), path.clone())));
        }
        assert_eq!(routed, named, "routes, and what the document names");
    }
}
