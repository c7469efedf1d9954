//! From a trip descriptor to a run: which trip, which service day, which start.

use super::config::MonitorConfig;
use super::days::Days;
use super::line::{Line, Run};
use crate::event::TripDescriptor;
use crate::ids::{RouteIdx, TripIdx};
use crate::time::{EpochS, ServiceDate, parse_gtfs_time};
use crate::timetable::{Frequency, Timetable, TripInstance};
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};

/// What a descriptor names. All `None` for an empty one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// The trip, if the timetable has it.
    pub trip: Option<TripIdx>,
    /// The run, if the trip runs around now.
    pub run: Option<Run>,
    /// The route, named or of the trip.
    pub route: Option<RouteIdx>,
    /// The direction, named or of the trip.
    pub direction: Option<u8>,
}

/// A descriptor's answer, kept as long as the vehicle repeats the descriptor.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NamedMemory {
    key: u64,
    named: Named,
    /// The answer is of this part of the day: of the time, and not of when it was asked first, so that who
    /// asks later is told the same.
    part: i64,
}

/// An answer is looked at anew after so long: the same trip id tomorrow is another run. Seconds.
const HOLDS_S: i64 = 900;

impl NamedMemory {
    /// What `trip` names at `at`.
    pub fn resolve(
        &mut self,
        timetable: &Timetable,
        config: &MonitorConfig,
        days: &mut Days,
        trip: &TripDescriptor<'_>,
        at: EpochS,
    ) -> Named {
        let mut hasher = FxHasher::default();
        (trip.trip_id, trip.route_id, trip.direction_id, trip.start_time, trip.start_date)
            .hash(&mut hasher);
        let key = hasher.finish();
        let part = at.div_euclid(HOLDS_S);
        if self.key == key && self.part == part {
            return self.named;
        }
        let middle = part.saturating_mul(HOLDS_S).saturating_add(HOLDS_S / 2);
        let named = resolve(timetable, config, days, trip, middle);
        *self = Self { key, named, part };
        named
    }
}

/// What `trip` names at `at`.
pub(super) fn resolve(
    timetable: &Timetable,
    config: &MonitorConfig,
    days: &mut Days,
    trip: &TripDescriptor<'_>,
    at: EpochS,
) -> Named {
    let index = trip.trip_id.and_then(|id| timetable.trip_by_id(id));
    let pattern = index.map(|i| timetable.pattern(timetable.trip(i).pattern));
    let route = trip.route_id.and_then(|id| timetable.route_by_id(id));
    Named {
        trip: index,
        run: index.and_then(|i| run_around(timetable, config, days, i, trip, at)),
        route: pattern.map(|p| p.route).or(route),
        direction: pattern.map_or(trip.direction_id, |p| p.direction),
    }
}

/// The run of `trip` that is nearest to `at`, among the service days around it; the named day, if it is
/// possible, before the others. `None` if none is near: a trip that doesn't run today, or ran hours ago.
fn run_around(
    timetable: &Timetable,
    config: &MonitorConfig,
    days: &mut Days,
    trip: TripIdx,
    descriptor: &TripDescriptor<'_>,
    at: EpochS,
) -> Option<Run> {
    let start_s = descriptor.start_time.and_then(parse_gtfs_time);
    let named_day = descriptor.start_date.and_then(ServiceDate::parse);
    let today = days.date(timetable, at);
    let is_over = timetable.service_bounds().is_none_or(|(_, last)| today > last.plus(1));
    let mut best: Option<(i64, Run)> = None;
    for date in [named_day.unwrap_or(today), today.plus(-1), today, today.plus(1)] {
        let is_named = named_day == Some(date);
        let service = &timetable.services[timetable.trip(trip).service.get()];
        // A named day outside the calendar is an extra service; a calendar that is over is an old one. The
        // feed knows better.
        let runs = service.runs_on(date) || is_named || is_over;
        if !runs || (date.0 - today.0).abs() > 1 {
            continue;
        }
        let origin = timetable.origin(date);
        let Some(run) = run_of_day(timetable, trip, date, origin, start_s, at) else { continue };
        let away = outside(Line::of(timetable, &run).span(), at, config);
        let Some(away) = away else { continue };
        if is_named {
            return Some(run);
        }
        if best.is_none_or(|(a, _)| away < a) {
            best = Some((away, run));
        }
    }
    best.map(|(_, run)| run)
}

/// Seconds from `at` to the span (0 within); `None` beyond what a named run is believed.
fn outside(span: (EpochS, EpochS), at: EpochS, config: &MonitorConfig) -> Option<i64> {
    let (early, late) = ((span.0 - at).max(0), (at - span.1).max(0));
    (early <= config.named_early_s && late <= config.named_late_s).then_some(early + late)
}

/// The run of `trip` on a service day: its only one, the one that starts at `start_s`, or the one of a
/// frequency trip whose span is nearest to `at`.
pub(super) fn run_of_day(
    timetable: &Timetable,
    trip: TripIdx,
    date: ServiceDate,
    origin: EpochS,
    start_s: Option<i32>,
    at: EpochS,
) -> Option<Run> {
    let times = timetable.stop_times(trip);
    let (own_s, end_s) = (times.first()?.departure_s, times.last()?.arrival_s);
    let frequencies = timetable.frequencies(trip);
    let (start_s, scheduled) = if frequencies.is_empty() {
        (own_s, true)
    } else if let Some(named) = start_s {
        let exact = frequencies.iter().find(|f| (f.start_s..f.end_s).contains(&named));
        (named, exact.is_some_and(|f| f.exact))
    } else {
        // Half the run behind it: the likeliest of several that are under way.
        let wanted = (at - origin - i64::from((end_s - own_s) / 2)).clamp(-90_000, 300_000) as i32;
        let (start_s, _, exact) = nearest_start(frequencies, wanted)?;
        (start_s, exact)
    };
    Some(Run {
        instance: TripInstance { service_date: date, trip, start_s },
        pattern: timetable.trip(trip).pattern,
        base: origin + i64::from(start_s) - i64::from(own_s),
        scheduled,
    })
}

/// The start nearest to `wanted` that `frequencies` lay out, the seconds to the next one, and whether it is
/// exact.
pub(super) fn nearest_start(frequencies: &[Frequency], wanted: i32) -> Option<(i32, i32, bool)> {
    let nearest = |f: &Frequency| {
        let step = f.headway_s.max(1);
        let last = (f.end_s - 1 - f.start_s).max(0) / step * step;
        let steps = f64::from(wanted.saturating_sub(f.start_s)) / f64::from(step);
        let start_s = f.start_s + (steps.round() as i32).saturating_mul(step).clamp(0, last);
        (start_s, step, f.exact)
    };
    frequencies.iter().map(nearest).min_by_key(|(s, ..)| s.abs_diff(wanted))
}
