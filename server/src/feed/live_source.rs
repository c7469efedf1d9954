//! The task of one live source: fetch, keep, decode, tell. It never ends by a failure.

use super::http::{FetchError, Fetched, HttpOptions, HttpSource};
use super::keep_thread::KeepHandle;
use super::poll::{Poll, Validators};
use super::settings::{FeedSettings, is_address, public_form, with_secrets};
use super::{Decoder, Part, Update};
use crate::clock::Clock;
use bytes::Bytes;
use rustc_hash::FxHasher;
use std::hash::Hasher as _;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};
use tokio::sync::mpsc;
use transit::ids::FeedIdx;

/// No source is asked more often.
const PERIOD_MIN: Duration = Duration::from_millis(250);

/// One source of a feed.
pub struct LiveSource {
    feed: FeedIdx,
    feed_id: String,
    part: Part,
    place: Place,
    poll: Poll,
    clock: Clock,
    keep: Option<KeepHandle>,
    updates: mpsc::Sender<Update>,
    decoder: Decoder,
    differential_told: bool,
}

enum Place {
    Http(HttpSource),
    File { path: PathBuf, limit: u64, mark: Option<(SystemTime, u64)> },
}

/// What all sources of a server share.
#[derive(Clone)]
pub struct Shared {
    /// The city's time.
    pub clock: Clock,
    /// Keeper of raw bytes.
    pub keep: Option<KeepHandle>,
    /// Where facts go.
    pub updates: mpsc::Sender<Update>,
}

impl LiveSource {
    /// A source of `settings` at `address`, an address or a file.
    pub fn new(
        feed: FeedIdx,
        part: Part,
        address: &str,
        settings: &FeedSettings,
        shared: Shared,
    ) -> Result<Self, FetchError> {
        let seconds = Duration::from_secs_f64;
        let place = if is_address(address) {
            let options = http_options(settings)?;
            Place::Http(HttpSource::new(&secret(address)?, &options)?)
        } else {
            Place::File { path: address.into(), limit: settings.size_limit_bytes, mark: None }
        };
        // The period is the city's time: where that runs faster, we ask as much more often.
        let period =
            seconds(settings.period_s.clamp(0.1, 86_400.0) / shared.clock.speed().max(0.01));
        let backoff = seconds(settings.backoff_max_s.clamp(0.1, 86_400.0));
        tracing::info!(feed = %settings.id, source = %public_form(address), ?part, "reading a feed");
        Ok(Self {
            feed,
            feed_id: settings.id.clone(),
            part,
            place,
            poll: Poll::new(period.max(PERIOD_MIN), backoff),
            clock: shared.clock,
            keep: shared.keep,
            updates: shared.updates,
            decoder: Decoder::default(),
            differential_told: false,
        })
    }

    /// Fetches until nobody listens.
    pub async fn run(mut self) {
        loop {
            let wait = self.poll.next_at().saturating_sub(self.clock.elapsed());
            tokio::time::sleep(wait).await;
            if let Some(update) = self.fetch().await
                && self.updates.send(update).await.is_err()
            {
                return;
            }
        }
    }

    async fn fetch(&mut self) -> Option<Update> {
        let started = self.clock.elapsed();
        let fetched = match &mut self.place {
            Place::Http(source) => source.fetch(self.poll.validators(), self.clock.now()).await,
            Place::File { path, limit, mark } => read_file(path.clone(), *limit, mark).await,
        };
        let now = self.clock.elapsed();
        match fetched {
            Ok(Fetched::NotModified) => {
                self.poll.not_modified(started, now);
                None
            }
            Ok(Fetched::Body(body, validators)) => self.body(started, now, &body, validators),
            Err(error) => {
                self.poll.failed(now, error.retry_after());
                if let Place::File { mark, .. } = &mut self.place {
                    *mark = None;
                }
                Some(self.failed(error.to_string()))
            }
        }
    }

    fn body(
        &mut self,
        started: Duration,
        now: Duration,
        body: &Bytes,
        validators: Validators,
    ) -> Option<Update> {
        if !self.poll.body(started, now, validators, hash(body)) {
            return None;
        }
        if let Some(keep) = &self.keep {
            keep.keep(&format!("{}-{}", self.feed_id, self.part.name()), self.clock.now(), body);
        }
        match self.decoder.decode(body) {
            Ok(dataset) => {
                if dataset.is_differential() && !self.differential_told {
                    self.differential_told = true;
                    tracing::warn!(feed = %self.feed_id, "the feed says DIFFERENTIAL, which the \
                        standard leaves open; each message is read as a full dataset");
                }
                let decode = self.clock.elapsed().saturating_sub(now);
                let (feed, part, bytes) = (self.feed, self.part, body.len());
                Some(Update::Dataset { feed, part, dataset, decode, bytes })
            }
            Err(refusal) => {
                self.poll.failed(now, None);
                Some(self.failed(refusal.to_string()))
            }
        }
    }

    fn failed(&self, error: String) -> Update {
        Update::Failed { feed: self.feed, part: self.part, error }
    }
}

/// How the sources of `settings` are fetched.
fn http_options(settings: &FeedSettings) -> Result<HttpOptions, FetchError> {
    let mut headers = std::collections::BTreeMap::new();
    for (name, value) in &settings.headers {
        headers.insert(name.clone(), secret(value)?);
    }
    let seconds = |s: f64| Duration::from_secs_f64(s.clamp(0.1, 3_600.0));
    Ok(HttpOptions {
        headers,
        connect_timeout: seconds(settings.connect_timeout_s),
        timeout: seconds(settings.timeout_s),
        size_limit_bytes: settings.size_limit_bytes,
    })
}

/// `text` with its secrets.
pub(super) fn secret(text: &str) -> Result<String, FetchError> {
    with_secrets(text, |name| std::env::var(name).ok()).map_err(|name| {
        FetchError::Settings(format!(
            "the settings name the environment variable {name}, which is not set"
        ))
    })
}

pub(super) fn hash(body: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(body);
    hasher.write_usize(body.len());
    hasher.finish()
}

async fn read_file(
    path: PathBuf,
    limit: u64,
    mark: &mut Option<(SystemTime, u64)>,
) -> Result<Fetched, FetchError> {
    let failed = |e: std::io::Error| FetchError::Network(format!("{}: {e}", path.display()));
    let metadata = tokio::fs::metadata(&path).await.map_err(failed)?;
    let new = (metadata.modified().map_err(failed)?, metadata.len());
    if *mark == Some(new) {
        return Ok(Fetched::NotModified);
    }
    if metadata.len() > limit {
        return Err(FetchError::TooLarge(limit));
    }
    let body = tokio::fs::read(&path).await.map_err(failed)?;
    *mark = Some(new);
    Ok(Fetched::Body(body.into(), Validators::default()))
}
