//! When each feed was observed, and whether it is down. "No data" is never "no bus".

use super::FlowConfig;
use super::watch::{Ages, Told, Watch};
use crate::ids::FeedIdx;
use crate::monitor::FeedTrouble;
use crate::time::EpochS;

/// A shorter unobserved piece between two passages hides no vehicle, seconds.
const HOLE_MIN_S: EpochS = 60;

/// A feed that has become, or is no longer, down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FeedHealth {
    pub(super) feed: FeedIdx,
    /// Since when it is down.
    pub(super) down_since: Option<EpochS>,
}

/// All feeds.
#[derive(Clone, Debug, Default)]
pub(super) struct Coverage {
    /// By [`FeedIdx`].
    feeds: Vec<Option<Watch>>,
}

impl Coverage {
    fn watch(&mut self, now: EpochS, feed: FeedIdx) -> &mut Watch {
        if feed.get() >= self.feeds.len() {
            self.feeds.resize(feed.get() + 1, None);
        }
        self.feeds[feed.get()].get_or_insert_with(|| Watch::new(now))
    }

    fn get(&self, feed: FeedIdx) -> Option<&Watch> {
        self.feeds.get(feed.get())?.as_ref()
    }

    /// The feed was renewed with data of `data_at`.
    pub(super) fn renewed(
        &mut self,
        config: &FlowConfig,
        now: EpochS,
        feed: FeedIdx,
        data_at: EpochS,
    ) {
        self.watch(now, feed).renewed(config, now, data_at);
    }

    /// What the dataset that renewed the feed held.
    pub(super) fn told(&mut self, now: EpochS, feed: FeedIdx, told: Told) {
        self.watch(now, feed).told(told);
    }

    /// The feed was observed in this span before this `Flow` was there. If it is renewed again as soon as any
    /// feed must be, nothing was missed.
    pub(super) fn recall(
        &mut self,
        config: &FlowConfig,
        now: EpochS,
        feed: FeedIdx,
        (from, until): (EpochS, EpochS),
    ) {
        let watch = self.watch(now, feed);
        if watch.data_until.is_some() || !watch.spans.is_empty() || from > until || until > now {
            return;
        }
        watch.spans.push_back((from, until));
        watch.counted_from = until;
        if now - until <= watch.tolerance_s(config) {
            (watch.data_until, watch.renewed_at) = (Some(until), until);
        }
    }

    /// How new the newest data of any feed are.
    pub(super) fn data_until(&self) -> Option<EpochS> {
        self.feeds.iter().flatten().filter_map(|w| w.data_until).max()
    }

    /// What passed before is not counted here.
    pub(super) fn counted_from(&self) -> EpochS {
        let all = self.feeds.iter().flatten().map(|w| w.counted_from);
        all.max().unwrap_or(EpochS::MIN)
    }

    /// The feed, where there is but one.
    pub(super) fn only(&self) -> Option<FeedIdx> {
        let mut known = self.feeds.iter().enumerate().filter(|(_, w)| w.is_some());
        let first = known.next().map(|(i, _)| FeedIdx::from(i));
        first.filter(|_| known.next().is_none())
    }

    /// The feed's last observed span, as far as data came.
    pub(super) fn last_span(&self, feed: FeedIdx) -> Option<(EpochS, EpochS)> {
        self.get(feed)?.spans.back().copied()
    }

    /// A fetch failed: the feed is known, and not renewed.
    pub(super) fn failed(&mut self, now: EpochS, feed: FeedIdx) {
        self.watch(now, feed);
    }

    /// Time has passed. `ages` by feed; the plan has `on_road` vehicles on the road.
    pub(super) fn look(&mut self, config: &FlowConfig, now: EpochS, ages: &[Ages], on_road: u32) {
        for (i, watch) in self.feeds.iter_mut().enumerate() {
            if let Some(watch) = watch {
                watch.look(config, now, ages.get(i).copied().unwrap_or_default(), on_road);
            }
        }
    }

    /// A vehicle of the feed reported, so long after its report before.
    pub(super) fn reported(&mut self, feed: FeedIdx, interval_s: EpochS) {
        if let Some(Some(watch)) = self.feeds.get_mut(feed.get()) {
            watch.reported(interval_s);
        }
    }

