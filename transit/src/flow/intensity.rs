//! Vehicles per hour on each segment: planned, observed, and for how much of the time. Passages are counted,
//! never pings; a run counts once, however many vehicles report it.

use super::layout::{Cell, Layout};
use crate::event::{Effect, Intensity};
use crate::ids::{PatternIdx, RouteIdx, SegmentIdx, StopIdx};
use crate::monitor::SegmentState;
use crate::time::EpochS;
use crate::timetable::{Timetable, TripInstance};
use std::collections::BTreeMap;

/// Length of a bucket of the rolling hour, seconds.
pub(super) const BUCKET_S: EpochS = 300;
/// Buckets of the rolling hour.
const HOUR_BUCKETS: usize = 12;
/// Buckets that are kept: the rolling hour, the current one, and what late visits may still fill.
const BUCKETS: usize = 16;
/// Hours that are kept: the current one and those that wait for late visits.
const HOURS: usize = 3;
/// Rows said in one tick, about: an hour of a big city is spread over some ticks.
const ROWS_PER_TICK: usize = 4000;
/// The rolling hour ends so long before now: visits of the last minutes are not in yet, seconds.
const LAG_S: EpochS = 120;

/// Counts by cell in one stretch of time.
#[derive(Clone, Debug, Default)]
struct Counts {
    /// Start of the stretch.
    start: EpochS,
    planned: Vec<u16>,
    observed: Vec<u16>,
}

impl Counts {
    fn reset(&mut self, start: EpochS, cells: usize) {
        self.start = start;
        for counts in [&mut self.planned, &mut self.observed] {
            counts.clear();
            counts.resize(cells, 0);
        }
    }
}

/// Counters of all cells.
#[derive(Clone, Debug, Default)]
pub(super) struct Passages {
    cells: usize,
    /// Ring by bucket number.
    buckets: Vec<Counts>,
    /// Ring by hour number.
    hours: Vec<Counts>,
    /// Sums over the rolling hour that ends at `window_end`.
    window_planned: Vec<u16>,
    window_observed: Vec<u16>,
    window_end: EpochS,
    /// Start of the bucket that has been opened last.
    newest: Option<EpochS>,
    /// Hours begin so many seconds after those of UTC.
    hour_shift_s: EpochS,
    /// An hour that is being said: its start and the next cell.
    saying: Option<(EpochS, usize)>,
    /// The last hour said in full.
    said: Option<EpochS>,
}

/// Share of a stretch in which each direction was observed, by direction.
pub(super) type CoverageOf<'a> = &'a dyn Fn(u32) -> f32;

impl Passages {
    pub(super) fn new(layout: &Layout) -> Self {
        let cells = layout.cells.len();
        let empty = |count| {
            let mut counts = Counts::default();
            counts.reset(EpochS::MIN, cells);
            vec![counts; count]
        };
        Self {
            cells,
            buckets: empty(BUCKETS),
            hours: empty(HOURS),
            window_planned: vec![0; cells],
            window_observed: vec![0; cells],
            ..Self::default()
        }
    }

    /// Start of the hour of `at`, in the agency's zone.
    fn hour_of(&self, at: EpochS) -> EpochS {
        at - (at + self.hour_shift_s).rem_euclid(3600)
    }

    fn hour_slot(hour: EpochS) -> usize {
        hour.div_euclid(3600).rem_euclid(HOURS as EpochS) as usize
    }

    fn bucket_slot(bucket: EpochS) -> usize {
        bucket.div_euclid(BUCKET_S).rem_euclid(BUCKETS as EpochS) as usize
    }

    /// Sets where hours begin, from the zone's offset. Before the first bucket only.
    pub(super) fn set_zone_offset(&mut self, offset_s: i32) {
        self.hour_shift_s = EpochS::from(offset_s).rem_euclid(3600) / BUCKET_S * BUCKET_S;
    }

    /// Nothing was opened yet.
    pub(super) fn is_new(&self) -> bool {
        self.newest.is_none()
    }

