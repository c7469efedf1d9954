//! When a vehicle's run is in doubt: its name is another's, it is off its line, or about to leave it.

use super::beam::{Hypothesis, Prior};
use super::candidates;
use super::line::Line;
use super::matching::Motion;
use super::naming::Named;
use super::track::{Env, Followed, LAYOVER_S, Track};
use super::visits::zone_m;
use crate::ids::VehicleIdx;
use crate::time::EpochS;

/// So far from its first stop a bus has left it, metres.
const LEFT_M: f64 = 60.0;
/// A bus that follows its block is this late, or a third of it early, before another run is thought of, seconds.
const BLOCK_BEARABLE_S: f64 = 120.0;
/// … and one whose run is named is a third of this early.
const NAMED_BEARABLE_S: f64 = 450.0;
/// A run that nobody names is given up when off its line for so many fixes.
const UNNAMED_OFF_LINE: u8 = 3;
/// … or for so many, where its route is named: buses on a detour come back.
const ROUTE_OFF_LINE: u8 = 30;
/// Farther from the line than this, metres, and than so many standard deviations of its fixes, a vehicle may be
/// about to leave it; …
const FAR_M: f64 = 25.0;
const FAR_NOISE: f64 = 3.0;
/// … unless that is so for more fixes than these: then the line is drawn beside the street.
const FAR_FIXES: u8 = 2;

/// Fixes closer together than this may be of a vehicle that waits at a light, metres.
const MOVED_M: f64 = 15.0;
/// A doubt is not waited out for longer than this, seconds: headways are said by then.
const PATIENCE_S: i64 = 300;

impl Track {
    /// True if what is in doubt may become clear yet: lines that leave a terminal by one street part within minutes.
    pub(super) fn may_wait(&mut self, at: EpochS) -> bool {
        at - *self.unsure_since.get_or_insert(at) <= PATIENCE_S
    }

    /// A bus that leaves its terminal long before it should, or (on the run that follows in its block) long
    /// after, or whose run another bus drives, is on another run of the line if one should be here just now
    /// and nobody drives it: its trip is misnamed or swapped, or a run of the block was not driven.
    pub(super) fn reconsider(&mut self, env: &mut Env<'_>, vehicle: VehicleIdx, at: EpochS) {
        let named = |p: Prior| matches!(p, Prior::Named | Prior::Kept);
        let doubtful = |f: &Followed| (f.waiting && f.prior != Prior::Inferred) || f.overload;
        let Some(f) = self.followed.filter(doubtful) else { return };
        let of_run = |h: &&Hypothesis| h.run.instance == f.run.instance && h.off_line == 0;
        let Some(h) = self.beam.iter().find(of_run).copied() else { return };
        let line = Line::of(env.timetable, &f.run);
        // A bus is asked where it leaves its first stop, before that is served. A second bus that stands at the
        // wayside with an old name is on no run at all.
        let zone_m = zone_m(&line, env.config, self.manner, 0);
        let (left_m, advance_m) =
            if f.waiting { (LEFT_M.min(zone_m), MOVED_M) } else { (LEFT_M, LEFT_M) };
        if h.along_m - line.offset_m(0) < left_m || h.advance_m < advance_m {
            return;
        }
        let ready_at = self.finished_at + LAYOVER_S;
        let bearable_s = match f.prior {
            _ if f.overload => 0.0,
            prior if named(prior) => NAMED_BEARABLE_S,
            _ => BLOCK_BEARABLE_S,
        };
        let place = candidates::Place { along_m: h.along_m, at, ready_at, bearable_s };
        let other = candidates::fitting_better(env, vehicle, &f.run, &place, !named(f.prior));
        let Some(other) = other else { return };
        self.disowned = self.named.run.filter(|r| r.instance == f.run.instance);
        self.beam.rename(|r| Some(if *r == f.run { other } else { *r }));
        env.runs.leave(f.run.instance, vehicle);
        env.runs.take_over(other.instance, vehicle, at);
        self.followed = Some(Followed { run: other, ..f });
    }

    /// What the feed names, without the run that was found not to be this vehicle's: it says so all the way.
    pub(super) fn believed(&mut self, named: Named) -> Named {
        if self.disowned.is_some() && named.run == self.disowned {
            return Named { run: None, ..named };
        }
        self.disowned = None;
        named
    }

    /// Gives up beliefs that are off their line for long. A run that is named is not given up; nor is, for a
    /// while, the one that is followed where its route is named: it may be on a detour.
    pub(super) fn give_up(&mut self, env: &Env<'_>, named: &Named) {
        let followed = self.followed.map(|f| f.run.instance);
        let of_route = |h: &Hypothesis| {
            let line = Line::of(env.timetable, &h.run);
            // At its end a bus has come, whatever bay it stands in.
            let on_its_way = line.end_m() - h.high_m > 2.0 * env.config.terminal_m;
            let named = named.run.is_none() && named.route == Some(line.pattern.route);
            named && followed == Some(h.run.instance) && on_its_way
        };
        self.beam.retain(|h| {
            h.prior == Prior::Named
                || h.off_line < UNNAMED_OFF_LINE
                || (h.off_line < ROUTE_OFF_LINE && of_route(h))
        });
    }

    /// True if it is beside its line, but farther than it usually is, and has not been for long: whether it
    /// leaves the line, and with it the stops ahead, the next fixes tell.
    pub(super) fn is_leaving(
        &mut self,
        env: &Env<'_>,
        chosen: &Hypothesis,
        motion: &Motion,
    ) -> bool {
        let usual_m = (FAR_NOISE * self.manner.noise_m()).max(FAR_M);
        let straight = env.timetable.pattern(chosen.run.pattern).shape_is_straight;
        if straight || chosen.distance_m <= usual_m {
            self.far = 0;
            return false;
        }
        // Standing tells nothing.
        if motion.ground_m >= MOVED_M || self.far == 0 {
            self.far = self.far.saturating_add(1);
        }
        self.far <= FAR_FIXES
    }
}
