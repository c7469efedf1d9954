//! Frames as bytes, each encoded once, whoever reads it.

use super::fleet::{Fleet, Row};
use crate::view::Language;
use api::live::pack::{Change, Packer};
use api::live::{Body, Cursor, Frame, Identity, LiveVehicle};
use bytes::Bytes;

/// Bytes of the length before each frame.
const LENGTH_BYTES: usize = 4;

/// How frames are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Each its length (u32, little-endian) and postcard; vehicles that only moved are packed.
    #[default]
    Binary,
    /// JSON; each vehicle in full.
    Json,
}

/// A frame as its readers get it.
#[derive(Debug)]
pub struct Encoded {
    /// The hub's tick that it leads up to: frames of several topics are read in this order.
    pub tick: u32,
    /// In its stream's format.
    pub framed: Bytes,
}

impl Encoded {
    /// Encodes a frame.
    pub fn new(frame: &Frame, tick: u32, format: Format) -> Self {
        let framed = match format {
            Format::Json => serde_json::to_vec(frame).unwrap_or_default(),
            Format::Binary => {
                let room = vec![0; LENGTH_BYTES];
                let mut framed = postcard::to_extend(frame, room).unwrap_or_default();
                let length = framed.len().saturating_sub(LENGTH_BYTES) as u32;
                if let Some(head) = framed.first_chunk_mut() {
                    *head = length.to_le_bytes();
                }
                framed
            }
        };
        Self { tick, framed: framed.into() }
    }
}

/// A delta under construction.
#[derive(Debug, Default)]
pub struct Delta {
    changed: Vec<LiveVehicle>,
    moved: Packer,
    gone: Vec<u32>,
}

impl Delta {
    /// A vehicle that is new to the topic, or has another identity, or is said in full anyway.
    pub fn changed(&mut self, vehicle: LiveVehicle) {
        self.changed.push(vehicle);
    }

    /// A vehicle that only moved.
    pub fn moved(&mut self, vehicle: u32, change: Change) {
        self.moved.put(vehicle, change);
    }

    /// One has left.
    pub fn gone(&mut self, vehicle: u32) {
        self.gone.push(vehicle);
    }

    /// Nothing has changed.
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.moved.is_empty() && self.gone.is_empty()
    }

    /// What a frame says of it.
    pub fn body(self, format: Format) -> Body {
        let Self { changed, moved, gone } = self;
        match format {
            Format::Json => Body::Delta { changed, gone },
            Format::Binary => Body::Packed { changed, moved: moved.finish(), gone },
        }
    }
}

/// A vehicle in full, names in `language`.
pub fn in_full(row: &Row, fleet: &Fleet, language: Language) -> LiveVehicle {
    let mut identity: Identity = (*row.identity).clone();
    if let Some(headsign) = &mut identity.headsign {
        let timetable = &fleet.published.snapshot.timetable;
        let translated = timetable.translated(headsign, language.code());
        if translated != *headsign {
            *headsign = translated.to_owned();
        }
    }
    LiveVehicle { identity: Some(Box::new(identity)), ..row.wire.clone() }
}

/// A snapshot of the vehicles that pass `inside`.
pub fn snapshot(fleet: &Fleet, language: Language, inside: impl Fn(&Row) -> bool) -> Body {
    let all = fleet.rows.iter().filter(|r| inside(r));
    Body::Snapshot(all.map(|row| in_full(row, fleet, language)).collect())
}

/// A frame of the connection's own.
pub fn own(cursor: Cursor, at: i64, body: Body, tick: u32, format: Format) -> Encoded {
    Encoded::new(&Frame { topic: String::new(), cursor, at, body }, tick, format)
}
