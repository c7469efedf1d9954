//! When a vehicle passed stops that lie between two of its fixes.
//!
//! Between two fixes the way takes `distance / cruise` and the stops their dwell. What is left over is
//! first longer dwell, then slower driving and dwell alike (TransitClock shares elapsed over expected time
//! among travel and dwell); what is missing is faster driving. Times stay between the fixes and in order.

/// A fix seen along the line of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Obs {
    /// Epoch seconds.
    pub at: i64,
    /// Metres along the line.
    pub along_m: f64,
}

/// Passage of one stop, seconds after the first of the two fixes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Passage {
    pub arrival_s: f64,
    pub departure_s: f64,
}

/// What is known of a stretch between two fixes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    /// Seconds between the fixes.
    pub elapsed_s: f64,
    /// Metres between them.
    pub distance_m: f64,
    /// Speed while nothing stops the vehicle, m/s.
    pub cruise_mps: f64,
}

/// How much longer than expected a dwell may be before slow traffic is the better explanation.
const LONG_DWELL: f64 = 2.0;

/// How a stretch divides into driving and standing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Division {
    /// Seconds for each metre driven.
    pub pace_s: f64,
    /// Factor on each expected dwell.
    pub dwell: f64,
}

impl Stretch {
    /// Divides the time, where stops on the way are expected to take `dwell_s` in all.
    pub fn divide(&self, dwell_s: f64) -> Division {
        let travel_s = self.distance_m / self.cruise_mps;
        let left_s = self.elapsed_s - travel_s;
        if self.distance_m <= 0.0 {
            return Division { pace_s: 0.0, dwell: ratio(self.elapsed_s, dwell_s) };
        }
        if left_s <= 0.0 || dwell_s <= 0.0 {
            return Division { pace_s: self.elapsed_s / self.distance_m, dwell: 0.0 };
        }
        if left_s <= LONG_DWELL * dwell_s {
            return Division { pace_s: 1.0 / self.cruise_mps, dwell: left_s / dwell_s };
        }
        let slow = self.elapsed_s / (travel_s + LONG_DWELL * dwell_s);
        Division { pace_s: slow / self.cruise_mps, dwell: LONG_DWELL * slow }
    }

    /// 90 % of passages `fraction` (0..1) of the time into the stretch lie within ± this, seconds: the time
    /// that a faster drive would leave may have been spent anywhere, least so near the fixes; and each fix is
    /// `noise_m` metres uncertain.
    pub fn uncertainty_s(&self, fraction: f64, noise_m: f64) -> f64 {
        let idle_s = (self.elapsed_s - self.distance_m / (self.cruise_mps * BRISK)).max(0.0);
        let bridge = (4.0 * fraction * (1.0 - fraction)).max(0.0).sqrt();
        ROUNDING_S + SPREAD * idle_s * bridge + Z90 * noise_m / self.cruise_mps
    }
}

/// A brisk driver's speed over the usual one.
const BRISK: f64 = 1.3;
/// Half-width that holds 90 % of a uniform time is 0.45 of it.
const SPREAD: f64 = 0.45;
/// 90 % of a normal deviate.
const Z90: f64 = 1.645;
/// Feeds give whole seconds.
const ROUNDING_S: f64 = 1.0;

fn ratio(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEN: Stretch = Stretch { elapsed_s: 20.0, distance_m: 150.0, cruise_mps: 10.0 };

    #[test]
    fn what_driving_leaves_is_dwell() {
        let d = TEN.divide(8.0);
        assert_eq!(d.pace_s, 0.1);
        assert!((d.dwell * 8.0 - 5.0).abs() < 1e-9);
    }

    #[test]
    fn a_stretch_faster_than_usual_has_no_dwell() {
        let d = Stretch { elapsed_s: 10.0, ..TEN }.divide(8.0);
        assert!((d.pace_s * 150.0 - 10.0).abs() < 1e-9);
        assert_eq!(d.dwell, 0.0);
    }

    #[test]
    fn time_is_used_up_whatever_it_is_used_for() {
        for elapsed_s in [1.0, 14.0, 16.0, 31.0, 33.0, 500.0] {
            let d = Stretch { elapsed_s, ..TEN }.divide(8.0);
            assert!((d.pace_s * 150.0 + d.dwell * 8.0 - elapsed_s).abs() < 1e-6, "{elapsed_s}");
        }
    }
}
