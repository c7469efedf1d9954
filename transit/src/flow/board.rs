//! What comes and what came at a stop, and how a run went so far: computed when somebody asks.

use super::shelf::Shelf;
use crate::ids::{RouteIdx, StopIdx, VehicleIdx};
use crate::monitor::{
    BoardArrival, BoardDeparture, MatchState, Snapshot, StopBoard, TripStop, VehicleState,
};
use crate::predict::{Basis, Learnt};
use crate::time::EpochS;
use crate::timetable::TripInstance;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

/// Most departures that are remembered of a stop.
pub(super) const BOARD_LAST: usize = 12;
/// Room for so many stops more is taken at once when the log of a run is full.
const RUN_STOPS: usize = 32;
/// Most arrivals on a board.
const BOARD_NEXT: usize = 12;
/// How far ahead a board looks, seconds.
const BOARD_AHEAD_S: EpochS = 90 * 60;
/// How late a bus may be and still stand on a board, seconds.
const BOARD_BEHIND_S: EpochS = 60 * 60;
/// No arrival is promised on a position older than this, seconds.
const PROMISE_AGE_S: EpochS = 300;
/// What was observed at a stop position.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ObservedStop {
    pub(super) stop_position: u16,
    pub(super) arrival: Option<EpochS>,
    pub(super) departure: Option<EpochS>,
    pub(super) headway_s: Option<i32>,
}

/// The visits of the run that a vehicle drives.
#[derive(Debug, Default)]
pub(super) struct RunLog {
    pub(super) instance: Option<TripInstance>,
    /// By stop position.
    pub(super) visits: Vec<ObservedStop>,
}

impl Clone for RunLog {
    /// With the room of the original: a copy is made to be written to.
    fn clone(&self) -> Self {
        let mut visits = Vec::with_capacity(self.visits.capacity());
        visits.extend_from_slice(&self.visits);
        Self { instance: self.instance, visits }
    }
}

/// The recent past, shared between the writer and its snapshots.
#[derive(Clone, Debug, Default)]
pub struct Recent {
    /// By stop: departures, oldest first, at most [`BOARD_LAST`].
    pub(super) departures: Shelf<Vec<BoardDeparture>>,
    /// By vehicle.
    pub(super) runs: Shelf<RunLog>,
    /// Runs that the feed cancelled.
    pub(super) canceled: Arc<BTreeSet<TripInstance>>,
    /// What predictions are made of.
    pub(crate) learnt: Learnt,
    /// Index into `Snapshot::vehicles` of who drives a run; built when first asked.
    drivers: OnceLock<FxHashMap<TripInstance, u32>>,
    /// Runs that somebody drove last; built when first asked.
    driven: OnceLock<FxHashSet<TripInstance>>,
}

impl Recent {
    /// A copy for a new snapshot: the index of drivers is that snapshot's own.
    pub(super) fn share(&self, learnt: Learnt) -> Self {
        Self {
            departures: self.departures.clone(),
            runs: self.runs.clone(),
            canceled: Arc::clone(&self.canceled),
            learnt,
            drivers: OnceLock::new(),
            driven: OnceLock::new(),
        }
    }

    /// True if `instance` is the last run of some vehicle, heard of or not.
    pub(crate) fn was_driven(&self, instance: TripInstance) -> bool {
        let driven = self.driven.get_or_init(|| {
            let logs = (0..self.runs.end()).filter_map(|i| self.runs.get(i));
            logs.filter_map(|log| log.instance).collect()
        });
        driven.contains(&instance)
    }

    /// Remembers a departure from `stop`. They may come a little out of order.
    pub(super) fn departed(&mut self, stop: StopIdx, departure: BoardDeparture) {
        let log = self.departures.slot(stop.get());
        let mut place = log.partition_point(|d| d.departed <= departure.departed);
        if log.len() >= BOARD_LAST {
            // Older than all that are remembered.
            let Some(before) = place.checked_sub(1) else { return };
            log.remove(0);
            place = before;
        }
        if log.capacity() < BOARD_LAST {
            log.reserve_exact(BOARD_LAST - log.len());
        }
        log.insert(place, departure);
    }

