//! How an appeal comes in, by whichever channel: once, with a number, on disk before the answer goes out.

use super::attachments::Attachment;
use super::media_due::WantedFile;
use super::rows;
use super::{Register, ServiceError};
use crate::keys::random;
use crate::ledger::{LedgerError, Statement};
use crate::outbox::{self, Addressee};
use crate::personal::Personal;
use appeals::access::Role;
use appeals::answer::ReplyBy;
use appeals::appeal::{Appeal, Draft, Intake, register, usual_reply};
use appeals::channel::Channel;
use appeals::ids::{AppealId, ApplicantId, ContactId, PersonId};
use appeals::journal::{Entry, EntryOf, Hash, Journalled};
use appeals::number::AppealNumber;
use serde::{Deserialize, Serialize};
use transit::EpochS;

/// How often a number that another server took is replaced by the next.
const NUMBER_TRIES: usize = 5;
/// How far back the day of receipt of a letter may lie, seconds.
const RECEIVED_BACK_S: EpochS = 60 * 86_400;

/// An appeal on its way in.
#[derive(Clone, Debug)]
pub struct Filing {
    /// What is said.
    pub draft: Draft,
    /// By which way.
    pub channel: Channel,
    /// Who says it. Without a name it is a signal.
    pub personal: Personal,
    /// How to answer; the channel's way if not said.
    pub reply_by: Option<ReplyBy>,
    /// The request's own key: the same key makes one appeal.
    pub key: Option<String>,
    /// When a letter came; now if not said.
    pub received_at: Option<EpochS>,
    /// Who writes it down.
    pub by: Option<(PersonId, Role)>,
}

/// What is written with an appeal: first those that say whether it is a repeated message.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// A conflict in them means that the message was heard before.
    pub first: Vec<Statement>,
    /// Files that came with it.
    pub files: Vec<Attachment>,
    /// Files that lie with a messenger and are fetched later.
    pub wanted: Vec<WantedFile>,
    /// The contact that it comes of, where that is there already: several appeals may come of one.
    pub contact: Option<ContactId>,
}

/// What the applicant is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Filed {
    /// Id.
    pub id: AppealId,
    /// The number.
    pub number: AppealNumber,
    /// The PIN: shown now and never again.
    pub pin: String,
    /// Terms are counted from this day.
    pub registered_on: jiff::civil::Date,
    /// The answer is due; none for a signal.
    pub due_on: Option<jiff::civil::Date>,
    /// When it came.
    pub received_at: EpochS,
    /// Whose queue.
    pub desk: String,
    /// A danger.
    pub safety: bool,
}

/// An appeal made, and what is to be written.
pub(super) struct Made {
    pub filed: Filed,
    pub statements: Vec<Statement>,
    pub appeal: Appeal,
    /// The last entry of its journal.
    pub last: Entry,
}

/// The key of a request as it is kept, with the hash of what was asked.
struct Once {
    scope: &'static str,
    key_hash: String,
    request_hash: String,
}

impl Register {
    /// Takes an appeal. When it comes back, the appeal is on disk; the same key again gets the same answer.
    pub async fn file(&self, filing: Filing) -> Result<Filed, ServiceError> {
        self.file_beside(filing, Beside::default()).await
    }

    /// The same, with what is to be on disk together with it.
    pub async fn file_beside(&self, filing: Filing, beside: Beside) -> Result<Filed, ServiceError> {
        let once = self.once(&filing)?;
        if let Some(once) = &once
            && let Some(before) = self.before(once).await?
        {
            return Ok(before);
        }
        for _ in 0..NUMBER_TRIES {
            let made = self.make_of(&filing, beside.contact).await?;
            let mut statements = beside.first.clone();
            statements.reserve(made.statements.len() + 1);
            let own = statements.len();
            if let Some(once) = &once {
                let place = format!("idempotency/{}", once.key_hash);
                let sealed = self.keys.seal(&place, &made.filed)?;
                statements.push(rows::idempotency(
                    once.scope,
                    &once.key_hash,
                    self.now(),
                    &once.request_hash,
                    sealed,
                ));
            }
            statements.extend(made.statements);
            for file in &beside.files {
                statements.extend(self.attachment_rows(made.filed.id, file)?);
            }
            for file in &beside.wanted {
                statements.push(self.wanted_row(made.filed.id, file)?);
            }
            match self.ledger.write(statements).await {
                Ok(()) => {
                    self.wake(made.filed.id);
                    return Ok(made.filed);
                }
                Err(LedgerError::Conflict(i)) if i < own => return Err(ServiceError::Repeated),
                Err(LedgerError::Conflict(i)) if i == own && once.is_some() => {
                    let once = once.as_ref().ok_or(ServiceError::Unknown)?;
                    return self.before(once).await?.ok_or(ServiceError::Unknown);
                }
                // Another server took the number: look again.
                Err(LedgerError::Conflict(_)) => *self.serial.lock().await = None,
                Err(error) => return Err(error.into()),
            }
        }
        Err(ServiceError::Numbers)
    }

