//! What the engine publishes each tick, for all readers.

use crate::notices::Notice;
use std::sync::Arc;
use transit::Snapshot;

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
}

/// How readers get it.
pub type Publications = tokio::sync::watch::Receiver<Arc<Published>>;
