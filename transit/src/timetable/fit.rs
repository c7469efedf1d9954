//! Where the stops of a pattern lie along its line.
//!
//! Taking the nearest place of each stop goes wrong on loops, figure-eights and lines that go out and come
//! back on one street: a stop is near the line at several offsets. So every local minimum of the distance is
//! a candidate, and dynamic programming picks the row of never decreasing offsets that costs least: squared
//! distances, and a mild price for not being where the feed's distances or its times expect a stop.

use crate::place::{LatLon, Polyline};

/// A stop farther from the line than this is not on it, metres. (The GTFS validator warns at 100.)
pub const STOP_TO_LINE_MOST_M: f64 = 150.0;

/// Stops this little out of order along the line are a matter of precision, metres: pushed level.
const OUT_OF_ORDER_MOST_M: f64 = 60.0;

/// Candidates of one stop, the nearest ones: a bound, far above what a line that bends can give.
const CANDIDATES_MOST: usize = 32;

/// Price of an offset off `shape_dist_traveled`, square metres for each square metre, and up to where.
const HINT_PRICE: f64 = 0.01;
const HINT_MOST_M: f64 = 600.0;

/// Price of a step unlike its scheduled time, likewise. It decides between equals and no more.
const STEP_PRICE: f64 = 1e-4;
const STEP_MOST_M: f64 = 2_000.0;

/// How much longer than the way of a bird that of a bus is, about.
const DETOUR: f64 = 1.25;

/// Why stops do not lie on a line. Positions are those of the pattern.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Misfit {
    /// A stop is too far from every part of it.
    TooFar { position: usize, distance_m: f64 },
    /// The stops are not passed in this order.
    OutOfOrder { position: usize },
}

/// What else is known of where the stops should be.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Hints<'a> {
    /// `shape_dist_traveled` of the line's points (see `RawShape::distances`); empty if unknown.
    pub(crate) line: &'a [f32],
    /// `shape_dist_traveled` of the stops; empty if unknown.
    pub(crate) stops: &'a [f32],
    /// Scheduled time at each stop, seconds; `None` where the feed gives none. Empty if unknown.
    pub(crate) times_s: &'a [Option<i32>],
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    along_m: f64,
    distance_m: f64,
}

/// Cheapest way to a candidate.
#[derive(Clone, Copy, Debug)]
struct State {
    cost: f64,
    /// Its offset, pushed level with the one before if need be.
    along_m: f64,
    from: usize,
}

/// Metres along `line` of each of `places`, never decreasing.
pub(crate) fn fit(
    line: &Polyline,
    places: &[LatLon],
    hints: Hints<'_>,
) -> Result<Vec<f64>, Misfit> {
    let expected = expected_offsets(line, hints, places.len());
    let steps = expected_steps(places, hints.times_s);
    let mut columns: Vec<Vec<State>> = Vec::with_capacity(places.len());
    for (position, place) in places.iter().enumerate() {
        let candidates = candidates(line, *place);
        if candidates.is_empty() {
            let nearest = line.project_between(*place, 0.0, line.length_m());
            let distance_m = nearest.map_or(f64::INFINITY, |n| n.distance_m);
            return Err(Misfit::TooFar { position, distance_m });
        }
        let step = position.checked_sub(1).and_then(|p| steps.get(p).copied().flatten());
        let own = |c: &Candidate| {
            let off =
                expected.get(position).map_or(0.0, |e| (c.along_m - e).abs().min(HINT_MOST_M));
            c.distance_m * c.distance_m + HINT_PRICE * off * off
        };
        let column: Vec<State> = match columns.last() {
            None => candidates
                .iter()
                .map(|c| State { cost: own(c), along_m: c.along_m, from: 0 })
                .collect(),
            Some(before) => candidates.iter().map(|c| reach(before, *c, own(c), step)).collect(),
        };
        if column.iter().all(|s| s.cost == f64::INFINITY) {
            return Err(Misfit::OutOfOrder { position });
        }
        columns.push(column);
    }
    Ok(trace(&columns))
}

/// The cheapest way from the states before to `candidate`; infinite if there is none.
fn reach(before: &[State], candidate: Candidate, own: f64, step: Option<f64>) -> State {
    let mut best = State { cost: f64::INFINITY, along_m: candidate.along_m, from: 0 };
    for (from, state) in before.iter().enumerate() {
        let pushed_m = (state.along_m - candidate.along_m).max(0.0);
        if pushed_m > OUT_OF_ORDER_MOST_M {
            continue;
        }
        let along_m = candidate.along_m.max(state.along_m);
        let unlike = step.map_or(0.0, |s| (along_m - state.along_m - s).abs().min(STEP_MOST_M));
        let cost = state.cost + own + pushed_m * pushed_m + STEP_PRICE * unlike * unlike;
        if cost < best.cost {
            best = State { cost, along_m, from };
        }
    }
    best
}

