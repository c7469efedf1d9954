//! An account, for who wants one: whoever reads the mail of an address sees what was filed with it. Of the
//! address nothing is kept but its keyed hash, of a code and of a session their hashes.

use super::{Asked, Register, ServiceError, random};
use crate::keys::{SealError, same};
use crate::ledger::{LedgerError, Statement};
use crate::outbox::{Outgoing, account_code};
use appeals::appeal::Appeal;
use appeals::ids::AppealId;
use appeals::journal::Hash;
use appeals::number::AppealNumber;
use appeals::words::Language;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use sqlx::FromRow;

/// Longest session, seconds of the machine.
pub const ACCOUNT_S: i64 = 12 * 3_600;
/// A session without a request ends after so long, seconds.
const IDLE_S: i64 = 30 * 60;
/// A session is noted as used at most so often, seconds.
const NOTE_S: i64 = 60;
/// Sessions of one address at once, the new one among them.
const SESSIONS_MAX: u32 = 5;
/// A code opens an account for so long after it was asked for, seconds of the machine.
const CODE_S: i64 = 10 * 60;
/// Tries of one code.
const CODE_TRIES: u32 = 5;
/// So many codes there are: six digits.
const CODES: u32 = 1_000_000;
/// Codes of one address within [`FORGET_S`]: with their tries, what guessing may hope for, and what mail a
/// stranger may cause.
const CODES_OF_ADDRESS: u32 = 6;
/// Codes and their letters are forgotten after so long, seconds.
const FORGET_S: i64 = 86_400;
/// Random bytes of a token.
const TOKEN_BYTES: usize = 32;
/// Longest address, bytes (RFC 5321, 4.5.3.1.3).
const ADDRESS_BYTES_MAX: usize = 254;
/// Appeals shown at once, the newest.
const APPEALS_MAX: u32 = 100;

/// An address that a code can be sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountAddress(String);

impl AccountAddress {
    /// ASCII only: of other letters some are folded into these, and a stranger's mailbox would have a known
    /// one's hash. Nothing that could end a header or begin another address.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let fits = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
        let (who, host) = text.split_once('@')?;
        let right = text.len() <= ADDRESS_BYTES_MAX
            && !who.is_empty()
            && who.chars().all(fits)
            && host.contains('.')
            && host.split('.').all(|label| !label.is_empty())
            && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'));
        right.then(|| Self(text.to_owned()))
    }
}

/// Whose account: the keyed hash of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountOwner(String);

impl AccountOwner {
    /// The hash: for limits.
    pub fn hash(&self) -> &str {
        &self.0
    }
}

#[derive(FromRow)]
struct CodeRow {
    email_hash: String,
    code_hash: String,
}

#[derive(FromRow)]
struct SessionRow {
    email_hash: String,
    began_at: i64,
    seen_at: i64,
}

fn hash_of(token: &str) -> String {
    Hash::of(token.as_bytes()).to_string()
}

/// Each of the codes is as likely as any other.
fn new_code() -> Result<String, SealError> {
    const TRIES: usize = 16;
    let whole = u32::MAX - u32::MAX % CODES;
    for _ in 0..TRIES {
        let number = u32::from_le_bytes(random()?);
        if number < whole {
            return Ok(format!("{:06}", number % CODES));
        }
    }
    Err(SealError::Random)
}

impl Register {
    /// Whose account an address is.
    pub fn owner_of(&self, address: &AccountAddress) -> Result<AccountOwner, ServiceError> {
        let hash = self.keys.email(&address.0)?;
        hash.map(AccountOwner).ok_or(ServiceError::Unknown)
    }

