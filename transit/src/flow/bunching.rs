//! Vehicles of a route that run together. A bunch is one incident, however many vehicles are in it.

use super::FlowConfig;
use super::VehicleFacts;
use super::band::is_bunched;
use super::incident::{Book, Key, blank};
use super::layout::Layout;
use super::track::{Spacing, Tracks, near_end};
use crate::event::{Effect, Incident, IncidentKind};
use crate::ids::VehicleIdx;
use crate::time::EpochS;
use crate::timetable::{Timetable, TripInstance};
use std::collections::BTreeMap;

/// A chain of followers is followed up to its head over so many vehicles.
const CHAIN_MAX: usize = 16;

/// A vehicle close behind its leader.
#[derive(Clone, Copy, Debug)]
struct Follower {
    vehicle: VehicleIdx,
    run: TripInstance,
    direction: u32,
    spacing: Spacing,
}

/// An open bunch.
#[derive(Clone, Debug)]
struct Open {
    key: Key,
    /// Its vehicles at the last tick.
    members: Vec<VehicleIdx>,
    /// When it was last seen together.
    seen_at: EpochS,
}

/// Open bunches, by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Bunches {
    open: Vec<Open>,
}

/// What the detector looks at.
pub(super) struct View<'a> {
    pub(super) config: &'a FlowConfig,
    pub(super) now: EpochS,
    pub(super) timetable: &'a Timetable,
    pub(super) layout: &'a Layout,
    pub(super) tracks: &'a Tracks,
    pub(super) vehicles: &'a [VehicleFacts],
    /// By direction: nothing may be alarmed.
    pub(super) muted: &'a dyn Fn(u32) -> bool,
    /// By direction: judged by the timetable.
    pub(super) by_timetable: &'a dyn Fn(u32) -> bool,
}

impl View<'_> {
    /// Followers that are shown as bunched, and may be alarmed with their leaders.
    fn followers(&self) -> BTreeMap<VehicleIdx, Follower> {
        let mut found = BTreeMap::new();
        for fact in self.vehicles {
            let (Some((run, pattern)), Some(track)) = (fact.matched, self.tracks.get(fact.vehicle))
            else {
                continue;
            };
            let Some(spacing) = track.spacing.filter(|_| is_bunched(track.status())) else {
                continue;
            };
            let direction = self.layout.direction_of(pattern) as u32;
            // Where the timetable is judged, two together are one that is late or early.
            if (self.by_timetable)(direction) {
                continue;
            }
            let leader = self.tracks.get(spacing.leader).and_then(|l| l.fact);
            let together = leader.is_some_and(|l| self.may_lead(&l, &spacing, direction));
            if together && self.may_alarm(fact) {
                let follower = Follower { vehicle: fact.vehicle, run, direction, spacing };
                found.insert(fact.vehicle, follower);
            }
        }
        found
    }

    /// Whether the vehicle ahead counts: on its way, or at the end of the run in which it was ahead.
    fn may_lead(&self, leader: &VehicleFacts, spacing: &Spacing, direction: u32) -> bool {
        let Some((run, pattern)) = leader.matched.filter(|_| !leader.overload) else {
            return false;
        };
        let same_way = self.layout.direction_of(pattern) as u32 == direction;
        let ended = run != spacing.leader_run || near_end(self.timetable, self.config, leader);
        ended || (same_way && self.may_alarm(leader))
    }

    fn may_alarm(&self, fact: &VehicleFacts) -> bool {
        self.tracks.may_alarm(self.config, self.timetable, self.now, fact)
    }
}

/// The vehicle at the head of the follower's bunch.
fn head_of(followers: &BTreeMap<VehicleIdx, Follower>, follower: &Follower) -> VehicleIdx {
    let mut head = follower.spacing.leader;
    for _ in 0..CHAIN_MAX {
        match followers.get(&head) {
            Some(next) if next.direction == follower.direction => head = next.spacing.leader,
            _ => break,
        }
    }
    head
}

impl Bunches {
    /// Opens and closes `Bunching`.
    pub(super) fn detect(&mut self, view: &View<'_>, book: &mut Book, effects: &mut Vec<Effect>) {
        let followers = view.followers();
        let mut clusters: BTreeMap<(u32, VehicleIdx), Vec<Follower>> = BTreeMap::new();
        for follower in followers.values() {
            let head = head_of(&followers, follower);
            clusters.entry((follower.direction, head)).or_default().push(*follower);
        }
        for ((direction, head), mut cluster) in clusters {
            cluster.sort_by_key(|f| (f.spacing.now_s, f.vehicle));
            let mut members: Vec<VehicleIdx> = cluster.iter().map(|f| f.vehicle).collect();
            members.push(head);
            members.sort_unstable();
            self.place(view, (direction, &cluster[0], members), book, effects);
        }
        let (now, patience_s) = (view.now, view.config.bunch_close_after_s);
        self.open.retain(|bunch| {
            let stays = bunch.seen_at > now - patience_s;
            if !stays {
                book.close(bunch.key, now, effects);
            }
            stays && book.is_open(bunch.key)
        });
    }

    /// Finds the incident of a cluster or opens one.
    fn place(
        &mut self,
        view: &View<'_>,
        (direction, closest, members): (u32, &Follower, Vec<VehicleIdx>),
        book: &mut Book,
        effects: &mut Vec<Effect>,
    ) {
        let way = &view.layout.directions[direction as usize];
        let value = f64::from(closest.spacing.now_s);
        let of_way = |i: &Incident| i.route == Some(way.route) && i.direction == way.sense;
        // Two bunches that have become one go on as the older.
        let mut known: Option<usize> = None;
        for i in 0..self.open.len() {
            let shared = self.open[i].members.iter().filter(|m| members.contains(m)).count();
            let same = shared >= 2 && book.get_mut(self.open[i].key).is_some_and(|i| of_way(i));
            if same && known.is_none() {
                known = Some(i);
            } else if same {
                self.open[i].seen_at = EpochS::MIN;
            }
        }
        if let Some(i) = known {
            self.open[i].members = members;
            self.open[i].seen_at = view.now;
            if let Some(incident) = book.get_mut(self.open[i].key) {
                incident.value = value;
            }
        } else if !(view.muted)(direction) {
            let mut incident = blank(IncidentKind::Bunching, view.now);
            incident.route = Some(way.route);
            incident.direction = way.sense;
            incident.stop = Some(view.layout.places[closest.spacing.place as usize].stop);
            incident.vehicle = Some(closest.vehicle);
            incident.instance = Some(closest.run);
            incident.value = value;
            if let Some(key) = book.open(view.config, Key::Bunching, incident, effects) {
                self.open.push(Open { key, members, seen_at: view.now });
            }
        }
    }
}
