//! Which stop: E011, E015.

use super::catalogue::{E011, E015};
use super::{Check, Found, subject};

pub(super) fn check(check: &Check<'_>, found: &mut Found<'_>) {
    for (entity, id) in check.entities() {
        if let Some(update) = &entity.trip_update {
            let trip = subject::trip_id(update.trip.as_ref()).unwrap_or_default();
            for stop_id in update.stop_time_update.iter().filter_map(|s| s.stop_id.as_deref()) {
                stop(check, id, &format!("trip_id {trip} "), stop_id, true, found);
            }
        }
        if let Some(vehicle) = &entity.vehicle
            && let Some(stop_id) = &vehicle.stop_id
        {
            let by = vehicle.vehicle.as_ref().and_then(|v| v.id.as_deref());
            let prefix = by.map_or_else(String::new, |v| format!("vehicle_id {v} "));
            stop(check, id, &prefix, stop_id, true, found);
        }
        for selector in entity.alert.iter().flat_map(|a| &a.informed_entity) {
            if let Some(stop_id) = &selector.stop_id {
                // An alert may well inform about a whole station.
                stop(check, id, &format!("alert entity ID {id} "), stop_id, false, found);
            }
        }
    }
}

fn stop(
    check: &Check<'_>,
    id: &str,
    prefix: &str,
    stop_id: &str,
    must_be_a_stop: bool,
    found: &mut Found<'_>,
) {
    let subject = format!("{prefix}stop_id {stop_id}");
    match check.tables().stop(stop_id) {
        None => found.add(E011, id, format!("{subject} does not exist in GTFS data stops.txt")),
        Some(row) if must_be_a_stop && row.location_type != 0 => {
            let message = format!("{subject} does not have location_type=0 in GTFS stops.txt");
            found.add(E015, id, message);
        }
        Some(_) => {}
    }
}
