//! What is remembered of each vehicle: its run, its last stop, its spacing to the leader, whether it moves.

use super::band::Shown;
use super::headway::Headways;
use super::layout::{Layout, NONE};
use super::{FlowConfig, VehicleFacts};
use crate::event::HeadwayStatus;
use crate::ids::{FeedIdx, PatternIdx, VehicleIdx};
use crate::time::EpochS;
use crate::timetable::{Timetable, TripInstance};

/// A vehicle that stays is parked only if it was seen so many times there.
const PARKED_FIXES: u16 = 4;
/// Two vehicles this close, metres, …
const GLUED_M: f64 = 15.0;
/// … that move this far together, metres, …
const GLUED_STEP_M: f64 = 30.0;
/// … so many times in a row are one vehicle reported twice.
const GLUED_TIMES: u8 = 3;

/// Distance in time to the vehicle ahead.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spacing {
    /// Where it was measured last.
    pub(super) place: u32,
    /// When it was there.
    pub(super) at: EpochS,
    /// At that place, seconds.
    pub(super) at_stop_s: i32,
    /// Now: that, or the time since the leader was where the vehicle is, if that is longer, seconds.
    pub(super) now_s: i32,
    /// The plan there and then, seconds.
    pub(super) scheduled_s: Option<i32>,
    pub(super) leader: VehicleIdx,
    pub(super) leader_run: TripInstance,
    /// False across a hole, behind itself, or if somebody passed unseen in between.
    pub(super) known: bool,
}

/// The last visit of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct LastStop {
    pub(super) run: TripInstance,
    pub(super) position: u16,
    /// Departure (arrival at a last stop).
    pub(super) at: EpochS,
}

/// Where a vehicle has been for how long.
#[derive(Clone, Copy, Debug, Default)]
struct Anchor {
    along_m: f64,
    since: EpochS,
    fixes: u16,
}

/// Away from the line so many fixes in a row (one fix on it does not end them); back on it so many.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OffRoute {
    pub(super) away: u8,
    pub(super) back: u8,
    pub(super) farthest_m: f64,
}

/// One vehicle.
#[derive(Clone, Debug, Default)]
pub(super) struct Track {
    pub(super) feed: Option<FeedIdx>,
    pub(super) run: Option<(TripInstance, PatternIdx)>,
    /// Since when, by measured time.
    run_since: EpochS,
    /// Of this run and of the one before, whose last visits may come late.
    last_stops: [Option<LastStop>; 2],
    pub(super) spacing: Option<Spacing>,
    pub(super) shown: Shown,
    /// The latest facts with a match.
    pub(super) fact: Option<VehicleFacts>,
    /// Up to which stop position of which run stops without a visit were taken for passed.
    pub(super) guessed: Option<(TripInstance, u16)>,
    /// Measurement time of the last fix taken in.
    pub(super) fixed_at: EpochS,
    pub(super) off_route: OffRoute,
    anchor: Anchor,
    glued: u8,
}

impl Track {
    /// It drives `run` at `at`. A new run: nothing of the last one holds. False for a belated word of a run
    /// that is over.
    pub(super) fn start(&mut self, run: (TripInstance, PatternIdx), at: EpochS) -> bool {
        let new = self.run != Some(run);
        if new && self.run.is_some() && at < self.run_since {
            return false;
        }
        if new {
            self.run = Some(run);
            self.run_since = at;
            self.spacing = None;
            self.glued = 0;
            self.off_route = OffRoute::default();
            self.shown.forget();
        }
        true
    }

    /// The last visit of `run`, replaced by this one unless this one lies before it.
    pub(super) fn advance(&mut self, stop: LastStop) -> Option<LastStop> {
        let known = self.last_stops.iter_mut().flatten().find(|l| l.run == stop.run);
        if let Some(known) = known {
            let before = *known;
            if stop.position > before.position {
                *known = stop;
            }
            return Some(before);
        }
        self.last_stops = [Some(stop), self.last_stops[0]];
        None
    }

