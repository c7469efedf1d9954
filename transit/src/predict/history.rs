//! How long stretches take and stops last, by hour and kind of day; thin figures lean on thicker ones.

use super::traffic::Leaders;
use super::{BANDS, DAY_TYPES, When};
use crate::timetable::{Pattern, StopTime};

/// Weight of what a cell leans on, in observations.
const CELL_LEANS: f64 = 4.0;
/// … a segment …
const SEGMENT_LEANS: f64 = 3.0;
/// … the city.
const CITY_LEANS: f64 = 30.0;
/// Observations after which the oldest fade: of a cell, a segment, the city.
const CELL_MEMORY: f32 = 30.0;
const SEGMENT_MEMORY: f32 = 120.0;
const CITY_MEMORY: f32 = 2_000.0;
/// Dwell before any was seen, seconds.
const DWELL_S: f64 = 10.0;
/// A dwell longer than this is not boarding: it counts as this, seconds.
const DWELL_MOST_S: f64 = 120.0;
/// No bus is faster over a whole stretch, m/s.
const FASTEST_MPS: f64 = 25.0;
/// Starting and braking are worth so many metres of driving when a planned minute is shared out.
const START_M: f64 = 60.0;
/// Of a planned stretch so much is driving at least.
const DRIVEN_LEAST: f64 = 0.6;
/// A stretch of the city's mean weighs by its minutes.
const MINUTE_S: f64 = 60.0;
/// Deviation of a stretch before any was seen: a share of it, and seconds.
const SPREAD_SHARE: f64 = 0.2;
const SPREAD_S: f64 = 8.0;
/// A driving time beyond this many times what was expected, and so many seconds, counts as that.
const RUN_MOST: f64 = 2.5;
const RUN_MOST_S: f64 = 90.0;
const RUN_LEAST: f64 = 0.25;
/// Share of early buses that wait for their time where the plan has them wait, until more is known; where it
/// gives them long to stand; elsewhere.
const HOLD_SHARE: [f64; 3] = [0.8, 0.4, 0.03];
/// A planned stay of so many seconds may be a wait.
const LONG_STAY_S: i32 = 30;

/// A fading mean.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Mean {
    value: f32,
    weight: f32,
}

impl Mean {
    pub fn add(&mut self, value: f64, memory: f32) {
        self.add_weighed(value, 1.0, memory);
    }

    /// A value that counts as `weight` of them.
    fn add_weighed(&mut self, value: f64, weight: f64, memory: f32) {
        let weight = weight as f32;
        self.weight = (self.weight + weight).min(memory);
        self.value += (value as f32 - self.value) * (weight / self.weight).min(1.0);
    }

    /// The mean, leaning on `prior` as if that had been seen `leans` times.
    pub fn leaning(self, prior: f64, leans: f64) -> f64 {
        let weight = f64::from(self.weight);
        (f64::from(self.value) * weight + prior * leans) / (weight + leans)
    }
}

/// By kind of day and hour.
type Hours = [[Mean; BANDS]; DAY_TYPES];

/// What is known of a segment. The stop is the one it begins at.
#[derive(Clone, Debug, Default)]
pub(super) struct SegmentHistory {
    /// Driving time by the plan's.
    run: Hours,
    run_all: Mean,
    /// Squared deviation from what was expected, s².
    run_var: Mean,
    /// Seconds at the stop, waits for the timetable left out.
    dwell: Hours,
    dwell_all: Mean,
    dwell_var: Mean,
    /// Share of early buses that wait for their time.
    hold: Mean,
    pub leaders: Leaders,
}

/// What is known of the city.
#[derive(Clone, Debug, Default)]
pub(super) struct CityHistory {
    run: Hours,
    run_all: Mean,
    dwell_all: Mean,
    hold: [Mean; 3],
}

/// Seconds and their deviation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spell {
    pub mean_s: f64,
    pub var: f64,
}

impl CityHistory {
    /// Driving time over a segment that the plan gives `plan_s`.
    pub fn run(&self, segment: Option<&SegmentHistory>, plan_s: f64, when: When) -> Spell {
        let all = self.run_all.leaning(1.0, CITY_LEANS);
        let hour = self.run[when.day_type][when.band].leaning(all, CITY_LEANS);
        let spread_s = SPREAD_SHARE * plan_s + SPREAD_S;
        let Some(s) = segment else {
            return Spell { mean_s: plan_s * hour, var: spread_s * spread_s };
        };
        let of_segment = s.run_all.leaning(all, SEGMENT_LEANS);
        let of_hour = s.run[when.day_type][when.band].leaning(of_segment * hour / all, CELL_LEANS);
        let var = s.run_var.leaning(spread_s * spread_s, SEGMENT_LEANS);
        Spell { mean_s: plan_s * of_hour, var }
    }

