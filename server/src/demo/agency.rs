//! The simulated agency: genuine GTFS-realtime over HTTP on a loopback port, truth included.

use crate::clock::Clock;
use crate::gtfs_realtime::{
    FeedEntity, FeedHeader, FeedMessage, Position, StopTimeEvent, StopTimeUpdate, TripDescriptor,
    TripUpdate, VehicleDescriptor, VehiclePosition, values,
};
use anyhow::{Context, Result};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use prost::Message;
use serde_json::{Value, json};
use simulator::{TrueVisit, Truth, VehicleNo, World};
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use transit::ids::FeedIdx;
use transit::{EpochS, ScheduleRelationship, Timetable, TripInstance};

/// True visits and happenings that `truth.json` tells, the newest.
const TRUTH_MAX: usize = 20_000;
/// A run without a visit for so long is no more told of in trip updates, seconds.
const FORGET_S: EpochS = 1_800;
/// The world is moved on at least so often, so that no request has to catch up.
const STEP: Duration = Duration::from_secs(1);

struct Desk {
    world: World,
    clock: Clock,
    visits: VecDeque<TrueVisit>,
    happenings: VecDeque<Value>,
    last: BTreeMap<VehicleNo, TrueVisit>,
}

type Shared = Arc<Mutex<Desk>>;

/// Opens the agency on a loopback port and returns its address. It ends with `stop`.
///
/// # Errors
/// When no loopback port can be had.
pub async fn open(world: World, clock: Clock, stop: CancellationToken) -> Result<SocketAddr> {
    let desk = Desk {
        world,
        clock,
        visits: VecDeque::new(),
        happenings: VecDeque::new(),
        last: BTreeMap::new(),
    };
    let desk: Shared = Arc::new(Mutex::new(desk));
    let app = Router::new()
        .route("/vehicle-positions.pb", get(vehicle_positions))
        .route("/trip-updates.pb", get(trip_updates))
        .route("/truth.json", get(truth))
        .with_state(Arc::clone(&desk));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .context("no loopback port for the simulated agency")?;
    let address = listener.local_addr()?;
    let ended = stop.clone();
    tokio::spawn(async move {
        let server = axum::serve(listener, app)
            .with_graceful_shutdown(async move { ended.cancelled().await });
        if let Err(error) = server.await {
            tracing::error!(%error, "the simulated agency cannot serve");
        }
    });
    tokio::spawn(async move {
        let mut steps = tokio::time::interval(STEP);
        while !stop.is_cancelled() {
            steps.tick().await;
            drop(moved_on(&desk));
        }
    });
    Ok(address)
}

/// The desk at the city's now.
fn moved_on(desk: &Shared) -> MutexGuard<'_, Desk> {
    let mut desk = desk.lock().unwrap_or_else(PoisonError::into_inner);
    let now = desk.clock.now();
    desk.world.advance(now);
    let Truth { visits, happenings, .. } = desk.world.drain_truth();
    let told: Vec<_> = happenings.iter().map(|h| happening(&desk.world, h)).collect();
    desk.happenings.extend(told);
    for visit in visits {
        desk.last.insert(visit.vehicle, visit);
        desk.visits.push_back(visit);
    }
    desk.last.retain(|_, v| v.departure > now - FORGET_S);
    while desk.visits.len() > TRUTH_MAX {
        desk.visits.pop_front();
    }
    while desk.happenings.len() > TRUTH_MAX {
        desk.happenings.pop_front();
    }
    desk
}

async fn vehicle_positions(State(desk): State<Shared>) -> Result<Bytes, StatusCode> {
    let desk = moved_on(&desk);
    if !desk.world.feed_is_up() {
        return Err(StatusCode::SERVICE_UNAVAILABLE);
    }
    let entities = desk.world.reports(FeedIdx(0)).map(|r| position_entity(&r)).collect();
    Ok(message(desk.world.now(), entities))
}

async fn trip_updates(State(desk): State<Shared>) -> Result<Bytes, StatusCode> {
    let desk = moved_on(&desk);
    if !desk.world.feed_is_up() {
        return Err(StatusCode::SERVICE_UNAVAILABLE);
    }
    let now = desk.world.now();
    let entities = desk.last.values().filter_map(|v| update_entity(&desk.world, v, now)).collect();
    Ok(message(now, entities))
}

async fn truth(State(desk): State<Shared>) -> Json<Value> {
    let desk = moved_on(&desk);
    let timetable = desk.world.timetable();
    let visits: Vec<_> = desk
        .visits
        .iter()
        .map(|v| {
            let pattern = timetable.pattern(v.pattern);
            let position = usize::from(v.stop_position);
            json!({
                "service_date": v.instance.service_date.to_string(),
                "trip_id": &*timetable.trip(v.instance.trip).id,
                "vehicle_id": desk.world.vehicle_id(v.vehicle),
                "stop_id": &*timetable.stop(pattern.stops[position]).id,
                "stop_sequence": pattern.stop_sequences[position],
                "arrival": v.arrival,
                "departure": v.departure,
                "boarded": v.boarded,
                "aboard": v.aboard,
            })
        })
        .collect();
    Json(json!({ "at": desk.world.now(), "visits": visits, "happenings": desk.happenings }))
}

