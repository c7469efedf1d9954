//! "None, then three in a row": how even headways are, over all windows.

use super::{FLEET_LEAST, Judged, View};
use crate::evidence::Passage;
use crate::kind::Params;
use crate::verdict::{Finding, Reason};

/// Headways of passages that were seen one after the other with nothing possible in between.
pub(super) fn judge(params: &Params, views: &[View<'_>]) -> Judged {
    let mut headways: Vec<f64> = Vec::new();
    let (mut pairs, mut bunches, mut plan_s) = (0usize, 0usize, 0.0);
    for view in views.iter().filter(|v| v.covered.fleet >= FLEET_LEAST) {
        let in_window = |p: &&Passage| p.at >= view.window.0 && p.at <= view.window.1;
        let seen: Vec<&Passage> = view.passages.seen().filter(in_window).collect();
        let Some(plan) = view.planned_headway_s else { continue };
        for pair in seen.windows(2) {
            pairs += 1;
            let between = pair[0].latest < pair[1].earliest;
            if between && !view.gaps.is_free(pair[0].latest, pair[1].earliest) {
                continue;
            }
            let headway = (pair[1].at - pair[0].at) as f64;
            bunches += usize::from(headway < plan as f64 * params.get("bunch_share"));
            headways.push(headway);
            plan_s += plan as f64;
        }
        // A planned passage that may have come unseen is a headway that is not known.
        pairs += view.passages.unsure().filter(in_window).count();
    }
    let known = if pairs == 0 { 0.0 } else { headways.len() as f64 / pairs as f64 };
    let n = headways.len() as f64;
    let mean = headways.iter().sum::<f64>() / n;
    let variance = headways.iter().map(|h| (h - mean).powi(2)).sum::<f64>() / n;
    let cv = variance.sqrt() / mean;
    let judged = if n < params.get("headways_least") {
        let any = views.iter().any(|v| v.covered.fleet >= FLEET_LEAST && v.covered.observed > 0.0);
        let reason = if any { Reason::TooFewHeadways } else { Reason::FewVehiclesReport };
        Judged::no_data(reason)
    } else if known < params.get("known_share") {
        Judged::no_data(Reason::GapInGps)
    } else if cv > params.get("cv_bad") || bunches as f64 >= params.get("bunches") {
        Judged::new(Finding::Confirmed)
    } else if cv < params.get("cv_good") {
        Judged::new(Finding::NotConfirmed)
    } else {
        Judged::new(Finding::PartlyConfirmed)
    };
    judged
        .figure("headways", n)
        .figure("headway_mean_s", mean)
        .figure("headway_cv", cv)
        .figure("bunches", bunches as f64)
        .figure("known_share", known)
        .figure("planned_headway_s", plan_s / n)
}
