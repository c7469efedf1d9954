//! Errors to the outside: problem details, RFC 9457.

use api::Problem;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// A problem on its way out. The detail says what is wrong, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProblemResponse {
    /// The body.
    pub problem: Problem,
    /// When to come again, seconds.
    pub retry_after_s: Option<u64>,
}

impl ProblemResponse {
    /// `kind` is the last part of the problem's URI reference.
    pub fn new(status: StatusCode, kind: &str, detail: impl Into<String>) -> Self {
        let problem = Problem {
            kind: format!("/problems/{kind}"),
            title: status.canonical_reason().unwrap_or("Problem").to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
        };
        Self { problem, retry_after_s: None }
    }

    /// 400: what was asked cannot be understood.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", detail)
    }

    /// 404.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", detail)
    }

    /// 503, with the time after which it may work.
    pub fn unavailable(kind: &str, detail: impl Into<String>, retry_after_s: u64) -> Self {
        let mut it = Self::new(StatusCode::SERVICE_UNAVAILABLE, kind, detail);
        it.retry_after_s = Some(retry_after_s);
        it
    }

    /// 429, with the time after which it works.
    pub fn too_many(detail: impl Into<String>, retry_after_s: u64) -> Self {
        let mut it = Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", detail);
        it.retry_after_s = Some(retry_after_s);
        it
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl IntoResponse for ProblemResponse {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self.problem).unwrap_or_default();
        let mut response = (self.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
