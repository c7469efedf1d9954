//! One entity of a message, read in place: strings go into the dataset's text, nothing else is allocated for a
//! vehicle.
//!
//! This reader knows vehicle positions as every producer writes them. Whatever else an entity holds (a trip
//! update, an alert, a field of an unexpected kind) is left to the general parser, whose word on what is
//! broken is the only one: see [`Entity::read`].

use crate::gtfs_realtime::{Alert, FeedEntity, TripUpdate};
use prost::{DecodeError, Message};
use std::sync::Arc;

/// A stretch of an entity's own text, bytes from its start; empty where the message gives nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stretch {
    start: u32,
    end: u32,
}

impl Stretch {
    pub(super) fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// What it says in `text`, the text of its entity; `None` if nothing.
    pub(super) fn of(self, text: &str) -> Option<&str> {
        text.get(self.start as usize..self.end as usize).filter(|t| !t.is_empty())
    }
}

/// `TripDescriptor`, as given.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Descriptor {
    pub(super) trip_id: Stretch,
    pub(super) route_id: Stretch,
    pub(super) start_time: Stretch,
    pub(super) start_date: Stretch,
    pub(super) direction_id: Option<u32>,
    pub(super) schedule_relationship: Option<i32>,
}

/// `VehiclePosition`, as given.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Vehicle {
    pub(super) trip: Descriptor,
    id: Stretch,
    pub(super) label: Stretch,
    plate: Stretch,
    pub(super) stop_id: Stretch,
    pub(super) latitude: Option<f32>,
    pub(super) longitude: Option<f32>,
    pub(super) bearing_deg: Option<f32>,
    pub(super) speed_mps: Option<f32>,
    pub(super) timestamp: Option<u64>,
    pub(super) current_stop_sequence: Option<u32>,
    pub(super) current_status: Option<i32>,
    pub(super) occupancy_status: Option<i32>,
}

/// The rarer contents of an entity.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Other {
    pub(super) trip_update: Option<TripUpdate>,
    pub(super) alert: Option<Box<Alert>>,
}

/// `FeedEntity`. Its text is a stretch of the dataset's.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Entity {
    pub(super) id: Stretch,
    pub(super) is_deleted: bool,
    pub(super) vehicle: Option<Vehicle>,
    /// Shared with the dataset before, where the bytes are the same.
    pub(super) other: Option<Arc<Other>>,
}

/// Something that this reader does not know, or a string that is not UTF-8.
struct Odd;

