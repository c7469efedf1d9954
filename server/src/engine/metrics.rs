//! What the engine measures of itself, for `/metrics` (Prometheus text format).

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A sum of durations and how many.
#[derive(Debug, Default)]
pub struct Timer {
    count: AtomicU64,
    sum_us: AtomicU64,
    last_us: AtomicU64,
}

impl Timer {
    /// Adds one duration.
    pub fn add(&self, took: Duration) {
        let us = took.as_micros() as u64;
        self.count.fetch_add(1, Ordering::Relaxed);
        self.sum_us.fetch_add(us, Ordering::Relaxed);
        self.last_us.store(us, Ordering::Relaxed);
    }

    /// The newest duration.
    pub fn last(&self) -> Duration {
        Duration::from_micros(self.last_us.load(Ordering::Relaxed))
    }

    fn write(&self, name: &str, stage: &str, out: &mut String) {
        let seconds = self.sum_us.load(Ordering::Relaxed) as f64 / 1e6;
        let count = self.count.load(Ordering::Relaxed);
        let _ = writeln!(out, "{name}_seconds_sum{{stage=\"{stage}\"}} {seconds}");
        let _ = writeln!(out, "{name}_seconds_count{{stage=\"{stage}\"}} {count}");
    }
}

/// Counters of the engine and the feeds. One writer, any number of readers.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Body to message.
    pub decode: Timer,
    /// Message through the Monitor.
    pub apply: Timer,
    /// Monitor to snapshot.
    pub snapshot: Timer,
    /// Snapshot to our own GTFS-realtime.
    pub publish: Timer,
    /// Vehicle positions read.
    pub positions: AtomicU64,
    /// Datasets applied.
    pub datasets: AtomicU64,
    /// Fetches that failed.
    pub failures: AtomicU64,
    /// Bytes of bodies read.
    pub bytes: AtomicU64,
    /// Updates that wait for the engine.
    pub inputs_waiting: AtomicU64,
}

impl Metrics {
    /// Appends all lines.
    pub fn write(&self, out: &mut String) {
        let load = |v: &AtomicU64| v.load(Ordering::Relaxed);
        out.push_str("# TYPE jolda_stage_seconds summary\n");
        for (stage, timer) in [
            ("decode", &self.decode),
            ("apply", &self.apply),
            ("snapshot", &self.snapshot),
            ("publish", &self.publish),
        ] {
            timer.write("jolda_stage", stage, out);
        }
        for (name, kind, value) in [
            ("jolda_positions_total", "counter", &self.positions),
            ("jolda_datasets_total", "counter", &self.datasets),
            ("jolda_feed_failures_total", "counter", &self.failures),
            ("jolda_feed_bytes_total", "counter", &self.bytes),
            ("jolda_engine_inputs_waiting", "gauge", &self.inputs_waiting),
        ] {
            let _ = writeln!(out, "# TYPE {name} {kind}\n{name} {}", load(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_are_told_in_seconds() {
        let metrics = Metrics::default();
        metrics.decode.add(Duration::from_millis(2));
        metrics.decode.add(Duration::from_millis(4));
        metrics.positions.store(7, Ordering::Relaxed);
        let mut out = String::new();
        metrics.write(&mut out);
        assert!(out.contains("jolda_stage_seconds_sum{stage=\"decode\"} 0.006\n"), "{out}");
        assert!(out.contains("jolda_stage_seconds_count{stage=\"decode\"} 2\n"), "{out}");
        assert!(out.contains("jolda_positions_total 7\n"), "{out}");
    }
}
