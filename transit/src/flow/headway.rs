//! Time between successive vehicles at each place, by actual time. Visits may come out of order: a headway
//! is said when no later visit can split it any more, so that those said always add up.

use super::layout::Layout;
use crate::ids::VehicleIdx;
use crate::time::EpochS;
use crate::timetable::TripInstance;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Most passages that wait at one place to be settled; more settle early.
const PENDING_MAX: usize = 64;

/// A vehicle passed a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Passage {
    /// Departure (arrival at a last stop).
    pub(super) at: EpochS,
    pub(super) instance: TripInstance,
    pub(super) vehicle: VehicleIdx,
    /// Not a visit: it must have passed here, because it was seen before and behind.
    pub(super) unseen: bool,
}

/// What is remembered of a place.
#[derive(Clone, Debug, Default)]
struct Chain {
    /// The last settled visit.
    settled: Option<Passage>,
    /// A vehicle passed unseen after it.
    unseen_since: bool,
    /// The latest settled passage, seen or not.
    latest: Option<Passage>,
    /// By time: not settled yet.
    pending: Vec<Passage>,
}

/// A follower and its leader at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) place: u32,
    pub(super) leader: Passage,
    pub(super) follower: Passage,
    /// Another vehicle passed unseen in between.
    pub(super) split_unseen: bool,
}

impl Pair {
    /// Seconds between the two.
    pub(super) fn headway_s(&self) -> i32 {
        i32::try_from(self.follower.at - self.leader.at).unwrap_or(i32::MAX)
    }
}

/// What became of a passage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inserted {
    /// It is in its place, behind the leader and before the follower, as far as they are known yet.
    At {
        /// It as the follower.
        behind: Option<Pair>,
        /// It as the leader of one that was there before.
        before: Option<Pair>,
    },
    /// The run has passed here before, or the passage is older than one that was said.
    Ignored,
}

impl Chain {
    fn knows(&self, run: TripInstance) -> bool {
        let last = [self.settled, self.latest];
        last.iter().flatten().any(|p| p.instance == run)
            || self.pending.iter().any(|p| p.instance == run && !p.unseen)
    }

    /// The pair that ends with the pending passage `index`.
    fn pair(&self, place: u32, index: usize) -> Option<Pair> {
        let follower = self.pending[index];
        let mut split_unseen = false;
        for p in self.pending[..index].iter().rev() {
            if !p.unseen {
                return Some(Pair { place, leader: *p, follower, split_unseen });
            }
            split_unseen = true;
        }
        let split_unseen = split_unseen || self.unseen_since;
        self.settled.map(|leader| Pair { place, leader, follower, split_unseen })
    }
}

/// The places' chains, addressed by place.
#[derive(Clone, Debug, Default)]
pub(super) struct Headways {
    chains: Vec<Chain>,
    /// When which place has something to settle.
    due: BinaryHeap<Reverse<(EpochS, u32)>>,
    /// Visits that came too late to count.
    pub(super) late: u64,
}

impl Headways {
    pub(super) fn new(layout: &Layout) -> Self {
        Self {
            chains: vec![Chain::default(); layout.places.len()],
            due: BinaryHeap::new(),
            late: 0,
        }
    }

    /// Puts a passage in its place.
    pub(super) fn insert(&mut self, place: u32, passage: Passage, settle_s: EpochS) -> Inserted {
        let chain = &mut self.chains[place as usize];
        if chain.knows(passage.instance) {
            return Inserted::Ignored;
        }
        if chain.latest.is_some_and(|p| p.at > passage.at) {
            self.late += u64::from(!passage.unseen);
            return Inserted::Ignored;
        }
        // A visit takes the place of the same run's passage that nobody saw.
        chain.pending.retain(|p| p.instance != passage.instance);
        let index = chain.pending.partition_point(|p| *p < passage);
        chain.pending.insert(index, passage);
        let behind = (!passage.unseen).then(|| chain.pair(place, index)).flatten();
        let next = chain.pending.iter().skip(index + 1).position(|p| !p.unseen);
        let before = next.and_then(|steps| chain.pair(place, index + 1 + steps));
        let due =
            if chain.pending.len() > PENDING_MAX { EpochS::MIN } else { passage.at + settle_s };
        self.due.push(Reverse((due, place)));
        Inserted::At { behind, before }
    }

    /// A passage whose headway was said before: the leader of what comes.
    pub(super) fn recall(&mut self, place: u32, passage: Passage) {
        let chain = &mut self.chains[place as usize];
        if chain.pending.is_empty() && chain.latest.is_none_or(|p| p.at < passage.at) {
            (chain.settled, chain.latest) = (Some(passage), Some(passage));
            chain.unseen_since = false;
        }
    }

    /// Settles what is at least `settle_s` old at `now`, by due time and place.
    pub(super) fn settle(&mut self, now: EpochS, settle_s: EpochS, mut each: impl FnMut(Pair)) {
        while let Some(&Reverse((due, place))) = self.due.peek() {
            if due > now {
                break;
            }
            self.due.pop();
            let chain = &mut self.chains[place as usize];
            let overfull = usize::from(due == EpochS::MIN && chain.pending.len() > PENDING_MAX);
            let ripe = chain.pending.partition_point(|p| p.at + settle_s <= now).max(overfull);
            for index in 0..ripe {
                let passage = chain.pending[index];
                if !passage.unseen
                    && let Some(pair) = chain.pair(place, index)
                {
                    each(pair);
                }
            }
            for passage in chain.pending.drain(..ripe) {
                chain.latest = Some(passage);
                chain.unseen_since = passage.unseen;
                if !passage.unseen {
                    chain.settled = Some(passage);
                }
            }
        }
    }

