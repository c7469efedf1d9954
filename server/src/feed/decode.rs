//! Bytes to a message, a message to events.
//!
//! The frames of the message are walked here, and each entity is decoded on its own: one entity with a
//! spoiled string costs that entity, not the city. What is no feed at all is refused in words that an
//! operator can act on.

use crate::gtfs_realtime::{FeedEntity, FeedHeader, StopTimeEvent, TripDescriptor, values};
use crate::notices::{NOTICES_MAX, Notice};
use prost::Message;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};
use rustc_hash::FxHashMap;
use transit::ids::FeedIdx;
use transit::{EpochS, Event, LatLon, RejectReason, ScheduleRelationship};

/// Most entities that one message may have.
pub const ENTITIES_MAX: usize = 500_000;
/// Most characters of a refused body that are shown to a person.
const EXCERPT_CHARS: usize = 60;
/// Share of printable characters from which a body is called text.
const TEXT_SHARE: f64 = 0.95;
/// How much of a body is looked at to tell what it is.
const SNIFF_BYTES: usize = 2_048;

/// Why a body was refused as a whole. The last good state stays.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No byte came.
    #[error("the body is empty: no header")]
    Empty,
    /// Well-formed, but without the one thing that every feed must have.
    #[error("no header: the message is not a GTFS-realtime feed")]
    NoHeader,
    /// Something else than protobuf.
    #[error("not protobuf: it looks like {looks_like}{excerpt}")]
    NotProtobuf {
        /// What it looks like.
        looks_like: &'static str,
        /// Its beginning, quoted, or nothing.
        excerpt: String,
    },
    /// The last frame says that it is longer than the body.
    #[error("truncated after {bytes} bytes, {entities} whole entities: the download was cut off")]
    Truncated {
        /// Bytes that came.
        bytes: usize,
        /// Entities before the cut.
        entities: usize,
    },
    /// Protobuf at its beginning, but not all the way.
    #[error("broken at byte {at}, after {entities} whole entities: {detail}")]
    Corrupt {
        /// Offset of the frame.
        at: usize,
        /// Entities before it.
        entities: usize,
        /// The parser's words.
        detail: String,
    },
    /// More entities than any city has.
    #[error("more than {ENTITIES_MAX} entities")]
    TooManyEntities,
}

/// A message that was accepted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dataset {
    /// Its header.
    pub header: FeedHeader,
    /// Its entities, in the order of the file.
    pub entities: Vec<FeedEntity>,
    /// Entities that could not be read (a string that is not UTF-8).
    pub spoiled: usize,
}

/// Reads a body. Never panics; allocates in proportion to the body.
pub fn decode(body: &[u8]) -> Result<Dataset, Refusal> {
    if body.is_empty() {
        return Err(Refusal::Empty);
    }
    walk(body).map_err(|refusal| match looks_like_text(body) {
        Some(looks_like) => Refusal::NotProtobuf { looks_like, excerpt: excerpt_of(body) },
        None => refusal,
    })
}

