//! A simulated city watched for a morning: what the record holds of it, and what truly was.

use appeals::claim::Claim;
use appeals::evidence::span;
use appeals::ids::{RouteId, StopId, VehicleId};
use appeals::plan::{planned_runs, recorded, serves};
use appeals::positions::{Position, pings};
use appeals::record::{Coverage, Ping, Record, RecordedIncident, Visit};
use simulator::{Detour, Truth, World, WorldConfig, worlds};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use transit::ids::{FeedIdx, RouteIdx, StopIdx};
use transit::{Effect, EpochS, Event, Monitor, MonitorConfig, Timetable, TripInstance};

/// Seconds between two datasets.
pub const EVERY_S: EpochS = 20;

/// Route and direction, where an incident has them.
type Of = (Option<RouteIdx>, Option<u8>);

pub struct City {
    pub timetable: Arc<Timetable>,
    pub truth: Truth,
    /// With the route of each.
    visits: BTreeMap<RouteIdx, Vec<Visit>>,
    incidents: Vec<(Of, RecordedIncident)>,
    holes: Vec<(EpochS, EpochS)>,
    seen: BTreeSet<TripInstance>,
    /// Where each vehicle was believed to be.
    positions: BTreeMap<VehicleId, Vec<Position>>,
    /// Midnight of the day.
    pub origin: EpochS,
    until: EpochS,
}

impl City {
    /// A city of which only the truth is known here: its record is kept elsewhere.
    pub fn told(timetable: Arc<Timetable>, truth: Truth, until: EpochS) -> Self {
        let origin = timetable.origin(worlds::DATE);
        Self {
            timetable,
            truth,
            visits: BTreeMap::new(),
            incidents: Vec::new(),
            holes: Vec::new(),
            seen: BTreeSet::new(),
            positions: BTreeMap::new(),
            origin,
            until,
        }
    }

    /// Such a city at 05:30, and when its morning ends: 11:00.
    pub fn world(kind: worlds::Kind, seed: u64) -> (Arc<Timetable>, World, EpochS) {
        Self::world_with(kind, seed, |_, _| {})
    }

    /// The same with more trouble.
    fn world_with(
        kind: worlds::Kind,
        seed: u64,
        more: impl FnOnce(&Timetable, &mut WorldConfig),
    ) -> (Arc<Timetable>, World, EpochS) {
        let (timetable, mut config) = worlds::generate(kind, seed).unwrap();
        let origin = timetable.origin(worlds::DATE);
        let (from, until) = (origin + 5 * 3_600 + 1_800, origin + 11 * 3_600);
        config.operation.missing_run_share = 0.04;
        config.operation.short_turn_share = 0.02;
        config.detours = vec![Detour {
            route_id: timetable.routes[1].id.to_string(),
            stretch: (0.4, 0.55),
            aside_m: 300.0,
            from: origin + 7 * 3_600,
            to: origin + 9 * 3_600,
        }];
        more(&timetable, &mut config);
        let world = World::new(timetable.clone(), config, from);
        (timetable, world, until)
    }

    /// From 05:30 to 11:00.
    pub fn watched(kind: worlds::Kind, seed: u64) -> Self {
        Self::watched_with(kind, seed, EVERY_S, |_, _| {})
    }

    /// The same with more trouble, the feed asked every so many seconds.
    pub fn watched_with(
        kind: worlds::Kind,
        seed: u64,
        every_s: EpochS,
        more: impl FnOnce(&Timetable, &mut WorldConfig),
    ) -> Self {
        let (timetable, mut world, until) = Self::world_with(kind, seed, more);
        let mut positions: BTreeMap<VehicleId, Vec<Position>> = BTreeMap::new();
        let mut monitor = Monitor::new(timetable.clone(), MonitorConfig::default());
        let (mut effects, mut away) = (Vec::new(), Vec::new());
        let feed = FeedIdx(0);
        while world.now() < until {
            let now = world.now() + every_s;
            world.advance(now);
            if world.feed_is_up() {
                let start = Event::DatasetStart { feed, header_at: Some(now) };
                monitor.apply(now, &start, &mut effects);
                for position in world.reports(feed) {
                    monitor.apply(now, &Event::Position(position), &mut effects);
                    let Some(fix) = monitor.last_fix(feed, position.vehicle_id) else { continue };
                    let id = VehicleId(format!("v{}", fix.vehicle.0));
                    let list = positions.entry(id).or_default();
                    if list.last().is_none_or(|l| l.at < fix.at) {
                        list.push(Position {
                            at: fix.at,
                            place: fix.place,
                            speed_mps: fix.speed_mps.map(f64::from),
                            occupancy: position.occupancy_status,
                        });
                    }
                }
                monitor.apply(now, &Event::DatasetEnd { feed }, &mut effects);
            } else {
                away.push(now);
                monitor.apply(now, &Event::FeedFailed { feed }, &mut effects);
            }
            monitor.apply(now, &Event::Tick, &mut effects);
        }
        let truth = world.drain_truth();
        let told = Self::told(timetable, truth, until);
        let mut city = Self { holes: joined(&away, every_s), positions, ..told };
        city.keep(&effects);
        city
    }

