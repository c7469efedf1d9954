//! How today differs: the last buses over a stretch, and the bus itself so far.

use crate::time::EpochS;

/// Buses that are remembered of a segment.
const LEADERS: usize = 3;
/// By how many deviations one may be off and count as that.
const OFF_MOST: f64 = 3.0;
/// Upper ends of the classes of age, seconds.
const AGES_S: [EpochS; 6] = [240, 480, 900, 1_800, 3_600, 7_200];
/// How alike two buses of that age are, until more is known.
const ALIKE: [f64; 6] = [0.25, 0.22, 0.18, 0.12, 0.06, 0.02];
/// Pairs that this is worth.
const ALIKE_WEIGHT: f64 = 150.0;
/// Pairs after which the oldest fade.
const MEMORY: f64 = 5_000.0;
/// How much of what a bus was off so far it is off further, until more is known.
const OWN: f64 = 0.15;
/// Minutes late or early beyond this change nothing more.
const LATE_MOST_MIN: f64 = 5.0;
const MINUTE_S: f64 = 60.0;
/// Least weight of the newest stretch in what a bus is off so far.
const OWN_NEWEST: f32 = 0.15;

/// A bus that went over the segment.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Leader {
    at: EpochS,
    /// Off what was expected, in deviations.
    off: f32,
}

/// The last buses over a segment, newest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Leaders([Option<Leader>; LEADERS]);

impl Leaders {
    /// Remembers a bus.
    pub fn add(&mut self, at: EpochS, off: f64) {
        let leader = Leader { at, off: off.clamp(-OFF_MOST, OFF_MOST) as f32 };
        let place = self.0.iter().position(|l| l.is_none_or(|l| l.at <= at));
        if let Some(place) = place {
            self.0[place..].rotate_right(1);
            self.0[place] = Some(leader);
        }
    }
}

/// A slope through the origin, learnt.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Slope {
    xy: f64,
    xx: f64,
}

impl Slope {
    const fn expecting(slope: f64, weight: f64) -> Self {
        Self { xy: slope * weight, xx: weight }
    }

    fn add(&mut self, x: f64, y: f64) {
        if self.xx > MEMORY {
            self.xx *= 0.5;
            self.xy *= 0.5;
        }
        self.xx += x * x;
        self.xy += x * y;
    }

    fn get(self) -> f64 {
        (self.xy / self.xx).clamp(0.0, 0.95)
    }
}

/// How far what was lasts.
#[derive(Clone, Debug)]
pub(super) struct Persistence {
    by_age: [Slope; AGES_S.len()],
    own: Slope,
    /// The same of its stays at stops: a bus behind a gap meets more people at each.
    own_stay: Slope,
    /// An early bus dawdles, a late one hurries, by so much a minute.
    early: Slope,
    late: Slope,
}

/// What is known of a bus today.
#[derive(Clone, Copy, Debug)]
pub(super) struct Today {
    pub own: Own,
    /// How late it sets out; `None` where no times are promised.
    pub late_s: Option<f64>,
}

impl Today {
    /// Minutes late, and minutes early.
    fn late_min(self) -> (f64, f64) {
        let late = self.late_s.unwrap_or(0.0) / MINUTE_S;
        (late.clamp(0.0, LATE_MOST_MIN), (-late).clamp(0.0, LATE_MOST_MIN))
    }
}

impl Default for Persistence {
    fn default() -> Self {
        let mut by_age = [Slope::expecting(0.0, ALIKE_WEIGHT); AGES_S.len()];
        for (slope, alike) in by_age.iter_mut().zip(ALIKE) {
            *slope = Slope::expecting(alike, ALIKE_WEIGHT);
        }
        Self {
            by_age,
            own: Slope::expecting(OWN, ALIKE_WEIGHT),
            own_stay: Slope::expecting(OWN, ALIKE_WEIGHT),
            early: Slope::expecting(0.0, ALIKE_WEIGHT),
            late: Slope::expecting(0.0, ALIKE_WEIGHT),
        }
    }
}

/// What a vehicle was off on its run so far, in deviations.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Own {
    off: f32,
    count: u16,
}

impl Own {
    pub fn add(&mut self, off: f64) {
        self.count = self.count.saturating_add(1);
        let weight = (1.0 / f32::from(self.count)).max(OWN_NEWEST);
        self.off += (off.clamp(-OFF_MOST, OFF_MOST) as f32 - self.off) * weight;
    }

    /// Thin at first.
    fn get(self) -> f64 {
        let n = f64::from(self.count);
        f64::from(self.off) * n / (n + 3.0)
    }
}

