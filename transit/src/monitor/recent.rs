//! The last fixes of a vehicle, until it is known on which run, and where on it, they were measured.

use super::beam::Hypothesis;
use super::config::MonitorConfig;
use super::crossing::Obs;
use super::fleet::Fix;
use super::line::Line;
use super::path::place_before;
use crate::time::EpochS;

/// Fixes kept.
const WAITING_FIXES: usize = 8;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Recent {
    fixes: [Fix; WAITING_FIXES],
    count: usize,
}

impl Recent {
    /// Adds a fix. Of more than fit the oldest goes; while a doubt lasts (`waits`) every second one, so that where
    /// it began is still known, only less closely.
    pub fn push(&mut self, fix: Fix, waits: bool) {
        if self.is_full() {
            if waits {
                self.thin_out();
            } else {
                self.fixes.copy_within(1.., 0);
                self.count -= 1;
            }
        }
        self.fixes[self.count] = fix;
        self.count += 1;
    }

    /// Drops every second fix, the oldest and the newest kept.
    fn thin_out(&mut self) {
        let mut kept = 1;
        for from in (1..self.count).step_by(2) {
            self.fixes[kept] = self.fixes[from];
            kept += 1;
        }
        self.count = kept;
    }

    fn is_full(&self) -> bool {
        self.count == WAITING_FIXES
    }

    pub fn clear(&mut self) {
        self.count = 0;
    }

    /// Forgets all but the newest.
    pub fn keep_newest(&mut self) {
        if self.count > 1 {
            self.fixes[0] = self.fixes[self.count - 1];
            self.count = 1;
        }
    }

    /// The waiting fixes as places along the line of `best`, oldest first: back from the newest as long as
    /// each follows from the one before it, or was at the first stop; after `known_at`, not before `low_m`.
    pub fn path_to(
        &self,
        line: &Line<'_>,
        config: &MonitorConfig,
        best: &Hypothesis,
        known_at: EpochS,
        low_m: f64,
    ) -> [Option<Obs>; WAITING_FIXES] {
        let mut path = [None; WAITING_FIXES];
        let mut free = WAITING_FIXES;
        let mut ahead = Obs { at: best.at, along_m: best.along_m };
        let mut ahead_place = None;
        for fix in self.fixes[..self.count].iter().rev() {
            if fix.at <= known_at {
                break;
            }
            if fix.at < best.at {
                let Some(obs) = place_before(line, config, fix, ahead, ahead_place, low_m) else {
                    break;
                };
                ahead = obs;
            }
            ahead_place = Some(fix.place);
            free -= 1;
            path[free] = Some(ahead);
        }
        path
    }
}
