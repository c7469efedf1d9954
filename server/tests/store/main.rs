//! The store, on SQLite and on PostgreSQL (`scripts/with-postgres.sh` gives it one).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "these are tests and their means")]

mod beside;
mod database;
mod kill;
mod made;
mod outage;
mod reading;
mod writing;
