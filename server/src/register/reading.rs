//! Questions to the register.

use super::rows::JournalRow;
use super::{Keys, Personal, Register, ServiceError};
use crate::ledger::{Statement, Value};
use api::{AppealNotice, AppealRow, AppealStep};
use appeals::appeal::{Appeal, Event, Status};
use appeals::ids::AppealId;
use appeals::journal::{Entry, verify};
use appeals::number::{AppealNumber, Pin};
use appeals::words::Language;
use sqlx::FromRow;
use transit::EpochS;

/// Most rows of one answer.
pub const ROWS_MAX: u32 = 1_000;
/// Appeals that are looked up by number in one question.
const NUMBERS_AT_ONCE: usize = 100;
/// Entries of journals that are looked at in one go, for steps among them …
const ENTRIES_AT_ONCE: u32 = 1_000;
/// … and in all for one answer.
const ENTRIES_MAX: u32 = 20_000;

const ROW: &str = "SELECT appeal_id, number, kind, status, channel, desk_id, assignee_id, route_id, \
     stop_id, vehicle_id, event_at, finding, safety, registered_at, updated_at, due_at, version, legal_kind \
     FROM appeals";

/// Which appeals. What is `None` is open.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Only those that are worked on, or only those that are done.
    pub open: Option<bool>,
    /// Of this desk.
    pub desk: Option<String>,
    /// Of this person.
    pub assignee: Option<String>,
    /// Of this kind.
    pub kind: Option<String>,
    /// In this status.
    pub status: Option<String>,
    /// About this route.
    pub route_id: Option<String>,
    /// About this stop.
    pub stop_id: Option<String>,
    /// About this vehicle.
    pub vehicle_id: Option<String>,
    /// Of what happened from then to before then; where that is not said, of what was received then.
    pub happened: Option<(EpochS, EpochS)>,
    /// That this carrier was asked about.
    pub carrier: Option<String>,
    /// With this number.
    pub number: Option<String>,
    /// Of the telephone with this keyed hash.
    pub phone_hash: Option<String>,
    /// Filed with the e-mail address with this keyed hash.
    pub email_hash: Option<String>,
    /// Put into the register from then …
    pub from: Option<EpochS>,
    /// … to before then.
    pub to: Option<EpochS>,
    /// Of this case.
    pub case_id: Option<String>,
    /// So many rows are left out from the beginning.
    pub skip: u32,
    /// Changed from then …
    pub updated_from: Option<EpochS>,
    /// … to before then.
    pub updated_to: Option<EpochS>,
}

/// An appeal in a list.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "columns of the table")]
pub struct QueueRow {
    pub appeal_id: String,
    pub number: String,
    pub kind: String,
    pub status: String,
    pub channel: String,
    pub desk_id: String,
    pub assignee_id: Option<String>,
    pub route_id: Option<String>,
    pub stop_id: Option<String>,
    pub vehicle_id: Option<String>,
    pub event_at: Option<i64>,
    pub finding: Option<String>,
    pub safety: i64,
    pub registered_at: i64,
    pub updated_at: i64,
    pub due_at: Option<i64>,
    pub version: i64,
    pub legal_kind: String,
}

impl From<QueueRow> for AppealRow {
    fn from(row: QueueRow) -> Self {
        Self {
            number: row.number,
            kind: row.kind,
            status: row.status,
            channel: row.channel,
            desk: row.desk_id,
            assignee: row.assignee_id,
            route_id: row.route_id,
            stop_id: row.stop_id,
            event_at: row.event_at,
            finding: row.finding,
            safety: row.safety != 0,
            registered_at: row.registered_at,
            due_at: row.due_at,
            version: row.version as u32,
        }
    }
}

/// An appeal with the way that it went.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The appeal.
    pub appeal: Appeal,
    /// Its statuses in order.
    pub steps: Vec<AppealStep>,
    /// What the applicant was told besides.
    pub told: Vec<AppealNotice>,
}

/// A step of the way of an appeal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepTaken {
    /// The appeal's number.
    pub number: String,
    /// Which entry of its journal.
    pub seq: u32,
    /// When.
    pub at: EpochS,
    /// To which status.
    pub to: Status,
}

#[derive(FromRow)]
struct SpanRow {
    appeal_id: String,
    number: String,
    seq: i64,
    at: i64,
    sealed: String,
}

