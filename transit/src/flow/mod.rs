//! What the visits mean: coverage, headways, waits, intensity, ghosts, incidents, boards.
//!
//! The Monitor tells `Flow` what it concluded about vehicles; `Flow` concludes about the service. It knows
//! nothing of fixes or matching.

mod board;
mod shelf;

pub use board::Recent;

use crate::event::{Effect, StopVisit};
use crate::ids::{FeedIdx, PatternIdx, VehicleIdx};
use crate::monitor::Snapshot;
use crate::time::EpochS;
use crate::timetable::{Timetable, TripInstance};
use std::sync::Arc;

/// Thresholds of this room, every one with its unit and source (`operations.md` §2 of the reference).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlowConfig {}

/// What the Monitor knows of one vehicle at a tick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VehicleFacts {
    /// The vehicle.
    pub vehicle: VehicleIdx,
    /// Its feed.
    pub feed: FeedIdx,
    /// Its run and pattern, while matched.
    pub matched: Option<(TripInstance, PatternIdx)>,
    /// Metres along the pattern's shape.
    pub along_m: f64,
    /// Next stop position (the current one while at it).
    pub next_stop_position: u16,
    /// When it was measured.
    pub measured_at: EpochS,
    /// Seconds late.
    pub schedule_deviation_s: Option<i32>,
    /// Away from the line of its trip, by so many metres.
    pub off_route_m: Option<f64>,
    /// At a terminal or parked between trips.
    pub layover: bool,
    /// A second vehicle on a run that another one drives.
    pub overload: bool,
}

/// The service as it is.
#[derive(Debug)]
pub struct Flow {}

impl Flow {
    /// Nothing seen yet.
    pub fn new(_timetable: &Arc<Timetable>, _config: FlowConfig) -> Self {
        Self {}
    }

    /// A new timetable: state is carried over by ids.
    pub fn on_timetable(&mut self, _now: EpochS, _old: &Timetable, _new: &Arc<Timetable>) {}

    /// A feed's dataset arrived; it was observed until `header_at` (or `now`).
    pub fn on_dataset(&mut self, _now: EpochS, _feed: FeedIdx, _header_at: Option<EpochS>) {}

    /// A fetch failed.
    pub fn on_feed_failed(&mut self, _now: EpochS, _feed: FeedIdx) {}

    /// The feed says that this run does not run (or, `false`, that it runs after all).
    pub fn on_canceled(&mut self, _now: EpochS, _instance: TripInstance, _canceled: bool) {}

    /// A visit is final. Appends `Headway` effects.
    pub fn on_visit(&mut self, _now: EpochS, _visit: &StopVisit, _effects: &mut Vec<Effect>) {}

    /// Time has passed. `vehicles` by index. Appends `Intensity` and incident effects.
    pub fn on_tick(
        &mut self,
        _now: EpochS,
        _vehicles: &[VehicleFacts],
        _effects: &mut Vec<Effect>,
    ) {
    }

    /// Nothing more will come (the end of a recording): what was held back is said, with the coverage that it
    /// has. Appends `Headway`, `Intensity` and `IncidentClosed` effects.
    pub fn finish(&mut self, _now: EpochS, _effects: &mut Vec<Effect>) {}

    /// Fills `directions`, `segments`, `incidents`, `recent`, the headway fields of `vehicles[].matched`,
    /// and `down` of `feeds`.
    pub fn fill(&self, _now: EpochS, _snapshot: &mut Snapshot) {}
}
