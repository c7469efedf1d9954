//! Our own GTFS-realtime: the matched picture, for whoever reads the standard.

mod alerts;

use crate::clock::Clock;
use crate::engine::Metrics;
use crate::gtfs_realtime::{
    FeedEntity, FeedHeader, FeedMessage, Position, StopTimeEvent, StopTimeUpdate, TripDescriptor,
    TripUpdate, VehicleDescriptor, VehiclePosition, values,
};
use crate::notices::Notice;
use crate::published::Publications;
use bytes::Bytes;
use prost::Message;
use std::sync::Arc;
use tokio::sync::Mutex;
use transit::monitor::{MatchState, VehicleState};
use transit::predict::{Basis, Range};
use transit::time::format_gtfs_time;
use transit::{EpochS, Snapshot, Timetable, TripInstance};

/// Which of the three feeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `/gtfs-rt/vehicle-positions.pb`.
    VehiclePositions,
    /// `/gtfs-rt/trip-updates.pb`.
    TripUpdates,
    /// `/gtfs-rt/alerts.pb`.
    Alerts,
}

impl Kind {
    /// All three.
    pub const ALL: [Self; 3] = [Self::VehiclePositions, Self::TripUpdates, Self::Alerts];
}

/// A feed of one picture.
#[derive(Clone, Debug)]
pub struct Encoded {
    /// Epoch and tick of the picture.
    pub of: (u32, u32),
    /// `FeedMessage`.
    pub bytes: Bytes,
}

/// Encodes the newest picture when somebody asks, once for all who ask within its tick, on a thread for such
/// work: nobody's tick waits for it, and a feed that nobody reads costs nothing.
pub struct RealtimeFeeds {
    pictures: Publications,
    clock: Clock,
    metrics: Arc<Metrics>,
    /// By kind: the newest that was asked for.
    kept: [Mutex<Option<Encoded>>; 3],
}

impl RealtimeFeeds {
    /// Feeds of `pictures`.
    pub fn new(pictures: Publications, clock: Clock, metrics: Arc<Metrics>) -> Self {
        Self { pictures, clock, metrics, kept: Default::default() }
    }

    /// A feed of the newest picture; `None` if it could not be encoded.
    pub async fn newest(&self, kind: Kind) -> Option<Encoded> {
        // Who asks for the same picture meanwhile waits here, and finds it done.
        let mut kept = self.kept[kind as usize].lock().await;
        let picture = Arc::clone(&self.pictures.borrow());
        let of = (picture.epoch, picture.tick);
        if let Some(known) = kept.as_ref().filter(|k| k.of == of) {
            return Some(known.clone());
        }
        let started = self.clock.elapsed();
        let work = move || encode(kind, &picture.snapshot, &picture.notices);
        let bytes = tokio::task::spawn_blocking(work).await.ok()?;
        self.metrics.publish.add(self.clock.elapsed().saturating_sub(started));
        Some(kept.insert(Encoded { of, bytes }).clone())
    }
}

/// One feed of a picture; `notices` are the agencies' own alerts, passed on.
pub fn encode(kind: Kind, snapshot: &Snapshot, notices: &[Notice]) -> Bytes {
    let entities = match kind {
        Kind::VehiclePositions => {
            snapshot.vehicles.iter().map(|v| vehicle_entity(snapshot, v)).collect()
        }
        Kind::TripUpdates => trip_updates(snapshot),
        Kind::Alerts => alerts::entities(snapshot, notices),
    };
    message(snapshot, entities)
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

/// Expected times of the stops ahead, for each run that is driven, and for the next of its vehicle's block; for
/// two vehicles on a run, those of the one that counts as its driver.
fn trip_updates(snapshot: &Snapshot) -> Vec<FeedEntity> {
    snapshot
        .vehicles
        .iter()
        .filter_map(|vehicle| {
            let matched = vehicle.matched.as_ref()?;
            let driver = snapshot.driver(matched.instance)?;
            (driver.vehicle == vehicle.vehicle).then_some((vehicle, matched))
        })
        .flat_map(|(vehicle, matched)| {
            [trip_update(snapshot, vehicle, matched), next_update(snapshot, vehicle)]
        })
        .flatten()
        .collect()
}

/// The run that a vehicle drives next, expected from where it is now.
fn next_update(snapshot: &Snapshot, vehicle: &VehicleState) -> Option<FeedEntity> {
    let timetable = &*snapshot.timetable;
    let next = snapshot.next_run(vehicle)?;
    let pattern = timetable.pattern(timetable.trip(next.trip).pattern);
    let mut stops = Vec::new();
    let (basis, _) = snapshot.predict(next, |p| {
        let position = usize::from(p.stop_position);
        let (arrival, departure) = timetable.scheduled(next, position);
        let range = Some(p.arrival);
        stops.push(StopTimeUpdate {
            stop_sequence: Some(pattern.stop_sequences[position]),
            stop_id: Some(timetable.stop(pattern.stops[position]).id.to_string()),
            arrival: event(Some(p.promised), arrival, range),
            departure: event(Some(p.departure), departure, range),
            schedule_relationship: None,
        });
        true
    })?;
    (basis == Basis::Block).then(|| entity_of_run(snapshot, vehicle, next, stops, None))
}

/// An expected instant. The uncertainty is half of what eight in ten lie within.
fn event(
    expected: Option<EpochS>,
    scheduled: EpochS,
    range: Option<Range>,
) -> Option<StopTimeEvent> {
    expected.map(|time| StopTimeEvent {
        delay: Some((time - scheduled) as i32),
        time: Some(time),
        uncertainty: range.map(|r| ((r.p90 - r.p10 + 1) / 2) as i32),
    })
}

fn entity_of_run(
    snapshot: &Snapshot,
    vehicle: &VehicleState,
    instance: TripInstance,
    stops: Vec<StopTimeUpdate>,
    delay: Option<i32>,
) -> FeedEntity {
    let trip = &snapshot.timetable.trip(instance.trip).id;
    let update = TripUpdate {
        trip: Some(trip_descriptor(&snapshot.timetable, instance)),
        vehicle: Some(vehicle_descriptor(vehicle)),
        stop_time_update: stops,
        timestamp: epoch(vehicle.measured_at),
        delay,
    };
    FeedEntity {
        id: Some(format!("{}:{trip}:{}", instance.service_date, instance.start_s)),
        trip_update: Some(update),
        ..FeedEntity::default()
    }
}

fn trip_update(
    snapshot: &Snapshot,
    vehicle: &VehicleState,
    matched: &MatchState,
) -> Option<FeedEntity> {
    let timetable = &*snapshot.timetable;
    let instance = matched.instance;
    let pattern = timetable.pattern(matched.pattern);
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
    let delay = matched.schedule_deviation_s;
    (!stops.is_empty()).then(|| entity_of_run(snapshot, vehicle, instance, stops, delay))
}
