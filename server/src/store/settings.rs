//! Settings of the store, each a bound with its unit.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

/// How the record is kept. Every field has a default, so that none need be set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreSettings {
    /// Where rows wait on disk while the database is gone. Default: beside the SQLite file, or
    /// `jolda-postgres.spill` in the working directory.
    pub spill_path: Option<PathBuf>,
    /// Largest spill file, bytes; rows beyond it are lost, counted and reported.
    pub spill_max_bytes: u64,
    /// Rows that may wait in memory before the disk is used.
    pub queue_rows: usize,
    /// Rows that may be on their way to the writer while it waits for the disk; those beyond are lost, counted
    /// and reported.
    pub inbox_rows: usize,
    /// Longest that one transaction of the writer may take, seconds.
    pub write_timeout_s: u64,
    /// Longest that one read may take, seconds.
    pub read_timeout_s: u64,
    /// Longest that SQLite waits for another process's lock, seconds.
    pub busy_timeout_s: u64,
    /// Connections for reads.
    pub read_connections: u32,
    /// Longest wait between two tries to reach a database that is gone, seconds.
    pub retry_max_s: u64,
    /// How long shutting down may wait for the database before the rest goes to the spill file, seconds.
    pub close_timeout_s: u64,
    /// How long rows are kept.
    pub retention: Retention,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self {
            spill_path: None,
            spill_max_bytes: 4 << 30,
            queue_rows: 100_000,
            inbox_rows: 200_000,
            write_timeout_s: 15,
            read_timeout_s: 5,
            busy_timeout_s: 2,
            read_connections: 4,
            retry_max_s: 5,
            close_timeout_s: 10,
            retention: Retention::default(),
        }
    }
}

impl StoreSettings {
    pub(super) fn write_timeout(&self) -> Duration {
        Duration::from_secs(self.write_timeout_s.max(1))
    }

    pub(super) fn read_timeout(&self) -> Duration {
        Duration::from_secs(self.read_timeout_s.max(1))
    }

    pub(super) fn busy_timeout(&self) -> Duration {
        Duration::from_secs(self.busy_timeout_s)
    }
}

/// Days for which rows are kept, by table; 0 keeps them for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// Stop visits: evidence rests on them, so they outlive an appeal and its review.
    pub visits_days: u32,
    /// Headways.
    pub headways_days: u32,
    /// Hours of segments.
    pub intensity_days: u32,
    /// Incidents, counted from when they opened.
    pub incidents_days: u32,
    /// Minutes of feeds.
    pub feed_health_days: u32,
    /// Where vehicles were, in brief. What evidence took of them is kept with the evidence.
    pub tracks_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            visits_days: 400,
            headways_days: 400,
            intensity_days: 800,
            incidents_days: 400,
            feed_health_days: 90,
            tracks_days: 30,
        }
    }
}
