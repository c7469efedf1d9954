//! What the register does for who filed an appeal: a pass for a while, others who said the same, consent,
//! a rating.

use super::{Register, ServiceError};
use crate::ledger::Statement;
use appeals::ids::AppealId;
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
    newest: Option<AppealId>,
}

impl Alike {
    fn of(rows: &[AlikeRow]) -> Self {
        Self {
            count: rows.len() as u32,
            newest: rows.first().and_then(|r| r.appeal_id.parse().ok()),
        }
    }
}

impl Register {
    /// A pass for one appeal: sealed, so that nobody makes one; the PIN is not in it.
    pub fn pass(&self, appeal: AppealId, now: i64) -> Result<String, ServiceError> {
        Ok(self.keys.seal(PASS_PLACE, &Pass { appeal, until: now + PASS_S })?)
    }

    /// The appeal that a pass opens, while it does.
    pub fn passed(&self, pass: &str, now: i64) -> Option<AppealId> {
        let pass: Pass = self.keys.open(PASS_PLACE, pass).ok()?;
        (now < pass.until && pass.until <= now + PASS_S).then_some(pass.appeal)
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

    /// The appeal joins those alike: noted for who makes cases of them, since a case is nobody's own. Done
    /// twice it is done once.
    pub async fn join(&self, id: AppealId, alike: &Alike) -> Result<(), ServiceError> {
        let Some(newest) = alike.newest else { return Ok(()) };
        let sql = "INSERT INTO appeal_joins (appeal_id, joined_id, joined_at) VALUES ($1, $2, $3) \
                   ON CONFLICT (appeal_id) DO NOTHING";
        let values = vec![id.to_string().into(), newest.to_string().into(), self.now().into()];
        Ok(self.ledger.write(vec![Statement::new(sql, values).optional()]).await?)
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
