//! Which trip: E003, E004, E016, E020, E021, E023, E024, E035, W006, W009.

use super::catalogue::{E003, E004, E016, E020, E021, E023, E024, E035, W006, W009};
use super::{Check, Found, subject};
use crate::gtfs_realtime::values::{TRIP_ADDED, TRIP_DUPLICATED, TRIP_NEW};
use crate::gtfs_realtime::{TripDescriptor, TripUpdate};
use transit::ServiceDate;
use transit::time::{format_gtfs_time, parse_gtfs_time};
use transit::timetable::FeedTables;

/// Hours are written up to here; 29:59:59 is a quarter to six of the next morning.
const HOURS_MOST: i32 = 29;

pub(super) fn check(check: &Check<'_>, found: &mut Found<'_>) {
    for (entity, id) in check.entities() {
        if let Some(update) = &entity.trip_update {
            let default = TripDescriptor::default();
            let trip = update.trip.as_ref().unwrap_or(&default);
            let subject = format!("trip_id {}", subject::text(trip.trip_id.as_ref()));
            let route = "route_id".to_owned();
            descriptor(check, id, &Said { trip, subject, route, is_position: false }, found);
            stop_relationship(id, update, found);
            if let Some(trip) = &update.trip {
                relationship(id, trip, found);
            }
        }
        if let Some(vehicle) = &entity.vehicle
            && let Some(trip) = &vehicle.trip
        {
            let vehicle = subject::vehicle_id(vehicle);
            let subject =
                format!("vehicle_id {vehicle} trip_id {}", subject::text(trip.trip_id.as_ref()));
            let route = format!("vehicle_id {vehicle} route_id");
            descriptor(check, id, &Said { trip, subject, route, is_position: true }, found);
            relationship(id, trip, found);
        }
        for trip in
            entity.alert.iter().flat_map(|a| &a.informed_entity).filter_map(|s| s.trip.as_ref())
        {
            of_route(check.tables(), id, trip, found);
            if trip.trip_id.is_none() {
                found.add(W006, id, format!("entity ID {id} does not contain a trip_id"));
            }
            relationship(id, trip, found);
        }
    }
}

/// A descriptor and how it is named.
struct Said<'a> {
    trip: &'a TripDescriptor,
    /// With vehicle and trip.
    subject: String,
    /// With vehicle and the word `route_id`.
    route: String,
    is_position: bool,
}

fn descriptor(check: &Check<'_>, id: &str, said: &Said<'_>, found: &mut Found<'_>) {
    let (tables, trip) = (check.tables(), said.trip);
    match trip.trip_id.as_deref() {
        None => found.add(W006, id, format!("entity ID {id} does not contain a trip_id")),
        // A position may leave the id empty to say that it has no trip.
        Some("") if said.is_position => {}
        Some(trip_id) => existence(tables, id, said, trip_id, found),
    }
    let subject = &said.subject;
    if let Some(time) = trip.start_time.as_deref().filter(|t| !is_time(t)) {
        let message = format!(
            "{subject} start_time is {time} which is not the valid format of HH:MM:SS or H:MM:SS"
        );
        found.add(E020, id, message);
    }
    if let Some(date) = trip.start_date.as_deref()
        && ServiceDate::parse(date).is_none()
    {
        let message =
            format!("{subject} start_date is {date} which is not the valid format of YYYYMMDD");
        found.add(E021, id, message);
    }
    let route_id = subject::text(trip.route_id.as_ref());
    if !route_id.is_empty() && !tables.has_route(route_id) {
        let message =
            format!("{} {route_id} does not exist in the GTFS data routes.txt", said.route);
        found.add(E004, id, message);
    }
    direction(tables, id, said, found);
    of_route(tables, id, trip, found);
}

fn existence(tables: &FeedTables, id: &str, said: &Said<'_>, trip_id: &str, found: &mut Found<'_>) {
    let relationship = said.trip.schedule_relationship;
    // NEW came with the standard of 2025 in the place of ADDED; a position names the copy that DUPLICATED makes.
    let is_added = matches!(relationship, Some(TRIP_ADDED | TRIP_NEW));
    let is_copy = said.is_position && relationship == Some(TRIP_DUPLICATED);
    let subject = &said.subject;
    let Some(row) = tables.trip(trip_id) else {
        if !is_added && !is_copy {
            let message = format!(
                "{subject} does not exist in the GTFS data and does not have schedule_relationship of ADDED"
            );
            found.add(E003, id, message);
        }
        return;
    };
    if is_added {
        let message =
            format!("{subject} has a schedule_relationship of ADDED but exists in the GTFS data");
        found.add(E016, id, message);
    }
    let start_time = said.trip.start_time.as_deref();
    let first = tables.stop_times(row).first().and_then(|t| t.arrival_s);
    if let Some((start_time, first)) = start_time.zip(first)
        && row.frequencies.is_empty()
        && parse_gtfs_time(start_time) != Some(first)
    {
        let message = format!(
            "GTFS-rt {subject} start_time is {start_time} and GTFS initial arrival_time is {} - times do not \
             match",
            format_gtfs_time(first)
        );
        found.add(E023, id, message);
    }
}

fn direction(tables: &FeedTables, id: &str, said: &Said<'_>, found: &mut Found<'_>) {
    let Some(direction) = said.trip.direction_id else { return };
    let row = said.trip.trip_id.as_deref().and_then(|t| tables.trip(t));
    if let Some(row) = row.filter(|r| r.direction != Some(direction)) {
        let gtfs = row.direction.map_or_else(|| "null".to_owned(), |d| d.to_string());
        let message = format!(
            "GTFS-rt {} trip.direction_id is {direction} but GTFS trip.direction_id is {gtfs} - direction_id \
             does not match",
            said.subject
        );
        found.add(E024, id, message);
    }
}

fn of_route(tables: &FeedTables, id: &str, trip: &TripDescriptor, found: &mut Found<'_>) {
    let (Some(trip_id), Some(route_id)) = (trip.trip_id.as_deref(), trip.route_id.as_deref())
    else {
        return;
    };
    // An unknown route is E004's, an unknown trip E003's.
    let row = tables.trip(trip_id).filter(|_| tables.has_route(route_id));
    if let Some(row) = row.filter(|r| *r.route_id != *route_id) {
        let message = format!(
            "GTFS-rt entity ID {id} trip_id {trip_id} has route_id {route_id} but belongs to GTFS route_id {} \
             in GTFS trips.txt",
            row.route_id
        );
        found.add(E035, id, message);
    }
}

/// Once for each trip.
fn stop_relationship(id: &str, update: &TripUpdate, found: &mut Found<'_>) {
    let stops = &update.stop_time_update;
    if let Some(stop) = stops.iter().find(|s| s.schedule_relationship.is_none()) {
        let message = format!(
            "{} {} (and potentially more for this trip) does not have a schedule_relationship",
            subject::of_update(id, update),
            subject::of_stop(stop)
        );
        found.add(W009, id, message);
    }
}

fn relationship(id: &str, trip: &TripDescriptor, found: &mut Found<'_>) {
    if trip.schedule_relationship.is_none() {
        let subject = subject::of_trip(id, Some(trip));
        found.add(W009, id, format!("{subject} does not have a schedule_relationship"));
    }
}

fn is_time(text: &str) -> bool {
    matches!(text.len(), 7 | 8)
        && !text.contains(' ')
        && parse_gtfs_time(text).is_some_and(|t| t / 3_600 <= HOURS_MOST)
}
