//! Quantiles of a stream in a fixed space.

/// Bins over (−1, 1) of the squashed value.
const BINS: usize = 64;
/// Weight at which the past begins to fade.
const MEMORY: f32 = 3_000.0;

/// A histogram that is finest around 0 and reaches ±60: values are squashed by z / (1 + |z|), which no
/// machine rounds in its own way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Quantiles {
    bins: [f32; BINS],
    total: f32,
}

impl Quantiles {
    /// Begins as if a bell around `centre` with deviation `spread` had been seen `weight` times.
    pub fn expecting(centre: f64, spread: f64, weight: f32) -> Self {
        let mut bins = [0.0; BINS];
        for (i, bin) in bins.iter_mut().enumerate() {
            let x = f64::midpoint(unsquash(edge(i)), unsquash(edge(i + 1)));
            let width = unsquash(edge(i + 1)) - unsquash(edge(i));
            let z = (x - centre) / spread;
            // A bell without its exponential: heavier in the tails, as errors are.
            let height = 1.0 / ((1.0 + z * z / 4.0) * (1.0 + z * z / 4.0));
            *bin = (height * width.min(spread)) as f32;
        }
        let total: f32 = bins.iter().sum();
        for bin in &mut bins {
            *bin *= weight / total;
        }
        Self { bins, total: weight }
    }

    /// Takes a value.
    pub fn add(&mut self, value: f64) {
        if self.total > MEMORY {
            for bin in &mut self.bins {
                *bin *= 0.5;
            }
            self.total *= 0.5;
        }
        let squashed = value / (1.0 + value.abs());
        let at = (f64::midpoint(squashed, 1.0) * BINS as f64) as usize;
        self.bins[at.min(BINS - 1)] += 1.0;
        self.total += 1.0;
    }

    /// The value below which `share` (0..1) lie.
    pub fn quantile(&self, share: f64) -> f64 {
        let wanted = f64::from(self.total) * share;
        let mut below = 0.0;
        for (i, bin) in self.bins.iter().enumerate() {
            let bin = f64::from(*bin);
            if below + bin >= wanted && bin > 0.0 {
                let part = (wanted - below) / bin;
                let (low, high) = (unsquash(edge(i)), unsquash(edge(i + 1)));
                return low + (high - low) * part;
            }
            below += bin;
        }
        unsquash(edge(BINS))
    }

    /// The share (0..1) that lies below `value`.
    pub fn share_below(&self, value: f64) -> f64 {
        let mut below = 0.0;
        for (i, bin) in self.bins.iter().enumerate() {
            let (low, high) = (unsquash(edge(i)), unsquash(edge(i + 1)));
            let part = ((value - low) / (high - low)).clamp(0.0, 1.0);
            below += f64::from(*bin) * part;
            if part < 1.0 {
                break;
            }
        }
        below / f64::from(self.total)
    }
}

/// Lower edge of a bin, squashed.
fn edge(bin: usize) -> f64 {
    bin as f64 / BINS as f64 * 2.0 - 1.0
}

/// The outermost edges would be infinite.
fn unsquash(u: f64) -> f64 {
    let u = u.clamp(-0.984, 0.984);
    u / (1.0 - u.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_what_was_seen() {
        let mut q = Quantiles::expecting(0.0, 1.0, 1.0);
        for i in 0..1_000 {
            q.add(f64::from(i) / 500.0 - 1.0);
        }
        assert!((q.quantile(0.1) + 0.8).abs() < 0.08, "{}", q.quantile(0.1));
        assert!(q.quantile(0.5).abs() < 0.05, "{}", q.quantile(0.5));
        assert!((q.quantile(0.9) - 0.8).abs() < 0.08, "{}", q.quantile(0.9));
        for share in [0.05, 0.3, 0.5, 0.77, 0.95] {
            let back = q.share_below(q.quantile(share));
            assert!((back - share).abs() < 0.001, "{share}: {back}");
        }
    }

    #[test]
    fn before_anything_was_seen_it_is_what_was_expected() {
        let q = Quantiles::expecting(0.5, 1.0, 10.0);
        assert!((q.quantile(0.5) - 0.5).abs() < 0.15, "{}", q.quantile(0.5));
        assert!(q.quantile(0.1) < -0.5 && q.quantile(0.9) > 1.4);
    }

    #[test]
    fn no_value_is_too_large() {
        let mut q = Quantiles::expecting(0.0, 1.0, 1.0);
        for value in [f64::MAX, f64::MIN, f64::INFINITY, f64::NAN, 0.0] {
            q.add(value);
            assert!(q.quantile(0.0) <= q.quantile(1.0));
        }
    }
}
