//! Real feeds as they were recorded. They lie beside the repository, never in it, and have no truth: what
//! can be said is how much was matched, refused and known.

use crate::recording::{FeedEntity, FeedMessage, messages, shared};
use prost::Message as _;
use simulator::WorldConfig;
use simulator::score::report::Table;
use simulator::score::trial::{Trial, WINDOW_S, judged};
use std::sync::Arc;
use transit::ids::FeedIdx;
use transit::timetable::LoadLimits;
use transit::{
    Effect, Event, HeadwayStatus, Monitor, MonitorConfig, RejectReason, ServiceDate, Timetable,
    TripDescriptor,
};

const FEED: FeedIdx = FeedIdx(0);

const HEAD: [&str; 10] = [
    "positions",
    "vehicles on a run",
    "of them, headway known",
    "refused",
    "visits",
    "headways",
    "headways known",
    "bunching / gap",
    "missing run / detour",
    "feed down",
];

/// A vehicle counts while its position is at most so old, seconds.
const HEARD_S: i64 = 300;

/// Name, static feed, recording (a zip of messages, or one message), and whether trips are told.
const CAPTURES: [(&str, &str, &str, bool); 6] = [
    (
        "Austin, Friday morning, each 30 s",
        "capmetro-austin-2016/gtfs.zip",
        "capmetro-austin-2016/vehicle-positions-2016-12-16-30s.zip",
        true,
    ),
    (
        "the same, routes only",
        "capmetro-austin-2016/gtfs.zip",
        "capmetro-austin-2016/vehicle-positions-2016-12-16-30s.zip",
        false,
    ),
    (
        "Austin, Saturday, each 60 s",
        "capmetro-austin-2016/gtfs.zip",
        "capmetro-austin-2016/vehicle-positions-2016-11-26-60s.zip",
        true,
    ),
    (
        "the same, routes only",
        "capmetro-austin-2016/gtfs.zip",
        "capmetro-austin-2016/vehicle-positions-2016-11-26-60s.zip",
        false,
    ),
    (
        "Redding, one message",
        "raba-redding-2025/gtfs.zip",
        "raba-redding-2025/vehicle-positions.pb",
        true,
    ),
    ("Logroño, one message", "logrono-2025/gtfs.zip", "logrono-2025/vehicle-positions.pb", true),
];

/// The section of the captures; those that are absent are said to be.
pub fn table() -> Table {
    let note = "On a run: share of the vehicles heard of within five minutes, idle ones included, over all \
                looks. Refused: positions, by reason.";
    let mut table = Table::new("Real captures", note, &HEAD);
    for (name, gtfs, recording, named) in CAPTURES {
        let (Some(gtfs), Some(bytes)) = (shared(gtfs), shared(recording)) else {
            table.row(name, vec!["not here".to_owned()]);
            continue;
        };
        let (timetable, _) = Timetable::from_zip(&gtfs, LoadLimits::default()).unwrap();
        // A zip of messages begins with its magic number, a single message never does.
        let messages = if bytes.starts_with(b"PK") {
            messages(&bytes)
        } else {
            vec![FeedMessage::decode(bytes.as_slice()).unwrap()]
        };
        table.row(name, replay(&Arc::new(timetable), &messages, named));
    }
    table
}

fn replay(timetable: &Arc<Timetable>, messages: &[FeedMessage], named: bool) -> Vec<String> {
    let mut monitor = Monitor::new(Arc::clone(timetable), MonitorConfig::default());
    let mut effects = Vec::new();
    let (mut positions, mut heard, mut matched, mut known_now) = (0, 0, 0, 0);
    let mut now = 0;
    for message in messages {
        let header_at = message.header.as_ref().and_then(|h| h.timestamp).map(|t| t as i64);
        now = header_at.unwrap_or(now + 30);
        monitor.apply(now, &Event::DatasetStart { feed: FEED, header_at }, &mut effects);
        for mut position in message.entity.iter().filter_map(FeedEntity::position) {
            positions += 1;
            if !named {
                let route_id = position.trip.route_id;
                position.trip = TripDescriptor { route_id, ..TripDescriptor::default() };
            }
            monitor.apply(now, &Event::Position(position), &mut effects);
        }
        monitor.apply(now, &Event::DatasetEnd { feed: FEED }, &mut effects);
        monitor.apply(now, &Event::Tick, &mut effects);
        for vehicle in &monitor.snapshot(now).vehicles {
            heard += i64::from(now - vehicle.measured_at <= HEARD_S);
            let Some(m) = vehicle.matched.as_ref().filter(|_| now - vehicle.measured_at <= HEARD_S)
            else {
                continue;
            };
            matched += 1;
            known_now += i64::from(m.headway_status != HeadwayStatus::Unknown);
        }
    }
    monitor.finish(now, &mut effects);
    let refused = RejectReason::ALL.iter().filter_map(|reason| {
        let of = |e: &&Effect| matches!(e, Effect::Rejected { reason: r, .. } if r == reason);
        let count = effects.iter().filter(of).count();
        (count > 0).then(|| format!("{} {count}", reason.name()))
    });
    let refused: Vec<String> = refused.collect();
    let count = |of: fn(&Effect) -> bool| effects.iter().filter(|e| of(e)).count();
    let opened = |name: &str| {
        let of = |e: &&Effect| matches!(e, Effect::IncidentOpened(i) if i.kind.name() == name);
        effects.iter().filter(of).count()
    };
    let headways = count(|e| matches!(e, Effect::Headway(_)));
    let known = count(|e| matches!(e, Effect::Headway(h) if h.status != HeadwayStatus::Unknown));
    let percent =
        |part: i64, whole: i64| format!("{:.1} %", part as f64 * 100.0 / whole.max(1) as f64);
    vec![
        positions.to_string(),
        percent(matched, heard),
        percent(known_now, matched),
        if refused.is_empty() { "0".to_owned() } else { refused.join(", ") },
        count(|e| matches!(e, Effect::Visit(_))).to_string(),
        headways.to_string(),
        percent(known as i64, headways as i64),
        format!("{} / {}", opened("bunching"), opened("gap")),
        format!("{} / {}", opened("ghost"), opened("off_route")),
        opened("feed_down").to_string(),
    ]
}

/// A world over the timetable of a feed on a day.
pub fn simulated(path: &str, day: &str) -> Result<Trial, Box<dyn std::error::Error>> {
    let (timetable, _) = Timetable::from_zip(&std::fs::read(path)?, LoadLimits::default())?;
    let date = ServiceDate::parse(day).ok_or("the day is YYYYMMDD")?;
    let world = (path.to_owned(), Arc::new(timetable), WorldConfig::default());
    Ok(judged(world, date, WINDOW_S, &mut |_, _| Vec::new(), &mut |_, _| ()))
}
