//! The journal of a case: like that of an appeal, append-only and chained.

use super::CaseEvent;
use crate::access::Role;
use crate::ids::{CaseId, PersonId};
use crate::journal::{Hash, JournalError, chained};
use transit::EpochS;

/// An entry.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseEntry {
    /// Of which case.
    pub case: CaseId,
    /// Counts from 0 within the case.
    pub seq: u32,
    /// When.
    pub at: EpochS,
    /// Who; nobody for the system itself.
    pub actor: Option<PersonId>,
    /// As what.
    pub role: Option<Role>,
    /// What happened: a [`CaseEvent`] as JSON, as it was written.
    pub payload: String,
    /// Of the entry before; zeros for the first.
    pub prev: Hash,
    /// Of this entry and, through `prev`, of all before it.
    pub hash: Hash,
}

impl CaseEntry {
    /// The entry that stands at `seq` after one with the hash `prev` (`None`: the first).
    pub fn after(
        prev: Option<(u32, Hash)>,
        case: CaseId,
        at: EpochS,
        (actor, role): (Option<PersonId>, Option<Role>),
        event: &CaseEvent,
    ) -> Result<Self, JournalError> {
        let mut entry = Self {
            case,
            seq: prev.map_or(0, |p| p.0 + 1),
            at,
            actor,
            role,
            payload: serde_json::to_string(event)?,
            prev: prev.map_or_else(Hash::default, |p| p.1),
            hash: Hash::default(),
        };
        entry.hash = entry.computed();
        Ok(entry)
    }

    /// The event that it holds.
    pub fn event(&self) -> Result<CaseEvent, JournalError> {
        Ok(serde_json::from_str(&self.payload)?)
    }

    fn computed(&self) -> Hash {
        let (who, payload) = ((self.actor, self.role), self.payload.as_str());
        chained(self.case.0.as_bytes(), self.seq, self.at, who, payload, self.prev)
    }

    /// All entries of a case, in order, are what was written, and the last is the one with `head`.
    pub fn holds(entries: &[Self], head: Hash) -> bool {
        let mut prev = Hash::default();
        for (seq, entry) in entries.iter().enumerate() {
            let right =
                entry.seq as usize == seq && entry.prev == prev && entry.computed() == entry.hash;
            if !right {
                return false;
            }
            prev = entry.hash;
        }
        prev == head
    }
}
