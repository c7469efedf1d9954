//! `jolda record`: keeps a feed's messages, a file each, for a later replay.

use crate::clock::Clock;
use crate::feed::http::{Fetched, HttpOptions, HttpSource};
use crate::feed::poll::Poll;
use crate::feed::settings::with_secrets;
use crate::feed::{Dataset, decode};
use crate::{logging, run};
use anyhow::{Context, Result, bail};
use clap::Args;
use rustc_hash::FxHasher;
use std::collections::BTreeMap;
use std::hash::Hasher as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Arguments of `jolda record`.
#[derive(Args, Clone, Debug)]
pub struct RecordArgs {
    /// Address of the feed (GTFS-realtime protobuf); `${NAME}` stands for a variable of the environment
    #[arg(long, value_name = "URL")]
    url: String,
    /// Folder for the messages; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Between two fetches, seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0)]
    period: f64,
    /// Stop after so many seconds; without it, on Ctrl-C
    #[arg(long, value_name = "SECONDS")]
    duration: Option<f64>,
    /// A header for each request, "name: value"; may be given several times
    #[arg(long = "header", value_name = "NAME: VALUE")]
    headers: Vec<String>,
    /// Largest message, bytes
    #[arg(long, value_name = "BYTES", default_value_t = 64 << 20)]
    size_limit: u64,
}

impl RecordArgs {
    fn source(&self) -> Result<HttpSource> {
        let secret = |text: &str| {
            with_secrets(text, |name| std::env::var(name).ok())
                .map_err(|name| anyhow::anyhow!("the environment variable {name} is not set"))
        };
        let mut headers = BTreeMap::new();
        for header in &self.headers {
            let (name, value) =
                header.split_once(':').context("--header must be \"name: value\"")?;
            headers.insert(name.trim().to_owned(), secret(value.trim())?);
        }
        let options = HttpOptions {
            headers,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_mins(1),
            size_limit_bytes: self.size_limit,
        };
        Ok(HttpSource::new(&secret(&self.url)?, &options)?)
    }
}

/// Records until the time is over or it is told to stop.
///
/// # Errors
/// When the folder cannot be written or the arguments cannot be used.
pub async fn run(args: RecordArgs) -> Result<ExitCode> {
    logging::start(&crate::config::Log::default());
    if !(args.period >= 0.5 && args.period <= 86_400.0) {
        bail!("--period must be between 0.5 and 86400 seconds");
    }
    std::fs::create_dir_all(&args.out)
        .with_context(|| format!("cannot make the folder {}", args.out.display()))?;
    let source = args.source()?;
    let clock = Clock::machine();
    let stop = run::stop_on_signal();
    let period = Duration::from_secs_f64(args.period);
    let mut poll = Poll::new(period, period.max(Duration::from_mins(1)));
    let mut kept = 0;
    loop {
        let wait = poll.next_at().saturating_sub(clock.elapsed());
        let over = args.duration.map(|s| Duration::from_secs_f64(s.max(0.0)));
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(over.unwrap_or(Duration::MAX).saturating_sub(clock.elapsed())), if over.is_some() => break,
            () = tokio::time::sleep(wait) => {}
        }
        match fetch(&source, &mut poll, clock).await {
            Ok(Some((dataset, body))) => {
                let at = dataset.header_at().unwrap_or_else(|| clock.now());
                let time = jiff::Timestamp::from_second(at).unwrap_or_default();
                let path = args.out.join(format!("{}.pb", time.strftime("%Y%m%dT%H%M%SZ")));
                let part = path.with_extension("part");
                tokio::fs::write(&part, &body).await?;
                tokio::fs::rename(&part, &path).await?;
                kept += 1;
                let positions = dataset.positions();
                tracing::info!(file = %path.display(), positions, bytes = body.len(), "kept");
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "nothing kept"),
        }
    }
    writeln!(std::io::stdout(), "{kept} messages in {}", args.out.display())?;
    Ok(ExitCode::SUCCESS)
}

/// A message that is new and readable.
async fn fetch(
    source: &HttpSource,
    poll: &mut Poll,
    clock: Clock,
) -> Result<Option<(Dataset, bytes::Bytes)>> {
    let started = clock.elapsed();
    match source.fetch(poll.validators(), clock.now()).await {
        Ok(Fetched::NotModified) => {
            poll.not_modified(started, clock.elapsed());
            Ok(None)
        }
        Ok(Fetched::Body(body, validators)) => {
            let mut hasher = FxHasher::default();
            hasher.write(&body);
            if !poll.body(started, clock.elapsed(), validators, hasher.finish()) {
                return Ok(None);
            }
            match decode(&body) {
                Ok(dataset) => Ok(Some((dataset, body))),
                Err(refusal) => {
                    poll.failed(clock.elapsed(), None);
                    Err(refusal.into())
                }
            }
        }
        Err(error) => {
            poll.failed(clock.elapsed(), error.retry_after());
            Err(error.into())
        }
    }
}
