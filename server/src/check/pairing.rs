//! Vehicle positions against trip updates: E047, W003.

use super::catalogue::{E047, W003};
use super::{Found, Schedule, subject};
use crate::gtfs_realtime::FeedMessage;
use std::collections::{BTreeMap, BTreeSet};

/// Who drives what, as one kind of feed has it. Of several the last one counts, as in the validator.
#[derive(Default)]
struct Pairs<'a> {
    vehicle_of_trip: BTreeMap<&'a str, &'a str>,
    trip_of_vehicle: BTreeMap<&'a str, &'a str>,
    /// Trips without a vehicle, or vehicles without a trip.
    alone: BTreeSet<&'a str>,
    count: usize,
}

impl<'a> Pairs<'a> {
    fn add(&mut self, trip: &'a str, vehicle: &'a str) {
        self.vehicle_of_trip.insert(trip, vehicle);
        self.trip_of_vehicle.insert(vehicle, trip);
    }
}

pub(super) fn check(schedule: &Schedule<'_>, feeds: &[&FeedMessage], found: &mut Found<'_>) {
    let (mut updates, mut positions) = (Pairs::default(), Pairs::default());
    for entity in feeds.iter().flat_map(|f| &f.entity) {
        if let Some(update) = &entity.trip_update
            && let Some(trip) = subject::trip_id(update.trip.as_ref())
        {
            updates.count += 1;
            match subject::text(update.vehicle.as_ref().and_then(|v| v.id.as_ref())) {
                "" => drop(updates.alone.insert(trip)),
                vehicle => updates.add(trip, vehicle),
            }
        }
        if let Some(position) = &entity.vehicle
            && let Some(vehicle) = position.vehicle.as_ref().and_then(|v| v.id.as_deref())
        {
            positions.count += 1;
            match subject::trip_id(position.trip.as_ref()).unwrap_or_default() {
                "" => drop(positions.alone.insert(vehicle)),
                trip => positions.add(trip, vehicle),
            }
        }
    }
    if updates.count == 0 || positions.count == 0 {
        return;
    }
    missing(&updates, &positions, found);
    mismatch(schedule, &updates, &positions, found);
}

fn missing(updates: &Pairs<'_>, positions: &Pairs<'_>, found: &mut Found<'_>) {
    let mut from_updates = |kind: &str, id: &str| {
        let message = format!("{kind} {id} is in TripUpdates but not in VehiclePositions feed");
        found.add(W003, "", message);
    };
    for (trip, vehicle) in &updates.vehicle_of_trip {
        if !positions.vehicle_of_trip.contains_key(trip) {
            from_updates("trip_id", trip);
        }
        if !positions.trip_of_vehicle.contains_key(vehicle) && !positions.alone.contains(vehicle) {
            from_updates("vehicle_id", vehicle);
        }
    }
    for trip in updates.alone.iter().filter(|t| !positions.vehicle_of_trip.contains_key(*t)) {
        from_updates("trip_id", trip);
    }
    let mut from_positions = |kind: &str, id: &str| {
        let message = format!("{kind} {id} is in VehiclePositions but not in TripUpdates feed");
        found.add(W003, "", message);
    };
    for (vehicle, trip) in &positions.trip_of_vehicle {
        if !updates.trip_of_vehicle.contains_key(vehicle) {
            from_positions("vehicle_id", vehicle);
        }
        if !updates.vehicle_of_trip.contains_key(trip) && !updates.alone.contains(trip) {
            from_positions("trip_id", trip);
        }
    }
    for vehicle in positions.alone.iter().filter(|v| !updates.trip_of_vehicle.contains_key(*v)) {
        from_positions("vehicle_id", vehicle);
    }
}

fn mismatch(
    schedule: &Schedule<'_>,
    updates: &Pairs<'_>,
    positions: &Pairs<'_>,
    found: &mut Found<'_>,
) {
    for (trip, vehicle) in &updates.vehicle_of_trip {
        let other = positions.vehicle_of_trip.get(trip).filter(|v| !v.is_empty() && v != &vehicle);
        if let Some(other) = other {
            let message = format!(
                "vehicle_id {vehicle} and trip_id {trip} pairing in TripUpdates does not match vehicle_id \
                 {other} and trip_id {trip} pairing in VehiclePositions feed - ID pairing between feeds should \
                 match"
            );
            found.add(E047, "", message);
        }
    }
    for (vehicle, trip) in &positions.trip_of_vehicle {
        let other = updates.trip_of_vehicle.get(vehicle).filter(|t| !t.is_empty() && t != &trip);
        if let Some(other) = other.filter(|o| !share_a_block(schedule, trip, o)) {
            let message = format!(
                "trip_id {trip} and vehicle_id {vehicle} pairing in VehiclePositions does not match trip_id \
                 {other} and vehicle_id {vehicle} pairing in TripUpdates feed and trip block_ids aren't the \
                 same - ID pairing between feeds should match"
            );
            found.add(E047, "", message);
        }
    }
}

/// One vehicle drives both, one after the other.
fn share_a_block(schedule: &Schedule<'_>, a: &str, b: &str) -> bool {
    let block = |id| schedule.tables.trip(id).map(|t| &*t.block_id).filter(|b| !b.is_empty());
    block(a).is_some() && block(a) == block(b)
}
