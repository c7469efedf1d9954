//! When a feed was observed, and whether it is down. "No data" is never "no bus".

use super::FlowConfig;
use crate::ids::FeedIdx;
use crate::time::EpochS;
use std::collections::VecDeque;

/// Most observed spans remembered of a feed: holes beyond that forget the oldest.
const SPANS_MAX: usize = 2048;
/// The period of a feed is learned from so many renewals.
const GAPS_KEPT: usize = 15;
/// A feed renewed less often than this is not learned as slow: it is full of holes, seconds.
const PERIOD_MAX_S: EpochS = 120;
/// Assumed before anything was learned, seconds.
const PERIOD_ASSUMED_S: EpochS = 30;
/// Renewals and looks in a row that a feed needs to be up again.
const GOOD_TO_RECOVER: u8 = 2;
/// Looks in a row at which too many vehicles are stale, before the feed is called down.
const STALE_LOOKS: u8 = 2;
/// Share by which staleness must exceed what the feed always has.
const STALE_OVER_BASELINE: f32 = 0.15;
/// With fewer planned vehicles on the road, no new position may simply mean no vehicle.
const ON_ROAD_MIN: u32 = 3;
/// A header's time that stands still for so long is not believed if positions are newer, seconds.
const HEADER_STUCK_S: EpochS = 60;
/// A shorter unobserved piece between two passages hides no vehicle, seconds.
const HOLE_MIN_S: EpochS = 60;
/// The feed's own level of staleness is the mean of about so many looks.
const USUAL_LOOKS: u16 = 200;
/// Before so many looks the feed's own level is not known: nothing is called unusual.
const USUAL_LOOKS_MIN: u16 = 20;
/// How often vehicles report is learned as the interval that this share of their reports keeps …
const REPORT_SHARE: f32 = 0.9;
/// … by steps of so many seconds, …
const REPORT_STEP_S: f32 = 4.0;
/// … within these bounds, seconds.
const REPORT_BOUNDS_S: (f32, f32) = (10.0, 600.0);

/// Ages of a feed's vehicles at a tick.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ages {
    /// Newest measurement of any of its vehicles.
    pub(super) newest: Option<EpochS>,
    /// Vehicles in service whose age counts.
    pub(super) considered: u32,
    /// Of these: older than the limit.
    pub(super) stale: u32,
}

/// Why a feed is down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// It is not renewed.
    Silent,
    /// Its newest position is old.
    Old,
    /// Too many of its positions are old.
    Partial,
}

/// One feed.
#[derive(Clone, Debug)]
struct Watch {
    /// Observed from … to, by time, apart from each other.
    spans: VecDeque<(EpochS, EpochS)>,
    /// Latest data time of a renewal.
    data_until: Option<EpochS>,
    /// When it was last renewed, or first heard of.
    renewed_at: EpochS,
    gaps: [EpochS; GAPS_KEPT],
    gaps_seen: usize,
    /// Since when it is down.
    down_since: Option<EpochS>,
    fault: Option<Fault>,
    /// First good data after a fault.
    good_since: Option<EpochS>,
    good_in_row: u8,
    stale_in_row: u8,
    stale_usual: f32,
    /// Looks that `stale_usual` is made of.
    usual_looks: u16,
    /// Nine of ten reports of a vehicle follow the one before within this, seconds.
    report_s: f32,
    renewed_since_look: bool,
    /// Newest measurement ever seen of any of its vehicles.
    newest: Option<EpochS>,
    /// What passed before is not counted here: an earlier `Flow` saw it.
    counted_from: EpochS,
}

impl Watch {
    fn new(now: EpochS) -> Self {
        Self {
            spans: VecDeque::new(),
            data_until: None,
            renewed_at: now,
            gaps: [PERIOD_ASSUMED_S; GAPS_KEPT],
            gaps_seen: 0,
            down_since: None,
            fault: None,
            good_since: None,
            good_in_row: 0,
            stale_in_row: 0,
            stale_usual: 0.0,
            usual_looks: 0,
            report_s: PERIOD_ASSUMED_S as f32,
            renewed_since_look: false,
            newest: None,
            counted_from: EpochS::MIN,
        }
    }

    /// The median time between renewals, bounded.
    fn period_s(&self) -> EpochS {
        let count = self.gaps_seen.min(GAPS_KEPT);
        if count == 0 {
            return PERIOD_ASSUMED_S;
        }
        let mut gaps = self.gaps;
        let gaps = &mut gaps[..count];
        gaps.sort_unstable();
        gaps[count / 2].min(PERIOD_MAX_S)
    }

    /// A renewal may be this late before the time in between was not observed, seconds.
    fn tolerance_s(&self, config: &FlowConfig) -> EpochS {
        ((self.period_s() as f32 * config.down_after_periods) as EpochS)
            .clamp(config.down_after_min_s, config.down_after_max_s)
    }

    fn renewed(&mut self, config: &FlowConfig, now: EpochS, data_at: EpochS) {
        let data_at = data_at.min(now);
        let Some(last) = self.data_until else {
            (self.data_until, self.renewed_at) = (Some(data_at), now);
            self.renewed_since_look = true;
            self.begin_span(config, data_at);
            return;
        };
        if data_at <= last {
            return;
        }
        let gap_s = data_at - last;
        let hole = gap_s > self.tolerance_s(config);
        self.gaps[self.gaps_seen % GAPS_KEPT] = gap_s;
        self.gaps_seen += 1;
        (self.data_until, self.renewed_at) = (Some(data_at), now);
        self.renewed_since_look = true;
        if hole && self.down_since.is_none() {
            (self.down_since, self.fault) = (Some(last), Some(Fault::Silent));
        }
        if self.down_since.is_some() {
            self.good_since.get_or_insert(data_at);
        } else if let Some(span) = self.spans.back_mut() {
            span.1 = data_at;
        } else {
            self.begin_span(config, data_at);
        }
    }

