//! A message as facts: what `decode` accepted, ready for the Monitor.

use super::entity::{Descriptor, Entity, Other, Vehicle};
use crate::gtfs_realtime::{Alert, FeedHeader, StopTimeEvent, TripDescriptor, TripUpdate, values};
use rustc_hash::FxHashMap;
use transit::ids::FeedIdx;
use transit::{EpochS, Event, LatLon, RejectReason, ScheduleRelationship};

/// A message that was accepted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dataset {
    /// Its header.
    pub header: FeedHeader,
    /// Its entities, in the order of the file, and where the text of each begins.
    pub(super) entities: Vec<(Entity, u32)>,
    /// Every string of them, one after another.
    pub(super) text: String,
    /// Entities that could not be read (a string that is not UTF-8).
    pub spoiled: usize,
    /// Of each vehicle that the message gives more than once: the entity with the newest position.
    pub(super) repeated: FxHashMap<Box<str>, u32>,
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
        self.entities.len()
    }

    /// True if it has no entity.
    pub fn is_empty(&self) -> bool {
        self.entities.is_empty()
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
        self.entities.iter().enumerate().filter_map(|(i, (entity, _))| {
            let alert = entity.other.as_deref()?.alert.as_deref()?;
            (!entity.is_deleted).then(|| (entity.id.of(self.text_of(i)), alert))
        })
    }

    /// Every `trip_id` that positions and trip updates name.
    pub fn trip_ids(&self) -> impl Iterator<Item = &str> {
        let positions = (0..self.entities.len())
            .filter_map(|i| self.entities[i].0.vehicle?.trip.trip_id.of(self.text_of(i)));
        let updates = self.others().filter_map(|o| o.trip_update.as_ref()?.trip.as_ref());
        positions.chain(updates.filter_map(|t| text(t.trip_id.as_ref())))
    }

    /// Tells everything in it as facts, in the order of the file. Strings are borrowed; a fact is larger than
    /// some strings are long, so it is lent where it was made.
    ///
    /// Of several positions of one vehicle the newest is given (of equals the last), the others are
    /// refused as duplicates: entity ids are no keys in real feeds, and an older one must never win.
    pub fn tell(&self, feed: FeedIdx, mut each: impl FnMut(&Event<'_>)) {
        for (i, (entity, _)) in self.entities.iter().enumerate() {
            let rejected = |reason| Event::Rejected { feed, reason };
            if entity.is_deleted || entity.is_empty() {
                each(&rejected(RejectReason::NotUsable));
                continue;
            }
            if let Some(vehicle) = &entity.vehicle {
                match self.position_of(feed, i, entity, vehicle) {
                    Ok(position) => each(&Event::Position(position)),
                    Err(reason) => each(&rejected(reason)),
                }
            }
            if let Some(update) = entity.other.as_deref().and_then(|o| o.trip_update.as_ref()) {
                each(&trip_update_of(feed, update));
            }
        }
        for _ in 0..self.spoiled {
            each(&Event::Rejected { feed, reason: RejectReason::NotUsable });
        }
    }

    fn position_of(
        &self,
        feed: FeedIdx,
        index: usize,
        entity: &Entity,
        vehicle: &Vehicle,
    ) -> Result<transit::VehiclePosition<'_>, RejectReason> {
        let text = self.text_of(index);
        let vehicle_id = entity.vehicle_id().of(text).ok_or(RejectReason::NoVehicleId)?;
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
    pub(super) fn text_of(&self, index: usize) -> &str {
        let from = self.entities[index].1 as usize;
        let to = self.entities.get(index + 1).map_or(self.text.len(), |next| next.1 as usize);
        self.text.get(from..to).unwrap_or_default()
    }

    /// The id of the vehicle of an entity; `None` if it has no vehicle, or the vehicle has no id.
    pub(super) fn vehicle_id(&self, index: usize) -> Option<&str> {
        let (entity, _) = &self.entities[index];
        entity.vehicle?;
        entity.vehicle_id().of(self.text_of(index))
    }

    /// Finds the vehicles that are given more than once.
    pub(super) fn note_repeated(&mut self) {
        let mut newest: FxHashMap<&str, (u32, u64)> = FxHashMap::default();
        newest.reserve(self.entities.len());
        let mut repeated: FxHashMap<Box<str>, u32> = FxHashMap::default();
        for (i, (entity, _)) in self.entities.iter().enumerate() {
            let (Some(vehicle), Some(id)) = (&entity.vehicle, self.vehicle_id(i)) else { continue };
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

    fn vehicles(&self) -> impl Iterator<Item = &Vehicle> {
        self.entities.iter().filter_map(|(e, _)| e.vehicle.as_ref())
    }

    fn others(&self) -> impl Iterator<Item = &Other> {
        self.entities.iter().filter_map(|(e, _)| e.other.as_deref())
    }
}

fn trip_of_vehicle<'a>(trip: &Descriptor, text: &'a str) -> transit::TripDescriptor<'a> {
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
