//! `jolda replay`: a recording through the core, as fast as it can, to files.

mod csv_files;
mod predictions;
mod summary;

use crate::clock::Clock;
use crate::engine::Watch;
use crate::feed::recording::Recording;
use crate::feed::{Decoder, timetable_source};
use anyhow::{Context, Result};
use bytes::Bytes;
use clap::Args;
use csv_files::CsvFiles;
use predictions::Predictions;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use summary::Summary;
use transit::ids::FeedIdx;
use transit::timetable::load::LoadLimits;
use transit::{EpochS, MonitorConfig, Timetable};

/// Between two datasets the core is told of the time once in so many seconds: incidents open and close then.
const TICK_S: EpochS = 15;
/// A longer hole than this is jumped over: nothing can change in it any more, seconds.
const HOLE_MAX_S: EpochS = 6 * 3_600;

/// Arguments of `jolda replay`.
#[derive(Args, Debug)]
pub struct ReplayArgs {
    /// GTFS feed: a zip or a folder
    #[arg(long, value_name = "FEED")]
    pub gtfs: PathBuf,
    /// Recording: a folder or a zip of *.pb (full datasets), read in name order
    #[arg(long, value_name = "DIR|ZIP")]
    pub recording: PathBuf,
    /// Folder for the results; made if it is not there
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Write predictions.csv as well: once a minute, when each bus comes to the stops ahead of it
    #[arg(long)]
    pub predictions: bool,
}

/// Replays.
///
/// # Errors
/// When the feed or the recording cannot be read, or the results cannot be written.
pub fn run(args: &ReplayArgs) -> Result<ExitCode> {
    let clock = Clock::machine();
    let timetable = Arc::new(load_timetable(&args.gtfs)?);
    let load = clock.elapsed();
    let recording = Recording::open(&args.recording)?;
    std::fs::create_dir_all(&args.out).with_context(|| {
        format!("cannot make the folder {}; give --out one that can be made", args.out.display())
    })?;
    let mut files = CsvFiles::create(&args.out)?;
    let mut predictions = args.predictions.then(|| Predictions::create(&args.out)).transpose()?;
    let mut replay = Replay::new(timetable);
    let started = clock.elapsed();
    for message in recording.messages() {
        let message = message?;
        replay.message(&message.name, &message.body.into(), message.received_at);
        if let Some(predictions) = &mut predictions {
            predictions.ask(replay.now, || replay.watch.snapshot(replay.now))?;
        }
        files.write(replay.watch.take_batch())?;
    }
    let health = replay.watch.snapshot(replay.now).feeds.into_iter().next().unwrap_or_default();
    replay.watch.finish(replay.now);
    files.write(replay.watch.take_batch())?;
    files.finish()?;
    if let Some(predictions) = predictions {
        predictions.finish()?;
    }
    let run = clock.elapsed().saturating_sub(started);
    let summary = Summary::of(&replay, &health, load, run);
    summary.write(&args.out.join("summary.json"))?;
    tell(&summary)?;
    Ok(ExitCode::SUCCESS)
}

/// Reads a static feed; the findings go to the log.
pub(crate) fn load_timetable(path: &Path) -> Result<Timetable> {
    let bytes = timetable_source::read(path)?;
    let (timetable, report) = Timetable::from_zip(&bytes, LoadLimits::default())
        .with_context(|| format!("cannot use the GTFS feed {}", path.display()))?;
    for (rule, count) in &report.counts {
        tracing::info!(rule, count, "the GTFS feed has findings; see `jolda check`");
    }
    Ok(timetable)
}

/// A recording on its way through the core.
struct Replay {
    watch: Watch,
    decoder: Decoder,
    now: EpochS,
    positions_read: u64,
    messages: u64,
    refused: Vec<(String, String)>,
    refused_count: u64,
}

/// Refused messages whose names are told.
const REFUSED_TOLD: usize = 20;
const FEED: FeedIdx = FeedIdx(0);

impl Replay {
    fn new(timetable: Arc<Timetable>) -> Self {
        let feeds = vec!["recording".to_owned()];
        let watch = Watch::new(timetable, MonitorConfig::default(), feeds, "replay".to_owned());
        Self {
            watch,
            decoder: Decoder::default(),
            now: 0,
            positions_read: 0,
            messages: 0,
            refused: Vec::new(),
            refused_count: 0,
        }
    }

    fn message(&mut self, name: &str, body: &Bytes, received_at: Option<EpochS>) {
        self.messages += 1;
        match self.decoder.decode(body) {
            Ok(dataset) => {
                let at = dataset.header_at().or(received_at).or_else(|| dataset.newest_at());
                self.pass_time(at);
                self.positions_read += dataset.positions() as u64;
                self.watch.dataset(self.now, FEED, &dataset);
                self.watch.tick(self.now);
            }
            Err(refusal) => {
                self.pass_time(received_at);
                self.refused_count += 1;
                if self.refused.len() < REFUSED_TOLD {
                    self.refused.push((name.to_owned(), refusal.to_string()));
                }
                self.watch.feed_failed(self.now, FEED);
            }
        }
    }

    /// Lets the time pass until `at`. A header whose time goes back does not turn the clock back.
    fn pass_time(&mut self, at: Option<EpochS>) {
        let Some(at) = at.filter(|at| *at > self.now) else { return };
        if self.now > 0 {
            let until = at.min(self.now + HOLE_MAX_S);
            let mut tick = self.now + TICK_S;
            while tick < until {
                self.watch.tick(tick);
                tick += TICK_S;
            }
        }
        self.now = at;
    }
}

fn tell(summary: &Summary) -> Result<()> {
    tell_line(&summary.sentence())
}

fn tell_line(line: &str) -> Result<()> {
    use std::io::Write as _;
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}
