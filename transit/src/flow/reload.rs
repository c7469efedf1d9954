//! A new timetable: what was known is carried over by ids.

use super::board::Recent;
use super::incident::Key;
use super::layout::Layout;
use super::{Flow, ghost, plan, service, tracking};
use crate::event::Incident;
use crate::ids::{PatternIdx, RouteIdx, StopIdx, TripIdx};
use crate::time::EpochS;
use crate::timetable::{Timetable, TripInstance};
use std::sync::Arc;

/// From the old timetable's indices to the new one's.
struct Moves<'a> {
    old: &'a Timetable,
    new: &'a Timetable,
    old_layout: &'a Layout,
    new_layout: &'a Layout,
}

impl Moves<'_> {
    fn route(&self, route: RouteIdx) -> Option<RouteIdx> {
        self.new.route_by_id(&self.old.route(route).id)
    }

    fn stop(&self, stop: StopIdx) -> Option<StopIdx> {
        self.new.stop_by_id(&self.old.stop(stop).id)
    }

    /// A run, with its new pattern: the same trip over the same stops.
    fn run(&self, run: TripInstance) -> Option<(TripInstance, PatternIdx)> {
        let trip: TripIdx = self.new.trip_by_id(&self.old.trip(run.trip).id)?;
        let pattern = self.new.trip(trip).pattern;
        let was = &self.old.pattern(self.old.trip(run.trip).pattern).stops;
        let is = &self.new.pattern(pattern).stops;
        let same = was.len() == is.len()
            && was.iter().zip(is).all(|(a, b)| self.old.stop(*a).id == self.new.stop(*b).id);
        same.then_some((TripInstance { trip, ..run }, pattern))
    }

    fn direction(&self, direction: u32) -> Option<u32> {
        let way = &self.old_layout.directions[direction as usize];
        self.new_layout.direction(self.route(way.route)?, way.sense).map(|d| d as u32)
    }

    fn place(&self, place: u32) -> Option<u32> {
        let old = self.old_layout.places[place as usize];
        let stop = self.stop(old.stop)?;
        let way = &self.new_layout.directions[self.direction(old.direction)? as usize];
        let places = &self.new_layout.places[way.places.start as usize..way.places.end as usize];
        let at = places.binary_search_by_key(&stop, |p| p.stop).ok()?;
        Some(way.places.start + at as u32)
    }

    /// Rewrites an open incident; `None` if what it is about is gone.
    fn open(&self, key: Key, incident: &mut Incident) -> Option<Key> {
        self.incident(incident)?;
        match key {
            Key::FeedDown(_) | Key::OffRoute(_) | Key::Bunching(_) => Some(key),
            Key::Ghost(run) => Some(Key::Ghost(self.run(run)?.0)),
            Key::Gap(direction, run) => {
                Some(Key::Gap(self.direction(direction)?, self.run(run)?.0))
            }
        }
    }

    /// Rewrites an incident; `None` if what it is about is gone.
    fn incident(&self, incident: &mut Incident) -> Option<()> {
        if let Some(route) = incident.route {
            incident.route = Some(self.route(route)?);
        }
        if let Some(stop) = incident.stop {
            incident.stop = Some(self.stop(stop)?);
        }
        if let Some(run) = incident.instance {
            incident.instance = Some(self.run(run)?.0);
        }
        Some(())
    }

    fn recent(&self, recent: &Recent, vehicles: usize) -> Recent {
        let mut new = Recent::default();
        for (i, stop) in self.old.stops.iter().enumerate() {
            let (Some(log), Some(to)) = (recent.departures.get(i), self.new.stop_by_id(&stop.id))
            else {
                continue;
            };
            for departure in log {
                if let Some((instance, _)) = self.run(departure.instance) {
                    new.departed(to, crate::monitor::BoardDeparture { instance, ..*departure });
                }
            }
        }
        for i in 0..vehicles {
            let Some(log) = recent.runs.get(i) else { continue };
            let Some((instance, _)) = log.instance.and_then(|run| self.run(run)) else { continue };
            for seen in &log.visits {
                new.visited(crate::ids::VehicleIdx::from(i), instance, *seen);
            }
        }
        let canceled = recent.canceled.iter().filter_map(|run| Some(self.run(*run)?.0));
        new.canceled = Arc::new(canceled.collect());
        new
    }
}

impl Flow {
    pub(super) fn reload(&mut self, now: EpochS, old: &Timetable, new: &Arc<Timetable>) {
        let layout = Layout::new(new, &self.config);
        let moves = Moves { old, new, old_layout: &self.layout, new_layout: &layout };
        let run = |r| moves.run(r).map(|m| m.0);
        let place = |p| moves.place(p);
        let mut tracking = tracking::Tracking::new(new.routes.len());
        for (i, known) in self.tracking.routes.drain(..).enumerate() {
            if let Some(to) = moves.route(RouteIdx::from(i)) {
                tracking.routes[to.get()] = known;
            }
        }
        for track in &mut self.tracks.rows {
            track.carry(|r| moves.run(r), place);
        }
        let headways = std::mem::take(&mut self.headways).carried(&layout, place, run);
        let passages = self.passages.carried(
            &layout,
            |cell| {
                let old_cell = self.layout.cells[cell as usize];
                let segment = &old.segments[old_cell.segment.get()];
                let key = (moves.stop(segment.from)?, moves.stop(segment.to)?);
                Some((key, moves.route(old_cell.route)?))
            },
            new,
        );
        let runs: ghost::Runs = self.runs.carried((new, &layout), |d| moves.direction(d), run);
        let service: service::Service =
            self.service.carried(&layout, |d| moves.direction(d), place);
        let gaps = self.gaps.carried(&layout, |d| moves.direction(d), run);
        let recent = moves.recent(&self.recent, self.tracks.rows.len());
        self.predictor = self.predictor.carried(old, new, run);
        let closed = |incident: &mut Incident| moves.incident(incident).is_some();
        self.book.carried(now, |key, incident| moves.open(key, incident), closed);
        (self.tracking, self.headways, self.passages) = (tracking, headways, passages);
        (self.runs, self.service, self.recent) = (runs, service, recent);
        self.plan = plan::Plan::new(&layout);
        self.gaps = gaps;
        self.in_service = vec![0; layout.directions.len()];
        self.overloads = vec![0; layout.directions.len()];
        self.layout = layout;
        self.timetable = Arc::clone(new);
    }
}
