//! What readers ask: when a run comes to its stops.

use super::course::{Anchor, Course};
use super::{Basis, Learnt, StopPrediction};
use crate::ids::VehicleIdx;
use crate::monitor::{Snapshot, VehicleState};
use crate::time::EpochS;
use crate::timetable::{Timetable, TripInstance};

/// Nothing is predicted from a position older than this, seconds.
const PROMISE_AGE_S: EpochS = 300;
/// A run that nobody is known to drive is predicted until so long after its start, seconds.
const OVERDUE_S: EpochS = 600;
/// A vehicle that was seen at its first stop leaves no earlier than this after it, seconds.
const LEAVES_IN_S: EpochS = 30;
/// A vehicle needs so long between two runs at least, unless the plan gives it less, seconds.
const LAYOVER_LEAST_S: f64 = 30.0;
/// Over how many runs of a block a delay is carried.
const CARRIED_RUNS: usize = 3;

/// The runs of a block and day beside one of them: the next, or the one before.
fn beside(timetable: &Timetable, instance: TripInstance, next: bool) -> Option<TripInstance> {
    let block = &timetable.blocks[timetable.trip(instance.trip).block?.get()];
    let here = block.trips.iter().position(|t| *t == instance.trip)?;
    let runs = |trip: &&crate::ids::TripIdx| {
        let service = timetable.trip(**trip).service;
        timetable.services[service.get()].runs_on(instance.service_date)
            && timetable.frequencies(**trip).is_empty()
    };
    let trip = if next {
        block.trips[here + 1..].iter().find(runs)?
    } else {
        block.trips[..here].iter().rev().find(runs)?
    };
    let start_s = timetable.stop_times(*trip)[0].departure_s;
    Some(TripInstance { service_date: instance.service_date, trip: *trip, start_s })
}

/// The run that the vehicle of `instance` drives after it.
pub(crate) fn next_of_block(timetable: &Timetable, instance: TripInstance) -> Option<TripInstance> {
    beside(timetable, instance, true)
}

/// When a vehicle that ends `run` (mean, variance), and was `seen` short of leaving it, leaves for `next`.
pub(super) fn block_start(
    learnt: &Learnt,
    timetable: &Timetable,
    run: TripInstance,
    next: TripInstance,
    (ends_s, ends_var): (f64, f64),
    seen: EpochS,
) -> Anchor {
    let last = timetable.stop_times(run.trip).len() - 1;
    let (planned_end, _) = timetable.scheduled(run, last);
    let course = Course::new(learnt, timetable, next, None);
    let planned_rest_s = (course.planned_start() - planned_end).max(0) as f64;
    let rest_s = learnt.city.errors.layover_s().min(planned_rest_s).max(LAYOVER_LEAST_S);
    let ready_s = ends_s + rest_s;
    let usual = course.usual_start(seen + LEAVES_IN_S);
    let Anchor::Start { at_s, var } = usual else { return usual };
    // Ready in good time, it leaves as usual; late, what is not known of its coming carries over.
    let slack_s = at_s - ready_s;
    let late = (0.5 - slack_s / (2.0 * (ends_var.sqrt() + 60.0))).clamp(0.0, 1.0);
    Anchor::Start { at_s: at_s.max(ready_s), var: var + ends_var * late }
}

impl Snapshot {
    /// Predicts the stops of `instance` that lie ahead, in order, until `each` says stop. Returns what they
    /// rest on and the vehicle; `None` where nothing can be said. Allocates nothing.
    pub fn predict(
        &self,
        instance: TripInstance,
        each: impl FnMut(StopPrediction) -> bool,
    ) -> Option<(Basis, Option<VehicleIdx>)> {
        if self.is_canceled(instance) {
            return None;
        }
        let learnt = &self.recent.learnt;
        if let Some(vehicle) = self.driver(instance) {
            let progress = learnt.progress(vehicle.vehicle, instance);
            let course = Course::new(learnt, &self.timetable, instance, progress);
            let anchor = self.anchor(&course, vehicle)?;
            course.predict(Basis::Vehicle, anchor, self.at, each);
            return Some((Basis::Vehicle, Some(vehicle.vehicle)));
        }
        let course = Course::new(learnt, &self.timetable, instance, None);
        if let Some((vehicle, anchor)) = self.carried(instance) {
            course.predict(Basis::Block, anchor, self.at, each);
            return Some((Basis::Block, Some(vehicle)));
        }
        let loose = self.timetable.frequencies(instance.trip).iter().any(|f| !f.exact);
        if loose || self.at > course.planned_start() + OVERDUE_S || self.was_driven(instance) {
            return None;
        }
        // Late, it may have left unseen: nothing says that it still stands there.
        course.predict(Basis::Plan, course.usual_start(EpochS::MIN), self.at, each);
        Some((Basis::Plan, None))
    }

