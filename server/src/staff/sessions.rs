//! Signing in and out; a session is a random token, known here by its hash only.

use super::accounts::{AccountRow, COLUMNS};
use super::{Account, Staff, StaffError};
use crate::keys::random;
use crate::ledger::Statement;
use appeals::journal::Hash;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use std::net::IpAddr;

/// A session is noted as used at most so often, seconds.
const NOTE_S: i64 = 60;
const TOKEN_BYTES: usize = 32;
/// Sessions of one person at once, the new one among them; the one that was used longest ago ends.
const SESSIONS_MAX: u32 = 5;

/// A session that has just begun.
#[derive(Clone, Debug)]
pub struct Session {
    /// Whose.
    pub account: Account,
    /// What the browser keeps.
    pub token: String,
}

/// Who asks for a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looking {
    /// A person at the desk: the session is in use.
    InPerson,
    /// A page that asks by itself: a desk that was left stays left.
    ByItself,
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    began_at: i64,
    seen_at: i64,
}

impl Staff {
    /// Signs in. Whatever is wrong, the answer and its time are the same.
    pub async fn sign_in(
        &self,
        login: &str,
        password: &str,
        code: &str,
        address: IpAddr,
    ) -> Result<Session, StaffError> {
        let login = login.trim().to_lowercase();
        let now_s = self.clock.elapsed().as_secs_f64();
        if let Err(wait_s) = self.throttle.begin(&login, address, now_s) {
            return Err(StaffError::Wait(wait_s.ceil() as u64));
        }
        let row = self.account_row(&login).await?;
        let stored = row.as_ref().map(|r| r.password.as_str());
        let right = self.is_password(password, stored).await?;
        let step = match &row {
            Some(row) if right && row.disabled == 0 => self.totp_step(row, code)?,
            _ => None,
        };
        let (Some(row), Some(step)) = (row, step) else {
            self.audit(None, "sign_in_refused", &login, &address.to_string()).await?;
            return Err(StaffError::Wrong);
        };
        let token = BASE64.encode(random::<TOKEN_BYTES>()?);
        let now = self.clock.now();
        // A code that was used in the meantime changes no row: it is refused like a wrong one.
        let used = Statement::new(
            "UPDATE staff SET totp_step = $1 WHERE person_id = $2 AND disabled = 0 AND \
             (totp_sealed IS NULL OR totp_step < $1)",
            vec![step.into(), row.person_id.clone().into()],
        );
        let begin = Statement::new(
            "INSERT INTO sessions (token_hash, person_id, began_at, seen_at) VALUES ($1, $2, $3, $3)",
            vec![hash(&token).into(), row.person_id.clone().into(), now.into()],
        );
        self.ledger
            .write(vec![used, self.end_oldest(&row.person_id), begin])
            .await
            .map_err(|_| StaffError::Wrong)?;
        self.throttle.right(&login, address);
        let account = row.account()?;
        self.audit(Some(account.person), "signed_in", &login, &address.to_string()).await?;
        Ok(Session { account, token })
    }

    /// Whose token it is, while the session lasts and the account is not disabled.
    pub async fn who(&self, token: &str, looking: Looking) -> Result<Option<Account>, StaffError> {
        let token_hash = hash(token);
        let sql = format!(
            "SELECT {COLUMNS} FROM sessions JOIN staff ON staff.person_id = sessions.person_id \
             WHERE token_hash = $1 AND ended_at IS NULL AND disabled = 0"
        );
        let Some(row) =
            self.ledger.row::<AccountRow>(&sql, vec![token_hash.clone().into()]).await?
        else {
            return Ok(None);
        };
        let sql = "SELECT began_at, seen_at FROM sessions WHERE token_hash = $1";
        let session = self.ledger.row::<SessionRow>(sql, vec![token_hash.clone().into()]).await?;
        let now = self.clock.now();
        let Some(session) = session.filter(|s| {
            now - s.seen_at < self.limits.idle_s && now - s.began_at < self.limits.whole_s
        }) else {
            return Ok(None);
        };
        if looking == Looking::InPerson
            && now - session.seen_at >= NOTE_S.min(self.limits.idle_s / 2)
        {
            let note = Statement::new(
                "UPDATE sessions SET seen_at = $1 WHERE token_hash = $2 AND ended_at IS NULL",
                vec![now.into(), token_hash.into()],
            );
            self.ledger.write(vec![note.optional()]).await?;
        }
        row.account().map(Some)
    }

    /// Ends a session.
    pub async fn sign_out(&self, token: &str) -> Result<(), StaffError> {
        let Some(account) = self.who(token, Looking::InPerson).await? else { return Ok(()) };
        let end = Statement::new(
            "UPDATE sessions SET ended_at = $1 WHERE token_hash = $2 AND ended_at IS NULL",
            vec![self.clock.now().into(), hash(token).into()],
        );
        self.ledger.write(vec![end.optional()]).await?;
        self.audit(Some(account.person), "signed_out", &account.login, "").await
    }

    /// Leaves room for one more session.
    fn end_oldest(&self, person_id: &str) -> Statement {
        let sql = "UPDATE sessions SET ended_at = $1 WHERE person_id = $2 AND ended_at IS NULL \
                   AND token_hash NOT IN (SELECT token_hash FROM sessions WHERE person_id = $2 \
                   AND ended_at IS NULL ORDER BY seen_at DESC, began_at DESC LIMIT $3)";
        let kept = i64::from(SESSIONS_MAX - 1);
        Statement::new(sql, vec![self.clock.now().into(), person_id.into(), kept.into()]).optional()
    }

    pub(super) fn end_sessions(&self, person_id: &str) -> Statement {
        Statement::new(
            "UPDATE sessions SET ended_at = $1 WHERE person_id = $2 AND ended_at IS NULL",
            vec![self.clock.now().into(), person_id.into()],
        )
        .optional()
    }
}

fn hash(token: &str) -> String {
    Hash::of(token.as_bytes()).to_string()
}
