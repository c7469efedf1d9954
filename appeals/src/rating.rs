//! What the supervisor looks at: topics by how much is said of them against season and last year, peaks, and
//! routes that serve badly and nobody complains of.

use crate::ids::RouteId;
use serde::{Deserialize, Serialize};

/// Counts of a topic, route or desk in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Appeals.
    pub appeals: u64,
    /// Of them with a signed verdict of a measurable kind.
    pub judged: u64,
    /// … confirmed, wholly or in part.
    pub confirmed: u64,
    /// Answered after their term, or open beyond it.
    pub overdue: u64,
    /// Repeats of an appeal.
    pub repeated: u64,
    /// Disputed by the applicant.
    pub refuted: u64,
    /// Planned runs of what they are about.
    pub runs_planned: u64,
}

/// Shares of counts; `None` where there is nothing to take a share of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rates {
    /// Appeals per 1,000 planned runs.
    pub per_thousand_runs: Option<f64>,
    /// Confirmed share of the judged, 0..1.
    pub confirmed: Option<f64>,
    /// Overdue share, 0..1.
    pub overdue: Option<f64>,
    /// Share of repeats, 0..1.
    pub repeated: Option<f64>,
    /// Share disputed, 0..1.
    pub refuted: Option<f64>,
}

impl Counts {
    /// Their shares.
    pub fn rates(&self) -> Rates {
        let of = |part: u64, whole: u64| (whole > 0).then(|| part as f64 / whole as f64);
        Rates {
            per_thousand_runs: of(self.appeals * 1_000, self.runs_planned),
            confirmed: of(self.confirmed, self.judged),
            overdue: of(self.overdue, self.appeals),
            repeated: of(self.repeated, self.appeals),
            refuted: of(self.refuted, self.appeals),
        }
    }
}

/// A line of the rating.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ranked<T> {
    /// What.
    pub what: T,
    /// Place in this period, from 1.
    pub rank: usize,
    /// Place in the period before; `None`: new.
    pub rank_before: Option<usize>,
    /// Counts in this period.
    pub now: Counts,
    /// Appeals in the same weeks of the year before, where known.
    pub last_year: Option<u64>,
    /// Appeals against what is usual for the season; `None` without a baseline.
    pub of_usual: Option<f64>,
}

/// What is ranked, in this period, the one before, a year ago, and usually at this season.
#[derive(Clone, Debug, PartialEq)]
pub struct Period<T> {
    /// What.
    pub what: T,
    /// In this period.
    pub now: Counts,
    /// Appeals in the period before.
    pub before: u64,
    /// Appeals a year ago.
    pub last_year: Option<u64>,
    /// Appeals that are usual: see [`usual`].
    pub usual: Option<f64>,
}

/// Ranks by appeals, most first; equals keep the order in which they came.
pub fn rank<T: Clone>(periods: &[Period<T>]) -> Vec<Ranked<T>> {
    let order = |key: &dyn Fn(&Period<T>) -> u64| {
        let mut indices: Vec<usize> =
            (0..periods.len()).filter(|i| key(&periods[*i]) > 0).collect();
        indices.sort_by_key(|i| std::cmp::Reverse(key(&periods[*i])));
        indices
    };
    let before = order(&|p| p.before);
    order(&|p| p.now.appeals)
        .into_iter()
        .enumerate()
        .map(|(place, i)| {
            let p = &periods[i];
            Ranked {
                what: p.what.clone(),
                rank: place + 1,
                rank_before: before.iter().position(|b| *b == i).map(|at| at + 1),
                now: p.now,
                last_year: p.last_year,
                of_usual: p.usual.filter(|u| *u > 0.0).map(|u| p.now.appeals as f64 / u),
            }
        })
        .collect()
}

/// What is usual for a day: the median of the same weekday in the weeks around it of earlier years (robust:
/// one bad week of last year is not the season). `None` with fewer than three.
pub fn usual(same_weekdays: &[f64]) -> Option<f64> {
    if same_weekdays.len() < 3 {
        return None;
    }
    let mut sorted = same_weekdays.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    Some(if sorted.len() % 2 == 1 {
        sorted[middle]
    } else {
        f64::midpoint(sorted[middle - 1], sorted[middle])
    })
}

/// Probability of at least `count` when `mean` are usual (Poisson).
pub fn poisson_tail(count: u64, mean: f64) -> f64 {
    if count == 0 || mean <= 0.0 {
        return if count == 0 { 1.0 } else { 0.0 };
    }
    // Σ_{k<count} e^-m m^k / k!, in logarithms: no overflow for a busy city.
    let mut log = -mean;
    let mut below = log.exp();
    for k in 1..count {
        log += (mean / k as f64).ln();
        below += log.exp();
    }
    (1.0 - below).max(0.0)
}

/// So unlikely a day is a peak, when …
const PEAK_TAIL: f64 = 0.001;
/// … so many follow one another.
const PEAK_DAYS: usize = 2;

/// Days (by index) that belong to a peak: counts against what is usual, at least two unlikely days running.
pub fn peaks(days: &[(u64, f64)]) -> Vec<usize> {
    let unlikely: Vec<bool> =
        days.iter().map(|(count, usual)| poisson_tail(*count, *usual) < PEAK_TAIL).collect();
    (0..days.len())
        .filter(|i| {
            let back = unlikely[..=*i].iter().rev().take_while(|u| **u).count();
            let on = unlikely[*i..].iter().take_while(|u| **u).count();
            unlikely[*i] && back + on > PEAK_DAYS
        })
        .collect()
}

