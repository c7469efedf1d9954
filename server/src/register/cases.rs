//! Cases: proposed by pattern, opened and worked on by people, with their measures and effects.

use super::intake::entries;
use super::rows::JournalRow;
use super::{PlaceOf, Register, ServiceError, random, rows};
use crate::ledger::{LedgerError, Statement};
use appeals::appeal::{Actor, Command};
use appeals::case::{Case, CaseCommand, CaseEvent, CaseRefusal, Opening, Scope, open};
use appeals::effect::Effect;
use appeals::ids::{AppealId, CaseId, MeasureId};
use appeals::journal::{CaseEntry, Hash, verify};
use appeals::kind::Kind;
use appeals::measure::Measure;
use appeals::number::CaseNumber;
use appeals::pattern::{PatternSettings, Proposal, Signature, proposals};
use sqlx::FromRow;
use transit::EpochS;

/// Cases of one list at most.
const CASES_MAX: u32 = 500;
/// How often a number or version that somebody else took is tried again.
const TRIES: usize = 5;

/// A case in a list.
#[derive(Clone, Debug)]
pub struct CaseRow {
    /// The case.
    pub case: Case,
}

/// A case with its way.
#[derive(Clone, Debug)]
pub struct CaseShown {
    /// The case.
    pub case: Case,
    /// Its journal, if it holds.
    pub journal: Vec<CaseEntry>,
}

struct Loaded {
    case: Case,
    seq: u32,
    head: Hash,
}

#[derive(FromRow)]
struct StateRow {
    body: String,
    journal_seq: i64,
    journal_head: String,
}

impl Register {
    /// Cases that the appeals of the last while propose, the largest first; each with the numbers of its appeals.
    pub async fn proposals(
        &self,
        place: PlaceOf<'_>,
    ) -> Result<Vec<(Proposal, Vec<String>)>, ServiceError> {
        let settings = PatternSettings::default();
        let rows = self.pattern_rows(self.now() - settings.within_s).await?;
        let signatures: Vec<Signature> =
            rows.iter().filter_map(|row| self.signature(row, place)).collect();
        let number = |id: &AppealId| {
            let id = id.to_string();
            rows.iter().find(|r| r.appeal_id == id).map(|r| r.number.clone())
        };
        let found = proposals(&signatures, self.now(), &settings).into_iter();
        Ok(found
            .map(|p| {
                let numbers = p.appeals.iter().filter_map(number).collect();
                (p, numbers)
            })
            .collect())
    }

    /// These appeals do not make a case: patterns leave them alone from now on.
    pub async fn reject_proposal(
        &self,
        appeals: &[AppealId],
        reason: &str,
        actor: &Actor,
    ) -> Result<(), ServiceError> {
        let person = actor.person.ok_or(ServiceError::Case(CaseRefusal::NotPermitted))?;
        if appeals::access::may(actor.role, appeals::access::Action::JoinCase)
            != appeals::access::Grant::Yes
        {
            return Err(ServiceError::Case(CaseRefusal::NotPermitted));
        }
        if reason.trim().is_empty() {
            return Err(ServiceError::Case(CaseRefusal::ReasonMissing));
        }
        let statements = appeals.iter().map(|id| {
            Statement::new(
                "INSERT INTO case_rejections (appeal_id, at, person_id, reason) \
                 VALUES ($1, $2, $3, $4) ON CONFLICT (appeal_id) DO NOTHING",
                vec![
                    id.to_string().into(),
                    self.now().into(),
                    person.to_string().into(),
                    reason.trim().into(),
                ],
            )
            .optional()
        });
        Ok(self.ledger.write(statements.collect()).await?)
    }