#[derive(FromRow)]
struct PinRow {
    appeal_id: String,
    pin_hash: String,
}

impl Register {
    /// Appeals by the time that is left, least first; those without a term after them.
    pub async fn queue(&self, asked: &Asked, limit: u32) -> Result<Vec<QueueRow>, ServiceError> {
        let order =
            "ORDER BY safety DESC, CASE WHEN due_at IS NULL THEN 1 ELSE 0 END, due_at, number";
        self.list(asked, order, limit).await
    }

    /// Appeals, newest first.
    pub async fn newest(&self, asked: &Asked, limit: u32) -> Result<Vec<QueueRow>, ServiceError> {
        self.list(asked, "ORDER BY registered_at DESC, number DESC", limit).await
    }

    async fn list(
        &self,
        asked: &Asked,
        order: &str,
        limit: u32,
    ) -> Result<Vec<QueueRow>, ServiceError> {
        let (wheres, values) = conditions(asked);
        let (limit, skip) = (limit.min(ROWS_MAX), asked.skip);
        let sql = format!("{ROW}{wheres} {order} LIMIT {limit} OFFSET {skip}");
        Ok(self.ledger.rows(&sql, values).await?)
    }

    /// How many appeals there are.
    pub async fn count(&self, asked: &Asked) -> Result<u64, ServiceError> {
        let (wheres, values) = conditions(asked);
        let sql = format!("SELECT COUNT(*) FROM appeals{wheres}");
        let row = self.ledger.row::<(i64,)>(&sql, values).await?;
        Ok(row.map_or(0, |r| r.0.unsigned_abs()))
    }

    /// The row of a number.
    pub async fn row_of(&self, number: AppealNumber) -> Result<Option<QueueRow>, ServiceError> {
        let sql = format!("{ROW} WHERE number = $1");
        Ok(self.ledger.row(&sql, vec![number.to_string().into()]).await?)
    }

    /// The rows of some numbers, in their order; unknown ones are left out.
    pub async fn rows_of(&self, numbers: &[AppealNumber]) -> Result<Vec<QueueRow>, ServiceError> {
        let mut found: Vec<QueueRow> = Vec::with_capacity(numbers.len());
        for some in numbers.chunks(NUMBERS_AT_ONCE) {
            let places: Vec<String> = (1..=some.len()).map(|n| format!("${n}")).collect();
            let sql = format!("{ROW} WHERE number IN ({})", places.join(", "));
            let texts: Vec<String> = some.iter().map(ToString::to_string).collect();
            let values = texts.iter().map(|t| t.as_str().into()).collect();
            let rows = self.ledger.rows::<QueueRow>(&sql, values).await?;
            let of = |text: &String| rows.iter().find(|row| row.number == *text).cloned();
            found.extend(texts.iter().filter_map(of));
        }
        Ok(found)
    }

    /// The id of a number.
    pub async fn id_of(&self, number: AppealNumber) -> Result<AppealId, ServiceError> {
        let row = self.row_of(number).await?.ok_or(ServiceError::Unknown)?;
        row.appeal_id.parse().map_err(|_| ServiceError::Unknown)
    }

    /// The appeal of a number and its PIN. A wrong number and a wrong PIN are one answer and take one time.
    pub async fn id_by_pin(&self, number: &str, pin: &str) -> Result<AppealId, ServiceError> {
        let number = number.parse::<AppealNumber>().ok().map(|n| n.to_string());
        let sql = "SELECT appeal_id, pin_hash FROM appeals WHERE number = $1";
        let values = vec![number.unwrap_or_default().into()];
        let row = self.ledger.row::<PinRow>(sql, values).await?;
        let pin = Pin::parse(pin);
        let nothing = Pin::parse("00000000");
        let Some(tried) = pin.or(nothing) else { return Err(ServiceError::Unknown) };
        let hash = row.as_ref().map(|r| r.pin_hash.as_str());
        let right = self.keys.is_pin(tried, hash) && pin.is_some();
        let id = row.filter(|_| right).and_then(|r| r.appeal_id.parse().ok());
        id.ok_or(ServiceError::Unknown)
    }

