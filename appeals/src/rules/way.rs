//! "It drove another way", "it did not reach the terminus": where runs went.

use super::{Judged, View};
use crate::evidence::{Certainty, GONE_S, RunFate, outside_holes};
use crate::kind::Params;
use crate::record::{Ping, PlannedRun, RunKey, Visit};
use crate::verdict::{Finding, Reason};
use std::collections::BTreeMap;
use transit::EpochS;

/// Incidents of the route within the window say that a vehicle left its line; positions show it too.
pub(super) fn off_route(params: &Params, view: &View<'_>) -> Judged {
    let (from, to) = view.window;
    let incidents: Vec<_> = view
        .record
        .incidents
        .iter()
        .filter(|i| i.kind == "off_route")
        .filter(|i| i.opened_at <= to && i.closed_at.is_none_or(|closed| closed >= from))
        .collect();
    let aside_m = incidents.iter().map(|i| i.value).fold(f64::NAN, f64::max);
    let by_pings = longest_aside_m(&view.record.pings, params.get("aside_m"), view.window);
    let vehicles: std::collections::BTreeSet<_> =
        incidents.iter().filter_map(|i| i.vehicle.clone()).collect();
    let led = vehicles.len() >= LED_VEHICLES
        || view.passages.list.iter().filter(|p| p.certainty == Certainty::Between).count()
            >= LED_VEHICLES;
    let judged = if !incidents.is_empty() || by_pings.is_some_and(|m| m > params.get("length_m")) {
        Judged::new(Finding::Confirmed).when(led, Reason::Detour)
    } else if view.record.visits.is_empty() || view.covered.observed < 1.0 {
        Judged::no_data(view.missing())
    } else if view.passages.unsure().any(|p| p.at >= from && p.at <= to) {
        Judged::no_data(Reason::GapInGps)
    } else if view.passages.seen().any(|p| !p.named) {
        // Whose run is inferred from its place is not known to have left its line.
        Judged::no_data(Reason::RunNotNamed)
    } else {
        Judged::new(Finding::NotConfirmed)
    };
    judged
        .figure("aside_m", aside_m)
        .figure("off_route_incidents", incidents.len() as f64)
        .figure("length_aside_m", by_pings.unwrap_or(f64::NAN))
}

/// Positions away from the line that tell of a way.
const ASIDE_PINGS: usize = 3;

/// So many vehicles off the same way are led there.
const LED_VEHICLES: usize = 3;

/// The longest way that a vehicle drove farther than `limit_m` from the line, metres; three positions there are the
/// fewest that tell, since one may be wrong.
fn longest_aside_m(pings: &[Ping], limit_m: f64, (from, to): (EpochS, EpochS)) -> Option<f64> {
    let mut by_vehicle: BTreeMap<&str, Vec<&Ping>> = BTreeMap::new();
    for ping in pings.iter().filter(|p| p.at >= from && p.at <= to && p.aside_m.is_some()) {
        by_vehicle.entry(ping.vehicle.as_str()).or_default().push(ping);
    }
    let mut longest: Option<f64> = None;
    for list in by_vehicle.values_mut() {
        list.sort_by_key(|p| p.at);
        let aside = |p: &&Ping| p.aside_m.is_some_and(|m| m > limit_m);
        let place = |p: &Ping| transit::LatLon::new(p.lat, p.lon);
        for away in list.chunk_by(|a, b| aside(a) == aside(b)) {
            let told = away.len() >= ASIDE_PINGS && away.iter().all(aside);
            let steps = away.windows(2).map(|w| place(w[0]).distance_m(place(w[1])));
            let length = if told { steps.sum() } else { 0.0 };
            longest = Some(longest.unwrap_or(0.0_f64).max(length));
        }
    }
    longest
}

/// The last stops of the runs that passed within the window.
pub(super) fn short_turn(params: &Params, view: &View<'_>) -> Judged {
    let mut by_run: BTreeMap<&RunKey, Vec<&Visit>> = BTreeMap::new();
    for visit in &view.record.visits {
        by_run.entry(&visit.run).or_default().push(visit);
    }
    let (from, to) = view.window;
    let meant = |run: &&PlannedRun| {
        let named = view.candidates.first().filter(|c| c.probability >= crate::evidence::CERTAIN);
        match named {
            Some(candidate) => candidate.run == run.run,
            None => {
                run.stops.first().is_some_and(|s| s.departure <= to)
                    && run.stops.last().is_some_and(|s| s.arrival >= from)
            }
        }
    };
    let (mut reached, mut short, mut unknown, mut left_out) = (0usize, 0usize, 0usize, 0usize);
    for run in view.record.runs.iter().filter(meant) {
        let Some(visits) = by_run.get(&run.run) else {
            // Nothing is known of its end; a run that was not driven has none.
            unknown += usize::from(view.fate(run) == RunFate::Unknown);
            continue;
        };
        match ending(params, view, run, visits) {
            Some(0) => reached += 1,
            Some(stops) => {
                short += 1;
                left_out = left_out.max(stops);
            }
            None => unknown += 1,
        }
    }
    let total = reached + short + unknown;
    let mut judged = if short > 0 {
        Judged::new(Finding::Confirmed)
            .because(Reason::RunEndedEarly)
            .when(total > 1, Reason::SeveralCandidates)
    } else if unknown > 0 || reached == 0 {
        Judged::no_data(view.missing())
    } else {
        Judged::new(Finding::NotConfirmed)
    };
    if short > 0 {
        judged.candidate = short as f64 / total as f64;
    }
    judged
        .figure("runs_reached", reached as f64)
        .figure("runs_short", short as f64)
        .figure("stops_left_out", left_out as f64)
}

/// How many stops a run left out at its end: 0 when it reached it; `None` when it may have gone on unseen.
fn ending(params: &Params, view: &View<'_>, run: &PlannedRun, visits: &[&Visit]) -> Option<usize> {
    let last = visits.iter().max_by_key(|v| v.sequence)?;
    let left = run.stops.iter().filter(|s| s.sequence > last.sequence).count();
    if left == 0 {
        return Some(0);
    }
    let end = run.stops.last()?;
    let gone = last.gone_at()?;
    let due = gone + (end.arrival - last.scheduled_departure).max(0);
    let known = view.record.known_until.min(view.record.to);
    let unseen_s = params.seconds("unseen_s");
    // Seen on another run before it can have come to the end, or out of sight for as long as no silence lasts.
    let elsewhere = view.record.visits.iter().any(|v| {
        v.vehicle == last.vehicle
            && v.run != run.run
            && v.there_at().is_some_and(|at| at > gone && at < due)
    });
    // The same vehicle farther along, under another run: the run went on under another name.
    let renamed = view.record.visits.iter().any(|v| {
        v.vehicle == last.vehicle
            && v.run != run.run
            && v.sequence > last.sequence
            && v.there_at().is_some_and(|at| at > gone && at < due + GONE_S)
    });
    if renamed || !last.trip_named {
        return None;
    }
    let until = due.min(known);
    let out_of_sight = outside_holes(view.record, gone, until) >= unseen_s + SILENCE_S;
    let enough = left as f64 >= params.get("stops_least");
    (enough && (elsewhere || out_of_sight)).then_some(left)
}

/// Vehicles fall silent for as long as this, seconds.
const SILENCE_S: EpochS = 300;