    /// Remembers a visit of the run that `vehicle` drives.
    pub(super) fn visited(
        &mut self,
        vehicle: VehicleIdx,
        instance: TripInstance,
        seen: ObservedStop,
    ) {
        let log = self.runs.slot(vehicle.get());
        if log.instance != Some(instance) {
            log.instance = Some(instance);
            log.visits.clear();
        }
        match log.visits.binary_search_by_key(&seen.stop_position, |v| v.stop_position) {
            Ok(at) => log.visits[at] = seen,
            Err(at) => {
                if log.visits.len() == log.visits.capacity() {
                    log.visits.reserve_exact(RUN_STOPS);
                }
                log.visits.insert(at, seen);
            }
        }
    }
}

/// A vehicle that may be promised.
fn promised(state: &VehicleState, at: EpochS) -> Option<&MatchState> {
    let fresh = at - state.measured_at <= PROMISE_AGE_S;
    state.matched.as_ref().filter(|_| fresh && !state.off_route)
}

impl Snapshot {
    /// A vehicle.
    pub fn vehicle(&self, vehicle: VehicleIdx) -> Option<&VehicleState> {
        let at = self.vehicles.binary_search_by_key(&vehicle, |v| v.vehicle).ok()?;
        self.vehicles.get(at)
    }

    /// Who drives `instance`.
    pub fn driver(&self, instance: TripInstance) -> Option<&VehicleState> {
        let drivers = self.recent.drivers.get_or_init(|| {
            let mut drivers = FxHashMap::default();
            for (i, v) in self.vehicles.iter().enumerate() {
                if let Some(m) = &v.matched {
                    drivers.entry(m.instance).or_insert(i as u32);
                }
            }
            drivers
        });
        drivers.get(&instance).and_then(|&i| self.vehicles.get(i as usize))
    }

    /// Whether the feed has cancelled `instance`.
    pub fn is_canceled(&self, instance: TripInstance) -> bool {
        self.recent.canceled.contains(&instance)
    }

    /// Last departures and next arrivals of a stop; of a station, those of all its platforms. Costs some
    /// microseconds for each route that serves it.
    pub fn board(&self, stop: StopIdx) -> StopBoard {
        let mut board = StopBoard { stop, next: Vec::new(), last: Vec::new() };
        let Some(row) = self.timetable.stops.get(stop.get()) else { return board };
        if row.served_by.is_empty() {
            for (i, child) in self.timetable.stops.iter().enumerate() {
                if child.parent == Some(stop) {
                    self.add_to_board(StopIdx::from(i), &mut board);
                }
            }
        } else {
            self.add_to_board(stop, &mut board);
        }
        board.last.sort_by_key(|d| (std::cmp::Reverse(d.departed), d.vehicle));
        board.last.truncate(BOARD_LAST);
        board.next.sort_by_key(|a| (a.expected.unwrap_or(a.scheduled), a.instance));
        board.next.truncate(BOARD_NEXT);
        board
    }

    fn add_to_board(&self, stop: StopIdx, board: &mut StopBoard) {
        let gone = self.recent.departures.get(stop.get()).map_or(&[][..], Vec::as_slice);
        board.last.extend_from_slice(gone);
        let first = board.next.len();
        for (route, direction) in self.served_ways(stop) {
            let (from, to) = (self.at - BOARD_BEHIND_S, self.at + BOARD_AHEAD_S);
            for passage in self.timetable.scheduled_passages(route, direction, stop, from, to) {
                let served = gone.iter().any(|d| d.instance == passage.instance);
                if !served && !self.is_canceled(passage.instance) {
                    board.next.extend(self.arrival(passage.instance, passage.stop_position));
                }
            }
        }
        // Runs that the plan does not lay out to the minute (frequencies with exact_times = 0) are known by
        // their vehicles only.
        for vehicle in &self.vehicles {
            let Some(m) = promised(vehicle, self.at) else { continue };
            let listed = board.next[first..].iter().any(|a| a.instance == m.instance);
            let pattern = self.timetable.pattern(m.pattern);
            let next = usize::from(m.next_stop_position);
            if listed || !self.is_loose(m.instance) {
                continue;
            }
            let ahead = pattern.stops.iter().skip(next).position(|s| *s == stop);
            if let Some(steps) = ahead {
                board.next.extend(self.arrival(m.instance, (next + steps) as u16));
            }
        }
    }

