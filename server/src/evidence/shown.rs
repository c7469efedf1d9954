//! Evidence as one role may see it.

use super::picture::{self, fate_name};
use super::{EvidenceError, Examiner, check};
use crate::plans::Plan;
use crate::register::{EvidenceSight, Kept, ServiceError, Version};
use api::{
    AppealEvidence, EvidenceCheck, EvidenceConfidence, EvidenceCoverage, EvidenceFound,
    EvidenceVerdict, EvidenceVersion, EvidenceWindow, ObservedPassage, PassageGap, PlannedPassage,
    VehicleCandidate,
};
use appeals::access::Viewer;
use appeals::evidence::{CERTAIN, Certainty, Packet, Passage, WindowFacts};
use appeals::ids::AppealId;
use appeals::kind::Rule;
use appeals::verdict::Verdict;
use transit::{EpochS, Timetable};

impl Examiner {
    /// The newest evidence as `viewer` may see it.
    ///
    /// # Errors
    /// `Unknown` for those who may not know of it; when the register cannot be read.
    pub async fn shown(
        &self,
        id: AppealId,
        viewer: &Viewer,
    ) -> Result<AppealEvidence, EvidenceError> {
        let sight = self.register.evidence_sight(id, viewer).await?;
        let due_at = self.register.evidence_due_at(id).await?;
        let mut versions = self.register.evidence_versions(id).await?;
        // Two of the same second: the one in force is the newest.
        let in_force = sight.appeal.evidence.map(|e| e.id.to_string());
        versions.sort_by_key(|v| Some(&v.evidence_id) != in_force.as_ref());
        let now = self.register.now();
        let kept = match sight.appeal.evidence {
            None => None,
            Some(newest) => match self.register.evidence_kept(newest.id).await {
                Ok(kept) => Some(kept),
                Err(ServiceError::Unknown) => None,
                Err(error) => return Err(error.into()),
            },
        };
        let not_kept = kept.is_none() && sight.appeal.evidence.is_some();
        let found = match kept {
            None => None,
            Some(kept) => {
                let plan = self.plans.of_version(&kept.evidence.packet.timetable).await;
                Some(self.found(&sight, &kept, &plan, due_at))
            }
        };
        let zone = &self.register.law().office().zone;
        let offset = jiff::Timestamp::from_second(now).map(|at| zone.to_offset(at).seconds());
        Ok(AppealEvidence {
            number: sight.appeal.number.to_string(),
            at: now,
            utc_offset_s: offset.unwrap_or(0),
            pending: due_at.is_some_and(|at| at <= now),
            found,
            not_kept,
            versions: versions.into_iter().map(|v| version(v, &sight)).collect(),
        })
    }

    /// Computes the newest evidence once more and says whether it is the same.
    ///
    /// # Errors
    /// `Unknown` for those who may not know of it or when there is none.
    pub async fn checked(
        &self,
        id: AppealId,
        viewer: &Viewer,
    ) -> Result<EvidenceCheck, EvidenceError> {
        let sight = self.register.evidence_sight(id, viewer).await?;
        let newest = sight.appeal.evidence.ok_or(crate::register::ServiceError::Unknown)?;
        check(&self.register, &self.store, &sight.appeal.number.to_string(), newest.id).await
    }

    fn found(
        &self,
        sight: &EvidenceSight,
        kept: &Kept,
        plan: &Plan,
        due_at: Option<EpochS>,
    ) -> EvidenceFound {
        let (evidence, packet) = (&kept.evidence, &kept.evidence.packet);
        let zone = &self.register.law().office().zone;
        let timetable = plan.timetable.clone().unwrap_or_else(|| self.plans.current().0);
        let (route_short_name, headsign, stop_name) = names(&timetable, packet);
        let preliminary = !packet.is_final(zone);
        EvidenceFound {
            evidence_id: evidence.id.to_string(),
            computed_at: evidence.computed_at,
            digest: evidence.digest.to_string(),
            engine_version: packet.engine,
            kind: packet.kind.code().to_owned(),
            rule: rule_name(packet.rule),
            rule_version: packet.rule_version,
            params: packet.params.0.clone(),
            timetable: packet.timetable.clone(),
            known_until: packet.known_until,
            preliminary,
            again_at: due_at.filter(|_| preliminary),
            final_at: packet.final_at(zone).filter(|_| preliminary),
            route_id: packet.route.as_ref().map(|r| r.0.clone()),
            route_short_name,
            direction_id: packet.direction,
            headsign,
            stop_id: packet.stop.as_ref().map(|s| s.0.clone()),
            stop_name,
            event_at: packet.claim.time.and_then(|t| t.centre()).filter(|_| sight.event_time),
            wait_s: packet.claim.wait_s,
            verdict: verdict(&packet.verdict, sight),
            figures: packet.figures.clone(),
            windows: packet.windows.iter().map(|w| window(w, sight)).collect(),
            picture: picture::of(&timetable, packet, &kept.records, sight.vehicle),
        }
    }
}

