//! The journal of what staff did and saw: append-only, each entry chained to the one before.

use super::{Staff, StaffError};
use crate::ledger::{LedgerError, Statement};
use appeals::ids::PersonId;
use appeals::journal::Hash;
use serde::Serialize;
use sqlx::FromRow;

/// How often another server's entry is stepped over.
const TRIES: usize = 5;
/// A reason that was given holds for the files of an appeal so long, seconds.
const REASON_HOLDS_S: i64 = 3_600;
/// Entries of one answer.
const ROWS_MAX: u32 = 1_000;

/// An entry as it is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromRow)]
#[expect(missing_docs, reason = "columns of the table")]
pub struct AuditRow {
    pub seq: i64,
    pub at: i64,
    pub person_id: Option<String>,
    pub action: String,
    pub object: String,
    pub detail: String,
    pub prev: String,
    pub hash: String,
}

/// What an entry's hash is made of.
#[derive(Serialize)]
struct Hashed<'a>(i64, i64, Option<&'a str>, &'a str, &'a str, &'a str, &'a str);

impl AuditRow {
    fn computed(&self) -> String {
        let person = self.person_id.as_deref();
        let entry =
            Hashed(self.seq, self.at, person, &self.action, &self.object, &self.detail, &self.prev);
        Hash::of(&serde_json::to_vec(&entry).unwrap_or_default()).to_string()
    }
}

/// The wire name of a unit variant.
pub(super) fn wire<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    }
}

impl Staff {
    /// Writes an entry; when it comes back, the entry is on disk.
    pub async fn audit(
        &self,
        person: Option<PersonId>,
        action: &str,
        object: &str,
        detail: &str,
    ) -> Result<(), StaffError> {
        let mut head = self.audit_head.lock().await;
        for _ in 0..TRIES {
            let (seq, prev) = match head.take() {
                Some((seq, hash)) => (seq + 1, hash),
                None => self.read_head().await?,
            };
            let mut row = AuditRow {
                seq,
                at: self.clock.now(),
                person_id: person.map(|p| p.to_string()),
                action: action.to_owned(),
                object: object.to_owned(),
                detail: detail.to_owned(),
                prev,
                hash: String::new(),
            };
            row.hash = row.computed();
            let hash = row.hash.clone();
            let sql = "INSERT INTO audit (seq, at, person_id, action, object, detail, prev, hash) \
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
            let values = vec![
                row.seq.into(),
                row.at.into(),
                row.person_id.into(),
                row.action.into(),
                row.object.into(),
                row.detail.into(),
                row.prev.into(),
                row.hash.into(),
            ];
            match self.ledger.write(vec![Statement::new(sql, values)]).await {
                Ok(()) => {
                    *head = Some((seq, hash));
                    return Ok(());
                }
                Err(LedgerError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(LedgerError::Busy.into())
    }

    async fn read_head(&self) -> Result<(i64, String), StaffError> {
        let sql = "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1";
        let last = self.ledger.row::<(i64, String)>(sql, Vec::new()).await?;
        Ok(last.map_or((0, String::new()), |(seq, hash)| (seq + 1, hash)))
    }

    /// The newest entries, of one object or of all, newest first; with whether each holds by itself.
    pub async fn audit_rows(&self, object: Option<&str>) -> Result<Vec<AuditRow>, StaffError> {
        let columns = "SELECT seq, at, person_id, action, object, detail, prev, hash FROM audit";
        let (sql, values) = match object {
            Some(object) => (
                format!("{columns} WHERE object = $1 ORDER BY seq DESC LIMIT {ROWS_MAX}"),
                vec![object.into()],
            ),
            None => (format!("{columns} ORDER BY seq DESC LIMIT {ROWS_MAX}"), Vec::new()),
        };
        Ok(self.ledger.rows(&sql, values).await?)
    }

    /// Whether a person gave a reason to see what is covered of an object, not long ago.
    pub async fn gave_reason(&self, person: PersonId, object: &str) -> Result<bool, StaffError> {
        let sql = "SELECT seq FROM audit WHERE object = $1 AND at >= $2 AND person_id = $3 \
                   AND action IN ('revealed', 'reveal_asked') LIMIT 1";
        let since = self.clock.now() - REASON_HOLDS_S;
        let values = vec![object.into(), since.into(), person.to_string().into()];
        Ok(self.ledger.row::<(i64,)>(sql, values).await?.is_some())
    }

    /// Whether the newest entries form an unbroken chain.
    pub async fn audit_holds(&self) -> Result<bool, StaffError> {
        let rows = self.audit_rows(None).await?;
        let each = rows.iter().all(|row| row.hash == row.computed());
        let chained = rows.windows(2).all(|w| w[0].prev == w[1].hash && w[0].seq == w[1].seq + 1);
        Ok(each && chained)
    }
}