/// How a route served, and what was said of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Service {
    /// Which.
    pub route: RouteId,
    /// Excess wait in rush hours, seconds.
    pub excess_wait_s: f64,
    /// Runs driven over planned, 0..1.
    pub runs_driven: f64,
    /// How much was observed, 0..1.
    pub coverage: f64,
    /// Planned runs of the period.
    pub runs_planned: u64,
    /// Appeals of the period.
    pub appeals: u64,
}

/// A route that serves badly and of which little is said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Silent {
    /// Which.
    pub route: RouteId,
    /// Its place by service among the routes, 0 best to 1 worst.
    pub badness: f64,
    /// Its place by appeals per planned run, 0 fewest to 1 most.
    pub loudness: f64,
}

/// Observed to less than this nothing is said of a route, 0..1.
const SILENT_COVERAGE: f64 = 0.8;
/// Among the worst this share …
const SILENT_BAD: f64 = 0.75;
/// … and among the quietest this share.
const SILENT_QUIET: f64 = 0.5;

/// The radar: routes among the worst quarter by service and the quieter half by appeals per planned run, the
/// widest apart first. Who does not complain is served no better for it.
pub fn silent(routes: &[Service]) -> Vec<Silent> {
    let known: Vec<&Service> =
        routes.iter().filter(|r| r.coverage >= SILENT_COVERAGE && r.runs_planned > 0).collect();
    let share_below = |value: f64, of: &dyn Fn(&Service) -> f64| {
        let below = known.iter().filter(|r| of(r) < value).count();
        let others = known.len().saturating_sub(1).max(1);
        below as f64 / others as f64
    };
    let badness = |r: &Service| r.excess_wait_s / 60.0 + (1.0 - r.runs_driven) * RUNS_WEIGHT;
    let loudness = |r: &Service| r.appeals as f64 / r.runs_planned as f64;
    let mut list: Vec<Silent> = known
        .iter()
        .map(|r| Silent {
            route: r.route.clone(),
            badness: share_below(badness(r), &badness),
            loudness: share_below(loudness(r), &loudness),
        })
        .filter(|s| s.badness >= SILENT_BAD && s.loudness <= SILENT_QUIET)
        .collect();
    list.sort_by(|a, b| {
        (b.badness - b.loudness).total_cmp(&(a.badness - a.loudness)).then(a.route.cmp(&b.route))
    });
    list
}

/// A run in ten that is missing weighs like three minutes of excess wait.
const RUNS_WEIGHT: f64 = 30.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_shares_and_nothing_is_divided_by_nothing() {
        assert_eq!(Counts::default().rates(), Rates::default());
        let counts = Counts {
            appeals: 12,
            judged: 8,
            confirmed: 6,
            overdue: 3,
            runs_planned: 4_000,
            ..Counts::default()
        };
        let rates = counts.rates();
        assert_eq!(rates.per_thousand_runs, Some(3.0));
        assert_eq!(rates.confirmed, Some(0.75));
        assert_eq!(rates.overdue, Some(0.25));
    }

    #[test]
    fn topics_rise_and_fall() {
        let period = |what, appeals, before| Period {
            what,
            now: Counts { appeals, ..Counts::default() },
            before,
            last_year: None,
            usual: usual(&[10.0, 12.0, 400.0]),
        };
        let ranked = rank(&[period("late", 10, 30), period("cold", 36, 0), period("none", 0, 5)]);
        assert_eq!(ranked.len(), 2);
        assert_eq!((ranked[0].what, ranked[0].rank, ranked[0].rank_before), ("cold", 1, None));
        assert_eq!((ranked[1].what, ranked[1].rank, ranked[1].rank_before), ("late", 2, Some(1)));
        assert_eq!(ranked[0].of_usual, Some(3.0));
        assert_eq!(usual(&[1.0, 2.0]), None);
        assert_eq!(usual(&[1.0, 2.0, 3.0, 10.0]), Some(2.5));
    }

    #[test]
    fn a_peak_is_two_unlikely_days_and_one_is_none() {
        assert!((poisson_tail(1, 1.0) - 0.632_120_558).abs() < 1e-8);
        assert!((poisson_tail(3, 2.0) - 0.323_323_583).abs() < 1e-8);
        assert_eq!(poisson_tail(0, 5.0), 1.0);
        assert!(poisson_tail(1_200, 1_000.0) < 1e-6);
        let days = [(12, 10.0), (40, 10.0), (11, 10.0), (30, 10.0), (35, 10.0), (9, 10.0)];
        assert_eq!(peaks(&days), [3, 4]);
    }

    #[test]
    fn the_radar_finds_who_suffers_in_silence() {
        let route = |name: &str, excess_wait_s, runs_driven, appeals| Service {
            route: name.into(),
            excess_wait_s,
            runs_driven,
            coverage: 0.95,
            runs_planned: 1_000,
            appeals,
        };
        let mut routes = vec![
            route("good", 20.0, 1.0, 5),
            route("loud", 400.0, 0.8, 90),
            route("silent", 380.0, 0.82, 1),
            route("fair", 60.0, 0.98, 8),
            route("fine", 50.0, 0.99, 6),
        ];
        let found: Vec<String> = silent(&routes).into_iter().map(|s| s.route.0).collect();
        assert_eq!(found, ["silent"]);
        routes[2].coverage = 0.4;
        assert!(silent(&routes).is_empty(), "what is not observed is not judged");
    }
}
