//! Runs of a line from its headways: departures at both ends, chained to blocks.

use crate::network::{NetworkPattern, NetworkRun};

/// Periods of a day that have a headway of their own: until (seconds of the service day), and which of
/// [`Headways`].
const PERIODS: [(i32, usize); 5] =
    [(7 * 3600, 1), (9 * 3600 + 1800, 0), (16 * 3600 + 1800, 1), (20 * 3600, 0), (40 * 3600, 2)];

/// Running time against the usual by hour of departure, as timetables are written.
const RUNNING_BY_HOUR: [f64; 24] = [
    0.82, 0.82, 0.82, 0.82, 0.84, 0.88, 0.94, 1.05, 1.14, 1.08, 1.0, 1.0, //
    1.0, 1.0, 1.0, 1.02, 1.05, 1.13, 1.16, 1.08, 0.98, 0.92, 0.87, 0.84,
];

/// Rest at a terminal, as a share of the running time …
const REST_SHARE: f64 = 0.10;
/// … and at least, seconds.
const REST_MIN_S: i32 = 240;

/// A vehicle that would wait longer than this goes home, seconds.
const REST_MAX_S: i32 = 2_700;

/// The other end's last departure may be this much later, so that the last buses come back, seconds.
const LAST_BACK_S: i32 = 1_800;

/// Printed times are multiples of this, seconds.
const STEP_S: f64 = 10.0;

/// Headways in the rush hours, by day, and in the evening, seconds.
pub(crate) type Headways = [i32; 3];

/// How a route is served on the days of a service.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub service: usize,
    pub headways: Headways,
    /// First and last departure, seconds of the service day.
    pub span: (i32, i32),
    /// Mean speed with stops, km/h, at a usual hour.
    pub speed_kmh: f64,
    /// Running times do not follow the rush hours (weekend).
    pub calm: bool,
}

/// Lays out the runs of one service of a route: pattern 0 and, if there is one, pattern 1 back.
pub(crate) fn runs(patterns: &[NetworkPattern], plan: &Plan) -> Vec<NetworkRun> {
    let mut starts: Vec<(i32, usize)> = Vec::new();
    let mut at = plan.span.0;
    while at <= plan.span.1 {
        starts.push((at, 0));
        at += headway_s(plan, at);
    }
    if patterns.len() > 1 {
        starts.extend(back_starts(patterns, plan, &starts).into_iter().map(|at| (at, 1)));
    }
    starts.sort_unstable();
    chain(patterns, plan, &starts)
}

/// Departures at the other end: when each bus is ready there, to the minute, and before the first of them
/// as many as the headway asks for. A ring begins at its only terminus at the same times both ways round.
fn back_starts(patterns: &[NetworkPattern], plan: &Plan, starts: &[(i32, usize)]) -> Vec<i32> {
    if is_loop(&patterns[0]) {
        return starts.iter().map(|(at, _)| *at).collect();
    }
    let ready = starts.iter().map(|(at, _)| {
        let times = times(&patterns[0], plan, *at);
        let driven = times[times.len() - 1] - at;
        (at + driven + rest_s(driven) + 59) / 60 * 60
    });
    let mut back: Vec<i32> = ready.collect();
    back.dedup();
    let mut at = back.first().map_or(0, |first| first - headway_s(plan, plan.span.0));
    while at >= plan.span.0 {
        back.push(at);
        at -= headway_s(plan, plan.span.0);
    }
    back.retain(|at| *at <= plan.span.1 + LAST_BACK_S);
    back.sort_unstable();
    back
}

fn rest_s(driven_s: i32) -> i32 {
    REST_MIN_S.max((f64::from(driven_s) * REST_SHARE) as i32)
}

fn headway_s(plan: &Plan, at: i32) -> i32 {
    let period = PERIODS.iter().find(|(until, _)| at < *until).map_or(2, |p| p.1);
    plan.headways[period].max(60)
}

/// The longest-resting vehicle at the terminal takes each departure.
fn chain(patterns: &[NetworkPattern], plan: &Plan, starts: &[(i32, usize)]) -> Vec<NetworkRun> {
    let mut free: Vec<Vec<(i32, usize)>> = vec![Vec::new(); patterns.len()];
    let mut blocks = 0;
    let mut runs = Vec::with_capacity(starts.len());
    for (at, end) in starts {
        let times_s = times(&patterns[*end], plan, *at);
        let arrival = times_s[times_s.len() - 1];
        let rest = rest_s(arrival - at);
        free[*end].retain(|(ready, _)| at - ready <= REST_MAX_S);
        let ready = (0..free[*end].len())
            .filter(|i| free[*end][*i].0 <= *at)
            .min_by_key(|i| free[*end][*i]);
        let block = if let Some(i) = ready {
            free[*end].remove(i).1
        } else {
            blocks += 1;
            blocks - 1
        };
        // A loop comes back to where it began.
        let other = if patterns.len() == 1 || is_loop(&patterns[*end]) { *end } else { 1 - *end };
        free[other].push((arrival + rest, block));
        runs.push(NetworkRun { service: plan.service, pattern: *end, block, times_s });
    }
    runs
}

fn is_loop(pattern: &NetworkPattern) -> bool {
    pattern.stops.first() == pattern.stops.last()
}

/// Seconds of the service day at each stop.
fn times(pattern: &NetworkPattern, plan: &Plan, start: i32) -> Vec<i32> {
    let metres_per_s = plan.speed_kmh / 3.6;
    let mut at = f64::from(start);
    let mut times = Vec::with_capacity(pattern.stops.len());
    for (i, along) in pattern.offsets_m.iter().enumerate() {
        if i > 0 {
            let hour = ((at / 3600.0) as usize) % 24;
            let slower = if plan.calm { 0.94 } else { RUNNING_BY_HOUR[hour] };
            at += (along - pattern.offsets_m[i - 1]) / metres_per_s * slower;
        }
        let printed = ((at / STEP_S).round() * STEP_S) as i32;
        let before = times.last().map_or(start, |t: &i32| t + STEP_S as i32);
        times.push(if i == 0 { start } else { printed.max(before) });
    }
    times
}
