//! A new timetable: everything in flight is found again by id.

use super::Monitor;
use super::intake::Coverage;
use super::line::Run;
use super::track::Track;
use crate::time::EpochS;
use crate::timetable::{Timetable, TripInstance};
use std::sync::Arc;

impl Monitor {
    /// Takes over `new`. Vehicles keep their index and last fix; a run whose trip keeps its id and its stops
    /// goes on as if nothing had happened, any other is matched anew with the next fix.
    pub(super) fn on_timetable(&mut self, now: EpochS, new: &Arc<Timetable>) {
        let old = std::mem::replace(&mut self.timetable, Arc::clone(new));
        self.coverage = Coverage::of(new, self.config.coverage_margin_m);
        self.days = super::Days::default();
        for vehicle in &mut self.fleet.vehicles {
            vehicle.named_route =
                vehicle.named_route.and_then(|r| new.route_by_id(&old.route(r).id));
            vehicle.track.rename(|run| rename_run(&old, new, run));
        }
        self.runs.rename(|run| rename_instance(&old, new, run));
        self.updates.rename(|run| rename_instance(&old, new, run));
        self.flow.on_timetable(now, &old, new);
    }
}

/// The same run in the new timetable: same trip id, same stops at the same places along its line.
fn rename_run(old: &Timetable, new: &Timetable, run: &Run) -> Option<Run> {
    let instance = rename_instance(old, new, run.instance)?;
    let pattern = new.trip(instance.trip).pattern;
    let (before, after) = (old.pattern(run.pattern), new.pattern(pattern));
    let ids = |t: &Timetable, p: &crate::timetable::Pattern| -> Vec<Box<str>> {
        p.stops.iter().map(|s| t.stop(*s).id.clone()).collect()
    };
    let same_line = before.stop_offsets_m == after.stop_offsets_m
        && ids(old, before) == ids(new, after)
        && old.shapes[before.shape.get()] == new.shapes[after.shape.get()];
    let same_shift = old.shift_s(run.instance) == new.shift_s(instance);
    (same_line && same_shift).then_some(Run { instance, pattern, ..*run })
}

fn rename_instance(old: &Timetable, new: &Timetable, run: TripInstance) -> Option<TripInstance> {
    let trip = new.trip_by_id(&old.trip(run.trip).id)?;
    let once = new.frequencies(trip).is_empty();
    let start_s = if once { new.stop_times(trip).first()?.departure_s } else { run.start_s };
    Some(TripInstance { trip, start_s, ..run })
}

impl Track {
    /// Carries beliefs over; those whose run has no successor are dropped.
    fn rename(&mut self, rename: impl Fn(&Run) -> Option<Run>) {
        self.named_memory = super::naming::NamedMemory::default();
        self.named = super::naming::Named::default();
        self.finished = self.finished.as_ref().and_then(&rename);
        self.disowned = self.disowned.as_ref().and_then(&rename);
        self.followed =
            self.followed.and_then(|f| Some(super::track::Followed { run: rename(&f.run)?, ..f }));
        self.beam.rename(rename);
    }
}
