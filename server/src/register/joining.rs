//! Appeals that somebody says are of the same: by whom they were filed, or who took the call. Each keeps its own
//! number and clock; what is noted here is read by whoever makes cases.

use super::{Alike, Register, ServiceError};
use crate::ledger::Statement;
use appeals::appeal::Actor;
use appeals::case::{CaseCommand, CaseRefusal};
use appeals::ids::{AppealId, CaseId};
use appeals::number::{AppealNumber, CaseNumber};
use sqlx::FromRow;
use std::collections::BTreeMap;
use transit::EpochS;

/// How often a case that somebody else changed is tried again.
const TRIES: usize = 5;
/// Joins of so long ago are waited with no more, seconds.
const WAITING_S: EpochS = 28 * 86_400;
/// Joins of one look at most.
const JOINS_MAX: u32 = 20_000;
/// A chain of joins is followed so far.
const FOLLOWED: usize = 16;

/// An appeal whose applicant joined others that have a case by now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingJoin {
    /// The appeal's number.
    pub appeal: String,
    /// The case's.
    pub case: String,
}

#[derive(FromRow)]
struct JoinRow {
    appeal_id: String,
    number: String,
    case_id: Option<String>,
    joined_id: String,
    joined_case: Option<String>,
    rejected: i64,
}

impl Register {
    /// The appeal joins those alike: noted for who makes cases of them, since a case is nobody's own. Done
    /// twice it is done once.
    pub async fn join(&self, id: AppealId, alike: &Alike) -> Result<(), ServiceError> {
        match alike.newest {
            Some(newest) => self.note_join(id, newest).await,
            None => Ok(()),
        }
    }

    async fn note_join(&self, id: AppealId, to: AppealId) -> Result<(), ServiceError> {
        let sql = "INSERT INTO appeal_joins (appeal_id, joined_id, joined_at) VALUES ($1, $2, $3) \
                   ON CONFLICT (appeal_id) DO NOTHING";
        let values = vec![id.to_string().into(), to.to_string().into(), self.now().into()];
        Ok(self.ledger.write(vec![Statement::new(sql, values).optional()]).await?)
    }

    /// Who took the call says that the appeal is of the same as another: that is noted, and if the other has an
    /// open case the appeal is brought into it. Gives that case. Done twice it is done once.
    pub async fn join_to(
        &self,
        id: AppealId,
        other: AppealNumber,
        actor: &Actor,
    ) -> Result<Option<CaseNumber>, ServiceError> {
        let other = self.id_of(other).await?;
        if other == id {
            return Ok(None);
        }
        self.note_join(id, other).await?;
        let Some(case) = self.load(other).await?.appeal.case else { return Ok(None) };
        let Some(number) = self.case_number(case).await?.and_then(|n| n.parse().ok()) else {
            return Ok(None);
        };
        self.bring_into(id, (case, number), actor).await
    }

    async fn bring_into(
        &self,
        id: AppealId,
        (case, number): (CaseId, CaseNumber),
        actor: &Actor,
    ) -> Result<Option<CaseNumber>, ServiceError> {
        for _ in 0..TRIES {
            let appeal = self.load(id).await?.appeal;
            if let Some(own) = appeal.case {
                return Ok((own == case).then_some(number));
            }
            let join = CaseCommand::Join { appeal: id, received_at: appeal.received_at };
            let seen = self.case(number).await?.case.version;
            match self.work_case(number, seen, &join, actor).await {
                Ok(_) => return Ok(Some(number)),
                Err(ServiceError::Case(CaseRefusal::Version { .. })) => {}
                // A case that is closed takes none, nor one that this role may not fill: it stays noted.
                Err(ServiceError::Case(refusal)) => {
                    tracing::info!(%number, refusal = refusal.name(), "an appeal stays beside a case");
                    return Ok(None);
                }
                Err(error) => return Err(error),
            }
        }
        Err(ServiceError::Numbers)
    }

    /// Appeals without a case that joined others, straight or by a chain, which have an open one.
    pub async fn waiting_joins(&self) -> Result<Vec<WaitingJoin>, ServiceError> {
        let sql = format!(
            "SELECT j.appeal_id, a.number, a.case_id, j.joined_id, o.case_id AS joined_case, \
             CASE WHEN r.appeal_id IS NULL THEN 0 ELSE 1 END AS rejected \
             FROM appeal_joins j JOIN appeals a ON a.appeal_id = j.appeal_id \
             JOIN appeals o ON o.appeal_id = j.joined_id \
             LEFT JOIN case_rejections r ON r.appeal_id = j.appeal_id \
             WHERE j.joined_at >= $1 ORDER BY j.joined_at DESC LIMIT {JOINS_MAX}"
        );
        let since = self.now() - WAITING_S;
        let rows = self.ledger.rows::<JoinRow>(&sql, vec![since.into()]).await?;
        let by_appeal: BTreeMap<&str, &JoinRow> =
            rows.iter().map(|r| (r.appeal_id.as_str(), r)).collect();
        let case_of = |row: &JoinRow| {
            let mut at = row;
            for _ in 0..FOLLOWED {
                if at.joined_case.is_some() {
                    return at.joined_case.clone();
                }
                at = by_appeal.get(at.joined_id.as_str())?;
            }
            None
        };
        let open: BTreeMap<String, String> = self
            .cases()
            .await?
            .into_iter()
            .filter(|row| row.case.status.is_open())
            .map(|row| (row.case.id.to_string(), row.case.number.to_string()))
            .collect();
        let waiting = rows.iter().filter(|r| r.case_id.is_none() && r.rejected == 0);
        let waiting = waiting.filter_map(|row| {
            let case = open.get(&case_of(row)?)?.clone();
            Some(WaitingJoin { appeal: row.number.clone(), case })
        });
        Ok(waiting.collect())
    }
}