    /// The appeal with its way, for who knows its PIN.
    pub async fn stage(&self, id: AppealId, language: Language) -> Result<Stage, ServiceError> {
        let appeal = self.load(id).await?.appeal;
        let (mut steps, mut told) = (Vec::new(), Vec::new());
        for entry in self.journal(id).await? {
            let status = match entry.event().map_err(|_| ServiceError::Journal)? {
                Event::Registered { .. } => Status::Registered,
                Event::Moved { to, .. } => to,
                Event::Told { text } => {
                    told.push(AppealNotice { at: entry.at, text });
                    continue;
                }
                _ => continue,
            };
            steps.push(AppealStep {
                at: entry.at,
                status: status.name().to_owned(),
                label: status.label(language).to_owned(),
            });
        }
        Ok(Stage { appeal, steps, told })
    }

    /// The steps of all appeals from `from` to before `to` in their order, the first behind registration. Where
    /// there are more than `limit`, the next question begins at the last.
    pub async fn steps_taken(
        &self,
        from: EpochS,
        to: EpochS,
        limit: usize,
    ) -> Result<Vec<StepTaken>, ServiceError> {
        let sql = format!(
            "SELECT j.appeal_id, a.number, j.seq, j.at, j.sealed FROM appeal_journal j \
             JOIN appeals a ON a.appeal_id = j.appeal_id \
             WHERE j.at < $1 AND (j.at, j.appeal_id, j.seq) > ($2, $3, $4) \
             ORDER BY j.at, j.appeal_id, j.seq LIMIT {ENTRIES_AT_ONCE}"
        );
        let mut steps = Vec::new();
        let mut last = (from, String::new(), 0);
        for _ in 0..ENTRIES_MAX / ENTRIES_AT_ONCE {
            let (at, appeal, seq) = last.clone();
            let values = vec![to.into(), at.into(), appeal.into(), seq.into()];
            let rows = self.ledger.rows::<SpanRow>(&sql, values).await?;
            for row in &rows {
                let place = format!("journal/{}/{}", row.appeal_id, row.seq);
                let payload: String = self.keys.open(&place, &row.sealed)?;
                let event = serde_json::from_str(&payload).map_err(|_| ServiceError::Journal)?;
                if let Event::Moved { to, .. } = event {
                    let (number, seq) = (row.number.clone(), row.seq as u32);
                    steps.push(StepTaken { number, seq, at: row.at, to });
                }
            }
            steps.truncate(limit);
            match rows.into_iter().next_back() {
                Some(row) if steps.len() < limit => last = (row.at, row.appeal_id, row.seq),
                _ => break,
            }
        }
        Ok(steps)
    }

    /// The whole journal of an appeal, if it holds.
    pub async fn journal(&self, id: AppealId) -> Result<Vec<Entry>, ServiceError> {
        let head = self.load(id).await?.last.1;
        let sql = "SELECT seq, at, actor_id, role, prev, hash, sealed AS body FROM appeal_journal \
                   WHERE appeal_id = $1 ORDER BY seq";
        let rows = self.ledger.rows::<JournalRow>(sql, vec![id.to_string().into()]).await?;
        let entries: Result<Vec<_>, _> =
            rows.iter().map(|row| entry(&self.keys, id, row)).collect();
        let entries = entries?;
        verify(id, &entries, Some(head)).map_err(|_| ServiceError::Journal)?;
        Ok(entries)
    }

    /// Who appeals, opened.
    pub(super) async fn personal(&self, appeal: &Appeal) -> Result<Personal, ServiceError> {
        let (sql, id, place) = match appeal.applicant {
            Some(id) => (
                "SELECT sealed FROM applicants WHERE applicant_id = $1",
                id.to_string(),
                format!("applicant/{id}"),
            ),
            None => (
                "SELECT sealed FROM contacts WHERE contact_id = $1",
                appeal.contact.to_string(),
                format!("contact/{}", appeal.contact),
            ),
        };
        let row = self.ledger.row::<(Option<String>,)>(sql, vec![id.into()]).await?;
        match row.and_then(|r| r.0) {
            Some(sealed) => Ok(self.keys.open(&place, &sealed)?),
            None => Ok(Personal::default()),
        }
    }