impl Entity {
    /// Reads the bytes of one entity. Strings are appended to `text`. `None` if a string is not UTF-8; other
    /// errors are the general parser's.
    pub(super) fn read(frame: &[u8], text: &mut String) -> Result<Option<Self>, DecodeError> {
        let start = text.len();
        let mut entity = Self::default();
        if entity.merge(frame, &mut Ink { text, start }).is_ok() {
            return Ok(Some(entity));
        }
        text.truncate(start);
        match FeedEntity::decode(frame) {
            Ok(entity) => Ok(Some(Self::of(entity, &mut Ink { text, start }))),
            Err(e) if e.to_string().contains("UTF-8") => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// `vehicle.id`, else label, else plate, else the entity's id; empty where there is none.
    pub(super) fn vehicle_id(&self) -> Stretch {
        let named = self.vehicle.iter().flat_map(|v| [v.id, v.label, v.plate]);
        named.chain([self.id]).find(|s| !s.is_empty()).unwrap_or_default()
    }

    /// True if it holds nothing that is read here.
    pub(super) fn is_empty(&self) -> bool {
        self.vehicle.is_none() && self.other.is_none()
    }

    fn of(from: FeedEntity, ink: &mut Ink<'_>) -> Self {
        let mut text = |text: Option<String>| ink.write(&text.unwrap_or_default());
        let id = text(from.id);
        let vehicle = from.vehicle.map(|v| {
            let trip = v.trip.unwrap_or_default();
            let names = v.vehicle.unwrap_or_default();
            let position = v.position.unwrap_or_default();
            Vehicle {
                trip: Descriptor {
                    trip_id: text(trip.trip_id),
                    route_id: text(trip.route_id),
                    start_time: text(trip.start_time),
                    start_date: text(trip.start_date),
                    direction_id: trip.direction_id,
                    schedule_relationship: trip.schedule_relationship,
                },
                id: text(names.id),
                label: text(names.label),
                plate: text(names.license_plate),
                stop_id: text(v.stop_id),
                latitude: position.latitude,
                longitude: position.longitude,
                bearing_deg: position.bearing,
                speed_mps: position.speed,
                timestamp: v.timestamp,
                current_stop_sequence: v.current_stop_sequence,
                current_status: v.current_status,
                occupancy_status: v.occupancy_status,
            }
        });
        let (trip_update, alert) = (from.trip_update, from.alert);
        let other = (trip_update.is_some() || alert.is_some())
            .then(|| Arc::new(Other { trip_update, alert }));
        Self { id, is_deleted: from.is_deleted == Some(true), vehicle, other }
    }

    fn merge(&mut self, frame: &[u8], ink: &mut Ink<'_>) -> Result<(), Odd> {
        let mut fields = Fields { rest: frame };
        while let Some(field) = fields.next()? {
            match field {
                (1, Value::Bytes(b)) => self.id = ink.take(b)?,
                (2, Value::Varint(n)) => self.is_deleted = n != 0,
                (4, Value::Bytes(b)) => self.vehicle.get_or_insert_default().merge(b, ink)?,
                (1..=5, _) => return Err(Odd),
                _ => {}
            }
        }
        Ok(())
    }
}

impl Vehicle {
    fn merge(&mut self, frame: &[u8], ink: &mut Ink<'_>) -> Result<(), Odd> {
        let mut fields = Fields { rest: frame };
        while let Some(field) = fields.next()? {
            match field {
                (1, Value::Bytes(b)) => self.trip.merge(b, ink)?,
                (2, Value::Bytes(b)) => self.merge_position(b)?,
                (3, Value::Varint(n)) => self.current_stop_sequence = Some(n as u32),
                (4, Value::Varint(n)) => self.current_status = Some(n as i32),
                (5, Value::Varint(n)) => self.timestamp = Some(n),
                (7, Value::Bytes(b)) => self.stop_id = ink.take(b)?,
                (8, Value::Bytes(b)) => self.merge_names(b, ink)?,
                (9, Value::Varint(n)) => self.occupancy_status = Some(n as i32),
                (1..=5 | 7..=9, _) => return Err(Odd),
                _ => {}
            }
        }
        Ok(())
    }

    fn merge_position(&mut self, frame: &[u8]) -> Result<(), Odd> {
        let mut fields = Fields { rest: frame };
        while let Some(field) = fields.next()? {
            match field {
                (1, Value::Fixed32(v)) => self.latitude = Some(v),
                (2, Value::Fixed32(v)) => self.longitude = Some(v),
                (3, Value::Fixed32(v)) => self.bearing_deg = Some(v),
                (4, Value::Fixed64) => {}
                (5, Value::Fixed32(v)) => self.speed_mps = Some(v),
                (1..=5, _) => return Err(Odd),
                _ => {}
            }
        }
        Ok(())
    }

    fn merge_names(&mut self, frame: &[u8], ink: &mut Ink<'_>) -> Result<(), Odd> {
        let mut fields = Fields { rest: frame };
        while let Some(field) = fields.next()? {
            match field {
                (1, Value::Bytes(b)) => self.id = ink.take(b)?,
                (2, Value::Bytes(b)) => self.label = ink.take(b)?,
                (3, Value::Bytes(b)) => self.plate = ink.take(b)?,
                (1..=3, _) => return Err(Odd),
                _ => {}
            }
        }
        Ok(())
    }
}

impl Descriptor {
    fn merge(&mut self, frame: &[u8], ink: &mut Ink<'_>) -> Result<(), Odd> {
        let mut fields = Fields { rest: frame };
        while let Some(field) = fields.next()? {
            match field {
                (1, Value::Bytes(b)) => self.trip_id = ink.take(b)?,
                (2, Value::Bytes(b)) => self.start_time = ink.take(b)?,
                (3, Value::Bytes(b)) => self.start_date = ink.take(b)?,
                (4, Value::Varint(n)) => self.schedule_relationship = Some(n as i32),
                (5, Value::Bytes(b)) => self.route_id = ink.take(b)?,
                (6, Value::Varint(n)) => self.direction_id = Some(n as u32),
                (1..=6, _) => return Err(Odd),
                _ => {}
            }
        }
        Ok(())
    }
}

/// Where an entity's strings go.
struct Ink<'t> {
    text: &'t mut String,
    /// Where the entity's text begins.
    start: usize,
}

impl Ink<'_> {
    fn take(&mut self, bytes: &[u8]) -> Result<Stretch, Odd> {
        std::str::from_utf8(bytes).map(|text| self.write(text)).map_err(|_| Odd)
    }

    /// Blanks around a string say nothing.
    fn write(&mut self, text: &str) -> Stretch {
        let start = (self.text.len() - self.start) as u32;
        self.text.push_str(text.trim());
        Stretch { start, end: (self.text.len() - self.start) as u32 }
    }
}

/// The value of a field.
enum Value<'a> {
    Varint(u64),
    Bytes(&'a [u8]),
    Fixed32(f32),
    Fixed64,
}

/// The fields of a message, one after another.
struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    /// The next field's number and value; `None` at the end.
    #[inline]
    fn next(&mut self) -> Result<Option<(u32, Value<'a>)>, Odd> {
        /// The standard's greatest field number.
        const NUMBER_MOST: u64 = (1 << 29) - 1;
        if self.rest.is_empty() {
            return Ok(None);
        }
        let key = self.varint()?;
        let number = key >> 3;
        if number == 0 || number > NUMBER_MOST {
            return Err(Odd);
        }
        let value = match key & 7 {
            0 => Value::Varint(self.varint()?),
            1 => self.fixed().map(|_: [u8; 8]| Value::Fixed64)?,
            2 => {
                let length = usize::try_from(self.varint()?).map_err(|_| Odd)?;
                let (bytes, rest) = self.rest.split_at_checked(length).ok_or(Odd)?;
                self.rest = rest;
                Value::Bytes(bytes)
            }
            5 => Value::Fixed32(f32::from_le_bytes(self.fixed()?)),
            _ => return Err(Odd),
        };
        Ok(Some((number as u32, value)))
    }

    #[inline]
    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Odd> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(Odd)?;
        self.rest = rest;
        Ok(*bytes)
    }

    #[inline]
    fn varint(&mut self) -> Result<u64, Odd> {
        match self.rest {
            [byte, rest @ ..] if *byte < 0x80 => {
                self.rest = rest;
                Ok(u64::from(*byte))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u64, Odd> {
        /// Seven bits in each fit into 64 without overflow; a tenth byte is for the general parser.
        const BYTES_MOST: usize = 9;
        let mut value = 0;
        for (i, byte) in self.rest.iter().enumerate().take(BYTES_MOST) {
            value |= u64::from(byte & 0x7f) << (7 * i);
            if *byte < 0x80 {
                self.rest = &self.rest[i + 1..];
                return Ok(value);
            }
        }
        Err(Odd)
    }
}
