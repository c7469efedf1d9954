//! Patterns on their lines, and what follows from them: segments, who serves a stop, blocks.

use super::assemble::{Assembled, Draft};
use super::finding::{Findings, rule};
use super::shapes::RawShape;
use super::stop_times::{NO_TIME, place_of};
use super::tables::Trips;
use crate::ids::{PatternIdx, SegmentIdx, ShapeIdx, StopIdx, TripIdx};
use crate::place::{LatLon, Polyline};
use crate::timetable::fit::{Hints, Misfit, fit};
use crate::timetable::{Block, Pattern, Route, Segment, Stop, StopTime};
use rustc_hash::FxHashMap;

/// A pattern's line and its stops' offsets along it.
#[derive(Clone)]
struct Laid {
    shape: ShapeIdx,
    offsets_m: Vec<f64>,
    is_straight: bool,
}

/// Lays patterns on lines; equal stop sequences on the same shape are laid once.
struct Layer<'a> {
    raw: Vec<RawShape>,
    /// The line that a raw shape became.
    used: FxHashMap<u32, ShapeIdx>,
    laid: FxHashMap<(Option<u32>, Vec<StopIdx>), Laid>,
    shapes: Vec<Polyline>,
    stops: &'a [Stop],
    trips: &'a Trips,
}

/// Lays every pattern on its line.
pub(crate) fn patterns(
    assembled: &Assembled,
    raw: Vec<RawShape>,
    stops: &[Stop],
    trips: &Trips,
    findings: &mut Findings,
) -> (Vec<Pattern>, Vec<Polyline>) {
    let mut layer = Layer {
        raw,
        used: FxHashMap::default(),
        laid: FxHashMap::default(),
        shapes: Vec::new(),
        stops,
        trips,
    };
    let by_pattern = trips_by_pattern(assembled);
    let mut patterns = Vec::with_capacity(assembled.drafts.len());
    for (i, draft) in assembled.drafts.iter().enumerate() {
        let trips_of = &by_pattern[i];
        let laid = layer.lay(assembled, i, trips_of[0], findings);
        patterns.push(Pattern {
            route: draft.route,
            direction: draft.direction,
            headsign: headsign(assembled, draft, trips_of, stops, trips),
            stops: draft.stops.clone(),
            stop_sequences: draft.sequences.clone(),
            timepoints: assembled.timepoints[i]
                .iter()
                .map(|waits| *waits as usize * 2 > trips_of.len())
                .collect(),
            stop_offsets_m: laid.offsets_m,
            shape: laid.shape,
            shape_is_straight: laid.is_straight,
            segments: Vec::new(),
            trips: trips_of.clone(),
        });
    }
    (patterns, layer.shapes)
}

impl Layer<'_> {
    fn lay(
        &mut self,
        assembled: &Assembled,
        pattern: usize,
        first_trip: TripIdx,
        findings: &mut Findings,
    ) -> Laid {
        let draft = &assembled.drafts[pattern];
        let key = (draft.shape, draft.stops.clone());
        if let Some(laid) = self.laid.get(&key) {
            return laid.clone();
        }
        let places: Vec<LatLon> =
            draft.stops.iter().filter_map(|s| place_of(self.stops, *s)).collect();
        let times: Vec<Option<i32>> = times_of(assembled, first_trip, draft.stops.len())
            .iter()
            .map(|t| (t.arrival_s != NO_TIME).then_some(t.arrival_s))
            .collect();
        let on_shape = draft.shape.filter(|s| !self.raw[*s as usize].line.points.is_empty());
        let fitted = on_shape.and_then(|number| {
            let raw = &self.raw[number as usize];
            let stops = &assembled.distances[pattern];
            let hints = Hints { line: &raw.distances, stops, times_s: &times };
            match fit(&raw.line, &places, hints) {
                Ok(offsets_m) => Some((number, offsets_m)),
                Err(misfit) => {
                    self.report(number, draft, misfit, findings);
                    None
                }
            }
        });
        let laid = match fitted {
            Some((number, offsets_m)) => {
                Laid { shape: self.shape(number), offsets_m, is_straight: false }
            }
            None => self.straight(&key.1, places),
        };
        self.laid.insert(key, laid.clone());
        laid
    }

    fn shape(&mut self, number: u32) -> ShapeIdx {
        let next = ShapeIdx::from(self.shapes.len());
        let index = *self.used.entry(number).or_insert(next);
        if index == next {
            self.shapes.push(self.raw[number as usize].line.clone());
        }
        index
    }

    /// The straight line through the stops, one for all patterns of the same stops.
    fn straight(&mut self, stops: &[StopIdx], places: Vec<LatLon>) -> Laid {
        let key = (None, stops.to_vec());
        if let Some(laid) = self.laid.get(&key) {
            return laid.clone();
        }
        let line = Polyline::new(places);
        let offsets_m = line.offsets_m.clone();
        let laid = Laid { shape: ShapeIdx::from(self.shapes.len()), offsets_m, is_straight: true };
        self.shapes.push(line);
        self.laid.insert(key, laid.clone());
        laid
    }

    fn report(&self, number: u32, draft: &Draft, misfit: Misfit, findings: &mut Findings) {
        let shape = &self.trips.shapes.texts[number as usize];
        let (rule, position, what) = match misfit {
            Misfit::TooFar { position, distance_m } => {
                (rule::STOP_TOO_FAR, position, format!("is {distance_m:.0} m away from it"))
            }
            Misfit::OutOfOrder { position } => {
                (rule::STOPS_OUT_OF_ORDER, position, "lies before the stops before it".to_owned())
            }
        };
        let stop = &self.stops[draft.stops[position].get()].id;
        findings.add(rule, "shapes.txt", None, || {
            format!("shape_id {shape:?} does not fit: stop {stop:?} {what}: straight lines instead")
        });
    }
}

