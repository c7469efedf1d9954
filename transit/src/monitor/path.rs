//! Places of earlier fixes on a line that was found later, and how late a place is.

use super::config::MonitorConfig;
use super::crossing::Obs;
use super::fleet::Fix;
use super::line::{Line, Near, Run, places_near};
use super::track::BACK_M;
use super::visits::Tracker;
use crate::place::LatLon;

/// From so far ahead no noise throws a vehicle back, metres.
const REVERSE_M: f64 = 25.0;

/// Where `fix` was on the line, given where the vehicle was at the next fix.
pub(super) fn place_before(
    line: &Line<'_>,
    config: &MonitorConfig,
    fix: &Fix,
    ahead: Obs,
    ahead_place: Option<LatLon>,
    low_m: f64,
) -> Option<Obs> {
    let elapsed_s = (ahead.at - fix.at) as f64;
    if elapsed_s > config.interpolate_s as f64 {
        return None;
    }
    let reach_m = config.max_speed_mps * elapsed_s + BACK_M;
    let from_m = (ahead.along_m - reach_m).max(low_m);
    let ground_m = ahead_place.map_or(0.0, |p| p.distance_m(fix.place));
    let within_m = line.widest_m(config);
    let near = places_near(line.shape, fix.place, from_m, ahead.along_m + BACK_M, within_m);
    let cost = |n: &Near| n.distance_m + 0.5 * ((ahead.along_m - n.along_m) - ground_m).abs();
    let best = near
        .as_slice()
        .iter()
        .filter(|n| n.distance_m <= line.tolerance_m(config, n.along_m))
        .min_by(|a, b| cost(a).total_cmp(&cost(b)));
    let first_m = line.offset_m(0);
    // It came to the first stop from ahead: that was not on this run, which it had not begun.
    let comes =
        |n: &Near| n.along_m > ahead.along_m + REVERSE_M && ahead.along_m < first_m + BACK_M;
    if let Some(best) = best.filter(|n| !comes(n)) {
        return Some(Obs { at: fix.at, along_m: best.along_m });
    }
    let at_first = line.terminal(false).distance_m(fix.place) <= config.terminal_m;
    (at_first && first_m >= from_m).then_some(Obs { at: fix.at, along_m: first_m })
}

/// Seconds late. Waiting for the time of departure is on time, and so is dwell between the planned times.
pub(super) fn deviation_s(line: &Line<'_>, run: &Run, tracker: &Tracker, now: Obs) -> Option<i32> {
    if !run.scheduled {
        return None;
    }
    let since = (now.at - line.base) as f64;
    let k = usize::from(tracker.next).min(line.stops() - 1);
    let late = if tracker.is_at_stop() || tracker.next == 0 {
        let times = line.times[k];
        let (arrival, departure) = (f64::from(times.arrival_s), f64::from(times.departure_s));
        let early = if k == 0 { 0.0 } else { (since - arrival).min(0.0) };
        if since > departure { since - departure } else { early }
    } else {
        since - line.scheduled_s(now.along_m)
    };
    Some(late.clamp(-1e6, 1e6).round() as i32)
}
