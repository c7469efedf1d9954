//! What a measure did: before and after, against routes where nothing was done, with an interval of
//! uncertainty. Pure: the resampling follows from a seed.

use crate::ids::{EffectId, MeasureId, RouteId};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A metric of a route, direction, day type and period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Runs driven over runs planned, 0..1.
    RunsDrivenShare,
    /// Runs driven a day in the period.
    RunsDriven,
    /// Vehicles in service.
    Vehicles,
    /// Mean observed headway, seconds.
    HeadwayMeanS,
    /// Its coefficient of variation.
    HeadwayCv,
    /// Excess wait, seconds.
    ExcessWaitS,
    /// Share of gaps longer than 1.5 planned headways.
    LongGapShare,
    /// Wait at the stop of the case that half of the people did not exceed, seconds.
    WaitP50S,
    /// … that nine of ten did not exceed, seconds.
    WaitP90S,
    /// Appeals per 1,000 planned runs.
    AppealsPerThousand,
    /// Share of appeals confirmed, 0..1.
    ConfirmedShare,
}

impl Metric {
    /// Its name on the wire: snake case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RunsDrivenShare => "runs_driven_share",
            Self::RunsDriven => "runs_driven",
            Self::Vehicles => "vehicles",
            Self::HeadwayMeanS => "headway_mean_s",
            Self::HeadwayCv => "headway_cv",
            Self::ExcessWaitS => "excess_wait_s",
            Self::LongGapShare => "long_gap_share",
            Self::WaitP50S => "wait_p50_s",
            Self::WaitP90S => "wait_p90_s",
            Self::AppealsPerThousand => "appeals_per_thousand",
            Self::ConfirmedShare => "confirmed_share",
        }
    }

    /// Less of it is better.
    pub const fn is_better_lower(self) -> bool {
        !matches!(self, Self::RunsDrivenShare | Self::RunsDriven | Self::Vehicles)
    }
}

/// One day of a route, in the hours of the case.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DayValue {
    /// The day.
    pub on: Date,
    /// The metric; `None` when it could not be measured.
    pub value: Option<f64>,
    /// How much of the day was observed, 0..1.
    pub coverage: f64,
}

/// How a study is laid out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Design {
    /// When the first appeal of the case was received: "before" ends the day before it. The case was opened
    /// because it was bad; days chosen for being bad would flatter any measure.
    pub first_appeal_on: Date,
    /// When the measure was done.
    pub done_on: Date,
    /// Days of the week that count, bit 0 for Monday.
    pub weekdays: u8,
    /// Holidays, and days that were like none.
    pub excluded: BTreeSet<Date>,
    /// Days before and after, each.
    pub days: i32,
    /// Days after the measure that are left out while people get used to it.
    pub washout_days: i32,
    /// Drawn so often.
    pub resamples: u32,
    /// Seed of the drawing.
    pub seed: u64,
}

impl Design {
    /// 28 days before the first appeal and 28 after the measure, 7 days left out, 2,000 draws.
    pub fn usual(first_appeal_on: Date, done_on: Date, weekdays: u8, seed: u64) -> Self {
        Self {
            first_appeal_on,
            done_on,
            weekdays,
            excluded: BTreeSet::new(),
            days: 28,
            washout_days: 7,
            resamples: 2_000,
            seed,
        }
    }

    /// First and last day before.
    pub fn before(&self) -> (Date, Date) {
        let day = |n| crate::calendar::days_later(self.first_appeal_on, n);
        (day(-self.days), day(-1))
    }

    /// First and last day after.
    pub fn after(&self) -> (Date, Date) {
        let day = |n| crate::calendar::days_later(self.done_on, self.washout_days + n);
        (day(1), day(self.days))
    }
}

/// What a reader of the figure should know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// Fewer than ten days on one side.
    FewDays,
    /// The two sides lie more than 75 days apart: another season.
    SeasonChange,
    /// Days were observed to less than 90 %.
    LowCoverage,
    /// No control route moved alike before.
    NoControls,
    /// The control routes moved by themselves.
    ControlMoved,
}

/// What a measure did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// Id.
    pub id: EffectId,
    /// Of which measure.
    pub measure: MeasureId,
    /// In which metric.
    pub metric: Metric,
    /// The figures.
    pub study: Study,
}

/// The figures of a study.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Study {
    /// First and last day before, first and last after.
    pub spans: ((Date, Date), (Date, Date)),
    /// Mean before.
    pub before: f64,
    /// Mean after.
    pub after: f64,
    /// After − before.
    pub difference: f64,
    /// The same less what the control routes did.
    pub against_controls: Option<f64>,
    /// 95 % interval of `against_controls`, else of `difference`.
    pub interval: (f64, f64),
    /// Days before and after.
    pub days: (usize, usize),
    /// Control routes that were taken.
    pub controls: Vec<RouteId>,
    /// What to know.
    pub flags: Vec<Flag>,
}

