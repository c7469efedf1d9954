//! Where streets cross, and the stops along each street.

use super::CityError;
use super::sources::{Names, Street, field, names, number, rows};
use transit::Polyline;

/// A street that ends this near another ends in it, metres.
const ENDS_IN_M: f64 = 130.0;

/// Two streets that follow each other in a route may be this far apart, metres.
const JOIN_M: f64 = 320.0;

/// Least distance between two stops named after crossings, and after places, metres.
const APART_M: f64 = 330.0;
const NAMED_APART_M: f64 = 240.0;

/// A gap this much longer than the street's spacing gets stops in between.
const GAP_SHARE: f64 = 1.6;

/// A stop of a street, before it is split into a pair.
#[derive(Clone, Debug)]
pub(super) struct StreetStop {
    pub along_m: f64,
    pub names: Names,
}

/// Metres along `a` and along `b` of each true crossing.
pub(super) fn crossings(a: &Polyline, b: &Polyline) -> Vec<(f64, f64)> {
    let origin = a.points[0];
    let plane = |line: &Polyline| -> Vec<(f64, f64)> {
        line.points.iter().map(|p| p.offset_from(origin)).collect()
    };
    let (pa, pb) = (plane(a), plane(b));
    let mut found: Vec<(f64, f64)> = Vec::new();
    for (i, w) in pa.windows(2).enumerate() {
        for (j, v) in pb.windows(2).enumerate() {
            let Some((s, t)) = meet(w[0], w[1], v[0], v[1]) else { continue };
            let along = |line: &Polyline, i: usize, share: f64| {
                line.offsets_m[i] + share * (line.offsets_m[i + 1] - line.offsets_m[i])
            };
            let at = (along(a, i, s), along(b, j, t));
            if found.iter().all(|f| (f.0 - at.0).abs() > 150.0) {
                found.push(at);
            }
        }
    }
    found
}

/// A place or way on a plane, metres.
type Flat = (f64, f64);

/// Shares along two straight pieces at which they meet.
fn meet(from: Flat, to: Flat, other_from: Flat, other_to: Flat) -> Option<(f64, f64)> {
    let minus = |a: Flat, b: Flat| (a.0 - b.0, a.1 - b.1);
    let cross = |a: Flat, b: Flat| a.0 * b.1 - a.1 * b.0;
    let (way, other, apart) =
        (minus(to, from), minus(other_to, other_from), minus(other_from, from));
    let area = cross(way, other);
    if area.abs() < 1e-6 {
        return None;
    }
    let shares = (cross(apart, other) / area, cross(apart, way) / area);
    let inside = -1e-6..=1.0 + 1e-6;
    (inside.contains(&shares.0) && inside.contains(&shares.1)).then_some(shares)
}

/// Where an end of one line comes nearest to the other: metres along each, and apart.
fn nearest_end(a: &Polyline, b: &Polyline) -> Option<(f64, f64, f64)> {
    let mut best: Option<(f64, f64, f64)> = None;
    let mut offer = |at: (f64, f64, f64)| {
        if best.is_none_or(|b| at.2 < b.2) {
            best = Some(at);
        }
    };
    for along in [0.0, a.length_m()] {
        if let Some(p) = b.project_between(a.at(along), 0.0, b.length_m()) {
            offer((along, p.along_m, p.distance_m));
        }
    }
    for along in [0.0, b.length_m()] {
        if let Some(p) = a.project_between(b.at(along), 0.0, a.length_m()) {
            offer((p.along_m, along, p.distance_m));
        }
    }
    best
}

/// Where a route that came onto `a` at `entry_m` turns into `b`: metres along each.
pub(super) fn turn(a: &Polyline, b: &Polyline, entry_m: f64) -> Option<(f64, f64)> {
    let far = |at: &(f64, f64)| (at.0 - entry_m).abs();
    let mut found = crossings(a, b);
    found.sort_by(|x, y| far(x).total_cmp(&far(y)));
    found.first().copied().or_else(|| {
        nearest_end(a, b).filter(|(_, _, apart)| *apart <= JOIN_M).map(|(x, y, _)| (x, y))
    })
}

/// The stops of every street: named ones, then crossings from the greatest street down, then numbered ones
/// where a gap is left. All routes on a street share them.
pub(super) fn stops(streets: &[Street], named: &str) -> Result<Vec<Vec<StreetStop>>, CityError> {
    const FILE: &str = "stops.csv";
    let mut all: Vec<Vec<StreetStop>> = vec![Vec::new(); streets.len()];
    for row in rows(FILE, named)? {
        let id = field(FILE, &row, "street")?;
        let Some(i) = streets.iter().position(|s| s.id == id) else {
            return Err(CityError::Source { file: FILE, reason: format!("no street {id:?}") });
        };
        let stop =
            StreetStop { along_m: number(FILE, &row, "along_m")?, names: names(FILE, &row)? };
        if stop.along_m < 0.0 || stop.along_m > streets[i].line.length_m() {
            let reason = format!("{} of {id} is beyond its end", stop.along_m);
            return Err(CityError::Source { file: FILE, reason });
        }
        all[i].push(stop);
    }
    for (i, street) in streets.iter().enumerate() {
        at_crossings(streets, i, &mut all[i]);
        fill(street, &mut all[i]);
    }
    Ok(all)
}

