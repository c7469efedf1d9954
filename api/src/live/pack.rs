//! Vehicles that only moved, packed: what differs from the frame before, in bits.
//!
//! Both sides know the state before, and guess from it where a vehicle is by now: so far along its line as
//! its expected speed says, in the direction that it has. Only what differs from the guess is written. Bits
//! fill each byte from the least; numbers are exponential Golomb codes ([`Bits::number`]). All arithmetic is
//! on integers, so that the guess is the same wherever it is made.
//!
//! A vehicle, in this order; `same?` is one bit, 0 if nothing else follows of the field:
//!
//! | | |
//! | --- | --- |
//! | number of the vehicle | less the one of the vehicle before, less one; of the first itself |
//! | `measured_at` | same? age at the frame's `at`, seconds |
//! | stop | same? bit: [`flags::AT_STOP`] turned; `next_stop_position` |
//! | rare | all the same? flags (same? 5 bits), status (same? 3 bits), `headway_s` (same? value), `scheduled_headway_s` (same? value) |
//! | `schedule_deviation_s`, `speed_dmps`, `bearing_half_deg` | each: same? value |
//! | `along_m` | as guessed? value |
//! | place | as guessed? north, then east, in 1e-5 degrees |
//!
//! A value is written as 0 where there is none, else as one more than its zigzagged difference to the one
//! before (`along_m`: to the guess; where there was none: to 0).

use super::{LiveVehicle, flags};
use crate::resources::HeadwayStatus;
use serde::{Deserialize, Serialize};

/// A number that is not less is not packed: the vehicle is said in full.
const NUMBER_MAX: u64 = 1 << 24;
/// Most bits of a vehicle; a change that takes more is said in full.
const CHANGE_BITS_MAX: u32 = 120;
/// Bits of each field's usual values; a wrong choice costs bits, no truth.
const GAP: u32 = 3;
const AGE: u32 = 4;
const STOP: u32 = 1;
const HEADWAY: u32 = 6;
const DEVIATION: u32 = 5;
const SPEED: u32 = 4;
const BEARING: u32 = 4;
const ALONG: u32 = 5;
const PLACE_ON_LINE: u32 = 4;
const PLACE: u32 = 6;
/// Directions in a circle, 2° each.
const CIRCLE: i64 = 180;
/// [`LiveVehicle::bearing_half_deg`] when unknown.
pub const BEARING_UNKNOWN: u8 = 255;
/// A place is known to so many millionths of a degree.
pub const PLACE_UNIT_E6: i32 = 10;

/// Vehicles that only moved, packed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// How many.
    pub count: u32,
    /// See the module.
    pub bits: Vec<u8>,
}

/// What differs between two states of a vehicle.
#[derive(Clone, Copy, Debug, Default)]
pub struct Change {
    /// The first 64, and what follows.
    bits: [u64; 2],
    length: u32,
    too_long: bool,
}

/// Packs vehicles, by ascending number.
#[derive(Clone, Debug, Default)]
pub struct Packer {
    moved: Moved,
    waiting: u64,
    waiting_bits: u32,
    next: u32,
}

/// Unpacks vehicles.
#[derive(Clone, Debug)]
pub struct Unpacker<'a> {
    bits: Bits<'a>,
    left: u32,
    next: u32,
    at: i64,
}

impl Packer {
    /// Appends a vehicle.
    pub fn put(&mut self, vehicle: u32, change: Change) {
        let mut gap = Change::default();
        gap.number(u64::from(vehicle.wrapping_sub(self.next)), GAP);
        self.append(gap.bits[0], gap.length);
        self.append(change.bits[0], change.length.min(64));
        self.append(change.bits[1], change.length.saturating_sub(64));
        self.moved.count += 1;
        self.next = vehicle.wrapping_add(1);
    }

    /// Whether nothing was put.
    pub fn is_empty(&self) -> bool {
        self.moved.count == 0
    }

    /// All that was put.
    pub fn finish(&self) -> Moved {
        let mut moved = self.moved.clone();
        let rest = self.waiting_bits.div_ceil(8) as usize;
        moved.bits.extend_from_slice(&self.waiting.to_le_bytes()[..rest]);
        moved
    }

    /// Appends at most 64 bits.
    fn append(&mut self, bits: u64, length: u32) {
        if length == 0 {
            return;
        }
        self.waiting |= bits << self.waiting_bits;
        let all = self.waiting_bits + length;
        if all < 64 {
            self.waiting_bits = all;
            return;
        }
        self.moved.bits.extend_from_slice(&self.waiting.to_le_bytes());
        self.waiting = bits.checked_shr(64 - self.waiting_bits).unwrap_or(0);
        self.waiting_bits = all - 64;
    }
}