    /// Forgets the keys of requests from before `before`, and with them the answers that hold a PIN.
    pub async fn forget_keys(&self, before: EpochS) -> Result<(), ServiceError> {
        let sql = "DELETE FROM idempotency WHERE at < $1";
        Ok(self.ledger.write(vec![Statement::new(sql, vec![before.into()]).optional()]).await?)
    }

    /// An appeal and its rows, nothing written yet.
    pub(super) async fn make(&self, filing: &Filing) -> Result<Made, ServiceError> {
        self.make_of(filing, None).await
    }

    async fn make_of(
        &self,
        filing: &Filing,
        known: Option<ContactId>,
    ) -> Result<Made, ServiceError> {
        let now = self.now();
        let received_at = filing.received_at.unwrap_or(now).clamp(now - RECEIVED_BACK_S, now);
        let personal = filing.personal.clone().trimmed();
        let id = AppealId::new(self.now_ms(), random()?);
        let contact = match known {
            Some(contact) => contact,
            None => ContactId::new(self.now_ms(), random()?),
        };
        let named = personal.name.is_some();
        let applicant = named.then(|| random().map(|r| ApplicantId::new(self.now_ms(), r)));
        let applicant = applicant.transpose()?;
        let law = self.law();
        let on = law.office.registered_on(&law.calendars, received_at).on;
        let intake = Intake {
            id,
            number: self.next_number(on.year()).await?,
            contact,
            channel: filing.channel,
            applicant,
            registered_by: filing.by.map(|b| b.0),
            org: law.org.clone(),
            received_at,
        };
        let (appeal, events) = register(filing.draft.clone(), intake, law.rules(), now)?;
        let (pin, pin_hash) = self.keys.new_pin()?;
        let mut statements = vec![self.contact_row(filing, &appeal, &personal, now)?];
        if let Some(applicant) = applicant {
            statements.push(self.applicant_row(filing, applicant, &personal, now)?);
        }
        let who = (filing.by.map(|b| b.0), filing.by.map(|b| b.1));
        let entries = entries(None, id, now, who, &events)?;
        let head = entries.last().ok_or(ServiceError::Journal)?;
        let sealed = self.keys.seal(&rows::place(id), &appeal)?;
        let by = filing.by.map(|b| b.0);
        statements.push(rows::insert(&appeal, on.year(), &pin_hash, by, head, sealed, law));
        statements.extend(appeal.subjects.iter().map(|s| rows::subject(id, s)));
        for entry in &entries {
            statements.push(self.journal_row(entry)?);
        }
        statements.push(rows::evidence_due(id, now));
        let pin = pin.reveal();
        let to = Addressee {
            personal: &personal,
            wanted: filing.reply_by.unwrap_or(usual_reply(filing.channel)),
            pin: Some(&pin),
            public_url: self.public_url.as_deref(),
        };
        for (event, entry) in events.iter().zip(&entries).filter(|_| !self.quiet) {
            if let Some(letter) = outbox::due(event, entry.seq, &appeal, &to) {
                statements.push(letter.row(&self.keys, now)?);
            }
        }
        let filed = Filed {
            id,
            number: appeal.number,
            pin,
            registered_on: appeal.registered_on,
            due_on: appeal.due_on,
            received_at,
            desk: appeal.desk.to_string(),
            safety: appeal.safety,
        };
        let last = head.clone();
        Ok(Made { filed, statements, appeal, last })
    }

