//! What happens to an appeal after it came in: a command, judged by the machine of statuses, written whole.

use super::intake::{Filing, entries};
use super::{Filed, Register, ServiceError, rows};
use crate::ledger::{LedgerError, Statement};
use crate::outbox::{self, Addressee};
use crate::personal::Personal;
use appeals::answer::ReplyBy;
use appeals::appeal::{Actor, Appeal, Command, Draft, Event, Refusal, usual_reply};
use appeals::ids::AppealId;
use appeals::journal::{Entry, Hash};
use sqlx::FromRow;

/// An appeal as it was read, with what its next write needs.
#[derive(Clone, Debug)]
pub(super) struct Loaded {
    pub appeal: Appeal,
    pub taken_by: Option<String>,
    /// Number and hash of the last entry of its journal.
    pub last: (u32, Hash),
}

/// What a command made of an appeal.
#[derive(Clone, Debug)]
pub struct Worked {
    /// The appeal now.
    pub appeal: Appeal,
    /// The appeal that carries on a disputed one.
    pub repeat: Option<Filed>,
}

#[derive(FromRow)]
struct StateRow {
    sealed: String,
    taken_by: Option<String>,
    journal_seq: i64,
    journal_head: String,
}

impl Register {
    /// Does `command` to the appeal, if `seen` is still its version and the actor may.
    pub async fn work(
        &self,
        id: AppealId,
        seen: u32,
        command: &Command,
        actor: &Actor,
    ) -> Result<Worked, ServiceError> {
        self.work_beside(id, seen, command, actor, Vec::new()).await
    }

    /// The same, with `first` in the same write: a conflict in it is a message that was heard before.
    pub async fn work_beside(
        &self,
        id: AppealId,
        seen: u32,
        command: &Command,
        actor: &Actor,
        mut first: Vec<Statement>,
    ) -> Result<Worked, ServiceError> {
        let (worked, statements) = self.prepared(id, Some(seen), command, actor).await?;
        if statements.is_empty() {
            return Ok(worked);
        }
        let own = first.len();
        first.extend(statements);
        self.ledger.write(first).await.map_err(|error| match error {
            LedgerError::Conflict(i) if i < own => ServiceError::Repeated,
            LedgerError::Conflict(_) => {
                ServiceError::Refused(Refusal::Version { expected: seen, found: seen + 1 })
            }
            error => error.into(),
        })?;
        if matches!(command, Command::ChangeClaim { .. }) {
            self.wake(id);
        }
        if let Some(repeat) = &worked.repeat {
            self.wake(repeat.id);
        }
        Ok(worked)
    }

    /// What a command would make of the appeal, and the rows to be written; a write of them conflicts if the
    /// appeal changed meanwhile. `seen`: the version that the actor saw; `None`: whatever it is now.
    pub(super) async fn prepared(
        &self,
        id: AppealId,
        seen: Option<u32>,
        command: &Command,
        actor: &Actor,
    ) -> Result<(Worked, Vec<Statement>), ServiceError> {
        let Loaded { mut appeal, last, .. } = self.load(id).await?;
        let now = self.now();
        let rules = self.law().rules();
        let seen = seen.unwrap_or(appeal.version);
        let events =
            appeal.decide(command, actor, seen, rules, now).map_err(ServiceError::Refused)?;
        let before = appeal.clone();
        appeal.accept(&events, now);
        let who = (actor.person, Some(actor.role));
        let entries = entries(Some(last), id, now, who, &events)?;
        let Some(head) = entries.last() else {
            return Ok((Worked { appeal, repeat: None }, Vec::new()));
        };
        let sealed = self.keys.seal(&rows::place(id), &appeal)?;
        let mut statements = vec![rows::update(&appeal, seen, now, head, sealed, self.law())];
        for entry in &entries {
            statements.push(self.journal_row(entry)?);
        }
        statements.extend(self.projections(&before, &appeal)?);
        if matches!(command, Command::ChangeClaim { .. }) {
            statements.push(rows::evidence_due(id, now));
        }
        statements.extend(self.letters(&appeal, &events, &entries).await?);
        let repeat = match events.iter().find_map(repeat_reason) {
            Some(reason) => {
                let made = self.make(&self.repeat(&appeal, reason).await?).await?;
                statements.extend(made.statements);
                Some(made.filed)
            }
            None => None,
        };
        Ok((Worked { appeal, repeat }, statements))
    }

