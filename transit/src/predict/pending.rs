//! Predictions that wait for what comes of them: how the predictor learns how wrong it is.

use super::Basis;
use super::errors::HORIZONS;
use crate::time::EpochS;
use crate::timetable::TripInstance;

/// Stops after the first of a run at which predictions from the plan and by the block are checked.
pub(super) const CHECKED: [usize; 3] = [0, 6, 18];
/// Slots: by horizon for the vehicle's own run, then by stop for the block, then for the plan.
const BLOCK: usize = HORIZONS;
const PLAN: usize = BLOCK + CHECKED.len();
const SLOTS: usize = PLAN + CHECKED.len();

/// A prediction made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Made {
    pub run: TripInstance,
    pub position: u16,
    pub horizon: u8,
    /// Mean, epoch seconds.
    pub at_s: f64,
    pub scale_s: f64,
}

/// Of one vehicle.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pending {
    slots: [Option<Made>; SLOTS],
    /// When predictions were last made for it.
    pub made_at: Option<EpochS>,
}

impl Pending {
    /// Horizons of the vehicle's own run for which none waits.
    pub fn is_free(&self, horizon: usize) -> bool {
        self.slots[horizon].is_none()
    }

    pub fn wait(&mut self, horizon: usize, made: Made) {
        self.slots[horizon] = Some(made);
    }

    /// None waits for a run by the block.
    pub fn block_is_free(&self, run: TripInstance) -> bool {
        self.slots[BLOCK..PLAN].iter().flatten().all(|m| m.run != run)
    }

    pub fn wait_block(&mut self, checked: usize, made: Made) {
        self.slots[BLOCK + checked] = Some(made);
    }

    pub fn wait_plan(&mut self, checked: usize, made: Made) {
        self.slots[PLAN + checked] = Some(made);
    }

    /// The vehicle began `run`: what waits for another one waits in vain.
    pub fn begin(&mut self, run: TripInstance) {
        for slot in &mut self.slots {
            if slot.is_some_and(|m| m.run != run) {
                *slot = None;
            }
        }
    }

    /// It came to `position` of `run` at `at`: tells each prediction of that, with how many deviations later
    /// it came than was said.
    pub fn came(
        &mut self,
        run: TripInstance,
        position: u16,
        at: EpochS,
        mut each: impl FnMut(Basis, usize, f64),
    ) {
        for (i, slot) in self.slots.iter_mut().enumerate() {
            let Some(made) = slot.filter(|m| m.run == run && m.position <= position) else {
                continue;
            };
            *slot = None;
            if made.position == position {
                let basis = match i {
                    PLAN.. => Basis::Plan,
                    BLOCK.. => Basis::Block,
                    _ => Basis::Vehicle,
                };
                each(basis, usize::from(made.horizon), (at as f64 - made.at_s) / made.scale_s);
            }
        }
    }
}