/// What a study says in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It got better by more than the uncertainty.
    Better,
    /// It got worse by more than the uncertainty.
    Worse,
    /// The change lies within the uncertainty.
    Unclear,
}

impl Study {
    /// Whether it got better, for a metric of this kind.
    pub fn outcome(&self, metric: Metric) -> Outcome {
        let (low, high) = self.interval;
        if low <= 0.0 && high >= 0.0 {
            return Outcome::Unclear;
        }
        let fell = high < 0.0;
        if fell == metric.is_better_lower() { Outcome::Better } else { Outcome::Worse }
    }
}

/// Fewest days on a side for a figure at all.
const DAYS_LEAST: usize = 3;
/// Fewer days than this on a side are flagged.
const DAYS_FEW: usize = 10;
/// Days observed to less than this do not count, 0..1.
const COVERAGE_LEAST: f64 = 0.9;
/// A control route moves alike before: correlation at least this.
const CORRELATION_LEAST: f64 = 0.6;
/// Control routes taken at most.
const CONTROLS_MAX: usize = 5;
/// The sides lie farther apart than this: another season, days.
const SEASON_DAYS: i32 = 75;

/// Days of one side, by date.
type Side = BTreeMap<Date, f64>;

fn side(days: &[DayValue], (from, to): (Date, Date), design: &Design) -> (Side, bool) {
    let counts = |d: &&DayValue| {
        d.on >= from
            && d.on <= to
            && design.weekdays & (1 << d.on.weekday().to_monday_zero_offset()) != 0
            && !design.excluded.contains(&d.on)
    };
    let mut poor = false;
    let mut side = Side::new();
    for day in days.iter().filter(counts) {
        match day.value.filter(|v| v.is_finite()) {
            Some(value) if day.coverage >= COVERAGE_LEAST => {
                side.insert(day.on, value);
            }
            _ => poor = true,
        }
    }
    (side, poor)
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = values.fold((0.0, 0.0), |(sum, n), v| (sum + v, n + 1.0));
    if n > 0.0 { sum / n } else { 0.0 }
}

/// Pearson's correlation over the days that both have.
fn correlation(a: &Side, b: &Side) -> Option<f64> {
    let pairs: Vec<(f64, f64)> = a.iter().filter_map(|(day, x)| Some((*x, *b.get(day)?))).collect();
    if pairs.len() < DAYS_LEAST {
        return None;
    }
    let (mx, my) = (mean(pairs.iter().map(|p| p.0)), mean(pairs.iter().map(|p| p.1)));
    let sum = |f: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(f).sum::<f64>();
    let (xx, yy) = (sum(&|p| (p.0 - mx).powi(2)), sum(&|p| (p.1 - my).powi(2)));
    let xy = sum(&|p| (p.0 - mx) * (p.1 - my));
    (xx > 0.0 && yy > 0.0).then(|| xy / (xx * yy).sqrt())
}

/// Whether the route's days lie nearer together once the control's are taken off them. A control may move with the
/// route and yet so much more that it only brings its own unrest into the figure.
fn steadies(route: &Side, control: &Side) -> bool {
    let pairs: Vec<(f64, f64)> =
        route.iter().filter_map(|(day, x)| Some((*x, *control.get(day)?))).collect();
    let spread = |f: &dyn Fn(&(f64, f64)) -> f64| {
        let usual = mean(pairs.iter().map(f));
        mean(pairs.iter().map(|p| (f(p) - usual).powi(2)))
    };
    spread(&|p| p.0 - p.1) < spread(&|p| p.0)
}

