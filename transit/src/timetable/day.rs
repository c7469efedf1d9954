//! The runs of a service day and the passages that they plan.
//!
//! Asked on every tick, so nothing here looks at trips outside the window: a pattern's trips lie by first
//! departure and the pattern knows its longest run.

use super::{Timetable, TripInstance};
use crate::ids::{PatternIdx, RouteIdx, StopIdx, TripIdx};
use crate::time::{EpochS, ServiceDate, local_date, service_day_origin};

/// A planned passage of a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScheduledPassage {
    /// Departure (arrival at a last stop), epoch seconds.
    pub at: EpochS,
    /// Which run.
    pub instance: TripInstance,
    /// 0-based position of the stop in the run's pattern.
    pub stop_position: u16,
}

/// A run with its planned time on the road.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Run {
    /// Planned first departure, epoch seconds.
    pub start: EpochS,
    /// Planned last arrival, epoch seconds.
    pub end: EpochS,
    /// Which run.
    pub instance: TripInstance,
}

/// Days for which origins are laid out at most; others are computed when asked for.
const ORIGIN_DAYS_MOST: i32 = 36_600;

/// Days laid out before and after the calendars.
const ORIGIN_MARGIN_DAYS: i32 = 10;

/// What makes the questions about days cheap.
#[derive(Debug, Default)]
pub(crate) struct Days {
    /// Origins of the days from `first`.
    origins: Vec<EpochS>,
    first: ServiceDate,
    /// First and last day on which any service can run.
    bounds: Option<(ServiceDate, ServiceDate)>,
    /// By pattern.
    patterns: Vec<PatternDay>,
    /// Latest time of any run, seconds of its service day.
    latest_s: i32,
}

/// The trips of a pattern as the clock sees them.
#[derive(Debug, Default)]
struct PatternDay {
    /// (first departure, trip) of trips that run once a day, sorted.
    once: Vec<(i32, TripIdx)>,
    /// Trips with frequencies.
    frequent: Vec<TripIdx>,
    /// Longest time from first departure to last departure of any trip, seconds.
    longest_s: i32,
}

impl Days {
    pub(crate) fn of(timetable: &Timetable) -> Self {
        let mut days = Self::default();
        for pattern in &timetable.patterns {
            let mut day = PatternDay::default();
            for trip in &pattern.trips {
                let times = timetable.stop_times(*trip);
                let (start_s, end_s) = (times[0].departure_s, times[times.len() - 1].departure_s);
                day.longest_s = day.longest_s.max(end_s - start_s);
                let frequencies = timetable.frequencies(*trip);
                if frequencies.is_empty() {
                    day.once.push((start_s, *trip));
                    days.latest_s = days.latest_s.max(end_s);
                } else {
                    day.frequent.push(*trip);
                    let last = frequencies.iter().map(|f| f.end_s).max().unwrap_or(0);
                    days.latest_s = days.latest_s.max(last.saturating_add(end_s - start_s));
                }
            }
            day.once.sort_unstable();
            days.patterns.push(day);
        }
        let bounds = timetable.services.iter().filter_map(super::Service::bounds);
        days.bounds = bounds.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        if let Some((first, last)) = days.bounds {
            let last = last.plus(ORIGIN_MARGIN_DAYS);
            // Of a calendar of centuries the end is what is in use, more likely than the beginning.
            days.first = first.plus(-ORIGIN_MARGIN_DAYS).max(last.plus(-ORIGIN_DAYS_MOST));
            days.origins = (days.first.0..=last.0)
                .map(|day| service_day_origin(&timetable.zone, ServiceDate(day)))
                .collect();
        }
        days
    }
}

impl Timetable {
    /// The instant of time 00:00:00 of the service day `date`.
    #[inline]
    pub fn origin(&self, date: ServiceDate) -> EpochS {
        let index = i64::from(date.0) - i64::from(self.days.first.0);
        let known = usize::try_from(index).ok().and_then(|i| self.days.origins.get(i));
        known.copied().unwrap_or_else(|| service_day_origin(&self.zone, date))
    }

    /// First and last day on which any service can run; `None` if none ever does.
    pub fn service_bounds(&self) -> Option<(ServiceDate, ServiceDate)> {
        self.days.bounds
    }

    /// The service days, in order, of which a run can be on the road at an instant with `from <= at <= to`:
    /// also those before, for times past 24:00. Only days within the feed's calendars.
    pub fn service_dates_between(&self, from: EpochS, to: EpochS) -> Vec<ServiceDate> {
        const DAY_S: i32 = 86_400;
        let Some((first, last)) = self.days.bounds else { return Vec::new() };
        let reach = self.days.latest_s / DAY_S + 1;
        let earliest = local_date(&self.zone, from).plus(-reach).max(first);
        // A day's origin may lie in the civil day before (clocks going forward): one day more.
        let latest = local_date(&self.zone, to).plus(1).min(last);
        let can_run = |date: &ServiceDate| {
            let origin = self.origin(*date);
            origin <= to && origin + i64::from(self.days.latest_s) >= from
        };
        (earliest.0..=latest.0).map(ServiceDate).filter(can_run).collect()
    }

