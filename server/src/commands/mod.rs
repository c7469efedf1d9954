//! The commands of `jolda`.

pub mod replay;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Watches a city's buses in real time.
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
    /// Run a recording through the core as fast as it can, and write what it says as CSV
    Replay(replay::ReplayArgs),
}

/// Does what was asked.
///
/// # Errors
/// What a person must be told.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Replay(args) => replay::run(&args),
    }
}
