//! How long people wait who come at any time: from headways, or exactly over a window of passages.
//!
//! Formulas as in London's excess waiting time and opentransit's exact window (`operations.md` §2.2).

/// Average wait of people who arrive evenly: Σh² / 2Σh, seconds. `None` without headways.
pub fn average_wait_s(headways_s: impl IntoIterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut squares) = (0.0, 0.0);
    for h in headways_s {
        sum += h;
        squares += h * h;
    }
    (sum > 0.0).then(|| squares / (2.0 * sum))
}

/// Excess wait: what people waited beyond the plan, seconds. Both of the same stops and the same window.
/// Negative where the plan is uneven and the service was more even than it.
pub fn excess_wait_s(
    observed_s: impl IntoIterator<Item = f64>,
    scheduled_s: impl IntoIterator<Item = f64>,
) -> Option<f64> {
    Some(average_wait_s(observed_s)? - average_wait_s(scheduled_s)?)
}

/// Waits of everybody who comes to a stop within a window, evenly spread over it: exact, nothing sampled.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WindowWaits {
    /// Stretches of the window as (longest, shortest) wait of those who come in it, seconds: people come at
    /// `longest` before the vehicle until `shortest` before it.
    pieces: Vec<(f64, f64)>,
}

impl WindowWaits {
    /// Waits in the window `from..to` at a stop with these passages (epoch seconds, sorted). The passage that
    /// ends the window's last wait lies after `to`; people for whom no vehicle is known are left out.
    /// `unknown` are the stretches (sorted, apart) in which a vehicle may have come unseen: nobody whose wait
    /// touches one is counted.
    pub fn new(passages: &[i64], unknown: &[(i64, i64)], (from, to): (i64, i64)) -> Self {
        let mut pieces = Vec::new();
        let mut since = from;
        for &at in passages {
            if at <= since {
                continue;
            }
            if since >= to {
                break;
            }
            // Of those who come before this vehicle, only the ones after the last unobserved stretch are sure.
            let blind =
                unknown.iter().filter(|u| u.0 < at && u.1 > since).map(|u| u.1.min(at)).max();
            let sure = blind.map_or(since, |end| end.max(since));
            let last = at.min(to);
            if sure < last {
                pieces.push(((at - sure) as f64, (at - last) as f64));
            }
            since = at;
        }
        Self { pieces }
    }

    /// How much of the window is accounted for, seconds.
    pub fn known_s(&self) -> f64 {
        self.pieces.iter().map(|(long, short)| long - short).sum()
    }

    /// Mean wait, seconds.
    pub fn mean_s(&self) -> Option<f64> {
        let area: f64 = self.pieces.iter().map(|(l, s)| (l * l - s * s) / 2.0).sum();
        let known = self.known_s();
        (known > 0.0).then(|| area / known)
    }

    /// Share of people who waited at most `wait_s`, 0..1.
    pub fn share_within(&self, wait_s: f64) -> Option<f64> {
        let known = self.known_s();
        let within: f64 = self.pieces.iter().map(|(l, s)| (wait_s.min(*l) - s).max(0.0)).sum();
        (known > 0.0).then(|| within / known)
    }

    /// The wait that `share` (0..1) of the people did not exceed, seconds.
    pub fn quantile_s(&self, share: f64) -> Option<f64> {
        let known = self.known_s();
        if known <= 0.0 {
            return None;
        }
        // Between two ends of pieces the distribution is a straight line.
        let mut ends: Vec<f64> = self.pieces.iter().flat_map(|p| [p.0, p.1]).collect();
        ends.sort_by(f64::total_cmp);
        let wanted = share.clamp(0.0, 1.0) * known;
        let (mut low, mut below) = (ends[0], 0.0);
        for &end in &ends {
            let within: f64 = self.pieces.iter().map(|(l, s)| (end.min(*l) - s).max(0.0)).sum();
            if within >= wanted {
                let step = within - below;
                let part = if step > 0.0 { (wanted - below) / step } else { 1.0 };
                return Some(low + (end - low) * part);
            }
            (low, below) = (end, within);
        }
        ends.last().copied()
    }

