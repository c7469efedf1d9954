//! The single writer: events in, effects out, snapshots for readers.
//!
//! The way of one position: `intake` believes or refuses it, `naming` finds the run that the feed names,
//! `track` moves the vehicle's beliefs (`matching`, `beam`, `emission`) and follows the best, `doubt` looks twice
//! at what it follows, `visits` and
//! `crossing` make arrivals and departures of it, `runs` sees to it that each is made once.

mod beam;
mod candidates;
mod config;
mod crossing;
mod days;
mod doubt;
mod emission;
mod feeds;
mod fleet;
mod intake;
mod line;
mod manner;
mod matching;
mod naming;
mod path;
mod picture;
mod recall;
mod recent;
mod reload;
mod runs;
mod snapshot;
mod track;
mod updates;
mod visits;

pub use config::MonitorConfig;
pub use snapshot::{
    BoardArrival, BoardDeparture, DirectionState, FeedState, FeedTrouble, IncidentState,
    MatchState, Recent, SegmentState, Snapshot, StopBoard, TripStop, VehicleState,
};
pub use updates::Forecast;

use crate::event::{Effect, Event, RejectReason, ScheduleRelationship, StopVisit, VehiclePosition};
use crate::flow::{Flow, VehicleFacts};
use crate::ids::{FeedIdx, VehicleIdx};
use crate::place::LatLon;
use crate::time::EpochS;
use crate::timetable::{Timetable, TripInstance};
use config::{MAX_EPOCH_S, MAX_ID_BYTES};
use days::Days;
use feeds::Feeds;
use fleet::Fleet;
use intake::{Accepted, Coverage};
use runs::Runs;
use std::sync::Arc;
use track::{Env, ServedOn};
use updates::Updates;

/// Runs that are over are forgotten once in so many seconds.
const SWEEP_EVERY_S: i64 = 600;

/// Where a vehicle was when it was believed last.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LastFix {
    /// Which.
    pub vehicle: VehicleIdx,
    /// When it was measured.
    pub at: EpochS,
    /// Where.
    pub place: LatLon,
    /// As reported, metres a second; only where it can be one.
    pub speed_mps: Option<f32>,
}

/// Watches the buses of one timetable, over any number of feeds.
pub struct Monitor {
    timetable: Arc<Timetable>,
    config: MonitorConfig,
    coverage: Option<Coverage>,
    days: Days,
    feeds: Feeds,
    fleet: Fleet,
    runs: Runs,
    updates: Updates,
    flow: Flow,
    swept_at: Option<EpochS>,
    served: Vec<ServedOn>,
    facts: Vec<VehicleFacts>,
}

impl Monitor {
    /// A Monitor that has seen nothing.
    pub fn new(timetable: Arc<Timetable>, config: MonitorConfig) -> Self {
        Self {
            coverage: Coverage::of(&timetable, config.coverage_margin_m),
            flow: Flow::new(&timetable, config.flow.clone()),
            timetable,
            config,
            days: Days::default(),
            feeds: Feeds::default(),
            fleet: Fleet::default(),
            runs: Runs::default(),
            updates: Updates::default(),
            swept_at: None,
            served: Vec::new(),
            facts: Vec::new(),
        }
    }

