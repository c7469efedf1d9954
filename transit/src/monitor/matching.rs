//! A hidden Markov model over places on runs: each belief moves on with each fix, and pays for what doesn't
//! fit (Newson and Krumm 2009; the timetable's progress after TransitClock).

use super::beam::{Beam, Hypothesis};
use super::config::MonitorConfig;
use super::emission;
use super::fleet::Fix;
use super::line::{Line, Near, Run, places_near};
use super::track::{BACK_M, Env};
use crate::place::LatLon;

/// A fix and how the vehicle came there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Motion {
    pub fix: Fix,
    pub from: Option<LatLon>,
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
        Self {
            fix,
            from: before.map(|b| b.place),
            elapsed_s,
            ground_m,
            heading_deg: reported.map(f64::from).or(driven),
        }
    }
}

/// A fix at the terminal but off the line, of a vehicle that waits.
const WAITING: f64 = 1.0;
/// Longest memory for reach: a vehicle off the line for longer may be anywhere ahead, seconds.
const REACH_S: f64 = 7_200.0;

/// Moves every belief on to the new fix.
pub(super) fn advance(beam: &mut Beam, env: &Env<'_>, motion: &Motion, named: Option<Run>) {
    let mut next = Beam::default();
    for h in beam.iter() {
        let is_named = named.is_some_and(|n| n.instance == h.run.instance);
        let aside = if named.is_some() && !is_named { emission::NOT_NAMED } else { 0.0 };
        let base = emission::MEMORY * h.cost + aside as f32;
        let line = Line::of(env.timetable, &h.run);
        let h = Hypothesis { named: is_named, ..*h };
        if !advance_one(&mut next, &line, env.config, motion, &h, base) {
            next.push(off_line(&line, env.config, motion, &h, base));
        }
    }
    *beam = next;
}

/// Children of `h` on the line; false if there is none.
fn advance_one(
    next: &mut Beam,
    line: &Line<'_>,
    config: &MonitorConfig,
    motion: &Motion,
    h: &Hypothesis,
    base: f32,
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
        let cost = emission::distance(config, line, n)
            + emission::heading(line, n, motion.heading_deg)
            + emission::transition(line, h.along_m, n.along_m, ground_m, elapsed_s);
        next.push(on_line(h, n, motion, base + cost as f32));
    }
    found
}

fn on_line(h: &Hypothesis, n: &Near, motion: &Motion, cost: f32) -> Hypothesis {
    Hypothesis {
        along_m: n.along_m,
        high_m: h.high_m.max(n.along_m),
        at: motion.fix.at,
        distance_m: n.distance_m,
        cost,
        off_line: 0,
        fixes: h.fixes.saturating_add(1),
        advance_m: h.advance_m + (n.along_m - h.high_m).max(0.0),
        ..*h
    }
}

/// `h` with the fix not on its line: it waits at its first stop, or has left its line.
fn off_line(
    line: &Line<'_>,
    config: &MonitorConfig,
    motion: &Motion,
    h: &Hypothesis,
    base: f32,
) -> Hypothesis {
    let first_m = line.offset_m(0);
    let away_m = line.terminal(false).distance_m(motion.fix.place);
    if h.high_m <= first_m + BACK_M && away_m <= config.terminal_m {
        let cost = base + WAITING as f32;
        let fixes = h.fixes.saturating_add(1);
        return Hypothesis { along_m: first_m, at: motion.fix.at, cost, off_line: 0, fixes, ..*h };
    }
    Hypothesis {
        distance_m: line.shape.at(h.along_m).distance_m(motion.fix.place),
        cost: base + emission::OFF_LINE as f32,
        off_line: h.off_line.saturating_add(1),
        ..*h
    }
}

/// Adds the beliefs that the vehicle is on `run`, wherever its line is near, or waits at its first stop.
pub(super) fn begin(beam: &mut Beam, env: &Env<'_>, motion: &Motion, run: Run, named: bool) {
    let line = Line::of(env.timetable, &run);
    let (config, fix) = (env.config, motion.fix);
    let length_m = line.shape.length_m();
    let since = (fix.at - run.base) as f64;
    let birth = |along_m: f64, distance_m: f64, cost: f64| Hypothesis {
        run,
        named,
        along_m,
        high_m: along_m,
        at: fix.at,
        distance_m,
        cost: cost as f32,
        off_line: 0,
        fixes: 1,
        advance_m: 0.0,
    };
    let near = places_near(line.shape, fix.place, 0.0, length_m, line.widest_m(config));
    for n in near.as_slice() {
        if n.distance_m > line.tolerance_m(config, n.along_m) {
            continue;
        }
        let late_s = if run.scheduled { since - line.scheduled_s(n.along_m) } else { 0.0 };
        let cost = emission::distance(config, &line, n)
            + emission::heading(&line, n, motion.heading_deg)
            + emission::deviation(late_s);
        beam.push(birth(n.along_m, n.distance_m, cost));
    }
    let away_m = line.terminal(false).distance_m(fix.place);
    if away_m <= config.terminal_m {
        let late_s = (since - f64::from(line.times[0].departure_s)).max(0.0);
        let cost = WAITING + away_m / config.terminal_m + emission::deviation(late_s);
        beam.push(birth(line.offset_m(0), away_m, cost));
    }
}
