//! Trips of `frequencies.txt`: E006, E013, E019, W005.

use super::catalogue::{E006, E013, E019, W005};
use super::{Check, Found, subject};
use crate::gtfs_realtime::TripDescriptor;
use crate::gtfs_realtime::values::TRIP_UNSCHEDULED;
use transit::time::{format_gtfs_time, parse_gtfs_time};
use transit::timetable::{Frequency, TripRow};

pub(super) fn check(check: &Check<'_>, found: &mut Found<'_>) {
    for (entity, id) in check.entities() {
        if let Some(update) = &entity.trip_update {
            let has_vehicle = update.vehicle.as_ref().is_some_and(|v| v.id.is_some());
            descriptor(check, id, "", update.trip.as_ref(), has_vehicle, found);
        }
        if let Some(vehicle) = &entity.vehicle {
            let has_vehicle = vehicle.vehicle.as_ref().is_some_and(|v| v.id.is_some());
            let prefix = format!("vehicle_id {} ", subject::vehicle_id(vehicle));
            descriptor(check, id, &prefix, vehicle.trip.as_ref(), has_vehicle, found);
        }
    }
}

fn descriptor(
    check: &Check<'_>,
    id: &str,
    prefix: &str,
    trip: Option<&TripDescriptor>,
    has_vehicle: bool,
    found: &mut Found<'_>,
) {
    let Some(trip) = trip else { return };
    let Some(row) = trip.trip_id.as_deref().and_then(|t| check.tables().trip(t)) else { return };
    if row.frequencies.iter().any(|f| f.exact) {
        exact(id, trip, row, found);
    }
    if !row.frequencies.iter().any(|f| !f.exact) {
        return;
    }
    let subject = format!("{prefix}trip_id {}", row.id);
    for (name, field) in [("start_date", &trip.start_date), ("start_time", &trip.start_time)] {
        if field.is_none() {
            let message = format!(
                "{subject} is missing {name} which is required for frequency-based exact_times = 0 trips"
            );
            found.add(E006, id, message);
        }
    }
    if let Some(relationship) = trip.schedule_relationship.filter(|r| *r != TRIP_UNSCHEDULED) {
        let message = format!(
            "{subject} schedule_relationship {} schedule_relationship is not UNSCHEDULED or empty",
            name_of(relationship)
        );
        found.add(E013, id, message);
    }
    if !has_vehicle {
        let message = format!(
            "{subject} is missing vehicle_id, which is suggested for frequency-based exact_times=0 trips"
        );
        found.add(W005, id, message);
    }
}

fn exact(id: &str, trip: &TripDescriptor, row: &TripRow, found: &mut Found<'_>) {
    let said = subject::text(trip.start_time.as_ref());
    let is_departure = |time: i32, f: &Frequency| {
        (f.start_s..f.end_s).contains(&time) && (time - f.start_s) % f.headway_s == 0
    };
    let mut exact = row.frequencies.iter().filter(|f| f.exact);
    let fits = parse_gtfs_time(said).is_some_and(|t| exact.clone().any(|f| is_departure(t, f)));
    if let Some(last) = exact.next_back().filter(|_| !fits) {
        let message = format!(
            "GTFS-rt trip_id {} has start_time of {said} and GTFS frequencies.txt start_time is {} with a \
             headway of {} seconds - the GTFS-rt start_time is not a multiple of headway_secs later than GTFS \
             start_time",
            row.id,
            format_gtfs_time(last.start_s),
            last.headway_s
        );
        found.add(E019, id, message);
    }
}

/// The standard's name of a `TripDescriptor.ScheduleRelationship`.
fn name_of(relationship: i32) -> String {
    let names = [
        "SCHEDULED",
        "ADDED",
        "UNSCHEDULED",
        "CANCELED",
        "4",
        "REPLACEMENT",
        "DUPLICATED",
        "DELETED",
        "NEW",
    ];
    let name = usize::try_from(relationship).ok().and_then(|r| names.get(r));
    name.map_or_else(|| relationship.to_string(), |n| (*n).to_owned())
}
