//! Our own GTFS-realtime: the matched picture, for whoever reads the standard.

mod alerts;

use crate::clock::Clock;
use crate::engine::Metrics;
use crate::gtfs_realtime::{
    Alert, FeedEntity, FeedHeader, FeedMessage, Position, StopTimeEvent, StopTimeUpdate,
    TripDescriptor, TripUpdate, VehicleDescriptor, VehiclePosition, values,
};
use crate::published::{Publications, RealtimeFeeds};
use bytes::Bytes;
use prost::Message;
use std::sync::Arc;
use tokio::sync::watch;
use transit::monitor::{MatchState, VehicleState};
use transit::predict::Range;
use transit::time::format_gtfs_time;
use transit::{EpochS, Snapshot, Timetable, TripInstance};

/// Encodes each picture as it comes, beside the engine's path, until the engine is gone. A picture that
/// comes while the one before is being encoded is skipped for the newest.
pub async fn run(
    mut pictures: Publications,
    notices: watch::Receiver<Arc<Vec<Alert>>>,
    feeds: watch::Sender<Arc<RealtimeFeeds>>,
    clock: Clock,
    metrics: Arc<Metrics>,
) {
    loop {
        let published = Arc::clone(&pictures.borrow_and_update());
        let started = clock.elapsed();
        feeds.send_replace(Arc::new(encode(&published.snapshot, &Arc::clone(&notices.borrow()))));
        metrics.publish.add(clock.elapsed().saturating_sub(started));
        if pictures.changed().await.is_err() {
            return;
        }
    }
}

/// All three feeds of a picture; `notices` are the agencies' own alerts, passed on.
pub fn encode(snapshot: &Snapshot, notices: &[Alert]) -> RealtimeFeeds {
    let vehicles = snapshot.vehicles.iter().map(|v| vehicle_entity(snapshot, v)).collect();
    RealtimeFeeds {
        vehicle_positions: message(snapshot, vehicles),
        trip_updates: message(snapshot, trip_updates(snapshot)),
        alerts: message(snapshot, alerts::entities(snapshot, notices)),
    }
}

fn message(snapshot: &Snapshot, entity: Vec<FeedEntity>) -> Bytes {
    let header = FeedHeader {
        gtfs_realtime_version: Some(values::VERSION.to_owned()),
        incrementality: Some(values::FULL_DATASET),
        timestamp: epoch(snapshot.at),
        feed_version: snapshot.timetable.feed_version.clone(),
    };
    FeedMessage { header: Some(header), entity }.encode_to_vec().into()
}

fn epoch(at: EpochS) -> Option<u64> {
    u64::try_from(at).ok()
}

/// How the standard names a run.
fn trip_descriptor(timetable: &Timetable, instance: TripInstance) -> TripDescriptor {
    let trip = timetable.trip(instance.trip);
    let pattern = timetable.pattern(trip.pattern);
    let frequencies = timetable.frequencies(instance.trip);
    let relationship = if frequencies.iter().any(|f| !f.exact) {
        values::TRIP_UNSCHEDULED
    } else {
        values::TRIP_SCHEDULED
    };
    TripDescriptor {
        trip_id: Some(trip.id.to_string()),
        route_id: Some(timetable.route(pattern.route).id.to_string()),
        direction_id: pattern.direction.map(u32::from),
        start_time: (!frequencies.is_empty()).then(|| format_gtfs_time(instance.start_s)),
        start_date: Some(instance.service_date.to_string()),
        schedule_relationship: Some(relationship),
    }
}

fn vehicle_descriptor(vehicle: &VehicleState) -> VehicleDescriptor {
    VehicleDescriptor {
        id: Some(vehicle.vehicle_id.to_string()),
        label: vehicle.label.as_ref().map(ToString::to_string),
        license_plate: None,
    }
}

