//! How fast a marker should move until the next report.

use transit::Timetable;
use transit::monitor::VehicleState;

/// Bounds of what a bus is expected to do between two reports, m/s: below, a marker would seem to stand;
/// above, it would run past the next report and have to wait.
const SPEED_MPS: std::ops::RangeInclusive<f64> = 0.5..=25.0;
/// Weight of the speed seen against the speed planned. One report says little about the next twenty
/// seconds: lights and stops bring it back to the mean.
const SEEN_WEIGHT: f64 = 0.5;
/// A bus at a stop leaves it within the time between two reports as often as not.
const AT_STOP_SHARE: f64 = 0.4;

/// Speed along the pattern's shape until the next report, m/s; 0 where nothing can be expected: no match,
/// layover, off route, at the last stop.
pub fn expected_speed_mps(timetable: &Timetable, vehicle: &VehicleState) -> f64 {
    let Some(matched) = vehicle.matched.filter(|_| !vehicle.off_route && !vehicle.layover) else {
        return 0.0;
    };
    let pattern = timetable.pattern(matched.pattern);
    let to = matched.next_stop_position as usize;
    let (from, to) = if matched.at_stop { (to, to + 1) } else { (to.saturating_sub(1), to) };
    let (Some(start_m), Some(end_m)) =
        (pattern.stop_offsets_m.get(from), pattern.stop_offsets_m.get(to))
    else {
        return 0.0;
    };
    let times = timetable.stop_times(matched.instance.trip);
    let planned_s = times[to].arrival_s - times[from].departure_s;
    let planned =
        if planned_s > 0 { (end_m - start_m) / f64::from(planned_s) } else { *SPEED_MPS.end() };
    let planned = planned.clamp(*SPEED_MPS.start(), *SPEED_MPS.end());
    if matched.at_stop {
        return planned * AT_STOP_SHARE;
    }
    let seen = vehicle.speed_mps.map(f64::from).filter(|s| s.is_finite());
    seen.map_or(planned, |seen| {
        let seen = seen.clamp(0.0, *SPEED_MPS.end());
        SEEN_WEIGHT * seen + (1.0 - SEEN_WEIGHT) * planned
    })
}
