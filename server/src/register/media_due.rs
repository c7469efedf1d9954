//! Files that lie with a messenger: noted with their appeal, fetched later, then attachments like any other.

use super::{Attachment, Register, ServiceError};
use crate::ledger::{LedgerError, Statement};
use appeals::channel::Channel;
use appeals::ids::AppealId;
use transit::EpochS;

/// A file that is to be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedFile {
    /// With which messenger it lies.
    pub channel: Channel,
    /// Its name there.
    pub media_id: String,
}

/// One whose time has come.
#[derive(Clone, Debug)]
pub struct DueFile {
    /// The file.
    pub wanted: WantedFile,
    /// Whose.
    pub appeal: AppealId,
    /// Tries so far.
    pub attempts: u32,
    hash: String,
    next_at: EpochS,
}

fn place(hash: &str) -> String {
    format!("media/{hash}")
}

impl Register {
    /// The row that says so; once, however often the messenger tells of it.
    pub fn wanted_row(
        &self,
        appeal: AppealId,
        wanted: &WantedFile,
    ) -> Result<Statement, ServiceError> {
        let WantedFile { channel, media_id } = wanted;
        let hash = self.keys.lookup(&format!("media:{}:{media_id}", channel.name()))?;
        let sealed = self.keys.seal(&place(&hash), media_id)?;
        let sql = "INSERT INTO media_due (media_hash, appeal_id, channel, state, attempts, next_at, \
                   sealed) VALUES ($1, $2, $3, 'due', 0, 0, $4) ON CONFLICT (media_hash) DO NOTHING";
        let values =
            vec![hash.into(), appeal.to_string().into(), channel.name().into(), sealed.into()];
        Ok(Statement::new(sql, values).optional())
    }

    /// Those whose time has come by `now`, of the machine's clock.
    pub async fn files_due(&self, now: EpochS, limit: u32) -> Result<Vec<DueFile>, ServiceError> {
        type Row = (String, String, String, i64, i64, String);
        let sql = format!(
            "SELECT media_hash, appeal_id, channel, attempts, next_at, sealed FROM media_due \
             WHERE state = 'due' AND next_at <= $1 ORDER BY next_at, media_hash LIMIT {limit}"
        );
        let rows = self.ledger.rows::<Row>(&sql, vec![now.into()]).await?;
        let mut due = Vec::with_capacity(rows.len());
        for (hash, appeal, channel, attempts, next_at, sealed) in rows {
            let (Some(channel), Ok(appeal)) = (Channel::parse(&channel), appeal.parse()) else {
                continue;
            };
            let media_id = self.keys.open(&place(&hash), &sealed)?;
            let wanted = WantedFile { channel, media_id };
            due.push(DueFile { wanted, appeal, attempts: attempts as u32, hash, next_at });
        }
        Ok(due)
    }

    /// Takes one for a while, until `until`. False: another has it.
    pub async fn claim_file(&self, due: &DueFile, until: EpochS) -> Result<bool, ServiceError> {
        let sql = "UPDATE media_due SET attempts = attempts + 1, next_at = $1 \
                   WHERE media_hash = $2 AND state = 'due' AND next_at = $3";
        let values = vec![until.into(), due.hash.clone().into(), due.next_at.into()];
        match self.ledger.write(vec![Statement::new(sql, values)]).await {
            Ok(()) => Ok(true),
            Err(LedgerError::Conflict(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// It was fetched: an attachment of its appeal, within what all of them may be.
    pub async fn file_fetched(&self, due: &DueFile, file: &Attachment) -> Result<(), ServiceError> {
        if let Some(fault) = self.too_much(due.appeal, std::slice::from_ref(file)).await? {
            return self.file_failed(due, &fault.to_string(), None).await;
        }
        let sql = "DELETE FROM media_due WHERE media_hash = $1";
        let mut rows = vec![Statement::new(sql, vec![due.hash.clone().into()])];
        rows.extend(self.attachment_rows(due.appeal, file)?);
        Ok(self.ledger.write(rows).await?)
    }

    /// It could not be fetched: again at a time, or never.
    pub async fn file_failed(
        &self,
        due: &DueFile,
        words: &str,
        again_at: Option<EpochS>,
    ) -> Result<(), ServiceError> {
        let state = if again_at.is_some() { "due" } else { "failed" };
        let sql =
            "UPDATE media_due SET state = $1, next_at = $2, last_error = $3 WHERE media_hash = $4";
        let values =
            vec![state.into(), again_at.unwrap_or(0).into(), words.into(), due.hash.clone().into()];
        Ok(self.ledger.write(vec![Statement::new(sql, values).optional()]).await?)
    }
}
