//! Accounts: passwords as argon2id, a second factor as time-based one-time codes (RFC 6238).

use super::{HASHING_MAX, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, Staff, StaffError};
use crate::keys::{KEY_BYTES, random, same};
use crate::ledger::{LedgerError, Statement};
use appeals::access::{Role, Viewer};
use appeals::appeal::Actor;
use appeals::ids::{OrgId, PersonId};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sqlx::FromRow;

/// OWASP's first choice for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const SALT_BYTES: usize = 16;
const TOTP_SECRET_BYTES: usize = 20;
/// A code of the step before or after is taken as well: clocks differ.
const TOTP_SKEW_STEPS: u16 = 1;

/// A member of staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Who.
    pub person: PersonId,
    /// Login.
    pub login: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Organisation.
    pub org: Option<OrgId>,
    /// Desk.
    pub desk: Option<String>,
    /// May not sign in.
    pub disabled: bool,
    /// Has a second factor.
    pub has_totp: bool,
}

impl Account {
    /// As the machine of statuses knows who commands.
    pub fn actor(&self) -> Actor {
        Actor { person: Some(self.person), role: self.role, org: self.org.clone(), owns: false }
    }

    /// As the rules of visibility know who looks.
    pub fn viewer(&self) -> Viewer {
        Viewer {
            role: self.role,
            person: Some(self.person),
            org: self.org.clone(),
            revealed: false,
        }
    }
}

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Login.
    pub login: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Organisation.
    pub org: Option<String>,
    /// Desk.
    pub desk: Option<String>,
    /// Password.
    pub password: String,
}

#[derive(FromRow)]
pub(super) struct AccountRow {
    pub person_id: String,
    pub login: String,
    pub name: String,
    pub role: String,
    pub org_id: Option<String>,
    pub desk_id: Option<String>,
    pub password: String,
    pub totp_sealed: Option<String>,
    pub totp_step: i64,
    pub disabled: i64,
}

pub(super) const COLUMNS: &str = "staff.person_id, login, name, role, org_id, desk_id, password, \
     totp_sealed, totp_step, disabled";

impl AccountRow {
    pub fn account(&self) -> Result<Account, StaffError> {
        Ok(Account {
            person: self.person_id.parse().map_err(|_| StaffError::Unknown)?,
            login: self.login.clone(),
            name: self.name.clone(),
            role: parse_role(&self.role).ok_or(StaffError::Role)?,
            org: self.org_id.as_deref().map(OrgId::from),
            desk: self.desk_id.clone(),
            disabled: self.disabled != 0,
            has_totp: self.totp_sealed.is_some(),
        })
    }
}

/// The role of a wire name.
pub fn parse_role(name: &str) -> Option<Role> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
}

/// Roles that have accounts here.
fn is_staff(role: Role) -> bool {
    !role.is_citizen() && !matches!(role, Role::Public | Role::ApiClient | Role::System)
}

/// Passwords that everybody tries first, and what is made of the login.
fn is_common(password: &str, login: &str) -> bool {
    const STEMS: [&str; 12] = [
        "password", "qwerty", "123456", "111111", "abc123", "letmein", "welcome", "admin",
        "iloveyou", "changeme", "jolda", "almaty",
    ];
    let low = password.to_lowercase();
    let kinds = low.chars().collect::<std::collections::BTreeSet<_>>().len();
    let login = login.to_lowercase();
    let left = |stem: &str| low.replace(stem, "").chars().count();
    kinds < 5 || STEMS.iter().any(|s| left(s) < 6 && low.contains(s)) || left(&login) < 6
}

impl Staff {
    /// Makes an account.
    pub async fn add(&self, new: NewAccount) -> Result<Account, StaffError> {
        let login = new.login.trim().to_lowercase();
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
        if !(2..=64).contains(&login.chars().count()) || !login.chars().all(fits) {
            return Err(StaffError::Login);
        }
        if !is_staff(new.role) {
            return Err(StaffError::Role);
        }
        let password = self.hashed(&new.password, &login).await?;
        let at_ms = (self.clock.now_precise_s() * 1_000.0) as u64;
        let person = PersonId::new(at_ms, random()?);
        let role = super::audit::wire(&new.role);
        let values = vec![
            person.to_string().into(),
            login.clone().into(),
            new.name.clone().into(),
            role.into(),
            new.org.clone().into(),
            new.desk.clone().into(),
            password.into(),
            self.clock.now().into(),
        ];
        let sql = "INSERT INTO staff (person_id, login, name, role, org_id, desk_id, password, \
             totp_step, disabled, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, $8)";
        match self.ledger.write(vec![Statement::new(sql, values)]).await {
            Err(LedgerError::Conflict(_)) => return Err(StaffError::Taken),
            other => other?,
        }
        self.audit(Some(person), "account_added", &login, "").await?;
        self.account(&login).await
    }

    /// The account of a login.
    pub async fn account(&self, login: &str) -> Result<Account, StaffError> {
        self.account_row(login).await?.ok_or(StaffError::Unknown)?.account()
    }

    pub(super) async fn account_row(&self, login: &str) -> Result<Option<AccountRow>, StaffError> {
        let sql = format!("SELECT {COLUMNS} FROM staff WHERE login = $1");
        let login = login.trim().to_lowercase();
        Ok(self.ledger.row(&sql, vec![login.into()]).await?)
    }

