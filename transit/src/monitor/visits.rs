//! Arrivals and departures at the stops that a vehicle passes.
//!
//! A tracker follows one vehicle on one run. A visit is final when the vehicle was seen beyond the stop
//! (at a last stop: at it), and is made once. A hole in the fixes makes no visits.

use super::config::MonitorConfig;
use super::crossing::{Obs, Passage, Stretch};
use super::line::Line;
use crate::time::EpochS;

/// A stop served: what the Monitor makes a `StopVisit` of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Served {
    pub stop_position: u16,
    pub arrival: Option<EpochS>,
    pub departure: Option<EpochS>,
    pub uncertainty_s: f32,
}

/// Follows one vehicle from stop to stop.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Tracker {
    /// First stop position that was not passed yet.
    pub next: u16,
    /// Last fix short of the next stop.
    before: Option<Obs>,
    /// First and last fix at the next stop.
    at_stop: Option<(Obs, Obs)>,
    /// A fix just beyond the stop, believed when the next one is beyond too.
    leaving: Option<Obs>,
    /// Last fix.
    last: Option<Obs>,
    /// Speed of this vehicle between stops, m/s; 0 while not known.
    cruise_mps: f32,
}

/// Beyond the zone by less than this, a second fix must confirm that the stop was left, metres.
const CONFIRM_M: f64 = 30.0;
/// Two fixes closer together than this are of a standing vehicle, metres.
const STANDING_M: f64 = 15.0;
/// Standing within this of the last stop is arriving: bays lie off the line's end, metres.
const LAST_STOP_M: f64 = 100.0;
/// A first stop is left late: buses creep from bay to bay.
const FIRST_ZONE: f64 = 1.5;
/// A bus that is seen no farther than this after a first stop left it shortly before, metres.
const SOON_AFTER_M: f64 = 500.0;
/// Time at a first stop is waiting, however long: expected seconds, so that no driving is made of it.
const WAITING_S: f64 = 3_600.0;
/// Usual speeds of a bus between stops, m/s.
const CRUISE_MPS: (f64, f64) = (4.0, 22.0);
/// Weight of a new stretch in the vehicle's speed.
const CRUISE_WEIGHT: f32 = 0.3;
/// A fix is usually within this of the truth along the line (90 %: ± 1.6 of it), metres.
const FIX_NOISE_M: f64 = 8.0;
/// Share of the time between two fixes, beyond driving, that was not spent at the stop but in traffic.
const TRAFFIC_SHARE: f64 = 0.3;

impl Tracker {
    /// Begins at a place: stops behind it are not this tracker's.
    pub fn start(line: &Line<'_>, config: &MonitorConfig, along_m: f64) -> Self {
        let mut next = line.stop_after(along_m);
        while next > 0 && along_m <= line.offset_m(next - 1) + zone_m(line, config, next - 1) {
            next -= 1;
        }
        Self { next: next as u16, ..Self::default() }
    }

    /// Begins anew at another place of the same run: what was passed stays passed.
    #[must_use]
    pub fn restart(&self, line: &Line<'_>, config: &MonitorConfig, along_m: f64) -> Self {
        let fresh = Self::start(line, config, along_m);
        Self { next: fresh.next.max(self.next), cruise_mps: self.cruise_mps, ..fresh }
    }

    /// True when the last stop was reached.
    pub fn is_done(&self, line: &Line<'_>) -> bool {
        usize::from(self.next) >= line.stops()
    }

    /// True while the last fix was at the next stop.
    pub fn is_at_stop(&self) -> bool {
        self.at_stop.is_some()
    }

    /// Instant of the last fix.
    pub fn last_at(&self) -> Option<EpochS> {
        self.last.map(|o| o.at)
    }

    /// Takes the next fix; serves the stops that it proves passed.
    pub fn observe(
        &mut self,
        line: &Line<'_>,
        config: &MonitorConfig,
        obs: Obs,
        mut serve: impl FnMut(Served),
    ) {
        if self.last.is_some_and(|last| obs.at <= last.at) {
            return;
        }
        if self.last.is_some_and(|last| self.is_hole(line, config, last, obs)) {
            *self = self.restart(line, config, obs.along_m);
        }
        self.note_speed(line, config, obs);
        if let Some(leaving) = self.leaving.take()
            && obs.along_m > self.next_zone_end(line, config)
        {
            self.pass(line, config, leaving, true, &mut serve);
        }
        self.pass(line, config, obs, false, &mut serve);
        self.last = Some(obs);
    }

    /// Between these two nothing is known: too long a silence with a stop in it, or too many stops.
    fn is_hole(&self, line: &Line<'_>, config: &MonitorConfig, last: Obs, obs: Obs) -> bool {
        let next = usize::from(self.next);
        let passed = line.stop_after(obs.along_m).saturating_sub(next);
        if passed == 0 {
            return false;
        }
        // A bus switched off at the first stop and seen soon after it: its departure is well known.
        if next == 0 && passed == 1 && self.at_stop.is_some() && obs.along_m < SOON_AFTER_M {
            return false;
        }
        obs.at - last.at > config.interpolate_s || passed > config.interpolate_stops
    }