    /// The service days of which a run can be on the road at `now`, in order.
    pub fn service_dates_around(&self, now: EpochS) -> Vec<ServiceDate> {
        self.service_dates_between(now, now)
    }

    /// Whether the trip runs on the service day.
    #[inline]
    pub fn runs_on(&self, trip: TripIdx, date: ServiceDate) -> bool {
        self.services[self.trip(trip).service.get()].runs_on(date)
    }

    /// Planned first departure and last arrival of a run, epoch seconds.
    pub fn span(&self, instance: TripInstance) -> (EpochS, EpochS) {
        let last = self.stop_times(instance.trip).len() - 1;
        (self.scheduled(instance, 0).1, self.scheduled(instance, last).0)
    }

    /// A run with its times.
    pub fn run(&self, instance: TripInstance) -> Run {
        let (start, end) = self.span(instance);
        Run { start, end, instance }
    }

    /// First departures of the trip's runs of one service day with `from_s <= start <= to_s`, seconds of
    /// the day, sorted; where frequency rows overlap, equal departures are one run.
    pub fn starts_between(&self, trip: TripIdx, from_s: i64, to_s: i64) -> Vec<i32> {
        let frequencies = self.frequencies(trip);
        if frequencies.is_empty() {
            let start_s = self.stop_times(trip)[0].departure_s;
            let within = (from_s..=to_s).contains(&i64::from(start_s));
            return within.then_some(start_s).into_iter().collect();
        }
        let mut starts = Vec::new();
        for row in frequencies {
            let headway_s = i64::from(row.headway_s);
            let behind_s = (from_s - i64::from(row.start_s)).max(0);
            let mut at =
                i64::from(row.start_s) + (behind_s + headway_s - 1) / headway_s * headway_s;
            while at < i64::from(row.end_s) && at <= to_s {
                starts.push(at as i32);
                at += headway_s;
            }
        }
        starts.sort_unstable();
        starts.dedup();
        starts
    }

    /// All runs of the service day, by start, then by trip. Runs of frequency trips are laid out from
    /// their start by their headway, for both `exact_times`.
    pub fn instances_on(&self, date: ServiceDate) -> Vec<TripInstance> {
        let runs: Vec<bool> = self.services.iter().map(|s| s.runs_on(date)).collect();
        let mut instances = Vec::new();
        for (i, trip) in self.trips.iter().enumerate().filter(|(_, t)| runs[t.service.get()]) {
            let index = TripIdx::from(i);
            if trip.frequencies.1 == 0 {
                let start_s = self.stop_times(index)[0].departure_s;
                instances.push(TripInstance { service_date: date, trip: index, start_s });
            } else {
                let starts = self.starts_between(index, i64::MIN / 2, i64::MAX / 2);
                instances.extend(starts.iter().map(|s| TripInstance {
                    service_date: date,
                    trip: index,
                    start_s: *s,
                }));
            }
        }
        instances.sort_unstable_by_key(|i| (i.start_s, i.trip));
        instances
    }

    /// The runs that the plan has on the road at some instant with `from <= at <= to`, by start, then by
    /// run: from first departure to last arrival.
    pub fn runs_active(&self, from: EpochS, to: EpochS) -> Vec<Run> {
        let dates = self.service_dates_between(from, to);
        let mut runs = Vec::new();
        for pattern in 0..self.patterns.len() {
            self.push_active(PatternIdx::from(pattern), &dates, from, to, &mut runs);
        }
        runs.sort_unstable();
        runs
    }

    /// [`Timetable::runs_active`] of one route, in one direction or in all of them (`None`).
    pub fn runs_active_of(
        &self,
        route: RouteIdx,
        direction: Option<u8>,
        from: EpochS,
        to: EpochS,
    ) -> Vec<Run> {
        let dates = self.service_dates_between(from, to);
        let mut runs = Vec::new();
        for pattern in &self.route(route).patterns {
            if direction.is_none() || self.pattern(*pattern).direction == direction {
                self.push_active(*pattern, &dates, from, to, &mut runs);
            }
        }
        runs.sort_unstable();
        runs
    }

    fn push_active(
        &self,
        pattern: PatternIdx,
        dates: &[ServiceDate],
        from: EpochS,
        to: EpochS,
        runs: &mut Vec<Run>,
    ) {
        self.for_each_start(pattern, dates, from, to, |instance| {
            let run = self.run(instance);
            if run.start <= to && run.end >= from {
                runs.push(run);
            }
        });
    }

