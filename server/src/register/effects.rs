//! What a measure did, from the record of what the buses did: before and after, at the stop of the case and in its
//! hours, against routes where nothing was done.

use super::{Register, ServiceError, random};
use crate::store::{HeadwayQuery, READ_ROWS_MAX, Store, Window};
use appeals::case::{Case, Scope};
use appeals::effect::{DayValue, Design, Effect, Metric, study};
use appeals::ids::{EffectId, RouteId};
use appeals::measure::Measure;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use transit::EpochS;

/// Routes looked at as controls.
const CONTROLS: usize = 8;
/// Stops of a route that are looked through.
const STOPS_MAX: u32 = 500;
/// Of one question, seconds: a stop has fewer rows in it than one answer may have.
const PIECE_S: EpochS = 28 * 86_400;
/// Metrics of a study, in the order in which people are told.
const METRICS: [Metric; 4] =
    [Metric::HeadwayMeanS, Metric::RunsDriven, Metric::Vehicles, Metric::ExcessWaitS];
/// Shortest span of a day that is studied, seconds: two buses an hour are few enough.
const HOURS_LEAST_S: i32 = 2 * 3_600;
/// Monday to Friday, bit 0 for Monday.
const WORKING: u8 = 0b001_1111;
const ALL_DAYS: u8 = 0b111_1111;

/// How many days a study looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StudySpan {
    /// Before the first appeal, and after the measure.
    pub days: i32,
    /// Left out after the measure.
    pub washout_days: i32,
}

/// One day in the hours of the case.
#[derive(Clone, Debug, Default)]
struct Day {
    runs: BTreeSet<(String, i32)>,
    vehicles: BTreeSet<String>,
    headways: Vec<f64>,
    scheduled: Vec<f64>,
    coverage: Vec<f64>,
}

impl Day {
    fn value(&self, metric: Metric) -> Option<f64> {
        let mean = |v: &[f64]| (!v.is_empty()).then(|| v.iter().sum::<f64>() / v.len() as f64);
        // Whoever comes at any time waits Σh²/2Σh.
        let wait = |v: &[f64]| {
            let sum: f64 = v.iter().sum();
            (sum > 0.0).then(|| v.iter().map(|h| h * h).sum::<f64>() / (2.0 * sum))
        };
        match metric {
            Metric::RunsDriven => Some(self.runs.len() as f64),
            Metric::Vehicles => Some(self.vehicles.len() as f64),
            Metric::HeadwayMeanS => mean(&self.headways),
            Metric::ExcessWaitS => Some(wait(&self.headways)? - wait(&self.scheduled)?),
            _ => None,
        }
    }
}

impl Register {
    /// What a measure that is done did, by the record; empty when too few days could be measured. `others`: routes
    /// that may serve as controls.
    pub async fn study(
        &self,
        record: &Store,
        case: &Case,
        measure: &Measure,
        others: &[String],
        span: StudySpan,
    ) -> Result<Vec<Effect>, ServiceError> {
        let (Some(route), Some(done_on)) = (&case.scope.route, measure.done_on) else {
            return Ok(Vec::new());
        };
        let office = self.law().office();
        let weekdays = day_types(case.scope.weekdays);
        // The seed is the measure's own: the same study again draws the same days.
        let seed = measure.id.0.as_u128() as u64;
        let first = office.date(case.first_appeal_at);
        let mut design = Design::usual(first, done_on, weekdays, seed);
        (design.days, design.washout_days) = (span.days, span.washout_days);
        design.excluded = self.holidays(&design);
        let (from, to) = (design.before().0, design.after().1);
        let window = Window { from: office.end_of(from) - 86_400, to: office.end_of(to) };
        let treated = self.days(record, route.as_str(), &case.scope, window).await?;
        let mut controls: Vec<(RouteId, BTreeMap<Date, Day>)> = Vec::new();
        for other in others.iter().filter(|o| *o != route.as_str()).take(CONTROLS) {
            let scope = Scope { hours_s: case.scope.hours_s, ..Scope::default() };
            controls.push((other.as_str().into(), self.days(record, other, &scope, window).await?));
        }
        let mut effects = Vec::new();
        for metric in METRICS {
            let of = |days: &BTreeMap<Date, Day>| values(days, metric);
            let beside: Vec<(RouteId, Vec<DayValue>)> =
                controls.iter().map(|(route, days)| (route.clone(), of(days))).collect();
            if let Some(study) = study(&of(&treated), &beside, &design) {
                let id = EffectId::new(self.now_ms(), random()?);
                effects.push(Effect { id, measure: measure.id, metric, study });
            }
        }
        Ok(effects)
    }

