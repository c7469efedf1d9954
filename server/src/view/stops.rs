//! Stops and their boards on the wire.

use super::{Bounds, View, headway_status, non_empty};
use api::{Arrival, Departure, Stop, StopDetail, StopList};
use transit::LatLon;
use transit::ids::StopIdx;
use transit::monitor::{BoardArrival, BoardDeparture};

/// Most rows of each half of a stop's board.
pub const BOARD_ROWS_MAX: usize = 40;

impl View {
    /// Served stops in a box, at most `limit`; without a box the first of the timetable.
    pub fn stops(&self, bounds: Option<Bounds>, limit: usize) -> StopList {
        let timetable = self.timetable();
        let served = |stop: &StopIdx| !timetable.stop(*stop).served_by.is_empty();
        let found: Vec<StopIdx> = match bounds {
            Some(b) => {
                let corners = (LatLon::new(b.south, b.west), LatLon::new(b.north, b.east));
                let mut found = timetable.spatial.stops_in(corners.0, corners.1, usize::MAX);
                found.retain(served);
                found.sort_unstable();
                found
            }
            None => (0..timetable.stops.len()).map(StopIdx::from).filter(served).collect(),
        };
        StopList {
            at: self.snapshot().at,
            more: found.len() > limit,
            stops: found.into_iter().take(limit).map(|s| self.stop(s)).collect(),
        }
    }

    /// A stop.
    pub fn stop(&self, index: StopIdx) -> Stop {
        let stop = self.timetable().stop(index);
        let children = self.fixed.children_of(index);
        // A node without a place of its own stands where its first platform stands.
        let place = stop
            .place
            .or_else(|| children.iter().find_map(|c| self.timetable().stop(*c).place))
            .unwrap_or_default();
        Stop {
            stop_id: stop.id.to_string(),
            code: non_empty(&stop.code),
            name: self.translated(&stop.name).to_owned(),
            lat: place.lat,
            lon: place.lon,
            routes: self.route_names(&self.fixed.routes_at(index)),
        }
    }

    /// A stop with its board; of a station, the boards of all its platforms together.
    pub fn stop_detail(&self, index: StopIdx) -> StopDetail {
        let board = self.snapshot().board(index);
        StopDetail {
            at: self.snapshot().at,
            stop: self.stop(index),
            next: board.next.iter().take(BOARD_ROWS_MAX).map(|a| self.arrival(a)).collect(),
            last: board
                .last
                .iter()
                .take(BOARD_ROWS_MAX)
                .filter_map(|d| self.departure(d))
                .collect(),
            alerts: self.alerts(None, Some(index)).alerts,
        }
    }

    fn arrival(&self, a: &BoardArrival) -> Arrival {
        let timetable = self.timetable();
        let trip = timetable.trip(a.instance.trip);
        let pattern = timetable.pattern(trip.pattern);
        let vehicle = a.vehicle.and_then(|v| self.vehicle_of(v));
        Arrival {
            route_id: timetable.route(pattern.route).id.to_string(),
            route_short_name: self.route_name(pattern.route).to_owned(),
            direction_id: pattern.direction,
            headsign: self.translated(&pattern.headsign).to_owned(),
            trip_id: trip.id.to_string(),
            scheduled: a.scheduled,
            expected: a.expected,
            expected_earliest: a.range.map(|r| r.p10),
            expected_latest: a.range.map(|r| r.p90),
            vehicle_id: vehicle.map(|v| v.vehicle_id.to_string()),
            headway_status: vehicle
                .and_then(|v| v.matched)
                .map_or(api::HeadwayStatus::Unknown, |m| headway_status(m.headway_status)),
        }
    }

    /// `None` when the vehicle has not been heard of for so long that its name is gone.
    fn departure(&self, d: &BoardDeparture) -> Option<Departure> {
        let timetable = self.timetable();
        let trip = timetable.trip(d.instance.trip);
        let pattern = timetable.pattern(trip.pattern);
        Some(Departure {
            route_id: timetable.route(pattern.route).id.to_string(),
            route_short_name: self.route_name(pattern.route).to_owned(),
            direction_id: pattern.direction,
            headsign: self.translated(&pattern.headsign).to_owned(),
            trip_id: trip.id.to_string(),
            vehicle_id: self.vehicle_of(d.vehicle)?.vehicle_id.to_string(),
            scheduled: d.scheduled,
            departed: d.departed,
            headway_s: d.headway_s,
            scheduled_headway_s: d.scheduled_headway_s,
            headway_status: headway_status(d.headway_status),
        })
    }
}
