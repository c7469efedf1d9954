//! The small map of the desk: lines and stops of the timetable as a picture that is clicked, so that a pin needs
//! neither a script nor a map of anybody's.

use crate::view::View;
use frontend::office::operator::{MAP_HEIGHT, MAP_WIDTH};
use std::fmt::Write as _;
use transit::LatLon;

/// Metres of a degree of latitude.
const DEGREE_M: f64 = 111_320.0;
/// Nearest and farthest, metres per pixel.
const SCALES: (f64, f64) = (1.5, 400.0);
/// Where a place is known.
pub const NEAR_M_PER_PX: f64 = 3.0;
/// A click comes so much nearer.
const CLOSER: f64 = 5.0;
/// Points that are nearer to each other than this are one, pixels.
const GRAIN_PX: f64 = 2.0;
/// Points of the picture, at most.
const POINTS_MAX: usize = 20_000;
/// Stops are drawn from here on, metres per pixel, …
const STOPS_M_PER_PX: f64 = 12.0;
/// … and so many of them with their names.
const NAMES_MAX: usize = 14;

/// A middle and a scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    middle: LatLon,
    m_per_px: f64,
}

impl Frame {
    /// Within bounds.
    pub fn new(middle: LatLon, m_per_px: f64) -> Self {
        Self { middle, m_per_px: m_per_px.clamp(SCALES.0, SCALES.1) }
    }

    /// `lat,lon,metres per pixel`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(',').map(|p| p.parse::<f64>().ok().filter(|n| n.is_finite()));
        let (lat, lon, scale) = (parts.next()??, parts.next()??, parts.next()??);
        let on_earth = (-85.0..=85.0).contains(&lat) && (-180.0..=180.0).contains(&lon);
        on_earth.then(|| Self::new(LatLon::new(lat, lon), scale))
    }

    /// As it is parsed.
    pub fn text(&self) -> String {
        format!("{:.6},{:.6},{:.2}", self.middle.lat, self.middle.lon, self.m_per_px)
    }

    /// The place of a pixel.
    pub fn place(&self, x: f64, y: f64) -> LatLon {
        let (dx, dy) = (x - f64::from(MAP_WIDTH) / 2.0, f64::from(MAP_HEIGHT) / 2.0 - y);
        let lat = self.middle.lat + dy * self.m_per_px / DEGREE_M;
        let lon = self.middle.lon + dx * self.m_per_px / (DEGREE_M * self.shrink());
        LatLon::new(lat, lon)
    }

    /// Closer around a pin.
    pub fn closer(&self, pin: LatLon) -> Self {
        Self::new(pin, (self.m_per_px / CLOSER).max(NEAR_M_PER_PX.min(self.m_per_px)))
    }

    fn shrink(&self) -> f64 {
        self.middle.lat.to_radians().cos().max(0.01)
    }

    fn pixel(&self, place: LatLon) -> (f64, f64) {
        let x = (place.lon - self.middle.lon) * DEGREE_M * self.shrink() / self.m_per_px;
        let y = (self.middle.lat - place.lat) * DEGREE_M / self.m_per_px;
        (x + f64::from(MAP_WIDTH) / 2.0, y + f64::from(MAP_HEIGHT) / 2.0)
    }
}

fn inside((x, y): (f64, f64), margin: f64) -> bool {
    (-margin..=f64::from(MAP_WIDTH) + margin).contains(&x)
        && (-margin..=f64::from(MAP_HEIGHT) + margin).contains(&y)
}

