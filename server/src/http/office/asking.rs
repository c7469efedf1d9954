//! What handlers read from a request: a body of JSON, the reader's language, the idempotency key.

use crate::problem::ProblemResponse;
use crate::visitor::Visitor;
use appeals::words::Language;
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use serde::de::DeserializeOwned;
use std::net::IpAddr;

/// Longest key of a request, bytes.
const KEY_BYTES_MAX: usize = 200;

/// A body of JSON.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ProblemResponse;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(JsonRejection::BytesRejection(rejection)) => Err(ProblemResponse::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "payload-too-large",
                rejection.body_text(),
            )),
            Err(JsonRejection::MissingJsonContentType(_)) => Err(ProblemResponse::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported-media-type",
                "send the body as application/json",
            )),
            Err(rejection) => Err(ProblemResponse::bad_request(rejection.body_text())),
        }
    }
}

/// What stands in the address behind the question mark.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        match axum::extract::Query::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(asked)) => Ok(Self(asked)),
            Err(rejection) => Err(ProblemResponse::bad_request(rejection.body_text())),
        }
    }
}

/// The language that is asked for in the address, or else accepted.
pub fn language_of(uri: &Uri, headers: &HeaderMap) -> Language {
    let asked = uri.query().unwrap_or_default().split('&');
    let asked = asked.filter_map(|pair| pair.strip_prefix("lang=")).find_map(Language::parse);
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
    let mut accepted = accepted.unwrap_or_default().split(',');
    let accepted =
        || accepted.find_map(|tag| Language::parse(tag.split(';').next().unwrap_or(tag).trim()));
    asked.or_else(accepted).unwrap_or(Language::Ru)
}

/// Who asks, from where, in which language, with which key.
pub struct Asking {
    pub language: Language,
    pub address: IpAddr,
    pub key: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Asking {
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let header = |name: &str| parts.headers.get(name).and_then(|v| v.to_str().ok());
        let language = language_of(&parts.uri, &parts.headers);
        let key = header("idempotency-key").map(str::trim).filter(|k| !k.is_empty());
        if key.is_some_and(|k| k.len() > KEY_BYTES_MAX) {
            let detail = format!("Idempotency-Key is longer than {KEY_BYTES_MAX} bytes");
            return Err(ProblemResponse::bad_request(detail));
        }
        let key = key.map(str::to_owned);
        let visitor = parts.extensions.get::<Visitor>().copied().unwrap_or_default();
        Ok(Self { language, address: visitor.address, key })
    }
}
