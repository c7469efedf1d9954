//! Visits and positions come in.

use super::course::{Anchor, Course, reach_from};
use super::errors::{HORIZONS, horizon, typical_s};
use super::history::{HoldKind, planned_run_s};
use super::pending::{CHECKED, Made, Pending};
use super::reading::{block_start, next_of_block};
use super::traffic::Trend;
use super::{Basis, Predictor, When};
use crate::event::StopVisit;
use crate::flow::VehicleFacts;
use crate::ids::VehicleIdx;
use crate::time::EpochS;
use crate::timetable::{Timetable, TripInstance};
use std::sync::Arc;

/// Predictions of a vehicle are held against what comes once in so many seconds at most.
const CHECK_EVERY_S: EpochS = 60;
/// Predictions for the next run of the block are checked when the end of this one is so near, seconds.
const BLOCK_CHECK_S: f64 = 900.0;
/// Early by more than this, a bus may wait for its time; it has waited when it leaves no earlier than this
/// before it, seconds.
const EARLY_S: EpochS = 45;
const WAITED_S: EpochS = 25;
/// A longer rest between two runs is no layover of a late bus, seconds.
const LAYOVER_MOST_S: EpochS = 1_800;
/// A bus that comes to the end of its run with less than this before its next start is late for it, seconds.
const COMES_LATE_S: EpochS = 30;
/// A stretch takes no longer than this, seconds.
const RUN_MOST_S: EpochS = 3_600;
/// Instants beyond this are none, seconds: sums never overflow.
const EPOCH_MOST_S: EpochS = 1 << 40;
/// A start this far off its time is no start of that run, seconds.
const START_MOST_S: EpochS = 3_600;

/// How far a vehicle is on its run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Progress {
    pub run: Option<TripInstance>,
    /// Last stop served.
    pub position: u16,
    /// When it left that stop.
    left: Option<EpochS>,
    pub own: Trend,
    /// The same of its stays at stops.
    pub stays: Trend,
    /// When it came to the end of this run, or before that of the run before.
    pub ended: Option<EpochS>,
}

impl Progress {
    /// The same on a new timetable.
    pub fn renamed(&self, run: impl Fn(TripInstance) -> Option<TripInstance>) -> Option<Self> {
        Some(Self { run: Some(run(self.run?)?), ..*self })
    }
}

impl Predictor {
    /// Learns from a visit. Visits of a run come in order; any other order is survived.
    pub fn visit(&mut self, timetable: &Timetable, visit: &StopVisit) {
        let position = usize::from(visit.stop_position);
        let instance = visit.instance;
        let last = timetable.stop_times(instance.trip).len() - 1;
        let told = [visit.arrival, visit.departure];
        let absurd = told.iter().flatten().any(|at| !(-EPOCH_MOST_S..=EPOCH_MOST_S).contains(at));
        if absurd || position > last || timetable.trip(instance.trip).pattern != visit.pattern {
            return;
        }
        let index = visit.vehicle.get();
        if self.pending.len() <= index {
            self.pending.resize(index + 1, Pending::default());
        }
        let mut progress = self.learnt.vehicles.get(index).copied().unwrap_or_default();
        if progress.run != Some(instance) {
            let ended = progress.ended;
            progress = Progress { run: Some(instance), ended, ..Progress::default() };
            self.begin(timetable, visit);
            self.start(timetable, visit, ended);
        } else if visit.stop_position == progress.position + 1
            && let (Some(left), Some(arrival)) = (progress.left, visit.arrival)
        {
            self.ran(timetable, visit, (left, arrival), &mut progress.own);
        }
        self.stayed(timetable, visit, &mut progress.stays);
        let came = if position == 0 { visit.departure } else { visit.arrival };
        if let Some(at) = came {
            let city = Arc::make_mut(&mut self.learnt.city);
            self.pending[index].came(instance, visit.stop_position, at, |basis, horizon, off| {
                city.errors.add(basis, horizon, off);
            });
        }
        progress.position = visit.stop_position;
        progress.left = visit.departure;
        if position == last {
            progress.ended = visit.arrival.or(visit.departure);
        }
        *self.learnt.vehicles.slot(index) = progress;
    }

