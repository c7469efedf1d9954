//! Answers of the API: JSON or CSV, with a tag by which an unchanged one is not sent again.

use super::asked::Asked;
use crate::problem::ProblemResponse;
use crate::view::View;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rustc_hash::FxHasher;
use serde::Serialize;
use std::hash::Hasher;

/// How long an answer made of the live picture may be shown again, seconds.
pub const LIVE_MAX_AGE_S: u32 = 1;
/// The same for what changes with the timetable only.
pub const TIMETABLE_MAX_AGE_S: u32 = 60;

/// What an answer depends on, beside its address and the reader's language.
#[derive(Clone, Copy, Debug)]
pub enum Freshness {
    /// The publication.
    Live,
    /// The timetable.
    Timetable,
    /// The record: only the answer itself can tell.
    Record,
}

impl Freshness {
    fn max_age_s(self) -> u32 {
        match self {
            Self::Timetable => TIMETABLE_MAX_AGE_S,
            Self::Live | Self::Record => LIVE_MAX_AGE_S,
        }
    }

    /// A weak tag: the bytes differ with the compression.
    fn tag(self, view: &View) -> Option<String> {
        let (epoch, tick, language) =
            (view.published.epoch, view.published.tick, view.language.code());
        match self {
            Self::Live => Some(format!("W/\"{epoch}-{tick}-{language}\"")),
            Self::Timetable => Some(format!("W/\"{epoch}-{language}\"")),
            Self::Record => None,
        }
    }
}

/// `make` as JSON; or 304 without making it, when the reader has it already.
pub fn json<T: Serialize>(
    asked: &Asked,
    view: &View,
    freshness: Freshness,
    make: impl FnOnce() -> T,
) -> Response {
    let tag = freshness.tag(view);
    if let Some(tag) = tag.as_deref().filter(|tag| has(asked, tag)) {
        return tagged(StatusCode::NOT_MODIFIED.into_response(), tag, freshness);
    }
    let Ok(body) = serde_json::to_vec(&make()) else {
        return ProblemResponse::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "the answer could not be written: please tell the operator",
        )
        .into_response();
    };
    let tag = tag.unwrap_or_else(|| tag_of(&body));
    if has(asked, &tag) {
        return tagged(StatusCode::NOT_MODIFIED.into_response(), &tag, freshness);
    }
    let mut response = body.into_response();
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    tagged(response, &tag, freshness)
}

/// Rows as CSV, to be saved as `name`.
pub fn csv<T: Serialize>(name: &str, rows: &[T]) -> Result<Response, ProblemResponse> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let written = rows.iter().try_for_each(|row| writer.serialize(row));
    let body = written.ok().and_then(|()| writer.into_inner().ok()).ok_or_else(|| {
        ProblemResponse::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "the table could not be written: ask for it as JSON",
        )
    })?;
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(disposition) = format!("attachment; filename=\"{name}.csv\"").parse() {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

fn has(asked: &Asked, tag: &str) -> bool {
    let bare = |t: &str| t.trim().trim_start_matches("W/").to_owned();
    asked
        .if_none_match
        .as_deref()
        .is_some_and(|all| all.split(',').any(|t| t.trim() == "*" || bare(t) == bare(tag)))
}

/// A tag of the bytes: enough to tell one answer from the next, not a seal.
pub fn tag_of(body: &[u8]) -> String {
    let mut hasher = FxHasher::default();
    hasher.write(body);
    format!("W/\"{:016x}\"", hasher.finish())
}

fn tagged(mut response: Response, tag: &str, freshness: Freshness) -> Response {
    let headers = response.headers_mut();
    if let Ok(tag) = tag.parse() {
        headers.insert(header::ETAG, tag);
    }
    if let Ok(cache) = format!("public, max-age={}", freshness.max_age_s()).parse() {
        headers.insert(header::CACHE_CONTROL, cache);
    }
    headers.insert(header::VARY, HeaderValue::from_static("accept-language, cookie"));
    response
}
