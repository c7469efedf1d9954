//! A run seen as a line with times on it.

use super::config::MonitorConfig;
use crate::ids::PatternIdx;
use crate::place::{EARTH_RADIUS_M, LatLon, Polyline};
use crate::time::EpochS;
use crate::timetable::{Pattern, StopTime, Timetable, TripInstance};

/// A run with what is needed to read its schedule without the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// Which run.
    pub instance: TripInstance,
    /// The pattern it drives.
    pub pattern: PatternIdx,
    /// Instant of time 0 of its stop times: origin of the service day plus the shift of a frequency run.
    pub base: EpochS,
    /// False where only a headway is promised (`exact_times` = 0): no deviation is known then.
    pub scheduled: bool,
}

/// A run's geometry and times, borrowed from the timetable.
#[derive(Clone, Copy)]
pub(super) struct Line<'t> {
    pub pattern: &'t Pattern,
    pub shape: &'t Polyline,
    pub times: &'t [StopTime],
    pub base: EpochS,
}

impl<'t> Line<'t> {
    pub fn of(timetable: &'t Timetable, run: &Run) -> Self {
        let pattern = timetable.pattern(run.pattern);
        Self {
            pattern,
            shape: &timetable.shapes[pattern.shape.get()],
            times: timetable.stop_times(run.instance.trip),
            base: run.base,
        }
    }

    /// Number of stops.
    pub fn stops(&self) -> usize {
        self.pattern.stop_offsets_m.len()
    }

    /// Metres along of a stop position.
    pub fn offset_m(&self, position: usize) -> f64 {
        self.pattern.stop_offsets_m[position]
    }

    /// Metres along of the last stop.
    pub fn end_m(&self) -> f64 {
        self.pattern.stop_offsets_m.last().copied().unwrap_or(0.0)
    }

    /// First scheduled departure and last scheduled arrival.
    pub fn span(&self) -> (EpochS, EpochS) {
        let first = self.times.first().map_or(0, |t| t.departure_s);
        let last = self.times.last().map_or(0, |t| t.arrival_s);
        (self.base + i64::from(first), self.base + i64::from(last))
    }

    /// First stop position whose offset is beyond `along_m`; the number of stops if none is.
    pub fn stop_after(&self, along_m: f64) -> usize {
        self.pattern.stop_offsets_m.partition_point(|o| *o <= along_m)
    }

    /// When the timetable has the run at `along_m`, seconds after `base`: departure times count, between
    /// stops it drives evenly.
    pub fn scheduled_s(&self, along_m: f64) -> f64 {
        let next = self.stop_after(along_m);
        if next == 0 {
            return f64::from(self.times[0].departure_s);
        }
        let before = next - 1;
        let leave = f64::from(self.times[before].departure_s);
        if next >= self.stops() {
            return f64::from(self.times[before].arrival_s);
        }
        let (from, to) = (self.offset_m(before), self.offset_m(next));
        let share = if to > from { (along_m - from) / (to - from) } else { 0.0 };
        leave + (f64::from(self.times[next].arrival_s) - leave) * share
    }

    /// How far from the line a vehicle at `along_m` may be and still be on it, metres. A line that was drawn
    /// straight because the feed has none says little about where the street is.
    pub fn tolerance_m(&self, config: &MonitorConfig, along_m: f64) -> f64 {
        if !self.pattern.shape_is_straight {
            return config.on_line_m;
        }
        let next = self.stop_after(along_m).clamp(1, self.stops() - 1);
        let stretch = self.offset_m(next) - self.offset_m(next - 1);
        (config.on_line_m + config.straight_line_share * stretch).min(config.straight_line_max_m)
    }

    /// The most that `tolerance_m` can be, metres.
    pub fn widest_m(&self, config: &MonitorConfig) -> f64 {
        if self.pattern.shape_is_straight { config.straight_line_max_m } else { config.on_line_m }
    }

    /// Place of the first (or last) stop.
    pub fn terminal(&self, last: bool) -> LatLon {
        self.shape.at(if last { self.end_m() } else { self.offset_m(0) })
    }
}

