//! Where a vehicle is between two events: a closed formula of time, so that nothing is stepped.

use transit::LatLon;
use transit::ids::{PatternIdx, RouteIdx, TripIdx};

/// Most hops (standstill to standstill) between two stops.
pub(crate) const MAX_HOPS: usize = 6;

/// Seconds that a bus takes to reach its speed, and to stop from it.
const RAMP_S: f64 = 7.0;

/// From standstill to standstill.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Hop {
    pub start_ms: i64,
    pub end_ms: i64,
    pub from_m: f64,
    pub to_m: f64,
}

impl Hop {
    /// Metres along and metres per second at `at_ms`, which lies within the hop.
    fn at(&self, at_ms: i64) -> (f64, f64) {
        let total_s = (self.end_ms - self.start_ms) as f64 / 1000.0;
        if total_s <= 0.0 {
            return (self.to_m, 0.0);
        }
        let u = (at_ms - self.start_ms) as f64 / 1000.0 / total_s;
        let ramp = (RAMP_S / total_s).min(0.5);
        let top = 1.0 / (1.0 - ramp);
        let (share, speed) = if u < ramp {
            (top * u * u / (2.0 * ramp), top * u / ramp)
        } else if u <= 1.0 - ramp {
            (top * (u - ramp / 2.0), top)
        } else {
            let rest = 1.0 - u;
            (1.0 - top * rest * rest / (2.0 * ramp), top * rest / ramp)
        };
        let length_m = self.to_m - self.from_m;
        (self.from_m + length_m * share, speed * length_m / total_s)
    }
}

/// A short list of hops without allocation.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Hops {
    items: [Hop; MAX_HOPS],
    count: u8,
}

impl Hops {
    pub fn push(&mut self, hop: Hop) {
        if let Some(place) = self.items.get_mut(usize::from(self.count)) {
            *place = hop;
            self.count += 1;
        }
    }

    pub fn as_slice(&self) -> &[Hop] {
        &self.items[..usize::from(self.count)]
    }

    /// End of the last hop.
    pub fn end_ms(&self) -> Option<i64> {
        self.as_slice().last().map(|h| h.end_ms)
    }

    /// Lets the last hop end later.
    pub fn delay_end(&mut self, not_before_ms: i64) {
        let last = usize::from(self.count).saturating_sub(1);
        self.items[last].end_ms = self.items[last].end_ms.max(not_before_ms);
    }

    /// Metres along and metres per second; standing before, between and after hops.
    fn at(&self, at_ms: i64) -> (f64, f64) {
        let mut along_m = self.items[0].from_m;
        for hop in self.as_slice() {
            if at_ms < hop.start_ms {
                break;
            }
            if at_ms < hop.end_ms {
                return hop.at(at_ms);
            }
            along_m = hop.to_m;
        }
        (along_m, 0.0)
    }
}

/// A stretch driven aside of the line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Aside {
    /// Metres along the line where it is left, and where it is met again.
    pub stretch_m: (f64, f64),
    /// Metres to the right of the line.
    pub right_m: f64,
}

impl Aside {
    /// Metres to the right of the line at a place along it.
    fn at(&self, along_m: f64) -> f64 {
        let inside = (along_m - self.stretch_m.0).min(self.stretch_m.1 - along_m);
        let steep_m = self.right_m.abs().max(1.0);
        self.right_m * (inside / steep_m).clamp(0.0, 1.0)
    }
}

/// The way that hops are measured on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way {
    /// Standing.
    Stand(LatLon, f64),
    /// Straight from here to there.
    Straight(LatLon, LatLon),
    /// Along a pattern's shape.
    Pattern(PatternIdx, Option<Aside>),
}

/// What the feed is told of the trip.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Tag {
    pub trip: Option<TripIdx>,
    pub route: Option<RouteIdx>,
    pub direction: Option<u8>,
    /// Texts of `start_date` and, where the trip needs it, `start_time`.
    pub date: Option<u32>,
    pub time: Option<u32>,
}

/// What a vehicle does from one event to the next.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Motion {
    pub start_ms: i64,
    pub way: Way,
    pub hops: Hops,
    /// Shown in the feed at all.
    pub shown: bool,
    pub tag: Tag,
    /// The tag is `before` until then.
    pub tag_from_ms: i64,
    pub before: Tag,
    /// Pattern and stop position: standing there until the first hop, then on the way to `next`.
    pub stop: Option<(PatternIdx, u16, u16)>,
    pub occupancy: u8,
}

