//! One entity of a message, read in place: strings are stretches of the message's bytes, nothing is allocated for
//! a vehicle.
//!
//! This reader knows vehicle positions as every producer writes them. Whatever else an entity holds (a trip
//! update, an alert, a field of an unexpected kind) is left to the general parser, whose word on what is
//! broken is the only one: see [`Entity::read`].

use crate::gtfs_realtime::{Alert, FeedEntity, TripUpdate};
use prost::{DecodeError, Message};

/// A stretch of an entity's text, bytes from its start; empty where the message gives nothing.
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
    #[inline]
    pub(super) fn of(self, text: &[u8]) -> Option<&str> {
        if self.is_empty() {
            return None;
        }
        std::str::from_utf8(text.get(self.start as usize..self.end as usize)?).ok()
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
    /// `vehicle.id`, else label, else plate, else the entity's id; empty where there is none.
    pub(super) name: Stretch,
    pub(super) label: Stretch,
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

/// `FeedEntity`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Entity {
    pub(super) id: Stretch,
    pub(super) is_deleted: bool,
    /// It has rarer contents too; they stand apart.
    pub(super) has_other: bool,
    pub(super) vehicle: Option<Vehicle>,
}

/// What the general parser made of an entity: its text is its own, not the message's.
pub(super) struct Apart {
    pub(super) entity: Entity,
    pub(super) other: Option<Other>,
    pub(super) text: String,
}

/// An entity that was read.
pub(super) enum Read {
    /// A vehicle, its strings stretches of the bytes that were read.
    InPlace(Entity),
    /// Anything else.
    Apart(Box<Apart>),
    /// A string of it is not UTF-8.
    Spoiled,
}

/// Something that this reader does not know, or a string that is not UTF-8.
struct Odd;

/// What names a vehicle, apart from its entity's id.
#[derive(Default)]
struct Names {
    id: Stretch,
    label: Stretch,
    plate: Stretch,
}

impl Entity {
    /// Reads the bytes of one entity. Errors are the general parser's.
    pub(super) fn read(frame: &[u8]) -> Result<Read, DecodeError> {
        if let Ok(entity) = Self::in_place(frame) {
            return Ok(Read::InPlace(entity));
        }
        match FeedEntity::decode(frame) {
            Ok(entity) => Ok(Read::Apart(Box::new(Apart::of(entity)))),
            Err(e) if e.to_string().contains("UTF-8") => Ok(Read::Spoiled),
            Err(e) => Err(e),
        }
    }

    /// True if it holds nothing that is read here.
    pub(super) fn is_empty(&self) -> bool {
        self.vehicle.is_none() && !self.has_other
    }

    fn in_place(frame: &[u8]) -> Result<Self, Odd> {
        let ink = Ink { frame };
        let mut entity = Self::default();
        let mut names = Names::default();
        let mut fields = Fields { rest: frame };
        while let Some(field) = fields.next()? {
            match field {
                (1, Value::Bytes(b)) => entity.id = ink.take(b)?,
                (2, Value::Varint(n)) => entity.is_deleted = n != 0,
                (4, Value::Bytes(b)) => {
                    entity.vehicle.get_or_insert_default().merge(b, &ink, &mut names)?;
                }
                (1..=5, _) => return Err(Odd),
                _ => {}
            }
        }
        entity.name_vehicle(&names);
        Ok(entity)
    }

    fn name_vehicle(&mut self, names: &Names) {
        let Some(vehicle) = &mut self.vehicle else { return };
        vehicle.label = names.label;
        let named = [names.id, names.label, names.plate, self.id];
        vehicle.name = named.into_iter().find(|s| !s.is_empty()).unwrap_or_default();
    }
}

impl Apart {
    fn of(from: FeedEntity) -> Self {
        let mut all = String::new();
        // Blanks around a string say nothing.
        let mut text = |text: Option<String>| {
            let start = all.len() as u32;
            all.push_str(text.as_deref().unwrap_or_default().trim());
            Stretch { start, end: all.len() as u32 }
        };
        let id = text(from.id);
        let mut names = Names::default();
        let vehicle = from.vehicle.map(|v| {
            let trip = v.trip.unwrap_or_default();
            let of = v.vehicle.unwrap_or_default();
            let position = v.position.unwrap_or_default();
            names = Names { id: text(of.id), label: text(of.label), plate: text(of.license_plate) };
            Vehicle {
                trip: Descriptor {
                    trip_id: text(trip.trip_id),
                    route_id: text(trip.route_id),
                    start_time: text(trip.start_time),
                    start_date: text(trip.start_date),
                    direction_id: trip.direction_id,
                    schedule_relationship: trip.schedule_relationship,
                },
                stop_id: text(v.stop_id),
                latitude: position.latitude,
                longitude: position.longitude,
                bearing_deg: position.bearing,
                speed_mps: position.speed,
                timestamp: v.timestamp,
                current_stop_sequence: v.current_stop_sequence,
                current_status: v.current_status,
                occupancy_status: v.occupancy_status,
                ..Vehicle::default()
            }
        });
        let (trip_update, alert) = (from.trip_update, from.alert);
        let other =
            (trip_update.is_some() || alert.is_some()).then_some(Other { trip_update, alert });
        let is_deleted = from.is_deleted == Some(true);
        let mut entity = Entity { id, is_deleted, has_other: other.is_some(), vehicle };
        entity.name_vehicle(&names);
        Self { entity, other, text: all }
    }
}

impl Vehicle {
    fn merge(&mut self, frame: &[u8], ink: &Ink<'_>, names: &mut Names) -> Result<(), Odd> {
        let mut fields = Fields { rest: frame };
        while let Some(field) = fields.next()? {
            match field {
                (1, Value::Bytes(b)) => self.trip.merge(b, ink)?,
                (2, Value::Bytes(b)) => self.merge_position(b)?,
                (3, Value::Varint(n)) => self.current_stop_sequence = Some(n as u32),
                (4, Value::Varint(n)) => self.current_status = Some(n as i32),
                (5, Value::Varint(n)) => self.timestamp = Some(n),
                (7, Value::Bytes(b)) => self.stop_id = ink.take(b)?,
                (8, Value::Bytes(b)) => names.merge(b, ink)?,
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
}

impl Names {
    fn merge(&mut self, frame: &[u8], ink: &Ink<'_>) -> Result<(), Odd> {
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
    fn merge(&mut self, frame: &[u8], ink: &Ink<'_>) -> Result<(), Odd> {
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

/// Where an entity's strings stand.
struct Ink<'f> {
    frame: &'f [u8],
}

impl Ink<'_> {
    /// The string `bytes`, which are part of the frame. Blanks around it say nothing.
    #[inline]
    fn take(&self, bytes: &[u8]) -> Result<Stretch, Odd> {
        let start = bytes.as_ptr().addr().wrapping_sub(self.frame.as_ptr().addr()) as u32;
        let tight = |end: Option<&u8>| end.is_none_or(u8::is_ascii_graphic);
        if tight(bytes.first()) && tight(bytes.last()) && bytes.is_ascii() {
            return Ok(Stretch { start, end: start + bytes.len() as u32 });
        }
        let text = std::str::from_utf8(bytes).map_err(|_| Odd)?;
        let start = start + (text.len() - text.trim_start().len()) as u32;
        Ok(Stretch { start, end: start + text.trim().len() as u32 })
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
