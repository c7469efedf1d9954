//! Old rows go, a few at a time between two writes.

use super::settings::Retention;
use transit::{EpochS, ServiceDate};

/// Rows deleted by one statement: short enough to delay no write.
const CHUNK_ROWS: u64 = 5_000;
const DAY_S: i64 = 86_400;

/// The work of one hour, table by table.
pub(super) struct Cleaning {
    retention: Retention,
    now: EpochS,
    /// Index of the table being swept; past the end when there is nothing to do.
    table: usize,
}

/// One statement; its parameter is the first instant (or service date) that is kept.
pub(super) struct Sweep {
    pub sql: String,
    pub before: i64,
}

const TABLES: [(&str, &str); 6] = [
    ("stop_visits", "service_date"),
    ("headways", "at"),
    ("intensity", "hour"),
    ("incidents", "opened_at"),
    ("feed_health", "at"),
    ("tracks", "from_at"),
];

impl Cleaning {
    pub fn new(retention: Retention) -> Self {
        Self { retention, now: 0, table: TABLES.len() }
    }

    /// Begins with the first table.
    pub fn begin(&mut self, now: EpochS) {
        self.now = now;
        self.table = 0;
    }

    /// The next statement, if work is left.
    pub fn next(&mut self, is_sqlite: bool) -> Option<Sweep> {
        while let Some((table, column)) = TABLES.get(self.table) {
            let days = i64::from(self.days(self.table));
            if days == 0 {
                self.table += 1;
                continue;
            }
            let row = if is_sqlite { "rowid" } else { "ctid" };
            let sql = format!(
                "DELETE FROM {table} WHERE {row} IN \
                 (SELECT {row} FROM {table} WHERE {column} < $1 LIMIT {CHUNK_ROWS})"
            );
            let before = self.now - days * DAY_S;
            let before = if *column == "service_date" { service_date(before) } else { before };
            return Some(Sweep { sql, before });
        }
        None
    }

    /// The last statement deleted so many rows.
    pub fn deleted(&mut self, rows: u64) {
        if rows < CHUNK_ROWS {
            self.table += 1;
        }
    }

    /// Leaves the rest for the next hour.
    pub fn give_up(&mut self) {
        self.table = TABLES.len();
    }

    fn days(&self, table: usize) -> u32 {
        let r = &self.retention;
        let days = [
            r.visits_days,
            r.headways_days,
            r.intensity_days,
            r.incidents_days,
            r.feed_health_days,
            r.tracks_days,
        ];
        days[table]
    }
}

/// The UTC date of `at` as YYYYMMDD: a day more or less matters to nobody here.
fn service_date(at: EpochS) -> i64 {
    let date = ServiceDate(at.div_euclid(DAY_S) as i32).to_date();
    i64::from(date.year()) * 10_000 + i64::from(date.month()) * 100 + i64::from(date.day())
}
