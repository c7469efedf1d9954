//! What is told of the server's work, on standard error.

use crate::config::Log;
use std::io::IsTerminal as _;
use tracing_subscriber::EnvFilter;

/// Starts logging. A level that cannot be read is told, and `info` used.
pub fn start(log: &Log) {
    let (filter, error) = match EnvFilter::try_new(&log.level) {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::new("info"), Some(error)),
    };
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    // A second start in the same process (tests) keeps the first.
    let _ = if log.json { builder.json().try_init() } else { builder.compact().try_init() };
    if let Some(error) = error {
        tracing::warn!(%error, level = %log.level, "the log level cannot be read; info is used");
    }
}
