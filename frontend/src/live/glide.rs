//! How a marker moves between two reports: along its line at the expected speed, easing towards what each
//! report says, and never backwards: a bus that is behind its marker makes the marker wait.

use super::line::{Line, Place, within};
use std::rc::Rc;

/// Past this age of a report nobody knows where the bus has gone: the marker stops. Seconds of the city.
const HORIZON_S: f64 = 60.0;
/// A marker makes up a third of its arrears in about this time. Seconds of the reader.
const EASE_S: f64 = 3.0;
/// A marker farther behind than this was out of sight; it starts anew.
const JUMP_M: f64 = 700.0;
/// A marker that waits for a bus farther behind than this was on a wrong track; it starts anew.
const BEHIND_M: f64 = 1500.0;
/// The server's metres and ours differ by less than this.
const ANCHOR_REACH_M: f64 = 150.0;
/// A marker that leaves one line for another crosses over in this time. Seconds of the reader.
const CROSS_S: f64 = 1.5;

/// What a report says of the movement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Report {
    pub lon: f64,
    pub lat: f64,
    pub bearing_deg: Option<f64>,
    /// Metres along the pattern, as the server measures it.
    pub along_m: Option<f64>,
    pub speed_mps: f64,
    /// When it was measured, seconds of the city.
    pub measured_at: f64,
}

/// Where the marker is on a line.
#[derive(Clone, Debug)]
struct OnLine {
    line: Rc<Line>,
    /// The report's place.
    report_m: f64,
    /// The marker's place.
    shown_m: f64,
}

/// One marker.
#[derive(Clone, Debug)]
pub(crate) struct Marker {
    report: Report,
    on_line: Option<OnLine>,
    /// What is drawn.
    shown: Place,
    /// Crossing over: from where, and how long ago, seconds of the reader.
    crossing: Option<((f64, f64), f64)>,
}

impl Marker {
    /// A marker at its first report.
    pub fn new(report: Report) -> Self {
        let shown = Place {
            lon: report.lon,
            lat: report.lat,
            bearing_deg: report.bearing_deg.unwrap_or(0.0),
        };
        Self { report, on_line: None, shown, crossing: None }
    }

    /// What is drawn now.
    pub fn shown(&self) -> Place {
        self.shown
    }

    /// Whether a direction of travel is known.
    pub fn has_bearing(&self) -> bool {
        self.on_line.is_some() || self.report.bearing_deg.is_some()
    }

    /// A new report. `line` is that of its pattern, if it is there yet.
    pub fn report(&mut self, report: Report, line: Option<&Rc<Line>>, now_s: f64) {
        self.report = report;
        self.attach(line, now_s);
    }

    /// Puts the marker on its line; called again when a line that was missing has come.
    pub fn attach(&mut self, line: Option<&Rc<Line>>, now_s: f64) {
        let (Some(line), Some(along_m)) = (line, self.report.along_m) else {
            if self.on_line.take().is_some()
                || self.place_free() != (self.shown.lon, self.shown.lat)
            {
                self.cross();
            }
            return;
        };
        let report_m = line.nearest(self.report.lon, self.report.lat, along_m, ANCHOR_REACH_M);
        match &mut self.on_line {
            Some(on) if Rc::ptr_eq(&on.line, line) && on.shown_m - report_m < BEHIND_M => {
                on.report_m = report_m;
            }
            other => {
                let was_on_line = other.is_some();
                let shown_m = report_m + expected_m(&self.report, now_s);
                *other = Some(OnLine { line: Rc::clone(line), report_m, shown_m });
                if was_on_line {
                    self.cross();
                }
            }
        }
    }

    /// Moves the marker: `now_s` is the city's clock, `step_s` the reader's seconds since the last time,
    /// `speed` the city's seconds for each of the reader's.
    pub fn advance(&mut self, now_s: f64, step_s: f64, speed: f64) -> Place {
        let mut place = match &mut self.on_line {
            Some(on) => {
                let target =
                    (on.report_m + expected_m(&self.report, now_s)).min(on.line.length_m());
                let gap = target - on.shown_m;
                if gap > JUMP_M {
                    on.shown_m = target;
                } else if gap > 0.0 {
                    let stride = self.report.speed_mps * step_s * speed + gap * step_s / EASE_S;
                    on.shown_m += stride.min(gap);
                }
                on.line.at(on.shown_m)
            }
            None => Place {
                lon: self.report.lon,
                lat: self.report.lat,
                bearing_deg: self.report.bearing_deg.unwrap_or(self.shown.bearing_deg),
            },
        };
        if let Some((from, since_s)) = &mut self.crossing {
            *since_s += step_s;
            let part = (*since_s / CROSS_S).min(1.0);
            let part = part * part * (3.0 - 2.0 * part);
            place.lon = from.0 + (place.lon - from.0) * part;
            place.lat = from.1 + (place.lat - from.1) * part;
            if *since_s >= CROSS_S {
                self.crossing = None;
            }
        }
        self.shown = place;
        place
    }

    /// For readers who want no motion: straight to where the bus is expected, yet never backwards.
    pub fn settle(&mut self, now_s: f64) -> Place {
        self.crossing = None;
        if let Some(on) = &mut self.on_line {
            on.shown_m = on
                .shown_m
                .max(on.report_m + expected_m(&self.report, now_s))
                .min(on.line.length_m());
        }
        self.advance(now_s, 0.0, 1.0)
    }

    fn place_free(&self) -> (f64, f64) {
        (self.report.lon, self.report.lat)
    }

