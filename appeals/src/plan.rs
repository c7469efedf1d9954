//! The timetable's side of a slice of the record.

use crate::claim::Claim;
use crate::ids::{StopId, TripId, VehicleId};
use crate::record::{PlannedRun, PlannedStop, RunKey, Visit};
use transit::ids::{RouteIdx, StopIdx};
use transit::{EpochS, LatLon, ServiceDate, StopVisit, Timetable, TripInstance};

/// YYYYMMDD as a number.
fn day_number(date: ServiceDate) -> i32 {
    let date = date.to_date();
    i32::from(date.year()) * 10_000 + i32::from(date.month()) * 100 + i32::from(date.day())
}

/// The run as the record names it.
pub fn run_key(timetable: &Timetable, instance: TripInstance) -> RunKey {
    RunKey {
        service_date: day_number(instance.service_date),
        trip: TripId(timetable.trip(instance.trip).id.to_string()),
        start_s: instance.start_s,
    }
}

/// Planned runs of a route and direction (`None`: all) that are on the road at some instant with
/// `from <= at <= to`, by start.
pub fn planned_runs(
    timetable: &Timetable,
    route: RouteIdx,
    direction: Option<u8>,
    stop: Option<StopIdx>,
    (from, to): (EpochS, EpochS),
) -> Vec<PlannedRun> {
    let runs = timetable.runs_active_of(route, direction, from, to);
    runs.into_iter().map(|run| planned_run(timetable, run.instance, stop)).collect()
}

fn planned_run(timetable: &Timetable, instance: TripInstance, stop: Option<StopIdx>) -> PlannedRun {
    let pattern = timetable.pattern(timetable.trip(instance.trip).pattern);
    let at_stop = stop.and_then(|stop| pattern.stops.iter().position(|s| *s == stop));
    let stops = pattern.stop_sequences.iter().enumerate().map(|(position, sequence)| {
        let (arrival, departure) = timetable.scheduled(instance, position);
        PlannedStop { sequence: *sequence, arrival, departure }
    });
    PlannedRun {
        run: run_key(timetable, instance),
        direction: pattern.direction,
        stops: stops.collect(),
        at_stop,
        timepoint: at_stop.and_then(|i| pattern.timepoints.get(i)).copied().unwrap_or(false),
        headway_only: timetable.frequencies(instance.trip).iter().any(|f| !f.exact),
        canceled: false,
    }
}

/// The route serves the stop, on whichever day.
pub fn serves(
    timetable: &Timetable,
    route: RouteIdx,
    direction: Option<u8>,
    stop: StopIdx,
) -> bool {
    timetable.stop(stop).served_by.iter().any(|(pattern, _)| {
        let pattern = timetable.pattern(*pattern);
        pattern.route == route && (direction.is_none() || pattern.direction == direction)
    })
}

/// A visit that the monitor concluded, as the record has it.
pub fn recorded(timetable: &Timetable, visit: &StopVisit, vehicle: VehicleId) -> Visit {
    let pattern = timetable.pattern(visit.pattern);
    let position = usize::from(visit.stop_position);
    let (scheduled_arrival, scheduled_departure) = timetable.scheduled(visit.instance, position);
    let stop = pattern
        .stops
        .get(position)
        .map_or_else(StopId::default, |stop| StopId(timetable.stop(*stop).id.to_string()));
    Visit {
        run: run_key(timetable, visit.instance),
        direction: pattern.direction,
        vehicle,
        stop,
        sequence: pattern.stop_sequences.get(position).copied().unwrap_or_default(),
        scheduled_arrival,
        scheduled_departure,
        arrival: visit.arrival,
        departure: visit.departure,
        uncertainty_s: f64::from(visit.uncertainty_s),
        trip_named: visit.trip_named,
    }
}

/// What a claim speaks of, in the timetable's terms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Meant {
    /// The route, by its id or by the number on the bus.
    pub route: Option<RouteIdx>,
    /// `direction_id`, where it was given or follows from the stop.
    pub direction: Option<u8>,
    /// The stop, by its id or as the nearest of the route to where the person pointed.
    pub stop: Option<StopIdx>,
}

/// A person who points to a place means a stop within this, metres.
const POINTED_M: f64 = 250.0;
/// Stops looked at around such a place.
const POINTED_STOPS: usize = 24;

