//! Incidents that were raised, against those that truly were.

use super::hindsight::{TrueIncident, bunching, detours, gaps, left_out, missing};
use super::passages::Passages;
use super::{Watched, Window, quantile, share};
use crate::truth::{HappeningKind, Truth};
use std::collections::{BTreeMap, BTreeSet};
use transit::{Effect, EpochS, Incident, IncidentKind, Timetable};

/// A vehicle's last report and the next look lie this far behind what is true, seconds: an alarm raised so
/// long after its cause has gone is still of it.
const BEHIND_S: EpochS = 120;
/// A hole of the feed at least so long leaves a shadow in which nothing need be raised, seconds …
const SHADOW_HOLE_S: EpochS = 300;
/// … so long, seconds (`operations.md` §2.7).
const SHADOW_S: EpochS = 1_800;
/// What begins so shortly before a hole need not be raised either, seconds.
const BEFORE_HOLE_S: EpochS = 900;
/// Where the feed does not name trips, a missing run is known only as one of those that start about then,
/// seconds.
const UNNAMED_S: EpochS = 900;

/// The kinds that are scored, and what the table calls them.
pub const KINDS: [(IncidentKind, &str); 4] = [
    (IncidentKind::Bunching, "bunching"),
    (IncidentKind::Gap, "gap"),
    (IncidentKind::Ghost, "missing run"),
    (IncidentKind::OffRoute, "detour"),
];

/// The columns of [`IncidentScore::cells`].
pub const HEAD: [&str; 8] = [
    "due",
    "raised",
    "recall",
    "precision",
    "raised again",
    "delay, median s",
    "delay, p90 s",
    "false per 100 vehicle-hours",
];

/// Alarms of one kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IncidentScore {
    /// True incidents that had to be raised.
    pub due: usize,
    /// Of them, raised.
    pub found: usize,
    /// Alarms.
    pub raised: usize,
    /// Of them, right.
    pub right: usize,
    /// Of them, of something that an earlier alarm was of.
    pub again: usize,
    /// From when it was due until it was raised, seconds, sorted.
    pub delay_s: Vec<f64>,
    /// True hours of vehicles in service within the window.
    pub vehicle_hours: f64,
    /// What was missed and what was false, for those who look into it.
    pub faults: Vec<String>,
}

impl IncidentScore {
    /// Share of what was due that was raised.
    pub fn recall(&self) -> f64 {
        share(self.found, self.due)
    }

    /// Share of the alarms that were right.
    pub fn precision(&self) -> f64 {
        share(self.right, self.raised)
    }

    /// False alarms in 100 hours of vehicles in service.
    pub fn false_rate(&self) -> f64 {
        (self.raised - self.right) as f64 * 100.0 / self.vehicle_hours.max(f64::EPSILON)
    }

    /// Adds the figures of another world.
    pub fn add(&mut self, other: &Self) {
        self.due += other.due;
        self.found += other.found;
        self.raised += other.raised;
        self.right += other.right;
        self.again += other.again;
        self.vehicle_hours += other.vehicle_hours;
        self.delay_s.extend(&other.delay_s);
        self.delay_s.sort_by(f64::total_cmp);
        self.faults.extend(other.faults.iter().cloned());
    }

    /// A row under [`HEAD`].
    pub fn cells(&self) -> Vec<String> {
        let percent = |part, whole| {
            if whole == 0 {
                "–".to_owned()
            } else {
                format!("{:.1} %", share(part, whole) * 100.0)
            }
        };
        let seconds = |of: f64| {
            let value = quantile(&self.delay_s, of);
            if value.is_nan() { "–".to_owned() } else { format!("{value:.0}") }
        };
        vec![
            self.due.to_string(),
            self.raised.to_string(),
            percent(self.found, self.due),
            percent(self.right, self.raised),
            self.again.to_string(),
            seconds(0.5),
            seconds(0.9),
            format!("{:.2}", self.false_rate()),
        ]
    }
}

/// Scores the alarms of all [`KINDS`] that were raised, and the incidents that were due, within the window.
/// `named`: the feed names trips.
pub fn score_incidents(
    timetable: &Timetable,
    watched: &Watched,
    window: Window,
    named: bool,
) -> [IncidentScore; 4] {
    let truth = &watched.truth;
    let passages = Passages::new(timetable, truth);
    let end = truth.visits.iter().map(|v| v.departure).max().unwrap_or(window.to);
    let vehicle_hours = vehicle_hours(&passages, window);
    let mut all = [
        bunching(&passages),
        gaps(&passages, &left_out(timetable, truth), end.max(window.to)),
        missing(timetable, truth, &passages),
        detours(timetable, truth),
    ]
    .into_iter();
    KINDS.map(|(kind, _)| {
        let mut truly = all.next().unwrap_or_default();
        excuse_holes(&mut truly, truth);
        let alarms: Vec<&Incident> = watched.effects.iter().filter_map(raised).collect();
        let alarms: Vec<&Incident> = alarms.into_iter().filter(|i| i.kind == kind).collect();
        let closed = watched.effects.iter().filter_map(|e| match e {
            Effect::IncidentClosed(i) => Some((i.number, i.closed_at.unwrap_or(i.opened_at))),
            _ => None,
        });
        let pairing = Pairing { timetable, watched, named, closed: closed.collect() };
        IncidentScore { vehicle_hours, ..pairing.score(&truly, &alarms, window) }
    })
}

fn raised(effect: &Effect) -> Option<&Incident> {
    if let Effect::IncidentOpened(incident) = effect { Some(incident) } else { None }
}

