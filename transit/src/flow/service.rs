//! How each direction of a route does: vehicles against the plan, headways, waits, punctuality.

use super::FlowConfig;
use super::band::{is_bunched, is_gapped};
use super::layout::{Layout, NONE};
use super::plan::Plan;
use super::wait::average_wait_s;
use crate::event::HeadwayStatus;
use crate::monitor::DirectionState;
use crate::time::EpochS;
use crate::timetable::{Timetable, TripInstance};
use std::collections::VecDeque;

/// Figures are over so long, seconds.
const WINDOW_S: EpochS = 3600;
/// They are computed anew this often, seconds.
const REFRESH_S: EpochS = 30;
/// Most headways remembered of a direction.
const HEADWAYS_MAX: usize = 4096;
/// Fewer headways than this make no median and no wait.
const HEADWAYS_MIN: usize = 3;
/// Fewer departures than this make no share on time.
const DEPARTURES_MIN: u32 = 5;
/// Minutes of the window.
const MINUTES: usize = 60;

/// A headway that was said.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    pub(super) at: EpochS,
    pub(super) place: u32,
    pub(super) headway_s: i32,
    pub(super) status: HeadwayStatus,
}

/// Departures of one minute.
#[derive(Clone, Copy, Debug, Default)]
struct Minute {
    /// Minutes since the epoch.
    number: i64,
    all: u32,
    on_time: u32,
}

/// One direction.
#[derive(Clone, Debug)]
struct Way {
    /// By time, nearly: of the last hour.
    said: VecDeque<Said>,
    minutes: [Minute; MINUTES],
    state: DirectionState,
    next_refresh: EpochS,
}

/// All directions.
#[derive(Clone, Debug, Default)]
pub(super) struct Service {
    ways: Vec<Way>,
    /// By place: the refresh at which a headway of it was found, so that the plan is taken of the same ones.
    marks: Vec<u32>,
    mark: u32,
}

/// What the figures are made from.
pub(super) struct View<'a> {
    pub(super) config: &'a FlowConfig,
    pub(super) now: EpochS,
    pub(super) timetable: &'a Timetable,
    pub(super) layout: &'a Layout,
    /// By direction.
    pub(super) in_service: &'a [u32],
    /// By direction.
    pub(super) scheduled: &'a [u32],
    /// By direction: share of the window observed.
    pub(super) coverage: &'a dyn Fn(u32) -> f32,
    /// By direction and span: was all of it observed?
    pub(super) observed: &'a dyn Fn(u32, EpochS, EpochS) -> bool,
}

impl Service {
    pub(super) fn new(layout: &Layout) -> Self {
        let way = |(i, d): (usize, &super::layout::Direction)| Way {
            said: VecDeque::new(),
            minutes: [Minute::default(); MINUTES],
            state: DirectionState {
                route: d.route,
                direction: d.sense,
                vehicles: 0,
                scheduled_vehicles: 0,
                ghosts: Vec::new(),
                scheduled_headway_s: None,
                median_headway_s: None,
                excess_wait_s: None,
                bunched_share: None,
                gapped_share: None,
                on_time_share: None,
                by_timetable: false,
                coverage: 0.0,
            },
            // The first look is at once; then the work is spread over the ticks.
            next_refresh: EpochS::MIN + i as EpochS,
        };
        Self {
            ways: layout.directions.iter().enumerate().map(way).collect(),
            marks: vec![0; layout.places.len()],
            mark: 0,
        }
    }

    /// A headway was said.
    pub(super) fn said(&mut self, direction: u32, said: Said) {
        let way = &mut self.ways[direction as usize];
        if way.said.len() >= HEADWAYS_MAX {
            way.said.pop_front();
        }
        way.said.push_back(said);
    }

    /// A vehicle departed, so many seconds late.
    pub(super) fn departed(
        &mut self,
        config: &FlowConfig,
        direction: usize,
        at: EpochS,
        deviation_s: EpochS,
    ) {
        let minute = at.div_euclid(60);
        let slot = minute.rem_euclid(MINUTES as i64) as usize;
        let count = &mut self.ways[direction].minutes[slot];
        if count.number < minute {
            *count = Minute { number: minute, ..Minute::default() };
        }
        if count.number == minute {
            count.all += 1;
            let on_time = (-config.early_max_s..=config.late_max_s).contains(&deviation_s);
            count.on_time += u32::from(on_time);
        }
    }

    /// Whether the direction is judged by the timetable, as of the last refresh.
    pub(super) fn by_timetable(&self, direction: u32) -> bool {
        self.ways[direction as usize].state.by_timetable
    }

    /// Brings the counts up to date, and the figures of the directions whose turn it is.
    pub(super) fn refresh(&mut self, view: &View<'_>, plan: &mut Plan) {
        for index in 0..self.ways.len() {
            let way = &mut self.ways[index];
            way.state.vehicles = view.in_service[index];
            way.state.scheduled_vehicles = view.scheduled[index];
            if view.now < way.next_refresh {
                continue;
            }
            let first = way.next_refresh < 0;
            let stagger_s = if first { index as EpochS % REFRESH_S } else { 0 };
            way.next_refresh = view.now + REFRESH_S - stagger_s;
            self.refresh_one(view, index, plan);
        }
    }

