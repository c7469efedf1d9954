//! Frames as bytes, each encoded once, whoever reads it.
//!
//! postcard writes a list as its length and then its items one after another, so a vehicle's bytes are the
//! same in every frame of a tick: they are made once and copied into each topic that the vehicle is in.

use super::fleet::{Fleet, Row};
use crate::view::Language;
use api::live::{Body, Cursor, Frame};
use bytes::Bytes;
use std::sync::OnceLock;

/// Index of [`Body::Snapshot`] in postcard.
const SNAPSHOT: u32 = 0;
/// Index of [`Body::Delta`] in postcard.
const DELTA: u32 = 1;
/// Bytes of the length before each frame.
const LENGTH_BYTES: usize = 4;
/// More than any vehicle without identity takes: 13 fields, none over 5 bytes.
const VEHICLE_BYTES_MAX: usize = 72;

/// A frame with its length before it, and the same as JSON once somebody asks.
#[derive(Debug)]
pub struct Encoded {
    /// Length (u32, little-endian) and postcard.
    pub framed: Bytes,
    json: OnceLock<Bytes>,
}

impl Encoded {
    /// Encodes a frame.
    pub fn new(frame: &Frame) -> Self {
        let body = postcard::to_stdvec(frame).unwrap_or_default();
        let mut framed = Vec::with_capacity(LENGTH_BYTES + body.len());
        framed.extend((body.len() as u32).to_le_bytes());
        framed.extend(body);
        Self::of(framed)
    }

    fn of(framed: Vec<u8>) -> Self {
        Self { framed: framed.into(), json: OnceLock::new() }
    }

    /// The frame as JSON. Made of the binary one, so that both say the same.
    pub fn json(&self) -> &Bytes {
        self.json.get_or_init(|| {
            let frame: Option<Frame> = postcard::from_bytes(&self.framed[LENGTH_BYTES..]).ok();
            frame.and_then(|f| serde_json::to_vec(&f).ok()).unwrap_or_default().into()
        })
    }
}

/// A vehicle in a tick, as bytes without identity.
pub struct VehicleBytes {
    bytes: [u8; VEHICLE_BYTES_MAX],
    length: usize,
    /// Where the byte stands that says whether there is an identity.
    identity_at: usize,
}

impl VehicleBytes {
    /// Encodes `row` as of `at`.
    pub fn new(row: &Row, at: i64) -> Self {
        let mut wire = row.wire.clone();
        wire.age_s = u32::try_from(at - row.measured_at).unwrap_or(0);
        let mut bytes = [0; VEHICLE_BYTES_MAX];
        let length = postcard::to_slice(&wire, &mut bytes).map_or(0, |b| b.len());
        Self { bytes, length, identity_at: varint_bytes(wire.vehicle) }
    }

    /// Appends it without identity.
    pub fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.bytes[..self.length]);
    }

    /// Appends it with its identity, names in `language`.
    pub fn put_with_identity(
        &self,
        row: &Row,
        fleet: &Fleet,
        language: Language,
        out: &mut Vec<u8>,
    ) {
        out.extend_from_slice(&self.bytes[..self.identity_at]);
        out.push(1);
        let identity = &*row.identity;
        let headsign = identity.headsign.as_deref();
        let timetable = &fleet.published.snapshot.timetable;
        let translated = headsign.map(|h| timetable.translated(h, language.code()));
        let encoded = if translated == headsign {
            postcard::to_stdvec(identity)
        } else {
            let headsign = translated.map(str::to_owned);
            postcard::to_stdvec(&api::live::Identity { headsign, ..identity.clone() })
        };
        out.extend(encoded.unwrap_or_default());
        out.extend_from_slice(&self.bytes[self.identity_at + 1..self.length]);
    }
}

/// A delta under construction.
#[derive(Debug, Default)]
pub struct Delta {
    changed: u32,
    changed_bytes: Vec<u8>,
    gone: u32,
    gone_bytes: Vec<u8>,
}

impl Delta {
    /// Room for one more changed vehicle.
    pub fn changed(&mut self) -> &mut Vec<u8> {
        self.changed += 1;
        &mut self.changed_bytes
    }

    /// One has left.
    pub fn gone(&mut self, vehicle: u32) {
        self.gone += 1;
        put_varint(vehicle, &mut self.gone_bytes);
    }

    /// Nothing has changed.
    pub fn is_empty(&self) -> bool {
        self.changed == 0 && self.gone == 0
    }

    /// The frame.
    pub fn encode(&self, topic: &str, cursor: Cursor, at: i64) -> Encoded {
        let mut out = begin(topic, cursor, at, self.changed_bytes.len() + self.gone_bytes.len());
        put_varint(DELTA, &mut out);
        put_varint(self.changed, &mut out);
        out.extend_from_slice(&self.changed_bytes);
        put_varint(self.gone, &mut out);
        out.extend_from_slice(&self.gone_bytes);
        finish(out)
    }
}

/// A snapshot of the vehicles that pass `inside`.
pub fn snapshot(
    fleet: &Fleet,
    language: Language,
    topic: &str,
    cursor: Cursor,
    inside: impl Fn(&Row) -> bool,
) -> Encoded {
    let at = fleet.at();
    let mut vehicles = Vec::new();
    let mut count = 0;
    for row in fleet.rows.iter().filter(|r| inside(r)) {
        VehicleBytes::new(row, at).put_with_identity(row, fleet, language, &mut vehicles);
        count += 1;
    }
    let mut out = begin(topic, cursor, at, vehicles.len());
    put_varint(SNAPSHOT, &mut out);
    put_varint(count, &mut out);
    out.extend_from_slice(&vehicles);
    finish(out)
}

/// A frame of the connection's own.
pub fn own(cursor: Cursor, at: i64, body: Body) -> Encoded {
    Encoded::new(&Frame { topic: String::new(), cursor, at, body })
}

fn begin(topic: &str, cursor: Cursor, at: i64, body_bytes: usize) -> Vec<u8> {
    let head = postcard::to_stdvec(&(topic, cursor, at)).unwrap_or_default();
    let mut out = Vec::with_capacity(LENGTH_BYTES + head.len() + body_bytes + 16);
    out.extend([0; LENGTH_BYTES]);
    out.extend(head);
    out
}

fn finish(mut out: Vec<u8>) -> Encoded {
    let length = (out.len() - LENGTH_BYTES) as u32;
    out[..LENGTH_BYTES].copy_from_slice(&length.to_le_bytes());
    Encoded::of(out)
}

/// postcard's unsigned integer: seven bits a byte, the least first.
fn put_varint(mut value: u32, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

const fn varint_bytes(value: u32) -> usize {
    match value {
        0..0x80 => 1,
        0x80..0x4000 => 2,
        0x4000..0x20_0000 => 3,
        0x20_0000..0x1000_0000 => 4,
        _ => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_postcards_own() {
        for value in [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 1 << 28, u32::MAX] {
            let mut out = Vec::new();
            put_varint(value, &mut out);
            assert_eq!(out, postcard::to_stdvec(&value).unwrap());
            assert_eq!(out.len(), varint_bytes(value));
        }
    }
}
