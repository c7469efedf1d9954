//! A hidden Markov model over places on runs: each belief moves on with each fix, and pays for what doesn't
//! fit (Newson and Krumm 2009; the timetable's progress after TransitClock).

use super::beam::{Beam, Hypothesis, Prior};
use super::config::MonitorConfig;
use super::emission;
use super::fleet::Fix;
use super::line::{Line, Run, places_near};
use super::naming::Named;
use super::track::{BACK_M, Env};

/// A fix and how the vehicle came there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Motion {
    pub fix: Fix,
    /// Seconds since the fix before; 0 at first.
    pub elapsed_s: f64,
    /// Metres on the ground since the fix before.
    pub ground_m: f64,
    /// Direction of motion: of the way since the fix before, or as reported at speed.
    pub heading_deg: Option<f64>,
}

/// A reported direction is one at this speed or more, m/s (TransitClock).
const HEADING_MPS: f32 = 1.5;
/// The way between two fixes has a direction when it is longer than this, metres, …
const HEADING_M: f64 = 40.0;
/// … and they are not farther apart than this, seconds: streets bend.
const HEADING_S: f64 = 45.0;

impl Motion {
    pub fn between(before: Option<Fix>, fix: Fix) -> Self {
        let ground_m = before.map_or(0.0, |b| b.place.distance_m(fix.place));
        let elapsed_s = before.map_or(0.0, |b| (fix.at - b.at) as f64);
        let reported = fix.bearing_deg.filter(|_| fix.speed_mps.is_some_and(|v| v >= HEADING_MPS));
        let driven = before
            .filter(|_| ground_m >= HEADING_M && elapsed_s <= HEADING_S)
            .map(|b| b.place.bearing_deg(fix.place));
        Self { fix, elapsed_s, ground_m, heading_deg: reported.map(f64::from).or(driven) }
    }
}

/// A fix at the terminal but off the line, of a vehicle that waits.
const WAITING: f64 = 1.0;
/// Longest memory for reach: a vehicle off the line for longer may be anywhere ahead, seconds.
const REACH_S: f64 = 7_200.0;

/// Moves every belief on to the new fix. `wanted` is the run that the feed names.
pub(super) fn advance(
    beam: &mut Beam,
    env: &Env<'_>,
    motion: &Motion,
    named: &Named,
    wanted: Option<Run>,
) {
    let before = beam.take();
    for h in before.iter() {
        let is_named = wanted.is_some_and(|n| n.instance == h.run.instance);
        let prior = match h.prior {
            _ if is_named => Prior::Named,
            Prior::Named => Prior::Kept,
            other => other,
        };
        let aside = emission::aside(env.timetable, named, h.run.pattern, prior);
        let line = Line::of(env.timetable, &h.run);
        let h = Hypothesis { prior, ..*h };
        if !advance_one(beam, &line, env.config, motion, &h, aside) {
            beam.push(off_line(&line, env.config, motion, &h, aside));
        }
    }
}

/// Children of `h` on the line; false if there is none.
fn advance_one(
    next: &mut Beam,
    line: &Line<'_>,
    config: &MonitorConfig,
    motion: &Motion,
    h: &Hypothesis,
    aside: f64,
) -> bool {
    let elapsed_s = ((motion.fix.at - h.at) as f64).clamp(0.0, REACH_S);
    let from_m = h.high_m - BACK_M;
    let to_m = h.along_m + config.max_speed_mps * (elapsed_s + 5.0) + BACK_M;
    let near = places_near(line.shape, motion.fix.place, from_m, to_m, line.widest_m(config));
    let ground_m = if h.off_line == 0 {
        motion.ground_m
    } else {
        line.shape.at(h.along_m).distance_m(motion.fix.place)
    };
    let mut found = false;
    for n in near.as_slice() {
        if n.distance_m > line.tolerance_m(config, n.along_m) {
            continue;
        }
        found = true;
        let evidence = emission::distance(config, line, n)
            + emission::heading(line, n, motion.heading_deg)
            + emission::transition(line, h.along_m, n.along_m, ground_m, elapsed_s);
        let late_s = lateness_s(line, &h.run, motion, n.along_m);
        let moved = Hypothesis {
            along_m: n.along_m,
            high_m: h.high_m.max(n.along_m),
            distance_m: n.distance_m,
            advance_m: h.advance_m + (n.along_m - h.high_m).max(0.0),
            ..*h
        };
        let prior = aside + emission::deviation(late_s);
        next.push(on_line(&moved, motion, evidence, prior));
    }
    found
}