    /// What the applicant is to be told of it.
    async fn letters(
        &self,
        appeal: &Appeal,
        events: &[Event],
        entries: &[Entry],
    ) -> Result<Vec<Statement>, ServiceError> {
        let nobody = Personal::default();
        let to = |personal, wanted| Addressee {
            personal,
            wanted,
            pin: None,
            public_url: self.public_url.as_deref(),
        };
        let any = to(&nobody, ReplyBy::Cabinet);
        if !events.iter().any(|e| outbox::due(e, 0, appeal, &any).is_some()) {
            return Ok(Vec::new());
        }
        let personal = self.personal(appeal).await?;
        let to = to(&personal, self.reply_by(appeal).await?);
        let mut rows = Vec::new();
        for (event, entry) in events.iter().zip(entries) {
            if let Some(letter) = outbox::due(event, entry.seq, appeal, &to) {
                rows.push(letter.row(&self.keys, entry.at)?);
            }
        }
        Ok(rows)
    }

    /// How the applicant wants to be told.
    async fn reply_by(&self, appeal: &Appeal) -> Result<ReplyBy, ServiceError> {
        let usual = usual_reply(appeal.channel);
        let Some(id) = appeal.applicant else { return Ok(usual) };
        let sql = "SELECT reply_by FROM applicants WHERE applicant_id = $1";
        let row = self.ledger.row::<(String,)>(sql, vec![id.to_string().into()]).await?;
        Ok(row.and_then(|r| outbox::way_of(&r.0)).unwrap_or(usual))
    }

    /// The appeal of an id with the head of its journal.
    pub(super) async fn load(&self, id: AppealId) -> Result<Loaded, ServiceError> {
        let sql = "SELECT sealed, taken_by, journal_seq, journal_head FROM appeals \
                   WHERE appeal_id = $1";
        let row = self.ledger.row::<StateRow>(sql, vec![id.to_string().into()]).await?;
        let row = row.ok_or(ServiceError::Unknown)?;
        let appeal: Appeal = self.keys.open(&rows::place(id), &row.sealed)?;
        let hash: Hash = row.journal_head.parse().map_err(|_| ServiceError::Journal)?;
        let last = (row.journal_seq as u32, hash);
        Ok(Loaded { appeal, taken_by: row.taken_by, last })
    }

    /// Rows beside the appeal that follow from what changed in it.
    pub(super) fn projections(
        &self,
        before: &Appeal,
        now: &Appeal,
    ) -> Result<Vec<Statement>, ServiceError> {
        let mut statements = Vec::new();
        for (old, new) in before.subjects.iter().zip(&now.subjects) {
            if old != new {
                statements.push(rows::subject(now.id, new));
            }
        }
        if let Some(answer) = now.answer.as_ref().filter(|a| Some(*a) != before.answer.as_ref()) {
            let place = format!("answer/{}/{}", now.id, answer.version);
            let sealed = self.keys.seal(&place, answer)?;
            statements.push(rows::answer(now.id, answer, sealed));
        }
        if let Some(signed) =
            now.signature.as_ref().filter(|s| Some(*s) != before.signature.as_ref())
        {
            statements.push(rows::verdict(now.id, signed));
        }
        Ok(statements)
    }

    /// The appeal that carries on a disputed one: the same claim and person, the reason as its words.
    async fn repeat(&self, of: &Appeal, reason: &str) -> Result<Filing, ServiceError> {
        let personal: Personal = self.personal(of).await?;
        Ok(Filing {
            draft: Draft {
                kind: of.kind,
                topic: of.topic.clone(),
                legal_kind: Some(of.legal_kind),
                text: reason.to_owned(),
                language: of.language,
                claim: of.claim.clone(),
                subjects: Vec::new(),
                may_publish: false,
                danger: of.safety,
                parent: Some(of.id),
            },
            channel: of.channel,
            personal,
            reply_by: None,
            key: None,
            received_at: None,
            by: None,
        })
    }
}

fn repeat_reason(event: &Event) -> Option<&str> {
    match event {
        Event::RepeatDue { reason, .. } => Some(reason),
        _ => None,
    }
}
