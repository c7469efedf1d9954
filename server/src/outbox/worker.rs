//! Sends what waits: each message is claimed for a while, tried, and tried again with patience, so often and no
//! more. A process that dies while it sends leaves a claim that runs out, and the message is tried once more:
//! rather twice than never. What is sent twice so has one name both times, by which a mail program, a gateway of
//! short messages (`{id}`) or WhatsApp's own words about it tell; Telegram knows no such name.

use super::letter::{Letter, place, way_name, way_of};
use super::senders::{SendError, Senders};
use crate::clock::Clock;
use crate::keys::{Keys, SealError};
use crate::ledger::{Ledger, LedgerError, Statement};
use crate::ways::sender_hash;
use appeals::answer::ReplyBy;
use appeals::channel::Channel;
use appeals::ids::AppealId;
use futures_util::StreamExt as _;
use sqlx::FromRow;
use std::sync::Arc;
use std::time::Duration;
use transit::EpochS;

/// Between two looks for messages.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// Messages of one look.
const LOOK_MAX: u32 = 64;
/// Messages that are sent at once.
const AT_ONCE: usize = 8;
/// A claim holds so long, seconds: longer than any try.
const CLAIM_S: EpochS = 120;
/// Tries of a message.
const TRIES_MAX: i64 = 12;
/// Between two tries to note what became of a message.
const NOTE_PAUSE: Duration = Duration::from_secs(1);
/// It is tried to note it for so long, seconds: with the try itself shorter than the claim.
const NOTE_S: EpochS = 60;
/// Pause after the first try, seconds; doubled after each …
const PAUSE_S: i64 = 10;
/// … up to this, seconds.
const PAUSE_MAX_S: i64 = 3_600;
/// Messages of one answer.
const ROWS_MAX: u32 = 200;

/// What a person at a desk sees of a message.
#[derive(Clone, Debug, PartialEq, FromRow)]
#[expect(missing_docs, reason = "columns of the table")]
pub struct MessageRow {
    pub message_id: String,
    pub purpose: String,
    pub sent_by: String,
    pub state: String,
    pub attempts: i64,
    pub created_at: i64,
    pub updated_at: i64,
    pub last_error: Option<String>,
    pub sealed: String,
}

/// What the other side says of a message later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It was taken on.
    Taken,
    /// It arrived.
    Delivered,
    /// It did not.
    Failed(String),
}

#[derive(FromRow)]
struct Waiting {
    message_id: String,
    sent_by: String,
    attempts: i64,
    next_at: i64,
    sealed: String,
}

/// Why the outbox did not do it.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// The database.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Sealed data.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// The messages to send. Cheap to clone.
#[derive(Clone)]
pub struct Outbox {
    ledger: Ledger,
    keys: Arc<Keys>,
    senders: Arc<Senders>,
    clock: Clock,
}

/// The pause after so many tries, seconds.
fn pause_s(attempts: i64, asked_s: Option<u64>) -> i64 {
    let doubled = PAUSE_S << attempts.clamp(0, 20);
    let asked = asked_s.and_then(|s| i64::try_from(s).ok()).unwrap_or(0);
    doubled.min(PAUSE_MAX_S).max(asked.min(PAUSE_MAX_S))
}

/// Words without the address in them.
fn hidden(words: &str, address: &str) -> String {
    if address.is_empty() { words.to_owned() } else { words.replace(address, "•••") }
}

impl Outbox {
    /// Over the register's ledger and keys; `clock` is the machine's.
    pub fn new(ledger: Ledger, keys: Arc<Keys>, senders: Senders, clock: Clock) -> Self {
        Self { ledger, keys, senders: Arc::new(senders), clock }
    }