    fn once(&self, filing: &Filing) -> Result<Option<Once>, ServiceError> {
        let Some(key) = &filing.key else { return Ok(None) };
        let scope = filing.channel.name();
        let request = serde_json::to_string(&(&filing.draft, &filing.personal))
            .map_err(super::SealError::from)?;
        Ok(Some(Once {
            scope,
            key_hash: self.keys.lookup(&format!("once:{scope}:{key}"))?,
            request_hash: Hash::of(request.as_bytes()).to_string(),
        }))
    }

    /// The answer that the same request got before.
    async fn before(&self, once: &Once) -> Result<Option<Filed>, ServiceError> {
        let sql = "SELECT request_hash, sealed FROM idempotency WHERE scope = $1 AND key_hash = $2";
        let values = vec![once.scope.into(), once.key_hash.clone().into()];
        let Some((request_hash, sealed)) = self.ledger.row::<(String, String)>(sql, values).await?
        else {
            return Ok(None);
        };
        if request_hash != once.request_hash {
            return Err(ServiceError::KeyReused);
        }
        let place = format!("idempotency/{}", once.key_hash);
        Ok(Some(self.keys.open(&place, &sealed)?))
    }

    async fn next_number(&self, year: i16) -> Result<AppealNumber, ServiceError> {
        let mut serial = self.serial.lock().await;
        let last = match *serial {
            Some((of, last)) if of == year => last,
            _ => {
                let sql = "SELECT COALESCE(MAX(serial), 0) FROM appeals WHERE year = $1";
                let row = self.ledger.row::<(i64,)>(sql, vec![i64::from(year).into()]).await?;
                row.map_or(0, |r| r.0 as u32)
            }
        };
        *serial = Some((year, last + 1));
        AppealNumber::new(year, last + 1).ok_or(ServiceError::Numbers)
    }

    fn contact_row(
        &self,
        filing: &Filing,
        appeal: &Appeal,
        personal: &Personal,
        now: EpochS,
    ) -> Result<Statement, ServiceError> {
        let phone = personal.phone.as_deref().map(|p| self.keys.phone(p)).transpose()?.flatten();
        // Without a name there is no applicant; how to answer is kept with the contact.
        let sealed = (appeal.applicant.is_none() && !personal.is_empty())
            .then(|| self.keys.seal(&format!("contact/{}", appeal.contact), personal))
            .transpose()?;
        let by = filing.by.map(|b| b.0);
        Ok(rows::contact(appeal, by, now, phone, sealed))
    }

    fn applicant_row(
        &self,
        filing: &Filing,
        id: ApplicantId,
        personal: &Personal,
        now: EpochS,
    ) -> Result<Statement, ServiceError> {
        let phone = personal.phone.as_deref().map(|p| self.keys.phone(p)).transpose()?.flatten();
        let email = personal.email.as_deref().map(|e| self.keys.email(e)).transpose()?.flatten();
        let sealed = self.keys.seal(&format!("applicant/{id}"), personal)?;
        let reply = filing.reply_by.unwrap_or(usual_reply(filing.channel));
        let language = filing.draft.language;
        Ok(rows::applicant(id, language, reply, (phone, email), sealed, now))
    }

    pub(super) fn journal_row(&self, entry: &Entry) -> Result<Statement, ServiceError> {
        let place = format!("journal/{}/{}", entry.of, entry.seq);
        let sealed = self.keys.seal(&place, &entry.payload)?;
        Ok(rows::journal(entry, sealed))
    }
}

/// The entries of some events after the one with this number and hash.
pub(super) fn entries<T: Journalled>(
    mut last: Option<(u32, Hash)>,
    of: T,
    at: EpochS,
    who: (Option<PersonId>, Option<Role>),
    events: &[T::Event],
) -> Result<Vec<EntryOf<T>>, ServiceError> {
    let mut entries = Vec::with_capacity(events.len());
    for event in events {
        let entry = EntryOf::after(last, of, at, who, event).map_err(|_| ServiceError::Journal)?;
        last = Some(entry.end());
        entries.push(entry);
    }
    Ok(entries)
}
