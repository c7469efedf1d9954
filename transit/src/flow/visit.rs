//! A visit comes in: headway, passages, boards, punctuality, all from the one fact.

use super::Flow;
use super::band::band;
use super::board::ObservedStop;
use super::ghost::Seen;
use super::headway::{Inserted, Pair, Passage};
use super::intensity::observed_crossings;
use super::layout::NONE;
use super::track::{LastStop, Spacing};
use crate::event::{HeadwayStatus, StopVisit};
use crate::ids::{PatternIdx, VehicleIdx};
use crate::monitor::BoardDeparture;
use crate::time::EpochS;
use crate::timetable::TripInstance;

impl Flow {
    pub(super) fn take_visit(&mut self, now: EpochS, visit: &StopVisit) {
        let position = usize::from(visit.stop_position);
        let stops = self.timetable.pattern(visit.pattern).stops.len();
        let is_last = position + 1 == stops;
        let Some(at) = self.passed_at(visit) else { return };
        let direction = self.layout.direction_of(visit.pattern);
        let track = self.tracks.slot(visit.vehicle);
        let current = track.start((visit.instance, visit.pattern), at);
        let overload = current && track.fact.is_some_and(|f| f.overload && f.matched == track.run);
        let feed = track.feed;
        let last_stop = LastStop { run: visit.instance, position: visit.stop_position, at };
        let before = track.advance(last_stop);
        let route = self.layout.directions[direction].route;
        if let Some(feed) = feed {
            self.tracking.seen(route, feed, at);
        }
        let on = (&*self.timetable, &self.layout);
        self.runs.seen(on, visit.instance, at, Seen::Visiting(visit.stop_position));
        self.runs.named(direction, visit.trip_named);
        let mut behind = None;
        if !overload {
            if let Some(before) = before.filter(|b| b.position < visit.stop_position && b.at <= at)
            {
                self.take_way(now, visit, before, visit.arrival.map_or(at, |a| a.max(before.at)));
            }
            if before.is_none() {
                let late_s = at - self.timetable.scheduled(visit.instance, position).1;
                let run = (visit.instance, visit.pattern);
                self.pass_by_plan(now, visit.vehicle, run, ((0, position), late_s));
            }
            behind = self.take_passage(now, visit, at, current);
        }
        self.take_times(visit, at, is_last, behind);
    }

    /// A visit of the record: a leader at its place, and how far its vehicle had come on its run.
    pub(super) fn recall_visit(&mut self, visit: &StopVisit, headway_told: bool) {
        let Some(at) = self.passed_at(visit) else { return };
        let track = self.tracks.slot(visit.vehicle);
        track.start((visit.instance, visit.pattern), at);
        track.advance(LastStop { run: visit.instance, position: visit.stop_position, at });
        let on = (&*self.timetable, &self.layout);
        self.runs.seen(on, visit.instance, at, Seen::Visiting(visit.stop_position));
        let place = self.layout.place_at(visit.pattern, usize::from(visit.stop_position));
        if place != NONE {
            let (instance, vehicle) = (visit.instance, visit.vehicle);
            let passage = Passage { at, instance, vehicle, unseen: false };
            if headway_told {
                self.headways.recall(place, passage);
            } else {
                self.headways.insert(place, passage, self.config.settle_s);
            }
        }
        // Which of several feeds reported the route is learned when one does so again.
        if let Some(feed) = self.coverage.only() {
            let route = self.timetable.pattern(visit.pattern).route;
            self.tracking.seen(route, feed, at);
        }
    }

    /// When a visit counts as a passage: at its departure, at a last stop at its arrival.
    fn passed_at(&self, visit: &StopVisit) -> Option<EpochS> {
        let stops = self.timetable.pattern(visit.pattern).stops.len();
        let position = usize::from(visit.stop_position);
        let times = if position + 1 == stops {
            visit.arrival.or(visit.departure)
        } else {
            visit.departure.or(visit.arrival)
        };
        times.filter(|_| position < stops)
    }

    /// The way since the visit before: segments crossed, stops passed unseen.
    fn take_way(&mut self, now: EpochS, visit: &StopVisit, before: LastStop, reached_at: EpochS) {
        let direction = self.layout.direction_of(visit.pattern);
        let route = self.layout.directions[direction].route;
        let from = (usize::from(before.position), before.at);
        let to = (usize::from(visit.stop_position), reached_at);
        let unobserved =
            |a, b| self.tracking.hole_between(&self.config, &self.coverage, now, route, (a, b));
        let whole = before.at >= self.coverage.counted_from() && !unobserved(before.at, reached_at);
        let (timetable, layout, passages) = (&self.timetable, &self.layout, &mut self.passages);
        observed_crossings(timetable, layout, visit.pattern, from, to, |cell, at| {
            let span = (at, at + 1);
            let seen =
                || self.tracking.coverage(&self.config, &self.coverage, now, route, span) > 0.0;
            // What happened in a hole is left out on both sides: from the count and from the observed time.
            if whole || seen() {
                passages.count(cell, at);
            }
        });
        let stops = self.timetable.pattern(visit.pattern).stop_offsets_m.len();
        for position in from.0 + 1..to.0.min(stops) {
            let offsets = &self.timetable.pattern(visit.pattern).stop_offsets_m;
            let length_m = (offsets[to.0] - offsets[from.0]).max(1.0);
            let part = ((offsets[position] - offsets[from.0]) / length_m).clamp(0.0, 1.0);
            let at = from.1 + ((to.1 - from.1) as f64 * part) as EpochS;
            self.pass_unseen(now, visit.vehicle, (visit.instance, visit.pattern), (position, at));
        }
    }

