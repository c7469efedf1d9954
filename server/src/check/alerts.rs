//! Whom an alert informs: E030 to E034.

use super::catalogue::{E030, E031, E032, E033, E034};
use super::{Check, Found};
use crate::gtfs_realtime::EntitySelector;

pub(super) fn check(check: &Check<'_>, found: &mut Found<'_>) {
    for (entity, id) in check.entities() {
        let Some(alert) = &entity.alert else { continue };
        if alert.informed_entity.is_empty() {
            let message = format!(
                "alert ID {id} does not have an informed_entity - alerts must have at least one \
                 informed_entity"
            );
            found.add(E032, id, message);
        }
        for selector in &alert.informed_entity {
            specifiers(id, selector, found);
            if let Some(agency) =
                selector.agency_id.as_deref().filter(|a| !check.tables().has_agency(a))
            {
                let message = format!(
                    "alert ID {id} agency_id {agency} does not exist in the GTFS data agency.txt"
                );
                found.add(E034, id, message);
            }
            routes(check, id, selector, found);
        }
    }
}

fn specifiers(id: &str, selector: &EntitySelector, found: &mut Found<'_>) {
    let by_trip =
        selector.trip.as_ref().is_some_and(|t| t.trip_id.is_some() || t.route_id.is_some());
    let by_itself = selector.agency_id.is_some()
        || selector.route_id.is_some()
        || selector.route_type.is_some()
        || selector.stop_id.is_some();
    if !by_trip && !by_itself {
        let message = format!(
            "alert ID {id} informed_entity and informed_entity.trip do not reference any agency, route, trip, \
             or stop - alert informed_entity should have at least one specified value"
        );
        found.add(E033, id, message);
    }
}

fn routes(check: &Check<'_>, id: &str, selector: &EntitySelector, found: &mut Found<'_>) {
    let (Some(route), Some(trip)) = (selector.route_id.as_deref(), &selector.trip) else { return };
    let row = trip.trip_id.as_deref().and_then(|t| check.tables().trip(t));
    if let Some(row) = row.filter(|r| *r.route_id != *route) {
        let message = format!(
            "alert ID {id} informed_entity.trip.trip_id {} does not belong to informed_entity.route_id {route} \
             (GTFS says it belongs to route_id {}) - informed_entity.route_id must match GTFS data",
            row.id, row.route_id
        );
        found.add(E030, id, message);
    }
    if let Some(other) = trip.route_id.as_deref().filter(|r| *r != route) {
        let message = format!(
            "alert ID {id} informed_entity.route_id {route} does not equal informed_entity.trip.route_id \
             {other} - routes_ids must be the same"
        );
        found.add(E031, id, message);
    }
}
