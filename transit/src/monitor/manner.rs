//! How one vehicle drives and measures: learned from its fixes, kept from run to run.

use super::crossing::ramp_s;
use super::line::Line;

/// What is known of a vehicle's manner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Manner {
    /// Speed between stops, m/s; 0 while not known.
    cruise_mps: f32,
    /// Mean square of the distance from the line, m².
    noise_sq: f32,
}

/// Usual speeds of a bus between stops, m/s.
const CRUISE_MPS: (f64, f64) = (4.0, 22.0);
/// Weight of a new stretch in the vehicle's speed.
const CRUISE_WEIGHT: f32 = 0.3;
/// The longer a slow stretch than this, the likelier a red light was on it, which is not driving, seconds.
const CLEAR_S: f64 = 15.0;
/// A fix is usually this far from the truth, each way, metres.
const NOISE_M: f32 = 8.0;
/// Better or worse receivers than these are not believed in, metres.
const NOISE_RANGE_M: (f64, f64) = (4.0, 40.0);
/// Weight of a new fix in the vehicle's noise.
const NOISE_WEIGHT: f32 = 0.03;
/// Farther from the line than this, a fix is not noise, metres.
const NOISE_MOST_M: f32 = 60.0;

/// Feeds give whole seconds, and a stop is not a point, seconds.
const ROUNDING_S: f64 = 1.5;
/// 90 % of a normal deviate is 1.645; receivers drift, so that the next fixes don't mend it.
const Z90: f64 = 1.9;
/// Nobody brakes and starts alike: so much of the time that it takes is not known.
const RAMP_SHARE: f64 = 1.1;
/// Who drives slowly brakes gently: no ramp is known better than that of so many seconds.
const RAMP_LEAST_S: f64 = 3.0;
/// Of the time that may have been spent anywhere between two fixes, what is not known of the first seconds, …
const SPREAD: f64 = 0.2;
/// … and of those beyond so many seconds: then not the dwell but the traffic is unknown.
const LONG_IDLE_S: f64 = 20.0;
const LONG_SPREAD: f64 = 0.3;

/// No claim is bolder than this, seconds: a fast bus with a good receiver stops no more exactly than others.
const LEAST_S: f64 = 4.5;

/// From a first stop buses creep off, from bay to bay: it is known so much worse when they left.
const CREEPING: f64 = 1.3;

impl Default for Manner {
    fn default() -> Self {
        Self { cruise_mps: 0.0, noise_sq: NOISE_M * NOISE_M }
    }
}

impl Manner {
    /// Learns from a stretch without a stop that took `elapsed_s`.
    pub fn note_speed(&mut self, mps: f64, elapsed_s: f64) {
        let v = mps as f32;
        if self.cruise_mps == 0.0 {
            self.cruise_mps = v;
        } else {
            let held_up = if v < self.cruise_mps { CLEAR_S / elapsed_s.max(CLEAR_S) } else { 1.0 };
            self.cruise_mps += CRUISE_WEIGHT * held_up as f32 * (v - self.cruise_mps);
        }
    }

    /// Learns from a fix `distance_m` beside its line: along it the receiver errs as much as across.
    pub fn note_distance(&mut self, distance_m: f64) {
        let d = (distance_m as f32).min(NOISE_MOST_M);
        self.noise_sq += NOISE_WEIGHT * (d * d - self.noise_sq);
    }

    /// Standard deviation of a fix along the line, metres.
    pub fn noise_m(self) -> f64 {
        f64::from(self.noise_sq).sqrt().clamp(NOISE_RANGE_M.0, NOISE_RANGE_M.1)
    }

    /// Free speed around stop position `k`: the vehicle's own, else the timetable's.
    pub fn cruise_mps(self, line: &Line<'_>, k: usize) -> f64 {
        let own = f64::from(self.cruise_mps);
        let v = if own > 0.0 { own } else { planned_mps(line, k) };
        v.clamp(CRUISE_MPS.0, CRUISE_MPS.1)
    }

    /// 90 % of passages of stop `k` lie within ± this, seconds, where `idle_s` may have been spent on either
    /// side of them.
    pub fn claim_s(self, line: &Line<'_>, k: usize, idle_s: f64) -> f64 {
        let cruise_mps = self.cruise_mps(line, k);
        let measured_s = Z90 * self.noise_m() / cruise_mps;
        let ramp_s = RAMP_SHARE * ramp_s(cruise_mps).max(RAMP_LEAST_S);
        let known = ROUNDING_S * ROUNDING_S + measured_s * measured_s + ramp_s * ramp_s;
        let creeping = if k == 0 { CREEPING } else { 1.0 };
        (creeping * known.sqrt()).max(LEAST_S)
            + SPREAD * idle_s
            + LONG_SPREAD * (idle_s - LONG_IDLE_S).max(0.0)
    }
}

/// Speed between the stops around `k` by the timetable, m/s, dwell taken out.
fn planned_mps(line: &Line<'_>, k: usize) -> f64 {
    let (from, to) = (k.saturating_sub(1), (k + 1).min(line.stops() - 1));
    let metres = line.offset_m(to) - line.offset_m(from);
    let seconds = f64::from(line.times[to].arrival_s - line.times[from].departure_s);
    // Planned times hold the dwell and the lights: free driving is faster by about a half.
    if seconds > 0.0 { 1.5 * metres / seconds } else { 8.0 }
}
