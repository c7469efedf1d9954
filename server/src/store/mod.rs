//! The record on disk: SQLite by default, PostgreSQL for a city, one schema for both.
//!
//! Writes go through one [`WriterHandle`], which never waits and loses nothing while the database is gone;
//! reads go through connections of their own that can change nothing. See `migrations/` for the tables and
//! [`crate::record`] for the rows.

mod commit;
mod connect;
mod error;
mod load;
mod queue;
mod reads;
mod retention;
mod rows;
mod settings;
mod slices;
mod spill;
mod sql;
mod write_postgres;
mod write_sqlite;
mod writer;

pub use error::StoreError;
pub use reads::{BusiestStop, HeadwayQuery, IncidentQuery, READ_ROWS_MAX, Window};
pub use settings::{Retention, StoreSettings};
pub use writer::{WriterHandle, WriterStatus};

use crate::clock::Clock;
use crate::gate::WriteGate;
use commit::Committer;
use connect::Address;
use queue::Queue;
use spill::Spill;
use sqlx::AnyPool;
use std::sync::Arc;
use std::time::Duration;

/// How often old rows are looked for.
const SWEEP_INTERVAL: Duration = Duration::from_hours(1);

/// The record: a writer and readers. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    reads: AnyPool,
    read_timeout: Duration,
    writer: WriterHandle,
    kind: &'static str,
    gate: WriteGate,
    sweeper: Arc<Sweeper>,
}

/// Ends the hourly task with the last `Store`.
#[derive(Default)]
struct Sweeper(std::sync::OnceLock<tokio::task::AbortHandle>);

impl Drop for Sweeper {
    fn drop(&mut self) {
        if let Some(task) = self.0.get() {
            task.abort();
        }
    }
}

impl Store {
    /// Opens the database at `database_url` (`sqlite:<file>`, created if missing, or `postgres://…`), brings
    /// its schema up to date, and starts the writer, which first writes what an earlier process left waiting.
    pub async fn open(database_url: &str, settings: StoreSettings) -> Result<Self, StoreError> {
        let address = Address::parse(database_url, &settings)?;
        let connection = connected_and_migrated(&address, &settings).await?;
        let spill_path =
            settings.spill_path.clone().unwrap_or_else(|| address.default_spill_path());
        let spill = Spill::open(&spill_path, settings.spill_max_bytes)?;
        if !spill.is_empty() {
            tracing::info!(rows = spill.rows(), file = %spill_path.display(),
                "rows that waited for the database are written now");
        }
        let reads = address.read_pool(&settings)?;
        let kind = address.kind();
        let gate = WriteGate::default();
        let timeout = settings.write_timeout();
        let committer = Committer::new(address, connection, timeout, gate.clone());
        let queue = Queue::new(spill, settings.queue_rows.max(1));
        let writer = writer::start(committer, queue, &settings)
            .map_err(|source| StoreError::Spill { path: spill_path, source })?;
        let read_timeout = settings.read_timeout();
        Ok(Self { reads, read_timeout, writer, kind, gate, sweeper: Arc::default() })
    }

    /// Where rows are handed in.
    pub fn writer(&self) -> WriterHandle {
        self.writer.clone()
    }

    /// Where whoever writes to the same file stands in line.
    pub fn gate(&self) -> WriteGate {
        self.gate.clone()
    }

    /// `sqlite` or `postgres`.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// Looks every hour for rows older than the retention settings allow, by the city's clock.
    pub fn keep_retention(&self, clock: Clock) {
        let writer = self.writer.clone();
        let task = tokio::spawn(async move {
            let mut hours = tokio::time::interval(SWEEP_INTERVAL);
            loop {
                hours.tick().await;
                writer.sweep(clock.now());
            }
        });
        if self.sweeper.0.set(task.abort_handle()).is_err() {
            task.abort();
        }
    }

    /// Writes what waits (or leaves it on disk for the next start, if the database is gone) and ends.
    pub async fn close(self) {
        self.writer.close().await;
        self.reads.close().await;
    }
}

/// Brings the schema of the database at `database_url` up to date and does nothing else.
pub async fn migrate(database_url: &str) -> Result<(), StoreError> {
    let settings = StoreSettings::default();
    let address = Address::parse(database_url, &settings)?;
    connected_and_migrated(&address, &settings).await?.close().await;
    Ok(())
}

async fn connected_and_migrated(
    address: &Address,
    settings: &StoreSettings,
) -> Result<connect::WriteConnection, StoreError> {
    let limit = settings.write_timeout();
    let patient = address.patient();
    let connect = tokio::time::timeout(limit, patient.connect()).await;
    let mut connection = connect.map_err(|_| StoreError::Timeout(limit.as_secs()))??;
    connection.migrate().await?;
    connection.settle(settings).await?;
    Ok(connection)
}
