//! Settings of feeds, each a bound with its unit.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// One agency's realtime feed. At least one of `vehicle_positions`, `trip_updates`, `alerts` and `recording`
/// must be given; each is an address (`http://`, `https://`) or a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FeedSettings {
    /// Its name in the record, in logs and on the page.
    pub id: String,
    /// Vehicle positions; they carry the feed's health.
    pub vehicle_positions: Option<String>,
    /// Trip updates.
    pub trip_updates: Option<String>,
    /// Alerts.
    pub alerts: Option<String>,
    /// A folder or zip of recorded `*.pb` instead of a live feed; the city's clock follows it.
    pub recording: Option<PathBuf>,
    /// Headers of each request. `${NAME}` stands for a variable of the environment.
    pub headers: BTreeMap<String, String>,
    /// Between two fetches, seconds.
    pub period_s: f64,
    /// Longest time for a connection, seconds.
    pub connect_timeout_s: f64,
    /// Longest time for a whole answer, seconds.
    pub timeout_s: f64,
    /// Largest body, bytes, unpacked.
    pub size_limit_bytes: u64,
    /// Longest pause after failures, seconds.
    pub backoff_max_s: f64,
}

impl Default for FeedSettings {
    fn default() -> Self {
        Self {
            id: String::new(),
            vehicle_positions: None,
            trip_updates: None,
            alerts: None,
            recording: None,
            headers: BTreeMap::new(),
            period_s: 10.0,
            connect_timeout_s: 5.0,
            timeout_s: 20.0,
            size_limit_bytes: 64 << 20,
            backoff_max_s: 60.0,
        }
    }
}

/// The static feed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TimetableSettings {
    /// A GTFS zip or folder, or the address of a zip.
    pub source: Option<String>,
    /// Headers of each request. `${NAME}` stands for a variable of the environment.
    pub headers: BTreeMap<String, String>,
    /// Between two looks whether an address has a new one, seconds.
    pub period_s: f64,
    /// Between two looks whether a file or folder has changed, seconds.
    pub file_period_s: f64,
    /// Longest time for a whole answer, seconds.
    pub timeout_s: f64,
}

impl Default for TimetableSettings {
    fn default() -> Self {
        Self {
            source: None,
            headers: BTreeMap::new(),
            period_s: 900.0,
            file_period_s: 5.0,
            timeout_s: 300.0,
        }
    }
}

/// The raw bytes of feeds, kept for replay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeepSettings {
    /// Whether they are kept.
    pub enabled: bool,
    /// Where; `feeds` in the data folder if not given.
    pub folder: Option<PathBuf>,
    /// Most bytes of one feed, compressed; the oldest hours go first.
    pub limit_bytes: u64,
}

impl Default for KeepSettings {
    fn default() -> Self {
        Self { enabled: true, folder: None, limit_bytes: 4 << 30 }
    }
}

/// `text` with each `${NAME}` replaced by that variable of the environment.
///
/// # Errors
/// The name of a variable that is not set.
pub fn with_secrets(
    text: &str,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else { break };
        let name = &rest[start + 2..start + length];
        out.push_str(&rest[..start]);
        out.push_str(&variable(name).ok_or_else(|| name.to_owned())?);
        rest = &rest[start + length + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

/// An address as it may be shown: without user, password and query, where keys stand.
pub fn public_form(address: &str) -> String {
    let bare = address.split(['?', '#']).next().unwrap_or_default();
    match (bare.split_once("://"), bare.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        _ => bare.to_owned(),
    }
}

/// Whether `source` is fetched over HTTP.
pub fn is_address(source: &str) -> bool {
    source.starts_with("http://") || source.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_come_from_the_environment() {
        let of = |name: &str| (name == "KEY").then(|| "s3cret".to_owned());
        assert_eq!(with_secrets("Bearer ${KEY}!", of), Ok("Bearer s3cret!".into()));
        assert_eq!(with_secrets("plain $5", of), Ok("plain $5".into()));
        assert_eq!(with_secrets("${OTHER}", of), Err("OTHER".into()));
    }

    #[test]
    fn keys_are_not_shown() {
        assert_eq!(public_form("https://u:p@a.example/vp.pb?key=1"), "https://a.example/vp.pb");
        assert_eq!(public_form("https://a.example/vp.pb"), "https://a.example/vp.pb");
        assert_eq!(public_form("/some/file.pb"), "/some/file.pb");
    }
}