/// The wire name of a rule.
fn rule_name(rule: Rule) -> String {
    match serde_json::to_value(rule) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// The number on the bus, where it goes, the name of the stop.
fn names(
    timetable: &Timetable,
    packet: &Packet,
) -> (Option<String>, Option<String>, Option<String>) {
    let route = packet.route.as_ref().and_then(|r| timetable.route_by_id(r.as_str()));
    let stop = packet.stop.as_ref().and_then(|s| timetable.stop_by_id(s.as_str()));
    let headsign = route.filter(|_| packet.direction.is_some()).and_then(|route| {
        let patterns = timetable.route(route).patterns.iter().map(|p| timetable.pattern(*p));
        let of_way = patterns.filter(|p| p.direction == packet.direction);
        of_way.max_by_key(|p| p.trips.len()).map(|p| p.headsign.to_string())
    });
    let number = route.map(|r| timetable.route(r).short_name.to_string());
    let stop = stop.map(|s| timetable.stop(s).name.to_string());
    (number.filter(|n| !n.is_empty()), headsign, stop.filter(|n| !n.is_empty()))
}

fn version(row: Version, sight: &EvidenceSight) -> EvidenceVersion {
    let shown = sight.verdict && sight.machine;
    EvidenceVersion {
        evidence_id: row.evidence_id,
        computed_at: row.computed_at,
        digest: row.digest,
        finding: Some(row.finding).filter(|_| shown),
        confidence: Some(row.confidence).filter(|_| shown),
        supersedes: row.supersedes,
    }
}

/// The signed finding; the machine's to those who decide.
fn verdict(verdict: &Verdict, sight: &EvidenceSight) -> Option<EvidenceVerdict> {
    let signed = sight.appeal.signature.as_ref().map(|s| s.finding);
    if !sight.verdict || (signed.is_none() && !sight.machine) {
        return None;
    }
    let finding = signed.unwrap_or(verdict.finding);
    let machine = if sight.machine { verdict.finding } else { finding };
    let c = &verdict.confidence;
    Some(EvidenceVerdict {
        finding: finding.name().to_owned(),
        machine: machine.name().to_owned(),
        signed: signed.is_some(),
        reasons: verdict.reasons.iter().map(|r| r.name().to_owned()).collect(),
        confidence: EvidenceConfidence {
            coverage: c.coverage,
            time: c.time,
            candidate: c.candidate,
            sensor: c.sensor,
            value: c.value,
        },
    })
}

fn window(facts: &WindowFacts, sight: &EvidenceSight) -> EvidenceWindow {
    let planned = facts.planned.iter().map(|p| PlannedPassage {
        trip_id: p.trip.clone(),
        at: p.at,
        fate: fate_name(p.fate).to_owned(),
    });
    let candidates = facts.candidates.iter().filter(|_| sight.vehicle);
    EvidenceWindow {
        from: facts.window.0,
        to: facts.window.1,
        planned: planned.collect(),
        passages: facts.passages.iter().map(|p| passage(p, sight.vehicle)).collect(),
        gap: facts.gap.map(|g| PassageGap {
            at_least_s: g.at_least_s,
            sure_from: g.sure.0,
            sure_to: g.sure.1,
            at_most_s: g.at_most_s,
        }),
        scheduled_headway_s: facts.planned_headway_s,
        scheduled_wait_s: facts.wait_s.0,
        wait_s: facts.wait_s.1,
        candidates: candidates
            .map(|c| VehicleCandidate {
                vehicle_id: c.vehicle.0.clone(),
                at: c.at,
                probability: c.probability,
            })
            .collect(),
        candidate_certain: facts.candidates.first().is_some_and(|c| c.probability >= CERTAIN),
        runs_planned: facts.runs.0,
        runs_driven: facts.runs.1,
        runs_missing: facts.runs.2,
        coverage: EvidenceCoverage {
            fleet: facts.covered.fleet,
            route: facts.covered.route,
            observed: facts.covered.observed,
        },
        inputs_digest: facts.inputs.to_string(),
    }
}

fn passage(passage: &Passage, vehicle: bool) -> ObservedPassage {
    let seen = passage.certainty == Certainty::Seen;
    ObservedPassage {
        certainty: match passage.certainty {
            Certainty::Seen => "seen",
            Certainty::Between => "between",
            Certainty::Possible => "possible",
        }
        .to_owned(),
        trip_id: passage.run.trip.0.clone(),
        vehicle_id: passage.vehicle.as_ref().filter(|_| vehicle).map(|v| v.0.clone()),
        at: passage.at,
        earliest: passage.earliest,
        latest: passage.latest,
        scheduled: passage.scheduled,
        // Which run an unnamed one was is inferred: its plan may be its neighbour's.
        schedule_deviation_s: (seen && passage.named).then_some(passage.at - passage.scheduled),
    }
}
