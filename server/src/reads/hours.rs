//! Hours of today: what was planned and what was observed.

use super::Reads;
use super::headways::summary;
use crate::record::{HeadwayRow, IntensityRow};
use crate::store::{HeadwayQuery, StoreError, Window};
use crate::view::View;
use api::{RouteHour, SegmentHour};
use std::collections::{BTreeMap, BTreeSet};
use transit::EpochS;
use transit::ids::{PatternIdx, RouteIdx, SegmentIdx, StopIdx};
use transit::time::local_date;

const HOUR_S: i64 = 3_600;
/// Most headways of a direction at one stop in a day: one a minute and a half.
const HEADWAYS_OF_DAY_MAX: u32 = 1_000;

impl Reads {
    /// Today so far, in the agency's zone, in whole hours.
    fn today(view: &View) -> Window {
        let (timetable, at) = (view.timetable(), view.snapshot().at);
        let from = timetable.origin(local_date(&timetable.zone, at));
        Window { from, to: from + ((at - from).max(0) / HOUR_S + 1) * HOUR_S }
    }

    /// Hours of a route, each direction by itself, by time.
    pub(super) async fn route_hours(
        &self,
        view: &View,
        route: RouteIdx,
    ) -> Result<Vec<RouteHour>, StoreError> {
        let timetable = view.timetable();
        let patterns = &timetable.route(route).patterns;
        let directions: BTreeSet<Option<u8>> =
            patterns.iter().map(|p| timetable.pattern(*p).direction).collect();
        let mut hours = Vec::new();
        for direction in directions {
            hours.extend(self.direction_hours(view, route, direction).await?);
        }
        hours.sort_by_key(|h: &RouteHour| (h.hour, h.direction_id));
        Ok(hours)
    }

    async fn direction_hours(
        &self,
        view: &View,
        route: RouteIdx,
        direction: Option<u8>,
    ) -> Result<Vec<RouteHour>, StoreError> {
        let (timetable, window) = (view.timetable(), Self::today(view));
        let route_id = &*timetable.route(route).id;
        let direction_id = direction.map(i16::from);
        let busiest = self.store.hours_of_route(route_id, direction_id, window).await?;
        let seen_at = busiest.as_ref().and_then(|b| timetable.stop_by_id(&b.stop_id));
        let Some((stop, segment)) = measured_at(view, route, direction, seen_at) else {
            return Ok(Vec::new());
        };
        let stop_id = &*timetable.stop(stop).id;
        let query = HeadwayQuery {
            route_id,
            direction_id,
            stop_id: Some(stop_id),
            window,
            limit: HEADWAYS_OF_DAY_MAX,
        };
        let headways = self.store.headways(&query).await?;
        let coverage = self.segment_coverage(view, segment, window).await?;
        let observed: BTreeMap<EpochS, u32> = busiest
            .filter(|b| b.stop_id == stop_id)
            .map(|b| b.hours.into_iter().collect())
            .unwrap_or_default();
        let planned = timetable.scheduled_passages(route, direction, stop, window.from, window.to);
        let hours = (window.from..window.to).step_by(HOUR_S as usize).map(|hour| {
            let within = |at: EpochS| at >= hour && at < hour + HOUR_S;
            let passed: Vec<HeadwayRow> =
                headways.iter().filter(|h| within(h.at)).cloned().collect();
            let waits = summary(&passed);
            let seen = observed.get(&hour).copied();
            let coverage = coverage.get(&hour).copied().unwrap_or(0.0);
            RouteHour {
                hour,
                direction_id: direction,
                scheduled: planned.iter().filter(|p| within(p.at)).count() as u32,
                // Nothing seen is zero only where somebody looked.
                observed: seen.or_else(|| (coverage > 0.0).then_some(0)),
                coverage,
                mean_headway_s: waits.mean_headway_s.map(|m| m.round() as i32),
                excess_wait_s: waits.excess_wait_s,
            }
        });
        Ok(hours.filter(|h| h.scheduled > 0 || h.observed.is_some_and(|n| n > 0)).collect())
    }

    /// Share observed of each hour of a segment.
    async fn segment_coverage(
        &self,
        view: &View,
        segment: SegmentIdx,
        window: Window,
    ) -> Result<BTreeMap<EpochS, f32>, StoreError> {
        let rows = self.intensity(view, segment, "", window).await?;
        let mut coverage: BTreeMap<EpochS, f32> =
            rows.into_iter().map(|r| (r.hour, r.coverage as f32)).collect();
        // The hour that still runs is in the live picture, not in the record.
        if let Some(state) = view.segment_state(segment) {
            coverage.entry(window.to - HOUR_S).or_insert(state.coverage);
        }
        Ok(coverage)
    }

    async fn intensity(
        &self,
        view: &View,
        segment: SegmentIdx,
        route_id: &str,
        window: Window,
    ) -> Result<Vec<IntensityRow>, StoreError> {
        let timetable = view.timetable();
        let segment = &timetable.segments[segment.get()];
        let (from, to) = (timetable.stop(segment.from), timetable.stop(segment.to));
        self.store.intensity_of_segment(&from.id, &to.id, route_id, window).await
    }

    /// Hours of a segment: all routes together, then each.
    pub(super) async fn segment_hours(
        &self,
        view: &View,
        segment: SegmentIdx,
    ) -> Result<Vec<SegmentHour>, StoreError> {
        let (timetable, window) = (view.timetable(), Self::today(view));
        let patterns = &timetable.segments[segment.get()].patterns;
        let routes: BTreeSet<RouteIdx> =
            patterns.iter().map(|(p, _)| timetable.pattern(*p).route).collect();
        let mut hours = Vec::new();
        for route in std::iter::once(None).chain(routes.into_iter().map(Some)) {
            let route_id = route.map_or("", |r| &*timetable.route(r).id);
            let name = route.map(|r| view.route_name(r).to_owned());
            let rows = self.intensity(view, segment, route_id, window).await?;
            hours.extend(rows.into_iter().map(|row| SegmentHour {
                hour: row.hour,
                route_id: (!row.route_id.is_empty()).then_some(row.route_id),
                route_short_name: name.clone(),
                scheduled_vph: row.scheduled_vph as f32,
                observed_vph: row.observed_vph.map(|v| v as f32),
                coverage: row.coverage as f32,
            }));
        }
        Ok(hours)
    }
}

/// Where a direction is counted: the stop where most was seen, else the first of its most used pattern; and
/// a segment at that stop, whose coverage tells how much of the time somebody looked.
fn measured_at(
    view: &View,
    route: RouteIdx,
    direction: Option<u8>,
    seen_at: Option<StopIdx>,
) -> Option<(StopIdx, SegmentIdx)> {
    let timetable = view.timetable();
    let mut patterns: Vec<PatternIdx> = timetable.route(route).patterns.clone();
    patterns.retain(|p| timetable.pattern(*p).direction == direction);
    patterns.sort_by_key(|p| (std::cmp::Reverse(timetable.pattern(*p).trips.len()), *p));
    let at = |stop: Option<StopIdx>| {
        patterns.iter().find_map(|index| {
            let pattern = timetable.pattern(*index);
            let stop = stop.or_else(|| pattern.stops.first().copied())?;
            let position = pattern.stops.iter().position(|s| *s == stop)?;
            let last = pattern.segments.len().checked_sub(1)?;
            Some((stop, pattern.segments[position.min(last)]))
        })
    };
    seen_at.and_then(|stop| at(Some(stop))).or_else(|| at(None))
}
