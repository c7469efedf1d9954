//! Passages of the stop in question: such as the record shows, and such as may have happened unseen. All that
//! is said of absence rests on the second: no data is not no bus.

use crate::ids::VehicleId;
use crate::record::{PlannedRun, Record, RunKey, Visit};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use transit::EpochS;

/// How a passage is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// The record shows it.
    Seen,
    /// The run was seen before and after the stop: it came by, and may have left the stop out.
    Between,
    /// The run may have come by unseen.
    Possible,
}

/// A passage of the stop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Passage {
    /// How it is known.
    pub certainty: Certainty,
    /// Which run.
    pub run: RunKey,
    /// By which vehicle.
    pub vehicle: Option<VehicleId>,
    /// When, at best knowledge: departure, at a last stop arrival.
    pub at: EpochS,
    /// Not before …
    pub earliest: EpochS,
    /// … and not after.
    pub latest: EpochS,
    /// Arrival, where seen.
    pub arrival: Option<EpochS>,
    /// Departure, where seen.
    pub departure: Option<EpochS>,
    /// Planned departure, at a last stop arrival.
    pub scheduled: EpochS,
    /// The feed named the run; else it was inferred, and may be the one before or after.
    pub named: bool,
}

/// What became of a planned run at the stop in question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunFate {
    /// It was seen there.
    Passed,
    /// It may have passed unseen.
    Unknown,
    /// It was on its way, and did not come as far, or began behind the stop.
    NotReached,
    /// Nothing was seen of it at all, though it should have been.
    NotDriven,
    /// The feed cancelled it, and nothing was seen of it.
    Canceled,
}

/// The passages of one stop within a slice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Passages {
    /// By time.
    pub list: Vec<Passage>,
    /// By run.
    pub fates: BTreeMap<RunKey, RunFate>,
}

/// A vehicle that was not seen for this long, though its run went on, was not there, seconds.
pub const GONE_S: EpochS = 20 * 60;

/// Of a run nothing of which was seen, this many planned stops must lie where the feed was up; else it may
/// have been driven unseen.
const STOPS_OBSERVED_LEAST: usize = 3;

/// A claimed 90 % error is widened by this: what is called certain must be.
const ERROR_FACTOR: f64 = 1.5;

/// It takes so long until a vehicle is known to have left its line, or to be back, seconds.
const ASIDE_S: EpochS = 180;

/// A vehicle does not pass the same stop twice within this, seconds: two runs under one vehicle are one.
const SAME_PASSAGE_S: EpochS = 20 * 60;

impl Passages {
    /// The passages of the stop in question.
    pub fn new(record: &Record) -> Self {
        let mut by_run: BTreeMap<&RunKey, Vec<&Visit>> = BTreeMap::new();
        for visit in &record.visits {
            by_run.entry(&visit.run).or_default().push(visit);
        }
        for visits in by_run.values_mut() {
            visits.sort_by_key(|v| (v.sequence, v.there_at()));
        }
        let mut passages = Self::default();
        let Some(stop) = &record.stop else { return passages };
        for (run, visits) in &by_run {
            // A loop comes by twice.
            for passage in visits.iter().filter(|v| v.stop == *stop).filter_map(|v| seen(v)) {
                passages.list.push(passage);
                passages.fates.insert((*run).clone(), RunFate::Passed);
            }
        }
        passages.lead_aside(record);
        let sure = passages.list.clone();
        for planned in record.runs.iter().filter(|r| r.at_stop.is_some()) {
            if passages.fates.contains_key(&planned.run) {
                continue;
            }
            let visits = by_run.get(&planned.run).map_or(&[][..], Vec::as_slice);
            let (fate, passage) = unseen(record, planned, visits, &sure);
            passages.fates.insert(planned.run.clone(), fate);
            passages.list.extend(passage);
        }
        passages.list.sort_by(|a, b| (a.at, &a.run).cmp(&(b.at, &b.run)));
        passages
    }

    /// A vehicle that was off its line around the stop came by, and may have left the stop out.
    fn lead_aside(&mut self, record: &Record) {
        let aside = |p: &Passage| {
            record.incidents.iter().any(|i| {
                i.kind == "off_route"
                    && i.vehicle.is_some()
                    && i.vehicle == p.vehicle
                    && i.opened_at - ASIDE_S <= p.at
                    && i.closed_at.is_none_or(|closed| p.at <= closed + ASIDE_S)
            })
        };
        for passage in self.list.iter_mut().filter(|p| aside(p)) {
            passage.certainty = Certainty::Between;
            passage.earliest -= ASIDE_S;
            passage.latest += ASIDE_S;
            self.fates.insert(passage.run.clone(), RunFate::Unknown);
        }
    }

    /// Those that the record shows.
    pub fn seen(&self) -> impl Iterator<Item = &Passage> {
        self.list.iter().filter(|p| p.certainty == Certainty::Seen)
    }

    /// Those that may have happened.
    pub fn unsure(&self) -> impl Iterator<Item = &Passage> {
        self.list.iter().filter(|p| p.certainty != Certainty::Seen)
    }
}

fn seen(visit: &Visit) -> Option<Passage> {
    let at = visit.gone_at()?;
    let error = (visit.uncertainty_s * ERROR_FACTOR).ceil() as EpochS;
    Some(Passage {
        certainty: Certainty::Seen,
        run: visit.run.clone(),
        vehicle: Some(visit.vehicle.clone()),
        at,
        earliest: at - error,
        latest: at + error,
        arrival: visit.arrival,
        departure: visit.departure,
        scheduled: visit.scheduled_departure,
        named: visit.trip_named,
    })
}

