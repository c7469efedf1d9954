//! A run seen as a line with times on it.

use super::config::MonitorConfig;
use crate::ids::PatternIdx;
use crate::place::{EARTH_RADIUS_M, LatLon, Polyline};
use crate::time::EpochS;
use crate::timetable::{Pattern, StopTime, Timetable, TripInstance};

/// A run with what is needed to read its schedule without the calendar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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

/// Two places of a line closer together than this are one, metres: bends have several nearest points.
const ONE_PLACE_M: f64 = 20.0;
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

    /// Of two places close together the nearer stays; of more than fit, the nearest do.
    fn push(&mut self, near: Near) {
        if let Some(last) = self.count.checked_sub(1).map(|i| &mut self.places[i])
            && near.along_m - last.along_m < ONE_PLACE_M
        {
            if near.distance_m < last.distance_m {
                *last = near;
            }
            return;
        }
        if self.count < MAX_NEAR {
            self.places[self.count] = near;
            self.count += 1;
            return;
        }
        let farther = |a: &usize, b: &usize| {
            self.places[*a].distance_m.total_cmp(&self.places[*b].distance_m)
        };
        let worst = (0..MAX_NEAR).max_by(farther).unwrap_or(0);
        if near.distance_m < self.places[worst].distance_m {
            self.places[worst..].rotate_left(1);
            self.places[MAX_NEAR - 1] = near;
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
    let limit_sq = within_m * within_m;
    // A place in the middle of a piece is a minimum; a corner is one if both its pieces are nearest there.
    let mut at_corner = true;
    let (mut ax, mut ay) = local(shape.points[first]);
    for piece in first..=last {
        let (bx, by) = local(shape.points[piece + 1]);
        let (dx, dy) = (bx - ax, by - ay);
        let (start, end) = (shape.offsets_m[piece], shape.offsets_m[piece + 1]);
        let length_sq = dx * dx + dy * dy;
        let ahead = -(ax * dx + ay * dy);
        let whole = start >= from_m && end <= to_m && length_sq > 0.0;
        // Most pieces of a window are nearest at one of their ends. Whether that is a minimum, the next one says,
        // or the one before has said.
        let passed = whole && ahead >= length_sq && piece < last;
        if passed || (whole && ahead <= 0.0 && !at_corner) {
            at_corner = passed;
            (ax, ay) = (bx, by);
            continue;
        }
        let measured = end - start;
        let (mut low, mut high) = (0.0, 1.0);
        if measured > 0.0 && (start < from_m || end > to_m) {
            low = ((from_m - start) / measured).clamp(0.0, 1.0);
            high = ((to_m - start) / measured).clamp(low, 1.0);
        }
        let free = if length_sq > 0.0 { ahead / length_sq } else { low };
        let t = free.clamp(low, high);
        let (x, y) = (ax + t * dx, ay + t * dy);
        let sq = x * x + y * y;
        let to_end = free >= high;
        if (!to_end || piece == last) && (free > low || at_corner) && sq <= limit_sq {
            found.push(Near {
                along_m: start + t * measured,
                distance_m: sq.sqrt(),
                bearing_deg: bearing_of(dx, dy),
            });
        }
        at_corner = to_end;
        (ax, ay) = (bx, by);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn alongs(shape: &Polyline, place: LatLon, from_m: f64, to_m: f64) -> Vec<i64> {
        let near = places_near(shape, place, from_m, to_m, 80.0);
        near.as_slice().iter().map(|n| n.along_m.round() as i64).collect()
    }

    #[test]
    fn a_street_driven_out_and_back_is_near_twice() {
        let points = [43.20, 43.21, 43.20].map(|lat| LatLon::new(lat, 76.9));
        let shape = Polyline::new(points.to_vec());
        let place = LatLon::new(43.205, 76.9001);
        assert_eq!(alongs(&shape, place, 0.0, 2_224.0), [556, 1_668]);
        assert_eq!(alongs(&shape, place, 0.0, 1_000.0), [556]);
        assert_eq!(alongs(&shape, place, 540.0, 570.0), [556]);
        assert_eq!(
            alongs(&shape, place, 600.0, 1_000.0),
            [600],
            "the end of the window is near too"
        );
        assert_eq!(alongs(&shape, place, 700.0, 1_000.0), [0; 0]);
        assert_eq!(alongs(&shape, LatLon::new(43.2103, 76.9), 0.0, 2_224.0), [1_112], "a corner");
    }

    #[test]
    fn the_nearest_place_is_that_of_the_whole_line() {
        let points: Vec<LatLon> = (0..60)
            .map(|i| {
                let a = f64::from(i) * 0.4;
                LatLon::new(43.2 + 0.002 * a.sin(), 76.9 + 0.0004 * f64::from(i))
            })
            .collect();
        let shape = Polyline::new(points);
        for i in 0..200 {
            let place = LatLon::new(43.2 + 0.001 * f64::from(i % 5), 76.9 + 0.0001 * f64::from(i));
            let whole = shape.project_between(place, 0.0, shape.length_m()).unwrap();
            let near = places_near(&shape, place, 0.0, shape.length_m(), 1e6);
            let best = near.as_slice().iter().map(|n| n.distance_m).fold(f64::INFINITY, f64::min);
            assert!((best - whole.distance_m).abs() < 0.5, "{i}: {best} {whole:?}");
        }
    }
}
