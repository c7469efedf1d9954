//! Randomness that can be asked at any place: the same seed, stream and index give the same number,
//! whatever was asked before. That makes the world independent of the steps in which it is advanced.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Words (32 bits) of the key stream kept apart for each index: one `ChaCha` block.
const WORDS_PER_INDEX: u128 = 16;

/// Random access to `ChaCha8` key streams.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Noise {
    seed: [u8; 32],
}

impl Noise {
    /// The noise of a seed.
    pub fn new(seed: u64) -> Self {
        let mut bytes = [0; 32];
        ChaCha8Rng::seed_from_u64(seed).fill(&mut bytes);
        Self { seed: bytes }
    }

    /// The generator at the start of block `index` of `stream`.
    pub fn at(&self, stream: u64, index: u64) -> ChaCha8Rng {
        // A fresh generator has no block yet: choosing the stream costs nothing, the place one refill.
        let mut rng = ChaCha8Rng::from_seed(self.seed);
        rng.set_stream(stream);
        if index > 0 {
            rng.set_word_pos(u128::from(index) * WORDS_PER_INDEX);
        }
        rng
    }

    /// A curve through time with mean 0 and deviation about 1 whose values are alike for `period_s` and
    /// independent beyond: normal numbers at knots, straight lines between them.
    pub fn curve(&self, stream: u64, at_ms: i64, period_s: i64) -> f64 {
        let period_ms = period_s.max(1) * 1000;
        let knot = at_ms.div_euclid(period_ms);
        let fraction = at_ms.rem_euclid(period_ms) as f64 / period_ms as f64;
        let a = normal(&mut self.at(stream, knot as u64));
        let b = normal(&mut self.at(stream, (knot + 1) as u64));
        blend(a, b, fraction)
    }

    /// Two such curves, independent of each other.
    pub fn curves(&self, stream: u64, at_ms: i64, period_s: i64) -> (f64, f64) {
        let period_ms = period_s.max(1) * 1000;
        let knot = at_ms.div_euclid(period_ms);
        let fraction = at_ms.rem_euclid(period_ms) as f64 / period_ms as f64;
        let mut rng = self.at(stream, knot as u64);
        let (ax, ay) = (normal(&mut rng), normal(&mut rng));
        let mut rng = self.at(stream, (knot + 1) as u64);
        let (bx, by) = (normal(&mut rng), normal(&mut rng));
        (blend(ax, bx, fraction), blend(ay, by, fraction))
    }
}

/// Between `a` and `b`. The deviation of the mixture would sink to 0.71 half way; it is raised again.
fn blend(a: f64, b: f64, fraction: f64) -> f64 {
    let raise = (fraction * fraction + (1.0 - fraction) * (1.0 - fraction)).sqrt();
    (a * (1.0 - fraction) + b * fraction) / raise
}

/// A number of mean 0, deviation 1, within ±3.46: the sum of four uniform ones. Only additions, so that
/// it is the same on every machine.
pub(crate) fn normal(rng: &mut impl Rng) -> f64 {
    let sum: f64 = (0..4).map(|_| rng.random::<f64>()).sum();
    (sum - 2.0) * 1.732_050_807_568_877_2
}

/// A stable 64-bit hash of a text (FNV-1a), to name streams after ids of the feed.
pub(crate) fn key_of(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Mixes a number into a key (`SplitMix64`'s finisher).
pub(crate) fn mix(key: u64, number: u64) -> u64 {
    let mut z = key ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_place_gives_the_same_number_in_any_order() {
        let noise = Noise::new(7);
        let first: Vec<u32> = (0..5).map(|i| noise.at(3, i).random()).collect();
        let other = Noise::new(7);
        let mut back: Vec<u32> = (0..5).rev().map(|i| other.at(3, i).random()).collect();
        back.reverse();
        assert_eq!(first, back);
        assert_ne!(first[0], first[1]);
        assert_ne!(noise.at(3, 0).random::<u32>(), noise.at(4, 0).random::<u32>());
    }

    #[test]
    fn curves_are_alike_at_near_times_and_have_unit_deviation() {
        let noise = Noise::new(1);
        let near = (noise.curve(1, 1_000_000, 600) - noise.curve(1, 1_002_000, 600)).abs();
        assert!(near < 0.05, "{near}");
        let values: Vec<f64> = (0..4000).map(|i| noise.curve(2, i * 977_000, 600)).collect();
        let mean = values.iter().sum::<f64>() / 4000.0;
        let sd = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 4000.0).sqrt();
        assert!(mean.abs() < 0.06 && (sd - 1.0).abs() < 0.06, "{mean} {sd}");
    }
}