fn walk(body: &[u8]) -> Result<Dataset, Refusal> {
    let mut rest = body;
    let mut header: Option<FeedHeader> = None;
    let mut entities = Vec::new();
    let mut spoiled = 0;
    while !rest.is_empty() {
        let at = body.len() - rest.len();
        let whole = entities.len();
        let corrupt = |detail: String| Refusal::Corrupt { at, entities: whole, detail };
        let truncated = Refusal::Truncated { bytes: body.len(), entities: whole };
        let (tag, wire_type) = decode_key(&mut rest).map_err(|e| corrupt(e.to_string()))?;
        if wire_type != WireType::LengthDelimited {
            if matches!(tag, 1 | 2) {
                return Err(corrupt(format!("field {tag} is not a message")));
            }
            skip_field(wire_type, tag, &mut rest, DecodeContext::default())
                .map_err(|e| corrupt(e.to_string()))?;
            continue;
        }
        let length = decode_varint(&mut rest).map_err(|_| truncated.clone())?;
        let Some((frame, after)) =
            usize::try_from(length).ok().and_then(|length| rest.split_at_checked(length))
        else {
            // The length of a header or entity that runs out of the body is a cut; of anything else, noise.
            let cut = header.is_some() && matches!(tag, 1 | 2);
            return Err(if cut { truncated } else { corrupt("a field is too long".into()) });
        };
        rest = after;
        match tag {
            1 => header
                .get_or_insert_default()
                .merge(frame)
                .map_err(|e| corrupt(format!("header: {e}")))?,
            2 if whole >= ENTITIES_MAX => return Err(Refusal::TooManyEntities),
            2 => match FeedEntity::decode(frame) {
                Ok(entity) => entities.push(entity),
                Err(e) if e.to_string().contains("UTF-8") => spoiled += 1,
                Err(e) => return Err(corrupt(e.to_string())),
            },
            _ => {}
        }
    }
    let header = header.ok_or(Refusal::NoHeader)?;
    Ok(Dataset { header, entities, spoiled })
}

/// What a body that is no feed is, if it is text or a known container.
fn looks_like_text(body: &[u8]) -> Option<&'static str> {
    let head = &body[..body.len().min(SNIFF_BYTES)];
    if head.starts_with(&[0x1f, 0x8b]) {
        return Some("a gzip file");
    }
    if head.starts_with(b"PK\x03\x04") {
        return Some("a zip file");
    }
    let text = String::from_utf8_lossy(head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head));
    let printable = text.chars().filter(|c| !c.is_control() || c.is_whitespace()).count();
    let replaced = text.matches(char::REPLACEMENT_CHARACTER).count();
    let all = text.chars().count().max(1);
    if (printable - replaced.min(printable)) as f64 / (all as f64) < TEXT_SHARE {
        return None;
    }
    let start = text.trim_start();
    if start.starts_with('<') {
        return Some(if start.to_ascii_lowercase().contains("<html") {
            "HTML"
        } else {
            "XML or HTML"
        });
    }
    if start.starts_with(['{', '[']) {
        return Some("JSON; give the address of the protobuf form");
    }
    let code = || text.lines().filter(|l| !l.trim_start().starts_with('#')).map(str::trim);
    if code().any(|l| {
        matches!(l, "header {" | "entity {" | "header: {")
            || l.starts_with("gtfs_realtime_version:")
    }) {
        return Some("protobuf's text format; the binary format is needed");
    }
    Some("plain text")
}

fn excerpt_of(body: &[u8]) -> String {
    let head = String::from_utf8_lossy(&body[..body.len().min(SNIFF_BYTES)]);
    if head.chars().any(|c| c.is_control() && !c.is_whitespace()) {
        return String::new();
    }
    let words = head.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut short: String = words.chars().take(EXCERPT_CHARS).collect();
    if short.len() < words.len() {
        short.push('…');
    }
    format!(": \u{201c}{short}\u{201d}")
}

impl Dataset {
    /// `header.timestamp`, if it gives one.
    pub fn header_at(&self) -> Option<EpochS> {
        epoch(self.header.timestamp)
    }

    /// True if the header says DIFFERENTIAL. The standard leaves its meaning open; it is read as a full
    /// dataset, and said so to the operator.
    pub fn is_differential(&self) -> bool {
        self.header.incrementality == Some(values::DIFFERENTIAL)
    }

    /// How many entities carry a vehicle position.
    pub fn positions(&self) -> usize {
        self.entities.iter().filter(|e| e.vehicle.is_some()).count()
    }

    /// The alerts of the message, at most [`NOTICES_MAX`].
    pub fn notices(&self, feed: FeedIdx) -> Vec<Notice> {
        let told = self.entities.iter().filter(|e| e.is_deleted != Some(true));
        let alerts = told.filter_map(|e| Some((e.id.as_deref(), e.alert.as_deref()?)));
        alerts.take(NOTICES_MAX).map(|(id, alert)| Notice::of(feed, id, alert)).collect()
    }

