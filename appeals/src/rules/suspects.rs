//! The vehicles that may be meant, each with its positions, and what follows from what is known of each.

use super::{Judged, View};
use crate::claim::Claim;
use crate::evidence::{CERTAIN, Candidate, Certainty, Passage};
use crate::record::Ping;
use crate::verdict::{Finding, Reason};
use std::collections::BTreeMap;
use transit::EpochS;

/// Candidates less likely than this are not asked, 0..1.
const LIKELY: f64 = 0.1;

/// A vehicle's positions belong to its passage within this, seconds.
const NEAR_S: EpochS = 300;

/// A vehicle that may be meant.
pub(super) struct Suspect<'v> {
    /// How likely it is the one, 0..1.
    pub probability: f64,
    /// Its passage of the stop in question.
    pub passage: Option<&'v Passage>,
    /// By time.
    pub pings: Vec<&'v Ping>,
}

impl Suspect<'_> {
    /// It was seen where it is looked at.
    pub fn is_seen(&self) -> bool {
        self.passage.is_none_or(|p| p.certainty == Certainty::Seen)
    }
}

/// What is known of one vehicle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Yes,
    No,
    Open(Reason),
}

/// One vehicle looked at.
pub(super) struct Look {
    pub probability: f64,
    /// It was seen where it is looked at; of one that may have left the stop out that is not so.
    pub seen: bool,
    pub known: Known,
    /// That the sensors can tell, 0..1.
    pub sensor: f64,
    pub figures: Vec<(&'static str, f64)>,
}

/// Positions of a vehicle around a passage, by time.
pub(super) fn around<'v>(view: &'v View<'_>, passage: &Passage) -> Vec<&'v Ping> {
    let own = |p: &&Ping| Some(&p.vehicle) == passage.vehicle.as_ref();
    let near = |p: &&Ping| (p.at - passage.at).abs() <= NEAR_S;
    by_time(view.record.pings.iter().filter(own).filter(near).collect())
}

/// Those that passed the stop in question, the likeliest first; such as came by and may have left it out, too.
pub(super) fn at_stop<'v>(view: &'v View<'_>) -> Vec<Suspect<'v>> {
    let suspect = |passage: &'v Passage, probability: f64| Suspect {
        probability,
        passage: Some(passage),
        pings: around(view, passage),
    };
    let likely = |c: &&Candidate| c.probability >= LIKELY;
    let mut suspects: Vec<Suspect<'v>> = view
        .candidates
        .iter()
        .filter(likely)
        .filter_map(|c| Some(suspect(view.passage_of(c)?, c.probability)))
        .collect();
    let (from, to) = view.window;
    let came_by = |p: &&Passage| {
        p.certainty == Certainty::Between && p.vehicle.is_some() && p.at >= from && p.at <= to
    };
    let between: Vec<&Passage> = view.passages.unsure().filter(came_by).collect();
    if !between.is_empty() && view.likeliest() < CERTAIN {
        let rest = 1.0 - view.candidates.iter().map(|c| c.probability).sum::<f64>();
        let each = rest.max(0.0) / between.len() as f64;
        suspects.extend(between.into_iter().map(|p| suspect(p, each)));
    }
    suspects
}

/// Those that were on the line within the window: the one that is named, else all.
pub(super) fn on_line<'v>(view: &'v View<'_>, claim: &Claim) -> Vec<Suspect<'v>> {
    let (from, to) = view.window;
    let mut by_vehicle: BTreeMap<&str, Vec<&Ping>> = BTreeMap::new();
    let named = |p: &&Ping| claim.vehicle.as_ref().is_none_or(|v| p.vehicle == *v);
    for ping in view.record.pings.iter().filter(|p| p.at >= from && p.at <= to).filter(named) {
        by_vehicle.entry(ping.vehicle.as_str()).or_default().push(ping);
    }
    let each = 1.0 / by_vehicle.len().max(1) as f64;
    let suspect = |pings| Suspect { probability: each, passage: None, pings: by_time(pings) };
    by_vehicle.into_values().map(suspect).collect()
}

fn by_time(mut pings: Vec<&Ping>) -> Vec<&Ping> {
    pings.sort_by_key(|p| p.at);
    pings
}

/// The longest time without a report within a span, seconds.
pub(super) fn longest_silence_s(pings: &[&Ping], (from, to): (EpochS, EpochS)) -> EpochS {
    let inside = pings.iter().map(|p| p.at).filter(|at| *at > from && *at < to);
    let (mut last, mut longest) = (from, 0);
    for at in inside.chain([to]) {
        longest = longest.max(at - last);
        last = at;
    }
    longest
}

/// One of them is meant. What a bus hardly ever does points to the one that did it; that nobody did it is only known
/// when all are, and none may have come by unseen.
pub(super) fn conclude(looks: &[Look], view: &View<'_>) -> Judged {
    let (from, to) = view.window;
    let unseen = view
        .passages
        .unsure()
        .any(|p| p.certainty == Certainty::Possible && p.at >= from && p.at <= to);
    let share = |known: Known| -> f64 {
        looks.iter().filter(|l| l.known == known).map(|l| l.probability).sum()
    };
    let open = looks.iter().find_map(|l| match l.known {
        Known::Open(reason) => Some((l, reason)),
        _ => None,
    });
    let several = looks.len() > 1 && view.likeliest() < CERTAIN;
    let (mut judged, told) = if let Some(look) = looks.iter().find(|l| l.known == Known::Yes) {
        let mut judged = Judged::new(Finding::Confirmed);
        (judged.candidate, judged.sensor) = (share(Known::Yes), look.sensor);
        (judged, look)
    } else if let Some((look, reason)) = open {
        (Judged::no_data(reason), look)
    } else if let Some(look) = looks.first().filter(|_| !unseen) {
        let mut judged = Judged::new(Finding::NotConfirmed);
        // Such as were not seen at the stop make nobody surer: else a visit that is lost would.
        judged.candidate = looks.iter().filter(|l| l.seen).map(|l| l.probability).sum();
        judged.sensor = looks.iter().map(|l| l.sensor).fold(1.0, f64::min);
        (judged, look)
    } else {
        let reason = if unseen { Reason::GapInGps } else { view.missing() };
        return Judged::no_data(reason);
    };
    for (name, value) in &told.figures {
        judged = judged.figure(name, *value);
    }
    judged.when(several, Reason::SeveralCandidates).figure("vehicles_looked_at", looks.len() as f64)
}
