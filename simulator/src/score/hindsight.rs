//! What a dispatcher should have been told, found with hindsight from the true passages alone.
//!
//! By the definitions of the reference (`operations.md` §2), not by the detectors: an alarm is *due* when a
//! thing stands at two stops in a row (the hysteresis of §2.5), away from the ends of the line; it is *right*
//! already where the thing stands at one stop by the thresholds at which an open alarm closes (0.6 and 1.4).

use super::passages::{Passage, Passages, Place, Way};
use crate::truth::{HappeningKind, Truth, VehicleNo};
use std::collections::BTreeMap;
use transit::ids::StopIdx;
use transit::{EpochS, Timetable, TripInstance};

/// Bunched: due at or below, right below, shares of the plan.
const BUNCHED: (f64, f64) = (0.5, 0.6);
/// Gapped: due at or above, right above, shares of the plan.
const GAPPED: (f64, f64) = (1.5, 1.4);
/// A gap is at least so much beyond the plan to be due, and to be right, seconds.
const GAP_EXCESS_S: (i64, i64) = (300, 240);
/// Nothing is bunched where less is planned, seconds.
const BUNCHED_PLAN_MIN_S: i64 = 240;
/// Where the timetable is judged, a gap is so many planned passages in a row that nobody made …
const MISSED_MIN: usize = 2;
/// … each so late, seconds.
const MISSED_LATE_S: EpochS = 300;
/// Vehicles that run together, part, and meet again within so long are one bunch, seconds.
const AGAIN_S: EpochS = 300;
/// A run that starts so late was nobody's until then, seconds.
const LATE_START_S: EpochS = 600;
/// A run that nobody drove may be told until so long after its end, seconds.
const AFTER_END_S: EpochS = 900;

/// Something that truly was.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TrueIncident {
    pub(super) way: Way,
    /// Who takes part.
    pub(super) vehicles: Vec<VehicleNo>,
    /// Where it was.
    pub(super) stops: Vec<StopIdx>,
    /// The run that is missing.
    pub(super) run: Option<TripInstance>,
    /// Since when an alarm was due; `None`: one is right, none is due.
    pub(super) due: Option<EpochS>,
    /// An alarm is right from then …
    pub(super) from: EpochS,
    /// … until then.
    pub(super) until: EpochS,
}

/// What stood at one stop of a run.
#[derive(Clone, Copy, Debug)]
struct Sight {
    stop: StopIdx,
    other: VehicleNo,
    /// By the thresholds of an alarm, and away from the ends of the line.
    strict: bool,
    /// Since then.
    since: EpochS,
    /// Until then.
    until: EpochS,
}

/// Joins sights of one run at stops in a row to incidents.
fn joined(way: Way, me: VehicleNo, sights: &[Option<Sight>]) -> Vec<TrueIncident> {
    let mut all: Vec<TrueIncident> = Vec::new();
    for stretch in sights.split(Option::is_none).filter(|s| !s.is_empty()) {
        let stretch: Vec<Sight> = stretch.iter().copied().flatten().collect();
        let pairs = stretch.windows(2).filter(|w| w[0].strict && w[1].strict);
        let due = pairs.flat_map(|w| [w[0].since, w[1].since]).min();
        let mut vehicles: Vec<VehicleNo> = stretch.iter().map(|s| s.other).collect();
        vehicles.push(me);
        vehicles.sort_unstable();
        vehicles.dedup();
        all.push(TrueIncident {
            way,
            vehicles,
            stops: stretch.iter().map(|s| s.stop).collect(),
            run: None,
            due,
            from: stretch.iter().map(|s| s.since).min().unwrap_or(EpochS::MAX),
            until: stretch.iter().map(|s| s.until).max().unwrap_or(EpochS::MIN),
        });
    }
    all
}

fn way_of(place: Place) -> Way {
    (place.0, place.1)
}

/// Vehicles that ran together. Those that share a vehicle at the same time are one.
pub(super) fn bunching(passages: &Passages) -> Vec<TrueIncident> {
    let mut all = Vec::new();
    for stops in passages.by_run.values() {
        let sight = |(place, passage): &(Place, Passage)| {
            let planned_s = passages.planned_s(*place, passage.at)?;
            let leader = passages.leader(*place, passage)?;
            let ratio = (passage.at - leader.at) as f64 / planned_s as f64;
            let judged = planned_s >= BUNCHED_PLAN_MIN_S && !passages.is_sparse(*place, passage.at);
            (judged && ratio < BUNCHED.1).then_some(Sight {
                stop: place.2,
                other: leader.vehicle,
                strict: ratio <= BUNCHED.0 && !passage.terminal,
                since: passage.at,
                until: passage.at,
            })
        };
        let sights: Vec<Option<Sight>> = stops.iter().map(sight).collect();
        let (place, passage) = stops[0];
        all.extend(joined(way_of(place), passage.vehicle, &sights));
    }
    clustered(all)
}

/// Joins incidents of a direction that overlap in time and share a vehicle.
fn clustered(mut all: Vec<TrueIncident>) -> Vec<TrueIncident> {
    all.sort_by_key(|i| (i.way, i.from));
    let mut clusters: Vec<TrueIncident> = Vec::new();
    for next in all {
        let same = |c: &TrueIncident| {
            c.way == next.way
                && c.until + AGAIN_S >= next.from
                && c.vehicles.iter().any(|v| next.vehicles.contains(v))
        };
        let Some(at) = clusters.iter().rposition(same) else {
            clusters.push(next);
            continue;
        };
        let cluster = &mut clusters[at];
        cluster.due = match (cluster.due, next.due) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        cluster.until = cluster.until.max(next.until);
        cluster.vehicles.extend(next.vehicles);
        cluster.stops.extend(next.stops);
    }
    clusters
}

