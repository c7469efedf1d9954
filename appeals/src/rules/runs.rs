//! "Too few buses": runs driven against runs planned, and the plan against the norm.

use super::{FLEET_LEAST, Judged, View};
use crate::evidence::RunFate;
use crate::kind::Params;
use crate::verdict::{Finding, Reason};
use transit::flow::wait::average_wait_s;

pub(super) fn judge(params: &Params, views: &[View<'_>]) -> Judged {
    let views: Vec<&View<'_>> = views.iter().filter(|v| v.covered.fleet >= FLEET_LEAST).collect();
    if views.is_empty() {
        return Judged::no_data(Reason::FewVehiclesReport);
    }
    if views.iter().all(|v| v.record.stop.is_none()) {
        return Judged::no_data(Reason::PlaceUnclear);
    }
    let (mut planned, mut driven, mut unknown, mut missing) = (0usize, 0usize, 0usize, 0usize);
    for view in &views {
        for (run, _) in &view.planned {
            planned += 1;
            match view.fate(run) {
                RunFate::Passed => driven += 1,
                RunFate::Unknown => unknown += 1,
                RunFate::NotReached | RunFate::NotDriven | RunFate::Canceled => missing += 1,
            }
        }
    }
    let unnamed = views.iter().any(|v| v.passages.seen().any(|p| !p.named));
    if unnamed {
        // Runs that the feed does not name are counted, not told apart: one may have slipped over either end
        // of each window.
        let inside = |v: &View<'_>, at: i64| at >= v.window.0 && at <= v.window.1;
        let count = |v: &&View<'_>| v.passages.seen().filter(|p| inside(v, p.at)).count();
        let seen: usize = views.iter().map(count).sum();
        let slack = views.len();
        driven = seen.saturating_sub(slack).min(planned);
        unknown = (2 * slack).min(planned - driven);
        missing = planned - driven - unknown;
    }
    let headways: Vec<f64> =
        views.iter().filter_map(|v| v.planned_headway_s).map(|h| h as f64).collect();
    let headway_s = headways.iter().sum::<f64>() / headways.len() as f64;
    if planned == 0 {
        return Judged::no_data(Reason::ServiceNotRunning);
    }
    // Those of which it is not known may all have been driven, or none of them.
    let most = (driven + unknown) as f64 / planned as f64;
    let least = driven as f64 / planned as f64;
    let thin = headway_s > params.get("norm_headway_s");
    let (bad, good) = (params.get("bad_share"), params.get("good_share"));
    let judged = if most < bad {
        Judged::new(Finding::Confirmed)
            .because(Reason::RunNotDriven)
            .when(thin, Reason::PlanTooThin)
    } else if thin {
        Judged::new(Finding::Confirmed)
            .because(Reason::PlanTooThin)
            .when(missing > 0, Reason::RunNotDriven)
    } else if least >= good {
        Judged::new(Finding::NotConfirmed)
    } else if least >= bad && most < good {
        Judged::new(Finding::PartlyConfirmed).because(Reason::RunNotDriven)
    } else {
        Judged::no_data(if unnamed { Reason::RunNotNamed } else { Reason::GapInGps })
    };
    let mut judged = judged
        .figure("runs_planned", planned as f64)
        .figure("runs_driven", driven as f64)
        .figure("runs_missing", missing as f64)
        .figure("runs_unknown", unknown as f64)
        .figure("planned_headway_s", headway_s);
    if let Some((awt, swt)) = waits(&views) {
        judged = judged.figure("wait_mean_s", awt).figure("planned_wait_mean_s", swt);
        judged = judged.figure("excess_wait_s", awt - swt);
    }
    judged
}

/// Mean wait of people who arrive evenly, as it was and as planned, seconds; only where every headway of the
/// windows is known.
fn waits(views: &[&View<'_>]) -> Option<(f64, f64)> {
    let (mut observed, mut planned) = (Vec::new(), Vec::new());
    for view in views {
        let inside = |at: i64| at >= view.window.0 && at <= view.window.1;
        if view.passages.unsure().any(|p| inside(p.at)) || view.covered.observed < 1.0 {
            return None;
        }
        let seen: Vec<i64> = view.passages.seen().map(|p| p.at).filter(|at| inside(*at)).collect();
        let plan: Vec<i64> = view.planned.iter().map(|(_, s)| s.departure).collect();
        observed.extend(seen.windows(2).map(|w| (w[1] - w[0]) as f64));
        planned.extend(plan.windows(2).map(|w| (w[1] - w[0]) as f64));
    }
    Some((average_wait_s(observed)?, average_wait_s(planned)?))
}
