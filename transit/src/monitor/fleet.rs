//! The vehicles that were heard of, by index.

use super::track::Track;
use crate::ids::{FeedIdx, RouteIdx, VehicleIdx};
use crate::place::LatLon;
use crate::time::EpochS;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// An accepted measurement.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Fix {
    pub place: LatLon,
    pub at: EpochS,
    /// Reported, m/s; only where it can be one.
    pub speed_mps: Option<f32>,
    /// Reported, degrees; only where it can be one.
    pub bearing_deg: Option<f32>,
}

/// One vehicle.
#[derive(Clone, Debug)]
pub(super) struct Vehicle {
    pub feed: FeedIdx,
    pub id: Arc<str>,
    pub label: Option<Arc<str>>,
    /// Last accepted measurement.
    pub fix: Option<Fix>,
    /// A measurement that was refused as a jump: one more there and it is believed.
    pub suspect: Option<Fix>,
    /// Since when the coordinates are bit for bit the same.
    pub same_since: EpochS,
    /// They stayed the same for so long that they are not believed.
    pub stuck: bool,
    /// Where it was when it last was more than a stone's throw away, and since when.
    pub rest: (LatLon, EpochS),
    pub occupancy_status: Option<u8>,
    /// Route as the feed says.
    pub named_route: Option<RouteIdx>,
    pub track: Track,
}

impl Vehicle {
    fn new(feed: FeedIdx, id: Arc<str>, now: EpochS) -> Self {
        Self {
            feed,
            id,
            label: None,
            fix: None,
            suspect: None,
            same_since: now,
            stuck: false,
            rest: (LatLon::default(), now),
            occupancy_status: None,
            named_route: None,
            track: Track::default(),
        }
    }

    /// True while its last measurement is not older than `age_s`.
    pub fn heard_within(&self, now: EpochS, age_s: i64) -> bool {
        self.fix.is_some_and(|f| now - f.at <= age_s)
    }
}

/// What is asked of a vehicle whenever it is named, kept apart from the rest so that it lies close together.
#[derive(Clone, Debug)]
pub(super) struct Head {
    /// `None` while no feed has named it.
    feed: Option<FeedIdx>,
    id: Arc<str>,
    /// When anything of it was last heard, accepted or not.
    pub heard_at: EpochS,
    /// When its last position was measured, if the same position again is a duplicate and nothing else.
    pub known_at: Option<EpochS>,
    /// The one that was named after it the last time.
    next: VehicleIdx,
}

impl Head {
    fn new(feed: Option<FeedIdx>, id: Arc<str>, now: EpochS) -> Self {
        Self { feed, id, heard_at: now, known_at: None, next: VehicleIdx::default() }
    }

    fn is(&self, feed: FeedIdx, id: &str) -> bool {
        *self.id == *id && self.feed == Some(feed)
    }
}

/// Silence after which a vehicle may be forgotten to make room for another, seconds.
const FORGET_AFTER_S: i64 = 900;
/// At the limit, the fleet is searched for forgotten vehicles at most once in so many seconds.
const SWEEP_EVERY_S: i64 = 60;

/// All vehicles. An index stays with its vehicle until, at the limit, a silent one makes room.
#[derive(Debug, Default)]
pub(super) struct Fleet {
    pub vehicles: Vec<Vehicle>,
    /// Likewise by index.
    pub heads: Vec<Head>,
    /// The vehicle that was named last: feeds name theirs in the same order again and again.
    last: VehicleIdx,
    /// By feed, then by id.
    index: Vec<FxHashMap<Arc<str>, VehicleIdx>>,
    /// Indices that may be given to a newcomer, least recently heard last.
    forgotten: Vec<VehicleIdx>,
    swept_at: Option<EpochS>,
    /// Vehicles of the record that no feed has named yet.
    recalled: FxHashMap<Arc<str>, VehicleIdx>,
}

impl Fleet {
    /// The index of a vehicle that is known.
    pub fn find(&mut self, feed: FeedIdx, id: &str) -> Option<VehicleIdx> {
        let is = |vehicle: &VehicleIdx| {
            self.heads.get(vehicle.get()).is_some_and(|head| head.is(feed, id))
        };
        let next = self.heads.get(self.last.get()).map(|head| head.next);
        let expected = next.filter(is).or_else(|| Some(self.last).filter(is));
        if let Some(vehicle) = expected {
            self.last = vehicle;
            return Some(vehicle);
        }
        let found = *self.index.get(feed.get())?.get(id)?;
        self.named(found);
        Some(found)
    }

    /// `vehicle` was named after the last one.
    fn named(&mut self, vehicle: VehicleIdx) {
        if let Some(before) = self.heads.get_mut(self.last.get()) {
            before.next = vehicle;
        }
        self.last = vehicle;
    }

    /// The index of a vehicle of the record, whose feed is not known before it reports. `None` if there is no
    /// room.
    pub fn recall(&mut self, id: &str, at: EpochS, limit: usize) -> Option<VehicleIdx> {
        if let Some(known) = self.recalled.get(id) {
            return Some(*known);
        }
        if self.vehicles.len() >= limit {
            return None;
        }
        let (vehicle, id) = (VehicleIdx::from(self.vehicles.len()), Arc::from(id));
        self.vehicles.push(Vehicle::new(FeedIdx::default(), Arc::clone(&id), at));
        self.heads.push(Head::new(None, Arc::clone(&id), at));
        self.recalled.insert(id, vehicle);
        Some(vehicle)
    }

