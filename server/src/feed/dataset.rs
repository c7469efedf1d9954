//! A message as facts: what `decode` accepted, ready for the Monitor.

use super::entity::{Descriptor, Entity, Other, Vehicle};
use crate::gtfs_realtime::{Alert, FeedHeader, StopTimeEvent, TripDescriptor, TripUpdate, values};
use bytes::Bytes;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use transit::ids::FeedIdx;
use transit::{EpochS, Event, LatLon, RejectReason, ScheduleRelationship};

/// A message that was accepted.
#[derive(Clone, Debug, Default)]
pub struct Dataset {
    /// Its header.
    pub header: FeedHeader,
    /// The message: the text of its vehicles stands in it.
    pub(super) body: Bytes,
    /// Its entities, in the order of the file.
    pub(super) rows: Vec<Row>,
    /// Rarer contents, by entity.
    pub(super) others: Vec<(u32, Arc<Other>)>,
    /// The text of entities whose text is not that of the message, by entity.
    pub(super) texts: Vec<(u32, Box<str>)>,
    /// Entities that could not be read (a string that is not UTF-8).
    pub spoiled: usize,
    /// Of each vehicle that the message gives more than once: the entity with the newest position.
    pub(super) repeated: FxHashMap<Box<str>, u32>,
    /// Entities whose bytes are those of the message before, which told them all, from … to.
    pub(super) same: Vec<(u32, u32)>,
}

/// An entity and where its bytes stand in the message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) entity: Entity,
    pub(super) from: u32,
    pub(super) to: u32,
}

