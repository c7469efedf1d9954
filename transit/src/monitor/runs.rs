//! Who drives which run, and which stops of it are served. One vehicle drives a run; others on it are
//! overloads, and nothing is served twice.

use super::config::MonitorConfig;
use crate::ids::VehicleIdx;
use crate::time::EpochS;
use crate::timetable::TripInstance;
use rustc_hash::FxHashMap;

/// What is remembered of a run.
#[derive(Clone, Copy, Debug)]
struct RunState {
    /// Who drives it; `None` once the driver left it.
    driver: Option<VehicleIdx>,
    /// Last fix of the driver on it.
    driven_at: EpochS,
    /// Stop positions before this are served or past.
    served: u16,
    /// Driven to its end.
    done: bool,
}

/// Runs that were driven lately.
#[derive(Debug, Default)]
pub(super) struct Runs {
    states: FxHashMap<TripInstance, RunState>,
}

/// A run without a fix for so long is over, seconds.
const FORGET_AFTER_S: i64 = 6 * 3_600;

impl Runs {
    /// `vehicle` was seen on the run at `at`. True if it drives it, false if another one does.
    pub fn drive(
        &mut self,
        config: &MonitorConfig,
        run: TripInstance,
        vehicle: VehicleIdx,
        at: EpochS,
    ) -> bool {
        let Some(state) = self.states.get_mut(&run) else {
            if self.states.len() >= config.max_runs {
                self.make_room();
            }
            let fresh = RunState { driver: Some(vehicle), driven_at: at, served: 0, done: false };
            self.states.insert(run, fresh);
            return true;
        };
        let free = state.driver.is_none_or(|d| d == vehicle)
            || at - state.driven_at > config.driving_after_s;
        let free = free && !state.done;
        if free {
            state.driver = Some(vehicle);
            state.driven_at = state.driven_at.max(at);
        }
        free
    }

    /// `vehicle` drove the run to its end: nobody drives it again.
    pub fn finish(&mut self, run: TripInstance, vehicle: VehicleIdx) {
        if let Some(state) = self.states.get_mut(&run)
            && state.driver == Some(vehicle)
        {
            state.driver = None;
            state.done = true;
        }
    }

    /// True if another vehicle drives the run, or it is over.
    pub fn is_taken(
        &self,
        config: &MonitorConfig,
        run: TripInstance,
        vehicle: VehicleIdx,
        at: EpochS,
    ) -> bool {
        self.states.get(&run).is_some_and(|s| {
            let driven = s.driver.is_some_and(|d| d != vehicle)
                && at - s.driven_at <= config.driving_after_s;
            driven || s.done
        })
    }

    /// True if another vehicle has left the first stop of the run, or it is over. Who only waits there, whatever
    /// its name says, may turn out to wait for another.
    pub fn is_begun(
        &self,
        config: &MonitorConfig,
        run: TripInstance,
        vehicle: VehicleIdx,
        at: EpochS,
    ) -> bool {
        let begun = self.states.get(&run).is_some_and(|s| s.served > 0 || s.done);
        begun && self.is_taken(config, run, vehicle, at)
    }

    /// `vehicle` has left the first stop of a run that nobody has begun: whoever waits there waits for another.
    pub fn take_over(&mut self, run: TripInstance, vehicle: VehicleIdx, at: EpochS) {
        if let Some(state) = self.states.get_mut(&run).filter(|s| s.served == 0 && !s.done) {
            state.driver = Some(vehicle);
            state.driven_at = state.driven_at.max(at);
        }
    }

    /// `vehicle` does not drive the run any more.
    pub fn leave(&mut self, run: TripInstance, vehicle: VehicleIdx) {
        if let Some(state) = self.states.get_mut(&run)
            && state.driver == Some(vehicle)
        {
            state.driver = None;
        }
    }

    /// True if `vehicle` drives the run and the stop was not served yet; it is now.
    pub fn serve(&mut self, run: TripInstance, vehicle: VehicleIdx, stop_position: u16) -> bool {
        let Some(state) = self.states.get_mut(&run) else { return false };
        let first = stop_position >= state.served && state.driver == Some(vehicle);
        if first {
            state.served = stop_position + 1;
        }
        first
    }

    /// The record has a visit of this stop, made at `at`: it is not made again.
    pub fn recall(&mut self, run: TripInstance, at: EpochS, stop_position: u16, max_runs: usize) {
        if !self.states.contains_key(&run) && self.states.len() >= max_runs {
            return;
        }
        let unknown = RunState { driver: None, driven_at: at, served: 0, done: false };
        let state = self.states.entry(run).or_insert(unknown);
        state.driven_at = state.driven_at.max(at);
        state.served = state.served.max(stop_position + 1);
    }

    /// Forgets runs that are over.
    pub fn sweep(&mut self, now: EpochS) {
        self.states.retain(|_, s| (now - s.driven_at).abs() <= FORGET_AFTER_S);
    }

    /// At the limit: forgets the older half.
    fn make_room(&mut self) {
        let mut times: Vec<_> = self.states.values().map(|s| s.driven_at).collect();
        times.sort_unstable();
        let middle = times.get(times.len() / 2).copied().unwrap_or(0);
        self.states.retain(|_, s| s.driven_at > middle);
        if self.states.len() > times.len() / 2 {
            self.states.clear();
        }
    }

    /// Carries the runs over to a new timetable.
    pub fn rename(&mut self, rename: impl Fn(TripInstance) -> Option<TripInstance>) {
        let old = std::mem::take(&mut self.states);
        self.states = old.into_iter().filter_map(|(run, s)| Some((rename(run)?, s))).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::TripIdx;
    use crate::time::ServiceDate;

    const RUN: TripInstance =
        TripInstance { service_date: ServiceDate(1), trip: TripIdx(1), start_s: 0 };

    #[test]
    fn a_second_vehicle_is_an_overload_until_the_first_leaves_or_falls_silent() {
        let (config, mut runs) = (MonitorConfig::default(), Runs::default());
        let (a, b) = (VehicleIdx(0), VehicleIdx(1));
        assert!(runs.drive(&config, RUN, a, 100));
        assert!(!runs.drive(&config, RUN, b, 110));
        assert!(runs.serve(RUN, a, 0));
        assert!(!runs.serve(RUN, b, 1), "an overload serves nothing");
        runs.leave(RUN, b);
        assert!(!runs.drive(&config, RUN, b, 120), "leaving is the driver's alone");
        runs.leave(RUN, a);
        assert!(runs.drive(&config, RUN, b, 130));
        assert!(!runs.serve(RUN, b, 0), "served once");
        assert!(runs.serve(RUN, b, 1));
        assert!(runs.drive(&config, RUN, a, 130 + config.driving_after_s + 1));
    }

    #[test]
    fn the_number_of_runs_is_bounded() {
        let config = MonitorConfig { max_runs: 10, ..MonitorConfig::default() };
        let mut runs = Runs::default();
        for i in 0..1_000 {
            let run = TripInstance { trip: TripIdx(i), ..RUN };
            runs.drive(&config, run, VehicleIdx(0), i64::from(i) / 50);
            assert!(runs.states.len() <= 10);
        }
    }
}