    /// All accounts, by login.
    pub async fn accounts(&self) -> Result<Vec<Account>, StaffError> {
        let sql = format!("SELECT {COLUMNS} FROM staff ORDER BY login LIMIT 10000");
        let rows = self.ledger.rows::<AccountRow>(&sql, Vec::new()).await?;
        rows.iter().map(AccountRow::account).collect()
    }

    /// Disables an account, or lets it in again; a disabled one's sessions end at once.
    pub async fn set_disabled(&self, login: &str, disabled: bool) -> Result<(), StaffError> {
        let account = self.account(login).await?;
        let id = account.person.to_string();
        let change = Statement::new(
            "UPDATE staff SET disabled = $1 WHERE person_id = $2",
            vec![disabled.into(), id.clone().into()],
        );
        self.ledger.write(vec![change, self.end_sessions(&id)]).await?;
        let what = if disabled { "account_disabled" } else { "account_enabled" };
        self.audit(Some(account.person), what, &account.login, "").await
    }

    /// A new password; all sessions end.
    pub async fn set_password(&self, login: &str, password: &str) -> Result<(), StaffError> {
        let account = self.account(login).await?;
        let hash = self.hashed(password, &account.login).await?;
        let id = account.person.to_string();
        let change = Statement::new(
            "UPDATE staff SET password = $1 WHERE person_id = $2",
            vec![hash.into(), id.clone().into()],
        );
        self.ledger.write(vec![change, self.end_sessions(&id)]).await?;
        self.audit(Some(account.person), "password_set", &account.login, "").await
    }

    /// A new second factor: its secret in base32 and as an address for authenticator apps.
    pub async fn new_totp(&self, login: &str) -> Result<(String, String), StaffError> {
        let account = self.account(login).await?;
        let secret = random::<TOTP_SECRET_BYTES>()?.to_vec();
        let id = account.person.to_string();
        let sealed = self.keys.seal(&format!("totp/{id}"), &secret)?;
        let change = Statement::new(
            "UPDATE staff SET totp_sealed = $1, totp_step = 0 WHERE person_id = $2",
            vec![sealed.into(), id.clone().into()],
        );
        self.ledger.write(vec![change, self.end_sessions(&id)]).await?;
        self.audit(Some(account.person), "totp_set", &account.login, "").await?;
        let base32 = totp_rs::Secret::from(secret).to_base32();
        let url = format!(
            "otpauth://totp/Jolda:{}?secret={base32}&issuer=Jolda&algorithm=SHA1&digits=6&period=30",
            account.login
        );
        Ok((base32, url))
    }

    /// The step of a right code that was not used before; `None` for a wrong one.
    pub(super) fn totp_step(
        &self,
        row: &AccountRow,
        code: &str,
    ) -> Result<Option<i64>, StaffError> {
        let Some(sealed) = &row.totp_sealed else {
            return Ok((!self.limits.second_factor).then_some(row.totp_step));
        };
        let secret: Vec<u8> = self.keys.open(&format!("totp/{}", row.person_id), sealed)?;
        let now = self.clock.now().max(0) as u64;
        let code: String = code.chars().filter(char::is_ascii_digit).collect();
        Ok(totp(secret)?.check(&code, now).map(|s| s as i64).filter(|s| *s > row.totp_step))
    }

    async fn hashed(&self, password: &str, login: &str) -> Result<String, StaffError> {
        let chars = password.chars().count();
        if !(PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&chars) || is_common(password, login)
        {
            return Err(StaffError::Password);
        }
        let salt = random::<SALT_BYTES>()?;
        let hash = self.argon(password.to_owned(), salt.to_vec()).await?;
        Ok(format!("argon2id:{}:{}", BASE64.encode(salt), BASE64.encode(hash)))
    }

    /// Whether the password is that of the hash; takes as long without one.
    pub(super) async fn is_password(
        &self,
        password: &str,
        stored: Option<&str>,
    ) -> Result<bool, StaffError> {
        let parts = stored.and_then(|s| s.strip_prefix("argon2id:")?.split_once(':'));
        let decoded = parts
            .and_then(|(salt, hash)| Some((BASE64.decode(salt).ok()?, BASE64.decode(hash).ok()?)));
        let known = decoded.is_some();
        let (salt, hash) = decoded.unwrap_or((vec![0; SALT_BYTES], vec![0; KEY_BYTES]));
        let short: String = password.chars().take(PASSWORD_CHARS_MAX).collect();
        let computed = self.argon(short, salt).await?;
        Ok(same(&computed, &hash) && known && password.chars().count() <= PASSWORD_CHARS_MAX)
    }

    async fn argon(&self, password: String, salt: Vec<u8>) -> Result<[u8; KEY_BYTES], StaffError> {
        debug_assert!(self.hashing.available_permits() <= HASHING_MAX);
        let permit = self.hashing.acquire().await.map_err(|_| StaffError::Hash)?;
        let hashed = tokio::task::spawn_blocking(move || {
            let params = Params::new(MEMORY_KIB, PASSES, 1, Some(KEY_BYTES)).ok()?;
            let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            let mut hash = [0; KEY_BYTES];
            argon.hash_password_into(password.as_bytes(), &salt, &mut hash).ok()?;
            Some(hash)
        })
        .await;
        drop(permit);
        hashed.ok().flatten().ok_or(StaffError::Hash)
    }
}

/// The codes of a secret, as authenticator apps make them.
pub(super) fn totp(secret: Vec<u8>) -> Result<totp_rs::Totp, StaffError> {
    totp_rs::Builder::new()
        .with_secret(secret)
        .with_skew(TOTP_SKEW_STEPS)
        .build()
        .map_err(|_| StaffError::Hash)
}
