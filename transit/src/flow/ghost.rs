//! Runs of the plan against vehicles on the road: who drives what, and which runs nobody drives.
//!
//! scheduled → expected → unconfirmed → ghost → driven after all, or missed; canceled by the feed; unknown
//! where the feed was not observed (`operations.md` §2.10).

use super::FlowConfig;
use super::coverage::Coverage;
use super::incident::{Book, Key, blank};
use super::layout::{Layout, NONE};
use super::plan::Plan;
use super::tracking::Tracking;
use crate::event::{Effect, IncidentKind};
use crate::time::EpochS;
use crate::timetable::{Run, Timetable, TripInstance};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// The plan is asked for new runs this often, seconds.
const ASK_EVERY_S: EpochS = 60;
/// A vehicle not seen under way for so long does not drive its run any more, seconds.
const DRIVES_FOR_S: EpochS = 300;
/// A vehicle that was seen at the terminal with its run gets so much longer, seconds.
const TERMINAL_GRACE_S: EpochS = 360;
/// So many earlier trips of a block may still be under way.
const BLOCK_BACK: usize = 3;
/// A run counts as judged when so much of it was observed.
const JUDGED_COVERAGE: f32 = 0.9;
/// Most runs that are watched at once.
const RUNS_MAX: usize = 50_000;
/// Runs of a direction are named by the feed at least this often, or its vehicles are only counted.
const NAMED_SHARE_MIN: f32 = 0.5;
/// Each visit moves the share of named visits by this much of the difference.
const NAMED_STEP: f32 = 0.02;

/// What the plan says of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Promise {
    /// Nothing: it is known from its vehicle only.
    None,
    /// Its headway only: a frequency with `exact_times` = 0.
    Headway,
    /// Its times.
    Times,
}

/// How a vehicle was seen on a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// At a terminal, or where it has stood for long: nobody is carried.
    Standing,
    /// Between its ends.
    UnderWay,
    /// It visited this stop position.
    Visiting(u16),
}

/// A run that is, or shortly will or should be, on the road.
#[derive(Clone, Copy, Debug)]
pub(super) struct Watched {
    pub(super) run: Run,
    pub(super) direction: u32,
    promise: Promise,
    /// A vehicle was under way on it after its start, or visited a stop beyond its first.
    driven: bool,
    /// When a vehicle was last matched to it, also while it stood at the terminal.
    seen_at: Option<EpochS>,
    /// When a vehicle was last under way on it.
    moved_at: Option<EpochS>,
    ghost: bool,
}

/// All runs around now.
#[derive(Clone, Debug, Default)]
pub(super) struct Runs {
    watched: Vec<Watched>,
    index: FxHashMap<TripInstance, u32>,
    next_ask: EpochS,
    /// By direction: runs that the plan has on the road.
    pub(super) scheduled: Vec<u32>,
    /// By direction: share of visits whose trip the feed named.
    named_share: Vec<f32>,
    /// By direction: runs that should have shown themselves by now and that nobody was seen to drive.
    undriven: Vec<u32>,
}

/// What the machine looks at.
pub(super) struct View<'a> {
    pub(super) config: &'a FlowConfig,
    pub(super) now: EpochS,
    pub(super) timetable: &'a Timetable,
    pub(super) layout: &'a Layout,
    pub(super) coverage: &'a Coverage,
    pub(super) canceled: &'a BTreeSet<TripInstance>,
    /// Vehicles in service, by direction.
    pub(super) in_service: &'a [u32],
    /// Second vehicles on a run, by direction.
    pub(super) overloads: &'a [u32],
}

impl Runs {
    pub(super) fn new(layout: &Layout) -> Self {
        Self {
            scheduled: vec![0; layout.directions.len()],
            named_share: vec![1.0; layout.directions.len()],
            undriven: vec![0; layout.directions.len()],
            ..Self::default()
        }
    }

    /// Takes over the runs that the plan has around `now`.
    pub(super) fn ask(
        &mut self,
        config: &FlowConfig,
        (timetable, layout): (&Timetable, &Layout),
        now: EpochS,
    ) {
        if now < self.next_ask {
            return;
        }
        self.next_ask = now + ASK_EVERY_S;
        for run in timetable.runs_active(now, now + config.expected_before_s) {
            if let Some(&at) = self.index.get(&run.instance) {
                self.watched[at as usize].promise = promise_of(timetable, run.instance);
            } else {
                self.watch(timetable, layout, run, promise_of(timetable, run.instance));
            }
        }
    }

    /// Counts the vehicles that the plan has on the road at `now`, and those that are late to show themselves.
    pub(super) fn count(&mut self, config: &FlowConfig, now: EpochS) {
        self.scheduled.fill(0);
        self.undriven.fill(0);
        for watched in &self.watched {
            let run = watched.run;
            if watched.promise != Promise::None && run.start <= now && now < run.end {
                let direction = watched.direction as usize;
                self.scheduled[direction] += 1;
                let late = !watched.driven && now - run.start >= config.ghost_after_min_s;
                self.undriven[direction] += u32::from(late);
            }
        }
    }

