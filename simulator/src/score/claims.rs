//! Whether the uncertainty that visits claim holds: by where the visit was made, and by how much it claims.
//! A claim that holds in the mean may be too bold at one kind of stop and too shy at another.

use super::{Watched, Window, quantile, share};
use crate::truth::{HappeningKind, TrueVisit, Truth, VehicleNo};
use std::collections::BTreeMap;
use transit::{Effect, EpochS, StopVisit, Timetable};

/// A silence of the feed or of the vehicle at least so long, seconds, …
const SILENCE_MIN_S: EpochS = 60;
/// … at the stop, or so shortly before or after it: the next fix is late, seconds.
const SILENCE_NEAR_S: EpochS = 30;
/// Upper ends of the classes of claims, seconds; the last is open.
const WIDTHS_S: [f64; 4] = [4.0, 8.0, 16.0, 32.0];

/// The columns of [`Claims::rows`].
pub const HEAD: [&str; 9] = [
    "claims",
    "held",
    "claimed, median s",
    "error, median s",
    "under 4 s: held",
    "4-8 s: held",
    "8-16 s: held",
    "16-32 s: held",
    "more: held",
];

/// Where a visit was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Departure from the first stop of a run.
    First,
    /// Arrival at the last.
    Last,
    /// Where early buses wait for their time.
    Timepoint,
    /// The feed or the vehicle was silent there.
    Silence,
    /// All other stops.
    Usual,
}

impl Class {
    /// All of them, and what the table calls them.
    pub const ALL: [(Self, &str); 5] = [
        (Self::First, "first stop"),
        (Self::Last, "last stop"),
        (Self::Timepoint, "timepoint"),
        (Self::Silence, "in or beside a silence"),
        (Self::Usual, "other stops"),
    ];
}

/// An arrival or a departure: ± seconds that it claims, and seconds that it is off.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Claim {
    class: Class,
    claimed_s: f64,
    off_s: f64,
}

/// All claims of one or more worlds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Claims(Vec<Claim>);

impl Claims {
    /// Adds those of another world.
    pub fn add(&mut self, other: &Self) {
        self.0.extend(&other.0);
    }

    /// A row for each class that there are claims of, and one for all, under [`HEAD`].
    pub fn rows(&self) -> Vec<(&'static str, Vec<String>)> {
        let of_class = |(class, name): (Class, &'static str)| {
            let of: Vec<Claim> = self.0.iter().copied().filter(|c| c.class == class).collect();
            (!of.is_empty()).then(|| (name, cells(&of)))
        };
        let mut rows: Vec<_> = Class::ALL.into_iter().filter_map(of_class).collect();
        rows.push(("all", cells(&self.0)));
        rows
    }

    /// Share of the claims of a class that hold; 0.9 is calibrated.
    pub fn held_share(&self, class: Class) -> f64 {
        held_share(self.0.iter().filter(|c| c.class == class))
    }
}

fn held_share<'a>(claims: impl Iterator<Item = &'a Claim>) -> f64 {
    let (mut held, mut all) = (0, 0);
    for claim in claims {
        all += 1;
        held += usize::from(claim.off_s <= claim.claimed_s);
    }
    share(held, all)
}

fn cells(claims: &[Claim]) -> Vec<String> {
    let median = |of: fn(&Claim) -> f64| {
        let mut values: Vec<f64> = claims.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        format!("{:.0}", quantile(&values, 0.5))
    };
    let mut cells = vec![
        claims.len().to_string(),
        format!("{:.1} %", held_share(claims.iter()) * 100.0),
        median(|c| c.claimed_s),
        median(|c| c.off_s),
    ];
    let mut from_s = 0.0;
    for to_s in WIDTHS_S.into_iter().chain([f64::INFINITY]) {
        let of = claims.iter().filter(|c| (from_s..to_s).contains(&c.claimed_s));
        let count = of.clone().count();
        cells.push(if count == 0 {
            "–".to_owned()
        } else {
            format!("{:.1} % of {count}", held_share(of) * 100.0)
        });
        from_s = to_s;
    }
    cells
}

/// The claims of the visits within the window that truly were.
pub fn score_claims(timetable: &Timetable, watched: &Watched, window: Window) -> Claims {
    let silences = Silences::of(&watched.truth);
    let mut truly: BTreeMap<_, &TrueVisit> = BTreeMap::new();
    for visit in watched.truth.visits.iter().filter(|v| window.holds(v.arrival)) {
        truly.insert((visit.instance, visit.stop_position), visit);
    }
    let mut claims = Claims::default();
    for effect in &watched.effects {
        let Effect::Visit(visit) = effect else { continue };
        if let Some(truth) = truly.get(&(visit.instance, visit.stop_position)) {
            measure(&mut claims, class_of(timetable, &silences, truth), truth, visit);
        }
    }
    claims
}

/// When the feed, or a vehicle, said nothing.
struct Silences(Vec<(Option<VehicleNo>, EpochS, EpochS)>);

impl Silences {
    fn of(truth: &Truth) -> Self {
        let long = truth.happenings.iter().filter(|h| h.to - h.from >= SILENCE_MIN_S);
        let silences = long.filter_map(|h| match h.kind {
            HappeningKind::FeedHole => Some((None, h.from, h.to)),
            HappeningKind::Silence { vehicle } => Some((Some(vehicle), h.from, h.to)),
            _ => None,
        });
        Self(silences.collect())
    }

    fn touch(&self, visit: &TrueVisit) -> bool {
        self.0.iter().any(|(vehicle, from, to)| {
            vehicle.is_none_or(|v| v == visit.vehicle)
                && from - SILENCE_NEAR_S <= visit.departure
                && visit.arrival <= to + SILENCE_NEAR_S
        })
    }
}

fn class_of(timetable: &Timetable, silences: &Silences, visit: &TrueVisit) -> Class {
    let pattern = timetable.pattern(visit.pattern);
    let position = usize::from(visit.stop_position);
    match position {
        _ if silences.touch(visit) => Class::Silence,
        0 => Class::First,
        _ if position + 1 == pattern.stops.len() => Class::Last,
        _ if pattern.timepoints[position] => Class::Timepoint,
        _ => Class::Usual,
    }
}

fn measure(claims: &mut Claims, class: Class, truth: &TrueVisit, visit: &StopVisit) {
    // A first stop has no arrival of the run.
    let arrival = visit.arrival.filter(|_| truth.stop_position > 0).map(|at| at - truth.arrival);
    let departure = visit.departure.map(|at| at - truth.departure);
    for off_s in [arrival, departure].into_iter().flatten() {
        let claimed_s = f64::from(visit.uncertainty_s);
        claims.0.push(Claim { class, claimed_s, off_s: off_s.abs() as f64 });
    }
}
