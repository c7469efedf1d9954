//! Arrivals and departures at the stops that a vehicle passes.
//!
//! A tracker follows one vehicle on one run. A visit is final when the vehicle was seen beyond the stop
//! (at a last stop: at it), and is made once. A hole in the fixes makes no visits.

use super::config::MonitorConfig;
use super::crossing::{Division, Obs, between_rests_s, divide, to_rest_s};
use super::line::Line;
use super::manner::Manner;
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
    /// How this vehicle drives and measures.
    pub manner: Manner,
}

/// Beyond the zone by less than this, a second fix must confirm that the stop was left, metres.
const CONFIRM_M: f64 = 30.0;
/// Two fixes closer together than this are of a standing vehicle, metres.
const STANDING_M: f64 = 15.0;
/// A fix this far short of a stop, metres, may be of a vehicle at it.
const REACHED_M: f64 = 10.0;
/// A stop so far behind the place where a vehicle came back to its line, metres, was left out with the rest.
const REJOINED_M: f64 = 10.0;
/// Standing within this of the last stop is arriving: bays lie off the line's end, metres.
const LAST_STOP_M: f64 = 100.0;
/// A first stop is left late: buses creep from bay to bay.
const FIRST_ZONE: f64 = 1.5;
/// A bad receiver needs a zone of so many of its standard deviations.
const NOISE_ZONE: f64 = 2.2;
/// A bus that is seen no farther than this after a first stop left it shortly before, metres.
const SOON_AFTER_M: f64 = 500.0;
/// Time at a first stop is waiting, however long: expected seconds, so that no driving is made of it.
const WAITING_S: f64 = 3_600.0;
/// Share of the time between two fixes, beyond driving, that was not spent at the stop but in traffic.
const TRAFFIC_SHARE: f64 = 0.2;
/// Where a fix at a stop leaves too little time to brake before it, or to gain speed after it, it was of a
/// rolling bus: so much of what is missing is outside the two fixes, …
const ROLLING_SHARE: f64 = 0.7;
/// … but not more, seconds.
const ROLLING_MOST_S: f64 = 8.0;
/// A brisk driver's speed over the usual one.
const BRISK: f64 = 1.3;

impl Tracker {
    /// Begins at a place: stops behind it are not this tracker's.
    pub fn start(line: &Line<'_>, config: &MonitorConfig, manner: Manner, along_m: f64) -> Self {
        let mut next = line.stop_after(along_m);
        let zone_end_m = |k: usize| line.offset_m(k) + zone_m(line, config, manner, k);
        while next > 0 && along_m <= zone_end_m(next - 1) {
            next -= 1;
        }
        Self { next: next as u16, manner, ..Self::default() }
    }

    /// Begins anew at another place of the same run: what was passed stays passed.
    #[must_use]
    pub fn restart(&self, line: &Line<'_>, config: &MonitorConfig, along_m: f64) -> Self {
        let fresh = Self::start(line, config, self.manner, along_m);
        Self { next: fresh.next.max(self.next), ..fresh }
    }

