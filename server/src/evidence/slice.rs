//! The slices of the record that a claim asks for.

use super::{EvidenceError, Examiner, holes};
use crate::engine::date_number;
use crate::plans::Plan;
use crate::record::{IncidentRow, VisitRow};
use crate::store::Window;
use appeals::claim::Claim;
use appeals::evidence::{SETTLED_S, span};
use appeals::ids::{RouteId, StopId, TripId, VehicleId};
use appeals::kind::Rule;
use appeals::plan::{Meant, meant, planned_runs, serves};
use appeals::record::{Coverage, Record, RecordedIncident, RunKey, Visit};
use jiff::tz::TimeZone;
use transit::ids::RouteIdx;
use transit::{EpochS, Timetable};

/// Runs of the whole feed that are looked for to know how much of it is on the record: an error of 3 %.
const RUNS_SAMPLED: usize = 200;
/// The same for each of many windows.
const RUNS_SAMPLED_EACH: usize = 40;
/// A run that began later than this before the record ends may not have been told yet, seconds.
const BEGUN_S: EpochS = 600;
/// Visits of one stop that are looked through for a vehicle.
const VISITS_OF_STOP: u32 = 500;
/// Shortest number that tells a vehicle.
const DIGITS_LEAST: usize = 2;

/// From then, to then.
type Span = (EpochS, EpochS);

impl Examiner {
    /// The claim in the timetable's own terms, and a slice for each window; none where it is not known of which
    /// route.
    pub(super) async fn slices(
        &self,
        rule: Rule,
        claim: &Claim,
        zone: &TimeZone,
        now: EpochS,
    ) -> Result<(Claim, Vec<Record>), EvidenceError> {
        let spans = span(claim, zone);
        let mut resolved = claim.clone();
        let mut records = Vec::with_capacity(spans.len());
        let sampled = if spans.len() > 1 { RUNS_SAMPLED_EACH } else { RUNS_SAMPLED };
        for (window, slice) in &spans {
            let plan = self.plans.at(i64::midpoint(window.0, window.1)).await?;
            let named = self.plans.current().0;
            let timetable = plan.timetable.as_deref().unwrap_or(&named);
            let mut found = meant(timetable, claim);
            if found.route.is_none() {
                found = self.by_vehicle(timetable, claim, found, *window).await?;
            }
            // A slice that is missing ends the list: those before it keep their windows.
            let Some(route) = found.route else { break };
            resolved = in_terms_of(timetable, claim, found);
            let mut record =
                self.slice(&plan, timetable, (found, route), *slice, now, sampled).await?;
            let place = (timetable, found.stop);
            record.pings = self.pings(rule, place, claim, &record.visits, *window).await?;
            records.push(record);
        }
        if spans.is_empty() {
            let (timetable, _) = self.plans.current();
            resolved = in_terms_of(&timetable, claim, meant(&timetable, claim));
        }
        Ok((resolved, records))
    }

    /// A person who names stop and vehicle means the route that the vehicle drove there.
    async fn by_vehicle(
        &self,
        timetable: &Timetable,
        claim: &Claim,
        found: Meant,
        (from, to): Span,
    ) -> Result<Meant, EvidenceError> {
        let Some(stop) = found.stop else { return Ok(found) };
        let window = Window { from, to: to + 1 };
        let id = &timetable.stop(stop).id;
        let read = claim.vehicle_text.as_deref().map(digits).filter(|d| d.len() >= DIGITS_LEAST);
        if claim.vehicle.is_none() && read.is_none() {
            return Ok(found);
        }
        let visits = self.store.visits_at_stop(id, None, window, VISITS_OF_STOP).await?;
        let fits = |v: &&VisitRow| match &claim.vehicle {
            Some(vehicle) => vehicle.as_str() == v.vehicle_id,
            None => read.as_ref().is_some_and(|read| digits(&v.vehicle_id).contains(read)),
        };
        let mut routes: Vec<&str> = visits.iter().filter(fits).map(|v| &*v.route_id).collect();
        routes.sort_unstable();
        routes.dedup();
        let [route] = routes.as_slice() else { return Ok(found) };
        let route = Some(RouteId::from(*route));
        Ok(meant(timetable, &Claim { route, stop: Some(StopId(id.to_string())), ..claim.clone() }))
    }

