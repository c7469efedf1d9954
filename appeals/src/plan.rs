//! The timetable's side of a slice of the record.

use crate::ids::{StopId, TripId, VehicleId};
use crate::record::{PlannedRun, PlannedStop, RunKey, Visit};
use transit::ids::{RouteIdx, StopIdx};
use transit::{EpochS, ServiceDate, StopVisit, Timetable, TripInstance};

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