    /// A vehicle of the feed may have gone on so long since its last report, seconds.
    pub(super) fn report_s(&self, feed: FeedIdx) -> EpochS {
        self.get(feed).map_or(0, |w| w.report_s as EpochS)
    }

    /// From which age on a position of this feed is stale, seconds.
    pub(super) fn stale_after_s(&self, config: &FlowConfig, feed: FeedIdx) -> EpochS {
        self.get(feed).map_or(config.stale_after_s, |w| w.stale_after_s(config))
    }

    /// Every feed known.
    pub(super) fn health(&self) -> impl Iterator<Item = FeedHealth> + '_ {
        self.feeds.iter().enumerate().filter_map(|(i, w)| {
            let down_since = w.as_ref()?.down_since;
            Some(FeedHealth { feed: FeedIdx::from(i), down_since })
        })
    }

    /// Whether the feed is down.
    pub(super) fn is_down(&self, feed: FeedIdx) -> bool {
        self.get(feed).is_some_and(|w| w.down_since.is_some())
    }

    /// What is wrong with the feed, and how new its newest position is.
    pub(super) fn trouble(
        &self,
        config: &FlowConfig,
        now: EpochS,
        feed: FeedIdx,
    ) -> (Option<FeedTrouble>, Option<EpochS>) {
        self.get(feed).map_or((None, None), |w| (w.trouble(config, now), w.newest))
    }

    /// Whether nothing may be alarmed: the feed is down, or came back from a long hole a short while ago.
    pub(super) fn is_muted(&self, config: &FlowConfig, now: EpochS, feed: FeedIdx) -> bool {
        let Some(watch) = self.get(feed) else { return true };
        if watch.down_since.is_some() || watch.spans.is_empty() {
            return true;
        }
        let recent = watch.spans.iter().rev().take_while(|s| s.0 > now - config.shadow_s);
        let mut later = None;
        for span in recent {
            if later.is_some_and(|l: EpochS| l - span.1 >= config.shadow_hole_s) {
                return true;
            }
            later = Some(span.0);
        }
        let before = watch.spans.iter().rev().find(|s| s.0 <= now - config.shadow_s);
        match (later, before) {
            (Some(l), Some(span)) => l - span.1 >= config.shadow_hole_s,
            _ => false,
        }
    }

    /// Until when the feed was observed.
    pub(super) fn observed_until(&self, now: EpochS, feed: FeedIdx) -> EpochS {
        self.get(feed).map_or(EpochS::MIN, |w| w.observed_until(now))
    }

    /// True where some of `a..=b` was not observed on all of `feeds`.
    pub(super) fn hole_between(
        &self,
        now: EpochS,
        feeds: impl Iterator<Item = FeedIdx>,
        a: EpochS,
        b: EpochS,
    ) -> bool {
        let mut any = false;
        let mut hole = false;
        for feed in feeds {
            any = true;
            match self.get(feed) {
                Some(watch) => watch.holes(now, a, b, |from, to| hole |= to - from > HOLE_MIN_S),
                None => hole = true,
            }
        }
        hole || !any
    }

    /// Share of `a..b` observed here on all of `feeds`, 0..1: what an earlier `Flow` saw is not counted.
    pub(super) fn share(
        &self,
        now: EpochS,
        feeds: impl Iterator<Item = FeedIdx>,
        a: EpochS,
        b: EpochS,
    ) -> f32 {
        let mut holes: Vec<(EpochS, EpochS)> = Vec::new();
        let mut any = false;
        for feed in feeds {
            any = true;
            match self.get(feed) {
                Some(watch) => {
                    let counted = watch.counted_from.clamp(a, b.max(a));
                    holes.push((a, counted));
                    watch.holes(now, counted, b, |from, to| holes.push((from, to)));
                }
                None => holes.push((a, b)),
            }
        }
        if !any || b <= a {
            return 0.0;
        }
        holes.sort_unstable();
        let (mut lost_s, mut until) = (0, a);
        for (from, to) in holes {
            lost_s += (to - from.max(until)).max(0);
            until = until.max(to);
        }
        1.0 - lost_s as f32 / (b - a) as f32
    }
}
