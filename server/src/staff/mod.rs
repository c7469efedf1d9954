//! Who works here: accounts, sign-in, sessions, and the audit journal of what was seen.

mod accounts;
mod audit;
mod sessions;
mod throttle;

pub use accounts::{Account, NewAccount, parse_role};
pub use audit::AuditRow;
pub use sessions::{Looking, Session};

use crate::clock::Clock;
use crate::keys::{Keys, SealError};
use crate::ledger::{Ledger, LedgerError};
use std::sync::Arc;
use throttle::Throttle;
use tokio::sync::Mutex;

/// Shortest password of staff, characters.
pub const PASSWORD_CHARS_MIN: usize = 12;
/// Longest password, characters.
pub const PASSWORD_CHARS_MAX: usize = 128;

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum StaffError {
    /// Login, password or code: which is not said.
    #[error("login, password or code is wrong")]
    Wrong,
    /// Too many tries; seconds to wait.
    #[error("too many tries: wait {0} s")]
    Wait(u64),
    /// The password is too short, too long or too common.
    #[error(
        "the password needs {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX} characters and must not be common"
    )]
    Password,
    /// The login is not one.
    #[error("a login has 2 to 64 letters, digits, dots and dashes")]
    Login,
    /// The login is taken.
    #[error("the login is taken")]
    Taken,
    /// There is no such account.
    #[error("there is no such account")]
    Unknown,
    /// The role is none of staff.
    #[error("the role is none of staff")]
    Role,
    /// The database.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Keys and sealed data.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Hashing failed.
    #[error("the password cannot be hashed")]
    Hash,
}

/// How long sessions last.
#[derive(Clone, Copy, Debug)]
pub struct SessionLimits {
    /// Without a request, seconds.
    pub idle_s: i64,
    /// At all, seconds.
    pub whole_s: i64,
    /// Nobody signs in without a second factor.
    pub second_factor: bool,
}

/// The staff. Cheap to clone.
#[derive(Clone)]
pub struct Staff {
    ledger: Ledger,
    keys: Arc<Keys>,
    clock: Clock,
    limits: SessionLimits,
    throttle: Arc<Throttle>,
    audit_head: Arc<Mutex<Option<(i64, String)>>>,
    /// Hashes running at once: each takes 19 MiB and a core.
    hashing: Arc<tokio::sync::Semaphore>,
}

/// Passwords hashed at once.
const HASHING_MAX: usize = 2;

impl Staff {
    /// Over a ledger; `clock` is the machine's: a demo city's time may run faster than sessions should.
    pub fn new(ledger: Ledger, keys: Arc<Keys>, clock: Clock, limits: SessionLimits) -> Self {
        Self {
            ledger,
            keys,
            clock,
            limits,
            throttle: Arc::default(),
            audit_head: Arc::default(),
            hashing: Arc::new(tokio::sync::Semaphore::new(HASHING_MAX)),
        }
    }
}
