//! Feeds: from an address, a file or a recording to datasets. Knows nothing of engine, store or readers.

mod alerts;
pub mod dataset;
pub mod decode;
mod entity;
pub mod http;
pub mod keep;
pub mod keep_thread;
pub mod live_source;
pub mod poll;
pub mod recorded_source;
pub mod recording;
pub mod settings;
pub mod timetable_source;
pub mod timetable_task;

pub use dataset::Dataset;
pub use decode::{Decoder, Refusal, decode};

use crate::record::VisitRow;
use std::sync::Arc;
use std::time::Duration;
use transit::Timetable;
use transit::ids::FeedIdx;

/// Which source of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The one that carries the feed's health: vehicle positions, or what stands for them.
    Main,
    /// Trip updates beside vehicle positions.
    TripUpdates,
    /// Alerts.
    Alerts,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Main, Self::TripUpdates, Self::Alerts];

    /// In a word, for files and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Main => "positions",
            Self::TripUpdates => "trip-updates",
            Self::Alerts => "alerts",
        }
    }
}

/// What feeds tell.
#[derive(Debug)]
pub enum Update {
    /// A dataset that differs from the one before.
    Dataset {
        /// Which feed.
        feed: FeedIdx,
        /// Which source of it.
        part: Part,
        /// Its contents.
        dataset: Arc<Dataset>,
        /// What decoding took.
        decode: Duration,
        /// Size of the body.
        bytes: usize,
    },
    /// A fetch failed or its body was refused.
    Failed {
        /// Which feed.
        feed: FeedIdx,
        /// Which source of it.
        part: Part,
        /// For a person; names no secret.
        error: String,
    },
    /// Visits out of the record, those of a run in order.
    Remembered(Vec<VisitRow>),
    /// The static feed has changed and is good.
    Timetable(Arc<Timetable>),
    /// The static feed has changed and cannot be used, or cannot be fetched; the old one stays.
    TimetableRefused {
        /// For a person.
        error: String,
    },
}