    /// The latest passage of a place, seen or not, settled or not.
    pub(super) fn latest(&self, place: u32) -> Option<Passage> {
        let chain = &self.chains[place as usize];
        chain.pending.last().copied().or(chain.latest)
    }

    /// The latest passage of a place by another vehicle than `vehicle` and not after `until`.
    pub(super) fn latest_of_others(
        &self,
        place: u32,
        vehicle: VehicleIdx,
        until: EpochS,
    ) -> Option<Passage> {
        let chain = &self.chains[place as usize];
        let mut known = chain.pending.iter().rev().copied().chain(chain.latest);
        known.find(|p| p.vehicle != vehicle && p.at <= until)
    }

    /// Moves every chain to its place in a new timetable.
    pub(super) fn carried(
        self,
        layout: &Layout,
        place: impl Fn(u32) -> Option<u32>,
        run: impl Fn(TripInstance) -> Option<TripInstance>,
    ) -> Self {
        let mut new = Self { late: self.late, ..Self::new(layout) };
        let moved = |p: Passage| run(p.instance).map(|instance| Passage { instance, ..p });
        for (old, chain) in self.chains.into_iter().enumerate() {
            let Some(to) = place(old as u32) else { continue };
            new.chains[to as usize] = Chain {
                settled: chain.settled.and_then(moved),
                unseen_since: chain.unseen_since,
                latest: chain.latest.and_then(moved),
                pending: chain.pending.into_iter().filter_map(moved).collect(),
            };
        }
        for Reverse((due, old)) in self.due.into_sorted_vec() {
            new.due.extend(place(old).map(|to| Reverse((due, to))));
        }
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::TripIdx;
    use crate::time::ServiceDate;
    use proptest::prelude::*;

    fn passage(at: EpochS, trip: u32) -> Passage {
        Passage {
            at,
            instance: TripInstance {
                service_date: ServiceDate(0),
                trip: TripIdx(trip),
                start_s: 0,
            },
            vehicle: VehicleIdx(trip),
            unseen: false,
        }
    }

    fn one_place() -> Headways {
        Headways { chains: vec![Chain::default()], ..Headways::default() }
    }

    fn settled(headways: &mut Headways, now: EpochS) -> Vec<(u32, i32, bool)> {
        let mut out = Vec::new();
        headways.settle(now, 300, |pair| {
            out.push((pair.follower.instance.trip.0, pair.headway_s(), pair.split_unseen));
        });
        out
    }

    #[test]
    fn a_late_visit_splits_a_headway_before_it_is_said() {
        let mut h = one_place();
        h.insert(0, passage(1000, 1), 300);
        h.insert(0, passage(2200, 3), 300);
        let Inserted::At { behind, before } = h.insert(0, passage(1600, 2), 300) else {
            panic!("ignored")
        };
        assert_eq!(behind.unwrap().headway_s(), 600);
        assert_eq!(before.unwrap().headway_s(), 600);
        assert_eq!(settled(&mut h, 2499), [(2, 600, false)]);
        assert_eq!(settled(&mut h, 2500), [(3, 600, false)]);
        // Too late: said is said.
        assert_eq!(h.insert(0, passage(1700, 9), 300), Inserted::Ignored);
        assert_eq!(h.late, 1);
    }

    #[test]
    fn the_same_run_passes_a_place_once() {
        let mut h = one_place();
        h.insert(0, passage(1000, 1), 300);
        let overload = Passage { vehicle: VehicleIdx(77), ..passage(1030, 1) };
        assert_eq!(h.insert(0, overload, 300), Inserted::Ignored);
    }

    #[test]
    fn a_vehicle_that_passed_unseen_is_told_and_may_still_be_seen() {
        let mut h = one_place();
        h.insert(0, passage(1000, 1), 300);
        h.insert(0, Passage { unseen: true, ..passage(1500, 2) }, 300);
        h.insert(0, passage(2000, 3), 300);
        h.insert(0, Passage { unseen: true, ..passage(2500, 4) }, 300);
        h.insert(0, passage(2510, 4), 300);
        assert_eq!(settled(&mut h, 9000), [(3, 1000, true), (4, 510, false)]);
    }

    proptest! {
        /// Whatever the order and the delay of visits within the bound, what is said adds up.
        #[test]
        fn headways_telescope(
            steps in prop::collection::vec((0_i64..900, 0_i64..300), 2..60)
        ) {
            let mut at = 0;
            let mut visits: Vec<(EpochS, Passage)> = Vec::new();
            for (i, (step, delay)) in steps.iter().enumerate() {
                at += step;
                visits.push((at + delay, passage(at, i as u32)));
            }
            let (first, last) = (visits[0].1.at, at);
            visits.sort();
            let mut h = one_place();
            let mut said = Vec::new();
            for (known_at, visit) in visits {
                said.extend(settled(&mut h, known_at - 1));
                h.insert(0, visit, 300);
            }
            said.extend(settled(&mut h, EpochS::MAX / 2));
            prop_assert_eq!(h.late, 0);
            prop_assert_eq!(said.len(), steps.len() - 1);
            prop_assert_eq!(said.iter().map(|s| i64::from(s.1)).sum::<i64>(), last - first);
        }
    }
}
