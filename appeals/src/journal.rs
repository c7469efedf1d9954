//! The journal of an appeal or of a case: append-only, each entry chained to the one before by its hash, so that
//! nothing can be changed, left out, put in or put elsewhere without its being seen.

use crate::access::Role;
use crate::appeal::Event;
use crate::case::CaseEvent;
use crate::ids::{AppealId, CaseId, PersonId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use transit::EpochS;

/// SHA-256, as 64 hexadecimal digits in text.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// Of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// Not 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not 64 hexadecimal digits")]
pub struct NotAHash;

impl std::str::FromStr for Hash {
    type Err = NotAHash;

    fn from_str(text: &str) -> Result<Self, NotAHash> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(NotAHash);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            let digit = |b: u8| char::from(b).to_digit(16).ok_or(NotAHash);
            *byte = (digit(pair[0])? * 16 + digit(pair[1])?) as u8;
        }
        Ok(Self(bytes))
    }
}

impl From<Hash> for String {
    fn from(hash: Hash) -> Self {
        hash.to_string()
    }
}

impl TryFrom<String> for Hash {
    type Error = NotAHash;

    fn try_from(text: String) -> Result<Self, NotAHash> {
        text.parse()
    }
}

/// What has a journal.
pub trait Journalled: Copy + PartialEq {
    /// What happens to it.
    type Event: Serialize + DeserializeOwned;

    /// Its id, as it goes into a hash.
    fn id_bytes(&self) -> &[u8; 16];
}

impl Journalled for AppealId {
    type Event = Event;

    fn id_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl Journalled for CaseId {
    type Event = CaseEvent;

    fn id_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

/// An entry of the journal of an appeal.
pub type Entry = EntryOf<AppealId>;
/// An entry of the journal of a case.
pub type CaseEntry = EntryOf<CaseId>;

/// An entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EntryOf<T> {
    /// Of which appeal or case.
    pub of: T,
    /// Counts from 0 within it.
    pub seq: u32,
    /// When.
    pub at: EpochS,
    /// Who; nobody for the system itself.
    pub actor: Option<PersonId>,
    /// As what.
    pub role: Option<Role>,
    /// What happened: an event as JSON, as it was written.
    pub payload: String,
    /// Of the entry before; zeros for the first.
    pub prev: Hash,
    /// Of this entry and, through `prev`, of all before it.
    pub hash: Hash,
}

/// An event could not be written or read.
#[derive(Debug, thiserror::Error)]
#[error("journal: {0}")]
pub struct JournalError(#[from] serde_json::Error);

impl<T: Journalled> EntryOf<T> {
    /// The entry after the one with this number and hash (`None`: the first).
    pub fn after(
        last: Option<(u32, Hash)>,
        of: T,
        at: EpochS,
        (actor, role): (Option<PersonId>, Option<Role>),
        event: &T::Event,
    ) -> Result<Self, JournalError> {
        let mut entry = Self {
            of,
            seq: last.map_or(0, |l| l.0 + 1),
            at,
            actor,
            role,
            payload: serde_json::to_string(event)?,
            prev: last.map_or_else(Hash::default, |l| l.1),
            hash: Hash::default(),
        };
        entry.hash = entry.computed();
        Ok(entry)
    }

    /// What the next one is chained to.
    pub fn end(&self) -> (u32, Hash) {
        (self.seq, self.hash)
    }

    /// The event that it holds.
    pub fn event(&self) -> Result<T::Event, JournalError> {
        Ok(serde_json::from_str(&self.payload)?)
    }

    /// The hash that the entry should have.
    fn computed(&self) -> Hash {
        let (who, payload) = ((self.actor, self.role), self.payload.as_str());
        chained(self.of.id_bytes(), self.seq, self.at, who, payload, self.prev)
    }
}

/// The hash of an entry: over each field with its length, so that nothing can move from one field to the next.
fn chained(
    of: &[u8],
    seq: u32,
    at: EpochS,
    (actor, role): (Option<PersonId>, Option<Role>),
    payload: &str,
    prev: Hash,
) -> Hash {
    let mut hasher = Sha256::new();
    let actor = actor.map_or([0; 16], |a| *a.0.as_bytes());
    let role = role.map_or(String::new(), |r| format!("{r:?}"));
    let fields: [&[u8]; 7] = [
        of,
        &seq.to_be_bytes(),
        &at.to_be_bytes(),
        &actor,
        role.as_bytes(),
        payload.as_bytes(),
        &prev.0,
    ];
    for field in fields {
        hasher.update((field.len() as u64).to_be_bytes());
        hasher.update(field);
    }
    Hash(hasher.finalize().into())
}

/// Where and how a journal is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// An entry is not what was written.
    #[error("entry {0} was changed")]
    Changed(u32),
    /// An entry is missing, or in another place.
    #[error("before entry {0} something is missing or was put in")]
    Order(u32),
    /// An entry of another appeal or case.
    #[error("entry {0} is of another journal")]
    Foreign(u32),
    /// The end is missing: its hash is not the one that was kept elsewhere.
    #[error("the journal does not end as it was noted")]
    Cut,
}

/// Checks a whole journal in order. `head` is the last hash as it was noted elsewhere, where it was: only it
/// can show that the end was cut off.
pub fn verify<T: Journalled>(
    of: T,
    entries: &[EntryOf<T>],
    head: Option<Hash>,
) -> Result<(), Broken> {
    let mut prev = Hash::default();
    for (seq, entry) in (0..).zip(entries) {
        if entry.of != of {
            return Err(Broken::Foreign(seq));
        }
        if entry.seq != seq || entry.prev != prev {
            return Err(Broken::Order(seq));
        }
        if entry.computed() != entry.hash {
            return Err(Broken::Changed(seq));
        }
        prev = entry.hash;
    }
    if head.is_some_and(|head| head != prev) {
        return Err(Broken::Cut);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(n: u8) -> AppealId {
        AppealId::new(1, [n; 10])
    }

    fn journal(notes: &[&str]) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        for (at, text) in (100..).zip(notes) {
            let event = Event::Noted { text: (*text).to_owned() };
            let by = (Some(PersonId::new(1, [9; 10])), Some(Role::Handler));
            let last = entries.last().map(Entry::end);
            entries.push(Entry::after(last, id(1), at, by, &event).unwrap());
        }
        entries
    }

    #[test]
    fn a_journal_reads_back_and_holds() {
        let entries = journal(&["a", "b", "c"]);
        assert_eq!(verify(id(1), &entries, Some(entries[2].hash)), Ok(()));
        assert_eq!(entries[1].event().unwrap(), Event::Noted { text: "b".into() });
        let hash = entries[0].hash;
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert_eq!("zz".parse::<Hash>(), Err(NotAHash));
        let text = serde_json::to_string(&entries).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Entry>>(&text).unwrap(), entries);
    }