    /// Learns from visits of the past, those of a run in order. What vehicles do now stays as it is.
    pub fn remember(&mut self, timetable: &Timetable, visits: impl Iterator<Item = StopVisit>) {
        let vehicles = std::mem::take(&mut self.learnt.vehicles);
        let pending = std::mem::take(&mut self.pending);
        for visit in visits {
            self.visit(timetable, &visit);
            let pattern = timetable.pattern(timetable.trip(visit.instance.trip).pattern);
            let position = usize::from(visit.stop_position);
            let Some(at) = visit.departure.filter(|_| position + 1 < pattern.stops.len()) else {
                continue;
            };
            let along_m = pattern.stop_offsets_m[position];
            self.check(
                timetable,
                at,
                visit.vehicle,
                visit.instance,
                Anchor::Place { next: position + 1, along_m, at },
            );
        }
        (self.learnt.vehicles, self.pending) = (vehicles, pending);
    }

    /// A vehicle begins a run: what the plan alone would have said of it waits to be checked.
    fn begin(&mut self, timetable: &Timetable, visit: &StopVisit) {
        let pending = &mut self.pending[visit.vehicle.get()];
        pending.begin(visit.instance);
        let course = Course::new(&self.learnt, timetable, visit.instance, None);
        let anchor = course.usual_start(EpochS::MIN);
        let from_s = reach_from(Basis::Plan, anchor, 0);
        course.walk(anchor, |guess| {
            let steps = guess.position.checked_sub(usize::from(visit.stop_position));
            if let Some(i) = CHECKED.iter().position(|c| Some(*c) == steps) {
                pending.wait_plan(i, made(visit.instance, &guess, from_s));
            }
            steps.is_none_or(|s| s < CHECKED[CHECKED.len() - 1])
        });
    }

    /// How late it set out, or how long a late bus rested.
    fn start(&mut self, timetable: &Timetable, visit: &StopVisit, ended: Option<EpochS>) {
        let Some(departure) = visit.departure.filter(|_| visit.stop_position == 0) else { return };
        let (_, planned) = timetable.scheduled(visit.instance, 0);
        let late_s = departure - planned;
        if late_s.abs() > START_MOST_S {
            return;
        }
        let errors = &mut Arc::make_mut(&mut self.learnt.city).errors;
        let rest_s = ended.map(|ended| departure - ended);
        match rest_s.filter(|rest| (0..=LAYOVER_MOST_S).contains(rest)) {
            // Its time had come when it came: nothing but the layover held it.
            Some(rest_s) if planned < departure - rest_s + COMES_LATE_S => {
                errors.add_layover(rest_s as f64);
            }
            _ => errors.add_start(late_s as f64),
        }
    }

    /// It drove from the stop before.
    fn ran(
        &mut self,
        timetable: &Timetable,
        visit: &StopVisit,
        (left, arrival): (EpochS, EpochS),
        own: &mut Trend,
    ) {
        let run_s = arrival - left;
        if !(1..=RUN_MOST_S).contains(&run_s) {
            return;
        }
        let pattern = timetable.pattern(visit.pattern);
        let times = timetable.stop_times(visit.instance.trip);
        let from = usize::from(visit.stop_position) - 1;
        let planned_s = planned_run_s(pattern, times, from);
        let when = when(timetable, visit.instance, left);
        let city = Arc::make_mut(&mut self.learnt.city);
        let segment = self.learnt.segments.slot(pattern.segments[from].get());
        let off = city.history.add_run(segment, planned_s, when, run_s as f64);
        let timed = timetable.frequencies(visit.instance.trip).iter().all(|f| f.exact);
        let late_s = left - timetable.scheduled(visit.instance, from).1;
        city.persistence.add(&segment.leaders, own.earlier(), arrival, off);
        segment.leaders.add(arrival, off);
        own.add(arrival, off, timed.then_some(late_s as f64));
    }

    /// How long it stood, and whether it waited for its time.
    fn stayed(&mut self, timetable: &Timetable, visit: &StopVisit, stays: &mut Trend) {
        let position = usize::from(visit.stop_position);
        let pattern = timetable.pattern(visit.pattern);
        let (Some(arrival), Some(departure)) = (visit.arrival, visit.departure) else { return };
        if position == 0 || position >= pattern.segments.len() || departure < arrival {
            return;
        }
        let city = Arc::make_mut(&mut self.learnt.city);
        let segment = self.learnt.segments.slot(pattern.segments[position].get());
        let when = when(timetable, visit.instance, arrival);
        let timed = timetable.frequencies(visit.instance.trip).iter().all(|f| f.exact);
        let (_, planned) = timetable.scheduled(visit.instance, position);
        let usual_s = city.history.dwell(Some(segment), when).mean_s as EpochS;
        if timed && planned - arrival > usual_s + EARLY_S {
            let times = timetable.stop_times(visit.instance.trip);
            let held = departure >= planned - WAITED_S;
            city.history.add_hold(segment, HoldKind::of(pattern, times, position), held);
            if held {
                return;
            }
        }
        let off = city.history.add_dwell(segment, when, (departure - arrival) as f64);
        city.persistence.add_stay(stays.earlier().own, off);
        stays.add(departure, off, None);
    }

