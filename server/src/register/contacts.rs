//! Contacts at a desk: what was typed so far, how it ended, who takes it over, what a day brought.

use super::{Beside, Filed, Filing, Register, ServiceError, random};
use crate::ledger::{LedgerError, Statement, Value};
use appeals::channel::Channel;
use appeals::ids::{ContactId, PersonId};
use appeals::words::Language;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use std::collections::BTreeMap;
use transit::EpochS;

/// Contacts that wait, shown at once.
const WAITING_MAX: u32 = 20;
/// Fields of a draft, at most; each is bounded by the form that it comes from.
const FIELDS_MAX: usize = 64;

/// What was typed: the fields of a form by their names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactDraft(pub BTreeMap<String, String>);

/// A contact that is open at somebody's desk.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenContact {
    /// Which.
    pub id: ContactId,
    /// By which way.
    pub channel: Channel,
    /// In which language.
    pub language: Language,
}

/// How a contact ended without an appeal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactOutcome {
    /// Answered on the spot.
    Consulted,
    /// The line broke, or it was a wrong number.
    Dropped,
}

impl ContactOutcome {
    const fn name(self) -> &'static str {
        match self {
            Self::Consulted => "consulted",
            Self::Dropped => "dropped",
        }
    }
}

/// What a consultation was about: what it is counted by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConsultedOn {
    /// Kind.
    pub kind: Option<String>,
    /// Topic of the city.
    pub topic: Option<String>,
    /// Route.
    pub route_id: Option<String>,
    /// Stop.
    pub stop_id: Option<String>,
    /// Situation of the knowledge base.
    pub situation: Option<String>,
}

/// A contact that waits for a desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingContact {
    /// Which.
    pub id: ContactId,
    /// For which desk.
    pub to_desk: String,
    /// Since when.
    pub at: EpochS,
    /// What was typed.
    pub draft: ContactDraft,
}

/// What a day brought to one operator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayOfOperator {
    /// Contacts begun, and taken over from others.
    pub contacts: u32,
    /// Answered on the spot.
    pub consulted: u32,
    /// Appeals registered.
    pub appeals: u32,
    /// Handed over to other desks.
    pub handed_over: u32,
    /// Mean time from the first key to the end, seconds.
    pub mean_handle_s: Option<i64>,
}

#[derive(FromRow)]
struct DraftRow {
    person_id: String,
    phone_hash: Option<String>,
    sealed: String,
}

#[derive(FromRow)]
struct WaitingRow {
    contact_id: String,
    to_desk: String,
    at: i64,
    sealed: String,
}

fn place(id: ContactId) -> String {
    format!("contact_draft/{id}")
}

impl Register {
    /// An id for the next contact.
    pub fn new_contact(&self) -> Result<ContactId, ServiceError> {
        Ok(ContactId::new(self.now_ms(), random()?))
    }

    /// Keeps what was typed; the first time begins the contact. [`ServiceError::Unknown`]: it is another's.
    /// Says whether the telephone is another than before: its history is seen for the first time.
    pub async fn keep_draft(
        &self,
        contact: &OpenContact,
        person: PersonId,
        phone_hash: Option<&str>,
        draft: &ContactDraft,
    ) -> Result<bool, ServiceError> {
        if draft.0.len() > FIELDS_MAX {
            return Err(ServiceError::Unknown);
        }
        let before = self.draft_row(contact.id).await?;
        if before.as_ref().is_some_and(|b| b.person_id != person.to_string()) {
            return Err(ServiceError::Unknown);
        }
        let known = before.is_some() || self.is_contact(contact.id).await?;
        if before.is_none() && known {
            return Err(ServiceError::Unknown);
        }
        let now = self.now();
        let begin = Statement::new(
            "INSERT INTO contacts (contact_id, channel, started_at, operator_id, language) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (contact_id) DO NOTHING",
            vec![
                contact.id.to_string().into(),
                contact.channel.name().into(),
                now.into(),
                person.to_string().into(),
                contact.language.code().into(),
            ],
        )
        .optional();
        let keep = Statement::new(
            "INSERT INTO contact_drafts (contact_id, person_id, updated_at, phone_hash, sealed) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (contact_id) DO UPDATE SET \
             updated_at = excluded.updated_at, phone_hash = excluded.phone_hash, \
             sealed = excluded.sealed WHERE contact_drafts.person_id = excluded.person_id",
            vec![
                contact.id.to_string().into(),
                person.to_string().into(),
                now.into(),
                phone_hash.map(str::to_owned).into(),
                self.keys.seal(&place(contact.id), draft)?.into(),
            ],
        );
        self.ledger.write(vec![begin, keep]).await.map_err(not_mine)?;
        Ok(phone_hash != before.as_ref().and_then(|b| b.phone_hash.as_deref()))
    }

