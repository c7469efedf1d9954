//! The static feed: fetched or read at the start, then whenever it changes. A bad one is reported and the old
//! one stays.

use super::Update;
use super::http::{FetchError, Fetched, HttpOptions, HttpSource};
use super::live_source::{hash, secret};
use super::poll::Poll;
use super::settings::{TimetableSettings, is_address, public_form};
use super::timetable_source::{self, ZIP_BYTES_MAX};
use crate::clock::Clock;
use crate::plans;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::mpsc;
use transit::Timetable;
use transit::timetable::LoadReport;
use transit::timetable::load::{LoadError, LoadLimits};

/// Name of the copy of the last good timetable from an address, in the data folder.
const COPY: &str = "timetable.zip";
/// Longest time for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest pause after failures.
const BACKOFF_MAX: Duration = Duration::from_hours(1);
/// Rules of a report that are told in the log.
const RULES_TOLD: usize = 8;

/// There is no timetable to begin with.
#[derive(Debug, thiserror::Error)]
pub enum TimetableError {
    /// The settings name none.
    #[error(
        "no timetable: give [timetable] source in the settings, JOLDA_TIMETABLE__SOURCE or --gtfs \
         (a GTFS zip, a folder, or an address)"
    )]
    NotGiven,
    /// It cannot be fetched or read.
    #[error(
        "the timetable {place} cannot be had: {why}. Check [timetable] source in the settings \
         (JOLDA_TIMETABLE__SOURCE, --gtfs): a GTFS zip, a folder, or an address"
    )]
    NotThere {
        /// Address or path, without keys.
        place: String,
        /// What happened.
        why: String,
    },
    /// It cannot be used.
    #[error("the timetable {place}: {why}")]
    Refused {
        /// Address or path, without keys.
        place: String,
        /// File, line and reason.
        why: LoadError,
    },
}

/// Where the timetable comes from.
pub struct TimetableSource {
    place: Place,
    shown: String,
    poll: Poll,
    clock: Clock,
    copy: PathBuf,
}

enum Place {
    Http(HttpSource),
    Path { path: PathBuf, mark: Option<(SystemTime, u64)> },
}

impl TimetableSource {
    /// The source that the settings name. `data_dir` holds the copy of the last good one.
    pub fn new(
        settings: &TimetableSettings,
        data_dir: &Path,
        clock: Clock,
    ) -> Result<Self, TimetableError> {
        let source = settings.source.as_deref().ok_or(TimetableError::NotGiven)?;
        let shown = public_form(source);
        let seconds = |s: f64| Duration::from_secs_f64(s.clamp(0.5, 7.0 * 86_400.0));
        let (place, period) = if is_address(source) {
            let why = |e: FetchError| TimetableError::NotThere {
                place: shown.clone(),
                why: e.to_string(),
            };
            let mut headers = BTreeMap::new();
            for (name, value) in &settings.headers {
                headers.insert(name.clone(), secret(value).map_err(why)?);
            }
            let options = HttpOptions {
                headers,
                connect_timeout: CONNECT_TIMEOUT,
                timeout: seconds(settings.timeout_s),
                size_limit_bytes: ZIP_BYTES_MAX,
            };
            let source = HttpSource::new(&secret(source).map_err(why)?, &options).map_err(why)?;
            (Place::Http(source), seconds(settings.period_s))
        } else {
            let path = source.into();
            (Place::Path { path, mark: None }, seconds(settings.file_period_s))
        };
        let poll = Poll::new(period, BACKOFF_MAX.min(period * 8));
        Ok(Self { place, shown, poll, clock, copy: data_dir.join(COPY) })
    }

    /// The first timetable. Where an address does not answer, the last good copy serves.
    pub async fn first(&mut self) -> Result<Arc<Timetable>, TimetableError> {
        let why = match self.changed().await {
            Ok(Some(bytes)) => match self.load(bytes.clone()).await {
                Ok(timetable) => {
                    self.keep_copy(&bytes).await;
                    self.keep_version(&timetable, &bytes).await;
                    return Ok(timetable);
                }
                Err(why) => TimetableError::Refused { place: self.shown.clone(), why },
            },
            Ok(None) => self.not_there("nothing new".to_owned()),
            Err(why) => self.not_there(why),
        };
        if !matches!(self.place, Place::Http(_)) {
            return Err(why);
        }
        let Ok(bytes) = tokio::fs::read(&self.copy).await else { return Err(why) };
        let copy = self.copy.display().to_string();
        tracing::warn!(error = %why, %copy, "the last good timetable is used instead");
        self.load(bytes.into()).await.map_err(|_| why)
    }

    fn not_there(&self, why: String) -> TimetableError {
        // A path is named once.
        let bare = why.strip_prefix(&format!("{}: ", self.shown)).map(str::to_owned);
        TimetableError::NotThere { place: self.shown.clone(), why: bare.unwrap_or(why) }
    }

