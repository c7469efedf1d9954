//! What the visits mean: coverage, headways, waits, intensity, ghosts, incidents, boards.
//!
//! The Monitor tells `Flow` what it concluded about vehicles; `Flow` concludes about the service. It knows
//! nothing of fixes or matching. One concern a file: `watch` when a feed was observed, `coverage` all of them;
//! `plan` and `headway` the two sides of a headway; `track` each vehicle's spacing; [`wait`] how long people
//! wait; `intensity`, `ghost`, `service` the figures; `incident` and the detectors beside it; `board` what
//! stops show. `visit` and `tick` are the two ways in.

mod band;
mod board;
mod bunching;
mod config;
mod coverage;
mod feed_down;
mod gap;
mod ghost;
mod headway;
mod incident;
mod intensity;
mod layout;
mod off_route;
mod plan;
mod reload;
#[cfg(test)]
mod scenario;
mod service;
mod shelf;
mod tick;
mod track;
mod tracking;
mod visit;
pub mod wait;
mod watch;

pub use board::Recent;
pub use config::FlowConfig;
pub(crate) use shelf::Shelf;
pub(crate) use watch::Told;

use crate::event::{Effect, IncidentKind, StopVisit};
use crate::ids::{FeedIdx, PatternIdx, VehicleIdx};
use crate::monitor::Snapshot;
use crate::predict::Predictor;
use crate::time::EpochS;
use crate::timetable::{Timetable, TripInstance};
use std::sync::Arc;

/// Most cancelled runs that are remembered.
const CANCELED_MAX: usize = 100_000;

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
pub struct Flow {
    config: FlowConfig,
    timetable: Arc<Timetable>,
    layout: layout::Layout,
    coverage: coverage::Coverage,
    tracking: tracking::Tracking,
    tracks: track::Tracks,
    plan: plan::Plan,
    headways: headway::Headways,
    passages: intensity::Passages,
    runs: ghost::Runs,
    service: service::Service,
    bunches: bunching::Bunches,
    gaps: gap::Gaps,
    book: incident::Book,
    recent: Recent,
    predictor: Predictor,
    /// Vehicles in service by direction, at the last tick.
    in_service: Vec<u32>,
    /// Second vehicles on a run by direction, at the last tick.
    overloads: Vec<u32>,
}

impl Flow {
    /// Nothing seen yet.
    pub fn new(timetable: &Arc<Timetable>, config: FlowConfig) -> Self {
        let layout = layout::Layout::new(timetable, &config);
        Self {
            timetable: Arc::clone(timetable),
            coverage: coverage::Coverage::default(),
            tracking: tracking::Tracking::new(timetable.routes.len()),
            tracks: track::Tracks::default(),
            plan: plan::Plan::new(&layout),
            headways: headway::Headways::new(&layout),
            passages: intensity::Passages::new(&layout),
            runs: ghost::Runs::new(&layout),
            service: service::Service::new(&layout),
            bunches: bunching::Bunches::default(),
            gaps: gap::Gaps::new(&layout),
            book: incident::Book::default(),
            recent: Recent::default(),
            predictor: Predictor::default(),
            in_service: vec![0; layout.directions.len()],
            overloads: vec![0; layout.directions.len()],
            layout,
            config,
        }
    }

    /// A new timetable: state is carried over by ids. Incidents that have no place in it close at the next
    /// tick.
    pub fn on_timetable(&mut self, now: EpochS, old: &Timetable, new: &Arc<Timetable>) {
        self.reload(now, old, new);
    }

    /// A feed's dataset arrived; it was observed until `header_at` (or `now`).
    pub fn on_dataset(&mut self, now: EpochS, feed: FeedIdx, header_at: Option<EpochS>) {
        self.coverage.renewed(&self.config, now, feed, header_at.unwrap_or(now));
    }

    /// What that dataset held.
    pub(crate) fn on_told(&mut self, now: EpochS, feed: FeedIdx, told: Told) {
        self.coverage.told(now, feed, told);
    }

    /// A fetch failed.
    pub fn on_feed_failed(&mut self, now: EpochS, feed: FeedIdx) {
        self.coverage.failed(now, feed);
    }

