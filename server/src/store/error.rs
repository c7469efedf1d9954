//! What can go wrong between us and the database.

use std::path::PathBuf;

/// Why the store could not do it. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// `DATABASE_URL` names no database that we know.
    #[error(
        "the database address {0:?} is neither sqlite:<file> nor postgres://…; set DATABASE_URL, for example \
         to sqlite:jolda.sqlite"
    )]
    Address(String),
    /// SQLite in memory: reads and writes would each see a database of their own.
    #[error("a SQLite database in memory cannot be shared between readers and writer; name a file")]
    InMemory,
    /// The database does not answer.
    #[error(
        "the database cannot be reached: {0}; check DATABASE_URL (sqlite:FILE or postgres://user:password@host/name), `jolda doctor` tells more"
    )]
    Connect(#[source] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("the database's schema could not be brought up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A statement failed.
    #[error("the database refused: {0}")]
    Query(#[from] sqlx::Error),
    /// A statement took too long and was given up.
    #[error("the database took longer than {0} s")]
    Timeout(u64),
    /// The file for rows that wait cannot be used.
    #[error("{}, where rows wait while the database is gone, cannot be used: {source}", path.display())]
    Spill {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another process writes through the same spill file.
    #[error(
        "{} is in use: another server writes to this database; stop it, or set another spill_path",
        .0.display()
    )]
    SpillInUse(PathBuf),
    /// The writer has ended.
    #[error("the store is closed")]
    Closed,
}
