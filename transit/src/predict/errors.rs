//! How wrong predictions turn out, by what they rest on and how far ahead they look.

use super::Basis;
use super::sketch::Quantiles;

/// Upper ends of the horizons, seconds.
const HORIZONS_S: [i64; 6] = [90, 240, 480, 900, 1_800, i64::MAX];
/// How many horizons there are.
pub(super) const HORIZONS: usize = HORIZONS_S.len();
/// Predictions that the first guess is worth.
const FIRST_WEIGHT: f32 = 40.0;
/// Start lateness and layover are told in minutes.
const MINUTE_S: f64 = 60.0;

/// Errors in units of the deviation that the prediction claimed.
#[derive(Clone, Debug)]
pub(super) struct Errors {
    by_basis: [[Quantiles; HORIZONS]; 3],
    /// Departures from the first stop against the plan, minutes.
    start: Quantiles,
    /// Rest between two runs of a vehicle that was late, minutes.
    layover: Quantiles,
}

impl Default for Errors {
    fn default() -> Self {
        let guess = Quantiles::expecting(0.0, 1.0, FIRST_WEIGHT);
        Self {
            by_basis: [[guess; HORIZONS]; 3],
            start: Quantiles::expecting(0.5, 1.0, FIRST_WEIGHT),
            layover: Quantiles::expecting(3.0, 2.0, FIRST_WEIGHT),
        }
    }
}

/// The class of a horizon.
pub(super) fn horizon(ahead_s: i64) -> usize {
    HORIZONS_S.iter().position(|end| ahead_s < *end).unwrap_or(HORIZONS - 1)
}

/// A horizon in the middle of a class, seconds.
pub(super) fn typical_s(horizon: usize) -> i64 {
    [45, 150, 330, 660, 1_260, 2_400][horizon.min(HORIZONS - 1)]
}

impl Errors {
    /// A prediction came `off` deviations later than it said.
    pub fn add(&mut self, basis: Basis, horizon: usize, off: f64) {
        self.by_basis[basis as usize][horizon].add(off);
    }

    /// In deviations: the quantiles `shares` of the error.
    pub fn quantiles<const N: usize>(
        &self,
        basis: Basis,
        horizon: usize,
        shares: [f64; N],
    ) -> [f64; N] {
        let q = &self.by_basis[basis as usize][horizon];
        shares.map(|share| q.quantile(share))
    }

    /// Share of the errors that are less than `off` deviations.
    pub fn share_below(&self, basis: Basis, horizon: usize, off: f64) -> f64 {
        self.by_basis[basis as usize][horizon].share_below(off)
    }

    pub fn add_start(&mut self, late_s: f64) {
        self.start.add(late_s / MINUTE_S);
    }

    /// Usual lateness of a start and its deviation, seconds.
    pub fn start_s(&self) -> (f64, f64) {
        let [low, middle, high] = [0.1, 0.5, 0.9].map(|share| self.start.quantile(share));
        (middle * MINUTE_S, (high - low) / 2.56 * MINUTE_S)
    }

    pub fn add_layover(&mut self, rest_s: f64) {
        self.layover.add(rest_s / MINUTE_S);
    }

    /// What a late vehicle takes between two runs, seconds.
    pub fn layover_s(&self) -> f64 {
        self.layover.quantile(0.5) * MINUTE_S
    }
}
