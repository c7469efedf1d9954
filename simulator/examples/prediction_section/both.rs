//! The one capture here in which an agency's positions and its own trip updates lie side by side and match the
//! timetable: five snapshots of a light railway (Sound Transit). It is short: no history, one look at each train,
//! some dozens of arrivals, and the judge is the agency's own later record of when its trains came.

use super::Failure;
use serde_json::Value;
use simulator::predictions::{Asking, Came};
use std::path::Path;
use std::sync::Arc;
use transit::ids::FeedIdx;
use transit::timetable::LoadLimits;
use transit::{
    EpochS, Event, LatLon, Monitor, MonitorConfig, ScheduleRelationship, ServiceDate,
    StopTimeUpdate, Timetable, TripDescriptor, TripInstance, TripUpdate, VehiclePosition,
};

const FEED: FeedIdx = FeedIdx(0);
/// Snapshots that follow each other closely enough for a later one to tell what came after an earlier one.
const SERIES: [&[EpochS]; 2] =
    [&[1_683_740_698, 1_683_740_798], &[1_683_914_528, 1_683_915_543, 1_683_915_993]];

/// What was asked and what came, of all series.
pub fn play(folder: &Path) -> Result<(Asking, Came), Failure> {
    let zip = std::fs::read(folder.join("gtfs.zip"))?;
    let timetable = Arc::new(Timetable::from_zip(&zip, LoadLimits::default())?.0);
    let (mut asking, mut came) = (Asking::default(), Came::new());
    for series in SERIES {
        let mut monitor = Monitor::new(Arc::clone(&timetable), MonitorConfig::default());
        for at in series {
            let read = |what: &str| -> Result<Value, Failure> {
                let path = folder.join(format!("{what}_{at}.json"));
                Ok(serde_json::from_slice(&std::fs::read(path)?)?)
            };
            let (positions, updates) = (read("vehicle_position")?, read("trip_update")?);
            note_arrivals(&timetable, &updates, *at, &mut came);
            tell(&mut monitor, *at, &positions, &updates);
            asking.ask(&monitor, *at);
        }
    }
    Ok((asking, came))
}

fn entities<'a>(message: &'a Value, what: &'a str) -> impl Iterator<Item = &'a Value> {
    let all = message["entity"].as_array().into_iter().flatten();
    all.map(move |entity| &entity[what]).filter(|v| !v.is_null())
}

fn tell(monitor: &mut Monitor, now: EpochS, positions: &Value, updates: &Value) {
    let mut effects = Vec::new();
    monitor.apply(now, &Event::DatasetStart { feed: FEED, header_at: Some(now) }, &mut effects);
    for vehicle in entities(positions, "vehicle") {
        monitor.apply(now, &Event::Position(position(vehicle)), &mut effects);
    }
    for update in entities(updates, "trip_update") {
        let update = TripUpdate {
            feed: FEED,
            trip: descriptor(&update["trip"]),
            vehicle_id: update["vehicle"]["id"].as_str(),
            measured_at: update["timestamp"].as_i64(),
            delay_s: None,
            stops: stops(update).map(stop_time).collect(),
        };
        monitor.apply(now, &Event::TripUpdate(update), &mut effects);
    }
    monitor.apply(now, &Event::DatasetEnd { feed: FEED }, &mut effects);
    monitor.apply(now, &Event::Tick, &mut effects);
}

fn descriptor(trip: &Value) -> TripDescriptor<'_> {
    TripDescriptor {
        trip_id: trip["trip_id"].as_str(),
        route_id: trip["route_id"].as_str(),
        direction_id: trip["direction_id"].as_u64().map(|d| d as u8),
        start_time: trip["start_time"].as_str(),
        start_date: trip["start_date"].as_str(),
        relationship: ScheduleRelationship::Scheduled,
    }
}

fn position(vehicle: &Value) -> VehiclePosition<'_> {
    let place = &vehicle["position"];
    let degrees = |name: &str| place[name].as_f64().unwrap_or(f64::NAN);
    VehiclePosition {
        feed: FEED,
        vehicle_id: vehicle["vehicle"]["id"].as_str().unwrap_or_default(),
        label: None,
        trip: descriptor(&vehicle["trip"]),
        place: LatLon::new(degrees("latitude"), degrees("longitude")),
        bearing_deg: None,
        speed_mps: None,
        measured_at: vehicle["timestamp"].as_i64(),
        stop_id: None,
        current_stop_sequence: None,
        stopped_at: None,
        occupancy_status: None,
    }
}

fn stops(update: &Value) -> impl Iterator<Item = &Value> {
    update["stop_time_update"].as_array().into_iter().flatten()
}

fn stop_time(stop: &Value) -> StopTimeUpdate<'_> {
    StopTimeUpdate {
        stop_sequence: stop["stop_sequence"].as_u64().map(|n| n as u32),
        stop_id: stop["stop_id"].as_str(),
        arrival: stop["arrival"]["time"].as_i64(),
        arrival_delay_s: None,
        departure: stop["departure"]["time"].as_i64(),
        departure_delay_s: None,
        skipped: false,
        no_data: false,
    }
}

/// Arrivals that lie behind the time of the snapshot have happened.
fn note_arrivals(timetable: &Timetable, updates: &Value, now: EpochS, came: &mut Came) {
    for update in entities(updates, "trip_update") {
        let trip = descriptor(&update["trip"]);
        let Some(index) = trip.trip_id.and_then(|id| timetable.trip_by_id(id)) else { continue };
        let Some(service_date) = trip.start_date.and_then(ServiceDate::parse) else { continue };
        let start_s = timetable.stop_times(index)[0].departure_s;
        let instance = TripInstance { service_date, trip: index, start_s };
        let pattern = timetable.pattern(timetable.trip(index).pattern);
        for stop in stops(update) {
            let sequence = stop["stop_sequence"].as_u64().map(|n| n as u32);
            let position = pattern.stop_sequences.iter().position(|s| Some(*s) == sequence);
            let first = position == Some(0);
            let told = &stop[if first { "departure" } else { "arrival" }]["time"];
            if let (Some(position), Some(at)) = (position, told.as_i64().filter(|at| *at < now)) {
                came.insert((instance, position as u16), at);
            }
        }
    }
}
