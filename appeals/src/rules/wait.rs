//! "I waited forty minutes": gaps between passages.

use super::{Judged, View};
use crate::claim::Claim;
use crate::kind::Params;
use crate::verdict::{Finding, Reason};

/// A gap is a bus's absence: what is confirmed rests on the stretch in which none can have come, what is
/// not confirmed on buses that were seen.
pub(super) fn judge(params: &Params, claim: &Claim, view: &View<'_>) -> Judged {
    let Some(gap) = view.gaps.longest(view.window) else {
        if view.gaps.service.is_some() {
            return Judged::no_data(view.missing());
        }
        // No bus is planned there all around: nobody can wait for one.
        return Judged::new(Finding::NotConfirmed).because(Reason::ServiceNotRunning);
    };
    let headway_s = view.planned_headway_s.map(|h| h as f64);
    let claimed_s = claim.wait_s.filter(|w| *w > 0).map(|w| w as f64);
    let by_plan =
        headway_s.map(|h| (h * params.get("headway_factor")).max(h + params.get("over_plan_s")));
    let by_claim = claimed_s.map(|w| w * params.get("claim_share"));
    let Some(threshold) = [by_plan, by_claim].into_iter().flatten().min_by(f64::total_cmp) else {
        return Judged::no_data(Reason::PlanMissing);
    };
    let even = headway_s.map(|h| h * params.get("even_factor"));
    let least = gap.at_least_s as f64;
    let most = gap.at_most_s.map(|s| s as f64);
    let judged = if least >= threshold {
        let by_the_plan = even.is_some_and(|even| most.is_some_and(|most| most <= even));
        let lost = view
            .planned
            .iter()
            .any(|(run, _)| view.fate(run) == crate::evidence::RunFate::NotDriven);
        Judged::new(Finding::Confirmed)
            .when(by_the_plan, Reason::PlanTooThin)
            .when(lost, Reason::RunNotDriven)
    } else if most.is_none_or(|most| most >= threshold) {
        Judged::no_data(view.missing())
    } else {
        let most = most.unwrap_or(f64::INFINITY);
        let far = claimed_s.is_some_and(|w| most < w * params.get("contradict_share"));
        let evenly = even.is_none_or(|even| most <= even);
        // Who waited before the first bus or after the last may have waited long, for what was not promised.
        let idle = view.gaps.service.is_some_and(|(a, b)| view.window.0 < a || view.window.1 > b);
        match even {
            _ if idle && (far || evenly) => {
                Judged::new(Finding::NotConfirmed).because(Reason::ServiceNotRunning)
            }
            _ if far => Judged::new(Finding::Contradicted),
            _ if evenly => Judged::new(Finding::NotConfirmed),
            Some(even) if least > even => Judged::new(Finding::PartlyConfirmed),
            _ => Judged::no_data(Reason::WithinError),
        }
    };
    let judged = judged.figure("gap_at_least_s", least).figure("threshold_s", threshold);
    let judged = judged.figure("gap_at_most_s", most.unwrap_or(f64::NAN));
    judged.figure("planned_headway_s", headway_s.unwrap_or(f64::NAN))
}
