//! Kinds that need more than visits: positions and doors. Where there are none, what is missing is said.

use super::{Judged, View};
use crate::evidence::Passage;
use crate::kind::Params;
use crate::record::Ping;
use crate::verdict::{Finding, Reason};
use transit::EpochS;

/// The stop's zone: metres along the line before and behind it (35 m beside it, plus the error of a fix).
const ZONE_M: f64 = 60.0;

/// A vehicle's positions belong to its passage within this, seconds.
const NEAR_S: EpochS = 300;

const KMH: f64 = 3.6;

/// The likeliest vehicle's passage.
fn meant<'v>(view: &'v View<'_>) -> Option<&'v Passage> {
    view.candidates.first().and_then(|c| view.passage_of(c))
}

/// Positions of a vehicle around a passage, by time.
fn around<'v>(view: &'v View<'_>, passage: &Passage) -> Vec<&'v Ping> {
    let mut pings: Vec<&Ping> = view
        .record
        .pings
        .iter()
        .filter(|p| Some(&p.vehicle) == passage.vehicle.as_ref())
        .filter(|p| (p.at - passage.at).abs() <= NEAR_S)
        .collect();
    pings.sort_by_key(|p| p.at);
    pings
}

/// Middle of the times between reports, seconds.
fn interval_s(pings: &[&Ping]) -> Option<f64> {
    let mut steps: Vec<i64> = pings.windows(2).map(|w| w[1].at - w[0].at).collect();
    steps.sort_unstable();
    steps.get(steps.len() / 2).map(|s| *s as f64)
}

/// Speeds between a vehicle's positions, km/h, by place where it is known, else as reported.
fn speeds_kmh(pings: &[&Ping]) -> Vec<f64> {
    let step = |w: &[&Ping]| {
        let (a, b) = (w[0].from_stop_m?, w[1].from_stop_m?);
        let seconds = (w[1].at - w[0].at) as f64;
        (seconds > 0.0).then(|| (b - a) / seconds * KMH)
    };
    let reported = pings.iter().filter_map(|p| p.speed_mps).map(|s| s * KMH);
    pings.windows(2).filter_map(step).chain(reported).collect()
}

fn with_candidate(mut judged: Judged, view: &View<'_>) -> Judged {
    judged.candidate = view.likeliest();
    judged.when(view.is_several(), Reason::SeveralCandidates)
}

pub(super) fn passed_stop(params: &Params, view: &View<'_>) -> Judged {
    let Some(passage) = meant(view) else {
        // Between two stops that were served, with this one left out.
        let (from, to) = view.window;
        let left_out = view.passages.unsure().any(|p| p.at >= from && p.at <= to);
        let reason = if left_out { Reason::GapInGps } else { view.missing() };
        return Judged::no_data(reason);
    };
    let dwell_s = passage.arrival.zip(passage.departure).map(|(a, d)| d - a);
    let error_s = passage.latest - passage.at;
    let pings = around(view, passage);
    let zone: Vec<&Ping> = pings
        .iter()
        .filter(|p| p.from_stop_m.is_some_and(|m| m.abs() <= ZONE_M))
        .copied()
        .collect();
    let interval = interval_s(&pings);
    let doors = zone.iter().any(|p| p.doors_open == Some(true));
    let slowest = speeds_kmh(&zone).into_iter().fold(f64::NAN, f64::min);
    let enough = zone.len() as f64 >= params.get("pings_least");
    let coarse = interval.is_none_or(|i| i > params.get("interval_most_s"));
    let stood = dwell_s.is_some_and(|d| d - error_s >= params.seconds("dwell_s"));
    let mut judged = if doors || slowest < params.get("slow_kmh") || stood {
        Judged::new(Finding::NotConfirmed)
    } else if enough && slowest > params.get("speed_kmh") {
        Judged::new(Finding::Confirmed)
    } else if pings.is_empty() {
        Judged::no_data(Reason::NoPositions)
    } else {
        Judged::no_data(Reason::ReportsTooRare)
    };
    if coarse {
        judged.sensor = params.get("coarse_confidence");
    }
    let judged = judged
        .figure("dwell_s", dwell_s.map_or(f64::NAN, |d| d as f64))
        .figure("slowest_kmh", slowest)
        .figure("pings_in_zone", zone.len() as f64)
        .figure("report_interval_s", interval.unwrap_or(f64::NAN));
    with_candidate(judged, view)
}

