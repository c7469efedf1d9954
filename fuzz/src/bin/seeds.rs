//! Writes the seeds of the corpora, from nothing but this file: `cargo run -p fuzz --bin seeds`.

use fuzz::gtfs_realtime::{
    Alert, EntitySelector, FeedEntity, FeedHeader, FeedMessage, Position, StopTimeEvent,
    StopTimeUpdate, TranslatedString, Translation, TripDescriptor, TripUpdate, VehicleDescriptor,
    VehiclePosition,
};
use fuzz::timetable::FILE_MARK;
use prost::Message;
use std::io;
use std::path::Path;

fn header() -> FeedHeader {
    FeedHeader {
        gtfs_realtime_version: Some("2.0".into()),
        incrementality: Some(0),
        timestamp: Some(1_772_400_000),
        feed_version: Some("1".into()),
    }
}

fn trip(number: usize) -> TripDescriptor {
    TripDescriptor {
        trip_id: Some(format!("t{number}")),
        route_id: Some("5".into()),
        direction_id: Some(number as u32 % 2),
        start_time: Some("08:00:00".into()),
        start_date: Some("20260302".into()),
        schedule_relationship: Some(0),
    }
}

fn position(number: usize, moved: usize) -> FeedEntity {
    let vehicle = VehiclePosition {
        trip: Some(trip(number)),
        vehicle: Some(VehicleDescriptor {
            id: Some(format!("bus{number}")),
            label: Some(format!("{number}")),
            license_plate: number.is_multiple_of(2).then(|| "A 1".to_owned()),
        }),
        position: Some(Position {
            latitude: Some(43.2 + moved as f32 * 1e-3),
            longitude: Some(76.9),
            bearing: Some(90.0),
            odometer: number.is_multiple_of(3).then_some(12.0),
            speed: Some(5.5),
        }),
        current_stop_sequence: Some(number as u32),
        stop_id: Some("A".into()),
        current_status: Some(1),
        timestamp: Some(1_772_399_990 + moved as u64),
        occupancy_status: Some(2),
    };
    FeedEntity { id: Some(number.to_string()), vehicle: Some(vehicle), ..FeedEntity::default() }
}

fn update(number: usize) -> FeedEntity {
    let at = Some(StopTimeEvent { delay: Some(-30), time: Some(1_772_400_100), uncertainty: None });
    let stop = StopTimeUpdate {
        stop_sequence: Some(2),
        stop_id: Some("B".into()),
        arrival: at,
        departure: at,
        schedule_relationship: Some(number as i32 % 3),
    };
    let update = TripUpdate {
        trip: Some(trip(number)),
        vehicle: None,
        stop_time_update: vec![stop; 2],
        timestamp: Some(1_772_399_000),
        delay: Some(60),
    };
    FeedEntity {
        id: Some(format!("u{number}")),
        trip_update: Some(update),
        ..FeedEntity::default()
    }
}

fn alert() -> FeedEntity {
    let words = |text: &str| {
        let translation = Translation { text: Some(text.into()), language: Some("en".into()) };
        Some(TranslatedString { translation: vec![translation] })
    };
    let whom = EntitySelector { route_id: Some("5".into()), ..EntitySelector::default() };
    let alert = Alert {
        informed_entity: vec![whom],
        effect: Some(4),
        header_text: words("Detour"),
        description_text: words("By another street"),
        ..Alert::default()
    };
    FeedEntity { id: Some("a".into()), alert: Some(Box::new(alert)), ..FeedEntity::default() }
}

fn message(entity: Vec<FeedEntity>) -> Vec<u8> {
    FeedMessage { header: Some(header()), entity }.encode_to_vec()
}

/// Two bodies, as the target splits them.
fn pair(first: &[u8], second: &[u8]) -> Vec<u8> {
    [&(first.len() as u16).to_be_bytes()[..], first, second].concat()
}

