//! "It was packed": occupancy, or signs of it.

use super::{Judged, View};
use crate::kind::Params;
use crate::verdict::{Finding, Reason};
use transit::EpochS;

/// Reports of a vehicle within this of its passage tell how full it was, seconds.
const NEAR_S: EpochS = 180;

pub(super) fn judge(params: &Params, view: &View<'_>) -> Judged {
    let level = view
        .candidates
        .first()
        .and_then(|c| {
            let near = |at: EpochS| (at - c.at).abs() <= NEAR_S;
            let reports = view.record.pings.iter();
            reports
                .filter(|p| p.vehicle == c.vehicle && near(p.at))
                .filter_map(|p| p.occupancy)
                .max()
        })
        // 6 is "not accepting passengers", 7 "no data", 8 "not boardable": no levels.
        .filter(|level| *level < 6);
    if let Some(level) = level {
        let full = f64::from(level) >= params.get("level");
        let finding = if full { Finding::Confirmed } else { Finding::NotConfirmed };
        let mut judged = Judged::new(finding).figure("occupancy_status", f64::from(level));
        judged.candidate = view.likeliest();
        return judged.when(view.is_several(), Reason::SeveralCandidates);
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
