//! Segments and their intensity on the wire.

use super::{Bounds, View};
use api::{Segment, SegmentList};
use transit::ids::{RouteIdx, SegmentIdx};
use transit::monitor::SegmentState;

/// Which segments.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SegmentFilter {
    /// Only those with an end in here.
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

    fn segment_passes(&self, index: SegmentIdx, filter: SegmentFilter) -> bool {
        let timetable = self.timetable();
        let segment = &timetable.segments[index.get()];
        let inside = |b: Bounds| {
            let places = [segment.from, segment.to].map(|s| timetable.stop(s).place);
            places.into_iter().flatten().any(|p| b.contains(p))
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
