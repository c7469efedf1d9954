//! Stop visits that were concluded, against those that truly were.

use super::{Watched, Window, quantile, share, share_within};
use crate::truth::TrueVisit;
use std::collections::BTreeMap;
use transit::{Effect, StopVisit, TripInstance};

/// The columns of [`VisitScore::cells`].
pub const HEAD: [&str; 10] = [
    "true visits",
    "found",
    "wrong vehicle",
    "twice",
    "invented",
    "outside stay, median s",
    "within 15 s",
    "arrival, median s",
    "departure, median s",
    "claims held",
];

/// Visits concluded against visits that truly were.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VisitScore {
    /// Visits that truly were, within the window.
    pub true_visits: usize,
    /// Of them, concluded for the same run and stop.
    pub found: usize,
    /// Of those found, said to be made by another vehicle.
    pub wrong_vehicle: usize,
    /// Concluded more than once for the same run and stop.
    pub twice: usize,
    /// Concluded within the window for a run and stop where none truly was.
    pub invented: usize,
    /// Seconds by which the concluded passage lies outside the true stay, sorted. The passage is the
    /// departure, at a last stop the arrival.
    pub outside_s: Vec<f64>,
    /// |concluded − true| of arrivals, seconds, sorted.
    pub arrival_s: Vec<f64>,
    /// |concluded − true| of departures, seconds, sorted.
    pub departure_s: Vec<f64>,
    /// Arrivals and departures that lie within the uncertainty they claim.
    pub within_claim: usize,
}

impl VisitScore {
    /// Share of the true visits that were found.
    pub fn found_share(&self) -> f64 {
        share(self.found, self.true_visits)
    }

    /// Share of arrivals and departures within the uncertainty that they claim; 0.9 is calibrated.
    pub fn claim_share(&self) -> f64 {
        share(self.within_claim, self.arrival_s.len() + self.departure_s.len())
    }

    /// A row under [`HEAD`].
    pub fn cells(&self) -> Vec<String> {
        vec![
            self.true_visits.to_string(),
            format!("{:.1} %", self.found_share() * 100.0),
            self.wrong_vehicle.to_string(),
            self.twice.to_string(),
            self.invented.to_string(),
            format!("{:.0}", quantile(&self.outside_s, 0.5)),
            format!("{:.1} %", share_within(&self.outside_s, 15.0) * 100.0),
            format!("{:.0}", quantile(&self.arrival_s, 0.5)),
            format!("{:.0}", quantile(&self.departure_s, 0.5)),
            format!("{:.1} %", self.claim_share() * 100.0),
        ]
    }
}

/// Scores visits whose true arrival lies in the window. After it the Monitor should have had some minutes to
/// conclude what happened.
pub fn score_visits(watched: &Watched, window: Window) -> VisitScore {
    type Place = (TripInstance, u16);
    let mut concluded: BTreeMap<Place, Vec<&StopVisit>> = BTreeMap::new();
    for effect in &watched.effects {
        if let Effect::Visit(visit) = effect {
            concluded.entry((visit.instance, visit.stop_position)).or_default().push(visit);
        }
    }
    let all: BTreeMap<Place, &TrueVisit> =
        watched.truth.visits.iter().map(|v| ((v.instance, v.stop_position), v)).collect();
    let mut score = VisitScore::default();
    for (place, visits) in &concluded {
        score.twice += visits.len() - 1;
        let at = visits[0].departure.or(visits[0].arrival);
        let counts = at.is_some_and(|at| window.holds(at));
        score.invented += usize::from(counts && !all.contains_key(place));
    }
    for (place, truth) in &all {
        if !window.holds(truth.arrival) {
            continue;
        }
        score.true_visits += 1;
        if let Some(visit) = concluded.get(place).and_then(|v| v.first()) {
            score.found += 1;
            let other = watched.vehicle(visit.vehicle).is_some_and(|v| v != truth.vehicle);
            score.wrong_vehicle += usize::from(other);
            measure(&mut score, truth, visit);
        }
    }
    for errors in [&mut score.outside_s, &mut score.arrival_s, &mut score.departure_s] {
        errors.sort_by(f64::total_cmp);
    }
    score
}

fn measure(score: &mut VisitScore, truth: &TrueVisit, visit: &StopVisit) {
    if let Some(passage) = visit.departure.or(visit.arrival) {
        let outside = (truth.arrival - passage).max(passage - truth.departure).max(0);
        score.outside_s.push(outside as f64);
    }
    // A first stop has no arrival of the run, a last stop no departure.
    let arrival = visit.arrival.filter(|_| truth.stop_position > 0).map(|at| at - truth.arrival);
    let departure = visit.departure.map(|at| at - truth.departure);
    for (error, errors) in [(arrival, &mut score.arrival_s), (departure, &mut score.departure_s)] {
        let Some(error) = error else { continue };
        let error = error.abs() as f64;
        errors.push(error);
        score.within_claim += usize::from(error <= f64::from(visit.uncertainty_s));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Truth;
    use transit::ids::{PatternIdx, TripIdx, VehicleIdx};
    use transit::{EpochS, ServiceDate};

    fn instance() -> TripInstance {
        TripInstance { service_date: ServiceDate(20_000), trip: TripIdx(3), start_s: 25_200 }
    }

    fn truly(stop_position: u16, arrival: EpochS, departure: EpochS) -> TrueVisit {
        TrueVisit {
            instance: instance(),
            pattern: PatternIdx(0),
            stop_position,
            vehicle: crate::VehicleNo(0),
            arrival,
            departure,
            boarded: 0,
            aboard: 0,
        }
    }

    fn concluded(stop_position: u16, arrival: EpochS, departure: EpochS) -> Effect {
        Effect::Visit(StopVisit {
            instance: instance(),
            pattern: PatternIdx(0),
            stop_position,
            vehicle: VehicleIdx(0),
            arrival: Some(arrival),
            departure: Some(departure),
            uncertainty_s: 5.0,
            trip_named: true,
        })
    }

    #[test]
    fn each_kind_of_error_is_counted_once() {
        let watched = Watched {
            effects: vec![
                concluded(1, 103, 115), // departs within the true stay
                concluded(2, 200, 230), // 10 s after it
                concluded(2, 201, 231), // again
                concluded(4, 400, 410), // never was
            ],
            truth: Truth {
                visits: vec![truly(1, 100, 120), truly(2, 200, 220), truly(3, 300, 320)],
                ..Truth::default()
            },
            ..Watched::default()
        };
        let score = score_visits(&watched, Window { from: 0, to: 1_000 });
        assert_eq!((score.true_visits, score.found, score.twice, score.invented), (3, 2, 1, 1));
        assert_eq!(score.outside_s, [0.0, 10.0]);
        assert_eq!(score.arrival_s, [0.0, 3.0]);
        assert_eq!(score.departure_s, [5.0, 10.0]);
        assert_eq!(score.within_claim, 3);
        assert!((share_within(&score.departure_s, 5.0) - 0.5).abs() < 1e-9);
    }
}
