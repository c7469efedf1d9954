//! R-trees over stops and shape pieces.
//!
//! Boxes are in degrees, widened by the latitude at each question, and distances are then measured: right
//! at any latitude and across the antimeridian.

use super::{Pattern, Stop};
use crate::ids::{PatternIdx, ShapeIdx, StopIdx};
use crate::place::{EARTH_RADIUS_M, LatLon, Polyline, nearest_on_piece};
use rstar::primitives::GeomWithData;
use rstar::{AABB, RTree, RTreeObject};

/// R-trees over what does not move.
#[derive(Debug, Default)]
pub struct SpatialIndex {
    stops: RTree<GeomWithData<[f64; 2], StopIdx>>,
    stretches: RTree<Stretch>,
    /// The points of all shapes, one shape after another.
    points: Vec<LatLon>,
    bounds: Option<(LatLon, LatLon)>,
    by_shape: Vec<Vec<PatternIdx>>,
}

/// A piece of a shape near a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NearPiece {
    /// The shape.
    pub shape: ShapeIdx,
    /// The piece, between points `piece` and `piece + 1`.
    pub piece: u32,
    /// Metres from the place.
    pub distance_m: f64,
}

/// Consecutive pieces of a shape: a tree of these is built in a fraction of the time that one of single pieces
/// takes, and answers as fast.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    envelope: AABB<[f64; 2]>,
    shape: ShapeIdx,
    /// Number of its first piece in the shape.
    first: u32,
    /// Its first point in [`SpatialIndex::points`].
    point: u32,
    pieces: u32,
}

/// Pieces of one [`Stretch`].
const STRETCH_PIECES: usize = 12;

impl Stretch {
    fn envelope_of(points: &[LatLon]) -> AABB<[f64; 2]> {
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for p in points {
            for (i, v) in [p.lon, p.lat].into_iter().enumerate() {
                low[i] = low[i].min(v);
                high[i] = high[i].max(v);
            }
        }
        if points.windows(2).any(|ends| (ends[0].lon - ends[1].lon).abs() > 180.0) {
            // Across the antimeridian: a box around the globe, so that both sides find it.
            (low[0], high[0]) = (-180.0, 180.0);
        }
        AABB::from_corners(low, high)
    }
}

impl RTreeObject for Stretch {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        self.envelope
    }
}

impl SpatialIndex {
    /// Indexes the stops that have a place and the pieces of the shapes that patterns are driven on.
    pub(crate) fn new(stops: &[Stop], shapes: &[Polyline], patterns: &[Pattern]) -> Self {
        let places =
            stops.iter().enumerate().filter_map(|(i, s)| Some((StopIdx::from(i), s.place?)));
        let stop_points: Vec<_> =
            places.map(|(i, p)| GeomWithData::new([p.lon, p.lat], i)).collect();
        let mut points = Vec::with_capacity(shapes.iter().map(|s| s.points.len()).sum());
        let mut stretches = Vec::new();
        for (i, shape) in shapes.iter().enumerate() {
            let start = points.len();
            points.extend_from_slice(&shape.points);
            for first in (0..shape.points.len().saturating_sub(1)).step_by(STRETCH_PIECES) {
                let last = (first + STRETCH_PIECES).min(shape.points.len() - 1);
                stretches.push(Stretch {
                    envelope: Stretch::envelope_of(&shape.points[first..=last]),
                    shape: ShapeIdx::from(i),
                    first: first as u32,
                    point: (start + first) as u32,
                    pieces: (last - first) as u32,
                });
            }
        }
        let mut by_shape = vec![Vec::new(); shapes.len()];
        for (i, pattern) in patterns.iter().enumerate() {
            by_shape[pattern.shape.get()].push(PatternIdx::from(i));
        }
        let served = stops.iter().filter(|s| !s.served_by.is_empty()).filter_map(|s| s.place);
        let bounds = points.iter().copied().chain(served).fold(
            None,
            |bounds: Option<(LatLon, LatLon)>, p| {
                let (sw, ne) = bounds.unwrap_or((p, p));
                Some((
                    LatLon::new(sw.lat.min(p.lat), sw.lon.min(p.lon)),
                    LatLon::new(ne.lat.max(p.lat), ne.lon.max(p.lon)),
                ))
            },
        );
        Self {
            stops: RTree::bulk_load(stop_points),
            stretches: RTree::bulk_load(stretches),
            points,
            bounds,
            by_shape,
        }
    }

