//! The single writer: one task owns the Monitor. Datasets come in over one bounded channel; rows go to the
//! store and a picture to the readers, once a tick. Nothing here waits for the store or for a reader.

mod metrics;
mod rows;
mod watching;

pub use metrics::{Metrics, Timer};
pub use rows::{Names, date_number, status_name};
pub use watching::Watch;

use crate::clock::Clock;
use crate::feed::Dataset;
use crate::published::{FeedNote, Published};
use crate::record::Batch;
use rows::HealthMark;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use transit::ids::FeedIdx;
use transit::{EpochS, Snapshot, Timetable};

/// Inputs that may wait for the engine; feeds wait beyond it.
pub const INPUTS_MAX: usize = 64;
/// Batches that may wait for the store's task.
pub const BATCHES_MAX: usize = 64;
/// Rows that the engine keeps while the store's channel is full; beyond it the oldest batch is lost, counted.
pub const ROWS_WAITING_MAX: usize = 500_000;
/// Feeds' health is recorded once in so many seconds.
const HEALTH_S: EpochS = 60;

/// What reaches the engine.
#[derive(Debug)]
pub enum Input {
    /// A feed's dataset.
    Dataset {
        /// Which feed.
        feed: FeedIdx,
        /// Its contents.
        dataset: Dataset,
    },
    /// A feed answered, but with what it had said before.
    FeedUnchanged {
        /// Which feed.
        feed: FeedIdx,
    },
    /// A fetch failed or its body was refused.
    FeedFailed {
        /// Which feed.
        feed: FeedIdx,
        /// For a person.
        error: String,
    },
    /// A new timetable.
    Timetable(Arc<Timetable>),
    /// A new timetable was refused; the old one stays.
    TimetableRefused {
        /// For a person; `None` once a good one came.
        error: Option<String>,
    },
    /// The past of the demo city is being made, or is done.
    WarmingUp(bool),
}

/// Where the engine's results go.
#[derive(Debug)]
pub struct Outlets {
    /// The picture, each tick.
    pub published: watch::Sender<Arc<Published>>,
    /// Rows, each tick that has some.
    pub batches: mpsc::Sender<Batch>,
    /// The store says whether it can write.
    pub store_down: watch::Receiver<bool>,
}

/// Settings of the engine.
#[derive(Clone, Copy, Debug)]
pub struct EngineSettings {
    /// Between two ticks, of our time.
    pub tick: Duration,
    /// The simulated city.
    pub demo: bool,
}

