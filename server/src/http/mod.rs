//! HTTP: pages, JSON, GTFS-realtime, files.
//!
//! Handlers load (through [`Reads`]), pages render (in `frontend`). Everything that every answer needs
//! (limits, headers, compression) stands in layers here, so that no handler can forget it.

mod settings;

pub use settings::{Basemap, HttpLimits, SiteSettings};

use crate::clock::Clock;
use crate::published::RealtimePublications;
use crate::reads::Reads;
use axum::Router;
use axum::routing::get;
use std::sync::Arc;

/// Appends lines of the Prometheus text format.
pub type MetricsSource = Arc<dyn Fn(&mut String) + Send + Sync>;

/// What the handlers need.
#[derive(Clone)]
pub struct AppState {
    /// The live picture and the record.
    pub reads: Reads,
    /// Our own GTFS-realtime.
    pub realtime: RealtimePublications,
    /// Pages, files, languages.
    pub site: Arc<SiteSettings>,
    /// Bounds on what is asked.
    pub limits: Arc<HttpLimits>,
    /// The city's time.
    pub clock: Clock,
    /// Other rooms' lines for `/metrics`.
    pub metrics: Vec<MetricsSource>,
}

/// All of HTTP. `live` is the router of the WebSocket (`live::router`): it is mounted inside the
/// same layers. Serve it with `into_make_service_with_connect_info::<SocketAddr>()`: limits are by address.
pub fn router(state: AppState, live: Router) -> Router {
    Router::new().route("/healthz", get(|| async { "ok\n" })).with_state(state).merge(live)
}
