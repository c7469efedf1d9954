//! The way ahead of a run: when it comes to each stop, and how well that is known.

use super::errors::{HORIZONS, typical_s};
use super::history::{HoldKind, planned_run_s};
use super::learning::Progress;
use super::traffic::{Own, Today};
use super::{Basis, Learnt, PROMISED, Range, StopPrediction, When};
use crate::time::EpochS;
use crate::timetable::{Pattern, StopTime, Timetable, TripInstance};

/// Within this of a stop along the line a vehicle is at it, metres.
const AT_STOP_M: f64 = 30.0;
/// Of the stay at a stop so much is left, as a rule, when a vehicle is seen there.
const STAY_LEFT: f64 = 0.5;
/// Every prediction is this far off at least: fixes and visits are no more exact, seconds.
const LEAST_S: f64 = 8.0;
/// Which quantiles are told.
const SHARES: [f64; TOLD] = [0.1, PROMISED, 0.5, 0.9];
const TOLD: usize = 4;
/// A bus is never thought surer than this to have come already, unseen.
const UNSEEN_MOST: f64 = 0.8;

/// Where the way begins.
#[derive(Clone, Copy, Debug)]
pub(super) enum Anchor {
    /// Seen at `at`, `along_m` along the line, short of or at stop position `next`.
    Place { next: usize, along_m: f64, at: EpochS },
    /// Leaves the first stop.
    Start { at_s: f64, var: f64 },
}

/// Arrival (at the first stop departure) and departure at a stop ahead.
#[derive(Clone, Copy, Debug)]
pub(super) struct Guess {
    pub position: usize,
    /// Mean, epoch seconds.
    pub arrives_s: f64,
    pub departs_s: f64,
    /// Of the arrival, s².
    pub var: f64,
}

impl Guess {
    /// The deviation that is claimed, in which errors are told.
    pub fn scale_s(&self) -> f64 {
        (self.var + LEAST_S * LEAST_S).sqrt()
    }
}

/// A run that is walked ahead.
pub(super) struct Course<'a> {
    learnt: &'a Learnt,
    pattern: &'a Pattern,
    times: &'a [StopTime],
    /// The instant from which `times` count.
    base: EpochS,
    /// The service day: its origin, and an hour of it.
    origin: EpochS,
    day: When,
    /// The plan promises times.
    timed: bool,
    own: Own,
    stays: Own,
}

impl<'a> Course<'a> {
    pub fn new(
        learnt: &'a Learnt,
        timetable: &'a Timetable,
        instance: TripInstance,
        progress: Option<&Progress>,
    ) -> Self {
        let shift = i64::from(timetable.shift_s(instance));
        let origin = timetable.origin(instance.service_date);
        Self {
            learnt,
            pattern: timetable.pattern(timetable.trip(instance.trip).pattern),
            times: timetable.stop_times(instance.trip),
            base: origin + shift,
            origin,
            day: When::of(instance.service_date, 0),
            timed: timetable.frequencies(instance.trip).iter().all(|f| f.exact),
            own: progress.map_or_else(Own::default, |p| p.own.now),
            stays: progress.map_or_else(Own::default, |p| p.stays.now),
        }
    }

    /// Planned departure from the first stop.
    pub fn planned_start(&self) -> EpochS {
        self.base + i64::from(self.times[0].departure_s)
    }

    /// Leaves the first stop at its planned time as late as is usual, but not before `earliest`.
    pub fn usual_start(&self, earliest: EpochS) -> Anchor {
        let (late_s, spread_s) = self.learnt.city.errors.start_s();
        let at_s = (self.planned_start() as f64 + late_s).max(earliest as f64);
        Anchor::Start { at_s, var: spread_s * spread_s }
    }

    fn when(&self, at_s: f64) -> When {
        self.day.at(at_s as i64 - self.origin)
    }