    async fn slice(
        &self,
        plan: &Plan,
        timetable: &Timetable,
        (found, route): (Meant, RouteIdx),
        (from, to): Span,
        now: EpochS,
        sampled: usize,
    ) -> Result<Record, EvidenceError> {
        let known_until = to.min(now - SETTLED_S);
        let route_id = timetable.route(route).id.to_string();
        let until = known_until.max(from);
        let window = Window { from, to: until };
        let way = found.direction.map(i16::from);
        let rows = self.store.visits_of_route(&route_id, way, window).await?;
        let health = self.store.feed_health(None, holes::around(window), u32::MAX).await?;
        let down = self.store.feeds_down(window).await?;
        let incidents = self.store.incidents_of_route(&route_id, window).await?;
        // Without the timetable of that day nothing is planned, and nothing can be said of absence.
        let (runs, runs_expected, runs_seen) = match plan.timetable.as_deref() {
            Some(planned) => {
                let runs = planned_runs(planned, route, found.direction, found.stop, (from, to));
                let asked = sample(planned, (from, until), sampled);
                let seen = self.store.runs_seen(&asked, until).await?;
                (runs, asked.len() as u32, seen as u32)
            }
            // One that nobody saw: what is not known is not called planned for nothing.
            None => (Vec::new(), 1, 0),
        };
        let on_route = found.stop.is_some_and(|s| serves(timetable, route, found.direction, s));
        Ok(Record {
            from,
            to,
            known_until,
            timetable: plan.version.clone(),
            route: RouteId(route_id),
            direction: found.direction,
            stop: found.stop.map(|s| StopId(timetable.stop(s).id.to_string())),
            stop_on_route: on_route,
            runs,
            visits: rows.into_iter().map(visit).collect(),
            coverage: Coverage {
                holes: holes::of(&health, &down, window),
                runs_expected,
                runs_seen,
                report_interval_s: None,
            },
            incidents: incidents
                .into_iter()
                .filter(|i| way.is_none() || i.direction_id.is_none() || i.direction_id == way)
                .map(|i| incident(i, until))
                .collect(),
            pings: Vec::new(),
            pace: None,
            other_routes: if on_route { Vec::new() } else { others(timetable, found, (from, to)) },
        })
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The claim with the ids that were found for what it names.
fn in_terms_of(timetable: &Timetable, claim: &Claim, found: Meant) -> Claim {
    let route = found.route.map(|r| RouteId(timetable.route(r).id.to_string()));
    let stop = found.stop.map(|s| StopId(timetable.stop(s).id.to_string()));
    Claim {
        route: route.or_else(|| claim.route.clone()),
        direction: found.direction,
        stop: stop.or_else(|| claim.stop.clone()),
        ..claim.clone()
    }
}

/// Some of the runs that the plan had on the road, evenly out of all.
fn sample(timetable: &Timetable, (from, until): Span, most: usize) -> Vec<(i32, String, i32)> {
    let runs = timetable.runs_active(from, until);
    let begun: Vec<_> = runs.iter().filter(|r| r.start <= until - BEGUN_S).collect();
    let step = begun.len().div_ceil(most.max(1)).max(1);
    begun
        .into_iter()
        .step_by(step)
        .map(|run| {
            let trip = timetable.trip(run.instance.trip).id.to_string();
            (date_number(run.instance.service_date), trip, run.instance.start_s)
        })
        .collect()
}

/// Routes that stop there within a span.
fn others(timetable: &Timetable, found: Meant, (from, to): Span) -> Vec<RouteId> {
    let Some(stop) = found.stop else { return Vec::new() };
    let passages = timetable.stop_passages(stop, from, to);
    let mut routes: Vec<RouteId> = passages
        .iter()
        .map(|p| timetable.pattern(timetable.trip(p.instance.trip).pattern).route)
        .map(|route| RouteId(timetable.route(route).id.to_string()))
        .collect();
    routes.sort_unstable();
    routes.dedup();
    routes
}

/// A row as evidence reads it.
pub(super) fn visit(row: VisitRow) -> Visit {
    Visit {
        run: RunKey {
            service_date: row.service_date,
            trip: TripId(row.trip_id),
            start_s: row.start_s,
        },
        direction: row.direction_id.and_then(|d| u8::try_from(d).ok()),
        vehicle: VehicleId(row.vehicle_id),
        stop: StopId(row.stop_id),
        sequence: row.stop_sequence.max(0) as u32,
        scheduled_arrival: row.scheduled_arrival,
        scheduled_departure: row.scheduled_departure,
        arrival: row.arrival,
        departure: row.departure,
        uncertainty_s: row.uncertainty_s,
        trip_named: row.trip_named,
    }
}

/// As it was known then: what closed later was open.
fn incident(row: IncidentRow, known_until: EpochS) -> RecordedIncident {
    RecordedIncident {
        id: row.incident_id,
        kind: row.kind,
        vehicle: row.vehicle_id.map(VehicleId),
        trip: row.trip_id.map(TripId),
        opened_at: row.opened_at,
        closed_at: row.closed_at.filter(|at| *at < known_until),
        value: row.value,
    }
}
