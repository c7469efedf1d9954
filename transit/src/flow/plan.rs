//! The planned headway at a place and time, from the planned passages around it.

use super::FlowConfig;
use super::layout::Layout;
use crate::time::EpochS;
use crate::timetable::Timetable;

/// How far back of the first question a block reaches, seconds. Covers the longest interval that is no break.
const BACK_S: EpochS = 3 * 3600 + 900;
/// How far ahead of the first question a block reaches, seconds.
const AHEAD_S: EpochS = 4 * 3600;
/// A question needs so much of the block before it …
const NEED_BACK_S: EpochS = 3 * 3600;
/// … and so much after it, seconds.
const NEED_AHEAD_S: EpochS = 3600;
/// Half of the hour around an instant, seconds.
const HALF_HOUR_S: EpochS = 1800;
/// A planned interval this many times shorter or longer than the hour's mean is an oddity of the plan (two
/// runs a minute apart): the mean speaks then.
const ODD_FACTOR: EpochS = 3;

/// Two planned intervals of which one is so many quarters of the other are of two plans; less is rounding.
const CHANGE_QUARTERS: EpochS = 5;

/// Planned passages of a place in a window.
#[derive(Clone, Debug)]
struct Block {
    from: EpochS,
    to: EpochS,
    /// Seconds since `from`, sorted.
    times: Vec<u32>,
    /// The passages that end a break of the service, by index.
    breaks: Vec<u32>,
}

impl Block {
    fn at(&self, index: usize) -> EpochS {
        self.from + EpochS::from(self.times[index])
    }

    /// How many passages lie before `at`.
    fn before(&self, at: EpochS) -> usize {
        self.times.partition_point(|t| self.from + EpochS::from(*t) < at)
    }

    /// The index of the passage nearest to `at`; of two, the later.
    fn nearest(&self, at: EpochS) -> Option<usize> {
        let next = self.before(at);
        match (next.checked_sub(1), self.times.len() > next) {
            (Some(p), true) if at - self.at(p) < self.at(next) - at => Some(p),
            (_, true) => Some(next),
            (p, false) => p,
        }
    }

    /// The interval that ends with passage `index`.
    fn interval(&self, index: usize) -> Option<EpochS> {
        Some(self.at(index) - self.at(index.checked_sub(1)?))
    }

    /// Mean of the intervals that reach into the hour around `at`, breaks left out.
    fn hour_mean(&self, at: EpochS) -> Option<EpochS> {
        let first = self.before(at - HALF_HOUR_S).max(1);
        // One that begins within the hour is the last.
        let end = (self.before(at + HALF_HOUR_S) + 1).min(self.times.len());
        if end <= first {
            return None;
        }
        let breaks = self.breaks_within(first, end);
        let lost_s: EpochS = breaks.iter().filter_map(|i| self.interval(*i as usize)).sum();
        let count = (end - first - breaks.len()) as EpochS;
        (count > 0).then(|| (self.at(end - 1) - self.at(first - 1) - lost_s) / count)
    }

    /// The breaks that end with a passage of `first..end`.
    fn breaks_within(&self, first: usize, end: usize) -> &[u32] {
        let from = self.breaks.partition_point(|i| (*i as usize) < first);
        let to = self.breaks.partition_point(|i| (*i as usize) < end);
        &self.breaks[from..to.max(from)]
    }
}

/// Planned passages by place, a few hours of each, fetched when first asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    blocks: Vec<Option<Block>>,
}

impl Plan {
    pub(super) fn new(layout: &Layout) -> Self {
        Self { blocks: vec![None; layout.places.len()] }
    }

    fn block(
        &mut self,
        config: &FlowConfig,
        (timetable, layout): (&Timetable, &Layout),
        place: u32,
        at: EpochS,
    ) -> &Block {
        let slot = &mut self.blocks[place as usize];
        let usable = |b: &Block| b.from + NEED_BACK_S <= at && at <= b.to - NEED_AHEAD_S;
        if !slot.as_ref().is_some_and(usable) {
            *slot = None;
        }
        slot.get_or_insert_with(|| {
            let (from, to) = (at - BACK_S, at + AHEAD_S);
            let p = layout.places[place as usize];
            let d = &layout.directions[p.direction as usize];
            let passages = timetable.scheduled_passages(d.route, d.sense, p.stop, from, to);
            let counted = passages.iter().filter(|x| {
                let pattern = timetable.trip(x.instance.trip).pattern;
                layout.place_at(pattern, usize::from(x.stop_position)) == place
            });
            let times: Vec<u32> = counted.map(|x| (x.at - from) as u32).collect();
            let is_break = |pair: &[u32]| {
                EpochS::from(pair[1].saturating_sub(pair[0])) > config.service_break_s
            };
            let pairs = (1..).zip(times.windows(2));
            let breaks = pairs.filter(|(_, pair)| is_break(pair)).map(|(i, _)| i).collect();
            Block { from, to, times, breaks }
        })
    }