    fn watch(&mut self, timetable: &Timetable, layout: &Layout, run: Run, promise: Promise) {
        if self.watched.len() >= RUNS_MAX {
            return;
        }
        let trip = run.instance.trip;
        let pattern = timetable.trip(trip).pattern;
        self.index.insert(run.instance, self.watched.len() as u32);
        self.watched.push(Watched {
            run,
            direction: layout.direction_of(pattern) as u32,
            promise,
            driven: false,
            seen_at: None,
            moved_at: None,
            ghost: false,
        });
    }

    /// A vehicle is matched to the run at `at`.
    pub(super) fn seen(
        &mut self,
        (timetable, layout): (&Timetable, &Layout),
        instance: TripInstance,
        at: EpochS,
        how: Seen,
    ) {
        let known = self.index.get(&instance).copied();
        let index = known.or_else(|| {
            self.watch(timetable, layout, timetable.run(instance), Promise::None);
            self.index.get(&instance).copied()
        });
        if let Some(index) = index {
            let run = &mut self.watched[index as usize];
            run.seen_at = run.seen_at.max(Some(at));
            if how != Seen::Standing {
                run.moved_at = run.moved_at.max(Some(at));
            }
            run.driven |= match how {
                Seen::Standing => false,
                Seen::UnderWay => at >= run.run.start,
                Seen::Visiting(position) => position > 0,
            };
        }
    }

    /// Whether the feed named the trip of a visit.
    pub(super) fn named(&mut self, direction: usize, named: bool) {
        let share = &mut self.named_share[direction];
        *share += (f32::from(u8::from(named)) - *share) * NAMED_STEP;
    }

    /// Vehicles that the plan has on the road, all together.
    pub(super) fn on_road(&self) -> u32 {
        self.scheduled.iter().sum()
    }

    /// Moves every run on; opens and closes `Ghost`.
    pub(super) fn step(
        &mut self,
        view: &View<'_>,
        plan: &mut Plan,
        tracking: &mut Tracking,
        book: &mut Book,
        effects: &mut Vec<Effect>,
    ) {
        let mut index = 0;
        while index < self.watched.len() {
            self.step_one(view, index, plan, tracking, book, effects);
            if self.is_over(view, index) {
                self.finish(view, index, tracking, book, effects);
            } else {
                index += 1;
            }
        }
    }

    fn is_driven_now(&self, now: EpochS, index: usize) -> bool {
        self.watched[index].moved_at.is_some_and(|at| at > now - DRIVES_FOR_S)
    }

    fn is_over(&self, view: &View<'_>, index: usize) -> bool {
        let watched = &self.watched[index];
        let over_at = watched.run.end + view.config.missed_after_end_s;
        view.now > over_at && watched.seen_at.is_none_or(|at| at <= view.now - DRIVES_FOR_S)
    }

    /// Takes a run off the list.
    fn finish(
        &mut self,
        view: &View<'_>,
        index: usize,
        tracking: &mut Tracking,
        book: &mut Book,
        effects: &mut Vec<Effect>,
    ) {
        let gone = self.watched.swap_remove(index);
        self.index.remove(&gone.run.instance);
        if let Some(moved) = self.watched.get(index) {
            self.index.insert(moved.run.instance, index as u32);
        }
        book.close(Key::Ghost(gone.run.instance), view.now, effects);
        let route = view.layout.directions[gone.direction as usize].route;
        let span = (gone.run.start, gone.run.end);
        let judged = gone.promise == Promise::Times && !view.canceled.contains(&gone.run.instance);
        let observed = tracking.coverage(view.config, view.coverage, view.now, route, span);
        if judged && observed >= JUDGED_COVERAGE {
            tracking.finished(route, gone.driven);
        }
    }

    fn step_one(
        &mut self,
        view: &View<'_>,
        index: usize,
        plan: &mut Plan,
        tracking: &Tracking,
        book: &mut Book,
        effects: &mut Vec<Effect>,
    ) {
        let watched = self.watched[index];
        let (run, now) = (watched.run, view.now);
        let key = Key::Ghost(run.instance);
        let canceled = view.canceled.contains(&run.instance);
        if watched.driven || self.is_driven_now(now, index) || canceled {
            if watched.ghost {
                self.watched[index].ghost = false;
                book.close(key, now, effects);
            }
            return;
        }
        if watched.ghost {
            if let Some(open) = book.get_mut(key) {
                open.value = (now - run.start) as f64;
            }
            return;
        }
        let soonest = run.start + view.config.ghost_after_min_s.min(end_s(view, run));
        if now < soonest || watched.promise != Promise::Times {
            return;
        }
        let route = view.layout.directions[watched.direction as usize].route;
        if !self.may_be_missed(view, watched, plan, tracking) {
            return;
        }
        let way = &view.layout.directions[watched.direction as usize];
        let pattern = view.timetable.trip(run.instance.trip).pattern;
        let mut incident = blank(IncidentKind::Ghost, now);
        incident.route = Some(route);
        incident.direction = way.sense;
        incident.stop = view.timetable.pattern(pattern).stops.first().copied();
        incident.instance = Some(run.instance);
        incident.value = (now - run.start) as f64;
        self.watched[index].ghost = book.open(view.config, |_| key, incident, effects).is_some();
    }

