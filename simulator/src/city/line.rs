//! A route's path of places and streets as a line with its stops.

use super::sources::Street;
use super::street_stops::turn;
use super::{City, CityError};
use transit::{LatLon, Polyline};

/// A terminus nearer to its street than this lies on it, metres.
const ON_STREET_M: f64 = 45.0;

/// A stop stands this far behind the crossing that it is named after, metres.
const BEHIND_CROSSING_M: f64 = 40.0;

/// No stop nearer than this to where the route turned into the street, or out of it, metres.
const AFTER_TURN_M: f64 = 35.0;

/// Stops aside, no nearer than this to a terminus, and to each other, metres.
const FROM_TERMINUS_M: f64 = 230.0;
const APART_M: f64 = 200.0;

/// Points nearer than this are one, metres.
const SAME_POINT_M: f64 = 3.0;

/// A street as a route drives it.
struct Leg {
    street: usize,
    entry_m: f64,
    exit_m: f64,
    /// Metres of the line at which it begins.
    start_m: f64,
}

/// A stop on the way.
pub(super) struct LineStop {
    pub offset_m: f64,
    /// Street, stop of the street, driven in its direction.
    pub at: (usize, usize, bool),
}

/// A line with the stops between its termini.
pub(super) struct Line {
    pub line: Polyline,
    pub stops: Vec<LineStop>,
}

/// Lays the line of a path: a terminus, streets, a terminus.
pub(super) fn lay(city: &City, route: &str, path: &[String]) -> Result<Line, CityError> {
    let bad = |reason: String| CityError::Path { route: route.to_owned(), reason };
    let place = |token: Option<&String>| {
        let id = token.and_then(|t| t.strip_prefix('@'));
        id.and_then(|id| city.places.get(id)).ok_or_else(|| bad(format!("no place {token:?}")))
    };
    let (first, last) = (place(path.first())?, place(path.last())?);
    let middle = path.get(1..path.len().saturating_sub(1)).unwrap_or(&[]);
    let mut streets = Vec::new();
    for token in middle {
        let i = city.streets.iter().position(|s| s.id == *token);
        streets.push(i.ok_or_else(|| bad(format!("no street {token:?}")))?);
    }
    if streets.is_empty() {
        return Err(bad("it drives no street".to_owned()));
    }
    let legs = legs(&city.streets, &streets, first.at, last.at).map_err(|(a, b)| {
        bad(format!("{} and {} do not meet", city.streets[a].id, city.streets[b].id))
    })?;
    Ok(draw(city, legs, first.at, last.at))
}

/// Where each street is entered and left.
fn legs(
    streets: &[Street],
    path: &[usize],
    first: LatLon,
    last: LatLon,
) -> Result<Vec<Leg>, (usize, usize)> {
    let along = |street: usize, place: LatLon| {
        let line = &streets[street].line;
        line.project_between(place, 0.0, line.length_m()).map_or(0.0, |p| p.along_m)
    };
    let mut legs = Vec::new();
    let mut entry_m = along(path[0], first);
    for (i, street) in path.iter().enumerate() {
        let (exit_m, next_m) = match path.get(i + 1) {
            Some(next) => turn(&streets[*street].line, &streets[*next].line, entry_m)
                .ok_or((*street, *next))?,
            None => (along(*street, last), 0.0),
        };
        legs.push(Leg { street: *street, entry_m, exit_m, start_m: 0.0 });
        entry_m = next_m;
    }
    Ok(legs)
}

/// Draws the legs one after another and puts the stops on them.
fn draw(city: &City, mut legs: Vec<Leg>, first: LatLon, last: LatLon) -> Line {
    let mut points: Vec<LatLon> = Vec::new();
    let mut length_m = 0.0;
    let mut add = |points: &mut Vec<LatLon>, point: LatLon| {
        match points.last() {
            Some(before) if before.distance_m(point) < SAME_POINT_M => {}
            Some(before) => {
                length_m += before.distance_m(point);
                points.push(point);
            }
            None => points.push(point),
        }
        length_m
    };
    for (i, leg) in legs.iter_mut().enumerate() {
        let line = &city.streets[leg.street].line;
        let start = line.at(leg.entry_m);
        if i == 0 && first.distance_m(start) > ON_STREET_M {
            add(&mut points, first);
        }
        leg.start_m = add(&mut points, start);
        let (low, high) = (leg.entry_m.min(leg.exit_m), leg.entry_m.max(leg.exit_m));
        let within = |o: &f64| *o > low && *o < high;
        let mut inner: Vec<LatLon> = line
            .points
            .iter()
            .zip(&line.offsets_m)
            .filter(|(_, o)| within(o))
            .map(|(p, _)| *p)
            .collect();
        if leg.exit_m < leg.entry_m {
            inner.reverse();
        }
        for point in inner {
            add(&mut points, point);
        }
        add(&mut points, line.at(leg.exit_m));
    }
    if points.last().is_some_and(|p| p.distance_m(last) > ON_STREET_M) {
        add(&mut points, last);
    }
    let line = Polyline::new(points);
    let stops = stops_on(city, &legs, line.length_m());
    Line { line, stops }
}

fn stops_on(city: &City, legs: &[Leg], length_m: f64) -> Vec<LineStop> {
    let mut stops: Vec<LineStop> = Vec::new();
    for leg in legs {
        let forward = leg.exit_m >= leg.entry_m;
        let sign = if forward { 1.0 } else { -1.0 };
        let driven_m = (leg.exit_m - leg.entry_m).abs();
        let of_street = city.stops[leg.street].iter().enumerate();
        let mut on_leg: Vec<LineStop> = of_street
            .map(|(i, stop)| ((stop.along_m - leg.entry_m) * sign + BEHIND_CROSSING_M, i))
            .filter(|(at, _)| *at >= AFTER_TURN_M && *at <= driven_m - AFTER_TURN_M)
            .map(|(at, i)| LineStop { offset_m: leg.start_m + at, at: (leg.street, i, forward) })
            .collect();
        on_leg.sort_by(|a, b| a.offset_m.total_cmp(&b.offset_m));
        for stop in on_leg {
            let apart = stops.last().is_none_or(|s| stop.offset_m - s.offset_m >= APART_M);
            let inside =
                stop.offset_m >= FROM_TERMINUS_M && stop.offset_m <= length_m - FROM_TERMINUS_M;
            if apart && inside {
                stops.push(stop);
            }
        }
    }
    stops
}

/// The place of a stop of a street: behind its crossing, at the right-hand kerb.
pub(super) fn kerb(street: &Street, along_m: f64, forward: bool, aside_m: f64) -> LatLon {
    let (at, turned) = if forward {
        (along_m + BEHIND_CROSSING_M, 0.0)
    } else {
        (along_m - BEHIND_CROSSING_M, 180.0)
    };
    let bearing = street.line.bearing_deg_at(at) + turned;
    crate::motion::moved(street.line.at(at), bearing + 90.0, aside_m)
}