    /// Sends a code to an address, whether or not anything was filed with it: who asks learns nothing. What
    /// comes back belongs into the form that the code is typed into: the code is worth nothing without it.
    /// `None`: the address had its codes of the day.
    pub async fn ask_code(
        &self,
        address: &AccountAddress,
        language: Language,
        now: i64,
    ) -> Result<Option<String>, ServiceError> {
        let owner = self.owner_of(address)?;
        let ask = BASE64.encode(random::<TOKEN_BYTES>()?);
        let (ask_hash, code) = (hash_of(&ask), new_code()?);
        let keep = Statement::new(
            "INSERT INTO account_codes (ask_hash, email_hash, code_hash, asked_at, tries) \
             SELECT $1, $2, $3, $4, 0 WHERE (SELECT COUNT(*) FROM account_codes \
             WHERE email_hash = $2 AND asked_at > $5) < $6",
            vec![
                ask_hash.clone().into(),
                owner.0.into(),
                self.code_hash(&ask, &code)?.into(),
                now.into(),
                (now - FORGET_S).into(),
                CODES_OF_ADDRESS.into(),
            ],
        );
        let letter: Outgoing = account_code(&ask_hash, &address.0, (code, now + CODE_S), language);
        let [letters, codes, sessions] = forget(now);
        let all = vec![keep, letter.row(&self.keys, now)?, letters, codes, sessions];
        match self.ledger.write(all).await {
            Err(LedgerError::Conflict(0)) => Ok(None),
            other => Ok(other.map(|()| Some(ask))?),
        }
    }

    /// Begins a session with a code, and gives its token. `None`: the code is wrong, was used, has had its
    /// tries or its time; which, is not said.
    pub async fn enter_account(
        &self,
        ask: &str,
        code: &str,
        now: i64,
    ) -> Result<Option<String>, ServiceError> {
        let ask_hash = hash_of(ask);
        // A try is counted before it is looked at: many at the same time gain nothing.
        let count = Statement::new(
            "UPDATE account_codes SET tries = tries + 1 \
             WHERE ask_hash = $1 AND used_at IS NULL AND tries < $2 AND asked_at > $3",
            vec![ask_hash.clone().into(), CODE_TRIES.into(), (now - CODE_S).into()],
        );
        match self.ledger.write(vec![count]).await {
            Err(LedgerError::Conflict(_)) => return Ok(None),
            other => other?,
        }
        let sql = "SELECT email_hash, code_hash FROM account_codes WHERE ask_hash = $1";
        let row = self.ledger.row::<CodeRow>(sql, vec![ask_hash.clone().into()]).await?;
        let row = row.ok_or(ServiceError::Unknown)?;
        let digits: String = code.chars().filter(char::is_ascii_digit).collect();
        let typed = self.code_hash(ask, &digits)?;
        if !same(typed.as_bytes(), row.code_hash.as_bytes()) {
            return Ok(None);
        }
        self.begin_account(ask_hash, row.email_hash, now).await
    }

    async fn begin_account(
        &self,
        ask_hash: String,
        email_hash: String,
        now: i64,
    ) -> Result<Option<String>, ServiceError> {
        let token = BASE64.encode(random::<TOKEN_BYTES>()?);
        let used = Statement::new(
            "UPDATE account_codes SET used_at = $1 WHERE ask_hash = $2 AND used_at IS NULL",
            vec![now.into(), ask_hash.into()],
        );
        let end_oldest = Statement::new(
            "UPDATE account_sessions SET ended_at = $1 WHERE email_hash = $2 AND ended_at IS NULL \
             AND token_hash NOT IN (SELECT token_hash FROM account_sessions WHERE email_hash = $2 \
             AND ended_at IS NULL ORDER BY seen_at DESC, began_at DESC LIMIT $3)",
            vec![now.into(), email_hash.clone().into(), i64::from(SESSIONS_MAX - 1).into()],
        );
        let begin = Statement::new(
            "INSERT INTO account_sessions (token_hash, email_hash, began_at, seen_at) \
             VALUES ($1, $2, $3, $3)",
            vec![hash_of(&token).into(), email_hash.into(), now.into()],
        );
        match self.ledger.write(vec![used, end_oldest.optional(), begin]).await {
            Err(LedgerError::Conflict(_)) => Ok(None),
            other => Ok(other.map(|()| Some(token))?),
        }
    }

    /// Whose session it is, while it lasts and was not ended.
    pub async fn account(
        &self,
        token: &str,
        now: i64,
    ) -> Result<Option<AccountOwner>, ServiceError> {
        let token_hash = hash_of(token);
        let sql = "SELECT email_hash, began_at, seen_at FROM account_sessions \
                   WHERE token_hash = $1 AND ended_at IS NULL";
        let row = self.ledger.row::<SessionRow>(sql, vec![token_hash.clone().into()]).await?;
        let Some(row) = row.filter(|s| now - s.seen_at < IDLE_S && now - s.began_at < ACCOUNT_S)
        else {
            return Ok(None);
        };
        if now - row.seen_at >= NOTE_S {
            let note = Statement::new(
                "UPDATE account_sessions SET seen_at = $1 WHERE token_hash = $2 AND ended_at IS NULL",
                vec![now.into(), token_hash.into()],
            );
            self.ledger.write(vec![note.optional()]).await?;
        }
        Ok(Some(AccountOwner(row.email_hash)))
    }

