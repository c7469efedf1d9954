//! Where a vehicle may be: a short list of places on runs, best first, held without allocation.

use super::line::Run;
use crate::time::EpochS;

/// Most hypotheses for one vehicle.
pub(super) const WIDTH: usize = 8;
/// Two places of one run closer together than this are one, metres.
const SAME_PLACE_M: f64 = 40.0;
/// Two places of one run closer together than this make no difference to what is concluded, metres.
const RIVAL_M: f64 = 200.0;
/// Rival beliefs must cost so much more before visits are made.
const CLEAR_MARGIN: f32 = 1.5;
/// … or so much, where only the run on the same line is in doubt.
const SAME_LINE_MARGIN: f32 = 0.3;
/// A hypothesis that is worse than the best by more than this is given up.
const HOPELESS: f32 = 12.0;

/// Why a run is believed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Prior {
    /// The feed names it.
    #[default]
    Named,
    /// The feed named it before.
    Kept,
    /// It follows in the block.
    Block,
    /// Place, direction and time fit.
    Inferred,
}

/// One belief: the vehicle drives this run and is at this place of it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Hypothesis {
    pub run: Run,
    pub prior: Prior,
    /// Metres along at the last fix on the line.
    pub along_m: f64,
    /// Furthest along so far, metres: a bus does not reverse.
    pub high_m: f64,
    /// Instant of the last fix on the line.
    pub at: EpochS,
    /// Metres from the line at the last fix.
    pub distance_m: f64,
    /// Negative log-likelihood, older evidence fading.
    pub cost: f32,
    /// Mean cost of the last fixes by what was measured alone, prior beliefs left out.
    pub fit: f32,
    /// Fixes off the line in a row.
    pub off_line: u8,
    /// Fixes on the line.
    pub fixes: u8,
    /// Metres advanced since the belief began.
    pub advance_m: f64,
}

/// The list: mostly there is one belief, and then only that one is looked at.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Beam {
    items: [Hypothesis; WIDTH],
    count: usize,
}

impl Beam {
    pub fn iter(&self) -> impl Iterator<Item = &Hypothesis> {
        self.items[..self.count].iter()
    }

    pub fn best(&self) -> Option<&Hypothesis> {
        self.iter().next()
    }

    pub fn clear(&mut self) {
        self.count = 0;
    }

    /// What is in it, and nothing any more. Places that hold nothing are not touched.
    pub fn take(&mut self) -> Self {
        let mut taken = Self::default();
        taken.items[..self.count].copy_from_slice(&self.items[..self.count]);
        taken.count = std::mem::take(&mut self.count);
        taken
    }

    pub fn retain(&mut self, keep: impl Fn(&Hypothesis) -> bool) {
        if self.count <= 1 {
            self.count = usize::from(self.best().is_some_and(keep));
            return;
        }
        let old = self.take();
        for h in old.iter().filter(|h| keep(h)) {
            self.push(*h);
        }
    }

    /// Carries the beliefs over to other runs; those without one are given up.
    pub fn rename(&mut self, rename: impl Fn(&Run) -> Option<Run>) {
        let old = self.take();
        for h in old.iter() {
            if let Some(run) = rename(&h.run) {
                self.push(Hypothesis { run, ..*h });
            }
        }
    }

    /// Inserts by cost; of two beliefs in the same place the likelier stays.
    pub fn push(&mut self, new: Hypothesis) {
        if !new.cost.is_finite() {
            return;
        }
        let same = |h: &Hypothesis| {
            h.run.instance == new.run.instance && (h.along_m - new.along_m).abs() < SAME_PLACE_M
        };
        let known = self.iter().position(same);
        if let Some(i) = known {
            if self.items[i].cost <= new.cost {
                return;
            }
            self.items.copy_within(i + 1..self.count, i);
            self.count -= 1;
        }
        let place = self.iter().position(|h| h.cost > new.cost).unwrap_or(self.count);
        if place < WIDTH {
            let moved = self.count.min(WIDTH - 1);
            self.items.copy_within(place..moved, place + 1);
            self.items[place] = new;
            self.count = moved + 1;
        }
    }

    /// Gives up what is hopeless against the best.
    pub fn prune(&mut self) {
        let Some(best) = self.best().map(|h| h.cost) else { return };
        self.count = self.iter().take_while(|h| h.cost <= best + HOPELESS).count();
    }

    /// True if another belief is nearly as likely as `chosen`: in a place well away on the same run, or, if
    /// the run is a `guess`, in another run.
    pub fn is_contested(&self, chosen: &Hypothesis, guess: bool) -> bool {
        let margin = |h: &Hypothesis| {
            let here = (h.along_m - chosen.along_m).abs() < RIVAL_M;
            if h.run.instance == chosen.run.instance {
                if here { 0.0 } else { CLEAR_MARGIN }
            } else if !guess {
                // Of the runs of its line the one that is followed is held to; another line may yet part from it.
                if h.run.pattern == chosen.run.pattern { f32::NEG_INFINITY } else { 0.0 }
            } else if h.run.pattern == chosen.run.pattern && here {
                SAME_LINE_MARGIN
            } else {
                CLEAR_MARGIN
            }
        };
        self.iter().any(|h| h.off_line == 0 && h.cost < chosen.cost + margin(h))
    }
}