    #[test]
    fn leaving_out_swapping_putting_in_and_cutting_are_found() {
        let whole = journal(&["a", "b", "c", "d"]);
        let head = Some(whole[3].hash);
        let mut left_out = whole.clone();
        left_out.remove(1);
        assert_eq!(verify(id(1), &left_out, head), Err(Broken::Order(1)));
        let mut swapped = whole.clone();
        swapped.swap(1, 2);
        assert_eq!(verify(id(1), &swapped, head), Err(Broken::Order(1)));
        let mut put_in = whole.clone();
        put_in.insert(2, whole[2].clone());
        assert_eq!(verify(id(1), &put_in, head), Err(Broken::Order(3)));
        assert_eq!(verify(id(1), &whole[..3], head), Err(Broken::Cut));
        assert_eq!(verify(id(1), &whole[..3], None), Ok(()), "only the head shows a cut");
        assert_eq!(verify(id(2), &whole, head), Err(Broken::Foreign(0)));
        assert_eq!(verify::<AppealId>(id(1), &[], None), Ok(()));
    }

    proptest! {
        #[test]
        fn whatever_is_changed_is_found(which in 0usize..4, field in 0u8..6, value in 1u8..255) {
            let mut entries = journal(&["a", "b", "c", "d"]);
            let head = entries[3].hash;
            let entry = &mut entries[which];
            match field {
                0 => entry.at += i64::from(value),
                1 => entry.actor = Some(PersonId::new(2, [value; 10])),
                2 => entry.role = Some(Role::Head),
                3 => entry.payload.push(' '),
                4 => entry.payload = entry.payload.replace("noted", "Noted"),
                _ => entry.hash.0[usize::from(value) % 32] ^= value,
            }
            prop_assert!(verify(id(1), &entries, Some(head)).is_err());
            // Who writes a new chain over it still does not meet the head that was noted.
            for i in which..entries.len() {
                entries[i].prev = if i == 0 { Hash::default() } else { entries[i - 1].hash };
                entries[i].hash = entries[i].computed();
            }
            prop_assert!(field == 5 || verify(id(1), &entries, Some(head)) == Err(Broken::Cut));
        }
    }
}