    fn next_zone_end(&self, line: &Line<'_>, config: &MonitorConfig) -> f64 {
        let k = usize::from(self.next);
        if k >= line.stops() {
            return f64::INFINITY;
        }
        line.offset_m(k) + zone_m(line, config, k)
    }

    /// Moves the tracker to `obs`.
    fn pass(
        &mut self,
        line: &Line<'_>,
        config: &MonitorConfig,
        obs: Obs,
        confirmed: bool,
        serve: &mut impl FnMut(Served),
    ) {
        let n = line.stops();
        let first = usize::from(self.next);
        if first >= n {
            return;
        }
        let mut beyond = first;
        while beyond < n - 1 && obs.along_m > line.offset_m(beyond) + zone_m(line, config, beyond) {
            beyond += 1;
        }
        let just_left = beyond == first + 1
            && !confirmed
            && obs.along_m < line.offset_m(first) + zone_m(line, config, first) + CONFIRM_M;
        if just_left && self.stood_near(obs) {
            self.leaving = Some(obs);
            return;
        }
        if beyond > first {
            self.serve_passed(line, config, first..beyond, obs, serve);
            self.next = beyond as u16;
            self.at_stop = None;
            self.before = Some(obs);
        }
        self.settle(line, config, beyond, obs, serve);
    }

    /// It was seen at the stop, and not so far from where it is now that it must have left.
    fn stood_near(&self, obs: Obs) -> bool {
        self.at_stop.is_some_and(|(_, last)| obs.along_m - last.along_m < 2.0 * CONFIRM_M)
    }

    /// Notes a fix short of, or at, the stop `k`; the last stop is served on arrival.
    fn settle(
        &mut self,
        line: &Line<'_>,
        config: &MonitorConfig,
        k: usize,
        obs: Obs,
        serve: &mut impl FnMut(Served),
    ) {
        let (stop_m, zone) = (line.offset_m(k), zone_m(line, config, k));
        if k == line.stops() - 1 {
            let stands = self.last.is_some_and(|l| (obs.along_m - l.along_m).abs() < STANDING_M);
            if obs.along_m >= stop_m - zone || (stands && obs.along_m >= stop_m - LAST_STOP_M) {
                self.arrive(line, k, obs, serve);
                return;
            }
        }
        if obs.along_m < stop_m - zone {
            // Noise may throw a standing vehicle out of the zone; it has not been before it again.
            if self.at_stop.is_none() {
                self.before = Some(obs);
            }
        } else {
            let first = self.at_stop.map_or(obs, |(first, _)| first);
            self.at_stop = Some((first, obs));
        }
    }

    /// The last stop.
    fn arrive(&mut self, line: &Line<'_>, k: usize, obs: Obs, serve: &mut impl FnMut(Served)) {
        let arrival = self.arrival(line, k, obs);
        if let Some((at, uncertainty_s)) = arrival {
            serve(Served {
                stop_position: k as u16,
                arrival: Some(at),
                departure: None,
                uncertainty_s,
            });
        }
        self.next = (k + 1) as u16;
    }

    /// Arrival at `k`, where `seen` is the first fix at it, and its uncertainty. `None` if it was never
    /// seen on the way there.
    fn arrival(&self, line: &Line<'_>, k: usize, seen: Obs) -> Option<(EpochS, f32)> {
        let before = self.before.or(self.last)?;
        if before.at >= seen.at {
            return None;
        }
        let stretch = Stretch {
            elapsed_s: (seen.at - before.at) as f64,
            distance_m: (line.offset_m(k) - before.along_m).max(0.0),
            cruise_mps: self.cruise(line, k),
        };
        let travel_s = stretch.distance_m / stretch.cruise_mps;
        let left_s = (stretch.elapsed_s - travel_s).max(0.0);
        let at_s = (travel_s + TRAFFIC_SHARE * left_s).min(stretch.elapsed_s);
        let fraction = at_s / stretch.elapsed_s;
        let uncertainty_s = stretch.uncertainty_s(fraction.min(0.5), FIX_NOISE_M) as f32;
        Some((before.at + at_s.round() as i64, uncertainty_s))
    }