/// What may have become of a run that was not seen at the stop.
fn unseen(
    record: &Record,
    planned: &PlannedRun,
    visits: &[&Visit],
    sure: &[Passage],
) -> (RunFate, Option<Passage>) {
    let Some(here) = planned.at_stop.and_then(|i| planned.stops.get(i)) else {
        return (RunFate::NotReached, None);
    };
    if visits.is_empty() {
        return never_seen(record, planned);
    }
    let before = visits.iter().rev().find(|v| v.sequence < here.sequence);
    let after = visits.iter().find(|v| v.sequence > here.sequence);
    let vehicle = before.or(after).map(|v| v.vehicle.clone());
    let of = |certainty, at: EpochS, earliest: EpochS, latest: EpochS| Passage {
        certainty,
        run: planned.run.clone(),
        vehicle: vehicle.clone(),
        at: at.clamp(earliest.min(latest), latest.max(earliest)),
        earliest: earliest.min(latest),
        latest: latest.max(earliest),
        arrival: None,
        departure: None,
        scheduled: here.departure,
        named: false,
    };
    let left = before.and_then(|v| Some((v.gone_at()?, here.departure - v.scheduled_departure)));
    let came = after.and_then(|v| Some((v.there_at()?, v.scheduled_arrival - here.departure)));
    let passage = match (left, came) {
        (Some((left, ahead)), Some((came, behind))) => {
            let whole = (ahead + behind).max(1);
            let at = left + (came - left).max(0) * ahead.max(0) / whole;
            of(Certainty::Between, at, left, came)
        }
        (Some((left, ahead)), None) => {
            let at = left + ahead.max(0);
            if was_gone(record, planned, at, here.departure) {
                return (RunFate::NotReached, None);
            }
            of(Certainty::Possible, at, left, at + GONE_S)
        }
        (None, Some((came, behind))) => {
            let at = came - behind.max(0);
            let in_sight = outside_holes(record, at, came) >= GONE_S && at - record.from >= GONE_S;
            if in_sight {
                return (RunFate::NotReached, None);
            }
            of(Certainty::Possible, at, at - GONE_S, came)
        }
        (None, None) => return never_seen(record, planned),
    };
    let twice = sure
        .iter()
        .any(|p| p.vehicle == passage.vehicle && (p.at - passage.at).abs() <= SAME_PASSAGE_S);
    if twice { (RunFate::Unknown, None) } else { (RunFate::Unknown, Some(passage)) }
}

/// A run that was last seen before the stop, and would have been expected there at `at`: it went on for long
/// enough after it, in the sight of the feed, to be seen again, and was not.
fn was_gone(record: &Record, planned: &PlannedRun, at: EpochS, planned_here: EpochS) -> bool {
    let Some(last) = planned.stops.last() else { return false };
    let end = at + (last.arrival - planned_here).max(0);
    let known = record.known_until.min(record.to);
    end.min(known) - at >= GONE_S && outside_holes(record, at, end.min(known)) >= GONE_S
}

fn never_seen(record: &Record, planned: &PlannedRun) -> (RunFate, Option<Passage>) {
    let Some(here) = planned.at_stop.and_then(|i| planned.stops.get(i)) else {
        return (RunFate::NotReached, None);
    };
    let known = record.known_until.min(record.to);
    let in_sight = planned
        .stops
        .iter()
        .filter(|s| s.departure >= record.from && s.departure + GONE_S <= known)
        .filter(|s| {
            !record.coverage.holes.iter().any(|(a, b)| s.departure >= *a && s.departure < *b)
        })
        .count();
    if in_sight >= STOPS_OBSERVED_LEAST.min(planned.stops.len()) {
        return (if planned.canceled { RunFate::Canceled } else { RunFate::NotDriven }, None);
    }
    let passage = Passage {
        certainty: Certainty::Possible,
        run: planned.run.clone(),
        vehicle: None,
        at: here.departure,
        earliest: here.departure - GONE_S,
        latest: here.departure + GONE_S,
        arrival: None,
        departure: None,
        scheduled: here.departure,
        named: false,
    };
    (RunFate::Unknown, Some(passage))
}

/// Seconds of a span in which the feed was up.
pub(crate) fn outside_holes(record: &Record, from: EpochS, to: EpochS) -> EpochS {
    let away: EpochS =
        record.coverage.holes.iter().map(|(a, b)| (to.min(*b) - from.max(*a)).max(0)).sum();
    (to - from).max(0) - away
}

/// Of the planned visits of the slice that could be on the record, this share is, 0..1; 0 when none could.
pub(crate) fn route_share(record: &Record) -> f64 {
    let known = record.known_until.min(record.to);
    let mut expected = BTreeSet::new();
    for run in &record.runs {
        for stop in &run.stops {
            if stop.departure >= record.from && stop.departure < known {
                expected.insert((&run.run, stop.sequence));
            }
        }
    }
    let on_record = record
        .visits
        .iter()
        .map(|v| (&v.run, v.sequence))
        .filter(|key| expected.contains(key))
        .collect::<BTreeSet<_>>();
    if expected.is_empty() { 0.0 } else { on_record.len() as f64 / expected.len() as f64 }
}
