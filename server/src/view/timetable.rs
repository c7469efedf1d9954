//! What is fixed for the life of a timetable, made once and shared by all readers.

use super::line::{encode_line_e5, simplified, stretch};
use super::search::SearchIndex;
use super::{Bounds, Language};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use transit::Timetable;
use transit::ids::{PatternIdx, RouteIdx, SegmentIdx, StopIdx};

/// Share of stops left out at each side of the map's first view: a feed often has one stop far away.
const BOUNDS_TRIM: f64 = 0.01;

/// What is fixed for the life of a timetable.
#[derive(Debug)]
pub struct TimetableView {
    /// Routes that serve a stop, by `StopIdx`, each once, in the timetable's order.
    stop_routes: Vec<Box<[RouteIdx]>>,
    /// Stops of a station, by `StopIdx`; empty for most.
    children: FxHashMap<StopIdx, Vec<StopIdx>>,
    segment_by_stops: FxHashMap<(StopIdx, StopIdx), SegmentIdx>,
    pattern_lines: Vec<OnceLock<Box<[i32]>>>,
    segment_lines: Vec<OnceLock<Box<[i32]>>>,
    /// Patterns whose stops leave most of their line out, one of each line.
    pub(super) bare: Vec<PatternIdx>,
    /// Where the map starts.
    pub bounds: Option<Bounds>,
    pub(super) search: SearchIndex,
}

impl TimetableView {
    /// Makes it. Lines are encoded when first asked for.
    pub fn new(timetable: &Timetable) -> Self {
        let stop_routes = timetable.stops.iter().map(|stop| {
            let mut routes: Vec<RouteIdx> = stop
                .served_by
                .iter()
                .map(|(pattern, _)| timetable.pattern(*pattern).route)
                .collect();
            routes.sort_unstable();
            routes.dedup();
            routes.into_boxed_slice()
        });
        let mut children: FxHashMap<StopIdx, Vec<StopIdx>> = FxHashMap::default();
        for (i, stop) in timetable.stops.iter().enumerate() {
            if let Some(parent) = stop.parent {
                children.entry(parent).or_default().push(StopIdx::from(i));
            }
        }
        Self {
            stop_routes: stop_routes.collect(),
            children,
            segment_by_stops: timetable
                .segments
                .iter()
                .enumerate()
                .map(|(i, s)| ((s.from, s.to), SegmentIdx::from(i)))
                .collect(),
            pattern_lines: timetable.patterns.iter().map(|_| OnceLock::new()).collect(),
            segment_lines: timetable.segments.iter().map(|_| OnceLock::new()).collect(),
            bare: bare_patterns(timetable),
            bounds: bounds(timetable),
            search: SearchIndex::new(timetable, &Language::ALL),
        }
    }

    /// Routes that serve `stop`, or a stop of this station.
    pub fn routes_at(&self, stop: StopIdx) -> Vec<RouteIdx> {
        let own = self.stop_routes.get(stop.get()).into_iter();
        let below = self.children_of(stop).iter().filter_map(|c| self.stop_routes.get(c.get()));
        let mut routes: Vec<RouteIdx> = own.chain(below).flatten().copied().collect();
        routes.sort_unstable();
        routes.dedup();
        routes
    }

    /// Stops of a station.
    pub fn children_of(&self, station: StopIdx) -> &[StopIdx] {
        self.children.get(&station).map_or(&[], Vec::as_slice)
    }

    /// The segment between two consecutive stops.
    pub fn segment_between(&self, from: StopIdx, to: StopIdx) -> Option<SegmentIdx> {
        self.segment_by_stops.get(&(from, to)).copied()
    }

    /// The line of a pattern, as on the wire.
    pub fn pattern_line(&self, timetable: &Timetable, pattern: PatternIdx) -> Vec<i32> {
        let Some(cell) = self.pattern_lines.get(pattern.get()) else { return Vec::new() };
        cell.get_or_init(|| {
            encode_line_e5(timetable.shape_of(pattern).points.iter().copied()).into_boxed_slice()
        })
        .to_vec()
    }

