//! Our own GTFS-realtime.

use super::App;
use super::asked::Asked;
use crate::problem::ProblemResponse;
use crate::publish::Kind;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// `/gtfs-rt/vehicle-positions.pb`.
pub async fn vehicle_positions(State(app): State<App>, asked: Asked) -> Response {
    protobuf(&app, &asked, Kind::VehiclePositions).await
}

/// `/gtfs-rt/trip-updates.pb`.
pub async fn trip_updates(State(app): State<App>, asked: Asked) -> Response {
    protobuf(&app, &asked, Kind::TripUpdates).await
}

/// `/gtfs-rt/alerts.pb`.
pub async fn alerts(State(app): State<App>, asked: Asked) -> Response {
    protobuf(&app, &asked, Kind::Alerts).await
}

async fn protobuf(app: &App, asked: &Asked, kind: Kind) -> Response {
    let Some(encoded) = app.realtime.newest(kind).await else {
        return ProblemResponse::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "the feed could not be written: please tell the operator",
        )
        .into_response();
    };
    let tag = format!("W/\"{}-{}\"", encoded.of.0, encoded.of.1);
    let mut response = if asked.if_none_match.as_deref() == Some(&tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        encoded.bytes.into_response()
    };
    let headers = response.headers_mut();
    if let Ok(tag) = tag.parse() {
        headers.insert(header::ETAG, tag);
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=1"));
    response
}