fn happening(world: &World, h: &simulator::Happening) -> Value {
    use simulator::HappeningKind as Kind;
    let timetable = world.timetable();
    let (kind, instance, vehicle) = match h.kind {
        Kind::MissingRun { instance, .. } => ("missing_run", Some(instance), None),
        Kind::Breakdown { instance, vehicle, .. } => ("breakdown", Some(instance), Some(vehicle)),
        Kind::ShortTurn { instance, vehicle, .. } => ("short_turn", Some(instance), Some(vehicle)),
        Kind::Detour { instance, vehicle, .. } => ("detour", Some(instance), Some(vehicle)),
        Kind::Bunching { instance, vehicle, .. } => ("bunching", Some(instance), Some(vehicle)),
        Kind::Gap { instance, vehicle, .. } => ("gap", Some(instance), Some(vehicle)),
        Kind::Silence { vehicle } => ("silence", None, Some(vehicle)),
        Kind::FeedHole => ("feed_hole", None, None),
    };
    json!({
        "kind": kind,
        "trip_id": instance.map(|i| &*timetable.trip(i.trip).id),
        "vehicle_id": vehicle.map(|v| world.vehicle_id(v)),
        "route_id": h.route.map(|r| &*timetable.route(r).id),
        "stop_id": h.stop.map(|s| &*timetable.stop(s).id),
        "from": h.from,
        "to": h.to,
    })
}

fn message(at: EpochS, entity: Vec<FeedEntity>) -> Bytes {
    let header = FeedHeader {
        gtfs_realtime_version: Some(values::VERSION.to_owned()),
        incrementality: Some(values::FULL_DATASET),
        timestamp: u64::try_from(at).ok(),
        feed_version: None,
    };
    FeedMessage { header: Some(header), entity }.encode_to_vec().into()
}

fn position_entity(report: &transit::VehiclePosition<'_>) -> FeedEntity {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let trip = &report.trip;
    let given = trip.trip_id.is_some() || trip.route_id.is_some();
    let position = VehiclePosition {
        trip: given.then(|| TripDescriptor {
            trip_id: owned(trip.trip_id),
            route_id: owned(trip.route_id),
            direction_id: trip.direction_id.map(u32::from),
            start_time: owned(trip.start_time),
            start_date: owned(trip.start_date),
            schedule_relationship: Some(match trip.relationship {
                ScheduleRelationship::Unscheduled => values::TRIP_UNSCHEDULED,
                _ => values::TRIP_SCHEDULED,
            }),
        }),
        vehicle: Some(VehicleDescriptor {
            id: Some(report.vehicle_id.to_owned()),
            label: owned(report.label),
            license_plate: None,
        }),
        position: Some(Position {
            latitude: Some(report.place.lat as f32),
            longitude: Some(report.place.lon as f32),
            bearing: report.bearing_deg,
            odometer: None,
            speed: report.speed_mps,
        }),
        current_stop_sequence: report.current_stop_sequence,
        stop_id: owned(report.stop_id),
        current_status: report
            .stopped_at
            .map(|at| if at { values::STOPPED_AT } else { values::IN_TRANSIT_TO }),
        timestamp: report.measured_at.and_then(|t| u64::try_from(t).ok()),
        occupancy_status: report.occupancy_status.map(i32::from),
    };
    FeedEntity {
        id: Some(report.vehicle_id.to_owned()),
        vehicle: Some(position),
        ..FeedEntity::default()
    }
}

/// What an agency knows of a run: how late it left its last stop.
fn update_entity(world: &World, visit: &TrueVisit, now: EpochS) -> Option<FeedEntity> {
    let timetable = world.timetable();
    let pattern = timetable.pattern(visit.pattern);
    let position = usize::from(visit.stop_position);
    if visit.departure > now || position + 1 == pattern.stops.len() {
        return None;
    }
    let (_, scheduled) = timetable.scheduled(visit.instance, position);
    let stop = StopTimeUpdate {
        stop_sequence: Some(pattern.stop_sequences[position]),
        stop_id: Some(timetable.stop(pattern.stops[position]).id.to_string()),
        departure: Some(StopTimeEvent {
            delay: Some((visit.departure - scheduled) as i32),
            time: Some(visit.departure),
            uncertainty: Some(0),
        }),
        ..StopTimeUpdate::default()
    };
    let update = TripUpdate {
        trip: Some(descriptor(timetable, visit.instance)),
        vehicle: Some(VehicleDescriptor {
            id: Some(world.vehicle_id(visit.vehicle).to_owned()),
            ..VehicleDescriptor::default()
        }),
        stop_time_update: vec![stop],
        timestamp: u64::try_from(visit.departure).ok(),
        delay: None,
    };
    Some(FeedEntity {
        id: Some(format!("trip-{}", visit.vehicle.0)),
        trip_update: Some(update),
        ..FeedEntity::default()
    })
}

fn descriptor(timetable: &Timetable, instance: TripInstance) -> TripDescriptor {
    let trip = timetable.trip(instance.trip);
    let many = !timetable.frequencies(instance.trip).is_empty();
    TripDescriptor {
        trip_id: Some(trip.id.to_string()),
        route_id: Some(timetable.route(timetable.pattern(trip.pattern).route).id.to_string()),
        direction_id: timetable.pattern(trip.pattern).direction.map(u32::from),
        start_time: many.then(|| transit::time::format_gtfs_time(instance.start_s)),
        start_date: Some(instance.service_date.to_string()),
        schedule_relationship: None,
    }
}