fn trace(columns: &[Vec<State>]) -> Vec<f64> {
    let Some(last) = columns.last() else { return Vec::new() };
    let mut at =
        (0..last.len()).min_by(|a, b| last[*a].cost.total_cmp(&last[*b].cost)).unwrap_or(0);
    let mut offsets = vec![0.0; columns.len()];
    for (position, column) in columns.iter().enumerate().rev() {
        offsets[position] = column[at].along_m;
        at = column[at].from;
    }
    offsets
}

/// Local minima of the distance from `place` to the line, by offset.
fn candidates(line: &Polyline, place: LatLon) -> Vec<Candidate> {
    let pieces = line.points.len().saturating_sub(1);
    let near = Near::around(place, STOP_TO_LINE_MOST_M);
    let mut found: Vec<Candidate> = Vec::new();
    // Of the piece before: its projection, and whether the distance was falling up to it.
    let mut before: Option<(Candidate, bool)> = None;
    for piece in 0..=pieces {
        let here = (piece < pieces && near.may_touch(line.points[piece], line.points[piece + 1]))
            .then(|| line.project_on_piece(place, piece))
            .map(|p| Candidate { along_m: p.along_m, distance_m: p.distance_m })
            .filter(|c| c.distance_m <= STOP_TO_LINE_MOST_M);
        let distance_m = here.map_or(f64::INFINITY, |c| c.distance_m);
        if let Some((last, falling)) = before
            && falling
            && distance_m >= last.distance_m
        {
            found.push(last);
        }
        before = here.map(|c| {
            let falling = before.is_none_or(|(last, _)| c.distance_m < last.distance_m);
            (c, falling)
        });
    }
    if found.len() > CANDIDATES_MOST {
        found.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m));
        found.truncate(CANDIDATES_MOST);
        found.sort_by(|a, b| a.along_m.total_cmp(&b.along_m));
    }
    found
}

/// A box around a place, to pass over far pieces without trigonometry.
struct Near {
    south: f64,
    north: f64,
    west: f64,
    east: f64,
}

impl Near {
    fn around(place: LatLon, radius_m: f64) -> Self {
        let lat_deg = (radius_m / crate::place::EARTH_RADIUS_M).to_degrees() * 1.01;
        let shrink = (place.lat.abs() + lat_deg).min(90.0).to_radians().cos();
        let lon_deg = if shrink > 1e-3 { lat_deg / shrink } else { 360.0 };
        // Across the antimeridian longitudes do not compare: there every piece may be near.
        let wraps = place.lon.abs() + lon_deg > 180.0;
        let lon_deg = if wraps { 720.0 } else { lon_deg };
        Self {
            south: place.lat - lat_deg,
            north: place.lat + lat_deg,
            west: place.lon - lon_deg,
            east: place.lon + lon_deg,
        }
    }

    fn may_touch(&self, a: LatLon, b: LatLon) -> bool {
        let crosses = (a.lon - b.lon).abs() > 180.0;
        a.lat.max(b.lat) >= self.south
            && a.lat.min(b.lat) <= self.north
            && (crosses || (a.lon.max(b.lon) >= self.west && a.lon.min(b.lon) <= self.east))
    }
}

/// The stops' `shape_dist_traveled` as metres along the line; empty unless it makes sense for all of them.
fn expected_offsets(line: &Polyline, hints: Hints<'_>, stops: usize) -> Vec<f64> {
    let known = hints.stops.len() == stops
        && hints.line.len() == line.points.len()
        && hints.stops.is_sorted()
        && hints.stops.first() < hints.stops.last();
    let (Some(least), Some(most)) = (hints.line.first(), hints.line.last()) else {
        return Vec::new();
    };
    // Rounded to kilometres or not, the unit is the same: a stop past the end means that it is not.
    let margin = (most - least) * 0.02;
    let inside = |d: &f32| (*least - margin..=*most + margin).contains(d);
    if !known || !hints.stops.iter().all(inside) {
        return Vec::new();
    }
    let at = |distance: &f32| {
        let next = hints.line.partition_point(|d| d <= distance).clamp(1, hints.line.len() - 1);
        let (from, to) = (hints.line[next - 1], hints.line[next]);
        let share = if to > from { ((distance - from) / (to - from)).clamp(0.0, 1.0) } else { 0.0 };
        let (start, end) = (line.offsets_m[next - 1], line.offsets_m[next]);
        start + (end - start) * f64::from(share)
    };
    hints.stops.iter().map(at).collect()
}

/// Metres that each step should measure at the pattern's mean speed; `None` where no time is known.
fn expected_steps(places: &[LatLon], times_s: &[Option<i32>]) -> Vec<Option<f64>> {
    let elapsed = match (times_s.first(), times_s.last()) {
        (Some(Some(first)), Some(Some(last))) if last > first && times_s.len() == places.len() => {
            f64::from(*last) - f64::from(*first)
        }
        _ => return Vec::new(),
    };
    let birds_way: f64 = places.windows(2).map(|w| w[0].distance_m(w[1])).sum();
    let speed_mps = DETOUR * birds_way / elapsed;
    let step = |pair: &[Option<i32>]| {
        let seconds = f64::from(pair[1]?) - f64::from(pair[0]?);
        Some(seconds * speed_mps)
    };
    times_s.windows(2).map(step).collect()
}