    /// Takes one fact. Total: never panics on data, never fails. Effects are appended.
    pub fn apply(&mut self, now: EpochS, event: &Event<'_>, effects: &mut Vec<Effect>) {
        let now = now.clamp(-MAX_EPOCH_S, MAX_EPOCH_S);
        match event {
            Event::Timetable(timetable) => self.on_timetable(now, timetable),
            Event::DatasetStart { feed, header_at } => {
                if let Some(feed) = self.feeds.get_mut(*feed) {
                    feed.start(header_at.map(clamp));
                }
            }
            Event::Position(position) => self.on_position(now, position, effects),
            Event::TripUpdate(update) => {
                if let Some(feed) = self.feeds.get_mut(update.feed) {
                    feed.told.updates += 1;
                }
                self.on_update(now, update);
            }
            Event::DatasetEnd { feed: index } => {
                if let Some(feed) = self.feeds.get_mut(*index) {
                    feed.end(now);
                    let (header_at, told) = (feed.header_at, feed.told);
                    self.flow.on_dataset(now, *index, header_at);
                    self.flow.on_told(now, *index, told);
                }
            }
            Event::FeedFailed { feed: index } => {
                if let Some(feed) = self.feeds.get_mut(*index) {
                    feed.state.failures_in_row = feed.state.failures_in_row.saturating_add(1);
                    self.flow.on_feed_failed(now, *index);
                }
            }
            Event::Rejected { feed, reason } => self.reject(*feed, *reason, effects),
            Event::Tick => self.on_tick(now, effects),
            Event::Observed { feed, from, until } => {
                if self.feeds.get_mut(*feed).is_some() {
                    self.flow.on_observed(now, *feed, clamp(*from), clamp(*until));
                }
            }
            Event::PastVisit(visit) => self.on_past_visit(now, visit),
        }
    }

    /// A feed says again, byte for byte, what it said of a vehicle in its dataset before. True if that is a duplicate,
    /// as nearly always: it is counted as one, without an effect, just as [`Event::Position`] would be. False: it is
    /// to be told as an event.
    pub fn is_repeated(
        &mut self,
        now: EpochS,
        feed: FeedIdx,
        vehicle_id: &str,
        measured_at: Option<EpochS>,
    ) -> bool {
        let now = now.clamp(-MAX_EPOCH_S, MAX_EPOCH_S);
        let said = (feed, vehicle_id, measured_at);
        let Some(feed) = self.feeds.get_mut(feed) else { return false };
        intake::is_repeated(&self.config, feed, &mut self.fleet, now, said)
    }

    /// Nothing more will come (the end of a recording): what was held back for late visits is said.
    pub fn finish(&mut self, now: EpochS, effects: &mut Vec<Effect>) {
        self.flow.finish(now.clamp(-MAX_EPOCH_S, MAX_EPOCH_S), effects);
    }

    /// Visits out of the record, those of a run in order: predictions learn from them. They make no effects,
    /// and their vehicles need not be known here: an index tells them apart, no more.
    pub fn remember(&mut self, visits: impl Iterator<Item = StopVisit>) {
        self.flow.remember(visits);
    }

    /// What is known now, for readers.
    pub fn snapshot(&self, now: EpochS) -> Snapshot {
        picture::snapshot(self, now.clamp(-MAX_EPOCH_S, MAX_EPOCH_S))
    }

    /// The id that its feed gives a vehicle; empty for an index that no effect has named.
    pub fn vehicle_id(&self, vehicle: VehicleIdx) -> &str {
        self.fleet.vehicles.get(vehicle.get()).map_or("", |v| &v.id)
    }

    /// The feed that reports a vehicle.
    pub fn vehicle_feed(&self, vehicle: VehicleIdx) -> Option<FeedIdx> {
        self.fleet.vehicles.get(vehicle.get()).map(|v| v.feed)
    }

    /// What people see on a vehicle, where that is not its id.
    pub fn vehicle_label(&self, vehicle: VehicleIdx) -> Option<&str> {
        self.fleet.vehicles.get(vehicle.get())?.label.as_deref()
    }

    /// The last measurement of a vehicle that was believed.
    pub fn last_fix(&self, feed: FeedIdx, vehicle_id: &str) -> Option<LastFix> {
        let vehicle = self.fleet.find(feed, vehicle_id)?;
        let fix = self.fleet.vehicles.get(vehicle.get())?.fix?;
        Some(LastFix { vehicle, at: fix.at, place: fix.place, speed_mps: fix.speed_mps })
    }

    /// What the feed itself predicts for a run.
    pub fn forecast(&self, run: TripInstance) -> Option<&Forecast> {
        self.updates.forecast(run)
    }

    /// The timetable that all indices speak of.
    pub fn timetable(&self) -> &Arc<Timetable> {
        &self.timetable
    }