    /// Sends for ever.
    pub async fn run(self) {
        let mut looks = tokio::time::interval(LOOK_INTERVAL);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            loop {
                match self.pass().await {
                    // A full look: more wait.
                    Ok(tried) if tried >= LOOK_MAX as usize => {}
                    Ok(_) => break,
                    Err(error) => {
                        tracing::warn!(%error, "messages wait");
                        break;
                    }
                }
            }
        }
    }

    /// One look: how many messages were tried; those that the ledger or the keys refused are left out.
    pub async fn pass(&self) -> Result<usize, OutboxError> {
        let sql = format!(
            "SELECT message_id, sent_by, attempts, next_at, sealed FROM outbox \
             WHERE state = 'queued' AND next_at <= $1 ORDER BY next_at, created_at LIMIT {LOOK_MAX}"
        );
        let waiting = self.ledger.rows::<Waiting>(&sql, vec![self.clock.now().into()]).await?;
        let tries = waiting.into_iter().map(|w| async move {
            let tried = self.attempt(&w).await;
            if let Err(error) = &tried {
                tracing::warn!(%error, message = w.message_id, "a message waits");
            }
            tried.is_ok()
        });
        let tried: Vec<bool> =
            futures_util::stream::iter(tries).buffer_unordered(AT_ONCE).collect().await;
        Ok(tried.into_iter().filter(|done| *done).count())
    }

    async fn attempt(&self, waiting: &Waiting) -> Result<(), OutboxError> {
        let id = &waiting.message_id;
        let claim = Statement::new(
            "UPDATE outbox SET next_at = $1, attempts = attempts + 1 \
             WHERE message_id = $2 AND state = 'queued' AND next_at = $3",
            vec![(self.clock.now() + CLAIM_S).into(), id.clone().into(), waiting.next_at.into()],
        );
        match self.ledger.write(vec![claim]).await {
            Err(LedgerError::Conflict(_)) => return Ok(()),
            other => other?,
        }
        let mut letter: Letter = self.keys.open(&place(id), &waiting.sealed)?;
        let by = way_of(&waiting.sent_by).unwrap_or(ReplyBy::Cabinet);
        let open = by != ReplyBy::Whatsapp || self.window_is_open(&letter.to).await?;
        let sent = match letter.good_until {
            Some(until) if self.clock.now() >= until => {
                Err(SendError::Never("its time is over".to_owned()))
            }
            _ => self.senders.send(by, id, &letter, open).await,
        };
        let attempts = waiting.attempts + 1;
        let (state, error, next_at, name) = match sent {
            Ok(name) => ("sent", None, 0, name),
            Err(SendError::Later(words, asked_s)) if attempts < TRIES_MAX => {
                let next = self.clock.now() + pause_s(waiting.attempts, asked_s);
                ("queued", Some(words), next, None)
            }
            Err(error) => ("failed", Some(error.to_string()), 0, None),
        };
        // A server's words may name whom it refuses.
        let error = error.map(|words| hidden(&words, &letter.to));
        if let Some(error) = &error {
            tracing::warn!(error, way = way_name(by), state, "a message was not sent");
        }
        let provider = name.map(|n| self.provider(by, &n)).transpose()?;
        let note = self.note(id, &mut letter, (state, error, next_at, provider))?;
        self.noted(note).await
    }

    /// What became of a message that waited. A PIN is forgotten with it.
    fn note(
        &self,
        id: &str,
        letter: &mut Letter,
        (state, error, next_at, provider): (&str, Option<String>, EpochS, Option<String>),
    ) -> Result<Statement, SealError> {
        if state != "queued" {
            letter.secret = None;
        }
        let sealed = self.keys.seal(&place(id), letter)?;
        let sql = "UPDATE outbox SET state = $1, last_error = $2, next_at = $3, \
                   provider_hash = COALESCE($4, provider_hash), sealed = $5, updated_at = $6 \
                   WHERE message_id = $7 AND state = 'queued'";
        let values = vec![
            state.into(),
            error.into(),
            next_at.into(),
            provider.into(),
            sealed.into(),
            self.clock.now().into(),
            id.into(),
        ];
        Ok(Statement::new(sql, values).optional())
    }

    /// A message that went out and is not noted would go out again: a database that is away for a moment is
    /// waited for.
    async fn noted(&self, note: Statement) -> Result<(), OutboxError> {
        let until = self.clock.now() + NOTE_S;
        loop {
            match self.ledger.write(vec![note.clone()]).await {
                Err(LedgerError::Busy | LedgerError::Timeout) if self.clock.now() < until => {
                    tokio::time::sleep(NOTE_PAUSE).await;
                }
                other => return Ok(other?),
            }
        }
    }

    fn provider(&self, by: ReplyBy, name: &str) -> Result<String, SealError> {
        self.keys.lookup(&format!("sent:{}:{name}", way_name(by)))
    }

    /// Whether less than WhatsApp's 24 hours passed since the person wrote.
    async fn window_is_open(&self, phone: &str) -> Result<bool, OutboxError> {
        let window_s = Channel::Whatsapp.reply_window_s().unwrap_or(EpochS::MAX);
        let sender = sender_hash(&self.keys, Channel::Whatsapp, phone)?;
        let sql = "SELECT heard_at FROM dialogues WHERE channel = 'whatsapp' AND sender_hash = $1";
        let heard = self.ledger.row::<(i64,)>(sql, vec![sender.into()]).await?;
        Ok(heard.is_some_and(|h| self.clock.now() - h.0 < window_s))
    }

    /// What the other side said of a message of ours, known by its `name` there, or by our own name, which it
    /// repeats: that tells of one that went out before the process died, so that it is not sent again. Unknown
    /// ones are let be.
    pub async fn delivered(
        &self,
        by: ReplyBy,
        name: &str,
        ours: Option<&str>,
        delivery: &Delivery,
    ) -> Result<(), OutboxError> {
        if let Some(id) = ours {
            self.went_out(by, id, name).await?;
        }
        let (state, error) = match delivery {
            Delivery::Taken => return Ok(()),
            Delivery::Delivered => ("delivered", None),
            Delivery::Failed(words) => ("failed", Some(words.clone())),
        };
        let update = Statement::new(
            "UPDATE outbox SET state = $1, last_error = $2, updated_at = $3 \
             WHERE provider_hash = $4 AND state = 'sent'",
            vec![
                state.into(),
                error.into(),
                self.clock.now().into(),
                self.provider(by, name)?.into(),
            ],
        );
        Ok(self.ledger.write(vec![update.optional()]).await?)
    }

    /// A message that still waits here has gone out.
    async fn went_out(&self, by: ReplyBy, id: &str, name: &str) -> Result<(), OutboxError> {
        let sql = "SELECT sealed FROM outbox \
                   WHERE message_id = $1 AND sent_by = $2 AND state = 'queued' AND attempts > 0";
        let values = vec![id.into(), way_name(by).into()];
        let Some((sealed,)) = self.ledger.row::<(String,)>(sql, values).await? else {
            return Ok(());
        };
        let mut letter: Letter = self.keys.open(&place(id), &sealed)?;
        let provider = Some(self.provider(by, name)?);
        let note = self.note(id, &mut letter, ("sent", None, 0, provider))?;
        Ok(self.ledger.write(vec![note]).await?)
    }

    /// The messages about an appeal, in order, with their texts as far as they are no secret.
    pub async fn of_appeal(
        &self,
        appeal: AppealId,
    ) -> Result<Vec<(MessageRow, Letter)>, OutboxError> {
        let sql = format!(
            "SELECT message_id, purpose, sent_by, state, attempts, created_at, updated_at, \
             last_error, sealed FROM outbox WHERE appeal_id = $1 \
             ORDER BY created_at, message_id LIMIT {ROWS_MAX}"
        );
        let rows = self.ledger.rows::<MessageRow>(&sql, vec![appeal.to_string().into()]).await?;
        let open = |row: MessageRow| {
            let mut letter: Letter = self.keys.open(&place(&row.message_id), &row.sealed)?;
            letter.secret = None;
            Ok((row, letter))
        };
        rows.into_iter().map(open).collect()
    }

    /// A person says that it went out (paper, call), or that it is to be tried again. False: it cannot be.
    pub async fn mark(
        &self,
        appeal: AppealId,
        message_id: &str,
        sent: bool,
    ) -> Result<bool, OutboxError> {
        let sql = if sent {
            "UPDATE outbox SET state = 'sent', last_error = NULL, updated_at = $1 \
             WHERE message_id = $2 AND appeal_id = $3 AND sent_by IN ('paper', 'call') \
             AND state = 'queued'"
        } else {
            "UPDATE outbox SET state = 'queued', attempts = 0, next_at = 0, updated_at = $1 \
             WHERE message_id = $2 AND appeal_id = $3 AND state = 'failed'"
        };
        let values = vec![self.clock.now().into(), message_id.into(), appeal.to_string().into()];
        match self.ledger.write(vec![Statement::new(sql, values)]).await {
            Ok(()) => Ok(true),
            Err(LedgerError::Conflict(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_does_not_stand_in_what_is_kept_open() {
        assert_eq!(hidden("550 <a@b.kz> unknown", "a@b.kz"), "550 <•••> unknown");
        assert_eq!(hidden("off", ""), "off");
    }

    #[test]
    fn pauses_double_up_to_an_hour_and_heed_what_is_asked() {
        assert_eq!([0, 1, 2, 11].map(|n| pause_s(n, None)), [10, 20, 40, 3_600]);
        assert_eq!(pause_s(0, Some(90)), 90);
        assert_eq!(pause_s(0, Some(u64::MAX)), 10, "nonsense is not heeded");
        assert_eq!(pause_s(0, Some(1_000_000)), PAUSE_MAX_S);
    }
}