    /// The planned headway at `place` and `at`: that of the planned passage nearest in time, seconds. `None`
    /// in a break of the service and for its first run.
    pub(super) fn headway_s(
        &mut self,
        config: &FlowConfig,
        (timetable, layout): (&Timetable, &Layout),
        place: u32,
        at: EpochS,
    ) -> Option<i32> {
        let block = self.block(config, (timetable, layout), place, at);
        let interval_s = block.interval(block.nearest(at)?)?;
        if interval_s > config.service_break_s {
            return None;
        }
        let mean_s = block.hour_mean(at)?.max(1);
        let odd = interval_s * ODD_FACTOR < mean_s || interval_s > mean_s * ODD_FACTOR;
        Some(if odd { mean_s } else { interval_s } as i32)
    }

    /// The longer of the planned headway at `place` and `at` and the one that ends with the last planned passage
    /// before: where the plan changes, riders expect no more than the thinner service, seconds.
    pub(super) fn thinner_s(
        &mut self,
        config: &FlowConfig,
        (timetable, layout): (&Timetable, &Layout),
        place: u32,
        at: EpochS,
    ) -> Option<i32> {
        let usual_s = self.headway_s(config, (timetable, layout), place, at)?;
        let block = self.block(config, (timetable, layout), place, at);
        let last = block.before(at + 1).checked_sub(1).and_then(|last| block.interval(last));
        let changes = |s: &EpochS| {
            *s <= config.service_break_s && *s * 4 >= EpochS::from(usual_s) * CHANGE_QUARTERS
        };
        Some(last.filter(changes).map_or(usual_s, |s| s as i32))
    }

    /// The longest that riders have to expect at `place` and `at`, seconds, if the plan has a passage in
    /// `since..=at` that could be missed. `None` in a break and after the last run.
    pub(super) fn open_headway_s(
        &mut self,
        config: &FlowConfig,
        (timetable, layout): (&Timetable, &Layout),
        place: u32,
        (since, at): (EpochS, EpochS),
    ) -> Option<i32> {
        let usual_s = self.thinner_s(config, (timetable, layout), place, at)?;
        let block = self.block(config, (timetable, layout), place, at);
        let next = block.before(at);
        let missed = next > block.before(since + 60);
        let around_s = (next < block.times.len()).then(|| block.interval(next)).flatten()?;
        let fits = missed && around_s <= config.service_break_s;
        fits.then(|| usual_s.max(around_s as i32))
    }

    /// Planned passages after one at `since`, up to `until`.
    pub(super) fn overdue(
        &mut self,
        config: &FlowConfig,
        (timetable, layout): (&Timetable, &Layout),
        place: u32,
        (since, until): (EpochS, EpochS),
    ) -> usize {
        let block = self.block(config, (timetable, layout), place, until);
        block.before(until + 1).saturating_sub(block.before(since + 60))
    }

    /// True where the plan has a break of the service between (or right before) two passages at `a < b`.
    pub(super) fn break_between(
        &mut self,
        config: &FlowConfig,
        (timetable, layout): (&Timetable, &Layout),
        place: u32,
        (a, b): (EpochS, EpochS),
    ) -> bool {
        if b - a > config.service_break_s {
            return true;
        }
        let block = self.block(config, (timetable, layout), place, b);
        let (first, last) = (block.before(a - HALF_HOUR_S), block.before(b + HALF_HOUR_S));
        // The break itself is longer than the pair is apart, so one of its ends lies near the pair.
        block.breaks_within(first.max(1), last).iter().any(|i| {
            let i = *i as usize;
            block.at(i - 1) < b && block.at(i) > a + HALF_HOUR_S
        })
    }

    /// Planned passages in the hour around `at`.
    pub(super) fn per_hour(
        &mut self,
        config: &FlowConfig,
        (timetable, layout): (&Timetable, &Layout),
        place: u32,
        at: EpochS,
    ) -> u32 {
        let block = self.block(config, (timetable, layout), place, at);
        (block.before(at + HALF_HOUR_S) - block.before(at - HALF_HOUR_S)) as u32
    }

    /// Calls `each` with the planned intervals that end within `from..=to` (`from` at most an hour before
    /// `to`), breaks left out.
    pub(super) fn intervals(
        &mut self,
        config: &FlowConfig,
        (timetable, layout): (&Timetable, &Layout),
        place: u32,
        (from, to): (EpochS, EpochS),
        mut each: impl FnMut(EpochS, EpochS),
    ) {
        let block = self.block(config, (timetable, layout), place, to);
        for i in block.before(from).max(1)..block.before(to + 1) {
            let interval_s = block.at(i) - block.at(i - 1);
            if interval_s <= config.service_break_s {
                each(block.at(i), interval_s);
            }
        }
    }
}
