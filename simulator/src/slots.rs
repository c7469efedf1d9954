//! A slot is a stop of a route and direction: the queue of people who wait there for that service.

use crate::noise::{Noise, key_of, mix};
use rand::Rng;
use std::collections::BTreeMap;
use transit::Timetable;
use transit::ids::{PatternIdx, RouteIdx, StopIdx};

const POPULARITY: u64 = 0x9091;

/// All slots of a timetable with what is known of each.
#[derive(Debug)]
pub(crate) struct Slots {
    /// By pattern: where its slots begin in `ids`.
    base: Vec<u32>,
    /// Slot of each stop position of each pattern.
    ids: Vec<u32>,
    pub state: Vec<Slot>,
}

/// What happened last at a slot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    /// Boardings against the usual.
    pub popularity: f64,
    /// Latest arrival that is already decided.
    pub arrival_ms: i64,
    /// Latest departure that is already decided.
    pub departure_ms: i64,
    /// People whom a full bus left behind.
    pub left_behind: f64,
}

/// Before all time.
const NEVER_MS: i64 = i64::MIN / 4;

impl Slots {
    pub fn new(timetable: &Timetable, noise: &Noise) -> Self {
        let mut known: BTreeMap<(RouteIdx, Option<u8>, StopIdx), u32> = BTreeMap::new();
        let (mut base, mut ids, mut state) = (Vec::new(), Vec::new(), Vec::new());
        for pattern in &timetable.patterns {
            base.push(ids.len() as u32);
            for stop in &pattern.stops {
                let id =
                    *known.entry((pattern.route, pattern.direction, *stop)).or_insert_with(|| {
                        let key = mix(key_of(&timetable.stop(*stop).id), POPULARITY);
                        let spread: f64 = noise.at(key, 0).random();
                        state.push(Slot {
                            // From 0.4 to 2.2, few of the busy ones, mean about 1.
                            popularity: 0.4 + 1.8 * spread * spread,
                            arrival_ms: NEVER_MS,
                            departure_ms: NEVER_MS,
                            left_behind: 0.0,
                        });
                        state.len() as u32 - 1
                    });
                ids.push(id);
            }
        }
        Self { base, ids, state }
    }

    /// The slot of a stop position.
    pub fn of(&self, pattern: PatternIdx, position: usize) -> u32 {
        self.ids[self.base[pattern.get()] as usize + position]
    }

    /// The state of a stop position.
    pub fn at(&mut self, pattern: PatternIdx, position: usize) -> &mut Slot {
        let slot = self.of(pattern, position) as usize;
        &mut self.state[slot]
    }
}

impl Slot {
    /// Whether any bus has left here yet.
    pub fn known(&self) -> bool {
        self.departure_ms > NEVER_MS
    }
}
