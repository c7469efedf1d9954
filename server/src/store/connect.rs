//! From an address to connections.

use super::error::StoreError;
use super::settings::StoreSettings;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AnyPool, AssertSqlSafe, ConnectOptions, Connection, PgConnection, SqliteConnection};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

/// The schema, compiled in. One set of files for both databases.
static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");

/// Pages that SQLite may keep in memory for one connection, KiB.
const SQLITE_CACHE_KIB: i64 = 8 * 1024;
/// The write-ahead log is folded into the file beyond this many pages (4 KiB each).
const SQLITE_CHECKPOINT_PAGES: i64 = 2_000;

/// At the start another process may still hold the file: it folds the log into it as its last act.
const START_BUSY: Duration = Duration::from_secs(5);

/// Which database, and where.
#[derive(Clone, Debug)]
pub(super) enum Address {
    Sqlite(SqliteConnectOptions),
    /// With the address as it was given, for the pool that takes nothing else.
    Postgres(PgConnectOptions, String),
}

/// The writer's connection.
pub(super) enum WriteConnection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Address {
    /// Understands `sqlite:<file>` and `postgres://…`.
    pub fn parse(url: &str, settings: &StoreSettings) -> Result<Self, StoreError> {
        let unknown = || StoreError::Address(without_password(url));
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url).map_err(|_| unknown())?;
            let file = options.get_filename();
            if file.as_os_str().is_empty()
                || url.contains(":memory:")
                || url.contains("mode=memory")
            {
                return Err(StoreError::InMemory);
            }
            // Absolute: sqlx makes an address of the file name again, in which the first folder of a relative
            // one would stand where a host stands.
            let file = std::path::absolute(file).map_err(|_| unknown())?;
            return Ok(Self::Sqlite(sqlite_options(options.filename(file), settings)));
        }
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = PgConnectOptions::from_str(url).map_err(|_| unknown())?;
            let limit = settings.write_timeout().as_millis().to_string();
            let options = options
                .application_name("jolda")
                .options([("statement_timeout", limit)])
                .disable_statement_logging();
            return Ok(Self::Postgres(options, url.to_owned()));
        }
        Err(unknown())
    }

    /// In one word, for messages and metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(..) => "postgres",
        }
    }

    /// Where rows wait on disk unless the settings say otherwise.
    pub fn default_spill_path(&self) -> PathBuf {
        match self {
            Self::Sqlite(options) => {
                let mut name = options.get_filename().as_os_str().to_owned();
                name.push(".spill");
                PathBuf::from(name)
            }
            Self::Postgres(..) => PathBuf::from("jolda-postgres.spill"),
        }
    }

    /// The address with patience: at the start nothing is lost by waiting for a server that is still ending.
    pub fn patient(&self) -> Self {
        match self {
            Self::Sqlite(options) => Self::Sqlite(options.clone().busy_timeout(START_BUSY)),
            Self::Postgres(..) => self.clone(),
        }
    }

    /// A connection for the writer.
    pub async fn connect(&self) -> Result<WriteConnection, StoreError> {
        match self {
            Self::Sqlite(options) => {
                if let Some(folder) =
                    options.get_filename().parent().filter(|f| *f != Path::new(""))
                {
                    std::fs::create_dir_all(folder)
                        .map_err(|e| StoreError::Connect(sqlx::Error::Io(e)))?;
                }
                options.connect().await.map(WriteConnection::Sqlite)
            }
            Self::Postgres(options, _) => options.connect().await.map(WriteConnection::Postgres),
        }
        .map_err(StoreError::Connect)
    }

    /// Connections for reads, opened when first needed. They can change nothing.
    pub fn read_pool(&self, settings: &StoreSettings) -> Result<AnyPool, StoreError> {
        sqlx::any::install_default_drivers();
        let (url, prepare) = match self {
            Self::Sqlite(options) => {
                let busy_ms = settings.busy_timeout().as_millis();
                let pragmas = format!(
                    "PRAGMA query_only = ON; PRAGMA busy_timeout = {busy_ms}; \
                     PRAGMA cache_size = -{SQLITE_CACHE_KIB};"
                );
                (options.to_url_lossy().to_string(), pragmas)
            }
            Self::Postgres(_, url) => {
                let limit_ms = settings.read_timeout().as_millis();
                let set = format!(
                    "SET statement_timeout = {limit_ms}; SET default_transaction_read_only = on;"
                );
                (url.clone(), set)
            }
        };
        let options = AnyConnectOptions::from_str(&url)
            .map_err(StoreError::Connect)?
            .disable_statement_logging();
        Ok(AnyPoolOptions::new()
            .max_connections(settings.read_connections.max(1))
            .acquire_timeout(settings.read_timeout())
            .after_connect(move |connection, _| {
                let prepare = prepare.clone();
                Box::pin(async move {
                    sqlx::raw_sql(AssertSqlSafe(prepare)).execute(connection).await?;
                    Ok(())
                })
            })
            .connect_lazy_with(options))
    }
}

impl WriteConnection {
    /// Brings the schema up to date; safe to call from several servers at once.
    pub async fn migrate(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(connection) => MIGRATIONS.run(connection).await?,
            Self::Postgres(connection) => MIGRATIONS.run(connection).await?,
        }
        Ok(())
    }

    /// Waits for other writers no longer than the settings say, from here on.
    pub async fn settle(&mut self, settings: &StoreSettings) -> Result<(), StoreError> {
        if let Self::Sqlite(connection) = self {
            let pragma = format!("PRAGMA busy_timeout = {}", settings.busy_timeout().as_millis());
            sqlx::raw_sql(AssertSqlSafe(pragma))
                .execute(connection)
                .await
                .map_err(StoreError::Connect)?;
        }
        Ok(())
    }

    /// Says goodbye. Errors matter to nobody any more.
    pub async fn close(self) {
        let _ = match self {
            Self::Sqlite(connection) => connection.close().await,
            Self::Postgres(connection) => connection.close().await,
        };
    }
}

fn sqlite_options(options: SqliteConnectOptions, settings: &StoreSettings) -> SqliteConnectOptions {
    options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true)
        .busy_timeout(settings.busy_timeout())
        .pragma("cache_size", format!("-{SQLITE_CACHE_KIB}"))
        .pragma("wal_autocheckpoint", SQLITE_CHECKPOINT_PAGES.to_string())
        .disable_statement_logging()
}

fn without_password(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => format!("{}://…{}", &url[..scheme], &url[at..]),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_understood_or_refused_with_a_reason_and_without_its_password() {
        let settings = StoreSettings::default();
        let parse = |url| Address::parse(url, &settings);
        assert_eq!(parse("sqlite:a.sqlite").unwrap().kind(), "sqlite");
        assert_eq!(parse("sqlite:///tmp/a b.sqlite").unwrap().kind(), "sqlite");
        assert_eq!(parse("postgres://u:p@h/d").unwrap().kind(), "postgres");
        assert_eq!(parse("postgresql:///d?host=/run").unwrap().kind(), "postgres");
        assert!(matches!(parse("sqlite::memory:"), Err(StoreError::InMemory)));
        assert!(matches!(parse("sqlite://?mode=memory"), Err(StoreError::InMemory)));
        let message = parse("mysql://u:secret@h/d").unwrap_err().to_string();
        assert!(message.contains("mysql://…@h/d") && !message.contains("secret"), "{message}");
        let beside = parse("sqlite:x/a.sqlite").unwrap().default_spill_path();
        assert!(beside.is_absolute() && beside.ends_with("x/a.sqlite.spill"));
    }
}
