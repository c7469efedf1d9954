//! One vehicle's way through the timetable: from belief to a followed run and its visits.

use super::beam::{Beam, Hypothesis, Prior};
use super::candidates;
use super::config::MonitorConfig;
use super::crossing::Obs;
use super::fleet::Fix;
use super::line::{Line, Run};
use super::manner::Manner;
use super::matching::{self, Motion};
use super::naming::{Named, NamedMemory};
use super::path::deviation_s;
use super::recent::Recent;
use super::runs::Runs;
use super::updates::Updates;
use super::visits::{Served, Tracker};
use crate::ids::VehicleIdx;
use crate::time::EpochS;
use crate::timetable::{Timetable, TripInstance};

/// A belief whose fixes fit worse than this is not followed.
const FIT_MOST: f32 = 2.7;
/// … and one in a run that nobody named must fit better, …
const INFERRED_FIT_MOST: f32 = 2.0;
/// … over so many fixes …
const INFERRED_FIXES: u8 = 3;
/// … and metres.
const INFERRED_M: f64 = 150.0;
/// Another run must be likelier by this to be followed instead.
const HOLD_MARGIN: f32 = 2.0;
/// A named run must be missed for so many moving fixes before another is looked for.
const ASTRAY_FIXES: u8 = 3;
/// Runs are looked for while the vehicle moves more than this between fixes, metres, …
const MOVING_M: f64 = 40.0;
/// … and not again within so many seconds.
const SEARCH_EVERY_S: i64 = 20;
/// Off the line for so many fixes in a row is off route.
const OFF_ROUTE_FIXES: u8 = 2;
/// The end of a run counts as its end when so much of it was driven, metres.
const DRIVEN_M: f64 = 100.0;

/// Without a name after so many seconds, a vehicle is looked for again, though its feed named its runs.
const WITHDRAWN_S: i64 = 900;
/// A name may be missing for so many seconds without meaning anything.
const NAMELESS_S: i64 = 120;
/// Least rest between two runs, seconds.
pub(super) const LAYOVER_S: i64 = 120;

/// What the parts of a step share.
pub(super) struct Env<'a> {
    pub timetable: &'a Timetable,
    pub config: &'a MonitorConfig,
    pub updates: &'a Updates,
    pub runs: &'a mut Runs,
}

/// A stop served on a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct ServedOn {
    pub run: Run,
    pub named: bool,
    pub served: Served,
}

/// The run that is followed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Followed {
    pub run: Run,
    pub prior: Prior,
    pub along_m: f64,
    pub tracker: Tracker,
    /// Metres from the line, while off route.
    pub off_route_m: Option<f64>,
    /// Seconds late; `None` where no time is promised.
    pub deviation_s: Option<i32>,
    /// Speed along the line between the last two fixes, m/s.
    pub speed_mps: Option<f32>,
    /// Waits at the first stop.
    pub waiting: bool,
    /// Another vehicle drives this run.
    pub overload: bool,
}

/// State of one vehicle's matching.
#[derive(Clone, Debug, Default)]
pub(super) struct Track {
    pub(super) beam: Beam,
    pub named_memory: NamedMemory,
    pub(super) named: Named,
    pub followed: Option<Followed>,
    /// The run that was driven to its end, and is not begun again.
    pub finished: Option<Run>,
    /// When that was.
    pub(super) finished_at: EpochS,
    /// The run that the feed names though the vehicle was found to have left on another.
    pub(super) disowned: Option<Run>,
    /// When the feed last named a trip or route.
    named_at: Option<EpochS>,
    /// Within the terminal zone of a run that is finished or will begin.
    pub at_terminal: bool,
    /// Fixes in a row without a belief that fits.
    astray: u8,
    /// When runs were last looked for.
    searched_at: Option<EpochS>,
    /// Fixes that were not yet given to a tracker.
    recent: Recent,
    /// Since when it is not clear which run it is on, or where on it: the fixes wait.
    pub(super) unsure_since: Option<EpochS>,
    /// Fixes in a row far from the line, though on it.
    pub(super) far: u8,
    /// How it drives and measures, of all its runs.
    pub(super) manner: Manner,
}

impl Track {
    /// True while it is on a line and not at a terminal: a receiver that stands still then is suspect.
    pub fn should_move(&self) -> bool {
        self.followed.is_some_and(|f| !f.waiting)
    }

    /// True if it was placed on the run that the feed names: on its line, or at its terminals.
    pub fn is_placed(&self) -> bool {
        let finished_here = self.at_terminal
            && self.finished.map(|f| f.instance) == self.named.run.map(|r| r.instance);
        finished_here || self.followed.is_some_and(|f| f.off_route_m.is_none())
    }

