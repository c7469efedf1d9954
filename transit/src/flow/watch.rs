//! One feed: when it was observed, whether it is down and why.

use super::FlowConfig;
use crate::monitor::FeedTrouble;
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
/// With fewer planned vehicles on the road, no new position may simply mean no vehicle …
const ON_ROAD_MIN: u32 = 3;
/// … unless the feed goes on giving positions of which the newest is so old, seconds.
const REPEATED_AGE_MAX_S: EpochS = 1_800;
/// A header's time that stands still for so long is not believed if positions are newer, seconds.
const HEADER_STUCK_S: EpochS = 60;
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

/// What a dataset held.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Told {
    /// Positions, refused ones included.
    pub(crate) positions: u32,
    /// Trip updates.
    pub(crate) updates: u32,
    /// The newest measurement of its positions, those included that are refused for their age.
    pub(crate) newest: Option<EpochS>,
}

/// Why a feed is down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// It is not renewed.
    Silent,
    /// Its newest position is old.
    Old,
    /// It has never given a position, though the plan has vehicles on the road.
    Empty,
    /// Too many of its positions are old.
    Partial,
}

/// One feed.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    /// Observed from … to, by time, apart from each other.
    pub(super) spans: VecDeque<(EpochS, EpochS)>,
    /// Latest data time of a renewal.
    pub(super) data_until: Option<EpochS>,
    /// When it was last renewed, or first heard of.
    pub(super) renewed_at: EpochS,
    gaps: [EpochS; GAPS_KEPT],
    gaps_seen: usize,
    /// Since when it is down.
    pub(super) down_since: Option<EpochS>,
    fault: Option<Fault>,
    /// First good data after a fault.
    good_since: Option<EpochS>,
    good_in_row: u8,
    stale_in_row: u8,
    stale_usual: f32,
    /// Looks that `stale_usual` is made of.
    usual_looks: u16,
    /// Nine of ten reports of a vehicle follow the one before within this, seconds.
    pub(super) report_s: f32,
    renewed_since_look: bool,
    /// Newest measurement ever seen of any of its vehicles, or told by it.
    pub(super) newest: Option<EpochS>,
    /// When it was heard of first.
    heard_from: EpochS,
    /// What its last dataset held.
    told: Told,
    /// Since when the plan has vehicles on the road.
    due_since: Option<EpochS>,
    /// What passed before is not counted here: an earlier `Flow` saw it.
    pub(super) counted_from: EpochS,
}

impl Watch {
    pub(super) fn new(now: EpochS) -> Self {
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
            heard_from: now,
            told: Told::default(),
            due_since: None,
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
    pub(super) fn tolerance_s(&self, config: &FlowConfig) -> EpochS {
        ((self.period_s() as f32 * config.down_after_periods) as EpochS)
            .clamp(config.down_after_min_s, config.down_after_max_s)
    }

    pub(super) fn renewed(&mut self, config: &FlowConfig, now: EpochS, data_at: EpochS) {
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

    /// What the dataset that renewed it held.
    pub(super) fn told(&mut self, told: Told) {
        self.newest = self.newest.max(told.newest);
        self.told = told;
    }

    /// One of its vehicles reported, so long after its report before.
    pub(super) fn reported(&mut self, interval_s: EpochS) {
        let longer = interval_s as f32 > self.report_s;
        let step = if longer { REPORT_SHARE } else { REPORT_SHARE - 1.0 };
        self.report_s =
            (self.report_s + step * REPORT_STEP_S).clamp(REPORT_BOUNDS_S.0, REPORT_BOUNDS_S.1);
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

    pub(super) fn look(&mut self, config: &FlowConfig, now: EpochS, ages: Ages, on_road: u32) {
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
        if self.gives_nothing_new(config, now, on_road) {
            match self.newest {
                Some(newest) => return Some((Fault::Old, newest)),
                // Trip updates alone are a feed as well.
                None if self.told.updates == 0 => return Some((Fault::Empty, self.heard_from)),
                None => {}
            }
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

    /// Whether new positions are missed: with nobody on the road a feed has nothing to say; with a few, silence
    /// is no proof; and the first of the day need a while to be heard.
    fn gives_nothing_new(&mut self, config: &FlowConfig, now: EpochS, on_road: u32) -> bool {
        if on_road == 0 {
            self.due_since = None;
            return false;
        }
        let due_since = *self.due_since.get_or_insert(now);
        let newest = self.newest.unwrap_or(self.heard_from);
        let (old_s, old_after_s) = (now - newest, self.old_after_s(config));
        let missed = now - newest.max(due_since) > old_after_s;
        let repeats = self.told.positions > 0 && old_s > REPEATED_AGE_MAX_S;
        let known = matches!(self.fault, Some(Fault::Old | Fault::Empty));
        (missed && (on_road >= ON_ROAD_MIN || repeats)) || (known && old_s > old_after_s)
    }

    /// A feed whose newest position is older than this gives nothing new, seconds.
    fn old_after_s(&self, config: &FlowConfig) -> EpochS {
        config.newest_age_max_s.max(2 * self.tolerance_s(config))
    }

    /// What is wrong with it, for people. Old positions are old at night as well, when nobody misses newer ones.
    pub(super) fn trouble(&self, config: &FlowConfig, now: EpochS) -> Option<FeedTrouble> {
        let repeats = self.told.positions > 0
            && self.newest.is_some_and(|newest| now - newest > self.old_after_s(config));
        match self.fault {
            Some(Fault::Silent) => Some(FeedTrouble::NotRenewed),
            Some(Fault::Old) | None if repeats => Some(FeedTrouble::OldPositions),
            Some(Fault::Old | Fault::Empty) => Some(FeedTrouble::NoPositions),
            Some(Fault::Partial) => Some(FeedTrouble::PartlyOld),
            None => None,
        }
    }

    pub(super) fn stale_after_s(&self, config: &FlowConfig) -> EpochS {
        let silent_s = 2 * (self.period_s().max(self.report_s as EpochS));
        config.stale_after_s.max(silent_s + 60)
    }

    /// Until when the feed counts as observed: to `now` while it is up.
    pub(super) fn observed_until(&self, now: EpochS) -> EpochS {
        match (self.spans.back(), self.down_since) {
            (Some(span), None) => span.1.max(now),
            (Some(span), Some(_)) => span.1,
            (None, _) => EpochS::MIN,
        }
    }

    /// Calls `each` with the unobserved stretches of `a..b`.
    pub(super) fn holes(
        &self,
        now: EpochS,
        a: EpochS,
        b: EpochS,
        mut each: impl FnMut(EpochS, EpochS),
    ) {
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
