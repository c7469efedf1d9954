//! Vehicles on the wire.

use super::{Bounds, View, headway_status};
use api::{TripStop, Vehicle, VehicleList};
use transit::ids::{RouteIdx, VehicleIdx};
use transit::monitor::VehicleState;

/// Which vehicles.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct VehicleFilter {
    /// Only in here.
    pub bounds: Option<Bounds>,
    /// Only of this route.
    pub route: Option<RouteIdx>,
}

impl VehicleFilter {
    fn passes(&self, vehicle: &VehicleState) -> bool {
        self.bounds.is_none_or(|b| b.contains(vehicle.place))
            && self.route.is_none_or(|r| vehicle.route == Some(r))
    }
}

impl View {
    /// Vehicles that pass `filter`, by index, at most `limit`.
    pub fn vehicles(&self, filter: VehicleFilter, limit: usize) -> VehicleList {
        let mut passing = self.snapshot().vehicles.iter().filter(|v| filter.passes(v));
        let vehicles: Vec<Vehicle> =
            passing.by_ref().take(limit).map(|v| self.vehicle(v)).collect();
        VehicleList { at: self.snapshot().at, vehicles, more: passing.next().is_some() }
    }

    /// The vehicle of an index, if it was heard of lately.
    pub fn vehicle_of(&self, vehicle: VehicleIdx) -> Option<&VehicleState> {
        let all = &self.snapshot().vehicles;
        all.binary_search_by_key(&vehicle, |v| v.vehicle).ok().map(|i| &all[i])
    }

    /// The vehicle of an id; where several feeds use the same id, the one heard of last.
    pub fn vehicle_by_id(&self, id: &str) -> Option<&VehicleState> {
        let named = self.snapshot().vehicles.iter().filter(|v| &*v.vehicle_id == id);
        named.max_by_key(|v| v.measured_at)
    }

    /// A vehicle.
    pub fn vehicle(&self, v: &VehicleState) -> Vehicle {
        let timetable = self.timetable();
        let matched = v.matched.as_ref();
        let pattern = matched.map(|m| timetable.pattern(m.pattern));
        let route = v.route.map(|r| timetable.route(r));
        let next = matched.zip(pattern).and_then(|(m, p)| {
            p.stops.get(m.next_stop_position as usize).map(|s| timetable.stop(*s))
        });
        Vehicle {
            vehicle_id: v.vehicle_id.to_string(),
            label: v.label.as_deref().map(str::to_owned),
            route_id: route.map(|r| r.id.to_string()),
            route_short_name: v.route.map(|r| self.route_name(r).to_owned()),
            direction_id: pattern.and_then(|p| p.direction),
            trip_id: matched.map(|m| timetable.trip(m.instance.trip).id.to_string()),
            service_date: matched.map(|m| m.instance.service_date.to_string()),
            headsign: pattern.map(|p| self.translated(&p.headsign).to_owned()),
            lat: degrees(v.place.lat),
            lon: degrees(v.place.lon),
            bearing_deg: v.bearing_deg,
            speed_mps: v.speed_mps,
            measured_at: v.measured_at,
            pattern_id: matched.map(|m| m.pattern.0),
            along_m: matched.map(|m| (m.along_m * 10.0).round() / 10.0),
            next_stop_id: next.map(|s| s.id.to_string()),
            next_stop_name: next.map(|s| self.translated(&s.name).to_owned()),
            at_stop: matched.is_some_and(|m| m.at_stop),
            schedule_deviation_s: matched.and_then(|m| m.schedule_deviation_s),
            headway_s: matched.and_then(|m| m.headway_s),
            scheduled_headway_s: matched.and_then(|m| m.scheduled_headway_s),
            headway_status: matched
                .map_or(api::HeadwayStatus::Unknown, |m| headway_status(m.headway_status)),
            leader_vehicle_id: matched
                .and_then(|m| m.leader)
                .and_then(|l| self.vehicle_of(l))
                .map(|l| l.vehicle_id.to_string()),
            off_route: v.off_route,
            layover: v.layover,
            occupancy_status: v.occupancy_status,
            trip_named: matched.is_some_and(|m| m.trip_named),
        }
    }

    /// Every stop of the run that a vehicle drives: plan, fact, expectation. Empty while it is not matched.
    pub fn trip_stops(&self, vehicle: &VehicleState) -> Vec<TripStop> {
        let timetable = self.timetable();
        let Some(pattern) = vehicle.matched.map(|m| timetable.pattern(m.pattern)) else {
            return Vec::new();
        };
        let stops = self.snapshot().trip_stops(vehicle.vehicle);
        let stops = stops.into_iter().filter_map(|s| {
            let position = s.stop_position as usize;
            let stop = timetable.stop(s.stop);
            Some(TripStop {
                stop_id: stop.id.to_string(),
                stop_name: self.translated(&stop.name).to_owned(),
                stop_sequence: *pattern.stop_sequences.get(position)?,
                offset_m: (pattern.stop_offsets_m.get(position)? * 10.0).round() / 10.0,
                scheduled_arrival: s.scheduled_arrival,
                scheduled_departure: s.scheduled_departure,
                arrival: s.arrival,
                departure: s.departure,
                expected_arrival: s.expected_arrival,
                expected_earliest: s.range.map(|r| r.p10),
                expected_latest: s.range.map(|r| r.p90),
                headway_s: s.headway_s,
            })
        });
        stops.collect()
    }
}

/// To a tenth of a metre: what lies below is noise, and doubles an answer.
fn degrees(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}