    /// Days off that are no weekends, in the days of a study.
    fn holidays(&self, design: &Design) -> BTreeSet<Date> {
        let law = self.law();
        let days = law.office().days(&law.calendars);
        let (from, to) = (design.before().0, design.after().1);
        let mut excluded = BTreeSet::new();
        let mut day = from;
        while day <= to {
            let weekday = day.weekday().to_monday_zero_offset();
            if weekday < 5 && !days.is_working(day) {
                excluded.insert(day);
            }
            day = appeals::calendar::days_later(day, 1);
        }
        excluded
    }

    /// Days of a route at one stop, in the hours of `scope`.
    async fn days(
        &self,
        record: &Store,
        route: &str,
        scope: &Scope,
        window: Window,
    ) -> Result<BTreeMap<Date, Day>, ServiceError> {
        let mut days: BTreeMap<Date, Day> = BTreeMap::new();
        let Some(stop) = stop_of(record, route, scope, window).await? else { return Ok(days) };
        let office = self.law().office();
        let hours = hours(scope);
        // The day of an instant, if what lasts so long from it touches the hours.
        let touches = |at: EpochS, lasts_s: i32| {
            let local = office.local(at);
            let of_day = i32::from(local.hour()) * 3_600
                + i32::from(local.minute()) * 60
                + i32::from(local.second());
            (of_day + lasts_s > hours.0 && of_day < hours.1).then(|| local.date())
        };
        let within = |at: EpochS| touches(at, 1);
        for part in pieces(window) {
            let visits = record.visits_at_stop(&stop, Some(route), part, READ_ROWS_MAX).await?;
            for visit in visits.into_iter().filter(|v| v.arrival.or(v.departure).is_some()) {
                if let Some(date) = within(visit.at()) {
                    let day = days.entry(date).or_default();
                    day.runs.insert((visit.trip_id, visit.start_s));
                    day.vehicles.insert(visit.vehicle_id);
                }
            }
            let asked = HeadwayQuery {
                route_id: route,
                direction_id: None,
                stop_id: Some(&stop),
                window: part,
                limit: READ_ROWS_MAX,
            };
            for row in record.headways(&asked).await? {
                if let Some(date) = within(row.at) {
                    let day = days.entry(date).or_default();
                    day.headways.push(f64::from(row.headway_s));
                    day.scheduled.extend(row.scheduled_headway_s.map(f64::from));
                }
            }
        }
        // Coverage of the stretch that begins at the stop: hours of which nothing is known are not zero buses.
        for hour in record.intensity_from_stop(&stop, route, window).await? {
            if let Some(date) = touches(hour.hour, 3_600) {
                days.entry(date).or_default().coverage.push(hour.coverage);
            }
        }
        Ok(days)
    }
}

/// A window in pieces of at most [`PIECE_S`], by time.
fn pieces(window: Window) -> impl Iterator<Item = Window> {
    let starts = (window.from..window.to).step_by(PIECE_S as usize);
    starts.map(move |from| Window { from, to: window.to.min(from + PIECE_S) })
}

/// The stop of the case, if the record has the route there; else the one where most was seen.
async fn stop_of(
    record: &Store,
    route: &str,
    scope: &Scope,
    window: Window,
) -> Result<Option<String>, ServiceError> {
    let seen = record.stops_of_route(route, window, STOPS_MAX).await?;
    let named = |stop: &&String| scope.stops.iter().any(|w| w.as_str() == stop.as_str());
    // A pattern ends at its last stop: the stretch after it is not there.
    Ok(seen.iter().find(named).or_else(|| seen.first()).cloned())
}

/// The hours of a case, widened to a span in which buses can be counted.
fn hours(scope: &Scope) -> (i32, i32) {
    let (from, to) = scope.hours_s.unwrap_or((0, 86_400));
    let more = (HOURS_LEAST_S - (to - from)).max(0) / 2;
    ((from - more).max(0), (to + more).min(86_400))
}

/// Days of the same type as those of the appeals.
const fn day_types(mask: u8) -> u8 {
    match (mask & WORKING != 0, mask & !WORKING != 0) {
        (true, false) => WORKING,
        (false, true) => ALL_DAYS & !WORKING,
        _ => ALL_DAYS,
    }
}

fn values(days: &BTreeMap<Date, Day>, metric: Metric) -> Vec<DayValue> {
    days.iter()
        .map(|(on, day)| {
            let hours = day.coverage.len() as f64;
            let coverage = if hours > 0.0 { day.coverage.iter().sum::<f64>() / hours } else { 0.0 };
            DayValue { on: *on, value: day.value(metric), coverage }
        })
        .collect()
}
