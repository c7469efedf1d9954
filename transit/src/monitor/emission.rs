//! What a fix costs a belief: distance from the line, direction, progress against what was to be expected.
//! Costs are negative log-likelihoods.

use super::beam::Prior;
use super::config::MonitorConfig;
use super::line::{Line, Near, angle_between};
use super::naming::Named;
use crate::ids::PatternIdx;
use crate::timetable::Timetable;

/// Share of the earlier cost that remains: about three fixes are remembered.
pub(super) const MEMORY: f32 = 0.7;
/// A fix off the line.
pub(super) const OFF_LINE: f64 = 3.5;
/// A run that another vehicle drives.
pub(super) const TAKEN: f64 = 4.0;
/// A run that the feed doesn't name while it names another.
const NOT_NAMED: f64 = 3.0;
/// A run of another route than the feed names.
const OTHER_ROUTE: f64 = 3.0;

/// Directions are judged from this on, degrees.
const ACROSS_DEG: f64 = 60.0;
const AGAINST_DEG: f64 = 120.0;
const ACROSS: f64 = 1.0;
pub(super) const AGAINST: f64 = 3.0;
/// Scale of the difference between way along the line and way on the ground (Newson and Krumm 2009: β),
/// metres, and metres for each second between the fixes.
const BETA_M: f64 = 15.0;
const BETA_MPS: f64 = 0.5;
/// … and of the way: streets bend.
const BETA_SHARE: f64 = 0.15;
const DETOUR_MOST: f64 = 3.0;
/// Early counts three times late (TransitClock).
const EARLY: f64 = 3.0;
const PROGRESS_MOST: f64 = 2.0;
const DEVIATION_MOST: f64 = 6.0;
/// So late, or a third of it early, costs 1: seconds.
const DEVIATION_S: f64 = 600.0;

/// Distance from the line: normal near it, with a long tail for bad fixes.
pub(super) fn distance(config: &MonitorConfig, line: &Line<'_>, near: &Near) -> f64 {
    let wider = line.tolerance_m(config, near.along_m) / config.on_line_m;
    let sigma = config.gps_sigma_m * wider;
    (near.distance_m * near.distance_m / (2.0 * sigma * sigma)).ln_1p()
}

/// Direction of motion against the line's. On a straight line that stands for streets it tells less.
pub(super) fn heading(line: &Line<'_>, near: &Near, heading_deg: Option<f64>) -> f64 {
    let Some(angle) = heading_deg.and_then(|h| angle_between(h, near.bearing_deg)) else {
        return 0.0;
    };
    if angle > AGAINST_DEG {
        AGAINST
    } else if angle > ACROSS_DEG && !line.pattern.shape_is_straight {
        ACROSS
    } else {
        0.0
    }
}

/// Advance along the line against the way on the ground and the timetable's time for it.
pub(super) fn transition(
    line: &Line<'_>,
    from_m: f64,
    to_m: f64,
    ground_m: f64,
    elapsed_s: f64,
) -> f64 {
    let advance = (to_m - from_m).max(0.0);
    let scale = BETA_M + BETA_MPS * elapsed_s + BETA_SHARE * ground_m;
    let scale = if line.pattern.shape_is_straight { scale * 4.0 } else { scale };
    let detour = ((advance - ground_m).abs() / scale).min(DETOUR_MOST);
    let planned_s = line.scheduled_s(to_m) - line.scheduled_s(from_m);
    let early_s = planned_s - elapsed_s;
    let progress = if early_s > 0.0 {
        EARLY * early_s / (120.0 + elapsed_s)
    } else {
        -early_s / (600.0 + elapsed_s)
    };
    detour + progress.min(PROGRESS_MOST)
}

/// What speaks against a run before anything is measured. Unlike evidence it doesn't fade.
pub(super) fn aside(
    timetable: &Timetable,
    named: &Named,
    pattern: PatternIdx,
    prior: Prior,
) -> f64 {
    let named_run = named.run.is_some() && prior != Prior::Named;
    let route = timetable.pattern(pattern).route;
    let other_route = named.route.is_some_and(|r| r != route);
    f64::from(u8::from(named_run)) * NOT_NAMED + f64::from(u8::from(other_route)) * OTHER_ROUTE
}

/// Deviation from the timetable. Unlike evidence it doesn't fade.
pub(super) fn deviation(late_s: f64) -> f64 {
    let scaled = if late_s < 0.0 { -EARLY * late_s } else { late_s };
    (scaled / DEVIATION_S).min(DEVIATION_MOST)
}