    /// The line of a segment, as on the wire: the stretch of its first pattern's shape.
    pub fn segment_line(&self, timetable: &Timetable, segment: SegmentIdx) -> Vec<i32> {
        let Some(cell) = self.segment_lines.get(segment.get()) else { return Vec::new() };
        cell.get_or_init(|| segment_line(timetable, segment).into_boxed_slice()).to_vec()
    }
}

/// A line of which the stretches between its stops cover less than this is known from its shape alone.
const COVERED_MIN: f64 = 0.5;

/// Patterns whose stops leave most of their line out, one of each line: a feed may name one stop over and over
/// for a whole trip (Logroño does) and yet tell by its shape where the bus goes.
fn bare_patterns(timetable: &Timetable) -> Vec<PatternIdx> {
    let mut seen = FxHashSet::default();
    let all = timetable.patterns.iter().enumerate().map(|(i, p)| (PatternIdx::from(i), p));
    all.filter(|(index, pattern)| {
        let [first, .., last] = pattern.stop_offsets_m.as_slice() else { return false };
        let length_m = timetable.shape_of(*index).length_m();
        last - first < COVERED_MIN * length_m && seen.insert(pattern.shape)
    })
    .map(|(index, _)| index)
    .collect()
}

/// What a line may lose for the map: less than its own width on the ground, metres.
const LINE_TOLERANCE_M: f64 = 3.0;

fn segment_line(timetable: &Timetable, segment: SegmentIdx) -> Vec<i32> {
    let segment = &timetable.segments[segment.get()];
    let Some((index, position)) = segment.patterns.first().copied() else { return Vec::new() };
    let (pattern, at) = (timetable.pattern(index), position as usize);
    let (Some(from_m), Some(to_m)) =
        (pattern.stop_offsets_m.get(at), pattern.stop_offsets_m.get(at + 1))
    else {
        return Vec::new();
    };
    let line = stretch(timetable.shape_of(index), *from_m, *to_m);
    encode_line_e5(simplified(line, LINE_TOLERANCE_M))
}

fn bounds(timetable: &Timetable) -> Option<Bounds> {
    let served = timetable.stops.iter().filter(|s| !s.served_by.is_empty());
    let (mut lats, mut lons): (Vec<f64>, Vec<f64>) =
        served.filter_map(|s| s.place).map(|p| (p.lat, p.lon)).unzip();
    lats.sort_unstable_by(f64::total_cmp);
    lons.sort_unstable_by(f64::total_cmp);
    let trim = (lats.len() as f64 * BOUNDS_TRIM) as usize;
    let (low, high) = (trim, lats.len().checked_sub(1 + trim)?);
    Some(Bounds { west: lons[low], south: lats[low], east: lons[high], north: lats[high] })
}

/// The [`TimetableView`] of the timetable that is in force.
#[derive(Debug, Default)]
pub struct TimetableViews {
    current: Mutex<Option<(Arc<Timetable>, Arc<TimetableView>)>>,
}

impl TimetableViews {
    /// The view of `timetable`; made when it is first seen.
    pub fn of(&self, timetable: &Arc<Timetable>) -> Arc<TimetableView> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, view)) = &*current
            && Arc::ptr_eq(known, timetable)
        {
            return Arc::clone(view);
        }
        let view = Arc::new(TimetableView::new(timetable));
        *current = Some((Arc::clone(timetable), Arc::clone(&view)));
        view
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_whose_trips_name_one_stop_over_and_over_is_drawn_by_its_shape_once() {
        let timetable = transit::timetable::text::timetable(
            "zone Asia/Almaty
             stop A 43.2000 76.9000
             stop B 43.2200 76.9000
             shape north 43.2000,76.9000 43.2100,76.9010 43.2200,76.9000
             route 5 type=3
             trip same route=5 direction=0 shape=north : A 07:00, A 07:02, A 07:04, A 07:06
             trip other route=5 direction=1 shape=north : B 07:00, B 07:02
             trip whole route=5 direction=0 shape=north : A 08:00, B 08:06",
        )
        .unwrap();
        let bare = bare_patterns(&timetable);
        assert_eq!(bare.len(), 1, "{bare:?}");
        let whole = timetable.trip(timetable.trip_by_id("whole").unwrap()).pattern;
        assert!(!bare.contains(&whole));
    }
}