/// What a claim speaks of. Where somebody stood is surer than which way they think that the bus went: a
/// direction that does not serve the stop gives way to the one that does.
pub fn meant(timetable: &Timetable, claim: &Claim) -> Meant {
    let route = claim.route.as_ref().and_then(|r| route_of(timetable, r.as_str()));
    let route = route.or_else(|| {
        let trip = timetable.trip_by_id(claim.trip.as_ref()?.as_str())?;
        Some(timetable.pattern(timetable.trip(trip).pattern).route)
    });
    let named = claim.stop.as_ref().and_then(|s| timetable.stop_by_id(s.as_str()));
    let stop = match (named, claim.place) {
        (Some(stop), _) => Some(platform(timetable, stop, route, claim.direction)),
        (None, Some(place)) if claim.stop.is_none() => pointed(timetable, route, claim, place),
        _ => None,
    };
    // A stop of one route says which.
    let route = route.or_else(|| {
        let mut routes = routes_at(timetable, stop?);
        routes.dedup();
        if let [only] = routes.as_slice() { Some(*only) } else { None }
    });
    let direction = route.and_then(|route| way(timetable, route, claim.direction, stop));
    Meant { route, direction, stop }
}

fn route_of(timetable: &Timetable, said: &str) -> Option<RouteIdx> {
    timetable.route_by_id(said).or_else(|| {
        let said = said.trim().to_lowercase();
        let mut named = timetable
            .routes
            .iter()
            .enumerate()
            .filter(|(_, r)| r.short_name.trim().to_lowercase() == said);
        let (first, _) = named.next()?;
        named.next().is_none().then(|| RouteIdx::from(first))
    })
}

/// Routes of a stop, sorted, each as often as its patterns.
fn routes_at(timetable: &Timetable, stop: StopIdx) -> Vec<RouteIdx> {
    let served = &timetable.stop(stop).served_by;
    let mut routes: Vec<RouteIdx> =
        served.iter().map(|(pattern, _)| timetable.pattern(*pattern).route).collect();
    routes.sort_unstable();
    routes
}

/// Of a station, the platform at which the route stops.
fn platform(
    timetable: &Timetable,
    stop: StopIdx,
    route: Option<RouteIdx>,
    direction: Option<u8>,
) -> StopIdx {
    let Some(route) = route.filter(|r| !serves(timetable, *r, None, stop)) else { return stop };
    let platforms = || {
        let all = timetable.stops.iter().enumerate();
        all.filter(|(_, s)| s.parent == Some(stop)).map(|(i, _)| StopIdx::from(i))
    };
    platforms()
        .find(|p| serves(timetable, route, direction, *p))
        .or_else(|| platforms().find(|p| serves(timetable, route, None, *p)))
        .unwrap_or(stop)
}

fn pointed(
    timetable: &Timetable,
    route: Option<RouteIdx>,
    claim: &Claim,
    place: crate::claim::Place,
) -> Option<StopIdx> {
    let route = route?;
    let place = LatLon::new(place.lat, place.lon);
    let near = timetable.spatial.stops_near(place, POINTED_M, POINTED_STOPS);
    let mut near: Vec<(StopIdx, f64)> =
        near.into_iter().filter(|(s, _)| serves(timetable, route, claim.direction, *s)).collect();
    near.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    near.first().map(|(stop, _)| *stop)
}

/// The direction that was said, if the stop allows it; else the only one that serves the stop.
fn way(
    timetable: &Timetable,
    route: RouteIdx,
    said: Option<u8>,
    stop: Option<StopIdx>,
) -> Option<u8> {
    let Some(stop) = stop else { return said };
    if said.is_some() && serves(timetable, route, said, stop) {
        return said;
    }
    let mut ways: Vec<Option<u8>> = timetable
        .stop(stop)
        .served_by
        .iter()
        .map(|(pattern, _)| timetable.pattern(*pattern))
        .filter(|pattern| pattern.route == route)
        .map(|pattern| pattern.direction)
        .collect();
    ways.sort_unstable();
    ways.dedup();
    match ways.as_slice() {
        [only] => *only,
        [] => said,
        _ => None,
    }
}
