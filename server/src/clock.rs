//! The one clock of the shell.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use transit::EpochS;

/// The city's time: the machine's, or the demo's own, which starts where it is told and may run faster.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    city_start_s: f64,
    machine_start: Instant,
    speed: f64,
}

#[expect(clippy::disallowed_methods, reason = "this is the one clock")]
impl Clock {
    /// The machine's time.
    pub fn machine() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { city_start_s: since.as_secs_f64(), machine_start: Instant::now(), speed: 1.0 }
    }

    /// A city whose time is `start` now and passes `speed` times as fast as ours.
    pub fn of_city(start: EpochS, speed: f64) -> Self {
        Self { city_start_s: start as f64, machine_start: Instant::now(), speed }
    }

    /// Now, epoch seconds.
    pub fn now(&self) -> EpochS {
        self.now_precise_s() as EpochS
    }

    /// Now, epoch seconds with fraction.
    pub fn now_precise_s(&self) -> f64 {
        self.city_start_s + self.machine_start.elapsed().as_secs_f64() * self.speed
    }

    /// City seconds for each of ours.
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// Monotone time since this clock was made, for measuring durations.
    pub fn elapsed(&self) -> Duration {
        self.machine_start.elapsed()
    }
}