impl<'a> Unpacker<'a> {
    /// The vehicles of a frame's `moved`.
    pub fn new(moved: &'a Moved, at: i64) -> Self {
        Self { bits: Bits { bytes: &moved.bits, at: 0 }, left: moved.count, next: 0, at }
    }

    /// Whether there is no vehicle more.
    pub fn is_done(&self) -> bool {
        self.left == 0
    }

    /// The number of the next vehicle, whose state is then to be given to [`Unpacker::apply`]. `None` when
    /// the bits end: they are broken.
    pub fn vehicle(&mut self) -> Option<u32> {
        let vehicle = self.next.wrapping_add(self.bits.number(GAP)?);
        self.left -= 1;
        self.next = vehicle.wrapping_add(1);
        Some(vehicle)
    }

    /// Brings the state of the vehicle, as of the frame before, up to date. `None` when the bits end.
    pub fn apply(&mut self, state: &mut LiveVehicle) -> Option<()> {
        let before = state.measured_at;
        let bits = &mut self.bits;
        if bits.bit()? {
            state.measured_at = self.at - i64::from(bits.number(AGE)?);
        }
        if bits.bit()? {
            state.flags ^= bits.raw(1)? as u8 * flags::AT_STOP;
            let mut next = state.next_stop_position.map(i64::from);
            bits.value(STOP, &mut next)?;
            state.next_stop_position = next.map(|n| n as u16);
        }
        if bits.bit()? {
            if bits.bit()? {
                state.flags = bits.raw(5)? as u8;
            }
            if bits.bit()? {
                state.headway_status = status(bits.raw(3)?);
            }
            bits.integer(HEADWAY, &mut state.headway_s)?;
            bits.integer(HEADWAY, &mut state.scheduled_headway_s)?;
        }
        bits.integer(DEVIATION, &mut state.schedule_deviation_s)?;
        // The guess goes by the speed that was known.
        let mut along = guess_along_m(state, state.measured_at - before);
        if bits.bit()? {
            let mut speed = Some(i64::from(state.speed_dmps));
            bits.value(SPEED, &mut speed)?;
            state.speed_dmps = speed.unwrap_or_default() as u16;
        }
        if bits.bit()? {
            let mut turned = bearing(state);
            bits.value(BEARING, &mut turned)?;
            state.bearing_half_deg = turned.map_or(BEARING_UNKNOWN, |b| b.rem_euclid(CIRCLE) as u8);
        }
        if bits.bit()? {
            bits.value(ALONG, &mut along)?;
        }
        let along_before = state.along_m;
        state.along_m = along.map(|a| a as u32);
        let from = (state.lat_e6, state.lon_e6);
        (state.lat_e6, state.lon_e6) = guess_place(from, along_before, state);
        if bits.bit()? {
            let k = if on_line(state, along_before) { PLACE_ON_LINE } else { PLACE };
            let (north, east) = (unzigzag(bits.number(k)?), unzigzag(bits.number(k)?));
            state.lat_e6 = moved(state.lat_e6, north);
            state.lon_e6 = moved(state.lon_e6, east);
        }
        Some(())
    }
}

