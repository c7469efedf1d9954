//! The single writer: one task owns the Monitor. Datasets come in over one bounded channel; rows go to the
//! store and a picture to the readers, once a tick. Nothing here waits for the store or for a reader.

mod metrics;
mod recall;
mod rows;
mod tracks;
mod watching;

pub use metrics::{Metrics, Timer};
pub use recall::recall;
pub use rows::{Names, date_number, status_name};
pub use watching::Watch;

use crate::clock::Clock;
use crate::feed::{Dataset, Part, Update};
use crate::notices::Notice;
use crate::published::{AlertsHeard, FeedNote, Published};
use crate::store::WriterHandle;
use rows::HealthMark;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use transit::ids::FeedIdx;
use transit::{EpochS, Snapshot};

/// Updates that may wait for the engine; feeds wait beyond it.
pub const UPDATES_MAX: usize = 64;
/// Feeds' health is recorded once in so many seconds.
const HEALTH_S: EpochS = 60;
/// Until when feeds were observed is recorded once in so many seconds.
const OBSERVED_S: EpochS = 10;

/// Where the engine's results go.
pub struct Outlets {
    /// The picture, each tick.
    pub published: watch::Sender<Arc<Published>>,
    /// The record.
    pub writer: WriterHandle,
    /// The past of the demo city is still being made.
    pub warming_up: watch::Receiver<bool>,
}

/// Settings of the engine.
#[derive(Clone, Debug)]
pub struct EngineSettings {
    /// Between two ticks, of our time.
    pub tick: Duration,
    /// The simulated city.
    pub demo: bool,
    /// Feeds that tell alerts alone.
    pub alerts_only: Vec<FeedIdx>,
}

/// What is told of a feed beside the Monitor's counts.
#[derive(Debug, Default)]
struct FeedDesk {
    /// By part: last failure, while it lasts.
    errors: BTreeMap<Part, String>,
    /// By part: the alerts of its newest dataset.
    notices: BTreeMap<Part, Vec<Notice>>,
    health: HealthMark,
    observed: Option<(EpochS, EpochS)>,
}

/// The task's state.
pub struct Engine {
    watch: Watch,
    clock: Clock,
    settings: EngineSettings,
    outlets: Outlets,
    metrics: Arc<Metrics>,
    feeds: Vec<FeedDesk>,
    notes: Vec<FeedNote>,
    /// Of all feeds, shared with the readers.
    notices: Arc<[Notice]>,
    /// Why the newest timetable is not in force, while it is not.
    timetable_error: Option<String>,
    health_at: EpochS,
    observed_at: EpochS,
    epoch: u32,
    tick: u32,
}

impl Engine {
    /// An engine over `watch`. `epoch` must differ from that of any earlier start.
    pub fn new(
        watch: Watch,
        clock: Clock,
        settings: EngineSettings,
        outlets: Outlets,
        metrics: Arc<Metrics>,
        epoch: u32,
    ) -> Self {
        let notes = watch.feeds().iter().enumerate().map(|(i, feed_id)| {
            let alerts_only = settings.alerts_only.contains(&FeedIdx::from(i));
            FeedNote::new(feed_id.clone(), alerts_only)
        });
        let notes: Vec<_> = notes.collect();
        Self {
            feeds: notes.iter().map(|_| FeedDesk::default()).collect(),
            health_at: clock.now(),
            observed_at: clock.now(),
            watch,
            clock,
            settings,
            outlets,
            metrics,
            notes,
            notices: Arc::default(),
            timetable_error: None,
            epoch,
            tick: 0,
        }
    }