    /// What a person has typed of a contact.
    pub async fn draft_of(
        &self,
        id: ContactId,
        person: PersonId,
    ) -> Result<ContactDraft, ServiceError> {
        let row = self.draft_row(id).await?.filter(|r| r.person_id == person.to_string());
        let row = row.ok_or(ServiceError::Unknown)?;
        Ok(self.keys.open(&place(id), &row.sealed)?)
    }

    /// The contact that a person has open: the newest draft of a contact that has not ended.
    pub async fn open_draft(
        &self,
        person: PersonId,
    ) -> Result<Option<(ContactId, ContactDraft)>, ServiceError> {
        let sql = "SELECT d.contact_id, '' AS to_desk, d.updated_at AS at, d.sealed \
                   FROM contact_drafts d JOIN contacts c ON c.contact_id = d.contact_id \
                   WHERE d.person_id = $1 AND c.outcome IS NULL ORDER BY d.updated_at DESC LIMIT 1";
        let row = self.ledger.row::<WaitingRow>(sql, vec![person.to_string().into()]).await?;
        let Some(row) = row else { return Ok(None) };
        let id: ContactId = row.contact_id.parse().map_err(|_| ServiceError::Unknown)?;
        Ok(Some((id, self.keys.open(&place(id), &row.sealed)?)))
    }

    /// Registers an appeal of a contact that is this person's or new.
    pub async fn file_at_desk(
        &self,
        filing: Filing,
        contact: ContactId,
        person: PersonId,
    ) -> Result<Filed, ServiceError> {
        match self.draft_row(contact).await? {
            Some(row) if row.person_id == person.to_string() => {}
            None if !self.is_contact(contact).await? => {}
            _ => return Err(ServiceError::Unknown),
        }
        let beside = Beside { contact: Some(contact), ..Beside::default() };
        self.file_beside(filing, beside).await
    }

    /// Ends a contact of this person without an appeal.
    pub async fn end_contact(
        &self,
        contact: ContactId,
        person: PersonId,
        outcome: ContactOutcome,
        on: ConsultedOn,
    ) -> Result<(), ServiceError> {
        let sql = "UPDATE contacts SET outcome = $1, ended_at = $2, kind = $3, topic_id = $4, \
                   route_id = $5, stop_id = $6, situation_id = $7 WHERE contact_id = $8 AND \
                   outcome IS NULL AND EXISTS (SELECT 1 FROM contact_drafts d \
                   WHERE d.contact_id = contacts.contact_id AND d.person_id = $9)";
        let values: Vec<Value> = vec![
            outcome.name().into(),
            self.now().into(),
            on.kind.into(),
            on.topic.into(),
            on.route_id.into(),
            on.stop_id.into(),
            on.situation.into(),
            contact.to_string().into(),
            person.to_string().into(),
        ];
        self.ledger.write(vec![Statement::new(sql, values)]).await.map_err(not_mine)
    }

    /// Sends a contact of this person to another desk, with everything that was typed.
    pub async fn hand_over(
        &self,
        contact: ContactId,
        person: PersonId,
        to_desk: &str,
    ) -> Result<(), ServiceError> {
        let now = self.now();
        let send = Statement::new(
            "INSERT INTO handovers (contact_id, seq, from_person, to_desk, at) \
             SELECT d.contact_id, (SELECT COUNT(*) + 1 FROM handovers h \
             WHERE h.contact_id = d.contact_id), d.person_id, $1, $2 FROM contact_drafts d \
             WHERE d.contact_id = $3 AND d.person_id = $4 AND NOT EXISTS (SELECT 1 FROM handovers w \
             WHERE w.contact_id = d.contact_id AND w.accepted_at IS NULL)",
            vec![to_desk.into(), now.into(), contact.to_string().into(), person.to_string().into()],
        );
        let mark = Statement::new(
            "UPDATE contacts SET outcome = 'handed_over', desk_id = $1, ended_at = $2 \
             WHERE contact_id = $3",
            vec![to_desk.into(), now.into(), contact.to_string().into()],
        );
        self.ledger.write(vec![send, mark]).await.map_err(not_mine)
    }

