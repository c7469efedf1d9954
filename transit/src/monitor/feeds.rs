//! Health of each feed: counts, ages, share of matches.

use super::config::MAX_FEEDS;
use super::snapshot::FeedState;
use crate::event::RejectReason;
use crate::flow::Told;
use crate::ids::FeedIdx;
use crate::time::EpochS;

/// Ages above this share one count, seconds.
const AGES: usize = 1_024;

/// What is counted of one feed.
#[derive(Clone, Debug)]
pub(super) struct Feed {
    pub state: FeedState,
    /// It has given at least one position with a measurement time: those without are refused then.
    pub gives_times: bool,
    /// Header of the dataset that is being applied.
    pub header_at: Option<EpochS>,
    /// What the dataset has held so far.
    pub told: Told,
    /// Positions of the dataset by age in seconds.
    ages: Box<[u32; AGES]>,
    aged: u32,
    named: u32,
    placed: u32,
}

impl Default for Feed {
    fn default() -> Self {
        Self {
            state: FeedState::default(),
            gives_times: false,
            header_at: None,
            told: Told::default(),
            ages: Box::new([0; AGES]),
            aged: 0,
            named: 0,
            placed: 0,
        }
    }
}

impl Feed {
    pub fn reject(&mut self, reason: RejectReason) {
        self.state.rejected[reason as usize] += 1;
    }

    /// A dataset begins.
    pub fn start(&mut self, header_at: Option<EpochS>) {
        self.header_at = header_at;
        self.told = Told::default();
        self.ages.fill(0);
        (self.aged, self.named, self.placed) = (0, 0, 0);
    }

    /// A position was measured then; it may be too old to be used.
    pub fn measured(&mut self, at: EpochS) {
        self.told.newest = self.told.newest.max(Some(at));
    }

    /// A position that is as good as known, new or repeated, was measured `age_s` ago.
    pub fn aged(&mut self, age_s: i64) {
        self.ages[age_s.clamp(0, AGES as i64 - 1) as usize] += 1;
        self.aged += 1;
    }

    /// An accepted position; `placed` if it names a trip: whether it was found on it.
    pub fn accepted(&mut self, placed: Option<bool>) {
        self.state.accepted += 1;
        if let Some(placed) = placed {
            self.named += 1;
            self.placed += u32::from(placed);
            self.state.named += 1;
            self.state.matched += u64::from(placed);
        }
    }

    /// All of the dataset was applied. Returns its header's time if it moved the feed forward.
    pub fn end(&mut self, now: EpochS) {
        let age_s = self.median_age_s();
        let state = &mut self.state;
        state.failures_in_row = 0;
        state.received_at = Some(now);
        // Replicas behind a load balancer answer in turn, one older than the other: the newest counts.
        let newest = state.header_at.filter(|h| *h <= now + 60);
        state.header_at = newest.max(self.header_at);
        if self.named > 0 {
            state.matched_share = Some(self.placed as f32 / self.named as f32);
        }
        state.age_s = age_s;
    }

    fn median_age_s(&self) -> Option<i32> {
        let mut left = self.aged.div_ceil(2);
        if left == 0 {
            return None;
        }
        for (age, count) in self.ages.iter().enumerate() {
            if *count >= left {
                return Some(age as i32);
            }
            left -= count;
        }
        None
    }
}

/// All feeds, by index.
#[derive(Debug, Default)]
pub(super) struct Feeds {
    feeds: Vec<Feed>,
}

impl Feeds {
    /// A feed; `None` beyond the number that settings can name.
    pub fn get_mut(&mut self, feed: FeedIdx) -> Option<&mut Feed> {
        if feed.get() >= MAX_FEEDS {
            return None;
        }
        if self.feeds.len() <= feed.get() {
            self.feeds.resize_with(feed.get() + 1, Feed::default);
        }
        self.feeds.get_mut(feed.get())
    }

    pub fn states(&self) -> Vec<FeedState> {
        self.feeds.iter().map(|f| f.state.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_age_is_of_this_dataset_alone() {
        let mut feed = Feed::default();
        feed.start(Some(100));
        assert_eq!(feed.median_age_s(), None);
        for age in [5, 7, 9_000, -3, 8] {
            feed.aged(age);
        }
        assert_eq!(feed.median_age_s(), Some(7));
        feed.start(Some(130));
        feed.aged(9_000);
        assert_eq!(feed.median_age_s(), Some(1_023));
    }

    #[test]
    fn a_header_that_goes_back_does_not_turn_the_feed_back() {
        let mut feed = Feed::default();
        feed.start(Some(100));
        feed.end(110);
        feed.start(Some(70));
        feed.end(120);
        assert_eq!(feed.state.header_at, Some(100));
    }
}
