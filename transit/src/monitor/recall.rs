//! What the record knows of the time before this Monitor: who passed last, and what is already told.

use super::{Monitor, clamp};
use crate::event::{PastVisit, StopVisit};
use crate::ids::VehicleIdx;
use crate::time::EpochS;
use crate::timetable::TripInstance;

impl Monitor {
    /// A visit that an earlier Monitor told. One that has no place in the timetable, or lies ahead, is nothing.
    pub(super) fn on_past_visit(&mut self, now: EpochS, past: &PastVisit<'_>) {
        let Some(mut visit) = self.past_visit(past) else { return };
        let at = visit.departure.or(visit.arrival).filter(|at| *at <= now);
        let Some(at) = at else { return };
        let Some(vehicle) = self.fleet.recall(past.vehicle_id, at, self.config.max_vehicles) else {
            return;
        };
        visit.vehicle = vehicle;
        self.runs.recall(visit.instance, at, visit.stop_position, self.config.max_runs);
        self.flow.on_past_visit(&visit, past.headway_told);
    }

    fn past_visit(&self, past: &PastVisit<'_>) -> Option<StopVisit> {
        let trip = self.timetable.trip_by_id(past.trip_id)?;
        let index = self.timetable.trip(trip).pattern;
        let pattern = self.timetable.pattern(index);
        let position = pattern.stop_sequences.iter().position(|s| *s == past.stop_sequence)?;
        let same_stop = *self.timetable.stop(pattern.stops[position]).id == *past.stop_id;
        same_stop.then_some(StopVisit {
            instance: TripInstance { service_date: past.service_date, trip, start_s: past.start_s },
            pattern: index,
            stop_position: position as u16,
            vehicle: VehicleIdx::default(),
            arrival: past.arrival.map(clamp),
            departure: past.departure.map(clamp),
            uncertainty_s: 0.0,
            trip_named: past.trip_named,
        })
    }
}
