//! The store, on SQLite and on PostgreSQL (`scripts/with-postgres.sh` gives it one).

mod database;
mod kill;
mod made;
mod outage;
mod reading;
mod writing;