fn decoder_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let three = message((0..3).map(|n| position(n, 0)).collect());
    let one_moved = message((0..3).map(|n| position(n, usize::from(n == 1))).collect());
    let one_left = message(vec![position(0, 0), position(2, 0)]);
    let one_came = message(vec![position(7, 0), position(0, 0), position(1, 0), position(2, 0)]);
    let twice = message(vec![position(1, 3), position(1, 1), position(1, 3)]);
    let mixed = message(vec![position(0, 0), update(1), alert(), update(2)]);
    let mut spoiled = three.clone();
    let at = spoiled.windows(4).position(|w| w == b"bus1").unwrap_or(0);
    spoiled[at] = 0xff;
    let nothing = FeedEntity { id: Some("x".into()), ..FeedEntity::default() };
    let deleted = FeedEntity { is_deleted: Some(true), ..position(4, 0) };
    let html = b"<!DOCTYPE html><html><title>503</title></html>";
    vec![
        ("same", pair(&three, &three)),
        ("moved", pair(&three, &one_moved)),
        ("left", pair(&three, &one_left)),
        ("came", pair(&three, &one_came)),
        ("twice", pair(&twice, &three)),
        ("twice-then", pair(&three, &twice)),
        ("mixed", pair(&mixed, &mixed)),
        ("spoiled", pair(&spoiled, &three)),
        ("spoiled-then", pair(&three, &spoiled)),
        ("nothing", pair(&message(vec![nothing, deleted]), &message(Vec::new()))),
        ("html", pair(html, b"{\"header\": {}}")),
        ("cut", pair(&three[..three.len() - 9], b"")),
    ]
}

/// A small feed; `change` may spoil a file.
fn feed(change: impl Fn(&str, String) -> String) -> Vec<u8> {
    let files = [
        (
            "agency.txt",
            "agency_name,agency_url,agency_timezone\nBus,http://b.example,Asia/Almaty\n",
        ),
        (
            "stops.txt",
            "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\nA,First,43.20,76.90,,\n\
             B,Second,43.21,76.90,,S\nC,Third,43.22,76.90,0,\nS,Station,43.21,76.901,1,\n",
        ),
        ("routes.txt", "route_id,route_short_name,route_type,route_color\n5,5,3,00AA00\n"),
        (
            "calendar.txt",
            "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n\
             w,1,1,1,1,1,0,0,20260101,20261231\n",
        ),
        ("calendar_dates.txt", "service_id,date,exception_type\nw,20260309,2\nw,20260314,1\n"),
        (
            "trips.txt",
            "route_id,service_id,trip_id,direction_id,shape_id,block_id,trip_headsign\n\
             5,w,t1,0,h,b,Third\n5,w,t2,1,,b,\n5,w,t3,0,h,,\n",
        ),
        (
            "stop_times.txt",
            "trip_id,arrival_time,departure_time,stop_id,stop_sequence,timepoint,shape_dist_traveled\n\
             t1,08:00:00,08:00:00,A,1,1,0\nt1,,,B,2,0,1.1\nt1,08:10:00,08:11:00,C,3,1,2.2\n\
             t2,25:00:00,25:00:30,C,5,,\nt2,25:09:00,,B,7,,\nt2,25:20:00,25:20:00,A,9,,\n\
             t3,00:00:00,00:00:00,A,1,,\nt3,00:09:00,00:09:00,C,2,,\n",
        ),
        (
            "frequencies.txt",
            "trip_id,start_time,end_time,headway_secs,exact_times\nt3,06:00:00,09:00:00,600,1\n",
        ),
        (
            "shapes.txt",
            "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence,shape_dist_traveled\nh,43.20,76.90,1,0\n\
             h,43.21,76.9001,2,1.1\nh,43.22,76.90,3,2.2\n",
        ),
        (
            "feed_info.txt",
            "feed_publisher_name,feed_publisher_url,feed_lang,feed_version\nBus,http://b.example,kk,1\n",
        ),
        (
            "translations.txt",
            "table_name,field_name,language,translation,record_id\nstops,stop_name,ru,Pervaya,A\n",
        ),
    ];
    let text =
        files.map(|(name, text)| format!("{FILE_MARK}{name}\n{}", change(name, text.into())));
    text.concat().into_bytes()
}