    /// Walks from `anchor` to the last stop, or until `each` says stop.
    pub fn walk(&self, anchor: Anchor, mut each: impl FnMut(Guess) -> bool) {
        let last = self.times.len() - 1;
        let (mut position, mut guess) = match anchor {
            Anchor::Start { at_s, var } => {
                (0, Guess { position: 0, arrives_s: at_s, departs_s: at_s, var })
            }
            Anchor::Place { next, along_m, at } => {
                let next = next.clamp(1, last);
                (next, self.approach(next, along_m, at as f64))
            }
        };
        loop {
            if !each(guess) || position >= last {
                return;
            }
            guess = self.onward(position, guess);
            position += 1;
        }
    }

    /// To the stop before which, or at which, a vehicle was seen.
    fn approach(&self, next: usize, along_m: f64, at_s: f64) -> Guess {
        let offsets = &self.pattern.stop_offsets_m;
        let left_m = offsets[next] - along_m;
        let (mut arrives_s, mut var, mut stay) = (at_s, 0.0, STAY_LEFT);
        if left_m > AT_STOP_M {
            let length_m = (offsets[next] - offsets[next - 1]).max(1.0);
            let left = (left_m / length_m).clamp(0.0, 1.0);
            let run = self.run(next - 1, at_s);
            arrives_s += run.0 * left;
            var = run.1 * left;
            stay = 1.0;
        }
        self.stay(Guess { position: next, arrives_s, departs_s: arrives_s, var }, stay)
    }

    /// From the stop at `position` to the next.
    fn onward(&self, position: usize, guess: Guess) -> Guess {
        let (run_s, run_var) = self.run(position, guess.departs_s);
        let arrives_s = guess.departs_s + run_s;
        // The stay at the stop adds to what is not known of the arrival at the next.
        let segment = self.learnt.segment(self.pattern.segments[position]);
        let stay_var = if position == 0 {
            0.0
        } else {
            self.learnt.city.history.dwell(segment, self.when(guess.departs_s)).var
        };
        let held_s = (guess.departs_s - guess.arrives_s).max(0.0);
        let var = self.after_hold(position, guess.var, held_s) + stay_var + run_var;
        self.stay(Guess { position: position + 1, arrives_s, departs_s: arrives_s, var }, 1.0)
    }

    /// A bus that waits for its time loses what was not known of its arrival.
    fn after_hold(&self, position: usize, var: f64, held_s: f64) -> f64 {
        if position == 0 || !self.timed || held_s * held_s <= var {
            return var;
        }
        let share = self.hold_share(position);
        var * (1.0 - share * (1.0 - (var / (held_s * held_s)).min(1.0)))
    }

    fn departure_scale_s(&self, guess: &Guess) -> f64 {
        let held_s = (guess.departs_s - guess.arrives_s).max(0.0);
        (self.after_hold(guess.position, guess.var, held_s) + LEAST_S * LEAST_S).sqrt()
    }

    fn hold_share(&self, position: usize) -> f64 {
        let kind = HoldKind::of(self.pattern, self.times, position);
        let segment = self.learnt.segment(self.pattern.segments[position]);
        self.learnt.city.history.hold(segment, kind)
    }

    /// Mean and variance of the driving time from `position` on, setting out at `at_s`.
    fn run(&self, position: usize, at_s: f64) -> (f64, f64) {
        let segment = self.learnt.segment(self.pattern.segments[position]);
        let planned_s = planned_run_s(self.pattern, self.times, position);
        let city = &*self.learnt.city;
        let spell = city.history.run(segment, planned_s, self.when(at_s));
        let leaders = segment.map(|s| &s.leaders);
        let late_s = at_s - (self.base + i64::from(self.times[position].departure_s)) as f64;
        let today = Today { own: self.own, late_s: self.timed.then_some(late_s) };
        let off = city.persistence.expected_off(leaders, today, at_s as EpochS);
        let run_s = spell.mean_s + off * spell.var.sqrt();
        (run_s.max(spell.mean_s * 0.4), spell.var)
    }

