//! The Monitor with its timetable and the rows that its effects make: what `serve`, `demo` and `replay`
//! have in common. No task, no clock.

use super::rows::{self, Names};
use super::tracks::Tracks;
use crate::feed::Dataset;
use crate::feed::dataset::Fact;
use crate::record::{Batch, FeedHealthRow, VisitRow};
use crate::track::TrackFix;
use std::sync::Arc;
use transit::ids::FeedIdx;
use transit::{
    Effect, EpochS, Event, Monitor, MonitorConfig, RejectReason, Snapshot, Timetable,
    VehiclePosition,
};

/// The single writer's state.
pub struct Watch {
    monitor: Monitor,
    timetable: Arc<Timetable>,
    /// Names of the feeds, by `FeedIdx`.
    feeds: Vec<String>,
    /// Prefix of incident ids, unique to this start.
    epoch: String,
    effects: Vec<Effect>,
    batch: Batch,
    /// Where vehicles were, if somebody will ask.
    tracks: Option<Tracks>,
    rejected: [u64; RejectReason::ALL.len()],
}

impl Watch {
    /// A city that nobody has looked at yet.
    pub fn new(
        timetable: Arc<Timetable>,
        config: MonitorConfig,
        feeds: Vec<String>,
        epoch: String,
    ) -> Self {
        Self {
            monitor: Monitor::new(Arc::clone(&timetable), config),
            timetable,
            feeds,
            epoch,
            effects: Vec::new(),
            batch: Batch::default(),
            tracks: None,
            rejected: [0; RejectReason::ALL.len()],
        }
    }

    /// From now on it is recorded where vehicles were: evidence rests on it.
    pub fn keep_tracks(&mut self) {
        self.tracks.get_or_insert_default();
    }

    /// The timetable in force.
    pub fn timetable(&self) -> &Arc<Timetable> {
        &self.timetable
    }

    /// Prefix of incident ids, unique to this start.
    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Names of the feeds, by `FeedIdx`.
    pub fn feeds(&self) -> &[String] {
        &self.feeds
    }

    /// Applies all of a dataset.
    pub fn dataset(&mut self, now: EpochS, feed: FeedIdx, dataset: &Dataset) {
        let header_at = dataset.header_at();
        self.apply(now, &Event::DatasetStart { feed, header_at });
        dataset.tell_news(feed, |fact| match fact {
            Fact::New(event) => {
                self.apply(now, event);
                false
            }
            Fact::Again { vehicle_id, measured_at } => {
                let known = self.monitor.is_repeated(now, feed, vehicle_id, measured_at);
                self.rejected[RejectReason::Duplicate as usize] += u64::from(known);
                known
            }
        });
        self.apply(now, &Event::DatasetEnd { feed });
        self.settle();
    }

    /// Applies a dataset of positions that never were bytes: a simulated city's past.
    pub fn positions<'a>(
        &mut self,
        now: EpochS,
        feed: FeedIdx,
        positions: impl Iterator<Item = VehiclePosition<'a>>,
    ) {
        self.apply(now, &Event::DatasetStart { feed, header_at: Some(now) });
        for position in positions {
            self.apply(now, &Event::Position(position));
        }
        self.apply(now, &Event::DatasetEnd { feed });
        self.settle();
    }

    /// Applies facts that say nothing of their feed's health: trip updates beside positions.
    pub fn facts(&mut self, now: EpochS, feed: FeedIdx, dataset: &Dataset) {
        dataset.tell(feed, |event| {
            if matches!(event, Event::TripUpdate(_)) {
                self.apply(now, event);
            }
        });
        self.settle();
    }

    /// A fetch failed or its bytes were refused.
    pub fn feed_failed(&mut self, now: EpochS, feed: FeedIdx) {
        self.apply(now, &Event::FeedFailed { feed });
        self.settle();
    }

    /// A new timetable takes over.
    pub fn new_timetable(&mut self, now: EpochS, timetable: Arc<Timetable>) {
        // What was concluded so far speaks of the old one; what follows of the new one.
        self.settle();
        self.apply(now, &Event::Timetable(Arc::clone(&timetable)));
        self.timetable = timetable;
        self.settle();
    }

    /// Something that an earlier start told; it makes no row.
    pub fn recall(&mut self, now: EpochS, event: &Event<'_>) {
        self.apply(now, event);
        self.settle();
    }

    /// Time has passed.
    pub fn tick(&mut self, now: EpochS) {
        self.apply(now, &Event::Tick);
        if let Some(tracks) = &mut self.tracks {
            tracks.close_old(now, |v| self.monitor.vehicle_id(v), &mut self.batch.tracks);
        }
        self.settle();
    }

    /// What is known of where vehicles were becomes rows: the server stops.
    pub fn close_tracks(&mut self) {
        if let Some(tracks) = &mut self.tracks {
            tracks.close_all(|v| self.monitor.vehicle_id(v), &mut self.batch.tracks);
        }
    }

    /// A minute of a feed whose datasets never were bytes.
    pub fn observed(&mut self, minute: FeedHealthRow) {
        self.batch.feed_health.push(minute);
    }

    /// Rows of the record, those of a run in order: predictions learn from them.
    pub fn remember(&mut self, rows: &[VisitRow]) {
        let visits = rows::visits(&self.timetable, rows);
        self.monitor.remember(visits.into_iter());
    }

    /// Nothing more will come: what was held back is said.
    pub fn finish(&mut self, now: EpochS) {
        self.monitor.finish(now, &mut self.effects);
        self.close_tracks();
        self.settle();
    }

    /// The rows since this was asked last.
    pub fn take_batch(&mut self) -> Batch {
        std::mem::take(&mut self.batch)
    }

    /// Refusals since the start, in the order of [`RejectReason::ALL`].
    pub fn rejected(&self) -> &[u64; RejectReason::ALL.len()] {
        &self.rejected
    }

    /// What is known now.
    pub fn snapshot(&self, now: EpochS) -> Snapshot {
        self.monitor.snapshot(now)
    }

    fn apply(&mut self, now: EpochS, event: &Event<'_>) {
        self.monitor.apply(now, event, &mut self.effects);
        if let Event::Position(position) = event {
            self.note_track(position);
        }
    }

    /// A position that was believed goes into the track of its vehicle.
    fn note_track(&mut self, position: &VehiclePosition<'_>) {
        let Some(tracks) = &mut self.tracks else { return };
        let Some(last) = self.monitor.last_fix(position.feed, position.vehicle_id) else { return };
        let e5 = |degrees: f64| (degrees * 1e5).round() as i32;
        let fix = TrackFix {
            at: last.at,
            lat_e5: e5(last.place.lat),
            lon_e5: e5(last.place.lon),
            speed_dmps: last.speed_mps.map(|s| (s * 10.0).round() as u16),
            occupancy: position.occupancy_status,
        };
        let id = position.vehicle_id;
        self.batch.tracks.extend(tracks.note(last.vehicle, id, fix));
    }

    /// Effects become rows while their indices are valid.
    fn settle(&mut self) {
        let names = Names {
            timetable: &self.timetable,
            monitor: &self.monitor,
            feeds: &self.feeds,
            epoch: &self.epoch,
        };
        for effect in self.effects.drain(..) {
            if let Effect::Rejected { reason, .. } = effect {
                self.rejected[reason as usize] += 1;
            }
            names.record(&effect, &mut self.batch);
        }
    }
}
