//! `summary.json`.

use super::Replay;
use anyhow::{Context, Result};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;
use transit::RejectReason;
use transit::monitor::FeedState;

/// What a replay read, refused and matched, and what it cost.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    messages_read: u64,
    messages_refused: u64,
    refusals: Vec<String>,
    positions_read: u64,
    positions_accepted: u64,
    rejected: BTreeMap<&'static str, u64>,
    matched_share: Option<f64>,
    load_s: f64,
    run_s: f64,
    positions_per_s: f64,
    peak_rss_bytes: Option<u64>,
}

impl Summary {
    /// Sums a replay up.
    pub fn of(replay: &Replay, health: &FeedState, load: Duration, run: Duration) -> Self {
        let rejected: BTreeMap<_, _> = RejectReason::ALL
            .iter()
            .zip(replay.watch.rejected())
            .filter(|(_, n)| **n > 0)
            .map(|(reason, n)| (reason.name(), *n))
            .collect();
        let seconds = run.as_secs_f64();
        Self {
            messages_read: replay.messages,
            messages_refused: replay.refused_count,
            refusals: replay.refused.iter().map(|(name, why)| format!("{name}: {why}")).collect(),
            positions_read: replay.positions_read,
            positions_accepted: health.accepted,
            rejected,
            matched_share: (health.named > 0)
                .then(|| (health.matched as f64 / health.named as f64 * 1e6).round() / 1e6),
            load_s: thousandths(load.as_secs_f64()),
            run_s: thousandths(seconds),
            positions_per_s: (replay.positions_read as f64 / seconds.max(1e-9)).round(),
            peak_rss_bytes: crate::machine::peak_rss_bytes(),
        }
    }

    /// Writes it as JSON.
    pub fn write(&self, path: &Path) -> Result<()> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    /// In one sentence, for the terminal.
    pub fn sentence(&self) -> String {
        let matched = self
            .matched_share
            .map_or_else(|| "no trip named".to_owned(), |m| format!("{:.2} % matched", m * 100.0));
        let refused = match self.messages_refused {
            0 => String::new(),
            n => format!(", {n} refused"),
        };
        format!(
            "{} messages{refused}, {} positions, {} accepted, {matched}, in {:.2} s",
            self.messages_read, self.positions_read, self.positions_accepted, self.run_s
        )
    }
}

fn thousandths(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}
