//! Dense addresses, made once a timetable: directions, places and cells. Nothing on the way of a visit
//! hashes a string.

use super::FlowConfig;
use crate::ids::{PatternIdx, RouteIdx, SegmentIdx, StopIdx};
use crate::timetable::Timetable;
use std::collections::BTreeMap;
use std::ops::Range;

/// No address: the second time that a pattern serves the same stop.
pub(super) const NONE: u32 = u32::MAX;

/// Most places of a direction that stand for it.
const MAIN_PLACES: usize = 6;

/// A route in a direction.
#[derive(Clone, Debug)]
pub(super) struct Direction {
    pub(super) route: RouteIdx,
    /// `direction_id`.
    pub(super) sense: Option<u8>,
    /// Its places.
    pub(super) places: Range<u32>,
    /// The place that most of its trips pass, the first such along the line; then the middle of its patterns,
    /// those with most trips first. Where most pass changes over the day.
    pub(super) main_places: Vec<u32>,
}

/// A stop as a route serves it in a direction: where headways are measured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) direction: u32,
    pub(super) stop: StopIdx,
    /// At or near an end of the line for every pattern that serves it: no alarm arises here.
    pub(super) terminal: bool,
}

/// A segment as a route runs it: where passages are counted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    pub(super) segment: SegmentIdx,
    pub(super) route: RouteIdx,
    /// A direction in which the route runs it.
    pub(super) direction: u32,
}

/// The addresses of one timetable.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// Sorted by route and direction.
    pub(super) directions: Vec<Direction>,
    /// Grouped by direction.
    pub(super) places: Vec<Place>,
    /// Grouped by segment, then by route.
    pub(super) cells: Vec<Cell>,
    /// By pattern.
    direction_of: Vec<u32>,
    /// By pattern: where its positions start in the next two.
    starts: Vec<u32>,
    place_at: Vec<u32>,
    cell_at: Vec<u32>,
}

impl Layout {
    pub(super) fn new(timetable: &Timetable, config: &FlowConfig) -> Self {
        let mut layout = Self::default();
        let mut total = 0;
        for pattern in &timetable.patterns {
            layout.starts.push(total);
            total += pattern.stops.len() as u32;
        }
        layout.add_directions(timetable);
        layout.add_places(timetable, total as usize, config);
        layout.add_middles(timetable);
        layout.add_cells(timetable, total as usize);
        layout
    }

    fn add_directions(&mut self, timetable: &Timetable) {
        let mut ways: Vec<_> = timetable.patterns.iter().map(|p| (p.route, p.direction)).collect();
        ways.sort_unstable();
        ways.dedup();
        let index = |way| ways.binary_search(&way).map_or(NONE, |i| i as u32);
        self.direction_of =
            timetable.patterns.iter().map(|p| index((p.route, p.direction))).collect();
        self.directions = ways
            .iter()
            .map(|&(route, sense)| Direction {
                route,
                sense,
                places: 0..0,
                main_places: Vec::new(),
            })
            .collect();
    }

