//! The Monitor as readers see it.

use super::Monitor;
use super::beam::Prior;
use super::fleet::Vehicle;
use super::line::{Line, Run};
use super::snapshot::{MatchState, Recent, Snapshot, VehicleState};
use super::track::{Followed, Track};
use crate::event::HeadwayStatus;
use crate::flow::VehicleFacts;
use crate::ids::VehicleIdx;
use crate::time::EpochS;
use crate::timetable::Timetable;
use std::sync::Arc;

/// Resting for so long away from any run is parked, seconds (cta-insights: 5 min).
const PARKED_S: i64 = 300;

/// Everything known now.
pub(super) fn snapshot(monitor: &Monitor, now: EpochS) -> Snapshot {
    let live = monitor.fleet.vehicles.iter().enumerate().filter_map(|(i, v)| {
        let shown = v.heard_within(now, monitor.config.lost_after_s);
        shown.then(|| state(&monitor.timetable, VehicleIdx::from(i), v))?
    });
    let mut snapshot = Snapshot {
        at: now,
        timetable: Arc::clone(&monitor.timetable),
        vehicles: live.collect(),
        directions: Vec::new(),
        segments: Vec::new(),
        incidents: Vec::new(),
        feeds: monitor.feeds.states(),
        recent: Recent::default(),
    };
    monitor.flow.fill(now, &mut snapshot);
    snapshot
}

/// What Flow is told of every vehicle that is heard of lately.
pub(super) fn facts(monitor: &Monitor, now: EpochS, out: &mut Vec<VehicleFacts>) {
    out.clear();
    for (i, v) in monitor.fleet.vehicles.iter().enumerate() {
        let Some(fix) = v.fix.filter(|_| v.heard_within(now, monitor.config.lost_after_s)) else {
            continue;
        };
        let f = v.track.followed;
        let matched = match_state(&monitor.timetable, &v.track);
        out.push(VehicleFacts {
            vehicle: VehicleIdx::from(i),
            feed: v.feed,
            matched: matched.map(|m| (m.instance, m.pattern)),
            along_m: matched.map_or(0.0, |m| m.along_m),
            next_stop_position: matched.map_or(0, |m| m.next_stop_position),
            measured_at: fix.at,
            schedule_deviation_s: matched.and_then(|m| m.schedule_deviation_s),
            off_route_m: f.and_then(|f| f.off_route_m),
            layover: is_layover(v),
            overload: f.is_some_and(|f| f.overload),
        });
    }
}

fn is_layover(v: &Vehicle) -> bool {
    let rests = v.fix.is_some_and(|f| f.at - v.rest.1 >= PARKED_S);
    v.track.at_terminal || (rests && v.track.followed.is_none())
}

fn next_stop(timetable: &Timetable, f: &Followed) -> u16 {
    let stops = timetable.pattern(f.run.pattern).stops.len() as u16;
    f.tracker.next.min(stops.saturating_sub(1))
}

fn state(timetable: &Timetable, vehicle: VehicleIdx, v: &Vehicle) -> Option<VehicleState> {
    let fix = v.fix?;
    let followed = v.track.followed;
    let on_line = followed.filter(|f| f.off_route_m.is_none());
    let along_bearing = on_line
        .map(|f| Line::of(timetable, &f.run).shape.bearing_deg_at(f.along_m) as f32)
        .filter(|_| !timetable_is_straight(timetable, followed));
    Some(VehicleState {
        vehicle,
        feed: v.feed,
        vehicle_id: Arc::clone(&v.id),
        label: v.label.clone(),
        place: fix.place,
        bearing_deg: along_bearing.or(fix.bearing_deg),
        speed_mps: fix.speed_mps.or_else(|| on_line.and_then(|f| f.speed_mps)),
        measured_at: fix.at,
        matched: match_state(timetable, &v.track),
        route: followed.map(|f| timetable.pattern(f.run.pattern).route).or(v.named_route),
        off_route: followed.is_some_and(|f| f.off_route_m.is_some()),
        layover: is_layover(v),
        occupancy_status: v.occupancy_status,
    })
}

fn timetable_is_straight(timetable: &Timetable, followed: Option<Followed>) -> bool {
    followed.is_some_and(|f| timetable.pattern(f.run.pattern).shape_is_straight)
}

/// The run it drives, or at whose end it rests.
fn match_state(timetable: &Timetable, track: &Track) -> Option<MatchState> {
    let unknown = |run: &Run| MatchState {
        instance: run.instance,
        pattern: run.pattern,
        along_m: 0.0,
        next_stop_position: 0,
        at_stop: true,
        schedule_deviation_s: None,
        headway_s: None,
        scheduled_headway_s: None,
        headway_status: HeadwayStatus::Unknown,
        leader: None,
        trip_named: true,
    };
    if let Some(f) = &track.followed {
        return Some(MatchState {
            along_m: f.along_m,
            next_stop_position: next_stop(timetable, f),
            at_stop: f.tracker.is_at_stop(),
            schedule_deviation_s: f.deviation_s,
            trip_named: matches!(f.prior, Prior::Named | Prior::Kept),
            ..unknown(&f.run)
        });
    }
    let run = track.resting()?;
    let line = Line::of(timetable, run);
    Some(MatchState {
        along_m: line.end_m(),
        next_stop_position: line.stops().saturating_sub(1) as u16,
        trip_named: track.named.run.is_some_and(|n| n.instance == run.instance),
        ..unknown(run)
    })
}