    /// Whether the run is late enough, well enough observed, and not merely behind an earlier one.
    fn may_be_missed(
        &self,
        view: &View<'_>,
        watched: Watched,
        plan: &mut Plan,
        tracking: &Tracking,
    ) -> bool {
        let (config, now, run) = (view.config, view.now, watched.run);
        let way = &view.layout.directions[watched.direction as usize];
        if tracking.is_muted(config, view.coverage, now, way.route)
            || !tracking.misses_count(config, now, way.route)
        {
            return false;
        }
        let pattern = view.timetable.trip(run.instance.trip).pattern;
        let place = view.layout.place_at(pattern, 0);
        let planned_s = (place != NONE)
            .then(|| plan.headway_s(config, (view.timetable, view.layout), place, run.start))
            .flatten();
        let patience_s = EpochS::from(planned_s.unwrap_or(0))
            .clamp(config.ghost_after_min_s, config.ghost_after_max_s)
            .min(end_s(view, run));
        // A vehicle that stood at the terminal with this run may have switched off there.
        let stood = watched.seen_at.is_some_and(|at| at >= run.start - config.expected_before_s);
        let patience_s = patience_s + if stood { TERMINAL_GRACE_S } else { 0 };
        if now - run.start < patience_s {
            return false;
        }
        // All of the time in which it should have shown itself must have been observed: else it is unknown.
        let span = (now - patience_s, now);
        if tracking.hole_between(config, view.coverage, now, way.route, span) {
            return false;
        }
        let direction = watched.direction as usize;
        let by_name = self.named_share[direction] >= NAMED_SHARE_MIN;
        // Where trips are inferred, a vehicle may have been given its neighbour's, and stand as the second on
        // that: only their number speaks.
        let (here, second) = (view.in_service[direction], view.overloads[direction]);
        let short = here + second < self.scheduled[direction] && self.undriven[direction] > second;
        (by_name || short) && !self.waits_for_block(view, run)
    }

    /// The vehicle that should drive the run is still on an earlier trip of its block.
    fn waits_for_block(&self, view: &View<'_>, run: Run) -> bool {
        let timetable = view.timetable;
        let Some(block) = timetable.trip(run.instance.trip).block else { return false };
        let trips = &timetable.blocks[block.get()].trips;
        let Some(here) = trips.iter().position(|t| *t == run.instance.trip) else { return false };
        let date = run.instance.service_date;
        let earlier = trips[..here].iter().rev().filter(|t| timetable.runs_on(**t, date));
        earlier.take(BLOCK_BACK).any(|&trip| {
            let start_s = timetable.stop_times(trip)[0].departure_s;
            let instance = TripInstance { service_date: date, trip, start_s };
            let index = self.index.get(&instance);
            index.is_some_and(|&i| self.is_driven_now(view.now, i as usize))
        })
    }

    /// Calls `each` with (direction, run) of all ghosts.
    pub(super) fn ghosts(&self, mut each: impl FnMut(u32, TripInstance)) {
        for watched in self.watched.iter().filter(|w| w.ghost) {
            each(watched.direction, watched.run.instance);
        }
    }

    /// A new timetable: runs are asked for anew, those with an open incident go on.
    pub(super) fn carried(
        &self,
        (timetable, layout): (&Timetable, &Layout),
        direction: impl Fn(u32) -> Option<u32>,
        run: impl Fn(TripInstance) -> Option<TripInstance>,
    ) -> Self {
        let mut new = Self::new(layout);
        for (old, share) in self.named_share.iter().enumerate() {
            if let Some(to) = direction(old as u32) {
                new.named_share[to as usize] = *share;
            }
        }
        for old in &self.watched {
            let Some(instance) = run(old.run.instance) else { continue };
            new.watch(timetable, layout, timetable.run(instance), old.promise);
            if let Some(watched) = new.watched.last_mut() {
                watched.driven = old.driven;
                (watched.seen_at, watched.moved_at) = (old.seen_at, old.moved_at);
                watched.ghost = old.ghost;
            }
        }
        new
    }
}

/// From its start until nobody can drive the run any more, seconds.
fn end_s(view: &View<'_>, run: Run) -> EpochS {
    run.end - run.start + view.config.missed_after_end_s
}

/// What the plan promises of one of its runs.
fn promise_of(timetable: &Timetable, run: TripInstance) -> Promise {
    let exact = timetable.frequencies(run.trip).iter().all(|f| f.exact);
    if exact { Promise::Times } else { Promise::Headway }
}