    fn begin_span(&mut self, config: &FlowConfig, at: EpochS) {
        self.spans.push_back((at, at));
        while self.spans.len() > SPANS_MAX
            || self.spans.front().is_some_and(|s| s.1 < at - config.coverage_kept_s)
        {
            self.spans.pop_front();
        }
    }

    /// Takes back what was taken for observed after `at`.
    fn truncate(&mut self, at: EpochS) {
        while self.spans.back().is_some_and(|s| s.0 > at) {
            self.spans.pop_back();
        }
        if let Some(span) = self.spans.back_mut() {
            span.1 = span.1.min(at);
        }
    }

    fn look(&mut self, config: &FlowConfig, now: EpochS, ages: Ages, on_road: u32) {
        self.newest = self.newest.max(ages.newest);
        if let (Some(newest), Some(until)) = (self.newest, self.data_until)
            && newest > until
            && now - self.renewed_at > HEADER_STUCK_S
        {
            // The header's time stands still but the vehicles' do not: the positions are what counts.
            self.renewed(config, now, newest);
        }
        let renewed = std::mem::take(&mut self.renewed_since_look);
        let fault = self.fault_now(config, now, ages, on_road);
        match (fault, self.down_since) {
            (Some((fault, since)), None) => {
                self.truncate(since);
                (self.down_since, self.fault) = (Some(since), Some(fault));
                (self.good_in_row, self.good_since) = (0, None);
            }
            (Some(_), Some(_)) => (self.good_in_row, self.good_since) = (0, None),
            (None, Some(_)) if renewed => {
                self.good_in_row += 1;
                if self.good_in_row >= GOOD_TO_RECOVER {
                    let from = self.good_since.take().unwrap_or(now);
                    (self.down_since, self.fault, self.good_in_row) = (None, None, 0);
                    self.begin_span(config, from);
                    if let (Some(span), Some(until)) = (self.spans.back_mut(), self.data_until) {
                        span.1 = until.max(from);
                    }
                }
            }
            _ => {}
        }
    }

    /// What is wrong, and since when.
    fn fault_now(
        &mut self,
        config: &FlowConfig,
        now: EpochS,
        ages: Ages,
        on_road: u32,
    ) -> Option<(Fault, EpochS)> {
        if now - self.renewed_at > self.tolerance_s(config) {
            return Some((Fault::Silent, self.data_until.unwrap_or(self.renewed_at)));
        }
        // With nobody on the road a feed has nothing to say; with a few, silence is no proof.
        let enough = if self.fault == Some(Fault::Old) { 1 } else { ON_ROAD_MIN };
        if let Some(newest) = self.newest.filter(|_| on_road >= enough)
            && now - newest > config.newest_age_max_s.max(2 * self.tolerance_s(config))
        {
            return Some((Fault::Old, newest));
        }
        let share = ages.stale as f32 / ages.considered.max(1) as f32;
        let many = ages.considered >= config.stale_vehicles_min
            && self.usual_looks >= USUAL_LOOKS_MIN
            && share >= config.stale_share_down
            && share - self.stale_usual >= STALE_OVER_BASELINE;
        if ages.considered >= config.stale_vehicles_min {
            self.usual_looks = (self.usual_looks + 1).min(USUAL_LOOKS);
            self.stale_usual += (share - self.stale_usual) / f32::from(self.usual_looks);
        }
        self.stale_in_row = if many { self.stale_in_row.saturating_add(1) } else { 0 };
        // Most vehicles were still seen up to now: what was counted of them stays.
        (self.stale_in_row >= STALE_LOOKS).then_some((Fault::Partial, now))
    }

    fn stale_after_s(&self, config: &FlowConfig) -> EpochS {
        let silent_s = 2 * (self.period_s().max(self.report_s as EpochS));
        config.stale_after_s.max(silent_s + 60)
    }

    /// Until when the feed counts as observed: to `now` while it is up.
    fn observed_until(&self, now: EpochS) -> EpochS {
        match (self.spans.back(), self.down_since) {
            (Some(span), None) => span.1.max(now),
            (Some(span), Some(_)) => span.1,
            (None, _) => EpochS::MIN,
        }
    }

    /// Calls `each` with the unobserved stretches of `a..b`.
    fn holes(&self, now: EpochS, a: EpochS, b: EpochS, mut each: impl FnMut(EpochS, EpochS)) {
        let mut from = a;
        let first = self.spans.partition_point(|s| s.1 < a);
        let last = self.spans.len().saturating_sub(1);
        for (i, span) in self.spans.iter().enumerate().skip(first) {
            if span.0 >= b {
                break;
            }
            if span.0 > from {
                each(from, span.0);
            }
            let until = if i == last { self.observed_until(now) } else { span.1 };
            from = from.max(until);
        }
        // All spans may lie before `a` and the last one still reach to now.
        if first == self.spans.len() && !self.spans.is_empty() {
            from = from.max(self.observed_until(now));
        }
        if from < b {
            each(from, b);
        }
    }
}

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
            let longer = interval_s as f32 > watch.report_s;
            let step = if longer { REPORT_SHARE } else { REPORT_SHARE - 1.0 };
            watch.report_s =
                (watch.report_s + step * REPORT_STEP_S).clamp(REPORT_BOUNDS_S.0, REPORT_BOUNDS_S.1);
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