/// Two stretches between the same two fixes share what is not known of either: they are one observation, and
/// what is off on the one says nothing of the other. So persistence is learnt from what was known so long
/// before, seconds: longer than most feeds are silent between two fixes.
const APART_S: EpochS = 300;

/// What was known of a vehicle some time ago.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Mark {
    at: EpochS,
    own: Own,
    /// Seconds late.
    late_s: Option<f32>,
}

/// What a vehicle is off on its run, now and between one and two [`APART_S`] ago.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Trend {
    pub now: Own,
    earlier: Mark,
    later: Mark,
}

impl Trend {
    /// A stretch or a stay that ended at `at` was `off`, begun `late_s`.
    pub fn add(&mut self, at: EpochS, off: f64, late_s: Option<f64>) {
        if at - self.later.at >= APART_S {
            self.earlier = self.later;
            self.later = Mark { at, own: self.now, late_s: late_s.map(|s| s as f32) };
        }
        self.now.add(off);
    }

    /// What could have been said then of what is seen now.
    pub fn earlier(&self) -> Today {
        Today { own: self.earlier.own, late_s: self.earlier.late_s.map(f64::from) }
    }
}

impl Persistence {
    fn alike(&self, age_s: EpochS) -> f64 {
        let class = AGES_S.iter().position(|a| age_s.abs() < *a);
        class.map_or(0.0, |c| self.by_age[c].get())
    }

    /// By how many deviations a bus that goes over the segment at `at` will be off.
    pub fn expected_off(&self, leaders: Option<&Leaders>, today: Today, at: EpochS) -> f64 {
        let of_leaders = leaders.map_or(0.0, |l| self.of_leaders(l, at));
        of_leaders + self.own.get() * today.own.get() + self.of_plan(today)
    }

    /// By how many deviations its stay at a stop will be off.
    pub fn expected_stay_off(&self, stays: Own) -> f64 {
        self.own_stay.get() * stays.get()
    }

    /// Learns from a stay that was `off`.
    pub fn add_stay(&mut self, stays: Own, off: f64) {
        self.own_stay.add(stays.get(), off.clamp(-OFF_MOST, OFF_MOST));
    }

    fn of_plan(&self, today: Today) -> f64 {
        let (late, early) = today.late_min();
        self.early.get() * early - self.late.get() * late
    }

    /// A linear guess from the leaders, newest first: each adds what those before it left open.
    fn of_leaders(&self, leaders: &Leaders, at: EpochS) -> f64 {
        let mut guess = 0.0;
        let mut known = 0.0_f64;
        for leader in leaders.0.iter().flatten() {
            let alike = self.alike(at - leader.at);
            // What this one says beyond those before it.
            let news = (1.0 - known).max(0.0);
            guess += alike * news * f64::from(leader.off);
            known += alike * news;
        }
        guess
    }

    /// Learns from a bus that was `off` at `at`, before it is remembered as a leader. `today` is what was known
    /// of it well before ([`Trend::earlier`]).
    pub fn add(&mut self, leaders: &Leaders, today: Today, at: EpochS, off: f64) {
        let off = off.clamp(-OFF_MOST, OFF_MOST);
        if let Some(leader) = leaders.0[0]
            && let Some(class) = AGES_S.iter().position(|a| (at - leader.at).abs() < *a)
        {
            self.by_age[class].add(f64::from(leader.off), off);
        }
        let rest = off - self.of_leaders(leaders, at);
        let of_plan = self.of_plan(today);
        let of_own = self.own.get() * today.own.get();
        self.own.add(today.own.get(), rest - of_plan);
        let (late, early) = today.late_min();
        if late > 0.0 {
            self.late.add(late, of_own - rest);
        } else if early > 0.0 {
            self.early.add(early, rest - of_own);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_is_held_against_what_was_known_well_before() {
        let mut trend = Trend::default();
        let t = 1_000_000;
        for at in [t, t + 60, t + 299] {
            assert_eq!(
                trend.earlier().own,
                Own::default(),
                "nothing was known so long before {at}"
            );
            trend.add(at, 2.0, Some(90.0));
        }
        let then = trend.now;
        trend.add(t + 300, -1.0, Some(120.0));
        assert_eq!(trend.earlier().own, Own::default());
        trend.add(t + 600, -1.0, None);
        assert_eq!((trend.earlier().own, trend.earlier().late_s), (then, Some(120.0)));
        assert_ne!(trend.now, then);
    }
}
