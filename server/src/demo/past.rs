//! The days before the demo begins: simulated through a Monitor of their own straight into the record, behind
//! a page that is already up. Made once: the result is kept as a SQLite file and copied at the next start.

use super::City;
use crate::engine::Watch;
use crate::record::{Batch, FeedHealthRow, IncidentRow};
use crate::store::{Store, StoreSettings};
use anyhow::{Context, Result};
use simulator::World;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use transit::ids::FeedIdx;
use transit::{EpochS, MonitorConfig};

/// Between two datasets of the past, seconds: visits are as complete as at 20 s, a little less sharp.
const DATASET_S: EpochS = 40;
/// The past is told of once in so many simulated seconds.
const TELL_S: EpochS = 6 * 3_600;
/// The health of a feed is told by the minute, seconds.
const MINUTE_S: EpochS = 60;
/// Rows go to the record in pieces of about this many.
const ROWS: usize = 5_000;

/// Counts up when other rows are made of the same days.
const ROWS_VERSION: u32 = 2;

/// Where the past is kept between two starts.
#[derive(Clone, Debug)]
pub struct Past {
    folder: PathBuf,
    /// What it depends on: versions, seed, days, timetable.
    key: String,
}

impl Past {
    /// The past of `city`, below `folder`.
    pub fn of(folder: &Path, city: &City) -> Self {
        let version = env!("CARGO_PKG_VERSION");
        let key = format!(
            "{version}-{ROWS_VERSION}-{}-{}-{:016x}",
            city.seed, city.days, city.timetable_hash
        );
        Self { folder: folder.to_owned(), key }
    }

    fn file(&self) -> PathBuf {
        self.folder.join(format!("past-{}.sqlite", self.key))
    }

    /// Puts a copy at `to`, for a record that begins with it. False if it was not made yet.
    ///
    /// # Errors
    /// When the copy cannot be written.
    pub fn copy_to(&self, to: &Path) -> Result<bool> {
        let file = self.file();
        if !file.is_file() {
            return Ok(false);
        }
        std::fs::copy(&file, to)
            .with_context(|| format!("cannot copy {} to {}", file.display(), to.display()))?;
        Ok(true)
    }

    /// Simulates it into `store` and into the file that is kept. Blocking: for a thread of its own. Ends early,
    /// keeping nothing, when `stop` is told.
    ///
    /// # Errors
    /// When the file cannot be written or the record does not take the rows.
    pub fn make(
        &self,
        city: &City,
        store: &Store,
        runtime: &Handle,
        stop: &CancellationToken,
    ) -> Result<()> {
        let part = self.folder.join(format!("past-{}.{}.part", self.key, std::process::id()));
        remove_database(&part);
        let url = format!("sqlite:{}", part.display());
        let kept = runtime.block_on(Store::open(&url, StoreSettings::default()))?;
        let whole = simulate(city, stop, |batch| {
            runtime.block_on(async {
                kept.writer().send_when_ready(batch.clone()).await?;
                store.writer().send_when_ready(batch).await
            })?;
            Ok(())
        });
        runtime.block_on(kept.close());
        if whole? && !with_suffix(&part, "-wal").exists() {
            std::fs::rename(&part, self.file())?;
            self.forget_others();
        }
        remove_database(&part);
        Ok(())
    }

    /// Pasts of other versions and seeds only fill the disk.
    fn forget_others(&self) {
        let ours = self.file();
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return };
        for path in entries.filter_map(|e| Some(e.ok()?.path())) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let past = name.starts_with("past-") && name.ends_with(".sqlite");
            if past && path != ours && std::fs::remove_file(&path).is_err() {
                tracing::debug!(file = %path.display(), "an old past stays on the disk");
            }
        }
    }
}

/// Runs the days; true if they were run to their end.
fn simulate(
    city: &City,
    stop: &CancellationToken,
    mut send: impl FnMut(Batch) -> Result<()>,
) -> Result<bool> {
    let (from, to) = (city.past_from(), city.morning_from());
    let mut world = World::new(Arc::clone(&city.timetable), city.world(false), from);
    let feeds = vec![city.feed_id.clone()];
    let config = MonitorConfig::default();
    let mut watch = Watch::new(Arc::clone(&city.timetable), config, feeds, "past".to_owned());
    let mut batch = Batch::default();
    let mut open: BTreeMap<String, IncidentRow> = BTreeMap::new();
    let mut tell_at = from + TELL_S;
    let mut now = from;
    while now < to {
        if stop.is_cancelled() {
            return Ok(false);
        }
        now = (now + DATASET_S).min(to);
        step(&mut world, &mut watch, now);
        let rows = watch.take_batch();
        for incident in &rows.incidents {
            match incident.closed_at {
                Some(_) => open.remove(&incident.incident_id),
                None => open.insert(incident.incident_id.clone(), incident.clone()),
            };
        }
        batch.append(rows);
        if batch.rows() >= ROWS {
            send(std::mem::take(&mut batch))?;
        }
        if now >= tell_at {
            tell_at += TELL_S;
            let percent = (now - from) * 100 / (to - from).max(1);
            tracing::info!(percent, "making the days before");
        }
    }
    watch.finish(now);
    batch.append(watch.take_batch());
    // What is still open belongs to the past's last night: it ends with it.
    batch.incidents.extend(open.into_values().map(|i| IncidentRow { closed_at: Some(to), ..i }));
    send(batch)?;
    Ok(true)
}

/// Moves world and watch to `now`, straight, without HTTP and protobuf.
pub fn step(world: &mut World, watch: &mut Watch, now: EpochS) {
    world.advance(now);
    let up = world.feed_is_up();
    let mut accepted = 0;
    if up {
        watch.positions(now, FeedIdx(0), world.reports(FeedIdx(0)).inspect(|_| accepted += 1));
    } else {
        watch.feed_failed(now, FeedIdx(0));
    }
    watch.tick(now);
    // Without a minute of its feed nobody would know that the past was observed.
    let feed_id = watch.feeds().first().cloned().unwrap_or_default();
    watch.observed(FeedHealthRow {
        feed_id,
        at: now - now.rem_euclid(MINUTE_S),
        accepted,
        rejected: 0,
        age_s: None,
        matched_share: None,
        down: !up,
    });
}

/// Deletes a SQLite file and what belongs to it.
pub fn remove_database(path: &Path) {
    for suffix in ["", "-wal", "-shm", ".spill"] {
        let file = with_suffix(path, suffix);
        if file.exists()
            && let Err(error) = std::fs::remove_file(&file)
        {
            tracing::warn!(%error, file = %file.display(), "cannot be deleted");
        }
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