    /// Calls `found` with every run of the pattern on `dates` that may be under way within the window.
    fn for_each_start(
        &self,
        pattern: PatternIdx,
        dates: &[ServiceDate],
        from: EpochS,
        to: EpochS,
        mut found: impl FnMut(TripInstance),
    ) {
        let day = &self.days.patterns[pattern.get()];
        for date in dates {
            let origin = self.origin(*date);
            let (from_s, to_s) = (from - origin - i64::from(day.longest_s), to - origin);
            let first = day.once.partition_point(|(start_s, _)| i64::from(*start_s) < from_s);
            for (start_s, trip) in &day.once[first..] {
                if i64::from(*start_s) > to_s {
                    break;
                }
                if self.runs_on(*trip, *date) {
                    found(TripInstance { service_date: *date, trip: *trip, start_s: *start_s });
                }
            }
            for trip in day.frequent.iter().filter(|t| self.runs_on(**t, *date)) {
                for start_s in self.starts_between(*trip, from_s, to_s) {
                    found(TripInstance { service_date: *date, trip: *trip, start_s });
                }
            }
        }
    }

    /// Planned passages of a route and direction at a stop with `from <= at < to`, by time, over all
    /// patterns that serve the stop and all service days that reach into the window.
    pub fn scheduled_passages(
        &self,
        route: RouteIdx,
        direction: Option<u8>,
        stop: StopIdx,
        from: EpochS,
        to: EpochS,
    ) -> Vec<ScheduledPassage> {
        let dates = self.service_dates_between(from, to);
        let mut passages = Vec::new();
        for (index, position) in &self.stop(stop).served_by {
            let pattern = self.pattern(*index);
            if pattern.route == route && pattern.direction == direction {
                self.push_passages(*index, *position, &dates, from, to, &mut passages);
            }
        }
        passages.sort_unstable();
        passages
    }

    /// Planned passages of a stop by all routes with `from <= at < to`, by time.
    pub fn stop_passages(&self, stop: StopIdx, from: EpochS, to: EpochS) -> Vec<ScheduledPassage> {
        let dates = self.service_dates_between(from, to);
        let mut passages = Vec::new();
        for (index, position) in &self.stop(stop).served_by {
            self.push_passages(*index, *position, &dates, from, to, &mut passages);
        }
        passages.sort_unstable();
        passages
    }

    fn push_passages(
        &self,
        pattern: PatternIdx,
        position: u16,
        dates: &[ServiceDate],
        from: EpochS,
        to: EpochS,
        passages: &mut Vec<ScheduledPassage>,
    ) {
        let is_last = usize::from(position) + 1 == self.pattern(pattern).stops.len();
        self.for_each_start(pattern, dates, from, to, |instance| {
            let (arrival, departure) = self.scheduled(instance, usize::from(position));
            let at = if is_last { arrival } else { departure };
            if from <= at && at < to {
                passages.push(ScheduledPassage { at, instance, stop_position: position });
            }
        });
    }

    /// The run that a realtime feed names by `trip_id`, `start_date` and `start_time` (as written there).
    ///
    /// Without a usable date it is the run whose planned time on the road is nearest to `now`. A date that
    /// is off by one (feeds write the civil day of a trip past midnight) is put right. `None`: the trip is
    /// unknown or does not run then, or is one of many runs of a frequency trip and the feed does not say
    /// which.
    pub fn instance_of(
        &self,
        trip_id: &str,
        start_date: Option<&str>,
        start_time: Option<&str>,
        now: EpochS,
    ) -> Option<TripInstance> {
        let trip = self.trip_by_id(trip_id)?;
        let start_s = if self.frequencies(trip).is_empty() {
            self.stop_times(trip)[0].departure_s
        } else {
            crate::time::parse_gtfs_time(start_time?)?
        };
        let on = |service_date| TripInstance { service_date, trip, start_s };
        let given = start_date.and_then(ServiceDate::parse);
        if let Some(date) = given.filter(|d| self.runs_on(trip, *d)) {
            return Some(on(date));
        }
        let today = local_date(&self.zone, now);
        let reach = self.days.latest_s / 86_400 + 1;
        let away = |date: &ServiceDate| {
            let (start, end) = self.span(on(*date));
            (start - now).max(now - end).max(0)
        };
        let near = |date: &ServiceDate| given.is_none_or(|g| g.0.abs_diff(date.0) <= 1);
        (-reach..=1)
            .map(|days| today.plus(days))
            .filter(|date| near(date) && self.runs_on(trip, *date))
            .min_by_key(away)
            .map(on)
    }
}

#[cfg(test)]
mod tests;
