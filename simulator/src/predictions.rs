//! How good arrival predictions are, by the rider's buckets, beside what anybody could predict.
//!
//! [`Asking`] asks a `Monitor` now and then when buses come; [`score_predictions`] holds the answers against
//! what came: the truth of a world, or the visits that were observed of a real city.

use crate::truth::Truth;
use std::collections::BTreeMap;
use transit::predict::{Basis, Range};
use transit::{Effect, EpochS, Monitor, Snapshot, TripInstance};

/// How far ahead is asked, seconds.
const AHEAD_S: EpochS = 1_800;
/// A run is asked for until so long after its planned start while nobody drives it, seconds.
const OVERDUE_S: EpochS = 600;

/// End of each bucket of time to the actual arrival, and by how much it may come earlier and later than was
/// said, seconds (the benchmark of Transit App; the score is the mean of the buckets).
pub const BUCKETS: [(EpochS, EpochS, EpochS); 4] =
    [(180, 30, 90), (360, 60, 150), (600, 60, 210), (900, 90, 270)];

/// Who predicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// The timetable.
    Plan,
    /// The timetable, the last deviation carried on.
    Deviation,
    /// The feed's own trip updates.
    Feed,
    /// The core.
    Core,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Plan, Self::Deviation, Self::Feed, Self::Core];

    /// In a table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Deviation => "deviation carried on",
            Self::Feed => "feed's own",
            Self::Core => "Jolda",
        }
    }
}

/// What is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// A run that a vehicle drives.
    Driven,
    /// A run that is not begun.
    NotBegun,
}

/// A question and its answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Asked {
    /// When.
    pub at: EpochS,
    /// Which run.
    pub instance: TripInstance,
    /// Which stop of it.
    pub stop_position: u16,
    /// Kind of run.
    pub group: Group,
    /// By [`Method`].
    pub answers: [Option<EpochS>; 4],
    /// The core's range.
    pub range: Option<Range>,
    /// What it rests on.
    pub basis: Option<Basis>,
}

/// Asks, and keeps the answers.
#[derive(Debug, Default)]
pub struct Asking {
    /// All questions.
    pub asked: Vec<Asked>,
}

impl Asking {
    /// Asks about all runs on the road and soon to begin.
    pub fn ask(&mut self, monitor: &Monitor, now: EpochS) {
        let snapshot = monitor.snapshot(now);
        let timetable = &snapshot.timetable;
        for vehicle in &snapshot.vehicles {
            let fresh = now - vehicle.measured_at <= 300 && !vehicle.off_route;
            let Some(m) = vehicle.matched.as_ref().filter(|_| fresh) else { continue };
            let driver = snapshot.driver(m.instance).map(|v| v.vehicle);
            let stops = timetable.pattern(m.pattern).stops.len();
            if driver == Some(vehicle.vehicle) {
                let deviation = m.schedule_deviation_s.map(EpochS::from);
                let next = usize::from(m.next_stop_position);
                let ahead = next..stops;
                self.ask_run(monitor, &snapshot, m.instance, (Group::Driven, deviation, ahead));
            }
        }
        for run in timetable.runs_active(now - OVERDUE_S, now + AHEAD_S) {
            let soon = run.start >= now - OVERDUE_S;
            if soon && snapshot.driver(run.instance).is_none() {
                let last = timetable.stop_times(run.instance.trip).len();
                self.ask_run(monitor, &snapshot, run.instance, (Group::NotBegun, None, 0..last));
            }
        }
    }

    fn ask_run(
        &mut self,
        monitor: &Monitor,
        snapshot: &Snapshot,
        instance: TripInstance,
        (group, deviation, ahead): (Group, Option<EpochS>, std::ops::Range<usize>),
    ) {
        let now = snapshot.at;
        let mut told = vec![None; ahead.end];
        let basis = snapshot.predict(instance, |p| {
            told[usize::from(p.stop_position)] = Some((p.promised, p.arrival));
            true
        });
        let forecast = monitor.forecast(instance);
        for position in ahead {
            let (arrival, departure) = snapshot.timetable.scheduled(instance, position);
            let plan = if position == 0 { departure } else { arrival };
            let told: Option<(EpochS, Range)> = told[position];
            let range = told.map(|t| t.1);
            let soonest = range.map_or(plan, |r| r.p50.min(plan));
            if soonest > now + AHEAD_S {
                break;
            }
            let of_feed = forecast.and_then(|f| {
                let at = f.arrivals.binary_search_by_key(&(position as u16), |a| a.0).ok()?;
                Some(f.arrivals[at].1)
            });
            self.asked.push(Asked {
                at: now,
                instance,
                stop_position: position as u16,
                group,
                answers: [
                    Some(plan.max(now)),
                    Some((plan + deviation.unwrap_or(0)).max(now)),
                    of_feed.map(|at| at.max(now)),
                    told.map(|t| t.0),
                ],
                range,
                basis: basis.map(|b| b.0),
            });
        }
    }
}