    /// The run that a vehicle drives after the one it is on, while nobody drives it yet. `None` where its run was
    /// guessed: then its block is not known.
    pub fn next_run(&self, vehicle: &VehicleState) -> Option<TripInstance> {
        let matched = vehicle.matched.as_ref().filter(|m| m.trip_named)?;
        let next = next_of_block(&self.timetable, matched.instance)?;
        self.driver(next).is_none().then_some(next)
    }

    /// Where a vehicle's run goes on from; `None` when that is not known, or it is over.
    fn anchor(&self, course: &Course<'_>, vehicle: &VehicleState) -> Option<Anchor> {
        let fresh = self.at - vehicle.measured_at <= PROMISE_AGE_S;
        let matched = vehicle.matched.as_ref().filter(|_| fresh && !vehicle.off_route)?;
        let next = usize::from(matched.next_stop_position);
        if next == 0 {
            return Some(course.usual_start(vehicle.measured_at + LEAVES_IN_S));
        }
        let served = self.recent.learnt.progress(vehicle.vehicle, matched.instance);
        if served.is_some_and(|p| usize::from(p.position) >= next) {
            return None;
        }
        Some(Anchor::Place { next, along_m: matched.along_m, at: vehicle.measured_at })
    }

    /// Somebody drove it and does no more.
    fn was_driven(&self, instance: TripInstance) -> bool {
        self.recent.was_driven(instance)
    }

    /// The vehicle that drives an earlier run of the block, and when it leaves for `instance`.
    fn carried(&self, instance: TripInstance) -> Option<(VehicleIdx, Anchor)> {
        let mut chain = [instance; CARRIED_RUNS + 1];
        for i in 1..=CARRIED_RUNS {
            chain[i] = beside(&self.timetable, chain[i - 1], false)?;
            let Some(vehicle) = self.driver(chain[i]) else { continue };
            // Of a run that was guessed it is not known which block it belongs to.
            vehicle.matched.as_ref().filter(|m| m.trip_named)?;
            return Some((vehicle.vehicle, self.carry(vehicle, &chain[..=i])?));
        }
        None
    }

    /// Carries a vehicle on from the last of `chain` to the first.
    fn carry(&self, vehicle: &VehicleState, chain: &[TripInstance]) -> Option<Anchor> {
        let (learnt, timetable) = (&self.recent.learnt, &*self.timetable);
        let driven = *chain.last()?;
        let progress = learnt.progress(vehicle.vehicle, driven);
        let course = Course::new(learnt, timetable, driven, progress);
        // At the end of its run it rests: it has come.
        let ended = progress.and_then(|p| p.ended).unwrap_or(vehicle.measured_at);
        let rested = (ended as f64, 0.0);
        let mut anchor = self.anchor(&course, vehicle);
        for pair in chain.windows(2).rev() {
            let (next, run) = (pair[0], pair[1]);
            let ends =
                match anchor {
                    Some(anchor) => {
                        let mut ends = rested;
                        Course::new(learnt, timetable, run, progress.filter(|_| run == driven))
                            .walk(anchor, |guess| {
                                ends = (guess.arrives_s, guess.var);
                                true
                            });
                        ends
                    }
                    None if self.at - vehicle.measured_at > PROMISE_AGE_S || vehicle.off_route => {
                        return None;
                    }
                    None => rested,
                };
            let seen = vehicle.measured_at;
            anchor = Some(block_start(learnt, timetable, run, next, ends, seen));
        }
        anchor
    }
}
