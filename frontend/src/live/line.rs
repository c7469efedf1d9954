//! A pattern's line, measured in metres.

use super::maths::{atan2, cos};

/// Metres of a degree of latitude.
const DEGREE_M: f64 = 111_195.0;
const E5: f64 = 1e5;

/// A line of at least two points.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    /// Longitude and latitude, degrees.
    points: Vec<(f64, f64)>,
    /// Metres from the start, for each point.
    along_m: Vec<f64>,
}

/// A place on a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    pub lon: f64,
    pub lat: f64,
    /// Degrees clockwise from north.
    pub bearing_deg: f64,
}

impl Line {
    /// Out of `line_e5` of the API; `None` without two different points.
    pub fn from_e5(deltas: &[i32]) -> Option<Self> {
        let (mut x, mut y) = (0_i64, 0_i64);
        let mut line = Self { points: Vec::new(), along_m: Vec::new() };
        for pair in deltas.chunks_exact(2) {
            x += i64::from(pair[0]);
            y += i64::from(pair[1]);
            line.push((x as f64 / E5, y as f64 / E5));
        }
        (line.points.len() >= 2).then_some(line)
    }

    /// Out of `api::Pattern` as JSON, of which the movement needs `line_e5` alone.
    pub fn from_json(pattern: &str) -> Option<Self> {
        let (_, line) = pattern.split_once("\"line_e5\":[")?;
        let (line, _) = line.split_once(']')?;
        let deltas: Option<Vec<i32>> = line.split(',').map(|n| n.trim().parse().ok()).collect();
        Self::from_e5(&deltas?)
    }

    fn push(&mut self, point: (f64, f64)) {
        let along = match (self.points.last(), self.along_m.last()) {
            (Some(last), Some(along)) => {
                let step = distance_m(*last, point);
                if step <= 0.0 {
                    return;
                }
                along + step
            }
            _ => 0.0,
        };
        self.points.push(point);
        self.along_m.push(along);
    }

    /// Its length.
    pub fn length_m(&self) -> f64 {
        self.along_m.last().copied().unwrap_or_default()
    }

    /// The place at a distance from the start; before and behind the line its ends.
    pub fn at(&self, along_m: f64) -> Place {
        let along_m = within(along_m, 0.0, self.length_m());
        let next = self.along_m.partition_point(|a| *a <= along_m).clamp(1, self.points.len() - 1);
        let (a, b) = (self.points[next - 1], self.points[next]);
        let part =
            (along_m - self.along_m[next - 1]) / (self.along_m[next] - self.along_m[next - 1]);
        let (dx, dy) = offset_m(a, b);
        let degrees = atan2(dx, dy).to_degrees();
        Place {
            lon: a.0 + (b.0 - a.0) * part,
            lat: a.1 + (b.1 - a.1) * part,
            bearing_deg: if degrees < 0.0 { degrees + 360.0 } else { degrees },
        }
    }

    /// Metres along the line of its nearest place to a point, sought no farther than `reach_m` from `near_m`:
    /// a loop passes the same place twice, and the server knows which time it is.
    pub fn nearest(&self, lon: f64, lat: f64, near_m: f64, reach_m: f64) -> f64 {
        let mut best = (f64::INFINITY, near_m);
        for i in 1..self.points.len() {
            let (from, to) = (self.along_m[i - 1], self.along_m[i]);
            if to < near_m - reach_m || from > near_m + reach_m {
                continue;
            }
            let (bx, by) = offset_m(self.points[i - 1], self.points[i]);
            let (px, py) = offset_m(self.points[i - 1], (lon, lat));
            let part = within((px * bx + py * by) / (bx * bx + by * by), 0.0, 1.0);
            let away = (px - bx * part).hypot(py - by * part);
            if away < best.0 {
                best = (away, from + (to - from) * part);
            }
        }
        within(within(best.1, near_m - reach_m, near_m + reach_m), 0.0, self.length_m())
    }
}

/// `f64::clamp` without its panic, whose words would bring all of float printing into the WebAssembly.
pub(crate) fn within(value: f64, least: f64, most: f64) -> f64 {
    value.max(least).min(most)
}

/// East and north from `a` to `b`, metres; good within a city.
fn offset_m(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    let east = (b.0 - a.0) * DEGREE_M * cos(f64::midpoint(a.1, b.1).to_radians());
    (east, (b.1 - a.1) * DEGREE_M)
}

fn distance_m(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (east, north) = offset_m(a, b);
    east.hypot(north)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hook() -> Line {
        // North a hundredth of a degree, then east as much.
        Line::from_e5(&[7_690_000, 4_320_000, 0, 1000, 1000, 0]).unwrap()
    }

    #[test]
    fn a_pattern_of_the_api_has_its_line() {
        let json = r#"{"pattern_id":7,"stops":[{"name":"a]b"}],"line_e5":[7690000,4320000, -10,1000],"straight":false}"#;
        assert_eq!(Line::from_json(json), Line::from_e5(&[7_690_000, 4_320_000, -10, 1000]));
        assert!(Line::from_json(json).is_some());
        for other in ["", "{}", r#"{"line_e5":[]}"#, r#"{"line_e5":[1,"x"]}"#, r#"{"line_e5":[1,2"#]
        {
            assert_eq!(Line::from_json(other), None, "{other}");
        }
    }

    #[test]
    fn places_and_bearings_along_the_line() {
        let line = hook();
        assert!((line.length_m() - (1112.0 + 1112.0 * 43.21_f64.to_radians().cos())).abs() < 2.0);
        let half = line.at(556.0);
        assert!((half.lat - 43.205).abs() < 1e-4 && half.bearing_deg.abs() < 0.1);
        assert!((line.at(1500.0).bearing_deg - 90.0).abs() < 0.1);
        assert_eq!(line.at(-5.0), line.at(0.0));
        assert!((line.at(1e9).lon - 76.91).abs() < 1e-9);
    }

    #[test]
    fn no_line_without_two_points() {
        assert!(Line::from_e5(&[]).is_none());
        assert!(Line::from_e5(&[1, 2]).is_none());
        assert!(Line::from_e5(&[1, 2, 0, 0, 0, 0]).is_none());
    }

    #[test]
    fn the_nearest_place_is_sought_where_the_server_says() {
        let line = hook();
        assert!((line.nearest(76.9001, 43.205, 500.0, 200.0) - 556.0).abs() < 2.0);
        // Out and back along one street: the same place, twice.
        let out_and_back = Line::from_e5(&[7_690_000, 4_320_000, 0, 1000, 0, -1000]).unwrap();
        let (out, back) = (
            out_and_back.nearest(76.9, 43.202, 250.0, 300.0),
            out_and_back.nearest(76.9, 43.202, 2000.0, 300.0),
        );
        assert!((out - 222.0).abs() < 2.0 && (back - 2002.0).abs() < 3.0, "{out} {back}");
        assert!((line.nearest(76.9, 43.2, 1000.0, 50.0) - 950.0).abs() < 1e-6);
    }
}