    /// An earlier Monitor observed the feed from … until, and told of it.
    pub fn on_observed(&mut self, now: EpochS, feed: FeedIdx, from: EpochS, until: EpochS) {
        self.coverage.recall(&self.config, now, feed, (from, until));
    }

    /// A visit that an earlier Monitor told; `headway_told`: its headway too.
    pub fn on_past_visit(&mut self, visit: &StopVisit, headway_told: bool) {
        self.recall_visit(visit, headway_told);
    }

    /// The feed says that this run does not run (or, `false`, that it runs after all).
    pub fn on_canceled(&mut self, _now: EpochS, instance: TripInstance, canceled: bool) {
        let known = &mut self.recent.canceled;
        if known.contains(&instance) == canceled {
            return;
        }
        let known = Arc::make_mut(known);
        if !canceled {
            known.remove(&instance);
        } else if known.len() < CANCELED_MAX {
            known.insert(instance);
        }
    }

    /// A visit is final. Its headway is said at a later tick, when no late visit can split it any more.
    pub fn on_visit(&mut self, now: EpochS, visit: &StopVisit, _effects: &mut Vec<Effect>) {
        self.take_visit(now, visit);
        self.predictor.visit(&self.timetable, visit);
    }

    /// Visits of the past, those of a run in order: predictions learn from them, nothing else does.
    pub fn remember(&mut self, visits: impl Iterator<Item = StopVisit>) {
        self.predictor.remember(&self.timetable, visits);
    }

    /// Time has passed. `vehicles` by index. Appends `Headway`, `Intensity` and incident effects.
    pub fn on_tick(&mut self, now: EpochS, vehicles: &[VehicleFacts], effects: &mut Vec<Effect>) {
        self.tick(now, vehicles, effects);
        self.predictor.tick(&self.timetable, now, vehicles);
    }

    /// Nothing more will come (the end of a recording): headways and hours that were held back for late visits
    /// are said, with the coverage that they have. What is open stays open: how it ended is not known.
    pub fn finish(&mut self, now: EpochS, effects: &mut Vec<Effect>) {
        self.say_rest(now, effects);
    }

    /// Fills `directions`, `segments`, `incidents`, `recent`, the headway fields of `vehicles[].matched`,
    /// and `down`, `observed`, `trouble` and `newest_at` of `feeds`.
    pub fn fill(&self, now: EpochS, snapshot: &mut Snapshot) {
        let mut ghosts = Vec::new();
        self.runs.ghosts(|direction, run| ghosts.push((direction, run)));
        ghosts.sort_unstable();
        self.service.fill(&ghosts, &mut snapshot.directions);
        let coverage = self.coverage_by_direction(now, self.passages.window());
        self.passages.fill(&self.layout, &|d| coverage[d as usize], &mut snapshot.segments);
        let (config, coverage) = (&self.config, &self.coverage);
        let suppressed = |incident: &crate::event::Incident| {
            let of_route = |r| self.tracking.is_down(config, coverage, now, r);
            incident.kind != IncidentKind::FeedDown && incident.route.is_some_and(of_route)
        };
        self.book.fill(suppressed, &mut snapshot.incidents);
        snapshot.recent = self.recent.share(self.predictor.share());
        for (i, feed) in snapshot.feeds.iter_mut().enumerate() {
            feed.down = self.coverage.is_down(FeedIdx::from(i));
            feed.observed = self.coverage.last_span(FeedIdx::from(i));
            let trouble = self.coverage.trouble(&self.config, now, FeedIdx::from(i));
            (feed.trouble, feed.newest_at) = trouble;
        }
        for state in &mut snapshot.vehicles {
            let Some(matched) = &mut state.matched else { continue };
            let track = self.tracks.get(state.vehicle);
            let same_run = track.filter(|t| t.run.is_some_and(|r| r.0 == matched.instance));
            let Some((track, spacing)) = same_run.and_then(|t| Some((t, t.spacing?))) else {
                continue;
            };
            matched.headway_s = Some(spacing.now_s);
            matched.scheduled_headway_s = spacing.scheduled_s;
            matched.headway_status = track.status();
            matched.leader = Some(spacing.leader);
        }
    }
}