    fn cross(&mut self) {
        self.crossing = Some(((self.shown.lon, self.shown.lat), 0.0));
    }
}

/// Metres since the report.
fn expected_m(report: &Report, now_s: f64) -> f64 {
    report.speed_mps * within(now_s - report.measured_at, 0.0, HORIZON_S)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Rc<Line> {
        Rc::new(Line::from_e5(&[7_690_000, 4_320_000, 0, 4000]).unwrap())
    }

    fn report(along_m: f64, at: f64, speed_mps: f64) -> Report {
        let place = line().at(along_m);
        Report {
            lon: place.lon,
            lat: place.lat,
            bearing_deg: None,
            along_m: Some(along_m),
            speed_mps,
            measured_at: at,
        }
    }

    fn metres(marker: &Marker) -> f64 {
        marker.on_line.as_ref().unwrap().shown_m
    }

    #[test]
    fn between_reports_the_marker_drives_at_the_expected_speed() {
        let line = line();
        let mut marker = Marker::new(report(1000.0, 0.0, 10.0));
        marker.attach(Some(&line), 0.0);
        for i in 1..=100 {
            marker.advance(f64::from(i) * 0.1, 0.1, 1.0);
        }
        assert!((metres(&marker) - 1100.0).abs() < 1.0, "{}", metres(&marker));
        assert!(marker.shown().bearing_deg.abs() < 0.1);
    }

    #[test]
    fn a_bus_that_is_behind_makes_its_marker_wait_and_never_go_back() {
        let line = line();
        let mut marker = Marker::new(report(1000.0, 0.0, 10.0));
        marker.attach(Some(&line), 0.0);
        let mut last = 0.0;
        for i in 1..=600 {
            let now = f64::from(i) * 0.1;
            if i == 200 {
                // It should be at 1200 and is at 1120: a red light.
                marker.report(report(1120.0, now, 4.0), Some(&line), now);
            }
            marker.advance(now, 0.1, 1.0);
            assert!(metres(&marker) >= last, "went back at {now}");
            last = metres(&marker);
        }
        assert!((last - 1280.0).abs() < 2.0, "{last}");
    }

    #[test]
    fn a_bus_that_is_ahead_is_caught_up_with_without_a_jump() {
        let line = line();
        let mut marker = Marker::new(report(1000.0, 0.0, 8.0));
        marker.attach(Some(&line), 0.0);
        marker.report(report(1200.0, 1.0, 8.0), Some(&line), 1.0);
        let before = metres(&marker);
        marker.advance(1.1, 0.1, 1.0);
        assert!(metres(&marker) - before < 10.0);
        for i in 0..200 {
            marker.advance(1.2 + f64::from(i) * 0.1, 0.1, 1.0);
        }
        assert!((metres(&marker) - (1200.0 + 8.0 * 20.1)).abs() < 3.0, "{}", metres(&marker));
    }

    #[test]
    fn silence_stops_the_marker_and_the_line_ends_it() {
        let line = line();
        let mut marker = Marker::new(report(1000.0, 0.0, 10.0));
        marker.attach(Some(&line), 0.0);
        for i in 1..=3000 {
            marker.advance(f64::from(i) * 0.1, 0.1, 1.0);
        }
        assert!((metres(&marker) - (1000.0 + 10.0 * HORIZON_S)).abs() < 1.0);
        marker.report(report(4400.0, 300.0, 20.0), Some(&line), 300.0);
        for i in 0..600 {
            marker.advance(300.0 + f64::from(i) * 0.1, 0.1, 1.0);
        }
        assert!(metres(&marker) <= line.length_m());
    }

    #[test]
    fn the_citys_clock_may_run_faster_than_the_readers() {
        let line = line();
        let mut marker = Marker::new(report(0.0, 0.0, 10.0));
        marker.attach(Some(&line), 0.0);
        for i in 1..=30 {
            marker.advance(f64::from(i), 0.1, 10.0);
        }
        assert!((metres(&marker) - 300.0).abs() < 5.0, "{}", metres(&marker));
    }

    #[test]
    fn a_line_that_comes_late_is_joined_where_the_bus_is() {
        let mut marker = Marker::new(report(1000.0, 0.0, 10.0));
        marker.advance(5.0, 0.1, 1.0);
        marker.attach(Some(&line()), 5.0);
        assert!((metres(&marker) - 1050.0).abs() < 1.0);
        assert!(marker.has_bearing());
    }

    #[test]
    fn without_a_line_the_marker_slides_from_report_to_report() {
        let mut marker = Marker::new(Report { along_m: None, ..report(0.0, 0.0, 5.0) });
        let there = Report { along_m: None, ..report(400.0, 10.0, 5.0) };
        marker.report(there, None, 10.0);
        let early = marker.advance(10.1, 0.1, 1.0);
        assert!(early.lat < there.lat - 0.003, "a slide, not a jump");
        for _ in 0..20 {
            marker.advance(12.0, 0.1, 1.0);
        }
        assert!((marker.shown().lat - there.lat).abs() < 1e-9);
    }

    #[test]
    fn without_motion_the_marker_stands_where_the_bus_is_expected() {
        let line = line();
        let mut marker = Marker::new(report(1000.0, 0.0, 10.0));
        marker.attach(Some(&line), 0.0);
        marker.settle(10.0);
        assert!((metres(&marker) - 1100.0).abs() < 1e-6);
        marker.report(report(1020.0, 11.0, 0.0), Some(&line), 11.0);
        marker.settle(11.0);
        assert!((metres(&marker) - 1100.0).abs() < 1e-6, "not backwards");
    }
}
