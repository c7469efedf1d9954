//! Messages of the demo city, for tests that need a real one.

use prost::Message;
use server::gtfs_realtime::{
    FeedEntity, FeedHeader, FeedMessage, Position, TripDescriptor, VehicleDescriptor,
    VehiclePosition,
};
use simulator::{World, city};
use std::sync::Arc;
use transit::ids::FeedIdx;
use transit::timetable::load::LoadLimits;
use transit::{EpochS, Timetable};

/// The demo city's feed and its timetable.
pub fn city() -> (Vec<u8>, Arc<Timetable>) {
    let zip = city::almaty().unwrap();
    let (timetable, _) = Timetable::from_zip(&zip, LoadLimits::default()).unwrap();
    (zip, Arc::new(timetable))
}

/// A message with one vehicle.
pub fn small_message(at: u64) -> Vec<u8> {
    let vehicle = VehiclePosition {
        vehicle: Some(VehicleDescriptor { id: Some("1".into()), ..Default::default() }),
        position: Some(Position {
            latitude: Some(43.25),
            longitude: Some(76.9),
            ..Default::default()
        }),
        timestamp: Some(at),
        ..Default::default()
    };
    message(at, vec![vehicle])
}

/// What the city's feed shows at each of `times`.
pub fn messages(timetable: &Arc<Timetable>, times: &[EpochS]) -> Vec<Vec<u8>> {
    let config = city::demo_world(timetable);
    let mut world = World::new(Arc::clone(timetable), config, times[0]);
    times
        .iter()
        .map(|at| {
            world.advance(*at);
            let owned = |text: Option<&str>| text.map(str::to_owned);
            let vehicles = world.reports(FeedIdx(0)).map(|r| VehiclePosition {
                trip: r.trip.trip_id.map(|id| TripDescriptor {
                    trip_id: Some(id.to_owned()),
                    start_date: owned(r.trip.start_date),
                    start_time: owned(r.trip.start_time),
                    ..Default::default()
                }),
                vehicle: Some(VehicleDescriptor {
                    id: Some(r.vehicle_id.to_owned()),
                    ..Default::default()
                }),
                position: Some(Position {
                    latitude: Some(r.place.lat as f32),
                    longitude: Some(r.place.lon as f32),
                    ..Default::default()
                }),
                timestamp: r.measured_at.map(|t| t as u64),
                ..Default::default()
            });
            message(*at as u64, vehicles.collect())
        })
        .collect()
}

fn message(at: u64, vehicles: Vec<VehiclePosition>) -> Vec<u8> {
    let header = FeedHeader {
        gtfs_realtime_version: Some("2.0".into()),
        timestamp: Some(at),
        ..Default::default()
    };
    let entity = vehicles.into_iter().enumerate().map(|(i, vehicle)| FeedEntity {
        id: Some(i.to_string()),
        vehicle: Some(vehicle),
        ..Default::default()
    });
    FeedMessage { header: Some(header), entity: entity.collect() }.encode_to_vec()
}
