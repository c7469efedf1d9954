//! How messages name what they are about. The same words as those of the GTFS-realtime validator, so that
//! reports can be compared.

use crate::gtfs_realtime::{StopTimeUpdate, TripDescriptor, TripUpdate, VehiclePosition};

/// A string field; empty where absent.
pub fn text(field: Option<&String>) -> &str {
    field.map_or("", String::as_str)
}

/// `trip_id` of a descriptor, if it is given.
pub fn trip_id(trip: Option<&TripDescriptor>) -> Option<&str> {
    trip.and_then(|t| t.trip_id.as_deref())
}

/// `vehicle.id` of a position; empty where absent.
pub fn vehicle_id(vehicle: &VehiclePosition) -> &str {
    text(vehicle.vehicle.as_ref().and_then(|v| v.id.as_ref()))
}

/// `trip_id 7`, or `entity ID x` where there is none.
pub fn of_trip(entity: &str, trip: Option<&TripDescriptor>) -> String {
    trip_id(trip).map_or_else(|| format!("entity ID {entity}"), |id| format!("trip_id {id}"))
}

/// The same for a trip update.
pub fn of_update(entity: &str, update: &TripUpdate) -> String {
    of_trip(entity, update.trip.as_ref())
}

/// `vehicle.id 7`, or `entity ID x` where there is none.
pub fn of_vehicle(entity: &str, position: &VehiclePosition) -> String {
    let id = position.vehicle.as_ref().and_then(|v| v.id.as_deref());
    id.map_or_else(|| format!("entity ID {entity}"), |id| format!("vehicle.id {id}"))
}

/// `stop_sequence 3`, or `stop_id x` where there is none.
pub fn of_stop(update: &StopTimeUpdate) -> String {
    update.stop_sequence.map_or_else(
        || format!("stop_id {}", text(update.stop_id.as_ref())),
        |sequence| format!("stop_sequence {sequence}"),
    )
}