/// Studies one metric of the route against routes of the same carrier or corridor. `None` when too few days
/// could be measured for any figure.
pub fn study(
    treated: &[DayValue],
    controls: &[(RouteId, Vec<DayValue>)],
    design: &Design,
) -> Option<Study> {
    let (before_span, after_span) = (design.before(), design.after());
    let (before, poor_before) = side(treated, before_span, design);
    let (after, poor_after) = side(treated, after_span, design);
    if before.len() < DAYS_LEAST || after.len() < DAYS_LEAST {
        return None;
    }
    let mut alike: Vec<(f64, &RouteId, Side, Side)> = controls
        .iter()
        .filter_map(|(route, days)| {
            let (b, _) = side(days, before_span, design);
            let (a, _) = side(days, after_span, design);
            let r = correlation(&before, &b).filter(|r| *r >= CORRELATION_LEAST)?;
            let steadies = steadies(&before, &b);
            (a.len() >= DAYS_LEAST && steadies).then_some((r, route, b, a))
        })
        .collect();
    alike.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(y.1)));
    alike.truncate(CONTROLS_MAX);
    let control = |later: bool| {
        let mut days: BTreeMap<Date, Vec<f64>> = BTreeMap::new();
        for (_, _, before, after) in &alike {
            // Each against its own usual: a day on which one of them was not seen must not move their mean.
            let usual = mean(before.values().copied());
            for (day, value) in if later { after } else { before } {
                days.entry(*day).or_default().push(*value - usual);
            }
        }
        days.into_iter().map(|(day, v)| (day, mean(v.into_iter()))).collect::<Side>()
    };
    let (control_before, control_after) = (control(false), control(true));
    let (b, a) = (mean(before.values().copied()), mean(after.values().copied()));
    let moved = mean(control_after.values().copied()) - mean(control_before.values().copied());
    let against_controls = (!alike.is_empty()).then_some(a - b - moved);
    let sides = [&before, &after, &control_before, &control_after];
    let interval = interval(sides, design);
    let mut flags = Vec::new();
    let mut flag = |holds: bool, flag| {
        if holds {
            flags.push(flag);
        }
    };
    flag(before.len() < DAYS_FEW || after.len() < DAYS_FEW, Flag::FewDays);
    let apart = (after_span.0 - before_span.1).get_days();
    flag(apart > SEASON_DAYS, Flag::SeasonChange);
    flag(poor_before || poor_after, Flag::LowCoverage);
    flag(alike.is_empty(), Flag::NoControls);
    let scale = b.abs().max(f64::MIN_POSITIVE);
    flag(!alike.is_empty() && moved.abs() / scale > CONTROL_MOVED, Flag::ControlMoved);
    Some(Study {
        spans: (before_span, after_span),
        before: b,
        after: a,
        difference: a - b,
        against_controls,
        interval,
        days: (before.len(), after.len()),
        controls: alike.iter().map(|c| c.1.clone()).collect(),
        flags,
    })
}

/// Controls that moved by more than this share of the value before are flagged.
const CONTROL_MOVED: f64 = 0.15;

