//! What the record says of one claim: frozen, with the facts that it rests on, and recomputable to the byte.
//!
//! [`span`] says which slices of the record are needed, [`examine`] makes a [`Packet`] of them, and
//! [`Evidence::freeze`] seals it. Whoever has the same record computes the same bytes, and so can prove that
//! nothing was edited: [`Evidence::recomputes`].

mod candidates;
mod gaps;
mod passages;
pub(crate) use candidates::candidates as candidates_of;
pub use candidates::{CANDIDATES_MAX, CERTAIN, Candidate};
pub(crate) use gaps::observed_share;
pub use gaps::{Gap, Gaps};
pub use passages::{Certainty, GONE_S, Passage, Passages, RunFate};
pub(crate) use passages::{outside_holes, route_share};

use crate::claim::Claim;
use crate::ids::{AppealId, EvidenceId, RouteId, StopId};
use crate::journal::Hash;
use crate::kind::{Kind, KindEntry, Params, Rule};
use crate::record::Record;
use crate::rules;
use crate::verdict::Verdict;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use transit::EpochS;

/// Counts up whenever the same record may give another packet.
pub const ENGINE_VERSION: u32 = 3;

/// Evidence of this version and those after it can still be computed again, to the byte.
pub const ENGINE_VERSION_FIRST: u32 = 2;

/// A slice reaches this far before and after a window, seconds: runs that pass the stop within the window
/// have begun, and are seen again, within it.
pub const MARGIN_S: EpochS = 90 * 60;

/// Windows of the claim with the slices that each needs: `(window, slice)`. Empty without a time.
pub fn span(claim: &Claim, zone: &TimeZone) -> Vec<((EpochS, EpochS), (EpochS, EpochS))> {
    let windows = claim.time.map_or(Vec::new(), |t| t.windows(zone));
    let waited = claim.wait_s.unwrap_or(0).clamp(0, WAIT_MAX_S);
    windows
        .into_iter()
        .map(|(from, to)| ((from - waited, to), (from - waited - MARGIN_S, to + MARGIN_S)))
        .collect()
}

/// A record is complete so long after it was made, seconds: a visit is told once its vehicle went on.
pub const SETTLED_S: EpochS = 120;

/// Late data are looked for so long after the slice ended, seconds.
const LATE_S: [EpochS; 2] = [6 * 3_600, 30 * 3_600];

/// When evidence of a claim is to be computed anew after `now`: when its window closed and every run of it can
/// be judged, when its slice ended, and twice more for data that come late. `None`: no more.
pub fn again_at(claim: &Claim, zone: &TimeZone, now: EpochS) -> Option<EpochS> {
    let spans = span(claim, zone);
    let ((_, closed), (_, ended)) = spans.last()?;
    let ended = ended + SETTLED_S;
    let times = [closed + GONE_S + SETTLED_S, ended, ended + LATE_S[0], ended + LATE_S[1]];
    times.into_iter().find(|at| *at > now)
}

/// The claim as it stands in evidence, which many may read: without where the person was, or what they
/// wrote that could name them.
pub fn without_person(claim: &Claim) -> Claim {
    Claim {
        place: None,
        address: None,
        vehicle_text: claim.vehicle_text.as_deref().map(crate::redact::redacted),
        ..claim.clone()
    }
}

/// Longest wait that is looked for, seconds.
const WAIT_MAX_S: i64 = 6 * 3_600;

/// A planned passage of the stop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedFact {
    /// `trip_id`.
    pub trip: String,
    /// When.
    pub at: EpochS,
    /// What became of the run.
    pub fate: RunFate,
}

/// How much of what should be on the record is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Covered {
    /// Of the planned runs of the feed, anything was seen of this share.
    pub fleet: f64,
    /// Of the planned visits of the route within the slice, this share is on the record.
    pub route: f64,
    /// Of the window, this share was not in a hole of the feed.
    pub observed: f64,
}

impl Covered {
    /// All together.
    pub fn share(&self) -> f64 {
        self.fleet * self.route * self.observed
    }
}

/// What was found for one window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WindowFacts {
    /// From, to.
    pub window: (EpochS, EpochS),
    /// Planned passages.
    pub planned: Vec<PlannedFact>,
    /// Passages that the record shows, and such as may have been unseen, by time.
    pub passages: Vec<Passage>,
    /// The longest gap that touches the window.
    pub gap: Option<Gap>,
    /// Planned mean headway, seconds.
    pub planned_headway_s: Option<i64>,
    /// What a person who came at the claimed time waited, seconds: planned and observed.
    pub wait_s: (Option<i64>, Option<i64>),
    /// Vehicles that may be meant, the likeliest first.
    pub candidates: Vec<Candidate>,
    /// Planned runs of the route that pass the window: planned, driven, not driven.
    pub runs: (u32, u32, u32),
    /// How much was observed.
    pub covered: Covered,
    /// Digest of the slice of the record.
    pub inputs: Hash,
}

/// Everything that was found: the canonical content of evidence. Two computations of the same record are
/// equal to the byte.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Packet {
    /// [`ENGINE_VERSION`].
    pub engine: u32,
    /// Kind.
    pub kind: Kind,
    /// Its rule.
    pub rule: Rule,
    /// Version of the rule's parameters.
    pub rule_version: u32,
    /// The rule's parameters.
    pub params: Params,
    /// What was said.
    pub claim: Claim,
    /// Route in question.
    pub route: Option<RouteId>,
    /// `direction_id`.
    pub direction: Option<u8>,
    /// Stop in question.
    pub stop: Option<StopId>,
    /// Version of the timetable.
    pub timetable: String,
    /// The record was known up to then.
    pub known_until: EpochS,
    /// By window.
    pub windows: Vec<WindowFacts>,
    /// Figures of the rule, by name, units last.
    pub figures: BTreeMap<String, f64>,
    /// What follows.
    pub verdict: Verdict,
}