    /// True for a run whose times the plan does not promise.
    fn is_loose(&self, instance: TripInstance) -> bool {
        self.timetable.frequencies(instance.trip).iter().any(|f| !f.exact)
    }

    /// The (route, direction) pairs that serve a stop, each once.
    fn served_ways(&self, stop: StopIdx) -> Vec<(RouteIdx, Option<u8>)> {
        let mut ways: Vec<_> = self
            .timetable
            .stop(stop)
            .served_by
            .iter()
            .map(|&(pattern, _)| {
                let pattern = self.timetable.pattern(pattern);
                (pattern.route, pattern.direction)
            })
            .collect();
        ways.sort_unstable();
        ways.dedup();
        ways
    }

    /// The line of a board for a run that has not been at `stop_position` yet.
    fn arrival(&self, instance: TripInstance, stop_position: u16) -> Option<BoardArrival> {
        let (scheduled, _) = self.timetable.scheduled(instance, usize::from(stop_position));
        let driver = self.driver(instance);
        if driver.and_then(|v| v.matched).is_some_and(|m| stop_position < m.next_stop_position) {
            return None;
        }
        let mut found = None;
        let basis = self.predict(instance, |p| {
            if p.stop_position == stop_position {
                found = Some(p);
            }
            p.stop_position < stop_position
        });
        // Of a run that no vehicle is known to come for, the plan is what is expected.
        let coming = basis.filter(|(basis, _)| *basis != Basis::Plan);
        let expected = coming.and(found).map(|p| p.promised);
        let line = BoardArrival {
            instance,
            stop_position,
            scheduled,
            expected,
            range: found.map(|p| p.arrival),
            vehicle: driver.map(|v| v.vehicle).or(coming.and_then(|(_, vehicle)| vehicle)),
        };
        (expected.is_some() || scheduled >= self.at).then_some(line)
    }

    /// The run that `vehicle` drives, stop by stop; empty while it is not matched.
    pub fn trip_stops(&self, vehicle: VehicleIdx) -> Vec<TripStop> {
        let Some(state) = self.vehicle(vehicle) else { return Vec::new() };
        let Some(matched) = &state.matched else { return Vec::new() };
        let (instance, pattern) = (matched.instance, matched.pattern);
        let mut rows: Vec<TripStop> = Vec::new();
        for (position, &stop) in self.timetable.pattern(pattern).stops.iter().enumerate() {
            let (scheduled_arrival, scheduled_departure) =
                self.timetable.scheduled(instance, position);
            rows.push(TripStop {
                stop_position: position as u16,
                stop,
                scheduled_arrival,
                scheduled_departure,
                arrival: None,
                departure: None,
                expected_arrival: None,
                expected_departure: None,
                range: None,
                headway_s: None,
            });
        }
        if let Some(log) = self.recent.runs.get(vehicle.get())
            && log.instance == Some(instance)
        {
            for seen in &log.visits {
                if let Some(row) = rows.get_mut(usize::from(seen.stop_position)) {
                    (row.arrival, row.departure) = (seen.arrival, seen.departure);
                    row.headway_s = seen.headway_s;
                }
            }
        }
        if self.driver(instance).map(|v| v.vehicle) != Some(vehicle) {
            return rows;
        }
        self.predict(instance, |p| {
            if let Some(row) = rows.get_mut(usize::from(p.stop_position)) {
                row.expected_arrival = row.arrival.is_none().then_some(p.promised);
                row.expected_departure = row.departure.is_none().then_some(p.departure);
                row.range = row.arrival.is_none().then_some(p.arrival);
            }
            true
        });
        rows
    }
}