/// 95 % of the differences when days are drawn anew: whole days, since the hours of a day hang together; a day
/// of the route with the same day of the controls.
fn interval([before, after, cb, ca]: [&Side; 4], design: &Design) -> (f64, f64) {
    let mut state = design.seed | 1;
    let mut draw = move |n: usize| {
        // SplitMix64: enough for drawing days, the same everywhere.
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    };
    let control_mean = |side: &Side| mean(side.values().copied());
    let paired = |side: &Side, control: &Side| -> Vec<f64> {
        let usual = control_mean(control);
        side.iter().map(|(day, v)| v - control.get(day).copied().unwrap_or(usual)).collect()
    };
    let (b, a) = (paired(before, cb), paired(after, ca));
    let mut differences: Vec<f64> = (0..design.resamples.max(1))
        .map(|_| {
            let mut again = |v: &[f64]| mean((0..v.len()).map(|_| v[draw(v.len())]));
            again(&a) - again(&b)
        })
        .collect();
    differences.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let i = ((differences.len() - 1) as f64 * share).round() as usize;
        differences.get(i).copied().unwrap_or(f64::NAN)
    };
    (at(0.025), at(0.975))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn noise(seed: u64, day: i32) -> f64 {
        let z =
            (seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (day as u64).wrapping_mul(0xBF58_476D);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z >> 11) as f64 / (1u64 << 53) as f64 - 0.5
    }

    /// A headway of each day: weather that all routes share, a route's own noise, and a step.
    fn route(seed: u64, level: f64, step: f64, trend: f64) -> Vec<DayValue> {
        (0..160)
            .map(|i| {
                let on = crate::calendar::days_later(date(2026, 8, 1), i);
                let weather = 120.0 * noise(77, i);
                let done = if on > date(2026, 10, 20) { step } else { 0.0 };
                let value = level + weather + 30.0 * noise(seed, i) + done + trend * f64::from(i);
                DayValue { on, value: Some(value), coverage: 0.97 }
            })
            .collect()
    }

    fn design() -> Design {
        Design::usual(date(2026, 10, 1), date(2026, 10, 20), 0b001_1111, 5)
    }

    #[test]
    fn a_measure_that_worked_is_seen_and_its_size_lies_in_the_interval() {
        let controls: Vec<_> = (1..=4)
            .map(|n| (RouteId::from(format!("c{n}").as_str()), route(n, 900.0, 0.0, 0.0)))
            .collect();
        let study = study(&route(9, 1_440.0, -600.0, 0.0), &controls, &design()).unwrap();
        let effect = study.against_controls.unwrap();
        assert!((effect + 600.0).abs() < 15.0, "{study:?}");
        assert!(study.interval.0 < -600.0 + 15.0 && study.interval.1 > -600.0 - 15.0);
        assert!(study.interval.1 - study.interval.0 < 60.0, "{study:?}");
        assert_eq!(study.controls.len(), 4);
        assert_eq!(study.flags, []);
        assert_eq!(study.spans, (design().before(), design().after()));
        assert_eq!(study.days, (20, 20));
    }

    #[test]
    fn what_all_routes_did_is_no_effect_of_the_measure() {
        let controls: Vec<_> = (1..=4)
            .map(|n| (RouteId::from(format!("c{n}").as_str()), route(n, 900.0, -300.0, 0.0)))
            .collect();
        let study = study(&route(9, 1_440.0, -300.0, 0.0), &controls, &design()).unwrap();
        assert!((study.difference + 300.0).abs() < 40.0);
        assert!(study.interval.0 < 0.0 && study.interval.1 > 0.0, "{study:?}");
        assert!(study.flags.contains(&Flag::ControlMoved));
    }

    #[test]
    fn what_could_not_be_measured_is_said() {
        let mut poor = route(9, 1_440.0, -600.0, 0.0);
        for day in poor.iter_mut().filter(|d| d.on > date(2026, 11, 10)) {
            day.coverage = 0.5;
        }
        let found = study(&poor, &[], &design()).unwrap();
        assert_eq!(found.flags, [Flag::LowCoverage, Flag::NoControls]);
        assert_eq!(found.against_controls, None);
        let unlike = [(
            RouteId::from("c"),
            route(1, 900.0, 0.0, 0.0)
                .into_iter()
                .map(|d| DayValue { value: d.value.map(|v| -v), ..d })
                .collect(),
        )];
        assert!(study(&poor, &unlike, &design()).unwrap().controls.is_empty());
        assert_eq!(study(&[], &[], &design()), None);
        let far = Design::usual(date(2026, 8, 30), date(2026, 11, 20), 0b001_1111, 5);
        assert!(
            study(&route(9, 1.0, 0.0, 0.0), &[], &far).unwrap().flags.contains(&Flag::SeasonChange)
        );
    }

    #[test]
    fn a_control_that_was_not_seen_on_a_day_moves_nothing() {
        let days = route(1, 1_440.0, -300.0, 0.0);
        let quick: RouteId = "quick".into();
        let slow: RouteId = "slow".into();
        let whole = [
            (quick.clone(), route(2, 500.0, 0.0, 0.0)),
            (slow.clone(), route(3, 3_600.0, 0.0, 0.0)),
        ];
        let mut holes = whole.clone();
        for day in holes[1].1.iter_mut().filter(|d| d.on.day() % 3 == 0) {
            day.value = None;
        }
        let (whole, holes) = (study(&days, &whole, &design()), study(&days, &holes, &design()));
        let (whole, holes) = (whole.unwrap(), holes.unwrap());
        assert_eq!(whole.controls.len(), 2);
        assert_eq!(holes.controls.len(), 2);
        let apart = whole.against_controls.unwrap() - holes.against_controls.unwrap();
        assert!(apart.abs() < 20.0, "{apart}");
        let width = |s: &Study| s.interval.1 - s.interval.0;
        assert!(width(&holes) < 1.5 * width(&whole), "{:?} {:?}", holes.interval, whole.interval);
    }

    #[test]
    fn a_control_that_is_alike_but_wild_is_none() {
        let days = route(1, 1_440.0, -300.0, 0.0);
        let wild: Vec<DayValue> = route(2, 1_440.0, 0.0, 0.0)
            .into_iter()
            .map(|d| DayValue { value: d.value.map(|v| 8.0 * v), ..d })
            .collect();
        let study = study(&days, &[("wild".into(), wild)], &design()).unwrap();
        assert!(study.controls.is_empty(), "{study:?}");
        assert!(study.flags.contains(&Flag::NoControls));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn the_same_days_give_the_same_interval_and_it_holds_the_difference(
            seed in any::<u64>(), step in -700.0f64..700.0,
        ) {
            let design = Design { seed, resamples: 400, ..design() };
            let days = route(seed % 1_000, 1_440.0, step, 0.0);
            let a = study(&days, &[], &design).unwrap();
            prop_assert_eq!(&a, &study(&days, &[], &design).unwrap());
            prop_assert!(a.interval.0 <= a.difference && a.difference <= a.interval.1);
        }
    }
}