    /// Contacts that wait for a desk, or for any, the longest first.
    pub async fn waiting(&self, desk: Option<&str>) -> Result<Vec<WaitingContact>, ServiceError> {
        let (which, values) = match desk {
            Some(desk) => ("AND h.to_desk = $1", vec![desk.into()]),
            None => ("", Vec::new()),
        };
        let sql = format!(
            "SELECT h.contact_id, h.to_desk, h.at, d.sealed FROM handovers h \
             JOIN contact_drafts d ON d.contact_id = h.contact_id \
             WHERE h.accepted_at IS NULL {which} ORDER BY h.at LIMIT {WAITING_MAX}"
        );
        let rows = self.ledger.rows::<WaitingRow>(&sql, values).await?;
        let read = |row: WaitingRow| {
            let id: ContactId = row.contact_id.parse().map_err(|_| ServiceError::Unknown)?;
            let draft = self.keys.open(&place(id), &row.sealed)?;
            Ok(WaitingContact { id, to_desk: row.to_desk, at: row.at, draft })
        };
        rows.into_iter().map(read).collect()
    }

    /// Takes a contact that waits: the first who asks gets it, [`ServiceError::Unknown`] the others.
    pub async fn take_over(
        &self,
        contact: ContactId,
        person: PersonId,
    ) -> Result<ContactDraft, ServiceError> {
        let (id, now) = (contact.to_string(), self.now());
        let accept = Statement::new(
            "UPDATE handovers SET accepted_by = $1, accepted_at = $2 \
             WHERE contact_id = $3 AND accepted_at IS NULL",
            vec![person.to_string().into(), now.into(), id.clone().into()],
        );
        let own = Statement::new(
            "UPDATE contact_drafts SET person_id = $1, updated_at = $2 WHERE contact_id = $3",
            vec![person.to_string().into(), now.into(), id.clone().into()],
        );
        let open = Statement::new(
            "UPDATE contacts SET outcome = NULL, ended_at = NULL WHERE contact_id = $1",
            vec![id.into()],
        );
        self.ledger.write(vec![accept, own, open]).await.map_err(not_mine)?;
        self.draft_of(contact, person).await
    }

    /// What an operator did since `from`.
    pub async fn day_of(
        &self,
        person: PersonId,
        from: EpochS,
    ) -> Result<DayOfOperator, ServiceError> {
        let begun = "SELECT COUNT(*) FROM contacts WHERE operator_id = $1 AND started_at >= $2";
        let taken = "SELECT COUNT(*) FROM handovers WHERE accepted_by = $1 AND accepted_at >= $2";
        let consulted = format!("{begun} AND outcome = 'consulted'");
        let given = "SELECT COUNT(*) FROM handovers WHERE from_person = $1 AND at >= $2";
        let appeals = "SELECT COUNT(*) FROM appeals WHERE taken_by = $1 AND registered_at >= $2";
        // Contacts that were begun and ended in one request say nothing of the time that they took.
        let mean = "SELECT CAST(COALESCE(AVG(ended_at - started_at), -1) AS BIGINT) FROM contacts \
                    WHERE operator_id = $1 AND started_at >= $2 AND ended_at > started_at";
        let mean_s = self.since(mean, person, from).await?;
        Ok(DayOfOperator {
            contacts: (self.since(begun, person, from).await?
                + self.since(taken, person, from).await?) as u32,
            consulted: self.since(&consulted, person, from).await? as u32,
            appeals: self.since(appeals, person, from).await? as u32,
            handed_over: self.since(given, person, from).await? as u32,
            mean_handle_s: (mean_s >= 0).then_some(mean_s),
        })
    }

    /// One number about a person since a time.
    async fn since(&self, sql: &str, who: PersonId, from: EpochS) -> Result<i64, ServiceError> {
        let values = vec![who.to_string().into(), from.into()];
        Ok(self.ledger.row::<(i64,)>(sql, values).await?.map_or(0, |r| r.0))
    }

    /// Forgets what was typed of contacts, last changed before `before`, except what waits for a desk.
    pub async fn forget_drafts(&self, before: EpochS) -> Result<(), ServiceError> {
        let sql = "DELETE FROM contact_drafts WHERE updated_at < $1 AND contact_id NOT IN \
                   (SELECT contact_id FROM handovers WHERE accepted_at IS NULL)";
        Ok(self.ledger.write(vec![Statement::new(sql, vec![before.into()]).optional()]).await?)
    }

    async fn draft_row(&self, id: ContactId) -> Result<Option<DraftRow>, ServiceError> {
        let sql = "SELECT person_id, phone_hash, sealed FROM contact_drafts WHERE contact_id = $1";
        Ok(self.ledger.row(sql, vec![id.to_string().into()]).await?)
    }

    async fn is_contact(&self, id: ContactId) -> Result<bool, ServiceError> {
        let sql = "SELECT contact_id FROM contacts WHERE contact_id = $1";
        Ok(self.ledger.row::<(String,)>(sql, vec![id.to_string().into()]).await?.is_some())
    }
}

/// A write that found nothing of one's own to change.
fn not_mine(error: LedgerError) -> ServiceError {
    match error {
        LedgerError::Conflict(_) => ServiceError::Unknown,
        error => error.into(),
    }
}
