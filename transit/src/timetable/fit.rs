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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ORIGIN: LatLon = LatLon::new(43.24, 76.9);

    /// The place `x` m east and `y` m north of the origin.
    fn at(x: f64, y: f64) -> LatLon {
        let lat = ORIGIN.lat + (y / crate::place::EARTH_RADIUS_M).to_degrees();
        let shrink = f64::midpoint(lat, ORIGIN.lat).to_radians().cos();
        LatLon::new(lat, ORIGIN.lon + (x / crate::place::EARTH_RADIUS_M).to_degrees() / shrink)
    }

    /// `aside_m` to the right of the line at an offset.
    fn beside(line: &Polyline, along_m: f64, aside_m: f64) -> LatLon {
        let place = line.at(along_m);
        let (x, y) = place.offset_from(ORIGIN);
        let right = (line.bearing_deg_at(along_m) + 90.0).to_radians();
        at(x + aside_m * right.sin(), y + aside_m * right.cos())
    }

    /// A walk of pieces of 100 m that bends gently, so that it never comes near itself.
    fn walk(turns_deg: &[f64]) -> Vec<LatLon> {
        let (mut x, mut y) = (0.0, 0.0);
        let mut points = vec![at(x, y)];
        for turn in turns_deg {
            x += 100.0 * turn.to_radians().cos();
            y += 100.0 * turn.to_radians().sin();
            points.push(at(x, y));
        }
        points
    }

    fn assert_near(found: &[f64], truth: &[f64], most_m: f64) -> Result<(), TestCaseError> {
        for (f, t) in found.iter().zip(truth) {
            prop_assert!((f - t).abs() <= most_m, "found {found:?}, truth {truth:?}");
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn stops_out_and_back_on_one_street_lie_on_their_own_way(
            turns in prop::collection::vec(-40.0..40.0_f64, 20..60),
            every_m in 250.0..600.0_f64,
            aside_m in 2.0..15.0_f64,
            jitter in prop::collection::vec(0.92..1.08_f64, 64),
        ) {
            let out = walk(&turns);
            let back = out.iter().rev().skip(1);
            let line = Polyline::new(out.iter().chain(back).copied().collect());
            let half_m = line.length_m() / 2.0;
            let each_way = ((half_m - 100.0) / every_m) as usize;
            prop_assume!(each_way >= 2);
            let outward: Vec<f64> = (0..each_way).map(|i| 50.0 + i as f64 * every_m).collect();
            let homeward = outward.iter().rev().map(|o| line.length_m() - o);
            let truth: Vec<f64> = outward.iter().copied().chain(homeward).collect();
            let places: Vec<LatLon> = truth.iter().map(|o| beside(&line, *o, aside_m)).collect();
            let mut seconds = 0.0;
            let times: Vec<Option<i32>> = (0..truth.len()).map(|i| {
                let step_m = if i == 0 { 0.0 } else { truth[i] - truth[i - 1] };
                seconds += step_m / 6.0 * jitter[i % jitter.len()];
                Some(seconds as i32)
            }).collect();
            let hints = Hints { times_s: &times, ..Hints::default() };
            let found = fit(&line, &places, hints).unwrap();
            prop_assert!(found.is_sorted());
            assert_near(&found, &truth, 40.0)?;
        }

        #[test]
        fn stops_of_a_loop_driven_more_than_once_lie_in_their_own_round(
            radii in prop::collection::vec(600.0..900.0_f64, 12),
            rounds in 1..4_usize,
            every_m in 250.0..500.0_f64,
            aside_m in 0.0..12.0_f64,
        ) {
            let corner = |i: usize| {
                let angle = (i as f64 / 12.0 * 360.0).to_radians();
                at(radii[i % 12] * angle.cos(), radii[i % 12] * angle.sin())
            };
            let line = Polyline::new((0..=12 * rounds).map(corner).collect());
            let stops = (line.length_m() / every_m) as usize;
            let mut truth: Vec<f64> = (0..stops).map(|i| i as f64 * every_m).collect();
            truth.push(line.length_m());
            let places: Vec<LatLon> = truth.iter().map(|o| beside(&line, *o, aside_m)).collect();
            let times: Vec<Option<i32>> = truth.iter().map(|o| Some((o / 6.0) as i32)).collect();
            let hints = Hints { times_s: &times, ..Hints::default() };
            let found = fit(&line, &places, hints).unwrap();
            assert_near(&found, &truth, 40.0)?;
        }

        #[test]
        fn offsets_never_decrease_and_lie_on_the_line_whatever_is_asked(
            points in prop::collection::vec((-2000.0..2000.0_f64, -2000.0..2000.0_f64), 2..40),
            stops in prop::collection::vec((-2000.0..2000.0_f64, -2000.0..2000.0_f64), 1..12),
            times in prop::collection::vec(prop::option::of(0..4000_i32), 12),
        ) {
            let line = Polyline::new(points.iter().map(|(x, y)| at(*x, *y)).collect());
            let places: Vec<LatLon> = stops.iter().map(|(x, y)| at(*x, *y)).collect();
            let hints = Hints { times_s: &times[..places.len()], ..Hints::default() };
            match fit(&line, &places, hints) {
                Ok(found) => {
                    prop_assert!(found.is_sorted());
                    prop_assert!(found[0] >= 0.0 && found[found.len() - 1] <= line.length_m());
                    for (place, along_m) in places.iter().zip(&found) {
                        let off_m = line.at(*along_m).distance_m(*place);
                        prop_assert!(off_m <= STOP_TO_LINE_MOST_M + OUT_OF_ORDER_MOST_M * 2.0);
                    }
                }
                Err(Misfit::TooFar { position, distance_m }) => {
                    let nearest = line.project_between(places[position], 0.0, line.length_m());
                    prop_assert!(distance_m > STOP_TO_LINE_MOST_M * 0.999);
                    prop_assert!((nearest.unwrap().distance_m - distance_m).abs() < 1e-6);
                }
                Err(Misfit::OutOfOrder { position }) => prop_assert!(position > 0),
            }
        }
    }

    #[test]
    fn a_figure_eight_is_crossed_on_the_right_branch() {
        let point = |i: usize| {
            let t = (i as f64 / 120.0 * 360.0).to_radians();
            at(1000.0 * t.sin(), 500.0 * (2.0 * t).sin())
        };
        let line = Polyline::new((0..=120).map(point).collect());
        let length_m = line.length_m();
        // The middle is passed at the start, half way and at the end.
        let truth: Vec<f64> = (0..=16).map(|i| length_m * f64::from(i) / 16.0).collect();
        let places: Vec<LatLon> = truth.iter().map(|o| line.at(*o)).collect();
        let found = fit(&line, &places, Hints::default()).unwrap();
        for (f, t) in found.iter().zip(&truth) {
            assert!((f - t).abs() < 10.0, "{found:?} {truth:?}");
        }
    }

    #[test]
    fn distances_of_the_feed_decide_where_geometry_cannot() {
        // Twice around a block, one stop: the second time, says the feed.
        let block = [(0.0, 0.0), (800.0, 0.0), (800.0, 800.0), (0.0, 800.0)];
        let corners: Vec<LatLon> = block.iter().cycle().take(9).map(|(x, y)| at(*x, *y)).collect();
        let line = Polyline::new(corners);
        let places = [at(0.0, 0.0), at(800.0, 400.0), at(0.0, 0.0)];
        // In kilometres.
        let of_line: Vec<f32> = line.offsets_m.iter().map(|m| (m / 1000.0) as f32).collect();
        let hints = Hints { line: &of_line, stops: &[0.0, 4.4, 6.4], ..Hints::default() };
        let found = fit(&line, &places, hints).unwrap();
        assert!((found[1] - 4_400.0).abs() < 30.0, "{found:?}");
    }

    #[test]
    fn a_reversed_line_and_a_far_stop_do_not_fit() {
        let line = Polyline::new(vec![at(0.0, 0.0), at(3000.0, 0.0)]);
        let places = [at(2500.0, 5.0), at(1500.0, 5.0), at(500.0, 5.0)];
        assert_eq!(fit(&line, &places, Hints::default()), Err(Misfit::OutOfOrder { position: 1 }));
        let places = [at(500.0, 5.0), at(1500.0, 200.0)];
        let misfit = fit(&line, &places, Hints::default());
        assert!(matches!(misfit, Err(Misfit::TooFar { position: 1, .. })), "{misfit:?}");
    }

    #[test]
    fn platforms_a_little_out_of_order_are_pushed_level() {
        let line = Polyline::new(vec![at(0.0, 0.0), at(3000.0, 0.0)]);
        let places = [at(1000.0, 5.0), at(980.0, -5.0), at(2000.0, 0.0)];
        let found = fit(&line, &places, Hints::default()).unwrap();
        assert!(found.is_sorted() && (found[1] - 1000.0).abs() < 21.0, "{found:?}");
    }
}