fn vehicle_hours(passages: &Passages, window: Window) -> f64 {
    let spans = passages.by_run.values().map(|stops| {
        let (from, to) = (stops[0].1.at, stops[stops.len() - 1].1.at);
        (to.min(window.to) - from.max(window.from)).max(0)
    });
    spans.sum::<EpochS>() as f64 / 3_600.0
}

/// Nothing is due that the feed did not let anybody see.
fn excuse_holes(truly: &mut [TrueIncident], truth: &Truth) {
    let holes = truth.happenings.iter().filter(|h| h.kind == HappeningKind::FeedHole);
    let holes: Vec<(EpochS, EpochS)> = holes.map(|h| (h.from, h.to)).collect();
    for incident in truly {
        let Some(due) = incident.due else { continue };
        let blind = |hole: &(EpochS, EpochS)| {
            let shadow_s = if hole.1 - hole.0 >= SHADOW_HOLE_S { SHADOW_S } else { 0 };
            hole.0 < due + BEFORE_HOLE_S && due < hole.1 + shadow_s
        };
        if holes.iter().any(blind) {
            incident.due = None;
        }
    }
}

/// Finds what an alarm is of.
struct Pairing<'a> {
    timetable: &'a Timetable,
    watched: &'a Watched,
    named: bool,
    /// When incidents closed, by number.
    closed: BTreeMap<u64, EpochS>,
}

impl Pairing<'_> {
    fn score(&self, truly: &[TrueIncident], alarms: &[&Incident], window: Window) -> IncidentScore {
        let mut score = IncidentScore::default();
        let mut taken: BTreeSet<usize> = BTreeSet::new();
        // Of each true incident: when an alarm that fits it was first raised. One alarm may stand for several.
        let mut first: BTreeMap<usize, EpochS> = BTreeMap::new();
        for alarm in alarms {
            let of = self.cause(truly, alarm, &taken);
            let counts = window.holds(alarm.opened_at);
            score.raised += usize::from(counts);
            if let Some(of) = of {
                score.right += usize::from(counts);
                score.again += usize::from(counts && !taken.insert(of));
                first.entry(of).or_insert(alarm.opened_at);
            } else if counts {
                score.faults.push(format!("false {}", self.words(alarm)));
            }
            let stands = truly.iter().enumerate().filter(|(_, t)| self.fits(t, alarm));
            for (i, _) in stands {
                first.entry(i).or_insert(alarm.opened_at);
            }
        }
        for (i, incident) in truly.iter().enumerate() {
            let Some(due) = incident.due.filter(|due| window.holds(*due)) else { continue };
            score.due += 1;
            if let Some(at) = first.get(&i) {
                score.found += 1;
                score.delay_s.push((at - due).max(0) as f64);
            } else {
                let (way, run) = (incident.way, incident.run.map(|r| r.trip));
                score.faults.push(format!(
                    "missed {way:?} {run:?} due {due} until {} of {:?}",
                    incident.until, incident.vehicles
                ));
            }
        }
        score.delay_s.sort_by(f64::total_cmp);
        score
    }

    fn words(&self, alarm: &Incident) -> String {
        let vehicle = alarm.vehicle.and_then(|v| self.watched.vehicle(v));
        let run = alarm.instance.map(|r| r.trip);
        format!(
            "{} {:?} {:?} {run:?} at {} of {vehicle:?} value {:.0}",
            alarm.kind.name(),
            alarm.route,
            alarm.direction,
            alarm.opened_at,
            alarm.value
        )
    }

    /// Whether the alarm is of this, and stood while it stood.
    fn fits(&self, t: &TrueIncident, alarm: &Incident) -> bool {
        let closed = self.closed.get(&alarm.number).copied().unwrap_or(EpochS::MAX);
        let vehicle = alarm.vehicle.and_then(|v| self.watched.vehicle(v));
        let takes_part = vehicle.is_some_and(|v| t.vehicles.contains(&v));
        let same = match alarm.kind {
            IncidentKind::Ghost => t.run == alarm.instance,
            IncidentKind::Gap => takes_part || alarm.stop.is_some_and(|s| t.stops.contains(&s)),
            _ => takes_part,
        };
        let together = alarm.opened_at <= t.until + BEHIND_S && closed >= t.from;
        (alarm.route, alarm.direction) == (Some(t.way.0), t.way.1) && together && same
    }

    fn cause(
        &self,
        truly: &[TrueIncident],
        alarm: &Incident,
        taken: &BTreeSet<usize>,
    ) -> Option<usize> {
        // Of several the one that was due last before the alarm: what a dispatcher takes it for.
        let best = truly.iter().enumerate().filter(|(_, t)| self.fits(t, alarm));
        let exact = best.max_by_key(|(_, t)| (t.due.is_some(), t.from.min(alarm.opened_at)));
        let unnamed = alarm.kind == IncidentKind::Ghost && !self.named;
        exact.map(|(i, _)| i).or_else(|| unnamed.then(|| self.alike(truly, alarm, taken)).flatten())
    }

    /// Where trips are not named: a missing run of the direction that started about then.
    fn alike(
        &self,
        truly: &[TrueIncident],
        alarm: &Incident,
        taken: &BTreeSet<usize>,
    ) -> Option<usize> {
        let start = self.timetable.span(alarm.instance?).0;
        let near = truly.iter().enumerate().filter(|(i, t)| {
            let way = (alarm.route, alarm.direction) == (Some(t.way.0), t.way.1);
            way && !taken.contains(i) && (t.from - start).abs() <= UNNAMED_S
        });
        near.min_by_key(|(_, t)| (t.from - start).abs()).map(|(i, _)| i)
    }
}