fn trips_by_pattern(assembled: &Assembled) -> Vec<Vec<TripIdx>> {
    let mut by_pattern: Vec<Vec<TripIdx>> = vec![Vec::new(); assembled.drafts.len()];
    for (i, trip) in assembled.trips.iter().enumerate() {
        by_pattern[trip.pattern.get()].push(TripIdx::from(i));
    }
    for trips in &mut by_pattern {
        trips.sort_by_key(|t| (first_departure_s(assembled, *t), *t));
    }
    by_pattern
}

fn first_departure_s(assembled: &Assembled, trip: TripIdx) -> i32 {
    assembled.stop_times[assembled.trips[trip.get()].times as usize].departure_s
}

fn times_of(assembled: &Assembled, trip: TripIdx, stops: usize) -> &[StopTime] {
    let start = assembled.trips[trip.get()].times as usize;
    &assembled.stop_times[start..start + stops]
}

/// The most frequent headsign of the pattern's trips (of equals the first), else the last stop's name.
fn headsign(
    assembled: &Assembled,
    draft: &Draft,
    of_pattern: &[TripIdx],
    stops: &[Stop],
    trips: &Trips,
) -> Box<str> {
    let mut counts: Vec<(u32, usize)> = Vec::new();
    for trip in of_pattern {
        let number = assembled.headsigns[trip.get()];
        match counts.iter_mut().find(|(n, _)| *n == number) {
            Some((_, count)) => *count += 1,
            None => counts.push((number, 1)),
        }
    }
    let most = counts.iter().rev().max_by_key(|(_, count)| *count);
    let text = most.map_or("", |(number, _)| &trips.headsigns.texts[*number as usize]);
    if !text.is_empty() {
        return text.into();
    }
    draft.stops.last().map_or_else(|| "".into(), |s| stops[s.get()].name.clone())
}

/// Fills the times that the feed leaves out, by distance along the line between timed stops.
pub(crate) fn interpolate(assembled: &mut Assembled, patterns: &[Pattern]) {
    for trip in &assembled.trips {
        let offsets = &patterns[trip.pattern.get()].stop_offsets_m;
        let start = trip.times as usize;
        let times = &mut assembled.stop_times[start..start + offsets.len()];
        let mut timed = 0;
        for position in 1..times.len() {
            if times[position].arrival_s == NO_TIME {
                continue;
            }
            let (left, reached) = (times[timed].departure_s, times[position].arrival_s);
            let way = offsets[position] - offsets[timed];
            for between in timed + 1..position {
                let share = if way > 0.0 {
                    (offsets[between] - offsets[timed]) / way
                } else {
                    (between - timed) as f64 / (position - timed) as f64
                };
                let at = left + (f64::from(reached - left) * share).round() as i32;
                times[between] = StopTime { arrival_s: at, departure_s: at };
            }
            timed = position;
        }
    }
}

/// Cuts the patterns into segments and says who runs them, who serves a stop and what a route drives.
pub(crate) fn connect(
    patterns: &mut [Pattern],
    stops: &mut [Stop],
    routes: &mut [Route],
) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    let mut by_ends: FxHashMap<(StopIdx, StopIdx), SegmentIdx> = FxHashMap::default();
    for (i, pattern) in patterns.iter_mut().enumerate() {
        let index = PatternIdx::from(i);
        routes[pattern.route.get()].patterns.push(index);
        for (position, stop) in pattern.stops.iter().enumerate() {
            stops[stop.get()].served_by.push((index, position as u16));
        }
        for (position, ends) in pattern.stops.windows(2).enumerate() {
            let (from, to) = (ends[0], ends[1]);
            let segment = *by_ends.entry((from, to)).or_insert_with(|| {
                segments.push(Segment { from, to, patterns: Vec::new() });
                SegmentIdx::from(segments.len() - 1)
            });
            segments[segment.get()].patterns.push((index, position as u16));
            pattern.segments.push(segment);
        }
    }
    segments
}

/// The blocks, each with its trips by first departure.
pub(crate) fn blocks(assembled: &mut Assembled, trips: &Trips) -> Vec<Block> {
    let mut blocks = std::mem::take(&mut assembled.blocks);
    for (_, of_block) in &mut blocks {
        of_block.sort_by_key(|t| (first_departure_s(assembled, *t), *t));
    }
    let named = |(number, of_block): (u32, Vec<TripIdx>)| Block {
        id: trips.blocks.texts[number as usize].clone(),
        trips: of_block,
    };
    blocks.into_iter().map(named).collect()
}
