//! Gaps between passages, with what is sure about them.

use super::passages::{Certainty, GONE_S, Passages, outside_holes};
use crate::record::Record;
use serde::{Deserialize, Serialize};
use transit::EpochS;

/// A gap between passages, from both sides: no bus came for at least so long, and for at most so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The longest stretch without any passage, seen or possible, that touches the window, seconds.
    pub at_least_s: i64,
    /// Where that is.
    pub sure: (EpochS, EpochS),
    /// The longest stretch between two seen passages that touches the window, seconds; `None` when one of
    /// them lies outside the slice.
    pub at_most_s: Option<i64>,
    /// Where that is.
    pub seen: (EpochS, EpochS),
}

/// All gaps of a slice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gaps {
    /// Stretches of the service without any passage, seen or possible: from, to.
    free: Vec<(EpochS, EpochS)>,
    /// The same of all that is known, before the service and after it too.
    quiet: Vec<(EpochS, EpochS)>,
    /// Stretches between seen passages: from, to, and whether both ends are passages.
    between: Vec<(EpochS, EpochS, bool)>,
    /// In which a bus can be waited for; `None`: no bus is planned there.
    pub service: Option<(EpochS, EpochS)>,
}

/// Service at the stop has begun, or has ended, where the plan has no passage for so long before, or after,
/// seconds: nobody waits beyond it but for what was planned.
const NO_SERVICE_S: EpochS = 2_400;

/// The part of a slice in which a bus can be waited for.
struct Service {
    /// From the first planned passage, where the plan has none long before it, else from where the slice begins …
    begin: EpochS,
    /// … to the last.
    end: EpochS,
    /// It begins with its first bus: nobody waits before.
    begins_here: bool,
}

/// `None` without any planned passage.
fn service(record: &Record, passages: &Passages) -> Option<Service> {
    let known = record.to.min(record.known_until);
    let planned =
        record.runs.iter().filter_map(|r| Some((r.stops.get(r.at_stop?)?.departure, &r.run)));
    let inside = |(at, _): &(EpochS, _)| *at >= record.from && *at < record.to;
    let first = planned.clone().filter(inside).min()?;
    let last = planned.filter(inside).max()?;
    let begins_here = first.0 - record.from >= NO_SERVICE_S;
    let begin = if begins_here { first.0 } else { record.from };
    let end = if record.to - last.0 >= NO_SERVICE_S {
        // Once the last bus is gone nobody waits; until it came it may be late.
        let gone = passages.seen().filter(|p| p.run == *last.1).map(|p| p.latest).max();
        gone.unwrap_or(last.0 + GONE_S)
    } else {
        record.to
    };
    Some(Service { begin, end: end.min(known), begins_here })
}

/// What lies between `begin` and `end` outside of spans that are sorted.
fn outside(spans: &[(EpochS, EpochS)], begin: EpochS, end: EpochS) -> Vec<(EpochS, EpochS)> {
    let mut clear = Vec::new();
    let mut clear_from = begin;
    for (from, to) in spans.iter().copied().chain([(end, end)]) {
        if from > clear_from {
            clear.push((clear_from, from.min(end)));
        }
        clear_from = clear_from.max(to);
    }
    clear
}

/// A gap touches a window if they share so much, seconds.
const TOUCH_S: EpochS = 60;

impl Gaps {
    /// The gaps of a slice, as the engine of a version sees them.
    pub fn new(record: &Record, passages: &Passages, engine: u32) -> Self {
        // Before version 3 the first bus of a day had nothing to be late against.
        let first_bus = engine >= 3;
        let Some(Service { begin, end, begins_here }) = service(record, passages) else {
            return Self::default();
        };
        // Where a bus may have passed: the error of each seen passage, the span of each possible one, and
        // the holes of the feed.
        let mut blurred: Vec<(EpochS, EpochS)> =
            passages.list.iter().map(|p| (p.earliest, p.latest)).collect();
        blurred.extend(record.coverage.holes.iter().copied());
        blurred.sort_unstable();
        let free = outside(&blurred, begin, end);
        let quiet = if first_bus {
            outside(&blurred, record.from, record.to.min(record.known_until))
        } else {
            free.clone()
        };
        let mut gaps = Self { free, quiet, between: Vec::new(), service: Some((begin, end)) };
        let mut last: Option<EpochS> = None;
        for passage in passages.list.iter().filter(|p| p.certainty == Certainty::Seen) {
            let from = last.unwrap_or(begin);
            let closed = last.is_some() || (first_bus && begins_here);
            gaps.between.push((from, passage.latest, closed));
            last = Some(passage.earliest);
        }
        gaps.between.push((last.unwrap_or(begin), end, false));
        gaps
    }

    /// The longest gap that touches a window.
    pub fn longest(&self, (from, to): (EpochS, EpochS)) -> Option<Gap> {
        let touches = |a: EpochS, b: EpochS| b.min(to) - a.max(from) >= TOUCH_S.min(to - from);
        let sure = self
            .free
            .iter()
            .filter(|(a, b)| touches(*a, *b))
            .max_by_key(|(a, b)| (b - a, -a))
            .copied()
            .unwrap_or((from, from));
        let touching: Vec<_> = self.between.iter().filter(|(a, b, _)| touches(*a, *b)).collect();
        let longest = touching.iter().max_by_key(|(a, b, _)| (b - a, -a))?;
        let closed = touching.iter().all(|(_, _, closed)| *closed);
        Some(Gap {
            at_least_s: sure.1 - sure.0,
            sure,
            at_most_s: closed.then_some(longest.1 - longest.0),
            seen: (longest.0, longest.1),
        })
    }

    /// No passage, seen or possible, lies within a span.
    pub fn is_free(&self, from: EpochS, to: EpochS) -> bool {
        self.quiet.iter().any(|(a, b)| *a <= from && to <= *b)
    }
}

/// Share of a window that lies outside the holes of the feed, 0..1.
pub(crate) fn observed_share(record: &Record, (from, to): (EpochS, EpochS)) -> f64 {
    let end = to.min(record.known_until);
    if to <= from { 0.0 } else { outside_holes(record, from, end) as f64 / (to - from) as f64 }
}
