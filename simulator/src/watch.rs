//! True bunching and gaps, followed from stop to stop.

use crate::World;
use crate::drive::seconds;
use crate::truth::{Happening, HappeningKind, VehicleNo};
use crate::vehicle::{Run, Watch};

/// Bunching and gaps are told where at most this is planned, seconds.
const HIGH_FREQUENCY_S: i32 = 1_200;

/// A headway longer than this many times the planned is a break in the service, not a gap.
const BREAK: i32 = 6;

impl World {
    /// Follows the true headway of a run from stop to stop; nothing is planned where it ends.
    pub(crate) fn watch(
        &mut self,
        v: usize,
        run: &mut Run,
        position: usize,
        leave_ms: i64,
        planned: Option<i32>,
    ) {
        let planned = planned.filter(|p| *p <= HIGH_FREQUENCY_S);
        let before = *self.slots.at(run.pattern, position);
        let at = seconds(leave_ms);
        let mut state = None;
        let mut headway_s = 0;
        if let Some(planned) = planned.filter(|_| before.known()) {
            headway_s = ((leave_ms - before.departure_ms).max(0) / 1000) as i32;
            state = if headway_s * 2 <= planned && planned >= 240 {
                Some(true)
            } else if headway_s * 2 >= planned * 3 && headway_s <= planned * BREAK {
                Some(false)
            } else {
                None
            };
        }
        if state != run.watch.bunched {
            self.tell_watch(v, run);
            let stop_position = position as u16;
            run.watch = Watch {
                bunched: state,
                since: at,
                stop_position,
                worst_s: headway_s,
                ..Watch::default()
            };
        }
        let watch = &mut run.watch;
        watch.stops += 1;
        watch.until = at;
        let worse = if state == Some(true) {
            headway_s <= watch.worst_s
        } else {
            headway_s >= watch.worst_s
        };
        if worse {
            watch.worst_s = headway_s;
            watch.planned_s = planned.unwrap_or(0);
        }
    }

    pub(crate) fn tell_watch(&mut self, v: usize, run: &Run) {
        let watch = run.watch;
        let Some(bunched) = watch.bunched.filter(|_| watch.stops >= 2) else { return };
        let (instance, vehicle) = (run.instance, VehicleNo(v as u32));
        let (headway_s, planned_s) = (watch.worst_s, watch.planned_s);
        let kind = if bunched {
            HappeningKind::Bunching { instance, vehicle, headway_s, planned_s }
        } else {
            HappeningKind::Gap { instance, vehicle, headway_s, planned_s }
        };
        let pattern = self.timetable.pattern(run.pattern);
        let stop = Some(pattern.stops[usize::from(watch.stop_position)]);
        let (from, to) = (watch.since, watch.until);
        self.tell(Happening { kind, route: Some(pattern.route), stop, from, to });
    }
}
