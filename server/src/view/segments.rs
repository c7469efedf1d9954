//! Segments and their intensity on the wire.

use super::{Bounds, View};
use api::{Network, NetworkLine, Segment, SegmentList};
use transit::ids::{PatternIdx, RouteIdx, SegmentIdx, StopIdx};
use transit::monitor::SegmentState;

/// Which segments.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SegmentFilter {
    /// Only those that may be seen in here: the box about their two stops meets it.
    pub bounds: Option<Bounds>,
    /// Only those that this route runs.
    pub route: Option<RouteIdx>,
}

impl View {
    /// Segments with a passage planned or seen lately that pass `filter`, at most `limit`.
    pub fn segments(&self, filter: SegmentFilter, limit: usize) -> SegmentList {
        let mut passing =
            self.snapshot().segments.iter().filter(|s| self.segment_passes(s.segment, filter));
        let segments =
            passing.by_ref().take(limit).map(|s| self.segment(s.segment, Some(s))).collect();
        SegmentList { at: self.snapshot().at, segments, more: passing.next().is_some() }
    }

    /// Every segment of the timetable that passes `filter`, at most `limit`: what runs now plays no part. Before
    /// them the whole lines of which the segments are the smaller part.
    pub fn network(&self, filter: SegmentFilter, limit: usize) -> Network {
        let timetable = self.timetable();
        let line = |from: StopIdx, to: StopIdx, line_e5| NetworkLine {
            from_stop_id: timetable.stop(from).id.to_string(),
            to_stop_id: timetable.stop(to).id.to_string(),
            line_e5,
        };
        let bare = self.fixed.bare.iter().filter(|p| self.pattern_passes(**p, filter)).map(|p| {
            let stops = &timetable.pattern(*p).stops;
            let (first, last) = (stops[0], stops[stops.len() - 1]);
            line(first, last, self.fixed.pattern_line(timetable, *p))
        });
        let all = (0..timetable.segments.len()).map(SegmentIdx::from);
        let segments = all.filter(|s| self.segment_passes(*s, filter)).map(|index| {
            let segment = &timetable.segments[index.get()];
            line(segment.from, segment.to, self.fixed.segment_line(timetable, index))
        });
        let mut passing = bare.chain(segments);
        let lines = passing.by_ref().take(limit).collect();
        Network { lines, more: passing.next().is_some() }
    }

    fn pattern_passes(&self, index: PatternIdx, filter: SegmentFilter) -> bool {
        let points = &self.timetable().shape_of(index).points;
        let inside = |b: Bounds| points.windows(2).any(|p| b.meets(p[0], p[1]));
        filter.bounds.is_none_or(inside)
            && filter.route.is_none_or(|r| self.timetable().pattern(index).route == r)
    }

    fn segment_passes(&self, index: SegmentIdx, filter: SegmentFilter) -> bool {
        let timetable = self.timetable();
        let segment = &timetable.segments[index.get()];
        let inside = |b: Bounds| match [segment.from, segment.to].map(|s| timetable.stop(s).place) {
            [Some(from), Some(to)] => b.meets(from, to),
            places => places.into_iter().flatten().any(|p| b.contains(p)),
        };
        filter.bounds.is_none_or(inside)
            && filter
                .route
                .is_none_or(|r| segment.patterns.iter().any(|p| timetable.pattern(p.0).route == r))
    }

    /// The state of a segment now.
    pub fn segment_state(&self, index: SegmentIdx) -> Option<&SegmentState> {
        let all = &self.snapshot().segments;
        all.binary_search_by_key(&index, |s| s.segment).ok().map(|i| &all[i])
    }

    /// A segment. Without a state nothing was planned and nothing seen lately.
    pub fn segment(&self, index: SegmentIdx, state: Option<&SegmentState>) -> Segment {
        let timetable = self.timetable();
        let segment = &timetable.segments[index.get()];
        let (from, to) = (timetable.stop(segment.from), timetable.stop(segment.to));
        let mut routes: Vec<RouteIdx> =
            segment.patterns.iter().map(|(p, _)| timetable.pattern(*p).route).collect();
        routes.sort_unstable();
        routes.dedup();
        Segment {
            from_stop_id: from.id.to_string(),
            to_stop_id: to.id.to_string(),
            from_stop_name: self.translated(&from.name).to_owned(),
            to_stop_name: self.translated(&to.name).to_owned(),
            routes: self.route_names(&routes),
            scheduled_vph: state.map_or(0.0, |s| s.scheduled_vph),
            observed_vph: state.and_then(|s| s.observed_vph),
            coverage: state.map_or(0.0, |s| s.coverage),
            line_e5: self.fixed.segment_line(timetable, index),
        }
    }
}
