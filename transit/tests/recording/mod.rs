//! Recordings of real feeds, decoded as far as positions go. They are not part of the repository: a test
//! that needs one says so and passes where it is absent.

#![allow(clippy::struct_field_names, reason = "the standard names them")]

use prost::Message;
use std::io::Read;
use std::path::PathBuf;
use transit::ids::FeedIdx;
use transit::{LatLon, TripDescriptor, VehiclePosition};

#[derive(Clone, PartialEq, Message)]
pub struct FeedMessage {
    #[prost(message, optional, tag = "1")]
    pub header: Option<FeedHeader>,
    #[prost(message, repeated, tag = "2")]
    pub entity: Vec<FeedEntity>,
}

#[derive(Clone, PartialEq, Message)]
pub struct FeedHeader {
    #[prost(uint64, optional, tag = "3")]
    pub timestamp: Option<u64>,
}

#[derive(Clone, PartialEq, Message)]
pub struct FeedEntity {
    #[prost(string, tag = "1")]
    pub id: String,
    #[prost(message, optional, tag = "4")]
    pub vehicle: Option<Vehicle>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Vehicle {
    #[prost(message, optional, tag = "1")]
    pub trip: Option<Trip>,
    #[prost(message, optional, tag = "2")]
    pub position: Option<Position>,
    #[prost(uint64, optional, tag = "5")]
    pub timestamp: Option<u64>,
    #[prost(message, optional, tag = "8")]
    pub vehicle: Option<VehicleDescriptor>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Trip {
    #[prost(string, optional, tag = "1")]
    pub trip_id: Option<String>,
    #[prost(string, optional, tag = "2")]
    pub start_time: Option<String>,
    #[prost(string, optional, tag = "3")]
    pub start_date: Option<String>,
    #[prost(string, optional, tag = "5")]
    pub route_id: Option<String>,
    #[prost(uint32, optional, tag = "6")]
    pub direction_id: Option<u32>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Position {
    #[prost(float, tag = "1")]
    pub latitude: f32,
    #[prost(float, tag = "2")]
    pub longitude: f32,
    #[prost(float, optional, tag = "3")]
    pub bearing: Option<f32>,
    #[prost(float, optional, tag = "5")]
    pub speed: Option<f32>,
}

#[derive(Clone, PartialEq, Message)]
pub struct VehicleDescriptor {
    #[prost(string, optional, tag = "1")]
    pub id: Option<String>,
}

impl FeedEntity {
    /// The position as an event; `trip` as it should be named.
    pub fn position(&self) -> Option<VehiclePosition<'_>> {
        let v = self.vehicle.as_ref()?;
        let p = v.position.as_ref()?;
        let trip = v.trip.as_ref();
        Some(VehiclePosition {
            feed: FeedIdx(0),
            vehicle_id: v.vehicle.as_ref().and_then(|d| d.id.as_deref()).unwrap_or(&self.id),
            label: None,
            trip: TripDescriptor {
                trip_id: trip.and_then(|t| t.trip_id.as_deref()),
                route_id: trip.and_then(|t| t.route_id.as_deref()),
                direction_id: trip.and_then(|t| t.direction_id).map(|d| d as u8),
                start_time: trip.and_then(|t| t.start_time.as_deref()),
                start_date: trip.and_then(|t| t.start_date.as_deref()),
                ..TripDescriptor::default()
            },
            place: LatLon::new(p.latitude.into(), p.longitude.into()),
            bearing_deg: p.bearing,
            speed_mps: p.speed,
            measured_at: v.timestamp.map(|t| t as i64),
            stop_id: None,
            current_stop_sequence: None,
            stopped_at: None,
            occupancy_status: None,
        })
    }
}

/// A file of the shared data, if it is there.
pub fn shared(path: &str) -> Option<Vec<u8>> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(path);
    let bytes = std::fs::read(&file).ok();
    if bytes.is_none() {
        // Not eprintln!, which a test that passes keeps to itself.
        let text = format!("SKIPPED: {} is not there\n", file.display());
        let _ = std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes());
    }
    bytes
}

/// The messages of a zip of recordings, in name order.
pub fn messages(zip: &[u8]) -> Vec<FeedMessage> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
    let mut names: Vec<String> = zip.file_names().map(str::to_owned).collect();
    names.sort();
    let read = |name: &String| {
        let mut bytes = Vec::new();
        zip.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
        FeedMessage::decode(bytes.as_slice()).unwrap()
    };
    names.iter().filter(|n| !n.ends_with('/')).map(read).collect()
}