    /// The run at whose last stop it rests.
    pub fn resting(&self) -> Option<&Run> {
        let rests = self.at_terminal && self.followed.is_none();
        self.finished.as_ref().filter(|_| rests)
    }

    /// Takes an accepted fix.
    pub fn step(
        &mut self,
        env: &mut Env<'_>,
        vehicle: VehicleIdx,
        fix: Fix,
        before: Option<Fix>,
        named: Named,
        out: &mut Vec<ServedOn>,
    ) {
        if before.is_none() {
            // A jump, or a receiver that was stuck: what lies between is not known.
            self.lose(env.runs, vehicle);
        }
        self.named = named;
        self.recent.push(fix, self.unsure_since.is_some());
        let motion = Motion::between(before, fix);
        let named = self.believed(named);
        let wanted = named.run.filter(|r| Some(r.instance) != self.finished_instance());
        matching::advance(&mut self.beam, env, &motion, &named, wanted);
        let withdrawn = self.is_withdrawn(fix.at);
        if withdrawn {
            self.beam.retain(|h| h.off_line == 0);
        } else {
            self.begin(env, vehicle, &motion, wanted);
            self.reconsider(env, vehicle, fix.at);
        }
        if self.should_search(&motion, wanted) && !withdrawn {
            self.searched_at = Some(fix.at);
            candidates::infer(&mut self.beam, env, vehicle, &motion, &named);
        }
        self.give_up(env, &named);
        self.beam.prune();
        if !withdrawn || !self.hold_withdrawn(env, vehicle, &motion, out) {
            self.choose(env, vehicle, &motion, out);
        }
        self.note_terminal(env, fix);
    }

    /// Believes anew in the run that should be driven, where no belief in it is on its line. A bus that is on
    /// another run already is not called back to one that is over, or another's: it is misnamed.
    fn begin(&mut self, env: &Env<'_>, vehicle: VehicleIdx, motion: &Motion, wanted: Option<Run>) {
        if self.disowned.is_some() && self.followed.is_some_and(|f| f.off_route_m.is_none()) {
            return;
        }
        let taken = |run: &Run| env.runs.is_taken(env.config, run.instance, vehicle, motion.fix.at);
        if wanted.is_some_and(|w| taken(&w) && self.is_on_another(&w)) {
            return;
        }
        let successor = || candidates::successor(env, self.finished.as_ref()?, motion.fix.at);
        let (run, prior) = match wanted {
            Some(run) => (Some(run), Prior::Named),
            None => (successor(), Prior::Block),
        };
        if let Some(run) = run
            && !self.beam.iter().any(|h| h.run.instance == run.instance && h.off_line == 0)
        {
            matching::begin(&mut self.beam, env, motion, run, prior);
        }
    }

    /// True if it follows another run than `run`, on its line.
    fn is_on_another(&self, run: &Run) -> bool {
        self.followed.is_some_and(|f| f.run.instance != run.instance && f.off_route_m.is_none())
    }

    /// True if the feed named a run of this vehicle lately and now names nothing: it was taken out of service.
    fn is_withdrawn(&mut self, at: EpochS) -> bool {
        if self.named.trip.is_some() || self.named.route.is_some() {
            self.named_at = Some(at);
            return false;
        }
        self.named_at.is_some_and(|named_at| at - named_at <= WITHDRAWN_S)
    }

    /// Out of service it serves nothing but the last stop, if that is all that is left. A name that is missing
    /// for a moment loses nothing: the fixes wait. True if the step is over.
    fn hold_withdrawn(
        &mut self,
        env: &mut Env<'_>,
        vehicle: VehicleIdx,
        motion: &Motion,
        out: &mut Vec<ServedOn>,
    ) -> bool {
        let Some(f) = self.followed else { return true };
        if usize::from(f.tracker.next) + 1 >= Line::of(env.timetable, &f.run).stops() {
            return false;
        }
        if self.named_at.is_none_or(|at| motion.fix.at - at > NAMELESS_S) {
            // It turned short at the stop where it was seen last.
            if let Some(served) = f.tracker.arrived(&Line::of(env.timetable, &f.run)) {
                serve(env.runs, vehicle, &f.run, f.prior, served, out);
            }
            self.drop_followed(env, vehicle, motion, out);
            self.beam.clear();
        }
        true
    }