    /// The last visit of its present run.
    pub(super) fn last_stop(&self) -> Option<LastStop> {
        let run = self.run?.0;
        self.last_stops.iter().flatten().find(|l| l.run == run).copied()
    }

    /// The last stop position that it visited on its present run.
    pub(super) fn last_position(&self) -> Option<u16> {
        self.last_stop().map(|l| l.position)
    }

    /// Rewrites it for a new timetable. Of a run or a place that is not in it nothing is known any more.
    pub(super) fn carry(
        &mut self,
        run: impl Fn(TripInstance) -> Option<(TripInstance, PatternIdx)>,
        place: impl Fn(u32) -> Option<u32>,
    ) {
        self.run = self.run.and_then(|r| run(r.0));
        self.spacing = self.spacing.filter(|_| self.run.is_some()).and_then(|s| {
            Some(Spacing { place: place(s.place)?, leader_run: run(s.leader_run)?.0, ..s })
        });
        if self.spacing.is_none() {
            self.shown.forget();
        }
        self.guessed = self.guessed.and_then(|(r, stop)| Some((run(r)?.0, stop)));
        for stop in &mut self.last_stops {
            *stop = stop.and_then(|s| run(s.run).map(|r| LastStop { run: r.0, ..s }));
        }
        if let Some(fact) = &mut self.fact {
            fact.matched = fact.matched.and_then(|m| run(m.0));
        }
    }

    /// A fix that has not been seen yet: true.
    fn take_fix(&mut self, config: &FlowConfig, fact: &VehicleFacts) -> bool {
        if fact.measured_at <= self.fixed_at {
            return false;
        }
        let moved_m = (fact.along_m - self.anchor.along_m).abs();
        if moved_m > config.parked_drift_m || self.anchor.fixes == 0 {
            self.anchor = Anchor { along_m: fact.along_m, since: fact.measured_at, fixes: 1 };
        } else {
            self.anchor.fixes = self.anchor.fixes.saturating_add(1);
        }
        self.fixed_at = fact.measured_at;
        match fact.off_route_m {
            Some(metres) => {
                let off = &mut self.off_route;
                (off.away, off.back) = (off.away.saturating_add(1), 0);
                off.farthest_m = off.farthest_m.max(metres);
            }
            None if self.off_route.back >= 1 => {
                self.off_route =
                    OffRoute { back: self.off_route.back.saturating_add(1), ..OffRoute::default() };
            }
            None => self.off_route.back = 1,
        }
        true
    }

    /// It has not moved for so long, seconds.
    pub(super) fn stands(&self, for_s: EpochS) -> bool {
        self.anchor.fixes >= PARKED_FIXES && self.fixed_at - self.anchor.since >= for_s
    }

    /// It has not moved for long.
    fn is_parked(&self, config: &FlowConfig) -> bool {
        self.stands(config.parked_after_s)
    }

    /// What is shown of it.
    pub(super) fn status(&self) -> HeadwayStatus {
        match self.spacing {
            Some(s) if s.known => self.shown.status,
            _ => HeadwayStatus::Unknown,
        }
    }
}

/// All vehicles, by [`VehicleIdx`]; as many as the Monitor admits.
#[derive(Clone, Debug, Default)]
pub(super) struct Tracks {
    pub(super) rows: Vec<Track>,
}

impl Tracks {
    pub(super) fn get(&self, vehicle: VehicleIdx) -> Option<&Track> {
        self.rows.get(vehicle.get())
    }

    pub(super) fn slot(&mut self, vehicle: VehicleIdx) -> &mut Track {
        if vehicle.get() >= self.rows.len() {
            self.rows.resize(vehicle.get() + 1, Track::default());
        }
        &mut self.rows[vehicle.get()]
    }