/// Stretches behind a run in which nobody came. The truth is known until `end`.
/// At stops that a detour leaves out none is due: that the buses do not come there is told with the detour.
pub(super) fn gaps(passages: &Passages, left_out: &LeftOut, end: EpochS) -> Vec<TrueIncident> {
    let mut all = Vec::new();
    for stops in passages.by_run.values() {
        let sight = |(place, passage): &(Place, Passage)| {
            let mut sight = gap_behind(passages, *place, passage, end)?;
            let aside = |at: &EpochS| passage.at <= *at && *at <= sight.until;
            sight.strict &= !left_out.get(place).is_some_and(|times| times.iter().any(aside));
            Some(sight)
        };
        let sights: Vec<Option<Sight>> = stops.iter().map(sight).collect();
        let (place, passage) = stops[0];
        all.extend(joined(way_of(place), passage.vehicle, &sights));
    }
    all
}

fn gap_behind(passages: &Passages, place: Place, passage: &Passage, end: EpochS) -> Option<Sight> {
    let follower = passages.follower(place, passage);
    let until = follower.map_or(end, |f| f.at);
    // After the last of the day nobody is missed.
    let promised = passages.planned_within(place, passage.at + 60, until) > 0;
    let planned_s = passages.planned_s(place, until).filter(|_| promised)?;
    let (headway_s, plan) = (until - passage.at, planned_s as f64);
    let (strict, loose, since) = if passages.is_sparse(place, until) {
        // Judged by the timetable: two planned passages that nobody made.
        let missed = |late_s| passages.planned_within(place, passage.at + 60, until - late_s);
        let strict = missed(MISSED_LATE_S) >= MISSED_MIN;
        let loose = missed(0) >= MISSED_MIN;
        (strict, loose, passage.at + planned_s * MISSED_MIN as i64 + MISSED_LATE_S)
    } else {
        let wide = |share: f64, excess_s: i64| {
            (plan * share) as i64 + (excess_s - (plan * (share - 1.0)) as i64).max(0)
        };
        let (due_s, right_s) = (wide(GAPPED.0, GAP_EXCESS_S.0), wide(GAPPED.1, GAP_EXCESS_S.1));
        (headway_s >= due_s, headway_s >= right_s, passage.at + due_s)
    };
    loose.then_some(Sight {
        stop: place.2,
        other: follower.map_or(passage.vehicle, |f| f.vehicle),
        strict: strict && !passage.terminal,
        since: since.min(until),
        until,
    })
}

/// Runs that nobody drove, or that nobody drove for long after their start.
pub(super) fn missing(
    timetable: &Timetable,
    truth: &Truth,
    passages: &Passages,
) -> Vec<TrueIncident> {
    let incident = |run: TripInstance, due: Option<EpochS>, until: EpochS| {
        let pattern = timetable.pattern(timetable.trip(run.trip).pattern);
        TrueIncident {
            way: (pattern.route, pattern.direction),
            vehicles: Vec::new(),
            stops: Vec::new(),
            run: Some(run),
            due,
            from: timetable.span(run).0,
            until,
        }
    };
    let mut all: BTreeMap<TripInstance, TrueIncident> = BTreeMap::new();
    for happening in &truth.happenings {
        if let HappeningKind::MissingRun { instance, .. } = happening.kind {
            let (start, end) = timetable.span(instance);
            all.insert(instance, incident(instance, Some(start), end + AFTER_END_S));
        }
    }
    for (run, stops) in &passages.by_run {
        let start = timetable.span(*run).0;
        let left = stops[0].1.at;
        if left - start >= LATE_START_S {
            all.entry(*run).or_insert_with(|| incident(*run, None, left));
        }
    }
    all.into_values().collect()
}

/// Runs that left their line.
pub(super) fn detours(timetable: &Timetable, truth: &Truth) -> Vec<TrueIncident> {
    let returned: BTreeMap<(TripInstance, u16), EpochS> =
        truth.visits.iter().map(|v| ((v.instance, v.stop_position), v.arrival)).collect();
    let of = |happening: &crate::Happening| {
        let HappeningKind::Detour { instance, vehicle, to_position, .. } = happening.kind else {
            return None;
        };
        let pattern = timetable.pattern(timetable.trip(instance.trip).pattern);
        Some(TrueIncident {
            way: (pattern.route, pattern.direction),
            vehicles: vec![vehicle],
            stops: Vec::new(),
            run: None,
            due: Some(happening.from),
            from: happening.from,
            until: *returned.get(&(instance, to_position))?,
        })
    };
    truth.happenings.iter().filter_map(of).collect()
}

/// When runs left out a place on a detour.
pub(super) type LeftOut = BTreeMap<Place, Vec<EpochS>>;

/// The stops that detours left out.
pub(super) fn left_out(timetable: &Timetable, truth: &Truth) -> LeftOut {
    let mut all = LeftOut::new();
    for happening in &truth.happenings {
        let HappeningKind::Detour { instance, from_position, to_position, .. } = happening.kind
        else {
            continue;
        };
        let pattern = timetable.pattern(timetable.trip(instance.trip).pattern);
        for position in from_position + 1..to_position {
            let place = (pattern.route, pattern.direction, pattern.stops[usize::from(position)]);
            all.entry(place).or_default().push(happening.from);
        }
    }
    all
}