    /// Looks for changes until nobody listens.
    pub async fn run(mut self, updates: mpsc::Sender<Update>) {
        loop {
            let wait = self.poll.next_at().saturating_sub(self.clock.elapsed());
            tokio::time::sleep(wait).await;
            let update = match self.changed().await {
                Ok(None) => continue,
                Ok(Some(bytes)) => match self.load(bytes.clone()).await {
                    Ok(timetable) => {
                        self.keep_copy(&bytes).await;
                        self.keep_version(&timetable, &bytes).await;
                        Update::Timetable(timetable)
                    }
                    Err(error) => self.refused(&error.to_string()),
                },
                Err(error) => self.refused(&error),
            };
            if updates.send(update).await.is_err() {
                return;
            }
        }
    }

    fn refused(&self, error: &str) -> Update {
        Update::TimetableRefused { error: format!("timetable {}: {error}", self.shown) }
    }

    /// The zip, if it is another than the one before.
    async fn changed(&mut self) -> Result<Option<Bytes>, String> {
        let started = self.clock.elapsed();
        let now = |clock: Clock| clock.elapsed();
        match &mut self.place {
            Place::Http(source) => {
                match source.fetch(self.poll.validators(), self.clock.now()).await {
                    Ok(Fetched::NotModified) => {
                        self.poll.not_modified(started, now(self.clock));
                        Ok(None)
                    }
                    Ok(Fetched::Body(bytes, validators)) => {
                        let hash = hash(&bytes);
                        let new = self.poll.body(started, now(self.clock), validators, hash);
                        Ok(new.then_some(bytes))
                    }
                    Err(error) => {
                        self.poll.failed(now(self.clock), error.retry_after());
                        Err(error.to_string())
                    }
                }
            }
            Place::Path { path, mark } => {
                self.poll.not_modified(started, now(self.clock));
                let path = path.clone();
                let known = *mark;
                let read = tokio::task::spawn_blocking(move || {
                    let new = timetable_source::mark(&path)
                        .map_err(|e| format!("{}: {e}", path.display()))?;
                    if known == Some(new) {
                        return Ok::<_, String>(None);
                    }
                    let bytes = timetable_source::read(&path).map_err(|e| e.to_string())?;
                    Ok(Some((new, bytes)))
                });
                match read.await.map_err(|e| e.to_string())?? {
                    Some((new, bytes)) => {
                        *mark = Some(new);
                        Ok(Some(bytes.into()))
                    }
                    None => Ok(None),
                }
            }
        }
    }

    async fn load(&self, bytes: Bytes) -> Result<Arc<Timetable>, LoadError> {
        let started = self.clock.elapsed();
        let loaded =
            tokio::task::spawn_blocking(move || Timetable::from_zip(&bytes, LoadLimits::default()));
        let (timetable, report) =
            loaded.await.map_err(|e| LoadError::NotZip(format!("loading ended early: {e}")))??;
        let took_ms = self.clock.elapsed().saturating_sub(started).as_millis();
        tracing::info!(
            source = %self.shown,
            agency = %timetable.agency_name,
            routes = timetable.routes.len(),
            stops = timetable.stops.len(),
            trips = timetable.trips.len(),
            took_ms,
            "timetable loaded"
        );
        tell(&report);
        Ok(Arc::new(timetable))
    }

    /// What was promised on a day can be told after the agency has changed its mind.
    async fn keep_version(&self, timetable: &Arc<Timetable>, bytes: &Bytes) {
        let Some(folder) = self.copy.parent().map(Path::to_owned) else { return };
        let (timetable, bytes) = (Arc::clone(timetable), bytes.clone());
        let kept =
            tokio::task::spawn_blocking(move || plans::keep(&folder, &timetable, &bytes)).await;
        if let Ok(Err(error)) = kept {
            tracing::warn!(%error, "this version of the timetable is not kept");
        }
    }

    /// The last good one outlives a restart during which its address does not answer.
    async fn keep_copy(&self, bytes: &Bytes) {
        if !matches!(self.place, Place::Http(_)) {
            return;
        }
        let part = self.copy.with_extension("part");
        let written = async {
            if let Some(folder) = self.copy.parent() {
                tokio::fs::create_dir_all(folder).await?;
            }
            tokio::fs::write(&part, bytes).await?;
            tokio::fs::rename(&part, &self.copy).await
        };
        if let Err(error) = written.await {
            let copy = self.copy.display().to_string();
            tracing::warn!(%error, %copy, "no copy of the timetable is kept");
        }
    }
}

fn tell(report: &LoadReport) {
    for (rule, count) in report.counts.iter().take(RULES_TOLD) {
        tracing::info!(%rule, count, "finding in the timetable; `jolda check` tells where");
    }
}