    /// The buckets to open, in order, so that `until` has one. The first time, and after a long silence,
    /// those of the past hour and of the current hour come with it, and no hour before is said.
    pub(super) fn due_until(&mut self, until: EpochS) -> impl Iterator<Item = EpochS> + use<> {
        let bucket = until - until.rem_euclid(BUCKET_S);
        let hour = self.hour_of(until);
        let reach = hour.min(bucket - (HOUR_BUCKETS as EpochS + 1) * BUCKET_S);
        let next = self.newest.map_or(reach, |n| n + BUCKET_S);
        if self.newest.is_none() || next < reach {
            self.said = self.said.max(Some(hour - 3600));
        }
        (next.max(reach)..=bucket).step_by(BUCKET_S as usize)
    }

    /// End of the hour of the newest bucket.
    pub(super) fn hour_end(&self) -> Option<EpochS> {
        self.newest.map(|n| self.hour_of(n) + 3600)
    }

    /// Opens a bucket; `plan` calls what it is given with the cell of every planned crossing.
    pub(super) fn open(&mut self, bucket: EpochS, plan: impl FnOnce(&mut dyn FnMut(u32))) {
        let hour = self.hour_of(bucket);
        let (b, h) = (Self::bucket_slot(bucket), Self::hour_slot(hour));
        self.buckets[b].reset(bucket, self.cells);
        if self.hours[h].start != hour {
            self.hours[h].reset(hour, self.cells);
        }
        let (bucket_planned, hour_planned) =
            (&mut self.buckets[b].planned, &mut self.hours[h].planned);
        plan(&mut |cell| {
            for counts in [&mut *bucket_planned, &mut *hour_planned] {
                let count = &mut counts[cell as usize];
                *count = count.saturating_add(1);
            }
        });
        self.newest = Some(bucket);
    }

    /// A vehicle crossed the middle of a cell's segment. Too old or in the future: not counted.
    pub(super) fn count(&mut self, cell: u32, at: EpochS) {
        let Some(newest) = self.newest.filter(|n| at < n + BUCKET_S) else { return };
        let (cell, hour) = (cell as usize, self.hour_of(at));
        if self.said.is_some_and(|said| hour <= said) || self.saying.is_some_and(|s| hour <= s.0) {
            return;
        }
        let counts = &mut self.hours[Self::hour_slot(hour)];
        if counts.start == hour {
            counts.observed[cell] = counts.observed[cell].saturating_add(1);
        }
        let bucket = at - at.rem_euclid(BUCKET_S);
        let counts = &mut self.buckets[Self::bucket_slot(bucket)];
        if counts.start == bucket && bucket > newest - BUCKETS as EpochS * BUCKET_S {
            counts.observed[cell] = counts.observed[cell].saturating_add(1);
            let window = self.window_end - HOUR_BUCKETS as EpochS * BUCKET_S..self.window_end;
            if window.contains(&bucket) {
                let sum = &mut self.window_observed[cell];
                *sum = sum.saturating_add(1);
            }
        }
    }

    /// Moves the rolling hour.
    pub(super) fn roll(&mut self, now: EpochS) {
        let lagged = now - LAG_S;
        let end = lagged - lagged.rem_euclid(BUCKET_S);
        if end == self.window_end {
            return;
        }
        self.window_end = end;
        self.window_planned.fill(0);
        self.window_observed.fill(0);
        for back in 1..=HOUR_BUCKETS as EpochS {
            let start = end - back * BUCKET_S;
            let bucket = &self.buckets[Self::bucket_slot(start)];
            if bucket.start != start {
                continue;
            }
            for (sum, count) in self.window_planned.iter_mut().zip(&bucket.planned) {
                *sum = sum.saturating_add(*count);
            }
            for (sum, count) in self.window_observed.iter_mut().zip(&bucket.observed) {
                *sum = sum.saturating_add(*count);
            }
        }
    }

    /// The rolling hour.
    pub(super) fn window(&self) -> (EpochS, EpochS) {
        (self.window_end - HOUR_BUCKETS as EpochS * BUCKET_S, self.window_end)
    }