impl Packet {
    /// From when on evidence of this claim is final: the runs of its last window have been seen farther on, or have
    /// not, and what they told has settled. `None` without a time.
    pub fn final_at(&self, zone: &TimeZone) -> Option<EpochS> {
        span(&self.claim, zone).last().map(|(_, (_, to))| to + SETTLED_S)
    }

    /// All that bears on the matter was known: later data may only be late.
    pub fn is_final(&self, zone: &TimeZone) -> bool {
        span(&self.claim, zone).last().is_none_or(|(_, (_, to))| self.known_until >= *to)
    }

    /// What was found, whatever it was found in and by.
    fn found(&self) -> Vec<u8> {
        let bare = |w: &WindowFacts| WindowFacts { inputs: Hash::default(), ..w.clone() };
        let windows = self.windows.iter().map(bare).collect();
        Self { engine: 0, known_until: 0, windows, ..self.clone() }.bytes()
    }

    /// Its canonical bytes: JSON in the order of the fields, maps by key.
    pub fn bytes(&self) -> Vec<u8> {
        // A packet has no map with other keys than text and no number that is not finite.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// Evidence as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Id.
    pub id: EvidenceId,
    /// For which appeal.
    pub appeal: AppealId,
    /// When it was computed.
    pub computed_at: EpochS,
    /// The evidence that it takes the place of: late data came.
    pub supersedes: Option<EvidenceId>,
    /// Digest of the packet's bytes.
    pub digest: Hash,
    /// What was found.
    pub packet: Packet,
}

impl Evidence {
    /// Seals a packet.
    pub fn freeze(
        id: EvidenceId,
        appeal: AppealId,
        computed_at: EpochS,
        packet: Packet,
        supersedes: Option<EvidenceId>,
    ) -> Self {
        let digest = Hash::of(&packet.bytes());
        Self { id, appeal, computed_at, supersedes, digest, packet }
    }

    /// The packet is what was sealed.
    pub fn is_intact(&self) -> bool {
        Hash::of(&self.packet.bytes()) == self.digest
    }

    /// The same record gives the same packet, to the byte, by the engine of its own version.
    pub fn recomputes(&self, entry: &KindEntry, records: &[Record], zone: &TimeZone) -> bool {
        let engine = self.packet.engine;
        let again = examine_as(engine, entry, &self.packet.claim, records, zone);
        self.is_intact() && again.is_some_and(|again| Hash::of(&again.bytes()) == self.digest)
    }

    /// What late data make of it: new evidence that supersedes this one, or `None` when nothing changed but
    /// how long the record was known, and what else it held that bears on nothing. That what was preliminary
    /// is so no more is a change.
    pub fn superseded_by(
        &self,
        packet: Packet,
        id: EvidenceId,
        computed_at: EpochS,
        zone: &TimeZone,
    ) -> Option<Self> {
        let same = packet.found() == self.packet.found();
        let settled = packet.is_final(zone) == self.packet.is_final(zone);
        (!same || !settled)
            .then(|| Self::freeze(id, self.appeal, computed_at, packet, Some(self.id)))
    }
}

/// Examines a claim by the rule of its kind. `records` are the slices that [`span`] asks for, one a window,
/// in order; a claim without time, or a slice that is missing, gives a packet that says so.
pub fn examine(entry: &KindEntry, claim: &Claim, records: &[Record], zone: &TimeZone) -> Packet {
    packet(ENGINE_VERSION, entry, claim, records, zone)
}

/// The same by the engine of an earlier version; `None` for one that is not known here.
pub fn examine_as(
    engine: u32,
    entry: &KindEntry,
    claim: &Claim,
    records: &[Record],
    zone: &TimeZone,
) -> Option<Packet> {
    let known = (ENGINE_VERSION_FIRST..=ENGINE_VERSION).contains(&engine);
    known.then(|| packet(engine, entry, claim, records, zone))
}

fn packet(
    engine: u32,
    entry: &KindEntry,
    claim: &Claim,
    records: &[Record],
    zone: &TimeZone,
) -> Packet {
    let spans = span(claim, zone);
    let views: Vec<rules::View<'_>> = spans
        .iter()
        .zip(records)
        .map(|((window, _), record)| rules::View::new(record, *window, claim, engine))
        .collect();
    let judged = rules::judge(entry, claim, &views, spans.len());
    let first = records.first();
    Packet {
        engine,
        kind: entry.code,
        rule: entry.rule,
        rule_version: entry.version,
        params: entry.params.clone(),
        claim: claim.clone(),
        route: first.map(|r| r.route.clone()).or_else(|| claim.route.clone()),
        direction: first.and_then(|r| r.direction).or(claim.direction),
        stop: first.and_then(|r| r.stop.clone()).or_else(|| claim.stop.clone()),
        timetable: first.map_or(String::new(), |r| r.timetable.clone()),
        known_until: records.iter().map(|r| r.known_until).max().unwrap_or(0),
        windows: views.iter().map(rules::View::facts).collect(),
        figures: judged.figures,
        verdict: judged.verdict,
    }
}
