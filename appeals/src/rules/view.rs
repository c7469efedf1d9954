//! One window of the record with what every rule asks of it.

use super::{FLEET_LEAST, Judged};
use crate::claim::Claim;
use crate::evidence::{
    CERTAIN, Candidate, Covered, Gaps, Passage, Passages, PlannedFact, RunFate, WindowFacts,
};
use crate::journal::Hash;
use crate::kind::Rule;
use crate::record::{PlannedRun, PlannedStop, Record};
use crate::verdict::{Finding, Reason, thousandths};
use transit::EpochS;

/// A window of a slice.
pub(crate) struct View<'a> {
    pub record: &'a Record,
    pub window: (EpochS, EpochS),
    pub passages: Passages,
    pub gaps: Gaps,
    /// Planned passages within the window, by time: run and its stop.
    pub planned: Vec<(&'a PlannedRun, PlannedStop)>,
    /// Mean planned headway around the window, seconds.
    pub planned_headway_s: Option<i64>,
    pub candidates: Vec<Candidate>,
    pub covered: Covered,
    at: Option<EpochS>,
}

impl<'a> View<'a> {
    /// `engine`: the version by which gaps are seen.
    pub fn new(record: &'a Record, window: (EpochS, EpochS), claim: &Claim, engine: u32) -> Self {
        let passages = Passages::new(record);
        let gaps = Gaps::new(record, &passages, engine);
        let mut all: Vec<(&PlannedRun, PlannedStop)> = record
            .runs
            .iter()
            .filter_map(|run| Some((run, *run.stops.get(run.at_stop?)?)))
            .collect();
        all.sort_by(|(a, x), (b, y)| (x.departure, &a.run).cmp(&(y.departure, &b.run)));
        let planned_headway_s = planned_headway(&all, window);
        all.retain(|(_, s)| s.departure >= window.0 && s.departure <= window.1);
        let fate = |run: &PlannedRun| passages.fates.get(&run.run).copied();
        let unseen = all.iter().filter(|(run, _)| fate(run) != Some(RunFate::Passed)).count();
        let candidates = crate::evidence::candidates_of(claim, &passages, window, unseen);
        let covered = Covered {
            fleet: thousandths(record.coverage.fleet_share()),
            route: thousandths(crate::evidence::route_share(record)),
            observed: thousandths(crate::evidence::observed_share(record, window)),
        };
        Self {
            record,
            window,
            passages,
            gaps,
            planned: all,
            planned_headway_s,
            candidates,
            covered,
            at: claim.time.and_then(|t| t.centre()),
        }
    }

    /// What makes any finding of a rule impossible, before it is asked.
    pub fn impossible(&self, claim: &Claim, rule: Rule) -> Option<Judged> {
        let at_stop = !matches!(rule, Rule::OffRoute | Rule::ShortTurn | Rule::Speeding);
        if at_stop && self.record.stop.is_none() {
            return Some(Judged::no_data(Reason::PlaceUnclear));
        }
        if at_stop && !self.record.stop_on_route {
            let other = self.record.other_routes.iter().any(|r| Some(r) != claim.route.as_ref());
            let judged = Judged::no_data(Reason::StopNotOnRoute);
            return Some(judged.when(other, Reason::WrongRouteNumber));
        }
        let planned = self.record.coverage.runs_expected > 0;
        if planned && self.covered.fleet < FLEET_LEAST {
            return Some(Judged::no_data(self.missing()));
        }
        if self.record.stop.is_some() && self.idle() {
            // Who waited for a bus waited for none that was promised; who saw one saw another, or at another time.
            let waited =
                matches!(rule, Rule::LongWait | Rule::DidNotCome | Rule::Early | Rule::Late);
            return Some(if waited {
                Judged::new(Finding::NotConfirmed).because(Reason::ServiceNotRunning)
            } else {
                Judged::no_data(Reason::ServiceNotRunning)
            });
        }
        (!planned).then(|| Judged::no_data(self.missing()))
    }

    /// The plan has no passage of the stop within the window, nor on both sides of it, and none may have
    /// happened: the route does not run there then.
    fn idle(&self) -> bool {
        let (from, to) = self.window;
        let passed = |p: &Passage| p.latest >= from && p.earliest <= to;
        if self.passages.list.iter().any(passed) {
            return false;
        }
        let all = self.record.runs.iter();
        let planned: Vec<EpochS> =
            all.filter_map(|run| Some(run.stops.get(run.at_stop?)?.departure)).collect();
        let within = planned.iter().any(|at| *at >= from && *at <= to);
        let between = planned.iter().any(|at| *at < from) && planned.iter().any(|at| *at > to);
        !within && !between
    }