fn timetable_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let swap = |file: &'static str, from: &'static str, to: &'static str| {
        feed(|name, text| if name == file { text.replace(from, to) } else { text })
    };
    vec![
        ("whole", feed(|_, text| text)),
        ("crlf", feed(|_, text| text.replace('\n', "\r\n"))),
        ("quoted", swap("stops.txt", "Second", "\"Sec, \"\"o\"\"\nnd\"")),
        ("unclosed", swap("stops.txt", "Second", "\"Second")),
        ("no-shape", swap("shapes.txt", "h,", "other,")),
        ("backwards", swap("stop_times.txt", "08:10:00", "07:10:00")),
        ("no-times", swap("stop_times.txt", "08:10:00,08:11:00", ",")),
        ("far", swap("stops.txt", "43.22", "-43.22")),
        ("line", swap("shapes.txt", "76.9001", "179.99")),
        ("long-block", swap("trips.txt", ",b,", ",a long name of a block,")),
        ("every-second", swap("frequencies.txt", ",600,", ",1,")),
        ("no-rows", feed(|_, text| text.lines().take(1).collect())),
        ("mark", feed(|_, text| format!("\u{feff}{text}"))),
        ("numbers", swap("stop_times.txt", ",1,", ",4294967296,")),
    ]
}

/// Buses of one trip after another, driven by small steps: as the target reads its bytes.
fn monitor_seeds() -> Vec<(String, Vec<u8>)> {
    let drive = |trip: u8, vehicle: u8, step: u8, pause: u8| {
        let mut bytes = Vec::new();
        for n in 0..24_u8 {
            bytes.extend([pause, 1, 0, 5]);
            bytes.extend([0, 60, 0, vehicle, 9, trip, 9, 0, 9, 0, 0]);
            bytes.extend([20 + n.saturating_mul(step) / 4, 20, 0, 6, 5, 9, 0, 1, 2]);
            bytes.extend([0, 2, 0, 10, 0]);
        }
        bytes
    };
    let mut seeds = Vec::new();
    for (i, trip) in [0_u8, 3, 5, 7, 8, 9, 10].into_iter().enumerate() {
        seeds.push((format!("trip-{trip}"), drive(trip, i as u8, 20, 15)));
    }
    let two = [drive(0, 0, 20, 15), vec![1, 5, 1], drive(0, 1, 20, 15)].concat();
    let back = [drive(0, 0, 20, 20), vec![254, 0], drive(1, 0, 20, 20)].concat();
    let week = [drive(0, 0, 20, 20), vec![255, 0], drive(0, 0, 20, 20)].concat();
    let fast = drive(0, 2, 60, 3);
    let cancelled = [vec![1, 20, 2, 0, 0, 9, 0, 9, 9, 1], drive(0, 0, 20, 15)].concat();
    for (name, bytes) in
        [("two", two), ("back", back), ("week", week), ("fast", fast), ("cancelled", cancelled)]
    {
        seeds.push((name.to_owned(), bytes));
    }
    seeds
}

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let named = |all: Vec<(&str, Vec<u8>)>| {
        all.into_iter().map(|(n, b)| (n.to_owned(), b)).collect::<Vec<_>>()
    };
    for (target, seeds) in [
        ("decode", named(decoder_seeds())),
        ("timetable", named(timetable_seeds())),
        ("monitor", monitor_seeds()),
    ] {
        std::fs::create_dir_all(root.join(target))?;
        for (name, bytes) in seeds {
            std::fs::write(root.join(target).join(name), bytes)?;
        }
    }
    Ok(())
}
