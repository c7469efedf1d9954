//! Writes that must be on disk before anybody is told of them: the register's and the staff's.
//!
//! One task owns one connection. What came in while it wrote is written together in the next transaction, so
//! that a hundred callers share one wait for the disk; a statement that meets a conflict takes back its own
//! write only. Writes that nobody waits for (a made-up past) go behind all others, few at a time.

use crate::gate::WriteGate;
use sqlx::any::{AnyArguments, AnyConnectOptions, AnyPoolOptions, AnyRow};
use sqlx::query::QueryAs;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{
    Any, AnyConnection, AnyPool, AssertSqlSafe, ConnectOptions, Connection, FromRow, SqlSafeStr,
};
use std::str::FromStr;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Writes that may wait; more are refused as busy.
const WAITING_MAX: usize = 4_096;
/// Most writes of one transaction.
const BATCH_MAX: usize = 256;
/// Most of one transaction of writes that nobody waits for: who comes meanwhile waits for these few.
const BULK_MAX: usize = 8;
/// Longest that one transaction may take.
const WRITE_LIMIT: Duration = Duration::from_secs(8);
/// Longest that one question may take.
const READ_LIMIT: Duration = Duration::from_secs(5);
/// Longest that SQLite waits for the record's writer, milliseconds.
const BUSY_MS: u32 = 5_000;
/// Connections for questions.
const READ_CONNECTIONS: u32 = 4;

/// Why a write or a question failed.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// Something of it is there already, or changed meanwhile; by index of the statement.
    #[error("statement {0} met a conflict")]
    Conflict(usize),
    /// The database refused or is gone.
    #[error("the database refused: {0}")]
    Query(#[from] sqlx::Error),
    /// The database took too long.
    #[error("the database took too long")]
    Timeout,
    /// Too many writes wait.
    #[error("too many writes wait")]
    Busy,
    /// The writer has ended.
    #[error("the ledger is closed")]
    Closed,
}

/// A value of a statement.
#[derive(Clone, Debug)]
pub enum Value {
    /// Text, or none.
    Text(Option<String>),
    /// A whole number, or none.
    Int(Option<i64>),
    /// A number.
    Real(f64),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}
impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}
impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        Self::Text(text)
    }
}
impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(Some(number))
    }
}
impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Self {
        Self::Int(number)
    }
}
impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Int(Some(number.into()))
    }
}
impl From<bool> for Value {
    fn from(yes: bool) -> Self {
        Self::Int(Some(yes.into()))
    }
}
impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Real(number)
    }
}

/// A statement with its values. One that changes nothing is a conflict.
#[derive(Clone, Debug)]
pub struct Statement {
    sql: &'static str,
    values: Vec<Value>,
    must_change: bool,
}

impl Statement {
    /// `sql` holds constants and placeholders only.
    pub fn new(sql: &'static str, values: Vec<Value>) -> Self {
        Self { sql, values, must_change: true }
    }

    /// It may well change nothing.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.must_change = false;
        self
    }
}

struct Job {
    statements: Vec<Statement>,
    done: oneshot::Sender<Result<(), LedgerError>>,
}

/// Writer and readers. Cheap to clone.
#[derive(Clone)]
pub struct Ledger {
    inbox: mpsc::Sender<Job>,
    bulk: mpsc::Sender<Job>,
    reads: AnyPool,
}

impl Ledger {
    /// Opens the database at `database_url`, whose schema is up to date (see [`crate::store`]).
    pub async fn open(database_url: &str) -> Result<Self, LedgerError> {
        Self::open_at(database_url, WriteGate::default()).await
    }