    /// Why something is not known.
    pub fn missing(&self) -> Reason {
        if self.record.known_until < self.window.1 {
            Reason::NotYetKnown
        } else if self.covered.observed < 1.0 {
            Reason::FeedOutage
        } else if self.covered.fleet < FLEET_LEAST {
            Reason::FewVehiclesReport
        } else {
            Reason::GapInGps
        }
    }

    pub fn fate(&self, run: &PlannedRun) -> RunFate {
        self.passages.fates.get(&run.run).copied().unwrap_or(RunFate::Unknown)
    }

    /// Several vehicles may be meant, and none is certain.
    pub fn is_several(&self) -> bool {
        self.candidates.first().is_some_and(|c| c.probability < CERTAIN)
    }

    /// The probability of the likeliest vehicle.
    pub fn likeliest(&self) -> f64 {
        self.candidates.first().map_or(0.0, |c| c.probability)
    }

    /// The seen passage of a candidate.
    pub fn passage_of(&self, candidate: &Candidate) -> Option<&Passage> {
        self.passages.seen().find(|p| p.run == candidate.run && p.at == candidate.at)
    }

    /// What one who came at the claimed time waited: planned and observed, seconds.
    fn waits(&self) -> (Option<i64>, Option<i64>) {
        let Some(at) = self.at else { return (None, None) };
        let all = self.record.runs.iter();
        let planned = all
            .filter_map(|r| Some(r.stops.get(r.at_stop?)?.departure))
            .filter(|d| *d >= at)
            .min()
            .map(|d| d - at);
        let next = self.passages.list.iter().filter(|p| p.latest >= at).min_by_key(|p| p.at);
        let observed = next
            .filter(|p| p.certainty == crate::evidence::Certainty::Seen)
            .filter(|p| self.gaps.is_free(at.min(p.earliest), p.earliest))
            .map(|p| (p.at - at).max(0));
        (planned, observed)
    }

    /// The facts, as they are frozen.
    pub fn facts(&self) -> WindowFacts {
        let (from, to) = self.window;
        let planned: Vec<PlannedFact> = self
            .planned
            .iter()
            .map(|(run, stop)| PlannedFact {
                trip: run.run.trip.0.clone(),
                at: stop.departure,
                fate: self.fate(run),
            })
            .collect();
        let count =
            |fates: &[RunFate]| planned.iter().filter(|p| fates.contains(&p.fate)).count() as u32;
        let runs = (
            planned.len() as u32,
            count(&[RunFate::Passed]),
            count(&[RunFate::NotDriven, RunFate::NotReached, RunFate::Canceled]),
        );
        // The passages of the window, and the last before and first after it: what a gap lies between.
        let list = &self.passages.list;
        let first = list.partition_point(|p| p.at < from).saturating_sub(1);
        let last = (list.partition_point(|p| p.at <= to) + 1).min(list.len());
        WindowFacts {
            window: self.window,
            planned,
            passages: list.get(first..last).map_or(Vec::new(), <[Passage]>::to_vec),
            gap: self.gaps.longest(self.window),
            planned_headway_s: self.planned_headway_s,
            wait_s: self.waits(),
            candidates: self.candidates.clone(),
            runs,
            covered: self.covered,
            inputs: Hash::of(&serde_json::to_vec(self.record).unwrap_or_default()),
        }
    }
}

/// Mean of the planned headways whose middle lies nearest the window: of the passages within it and the one
/// before and after.
fn planned_headway(
    all: &[(&PlannedRun, PlannedStop)],
    (from, to): (EpochS, EpochS),
) -> Option<i64> {
    let first = all.partition_point(|(_, s)| s.departure < from).saturating_sub(1);
    let last = (all.partition_point(|(_, s)| s.departure <= to) + 1).min(all.len());
    let part = all.get(first..last)?;
    let (a, b) = (part.first()?.1.departure, part.last()?.1.departure);
    let headways = part.len() as i64 - 1;
    (headways > 0 && b > a).then(|| (b - a) / headways)
}
