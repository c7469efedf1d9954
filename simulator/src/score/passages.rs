//! True passages by place, and what the plan promises there: the ground that headways and incidents are
//! judged on. Written from the definitions of the reference (`operations.md` §2.1), not from the detectors.

use crate::truth::{Truth, VehicleNo};
use std::collections::BTreeMap;
use transit::ids::{RouteIdx, StopIdx};
use transit::{EpochS, Timetable, TripInstance};

/// Fewer planned passages an hour than this: the timetable is judged, not the headway.
const FREQUENT_MIN_VPH: usize = 5;
/// Half of the hour around an instant, seconds.
const HALF_HOUR_S: EpochS = 1_800;
/// The plan is laid out this far beyond the passages, seconds.
const MARGIN_S: EpochS = 4 * 3_600;
/// Planned intervals longer than this are breaks in the service, seconds.
const BREAK_S: EpochS = 3 * 3_600;
/// Within so many metres of an end of the line nothing is alarmed (a quarter of a mile).
const TERMINAL_M: f64 = 400.0;

/// A route in a direction.
pub(super) type Way = (RouteIdx, Option<u8>);

/// A stop of a route in a direction.
pub(super) type Place = (RouteIdx, Option<u8>, StopIdx);

/// A vehicle truly passed a place: departed, at its last stop arrived.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Passage {
    pub(super) at: EpochS,
    pub(super) instance: TripInstance,
    pub(super) vehicle: VehicleNo,
    pub(super) stop_position: u16,
    /// Near an end of its line.
    pub(super) terminal: bool,
}

/// All places that anybody passed.
#[derive(Debug, Default)]
pub(super) struct Passages {
    /// By actual time.
    pub(super) by_place: BTreeMap<Place, Vec<Passage>>,
    /// Planned passages, by time.
    planned: BTreeMap<Place, Vec<EpochS>>,
    /// Stops of each run that were served, in order.
    pub(super) by_run: BTreeMap<TripInstance, Vec<(Place, Passage)>>,
}

impl Passages {
    pub(super) fn new(timetable: &Timetable, truth: &Truth) -> Self {
        let mut all = Self::default();
        for visit in &truth.visits {
            let pattern = timetable.pattern(visit.pattern);
            let position = usize::from(visit.stop_position);
            let stop = pattern.stops[position];
            // A ring passes its first stop once more: that is the end of a run, not another service.
            if pattern.stops[..position].contains(&stop) {
                continue;
            }
            let last = position + 1 == pattern.stops.len();
            let offset_m = pattern.stop_offsets_m[position];
            let length_m = pattern.stop_offsets_m[pattern.stops.len() - 1];
            let near_end = offset_m <= TERMINAL_M || offset_m >= length_m - TERMINAL_M;
            let place = (pattern.route, pattern.direction, stop);
            let passage = Passage {
                at: if last { visit.arrival } else { visit.departure },
                instance: visit.instance,
                vehicle: visit.vehicle,
                stop_position: visit.stop_position,
                terminal: position == 0 || last || near_end,
            };
            all.by_place.entry(place).or_default().push(passage);
            all.by_run.entry(visit.instance).or_default().push((place, passage));
        }
        for (place, passages) in &mut all.by_place {
            passages.sort_by_key(|p| (p.at, p.instance));
            let span = (passages[0].at - MARGIN_S, passages[passages.len() - 1].at + MARGIN_S);
            all.planned.insert(*place, planned(timetable, *place, span));
        }
        for stops in all.by_run.values_mut() {
            stops.sort_by_key(|s| s.1.stop_position);
        }
        all
    }

    fn planned(&self, place: Place) -> &[EpochS] {
        self.planned.get(&place).map_or(&[], Vec::as_slice)
    }

    /// The planned headway at `at`: the interval that ends with the last planned passage at or before it.
    pub(super) fn planned_s(&self, place: Place, at: EpochS) -> Option<i64> {
        let planned = self.planned(place);
        let last = planned.partition_point(|p| *p <= at).checked_sub(1)?;
        let interval_s = planned[last] - planned[last.checked_sub(1)?];
        (interval_s > 0 && interval_s <= BREAK_S).then_some(interval_s)
    }

    /// Whether the timetable is judged there and then, not the headway.
    pub(super) fn is_sparse(&self, place: Place, at: EpochS) -> bool {
        self.planned_within(place, at - HALF_HOUR_S, at + HALF_HOUR_S) < FREQUENT_MIN_VPH
    }

    /// Planned passages in `from..to`.
    pub(super) fn planned_within(&self, place: Place, from: EpochS, to: EpochS) -> usize {
        let planned = self.planned(place);
        planned.partition_point(|p| *p < to).saturating_sub(planned.partition_point(|p| *p < from))
    }

    /// Who passed right before `passage` at its place.
    pub(super) fn leader(&self, place: Place, passage: &Passage) -> Option<Passage> {
        let passages = self.by_place.get(&place)?;
        let at = passages.partition_point(|p| (p.at, p.instance) < (passage.at, passage.instance));
        passages.get(at.checked_sub(1)?).copied().filter(|l| l.vehicle != passage.vehicle)
    }

    /// Who passed right after it.
    pub(super) fn follower(&self, place: Place, passage: &Passage) -> Option<Passage> {
        let passages = self.by_place.get(&place)?;
        let at = passages.partition_point(|p| (p.at, p.instance) <= (passage.at, passage.instance));
        passages.get(at).copied()
    }
}

fn planned(
    timetable: &Timetable,
    (route, direction, stop): Place,
    (from, to): (EpochS, EpochS),
) -> Vec<EpochS> {
    let passages = timetable.scheduled_passages(route, direction, stop, from, to);
    let once = passages.iter().filter(|p| {
        let pattern = timetable.pattern(timetable.trip(p.instance.trip).pattern);
        !pattern.stops[..usize::from(p.stop_position)].contains(&stop)
    });
    once.map(|p| p.at).collect()
}
