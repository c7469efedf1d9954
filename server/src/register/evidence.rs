//! Evidence in the register: kept frozen, attached by the register itself, shown to those who may see it.

use super::{Register, ServiceError, rows};
use crate::keys::random;
use crate::ledger::Statement;
use appeals::access::{Field, Role, Viewer, Visibility};
use appeals::appeal::{Actor, Appeal, Command, Refusal};
use appeals::evidence::{Evidence, Packet};
use appeals::ids::{AppealId, EvidenceId, PersonId};
use appeals::number::AppealNumber;
use appeals::record::Record;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sqlx::FromRow;
use transit::EpochS;

/// An appeal that people work on meanwhile is tried again so often.
const TRIES: usize = 5;
/// Versions of the evidence of one appeal that are told, the newest.
const VERSIONS_MAX: u32 = 50;
/// zstd's level: slices compress to a twentieth.
const LEVEL: i32 = 6;
/// Largest slices that are read back, bytes.
const INPUTS_BYTES_MAX: usize = 64 << 20;

/// Evidence with what it was computed from.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The evidence.
    pub evidence: Evidence,
    /// The very bytes that were sealed.
    pub bytes: Vec<u8>,
    /// The slices of the record.
    pub records: Vec<Record>,
}

/// A row of the list of evidence.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "columns of the table")]
pub struct Version {
    pub evidence_id: String,
    pub computed_at: i64,
    pub digest: String,
    pub finding: String,
    pub confidence: f64,
    pub supersedes: Option<String>,
}

/// What somebody may see of the evidence of an appeal.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a field that is seen or not")]
pub struct EvidenceSight {
    /// The appeal.
    pub appeal: Appeal,
    /// Which vehicles.
    pub vehicle: bool,
    /// What the machine found, before a person signed.
    pub machine: bool,
    /// The verdict.
    pub verdict: bool,
    /// The time in question, exactly.
    pub event_time: bool,
}

#[derive(FromRow)]
struct KeptRow {
    appeal_id: String,
    computed_at: i64,
    digest: String,
    supersedes: Option<String>,
    packet: String,
    inputs: Option<String>,
}

impl Register {
    /// The appeal of an id.
    pub(crate) async fn appeal(&self, id: AppealId) -> Result<Appeal, ServiceError> {
        Ok(self.load(id).await?.appeal)
    }

    /// What `viewer` may see of the evidence; unknown to those who may not know of it.
    pub async fn evidence_sight(
        &self,
        id: AppealId,
        viewer: &Viewer,
    ) -> Result<EvidenceSight, ServiceError> {
        let loaded = self.load(id).await?;
        let taken_by = loaded.taken_by.as_deref().and_then(|p| p.parse::<PersonId>().ok());
        let sighted = self.sighted(&loaded.appeal, taken_by, viewer);
        let hidden = |field| sighted.see(field) == Visibility::Hidden;
        if hidden(Field::Status) || hidden(Field::Evidence) {
            return Err(ServiceError::Unknown);
        }
        // A citizen complains of what happened. Which vehicle it was, out of several that may be meant, and
        // what a machine thinks before a person stands for it, is for those who decide.
        let citizen = viewer.role.is_citizen();
        Ok(EvidenceSight {
            vehicle: sighted.full(Field::Vehicle) && !citizen,
            machine: !citizen,
            verdict: sighted.full(Field::Verdict),
            event_time: sighted.full(Field::EventTime),
            appeal: loaded.appeal,
        })
    }

    /// Evidence of an appeal, newest first.
    pub async fn evidence_versions(&self, id: AppealId) -> Result<Vec<Version>, ServiceError> {
        let sql = format!(
            "SELECT evidence_id, computed_at, digest, finding, confidence, supersedes FROM evidence \
             WHERE appeal_id = $1 ORDER BY computed_at DESC, evidence_id DESC LIMIT {VERSIONS_MAX}"
        );
        Ok(self.ledger.rows(&sql, vec![id.to_string().into()]).await?)
    }

    /// One piece of evidence as it was frozen.
    pub async fn evidence_kept(&self, id: EvidenceId) -> Result<Kept, ServiceError> {
        let sql = "SELECT e.appeal_id, e.computed_at, e.digest, e.supersedes, e.body AS packet, \
                   i.body AS inputs FROM evidence e \
                   LEFT JOIN evidence_inputs i ON i.evidence_id = e.evidence_id \
                   WHERE e.evidence_id = $1";
        let row = self.ledger.row::<KeptRow>(sql, vec![id.to_string().into()]).await?;
        let row = row.ok_or(ServiceError::Unknown)?;
        let broken = || ServiceError::Data(format!("evidence {id} cannot be read"));
        let packet: Packet = serde_json::from_str(&row.packet).map_err(|_| broken())?;
        let evidence = Evidence {
            id,
            appeal: row.appeal_id.parse().map_err(|_| broken())?,
            computed_at: row.computed_at,
            supersedes: row.supersedes.and_then(|s| s.parse().ok()),
            digest: row.digest.parse().map_err(|_| broken())?,
            packet,
        };
        let records = row.inputs.as_deref().map_or(Some(Vec::new()), opened).ok_or_else(broken)?;
        Ok(Kept { evidence, bytes: row.packet.into_bytes(), records })
    }

