//! Our own GTFS-realtime.

use super::App;
use super::answer::tag_of;
use super::asked::Asked;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

/// `/gtfs-rt/vehicle-positions.pb`.
pub async fn vehicle_positions(State(app): State<App>, asked: Asked) -> Response {
    let bytes = app.realtime.borrow().vehicle_positions.clone();
    protobuf(&asked, bytes)
}

/// `/gtfs-rt/trip-updates.pb`.
pub async fn trip_updates(State(app): State<App>, asked: Asked) -> Response {
    let bytes = app.realtime.borrow().trip_updates.clone();
    protobuf(&asked, bytes)
}

/// `/gtfs-rt/alerts.pb`.
pub async fn alerts(State(app): State<App>, asked: Asked) -> Response {
    let bytes = app.realtime.borrow().alerts.clone();
    protobuf(&asked, bytes)
}

fn protobuf(asked: &Asked, bytes: Bytes) -> Response {
    let tag = tag_of(&bytes);
    let mut response = if asked.if_none_match.as_deref() == Some(&tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        bytes.into_response()
    };
    let headers = response.headers_mut();
    if let Ok(tag) = tag.parse() {
        headers.insert(header::ETAG, tag);
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=1"));
    response
}
