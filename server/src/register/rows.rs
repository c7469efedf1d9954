//! Rows of the register, and the statements that write them.

use super::{Law, ServiceError};
use crate::ledger::Statement;
use appeals::access::Role;
use appeals::answer::{Answer, ReplyBy};
use appeals::appeal::{Appeal, Subject};
use appeals::clock::Clock;
use appeals::evidence::Evidence;
use appeals::ids::{AppealId, ApplicantId, EvidenceId, PersonId};
use appeals::journal::{Entry, Hash};
use appeals::law::ClockKind;
use appeals::verdict::Signature;
use appeals::words::Language;
use serde::Serialize;
use sqlx::FromRow;
use transit::EpochS;

/// An entry of a journal, of an appeal or of a case.
#[derive(FromRow)]
pub struct JournalRow {
    pub seq: i64,
    pub at: i64,
    actor_id: Option<String>,
    role: Option<String>,
    prev: String,
    hash: String,
    /// What happened, sealed or plain.
    pub body: String,
}

impl JournalRow {
    /// Who did it, and as what.
    pub fn who(&self) -> Result<(Option<PersonId>, Option<Role>), ServiceError> {
        let broken = ServiceError::Journal;
        let actor = match &self.actor_id {
            Some(id) => Some(id.parse().map_err(|_| ServiceError::Journal)?),
            None => None,
        };
        let role = match &self.role {
            Some(name) => Some(parse(name).ok_or(broken)?),
            None => None,
        };
        Ok((actor, role))
    }

    /// The hash of the entry before, and its own.
    pub fn hashes(&self) -> Result<(Hash, Hash), ServiceError> {
        let hash = |text: &str| text.parse().map_err(|_| ServiceError::Journal);
        Ok((hash(&self.prev)?, hash(&self.hash)?))
    }
}

/// Where an appeal is sealed for.
pub fn place(id: AppealId) -> String {
    format!("appeal/{id}")
}

/// The wire name of a unit variant.
pub fn name<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    }
}

/// The unit variant of a wire name.
pub fn parse<T: serde::de::DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
}

/// The end of the clock that the public is told of; of the house's norm when it ends before.
pub fn due_at(appeal: &Appeal, law: &Law) -> Option<EpochS> {
    let kinds = [ClockKind::Review, ClockKind::ExtendedReview, ClockKind::ServiceNorm];
    let open = appeal.clocks.iter().filter(|c| kinds.contains(&c.kind) && c.is_open());
    open.map(|c: &Clock| c.due.instant(law.office())).min()
}

fn event_at(appeal: &Appeal) -> Option<EpochS> {
    appeal.claim.time.as_ref().and_then(appeals::claim::ClaimTime::centre)
}

fn person(id: Option<PersonId>) -> Option<String> {
    id.map(|p| p.to_string())
}

pub fn insert(
    appeal: &Appeal,
    year: i16,
    pin_hash: &str,
    taken_by: Option<PersonId>,
    head: &Entry,
    sealed: String,
    law: &Law,
) -> Statement {
    let text = |t: &dyn std::fmt::Display| t.to_string();
    let claim = &appeal.claim;
    Statement::new(
        "INSERT INTO appeals (appeal_id, number, year, serial, pin_hash, contact_id, applicant_id, \
         taken_by, channel, kind, legal_kind, status, is_open, safety, desk_id, org_id, parent_id, \
         route_id, stop_id, vehicle_id, event_at, received_at, registered_at, updated_at, due_at, \
         version, journal_seq, journal_head, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, \
         $10, $11, $12, 1, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $22, $23, $24, $25, \
         $26, $27)",
        vec![
            text(&appeal.id).into(),
            text(&appeal.number).into(),
            i64::from(year).into(),
            appeal.number.serial().into(),
            pin_hash.into(),
            text(&appeal.contact).into(),
            appeal.applicant.map(|a| a.to_string()).into(),
            person(taken_by).into(),
            appeal.channel.name().into(),
            appeal.kind.code().into(),
            name(&appeal.legal_kind).into(),
            appeal.status.name().into(),
            appeal.safety.into(),
            text(&appeal.desk).into(),
            text(&appeal.org).into(),
            appeal.parent.map(|p| p.to_string()).into(),
            claim.route.as_ref().map(|r| r.0.clone()).into(),
            claim.stop.as_ref().map(|s| s.0.clone()).into(),
            claim.vehicle.as_ref().map(|v| v.0.clone()).into(),
            event_at(appeal).into(),
            appeal.received_at.into(),
            appeal.registered_at.into(),
            due_at(appeal, law).into(),
            appeal.version.into(),
            head.seq.into(),
            head.hash.to_string().into(),
            sealed.into(),
        ],
    )
}