fn at_crossings(streets: &[Street], of: usize, stops: &mut Vec<StreetStop>) {
    let line = &streets[of].line;
    let mut candidates: Vec<(u32, f64, usize)> = Vec::new();
    for (i, other) in streets.iter().enumerate().filter(|(i, _)| *i != of) {
        let mut at: Vec<f64> = crossings(line, &other.line).iter().map(|c| c.0).collect();
        if at.is_empty() {
            at.extend(nearest_end(line, &other.line).filter(|n| n.2 <= ENDS_IN_M).map(|n| n.0));
        }
        candidates.extend(at.into_iter().map(|along| (other.weight, along, i)));
    }
    candidates.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
    let named = stops.len();
    for (_, along_m, other) in candidates {
        let free = stops.iter().enumerate().all(|(n, s)| {
            let apart = if n < named { NAMED_APART_M } else { APART_M };
            (s.along_m - along_m).abs() >= apart
        });
        if free {
            stops.push(StreetStop { along_m, names: streets[other].names.clone() });
        }
    }
}

fn fill(street: &Street, stops: &mut Vec<StreetStop>) {
    stops.sort_by(|a, b| a.along_m.total_cmp(&b.along_m));
    let mut edges: Vec<f64> = vec![0.0];
    edges.extend(stops.iter().map(|s| s.along_m));
    edges.push(street.line.length_m());
    let mut more: Vec<f64> = Vec::new();
    for pair in edges.windows(2) {
        let gap = pair[1] - pair[0];
        if gap > street.stops_every_m * GAP_SHARE {
            let pieces = (gap / street.stops_every_m).round().max(2.0);
            more.extend((1..pieces as usize).map(|n| pair[0] + gap * n as f64 / pieces));
        }
    }
    let short = short_names(&street.names);
    for (n, along_m) in more.into_iter().enumerate() {
        let numbered = |name: &str| format!("{name}-{}", n + 1);
        let names =
            Names { kk: numbered(&short.kk), ru: numbered(&short.ru), en: numbered(&short.en) };
        stops.push(StreetStop { along_m, names });
    }
    stops.sort_by(|a, b| a.along_m.total_cmp(&b.along_m));
}

/// A street's name without the word for street.
fn short_names(names: &Names) -> Names {
    let cut_end = |name: &str, words: &[&str]| {
        let cut = words.iter().find_map(|w| name.strip_suffix(w));
        cut.unwrap_or(name).trim().to_owned()
    };
    let ru = ["Улица ", "Проспект ", "Бульвар ", "Дорога на "];
    let ru = ru.iter().find_map(|w| names.ru.strip_prefix(w)).unwrap_or(&names.ru);
    let cut_paren = |name: &str| name.split(" (").next().unwrap_or(name).to_owned();
    Names {
        kk: cut_paren(&cut_end(
            &names.kk,
            &[" даңғылы", " көшесі", " тас жолы", " автожолы", " жолы", " бульвары"],
        )),
        ru: cut_paren(ru),
        en: cut_paren(&cut_end(
            &names.en,
            &[" Street", " Avenue", " Highway", " Road", " Boulevard"],
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use transit::LatLon;

    fn line(points: &[(f64, f64)]) -> Polyline {
        Polyline::new(points.iter().map(|(lat, lon)| LatLon::new(*lat, *lon)).collect())
    }

    #[test]
    fn two_streets_meet_once_where_they_cross() {
        let ew = line(&[(43.25, 76.90), (43.25, 76.92)]);
        let ns = line(&[(43.24, 76.91), (43.26, 76.91)]);
        let found = crossings(&ew, &ns);
        assert_eq!(found.len(), 1);
        assert!((found[0].0 - ew.length_m() / 2.0).abs() < 1.0, "{found:?}");
        assert!((found[0].1 - ns.length_m() / 2.0).abs() < 1.0, "{found:?}");
    }

    #[test]
    fn a_street_that_ends_short_of_another_is_joined() {
        let ew = line(&[(43.25, 76.90), (43.25, 76.92)]);
        let ns = line(&[(43.2512, 76.91), (43.26, 76.91)]);
        let (a, b) = turn(&ew, &ns, 0.0).unwrap();
        assert!((a - ew.length_m() / 2.0).abs() < 1.0 && b.abs() < 1e-9, "{a} {b}");
        let far = line(&[(43.2600, 76.91), (43.27, 76.91)]);
        assert_eq!(turn(&ew, &far, 0.0), None);
    }
}