/// A place of a line near a fix.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Near {
    pub along_m: f64,
    pub distance_m: f64,
    /// Direction of the line there, degrees clockwise from north.
    pub bearing_deg: f64,
}

/// Most places of one line that are kept for one fix.
pub(super) const MAX_NEAR: usize = 6;

/// The local minima of distance, nearest places of each pass of the line, in order along it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NearPlaces {
    places: [Near; MAX_NEAR],
    count: usize,
}

impl NearPlaces {
    pub fn as_slice(&self) -> &[Near] {
        &self.places[..self.count]
    }

    /// Keeps the nearest of more than fit.
    fn push(&mut self, near: Near) {
        if self.count < MAX_NEAR {
            self.places[self.count] = near;
            self.count += 1;
            return;
        }
        let mut worst = 0;
        for i in 1..MAX_NEAR {
            if self.places[i].distance_m > self.places[worst].distance_m {
                worst = i;
            }
        }
        if near.distance_m < self.places[worst].distance_m {
            self.places[worst] = near;
        }
    }
}

/// Every place between `from_m` and `to_m` along the line that is a local minimum of the distance to
/// `place`, not farther than `within_m`. One local plane serves all pieces: no trigonometry per piece.
pub(super) fn places_near(
    shape: &Polyline,
    place: LatLon,
    from_m: f64,
    to_m: f64,
    within_m: f64,
) -> NearPlaces {
    let mut found = NearPlaces::default();
    if shape.points.len() < 2 {
        return found;
    }
    let (first, last) = (shape.piece_at(from_m), shape.piece_at(to_m.max(from_m)));
    let north = EARTH_RADIUS_M.to_radians();
    let east = north * place.lat.to_radians().cos();
    let local = |p: LatLon| {
        let mut lon = p.lon - place.lon;
        if lon.abs() > 180.0 {
            lon -= 360.0_f64.copysign(lon);
        }
        (lon * east, (p.lat - place.lat) * north)
    };
    let mut previous_sq = f64::INFINITY;
    let mut lowest: Option<(Near, f64, f64)> = None;
    let limit_sq = within_m * within_m;
    let (mut ax, mut ay) = local(shape.points[first]);
    for piece in first..=last {
        let (bx, by) = local(shape.points[piece + 1]);
        let (dx, dy) = (bx - ax, by - ay);
        let (start, end) = (shape.offsets_m[piece], shape.offsets_m[piece + 1]);
        let length_sq = dx * dx + dy * dy;
        let measured = end - start;
        let (mut low, mut high) = (0.0, 1.0);
        if measured > 0.0 {
            low = ((from_m - start) / measured).clamp(0.0, 1.0);
            high = ((to_m - start) / measured).clamp(low, 1.0);
        }
        let t = if length_sq > 0.0 { -(ax * dx + ay * dy) / length_sq } else { 0.0 };
        let t = t.clamp(low, high);
        let (x, y) = (ax + t * dx, ay + t * dy);
        let sq = x * x + y * y;
        if sq > previous_sq {
            // Going away again: what was lowest is a minimum.
            if let Some((near, dx, dy)) = lowest.take() {
                found.push(Near { bearing_deg: bearing_of(dx, dy), ..near });
            }
        } else if sq <= limit_sq && lowest.is_none_or(|(n, ..)| sq < n.distance_m * n.distance_m) {
            let near =
                Near { along_m: start + t * measured, distance_m: sq.sqrt(), bearing_deg: 0.0 };
            lowest = Some((near, dx, dy));
        }
        previous_sq = sq;
        (ax, ay) = (bx, by);
    }
    if let Some((near, dx, dy)) = lowest {
        found.push(Near { bearing_deg: bearing_of(dx, dy), ..near });
    }
    found
}

fn bearing_of(east: f64, north: f64) -> f64 {
    if east == 0.0 && north == 0.0 {
        return f64::NAN;
    }
    east.atan2(north).to_degrees().rem_euclid(360.0)
}

/// Degrees between two directions, 0..180; `None` if either is not known.
pub(super) fn angle_between(a: f64, b: f64) -> Option<f64> {
    let d = (a - b).abs().rem_euclid(360.0);
    d.is_finite().then_some(if d > 180.0 { 360.0 - d } else { d })
}