    /// South-west and north-east corner of all served stops and shapes.
    pub fn bounds(&self) -> Option<(LatLon, LatLon)> {
        self.bounds
    }

    /// The patterns that are driven on a shape.
    pub fn patterns_of_shape(&self, shape: ShapeIdx) -> &[PatternIdx] {
        self.by_shape.get(shape.get()).map_or(&[], Vec::as_slice)
    }

    /// Stops within `radius_m`, nearest first, at most `limit`.
    pub fn stops_near(&self, place: LatLon, radius_m: f64, limit: usize) -> Vec<(StopIdx, f64)> {
        let mut found: Vec<(StopIdx, f64)> = Vec::new();
        for area in boxes(place, radius_m) {
            found.extend(self.stops.locate_in_envelope_intersecting(area).filter_map(|s| {
                let [lon, lat] = *s.geom();
                let distance_m = place.distance_m(LatLon::new(lat, lon));
                (distance_m <= radius_m).then_some((s.data, distance_m))
            }));
        }
        found.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        found.dedup_by_key(|s| s.0);
        found.truncate(limit);
        found
    }

    /// The nearest stop, however far.
    pub fn nearest_stop(&self, place: LatLon) -> Option<(StopIdx, f64)> {
        const FIRST_M: f64 = 250.0;
        let half_globe_m = std::f64::consts::PI * EARTH_RADIUS_M * 2.0;
        if self.stops.size() == 0 || !place.is_plausible() {
            return None;
        }
        let mut radius_m = FIRST_M;
        while radius_m < half_globe_m {
            if let Some(nearest) = self.stops_near(place, radius_m, 1).first() {
                return Some(*nearest);
            }
            radius_m *= 4.0;
        }
        self.stops_near(place, f64::INFINITY, 1).first().copied()
    }

    /// Shape pieces within `radius_m`, nearest first, at most one for each shape and stretch: where a shape
    /// comes near, goes away and comes near again, each time counts.
    pub fn pieces_near(&self, place: LatLon, radius_m: f64) -> Vec<NearPiece> {
        let mut found: Vec<NearPiece> = Vec::new();
        for area in boxes(place, radius_m) {
            for stretch in self.stretches.locate_in_envelope_intersecting(area) {
                let point = stretch.point as usize;
                let ends = self.points[point..=point + stretch.pieces as usize].windows(2);
                found.extend(ends.zip(stretch.first..).filter_map(|(ends, piece)| {
                    if !may_touch(&area, ends[0], ends[1]) {
                        return None;
                    }
                    let (_, distance_m) = nearest_on_piece(place, ends[0], ends[1]);
                    let near = NearPiece { shape: stretch.shape, piece, distance_m };
                    (distance_m <= radius_m).then_some(near)
                }));
            }
        }
        found.sort_by_key(|n| (n.shape, n.piece));
        found.dedup_by_key(|n| (n.shape, n.piece));
        let mut nearest: Vec<NearPiece> = Vec::new();
        for stretch in found.chunk_by(|a, b| a.shape == b.shape && a.piece + 1 == b.piece) {
            let mut falling = true;
            for (i, here) in stretch.iter().enumerate() {
                let next = stretch.get(i + 1).map_or(f64::INFINITY, |n| n.distance_m);
                if falling && next >= here.distance_m {
                    nearest.push(*here);
                }
                falling = next < here.distance_m;
            }
        }
        nearest.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m));
        nearest
    }

    /// Stops within the box, by index, at most `limit`. A box whose west is east of its east crosses the
    /// antimeridian.
    pub fn stops_in(&self, south_west: LatLon, north_east: LatLon, limit: usize) -> Vec<StopIdx> {
        let (south, north) = (south_west.lat, north_east.lat);
        let (west, east) = (south_west.lon, north_east.lon);
        if !(south <= north && west.is_finite() && east.is_finite()) {
            return Vec::new();
        }
        let spans: &[(f64, f64)] =
            if west <= east { &[(west, east)] } else { &[(west, 180.0), (-180.0, east)] };
        let mut found: Vec<StopIdx> = spans
            .iter()
            .flat_map(|(west, east)| {
                let area = AABB::from_corners([*west, south], [*east, north]);
                self.stops.locate_in_envelope_intersecting(area).map(|s| s.data).collect::<Vec<_>>()
            })
            .collect();
        found.sort_unstable();
        found.dedup();
        found.truncate(limit);
        found
    }
}