impl Change {
    /// What leads from `before` to `after` in a frame of `at`; `None` if it is too much, and `after` better
    /// said in full.
    pub fn new(before: &LiveVehicle, after: &LiveVehicle, at: i64) -> Option<Self> {
        let mut it = Self::default();
        if it.differs(before.measured_at != after.measured_at) {
            it.number(u64::try_from(at - after.measured_at).unwrap_or(u64::MAX), AGE);
        }
        let turned = (before.flags ^ after.flags) & flags::AT_STOP != 0;
        let (was, is) = (before.next_stop_position, after.next_stop_position);
        if it.differs(turned || was != is) {
            it.raw(u64::from(turned), 1);
            it.value(STOP, was.map(i64::from), is.map(i64::from));
        }
        if it.differs(rare(before) != rare(after)) {
            if it.differs((before.flags ^ after.flags) & !flags::AT_STOP != 0) {
                it.raw(u64::from(after.flags), 5);
            }
            if it.differs(before.headway_status != after.headway_status) {
                it.raw(after.headway_status as u64, 3);
            }
            it.integer(HEADWAY, before.headway_s, after.headway_s);
            it.integer(HEADWAY, before.scheduled_headway_s, after.scheduled_headway_s);
        }
        it.integer(DEVIATION, before.schedule_deviation_s, after.schedule_deviation_s);
        let (was, is) = (before.speed_dmps, after.speed_dmps);
        if it.differs(was != is) {
            it.value(SPEED, Some(i64::from(was)), Some(i64::from(is)));
        }
        if it.differs(before.bearing_half_deg != after.bearing_half_deg) {
            let turn = |b| nearer(b, bearing(before).unwrap_or(0));
            it.value(BEARING, bearing(before), bearing(after).map(turn));
        }
        let guess = guess_along_m(before, after.measured_at - before.measured_at);
        let is = after.along_m.map(i64::from);
        if it.differs(guess != is) {
            it.value(ALONG, guess, is);
        }
        let guess = expected_place(before, after);
        if it.differs(guess != (after.lat_e6, after.lon_e6)) {
            let k = if on_line(after, before.along_m) { PLACE_ON_LINE } else { PLACE };
            let unit = i64::from(PLACE_UNIT_E6);
            let north = i64::from(after.lat_e6) - i64::from(guess.0);
            let east = i64::from(after.lon_e6) - i64::from(guess.1);
            it.number(zigzag(north / unit), k);
            it.number(zigzag(east / unit), k);
            it.too_long |= north % unit != 0 || east % unit != 0;
        }
        (!it.too_long).then_some(it)
    }

    fn differs(&mut self, differs: bool) -> bool {
        self.raw(u64::from(differs), 1);
        differs
    }

    /// At most 64 bits, the rest of `bits` being 0.
    fn raw(&mut self, bits: u64, length: u32) {
        if self.length + length > CHANGE_BITS_MAX {
            self.too_long = true;
            return;
        }
        if self.length < 64 {
            self.bits[0] |= bits << self.length;
            self.bits[1] |= bits.checked_shr(64 - self.length).unwrap_or(0);
        } else {
            self.bits[1] |= bits << (self.length - 64);
        }
        self.length += length;
    }

    /// An exponential Golomb code: as many zeros as the number has bits beyond `k`, a one, and all its bits
    /// but the first.
    fn number(&mut self, number: u64, k: u32) {
        if number >= NUMBER_MAX {
            self.too_long = true;
            return;
        }
        let number = number + (1 << k);
        let bits = number.ilog2();
        let beyond = bits - k;
        let tail = number & ((1 << bits) - 1);
        self.raw(1 << beyond | tail << (beyond + 1), beyond + 1 + bits);
    }

    fn value(&mut self, k: u32, before: Option<i64>, after: Option<i64>) {
        self.number(after.map_or(0, |v| zigzag(v - before.unwrap_or(0)) + 1), k);
    }

    /// The same with its question.
    fn integer(&mut self, k: u32, before: Option<i32>, after: Option<i32>) {
        if self.differs(before != after) {
            self.value(k, before.map(i64::from), after.map(i64::from));
        }
    }
}

/// What has been read.
#[derive(Clone, Debug)]
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn bit(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (self.at % 8) & 1;
        self.at += 1;
        Some(bit != 0)
    }

    fn raw(&mut self, length: u32) -> Option<u32> {
        let mut all = 0;
        for i in 0..length {
            all |= u32::from(self.bit()?) << i;
        }
        Some(all)
    }

    fn number(&mut self, k: u32) -> Option<u32> {
        let mut bits = k;
        while !self.bit()? {
            bits += 1;
        }
        // No number of ours is so long; a longer one would not fit.
        if bits > NUMBER_MAX.ilog2() {
            return None;
        }
        Some((1 << bits) + self.raw(bits)? - (1 << k))
    }

    /// Brings a value up to date.
    fn value(&mut self, k: u32, value: &mut Option<i64>) -> Option<()> {
        let code = self.number(k)?;
        *value = code.checked_sub(1).map(|z| value.unwrap_or(0) + unzigzag(z));
        Some(())
    }

    /// The same with its question.
    fn integer(&mut self, k: u32, integer: &mut Option<i32>) -> Option<()> {
        if !self.bit()? {
            return Some(());
        }
        let mut value = integer.map(i64::from);
        self.value(k, &mut value)?;
        *integer = value.map(|v| v as i32);
        Some(())
    }
}

fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63) as u64
}

fn unzigzag(code: u32) -> i64 {
    i64::from(code >> 1) ^ -i64::from(code & 1)
}