    /// Works until `stop`, or until nobody sends any more. The last rows are handed to the record.
    pub async fn run(mut self, mut updates: mpsc::Receiver<Update>, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(self.settings.tick);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                _ = ticks.tick() => self.on_tick(),
                update = updates.recv() => match update {
                    Some(update) => {
                        self.metrics.inputs_waiting.store(updates.len() as u64, Ordering::Relaxed);
                        self.on_update(update);
                    }
                    None => break,
                },
            }
        }
        let now = self.clock.now();
        self.watch.tick(now);
        self.watch.close_tracks();
        self.outlets.writer.send(self.watch.take_batch());
        self.record_observed(&self.watch.snapshot(now));
    }

    fn on_update(&mut self, update: Update) {
        match update {
            Update::Dataset { feed, part, dataset, decode, bytes } => {
                self.metrics.decode.add(decode);
                self.metrics.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
                self.metrics.datasets.fetch_add(1, Ordering::Relaxed);
                self.metrics.positions.fetch_add(dataset.positions() as u64, Ordering::Relaxed);
                self.on_dataset(feed, part, &dataset);
                self.note(feed, part, None);
            }
            Update::Failed { feed, part, error } => {
                self.metrics.failures.fetch_add(1, Ordering::Relaxed);
                if part == Part::Main {
                    self.watch.feed_failed(self.clock.now(), feed);
                }
                self.note(feed, part, Some(error));
            }
            Update::Remembered(rows) => self.watch.remember(&rows),
            Update::Timetable(timetable) => {
                self.watch.new_timetable(self.clock.now(), timetable);
                self.epoch = self.epoch.wrapping_add(1);
                self.tick = 0;
                self.timetable_error = None;
                self.tell_notes();
                tracing::info!("the new timetable is in force");
            }
            Update::TimetableRefused { error } => {
                tracing::warn!(%error, "the new timetable cannot be used; the old one stays");
                self.timetable_error = Some(error);
                self.tell_notes();
            }
        }
    }

    fn on_dataset(&mut self, feed: FeedIdx, part: Part, dataset: &Dataset) {
        let started = self.clock.elapsed();
        let now = self.clock.now();
        match part {
            Part::Main => self.watch.dataset(now, feed, dataset),
            Part::TripUpdates => self.watch.facts(now, feed, dataset),
            Part::Alerts => {}
        }
        if let Some(heard) = self.notes.get_mut(feed.get()).and_then(|n| n.alerts_heard.as_mut()) {
            *heard = AlertsHeard { header_at: dataset.header_at(), received_at: Some(now) };
        }
        self.metrics.apply.add(self.clock.elapsed().saturating_sub(started));
        let Some(desk) = self.feeds.get_mut(feed.get()) else { return };
        // Alerts may stand in any source of a feed; each source speaks for its own.
        let notices = dataset.notices(feed);
        let known = desk.notices.entry(part).or_default();
        if *known != notices {
            *known = notices;
            let all = self.feeds.iter().flat_map(|d| d.notices.values().flatten());
            self.notices = all.cloned().collect();
        }
    }

    /// Remembers how a source fares, and tells when that changes.
    fn note(&mut self, feed: FeedIdx, part: Part, error: Option<String>) {
        let index = feed.get();
        let (Some(desk), Some(note)) = (self.feeds.get_mut(index), self.notes.get(index)) else {
            return;
        };
        let (feed, source) = (&note.feed_id, part.name());
        match error {
            Some(error) if desk.errors.get(&part) == Some(&error) => return,
            Some(error) => {
                tracing::warn!(%feed, %source, %error, "feed failed");
                desk.errors.insert(part, error);
            }
            None if desk.errors.remove(&part).is_some() => {
                tracing::info!(%feed, %source, "feed answers again");
            }
            None => return,
        }
        self.tell_notes();
    }

    /// Says of each feed what is wrong with it, the worst first; else what is wrong with the timetable.
    fn tell_notes(&mut self) {
        for (note, desk) in self.notes.iter_mut().zip(&self.feeds) {
            let own = desk.errors.iter().next().map(|(part, error)| match part {
                Part::Main => error.clone(),
                other => format!("{}: {error}", other.name()),
            });
            note.last_error = own.or_else(|| self.timetable_error.clone());
        }
    }

    fn on_tick(&mut self) {
        let now = self.clock.now();
        self.watch.tick(now);
        let started = self.clock.elapsed();
        let snapshot = Arc::new(self.watch.snapshot(now));
        self.metrics.snapshot.add(self.clock.elapsed().saturating_sub(started));
        self.record(now, &snapshot);
        self.tick = self.tick.wrapping_add(1);
        let published = Published {
            snapshot,
            epoch: self.epoch,
            start: self.watch.epoch().into(),
            tick: self.tick,
            speed: self.clock.speed(),
            demo: self.settings.demo,
            warming_up: *self.outlets.warming_up.borrow(),
            store_down: self.outlets.writer.is_down(),
            feeds: self.notes.clone(),
            notices: Arc::clone(&self.notices),
        };
        self.outlets.published.send_replace(Arc::new(published));
    }

    /// Hands the tick's rows to the record, and once a minute how the feeds fared.
    fn record(&mut self, now: EpochS, snapshot: &Snapshot) {
        let mut batch = self.watch.take_batch();
        if now - self.health_at >= HEALTH_S {
            self.health_at = now;
            let minute = now - now.rem_euclid(HEALTH_S);
            for ((desk, note), state) in self.feeds.iter_mut().zip(&self.notes).zip(&snapshot.feeds)
            {
                batch.feed_health.push(desk.health.row(&note.feed_id, minute, state));
            }
        }
        if !batch.is_empty() {
            self.outlets.writer.send(batch);
        }
        if now - self.observed_at >= OBSERVED_S {
            self.observed_at = now;
            self.record_observed(snapshot);
        }
    }

    /// Notes when each feed was observed last: the next start knows by it what it missed.
    fn record_observed(&mut self, snapshot: &Snapshot) {
        for ((desk, note), state) in self.feeds.iter_mut().zip(&self.notes).zip(&snapshot.feeds) {
            if let Some(span) = state.observed.filter(|span| desk.observed != Some(*span)) {
                desk.observed = Some(span);
                self.outlets
                    .writer
                    .set_meta(&recall::observed_key(&note.feed_id), &recall::observed_value(span));
            }
        }
    }
}
