//! Rules of ours, each from a fault seen in real feeds: J001 to J011.

use super::catalogue::{J001, J002, J003, J004, J005, J006, J007, J008, J009, J010, J011};
use super::header::timestamp_of;
use super::vehicles::is_within;
use super::{Check, Found, subject};
use crate::gtfs_realtime::values::TRIP_SCHEDULED;
use crate::gtfs_realtime::{FeedMessage, Position, TripDescriptor, TripUpdate, VehiclePosition};
use std::collections::{BTreeMap, BTreeSet};
use transit::time::local_date;
use transit::{LatLon, ServiceDate};

/// Nearer than this to 0°, 0° is a receiver without a fix.
const NULL_ISLAND_DEG: f32 = 0.01;
/// No bus is faster than this from one report to the next.
const JUMP_MPS: f64 = 31.0;
/// A shorter way may be noise.
const JUMP_LEAST_M: f64 = 500.0;
/// From so many vehicles on, equality is no coincidence.
const MANY_VEHICLES: usize = 5;
/// Epoch milliseconds are above this, epoch seconds below, for some thousand years.
const MILLISECONDS_LEAST: u64 = 1_000_000_000_000;
/// A vehicle that was measured longer ago than this is not where it is shown.
const STALE_S: u64 = 600;
/// A trip that ended longer ago than this should be gone from the feed.
const PAST_S: i64 = 600;

pub(super) fn check(check: &Check<'_>, found: &mut Found<'_>) {
    for (entity, id) in check.entities() {
        if let Some(vehicle) = &entity.vehicle {
            place(check, id, vehicle, found);
            age(check, id, vehicle, found);
            service_day(check, id, vehicle.trip.as_ref(), found);
            milliseconds(id, vehicle.timestamp, found);
        }
        if let Some(update) = &entity.trip_update {
            predictions(check, id, update, found);
            service_day(check, id, update.trip.as_ref(), found);
            milliseconds(id, update.timestamp, found);
        }
    }
    milliseconds("", timestamp_of(check.feed), found);
    jumps(check, found);
    equal_timestamps(check, found);
    entity_ids(check, found);
    shared_runs(check, found);
}

fn place(check: &Check<'_>, id: &str, vehicle: &VehiclePosition, found: &mut Found<'_>) {
    let Some(Position { latitude: Some(lat), longitude: Some(lon), .. }) = vehicle.position else {
        return;
    };
    let subject = subject::of_vehicle(id, vehicle);
    if lat.abs() < NULL_ISLAND_DEG && lon.abs() < NULL_ISLAND_DEG {
        let message =
            format!("{subject} is at ({lat},{lon}), which is what a receiver without a fix sends");
        found.add(J001, id, message);
        return;
    }
    let Some(bounds) = check.schedule.bounds else { return };
    let (at, swapped) =
        (LatLon::new(f64::from(lat), f64::from(lon)), LatLon::new(f64::from(lon), f64::from(lat)));
    if !is_within(at, bounds) && is_within(swapped, bounds) {
        let message =
            format!("{subject} is at ({lat},{lon}), and within the area at ({lon},{lat})");
        found.add(J009, id, message);
    }
}

fn age(check: &Check<'_>, id: &str, vehicle: &VehiclePosition, found: &mut Found<'_>) {
    let (Some(header), Some(measured)) = (timestamp_of(check.feed), vehicle.timestamp) else {
        return;
    };
    let age_s = header.saturating_sub(measured);
    if measured != 0 && age_s > STALE_S {
        let subject = subject::of_vehicle(id, vehicle);
        let message = format!("{subject} was measured {age_s} s before the header's timestamp");
        found.add(J008, id, message);
    }
}

fn milliseconds(id: &str, timestamp: Option<u64>, found: &mut Found<'_>) {
    if let Some(timestamp) = timestamp.filter(|t| *t >= MILLISECONDS_LEAST) {
        let message = format!("timestamp {timestamp} is in milliseconds: divide it by 1000");
        found.add(J005, id, message);
    }
}

/// Only of trips that are said to run as scheduled.
fn service_day(check: &Check<'_>, id: &str, trip: Option<&TripDescriptor>, found: &mut Found<'_>) {
    let (Some(timetable), Some(trip)) = (check.schedule.timetable, trip) else { return };
    if trip.schedule_relationship.is_some_and(|r| r != TRIP_SCHEDULED) {
        return;
    }
    let Some(index) = trip.trip_id.as_deref().and_then(|t| timetable.trip_by_id(t)) else { return };
    let service = &timetable.services[timetable.trip(index).service.get()];
    let trip_id = &timetable.trip(index).id;
    if let Some(date) = trip.start_date.as_deref().and_then(ServiceDate::parse) {
        if !service.runs_on(date) {
            let message = format!(
                "trip_id {trip_id} does not run on {date} (service_id {} in the GTFS data)",
                service.id
            );
            found.add(J007, id, message);
        }
        return;
    }
    // Without a date: a run of yesterday may still be on its way, one of tomorrow be announced.
    let today = local_date(&timetable.zone, check.now);
    if !(-1..=1).any(|day| service.runs_on(today.plus(day))) {
        let message = format!(
            "trip_id {trip_id} has no start_date and does not run on {today} nor the day before or after \
             (service_id {} in the GTFS data)",
            service.id
        );
        found.add(J007, id, message);
    }
}

