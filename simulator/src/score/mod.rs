//! How near the Monitor's conclusions come to the truth.
//!
//! [`watch`] lets a `Monitor` read a world's reports as it would an agency's feed. One kind of conclusion is
//! one file: [`visits`], [`claims`], [`headways`], [`incidents`] hold what was concluded against what truly was, each with
//! the columns of its table. [`trial`] is the worlds that all of them are judged on, [`report`] the text.

pub mod claims;
pub mod hardship;
pub mod headways;
mod hindsight;
pub mod incidents;
mod passages;
pub mod report;
pub mod trial;
pub mod visits;

pub use visits::{VisitScore, score_visits};

use crate::World;
use crate::truth::{Truth, VehicleNo};
use std::collections::BTreeMap;
use transit::ids::{FeedIdx, VehicleIdx};
use transit::{Effect, EpochS, Event, Monitor, VehiclePosition};

/// The stretch of time that is judged, epoch seconds: from … to before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// From then …
    pub from: EpochS,
    /// … to before then.
    pub to: EpochS,
}

impl Window {
    /// Whether `at` lies in it.
    pub fn holds(&self, at: EpochS) -> bool {
        self.from <= at && at < self.to
    }
}

/// What came of watching.
#[derive(Debug, Default)]
pub struct Watched {
    /// All effects, in order.
    pub effects: Vec<Effect>,
    /// The truth of the same time.
    pub truth: Truth,
    /// Positions that the feed showed, repeats included.
    pub positions: u64,
    /// Which vehicle of the world each vehicle of the Monitor is; by `VehicleIdx`. `None` for one that is no
    /// vehicle of its own.
    pub vehicles: Vec<Option<VehicleNo>>,
}

impl Watched {
    /// The vehicle of the world that the Monitor speaks of.
    pub fn vehicle(&self, vehicle: VehicleIdx) -> Option<VehicleNo> {
        self.vehicles.get(vehicle.get()).copied().flatten()
    }
}

/// Lets `monitor` read the world until `until`, one dataset every `every_s` seconds, then a tick.
pub fn watch(world: &mut World, monitor: &mut Monitor, until: EpochS, every_s: i64) -> Watched {
    watch_with(world, monitor, (until, every_s), &mut |_, _| Vec::new(), &mut |_, _| ())
}

/// Further positions of a dataset; see [`watch_with`].
pub type Extra<'a> = &'a mut dyn for<'w> FnMut(EpochS, &[VehiclePosition<'w>]) -> Vec<trial::Echo>;

/// [`watch`], with further positions in each dataset, made from its own, and a look at the Monitor after each
/// tick (to ask it for predictions, say).
pub fn watch_with(
    world: &mut World,
    monitor: &mut Monitor,
    (until, every_s): (EpochS, i64),
    extra: Extra<'_>,
    look: &mut dyn FnMut(&Monitor, EpochS),
) -> Watched {
    let feed = FeedIdx(0);
    let mut watched = Watched::default();
    while world.now() < until {
        let now = world.now() + every_s.max(1);
        world.advance(now);
        let effects = &mut watched.effects;
        if world.feed_is_up() {
            monitor.apply(now, &Event::DatasetStart { feed, header_at: Some(now) }, effects);
            let positions: Vec<VehiclePosition<'_>> = world.reports(feed).collect();
            let more = extra(now, &positions);
            let all = positions.into_iter().chain(more.iter().map(|e| e.position(feed)));
            for position in all {
                watched.positions += 1;
                monitor.apply(now, &Event::Position(position), effects);
            }
            monitor.apply(now, &Event::DatasetEnd { feed }, effects);
        } else {
            monitor.apply(now, &Event::FeedFailed { feed }, effects);
        }
        monitor.apply(now, &Event::Tick, effects);
        look(monitor, now);
    }
    monitor.finish(world.now(), &mut watched.effects);
    watched.truth = world.drain_truth();
    watched.vehicles = vehicles(world, monitor);
    watched
}

fn vehicles(world: &World, monitor: &Monitor) -> Vec<Option<VehicleNo>> {
    let numbers: BTreeMap<&str, VehicleNo> =
        world.vehicles.iter().zip(0..).map(|(v, n)| (v.id.as_str(), VehicleNo(n))).collect();
    let ids = (0..).map(|i| monitor.vehicle_id(VehicleIdx(i))).take_while(|id| !id.is_empty());
    ids.map(|id| numbers.get(id).copied()).collect()
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// The value below which `share` (0..1) of the sorted `values` lie; `NaN` without values.
pub fn quantile(values: &[f64], share: f64) -> f64 {
    let last = values.len().saturating_sub(1);
    values.get((last as f64 * share).round() as usize).copied().unwrap_or(f64::NAN)
}

/// Share of the sorted `values` that are at most `limit`.
pub fn share_within(values: &[f64], limit: f64) -> f64 {
    share(values.partition_point(|v| *v <= limit), values.len())
}
