//! What a handler needs beside the appeal itself: what may be done now, what its evidence says, appeals that may
//! be of the same thing.

use super::{QueueRow, Register, ServiceError, rows};
use appeals::answer::ReplyBy;
use appeals::appeal::{Actor, Appeal, Offer, usual_reply};
use appeals::case::Scope;
use appeals::evidence::{Evidence, Packet};
use appeals::ids::{AppealId, CaseId};
use appeals::journal::Hash;
use appeals::kind::Kind;
use appeals::pattern::{PatternSettings, Signature, duplicates};
use jiff::civil::Date;
use sqlx::FromRow;
use std::collections::BTreeMap;
use transit::{EpochS, LatLon};

/// Appeals within so long may be alike, seconds: the same bus, or the same every morning.
const SIMILAR_S: EpochS = 28 * 86_400;
/// Rows looked through for likeness.
const LOOKED_THROUGH: u32 = 2_000;

/// The place of a `stop_id`.
pub type PlaceOf<'a> = &'a (dyn Fn(&str) -> Option<LatLon> + Sync);

/// Beside an appeal, for who works on it.
#[derive(Clone, Debug)]
pub struct Handling {
    /// The appeal.
    pub appeal: Appeal,
    /// What may be asked of it now.
    pub offers: Vec<Offer>,
    /// Where its journal stands.
    pub seq: u32,
    /// How the applicant wants to be answered.
    pub reply_by: ReplyBy,
    /// The last day that an extension may name.
    pub extension_until: Option<Date>,
    /// What its newest evidence holds.
    pub packet: Option<Packet>,
    /// The number of its case.
    pub case: Option<String>,
}

/// A row that patterns look at.
#[derive(Clone, Debug, FromRow)]
pub(super) struct PatternRow {
    pub appeal_id: String,
    pub number: String,
    pub kind: String,
    pub route_id: Option<String>,
    pub stop_id: Option<String>,
    pub event_at: Option<i64>,
    pub received_at: i64,
    pub case_id: Option<String>,
    pub person: Option<String>,
    pub joined_id: Option<String>,
}

const PATTERN_ROW: &str = "SELECT a.appeal_id, a.number, a.kind, a.route_id, a.stop_id, a.event_at, \
     a.received_at, a.case_id, COALESCE(p.phone_hash, c.phone_hash, p.email_hash, a.applicant_id) \
     AS person, j.joined_id FROM appeals a LEFT JOIN applicants p ON p.applicant_id = a.applicant_id \
     LEFT JOIN contacts c ON c.contact_id = a.contact_id \
     LEFT JOIN appeal_joins j ON j.appeal_id = a.appeal_id";

impl Register {
    /// Beside an appeal, for `actor`.
    pub async fn handling(&self, id: AppealId, actor: &Actor) -> Result<Handling, ServiceError> {
        let loaded = self.load(id).await?;
        let appeal = loaded.appeal;
        let (rules, now) = (self.law().rules(), self.now());
        let reply_by = match appeal.applicant {
            Some(applicant) => {
                let sql = "SELECT reply_by FROM applicants WHERE applicant_id = $1";
                let row = self.ledger.row::<(String,)>(sql, vec![applicant.to_string().into()]);
                row.await?.and_then(|r| rows::parse(&r.0))
            }
            None => None,
        };
        let case = match appeal.case {
            Some(case) => self.case_number(case).await?,
            None => None,
        };
        Ok(Handling {
            offers: appeal.offers(actor, rules, now),
            seq: loaded.last.0,
            reply_by: reply_by.unwrap_or(usual_reply(appeal.channel)),
            extension_until: appeal.extension_bounds(rules, now).map(|b| b.0),
            packet: self.packet(&appeal).await?,
            case,
            appeal,
        })
    }

    /// What the newest evidence of an appeal holds.
    pub async fn packet(&self, appeal: &Appeal) -> Result<Option<Packet>, ServiceError> {
        let Some(newest) = appeal.evidence else { return Ok(None) };
        let sql = "SELECT body FROM evidence WHERE evidence_id = $1";
        let row = self.ledger.row::<(String,)>(sql, vec![newest.id.to_string().into()]).await?;
        Ok(row.and_then(|(body,)| {
            let packet = serde_json::from_str::<Packet>(&body).ok();
            packet.or_else(|| Some(serde_json::from_str::<Evidence>(&body).ok()?.packet))
        }))
    }