    /// Stops of a run that a vehicle so many seconds late must have passed, at the times that this makes.
    pub(super) fn pass_by_plan(
        &mut self,
        now: EpochS,
        vehicle: VehicleIdx,
        run: (TripInstance, PatternIdx),
        ((from, to), late_s): ((usize, usize), EpochS),
    ) {
        for position in from..to.min(self.timetable.pattern(run.1).stops.len()) {
            let at = self.timetable.scheduled(run.0, position).1 + late_s;
            self.pass_unseen(now, vehicle, run, (position, at.min(now)));
        }
    }

    /// A passage that nobody saw.
    pub(super) fn pass_unseen(
        &mut self,
        now: EpochS,
        vehicle: VehicleIdx,
        (instance, pattern): (TripInstance, PatternIdx),
        (position, at): (usize, EpochS),
    ) {
        let place = self.layout.place_at(pattern, position);
        if place != NONE {
            self.put(now, place, Passage { at, instance, vehicle, unseen: true });
        }
    }

    /// The vehicle's visit as a passage of its place. Returns its own spacing.
    fn take_passage(
        &mut self,
        now: EpochS,
        visit: &StopVisit,
        at: EpochS,
        current: bool,
    ) -> Option<Spacing> {
        let place = self.layout.place_at(visit.pattern, usize::from(visit.stop_position));
        if place == NONE {
            return None;
        }
        let (instance, vehicle) = (visit.instance, visit.vehicle);
        let passage = Passage { at, instance, vehicle, unseen: false };
        let Inserted::At { behind, .. } = self.put(now, place, passage) else { return None };
        let behind = behind.map(|pair| self.spacing_of(now, &pair));
        if current {
            self.tracks.slot(visit.vehicle).spacing = behind;
        }
        behind
    }

    /// Puts a passage in its place; whoever was there right behind it has a new leader.
    fn put(&mut self, now: EpochS, place: u32, passage: Passage) -> Inserted {
        let inserted = self.headways.insert(place, passage, self.config.settle_s);
        if let Inserted::At { before: Some(pair), .. } = inserted {
            let spacing = self.spacing_of(now, &pair);
            let track = self.tracks.slot(pair.follower.vehicle);
            let same = |s: &Spacing| s.place == place && s.at == pair.follower.at;
            if track.spacing.as_ref().is_some_and(same) {
                track.spacing = Some(spacing);
            }
        }
        inserted
    }

    /// Plan and certainty of a pair.
    pub(super) fn spacing_of(&mut self, now: EpochS, pair: &Pair) -> Spacing {
        let (leader, follower) = (pair.leader, pair.follower);
        let on = (&*self.timetable, &self.layout);
        let direction = self.layout.places[pair.place as usize].direction;
        let route = self.layout.directions[direction as usize].route;
        let span = (leader.at, follower.at);
        let scheduled_s = self.plan.headway_s(&self.config, on, pair.place, follower.at);
        let hole = self.tracking.hole_between(&self.config, &self.coverage, now, route, span);
        let known = leader.vehicle != follower.vehicle
            && !pair.split_unseen
            && !hole
            && !self.plan.break_between(&self.config, on, pair.place, span);
        Spacing {
            place: pair.place,
            at: follower.at,
            at_stop_s: pair.headway_s(),
            now_s: pair.headway_s(),
            scheduled_s,
            leader: leader.vehicle,
            leader_run: leader.instance,
            known,
        }
    }

    /// Boards, the run so far, punctuality.
    fn take_times(
        &mut self,
        visit: &StopVisit,
        at: EpochS,
        is_last: bool,
        behind: Option<Spacing>,
    ) {
        let position = usize::from(visit.stop_position);
        let (arrival, departure) = self.timetable.scheduled(visit.instance, position);
        let scheduled = if is_last { arrival } else { departure };
        let exact = self.timetable.frequencies(visit.instance.trip).iter().all(|f| f.exact);
        if exact && !is_last {
            let direction = self.layout.direction_of(visit.pattern);
            self.service.departed(&self.config, direction, at, at - scheduled);
        }
        let headway_s = behind.map(|b| b.at_stop_s);
        let known = behind.filter(|b| b.known);
        let stop = self.timetable.pattern(visit.pattern).stops[position];
        let line = BoardDeparture {
            instance: visit.instance,
            vehicle: visit.vehicle,
            scheduled,
            departed: at,
            headway_s,
            scheduled_headway_s: behind.and_then(|b| b.scheduled_s),
            headway_status: known
                .map_or(HeadwayStatus::Unknown, |b| band(&self.config, b.at_stop_s, b.scheduled_s)),
        };
        self.recent.departed(stop, line);
        let seen = ObservedStop {
            stop_position: visit.stop_position,
            arrival: visit.arrival,
            departure: visit.departure,
            headway_s,
        };
        self.recent.visited(visit.vehicle, visit.instance, seen);
    }
}
