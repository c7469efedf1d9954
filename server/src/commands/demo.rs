//! `jolda demo`: the simulated city.

use crate::config::{ConfigArgs, Settings};
use crate::demo::{self, DemoOptions};
use crate::logging;
use anyhow::{Result, bail};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `jolda demo`.
#[derive(Args, Clone, Debug)]
pub struct DemoArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// City seconds for each of ours
    #[arg(long, value_name = "TIMES", default_value_t = 1.0)]
    speed: f64,
    /// Seed of the simulated world [default: the demo's own]
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Days before that are in the record
    #[arg(long, value_name = "DAYS", default_value_t = 3)]
    days: u32,
    /// Drive another GTFS feed (a zip or a folder) than the demo city's
    #[arg(long, value_name = "FEED")]
    gtfs: Option<PathBuf>,
}

/// Runs until it is told to stop. The record is the demo's own; a database of the settings is left alone.
///
/// # Errors
/// What keeps it from starting.
pub async fn run(args: DemoArgs) -> Result<ExitCode> {
    if !(args.speed > 0.0 && args.speed <= 60.0) {
        bail!("--speed must be above 0 and at most 60");
    }
    if args.days > 30 {
        bail!("--days must be at most 30");
    }
    let settings = Settings::load(&args.config)?;
    logging::start(&settings.log);
    let DemoArgs { speed, seed, days, gtfs, .. } = args;
    // On the heap: the whole of a server is a large future.
    Box::pin(demo::run(settings, DemoOptions { speed, seed, days, gtfs })).await?;
    Ok(ExitCode::SUCCESS)
}