    /// Everything in it as facts, in the order of the file. Strings are borrowed.
    ///
    /// Of several positions of one vehicle the newest is given (of equals the last), the others are
    /// refused as duplicates: entity ids are no keys in real feeds, and an older one must never win.
    pub fn events(&self, feed: FeedIdx) -> impl Iterator<Item = Event<'_>> {
        let newest = self.newest_by_vehicle();
        let spoiled = (0..self.spoiled)
            .map(move |_| Event::Rejected { feed, reason: RejectReason::NotUsable });
        let facts = self.entities.iter().enumerate().flat_map(move |(i, entity)| {
            let [first, second] = entity_events(feed, i, entity, &newest);
            first.into_iter().chain(second)
        });
        facts.chain(spoiled)
    }

    fn newest_by_vehicle(&self) -> FxHashMap<&str, (usize, u64)> {
        let mut newest: FxHashMap<&str, (usize, u64)> = FxHashMap::default();
        newest.reserve(self.entities.len());
        for (i, entity) in self.entities.iter().enumerate() {
            let (Some(vehicle), Some(id)) = (&entity.vehicle, vehicle_id(entity)) else { continue };
            let at = vehicle.timestamp.unwrap_or(0);
            let best = newest.entry(id).or_insert((i, at));
            if at >= best.1 {
                *best = (i, at);
            }
        }
        newest
    }
}

fn entity_events<'a>(
    feed: FeedIdx,
    index: usize,
    entity: &'a FeedEntity,
    newest: &FxHashMap<&str, (usize, u64)>,
) -> [Option<Event<'a>>; 2] {
    let rejected = |reason| Some(Event::Rejected { feed, reason });
    let nothing =
        entity.vehicle.is_none() && entity.trip_update.is_none() && entity.alert.is_none();
    if entity.is_deleted == Some(true) || nothing {
        return [rejected(RejectReason::NotUsable), None];
    }
    let position = entity.vehicle.is_some().then(|| match position_of(feed, entity) {
        Ok(position) => match newest.get(position.vehicle_id) {
            Some((winner, _)) if *winner != index => {
                Event::Rejected { feed, reason: RejectReason::Duplicate }
            }
            _ => Event::Position(position),
        },
        Err(reason) => Event::Rejected { feed, reason },
    });
    [position, trip_update_of(feed, entity)]
}

fn position_of(
    feed: FeedIdx,
    entity: &FeedEntity,
) -> Result<transit::VehiclePosition<'_>, RejectReason> {
    let vehicle = entity.vehicle.as_ref().ok_or(RejectReason::NotUsable)?;
    let vehicle_id = vehicle_id(entity).ok_or(RejectReason::NoVehicleId)?;
    let position = vehicle.position.as_ref().ok_or(RejectReason::NoPosition)?;
    let (Some(lat), Some(lon)) = (position.latitude, position.longitude) else {
        return Err(RejectReason::NoPosition);
    };
    let stop_id = text(vehicle.stop_id.as_ref());
    // "Ignored if current_stop_sequence is missing"; a stop id serves as well.
    let at_a_stop = vehicle.current_stop_sequence.is_some() || stop_id.is_some();
    Ok(transit::VehiclePosition {
        feed,
        vehicle_id,
        label: vehicle.vehicle.as_ref().and_then(|v| text(v.label.as_ref())),
        trip: vehicle.trip.as_ref().map_or_else(transit::TripDescriptor::default, trip_of),
        place: LatLon::new(f64::from(lat), f64::from(lon)),
        bearing_deg: position.bearing.filter(|b| b.is_finite()),
        speed_mps: position.speed.filter(|s| s.is_finite() && *s >= 0.0),
        measured_at: epoch(vehicle.timestamp),
        stop_id,
        current_stop_sequence: vehicle.current_stop_sequence,
        stopped_at: vehicle
            .current_status
            .filter(|_| at_a_stop)
            .map(|status| status == values::STOPPED_AT),
        occupancy_status: vehicle.occupancy_status.and_then(|s| u8::try_from(s).ok()),
    })
}

