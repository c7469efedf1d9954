//! Lines on the wire.

use geo::{Coord, LineString, SimplifyIdx};
use transit::{LatLon, Polyline};

/// Metres of a degree of latitude, about.
const DEGREE_M: f64 = 111_195.0;

/// Points as lon, lat, lon, lat, …, degrees × 1e5, each a difference to the one before (the first to zero).
/// Points that fall on the one before (1 m) are left out; the ends never are.
pub fn encode_line_e5(points: impl IntoIterator<Item = LatLon>) -> Vec<i32> {
    let mut out = Vec::new();
    let (mut lon, mut lat) = (0, 0);
    for point in points {
        let (x, y) = ((point.lon * 1e5).round() as i32, (point.lat * 1e5).round() as i32);
        if out.len() > 2 && x == lon && y == lat {
            continue;
        }
        out.extend([x - lon, y - lat]);
        (lon, lat) = (x, y);
    }
    out
}

/// The stretch of a line between two distances along it, in its direction.
pub fn stretch(line: &Polyline, from_m: f64, to_m: f64) -> Vec<LatLon> {
    let to_m = to_m.max(from_m);
    let mut points = vec![line.at(from_m)];
    let inner = line.offsets_m.partition_point(|o| *o <= from_m)
        ..line.offsets_m.partition_point(|o| *o < to_m);
    if inner.start < inner.end {
        points.extend_from_slice(&line.points[inner]);
    }
    points.push(line.at(to_m));
    points
}

/// Without the points that lie within `tolerance_m` of the line through the others; the ends stay.
pub fn simplified(points: Vec<LatLon>, tolerance_m: f64) -> Vec<LatLon> {
    let Some(first) = points.first() else { return points };
    let narrowing = first.lat.to_radians().cos();
    let flat: LineString =
        points.iter().map(|p| Coord { x: p.lon * narrowing, y: p.lat }).collect();
    flat.simplify_idx(tolerance_m / DEGREE_M).into_iter().map(|i| points[i]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Polyline {
        Polyline::new(vec![
            LatLon::new(43.25, 76.90),
            LatLon::new(43.25, 76.91),
            LatLon::new(43.26, 76.91),
        ])
    }

    #[test]
    fn a_line_is_a_start_and_differences() {
        assert_eq!(encode_line_e5(line().points), [7_690_000, 4_325_000, 1_000, 0, 0, 1_000]);
    }

    #[test]
    fn a_stretch_begins_and_ends_where_it_is_told_and_keeps_the_corner() {
        let line = line();
        let corner = line.offsets_m[1];
        let part = stretch(&line, corner - 100.0, corner + 100.0);
        assert_eq!(part.len(), 3);
        assert_eq!(part[1], line.points[1]);
        assert!(part[0].distance_m(part[1]) > 99.0 && part[1].distance_m(part[2]) < 101.0);
        assert_eq!(stretch(&line, 10.0, 10.0).len(), 2, "a stretch of no length is still a line");
        assert_eq!(stretch(&line, 0.0, line.length_m()).first(), line.points.first());
    }

    #[test]
    fn what_cannot_be_seen_is_left_out_of_a_line() {
        let place = |lat: f64| LatLon::new(lat, 76.90 + (lat - 43.25).abs() * 1e-3);
        let straight: Vec<LatLon> = (0..50).map(|i| place(43.25 + f64::from(i) * 1e-4)).collect();
        assert_eq!(simplified(straight.clone(), 4.0), [straight[0], straight[49]]);
        let bent = line().points;
        assert_eq!(simplified(bent.clone(), 4.0), bent, "the corner stays");
        assert!(simplified(Vec::new(), 4.0).is_empty());
    }
}