    /// Time has passed: some predictions are put aside, to be held against what comes.
    pub fn tick(&mut self, timetable: &Timetable, now: EpochS, vehicles: &[VehicleFacts]) {
        for facts in vehicles {
            let sure = !facts.overload && facts.off_route_m.is_none();
            let Some((instance, _)) = facts.matched.filter(|_| sure) else { continue };
            let next = usize::from(facts.next_stop_position);
            if next > 0 {
                let at = facts.measured_at;
                let anchor = Anchor::Place { next, along_m: facts.along_m, at };
                self.check(timetable, now, facts.vehicle, instance, anchor);
            }
        }
    }

    /// Puts predictions aside, but not too often.
    fn check(
        &mut self,
        timetable: &Timetable,
        now: EpochS,
        vehicle: VehicleIdx,
        instance: TripInstance,
        anchor: Anchor,
    ) {
        let index = vehicle.get();
        if self.pending.len() <= index {
            self.pending.resize(index + 1, Pending::default());
        }
        let pending = &mut self.pending[index];
        let lately = pending.made_at.is_some_and(|at| (0..CHECK_EVERY_S).contains(&(now - at)));
        if !lately {
            pending.made_at = Some(now);
            self.put_aside(timetable, now, vehicle, instance, anchor);
        }
    }

    fn put_aside(
        &mut self,
        timetable: &Timetable,
        now: EpochS,
        vehicle: VehicleIdx,
        instance: TripInstance,
        anchor: Anchor,
    ) {
        let Some(progress) = self.learnt.progress(vehicle, instance) else { return };
        let pending = &mut self.pending[vehicle.get()];
        let course = Course::new(&self.learnt, timetable, instance, Some(progress));
        let block = next_of_block(timetable, instance).filter(|next| pending.block_is_free(*next));
        let mut ends = (0.0, 0.0);
        let mut wanted = (0..HORIZONS).find(|h| pending.is_free(*h));
        let mut made_now = [None; HORIZONS];
        course.walk(anchor, |guess| {
            ends = (guess.arrives_s, guess.var);
            let ahead_s = guess.arrives_s - now as f64;
            while let Some(h) = wanted.filter(|h| ahead_s >= typical_s(*h) as f64 * 0.75) {
                if horizon(ahead_s as i64) == h && guess.position > usize::from(progress.position) {
                    made_now[h] = Some(made(instance, &guess, now as f64));
                }
                wanted = (h + 1..HORIZONS).find(|h| pending.is_free(*h));
            }
            // No stop farther on is asked for, and the end matters only if it is near.
            wanted.is_some() || block.is_some() && ahead_s <= BLOCK_CHECK_S
        });
        for (h, made) in made_now.into_iter().enumerate() {
            if let Some(made) = made {
                pending.wait(h, made);
            }
        }
        let Some(next) = block.filter(|_| ends.0 - now as f64 <= BLOCK_CHECK_S) else { return };
        let anchor = block_start(&self.learnt, timetable, instance, next, ends, now);
        let course = Course::new(&self.learnt, timetable, next, None);
        let from_s = reach_from(Basis::Block, anchor, now);
        course.walk(anchor, |guess| {
            if let Some(i) = CHECKED.iter().position(|c| *c == guess.position) {
                pending.wait_block(i, made(next, &guess, from_s));
            }
            guess.position < CHECKED[CHECKED.len() - 1]
        });
    }
}

fn made(run: TripInstance, guess: &super::course::Guess, from_s: f64) -> Made {
    Made {
        run,
        position: guess.position as u16,
        horizon: horizon((guess.arrives_s - from_s) as i64) as u8,
        at_s: guess.arrives_s,
        scale_s: guess.scale_s(),
    }
}

fn when(timetable: &Timetable, instance: TripInstance, at: EpochS) -> When {
    When::of(instance.service_date, at - timetable.origin(instance.service_date))
}
