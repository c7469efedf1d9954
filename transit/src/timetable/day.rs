//! The runs of a service day and the passages that they plan.

use super::{Timetable, TripInstance};
use crate::ids::{RouteIdx, StopIdx};
use crate::time::{EpochS, ServiceDate, service_day_origin};

/// A planned passage of a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScheduledPassage {
    /// Departure (arrival at a last stop), epoch seconds.
    pub at: EpochS,
    /// Which run.
    pub instance: TripInstance,
    /// 0-based position of the stop in the run's pattern.
    pub stop_position: u16,
}

impl Timetable {
    /// The instant of time 00:00:00 of the service day `date`.
    pub fn origin(&self, date: ServiceDate) -> EpochS {
        service_day_origin(&self.zone, date)
    }

    /// All runs of the service day, by start, then by trip. Runs of frequency trips are laid out from
    /// their start by their headway, for both `exact_times`.
    pub fn instances_on(&self, _date: ServiceDate) -> Vec<TripInstance> {
        todo!("timetable room")
    }

    /// Planned passages of a route and direction at a stop with `from <= at < to`, by time, over all
    /// patterns that serve the stop and all service days that reach into the window.
    pub fn scheduled_passages(
        &self,
        _route: RouteIdx,
        _direction: Option<u8>,
        _stop: StopIdx,
        _from: EpochS,
        _to: EpochS,
    ) -> Vec<ScheduledPassage> {
        todo!("timetable room")
    }
}