    /// True when no belief fits, or the one that is followed was a guess that turned out to be taken.
    fn should_search(&mut self, motion: &Motion, wanted: Option<Run>) -> bool {
        let fits = self.beam.iter().any(|h| h.off_line == 0 && h.fit <= FIT_MOST);
        let taken = self.followed.is_some_and(|f| f.overload && f.prior == Prior::Inferred);
        if fits && !taken {
            self.astray = 0;
            return false;
        }
        if motion.ground_m < MOVING_M {
            return false;
        }
        self.astray = self.astray.saturating_add(1);
        // A bus that ended the run it still names drives to its rest, or on in its block.
        let rests = motion.fix.at - self.finished_at < LAYOVER_S || self.at_terminal;
        let ended = self.named.run.is_some() && wanted.is_none() && rests;
        let patient = wanted.is_some() && self.astray < ASTRAY_FIXES;
        let lately = self.searched_at.is_some_and(|at| motion.fix.at - at < SEARCH_EVERY_S);
        !ended && !patient && !lately
    }

    fn finished_instance(&self) -> Option<TripInstance> {
        self.finished.map(|f| f.instance)
    }

    /// The belief to follow: the likeliest that has proved itself, but rather the one that is followed.
    fn chosen(&self) -> Option<Hypothesis> {
        let ready = |h: &&Hypothesis| match h.prior {
            Prior::Named | Prior::Kept | Prior::Block => h.off_line == 0 && h.fit <= FIT_MOST,
            Prior::Inferred => {
                h.off_line == 0
                    && h.fit <= INFERRED_FIT_MOST
                    && h.fixes >= INFERRED_FIXES
                    && h.advance_m >= INFERRED_M
            }
        };
        let best = self.beam.iter().find(ready).copied();
        let followed = self
            .followed
            .and_then(|f| self.beam.iter().find(|h| h.run.instance == f.run.instance).copied());
        match (best, followed) {
            (Some(best), Some(f)) if f.cost > best.cost + HOLD_MARGIN => Some(best),
            (_, Some(f)) => Some(f),
            (best, None) => best,
        }
    }

    /// Follows the best belief.
    fn choose(
        &mut self,
        env: &mut Env<'_>,
        vehicle: VehicleIdx,
        motion: &Motion,
        out: &mut Vec<ServedOn>,
    ) {
        let Some(chosen) = self.chosen() else {
            self.unsure_since = None;
            self.drop_followed(env, vehicle, motion, out);
            return;
        };
        let run = chosen.run.instance;
        let followed = self.followed.is_some_and(|f| f.run.instance == run);
        if !followed {
            self.drop_followed(env, vehicle, motion, out);
        }
        if chosen.off_line > 0 {
            self.stray(&chosen);
            return;
        }
        let overload = !env.runs.drive(env.config, run, vehicle, motion.fix.at);
        let guess = !followed && chosen.prior == Prior::Inferred;
        let unsure =
            self.beam.is_contested(&chosen, guess) || self.is_leaving(env, &chosen, motion);
        if unsure && self.may_wait(motion.fix.at) {
            if let Some(f) = &mut self.followed {
                f.overload = overload;
            }
            return;
        }
        self.unsure_since = None;
        self.follow(env, vehicle, &chosen, overload, out);
    }

    /// Off the line: the place stays where it was.
    fn stray(&mut self, best: &Hypothesis) {
        if let Some(f) = &mut self.followed {
            f.speed_mps = None;
            if best.off_line >= OFF_ROUTE_FIXES && !f.waiting {
                f.off_route_m = Some(best.distance_m);
            }
        }
    }