    /// Appeals that may be of the same thing, the likest first.
    pub async fn similar(
        &self,
        to: &Appeal,
        place: PlaceOf<'_>,
    ) -> Result<Vec<QueueRow>, ServiceError> {
        let at = to.claim.time.and_then(|t| t.centre()).unwrap_or(to.received_at);
        let sql = format!(
            "{PATTERN_ROW} WHERE a.registered_at >= $1 AND a.registered_at < $2 \
             AND (a.route_id = $3 OR a.stop_id = $4) ORDER BY a.registered_at DESC LIMIT {LOOKED_THROUGH}"
        );
        let text = |t: Option<&String>| t.cloned().unwrap_or_default();
        let values = vec![
            (at - SIMILAR_S).into(),
            (at + SIMILAR_S).into(),
            text(to.claim.route.as_ref().map(|r| &r.0)).into(),
            text(to.claim.stop.as_ref().map(|s| &s.0)).into(),
        ];
        let found = self.ledger.rows::<PatternRow>(&sql, values).await?;
        let signatures: Vec<Signature> =
            found.iter().filter_map(|row| self.signature(row, place)).collect();
        let Some(own) = signatures.iter().find(|s| s.appeal == to.id) else {
            return Ok(Vec::new());
        };
        let settings = PatternSettings { duplicate_s: SIMILAR_S, ..PatternSettings::default() };
        let alike = duplicates(own, &signatures, &settings);
        let mut similar = Vec::with_capacity(alike.len());
        for one in alike {
            let number = found.iter().find(|r| r.appeal_id == one.appeal.to_string());
            let number = number.and_then(|r| r.number.parse().ok());
            if let Some(number) = number {
                similar.extend(self.row_of(number).await?);
            }
        }
        Ok(similar)
    }

    /// Appeals of the last while that patterns look at.
    pub(super) async fn pattern_rows(&self, from: EpochS) -> Result<Vec<PatternRow>, ServiceError> {
        let sql = format!(
            "{PATTERN_ROW} WHERE a.registered_at >= $1 AND a.case_id IS NULL \
             AND NOT EXISTS (SELECT 1 FROM case_rejections r WHERE r.appeal_id = a.appeal_id) \
             ORDER BY a.registered_at DESC LIMIT {PATTERN_ROWS_MAX}"
        );
        Ok(self.ledger.rows(&sql, vec![from.into()]).await?)
    }

    pub(super) fn signature(&self, row: &PatternRow, place: PlaceOf<'_>) -> Option<Signature> {
        let at = row.event_at.unwrap_or(row.received_at);
        let local = self.law().office().local(at);
        Some(Signature {
            appeal: row.appeal_id.parse().ok()?,
            kind: Kind::parse(&row.kind)?,
            route: row.route_id.as_deref().map(Into::into),
            direction: None,
            stop: row.stop_id.as_deref().map(Into::into),
            place: row.stop_id.as_deref().and_then(place),
            at,
            time_of_day_s: i32::from(local.hour()) * 3_600 + i32::from(local.minute()) * 60,
            weekday: local.weekday().to_monday_zero_offset() as u8,
            case: row.case_id.as_deref().and_then(|c| c.parse::<CaseId>().ok()),
            applicant: row.person.as_deref().map(person_number),
            joined: row.joined_id.as_deref().and_then(|j| j.parse().ok()),
        })
    }

    /// Words of a place and time that a case is about, as data for the page.
    pub fn hours_of(scope: &Scope) -> Option<(String, String)> {
        let text = |s: i32| format!("{:02}:{:02}", s / 3_600, s / 60 % 60);
        scope.hours_s.map(|(from, to)| (text(from), text(to)))
    }

    /// Names of people who work here, by id.
    pub async fn people(&self) -> Result<BTreeMap<String, String>, ServiceError> {
        let sql = "SELECT person_id, name FROM staff LIMIT 10000";
        Ok(self.ledger.rows::<(String, String)>(sql, Vec::new()).await?.into_iter().collect())
    }
}

/// Most appeals that a search for patterns looks at.
const PATTERN_ROWS_MAX: u32 = 20_000;

/// The same for the same person, and nothing of them.
fn person_number(hash: &str) -> u64 {
    let digest = Hash::of(hash.as_bytes()).0;
    digest.iter().take(8).fold(0, |n, byte| n << 8 | u64::from(*byte))
}

impl Register {
    /// What some appeals have in common, where no pattern proposed it: the kind and the route that most name, all
    /// their stops, the hours around them.
    pub async fn scope_of(
        &self,
        appeals: &[AppealId],
        place: PlaceOf<'_>,
    ) -> Result<(Kind, Scope), ServiceError> {
        let mut signatures = Vec::with_capacity(appeals.len());
        for id in appeals {
            let sql = format!("{PATTERN_ROW} WHERE a.appeal_id = $1");
            let row = self.ledger.row::<PatternRow>(&sql, vec![id.to_string().into()]).await?;
            signatures.extend(row.and_then(|row| self.signature(&row, place)));
        }
        appeals::pattern::common(&signatures).ok_or(ServiceError::Unknown)
    }
}