    /// Opens a case over appeals that have none, or that `of` gives away: a split.
    pub async fn open_case(
        &self,
        (title, kind, scope): (&str, Kind, Scope),
        by_pattern: bool,
        appeals: &[AppealId],
        of: Option<CaseNumber>,
        actor: &Actor,
    ) -> Result<Case, ServiceError> {
        for _ in 0..TRIES {
            let (now, mut joined) = (self.now(), Vec::new());
            let mut statements = Vec::new();
            let id = CaseId::new(self.now_ms(), random()?);
            if let Some(number) = of {
                let mut loaded = self.load_case(number).await?;
                let mut events = Vec::new();
                let seen = loaded.case.version;
                for appeal in appeals {
                    let leave = CaseCommand::Leave { appeal: *appeal };
                    events.extend(self.judged(&loaded.case, &leave, actor, seen)?);
                }
                loaded.case.accept(&events);
                statements.extend(self.case_statements(loaded, seen, &events, actor)?);
            }
            for appeal in appeals {
                let before = self.load(*appeal).await?.appeal;
                if before.case.is_some() && of.is_none() {
                    return Err(ServiceError::Case(CaseRefusal::JoinedBefore));
                }
                joined.push((*appeal, before.received_at));
                let join = Command::JoinCase { case: Some(id) };
                statements.extend(self.prepared(*appeal, None, &join, actor).await?.1);
            }
            let opening = Opening {
                id,
                number: self.next_case_number().await?,
                title: title.to_owned(),
                kind,
                scope: scope.clone(),
                by_pattern,
                appeals: joined,
            };
            let (case, events) = open(opening, actor, now).map_err(ServiceError::Case)?;
            let entries = entries(None, id, now, (actor.person, Some(actor.role)), &events)?;
            let head = entries.last().ok_or(ServiceError::Journal)?;
            // The case first: the rows of the appeals name it.
            let mut all = vec![insert(&case, head)?];
            all.extend(entries.iter().map(journal_row));
            all.extend(statements);
            match self.ledger.write(all).await {
                Ok(()) => return Ok(case),
                Err(LedgerError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(ServiceError::Numbers)
    }

    /// Does `command` to the case, if `seen` is still its version and the actor may. What it means for appeals
    /// is written with it.
    pub async fn work_case(
        &self,
        number: CaseNumber,
        seen: u32,
        command: &CaseCommand,
        actor: &Actor,
    ) -> Result<Case, ServiceError> {
        let mut loaded = self.load_case(number).await?;
        let events = self.judged(&loaded.case, command, actor, seen)?;
        let id = loaded.case.id;
        loaded.case.accept(&events);
        let case = loaded.case.clone();
        let mut statements = self.case_statements(loaded, seen, &events, actor)?;
        let join = match command {
            CaseCommand::Join { appeal, .. } => Some((*appeal, Some(id))),
            CaseCommand::Leave { appeal } => Some((*appeal, None)),
            _ => None,
        };
        if let Some((appeal, case)) = join {
            if case.is_some() && self.load(appeal).await?.appeal.case.is_some() {
                return Err(ServiceError::Case(CaseRefusal::JoinedBefore));
            }
            let join = Command::JoinCase { case };
            statements.extend(self.prepared(appeal, None, &join, actor).await?.1);
        }
        self.ledger.write(statements).await.map_err(|error| match error {
            LedgerError::Conflict(_) => {
                ServiceError::Case(CaseRefusal::Version { expected: seen, found: seen + 1 })
            }
            error => error.into(),
        })?;
        Ok(case)
    }

    fn judged(
        &self,
        case: &Case,
        command: &CaseCommand,
        actor: &Actor,
        seen: u32,
    ) -> Result<Vec<CaseEvent>, ServiceError> {
        let today = self.law().office().date(self.now());
        case.decide(command, actor, seen, today).map_err(ServiceError::Case)
    }

    fn case_statements(
        &self,
        Loaded { case, seq, head }: Loaded,
        seen: u32,
        events: &[CaseEvent],
        actor: &Actor,
    ) -> Result<Vec<Statement>, ServiceError> {
        let entries = entries(
            Some((seq, head)),
            case.id,
            self.now(),
            (actor.person, Some(actor.role)),
            events,
        )?;
        let last = entries.last().ok_or(ServiceError::Journal)?;
        let mut statements = vec![update(&case, seen, last)?];
        statements.extend(entries.iter().map(journal_row));
        for event in events {
            match event {
                CaseEvent::Promised { measure } => statements.push(measure_row(measure)?),
                CaseEvent::MeasureDone { measure, .. } => {
                    let done = case.measure(*measure).ok_or(ServiceError::Journal)?;
                    statements.push(measure_row(done)?);
                }
                CaseEvent::EffectsFound { effects } => {
                    for effect in effects {
                        statements.push(effect_row(effect, self.now())?);
                    }
                }
                _ => {}
            }
        }
        Ok(statements)
    }

    /// Cases, those that somebody must still do something about first, the newest first.
    pub async fn cases(&self) -> Result<Vec<CaseRow>, ServiceError> {
        let sql = format!(
            "SELECT body FROM cases ORDER BY opened_at DESC, number DESC LIMIT {CASES_MAX}"
        );
        let rows = self.ledger.rows::<(String,)>(&sql, Vec::new()).await?;
        let cases: Result<Vec<CaseRow>, ServiceError> =
            rows.iter().map(|(body,)| Ok(CaseRow { case: read(body)? })).collect();
        let mut cases = cases?;
        cases.sort_by_key(|row| !row.case.status.is_open());
        Ok(cases)
    }

    /// A case with its way.
    pub async fn case(&self, number: CaseNumber) -> Result<CaseShown, ServiceError> {
        let Loaded { case, head, .. } = self.load_case(number).await?;
        let sql = "SELECT seq, at, actor_id, role, prev, hash, payload AS body FROM case_journal \
                   WHERE case_id = $1 ORDER BY seq";
        let rows = self.ledger.rows::<JournalRow>(sql, vec![case.id.to_string().into()]).await?;
        let journal: Result<Vec<CaseEntry>, ServiceError> =
            rows.into_iter().map(|row| entry(case.id, row)).collect();
        let journal = journal?;
        verify(case.id, &journal, Some(head)).map_err(|_| ServiceError::Journal)?;
        Ok(CaseShown { case, journal })
    }

    /// The number of a case.
    pub async fn case_number(&self, id: CaseId) -> Result<Option<String>, ServiceError> {
        let sql = "SELECT number FROM cases WHERE case_id = $1";
        let row = self.ledger.row::<(String,)>(sql, vec![id.to_string().into()]).await?;
        Ok(row.map(|r| r.0))
    }

    /// A new id of a measure.
    pub fn new_measure_id(&self) -> Result<MeasureId, ServiceError> {
        Ok(MeasureId::new(self.now_ms(), random()?))
    }

    async fn load_case(&self, number: CaseNumber) -> Result<Loaded, ServiceError> {
        let sql = "SELECT body, journal_seq, journal_head FROM cases WHERE number = $1";
        let row = self.ledger.row::<StateRow>(sql, vec![number.to_string().into()]).await?;
        let row = row.ok_or(ServiceError::UnknownCase)?;
        let head = row.journal_head.parse().map_err(|_| ServiceError::Journal)?;
        Ok(Loaded { case: read(&row.body)?, seq: row.journal_seq as u32, head })
    }

    async fn next_case_number(&self) -> Result<CaseNumber, ServiceError> {
        let year = self.law().office().date(self.now()).year();
        let sql = "SELECT number FROM cases WHERE number LIKE $1 ORDER BY LENGTH(number) DESC, \
                   number DESC LIMIT 1";
        let like = format!("П-{year:04}-%");
        let last = self.ledger.row::<(String,)>(sql, vec![like.into()]).await?;
        let last = last.and_then(|r| r.0.parse::<CaseNumber>().ok());
        Ok(CaseNumber { year, serial: last.map_or(1, |n| n.serial + 1) })
    }
}

pub(super) fn read(body: &str) -> Result<Case, ServiceError> {
    serde_json::from_str(body)
        .map_err(|e| ServiceError::Data(format!("a case cannot be read: {e}")))
}

fn written<T: serde::Serialize>(value: &T) -> Result<String, ServiceError> {
    serde_json::to_string(value).map_err(|e| ServiceError::Data(e.to_string()))
}

fn entry(case: CaseId, row: JournalRow) -> Result<CaseEntry, ServiceError> {
    let (actor, role) = row.who()?;
    let (prev, hash) = row.hashes()?;
    let (seq, at, payload) = (row.seq as u32, row.at, row.body);
    Ok(CaseEntry { of: case, seq, at, actor, role, payload, prev, hash })
}

fn insert(case: &Case, head: &CaseEntry) -> Result<Statement, ServiceError> {
    Ok(Statement::new(
        "INSERT INTO cases (case_id, number, kind, route_id, status, opened_at, version, body, \
         journal_seq, journal_head) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        vec![
            case.id.to_string().into(),
            case.number.to_string().into(),
            case.kind.code().into(),
            case.scope.route.as_ref().map(|r| r.0.clone()).into(),
            case.status.name().into(),
            case.opened_at.into(),
            case.version.into(),
            written(case)?.into(),
            head.seq.into(),
            head.hash.to_string().into(),
        ],
    ))
}

fn update(case: &Case, seen: u32, head: &CaseEntry) -> Result<Statement, ServiceError> {
    Ok(Statement::new(
        "UPDATE cases SET status = $1, version = $2, body = $3, journal_seq = $4, journal_head = $5 \
         WHERE case_id = $6 AND version = $7",
        vec![
            case.status.name().into(),
            case.version.into(),
            written(case)?.into(),
            head.seq.into(),
            head.hash.to_string().into(),
            case.id.to_string().into(),
            seen.into(),
        ],
    ))
}

fn journal_row(entry: &CaseEntry) -> Statement {
    Statement::new(
        "INSERT INTO case_journal (case_id, seq, at, actor_id, role, prev, hash, payload) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        vec![
            entry.of.to_string().into(),
            entry.seq.into(),
            entry.at.into(),
            entry.actor.map(|a| a.to_string()).into(),
            entry.role.as_ref().map(rows::name).into(),
            entry.prev.to_string().into(),
            entry.hash.to_string().into(),
            entry.payload.clone().into(),
        ],
    )
}

fn measure_row(measure: &Measure) -> Result<Statement, ServiceError> {
    Ok(Statement::new(
        "INSERT INTO measures (measure_id, case_id, due_on, done_on, body) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (measure_id) DO UPDATE SET \
         done_on = excluded.done_on, body = excluded.body",
        vec![
            measure.id.to_string().into(),
            measure.case.to_string().into(),
            measure.due_on.to_string().into(),
            measure.done_on.map(|d| d.to_string()).into(),
            written(measure)?.into(),
        ],
    ))
}

fn effect_row(effect: &Effect, now: EpochS) -> Result<Statement, ServiceError> {
    Ok(Statement::new(
        "INSERT INTO effects (effect_id, measure_id, computed_at, body) VALUES ($1, $2, $3, $4)",
        vec![
            effect.id.to_string().into(),
            effect.measure.to_string().into(),
            now.into(),
            written(effect)?.into(),
        ],
    ))
}
