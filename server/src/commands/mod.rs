//! The commands of `jolda`.

pub mod check;
pub mod demo;
pub mod doctor;
pub mod evidence;
mod migrate;
pub mod record;
pub mod replay;
pub mod serve;
pub mod user;

use crate::config::ConfigArgs;
use clap::{Parser, Subcommand};
use std::future::Future;
use std::process::ExitCode;

/// Watches a city's buses in real time: GTFS and GTFS-realtime in, a live map, headways and a record out.
///
/// Settings are read from a TOML file (jolda.toml or --config), then from the environment (DATABASE_URL,
/// JOLDA_LISTEN, JOLDA_TIMETABLE__SOURCE, …), then from flags.
#[expect(clippy::doc_markdown, reason = "shown as help, where backticks are noise")]
#[derive(Debug, Parser)]
#[command(name = "jolda", version, about, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a simulated city on an embedded database: nothing to set up
    Demo(demo::DemoArgs),
    /// Serve a real agency: map, pages, API, record
    Serve(Box<serve::ServeArgs>),
    /// Run a recording through the core as fast as it can, and write what it says as CSV
    Replay(replay::ReplayArgs),
    /// Keep a feed's messages, a file each, for a later replay
    Record(record::RecordArgs),
    /// Tell what is wrong with a timetable or a realtime feed, by rule, file and line
    Check(check::CheckArgs),
    /// Bring the database's schema up to date
    Migrate(ConfigArgs),
    /// Evidence of appeals: verify that it is what was sealed
    Evidence(evidence::EvidenceArgs),
    /// Accounts of those who work with appeals: add, list, disable, reset, totp
    User(user::UserArgs),
    /// Look over settings, machine, timetable, feeds and database, and say what to do
    Doctor(doctor::DoctorArgs),
}

/// Does what was asked.
///
/// # Errors
/// What a person must be told.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Demo(args) => wait_for(demo::run(args)),
        Command::Serve(args) => wait_for(serve::run(*args)),
        Command::Replay(args) => replay::run(&args),
        Command::Record(args) => wait_for(record::run(args)),
        Command::Doctor(args) => wait_for(doctor::run(args)),
        Command::Check(args) => wait_for(check::run(args)),
        Command::Migrate(args) => wait_for(migrate::run(args)),
        Command::User(args) => wait_for(user::run(args)),
        Command::Evidence(args) => wait_for(evidence::run(args)),
    }
}

fn wait_for(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(work);
    // Blocking work (reading a recording) is not waited for.
    runtime.shutdown_background();
    result
}