/// The task's state.
pub struct Engine {
    watch: Watch,
    clock: Clock,
    settings: EngineSettings,
    outlets: Outlets,
    metrics: Arc<Metrics>,
    notes: Vec<FeedNote>,
    health: Vec<HealthMark>,
    health_at: EpochS,
    waiting: Batch,
    epoch: u32,
    tick: u32,
    warming_up: bool,
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
        let notes: Vec<_> = watch
            .feeds()
            .iter()
            .map(|feed_id| FeedNote { feed_id: feed_id.clone(), last_error: None })
            .collect();
        Self {
            health: vec![HealthMark::default(); notes.len()],
            health_at: clock.now(),
            watch,
            clock,
            settings,
            outlets,
            metrics,
            notes,
            waiting: Batch::default(),
            epoch,
            tick: 0,
            warming_up: false,
        }
    }

    /// Works until `stop`, or until nobody sends any more. The last rows are handed to the store.
    pub async fn run(mut self, mut inputs: mpsc::Receiver<Input>, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(self.settings.tick);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                _ = ticks.tick() => self.on_tick(),
                input = inputs.recv() => match input {
                    Some(input) => {
                        self.metrics.inputs_waiting.store(inputs.len() as u64, Ordering::Relaxed);
                        self.on_input(input);
                    }
                    None => break,
                },
            }
        }
        self.watch.tick(self.clock.now());
        let mut rest = std::mem::take(&mut self.waiting);
        rest.append(self.watch.take_batch());
        if !rest.is_empty() && self.outlets.batches.send(rest).await.is_err() {
            tracing::error!("the store is gone: the last rows are lost");
        }
    }

    fn on_input(&mut self, input: Input) {
        let now = self.clock.now();
        match input {
            Input::Dataset { feed, dataset } => {
                let started = self.clock.elapsed();
                self.watch.dataset(now, feed, &dataset);
                self.metrics.apply.add(self.clock.elapsed().saturating_sub(started));
                self.metrics.positions.fetch_add(dataset.positions() as u64, Ordering::Relaxed);
                self.metrics.datasets.fetch_add(1, Ordering::Relaxed);
                self.note(feed, None);
            }
            Input::FeedUnchanged { feed } => self.note(feed, None),
            Input::FeedFailed { feed, error } => {
                self.watch.feed_failed(now, feed);
                self.metrics.failures.fetch_add(1, Ordering::Relaxed);
                self.note(feed, Some(error));
            }
            Input::Timetable(timetable) => {
                self.watch.new_timetable(now, timetable);
                self.epoch = self.epoch.wrapping_add(1);
                self.tick = 0;
            }
            Input::TimetableRefused { error } => {
                if let Some(error) = error {
                    tracing::warn!(%error, "the new timetable is refused; the old one stays");
                }
            }
            Input::WarmingUp(warming_up) => self.warming_up = warming_up,
        }
    }

    fn note(&mut self, feed: FeedIdx, error: Option<String>) {
        let Some(note) = self.notes.get_mut(feed.get()) else { return };
        if note.last_error == error {
            return;
        }
        match &error {
            Some(error) => tracing::warn!(feed = %note.feed_id, %error, "feed failed"),
            None => tracing::info!(feed = %note.feed_id, "feed answers again"),
        }
        note.last_error = error;
    }

    fn on_tick(&mut self) {
        let now = self.clock.now();
        self.watch.tick(now);
        for (sum, count) in self.metrics.rejected.iter().zip(self.watch.rejected()) {
            sum.store(*count, Ordering::Relaxed);
        }
        let started = self.clock.elapsed();
        let snapshot = Arc::new(self.watch.snapshot(now));
        self.metrics.snapshot.add(self.clock.elapsed().saturating_sub(started));
        self.metrics.vehicles.store(snapshot.vehicles.len() as u64, Ordering::Relaxed);
        self.hand_to_store(now, &snapshot);
        self.tick = self.tick.wrapping_add(1);
        let published = Published {
            snapshot,
            epoch: self.epoch,
            tick: self.tick,
            speed: self.clock.speed(),
            demo: self.settings.demo,
            warming_up: self.warming_up,
            store_down: *self.outlets.store_down.borrow(),
            feeds: self.notes.clone(),
        };
        self.outlets.published.send_replace(Arc::new(published));
    }

    fn hand_to_store(&mut self, now: EpochS, snapshot: &Snapshot) {
        let mut batch = std::mem::take(&mut self.waiting);
        batch.append(self.watch.take_batch());
        if now - self.health_at >= HEALTH_S {
            self.health_at = now;
            let minute = now - now.rem_euclid(HEALTH_S);
            for ((mark, note), state) in
                self.health.iter_mut().zip(&self.notes).zip(&snapshot.feeds)
            {
                batch.feed_health.push(mark.row(&note.feed_id, minute, state));
            }
        }
        if !batch.is_empty()
            && let Err(error) = self.outlets.batches.try_send(batch)
        {
            let batch = match error {
                mpsc::error::TrySendError::Full(b) | mpsc::error::TrySendError::Closed(b) => b,
            };
            if batch.rows() > ROWS_WAITING_MAX {
                let rows = batch.rows();
                self.metrics.rows_lost.fetch_add(rows as u64, Ordering::Relaxed);
                tracing::error!(rows, "the store took nothing for too long: rows are lost");
            } else {
                self.waiting = batch;
            }
        }
        self.metrics.rows_waiting.store(self.waiting.rows() as u64, Ordering::Relaxed);
    }
}