fn trip_update_of(feed: FeedIdx, entity: &FeedEntity) -> Option<Event<'_>> {
    let update = entity.trip_update.as_ref()?;
    let Some(trip) = update.trip.as_ref() else {
        return Some(Event::Rejected { feed, reason: RejectReason::NotUsable });
    };
    let stops = update
        .stop_time_update
        .iter()
        .map(|s| transit::StopTimeUpdate {
            stop_sequence: s.stop_sequence,
            stop_id: text(s.stop_id.as_ref()),
            arrival: s.arrival.as_ref().and_then(event_time),
            arrival_delay_s: s.arrival.as_ref().and_then(|e| e.delay),
            departure: s.departure.as_ref().and_then(event_time),
            departure_delay_s: s.departure.as_ref().and_then(|e| e.delay),
            skipped: s.schedule_relationship == Some(values::STOP_SKIPPED),
            no_data: s.schedule_relationship == Some(values::STOP_NO_DATA),
        })
        .collect();
    Some(Event::TripUpdate(transit::TripUpdate {
        feed,
        trip: trip_of(trip),
        vehicle_id: update.vehicle.as_ref().and_then(|v| text(v.id.as_ref())),
        measured_at: epoch(update.timestamp),
        delay_s: update.delay,
        stops,
    }))
}

fn trip_of(trip: &TripDescriptor) -> transit::TripDescriptor<'_> {
    transit::TripDescriptor {
        trip_id: text(trip.trip_id.as_ref()),
        route_id: text(trip.route_id.as_ref()),
        direction_id: trip.direction_id.and_then(|d| u8::try_from(d).ok()).filter(|d| *d < 2),
        start_time: text(trip.start_time.as_ref()),
        start_date: text(trip.start_date.as_ref()),
        relationship: relationship(trip.schedule_relationship),
    }
}

fn relationship(value: Option<i32>) -> ScheduleRelationship {
    match value.unwrap_or(values::TRIP_SCHEDULED) {
        values::TRIP_ADDED | values::TRIP_NEW => ScheduleRelationship::Added,
        values::TRIP_UNSCHEDULED => ScheduleRelationship::Unscheduled,
        values::TRIP_CANCELED => ScheduleRelationship::Canceled,
        values::TRIP_REPLACEMENT => ScheduleRelationship::Replacement,
        values::TRIP_DUPLICATED => ScheduleRelationship::Duplicated,
        values::TRIP_DELETED => ScheduleRelationship::Deleted,
        _ => ScheduleRelationship::Scheduled,
    }
}

/// `vehicle.id`, else label, else plate, else the entity's id.
fn vehicle_id(entity: &FeedEntity) -> Option<&str> {
    let descriptor = entity.vehicle.as_ref().and_then(|v| v.vehicle.as_ref());
    descriptor
        .and_then(|v| {
            text(v.id.as_ref())
                .or_else(|| text(v.label.as_ref()))
                .or_else(|| text(v.license_plate.as_ref()))
        })
        .or_else(|| text(entity.id.as_ref()))
}

/// A string that says something.
fn text(value: Option<&String>) -> Option<&str> {
    value.map(|s| s.trim()).filter(|s| !s.is_empty())
}

/// An instant that is one: 0 is how producers say "none".
fn epoch(value: Option<u64>) -> Option<EpochS> {
    value.filter(|t| *t > 0).and_then(|t| EpochS::try_from(t).ok())
}

fn event_time(event: &StopTimeEvent) -> Option<EpochS> {
    event.time.filter(|t| *t > 0)
}