    fn keep(&mut self, effects: &[Effect]) {
        let timetable = self.timetable.clone();
        for effect in effects {
            match effect {
                Effect::Visit(visit) => {
                    let vehicle = VehicleId(format!("v{}", visit.vehicle.0));
                    let route = timetable.pattern(visit.pattern).route;
                    self.seen.insert(visit.instance);
                    let visit = recorded(&timetable, visit, vehicle);
                    self.visits.entry(route).or_default().push(visit);
                }
                Effect::IncidentOpened(i) | Effect::IncidentClosed(i) => {
                    let incident = RecordedIncident {
                        id: i.number.to_string(),
                        kind: i.kind.name().to_owned(),
                        vehicle: i.vehicle.map(|v| VehicleId(format!("v{}", v.0))),
                        trip: None,
                        opened_at: i.opened_at,
                        closed_at: i.closed_at,
                        value: i.value,
                    };
                    self.incidents.retain(|(_, old)| old.id != incident.id);
                    self.incidents.push(((i.route, i.direction), incident));
                }
                _ => {}
            }
        }
    }

    pub fn claim(&self, route: RouteIdx, direction: Option<u8>, stop: StopIdx) -> Claim {
        Claim {
            route: Some(RouteId(self.timetable.route(route).id.to_string())),
            direction,
            stop: Some(StopId(self.timetable.stop(stop).id.to_string())),
            ..Claim::default()
        }
    }

    /// The same with the positions of the vehicles that drove the route then.
    pub fn record_with_positions(
        &self,
        claim: &Claim,
        (route, stop): (RouteIdx, StopIdx),
    ) -> Record {
        let mut record = self.record(claim, (route, stop));
        let (from, to) = span(claim, &self.timetable.zone)[0].0;
        let near = |at: EpochS| at >= from - 300 && at < to + 300;
        let vehicles: BTreeSet<VehicleId> = record
            .visits
            .iter()
            .filter(|v| v.there_at().is_some_and(near))
            .map(|v| v.vehicle.clone())
            .collect();
        let all = vehicles.iter().filter_map(|v| self.positions.get_key_value(v));
        let told = all.flat_map(|(vehicle, list)| {
            let near: Vec<Position> = list.iter().filter(|p| near(p.at)).copied().collect();
            pings(&self.timetable, Some(stop), &record.visits, vehicle, &near)
        });
        let told: Vec<Ping> = told.collect();
        record.pings = told;
        record
    }

    /// The slice of the record that a claim needs.
    pub fn record(&self, claim: &Claim, (route, stop): (RouteIdx, StopIdx)) -> Record {
        let timetable = &self.timetable;
        let (from, to) = span(claim, &timetable.zone)[0].1;
        let inside = |v: &&Visit| {
            v.there_at().is_some_and(|at| at >= from && at < to) && v.direction == claim.direction
        };
        let active = timetable.runs_active(from, to.min(self.until));
        let seen = active.iter().filter(|run| self.seen.contains(&run.instance)).count();
        let mut visits: Vec<Visit> =
            self.visits.get(&route).into_iter().flatten().filter(inside).cloned().collect();
        visits.sort_by(|a, b| (a.there_at(), &a.run).cmp(&(b.there_at(), &b.run)));
        Record {
            from,
            to,
            known_until: self.until,
            timetable: "generated".into(),
            route: claim.route.clone().unwrap(),
            direction: claim.direction,
            stop: claim.stop.clone(),
            stop_on_route: serves(timetable, route, claim.direction, stop),
            runs: planned_runs(timetable, route, claim.direction, Some(stop), (from, to)),
            visits,
            coverage: Coverage {
                holes: self.holes.clone(),
                runs_expected: active.len() as u32,
                runs_seen: seen as u32,
                report_interval_s: None,
            },
            incidents: self
                .incidents
                .iter()
                .filter(|(of, _)| *of == (Some(route), claim.direction))
                .map(|(_, i)| i.clone())
                .collect(),
            pings: Vec::new(),
            pace: None,
            other_routes: Vec::new(),
        }
    }
}

/// Instants at which the feed was away, joined to holes that reach one dataset to either side.
fn joined(away: &[EpochS], every_s: EpochS) -> Vec<(EpochS, EpochS)> {
    let mut holes: Vec<(EpochS, EpochS)> = Vec::new();
    for at in away {
        match holes.last_mut() {
            Some((_, to)) if *at - every_s <= *to => *to = at + every_s,
            _ => holes.push((at - 2 * every_s, at + every_s)),
        }
    }
    holes
}
