//! Positions as the bytes of a GTFS-realtime message, about as long as those of real feeds (133 B a vehicle).

use crate::grid::Fleet;
use bytes::Bytes;
use prost::Message;
use server::gtfs_realtime::{
    FeedEntity, FeedHeader, FeedMessage, Position, TripDescriptor, VehicleDescriptor,
    VehiclePosition,
};

/// The dataset of `index` as a message.
pub fn message(fleet: &Fleet, index: usize) -> Bytes {
    let positions = fleet.dataset(index, true);
    let entity = positions.iter().enumerate().map(|(i, p)| {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let vehicle = VehiclePosition {
            trip: Some(TripDescriptor {
                trip_id: owned(p.trip.trip_id),
                route_id: p.trip.trip_id.map(route_of),
                start_date: owned(p.trip.start_date),
                start_time: Some("06:00:00".to_owned()),
                ..TripDescriptor::default()
            }),
            vehicle: Some(VehicleDescriptor {
                id: Some(p.vehicle_id.to_owned()),
                label: Some(format!("{i:05} AB")),
                license_plate: None,
            }),
            position: Some(Position {
                latitude: Some(p.place.lat as f32),
                longitude: Some(p.place.lon as f32),
                bearing: Some(90.0),
                speed: Some(6.5),
                odometer: None,
            }),
            stop_id: Some(format!("S{i}_1")),
            timestamp: p.measured_at.map(|t| t as u64),
            ..VehiclePosition::default()
        };
        FeedEntity { id: Some(i.to_string()), vehicle: Some(vehicle), ..FeedEntity::default() }
    });
    let header = FeedHeader {
        gtfs_realtime_version: Some("2.0".to_owned()),
        timestamp: Some(fleet.at(index) as u64),
        ..FeedHeader::default()
    };
    FeedMessage { header: Some(header), entity: entity.collect() }.encode_to_vec().into()
}

/// `t12.3` is a trip of route `12`.
fn route_of(trip_id: &str) -> String {
    trip_id.trim_start_matches('t').split('.').next().unwrap_or_default().to_owned()
}
