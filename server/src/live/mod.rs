//! The live WebSocket `/api/v1/live`; its protocol stands in `api::live` and `docs/live.md`.
//!
//! [`Hub`] turns each publication into frames, one for each topic that anybody reads. A connection is woken
//! by each tick, takes the frames that it lacks and writes them as one message. While it writes nothing is
//! queued for it: at its next turn it takes what it lacks then, as deltas or as a snapshot.

mod connection;
mod fleet;
mod frames;
mod hub;
mod news;
mod settings;
mod steady;
mod stream;
mod subscriptions;
mod topic;

pub use frames::Format;
pub use hub::Hub;
pub use settings::LiveLimits;
pub use subscriptions::Subscriptions;

use axum::Router;
use axum::routing::get;
use std::sync::Arc;

/// The route of the WebSocket, for `http::router`.
pub fn router(hub: Arc<Hub>) -> Router {
    Router::new().route("/api/v1/live", get(connection::upgrade)).with_state(hub)
}
