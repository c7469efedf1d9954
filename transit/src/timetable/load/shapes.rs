//! `shapes.txt`: the lines that vehicles drive.

use super::LoadError;
use super::archive::Archive;
use super::finding::{Findings, rule};
use super::rows::Rows;
use super::tables::Names;
use crate::place::{LatLon, Polyline};

/// A line of `shapes.txt`, measured.
#[derive(Clone, Debug, Default)]
pub(crate) struct RawShape {
    pub(crate) line: Polyline,
    /// `shape_dist_traveled` at each point, in whatever unit; empty unless all points have it and it never
    /// decreases.
    pub(crate) distances: Vec<f32>,
}

#[derive(Clone, Copy)]
struct Point {
    shape: u32,
    sequence: u32,
    place: LatLon,
    distance: f32,
}

/// Reads the shapes that trips use, by number of `names`. One without length stays empty.
pub(crate) fn shapes(
    archive: &mut Archive<'_>,
    names: &Names,
    findings: &mut Findings,
) -> Result<Vec<RawShape>, LoadError> {
    let mut shapes = vec![RawShape::default(); names.texts.len()];
    if names.texts.is_empty() {
        return Ok(shapes);
    }
    let Some(mut rows) = Rows::open(archive, "shapes.txt", findings)? else { return Ok(shapes) };
    let mut points = read_points(&mut rows, names, findings)?;
    let key = |p: &Point| (p.shape, p.sequence);
    if !points.is_sorted_by_key(key) {
        // Stable: of equal sequences the earlier row comes first.
        points.sort_by_key(key);
    }
    for of_shape in points.chunk_by(|a, b| a.shape == b.shape) {
        let number = of_shape[0].shape as usize;
        let shape = measured(of_shape);
        if shape.line.length_m() > 0.0 {
            shapes[number] = shape;
        } else {
            findings.add(rule::SHAPE_WITHOUT_LENGTH, "shapes.txt", None, || {
                format!("shape_id {:?} has no length: straight lines instead", names.texts[number])
            });
        }
    }
    Ok(shapes)
}

fn read_points(
    rows: &mut Rows<'_>,
    names: &Names,
    findings: &mut Findings,
) -> Result<Vec<Point>, LoadError> {
    let [id, lat, lon, sequence] =
        ["shape_id", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence"]
            .map(|name| rows.required(name, findings));
    let distance = rows.column("shape_dist_traveled");
    let mut points = Vec::new();
    let mut last: Option<u32> = None;
    while rows.next(findings)? {
        let text = rows.text(id, findings);
        let same = last.filter(|l| *names.texts[*l as usize] == *text);
        let Some(shape) = same.or_else(|| names.numbers.get(text).copied()) else { continue };
        last = Some(shape);
        let place = LatLon::new(
            rows.number(lat, findings).unwrap_or(f64::NAN),
            rows.number(lon, findings).unwrap_or(f64::NAN),
        );
        let Some(sequence) = rows.whole(sequence, findings).filter(|_| place.is_plausible()) else {
            findings.add(rule::NUMBER_OUT_OF_RANGE, "shapes.txt", Some(rows.line()), || {
                "the point has no plausible place or no sequence: left out".to_owned()
            });
            continue;
        };
        let distance = rows.number(distance, findings).map_or(f32::NAN, |d| d as f32);
        points.push(Point { shape, sequence, place, distance });
    }
    Ok(points)
}

/// Measures the points of one shape; a point where the last one was adds nothing and is dropped.
fn measured(points: &[Point]) -> RawShape {
    let mut kept: Vec<&Point> = Vec::with_capacity(points.len());
    for point in points {
        if kept.last().is_none_or(|last| last.place != point.place) {
            kept.push(point);
        }
    }
    let distances: Vec<f32> = kept.iter().map(|p| p.distance).collect();
    let usable = distances.is_sorted()
        && distances.iter().all(|d| d.is_finite())
        && distances.first() < distances.last();
    RawShape {
        line: Polyline::new(kept.iter().map(|p| p.place).collect()),
        distances: if usable { distances } else { Vec::new() },
    }
}
