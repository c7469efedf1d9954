//! Kinds that need doors. Where they are not told, what is missing is said.

use super::suspects::around;
use super::{Judged, View};
use crate::evidence::Passage;
use crate::kind::Params;
use crate::record::Ping;
use crate::verdict::{Finding, Reason};

/// The likeliest vehicle's passage.
fn meant<'v>(view: &'v View<'_>) -> Option<&'v Passage> {
    view.candidates.first().and_then(|c| view.passage_of(c))
}

fn with_candidate(mut judged: Judged, view: &View<'_>) -> Judged {
    judged.candidate = view.likeliest();
    judged.when(view.is_several(), Reason::SeveralCandidates)
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
