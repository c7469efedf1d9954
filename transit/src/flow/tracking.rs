//! Which feeds report a route, and whether well enough to say that somebody is missing.

use super::FlowConfig;
use super::coverage::Coverage;
use crate::ids::{FeedIdx, RouteIdx};
use crate::time::EpochS;

/// Most feeds remembered of a route.
const FEEDS_MAX: usize = 4;
/// Each finished run moves the share of runs seen by this much of the difference.
const SHARE_STEP: f32 = 0.1;

/// One route.
#[derive(Clone, Debug)]
pub(super) struct Reported {
    /// (feed, when it last had a matched vehicle of the route).
    feeds: Vec<(FeedIdx, EpochS)>,
    /// Share of the finished runs that anybody was seen to drive.
    seen_share: f32,
}

impl Default for Reported {
    fn default() -> Self {
        Self { feeds: Vec::new(), seen_share: 1.0 }
    }
}

/// All routes, by [`RouteIdx`].
#[derive(Clone, Debug, Default)]
pub(super) struct Tracking {
    pub(super) routes: Vec<Reported>,
}

impl Tracking {
    pub(super) fn new(routes: usize) -> Self {
        Self { routes: vec![Reported::default(); routes] }
    }

    /// A vehicle of the route was matched.
    pub(super) fn seen(&mut self, route: RouteIdx, feed: FeedIdx, at: EpochS) {
        let feeds = &mut self.routes[route.get()].feeds;
        if let Some(known) = feeds.iter_mut().find(|f| f.0 == feed) {
            known.1 = known.1.max(at);
        } else if feeds.len() < FEEDS_MAX {
            feeds.push((feed, at));
        }
    }

    /// A run of the route is over; whether anybody drove it.
    pub(super) fn finished(&mut self, route: RouteIdx, driven: bool) {
        let share = &mut self.routes[route.get()].seen_share;
        *share += (f32::from(u8::from(driven)) - *share) * SHARE_STEP;
    }

    /// The feeds that have lately reported vehicles of the route; none: it is not tracked.
    pub(super) fn feeds(
        &self,
        config: &FlowConfig,
        now: EpochS,
        route: RouteIdx,
    ) -> impl Iterator<Item = FeedIdx> + Clone + '_ {
        let since = now - config.tracked_within_s;
        let feeds = &self.routes[route.get()].feeds;
        feeds.iter().filter(move |f| f.1 >= since).map(|f| f.0)
    }

    /// Whether enough of the route's runs are seen for a missing one to mean something.
    pub(super) fn misses_count(&self, config: &FlowConfig, now: EpochS, route: RouteIdx) -> bool {
        self.routes[route.get()].seen_share >= config.tracked_share_min
            && self.feeds(config, now, route).next().is_some()
    }

    /// Whether nothing of the route may be alarmed now.
    pub(super) fn is_muted(
        &self,
        config: &FlowConfig,
        coverage: &Coverage,
        now: EpochS,
        route: RouteIdx,
    ) -> bool {
        let mut feeds = self.feeds(config, now, route).peekable();
        feeds.peek().is_none() || feeds.any(|f| coverage.is_muted(config, now, f))
    }

    /// Whether a feed of the route is down.
    pub(super) fn is_down(
        &self,
        config: &FlowConfig,
        coverage: &Coverage,
        now: EpochS,
        route: RouteIdx,
    ) -> bool {
        self.feeds(config, now, route).any(|f| coverage.is_down(f))
    }

    /// Share of `a..b` in which the route was observed, 0..1; 0 for a route that nobody tracks.
    pub(super) fn coverage(
        &self,
        config: &FlowConfig,
        coverage: &Coverage,
        now: EpochS,
        route: RouteIdx,
        (a, b): (EpochS, EpochS),
    ) -> f32 {
        coverage.share(now, self.feeds(config, now, route), a, b)
    }

    /// Whether some of `a..=b` was not observed for the route.
    pub(super) fn hole_between(
        &self,
        config: &FlowConfig,
        coverage: &Coverage,
        now: EpochS,
        route: RouteIdx,
        (a, b): (EpochS, EpochS),
    ) -> bool {
        coverage.hole_between(now, self.feeds(config, now, route), a, b)
    }
}