    /// The same beside other writers of this process, who stand in line at `gate`.
    pub async fn open_at(database_url: &str, gate: WriteGate) -> Result<Self, LedgerError> {
        sqlx::any::install_default_drivers();
        let is_sqlite = database_url.starts_with("sqlite:");
        let url = if is_sqlite { absolute(database_url)? } else { database_url.to_owned() };
        let options = AnyConnectOptions::from_str(&url)?.disable_statement_logging();
        let prepare = if is_sqlite {
            format!("PRAGMA busy_timeout = {BUSY_MS}; PRAGMA query_only = ON;")
        } else {
            let limit_ms = READ_LIMIT.as_millis();
            format!("SET statement_timeout = {limit_ms}; SET default_transaction_read_only = on;")
        };
        let reads = AnyPoolOptions::new()
            .max_connections(READ_CONNECTIONS)
            .acquire_timeout(READ_LIMIT)
            .after_connect(move |connection, _| {
                let prepare = prepare.clone();
                Box::pin(async move {
                    sqlx::raw_sql(AssertSqlSafe(prepare)).execute(connection).await?;
                    Ok(())
                })
            })
            .connect_lazy_with(options.clone());
        let (inbox, jobs) = mpsc::channel(WAITING_MAX);
        let (bulk, bulk_jobs) = mpsc::channel(BULK_MAX);
        let mut writer = Writer { options, is_sqlite, connection: None, gate };
        writer.connect().await?;
        tokio::spawn(writer.run(jobs, bulk_jobs));
        Ok(Self { inbox, bulk, reads })
    }

    /// Writes all or nothing, and comes back when it is on disk.
    pub async fn write(&self, statements: Vec<Statement>) -> Result<(), LedgerError> {
        let (done, told) = oneshot::channel();
        self.inbox.try_send(Job { statements, done }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => LedgerError::Busy,
            mpsc::error::TrySendError::Closed(_) => LedgerError::Closed,
        })?;
        told.await.map_err(|_| LedgerError::Closed)?
    }

    /// The same behind all who wait now or come meanwhile: for many writes at once that nobody waits for.
    pub async fn write_behind(&self, statements: Vec<Statement>) -> Result<(), LedgerError> {
        let (done, told) = oneshot::channel();
        let job = Job { statements, done };
        self.bulk.send(job).await.map_err(|_| LedgerError::Closed)?;
        told.await.map_err(|_| LedgerError::Closed)?
    }

    /// Rows that answer a question. `sql` holds constants and placeholders only.
    pub async fn rows<T>(&self, sql: &str, values: Vec<Value>) -> Result<Vec<T>, LedgerError>
    where
        T: for<'r> FromRow<'r, AnyRow> + Send + Unpin,
    {
        let question: QueryAs<'_, Any, T, AnyArguments> =
            sqlx::query_as(AssertSqlSafe(sql.to_owned()));
        let question = values.into_iter().fold(question, |q, value| match value {
            Value::Text(text) => q.bind(text),
            Value::Int(number) => q.bind(number),
            Value::Real(number) => q.bind(number),
        });
        match tokio::time::timeout(READ_LIMIT, question.fetch_all(&self.reads)).await {
            Ok(rows) => Ok(rows?),
            Err(_) => Err(LedgerError::Timeout),
        }
    }

    /// The first row, if there is one.
    pub async fn row<T>(&self, sql: &str, values: Vec<Value>) -> Result<Option<T>, LedgerError>
    where
        T: for<'r> FromRow<'r, AnyRow> + Send + Unpin,
    {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }
}

/// With an absolute file name: the first folder of a relative one would stand where a host stands.
fn absolute(url: &str) -> Result<String, sqlx::Error> {
    let options = SqliteConnectOptions::from_str(url)?;
    let file = std::path::absolute(options.get_filename()).map_err(sqlx::Error::Io)?;
    Ok(options.filename(file).to_url_lossy().to_string())
}

struct Writer {
    options: AnyConnectOptions,
    is_sqlite: bool,
    connection: Option<AnyConnection>,
    gate: WriteGate,
}