    fn refresh_one(&mut self, view: &View<'_>, index: usize, plan: &mut Plan) {
        let since = view.now - WINDOW_S;
        let way = &mut self.ways[index];
        way.said.retain(|s| s.at > since);
        let on = (view.timetable, view.layout);
        let main = view.layout.directions[index].main_places.iter().filter(|p| **p != NONE);
        let planned = main.map(|&place| (plan.per_hour(view.config, on, place, view.now), place));
        // Of equals the first.
        let busiest = planned.reduce(|best, next| if next.0 > best.0 { next } else { best });
        let state = &mut way.state;
        if let Some((planned, place)) = busiest {
            state.scheduled_headway_s = plan.headway_s(view.config, on, place, view.now);
            state.by_timetable = planned < view.config.frequent_min_vph;
        }
        state.coverage = (view.coverage)(index as u32);
        state.on_time_share = on_time_share(&way.minutes, since);
        let mut headways: Vec<i32> = way.said.iter().map(|s| s.headway_s).collect();
        if headways.len() < HEADWAYS_MIN {
            (state.median_headway_s, state.bunched_share, state.gapped_share) = (None, None, None);
            state.excess_wait_s = None;
            return;
        }
        let count = headways.len() as f32;
        let share = |of: fn(HeadwayStatus) -> bool| {
            way.said.iter().filter(|s| of(s.status)).count() as f32 / count
        };
        (state.bunched_share, state.gapped_share) =
            (Some(share(is_bunched)), Some(share(is_gapped)));
        let middle = headways.len() / 2;
        state.median_headway_s = Some(*headways.select_nth_unstable(middle).1);
        let judged = !state.by_timetable;
        let excess = judged.then(|| self.excess_wait_s(view, index, plan)).flatten();
        self.ways[index].state.excess_wait_s = excess;
    }

    /// AWT − SWT of the last hour, pooled over the stops with a known headway; the plan over the same stops
    /// and only where the time was observed.
    fn excess_wait_s(&mut self, view: &View<'_>, index: usize, plan: &mut Plan) -> Option<f32> {
        self.mark = self.mark.wrapping_add(1);
        let since = view.now - WINDOW_S;
        let mut planned_s: Vec<f64> = Vec::new();
        let way = &self.ways[index];
        let last = way.said.iter().map(|s| s.at).max()?;
        for said in &way.said {
            let mark = &mut self.marks[said.place as usize];
            if std::mem::replace(mark, self.mark) == self.mark {
                continue;
            }
            let on = (view.timetable, view.layout);
            plan.intervals(view.config, on, said.place, (since, last), |at, interval_s| {
                if (view.observed)(index as u32, at - interval_s, at) {
                    planned_s.push(interval_s as f64);
                }
            });
        }
        let observed = average_wait_s(way.said.iter().map(|s| f64::from(s.headway_s)))?;
        Some((observed - average_wait_s(planned_s)?) as f32)
    }

    /// Appends the state of every direction with anything planned or seen.
    pub(super) fn fill(&self, ghosts: &[(u32, TripInstance)], out: &mut Vec<DirectionState>) {
        for (index, way) in self.ways.iter().enumerate() {
            let from = ghosts.partition_point(|g| (g.0 as usize) < index);
            let to = ghosts.partition_point(|g| (g.0 as usize) <= index);
            let state = &way.state;
            let idle = state.vehicles == 0
                && state.scheduled_vehicles == 0
                && from == to
                && way.said.is_empty();
            if !idle {
                let ghosts = ghosts[from..to].iter().map(|g| g.1).collect();
                out.push(DirectionState { ghosts, ..state.clone() });
            }
        }
    }

    /// A new timetable: every direction takes its past along.
    pub(super) fn carried(
        &self,
        layout: &Layout,
        direction: impl Fn(u32) -> Option<u32>,
        place: impl Fn(u32) -> Option<u32>,
    ) -> Self {
        let mut new = Self::new(layout);
        for (old, way) in self.ways.iter().enumerate() {
            let Some(to) = direction(old as u32) else { continue };
            let to = &mut new.ways[to as usize];
            to.minutes = way.minutes;
            to.next_refresh = way.next_refresh;
            to.state = DirectionState {
                route: to.state.route,
                direction: to.state.direction,
                ..way.state.clone()
            };
            let moved = way.said.iter().filter_map(|s| Some(Said { place: place(s.place)?, ..*s }));
            to.said = moved.collect();
        }
        new
    }
}

/// Share of departures on time since `since`.
fn on_time_share(minutes: &[Minute; MINUTES], since: EpochS) -> Option<f32> {
    let recent = minutes.iter().filter(|m| m.number * 60 > since);
    let (all, on_time) = recent.fold((0, 0), |sum, m| (sum.0 + m.all, sum.1 + m.on_time));
    (all >= DEPARTURES_MIN).then(|| on_time as f32 / all as f32)
}
