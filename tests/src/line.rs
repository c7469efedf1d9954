//! One straight line on which buses drive exactly by the timetable, at every hour of every day: what the server
//! must say of it can be computed.

use anyhow::Result;
use prost::Message;
use server::gtfs_realtime::{
    FeedEntity, FeedHeader, FeedMessage, Position, TripDescriptor, VehicleDescriptor,
    VehiclePosition, values,
};
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use transit::time::format_gtfs_time;
use transit::{EpochS, LatLon, ServiceDate};
use zip::write::SimpleFileOptions;

/// The route's id.
pub const ROUTE: &str = "line";
/// A bus starts each so many seconds: not in step with the stops, so that something passes all the time.
pub const HEADWAY_S: EpochS = 15;
/// From stop to stop, seconds.
pub const STEP_S: EpochS = 20;
/// Stops of the line.
pub const STOPS: EpochS = 30;
/// From the first stop to the last, seconds.
pub const RUN_S: EpochS = STEP_S * (STOPS - 1);
/// Buses on the line at any time.
pub const BUSES: usize = (RUN_S / HEADWAY_S) as usize;

const DAY_S: EpochS = 86_400;
const FROM: LatLon = LatLon { lat: 43.0, lon: 76.0 };
/// Degrees of longitude from stop to stop: about 200 m.
const STEP_DEG: f64 = 0.002_46;

/// The static feed; `long_name` tells one edition from another.
///
/// # Errors
/// When the zip cannot be written.
pub fn timetable(long_name: &str) -> Result<Vec<u8>> {
    let mut stops = "stop_id,stop_name,stop_lat,stop_lon\n".to_owned();
    for i in 0..STOPS {
        let at = place(i as f64);
        writeln!(stops, "s{i},Stop {i},{},{:.6}", at.lat, at.lon)?;
    }
    let mut trips = "route_id,service_id,trip_id,trip_headsign,direction_id\n".to_owned();
    let mut times = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n".to_owned();
    for start in (0..DAY_S).step_by(HEADWAY_S as usize) {
        writeln!(trips, "{ROUTE},always,{},East,0", trip_id(start))?;
        for i in 0..STOPS {
            let at = format_gtfs_time((start + i * STEP_S) as i32);
            writeln!(times, "{},{at},{at},s{i},{}", trip_id(start), i + 1)?;
        }
    }
    let files = [
        (
            "agency.txt",
            "agency_id,agency_name,agency_url,agency_timezone,agency_lang\n\
            a,Agency of the Line,https://agency.example/,UTC,en\n"
                .to_owned(),
        ),
        (
            "routes.txt",
            format!(
                "route_id,agency_id,route_short_name,route_long_name,route_type\n{ROUTE},a,1,{long_name},3\n"
            ),
        ),
        (
            "calendar.txt",
            "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,\
            start_date,end_date\nalways,1,1,1,1,1,1,1,20200101,20391231\n"
                .to_owned(),
        ),
        ("stops.txt", stops),
        ("trips.txt", trips),
        ("stop_times.txt", times),
    ];
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        zip.start_file(name, SimpleFileOptions::default())?;
        zip.write_all(text.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

/// The feed of vehicle positions at `now`.
pub fn positions(now: EpochS) -> Vec<u8> {
    let first = (now - RUN_S).div_euclid(HEADWAY_S) + 1;
    let starts = (first..=now.div_euclid(HEADWAY_S)).map(|n| n * HEADWAY_S);
    message(now, starts.map(|start| entity(start, now)).collect())
}

/// A message of these entities.
pub fn message(now: EpochS, entity: Vec<FeedEntity>) -> Vec<u8> {
    let header = FeedHeader {
        gtfs_realtime_version: Some(values::VERSION.to_owned()),
        timestamp: Some(now as u64),
        ..FeedHeader::default()
    };
    FeedMessage { header: Some(header), entity }.encode_to_vec()
}

fn entity(start: EpochS, now: EpochS) -> FeedEntity {
    let at = place((now - start) as f64 / STEP_S as f64);
    let day = start.div_euclid(DAY_S);
    let vehicle = VehiclePosition {
        trip: Some(TripDescriptor {
            trip_id: Some(trip_id(start.rem_euclid(DAY_S))),
            start_date: Some(ServiceDate(day as i32).to_string()),
            ..TripDescriptor::default()
        }),
        vehicle: Some(VehicleDescriptor {
            id: Some(format!("bus-{}", start.div_euclid(HEADWAY_S) % 100)),
            ..VehicleDescriptor::default()
        }),
        position: Some(Position {
            latitude: Some(at.lat as f32),
            longitude: Some(at.lon as f32),
            ..Position::default()
        }),
        timestamp: Some(now as u64),
        ..VehiclePosition::default()
    };
    FeedEntity { id: Some(start.to_string()), vehicle: Some(vehicle), ..FeedEntity::default() }
}

fn trip_id(start_s: EpochS) -> String {
    format!("t{start_s}")
}

/// So many stops behind the first.
fn place(steps: f64) -> LatLon {
    LatLon::new(FROM.lat, FROM.lon + steps * STEP_DEG)
}