    fn reject(&mut self, feed: FeedIdx, reason: RejectReason, effects: &mut Vec<Effect>) {
        if let Some(state) = self.feeds.get_mut(feed) {
            state.reject(reason);
            effects.push(Effect::Rejected { feed, reason });
        }
    }

    fn on_position(
        &mut self,
        now: EpochS,
        position: &VehiclePosition<'_>,
        effects: &mut Vec<Effect>,
    ) {
        let Some(feed) = self.feeds.get_mut(position.feed) else { return };
        feed.told.positions += 1;
        let judged = intake::judge(
            &self.config,
            self.coverage.as_ref(),
            feed,
            &mut self.fleet,
            now,
            position,
        );
        match judged {
            Ok(accepted) => self.on_accepted(now, position, accepted, effects),
            Err(reason) => self.reject(position.feed, reason, effects),
        }
    }

    fn on_accepted(
        &mut self,
        now: EpochS,
        position: &VehiclePosition<'_>,
        accepted: Accepted,
        effects: &mut Vec<Effect>,
    ) {
        let Accepted { vehicle: index, fix, before } = accepted;
        let vehicle = &mut self.fleet.vehicles[index.get()];
        note_label(&mut vehicle.label, &vehicle.id, position.label);
        vehicle.occupancy_status = position.occupancy_status;
        let named = vehicle.track.named_memory.resolve(
            &self.timetable,
            &self.config,
            &mut self.days,
            &position.trip,
            fix.at,
        );
        vehicle.named_route = named.route;
        let mut env = Env {
            timetable: &self.timetable,
            config: &self.config,
            updates: &self.updates,
            runs: &mut self.runs,
        };
        self.served.clear();
        vehicle.track.step(&mut env, index, fix, before, named, &mut self.served);
        // A trip that was added to the timetable need not be in it.
        let known = named.trip.is_some();
        let names = position.trip.trip_id.is_some_and(|id| !id.is_empty());
        let added = matches!(
            position.trip.relationship,
            ScheduleRelationship::Added | ScheduleRelationship::Duplicated
        );
        let expected = known || (names && !added);
        let placed = expected.then(|| known && vehicle.track.is_placed());
        if let Some(feed) = self.feeds.get_mut(position.feed) {
            feed.accepted(placed);
        }
        for s in &self.served {
            let visit = StopVisit {
                instance: s.run.instance,
                pattern: s.run.pattern,
                stop_position: s.served.stop_position,
                vehicle: index,
                arrival: s.served.arrival,
                departure: s.served.departure,
                uncertainty_s: s.served.uncertainty_s,
                trip_named: s.named,
            };
            effects.push(Effect::Visit(visit));
            self.flow.on_visit(now, &visit, effects);
        }
    }

    fn on_tick(&mut self, now: EpochS, effects: &mut Vec<Effect>) {
        for (i, vehicle) in self.fleet.vehicles.iter_mut().enumerate() {
            if vehicle.track.followed.is_some()
                && !vehicle.heard_within(now, self.config.lost_after_s)
            {
                vehicle.track.lose(&mut self.runs, VehicleIdx::from(i));
            }
        }
        if self.swept_at.is_none_or(|at| !(0..SWEEP_EVERY_S).contains(&(now - at))) {
            self.swept_at = Some(now);
            self.runs.sweep(now);
            self.updates.sweep(now);
        }
        let mut facts = std::mem::take(&mut self.facts);
        picture::facts(self, now, &mut facts);
        self.flow.on_tick(now, &facts, effects);
        self.facts = facts;
    }
}

fn clamp(at: EpochS) -> EpochS {
    at.clamp(-MAX_EPOCH_S, MAX_EPOCH_S)
}

/// Keeps the label where it says more than the id; allocates only when it changes.
fn note_label(label: &mut Option<Arc<str>>, id: &str, new: Option<&str>) {
    let new = new.filter(|l| *l != id && !l.is_empty() && l.len() <= MAX_ID_BYTES);
    if label.as_deref() != new {
        *label = new.map(Arc::from);
    }
}
