//! What the engine publishes each tick, for all readers.

use crate::notices::Notice;
use std::sync::Arc;
use transit::{EpochS, Snapshot};

/// One tick's picture. Readers hold a `tokio::sync::watch::Receiver<Arc<Published>>`: no lock is taken for
/// longer than to clone the `Arc`.
#[derive(Clone, Debug)]
pub struct Published {
    /// What the Monitor knows.
    pub snapshot: Arc<Snapshot>,
    /// Changes with the server's start and with each loaded timetable.
    pub epoch: u32,
    /// Unique to the server's start: the first part of incident ids, here and in the record.
    pub start: Arc<str>,
    /// Counts ticks within the epoch.
    pub tick: u32,
    /// The city's clock: seconds for each of ours.
    pub speed: f64,
    /// The simulated city.
    pub demo: bool,
    /// History is still being made.
    pub warming_up: bool,
    /// Nothing can be written to the record just now.
    pub store_down: bool,
    /// By `FeedIdx`: name in the settings and last failure in words.
    pub feeds: Vec<FeedNote>,
    /// What agencies tell passengers, in the order of their feeds.
    pub notices: Arc<[Notice]>,
}

/// What the shell knows of a feed beside the Monitor's counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedNote {
    /// Name in the settings.
    pub feed_id: String,
    /// Last failure, in words for a person; `None` once it answers again.
    pub last_error: Option<String>,
    /// Of a feed of alerts alone, which the Monitor does not hear of: what was heard of it.
    pub alerts_heard: Option<AlertsHeard>,
}

impl FeedNote {
    /// Of a feed that nothing was heard of yet.
    pub fn new(feed_id: String, alerts_only: bool) -> Self {
        let alerts_heard = alerts_only.then(AlertsHeard::default);
        Self { feed_id, last_error: None, alerts_heard }
    }
}

/// The newest dataset of alerts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AlertsHeard {
    /// `header.timestamp`.
    pub header_at: Option<EpochS>,
    /// When it was received.
    pub received_at: Option<EpochS>,
}

/// How readers get it.
pub type Publications = tokio::sync::watch::Receiver<Arc<Published>>;