/// The truth about a vehicle at an instant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    pub place: LatLon,
    pub bearing_deg: f64,
    pub speed_mps: f64,
}

impl Motion {
    /// Stands at a place.
    pub fn stand(start_ms: i64, place: LatLon, bearing_deg: f64) -> Self {
        Self {
            start_ms,
            way: Way::Stand(place, bearing_deg),
            hops: Hops::default(),
            shown: true,
            tag: Tag::default(),
            tag_from_ms: start_ms,
            before: Tag::default(),
            stop: None,
            occupancy: 0,
        }
    }

    /// Where it is.
    pub fn spot(&self, timetable: &transit::Timetable, at_ms: i64) -> Spot {
        let (along_m, speed_mps) = self.hops.at(at_ms);
        match self.way {
            Way::Stand(place, bearing_deg) => Spot { place, bearing_deg, speed_mps: 0.0 },
            Way::Straight(from, to) => {
                let length_m = from.distance_m(to).max(1.0);
                let place = from.lerp(to, (along_m / length_m).clamp(0.0, 1.0));
                Spot { place, bearing_deg: from.bearing_deg(to), speed_mps }
            }
            Way::Pattern(pattern, aside) => {
                let shape = timetable.shape_of(pattern);
                let bearing_deg = shape.bearing_deg_at(along_m);
                let on_line = shape.at(along_m);
                let right_m = aside.map_or(0.0, |a| a.at(along_m));
                let place = if right_m == 0.0 {
                    on_line
                } else {
                    moved(on_line, bearing_deg + 90.0, right_m)
                };
                Spot { place, bearing_deg, speed_mps }
            }
        }
    }

    /// The trip shown at `at_ms`.
    pub fn tag_at(&self, at_ms: i64) -> Tag {
        if at_ms < self.tag_from_ms { self.before } else { self.tag }
    }

    /// Pattern, stop position and whether it stands there; else it is on the way to it.
    pub fn stop_at(&self, at_ms: i64) -> Option<(PatternIdx, u16, bool)> {
        let (pattern, here, next) = self.stop?;
        let left = self.hops.as_slice().first().is_some_and(|h| at_ms >= h.start_ms);
        Some(if left { (pattern, next, false) } else { (pattern, here, true) })
    }
}

/// The place `distance_m` from `place` in direction `bearing_deg`.
pub(crate) fn moved(place: LatLon, bearing_deg: f64, distance_m: f64) -> LatLon {
    let (sin, cos) = bearing_deg.to_radians().sin_cos();
    shifted(place, sin * distance_m, cos * distance_m)
}

/// The place `east_m` and `north_m` from `place`.
pub(crate) fn shifted(place: LatLon, east_m: f64, north_m: f64) -> LatLon {
    let scale = transit::place::EARTH_RADIUS_M.to_radians();
    let lat = place.lat + north_m / scale;
    let middle = (lat + place.lat) * 0.5;
    LatLon::new(lat, place.lon + east_m / (scale * middle.to_radians().cos()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hop_starts_and_ends_at_rest_and_never_goes_back() {
        let hop = Hop { start_ms: 1_000, end_ms: 41_000, from_m: 100.0, to_m: 500.0 };
        let mut last = 100.0;
        for ms in (1_000..=41_000).step_by(250) {
            let (along, speed) = hop.at(ms);
            assert!(along >= last - 1e-9 && (0.0..13.0).contains(&speed), "{ms} {along} {speed}");
            last = along;
        }
        assert!((last - 500.0).abs() < 1e-6);
        assert!(hop.at(1_000).1 < 1e-9 && hop.at(41_000).1 < 1e-9);
    }

    #[test]
    fn moved_goes_where_it_says() {
        let a = LatLon::new(43.25, 76.9);
        let b = moved(a, 90.0, 300.0);
        assert!((a.distance_m(b) - 300.0).abs() < 0.1 && b.lon > a.lon);
        assert!((a.bearing_deg(b) - 90.0).abs() < 0.1);
    }
}
