//! Vehicles and where they are: E026 to E029, E052, W002, W004.

use super::catalogue::{E026, E027, E028, E029, E052, W002, W004};
use super::{Check, Found, subject};
use crate::gtfs_realtime::values::EFFECT_DETOUR;
use crate::gtfs_realtime::{Position, VehiclePosition};
use std::collections::BTreeSet;
use transit::LatLon;
use transit::place::nearest_on_piece;

/// About 60 mph: faster ones often are miles an hour sent as m/s.
const SPEED_MOST_MPS: f32 = 26.0;
const MPH_PER_MPS: f32 = 2.236_94;
/// How far outside the whole area a vehicle may be (a mile).
const REGION_BUFFER_M: f64 = 1_609.0;
/// How far from its shape.
const TRIP_BUFFER_M: f64 = 200.0;
const M_PER_DEGREE: f64 = 111_195.0;
const MILES_PER_M: f64 = 0.000_621_371;

pub(super) fn check(check: &Check<'_>, found: &mut Found<'_>) {
    let mut seen = BTreeSet::new();
    for (entity, id) in check.entities() {
        if let Some(update) = &entity.trip_update
            && subject::text(update.vehicle.as_ref().and_then(|v| v.id.as_ref())).is_empty()
        {
            let subject = subject::of_update(id, update);
            found.add(W002, id, format!("{subject} does not have a vehicle_id"));
        }
        let Some(vehicle) = &entity.vehicle else { continue };
        let vehicle_id = subject::vehicle_id(vehicle);
        if vehicle_id.is_empty() {
            found.add(W002, id, format!("entity ID {id} does not have a vehicle_id"));
        } else if !seen.insert(vehicle_id) {
            let message = format!(
                "entity ID {id} has vehicle.id {vehicle_id} which is used by more than one vehicle in the feed"
            );
            found.add(E052, id, message);
        }
        if let Some(position) = &vehicle.position {
            let subject = subject::of_vehicle(id, vehicle);
            motion(id, &subject, position, found);
            place(check, id, &subject, vehicle, position, found);
        }
    }
}

fn motion(id: &str, subject: &str, position: &Position, found: &mut Found<'_>) {
    let realistic = 0.0..=SPEED_MOST_MPS;
    if let Some(speed) = position.speed.filter(|s| !realistic.contains(s)) {
        let message = format!(
            "{subject} speed of {speed:?} m/s ({:.2} mph) is unrealistic",
            speed * MPH_PER_MPS
        );
        found.add(W004, id, message);
    }
    if let Some(bearing) = position.bearing.filter(|b| !(0.0..=360.0).contains(b)) {
        let message = format!(
            "{subject} has bearing of {bearing:?} - bearing must be between 0 and 360 degrees (inclusive)"
        );
        found.add(E027, id, message);
    }
}

fn place(
    check: &Check<'_>,
    id: &str,
    subject: &str,
    vehicle: &VehiclePosition,
    position: &Position,
    found: &mut Found<'_>,
) {
    let (Some(lat), Some(lon)) = (position.latitude, position.longitude) else {
        let message =
            format!("{subject} position is missing lat/long - these are invalid WGS84 coordinates");
        found.add(E026, id, message);
        return;
    };
    if !(-90.0..=90.0).contains(&lat) || !(-180.0..=180.0).contains(&lon) {
        let message = format!(
            "{subject} has latitude/longitude of ({lat:?},{lon:?}) - these are invalid WGS84 coordinates"
        );
        found.add(E026, id, message);
        return;
    }
    let at = LatLon::new(f64::from(lat), f64::from(lon));
    let schedule = check.schedule;
    if schedule.bounds.is_some_and(|bounds| !is_within(at, bounds)) {
        let message = format!(
            "{subject} at ({lat:?},{lon:?}) is more than {REGION_BUFFER_M:.1} meters ({:.2} mile(s)) outside \
             entire GTFS {} coverage area - vehicle should be within area",
            REGION_BUFFER_M * MILES_PER_M,
            schedule.bounds_are_of
        );
        found.add(E028, id, message);
        return;
    }
    let trip_id = subject::trip_id(vehicle.trip.as_ref());
    let row = trip_id.filter(|_| schedule.use_shapes).and_then(|t| schedule.tables.trip(t));
    let Some((row, shape)) = row.and_then(|r| Some((r, schedule.tables.shape(r)?))) else { return };
    if distance_m(at, shape) > TRIP_BUFFER_M && !is_detoured(check, vehicle) {
        let message = format!(
            "{subject} trip_id {} at ({lat:?},{lon:?}) is more than {TRIP_BUFFER_M:.1} meters ({:.2} mile(s)) \
             from the GTFS trip shape - vehicle should be near trip shape or on DETOUR",
            row.id,
            TRIP_BUFFER_M * MILES_PER_M
        );
        found.add(E029, id, message);
    }
}

pub(super) fn is_within(at: LatLon, (sw, ne): (LatLon, LatLon)) -> bool {
    let lat = REGION_BUFFER_M / M_PER_DEGREE;
    let widest = sw.lat.abs().max(ne.lat.abs()).min(89.0);
    let lon = lat / widest.to_radians().cos();
    (sw.lat - lat..=ne.lat + lat).contains(&at.lat)
        && (sw.lon - lon..=ne.lon + lon).contains(&at.lon)
}

/// Metres from the nearest place of the line.
fn distance_m(at: LatLon, line: &[LatLon]) -> f64 {
    let to_first = line.first().map_or(f64::INFINITY, |p| at.distance_m(*p));
    let pieces = line.windows(2).map(|ends| nearest_on_piece(at, ends[0], ends[1]).1);
    pieces.fold(to_first, f64::min)
}

/// An alert of any feed of the moment sends its trip or route another way.
fn is_detoured(check: &Check<'_>, vehicle: &VehiclePosition) -> bool {
    let trip = vehicle.trip.as_ref();
    let (trip_id, route_id) =
        (trip.and_then(|t| t.trip_id.as_deref()), trip.and_then(|t| t.route_id.as_deref()));
    let alerts = check.all.iter().flat_map(|f| &f.entity).filter_map(|e| e.alert.as_deref());
    alerts.filter(|a| a.effect == Some(EFFECT_DETOUR)).flat_map(|a| &a.informed_entity).any(|s| {
        let of_trip = s.trip.as_ref();
        let same = |ours: Option<&str>, theirs: Option<&String>| {
            ours.is_some_and(|o| theirs.is_some_and(|t| t == o))
        };
        same(trip_id, of_trip.and_then(|t| t.trip_id.as_ref()))
            || same(route_id, of_trip.and_then(|t| t.route_id.as_ref()))
            || same(route_id, s.route_id.as_ref())
    })
}