    /// On the line of `best`: gives the waiting fixes to the tracker and takes the visits.
    fn follow(
        &mut self,
        env: &mut Env<'_>,
        vehicle: VehicleIdx,
        best: &Hypothesis,
        overload: bool,
        out: &mut Vec<ServedOn>,
    ) {
        let line = Line::of(env.timetable, &best.run);
        let known_at = self.followed.and_then(|f| f.tracker.last_at()).unwrap_or(EpochS::MIN);
        let low_m = self.followed.map_or(line.offset_m(0), |f| f.along_m) - BACK_M;
        let path = self.recent.path_to(&line, env.config, best, known_at, low_m);
        let newest = Obs { at: best.at, along_m: best.along_m };
        let earlier = self.followed;
        let mut tracker = match earlier {
            // Stops that were passed off the line were not served, as far as anybody knows.
            Some(f) if newest.along_m >= f.along_m - BACK_M && f.off_route_m.is_none() => f.tracker,
            Some(f) => {
                // It came to the stop where it left its line.
                if let Some(served) = f.tracker.arrived(&line) {
                    serve(env.runs, vehicle, &f.run, f.prior, served, out);
                }
                f.tracker.rejoin(&line, env.config, newest.along_m, best.distance_m)
            }
            None => {
                let first = path.iter().flatten().next().unwrap_or(&newest);
                Tracker::start(&line, env.config, self.manner, first.along_m)
            }
        };
        let last_at = earlier.and_then(|f| f.tracker.last_at());
        for obs in path.iter().flatten() {
            tracker.observe(&line, env.config, *obs, |served| {
                serve(env.runs, vehicle, &best.run, best.prior, served, out);
            });
        }
        self.recent.keep_newest();
        if !line.pattern.shape_is_straight {
            tracker.manner.note_distance(best.distance_m);
        }
        self.manner = tracker.manner;
        let speed_mps = earlier.zip(last_at).and_then(|(f, last_at)| {
            let elapsed_s = (newest.at - last_at) as f64;
            let advance_m = (newest.along_m - f.along_m).max(0.0);
            (elapsed_s > 0.0).then(|| (advance_m / elapsed_s) as f32)
        });
        self.followed = Some(Followed {
            run: best.run,
            prior: best.prior,
            along_m: newest.along_m,
            tracker,
            off_route_m: None,
            deviation_s: deviation_s(&line, &best.run, &tracker, newest),
            speed_mps,
            waiting: tracker.next == 0,
            overload,
        });
        let driven = best.advance_m >= DRIVEN_M || best.at >= line.span().1 - NEAR_END_S;
        if tracker.is_done(&line) && driven {
            self.end(env, vehicle, best.run, best.at);
        }
    }

    /// `run` was driven to its end.
    fn end(&mut self, env: &mut Env<'_>, vehicle: VehicleIdx, run: Run, at: EpochS) {
        env.runs.finish(run.instance, vehicle);
        self.followed = None;
        self.finished = Some(run);
        self.finished_at = at;
        self.beam.retain(|h| h.run.instance != run.instance);
    }

    /// The followed run is followed no more; if it was left near its end, it arrived there.
    fn drop_followed(
        &mut self,
        env: &mut Env<'_>,
        vehicle: VehicleIdx,
        motion: &Motion,
        out: &mut Vec<ServedOn>,
    ) {
        let Some(mut f) = self.followed.take() else { return };
        let line = Line::of(env.timetable, &f.run);
        let near_end = line.terminal(true).distance_m(motion.fix.place) <= env.config.terminal_m;
        let left_m = line.end_m() - f.along_m;
        let arrived = near_end && left_m <= 2.0 * env.config.terminal_m && !f.waiting;
        if arrived && motion.elapsed_s <= env.config.interpolate_s as f64 {
            let at_end = Obs { at: motion.fix.at, along_m: line.end_m() };
            f.tracker.observe(&line, env.config, at_end, |served| {
                serve(env.runs, vehicle, &f.run, f.prior, served, out);
            });
            self.end(env, vehicle, f.run, motion.fix.at);
        }
        env.runs.leave(f.run.instance, vehicle);
    }

    fn note_terminal(&mut self, env: &Env<'_>, fix: Fix) {
        let near = |run: &Run, last: bool| {
            let place = Line::of(env.timetable, run).terminal(last);
            place.distance_m(fix.place) <= env.config.terminal_m
        };
        let begins = self.named.run.filter(|r| Some(r.instance) != self.finished_instance());
        self.at_terminal = match self.followed {
            Some(f) => f.waiting,
            None => {
                self.finished.is_some_and(|r| near(&r, true))
                    || begins.is_some_and(|r| near(&r, false))
            }
        };
    }

    /// Silent for too long: the run is free for others.
    pub fn lose(&mut self, runs: &mut Runs, vehicle: VehicleIdx) {
        if let Some(f) = self.followed.take() {
            runs.leave(f.run.instance, vehicle);
        }
        self.beam.clear();
        self.recent.clear();
        self.unsure_since = None;
        self.at_terminal = false;
    }
}

/// How far back along its line noise may throw a vehicle, metres.
pub(super) const BACK_M: f64 = 60.0;
/// Before its planned end by no more than this, a run seen at its last stop is over, seconds.
const NEAR_END_S: i64 = 600;

fn serve(
    runs: &mut Runs,
    vehicle: VehicleIdx,
    run: &Run,
    prior: Prior,
    served: Served,
    out: &mut Vec<ServedOn>,
) {
    let named = matches!(prior, Prior::Named | Prior::Kept);
    if runs.serve(run.instance, vehicle, served.stop_position) {
        out.push(ServedOn { run: *run, named, served });
    }
}
