//! Evidence by itself: an appeal that came in is examined against the record within seconds, without anybody
//! asking, and again when its window has closed and when late data may have come.
//!
//! [`Examiner`] reads the slices of the record and asks `appeals::evidence`; [`work`] is the task that does so
//! for what is due; the register freezes and attaches. What is due stands in the database, so that nothing is
//! forgotten by a crash.

mod holes;
mod picture;
mod positions;
mod shown;
mod slice;
mod task;
mod verify;

pub use task::{QUEUE_MAX, work};
pub use verify::{RecordState, check};

use crate::ledger::LedgerError;
use crate::plans::Plans;
use crate::register::{Register, ServiceError};
use crate::store::{Store, StoreError};
use appeals::appeal::Appeal;
use appeals::claim::Claim;
use appeals::evidence::{Packet, again_at, examine, without_person};
use appeals::ids::{AppealId, EvidenceId};
use appeals::kind::{Kind, Rule};
use appeals::record::Record;
use transit::EpochS;

/// Under this key the record notes the city's time zone, by which windows of days were cut.
pub const ZONE_KEY: &str = "zone";

/// Why evidence could not be computed or read.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// The register.
    #[error(transparent)]
    Register(#[from] ServiceError),
    /// The record.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The register's database.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Computes evidence. Cheap to clone.
#[derive(Clone)]
pub struct Examiner {
    register: Register,
    store: Store,
    plans: Plans,
}

/// What was computed of an appeal.
pub struct Computed {
    /// What was found.
    pub packet: Packet,
    /// From what.
    pub records: Vec<Record>,
    /// When it is to be computed again.
    pub again_at: Option<EpochS>,
}

impl Examiner {
    /// An examiner of the appeals of a register by a record.
    pub fn new(register: Register, store: Store, plans: Plans) -> Self {
        Self { register, store, plans }
    }

    /// Examines an appeal by the record as it is known now. `None`: its kind has nothing that a record of buses
    /// can tell, and it names no place of theirs.
    ///
    /// # Errors
    /// When the record or the register cannot be read.
    pub async fn compute(&self, appeal: &Appeal) -> Result<Option<Computed>, EvidenceError> {
        let entry = self.register.law().kinds().entry(appeal.kind);
        let claim = &appeal.claim;
        let placed = claim.route.is_some() || claim.stop.is_some() || claim.vehicle.is_some();
        if entry.rule == Rule::Context && !placed {
            return Ok(None);
        }
        Ok(Some(self.examined(appeal.kind, claim).await?))
    }

    /// Examines what somebody says, by the rule of a kind.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub async fn examined(&self, kind: Kind, claim: &Claim) -> Result<Computed, EvidenceError> {
        let law = self.register.law();
        let zone = &law.office().zone;
        let now = self.register.now();
        let entry = law.kinds().entry(kind);
        let (claim, records) = self.slices(entry.rule, claim, zone, now).await?;
        let claim = without_person(&claim);
        let packet = examine(entry, &claim, &records, zone);
        Ok(Computed { packet, records, again_at: again_at(&claim, zone, now) })
    }

    /// Examines an appeal and attaches what is new.
    ///
    /// # Errors
    /// When the record or the register cannot be read or written.
    pub async fn attach(&self, id: AppealId) -> Result<Option<EvidenceId>, EvidenceError> {
        let appeal = self.register.appeal(id).await?;
        let Some(Computed { packet, records, again_at }) = self.compute(&appeal).await? else {
            self.register.evidence_settled(id).await?;
            return Ok(None);
        };
        Ok(self.register.attach_evidence(&appeal, packet, &records, again_at).await?)
    }
}
