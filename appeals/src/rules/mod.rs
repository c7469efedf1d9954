//! The rules that answer kinds of appeal. Each looks at windows of the record and finds; parameters come from
//! the catalogue. What a rule cannot know it says.

mod came;
mod crowd;
mod evenness;
mod passing;
mod punctual;
mod runs;
mod sensors;
mod speed;
mod suspects;
mod view;
mod wait;
mod way;

pub(crate) use view::View;

use crate::claim::{CLEAR_WINDOW_S, Claim, ClaimTime};
use crate::kind::{KindEntry, Params, Rule};
use crate::verdict::{Confidence, Finding, Reason, Verdict};
use std::collections::BTreeMap;

/// What a rule makes of one window, or of all of them.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    pub finding: Finding,
    pub reasons: Vec<Reason>,
    /// That the sensors can tell, 0..1.
    pub sensor: f64,
    /// That the right vehicle is meant, 0..1.
    pub candidate: f64,
    pub figures: BTreeMap<String, f64>,
}

impl Judged {
    pub fn new(finding: Finding) -> Self {
        Self { finding, reasons: Vec::new(), sensor: 1.0, candidate: 1.0, figures: BTreeMap::new() }
    }

    /// Not to be known from what is on the record.
    pub fn no_data(reason: Reason) -> Self {
        Self::new(Finding::UndeterminedNoData).because(reason)
    }

    /// Not to be known from what is measured.
    pub fn not_measurable(reason: Reason) -> Self {
        Self::new(Finding::UndeterminedNotMeasurable).because(reason)
    }

    pub fn because(mut self, reason: Reason) -> Self {
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
        self
    }

    pub fn when(self, holds: bool, reason: Reason) -> Self {
        if holds { self.because(reason) } else { self }
    }

    /// A figure; such as are not numbers are left out.
    pub fn figure(mut self, name: &str, value: f64) -> Self {
        if value.is_finite() {
            self.figures.insert(name.to_owned(), (value * 1_000.0).round() / 1_000.0);
        }
        self
    }
}

/// What follows for the claim as a whole.
pub(crate) struct Judgement {
    pub verdict: Verdict,
    pub figures: BTreeMap<String, f64>,
}

/// Below this share of the feed's planned runs seen, absence says nothing.
pub(crate) const FLEET_LEAST: f64 = 0.8;

