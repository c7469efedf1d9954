//! "It was packed": occupancy, or signs of it.

use super::suspects::{self, Suspect};
use super::{Judged, View};
use crate::evidence::CERTAIN;
use crate::kind::Params;
use crate::verdict::{Finding, Reason};
use transit::EpochS;

/// Reports of a vehicle within this of its passage tell how full it was, seconds.
const NEAR_S: EpochS = 180;
/// From here on `occupancy_status` is no level.
const NO_LEVEL: u8 = 6;

/// How full a vehicle was around its passage, as far as it tells.
fn level_of(suspect: &Suspect<'_>) -> Option<u8> {
    let at = suspect.passage?.at;
    let near = suspect.pings.iter().filter(|p| (p.at - at).abs() <= NEAR_S);
    // 6 is "not accepting passengers", 7 "no data", 8 "not boardable": no levels.
    near.filter_map(|p| p.occupancy).filter(|level| *level < NO_LEVEL).max()
}

/// By what the likely vehicles tell: they need not agree.
fn by_level(params: &Params, view: &View<'_>) -> Option<Judged> {
    let suspects = suspects::at_stop(view);
    let told: Vec<(f64, u8)> =
        suspects.iter().filter_map(|s| Some((s.probability, level_of(s)?))).collect();
    let (_, fullest) = told.iter().max_by_key(|(_, level)| *level)?;
    let full = |level: u8| f64::from(level) >= params.get("level");
    let share = |of: bool| -> f64 {
        told.iter().filter(|(_, level)| full(*level) == of).map(|(p, _)| p).sum()
    };
    let (yes, no) = (share(true), share(false));
    // Of one that does not tell it is not known.
    if told.len() < suspects.len() && yes.max(no) < CERTAIN {
        return None;
    }
    let finding = if no <= 1.0 - CERTAIN && yes > 0.0 {
        Finding::Confirmed
    } else if yes <= 1.0 - CERTAIN && no > 0.0 {
        Finding::NotConfirmed
    } else {
        Finding::PartlyConfirmed
    };
    let mut judged = Judged::new(finding).figure("occupancy_status", f64::from(*fullest));
    // Such as were not seen at the stop make nobody surer: else a visit that is lost would.
    let of = finding != Finding::NotConfirmed;
    let seen = suspects.iter().filter(|s| s.is_seen());
    let such = seen.filter(|s| level_of(s).is_some_and(|level| full(level) == of));
    judged.candidate = such.map(|s| s.probability).sum();
    Some(judged.when(view.is_several(), Reason::SeveralCandidates))
}

pub(super) fn judge(params: &Params, view: &View<'_>) -> Judged {
    if let Some(judged) = by_level(params, view) {
        return judged;
    }
    // Without a count: a bus behind a long gap meets the people of the gap.
    let gap = view.gaps.longest(view.window);
    let (Some(gap), Some(plan)) = (gap, view.planned_headway_s) else {
        return Judged::not_measurable(Reason::NoOccupancy);
    };
    let long = gap.at_least_s as f64 >= plan as f64 * params.get("proxy_factor");
    let mut judged = if long {
        Judged::new(Finding::PartlyConfirmed).because(Reason::NoOccupancy)
    } else {
        Judged::not_measurable(Reason::NoOccupancy)
    };
    judged.sensor = params.get("proxy_confidence");
    judged.figure("gap_at_least_s", gap.at_least_s as f64).figure("planned_headway_s", plan as f64)
}