    /// The longest wait, seconds.
    pub fn longest_s(&self) -> Option<f64> {
        self.pieces.iter().map(|p| p.0).max_by(f64::total_cmp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_even_service_costs_half_its_headway_and_no_excess() {
        assert_eq!(average_wait_s([600.0; 6]), Some(300.0));
        assert_eq!(excess_wait_s([600.0; 5], [600.0; 6]), Some(0.0));
        // Two buses together every 20 minutes serve like one: people wait 10 minutes instead of 5.
        assert_eq!(excess_wait_s([0.0, 1200.0, 0.0, 1200.0], [600.0; 4]), Some(300.0));
        assert_eq!(average_wait_s([]), None);
    }

    #[test]
    fn a_window_is_clipped_on_both_sides() {
        // Passages at 0, 600, 1800; window 300..900: waits 300→0, then 1200→900.
        let waits = WindowWaits::new(&[0, 600, 1800], &[], (300, 900));
        assert_eq!(waits.mean_s(), Some(600.0));
        assert_eq!(waits.known_s(), 600.0);
        assert_eq!(waits.share_within(300.0), Some(0.5));
        assert_eq!(waits.quantile_s(0.5), Some(300.0));
        assert_eq!(waits.quantile_s(0.75), Some(1050.0));
        assert_eq!(waits.longest_s(), Some(1200.0));
    }

    #[test]
    fn nobody_is_said_to_have_waited_through_a_hole() {
        let waits = WindowWaits::new(&[0, 600, 1800], &[(700, 1000)], (0, 1800));
        assert_eq!(waits.known_s(), 600.0 + 800.0);
        assert_eq!(waits.longest_s(), Some(800.0));
        let blind = WindowWaits::new(&[0, 600], &[(0, 600)], (0, 600));
        assert_eq!((blind.mean_s(), blind.quantile_s(0.5)), (None, None));
    }

    fn passages() -> impl Strategy<Value = Vec<i64>> {
        prop::collection::vec(1_i64..2000, 2..20).prop_map(|steps| {
            let mut at = 0;
            steps
                .iter()
                .map(|s| {
                    at += s;
                    at
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn the_average_wait_is_at_least_half_the_mean_headway(
            headways in prop::collection::vec(1.0_f64..5000.0, 1..40)
        ) {
            let mean = headways.iter().sum::<f64>() / headways.len() as f64;
            let wait = average_wait_s(headways.iter().copied()).unwrap();
            prop_assert!(wait >= mean / 2.0 - 1e-6);
            let longest = headways.iter().copied().fold(0.0, f64::max);
            prop_assert!(wait <= longest / 2.0 + 1e-6);
        }

        #[test]
        fn over_whole_headways_the_window_agrees_with_the_formula(times in passages()) {
            let window = (times[0], *times.last().unwrap());
            let waits = WindowWaits::new(&times, &[], window);
            let formula = average_wait_s(times.windows(2).map(|w| (w[1] - w[0]) as f64)).unwrap();
            prop_assert!((waits.mean_s().unwrap() - formula).abs() < 1e-6);
        }

        #[test]
        fn the_distribution_rises_from_0_to_1_and_quantiles_invert_it(
            times in passages(), a in 0_i64..3000, length in 1_i64..9000
        ) {
            let waits = WindowWaits::new(&times, &[], (a, a + length));
            if let Some(longest) = waits.longest_s() {
                let shares: Vec<f64> =
                    (0..=20).map(|i| waits.share_within(longest * i as f64 / 20.0).unwrap()).collect();
                prop_assert!(shares.windows(2).all(|w| w[0] <= w[1] + 1e-9));
                prop_assert!((shares[20] - 1.0).abs() < 1e-9);
                for share in [0.1, 0.5, 0.9] {
                    let wait = waits.quantile_s(share).unwrap();
                    prop_assert!((waits.share_within(wait).unwrap() - share).abs() < 1e-6);
                }
                prop_assert!(waits.mean_s().unwrap() <= longest);
            }
        }
    }
}
