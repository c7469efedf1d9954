//! One transaction: all of a load, or nothing. Rows that the database will never take are found and left out.

use super::connect::{Address, WriteConnection};
use super::error::StoreError;
use super::load::Load;
use super::queue::TRANSACTION_ROWS;
use super::{write_postgres, write_sqlite};
use crate::clock::Clock;
use crate::gate::WriteGate;
use sqlx::Connection;
use std::time::Duration;

/// A transaction of SQLite should take about so long: who waits at the gate waits for one of them.
const PIECE: Duration = Duration::from_millis(100);
/// Rows of one transaction of SQLite before its speed is known, …
const PIECE_ROWS: usize = 2_000;
/// … and at least.
const PIECE_ROWS_MIN: usize = 250;

/// The writer's side of the database. Connects when it must.
pub(super) struct Committer {
    address: Address,
    timeout: Duration,
    connection: Option<WriteConnection>,
    gate: WriteGate,
    clock: Clock,
    /// Rows that one transaction of SQLite may have, learnt from how long the last ones took.
    piece_rows: usize,
}

impl Committer {
    pub fn new(
        address: Address,
        connection: WriteConnection,
        timeout: Duration,
        gate: WriteGate,
    ) -> Self {
        Self {
            address,
            timeout,
            connection: Some(connection),
            gate,
            clock: Clock::machine(),
            piece_rows: PIECE_ROWS,
        }
    }

    /// Writes `load`. Returns how many of its rows the database refused as data (they are logged); any other
    /// failure means that `load` must be written again later: rows that are there already do no harm.
    pub async fn commit(&mut self, load: &Load) -> Result<u64, StoreError> {
        if !self.is_sqlite() || load.rows() <= self.piece_rows {
            return self.commit_one(load).await;
        }
        let mut refused = 0;
        let mut pieces = vec![load.clone()];
        while let Some(piece) = pieces.pop() {
            if piece.rows() > self.piece_rows {
                let (first, second) = piece.halves();
                pieces.push(second);
                pieces.push(first);
            } else {
                refused += self.commit_one(&piece).await?;
            }
        }
        Ok(refused)
    }

    async fn commit_one(&mut self, load: &Load) -> Result<u64, StoreError> {
        match self.transaction(load).await {
            Ok(()) => Ok(0),
            Err(error) if self.is_about_data(&error) => self.commit_piecewise(load.clone()).await,
            Err(error) => Err(self.disconnect(error)),
        }
    }

    /// Halves the load again and again until the rows that the database refuses stand alone.
    async fn commit_piecewise(&mut self, load: Load) -> Result<u64, StoreError> {
        let mut refused = 0;
        let mut pieces = vec![load];
        while let Some(piece) = pieces.pop() {
            match self.transaction(&piece).await {
                Ok(()) => {}
                Err(error) if self.is_about_data(&error) => {
                    if piece.rows() <= 1 {
                        tracing::error!(%error, row = ?piece, "the database refuses a row; it is left out");
                        refused += 1;
                    } else {
                        let (first, second) = piece.halves();
                        pieces.push(second);
                        pieces.push(first);
                    }
                }
                Err(error) => return Err(self.disconnect(error)),
            }
        }
        Ok(refused)
    }

    /// Deletes by `sql`, which takes a number as its only parameter; returns the rows deleted.
    pub async fn delete(&mut self, sql: String, before: i64) -> Result<u64, StoreError> {
        let timeout = self.timeout;
        let gate = self.gate.clone();
        let work = async {
            let _turn = gate.pass().await;
            let sql = sqlx::AssertSqlSafe(sql);
            match self.connected().await? {
                WriteConnection::Sqlite(c) => {
                    Ok(sqlx::query(sql).bind(before).execute(c).await?.rows_affected())
                }
                WriteConnection::Postgres(c) => {
                    Ok(sqlx::query(sql).bind(before).execute(c).await?.rows_affected())
                }
            }
        };
        let done = tokio::time::timeout(timeout, work).await;
        done.unwrap_or(Err(StoreError::Timeout(timeout.as_secs()))).map_err(|e| self.disconnect(e))
    }

    /// The database that is written to is SQLite.
    pub fn is_sqlite(&self) -> bool {
        matches!(self.address, Address::Sqlite(_))
    }

    /// Ends the connection.
    pub async fn close(&mut self) {
        if let Some(connection) = self.connection.take() {
            let _ = tokio::time::timeout(self.timeout, connection.close()).await;
        }
    }

    async fn connected(&mut self) -> Result<&mut WriteConnection, StoreError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.address.connect().await?,
        };
        Ok(self.connection.insert(connection))
    }

    async fn transaction(&mut self, load: &Load) -> Result<(), StoreError> {
        let timeout = self.timeout;
        let (gate, clock, mut took) = (self.gate.clone(), self.clock, None);
        let work = async {
            match self.connected().await? {
                WriteConnection::Sqlite(connection) => {
                    let _turn = gate.pass().await;
                    let started = clock.elapsed();
                    // Immediate: to find out at the end that another process writes would waste the work.
                    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
                    write_sqlite::write(&mut transaction, load).await?;
                    transaction.commit().await?;
                    took = Some(clock.elapsed().saturating_sub(started));
                }
                WriteConnection::Postgres(connection) => {
                    let mut transaction = connection.begin().await?;
                    write_postgres::write(&mut transaction, load).await?;
                    transaction.commit().await?;
                }
            }
            Ok(())
        };
        let done = tokio::time::timeout(timeout, work).await;
        if let Some(took) = took {
            self.learn(load.rows(), took);
        }
        done.unwrap_or(Err(StoreError::Timeout(timeout.as_secs())))
    }

    /// A transaction of so many rows took so long: the next ones have rows accordingly.
    fn learn(&mut self, rows: usize, took: Duration) {
        if rows >= PIECE_ROWS_MIN {
            let fit = rows as f64 * PIECE.as_secs_f64() / took.as_secs_f64().max(1e-6);
            self.piece_rows = (fit as usize).clamp(PIECE_ROWS_MIN, TRANSACTION_ROWS);
        }
    }

    /// After a failure that is not about data nothing is certain: begin afresh.
    fn disconnect(&mut self, error: StoreError) -> StoreError {
        self.connection = None;
        error
    }

    /// The rows are at fault, not the database: trying again would fail again.
    fn is_about_data(&self, error: &StoreError) -> bool {
        let StoreError::Query(error) = error else { return false };
        let error = match error {
            sqlx::Error::Encode(_) => return true,
            sqlx::Error::Database(error) => error,
            _ => return false,
        };
        let code = error.code().unwrap_or_default();
        match self.address {
            // SQLITE_TOOBIG, SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_RANGE, as the low byte.
            Address::Sqlite(_) => {
                code.parse().is_ok_and(|c: u32| matches!(c & 0xff, 18 | 19 | 20 | 25))
            }
            // Data exceptions, constraints, limits of the program such as the size of an index row.
            Address::Postgres(..) => ["22", "23", "54"].iter().any(|class| code.starts_with(class)),
        }
    }
}