fn vehicle_entity(snapshot: &Snapshot, vehicle: &VehicleState) -> FeedEntity {
    let timetable = &*snapshot.timetable;
    let matched = vehicle.matched.as_ref();
    let next = matched.map(|m| {
        let pattern = timetable.pattern(m.pattern);
        let position = usize::from(m.next_stop_position).min(pattern.stops.len() - 1);
        (pattern.stop_sequences[position], timetable.stop(pattern.stops[position]).id.to_string())
    });
    let status = |at_stop| if at_stop { values::STOPPED_AT } else { values::IN_TRANSIT_TO };
    let trip = matched.map(|m| trip_descriptor(timetable, m.instance)).or_else(|| {
        let route_id = Some(timetable.route(vehicle.route?).id.to_string());
        Some(TripDescriptor { route_id, ..TripDescriptor::default() })
    });
    let position = VehiclePosition {
        trip,
        vehicle: Some(vehicle_descriptor(vehicle)),
        position: Some(Position {
            latitude: Some(vehicle.place.lat as f32),
            longitude: Some(vehicle.place.lon as f32),
            bearing: vehicle.bearing_deg,
            odometer: None,
            speed: vehicle.speed_mps,
        }),
        current_stop_sequence: next.as_ref().map(|n| n.0),
        stop_id: next.map(|n| n.1),
        current_status: matched.map(|m| status(m.at_stop)),
        timestamp: epoch(vehicle.measured_at),
        occupancy_status: vehicle.occupancy_status.map(i32::from),
    };
    FeedEntity {
        id: Some(format!("{}:{}", vehicle.feed.0, vehicle.vehicle_id)),
        vehicle: Some(position),
        ..FeedEntity::default()
    }
}

/// Expected times of the stops ahead, for each run that is driven; for two vehicles on a run, those of the
/// one that counts as its driver.
fn trip_updates(snapshot: &Snapshot) -> Vec<FeedEntity> {
    snapshot
        .vehicles
        .iter()
        .filter_map(|vehicle| {
            let matched = vehicle.matched.as_ref()?;
            let driver = snapshot.driver(matched.instance)?;
            (driver.vehicle == vehicle.vehicle).then(|| trip_update(snapshot, vehicle, matched))?
        })
        .collect()
}

fn trip_update(
    snapshot: &Snapshot,
    vehicle: &VehicleState,
    matched: &MatchState,
) -> Option<FeedEntity> {
    let timetable = &*snapshot.timetable;
    let instance = matched.instance;
    let pattern = timetable.pattern(matched.pattern);
    // Half of what eight arrivals in ten lie within.
    let uncertainty = |range: Option<Range>| range.map(|r| ((r.p90 - r.p10 + 1) / 2) as i32);
    let event = |expected: Option<EpochS>, scheduled: EpochS, range: Option<Range>| {
        expected.map(|time| StopTimeEvent {
            delay: Some((time - scheduled) as i32),
            time: Some(time),
            uncertainty: uncertainty(range),
        })
    };
    let stops: Vec<_> = snapshot
        .trip_stops(vehicle.vehicle)
        .iter()
        .filter(|s| s.expected_arrival.is_some() || s.expected_departure.is_some())
        .map(|s| StopTimeUpdate {
            stop_sequence: Some(pattern.stop_sequences[usize::from(s.stop_position)]),
            stop_id: Some(timetable.stop(s.stop).id.to_string()),
            arrival: event(s.expected_arrival, s.scheduled_arrival, s.range),
            departure: event(s.expected_departure, s.scheduled_departure, s.range),
            schedule_relationship: None,
        })
        .collect();
    if stops.is_empty() {
        return None;
    }
    let update = TripUpdate {
        trip: Some(trip_descriptor(timetable, instance)),
        vehicle: Some(vehicle_descriptor(vehicle)),
        stop_time_update: stops,
        timestamp: epoch(vehicle.measured_at),
        delay: matched.schedule_deviation_s,
    };
    let trip = &timetable.trip(instance.trip).id;
    Some(FeedEntity {
        id: Some(format!("{}:{trip}:{}", instance.service_date, instance.start_s)),
        trip_update: Some(update),
        ..FeedEntity::default()
    })
}
