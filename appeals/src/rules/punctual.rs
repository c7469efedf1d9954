//! "It left early", "it came late": departure against the plan.

use super::{Judged, View};
use crate::claim::Claim;
use crate::evidence::{Candidate, Passage};
use crate::kind::{Params, Rule};
use crate::verdict::{Finding, Reason};
use transit::EpochS;

/// A person who names the planned time to this, seconds, means that run.
const NAMES_PLAN_S: EpochS = 120;

/// Runs farther apart than this are not taken for one another, seconds.
const INFERRED_HEADWAY_S: i64 = 2_400;

/// Candidates less likely than this are not asked, 0..1.
const LIKELY: f64 = 0.1;

pub(super) fn judge(rule: Rule, params: &Params, claim: &Claim, view: &View<'_>) -> Judged {
    // A bus that came at a time for which none is planned is late or early all the more.
    if view.planned.is_empty() && view.candidates.is_empty() {
        return Judged::no_data(Reason::ServiceNotRunning);
    }
    if !view.planned.is_empty() && view.planned.iter().all(|(run, _)| run.headway_only) {
        return Judged::not_measurable(Reason::PlanMissing);
    }
    let centre = claim.time.and_then(|t| t.centre());
    let named = centre.and_then(|centre| {
        let away = |s: EpochS| (s - centre).abs();
        let nearest = view.planned.iter().min_by_key(|(r, s)| (away(s.departure), &r.run))?;
        (away(nearest.1.departure) <= NAMES_PLAN_S).then_some(nearest.0)
    });
    let all: Vec<(f64, &Passage)> = if let Some(run) = named {
        view.passages.seen().filter(|p| p.run == run.run).map(|p| (1.0, p)).collect()
    } else {
        let likely = |c: &&Candidate| c.probability >= LIKELY;
        let seen = |c: &Candidate| Some((c.probability, view.passage_of(c)?));
        view.candidates.iter().filter(likely).filter_map(seen).collect()
    };
    let Some((first_share, first)) = all.first().copied() else {
        return Judged::no_data(view.missing());
    };
    // An inferred run may be the one before or after: where those are near, its plan says nothing.
    let unnamed = all.iter().any(|(_, p)| !p.named);
    if unnamed && view.planned_headway_s.is_none_or(|h| h < INFERRED_HEADWAY_S) {
        return Judged::no_data(Reason::RunNotNamed);
    }
    let findings: Vec<Option<Finding>> =
        all.iter().map(|(_, p)| of_passage(rule, params, p)).collect();
    let agree = findings.iter().all(|f| *f == findings[0]);
    let some = findings.contains(&Some(Finding::Confirmed));
    let mut judged = match findings[0] {
        _ if !agree && some => Judged::new(Finding::PartlyConfirmed),
        Some(finding) if agree => Judged::new(finding),
        _ => Judged::no_data(Reason::WithinError),
    };
    // With several who all were late, it does not matter which was meant.
    judged.candidate = if agree { all.iter().map(|(p, _)| p).sum() } else { first_share };
    judged
        .when(all.len() > 1, Reason::SeveralCandidates)
        .figure("planned_at", first.scheduled as f64)
        .figure("deviation_s", (first.at - first.scheduled) as f64)
        .figure("error_s", (first.latest - first.at) as f64)
}

/// `None`: within the error of measurement of the threshold.
fn of_passage(rule: Rule, params: &Params, passage: &Passage) -> Option<Finding> {
    let (earliest, latest) =
        (passage.earliest - passage.scheduled, passage.latest - passage.scheduled);
    let (yes, no) = if rule == Rule::Early {
        let limit = -params.seconds("early_s");
        (latest <= limit, earliest > limit)
    } else {
        let limit = params.seconds("late_s");
        (earliest >= limit, latest < limit)
    };
    match (yes, no) {
        (true, _) => Some(Finding::Confirmed),
        (_, true) => Some(Finding::NotConfirmed),
        _ => None,
    }
}