/// What a dataset tells.
#[derive(Debug)]
pub enum Fact<'a> {
    /// A fact.
    New(&'a Event<'a>),
    /// The position of a vehicle, byte for byte that of the dataset before. Who knows that it changes nothing
    /// says so; else it is told as a fact as well.
    Again {
        /// As in `VehiclePosition`.
        vehicle_id: &'a str,
        /// Likewise.
        measured_at: Option<EpochS>,
    },
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

    /// How many entities it has, the spoiled left out.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True if it has no entity.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many entities carry a vehicle position.
    pub fn positions(&self) -> usize {
        self.vehicles().count()
    }

    /// When the newest position was measured.
    pub fn newest_at(&self) -> Option<EpochS> {
        let newest = self.vehicles().filter_map(|v| v.timestamp).max();
        newest.and_then(|at| EpochS::try_from(at).ok())
    }

    /// The alerts of the message, each with its entity's id; those marked deleted are left out.
    pub fn alerts(&self) -> impl Iterator<Item = (Option<&str>, &Alert)> {
        self.others.iter().filter_map(|(i, other)| {
            let (alert, i) = (other.alert.as_deref()?, *i as usize);
            let entity = &self.rows[i].entity;
            (!entity.is_deleted).then(|| (entity.id.of(self.text_of(i)), alert))
        })
    }

    /// Every `trip_id` that positions and trip updates name.
    pub fn trip_ids(&self) -> impl Iterator<Item = &str> {
        let positions = (0..self.rows.len())
            .filter_map(|i| self.rows[i].entity.vehicle?.trip.trip_id.of(self.text_of(i)));
        let others = self.others.iter().map(|(_, other)| other);
        let updates = others.filter_map(|o| o.trip_update.as_ref()?.trip.as_ref());
        positions.chain(updates.filter_map(|t| text(t.trip_id.as_ref())))
    }

    /// Tells everything in it as facts, in the order of the file. Strings are borrowed; a fact is larger than
    /// some strings are long, so it is lent where it was made.
    ///
    /// Of several positions of one vehicle the newest is given (of equals the last), the others are
    /// refused as duplicates: entity ids are no keys in real feeds, and an older one must never win.
    pub fn tell(&self, feed: FeedIdx, mut each: impl FnMut(&Event<'_>)) {
        self.tell_news(feed, |fact| {
            if let Fact::New(event) = fact {
                each(event);
            }
            false
        });
    }

    /// The same, but first asks of each position that is repeated whether it is known. `each` is to say true then,
    /// and false of everything else.
    pub fn tell_news(&self, feed: FeedIdx, mut each: impl FnMut(Fact<'_>) -> bool) {
        let mut others = self.others.iter().peekable();
        let mut same = self.same.iter().filter(|_| self.repeated.is_empty()).peekable();
        for (i, row) in self.rows.iter().enumerate() {
            let (entity, index) = (&row.entity, i as u32);
            let rejected = |reason| Event::Rejected { feed, reason };
            if entity.is_deleted || entity.is_empty() {
                each(Fact::New(&rejected(RejectReason::NotUsable)));
                continue;
            }
            while same.next_if(|run| run.1 <= index).is_some() {}
            if let Some(vehicle) = &entity.vehicle {
                let again = same.peek().is_some_and(|run| run.0 <= index);
                let known = again && self.again(i, vehicle).is_some_and(&mut each);
                if !known {
                    match self.position_of(feed, i, vehicle) {
                        Ok(position) => each(Fact::New(&Event::Position(position))),
                        Err(reason) => each(Fact::New(&rejected(reason))),
                    };
                }
            }
            while others.next_if(|(at, _)| *at < index).is_some() {}
            let other = others.next_if(|(at, _)| *at == index);
            if let Some(update) = other.and_then(|(_, o)| o.trip_update.as_ref()) {
                each(Fact::New(&trip_update_of(feed, update)));
            }
        }
        for _ in 0..self.spoiled {
            each(Fact::New(&Event::Rejected { feed, reason: RejectReason::NotUsable }));
        }
    }

    fn again(&self, index: usize, vehicle: &Vehicle) -> Option<Fact<'_>> {
        vehicle.latitude.zip(vehicle.longitude)?;
        let vehicle_id = vehicle.name.of(self.text_of(index))?;
        Some(Fact::Again { vehicle_id, measured_at: epoch(vehicle.timestamp) })
    }

    fn position_of(
        &self,
        feed: FeedIdx,
        index: usize,
        vehicle: &Vehicle,
    ) -> Result<transit::VehiclePosition<'_>, RejectReason> {
        let text = self.text_of(index);
        let vehicle_id = vehicle.name.of(text).ok_or(RejectReason::NoVehicleId)?;
        let (Some(lat), Some(lon)) = (vehicle.latitude, vehicle.longitude) else {
            return Err(RejectReason::NoPosition);
        };
        if !self.repeated.is_empty()
            && self.repeated.get(vehicle_id).is_some_and(|winner| *winner as usize != index)
        {
            return Err(RejectReason::Duplicate);
        }
        let stop_id = vehicle.stop_id.of(text);
        // "Ignored if current_stop_sequence is missing"; a stop id serves as well.
        let at_a_stop = vehicle.current_stop_sequence.is_some() || stop_id.is_some();
        Ok(transit::VehiclePosition {
            feed,
            vehicle_id,
            label: vehicle.label.of(text),
            trip: trip_of_vehicle(&vehicle.trip, text),
            place: LatLon::new(f64::from(lat), f64::from(lon)),
            bearing_deg: vehicle.bearing_deg.filter(|b| b.is_finite()),
            speed_mps: vehicle.speed_mps.filter(|s| s.is_finite() && *s >= 0.0),
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

    /// The text of an entity.
    #[inline]
    pub(super) fn text_of(&self, index: usize) -> &[u8] {
        if !self.texts.is_empty()
            && let Ok(at) = self.texts.binary_search_by_key(&(index as u32), |t| t.0)
        {
            return self.texts[at].1.as_bytes();
        }
        self.bytes_of(index)
    }

    /// The bytes of an entity.
    #[inline]
    pub(super) fn bytes_of(&self, index: usize) -> &[u8] {
        let row = self.rows.get(index);
        row.and_then(|r| self.body.get(r.from as usize..r.to as usize)).unwrap_or_default()
    }

    /// The id of the vehicle of an entity; `None` if it has no vehicle, or the vehicle has no id.
    pub(super) fn vehicle_id(&self, index: usize) -> Option<&str> {
        let vehicle = self.rows[index].entity.vehicle.as_ref()?;
        vehicle.name.of(self.text_of(index))
    }

    /// Finds the vehicles that are given more than once.
    pub(super) fn note_repeated(&mut self) {
        let mut newest: FxHashMap<&str, (u32, u64)> = FxHashMap::default();
        newest.reserve(self.rows.len());
        let mut repeated: FxHashMap<Box<str>, u32> = FxHashMap::default();
        for (i, row) in self.rows.iter().enumerate() {
            let (Some(vehicle), Some(id)) = (&row.entity.vehicle, self.vehicle_id(i)) else {
                continue;
            };
            let (i, at) = (i as u32, vehicle.timestamp.unwrap_or(0));
            let best = newest.entry(id).or_insert((i, at));
            if best.0 != i {
                if at >= best.1 {
                    *best = (i, at);
                }
                repeated.insert(id.into(), best.0);
            }
        }
        self.repeated = repeated;
    }

    /// Empty, with its room kept.
    pub(super) fn cleared(self) -> Self {
        let (mut rows, mut others, mut same) = (self.rows, self.others, self.same);
        rows.clear();
        others.clear();
        same.clear();
        Self { rows, others, same, ..Self::default() }
    }

    fn vehicles(&self) -> impl Iterator<Item = &Vehicle> {
        self.rows.iter().filter_map(|r| r.entity.vehicle.as_ref())
    }
}

fn trip_of_vehicle<'a>(trip: &Descriptor, text: &'a [u8]) -> transit::TripDescriptor<'a> {
    transit::TripDescriptor {
        trip_id: trip.trip_id.of(text),
        route_id: trip.route_id.of(text),
        direction_id: direction(trip.direction_id),
        start_time: trip.start_time.of(text),
        start_date: trip.start_date.of(text),
        relationship: relationship(trip.schedule_relationship),
    }
}

fn trip_update_of(feed: FeedIdx, update: &TripUpdate) -> Event<'_> {
    let Some(trip) = update.trip.as_ref() else {
        return Event::Rejected { feed, reason: RejectReason::NotUsable };
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
    Event::TripUpdate(transit::TripUpdate {
        feed,
        trip: trip_of(trip),
        vehicle_id: update.vehicle.as_ref().and_then(|v| text(v.id.as_ref())),
        measured_at: epoch(update.timestamp),
        delay_s: update.delay,
        stops,
    })
}

fn trip_of(trip: &TripDescriptor) -> transit::TripDescriptor<'_> {
    transit::TripDescriptor {
        trip_id: text(trip.trip_id.as_ref()),
        route_id: text(trip.route_id.as_ref()),
        direction_id: direction(trip.direction_id),
        start_time: text(trip.start_time.as_ref()),
        start_date: text(trip.start_date.as_ref()),
        relationship: relationship(trip.schedule_relationship),
    }
}

fn direction(id: Option<u32>) -> Option<u8> {
    id.and_then(|d| u8::try_from(d).ok()).filter(|d| *d < 2)
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
