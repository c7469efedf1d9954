//! What goes wrong on a run: breakdowns and closed stretches.

use crate::World;
use crate::config::Detour;
use crate::drive::seconds;
use crate::motion::{Aside, Hop, Hops};
use crate::truth::{Happening, HappeningKind, VehicleNo};
use crate::vehicle::Run;
use transit::timetable::Pattern;

impl World {
    /// Whether the vehicle breaks down after this stop.
    pub(crate) fn breaks(&mut self, run: &Run, position: usize, leave_ms: i64) -> bool {
        if run.break_at == Some(position as u16) {
            return true;
        }
        let pattern = self.timetable.pattern(run.pattern);
        let stops = pattern.stops.len();
        let route_id = &self.timetable.route(pattern.route).id;
        let middle = position * 4 >= stops && position * 4 <= stops * 3;
        for (done, planned) in self.breakdowns_done.iter_mut().zip(&self.config.planned_breakdowns)
        {
            if middle && !*done && *planned.route_id == **route_id && leave_ms >= planned.at * 1000
            {
                *done = true;
                return true;
            }
        }
        false
    }

    pub(crate) fn tell_breakdown(&mut self, v: usize, run: &Run, position: usize, stands_ms: i64) {
        let pattern = self.timetable.pattern(run.pattern);
        let (route, stop) = (Some(pattern.route), Some(pattern.stops[position]));
        let kind = HappeningKind::Breakdown {
            instance: run.instance,
            vehicle: VehicleNo(v as u32),
            stop_position: position as u16,
        };
        let from = seconds(stands_ms);
        self.tell(Happening { kind, route, stop, from, to: from + self.config.operation.tow_s });
    }

    /// Takes a detour that begins after this stop.
    pub(crate) fn look_for_detour(&mut self, v: usize, run: &mut Run, position: usize, at_ms: i64) {
        let pattern = self.timetable.pattern(run.pattern);
        let route_id = &*self.timetable.route(pattern.route).id;
        let at = seconds(at_ms);
        let found = self
            .config
            .detours
            .iter()
            .filter(|d| d.route_id == route_id && d.from <= at && at < d.to)
            .find_map(|d| aside(pattern, d).filter(|(_, from, _)| usize::from(*from) == position));
        let Some((aside, from, to)) = found else { return };
        run.aside = Some((aside, from, to));
        let kind = HappeningKind::Detour {
            instance: run.instance,
            vehicle: VehicleNo(v as u32),
            from_position: from,
            to_position: to,
        };
        let (route, stop) = (Some(pattern.route), Some(pattern.stops[position]));
        self.tell(Happening { kind, route, stop, from: at, to: at });
    }
}

/// The first half of a way: up to half of its time.
pub(crate) fn half_of(hops: &Hops, start_ms: i64, end_ms: i64) -> Hops {
    let Some((first, last)) = hops.as_slice().first().zip(hops.as_slice().last()) else {
        return *hops;
    };
    let mut half = Hops::default();
    let to_m = f64::midpoint(first.from_m, last.to_m);
    half.push(Hop {
        start_ms,
        end_ms: i64::midpoint(start_ms, end_ms),
        from_m: first.from_m,
        to_m,
    });
    half
}

/// The stretch of a pattern that a detour cuts: from the last stop before it to the first after it.
fn aside(pattern: &Pattern, detour: &Detour) -> Option<(Aside, u16, u16)> {
    let length_m = *pattern.stop_offsets_m.last()?;
    let back = pattern.direction == Some(1);
    let (a, b) = detour.stretch;
    let (leave, ret) = if back { (1.0 - b, 1.0 - a) } else { (a, b) };
    let (leave_m, return_m) = (leave * length_m, ret * length_m);
    let from = pattern.stop_offsets_m.partition_point(|o| *o < leave_m).checked_sub(1)?;
    let to = pattern.stop_offsets_m.partition_point(|o| *o <= return_m);
    let right_m = if back { -detour.aside_m } else { detour.aside_m };
    (to < pattern.stops.len() && from < to).then_some((
        Aside { stretch_m: (leave_m, return_m), right_m },
        from as u16,
        to as u16,
    ))
}