    fn add_places(&mut self, timetable: &Timetable, total: usize, config: &FlowConfig) {
        // (direction, stop) -> (trips, first position, terminal in every pattern)
        let mut found: BTreeMap<(u32, StopIdx), (usize, usize, bool)> = BTreeMap::new();
        for (i, pattern) in timetable.patterns.iter().enumerate() {
            let length_m = pattern.stop_offsets_m.last().copied().unwrap_or_default();
            let zone_m = config.terminal_zone_m.min(length_m * 0.1);
            for (position, &stop) in pattern.stops.iter().enumerate() {
                if pattern.stops[..position].contains(&stop) {
                    continue;
                }
                let offset_m = pattern.stop_offsets_m[position];
                let terminal = position == 0
                    || position + 1 == pattern.stops.len()
                    || offset_m <= zone_m
                    || offset_m >= length_m - zone_m;
                let key = (self.direction_of[i], stop);
                let place = found.entry(key).or_insert((0, position, true));
                place.0 += pattern.trips.len();
                place.1 = place.1.min(position);
                place.2 &= terminal;
            }
        }
        for (&(direction, stop), &(_, _, terminal)) in &found {
            let index = self.places.len() as u32;
            self.places.push(Place { direction, stop, terminal });
            let row = &mut self.directions[direction as usize];
            if row.places.is_empty() {
                row.places.start = index;
            }
            row.places.end = index + 1;
        }
        let rank = |place: u32| {
            let p = self.places[place as usize];
            found.get(&(p.direction, p.stop)).map_or((0, 0), |f| (f.0, usize::MAX - f.1))
        };
        let main: Vec<u32> = self
            .directions
            .iter()
            .map(|d| d.places.clone().max_by_key(|&p| (rank(p), NONE - p)).unwrap_or(NONE))
            .collect();
        for (row, main) in self.directions.iter_mut().zip(main) {
            row.main_places.push(main);
        }
        self.place_at = vec![NONE; total];
        for (i, pattern) in timetable.patterns.iter().enumerate() {
            let direction = self.direction_of[i];
            for (position, &stop) in pattern.stops.iter().enumerate() {
                if pattern.stops[..position].contains(&stop) {
                    continue;
                }
                let places = self.directions[direction as usize].places.clone();
                let row = &self.places[places.start as usize..places.end as usize];
                if let Ok(at) = row.binary_search_by_key(&stop, |p| p.stop) {
                    self.place_at[self.starts[i] as usize + position] = places.start + at as u32;
                }
            }
        }
    }

    fn add_middles(&mut self, timetable: &Timetable) {
        let mut by_trips: Vec<usize> = (0..timetable.patterns.len()).collect();
        by_trips.sort_by_key(|&i| std::cmp::Reverse(timetable.patterns[i].trips.len()));
        for i in by_trips {
            let middle = timetable.patterns[i].stops.len() / 2;
            let place = self.place_at(PatternIdx::from(i), middle);
            let main = &mut self.directions[self.direction_of[i] as usize].main_places;
            if place != NONE && main.len() < MAIN_PLACES && !main.contains(&place) {
                main.push(place);
            }
        }
    }

    fn add_cells(&mut self, timetable: &Timetable, total: usize) {
        let mut found: Vec<(SegmentIdx, RouteIdx, u32)> = Vec::new();
        for (i, pattern) in timetable.patterns.iter().enumerate() {
            let direction = self.direction_of[i];
            found.extend(pattern.segments.iter().map(|&s| (s, pattern.route, direction)));
        }
        found.sort_unstable();
        found.dedup_by_key(|f| (f.0, f.1));
        self.cells = found
            .iter()
            .map(|&(segment, route, direction)| Cell { segment, route, direction })
            .collect();
        self.cell_at = vec![NONE; total];
        for (i, pattern) in timetable.patterns.iter().enumerate() {
            for (position, &segment) in pattern.segments.iter().enumerate() {
                let key = (segment, pattern.route);
                if let Ok(at) = self.cells.binary_search_by_key(&key, |c| (c.segment, c.route)) {
                    self.cell_at[self.starts[i] as usize + position] = at as u32;
                }
            }
        }
    }

    /// The direction of a pattern.
    pub(super) fn direction_of(&self, pattern: PatternIdx) -> usize {
        self.direction_of[pattern.get()] as usize
    }

    /// The place at a stop position of a pattern; [`NONE`] where the pattern has been there before.
    pub(super) fn place_at(&self, pattern: PatternIdx, position: usize) -> u32 {
        self.place_at[self.starts[pattern.get()] as usize + position]
    }

    /// The cell from a stop position of a pattern to the next; [`NONE`] at the last.
    pub(super) fn cell_at(&self, pattern: PatternIdx, position: usize) -> u32 {
        self.cell_at[self.starts[pattern.get()] as usize + position]
    }

    /// The direction of (route, direction).
    pub(super) fn direction(&self, route: RouteIdx, direction: Option<u8>) -> Option<usize> {
        self.directions.binary_search_by_key(&(route, direction), |d| (d.route, d.sense)).ok()
    }
}
