//! Settings of the register.

use crate::keys::Key;
use serde::{Deserialize, Serialize};

/// The register of appeals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RegisterSettings {
    /// Master key, 64 hexadecimal digits (`openssl rand -hex 32`), from the environment:
    /// `JOLDA_REGISTER__KEY`. Without it the register is off. Who loses it loses all personal data.
    pub key: Key,
    /// Which organisation answers.
    pub org: String,
    /// Keys of programs that may post by Open311, from the environment, separated by commas.
    pub api_keys: Key,
    /// Programs that post by Open311 get a token first, and the number by the token.
    pub open311_batch: bool,
    /// Appeals that one address may file in a burst …
    pub file_burst: u32,
    /// … and per minute after it.
    pub file_per_minute: f64,
    /// Tries of a PIN for one number in 15 minutes.
    pub pin_tries: u32,
    /// Tries of a PIN from one address in an hour.
    pub pin_tries_address: u32,
    /// Codes by e-mail that one mail address may be asked for in 15 minutes.
    pub code_asks: u32,
    /// Codes by e-mail that one address may ask for in an hour.
    pub code_asks_address: u32,
    /// Longest time without a request before a session ends, seconds.
    pub session_idle_s: i64,
    /// Longest session, seconds.
    pub session_s: i64,
}

impl RegisterSettings {
    /// There is a key: appeals can be taken.
    pub fn is_on(&self) -> bool {
        !self.key.0.is_empty()
    }
}

impl Default for RegisterSettings {
    fn default() -> Self {
        Self {
            key: Key::default(),
            org: "city".to_owned(),
            api_keys: Key::default(),
            open311_batch: false,
            file_burst: 10,
            file_per_minute: 5.0,
            pin_tries: 5,
            pin_tries_address: 30,
            code_asks: 3,
            code_asks_address: 20,
            session_idle_s: 15 * 60,
            session_s: 12 * 3_600,
        }
    }
}