/// The new state of an appeal, if it is still the one that was read.
pub fn update(
    appeal: &Appeal,
    seen: u32,
    at: EpochS,
    head: &Entry,
    sealed: String,
    law: &Law,
) -> Statement {
    let claim = &appeal.claim;
    Statement::new(
        "UPDATE appeals SET kind = $1, status = $2, is_open = $3, desk_id = $4, assignee_id = $5, \
         carrier_id = $6, case_id = $7, route_id = $8, stop_id = $9, vehicle_id = $10, \
         event_at = $11, finding = $12, updated_at = $13, due_at = $14, version = $15, \
         journal_seq = $16, journal_head = $17, sealed = $18 WHERE appeal_id = $19 AND version = $20",
        vec![
            appeal.kind.code().into(),
            appeal.status.name().into(),
            appeal.status.is_open().into(),
            appeal.desk.to_string().into(),
            person(appeal.assignee).into(),
            appeal.carrier.as_ref().map(|c| c.0.clone()).into(),
            appeal.case.map(|c| c.to_string()).into(),
            claim.route.as_ref().map(|r| r.0.clone()).into(),
            claim.stop.as_ref().map(|s| s.0.clone()).into(),
            claim.vehicle.as_ref().map(|v| v.0.clone()).into(),
            event_at(appeal).into(),
            appeal.evidence.map(|e| e.finding.name().to_owned()).into(),
            at.into(),
            due_at(appeal, law).into(),
            appeal.version.into(),
            head.seq.into(),
            head.hash.to_string().into(),
            sealed.into(),
            appeal.id.to_string().into(),
            seen.into(),
        ],
    )
}

pub fn subject(id: AppealId, subject: &Subject) -> Statement {
    Statement::new(
        "INSERT INTO appeal_subjects (appeal_id, seq, kind, desk_id, settled) \
         VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (appeal_id, seq) DO UPDATE SET settled = excluded.settled",
        vec![
            id.to_string().into(),
            u32::from(subject.seq).into(),
            subject.kind.code().into(),
            subject.desk.to_string().into(),
            subject.settled.is_some().into(),
        ],
    )
}

/// The contact of an appeal. It may be there already: an earlier appeal came of it, or a draft.
pub fn contact(
    appeal: &Appeal,
    by: Option<PersonId>,
    now: EpochS,
    phone: Option<String>,
    sealed: Option<String>,
) -> Statement {
    Statement::new(
        "INSERT INTO contacts (contact_id, channel, started_at, ended_at, operator_id, desk_id, \
         language, outcome, phone_hash, sealed) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'appeal_registered', $8, $9) \
         ON CONFLICT (contact_id) DO UPDATE SET ended_at = excluded.ended_at, \
         desk_id = excluded.desk_id, language = excluded.language, outcome = excluded.outcome, \
         phone_hash = COALESCE(excluded.phone_hash, contacts.phone_hash), \
         sealed = COALESCE(excluded.sealed, contacts.sealed)",
        vec![
            appeal.contact.to_string().into(),
            appeal.channel.name().into(),
            appeal.received_at.into(),
            now.into(),
            person(by).into(),
            appeal.desk.to_string().into(),
            appeal.language.code().into(),
            phone.into(),
            sealed.into(),
        ],
    )
}

pub fn applicant(
    id: ApplicantId,
    language: Language,
    reply: ReplyBy,
    (phone, email): (Option<String>, Option<String>),
    sealed: String,
    now: EpochS,
) -> Statement {
    Statement::new(
        "INSERT INTO applicants (applicant_id, kind, language, reply_by, phone_hash, email_hash, \
         sealed, created_at) VALUES ($1, 'person', $2, $3, $4, $5, $6, $7)",
        vec![
            id.to_string().into(),
            language.code().into(),
            name(&reply).into(),
            phone.into(),
            email.into(),
            sealed.into(),
            now.into(),
        ],
    )
}

