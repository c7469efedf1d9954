//! "The 8:10 did not come": the planned passage that is meant, and what came around it.

use super::{Judged, View};
use crate::claim::Claim;
use crate::evidence::{Certainty, RunFate};
use crate::kind::Params;
use crate::record::{PlannedRun, PlannedStop};
use crate::verdict::{Finding, Reason};
use transit::EpochS;

/// Late passages of the run itself are shown when they come within this, seconds.
const LATE_SHOWN_S: EpochS = 3_600;

/// The planned passage that is meant, and the span in which a bus counts as having come.
pub(super) fn meant<'v>(
    params: &Params,
    claim: &Claim,
    view: &'v View<'_>,
) -> Option<(&'v PlannedRun, PlannedStop, (EpochS, EpochS))> {
    let centre =
        claim.time.and_then(|t| t.centre()).unwrap_or(i64::midpoint(view.window.0, view.window.1));
    let (run, stop) =
        view.planned.iter().min_by_key(|(run, s)| ((s.departure - centre).abs(), &run.run))?;
    let headway = view.planned_headway_s.unwrap_or(i64::MAX / 4) as f64;
    let early = (headway * params.get("early_share"))
        .clamp(params.get("early_least_s"), params.get("late_least_s").max(1.0));
    let late = (headway * params.get("late_share"))
        .clamp(params.get("late_least_s"), params.get("late_most_s"));
    let span = (stop.departure - early as EpochS, stop.departure + late as EpochS);
    Some((run, *stop, span))
}

pub(super) fn judge(params: &Params, claim: &Claim, view: &View<'_>) -> Judged {
    let Some((run, stop, (from, to))) = meant(params, claim, view) else {
        // The plan promised nothing then.
        return Judged::new(Finding::NotConfirmed).because(Reason::ServiceNotRunning);
    };
    if view.record.known_until < to {
        return Judged::no_data(Reason::NotYetKnown);
    }
    let fate = view.fate(run);
    let came = view.passages.seen().any(|p| p.earliest >= from && p.latest <= to);
    let late =
        view.passages.seen().find(|p| p.run == run.run && p.at > to && p.at <= to + LATE_SHOWN_S);
    let judged = if came {
        // Some bus came then; that the run itself was not driven is said beside it.
        Judged::new(Finding::NotConfirmed)
    } else if view.gaps.is_free(from, to) {
        match late {
            Some(_) => Judged::new(Finding::PartlyConfirmed),
            None => Judged::new(Finding::Confirmed),
        }
    } else {
        let error = view
            .passages
            .list
            .iter()
            .any(|p| p.certainty == Certainty::Seen && p.latest >= from && p.earliest <= to);
        let holes = view.record.coverage.holes.iter().any(|(a, b)| *a < to && *b > from);
        Judged::no_data(match (holes, error) {
            (true, _) => Reason::FeedOutage,
            (false, true) => Reason::WithinError,
            _ => Reason::GapInGps,
        })
    };
    judged
        .when(matches!(fate, RunFate::NotDriven | RunFate::Canceled), Reason::RunNotDriven)
        .when(fate == RunFate::NotReached, Reason::RunEndedEarly)
        .figure("planned_at", stop.departure as f64)
        .figure("looked_from", from as f64)
        .figure("looked_to", to as f64)
        .figure("late_s", late.map_or(f64::NAN, |p| (p.at - stop.departure) as f64))
}