    /// Begins anew where it comes back to its line, still `aside_m` from it: what was passed stays passed, and of a
    /// stop that lies behind, however near, or before it can be on its line, nobody knows that it was served.
    #[must_use]
    pub fn rejoin(
        &self,
        line: &Line<'_>,
        config: &MonitorConfig,
        along_m: f64,
        aside_m: f64,
    ) -> Self {
        let fresh = self.restart(line, config, along_m);
        let first = line.stop_after(along_m + aside_m - REJOINED_M).min(line.stops() - 1);
        Self { next: fresh.next.max(first as u16), ..fresh }
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
        line.offset_m(k) + zone_m(line, config, self.manner, k)
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
        while beyond < n - 1
            && obs.along_m > line.offset_m(beyond) + zone_m(line, config, self.manner, beyond)
        {
            beyond += 1;
        }
        let just_left = beyond == first + 1
            && !confirmed
            && obs.along_m
                < line.offset_m(first) + zone_m(line, config, self.manner, first) + CONFIRM_M;
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
        let (stop_m, zone) = (line.offset_m(k), zone_m(line, config, self.manner, k));
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
            // It still rolls, and may be silent from now on: what is not seen yet is not known.
            let unseen_s = (at - obs.at).max(0);
            serve(Served {
                stop_position: k as u16,
                arrival: Some(at - unseen_s),
                departure: None,
                uncertainty_s: uncertainty_s + unseen_s as f32,
            });
        }
        self.next = (k + 1) as u16;
    }

    /// The stop that it came to and was not seen to leave: it stood there, or was seen at it or beyond.
    pub fn arrived(&self, line: &Line<'_>) -> Option<Served> {
        let (seen, last) = self.at_stop?;
        let k = usize::from(self.next);
        let stood = seen.at < last.at && last.along_m - seen.along_m < STANDING_M;
        if !stood && last.along_m < line.offset_m(k) - REACHED_M {
            return None;
        }
        let (at, uncertainty_s) = self.arrival(line, k, seen).filter(|_| k > 0)?;
        let arrival = Some(at.min(last.at));
        Some(Served { stop_position: self.next, arrival, departure: None, uncertainty_s })
    }

    /// Arrival at `k`, where `seen` is the first fix at it, and its uncertainty. `None` if it was never
    /// seen on the way there.
    fn arrival(&self, line: &Line<'_>, k: usize, seen: Obs) -> Option<(EpochS, f32)> {
        let before = self.before.or(self.last)?;
        if before.at >= seen.at {
            return None;
        }
        let elapsed_s = (seen.at - before.at) as f64;
        let drive_s = to_rest_s(line.offset_m(k) - before.along_m, self.manner.cruise_mps(line, k));
        let idle_s = elapsed_s - drive_s;
        // Without the time to have come to rest it was seen while it still rolled.
        let share = if idle_s > 0.0 { TRAFFIC_SHARE } else { 1.0 - ROLLING_SHARE };
        let at_s = drive_s + (share * idle_s).max(-ROLLING_MOST_S);
        Some((
            before.at + at_s.round() as i64,
            self.manner.claim_s(line, k, idle_s.max(0.0)) as f32,
        ))
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
        let stood = self.at_stop;
        let Some(from) = stood.map(|(_, last)| last).or(self.before) else { return };
        let way = Way {
            line,
            first: passed.start,
            last: passed.end - 1,
            from,
            to: obs,
            stood: stood.is_some(),
        };
        let cruise_mps = self.manner.cruise_mps(line, passed.start);
        let expected = |k: usize| {
            let planned = line.times[k].departure_s - line.times[k].arrival_s;
            let dwell = f64::from(planned).max(config.default_dwell_s);
            match k {
                0 => WAITING_S,
                _ if way.stood && k == way.first => dwell * 0.5,
                _ => dwell,
            }
        };
        let elapsed_s = (obs.at - from.at) as f64;
        let drive_s = way.drive_s(cruise_mps);
        let mut division = divide(elapsed_s, drive_s, passed.clone().map(expected).sum());
        if way.stood && way.first == way.last {
            let left_s = elapsed_s - drive_s;
            let share = match way.first {
                _ if left_s < 0.0 => ROLLING_SHARE,
                0 => 1.0,
                _ => 1.0 - TRAFFIC_SHARE,
            };
            let dwell_s = (share * left_s).max(-ROLLING_MOST_S);
            division = Division { drive: 1.0, dwell: dwell_s / expected(way.first) };
        }
        let idle_s = (elapsed_s - drive_s / BRISK).max(0.0);
        let mut at_s = 0.0;
        for k in passed {
            at_s += division.drive * way.leg_s(k, cruise_mps);
            let mut arrival = Some(from.at + at_s.round() as i64);
            at_s += division.dwell * expected(k);
            let share = (at_s / elapsed_s.max(1.0)).clamp(0.0, 1.0);
            let bridge = (4.0 * share * (1.0 - share)).sqrt();
            let mut uncertainty_s = self.manner.claim_s(line, k, idle_s * bridge) as f32;
            if k == way.first
                && let Some((seen, _)) = stood
            {
                (arrival, uncertainty_s) = match self.arrival(line, k, seen) {
                    Some((at, u)) => (Some(at), u.max(uncertainty_s)),
                    None => (None, uncertainty_s),
                };
            }
            let earliest = self.before.map_or(EpochS::MIN, |before| before.at);
            let departure = (from.at + at_s.round() as i64).max(earliest);
            serve(Served {
                stop_position: k as u16,
                arrival: arrival.filter(|_| k > 0).map(|a| a.min(departure)),
                departure: Some(departure),
                uncertainty_s,
            });
        }
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
        if clear_behind && clear_ahead {
            self.manner.note_speed((to - from) / elapsed_s, elapsed_s);
        }
    }
}

/// The way between two fixes with stops between them.
struct Way<'a> {
    line: &'a Line<'a>,
    first: usize,
    last: usize,
    from: Obs,
    to: Obs,
    /// `from` was at the first of the stops.
    stood: bool,
}

impl Way<'_> {
    /// Seconds of driving that lead to stop `k`, without anything in the way.
    fn leg_s(&self, k: usize, cruise_mps: f64) -> f64 {
        match k {
            _ if k > self.first => {
                between_rests_s(self.line.offset_m(k) - self.line.offset_m(k - 1), cruise_mps)
            }
            _ if self.stood => 0.0,
            _ => to_rest_s(self.line.offset_m(k) - self.from.along_m, cruise_mps),
        }
    }

    /// Seconds of driving in all.
    fn drive_s(&self, cruise_mps: f64) -> f64 {
        let legs: f64 = (self.first..=self.last).map(|k| self.leg_s(k, cruise_mps)).sum();
        legs + to_rest_s(self.to.along_m - self.line.offset_m(self.last), cruise_mps)
    }
}

/// How far around stop position `k` a fix is at it, metres: never as far as the next stop's zone.
pub(super) fn zone_m(line: &Line<'_>, config: &MonitorConfig, manner: Manner, k: usize) -> f64 {
    let here = line.offset_m(k);
    let mut room = f64::INFINITY;
    if k > 0 {
        room = room.min(here - line.offset_m(k - 1));
    }
    if k + 1 < line.stops() {
        room = room.min(line.offset_m(k + 1) - here);
    }
    let usual = config.stop_zone_m.max(NOISE_ZONE * manner.noise_m());
    let zone = if k == 0 { FIRST_ZONE * usual } else { usual };
    zone.min(room * 0.4)
}
