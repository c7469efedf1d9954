//! `jolda check`: what is wrong with a timetable or a realtime feed, by rule, file and line.

mod realtime;
mod report;

use crate::clock::Clock;
use crate::feed::timetable_source;
use anyhow::{Result, bail};
use clap::Args;
use report::Report;
use std::path::PathBuf;
use std::process::ExitCode;
use transit::Timetable;
use transit::timetable::{FeedTables, LoadLimits};

/// Arguments of `jolda check`.
#[derive(Args, Clone, Debug)]
pub struct CheckArgs {
    /// GTFS feed: a zip or a folder
    #[arg(long, value_name = "FEED")]
    gtfs: PathBuf,
    /// A realtime feed to check against it: an address, a file, or a recording (folder or zip of *.pb). Several
    /// that are given are taken as parts of one feed at one moment
    #[arg(long, value_name = "SOURCE")]
    realtime: Vec<String>,
    /// The moment that counts as now, epoch seconds [default: now; a message's own time for files]
    #[arg(long, value_name = "SECONDS")]
    at: Option<i64>,
    /// Ask nothing of shapes.txt, for feeds whose shapes are known to be wrong
    #[arg(long)]
    ignore_shapes: bool,
    /// Show so many places of each rule
    #[arg(long, value_name = "NUMBER", default_value_t = 3)]
    places: usize,
    /// Print JSON, with every place that is kept
    #[arg(long)]
    json: bool,
}

/// Checks; fails if something is an error.
///
/// # Errors
/// When a source cannot be read at all.
pub async fn run(args: CheckArgs) -> Result<ExitCode> {
    let now = args.at.unwrap_or_else(|| Clock::machine().now());
    let bytes = timetable_source::read(&args.gtfs)?;
    let limits = LoadLimits::default();
    let mut report = Report::default();
    report.add_static(&transit::check::check_feed(&bytes, limits, now));
    if !args.realtime.is_empty() {
        let timetable = Timetable::from_zip(&bytes, limits).ok().map(|(timetable, _)| timetable);
        let tables = match FeedTables::from_zip(&bytes, limits) {
            Ok(tables) => tables,
            Err(error) => bail!("the realtime feed cannot be checked: {error}"),
        };
        drop(bytes);
        realtime::check(&args, &tables, timetable.as_ref(), now, &mut report).await?;
    }
    let mut out = std::io::stdout();
    if args.json {
        report.write_json(&mut out)?;
    } else {
        report.write_text(&mut out, args.places)?;
    }
    Ok(if report.has_errors() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