fn rare(v: &LiveVehicle) -> (u8, HeadwayStatus, Option<i32>, Option<i32>) {
    (v.flags | flags::AT_STOP, v.headway_status, v.headway_s, v.scheduled_headway_s)
}

fn status(code: u32) -> HeadwayStatus {
    const ALL: [HeadwayStatus; 6] = [
        HeadwayStatus::Unknown,
        HeadwayStatus::VeryBunched,
        HeadwayStatus::Bunched,
        HeadwayStatus::Even,
        HeadwayStatus::Gapped,
        HeadwayStatus::VeryGapped,
    ];
    ALL.get(code as usize).copied().unwrap_or_default()
}

fn bearing(v: &LiveVehicle) -> Option<i64> {
    (v.bearing_half_deg != BEARING_UNKNOWN).then_some(i64::from(v.bearing_half_deg))
}

/// The turn of `bearing` that is nearest to `before`.
fn nearer(bearing: i64, before: i64) -> i64 {
    before + (bearing - before + CIRCLE / 2).rem_euclid(CIRCLE) - CIRCLE / 2
}

/// Whether a vehicle follows its line now and before.
fn on_line(now: &LiveVehicle, along_before: Option<u32>) -> bool {
    now.along_m.is_some()
        && along_before.is_some()
        && now.flags & (flags::OFF_ROUTE | flags::LAYOVER) == 0
}

/// How far along its line a vehicle is expected `passed_s` after `before`, metres.
fn guess_along_m(before: &LiveVehicle, passed_s: i64) -> Option<i64> {
    let driven = i64::from(before.speed_dmps) * passed_s.clamp(0, 3_600) / 10;
    before.along_m.map(|along| (i64::from(along) + driven).min(i64::from(u32::MAX)))
}

/// Where `after` is expected to be by all else that is known of it, millionths of a degree north and east:
/// on its line, straight on from the place before; else where it was.
pub fn expected_place(before: &LiveVehicle, after: &LiveVehicle) -> (i32, i32) {
    guess_place((before.lat_e6, before.lon_e6), before.along_m, after)
}

/// The guess from a place and metres along the line before; nothing is asked of the place of `now`.
fn guess_place(from: (i32, i32), along_before: Option<u32>, now: &LiveVehicle) -> (i32, i32) {
    let (Some(along), Some(before)) = (now.along_m, along_before) else { return from };
    if along == before || now.bearing_half_deg == BEARING_UNKNOWN || !on_line(now, along_before) {
        return from;
    }
    let metres = i64::from(along) - i64::from(before);
    let (sine, cosine) = sine_and_cosine(now.bearing_half_deg);
    // Units of place in a metre of latitude: 0.8993, as 921 / 1024; the sines have their own 1024.
    let north = metres * cosine * 921 / (1024 * 1024);
    let east = metres * sine * 921 / (1024 * parallel(from.0));
    (moved(from.0, north), moved(from.1, east))
}

/// A coordinate, so many units on.
fn moved(from_e6: i32, units: i64) -> i32 {
    from_e6.wrapping_add((units as i32).wrapping_mul(PLACE_UNIT_E6))
}

/// Sines of 0°, 2°, … 90°, of 1024.
const SINES: [i16; 46] = [
    0, 36, 71, 107, 143, 178, 213, 248, 282, 316, 350, 384, 416, 449, 481, 512, 543, 573, 602, 630,
    658, 685, 711, 737, 761, 784, 807, 828, 849, 868, 887, 904, 920, 935, 949, 962, 974, 984, 994,
    1002, 1008, 1014, 1018, 1022, 1023, 1024,
];

fn sine_and_cosine(bearing_half_deg: u8) -> (i64, i64) {
    let within = usize::from(bearing_half_deg % 45);
    let (rising, falling) = (i64::from(SINES[within]), i64::from(SINES[45 - within]));
    match bearing_half_deg / 45 {
        0 => (rising, falling),
        1 => (falling, -rising),
        2 => (-rising, -falling),
        _ => (-falling, rising),
    }
}

/// The cosine of a latitude, of 1024, never 0.
fn parallel(lat_e6: i32) -> i64 {
    const STEP: u32 = 2_000_000;
    let from_pole = 90_000_000_u32.saturating_sub(lat_e6.unsigned_abs());
    let (low, part) = ((from_pole / STEP).min(44) as usize, i64::from(from_pole % STEP));
    let (low, high) = (i64::from(SINES[low]), i64::from(SINES[low + 1]));
    (low + (high - low) * part / i64::from(STEP)).max(16)
}

#[cfg(test)]
mod tests;
