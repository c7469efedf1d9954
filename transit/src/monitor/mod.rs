//! The single writer: events in, effects out, snapshots for readers.

mod snapshot;

pub use snapshot::{
    BoardArrival, BoardDeparture, DirectionState, FeedState, IncidentState, MatchState, Recent,
    SegmentState, Snapshot, StopBoard, TripStop, VehicleState,
};

use crate::event::{Effect, Event};
use crate::time::EpochS;
use crate::timetable::Timetable;
use std::sync::Arc;

/// Thresholds, every one with its unit and source. The server reads overrides from its settings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MonitorConfig {}

/// Watches the buses of one timetable, over any number of feeds.
pub struct Monitor {}

impl Monitor {
    /// A Monitor that has seen nothing.
    pub fn new(_timetable: Arc<Timetable>, _config: MonitorConfig) -> Self {
        todo!("monitor room")
    }

    /// Takes one fact. Total: never panics on data, never fails. Effects are appended.
    pub fn apply(&mut self, _now: EpochS, _event: &Event<'_>, _effects: &mut Vec<Effect>) {
        todo!("monitor room")
    }

    /// What is known now, for readers.
    pub fn snapshot(&self, _now: EpochS) -> Snapshot {
        todo!("monitor room")
    }

    /// The identity of a vehicle: its feed's index and the id the feed gives it.
    pub fn vehicle_id(&self, _vehicle: crate::ids::VehicleIdx) -> &str {
        todo!("monitor room")
    }
}
