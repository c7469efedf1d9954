//! A fresh database for each test, and the means to make it go away.

use server::store::{Store, StoreSettings};
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;

/// Where `scripts/with-postgres.sh` says that its server is.
const POSTGRES_VARIABLE: &str = "JOLDA_TEST_POSTGRES_URL";

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Sqlite,
    Postgres,
}

pub struct TestDatabase {
    pub kind: Kind,
    /// What the store is given.
    pub url: String,
    /// Holds the SQLite file and the spill file.
    pub dir: tempfile::TempDir,
    switch: Switch,
}

enum Switch {
    Sqlite { lock: Option<SqliteConnection> },
    Postgres { admin: String, name: String, open: Arc<watch::Sender<bool>> },
}

impl TestDatabase {
    pub fn settings(&self) -> StoreSettings {
        StoreSettings {
            spill_path: Some(self.dir.path().join("waiting.spill")),
            busy_timeout_s: 0,
            retry_max_s: 1,
            ..StoreSettings::default()
        }
    }

    pub async fn store(&self) -> Store {
        Store::open(&self.url, self.settings()).await.unwrap()
    }

    /// Nobody can write: SQLite is locked by another process, PostgreSQL resets and refuses connections.
    pub async fn cut(&mut self) {
        match &mut self.switch {
            Switch::Sqlite { lock } => {
                let options = SqliteConnectOptions::from_str(&self.url)
                    .unwrap()
                    .busy_timeout(std::time::Duration::from_secs(10));
                let mut other = SqliteConnection::connect_with(&options).await.unwrap();
                sqlx::raw_sql("BEGIN EXCLUSIVE").execute(&mut other).await.unwrap();
                *lock = Some(other);
            }
            Switch::Postgres { open, .. } => {
                open.send_replace(false);
            }
        }
    }

    pub async fn mend(&mut self) {
        match &mut self.switch {
            Switch::Sqlite { lock } => {
                if let Some(mut other) = lock.take() {
                    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
                    other.close().await.unwrap();
                }
            }
            Switch::Postgres { open, .. } => {
                open.send_replace(true);
            }
        }
    }

    /// A moment's trouble in the middle of whatever is being written: PostgreSQL ends every session of this
    /// database, SQLite is locked and free again.
    pub async fn disturb(&mut self) {
        if let Switch::Postgres { admin, name, .. } = &self.switch {
            let mut connection = PgConnection::connect(admin).await.unwrap();
            let sql =
                "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = $1";
            sqlx::query(sql).bind(name).execute(&mut connection).await.unwrap();
            return;
        }
        self.cut().await;
        self.mend().await;
    }

    async fn remove(self) {
        if let Switch::Postgres { admin, name, .. } = &self.switch {
            let mut connection = PgConnection::connect(admin).await.unwrap();
            let sql = format!("DROP DATABASE {name} WITH (FORCE)");
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        }
    }
}

/// Runs `test` on a fresh database of `kind`; PostgreSQL is skipped, loudly, where there is none.
pub fn run<F: Future<Output = TestDatabase>>(kind: Kind, test: impl FnOnce(TestDatabase) -> F) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let database = match kind {
            Kind::Sqlite => sqlite(),
            Kind::Postgres => {
                let Ok(admin) = std::env::var(POSTGRES_VARIABLE) else {
                    // Not eprintln!, which a test that passes keeps to itself.
                    let text = format!(
                        "SKIPPED on PostgreSQL: {POSTGRES_VARIABLE} is not set; run the tests under \
                         scripts/with-postgres.sh\n"
                    );
                    let _ = std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes());
                    return;
                };
                postgres(admin).await
            }
        };
        test(database).await.remove().await;
    });
}

/// Makes two tests of each function: one for SQLite, one for PostgreSQL.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod on_sqlite { $(
            #[test]
            fn $name() { crate::database::run(crate::database::Kind::Sqlite, super::$name); }
        )+ }
        mod on_postgres { $(
            #[test]
            fn $name() { crate::database::run(crate::database::Kind::Postgres, super::$name); }
        )+ }
    };
}
pub(crate) use on_both;

fn sqlite() -> TestDatabase {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", dir.path().join("jolda.sqlite").display());
    TestDatabase { kind: Kind::Sqlite, url, dir, switch: Switch::Sqlite { lock: None } }
}

async fn postgres(admin: String) -> TestDatabase {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("jolda_test_{}_{count}", std::process::id());
    let mut connection = PgConnection::connect(&admin).await.unwrap();
    let sql = format!("CREATE DATABASE {name}");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    let (open, is_open) = watch::channel(true);
    let port = proxy(PgConnectOptions::from_str(&admin).unwrap(), is_open).await;
    let user = admin.split_once("://").unwrap().1.rsplit_once('@').map_or("postgres", |u| u.0);
    TestDatabase {
        kind: Kind::Postgres,
        url: format!("postgres://{user}@127.0.0.1:{port}/{name}"),
        dir: tempfile::tempdir().unwrap(),
        switch: Switch::Postgres { admin, name, open: Arc::new(open) },
    }
}

/// Stands between the store and the server: closed, it resets what runs and refuses what comes.
async fn proxy(target: PgConnectOptions, mut is_open: watch::Receiver<bool>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            if !*is_open.borrow_and_update() {
                continue;
            }
            let (target, mut is_open) = (target.clone(), is_open.clone());
            tokio::spawn(async move {
                let relay = async {
                    if let Some(folder) = target.get_socket() {
                        let socket = folder.join(format!(".s.PGSQL.{}", target.get_port()));
                        return relay(client, UnixStream::connect(socket).await?).await;
                    }
                    let at = (target.get_host(), target.get_port());
                    relay(client, TcpStream::connect(at).await?).await
                };
                tokio::select! {
                    _ = relay => {}
                    _ = is_open.wait_for(|open| !open) => {}
                }
            });
        }
    });
    port
}

async fn relay(
    mut client: TcpStream,
    mut server: impl AsyncRead + AsyncWrite + Unpin,
) -> std::io::Result<()> {
    tokio::io::copy_bidirectional(&mut client, &mut server).await.map(|_| ())
}
