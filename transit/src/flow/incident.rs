//! The book of incidents: numbers, opening, closing, bounds. What they are about, the detectors know.

use super::FlowConfig;
use crate::event::{Effect, Incident, IncidentKind};
use crate::ids::{FeedIdx, VehicleIdx};
use crate::monitor::IncidentState;
use crate::time::EpochS;
use crate::timetable::TripInstance;
use std::collections::{BTreeMap, VecDeque};

/// Closed incidents stay in the snapshot so long, seconds.
const CLOSED_KEPT_S: EpochS = 3600;
/// Most closed incidents that are kept.
const CLOSED_MAX: usize = 1000;

/// What makes an incident one incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// A feed that is down.
    FeedDown(FeedIdx),
    /// A run that nobody drives.
    Ghost(TripInstance),
    /// A vehicle away from its line.
    OffRoute(VehicleIdx),
    /// A bunch, by its incident's number.
    Bunching(u64),
    /// The gap behind a run in a direction (index of the layout).
    Gap(u32, TripInstance),
}

/// All incidents.
#[derive(Clone, Debug, Default)]
pub(super) struct Book {
    last_number: u64,
    open: BTreeMap<Key, Incident>,
    /// By closing.
    closed: VecDeque<Incident>,
    opened_in_tick: usize,
    /// Closed by a new timetable and not said yet.
    orphans: Vec<Incident>,
    /// Incidents that were not opened because of the bounds.
    pub(super) refused: u64,
}

/// An incident of `kind` with nothing else in it.
pub(super) fn blank(kind: IncidentKind, opened_at: EpochS) -> Incident {
    Incident {
        number: 0,
        kind,
        route: None,
        direction: None,
        stop: None,
        vehicle: None,
        instance: None,
        feed: None,
        opened_at,
        closed_at: None,
        value: 0.0,
    }
}

impl Book {
    /// A new tick: its bound starts anew, old closed incidents are forgotten.
    pub(super) fn begin_tick(&mut self, now: EpochS, effects: &mut Vec<Effect>) {
        self.opened_in_tick = 0;
        effects.extend(self.orphans.drain(..).map(Effect::IncidentClosed));
        let old = |i: &Incident| i.closed_at.is_none_or(|at| at < now - CLOSED_KEPT_S);
        while self.closed.front().is_some_and(old) || self.closed.len() > CLOSED_MAX {
            self.closed.pop_front();
        }
    }

    /// Opens an incident unless it is open. `key` gets its number. The bounds may refuse it; the detector
    /// asks again while the cause lasts.
    pub(super) fn open(
        &mut self,
        config: &FlowConfig,
        key: impl FnOnce(u64) -> Key,
        mut incident: Incident,
        effects: &mut Vec<Effect>,
    ) -> Option<Key> {
        let number = self.last_number + 1;
        let key = key(number);
        if self.open.contains_key(&key) {
            return None;
        }
        // That a feed is down is always said: it explains the silence of everything else.
        let full = self.opened_in_tick >= config.incidents_opened_per_tick
            || self.open.len() >= config.incidents_open_max;
        if full && incident.kind != IncidentKind::FeedDown {
            self.refused += 1;
            return None;
        }
        self.last_number = number;
        self.opened_in_tick += 1;
        incident.number = number;
        effects.push(Effect::IncidentOpened(incident.clone()));
        self.open.insert(key, incident);
        Some(key)
    }

    /// The open incident of `key`.
    pub(super) fn get_mut(&mut self, key: Key) -> Option<&mut Incident> {
        self.open.get_mut(&key)
    }

    /// Whether it is open.
    pub(super) fn is_open(&self, key: Key) -> bool {
        self.open.contains_key(&key)
    }

    /// The keys of all open incidents, in order.
    pub(super) fn keys(&self) -> Vec<Key> {
        self.open.keys().copied().collect()
    }

    /// Closes an incident if it is open.
    pub(super) fn close(&mut self, key: Key, at: EpochS, effects: &mut Vec<Effect>) {
        let Some(mut incident) = self.open.remove(&key) else { return };
        incident.closed_at = Some(at.max(incident.opened_at));
        effects.push(Effect::IncidentClosed(incident.clone()));
        self.closed.push_back(incident);
    }

    /// Rewrites every open incident for a new timetable; what has no place in it is closed at the next tick.
    pub(super) fn carried(
        &mut self,
        now: EpochS,
        mut moved: impl FnMut(Key, &mut Incident) -> Option<Key>,
        closed: impl FnMut(&mut Incident) -> bool,
    ) {
        self.closed.retain_mut(closed);
        for (key, mut incident) in std::mem::take(&mut self.open) {
            if let Some(new) = moved(key, &mut incident) {
                self.open.insert(new, incident);
            } else {
                // Only what the new timetable knows may be named.
                self.orphans.push(Incident {
                    closed_at: Some(now.max(incident.opened_at)),
                    number: incident.number,
                    value: incident.value,
                    vehicle: incident.vehicle,
                    ..blank(incident.kind, incident.opened_at)
                });
            }
        }
    }

    /// Appends open and lately closed incidents, newest first.
    pub(super) fn fill(
        &self,
        suppressed: impl Fn(&Incident) -> bool,
        out: &mut Vec<IncidentState>,
    ) {
        let all = self.open.values().chain(&self.closed);
        out.extend(all.map(|i| IncidentState {
            suppressed: i.closed_at.is_none() && suppressed(i),
            incident: i.clone(),
        }));
        out.sort_by_key(|s| std::cmp::Reverse((s.incident.opened_at, s.incident.number)));
    }
}
