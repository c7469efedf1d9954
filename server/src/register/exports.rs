//! Exports of personal data: asked for with a reason, allowed by another person, taken once.

use super::random;
use super::{Personal, Register, ServiceError};
use crate::ledger::{LedgerError, Statement};
use appeals::ids::PersonId;
use sqlx::FromRow;
use transit::EpochS;
use uuid::Uuid;

/// Exports that are shown.
const SHOWN_MAX: u32 = 50;
/// Rows of one export at most.
const ROWS_MAX: usize = 100_000;
/// An export is taken so long after it was allowed, seconds.
const TAKEN_WITHIN_S: EpochS = 86_400;

/// An export, whatever became of it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns of the table")]
pub struct PersonalExport {
    pub export_id: String,
    pub asked_by: String,
    pub asked_at: i64,
    pub reason: String,
    pub span_from: i64,
    pub span_to: i64,
    pub allowed_by: Option<String>,
    pub allowed_at: Option<i64>,
    pub taken_at: Option<i64>,
}

/// A row of it.
#[derive(Clone, Debug)]
pub struct PersonalRow {
    /// Number of the appeal.
    pub number: String,
    /// When it was registered.
    pub registered_at: EpochS,
    /// Kind.
    pub kind: String,
    /// Status.
    pub status: String,
    /// Who.
    pub personal: Personal,
}

#[derive(FromRow)]
struct SealedRow {
    number: String,
    registered_at: i64,
    kind: String,
    status: String,
    applicant_id: Option<String>,
    contact_id: String,
    of_applicant: Option<String>,
    of_contact: Option<String>,
}

impl Register {
    /// Asks for the personal data of the appeals of a span; `allowed`: who asks may allow it too.
    pub async fn ask_export(
        &self,
        person: PersonId,
        reason: &str,
        (from, to): (EpochS, EpochS),
        allowed: bool,
    ) -> Result<String, ServiceError> {
        let now = self.now();
        let id = uuid::Builder::from_unix_timestamp_millis(self.now_ms(), &random()?).into_uuid();
        let by = allowed.then(|| person.to_string());
        let sql = "INSERT INTO personal_exports (export_id, asked_by, asked_at, reason, span_from, \
                   span_to, allowed_by, allowed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let values = vec![
            id.to_string().into(),
            person.to_string().into(),
            now.into(),
            reason.into(),
            from.into(),
            to.into(),
            by.into(),
            allowed.then_some(now).into(),
        ];
        self.ledger.write(vec![Statement::new(sql, values)]).await?;
        Ok(id.to_string())
    }

    /// Exports, the newest first.
    pub async fn exports(&self) -> Result<Vec<PersonalExport>, ServiceError> {
        let sql =
            format!("SELECT * FROM personal_exports ORDER BY asked_at DESC LIMIT {SHOWN_MAX}");
        Ok(self.ledger.rows(&sql, Vec::new()).await?)
    }

    /// Another person allows it.
    pub async fn allow_export(&self, id: &str, person: PersonId) -> Result<(), ServiceError> {
        let sql = "UPDATE personal_exports SET allowed_by = $1, allowed_at = $2 \
                   WHERE export_id = $3 AND allowed_at IS NULL AND asked_by <> $1";
        let values = vec![person.to_string().into(), self.now().into(), known(id)?.into()];
        self.once_only(Statement::new(sql, values)).await
    }

    /// Who asked takes it: once, and not later than a day after it was allowed.
    pub async fn take_export(
        &self,
        id: &str,
        person: PersonId,
    ) -> Result<(PersonalExport, Vec<PersonalRow>), ServiceError> {
        // Read first: a read that fails takes nothing.
        let id = known(id)?;
        let sql = "SELECT * FROM personal_exports WHERE export_id = $1 AND asked_by = $2";
        let values = vec![id.clone().into(), person.to_string().into()];
        let row = self.ledger.row::<PersonalExport>(sql, values).await?;
        let export = row.ok_or(ServiceError::Unknown)?;
        let rows = self.personal_rows((export.span_from, export.span_to)).await?;
        if rows.len() > ROWS_MAX {
            return Err(ServiceError::TooManyRows(ROWS_MAX));
        }
        let sql = "UPDATE personal_exports SET taken_at = $1 WHERE export_id = $2 AND asked_by = $3 \
                   AND taken_at IS NULL AND allowed_at >= $4";
        let now = self.now();
        let since = now - TAKEN_WITHIN_S;
        let values = vec![now.into(), id.into(), person.to_string().into(), since.into()];
        self.once_only(Statement::new(sql, values)).await?;
        Ok((export, rows))
    }

    async fn once_only(&self, statement: Statement) -> Result<(), ServiceError> {
        self.ledger.write(vec![statement]).await.map_err(|error| match error {
            LedgerError::Conflict(_) => ServiceError::Unknown,
            error => error.into(),
        })
    }

    async fn personal_rows(
        &self,
        (from, to): (EpochS, EpochS),
    ) -> Result<Vec<PersonalRow>, ServiceError> {
        let sql = format!(
            "SELECT a.number, a.registered_at, a.kind, a.status, a.applicant_id, a.contact_id, \
             p.sealed AS of_applicant, c.sealed AS of_contact FROM appeals a \
             LEFT JOIN applicants p ON p.applicant_id = a.applicant_id \
             LEFT JOIN contacts c ON c.contact_id = a.contact_id \
             WHERE a.registered_at >= $1 AND a.registered_at < $2 \
             ORDER BY a.registered_at, a.number LIMIT {}",
            ROWS_MAX + 1
        );
        let rows = self.ledger.rows::<SealedRow>(&sql, vec![from.into(), to.into()]).await?;
        let opened = |row: SealedRow| {
            let (place, sealed) = match &row.applicant_id {
                Some(id) => (format!("applicant/{id}"), row.of_applicant),
                None => (format!("contact/{}", row.contact_id), row.of_contact),
            };
            let personal = match sealed {
                Some(sealed) => self.keys.open(&place, &sealed)?,
                None => Personal::default(),
            };
            let SealedRow { number, registered_at, kind, status, .. } = row;
            Ok(PersonalRow { number, registered_at, kind, status, personal })
        };
        rows.into_iter().map(opened).collect()
    }
}

fn known(id: &str) -> Result<String, ServiceError> {
    Ok(id.parse::<Uuid>().map_err(|_| ServiceError::Unknown)?.to_string())
}