    /// The hour whose rows are due, if there is one.
    pub(super) fn hour_due(&self, now: EpochS, grace_s: EpochS) -> Option<EpochS> {
        if let Some((hour, _)) = self.saying {
            return Some(hour);
        }
        let ripe = |h: &&Counts| {
            h.start != EpochS::MIN
                && h.start + 3600 + grace_s <= now
                && self.said.is_none_or(|said| h.start > said)
        };
        self.hours.iter().filter(ripe).map(|h| h.start).min()
    }

    /// Says rows of `hour`, as many as fit a tick, or all.
    pub(super) fn say(
        &mut self,
        layout: &Layout,
        timetable: &Timetable,
        (hour, all): (EpochS, bool),
        coverage_of: CoverageOf<'_>,
        effects: &mut Vec<Effect>,
    ) {
        let counts = &self.hours[Self::hour_slot(hour)];
        let mut next = self.saying.map_or(0, |s| s.1);
        let limit = effects.len().saturating_add(if all { usize::MAX } else { ROWS_PER_TICK });
        while next < layout.cells.len() && effects.len() < limit {
            let segment = layout.cells[next].segment;
            let end = next + run_of(&layout.cells[next..], segment);
            let mut total = Total::default();
            for (offset, cell) in layout.cells[next..end].iter().enumerate() {
                let index = next + offset;
                let (planned, observed) = (counts.planned[index], counts.observed[index]);
                if planned == 0 && observed == 0 {
                    continue;
                }
                let mut one = Total::default();
                let coverage = coverage_of(cell.direction);
                one.add(planned, observed, coverage);
                total.add(planned, observed, coverage);
                effects.push(Effect::Intensity(one.row(timetable, segment, Some(cell), hour)));
            }
            if total.rows > 0 {
                effects.push(Effect::Intensity(total.row(timetable, segment, None, hour)));
            }
            next = end;
        }
        self.saying = Some((hour, next));
        if next >= layout.cells.len() {
            (self.saying, self.said) = (None, Some(hour));
        }
    }

    /// Appends the state of every segment with anything planned or observed in the rolling hour.
    pub(super) fn fill(
        &self,
        layout: &Layout,
        coverage_of: CoverageOf<'_>,
        segments: &mut Vec<SegmentState>,
    ) {
        let mut next = 0;
        while next < layout.cells.len() {
            let segment = layout.cells[next].segment;
            let mut total = Total::default();
            while next < layout.cells.len() && layout.cells[next].segment == segment {
                let (planned, observed) = (self.window_planned[next], self.window_observed[next]);
                if planned > 0 || observed > 0 {
                    total.add(planned, observed, coverage_of(layout.cells[next].direction));
                }
                next += 1;
            }
            if total.rows > 0 {
                let coverage = total.coverage();
                segments.push(SegmentState {
                    segment,
                    scheduled_vph: total.planned,
                    observed_vph: (coverage > 0.0).then_some(total.observed_vph),
                    coverage,
                });
            }
        }
    }

    /// A new timetable: counts move to the cell of the same stops and route. What is planned is counted anew
    /// from the next bucket on. `key` gives a cell's (stops, route) in the new timetable.
    pub(super) fn carried(
        &self,
        layout: &Layout,
        key: impl Fn(u32) -> Option<((StopIdx, StopIdx), RouteIdx)>,
        timetable: &Timetable,
    ) -> Self {
        let mut by_key = BTreeMap::new();
        for (i, cell) in layout.cells.iter().enumerate() {
            let segment = &timetable.segments[cell.segment.get()];
            by_key.insert(((segment.from, segment.to), cell.route), i);
        }
        let to: Vec<Option<usize>> =
            (0..self.cells).map(|c| by_key.get(&key(c as u32)?).copied()).collect();
        let moved = |counts: &Vec<u16>| {
            let mut new = vec![0; layout.cells.len()];
            for (count, to) in counts.iter().zip(&to) {
                if let Some(to) = to {
                    new[*to] = *count;
                }
            }
            new
        };
        let same = to.len() == layout.cells.len()
            && to.iter().enumerate().all(|(cell, to)| *to == Some(cell));
        let all = |rings: &[Counts]| {
            let one = |c: &Counts| Counts {
                start: c.start,
                planned: moved(&c.planned),
                observed: moved(&c.observed),
            };
            rings.iter().map(one).collect()
        };
        Self {
            cells: layout.cells.len(),
            buckets: all(&self.buckets),
            hours: all(&self.hours),
            window_planned: moved(&self.window_planned),
            window_observed: moved(&self.window_observed),
            // An hour half said goes on from its start: said twice is better than not said.
            saying: self.saying.map(|s| (s.0, if same { s.1 } else { 0 })),
            ..*self
        }
    }
}

