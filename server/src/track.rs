//! A vehicle's positions in brief: some minutes of them in a line of text, about eight characters each.
//!
//! Numbers are written as in an encoded polyline: five bits a character, the lowest first, from `?` on. Each
//! position is five of them: seconds since the one before, degrees north and east in 1e-5 since the one before
//! (signed), speed in tenths of a metre a second and the standard's number of the occupancy, both plus one, 0 where
//! they are not told.

use transit::EpochS;

/// A position as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrackFix {
    /// When it was measured.
    pub at: EpochS,
    /// 1e-5 degrees north.
    pub lat_e5: i32,
    /// 1e-5 degrees east.
    pub lon_e5: i32,
    /// As reported, tenths of a metre a second.
    pub speed_dmps: Option<u16>,
    /// GTFS-realtime `occupancy_status`.
    pub occupancy: Option<u8>,
}

impl TrackFix {
    /// Degrees north and east.
    pub fn degrees(&self) -> (f64, f64) {
        (f64::from(self.lat_e5) / 1e5, f64::from(self.lon_e5) / 1e5)
    }
}

/// Bits of a number in one character.
const BITS: u32 = 5;
/// More characters follow.
const MORE: u64 = 1 << BITS;
/// The first character.
const FIRST: u8 = b'?';
/// A number of more bits is no number of ours.
const BITS_MAX: u32 = 60;

fn push(body: &mut String, mut value: u64) {
    while value >= MORE {
        body.push(char::from(FIRST + (value & (MORE - 1) | MORE) as u8));
        value >>= BITS;
    }
    body.push(char::from(FIRST + value as u8));
}

fn push_signed(body: &mut String, value: i64) {
    push(body, ((value << 1) ^ (value >> 63)) as u64);
}

/// Adds a position behind `before`; the first of a line counts from `from_at` and from 0° 0°.
pub fn append(body: &mut String, from_at: EpochS, before: Option<&TrackFix>, fix: &TrackFix) {
    let (at, lat, lon) = before.map_or((from_at, 0, 0), |b| (b.at, b.lat_e5, b.lon_e5));
    push(body, (fix.at - at).max(0) as u64);
    push_signed(body, i64::from(fix.lat_e5) - i64::from(lat));
    push_signed(body, i64::from(fix.lon_e5) - i64::from(lon));
    push(body, fix.speed_dmps.map_or(0, |s| u64::from(s) + 1));
    push(body, fix.occupancy.map_or(0, |o| u64::from(o) + 1));
}

/// The positions of a line; what is not such a line ends it.
pub fn fixes(from_at: EpochS, body: &str) -> Vec<TrackFix> {
    let mut numbers = Numbers { bytes: body.as_bytes() };
    let mut list: Vec<TrackFix> = Vec::new();
    while let Some(fix) = next(&mut numbers, from_at, list.last()) {
        list.push(fix);
    }
    list
}

fn next(numbers: &mut Numbers<'_>, from_at: EpochS, before: Option<&TrackFix>) -> Option<TrackFix> {
    let (at, lat, lon) = before.map_or((from_at, 0, 0), |b| (b.at, b.lat_e5, b.lon_e5));
    let later_s = i64::try_from(numbers.next()?).ok()?;
    let degree = |base: i32, step: i64| i32::try_from(i64::from(base).checked_add(step)?).ok();
    let (north, east) = (numbers.signed()?, numbers.signed()?);
    let (speed, occupancy) = (numbers.next()?, numbers.next()?);
    Some(TrackFix {
        at: at.checked_add(later_s)?,
        lat_e5: degree(lat, north)?,
        lon_e5: degree(lon, east)?,
        speed_dmps: speed.checked_sub(1).and_then(|s| u16::try_from(s).ok()),
        occupancy: occupancy.checked_sub(1).and_then(|o| u8::try_from(o).ok()),
    })
}

struct Numbers<'a> {
    bytes: &'a [u8],
}

impl Numbers<'_> {
    fn next(&mut self) -> Option<u64> {
        let (mut value, mut shift) = (0_u64, 0);
        loop {
            let (first, rest) = self.bytes.split_first()?;
            self.bytes = rest;
            let part = u64::from(first.checked_sub(FIRST)?);
            value |= (part & (MORE - 1)) << shift;
            shift += BITS;
            if part < MORE {
                return Some(value);
            }
            if shift > BITS_MAX {
                return None;
            }
        }
    }

    fn signed(&mut self) -> Option<i64> {
        let value = self.next()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(all: &[TrackFix]) -> String {
        let mut body = String::new();
        for (i, fix) in all.iter().enumerate() {
            append(&mut body, all[0].at, i.checked_sub(1).map(|b| &all[b]), fix);
        }
        body
    }

    #[test]
    fn what_is_written_is_read() {
        let fix = |at, lat_e5, lon_e5, speed_dmps, occupancy| TrackFix {
            at,
            lat_e5,
            lon_e5,
            speed_dmps,
            occupancy,
        };
        let all = [
            fix(1_779_000_000, 4_324_012, 7_690_500, Some(83), Some(3)),
            fix(1_779_000_010, 4_324_100, 7_690_380, Some(0), None),
            fix(1_779_000_010, 4_324_100, 7_690_380, None, Some(0)),
            fix(1_779_000_999, -3_324_100, -17_690_380, Some(599), Some(8)),
        ];
        let body = line(&all);
        assert_eq!(fixes(all[0].at, &body), all);
        assert!(body.len() < all.len() * 14 && body.is_ascii(), "{body}");
    }

    #[test]
    fn a_line_that_was_cut_ends_where_it_was_cut() {
        let fix = |at| TrackFix { at, lat_e5: 1, lon_e5: 2, speed_dmps: None, occupancy: None };
        let body = line(&[fix(10), fix(20)]);
        assert_eq!(fixes(10, &body[..body.len() - 1]), [fix(10)]);
        assert_eq!(fixes(10, "\u{7f}"), []);
        assert_eq!(fixes(10, "Ж"), []);
        assert_eq!(fixes(10, ""), []);
    }
}