    /// Serves the stops `passed`, the last fix before them being `before` or at the first of them.
    fn serve_passed(
        &self,
        line: &Line<'_>,
        config: &MonitorConfig,
        passed: std::ops::Range<usize>,
        obs: Obs,
        serve: &mut impl FnMut(Served),
    ) {
        let first = passed.start;
        let stood = self.at_stop;
        let Some(from) = stood.map(|(_, last)| last).or(self.before) else { return };
        let start_m = if stood.is_some() { line.offset_m(first) } else { from.along_m };
        let stretch = Stretch {
            elapsed_s: (obs.at - from.at) as f64,
            distance_m: (obs.along_m - start_m).max(0.0),
            cruise_mps: self.cruise(line, first),
        };
        let expected = |k: usize| {
            let planned = line.times[k].departure_s - line.times[k].arrival_s;
            let dwell = f64::from(planned).max(config.default_dwell_s);
            match (k, stood) {
                (0, _) => WAITING_S,
                (_, Some(_)) if k == first => dwell * 0.5,
                _ => dwell,
            }
        };
        let division = stretch.divide(passed.clone().map(expected).sum());
        let mut clock = Clock { from, pace_s: division.pace_s, at_s: 0.0, at_m: start_m };
        for k in passed {
            let mut passage = clock.pass(line.offset_m(k), division.dwell * expected(k));
            let mut arrival = Some(from.at + passage.arrival_s.round() as i64);
            let fraction = passage.departure_s / stretch.elapsed_s.max(1.0);
            let mut uncertainty_s = stretch.uncertainty_s(fraction, FIX_NOISE_M) as f32;
            if k == first
                && let Some((seen, _)) = stood
            {
                (arrival, uncertainty_s) = match self.arrival(line, k, seen) {
                    Some((at, u)) => (Some(at), u.max(uncertainty_s)),
                    None => (None, uncertainty_s),
                };
            }
            if k == 0 {
                arrival = None;
                passage.departure_s = passage.departure_s.max(0.0);
            }
            let departure = from.at + passage.departure_s.round() as i64;
            serve(Served {
                stop_position: k as u16,
                arrival: arrival.map(|a| a.min(departure)),
                departure: Some(departure),
                uncertainty_s,
            });
        }
    }

    /// Free speed around stop position `k`: the vehicle's own, else the timetable's.
    fn cruise(&self, line: &Line<'_>, k: usize) -> f64 {
        let own = f64::from(self.cruise_mps);
        let v = if own > 0.0 { own } else { planned_mps(line, k) };
        v.clamp(CRUISE_MPS.0, CRUISE_MPS.1)
    }

    /// Learns the vehicle's speed from a stretch with no stop on it.
    fn note_speed(&mut self, line: &Line<'_>, config: &MonitorConfig, obs: Obs) {
        let Some(last) = self.last else { return };
        let (from, to) = (last.along_m, obs.along_m);
        let elapsed_s = (obs.at - last.at) as f64;
        if elapsed_s > 60.0 || to - from < 4.0 * elapsed_s {
            return;
        }
        let k = line.stop_after(from);
        let clear_behind = k == 0 || from > line.offset_m(k - 1) + config.stop_zone_m;
        let clear_ahead = k >= line.stops() || to < line.offset_m(k) - config.stop_zone_m;
        if !clear_behind || !clear_ahead {
            return;
        }
        let v = ((to - from) / elapsed_s) as f32;
        if self.cruise_mps == 0.0 {
            self.cruise_mps = v;
        } else {
            self.cruise_mps += CRUISE_WEIGHT * (v - self.cruise_mps);
        }
    }
}

/// Walks a divided stretch.
struct Clock {
    from: Obs,
    pace_s: f64,
    at_s: f64,
    at_m: f64,
}

impl Clock {
    fn pass(&mut self, stop_m: f64, dwell_s: f64) -> Passage {
        let stop_m = stop_m.max(self.at_m).max(self.from.along_m.min(stop_m));
        self.at_s += (stop_m - self.at_m) * self.pace_s;
        self.at_m = stop_m;
        let arrival_s = self.at_s;
        self.at_s += dwell_s;
        Passage { arrival_s, departure_s: self.at_s }
    }
}

/// How far around stop position `k` a fix is at it, metres: never as far as the next stop's zone.
fn zone_m(line: &Line<'_>, config: &MonitorConfig, k: usize) -> f64 {
    let here = line.offset_m(k);
    let mut room = f64::INFINITY;
    if k > 0 {
        room = room.min(here - line.offset_m(k - 1));
    }
    if k + 1 < line.stops() {
        room = room.min(line.offset_m(k + 1) - here);
    }
    let zone = if k == 0 { FIRST_ZONE * config.stop_zone_m } else { config.stop_zone_m };
    zone.min(room * 0.4)
}

/// Speed between the stops around `k` by the timetable, m/s, dwell taken out.
fn planned_mps(line: &Line<'_>, k: usize) -> f64 {
    let (from, to) = (k.saturating_sub(1), (k + 1).min(line.stops() - 1));
    let metres = line.offset_m(to) - line.offset_m(from);
    let seconds = f64::from(line.times[to].arrival_s - line.times[from].departure_s);
    // Planned times hold the dwell and the lights: free driving is faster by about a half.
    if seconds > 0.0 { 1.5 * metres / seconds } else { 8.0 }
}