/// Length of the run of cells of one segment.
fn run_of(cells: &[Cell], segment: SegmentIdx) -> usize {
    cells.iter().take_while(|c| c.segment == segment).count()
}

/// Sums over the routes of a segment.
#[derive(Clone, Copy, Debug, Default)]
struct Total {
    rows: u32,
    planned: f32,
    observed_vph: f32,
    weight: f32,
    covered: f32,
}

impl Total {
    /// Adds a route. Its observed rate is by its own observed time; the coverage of all is weighed by the
    /// vehicles, so that a route that nobody tracks lowers it.
    fn add(&mut self, planned: u16, observed: u16, coverage: f32) {
        let weight = f32::from(planned.max(observed));
        self.rows += 1;
        self.planned += f32::from(planned);
        if coverage > 0.0 {
            self.observed_vph += f32::from(observed) / coverage;
        }
        self.weight += weight;
        self.covered += weight * coverage;
    }

    fn coverage(&self) -> f32 {
        if self.weight > 0.0 { self.covered / self.weight } else { 0.0 }
    }

    fn row(
        &self,
        timetable: &Timetable,
        segment: SegmentIdx,
        cell: Option<&Cell>,
        hour: EpochS,
    ) -> Intensity {
        let row = &timetable.segments[segment.get()];
        Intensity {
            from: row.from,
            to: row.to,
            route: cell.map(|c| c.route),
            hour,
            scheduled_vph: self.planned,
            observed_vph: self.observed_vph,
            coverage: self.coverage(),
        }
    }
}

/// Calls `each` with the cell and time at which a run is planned to cross the middle of every segment
/// within `from..to`.
pub(super) fn planned_crossings(
    timetable: &Timetable,
    layout: &Layout,
    (instance, base): (TripInstance, EpochS),
    (from, to): (EpochS, EpochS),
    mut each: impl FnMut(u32),
) {
    let times = timetable.stop_times(instance.trip);
    let pattern = timetable.trip(instance.trip).pattern;
    let middle = |p: usize| {
        base + (EpochS::from(times[p].departure_s) + EpochS::from(times[p + 1].arrival_s))
            .div_euclid(2)
    };
    let (mut low, mut high) = (0, times.len() - 1);
    while low < high {
        let half = usize::midpoint(low, high);
        if middle(half) < from { low = half + 1 } else { high = half }
    }
    for position in low..times.len() - 1 {
        if middle(position) >= to {
            break;
        }
        let cell = layout.cell_at(pattern, position);
        if cell != super::layout::NONE {
            each(cell);
        }
    }
}

/// Calls `each` with the cell and time at which a vehicle crossed the middle of each segment between two
/// visits of its run, in proportion to the way. Stops in between that were not visited lie on it.
pub(super) fn observed_crossings(
    timetable: &Timetable,
    layout: &Layout,
    pattern: PatternIdx,
    (from, left_at): (usize, EpochS),
    (to, reached_at): (usize, EpochS),
    mut each: impl FnMut(u32, EpochS),
) {
    let offsets = &timetable.pattern(pattern).stop_offsets_m;
    let length_m = offsets[to] - offsets[from];
    for position in from..to {
        let part = if length_m > 0.0 {
            (f64::midpoint(offsets[position], offsets[position + 1]) - offsets[from]) / length_m
        } else {
            (position - from) as f64 / (to - from) as f64 + 0.5 / (to - from) as f64
        };
        let at = left_at + ((reached_at - left_at) as f64 * part) as EpochS;
        let cell = layout.cell_at(pattern, position);
        if cell != super::layout::NONE {
            each(cell, at);
        }
    }
}