/// When each (run, stop position) was served: arrivals, at first stops departures.
pub type Came = BTreeMap<(TripInstance, u16), EpochS>;

/// As it truly was.
pub fn truly_came(truth: &Truth) -> Came {
    let at = |v: &crate::TrueVisit| if v.stop_position == 0 { v.departure } else { v.arrival };
    truth.visits.iter().map(|v| ((v.instance, v.stop_position), at(v))).collect()
}

/// As it was observed.
pub fn seen_to_come(effects: &[Effect]) -> Came {
    let visits = effects.iter().filter_map(|e| match e {
        Effect::Visit(v) => Some(v),
        _ => None,
    });
    visits
        .filter_map(|v| {
            let at = if v.stop_position == 0 { v.departure } else { v.arrival };
            Some(((v.instance, v.stop_position), at?))
        })
        .collect()
}

/// How one method fared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MethodScore {
    /// By bucket: answers, and how many of them were good enough.
    pub buckets: [(usize, usize); 4],
    /// |actual − predicted|, seconds, sorted, up to the end of the last bucket.
    pub errors_s: Vec<f64>,
    /// Σ (actual − predicted), seconds.
    pub bias_sum_s: f64,
    /// Questions that it answered.
    pub answered: usize,
}

impl MethodScore {
    /// Mean share of good answers over the buckets; `NaN` without answers.
    pub fn score(&self) -> f64 {
        let shares = self.buckets.iter().filter(|b| b.0 > 0).map(|b| b.1 as f64 / b.0 as f64);
        let count = self.buckets.iter().filter(|b| b.0 > 0).count();
        if count == 0 { f64::NAN } else { shares.sum::<f64>() / count as f64 }
    }

    /// Mean absolute error, seconds.
    pub fn mean_error_s(&self) -> f64 {
        self.errors_s.iter().sum::<f64>() / self.errors_s.len() as f64
    }

    /// Mean of actual − predicted, seconds.
    pub fn bias_s(&self) -> f64 {
        self.bias_sum_s / self.errors_s.len() as f64
    }
}

/// How predictions fared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PredictionScore {
    /// Questions of which the answer became known.
    pub questions: usize,
    /// By [`Method`].
    pub methods: [MethodScore; 4],
    /// By horizon (the four buckets, then beyond): answers with a range; actual before p10; after p90.
    pub ranges: [(usize, usize, usize); 5],
    /// Σ (p90 − p10), seconds, over all of them.
    pub width_sum_s: f64,
    /// Predictions within the last bucket of which nothing came.
    pub no_shows: usize,
}

impl PredictionScore {
    /// Share of arrivals within p10..p90; 0.8 is calibrated.
    pub fn within_range(&self) -> f64 {
        let (all, out) = self.ranges.iter().fold((0, 0), |s, r| (s.0 + r.0, s.1 + r.1 + r.2));
        if all == 0 { f64::NAN } else { 1.0 - out as f64 / all as f64 }
    }

    /// Mean width of p10..p90, seconds.
    pub fn mean_width_s(&self) -> f64 {
        self.width_sum_s / self.ranges.iter().map(|r| r.0).sum::<usize>() as f64
    }
}

/// Scores the questions of a group.
pub fn score_predictions(asked: &[Asked], group: Group, came: &Came) -> PredictionScore {
    let mut score = PredictionScore::default();
    for question in asked.iter().filter(|q| q.group == group) {
        let place = (question.instance, question.stop_position);
        let Some(actual) = came.get(&place).copied() else {
            let soon = |at: EpochS| at - question.at < BUCKETS[3].0;
            score.no_shows += usize::from(question.answers[3].is_some_and(soon));
            continue;
        };
        let ahead_s = actual - question.at;
        if ahead_s <= 0 {
            continue;
        }
        score.questions += 1;
        let bucket = BUCKETS.iter().position(|b| ahead_s < b.0);
        for (method, answer) in score.methods.iter_mut().zip(question.answers) {
            let Some(answer) = answer else { continue };
            method.answered += 1;
            let Some(bucket) = bucket else { continue };
            let late_s = actual - answer;
            let (_, early, late) = BUCKETS[bucket];
            method.buckets[bucket].0 += 1;
            method.buckets[bucket].1 += usize::from((-early..=late).contains(&late_s));
            method.errors_s.push(late_s.abs() as f64);
            method.bias_sum_s += late_s as f64;
        }
        if let Some(range) = question.range {
            let (all, before, after) = &mut score.ranges[bucket.unwrap_or(4)];
            *all += 1;
            *before += usize::from(actual < range.p10);
            *after += usize::from(actual > range.p90);
            score.width_sum_s += (range.p90 - range.p10) as f64;
        }
    }
    for method in &mut score.methods {
        method.errors_s.sort_by(f64::total_cmp);
    }
    score
}
