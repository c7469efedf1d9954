//! A vehicle that has left the line of its trip.

use super::incident::{Book, Key, blank};
use super::layout::Layout;
use super::track::Tracks;
use super::{FlowConfig, VehicleFacts};
use crate::event::{Effect, IncidentKind};
use crate::time::EpochS;

/// So many fixes in a row away from the line open the incident, and as many on it close it.
const FIXES: u8 = 2;
/// Not heard of for so long, nobody knows where it is, seconds.
const LOST_S: EpochS = 600;

/// Opens and closes `OffRoute`.
pub(super) fn detect(
    config: &FlowConfig,
    now: EpochS,
    layout: &Layout,
    (tracks, vehicles): (&Tracks, &[VehicleFacts]),
    muted: &dyn Fn(u32) -> bool,
    book: &mut Book,
    effects: &mut Vec<Effect>,
) {
    for fact in vehicles {
        let (Some(track), Some((run, pattern))) = (tracks.get(fact.vehicle), fact.matched) else {
            continue;
        };
        if track.off_route.away < FIXES {
            continue;
        }
        let key = Key::OffRoute(fact.vehicle);
        let direction = layout.direction_of(pattern);
        if let Some(open) = book.get_mut(key) {
            open.value = track.off_route.farthest_m;
        } else if !fact.layover
            && now - fact.measured_at <= config.alarm_age_max_s
            && !muted(direction as u32)
        {
            let mut incident = blank(IncidentKind::OffRoute, now);
            incident.route = Some(layout.directions[direction].route);
            incident.direction = layout.directions[direction].sense;
            incident.vehicle = Some(fact.vehicle);
            incident.instance = Some(run);
            incident.value = track.off_route.farthest_m;
            book.open(config, |_| key, incident, effects);
        }
    }
    for key in book.keys() {
        let Key::OffRoute(vehicle) = key else { continue };
        let over = tracks.get(vehicle).is_none_or(|t| {
            let run = book.get_mut(key).and_then(|i| i.instance);
            let same_run = t.run.map(|r| r.0) == run;
            t.off_route.back >= FIXES || !same_run || now - t.fixed_at > LOST_S
        });
        if over {
            book.close(key, now, effects);
        }
    }
}