impl Writer {
    async fn connect(&mut self) -> Result<&mut AnyConnection, sqlx::Error> {
        if self.connection.is_none() {
            let mut connection = AnyConnection::connect_with(&self.options).await?;
            // FULL: an appeal that was accepted outlives the power, not only the process.
            let prepare = if self.is_sqlite {
                format!(
                    "PRAGMA busy_timeout = {BUSY_MS}; PRAGMA journal_mode = WAL; \
                     PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                )
            } else {
                format!("SET statement_timeout = {};", WRITE_LIMIT.as_millis())
            };
            sqlx::raw_sql(AssertSqlSafe(prepare)).execute(&mut connection).await?;
            self.connection = Some(connection);
        }
        self.connection.as_mut().ok_or(sqlx::Error::PoolClosed)
    }

    async fn run(mut self, mut inbox: mpsc::Receiver<Job>, mut bulk: mpsc::Receiver<Job>) {
        let mut jobs = Vec::with_capacity(BATCH_MAX);
        loop {
            let (first, others, most) = tokio::select! {
                biased;
                job = inbox.recv() => (job, &mut inbox, BATCH_MAX),
                job = bulk.recv() => (job, &mut bulk, BULK_MAX),
            };
            let Some(first) = first else { return };
            jobs.push(first);
            while jobs.len() < most
                && let Ok(job) = others.try_recv()
            {
                jobs.push(job);
            }
            let written = tokio::time::timeout(WRITE_LIMIT, self.commit(&jobs)).await;
            match written {
                Ok(Ok(results)) => {
                    for (job, result) in jobs.drain(..).zip(results) {
                        let _ = job.done.send(result);
                    }
                }
                failed => {
                    // Whether the commit came through is not known: who asks again is known by their key.
                    self.connection = None;
                    if let Ok(Err(error)) = &failed {
                        tracing::warn!(%error, writes = jobs.len(), "the register could not write");
                    }
                    for job in jobs.drain(..) {
                        let _ = job.done.send(Err(LedgerError::Timeout));
                    }
                }
            }
        }
    }

    /// All of them in one transaction. Conflicts are rare: nobody pays for savepoints before one is met.
    async fn commit(&mut self, jobs: &[Job]) -> Result<Vec<Result<(), LedgerError>>, sqlx::Error> {
        let begin = if self.is_sqlite { "BEGIN IMMEDIATE" } else { "BEGIN" };
        let gate = self.gate.clone();
        let _turn = if self.is_sqlite { Some(gate.pass().await) } else { None };
        let connection = self.connect().await?;
        raw(connection, begin).await?;
        let mut met = None;
        for job in jobs {
            if let Err(error) = statements(connection, &job.statements).await {
                met = Some(its_own(error)?);
                break;
            }
        }
        let Some(met) = met else {
            raw(connection, "COMMIT").await?;
            return Ok(jobs.iter().map(|_| Ok(())).collect());
        };
        raw(connection, "ROLLBACK").await?;
        if jobs.len() == 1 {
            return Ok(vec![Err(met)]);
        }
        raw(connection, begin).await?;
        let results = one_by_one(connection, jobs).await?;
        raw(connection, "COMMIT").await?;
        Ok(results)
    }
}

/// Each takes back its own statements only.
async fn one_by_one(
    connection: &mut AnyConnection,
    jobs: &[Job],
) -> Result<Vec<Result<(), LedgerError>>, sqlx::Error> {
    let mut results = Vec::with_capacity(jobs.len());
    for job in jobs {
        raw(connection, "SAVEPOINT one").await?;
        match statements(connection, &job.statements).await {
            Ok(()) => results.push(Ok(())),
            Err(error) => {
                results.push(Err(its_own(error)?));
                raw(connection, "ROLLBACK TO SAVEPOINT one").await?;
            }
        }
        raw(connection, "RELEASE SAVEPOINT one").await?;
    }
    Ok(results)
}

/// What a write has brought upon itself; else the connection is at fault, and all writes of it fail.
fn its_own(error: LedgerError) -> Result<LedgerError, sqlx::Error> {
    match error {
        LedgerError::Query(error) if !is_refusal(&error) => {
            Err(sqlx::Error::Protocol(error.to_string()))
        }
        error => Ok(error),
    }
}

/// The statement was at fault, not the connection.
fn is_refusal(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|e| {
        e.is_unique_violation() || e.is_foreign_key_violation() || e.is_check_violation()
    })
}

async fn raw(connection: &mut AnyConnection, sql: &'static str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(sql.into_sql_str()).execute(connection).await.map(|_| ())
}

async fn statements(
    connection: &mut AnyConnection,
    statements: &[Statement],
) -> Result<(), LedgerError> {
    for (i, statement) in statements.iter().enumerate() {
        let mut query = sqlx::query(statement.sql);
        for value in &statement.values {
            query = match value {
                Value::Text(text) => query.bind(text.clone()),
                Value::Int(number) => query.bind(*number),
                Value::Real(number) => query.bind(*number),
            };
        }
        let done = query.execute(&mut *connection).await.map_err(|error| {
            let unique = error
                .as_database_error()
                .is_some_and(sqlx::error::DatabaseError::is_unique_violation);
            if unique { LedgerError::Conflict(i) } else { LedgerError::Query(error) }
        })?;
        if statement.must_change && done.rows_affected() == 0 {
            return Err(LedgerError::Conflict(i));
        }
    }
    Ok(())
}
