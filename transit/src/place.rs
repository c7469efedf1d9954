//! Places on the ground and lines through them. Distances are metres on a sphere, computed on a local
//! plane: within a city the error is under 0.1 %, far below that of any fix.

/// Mean radius of the Earth, metres (IUGG).
pub const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// WGS 84 position in degrees.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LatLon {
    /// Latitude, degrees north.
    pub lat: f64,
    /// Longitude, degrees east.
    pub lon: f64,
}

impl LatLon {
    /// A position from degrees.
    pub const fn new(lat: f64, lon: f64) -> Self {
        Self { lat, lon }
    }

    /// Finite, within the globe and not "null island" (both coordinates within 0.01° of zero).
    pub fn is_plausible(self) -> bool {
        self.lat.is_finite()
            && self.lon.is_finite()
            && self.lat.abs() <= 90.0
            && self.lon.abs() <= 180.0
            && !(self.lat.abs() < 0.01 && self.lon.abs() < 0.01)
    }

    /// East and north of `origin`, metres on its tangent plane.
    #[inline]
    pub fn offset_from(self, origin: Self) -> (f64, f64) {
        let scale = EARTH_RADIUS_M.to_radians();
        let mut east_deg = self.lon - origin.lon;
        if east_deg > 180.0 {
            east_deg -= 360.0;
        } else if east_deg < -180.0 {
            east_deg += 360.0;
        }
        let middle = (self.lat + origin.lat) * 0.5;
        (east_deg * scale * middle.to_radians().cos(), (self.lat - origin.lat) * scale)
    }

    /// Metres to `other`.
    #[inline]
    pub fn distance_m(self, other: Self) -> f64 {
        let (x, y) = other.offset_from(self);
        x.hypot(y)
    }

    /// Initial bearing to `other`, degrees clockwise from north in 0..360.
    pub fn bearing_deg(self, other: Self) -> f64 {
        let (x, y) = other.offset_from(self);
        x.atan2(y).to_degrees().rem_euclid(360.0)
    }

    /// The place at `fraction` (0..1) of the straight way to `other`.
    #[inline]
    #[must_use]
    pub fn lerp(self, other: Self, fraction: f64) -> Self {
        Self {
            lat: self.lat + (other.lat - self.lat) * fraction,
            lon: self.lon + (other.lon - self.lon) * fraction,
        }
    }
}

/// A line on the ground with the distance along it at every point.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Polyline {
    /// The points, at least two in any line of a timetable.
    pub points: Vec<LatLon>,
    /// Metres from the first point to each point; same length as `points`, never decreasing.
    pub offsets_m: Vec<f64>,
}

/// The nearest place of a line to a position.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Projection {
    /// Metres along the line.
    pub along_m: f64,
    /// Metres from the line.
    pub distance_m: f64,
    /// Index of the piece of the line (between points `piece` and `piece + 1`).
    pub piece: usize,
}

/// The place of the straight piece from `a` to `b` that is nearest to `place`: its share of the way (0..1)
/// and its distance, metres.
#[inline]
pub fn nearest_on_piece(place: LatLon, a: LatLon, b: LatLon) -> (f64, f64) {
    let (bx, by) = b.offset_from(a);
    let (px, py) = place.offset_from(a);
    let length_sq = bx * bx + by * by;
    let t = if length_sq > 0.0 { ((px * bx + py * by) / length_sq).clamp(0.0, 1.0) } else { 0.0 };
    (t, (px - t * bx).hypot(py - t * by))
}

impl Polyline {
    /// Measures the line through `points`.
    pub fn new(points: Vec<LatLon>) -> Self {
        let mut offsets_m = Vec::with_capacity(points.len());
        let mut sum = 0.0;
        for (i, p) in points.iter().enumerate() {
            if i > 0 {
                sum += points[i - 1].distance_m(*p);
            }
            offsets_m.push(sum);
        }
        Self { points, offsets_m }
    }