    /// Time at the stop that a segment begins at.
    pub fn dwell(&self, segment: Option<&SegmentHistory>, when: When) -> Spell {
        let city = self.dwell_all.leaning(DWELL_S, CITY_LEANS);
        let Some(s) = segment else { return Spell { mean_s: city, var: city * city } };
        let of_stop = s.dwell_all.leaning(city, SEGMENT_LEANS);
        Spell {
            mean_s: s.dwell[when.day_type][when.band].leaning(of_stop, CELL_LEANS),
            var: s.dwell_var.leaning(city * city, SEGMENT_LEANS),
        }
    }

    /// Share of early buses that wait for their time there.
    pub fn hold(&self, segment: Option<&SegmentHistory>, kind: HoldKind) -> f64 {
        let city = self.hold[kind as usize].leaning(HOLD_SHARE[kind as usize], CITY_LEANS);
        segment.map_or(city, |s| s.hold.leaning(city, SEGMENT_LEANS))
    }

    /// Takes a driving time; returns by how many deviations it was off.
    pub fn add_run(
        &mut self,
        segment: &mut SegmentHistory,
        plan_s: f64,
        when: When,
        run_s: f64,
    ) -> f64 {
        let expected = self.run(Some(segment), plan_s, when);
        let most_s = RUN_MOST * expected.mean_s + RUN_MOST_S;
        let run_s = run_s.clamp(RUN_LEAST * expected.mean_s, most_s);
        let share = run_s / plan_s;
        segment.run[when.day_type][when.band].add(share, CELL_MEMORY);
        segment.run_all.add(share, SEGMENT_MEMORY);
        let off_s = run_s - expected.mean_s;
        segment.run_var.add(off_s * off_s, SEGMENT_MEMORY);
        // Of the city, the share of all its driving: a long stretch counts for more.
        let weight = plan_s / MINUTE_S;
        self.run[when.day_type][when.band].add_weighed(share, weight, CITY_MEMORY);
        self.run_all.add_weighed(share, weight, CITY_MEMORY);
        off_s / expected.var.sqrt()
    }

    /// Takes a time at a stop; returns by how many deviations it was off.
    pub fn add_dwell(&mut self, segment: &mut SegmentHistory, when: When, dwell_s: f64) -> f64 {
        let dwell_s = dwell_s.clamp(0.0, DWELL_MOST_S);
        let expected = self.dwell(Some(segment), when);
        let off_s = dwell_s - expected.mean_s;
        segment.dwell[when.day_type][when.band].add(dwell_s, CELL_MEMORY);
        segment.dwell_all.add(dwell_s, SEGMENT_MEMORY);
        segment.dwell_var.add(off_s * off_s, SEGMENT_MEMORY);
        self.dwell_all.add(dwell_s, CITY_MEMORY);
        off_s / expected.var.max(1.0).sqrt()
    }

    /// An early bus waited for its time, or did not.
    pub fn add_hold(&mut self, segment: &mut SegmentHistory, kind: HoldKind, held: bool) {
        let value = f64::from(u8::from(held));
        segment.hold.add(value, CELL_MEMORY);
        self.hold[kind as usize].add(value, CITY_MEMORY);
    }
}

/// How likely the plan has an early bus wait at a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HoldKind {
    Timepoint,
    LongStay,
    Other,
}

impl HoldKind {
    pub fn of(pattern: &Pattern, times: &[StopTime], position: usize) -> Self {
        let time = times[position];
        if pattern.timepoints.get(position).copied().unwrap_or(false) {
            Self::Timepoint
        } else if time.departure_s - time.arrival_s >= LONG_STAY_S {
            Self::LongStay
        } else {
            Self::Other
        }
    }
}

/// Planned driving time from `position` to the next stop, seconds: where the plan gives no time to stand, what
/// stops usually take is left out. Where the plan is written in whole minutes
/// it is shared out by distance over the stretches around: a minute more or less is rounding there.
pub(super) fn planned_run_s(pattern: &Pattern, times: &[StopTime], position: usize) -> f64 {
    let whole = |s: i32| s % 60 == 0;
    let (mut from, mut to) = (position, position + 1);
    if whole(times[from].departure_s) && whole(times[to].arrival_s) {
        from = from.saturating_sub(2);
        to = (to + 2).min(times.len() - 1);
    }
    let offsets = &pattern.stop_offsets_m;
    let mut planned_s = f64::from(times[to].arrival_s - times[from].departure_s);
    for time in &times[from + 1..to] {
        let stay_s = f64::from(time.departure_s - time.arrival_s);
        planned_s -= if stay_s > 0.0 { stay_s } else { DWELL_S };
    }
    if times[to].departure_s == times[to].arrival_s {
        planned_s -= DWELL_S;
    }
    let whole_s = f64::from(times[to].arrival_s - times[from].departure_s);
    planned_s = planned_s.max(whole_s * DRIVEN_LEAST);
    let length_m = offsets[position + 1] - offsets[position] + START_M;
    let around_m = offsets[to] - offsets[from] + START_M * (to - from) as f64;
    (planned_s * length_m / around_m).max(length_m / FASTEST_MPS)
}