/// Judges a claim. `asked` is the number of windows that it has; fewer views are slices that are missing.
pub(crate) fn judge(
    entry: &KindEntry,
    claim: &Claim,
    views: &[View<'_>],
    asked: usize,
) -> Judgement {
    let judged = judge_all(entry, claim, views, asked);
    let time = claim.time.map_or(0.0, |t| t.clarity());
    let coverage = if asked == 0 {
        0.0
    } else {
        views.iter().map(|v| v.covered.share()).sum::<f64>() / asked as f64
    };
    let mut confidence = Confidence::of(coverage, time, judged.candidate, judged.sensor);
    if !judged.finding.is_determined() {
        confidence.value = 0.0;
    }
    let mut reasons = judged.reasons;
    let unclear = match claim.time {
        Some(ClaimTime::Between { from, to }) => to - from > CLEAR_WINDOW_S,
        Some(ClaimTime::At { about, .. }) => about,
        _ => false,
    };
    if unclear && !reasons.contains(&Reason::TimeUnclear) {
        reasons.push(Reason::TimeUnclear);
    }
    if views.iter().any(|v| v.record.pace.is_some_and(|p| p.of_usual < SLOW_STREET))
        && !reasons.contains(&Reason::TrafficSlowdown)
    {
        reasons.push(Reason::TrafficSlowdown);
    }
    Judgement {
        verdict: Verdict { finding: judged.finding, reasons, confidence },
        figures: judged.figures,
    }
}

/// A street is slow below this share of its usual speed.
const SLOW_STREET: f64 = 0.5;

fn judge_all(entry: &KindEntry, claim: &Claim, views: &[View<'_>], asked: usize) -> Judged {
    match entry.rule {
        Rule::Context => return Judged::not_measurable(Reason::ContextOnly),
        Rule::Vehicle => return vehicle(claim, views),
        _ => {}
    }
    if asked == 0 {
        return Judged::no_data(Reason::TimeMissing);
    }
    if claim.route.is_none() && claim.stop.is_none() && claim.vehicle.is_none() {
        return Judged::no_data(Reason::PlaceUnclear);
    }
    if views.is_empty() {
        // No slice could be asked for: it is not known of which route.
        let reason = if claim.route.is_none() { Reason::PlaceUnclear } else { Reason::GapInGps };
        return Judged::no_data(reason);
    }
    let params = &entry.params;
    match entry.rule {
        // These look at all windows together.
        Rule::Irregular => evenness::judge(params, views),
        Rule::FewBuses => runs::judge(params, views),
        _ => {
            let each: Vec<Judged> =
                views.iter().map(|view| one(entry.rule, params, claim, view)).collect();
            together(each, asked)
        }
    }
}

fn one(rule: Rule, params: &Params, claim: &Claim, view: &View<'_>) -> Judged {
    if let Some(judged) = view.impossible(claim, rule) {
        return judged;
    }
    match rule {
        Rule::LongWait => wait::judge(params, claim, view),
        Rule::DidNotCome => came::judge(params, claim, view),
        Rule::Early | Rule::Late => punctual::judge(rule, params, claim, view),
        Rule::PassedStop => passing::judge(params, view),
        Rule::LeftWithoutWaiting => sensors::left_without_waiting(params, view),
        Rule::MovedWhileBoarding => sensors::moved_while_boarding(params, view),
        Rule::Speeding => speed::judge(params, claim, view),
        Rule::OffRoute => way::off_route(params, view),
        Rule::ShortTurn => way::short_turn(params, view),
        Rule::Overcrowded => crowd::judge(params, view),
        Rule::Irregular | Rule::FewBuses | Rule::Vehicle | Rule::Context => {
            Judged::not_measurable(Reason::ContextOnly)
        }
    }
}

/// Which vehicle, and nothing else.
fn vehicle(claim: &Claim, views: &[View<'_>]) -> Judged {
    let judged = Judged::not_measurable(Reason::VehicleOnly);
    let several = views.iter().any(View::is_several);
    let unclear = claim.time.is_none() && claim.vehicle.is_none();
    judged.when(several, Reason::SeveralCandidates).when(unclear, Reason::TimeMissing)
}

/// Share of the days of a daily claim on which something must have been found either way.
const DAYS_KNOWN_LEAST: f64 = 0.5;

/// One window speaks for itself. Of many (a claim of every day) the days that can be judged are counted.
fn together(mut each: Vec<Judged>, asked: usize) -> Judged {
    if asked == 1 {
        return each.pop().unwrap_or_else(|| Judged::no_data(Reason::GapInGps));
    }
    let count = |finding: &[Finding]| each.iter().filter(|j| finding.contains(&j.finding)).count();
    let yes = count(&[Finding::Confirmed]);
    let partly = count(&[Finding::PartlyConfirmed]);
    let no = count(&[Finding::NotConfirmed, Finding::Contradicted]);
    let unmeasurable = count(&[Finding::UndeterminedNotMeasurable]);
    let known = yes + partly + no;
    let finding = if unmeasurable * 2 > asked {
        Finding::UndeterminedNotMeasurable
    } else if (known as f64) < asked as f64 * DAYS_KNOWN_LEAST || known == 0 {
        Finding::UndeterminedNoData
    } else if yes * 2 >= known {
        Finding::Confirmed
    } else if yes + partly > 0 {
        Finding::PartlyConfirmed
    } else {
        Finding::NotConfirmed
    };
    let mut judged = Judged::new(finding)
        .figure("days_asked", asked as f64)
        .figure("days_known", known as f64)
        .figure("days_confirmed", yes as f64)
        .figure("days_partly", partly as f64);
    let parts = each.len().max(1) as f64;
    judged.sensor = each.iter().map(|j| j.sensor).sum::<f64>() / parts;
    judged.candidate = each.iter().map(|j| j.candidate).sum::<f64>() / parts;
    for reason in each.iter().flat_map(|j| &j.reasons) {
        judged = judged.because(*reason);
    }
    judged
}
