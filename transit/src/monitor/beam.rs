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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prior {
    /// The feed names it.
    Named,
    /// The feed named it before.
    Kept,
    /// It follows in the block.
    Block,
    /// Place, direction and time fit.
    Inferred,
}

/// One belief: the vehicle drives this run and is at this place of it.
#[derive(Clone, Copy, Debug, PartialEq)]
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

/// The list.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Beam {
    items: [Option<Hypothesis>; WIDTH],
}

impl Beam {
    pub fn iter(&self) -> impl Iterator<Item = &Hypothesis> {
        self.items.iter().flatten()
    }

    pub fn best(&self) -> Option<&Hypothesis> {
        self.items[0].as_ref()
    }

    pub fn clear(&mut self) {
        self.items = [None; WIDTH];
    }

    pub fn retain(&mut self, keep: impl Fn(&Hypothesis) -> bool) {
        let old = std::mem::take(self);
        for h in old.iter().filter(|h| keep(h)) {
            self.push(*h);
        }
    }

    /// Carries the beliefs over to other runs; those without one are given up.
    pub fn rename(&mut self, rename: impl Fn(&Run) -> Option<Run>) {
        let old = std::mem::take(self);
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
        if let Some(i) = self.items.iter().position(|h| h.as_ref().is_some_and(same)) {
            if self.items[i].is_some_and(|h| h.cost <= new.cost) {
                return;
            }
            self.items[i..].rotate_left(1);
            self.items[WIDTH - 1] = None;
        }
        let place = self.items.iter().position(|h| h.is_none_or(|h| h.cost > new.cost));
        if let Some(i) = place {
            self.items[i..].rotate_right(1);
            self.items[i] = Some(new);
        }
    }

    /// Gives up what is hopeless against the best.
    pub fn prune(&mut self) {
        let Some(best) = self.best().map(|h| h.cost) else { return };
        for item in &mut self.items {
            if item.is_some_and(|h| h.cost > best + HOPELESS) {
                *item = None;
            }
        }
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
