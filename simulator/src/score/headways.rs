//! Headways that were said, against those that truly were.

use super::passages::{Passages, Place};
use super::{Watched, Window, quantile, share};
use crate::truth::VehicleNo;
use std::collections::BTreeMap;
use transit::{Effect, EpochS, Headway, HeadwayStatus, Timetable};

/// A headway is that of a passage if both are of the same vehicle and place, and at most this far apart,
/// seconds.
const SAME_S: EpochS = 180;

/// At most this share of the plan is bunched, at least that is gapped.
const BUNCHED: f64 = 0.5;
const GAPPED: f64 = 1.5;
/// Nothing is bunched where less is planned, seconds; a gap is at least so much beyond the plan, seconds.
const BUNCHED_PLAN_MIN_S: i64 = 240;
const GAP_EXCESS_MIN_S: i64 = 300;

/// The columns of [`HeadwayScore::cells`].
pub const HEAD: [&str; 7] = [
    "true headways",
    "known",
    "error, median s",
    "band right",
    "bunched: said bunched / even / gapped",
    "even: said bunched / even / gapped",
    "gapped: said bunched / even / gapped",
];

/// Coarse bands, in the order of the counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Band {
    Bunched,
    Even,
    Gapped,
}

/// Bands said against bands that were.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeadwayScore {
    /// Pairs of vehicles at a place, with a plan.
    pub true_headways: usize,
    /// Of them, said with a band.
    pub known: usize,
    /// By true band (bunched, even, gapped): said bunched, even, gapped.
    pub confusion: [[usize; 3]; 3],
    /// |said − true| seconds of the known, sorted.
    pub error_s: Vec<f64>,
}

impl HeadwayScore {
    /// Share of true headways that were known.
    pub fn known_share(&self) -> f64 {
        share(self.known, self.true_headways)
    }

    /// Share of the known whose band was right.
    pub fn right_share(&self) -> f64 {
        share((0..3).map(|i| self.confusion[i][i]).sum(), self.known)
    }

    /// A row under [`HEAD`].
    pub fn cells(&self) -> Vec<String> {
        let mut cells = vec![
            self.true_headways.to_string(),
            format!("{:.1} %", self.known_share() * 100.0),
            format!("{:.0}", quantile(&self.error_s, 0.5)),
            format!("{:.1} %", self.right_share() * 100.0),
        ];
        cells.extend(self.confusion.map(|said| format!("{} / {} / {}", said[0], said[1], said[2])));
        cells
    }
}

/// The band of a true headway against its plan, both seconds.
fn band(headway_s: i64, planned_s: i64) -> Band {
    let ratio = headway_s as f64 / planned_s as f64;
    if ratio <= BUNCHED && planned_s >= BUNCHED_PLAN_MIN_S {
        Band::Bunched
    } else if ratio >= GAPPED && headway_s - planned_s >= GAP_EXCESS_MIN_S {
        Band::Gapped
    } else {
        Band::Even
    }
}

fn said_band(status: HeadwayStatus) -> Option<Band> {
    match status {
        HeadwayStatus::Unknown => None,
        HeadwayStatus::VeryBunched | HeadwayStatus::Bunched => Some(Band::Bunched),
        HeadwayStatus::Even => Some(Band::Even),
        HeadwayStatus::Gapped | HeadwayStatus::VeryGapped => Some(Band::Gapped),
    }
}

/// Scores the headways whose follower truly passed within the window.
pub fn score_headways(timetable: &Timetable, watched: &Watched, window: Window) -> HeadwayScore {
    let passages = Passages::new(timetable, &watched.truth);
    let mut said: BTreeMap<(VehicleNo, Place), Vec<&Headway>> = BTreeMap::new();
    for effect in &watched.effects {
        let Effect::Headway(headway) = effect else { continue };
        let place = (headway.route, headway.direction, headway.stop);
        if let Some(vehicle) = watched.vehicle(headway.vehicle) {
            said.entry((vehicle, place)).or_default().push(headway);
        }
    }
    let mut score = HeadwayScore::default();
    for (place, at_place) in &passages.by_place {
        for pair in at_place.windows(2) {
            let (leader, follower) = (pair[0], pair[1]);
            let planned_s = passages.planned_s(*place, follower.at);
            let Some(planned_s) = planned_s.filter(|_| window.holds(follower.at)) else { continue };
            if leader.vehicle == follower.vehicle {
                continue;
            }
            score.true_headways += 1;
            let headway_s = follower.at - leader.at;
            let mine = said.get(&(follower.vehicle, *place)).into_iter().flatten();
            let nearest = mine.min_by_key(|h| (h.at - follower.at).abs());
            let nearest = nearest.filter(|h| (h.at - follower.at).abs() <= SAME_S);
            let known = nearest.and_then(|h| Some((h.headway_s, said_band(h.status)?)));
            if let Some((said_s, said)) = known {
                score.known += 1;
                score.confusion[band(headway_s, planned_s) as usize][said as usize] += 1;
                score.error_s.push((i64::from(said_s) - headway_s).abs() as f64);
            }
        }
    }
    score.error_s.sort_by(f64::total_cmp);
    score
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_those_of_the_reference() {
        let of = |headway_s, planned_s| band(headway_s, planned_s) as usize;
        assert_eq!([of(300, 600), of(301, 600), of(899, 600), of(900, 600)], [0, 1, 1, 2]);
        // Half of three minutes is no bunch; four and a half of three are no gap.
        assert_eq!([of(60, 180), of(270, 180), of(480, 180)], [1, 1, 2]);
    }
}
