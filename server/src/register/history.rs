//! Lives of appeals that are over already: brought in whole, each step judged by the machine of statuses at the
//! time at which it was taken.

use super::intake::{Filing, Made, entries};
use super::{Register, ServiceError, rows};
use crate::clock::Clock;
use crate::ledger::{LedgerError, Statement};
use appeals::appeal::{Actor, Command};
use transit::EpochS;

/// Lives that are on their way at once: they share the wait for the disk.
const AT_ONCE: usize = 16;
/// Contacts of one write.
const CONTACTS_AT_ONCE: usize = 100;
/// How often a number that somebody else took is replaced.
const TRIES: usize = 3;

/// An appeal with its life.
#[derive(Clone, Debug)]
pub struct Life {
    /// As it came in.
    pub filing: Filing,
    /// When.
    pub at: EpochS,
    /// What was done with it: when, what, by whom, in order.
    pub steps: Vec<(EpochS, Command, Actor)>,
}

/// A contact from which no appeal came.
#[derive(Clone, Debug)]
pub struct Consulted {
    /// Its own id.
    pub id: appeals::ids::ContactId,
    /// By which way.
    pub channel: appeals::channel::Channel,
    /// From then …
    pub at: EpochS,
    /// … for so long, seconds.
    pub handling_s: EpochS,
}

impl Register {
    /// Brings lives in, oldest first; a step that the machine refuses is left out. Gives how many came in.
    pub async fn remember(&self, lives: &[Life]) -> Result<usize, ServiceError> {
        let mut written = 0;
        for chunk in lives.chunks(AT_ONCE) {
            let mut made = Vec::with_capacity(chunk.len());
            for life in chunk {
                made.push(self.ledger.write_behind(self.whole(life).await?));
            }
            let results = futures_util::future::join_all(made).await;
            for (life, result) in chunk.iter().zip(results) {
                self.again(life, result).await?;
                written += 1;
            }
        }
        Ok(written)
    }

    /// Whoever files now may have taken the number: the next one then.
    async fn again(
        &self,
        life: &Life,
        mut result: Result<(), LedgerError>,
    ) -> Result<(), ServiceError> {
        for _ in 0..TRIES {
            if !matches!(result, Err(LedgerError::Conflict(_) | LedgerError::Busy)) {
                break;
            }
            *self.serial.lock().await = None;
            result = self.ledger.write_behind(self.whole(life).await?).await;
        }
        Ok(result?)
    }

    /// All rows of a life.
    async fn whole(&self, life: &Life) -> Result<Vec<Statement>, ServiceError> {
        // Nobody is told of what was long ago.
        let then = Self { clock: Clock::of_city(life.at, 0.0), quiet: true, ..self.clone() };
        let Made { mut statements, mut appeal, mut last, .. } = then.make(&life.filing).await?;
        let (first, rules) = (appeal.version, self.law().rules());
        let mut updated_at = life.at;
        for (at, command, actor) in &life.steps {
            let Ok(events) = appeal.decide(command, actor, appeal.version, rules, *at) else {
                continue;
            };
            let before = appeal.clone();
            appeal.accept(&events, *at);
            let by = (actor.person, Some(actor.role));
            for entry in entries(Some(last.end()), appeal.id, *at, by, &events)? {
                statements.push(self.journal_row(&entry)?);
                last = entry;
            }
            statements.extend(self.projections(&before, &appeal)?);
            updated_at = *at;
        }
        // What a life brings with it is not computed anew: the record may be younger than the appeal.
        if appeal.evidence.is_some() {
            statements.push(rows::evidence_done(appeal.id));
        }
        if appeal.version != first {
            let sealed = self.keys.seal(&rows::place(appeal.id), &appeal)?;
            let law = self.law();
            statements.push(rows::update(&appeal, first, updated_at, &last, sealed, law));
        }
        Ok(statements)
    }

    /// Counts contacts that ended without an appeal.
    pub async fn count_consulted(&self, contacts: &[Consulted]) -> Result<(), ServiceError> {
        for chunk in contacts.chunks(CONTACTS_AT_ONCE) {
            let statements = chunk.iter().map(|c| {
                Statement::new(
                    "INSERT INTO contacts (contact_id, channel, started_at, ended_at, language, \
                     outcome) VALUES ($1, $2, $3, $4, 'ru', 'consulted')",
                    vec![
                        c.id.to_string().into(),
                        c.channel.name().into(),
                        c.at.into(),
                        (c.at + c.handling_s).into(),
                    ],
                )
            });
            self.ledger.write_behind(statements.collect()).await?;
        }
        Ok(())
    }
}