/// True unless the straight piece from `a` to `b` lies outside the box; without trigonometry.
fn may_touch(area: &AABB<[f64; 2]>, a: LatLon, b: LatLon) -> bool {
    let (low, high) = (area.lower(), area.upper());
    let crosses = (a.lon - b.lon).abs() > 180.0;
    a.lat.max(b.lat) >= low[1]
        && a.lat.min(b.lat) <= high[1]
        && (crosses || (a.lon.max(b.lon) >= low[0] && a.lon.min(b.lon) <= high[0]))
}

/// Boxes, in degrees, that hold all within `radius_m` of `place`: two where it reaches over the
/// antimeridian.
fn boxes(place: LatLon, radius_m: f64) -> Vec<AABB<[f64; 2]>> {
    /// Above this latitude's cosine is too small to widen by: the box goes all around.
    const COSINE_LEAST: f64 = 1e-3;
    if !(place.lat.is_finite() && place.lon.is_finite() && radius_m >= 0.0) {
        return Vec::new();
    }
    let lat_deg = (radius_m / EARTH_RADIUS_M).to_degrees() * 1.001 + 1e-9;
    let (south, north) = ((place.lat - lat_deg).max(-90.0), (place.lat + lat_deg).min(90.0));
    let cosine = south.abs().max(north.abs()).to_radians().cos();
    let lon_deg = if cosine > COSINE_LEAST { lat_deg / cosine } else { 360.0 };
    if lon_deg.is_nan() || lon_deg >= 180.0 {
        return vec![AABB::from_corners([-180.0, south], [180.0, north])];
    }
    let (west, east) = (place.lon - lon_deg, place.lon + lon_deg);
    let area = |west: f64, east: f64| AABB::from_corners([west, south], [east, north]);
    if west < -180.0 {
        vec![area(west + 360.0, 180.0), area(-180.0, east)]
    } else if east > 180.0 {
        vec![area(west, 180.0), area(-180.0, east - 360.0)]
    } else {
        vec![area(west, east)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stop(place: LatLon) -> Stop {
        Stop {
            id: "".into(),
            code: "".into(),
            name: "".into(),
            place: Some(place),
            parent: None,
            served_by: Vec::new(),
        }
    }

    /// Places around one of several awkward spots of the globe.
    fn places(count: usize) -> impl Strategy<Value = (LatLon, Vec<LatLon>)> {
        let spots = [(43.2, 76.9), (-17.0, 179.99), (66.5, -179.995), (78.2, 15.6), (0.05, 9.4)];
        let near = prop::collection::vec((-0.03..0.03_f64, -0.03..0.03_f64), count);
        (prop::sample::select(spots.to_vec()), near).prop_map(|((lat, lon), near)| {
            let place = |(a, b): &(f64, f64)| {
                let lon = lon + b;
                let wrapped = if lon > 180.0 { lon - 360.0 } else { lon };
                LatLon::new(lat + a, if wrapped < -180.0 { wrapped + 360.0 } else { wrapped })
            };
            (LatLon::new(lat, lon), near.iter().map(place).collect())
        })
    }

    proptest! {
        #[test]
        fn stops_near_are_those_that_a_search_of_all_finds(
            (centre, places) in places(40), radius_m in 50.0..4000.0_f64,
        ) {
            let stops: Vec<Stop> = places.iter().copied().map(stop).collect();
            let index = SpatialIndex::new(&stops, &[], &[]);
            let mut expected: Vec<(StopIdx, f64)> = places
                .iter()
                .enumerate()
                .map(|(i, p)| (StopIdx::from(i), centre.distance_m(*p)))
                .collect();
            expected.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
            prop_assert_eq!(index.nearest_stop(centre), expected.first().copied());
            expected.retain(|s| s.1 <= radius_m);
            prop_assert_eq!(index.stops_near(centre, radius_m, usize::MAX), expected.clone());
            expected.truncate(3);
            prop_assert_eq!(index.stops_near(centre, radius_m, 3), expected);
        }

        #[test]
        fn pieces_near_hold_the_nearest_of_every_shape(
            (centre, places) in places(60), radius_m in 50.0..3000.0_f64,
        ) {
            let shapes: Vec<Polyline> =
                places.chunks(12).map(|points| Polyline::new(points.to_vec())).collect();
            let index = SpatialIndex::new(&[], &shapes, &[]);
            let found = index.pieces_near(centre, radius_m);
            prop_assert!(found.is_sorted_by(|a, b| a.distance_m <= b.distance_m));
            for (i, shape) in shapes.iter().enumerate() {
                let of_shape = || found.iter().filter(|n| n.shape.get() == i);
                for near in of_shape() {
                    let p = shape.project_on_piece(centre, near.piece as usize);
                    prop_assert_eq!(p.distance_m, near.distance_m);
                    prop_assert!(near.distance_m <= radius_m);
                }
                let nearest = (0..shape.points.len() - 1)
                    .map(|piece| shape.project_on_piece(centre, piece).distance_m)
                    .fold(f64::INFINITY, f64::min);
                let first = of_shape().next().map(|n| n.distance_m);
                prop_assert_eq!(first, (nearest <= radius_m).then_some(nearest));
            }
        }

        #[test]
        fn stops_in_a_box_are_those_that_a_search_of_all_finds(
            (centre, places) in places(40), half_deg in 0.001..0.04_f64,
        ) {
            let stops: Vec<Stop> = places.iter().copied().map(stop).collect();
            let index = SpatialIndex::new(&stops, &[], &[]);
            let wrap = |lon: f64| (lon + 180.0).rem_euclid(360.0) - 180.0;
            let south_west = LatLon::new(centre.lat - half_deg, wrap(centre.lon - half_deg));
            let north_east = LatLon::new(centre.lat + half_deg, wrap(centre.lon + half_deg));
            let (west, east) = (south_west.lon, north_east.lon);
            let inside = |p: &LatLon| {
                let lon = if west <= east {
                    west <= p.lon && p.lon <= east
                } else {
                    p.lon >= west || p.lon <= east
                };
                lon && south_west.lat <= p.lat && p.lat <= north_east.lat
            };
            let expected: Vec<StopIdx> = places
                .iter()
                .enumerate()
                .filter(|(_, p)| inside(p))
                .map(|(i, _)| StopIdx::from(i))
                .collect();
            prop_assert_eq!(index.stops_in(south_west, north_east, usize::MAX), expected);
        }
    }

    #[test]
    fn a_shape_that_comes_back_is_near_twice() {
        let at = |lat: f64, lon: f64| LatLon::new(43.0 + lat, 76.0 + lon);
        let there = [at(0.0, 0.0), at(0.0, 0.01), at(0.0, 0.02), at(0.01, 0.02)];
        let back = [at(0.01, 0.01), at(0.0004, 0.01), at(0.0004, 0.0)];
        let line = Polyline::new(there.into_iter().chain(back).collect());
        let index = SpatialIndex::new(&[], &[line], &[]);
        let found = index.pieces_near(at(0.0001, 0.005), 100.0);
        assert_eq!(found.iter().map(|n| n.piece).collect::<Vec<_>>(), [0, 5]);
    }

    #[test]
    fn nonsense_finds_nothing() {
        let index = SpatialIndex::new(&[stop(LatLon::new(43.0, 76.0))], &[], &[]);
        let nowhere = LatLon::new(f64::NAN, 76.0);
        assert!(index.stops_near(nowhere, 100.0, 10).is_empty());
        assert!(index.stops_near(LatLon::new(43.0, 76.0), f64::NAN, 10).is_empty());
        assert!(index.pieces_near(nowhere, 100.0).is_empty());
        assert!(index.stops_in(nowhere, nowhere, 10).is_empty());
        assert_eq!(index.nearest_stop(nowhere), None);
        assert_eq!(SpatialIndex::default().nearest_stop(LatLon::new(1.0, 1.0)), None);
    }
}