pub(super) fn left_without_waiting(params: &Params, view: &View<'_>) -> Judged {
    let Some(passage) = meant(view) else { return Judged::no_data(view.missing()) };
    let pings = around(view, passage);
    let dwell_s = passage.arrival.zip(passage.departure).map(|(a, d)| d - a);
    let told = pings.iter().any(|p| p.doors_open.is_some());
    let opened = pings.iter().any(|p| p.doors_open == Some(true));
    let judged = match dwell_s {
        Some(dwell) if told && opened && dwell < params.seconds("short_s") => {
            Judged::new(Finding::Confirmed)
        }
        Some(dwell) if told && dwell >= params.seconds("long_s") => {
            Judged::new(Finding::NotConfirmed)
        }
        Some(_) if told => Judged::no_data(Reason::WithinError),
        _ => Judged::not_measurable(Reason::NoDoorSignal),
    };
    with_candidate(judged.figure("dwell_s", dwell_s.map_or(f64::NAN, |d| d as f64)), view)
}

pub(super) fn moved_while_boarding(params: &Params, view: &View<'_>) -> Judged {
    let Some(passage) = meant(view) else { return Judged::no_data(view.missing()) };
    let pings = around(view, passage);
    if !pings.iter().any(|p| p.doors_open.is_some()) {
        return with_candidate(Judged::not_measurable(Reason::NoDoorSignal), view);
    }
    let moving = |p: &Ping| p.speed_mps.is_some_and(|s| s > MOVING_MPS);
    let open_and_moving = |p: &Ping| p.doors_open == Some(true) && moving(p);
    let overlap_s: i64 = pings
        .windows(2)
        .filter(|w| open_and_moving(w[0]) && open_and_moving(w[1]))
        .map(|w| w[1].at - w[0].at)
        .sum();
    let yes = overlap_s as f64 >= params.get("overlap_s");
    let finding = if yes { Finding::Confirmed } else { Finding::NotConfirmed };
    with_candidate(Judged::new(finding).figure("overlap_s", overlap_s as f64), view)
}

/// Faster than this it moves, metres a second: a fix at rest wanders.
const MOVING_MPS: f64 = 0.8;

pub(super) fn speeding(params: &Params, view: &View<'_>) -> Judged {
    let (from, to) = view.window;
    let vehicle = view.candidates.first().map(|c| &c.vehicle);
    let mut pings: Vec<&Ping> = view
        .record
        .pings
        .iter()
        .filter(|p| p.at >= from && p.at <= to && vehicle.is_none_or(|v| p.vehicle == *v))
        .collect();
    pings.sort_by_key(|p| p.at);
    let Some(interval) = interval_s(&pings) else {
        return Judged::no_data(Reason::NoPositions);
    };
    if interval > params.get("interval_most_s") {
        return with_candidate(Judged::no_data(Reason::ReportsTooRare), view);
    }
    let limit = params.get("limit_kmh");
    let speeds: Vec<f64> = pings.iter().filter_map(|p| p.speed_mps).map(|s| s * KMH).collect();
    let over = speeds.iter().filter(|s| **s > limit + params.get("over_kmh")).count();
    let fastest = speeds.iter().copied().fold(f64::NAN, f64::max);
    let judged = if over as f64 >= params.get("pings_least") {
        Judged::new(Finding::Confirmed)
    } else if fastest <= limit + params.get("slack_kmh") {
        Judged::new(Finding::NotConfirmed)
    } else if speeds.is_empty() {
        Judged::no_data(Reason::NoPositions)
    } else {
        Judged::no_data(Reason::WithinError)
    };
    let judged = judged.figure("fastest_kmh", fastest).figure("pings_over", over as f64);
    with_candidate(judged, view)
}