pub fn journal(entry: &Entry, sealed: String) -> Statement {
    Statement::new(
        "INSERT INTO appeal_journal (appeal_id, seq, at, actor_id, role, prev, hash, sealed) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        vec![
            entry.of.to_string().into(),
            entry.seq.into(),
            entry.at.into(),
            person(entry.actor).into(),
            entry.role.as_ref().map(name).into(),
            entry.prev.to_string().into(),
            entry.hash.to_string().into(),
            sealed.into(),
        ],
    )
}

pub fn idempotency(
    scope: &str,
    key_hash: &str,
    at: EpochS,
    request_hash: &str,
    sealed: String,
) -> Statement {
    Statement::new(
        "INSERT INTO idempotency (scope, key_hash, at, request_hash, sealed) \
         VALUES ($1, $2, $3, $4, $5)",
        vec![scope.into(), key_hash.into(), at.into(), request_hash.into(), sealed.into()],
    )
}

pub fn answer(id: AppealId, answer: &Answer, sealed: String) -> Statement {
    Statement::new(
        "INSERT INTO answers (appeal_id, version, language, drafted_by, drafted_at, approved_by, \
         approved_at, sent_at, sent_by, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         ON CONFLICT (appeal_id, version) DO UPDATE SET approved_by = excluded.approved_by, \
         approved_at = excluded.approved_at, sent_at = excluded.sent_at, sent_by = excluded.sent_by",
        vec![
            id.to_string().into(),
            answer.version.into(),
            answer.language.code().into(),
            answer.drafted_by.to_string().into(),
            answer.drafted_at.into(),
            person(answer.approved_by).into(),
            answer.approved_at.into(),
            answer.sent_at.into(),
            answer.sent_by.as_ref().map(name).into(),
            sealed.into(),
        ],
    )
}

pub fn verdict(id: AppealId, signature: &Signature) -> Statement {
    Statement::new(
        "INSERT INTO verdicts (appeal_id, evidence_id, at, signed_by, machine, finding, overridden) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        vec![
            id.to_string().into(),
            signature.evidence.to_string().into(),
            signature.at.into(),
            signature.by.to_string().into(),
            signature.machine.name().into(),
            signature.finding.name().into(),
            signature.is_override().into(),
        ],
    )
}

/// Evidence of an appeal is to be computed at `due_at`.
pub fn evidence_due(id: AppealId, due_at: EpochS) -> Statement {
    Statement::new(
        "INSERT INTO evidence_due (appeal_id, due_at, tries) VALUES ($1, $2, 0) \
         ON CONFLICT (appeal_id) DO UPDATE SET due_at = excluded.due_at, tries = 0",
        vec![id.to_string().into(), due_at.into()],
    )
}

/// Nothing new can come.
pub fn evidence_done(id: AppealId) -> Statement {
    let sql = "DELETE FROM evidence_due WHERE appeal_id = $1";
    Statement::new(sql, vec![id.to_string().into()]).optional()
}

/// Frozen evidence. Its body is the very bytes that the digest is of.
pub fn evidence(evidence: &Evidence) -> Result<Statement, ServiceError> {
    let body = String::from_utf8(evidence.packet.bytes())
        .map_err(|_| ServiceError::Data("evidence is not text".to_owned()))?;
    let verdict = &evidence.packet.verdict;
    Ok(Statement::new(
        "INSERT INTO evidence (evidence_id, appeal_id, computed_at, digest, finding, confidence, \
         supersedes, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        vec![
            evidence.id.to_string().into(),
            evidence.appeal.to_string().into(),
            evidence.computed_at.into(),
            evidence.digest.to_string().into(),
            verdict.finding.name().into(),
            verdict.confidence.value.into(),
            evidence.supersedes.map(|s| s.to_string()).into(),
            body.into(),
        ],
    ))
}

/// What it was computed from.
pub fn evidence_inputs(id: EvidenceId, body: String) -> Statement {
    let sql = "INSERT INTO evidence_inputs (evidence_id, body) VALUES ($1, $2)";
    Statement::new(sql, vec![id.to_string().into(), body.into()])
}