    /// Numbers and ids of evidence in the order of the ids, behind `after`: of one appeal, or of all.
    pub async fn evidence_ids(
        &self,
        number: Option<AppealNumber>,
        after: &str,
        limit: u32,
    ) -> Result<Vec<(String, EvidenceId)>, ServiceError> {
        let which = if number.is_some() { "AND a.number = $2" } else { "" };
        let sql = format!(
            "SELECT a.number, e.evidence_id FROM evidence e JOIN appeals a ON a.appeal_id = e.appeal_id \
             WHERE e.evidence_id > $1 {which} ORDER BY e.evidence_id LIMIT {limit}"
        );
        let mut values = vec![after.into()];
        values.extend(number.map(|n| n.to_string().into()));
        let rows = self.ledger.rows::<(String, String)>(&sql, values).await?;
        Ok(rows.into_iter().filter_map(|(n, id)| Some((n, id.parse().ok()?))).collect())
    }

    /// The appeals whose evidence is due, the longest due first.
    pub async fn evidence_due(&self, limit: u32) -> Result<Vec<AppealId>, ServiceError> {
        let sql = format!(
            "SELECT appeal_id FROM evidence_due WHERE due_at <= $1 ORDER BY due_at, appeal_id LIMIT {limit}"
        );
        let rows = self.ledger.rows::<(String,)>(&sql, vec![self.now().into()]).await?;
        Ok(rows.into_iter().filter_map(|(id,)| id.parse().ok()).collect())
    }

    /// When the evidence of an appeal is computed next.
    pub async fn evidence_due_at(&self, id: AppealId) -> Result<Option<EpochS>, ServiceError> {
        let sql = "SELECT due_at FROM evidence_due WHERE appeal_id = $1";
        let row = self.ledger.row::<(i64,)>(sql, vec![id.to_string().into()]).await?;
        Ok(row.map(|r| r.0))
    }

    /// Nothing is to be computed for this appeal.
    pub async fn evidence_settled(&self, id: AppealId) -> Result<(), ServiceError> {
        Ok(self.ledger.write(vec![rows::evidence_done(id)]).await?)
    }

    /// It did not work: later, and later with each try.
    pub async fn postpone_evidence(
        &self,
        id: AppealId,
        wait_s: EpochS,
    ) -> Result<(), ServiceError> {
        let sql = "UPDATE evidence_due SET due_at = $1 + $2 * (tries + 1), tries = tries + 1 \
                   WHERE appeal_id = $3";
        let values = vec![self.now().into(), wait_s.into(), id.to_string().into()];
        Ok(self.ledger.write(vec![Statement::new(sql, values).optional()]).await?)
    }

    /// Attaches what was computed for `seen`, if it is new, in one write with its journal entry and the time
    /// of the next computation. `None`: nothing new, or the appeal changed meanwhile.
    pub async fn attach_evidence(
        &self,
        seen: &Appeal,
        packet: Packet,
        records: &[Record],
        again_at: Option<EpochS>,
    ) -> Result<Option<EvidenceId>, ServiceError> {
        let next = || match again_at {
            Some(at) => rows::evidence_due(seen.id, at),
            None => rows::evidence_done(seen.id),
        };
        for _ in 0..TRIES {
            let appeal = self.appeal(seen.id).await?;
            if appeal.claim != seen.claim || appeal.kind != seen.kind {
                // Its row says that it is due; this computation speaks of what is not said any more.
                return Ok(None);
            }
            let Some(evidence) = self.frozen(&appeal, packet.clone()).await? else {
                self.ledger.write(vec![next()]).await?;
                return Ok(None);
            };
            let finding = evidence.packet.verdict.finding;
            let command = Command::AttachEvidence { evidence: evidence.id, finding };
            let actor = Actor { person: None, role: Role::System, org: None, owns: false };
            let inputs = closed(records)?;
            let statements = vec![
                rows::evidence(&evidence)?,
                rows::evidence_inputs(evidence.id, inputs),
                next(),
            ];
            match self.work_beside(appeal.id, appeal.version, &command, &actor, statements).await {
                Ok(_) => return Ok(Some(evidence.id)),
                Err(ServiceError::Refused(Refusal::Version { .. })) => {}
                Err(error) => return Err(error),
            }
        }
        Err(ServiceError::Refused(Refusal::Version {
            expected: seen.version,
            found: seen.version + 1,
        }))
    }

    /// New evidence, unless it says the same as the newest.
    async fn frozen(
        &self,
        appeal: &Appeal,
        packet: Packet,
    ) -> Result<Option<Evidence>, ServiceError> {
        let id = EvidenceId::new(self.now_ms(), random()?);
        let now = self.now();
        Ok(match appeal.evidence {
            None => Some(Evidence::freeze(id, appeal.id, now, packet, None)),
            Some(newest) => {
                let before = self.evidence_kept(newest.id).await?.evidence;
                before.superseded_by(packet, id, now, &self.law().office().zone)
            }
        })
    }
}

/// Slices as they are kept.
fn closed(records: &[Record]) -> Result<String, ServiceError> {
    let broken = |e: &dyn std::fmt::Display| ServiceError::Data(format!("slices of evidence: {e}"));
    let text = serde_json::to_vec(records).map_err(|e| broken(&e))?;
    let small = zstd::encode_all(text.as_slice(), LEVEL).map_err(|e| broken(&e))?;
    Ok(STANDARD.encode(small))
}

fn opened(inputs: &str) -> Option<Vec<Record>> {
    use std::io::Read as _;
    let small = STANDARD.decode(inputs).ok()?;
    let mut text = Vec::new();
    let stream = zstd::Decoder::new(small.as_slice()).ok()?;
    stream.take(INPUTS_BYTES_MAX as u64).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}
