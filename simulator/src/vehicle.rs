//! A vehicle and the run that it is on.

use crate::motion::{Aside, Motion, Tag};
use rand_chacha::ChaCha8Rng;
use transit::ids::{PatternIdx, RouteIdx};
use transit::{EpochS, LatLon, TripInstance};

/// What a vehicle does when it wakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// At home; nothing wakes it but a duty.
    Home,
    /// Begins the next run of its duty, or ends the duty.
    Next,
    /// Comes to this stop position (0: leaves the terminal).
    Stop(u16),
    /// Stands broken; is towed away.
    Broken,
    /// Goes home.
    Leave,
}

/// A bus.
#[derive(Clone, Debug)]
pub(crate) struct Vehicle {
    pub id: String,
    pub label: String,
    /// Names its random streams.
    pub key: u64,
    pub route: RouteIdx,
    /// Its reports are at this second of each interval.
    pub report_phase_s: i64,
    pub phase: Phase,
    pub motion: Motion,
    /// Its last report before `motion` began.
    pub kept: Option<crate::reports::Report>,
    /// The runs of its duty, and which is next.
    pub duty: Vec<TripInstance>,
    pub next: usize,
    /// It stands here.
    pub place: LatLon,
    pub run: Option<Run>,
}

/// The run that a vehicle is on.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub instance: TripInstance,
    pub pattern: PatternIdx,
    /// Second 0 of its times, epoch seconds.
    pub base: EpochS,
    /// Second 0 of its service day, epoch seconds.
    pub origin: EpochS,
    /// Its own randomness, drawn stop by stop.
    pub rng: ChaCha8Rng,
    /// Driving time against others.
    pub pace: f64,
    pub aboard: f64,
    /// Boardings against what is usual.
    pub demand: f64,
    /// When it stood ready at its first stop.
    pub ready_ms: i64,
    /// Turns here.
    pub turn_at: Option<u16>,
    /// Breaks down after this stop position.
    pub break_at: Option<u16>,
    pub aside: Option<(Aside, u16, u16)>,
    pub tag: Tag,
    pub watch: Watch,
}

/// Bunched or gapped at how many stops in a row.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Watch {
    /// True for bunched, false for gapped.
    pub bunched: Option<bool>,
    pub stops: u16,
    pub since: EpochS,
    pub until: EpochS,
    pub worst_s: i32,
    pub planned_s: i32,
    pub stop_position: u16,
}
