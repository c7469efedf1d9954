//! E-mails become appeals, or more words to one.

use super::mail::{self, Mail};
use super::phrases;
use super::reception::{Heard, Reception, draft};
use crate::ledger::LedgerError;
use crate::outbox::Delivery;
use crate::register::{Beside, Filing, Personal, ServiceError};
use appeals::answer::ReplyBy;
use appeals::appeal::Draft;
use appeals::channel::Channel;
use appeals::words::Language;

impl Reception {
    /// Hears an e-mail: one letter is one appeal, or more words to the one that its subject names.
    pub async fn mail(&self, bytes: &[u8]) -> Result<Heard, ServiceError> {
        let letter = match mail::read(bytes, &self.own_address) {
            Mail::Letter(letter) => letter,
            Mail::Nothing(why) => {
                tracing::info!(why, "an e-mail makes no appeal");
                return Ok(Heard::Nothing);
            }
            Mail::Bounce(id, words) => {
                if let Some(id) = id {
                    self.delivery(ReplyBy::Email, &id, None, &Delivery::Failed(words)).await?;
                }
                return Ok(Heard::Nothing);
            }
        };
        if !self.may_speak(&letter.inbound)? {
            // The mail server keeps it and comes again.
            return Err(LedgerError::Busy.into());
        }
        if self.was_heard(&letter.inbound).await? {
            return Ok(Heard::Repeated);
        }
        match self.take_letter(*letter).await {
            Err(ServiceError::Repeated) => Ok(Heard::Repeated),
            other => other,
        }
    }

    async fn take_letter(&self, letter: mail::Letter) -> Result<Heard, ServiceError> {
        let mail::Letter { inbound, number, answer } = letter;
        if let Some(number) = number
            && let Some(id) = self.register.is_of_email(number, &inbound.sender).await?
            && self.speak(id, &answer, vec![self.heard_row(&inbound)?]).await?
        {
            return Ok(Heard::Added(number.to_string()));
        }
        let u = self.understood(&inbound.text.replace('\n', " "));
        let language = phrases::language_of(&inbound.text).unwrap_or(Language::Ru);
        let first = vec![self.heard_row(&inbound)?];
        let filing = Filing {
            draft: Draft {
                topic: u.topic().cloned(),
                ..draft(u.kind(self.register.law().topics()), inbound.text, language, u.claim)
            },
            channel: Channel::Email,
            personal: Personal { name: inbound.name, email: inbound.email, ..Personal::default() },
            reply_by: None,
            key: None,
            received_at: None,
            by: None,
        };
        let beside = Beside { first, files: inbound.files, ..Beside::default() };
        let filed = self.register.file_beside(filing, beside).await?;
        Ok(Heard::Filed(filed.number.to_string()))
    }
}
