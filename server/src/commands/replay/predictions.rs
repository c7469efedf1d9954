//! `predictions.csv`: once a minute, when each run comes to the stops ahead of it.

use super::csv_files::{Csv, create};
use anyhow::Result;
use std::path::Path;
use transit::{EpochS, Snapshot, TripInstance};

/// Between two askings, seconds.
const EVERY_S: EpochS = 60;
/// Runs that are not begun are asked for from so long before their planned start, seconds …
const BEFORE_S: EpochS = 1_800;
/// … until so long after it.
const AFTER_S: EpochS = 600;
/// Arrivals farther ahead are left out, seconds.
const AHEAD_S: EpochS = 3_600;

/// The open file.
pub(super) struct Predictions {
    csv: Csv,
    asked_at: Option<EpochS>,
}

impl Predictions {
    /// Creates it with its header.
    pub fn create(folder: &Path) -> Result<Self> {
        let header = ["asked_at", "trip_id", "stop_sequence", "predicted_arrival", "p10", "p90"];
        Ok(Self { csv: create(folder, "predictions.csv", &header)?, asked_at: None })
    }

    /// Asks, if a minute has passed. A bus that a rider should not miss comes before `predicted_arrival` once
    /// in three times only.
    pub fn ask(&mut self, now: EpochS, snapshot: impl FnOnce() -> Snapshot) -> Result<()> {
        if self.asked_at.is_some_and(|at| now - at < EVERY_S) {
            return Ok(());
        }
        self.asked_at = Some(now);
        let snapshot = snapshot();
        let mut runs: Vec<TripInstance> =
            snapshot.vehicles.iter().filter_map(|v| Some(v.matched.as_ref()?.instance)).collect();
        let active = snapshot.timetable.runs_active(now - AFTER_S, now + BEFORE_S);
        runs.extend(active.iter().map(|run| run.instance));
        runs.sort_unstable();
        runs.dedup();
        for run in runs {
            self.write(&snapshot, run)?;
        }
        Ok(())
    }

    fn write(&mut self, snapshot: &Snapshot, run: TripInstance) -> Result<()> {
        let trip = snapshot.timetable.trip(run.trip);
        let sequences = &snapshot.timetable.pattern(trip.pattern).stop_sequences;
        let mut written = Ok(());
        snapshot.predict(run, |p| {
            if p.promised - snapshot.at > AHEAD_S {
                return false;
            }
            let sequence = sequences[usize::from(p.stop_position)];
            let numbers = [p.promised, p.arrival.p10, p.arrival.p90].map(|at| at.to_string());
            written = self.csv.write_record([
                snapshot.at.to_string().as_str(),
                &trip.id,
                &sequence.to_string(),
                &numbers[0],
                &numbers[1],
                &numbers[2],
            ]);
            written.is_ok()
        });
        Ok(written?)
    }

    /// Closes it.
    pub fn finish(mut self) -> Result<()> {
        self.csv.flush()?;
        Ok(())
    }
}
