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

/// A bus gains and loses speed by so much, m/s².
const RAMP_MPS2: f64 = 1.2;

/// Seconds that are lost by braking from `cruise_mps`, or by gaining it.
pub(super) fn ramp_s(cruise_mps: f64) -> f64 {
    cruise_mps / (2.0 * RAMP_MPS2)
}

/// Seconds from `distance_m` before a standstill to it, or from it to `distance_m` beyond: a bus brakes and
/// gains speed evenly, and drives at `cruise_mps` between.
pub(super) fn to_rest_s(distance_m: f64, cruise_mps: f64) -> f64 {
    let distance_m = distance_m.max(0.0);
    let ramp_m = cruise_mps * cruise_mps / (2.0 * RAMP_MPS2);
    if distance_m < ramp_m {
        (2.0 * distance_m / RAMP_MPS2).sqrt()
    } else {
        distance_m / cruise_mps + ramp_s(cruise_mps)
    }
}

/// Seconds from one standstill to the next.
pub(super) fn between_rests_s(distance_m: f64, cruise_mps: f64) -> f64 {
    2.0 * to_rest_s(0.5 * distance_m, cruise_mps)
}

/// How much longer than expected a dwell may be before slow traffic is the better explanation.
const LONG_DWELL: f64 = 2.0;

/// How the time between two fixes divides into driving and standing: factors on what was expected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Division {
    pub drive: f64,
    pub dwell: f64,
}

/// Divides `elapsed_s`, where driving is expected to take `drive_s` and the stops on the way `dwell_s`.
pub(super) fn divide(elapsed_s: f64, drive_s: f64, dwell_s: f64) -> Division {
    let left_s = elapsed_s - drive_s;
    if drive_s <= 0.0 {
        return Division { drive: 0.0, dwell: ratio(elapsed_s, dwell_s) };
    }
    if left_s <= 0.0 || dwell_s <= 0.0 {
        return Division { drive: elapsed_s / drive_s, dwell: 0.0 };
    }
    if left_s <= LONG_DWELL * dwell_s {
        return Division { drive: 1.0, dwell: left_s / dwell_s };
    }
    let slow = elapsed_s / (drive_s + LONG_DWELL * dwell_s);
    Division { drive: slow, dwell: LONG_DWELL * slow }
}

fn ratio(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braking_takes_longer_than_driving_on_and_the_two_meet() {
        let v = 10.0;
        let ramp_m = v * v / (2.0 * RAMP_MPS2);
        assert!((to_rest_s(ramp_m, v) - v / RAMP_MPS2).abs() < 1e-9);
        assert!((to_rest_s(ramp_m + 100.0, v) - v / RAMP_MPS2 - 10.0).abs() < 1e-9);
        assert!((to_rest_s(ramp_m - 1e-6, v) - to_rest_s(ramp_m, v)).abs() < 1e-6);
        assert_eq!(to_rest_s(-5.0, v), 0.0);
        assert!((between_rests_s(500.0, v) - 50.0 - v / RAMP_MPS2).abs() < 1e-9);
    }

    #[test]
    fn what_driving_leaves_is_dwell() {
        assert_eq!(divide(20.0, 15.0, 8.0), Division { drive: 1.0, dwell: 0.625 });
    }

    #[test]
    fn a_stretch_faster_than_usual_has_no_dwell() {
        assert_eq!(divide(10.0, 20.0, 8.0), Division { drive: 0.5, dwell: 0.0 });
    }

    #[test]
    fn time_is_used_up_whatever_it_is_used_for() {
        for elapsed_s in [1.0, 14.0, 16.0, 31.0, 33.0, 500.0] {
            let d = divide(elapsed_s, 15.0, 8.0);
            assert!((d.drive * 15.0 + d.dwell * 8.0 - elapsed_s).abs() < 1e-6, "{elapsed_s}");
        }
    }
}