    /// Adds the stay at a stop, and the wait for the time where buses wait for it.
    fn stay(&self, guess: Guess, left: f64) -> Guess {
        let position = guess.position;
        if position >= self.times.len() - 1 {
            return guess;
        }
        let segment = self.learnt.segment(self.pattern.segments[position]);
        let dwell = self.learnt.city.history.dwell(segment, self.when(guess.arrives_s));
        let off = self.learnt.city.persistence.expected_stay_off(self.stays);
        let stay_s = (dwell.mean_s + off * dwell.var.sqrt()).max(0.0);
        let mut departs_s = guess.arrives_s + stay_s * left;
        let planned_s = (self.base + i64::from(self.times[position].departure_s)) as f64;
        if self.timed && planned_s > departs_s {
            departs_s += self.hold_share(position) * (planned_s - departs_s);
        }
        Guess { departs_s, ..guess }
    }

    /// Whoever asks still waits: where the bus may have come already, unseen, it is told when it comes if it has
    /// not, `passed` deviations after its mean.
    fn not_come(&self, basis: Basis, ahead: &Ahead, passed: f64) -> [f64; TOLD] {
        let errors = &self.learnt.city.errors;
        ahead.between(|h| {
            let before = errors.share_below(basis, h, passed).min(UNSEEN_MOST);
            errors.quantiles(basis, h, SHARES.map(|share| before + share * (1.0 - before)))
        })
    }

    /// Ranges of the stops that [`Course::walk`] comes to. `now` is when it is asked.
    pub fn predict(
        &self,
        basis: Basis,
        anchor: Anchor,
        now: EpochS,
        mut each: impl FnMut(StopPrediction) -> bool,
    ) {
        let errors = &self.learnt.city.errors;
        let table: [[f64; TOLD]; HORIZONS] =
            std::array::from_fn(|h| errors.quantiles(basis, h, SHARES));
        let from_s = reach_from(basis, anchor, now);
        let last = self.times.len() - 1;
        let mut floor = [now; TOLD];
        self.walk(anchor, |guess| {
            let ahead = Ahead::of(guess.arrives_s - from_s);
            let mut off = ahead.between(|h| table[h]);
            let passed = (now as f64 - guess.arrives_s) / guess.scale_s();
            if passed > off[0] {
                off = self.not_come(basis, &ahead, passed);
            }
            for (floor, off) in floor.iter_mut().zip(off) {
                let at = (guess.arrives_s + off * guess.scale_s()).round() as EpochS;
                *floor = at.max(*floor);
            }
            let [p10, promised, p50, p90] = floor;
            let departure = if guess.position == last {
                promised
            } else {
                let at_s = guess.departs_s + off[1] * self.departure_scale_s(&guess);
                (at_s.round() as EpochS).max(promised)
            };
            // Nobody comes to the next stop before leaving this one, nor are the quantiles ever out of order.
            floor[1] = departure;
            floor[2] = p50.max(departure);
            floor[3] = p90.max(departure);
            if basis == Basis::Plan && p90 <= now {
                // If it runs at all, it has been there.
                return true;
            }
            each(StopPrediction {
                stop_position: guess.position as u16,
                arrival: Range { p10, p50, p90 },
                promised,
                departure,
            })
        });
    }
}

/// From when the horizon of a prediction counts: the asking, or the start of a run that is not begun.
pub(super) fn reach_from(basis: Basis, anchor: Anchor, now: EpochS) -> f64 {
    match (basis, anchor) {
        (Basis::Block | Basis::Plan, Anchor::Start { at_s, .. }) => at_s,
        _ => now as f64,
    }
}

/// Between which two horizons a prediction looks ahead, and how near the second.
struct Ahead {
    below: usize,
    above: usize,
    part: f64,
}

impl Ahead {
    fn of(ahead_s: f64) -> Self {
        let above = (0..HORIZONS).find(|h| typical_s(*h) as f64 >= ahead_s).unwrap_or(HORIZONS - 1);
        let below = above.saturating_sub(1);
        let (low_s, high_s) = (typical_s(below) as f64, typical_s(above) as f64);
        let part = if above == below { 0.0 } else { (ahead_s - low_s) / (high_s - low_s) };
        Self { below, above, part: part.clamp(0.0, 1.0) }
    }

    /// Between what is at the middles of both.
    fn between<const N: usize>(&self, at: impl Fn(usize) -> [f64; N]) -> [f64; N] {
        let (below, above) = (at(self.below), at(self.above));
        std::array::from_fn(|i| below[i] + (above[i] - below[i]) * self.part)
    }
}
