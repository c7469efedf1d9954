//! What the feed says of runs: cancellations, and its own forecast, kept to be scored against the truth.

use super::config::MAX_EPOCH_S;
use super::{Monitor, naming};
use crate::event::{ScheduleRelationship, StopTimeUpdate, TripUpdate};
use crate::time::EpochS;
use crate::timetable::{Timetable, TripInstance};
use rustc_hash::{FxHashMap, FxHashSet};

/// The feed's prediction for one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Forecast {
    /// When it was made: the update's own time, else when it came.
    pub measured_at: EpochS,
    /// Whole-trip delay, seconds.
    pub delay_s: Option<i32>,
    /// (stop position, predicted arrival, or departure where only that is given), in order of both:
    /// out of order predictions of a feed are raised to the one before.
    pub arrivals: Vec<(u16, EpochS)>,
}

/// A forecast is forgotten when it was not repeated for so long, seconds.
const FORGET_AFTER_S: i64 = 3_600;

/// All that feeds say of runs.
#[derive(Debug, Default)]
pub(super) struct Updates {
    forecasts: FxHashMap<TripInstance, Forecast>,
    canceled: FxHashSet<TripInstance>,
}

impl Updates {
    pub fn forecast(&self, run: TripInstance) -> Option<&Forecast> {
        self.forecasts.get(&run)
    }

    pub fn is_canceled(&self, run: TripInstance) -> bool {
        self.canceled.contains(&run)
    }

    /// Forgets what was not repeated lately.
    pub fn sweep(&mut self, now: EpochS) {
        self.forecasts.retain(|_, f| (now - f.measured_at).abs() <= FORGET_AFTER_S);
        let today = (now.div_euclid(86_400)) as i32;
        self.canceled.retain(|run| (run.service_date.0 - today).abs() <= 2);
    }

    /// Carries all over to a new timetable.
    pub fn rename(&mut self, rename: impl Fn(TripInstance) -> Option<TripInstance>) {
        self.forecasts.clear();
        let old = std::mem::take(&mut self.canceled);
        self.canceled = old.into_iter().filter_map(rename).collect();
    }
}

impl Monitor {
    pub(super) fn on_update(&mut self, now: EpochS, update: &TripUpdate<'_>) {
        let at = update.measured_at.filter(|at| *at > 0 && *at <= now + 60).unwrap_or(now);
        let named =
            naming::resolve(&self.timetable, &self.config, &mut self.days, &update.trip, now);
        let canceled = match update.trip.relationship {
            ScheduleRelationship::Canceled | ScheduleRelationship::Deleted => true,
            ScheduleRelationship::Scheduled | ScheduleRelationship::Unscheduled => false,
            // Added, replaced and copied runs have no stop times of ours to compare with.
            _ => return,
        };
        // A cancellation is told long before: any run of the day will do.
        let run = named
            .run
            .map(|r| r.instance)
            .or_else(|| canceled.then(|| self.announced_run(update, named.trip?, now))?);
        let Some(run) = run else { return };
        let limit = self.config.max_forecasts;
        let known = &mut self.updates.canceled;
        if canceled && known.len() < limit && known.insert(run) {
            self.flow.on_canceled(now, run, true);
        } else if !canceled && known.remove(&run) {
            self.flow.on_canceled(now, run, false);
        }
        if canceled {
            self.updates.forecasts.remove(&run);
            return;
        }
        let forecasts = &mut self.updates.forecasts;
        if forecasts.len() >= limit && !forecasts.contains_key(&run) {
            return;
        }
        let forecast = forecasts.entry(run).or_default();
        // Replicas may answer with an older one.
        if at >= forecast.measured_at {
            forecast.measured_at = at;
            forecast.delay_s = update.delay_s;
            fill(&self.timetable, run, self.timetable.origin(run.service_date), update, forecast);
        }
    }

    /// The run of a named day that is too far away to be driven now.
    fn announced_run(
        &mut self,
        update: &TripUpdate<'_>,
        trip: crate::ids::TripIdx,
        now: EpochS,
    ) -> Option<TripInstance> {
        let date = crate::time::ServiceDate::parse(update.trip.start_date?)?;
        let today = self.days.date(&self.timetable, now);
        if (date.0 - today.0).abs() > 1 {
            return None;
        }
        let origin = self.timetable.origin(date);
        let start_s = update.trip.start_time.and_then(crate::time::parse_gtfs_time);
        let run = naming::run_of_day(&self.timetable, trip, date, origin, start_s, now)?;
        Some(run.instance)
    }
}

/// Stop position that an update means; the first at or after `from` where only a stop id is given.
fn position(
    timetable: &Timetable,
    run: TripInstance,
    stop: &StopTimeUpdate<'_>,
    from: usize,
) -> Option<usize> {
    let pattern = timetable.pattern(timetable.trip(run.trip).pattern);
    if let Some(sequence) = stop.stop_sequence
        && let Ok(k) = pattern.stop_sequences.binary_search(&sequence)
    {
        return Some(k);
    }
    let id = timetable.stop_by_id(stop.stop_id?)?;
    (from..pattern.stops.len()).find(|k| pattern.stops[*k] == id)
}

/// Takes what can be used of the stop time updates.
fn fill(
    timetable: &Timetable,
    run: TripInstance,
    origin: EpochS,
    update: &TripUpdate<'_>,
    forecast: &mut Forecast,
) {
    forecast.arrivals.clear();
    let shift = i64::from(timetable.shift_s(run));
    let times = timetable.stop_times(run.trip);
    let mut from = 0;
    let mut latest = EpochS::MIN;
    // A trip can't have more updates than it has stops.
    for stop in update.stops.iter().take(times.len()) {
        let Some(k) = position(timetable, run, stop, from) else { continue };
        if k < from || stop.skipped || stop.no_data {
            continue;
        }
        from = k + 1;
        let planned = |t: i32| origin + shift + i64::from(t);
        let arrival = stop
            .arrival
            .or(stop.arrival_delay_s.map(|d| planned(times[k].arrival_s) + i64::from(d)));
        let departure = stop
            .departure
            .or(stop.departure_delay_s.map(|d| planned(times[k].departure_s) + i64::from(d)));
        if let Some(at) = arrival.or(departure).filter(|at| (0..MAX_EPOCH_S).contains(at)) {
            latest = latest.max(at);
            forecast.arrivals.push((k as u16, latest));
        }
    }
}