    /// Takes in a vehicle's facts at a tick.
    pub(super) fn observe(
        &mut self,
        config: &FlowConfig,
        layout: &Layout,
        timetable: &Timetable,
        headways: &Headways,
        fact: &VehicleFacts,
    ) {
        let track = self.slot(fact.vehicle);
        track.feed = Some(fact.feed);
        let Some(run) = fact.matched else {
            track.take_fix(config, fact);
            return;
        };
        track.start(run, fact.measured_at);
        let before = track.fact.replace(*fact);
        if !track.take_fix(config, fact) {
            return;
        }
        let Some(mut spacing) = track.spacing else { return };
        let live_s = live_spacing_s(layout, timetable, headways, fact, run.1);
        spacing.now_s = spacing.at_stop_s.max(live_s.unwrap_or(0));
        track.spacing = Some(spacing);
        if spacing.known {
            track.shown.observe(config, spacing.now_s, spacing.scheduled_s);
        } else {
            track.shown.forget();
        }
        let stepped = before.is_none_or(|b| fact.along_m - b.along_m >= GLUED_STEP_M);
        let leader = self.get(spacing.leader).and_then(|l| l.fact.filter(|_| stepped));
        if let Some(leader) = leader {
            let same_line = leader.matched.is_some_and(|m| m.1 == run.1);
            let close = same_line && (leader.along_m - fact.along_m).abs() < GLUED_M;
            let track = self.slot(fact.vehicle);
            track.glued = if close { track.glued.saturating_add(1) } else { 0 };
        }
    }

    /// Whether the vehicle may take part in an alarm: driving in service, on fresh data, away from the ends
    /// of its line, not parked, no second vehicle on a run, not the same vehicle reported twice.
    pub(super) fn may_alarm(
        &self,
        config: &FlowConfig,
        timetable: &Timetable,
        now: EpochS,
        fact: &VehicleFacts,
    ) -> bool {
        let (Some((_, pattern)), Some(track)) = (fact.matched, self.get(fact.vehicle)) else {
            return false;
        };
        let (length_m, zone_m) = ends_of(timetable, config, pattern);
        let under_way = fact.along_m > zone_m && fact.along_m < length_m - zone_m;
        under_way
            && !fact.layover
            && !fact.overload
            && fact.off_route_m.is_none()
            && now - fact.measured_at <= config.alarm_age_max_s
            && !track.is_parked(config)
            && track.glued < GLUED_TIMES
    }
}

/// Length of a pattern, and how far from either end of it nothing is alarmed, metres.
fn ends_of(timetable: &Timetable, config: &FlowConfig, pattern: PatternIdx) -> (f64, f64) {
    let length_m = timetable.pattern(pattern).stop_offsets_m.last().copied().unwrap_or(0.0);
    (length_m, config.terminal_zone_m.min(length_m * 0.1))
}

/// Whether the vehicle is about to end its run, or has ended it.
pub(super) fn near_end(timetable: &Timetable, config: &FlowConfig, fact: &VehicleFacts) -> bool {
    fact.matched.is_some_and(|(_, pattern)| {
        let (length_m, zone_m) = ends_of(timetable, config, pattern);
        fact.along_m >= length_m - zone_m
    })
}

/// Seconds since the leader was where the vehicle is, between the stop that it left and the next one.
fn live_spacing_s(
    layout: &Layout,
    timetable: &Timetable,
    headways: &Headways,
    fact: &VehicleFacts,
    pattern: PatternIdx,
) -> Option<i32> {
    let next = usize::from(fact.next_stop_position);
    let row = timetable.pattern(pattern);
    if next == 0 || next >= row.stops.len() {
        return None;
    }
    let (behind, ahead) = (layout.place_at(pattern, next - 1), layout.place_at(pattern, next));
    if behind == NONE || ahead == NONE {
        return None;
    }
    let left = headways.latest_of_others(behind, fact.vehicle, fact.measured_at)?;
    let reached = headways.latest_of_others(ahead, fact.vehicle, fact.measured_at)?;
    if left.instance != reached.instance || reached.at < left.at {
        return None;
    }
    let (from_m, to_m) = (row.stop_offsets_m[next - 1], row.stop_offsets_m[next]);
    let part = ((fact.along_m - from_m) / (to_m - from_m).max(1.0)).clamp(0.0, 1.0);
    let passed_at = left.at + ((reached.at - left.at) as f64 * part) as EpochS;
    i32::try_from(fact.measured_at - passed_at).ok()
}
