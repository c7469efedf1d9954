//! What the register does for who filed an appeal: a pass for a while, others who said the same, consent,
//! a rating.

use super::{Register, ServiceError};
use crate::ledger::Statement;
use appeals::ids::AppealId;
use appeals::journal::Hash;
use appeals::kind::Kind;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use transit::EpochS;

/// A pass opens its appeal for so long after the PIN was given, seconds of the machine.
pub const PASS_S: i64 = 30 * 60;
/// Where passes are sealed for.
const PASS_PLACE: &str = "citizen/pass";
/// Appeals about the same are looked for so far back, seconds.
const ALIKE_S: EpochS = 86_400;
/// At most so many are counted.
const ALIKE_MAX: u32 = 500;

#[derive(Serialize, Deserialize)]
struct Pass {
    appeal: AppealId,
    until: i64,
}

#[derive(FromRow)]
struct AlikeRow {
    appeal_id: String,
}

/// Appeals about the same as another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alike {
    /// How many.
    pub count: u32,
    pub(super) newest: Option<AppealId>,
}

impl Alike {
    fn of(rows: &[AlikeRow]) -> Self {
        Self {
            count: rows.len() as u32,
            newest: rows.first().and_then(|r| r.appeal_id.parse().ok()),
        }
    }
}

fn hash_of(pass: &str) -> String {
    Hash::of(pass.as_bytes()).to_string()
}

impl Register {
    /// A pass for one appeal: sealed, so that nobody makes one; the PIN is not in it.
    pub fn pass(&self, appeal: AppealId, now: i64) -> Result<String, ServiceError> {
        Ok(self.keys.seal(PASS_PLACE, &Pass { appeal, until: now + PASS_S })?)
    }

    /// The appeal that a pass opens, while it does and was not handed back.
    pub async fn passed(&self, pass: &str, now: i64) -> Result<Option<AppealId>, ServiceError> {
        let Ok(opened) = self.keys.open::<Pass>(PASS_PLACE, pass) else { return Ok(None) };
        if now >= opened.until || opened.until > now + PASS_S {
            return Ok(None);
        }
        let sql = "SELECT ended_at FROM ended_passes WHERE pass_hash = $1";
        let ended = self.ledger.row::<(i64,)>(sql, vec![hash_of(pass).into()]).await?;
        Ok(ended.is_none().then_some(opened.appeal))
    }

    /// The pass opens nothing any more, wherever else a copy of it lies. Those that ran out are forgotten.
    pub async fn end_pass(&self, pass: &str, now: i64) -> Result<(), ServiceError> {
        if self.passed(pass, now).await?.is_none() {
            return Ok(());
        }
        let end = "INSERT INTO ended_passes (pass_hash, ended_at) VALUES ($1, $2) \
                   ON CONFLICT (pass_hash) DO NOTHING";
        let end = Statement::new(end, vec![hash_of(pass).into(), now.into()]).optional();
        let forget = "DELETE FROM ended_passes WHERE ended_at < $1";
        let forget = Statement::new(forget, vec![(now - PASS_S).into()]).optional();
        Ok(self.ledger.write(vec![end, forget]).await?)
    }

    /// Appeals of the last day of the same kind about the same route, or where no route is named about the
    /// same stop. Kinds that are never public have none.
    pub async fn alike(
        &self,
        kind: Kind,
        route: Option<&str>,
        stop: Option<&str>,
    ) -> Result<Alike, ServiceError> {
        Ok(Alike::of(&self.alike_rows(kind, route, stop).await?))
    }

    async fn alike_rows(
        &self,
        kind: Kind,
        route: Option<&str>,
        stop: Option<&str>,
    ) -> Result<Vec<AlikeRow>, ServiceError> {
        if self.law().kinds().entry(kind).private {
            return Ok(Vec::new());
        }
        let (sql, place) = match (route, stop) {
            (Some(route), _) => (
                "SELECT appeal_id FROM appeals WHERE route_id = $1 AND kind = $2 \
                 AND registered_at >= $3 ORDER BY registered_at DESC, number DESC LIMIT $4",
                route,
            ),
            (None, Some(stop)) => (
                "SELECT appeal_id FROM appeals WHERE stop_id = $1 AND kind = $2 \
                 AND registered_at >= $3 ORDER BY registered_at DESC, number DESC LIMIT $4",
                stop,
            ),
            (None, None) => return Ok(Vec::new()),
        };
        let since = self.now() - ALIKE_S;
        let values = vec![place.into(), kind.code().into(), since.into(), ALIKE_MAX.into()];
        Ok(self.ledger.rows::<AlikeRow>(sql, values).await?)
    }

    /// The same, but for one appeal: for who has filed already.
    pub async fn alike_but(
        &self,
        kind: Kind,
        route: Option<&str>,
        stop: Option<&str>,
        id: AppealId,
    ) -> Result<Alike, ServiceError> {
        let mut rows = self.alike_rows(kind, route, stop).await?;
        let own = id.to_string();
        rows.retain(|row| row.appeal_id != own);
        Ok(Alike::of(&rows))
    }

    /// Keeps the consent to the processing of personal data, by the number of its wording.
    pub async fn consented(&self, id: AppealId, wording: u32) -> Result<(), ServiceError> {
        let sql = "INSERT INTO appeal_consents (appeal_id, wording, given_at) VALUES ($1, $2, $3) \
                   ON CONFLICT (appeal_id) DO NOTHING";
        let values = vec![id.to_string().into(), wording.into(), self.now().into()];
        Ok(self.ledger.write(vec![Statement::new(sql, values).optional()]).await?)
    }

    /// Keeps what the applicant thinks of the answer; the first word counts.
    pub async fn rate(&self, id: AppealId, stars: u32) -> Result<(), ServiceError> {
        let sql = "INSERT INTO appeal_ratings (appeal_id, stars, rated_at) VALUES ($1, $2, $3) \
                   ON CONFLICT (appeal_id) DO NOTHING";
        let values = vec![id.to_string().into(), stars.into(), self.now().into()];
        Ok(self.ledger.write(vec![Statement::new(sql, values).optional()]).await?)
    }

    /// The rating that was given.
    pub async fn rated(&self, id: AppealId) -> Result<Option<u8>, ServiceError> {
        let sql = "SELECT CAST(stars AS BIGINT) FROM appeal_ratings WHERE appeal_id = $1";
        let row = self.ledger.row::<(i64,)>(sql, vec![id.to_string().into()]).await?;
        Ok(row.and_then(|(stars,)| u8::try_from(stars).ok()))
    }
}