/// Seconds late at `along_m`; 0 where no time is promised.
fn lateness_s(line: &Line<'_>, run: &Run, motion: &Motion, along_m: f64) -> f64 {
    if !run.scheduled {
        return 0.0;
    }
    (motion.fix.at - run.base) as f64 - line.scheduled_s(along_m)
}

/// `h` with the evidence of a fix on its line. Evidence fades; `prior` is paid anew in part with each fix, so
/// that it stays.
fn on_line(h: &Hypothesis, motion: &Motion, evidence: f64, prior: f64) -> Hypothesis {
    let (new, keep) = (1.0 - emission::MEMORY, emission::MEMORY);
    Hypothesis {
        at: motion.fix.at,
        cost: keep * h.cost + evidence as f32 + new * prior as f32,
        fit: keep * h.fit + new * evidence as f32,
        off_line: 0,
        fixes: h.fixes.saturating_add(1),
        ..*h
    }
}

/// `h` with the fix not on its line: it waits at its first stop, or has left its line.
fn off_line(
    line: &Line<'_>,
    config: &MonitorConfig,
    motion: &Motion,
    h: &Hypothesis,
    aside: f64,
) -> Hypothesis {
    let first_m = line.offset_m(0);
    let away_m = line.terminal(false).distance_m(motion.fix.place);
    if h.high_m <= first_m + BACK_M && away_m <= config.terminal_m {
        let waiting = Hypothesis { along_m: first_m, ..*h };
        return on_line(&waiting, motion, WAITING, aside);
    }
    let strayed = on_line(h, motion, emission::OFF_LINE, aside);
    Hypothesis {
        at: h.at,
        fixes: h.fixes,
        distance_m: line.shape.at(h.along_m).distance_m(motion.fix.place),
        off_line: h.off_line.saturating_add(1),
        ..strayed
    }
}

/// A belief that begins.
pub(super) struct Birth {
    pub run: Run,
    pub prior: Prior,
    pub fit: f64,
    pub cost: f64,
}

/// The belief that the vehicle is at `along_m` of a run.
pub(super) fn born(motion: &Motion, birth: &Birth, along_m: f64, distance_m: f64) -> Hypothesis {
    Hypothesis {
        run: birth.run,
        prior: birth.prior,
        along_m,
        high_m: along_m,
        at: motion.fix.at,
        distance_m,
        cost: birth.cost as f32,
        fit: birth.fit as f32,
        off_line: 0,
        fixes: 1,
        advance_m: 0.0,
    }
}

/// Adds the beliefs that the vehicle is on `run`, wherever its line is near, or waits at its first stop.
pub(super) fn begin(beam: &mut Beam, env: &Env<'_>, motion: &Motion, run: Run, prior: Prior) {
    let line = Line::of(env.timetable, &run);
    let (config, place) = (env.config, motion.fix.place);
    let length_m = line.shape.length_m();
    let near = places_near(line.shape, place, 0.0, length_m, line.widest_m(config));
    for n in near.as_slice() {
        if n.distance_m > line.tolerance_m(config, n.along_m) {
            continue;
        }
        let evidence =
            emission::distance(config, &line, n) + emission::heading(&line, n, motion.heading_deg);
        let late_s = lateness_s(&line, &run, motion, n.along_m);
        // Late is likely where the feed names the run; on its way before its time is not.
        let fit = evidence + emission::deviation(late_s.min(0.0)).min(emission::AGAINST);
        let birth = Birth { run, prior, fit, cost: evidence + emission::deviation(late_s) };
        beam.push(born(motion, &birth, n.along_m, n.distance_m));
    }
    let away_m = line.terminal(false).distance_m(place);
    if away_m <= config.terminal_m {
        let late_s = lateness_s(&line, &run, motion, line.offset_m(0)).max(0.0);
        let fit = WAITING + away_m / config.terminal_m;
        let birth = Birth { run, prior, fit, cost: fit + emission::deviation(late_s) };
        beam.push(born(motion, &birth, line.offset_m(0), away_m));
    }
}
