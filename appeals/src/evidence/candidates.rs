//! Which vehicle may have been meant.

use super::passages::Passages;
use crate::claim::{Claim, ClaimTime};
use crate::ids::VehicleId;
use crate::record::RunKey;
use crate::verdict::thousandths;
use serde::{Deserialize, Serialize};
use transit::EpochS;

/// A vehicle that may be meant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Which.
    pub vehicle: VehicleId,
    /// On which run.
    pub run: RunKey,
    /// When it passed.
    pub at: EpochS,
    /// How likely it is the one, 0..1, in thousandths.
    pub probability: f64,
}

/// Most candidates shown.
pub const CANDIDATES_MAX: usize = 5;

/// Below this nobody is told that it is the one.
pub const CERTAIN: f64 = 0.8;

/// People are wrong about a time by this, one deviation, seconds.
const SIGMA_S: f64 = 360.0;
/// The same with "about" or a span.
const SIGMA_ABOUT_S: f64 = 900.0;

/// How well what a person read fits a vehicle's id: the digits the same, one wrong, or others.
fn fit(read: &str, vehicle: &VehicleId) -> f64 {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<Vec<_>>();
    let (read, known) = (digits(read), digits(vehicle.as_str()));
    if read.len() < 2 {
        return 1.0;
    }
    let best = known
        .windows(read.len().min(known.len()).max(1))
        .map(|part| distance(&read, part))
        .min()
        .unwrap_or(read.len());
    match best {
        0 => 50.0,
        1 => 10.0,
        _ => 0.05,
    }
}

/// Levenshtein's distance.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (line, left) in a.iter().enumerate() {
        let mut corner = row[0];
        row[0] = line + 1;
        for (column, right) in b.iter().enumerate() {
            let change = corner + usize::from(left != right);
            corner = row[column + 1];
            row[column + 1] = change.min(row[column] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

/// Vehicles that may be meant, the likeliest first. Whoever may have come by unseen takes a share of the
/// probability, as large as any can have: the less is on the record, the less anyone is certain.
pub(crate) fn candidates(
    claim: &Claim,
    passages: &Passages,
    (from, to): (EpochS, EpochS),
    unseen_runs: usize,
) -> Vec<Candidate> {
    let centre = claim.time.and_then(|t| t.centre());
    let exact = matches!(claim.time, Some(ClaimTime::At { about: false, .. }));
    let sigma = if exact { SIGMA_S } else { SIGMA_ABOUT_S };
    let weight = |at: EpochS| {
        centre.map_or(1.0, |centre| {
            let away = (at - centre) as f64 / sigma;
            (-0.5 * away * away).exp()
        })
    };
    let read = claim.vehicle.as_ref().map(VehicleId::as_str).or(claim.vehicle_text.as_deref());
    let mut list: Vec<(f64, Candidate)> = passages
        .seen()
        .filter(|p| p.at >= from && p.at <= to)
        .filter_map(|p| {
            let vehicle = p.vehicle.clone()?;
            let plate = read.map_or(1.0, |r| fit(r, &vehicle));
            let (run, at) = (p.run.clone(), p.at);
            Some((weight(p.at) * plate, Candidate { vehicle, run, at, probability: 0.0 }))
        })
        .collect();
    let sum: f64 = list.iter().map(|(w, _)| w).sum::<f64>() + unseen_runs as f64;
    for (w, candidate) in &mut list {
        candidate.probability = thousandths(if sum > 0.0 { *w / sum } else { 0.0 });
    }
    list.sort_by(|(a, x), (b, y)| b.total_cmp(a).then(x.at.cmp(&y.at)).then(x.run.cmp(&y.run)));
    list.into_iter().map(|(_, c)| c).take(CANDIDATES_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plate_read_with_one_wrong_digit_still_fits() {
        assert_eq!(fit("123", &"KZ 123 AB 02".into()), 50.0);
        assert_eq!(fit("128", &"KZ 123 AB 02".into()), 10.0);
        assert_eq!(fit("987", &"KZ 123 AB 02".into()), 0.05);
        assert_eq!(fit("AB", &"KZ 123 AB 02".into()), 1.0, "no digits: says nothing");
        assert_eq!(distance(&['1', '2'], &['1', '2', '3']), 1);
    }
}
