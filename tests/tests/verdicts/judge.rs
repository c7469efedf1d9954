//! What truly was, in the terms of each rule, and whether a verdict says so.

use crate::city::City;
use appeals::claim::{Claim, ClaimTime};
use appeals::evidence::{Packet, span};
use appeals::kind::Kind;
use appeals::verdict::Finding;
use simulator::{HappeningKind, TrueVisit};
use std::collections::BTreeMap;
use transit::ids::{RouteIdx, StopIdx};
use transit::{EpochS, TripInstance};

/// People that a bus of these worlds takes.
const CAPACITY: f64 = 113.0;
/// From this share on a bus of these worlds says that it is crowded.
const CROWDED: f64 = 0.75;

/// How a verdict stands to the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Right,
    /// The class beside the true one: a figure at a threshold.
    Near,
    Wrong,
    Undetermined,
}

/// The truth of one route, direction and stop.
pub struct Stop<'a> {
    city: &'a City,
    /// True passages, by departure: when, which run.
    pub passages: Vec<(EpochS, TripInstance)>,
    /// People aboard behind the stop, by run.
    aboard: BTreeMap<TripInstance, u16>,
    /// Last position truly served by each run of the route and direction, and the last of its pattern.
    reached: BTreeMap<TripInstance, (u16, u16)>,
}

impl<'a> Stop<'a> {
    pub fn new(city: &'a City, route: RouteIdx, direction: Option<u8>, stop: StopIdx) -> Self {
        let mut passages = Vec::new();
        let mut reached = BTreeMap::new();
        let mut aboard = BTreeMap::new();
        let of_route = |v: &&TrueVisit| {
            let pattern = city.timetable.pattern(v.pattern);
            pattern.route == route && pattern.direction == direction
        };
        for visit in city.truth.visits.iter().filter(of_route) {
            let pattern = city.timetable.pattern(visit.pattern);
            let last = (pattern.stops.len() - 1) as u16;
            let entry = reached.entry(visit.instance).or_insert((0, last));
            entry.0 = entry.0.max(visit.stop_position);
            if pattern.stops[usize::from(visit.stop_position)] == stop {
                passages.push((visit.departure, visit.instance));
                aboard.insert(visit.instance, visit.aboard);
            }
        }
        passages.sort_unstable();
        Self { city, passages, aboard, reached }
    }

    /// The longest true gap that touches a window.
    fn gap_s(&self, (from, to): (EpochS, EpochS)) -> i64 {
        let touches = |w: &&[(EpochS, TripInstance)]| w[1].0.min(to) - w[0].0.max(from) >= 60;
        let gaps = self.passages.windows(2).filter(touches).map(|w| w[1].0 - w[0].0);
        gaps.max().unwrap_or(0)
    }

    pub fn judge(&self, claim: &Claim, meant: TripInstance, packet: &Packet) -> Outcome {
        let finding = packet.verdict.finding;
        if !finding.is_determined() {
            return Outcome::Undetermined;
        }
        let figure = |name: &str| packet.figures.get(name).copied().unwrap_or(f64::NAN);
        let window = span(claim, &self.city.timetable.zone)[0].0;
        let yes = matches!(finding, Finding::Confirmed | Finding::PartlyConfirmed);
        let is = |right: bool| if right { Outcome::Right } else { Outcome::Wrong };
        match packet.kind {
            Kind::LongWait => {
                let long = self.gap_s(window) as f64 >= figure("threshold_s");
                is((finding == Finding::Confirmed) == long)
            }
            Kind::DidNotCome => {
                let (from, to) = (figure("looked_from"), figure("looked_to"));
                let came =
                    self.passages.iter().any(|(at, _)| *at as f64 >= from && *at as f64 <= to);
                is(yes != came)
            }
            Kind::Early | Kind::Late => {
                let truly = self.passages.iter().find(|(_, run)| *run == meant);
                let Some((at, _)) = truly else { return Outcome::Wrong };
                let deviation = *at as f64 - figure("planned_at");
                let so = if packet.kind == Kind::Early {
                    deviation <= -60.0
                } else {
                    deviation >= 300.0
                };
                is(yes == so)
            }
            Kind::Irregular => self.even(window, figure("planned_headway_s"), finding),
            Kind::FewBuses => self.few(claim, packet, finding),
            Kind::ShortTurn => {
                let short = self.reached.get(&meant).is_some_and(|(at, last)| at < last);
                // Several may be meant: any of them.
                let any = self.reached.iter().any(|(run, (at, last))| {
                    let (start, end) = self.city.timetable.span(*run);
                    at < last && start <= window.1 && end >= window.0
                });
                is(if yes { short || any } else { !short })
            }
            Kind::OffRoute => {
                let here = |instance: TripInstance| self.reached.contains_key(&instance);
                let off = self.city.truth.happenings.iter().any(|h| {
                    matches!(h.kind, HappeningKind::Detour { instance, .. } if here(instance))
                        && h.from <= window.1
                        && h.from + 1_800 >= window.0
                });
                is(yes == off)
            }
            // Nobody in these worlds drives faster than a city allows.
            Kind::Speeding => is(!yes),
            Kind::Overcrowded => is(self.crowded(window, yes)),
            other => panic!("no truth for {other:?}"),
        }
    }

    /// Whether such a bus came. Several may be meant: any of them.
    fn crowded(&self, (from, to): (EpochS, EpochS), yes: bool) -> bool {
        let inside = self.passages.iter().filter(|(at, _)| *at >= from && *at <= to);
        let mut levels = inside.filter_map(|(_, run)| self.aboard.get(run));
        levels.any(|aboard| (f64::from(*aboard) / CAPACITY >= CROWDED) == yes)
    }

    fn even(&self, (from, to): (EpochS, EpochS), plan_s: f64, finding: Finding) -> Outcome {
        let inside: Vec<EpochS> =
            self.passages.iter().map(|(at, _)| *at).filter(|at| *at >= from && *at <= to).collect();
        let headways: Vec<f64> = inside.windows(2).map(|w| (w[1] - w[0]) as f64).collect();
        let n = headways.len() as f64;
        let mean = headways.iter().sum::<f64>() / n;
        let cv = (headways.iter().map(|h| (h - mean).powi(2)).sum::<f64>() / n).sqrt() / mean;
        let bunches = headways.iter().filter(|h| **h < plan_s * 0.25).count();
        let class = if cv > 0.6 || bunches >= 2 { 2 } else { i32::from(cv >= 0.35) };
        let said = match finding {
            Finding::Confirmed => 2,
            Finding::PartlyConfirmed => 1,
            _ => 0,
        };
        match (class - said).abs() {
            0 => Outcome::Right,
            1 => Outcome::Near,
            _ => Outcome::Wrong,
        }
    }

    fn few(&self, claim: &Claim, packet: &Packet, finding: Finding) -> Outcome {
        let planned = &packet.windows[0].planned;
        let Some(ClaimTime::Between { .. }) = claim.time else { panic!("a span") };
        let came = |trip: &str| {
            self.passages.iter().any(|(_, run)| &*self.city.timetable.trip(run.trip).id == trip)
        };
        let driven = planned.iter().filter(|p| came(&p.trip)).count() as f64;
        let share = driven / planned.len() as f64;
        let thin = packet.windows[0].planned_headway_s.unwrap_or(0) > 900;
        let class = if share < 0.9 || thin { 2 } else { i32::from(share < 0.97) };
        let said = match finding {
            Finding::Confirmed => 2,
            Finding::PartlyConfirmed => 1,
            _ => 0,
        };
        if class == said { Outcome::Right } else { Outcome::Wrong }
    }
}