    /// The token by which Open311's batch mode asks for the number of an appeal later.
    pub async fn give_token(&self, id: AppealId) -> Result<String, ServiceError> {
        let token: String = self.keys.lookup(&format!("open311:{id}"))?;
        let token: String = token.chars().filter(char::is_ascii_alphanumeric).collect();
        let sql = "INSERT INTO open311_tokens (token, appeal_id, at) VALUES ($1, $2, $3) \
                   ON CONFLICT (token) DO NOTHING";
        let values = vec![token.clone().into(), id.to_string().into(), self.now().into()];
        self.ledger.write(vec![Statement::new(sql, values).optional()]).await?;
        Ok(token)
    }

    /// The number behind a token.
    pub async fn number_of_token(&self, token: &str) -> Result<Option<String>, ServiceError> {
        let sql = "SELECT number FROM appeals WHERE appeal_id = \
                   (SELECT appeal_id FROM open311_tokens WHERE token = $1)";
        Ok(self.ledger.row::<(String,)>(sql, vec![token.into()]).await?.map(|r| r.0))
    }

    /// The appeal of a number, if it was filed with this e-mail address.
    pub async fn is_of_email(
        &self,
        number: AppealNumber,
        email: &str,
    ) -> Result<Option<AppealId>, ServiceError> {
        let id = match self.id_of(number).await {
            Err(ServiceError::Unknown) => return Ok(None),
            id => id?,
        };
        let personal = self.personal(&self.load(id).await?.appeal).await?;
        let same = |known: &str| known.trim().eq_ignore_ascii_case(email.trim());
        Ok(personal.email.as_deref().is_some_and(same).then_some(id))
    }

    /// The keyed hash of a telephone.
    pub fn phone_hash(&self, phone: &str) -> Result<Option<String>, ServiceError> {
        Ok(self.keys.phone(phone)?)
    }
}

fn entry(keys: &Keys, appeal: AppealId, row: &JournalRow) -> Result<Entry, ServiceError> {
    let place = format!("journal/{appeal}/{}", row.seq);
    let (actor, role) = row.who()?;
    let (prev, hash) = row.hashes()?;
    let payload = keys.open(&place, &row.body)?;
    Ok(Entry { of: appeal, seq: row.seq as u32, at: row.at, actor, role, payload, prev, hash })
}

/// `WHERE …` of a question, and its values.
fn conditions(asked: &Asked) -> (String, Vec<Value>) {
    let mut wheres: Vec<String> = Vec::new();
    let mut values: Vec<Value> = Vec::new();
    let texts = [
        ("desk_id = ", &asked.desk),
        ("assignee_id = ", &asked.assignee),
        ("kind = ", &asked.kind),
        ("status = ", &asked.status),
        ("case_id = ", &asked.case_id),
        ("route_id = ", &asked.route_id),
        ("stop_id = ", &asked.stop_id),
        ("vehicle_id = ", &asked.vehicle_id),
        ("carrier_id = ", &asked.carrier),
        ("number = ", &asked.number),
    ];
    let mut add = |condition: &str, value: Value| {
        values.push(value);
        wheres.push(condition.replace('?', &format!("${}", values.len())));
    };
    if let Some(open) = asked.open {
        add("is_open = ?", open.into());
    }
    for (condition, value) in texts {
        if let Some(value) = value {
            add(&format!("{condition}?"), value.clone().into());
        }
    }
    if let Some(hash) = &asked.phone_hash {
        let by_phone = "(applicant_id IN (SELECT applicant_id FROM applicants WHERE phone_hash = ?) \
             OR contact_id IN (SELECT contact_id FROM contacts WHERE phone_hash = ?))";
        add(by_phone, hash.clone().into());
    }
    if let Some(hash) = &asked.email_hash {
        let by_email = "applicant_id IN (SELECT applicant_id FROM applicants WHERE email_hash = ?)";
        add(by_email, hash.clone().into());
    }
    if let Some((from, to)) = asked.happened {
        add("COALESCE(event_at, received_at) >= ?", from.into());
        add("COALESCE(event_at, received_at) < ?", to.into());
    }
    if let Some(from) = asked.from {
        add("registered_at >= ?", from.into());
    }
    if let Some(to) = asked.to {
        add("registered_at < ?", to.into());
    }
    let updated = [("updated_at >= ?", asked.updated_from), ("updated_at < ?", asked.updated_to)];
    for (condition, at) in updated {
        if let Some(at) = at {
            add(condition, at.into());
        }
    }
    let wheres =
        if wheres.is_empty() { String::new() } else { format!(" WHERE {}", wheres.join(" AND ")) };
    (wheres, values)
}