    /// Ends a session: a copy of its token opens nothing.
    pub async fn leave_account(&self, token: &str, now: i64) -> Result<(), ServiceError> {
        let end = Statement::new(
            "UPDATE account_sessions SET ended_at = $1 WHERE token_hash = $2 AND ended_at IS NULL",
            vec![now.into(), hash_of(token).into()],
        );
        Ok(self.ledger.write(vec![end.optional()]).await?)
    }

    /// What was filed with the address, newest first.
    pub async fn filed_with(&self, owner: &AccountOwner) -> Result<Vec<Appeal>, ServiceError> {
        let asked = Asked { email_hash: Some(owner.0.clone()), ..Asked::default() };
        let mut filed = Vec::new();
        for row in self.newest(&asked, APPEALS_MAX).await? {
            let id = row.appeal_id.parse().map_err(|_| ServiceError::Unknown)?;
            filed.push(self.load(id).await?.appeal);
        }
        Ok(filed)
    }

    /// The appeal of a number, where it was filed with the address; another's is as unknown as none.
    pub async fn id_of_account(
        &self,
        number: &str,
        owner: &AccountOwner,
    ) -> Result<AppealId, ServiceError> {
        let number = number.parse::<AppealNumber>().map_err(|_| ServiceError::Unknown)?;
        let asked = Asked {
            number: Some(number.to_string()),
            email_hash: Some(owner.0.clone()),
            ..Asked::default()
        };
        let row = self.newest(&asked, 1).await?.pop().ok_or(ServiceError::Unknown)?;
        row.appeal_id.parse().map_err(|_| ServiceError::Unknown)
    }

    /// Of a code of one page: who reads the table cannot try them out without the key.
    fn code_hash(&self, ask: &str, code: &str) -> Result<String, SealError> {
        self.keys.lookup(&format!("account code:{ask}:{code}"))
    }
}

/// Forgets the letters of old codes, the codes, and sessions that are long over.
fn forget(now: i64) -> [Statement; 3] {
    let old = || vec![(now - FORGET_S).into()];
    let letters = "DELETE FROM outbox WHERE message_id IN \
                   (SELECT 'account/' || ask_hash FROM account_codes WHERE asked_at <= $1)";
    let codes = "DELETE FROM account_codes WHERE asked_at <= $1";
    let sessions = "DELETE FROM account_sessions WHERE began_at <= $1";
    [letters, codes, sessions].map(|sql| Statement::new(sql, old()).optional())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_address_in_plain_letters() {
        for right in ["a@b.kz", " Aidos.T+bus@mail.example.kz ", "o'neil@b-c.kz"] {
            assert_eq!(AccountAddress::parse(right).map(|a| a.0), Some(right.trim().to_owned()));
        }
        let long = format!("{}@b.kz", "a".repeat(250));
        for wrong in [
            "",
            "a",
            "a@b",
            "@b.kz",
            "a@.kz",
            "a@b..kz",
            "a@b.kz\r\nBcc: c@d.kz",
            "a\r\n@b.kz",
            "a@b.kz,c@d.kz",
            "A <a@b.kz>",
            "a b@c.kz",
            "a@b@c.kz",
            "\"a\"@b.kz",
            "a@[10.0.0.1]",
            // The sign of the kelvin is folded into k.
            "vi\u{212a}tor@mail.kz",
            long.as_str(),
        ] {
            assert_eq!(AccountAddress::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn codes_have_six_digits_and_differ() {
        let codes: Vec<String> = (0..200).map(|_| new_code().unwrap()).collect();
        assert!(codes.iter().all(|c| c.len() == 6 && c.chars().all(|d| d.is_ascii_digit())));
        let distinct: std::collections::BTreeSet<_> = codes.iter().collect();
        assert!(distinct.len() > 190, "{}", distinct.len());
    }
}