    /// Length, metres.
    pub fn length_m(&self) -> f64 {
        self.offsets_m.last().copied().unwrap_or(0.0)
    }

    /// The place `along_m` metres from the start, clamped to the ends.
    pub fn at(&self, along_m: f64) -> LatLon {
        let i = self.piece_at(along_m);
        let (Some(a), Some(b)) = (self.points.get(i), self.points.get(i + 1)) else {
            return self.points.first().copied().unwrap_or_default();
        };
        let (from, to) = (self.offsets_m[i], self.offsets_m[i + 1]);
        let fraction =
            if to > from { ((along_m - from) / (to - from)).clamp(0.0, 1.0) } else { 0.0 };
        a.lerp(*b, fraction)
    }

    /// Direction of travel at `along_m`, degrees clockwise from north.
    pub fn bearing_deg_at(&self, along_m: f64) -> f64 {
        let i = self.piece_at(along_m);
        match (self.points.get(i), self.points.get(i + 1)) {
            (Some(a), Some(b)) => a.bearing_deg(*b),
            _ => 0.0,
        }
    }

    /// Index of the piece that holds `along_m`.
    pub fn piece_at(&self, along_m: f64) -> usize {
        let last = self.offsets_m.len().saturating_sub(2);
        self.offsets_m.partition_point(|o| *o <= along_m).saturating_sub(1).min(last)
    }

    /// Projection of `place` onto piece `piece`.
    #[inline]
    pub fn project_on_piece(&self, place: LatLon, piece: usize) -> Projection {
        let (t, distance_m) = nearest_on_piece(place, self.points[piece], self.points[piece + 1]);
        let (from, to) = (self.offsets_m[piece], self.offsets_m[piece + 1]);
        Projection { along_m: from + t * (to - from), distance_m, piece }
    }

    /// Nearest place of the stretch between `from_m` and `to_m` along the line; of equals the first.
    /// `None` for a line without a piece.
    pub fn project_between(&self, place: LatLon, from_m: f64, to_m: f64) -> Option<Projection> {
        if self.points.len() < 2 {
            return None;
        }
        let (first, last) = (self.piece_at(from_m), self.piece_at(to_m));
        let mut best: Option<Projection> = None;
        for piece in first..=last.max(first) {
            let mut p = self.project_on_piece(place, piece);
            if p.along_m < from_m || p.along_m > to_m {
                p.along_m = p.along_m.clamp(from_m, to_m.max(from_m));
                p.distance_m = self.at(p.along_m).distance_m(place);
            }
            if best.is_none_or(|b| p.distance_m < b.distance_m) {
                best = Some(p);
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_degree_of_latitude_is_about_111_km() {
        let d = LatLon::new(43.0, 76.9).distance_m(LatLon::new(44.0, 76.9));
        assert!((d - 111_195.0).abs() < 10.0, "{d}");
    }

    #[test]
    fn projection_finds_the_place_along_the_line() {
        let line = Polyline::new(vec![
            LatLon::new(43.25, 76.90),
            LatLon::new(43.25, 76.91),
            LatLon::new(43.26, 76.91),
        ]);
        let p = line.project_between(LatLon::new(43.2505, 76.905), 0.0, line.length_m()).unwrap();
        assert!((p.along_m - line.offsets_m[1] / 2.0).abs() < 1.0, "{p:?}");
        assert!((p.distance_m - 55.6).abs() < 1.0, "{p:?}");
        assert!(line.at(p.along_m).distance_m(LatLon::new(43.25, 76.905)) < 1.0);
        assert!((line.bearing_deg_at(line.length_m()) - 0.0).abs() < 1e-6);
    }

    #[test]
    fn null_island_and_nonsense_are_not_plausible() {
        assert!(!LatLon::new(0.0, 0.0).is_plausible());
        assert!(!LatLon::new(f64::NAN, 1.0).is_plausible());
        assert!(!LatLon::new(91.0, 1.0).is_plausible());
        assert!(LatLon::new(0.5, 0.0).is_plausible());
    }
}