fn predictions(check: &Check<'_>, id: &str, update: &TripUpdate, found: &mut Found<'_>) {
    let events = update.stop_time_update.iter().flat_map(|s| [s.arrival, s.departure]);
    let Some(last) = events.flatten().filter_map(|e| e.time).max() else { return };
    if last > 0 && last < check.now - PAST_S {
        let subject = subject::of_update(id, update);
        let message =
            format!("{subject} should have passed its last stop {} s ago", check.now - last);
        found.add(J011, id, message);
    }
}

/// Vehicles that have an id of their own, with their entity's id.
fn vehicles(feed: &FeedMessage) -> BTreeMap<&str, (&str, &VehiclePosition)> {
    let mut vehicles = BTreeMap::new();
    let mut repeated = BTreeSet::new();
    for entity in &feed.entity {
        let Some(vehicle) = &entity.vehicle else { continue };
        let id = subject::vehicle_id(vehicle);
        let entity = entity.id.as_deref().unwrap_or_default();
        if !id.is_empty() && vehicles.insert(id, (entity, vehicle)).is_some() {
            repeated.insert(id);
        }
    }
    vehicles.retain(|id, _| !repeated.contains(id));
    vehicles
}

fn jumps(check: &Check<'_>, found: &mut Found<'_>) {
    let Some(previous) = check.previous else { return };
    let before = vehicles(previous);
    for (id, (entity, vehicle)) in vehicles(check.feed) {
        let Some((_, earlier)) = before.get(id) else { continue };
        let (Some(from), Some(to)) = (place_of(earlier), place_of(vehicle)) else { continue };
        let times = earlier.timestamp.zip(vehicle.timestamp).filter(|(a, b)| *a != 0 && *b != 0);
        let Some((then, now)) = times else { continue };
        let (distance_m, passed_s) = (from.distance_m(to), now.saturating_sub(then));
        if distance_m > JUMP_LEAST_M && distance_m > JUMP_MPS * passed_s as f64 {
            let message = format!("vehicle.id {id} went {distance_m:.0} m in {passed_s} s");
            found.add(J002, entity, message);
        }
    }
}

fn place_of(vehicle: &VehiclePosition) -> Option<LatLon> {
    let position = vehicle.position?;
    let place = LatLon::new(f64::from(position.latitude?), f64::from(position.longitude?));
    place.is_plausible().then_some(place)
}

fn equal_timestamps(check: &Check<'_>, found: &mut Found<'_>) {
    let positions = check.feed.entity.iter().filter_map(|e| e.vehicle.as_ref());
    let times: Vec<u64> = positions.filter_map(|v| v.timestamp).filter(|t| *t != 0).collect();
    let first = times.first().copied();
    if times.len() >= MANY_VEHICLES && times.iter().all(|t| Some(*t) == first) {
        let message = format!(
            "all {} vehicles have the timestamp {}: it should be when each was measured",
            times.len(),
            times[0]
        );
        found.add(J003, "", message);
    }
}

fn entity_ids(check: &Check<'_>, found: &mut Found<'_>) {
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, id) in check.entities() {
        *uses.entry(id).or_default() += 1;
    }
    for (id, count) in uses.into_iter().filter(|(_, count)| *count > 1) {
        found.add(J010, id, format!("entity ID {id:?} stands for {count} entities"));
    }
    let Some(previous) = check.previous else { return };
    let (before, now) = (vehicles(previous), vehicles(check.feed));
    let both: Vec<_> =
        now.iter().filter_map(|(id, (e, _))| Some((*e, before.get(id)?.0))).collect();
    if both.len() >= MANY_VEHICLES && both.iter().all(|(now, before)| now != before) {
        let message = format!(
            "none of the {} vehicles that were in the message before has the entity ID that it had",
            both.len()
        );
        found.add(J004, "", message);
    }
}

fn shared_runs(check: &Check<'_>, found: &mut Found<'_>) {
    type Run<'a> = (&'a str, Option<&'a str>, Option<&'a str>);
    let mut runs: BTreeMap<Run<'_>, (BTreeSet<&str>, &str)> = BTreeMap::new();
    for (entity, id) in check.entities() {
        let Some(vehicle) = &entity.vehicle else { continue };
        let Some(trip) = &vehicle.trip else { continue };
        let Some(trip_id) = trip.trip_id.as_deref().filter(|t| !t.is_empty()) else { continue };
        let run = (trip_id, trip.start_date.as_deref(), trip.start_time.as_deref());
        let vehicle_id = subject::vehicle_id(vehicle);
        if !vehicle_id.is_empty() {
            runs.entry(run).or_insert_with(|| (BTreeSet::new(), id)).0.insert(vehicle_id);
        }
    }
    for ((trip_id, ..), (vehicles, id)) in runs.into_iter().filter(|(_, (v, _))| v.len() > 1) {
        let vehicles = vehicles.into_iter().collect::<Vec<_>>().join(", ");
        found.add(J006, id, format!("trip_id {trip_id} is driven by vehicles {vehicles}"));
    }
}
