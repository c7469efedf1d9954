//! Where the buses of a route were at another time: between the stops where the record saw them.

use super::{Reads, unreadable};
use crate::problem::ProblemResponse;
use crate::record::VisitRow;
use crate::store::Window;
use crate::view::View;
use api::{PastVehicle, PastVehicles};
use std::collections::BTreeMap;
use transit::{EpochS, LatLon, Timetable};

/// A vehicle that was seen at no stop for longer than this, before or after, is not placed, seconds.
const UNSEEN_S: EpochS = 20 * 60;

impl Reads {
    /// Vehicles of a route at `at`.
    pub async fn past_vehicles(
        &self,
        view: &View,
        route_id: &str,
        at: EpochS,
    ) -> Result<PastVehicles, ProblemResponse> {
        let window = Window { from: at - UNSEEN_S, to: at + UNSEEN_S };
        let visits = self.store.visits_of_route(route_id, None, window).await;
        let visits = visits.map_err(|error| unreadable(&error))?;
        let name = view.timetable().route_by_id(route_id).map(|r| view.route_name(r).to_owned());
        let name = name.unwrap_or_else(|| route_id.to_owned());
        let between = between(&visits, at).into_iter();
        let vehicles = between.filter_map(|(a, b)| {
            let place = place(view.timetable(), a, b, at)?;
            Some(PastVehicle {
                vehicle_id: a.vehicle_id.clone(),
                route_id: a.route_id.clone(),
                route_short_name: name.clone(),
                trip_id: a.trip_id.clone(),
                from_stop_id: a.stop_id.clone(),
                from_at: left(a),
                to_stop_id: b.stop_id.clone(),
                to_at: b.at(),
                lat: (place.lat * 1e6).round() / 1e6,
                lon: (place.lon * 1e6).round() / 1e6,
            })
        });
        Ok(PastVehicles { at, vehicles: vehicles.collect() })
    }
}

fn left(visit: &VisitRow) -> EpochS {
    visit.departure.or(visit.arrival).unwrap_or(visit.scheduled_departure)
}

/// Of each run the last visit before `at` and the first after it; the same one twice while it stood at a stop.
fn between(visits: &[VisitRow], at: EpochS) -> Vec<(&VisitRow, &VisitRow)> {
    type Run<'a> = (i32, &'a str, i32, &'a str);
    let mut runs: BTreeMap<Run<'_>, (Option<&VisitRow>, Option<&VisitRow>)> = BTreeMap::new();
    // By time, so that the last before and the first after stay.
    for visit in visits {
        let run = (visit.service_date, &*visit.trip_id, visit.start_s, &*visit.vehicle_id);
        let (before, after) = runs.entry(run).or_default();
        if visit.at() <= at {
            *before = Some(visit);
        }
        if left(visit) >= at && after.is_none() {
            *after = Some(visit);
        }
    }
    runs.into_values().filter_map(|(before, after)| before.zip(after)).collect()
}

/// Along the line of its trip, if the timetable in force has it; else straight on.
fn place(timetable: &Timetable, a: &VisitRow, b: &VisitRow, at: EpochS) -> Option<LatLon> {
    let (from, to) = (left(a), b.at());
    let fraction =
        if to > from { ((at - from) as f64 / (to - from) as f64).clamp(0.0, 1.0) } else { 0.0 };
    let on_line = || {
        let index = timetable.trip(timetable.trip_by_id(&a.trip_id)?).pattern;
        let pattern = timetable.pattern(index);
        let offset = |visit: &VisitRow| {
            let sequence = u32::try_from(visit.stop_sequence).ok()?;
            let position = pattern.stop_sequences.iter().position(|s| *s == sequence)?;
            let same = *timetable.stop(*pattern.stops.get(position)?).id == *visit.stop_id;
            pattern.stop_offsets_m.get(position).copied().filter(|_| same)
        };
        let (from_m, to_m) = (offset(a)?, offset(b)?);
        Some(timetable.shape_of(index).at(from_m + (to_m - from_m) * fraction))
    };
    let straight = || {
        let of = |visit: &VisitRow| timetable.stop(timetable.stop_by_id(&visit.stop_id)?).place;
        Some(of(a)?.lerp(of(b)?, fraction))
    };
    on_line().or_else(straight)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visit(vehicle: &str, sequence: i32, arrival: EpochS, departure: EpochS) -> VisitRow {
        VisitRow {
            service_date: 20_261_123,
            route_id: "r".to_owned(),
            direction_id: Some(0),
            trip_id: format!("of {vehicle}"),
            start_s: 0,
            vehicle_id: vehicle.to_owned(),
            stop_id: format!("s{sequence}"),
            stop_sequence: sequence,
            scheduled_arrival: arrival,
            scheduled_departure: departure,
            arrival: Some(arrival),
            departure: Some(departure),
            uncertainty_s: 5.0,
            trip_named: true,
        }
    }

    #[test]
    fn a_bus_is_between_the_stops_where_it_was_seen_or_at_one_of_them() {
        let mut visits = vec![
            visit("a", 1, 100, 110),
            visit("a", 2, 200, 230),
            visit("a", 3, 300, 310),
            // Seen before only, and after only: where they were is not known.
            visit("gone", 1, 120, 130),
            visit("to come", 1, 260, 270),
        ];
        visits.sort_by_key(VisitRow::at);
        let pairs = |at| {
            let found = between(&visits, at).into_iter();
            found
                .map(|(a, b)| (&*a.vehicle_id, a.stop_sequence, b.stop_sequence))
                .collect::<Vec<_>>()
        };
        assert_eq!(pairs(150), [("a", 1, 2)]);
        assert_eq!(pairs(215), [("a", 2, 2)]);
        assert_eq!(pairs(240), [("a", 2, 3)]);
        assert!(pairs(50).is_empty() && pairs(400).is_empty());
    }
}