/// The picture. `dark`: as chosen; else it follows the reader's system.
pub fn svg(view: &View, frame: Frame, pin: Option<LatLon>, theme: &str) -> String {
    let (light, dark) = (
        ".g{fill:#eef2f4}.l{stroke:#8aa0ab}.s{fill:#0b5468}.t{fill:#14212a}.p{fill:#a3191f}",
        ".g{fill:#1e282e}.l{stroke:#5d7380}.s{fill:#74cadb}.t{fill:#e5edf1}.p{fill:#ff9a9a}",
    );
    let style = match theme {
        "light" => light.to_owned(),
        "dark" => dark.to_owned(),
        _ => format!("{light}@media(prefers-color-scheme:dark){{{dark}}}"),
    };
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{MAP_WIDTH}\" height=\"{MAP_HEIGHT}\" \
         viewBox=\"0 0 {MAP_WIDTH} {MAP_HEIGHT}\"><style>{style}\
         .l{{fill:none;stroke-width:2}}.t{{font:11px sans-serif}}</style>\
         <rect class=\"g\" width=\"{MAP_WIDTH}\" height=\"{MAP_HEIGHT}\"/>"
    );
    lines(view, frame, &mut out);
    if frame.m_per_px <= STOPS_M_PER_PX {
        stops(view, frame, &mut out);
    }
    if let Some(pin) = pin {
        let (x, y) = frame.pixel(pin);
        let _ = write!(out, "<path class=\"p\" d=\"M{x:.1} {y:.1}l-7-14a7.8 7.8 0 1 1 14 0z\"/>");
    }
    out.push_str("</svg>");
    out
}

fn lines(view: &View, frame: Frame, out: &mut String) {
    let timetable = view.timetable();
    let mut points = 0;
    let mut path = String::new();
    let mut drawn = rustc_hash::FxHashSet::default();
    for i in 0..timetable.patterns.len() {
        let shape = timetable.shape_of(i.into());
        // Many patterns share one shape.
        if !drawn.insert(std::ptr::from_ref(shape)) || points > POINTS_MAX {
            continue;
        }
        let mut last: Option<(f64, f64)> = None;
        for point in &shape.points {
            let at = frame.pixel(*point);
            if last.is_some_and(|l| (l.0 - at.0).hypot(l.1 - at.1) < GRAIN_PX) {
                continue;
            }
            let visible = inside(at, 0.0) || last.is_some_and(|l| inside(l, 0.0));
            if let Some(from) = last.filter(|_| visible && points <= POINTS_MAX) {
                let _ = write!(path, "M{:.0} {:.0}L{:.0} {:.0}", from.0, from.1, at.0, at.1);
                points += 1;
            }
            last = Some(at);
        }
    }
    let _ = write!(out, "<path class=\"l\" d=\"{path}\"/>");
}

fn stops(view: &View, frame: Frame, out: &mut String) {
    let mut names: Vec<&str> = Vec::new();
    for stop in view.timetable().stops.iter().filter(|s| !s.served_by.is_empty()) {
        let Some(at) = stop.place.map(|p| frame.pixel(p)).filter(|at| inside(*at, 4.0)) else {
            continue;
        };
        let _ = write!(out, "<circle class=\"s\" cx=\"{:.0}\" cy=\"{:.0}\" r=\"3\"/>", at.0, at.1);
        let name = view.translated(&stop.name);
        if names.len() < NAMES_MAX && !names.contains(&name) {
            names.push(name);
            let name = escape(name);
            let (x, y) = (at.0 + 5.0, at.1 + 4.0);
            let _ = write!(out, "<text class=\"t\" x=\"{x:.0}\" y=\"{y:.0}\">{name}</text>");
        }
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pixel_and_its_place_are_one() {
        let frame = Frame::parse("43.25,76.9,3").unwrap();
        assert_eq!(Frame::parse(&frame.text()), Some(frame));
        let place = frame.place(10.0, 200.0);
        let (x, y) = frame.pixel(place);
        assert!((x - 10.0).abs() < 1e-6 && (y - 200.0).abs() < 1e-6);
        assert_eq!(Frame::parse("99,0,3"), None);
        assert_eq!(Frame::parse("43.25,76.9,NaN"), None);
        // From the whole city to a crossing in two clicks, and no nearer than asked.
        let city = Frame::new(LatLon::new(43.25, 76.9), 60.0);
        assert!(city.closer(place).closer(place).m_per_px <= NEAR_M_PER_PX);
    }
}
