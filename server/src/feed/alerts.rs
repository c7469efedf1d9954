//! The alerts of a dataset as notices.

use super::Dataset;
use crate::notices::{NOTICES_MAX, Notice};
use transit::ids::FeedIdx;

impl Dataset {
    /// The alerts of the message, at most [`NOTICES_MAX`].
    pub fn notices(&self, feed: FeedIdx) -> Vec<Notice> {
        let told = self.alerts().take(NOTICES_MAX);
        told.map(|(id, alert)| Notice::of(feed, id, alert)).collect()
    }
}