    /// Makes room for a newcomer; `None` if the fleet is full of vehicles that are alive.
    pub fn add(
        &mut self,
        feed: FeedIdx,
        id: &str,
        now: EpochS,
        limit: usize,
    ) -> Option<VehicleIdx> {
        if let Some((id, known)) = self.recalled.remove_entry(id) {
            self.vehicles[known.get()] = Vehicle::new(feed, Arc::clone(&id), now);
            self.enter(feed, id, known, now);
            return Some(known);
        }
        let vehicle = if self.vehicles.len() < limit {
            VehicleIdx::from(self.vehicles.len())
        } else {
            self.forget(now)?
        };
        let id: Arc<str> = Arc::from(id);
        let fresh = Vehicle::new(feed, Arc::clone(&id), now);
        if let Some(slot) = self.vehicles.get_mut(vehicle.get()) {
            let old = std::mem::replace(slot, fresh);
            let recalled = self.recalled.get(&old.id) == Some(&vehicle);
            if recalled {
                self.recalled.remove(&old.id);
            } else if let Some(of_feed) = self.index.get_mut(old.feed.get()) {
                of_feed.remove(&old.id);
            }
        } else {
            self.vehicles.push(fresh);
        }
        self.enter(feed, id, vehicle, now);
        Some(vehicle)
    }

    fn enter(&mut self, feed: FeedIdx, id: Arc<str>, vehicle: VehicleIdx, now: EpochS) {
        let head = Head::new(Some(feed), Arc::clone(&id), now);
        match self.heads.get_mut(vehicle.get()) {
            Some(slot) => *slot = head,
            None => self.heads.push(head),
        }
        self.named(vehicle);
        if self.index.len() <= feed.get() {
            self.index.resize_with(feed.get() + 1, FxHashMap::default);
        }
        self.index[feed.get()].insert(id, vehicle);
    }

    /// The least recently heard vehicle, if it is silent for long.
    fn forget(&mut self, now: EpochS) -> Option<VehicleIdx> {
        let silent =
            |v: &Head| now - v.heard_at > FORGET_AFTER_S || v.heard_at > now + SWEEP_EVERY_S;
        while let Some(candidate) = self.forgotten.pop() {
            if silent(&self.heads[candidate.get()]) {
                return Some(candidate);
            }
        }
        if self.swept_at.is_some_and(|at| (0..SWEEP_EVERY_S).contains(&(now - at))) {
            return None;
        }
        self.swept_at = Some(now);
        let silent_ones = self.heads.iter().enumerate().filter(|(_, v)| silent(v));
        let mut found: Vec<_> =
            silent_ones.map(|(i, v)| (v.heard_at, VehicleIdx::from(i))).collect();
        found.sort_unstable_by(|a, b| b.cmp(a));
        self.forgotten = found.into_iter().map(|(_, v)| v).collect();
        self.forgotten.pop()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vehicle_of_the_record_belongs_to_the_feed_that_names_it_first() {
        let mut fleet = Fleet::default();
        let known = fleet.recall("a", 50, 3);
        assert_eq!(fleet.recall("a", 60, 3), known);
        assert_eq!(fleet.find(FeedIdx(0), "a"), None);
        assert_eq!(fleet.add(FeedIdx(1), "a", 100, 3), known);
        assert_eq!(fleet.find(FeedIdx(1), "a"), known);
        assert_ne!(fleet.add(FeedIdx(0), "a", 100, 3), known, "another feed, another vehicle");
        assert_eq!(
            (fleet.recall("b", 50, 3), fleet.recall("c", 50, 3)),
            (Some(VehicleIdx(2)), None)
        );
        let made_room = fleet.add(FeedIdx(0), "d", 5_000, 3);
        assert!(made_room.is_some());
        assert_ne!(fleet.recall("b", 50, 4), made_room, "b has lost its place to d");
    }

    #[test]
    fn a_full_fleet_forgets_the_least_recently_heard_and_never_one_that_is_alive() {
        let mut fleet = Fleet::default();
        let feed = FeedIdx(0);
        for (i, id) in ["a", "b", "c"].iter().enumerate() {
            assert_eq!(fleet.add(feed, id, i as EpochS, 3), Some(VehicleIdx(i as u32)));
        }
        assert_eq!(fleet.add(feed, "d", 100, 3), None);
        fleet.heads[0].heard_at = 2_000;
        assert_eq!(fleet.add(feed, "d", 2_000, 3), Some(VehicleIdx(1)));
        assert_eq!(fleet.find(feed, "b"), None);
        assert_eq!(fleet.find(feed, "d"), Some(VehicleIdx(1)));
        assert_eq!(fleet.find(feed, "a"), Some(VehicleIdx(0)));
        assert_eq!(fleet.add(feed, "e", 2_000, 3), Some(VehicleIdx(2)));
        assert_eq!(fleet.add(feed, "f", 2_000, 3), None);
    }
}
