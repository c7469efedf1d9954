//! "It was speeding": speeds over several positions in a row, each with its error. One position proves nothing.

use super::suspects::{self, Known, Look, Suspect, conclude, longest_silence_s};
use super::{Judged, View};
use crate::claim::Claim;
use crate::kind::Params;
use crate::record::Ping;
use crate::verdict::Reason;
use transit::EpochS;

/// Two positions farther apart than this are not of one drive, seconds.
const APART_S: EpochS = 60;
/// The error of a position, metres; of one far from its line, that distance.
const ERROR_M: f64 = 15.0;
/// Times are whole seconds: two of them are off by this, seconds.
const CLOCK_S: f64 = 1.0;
/// A vehicle that reports a speed goes as far as this share of it says, at least.
const BORNE_OUT: f64 = 0.6;

const KMH: f64 = 3.6;

pub(super) fn judge(params: &Params, claim: &Claim, view: &View<'_>) -> Judged {
    if view.record.pings.is_empty() {
        return Judged::no_data(Reason::NoPositions);
    }
    let mut suspects = suspects::at_stop(view);
    if view.record.stop.is_none() {
        suspects = suspects::on_line(view, claim);
    }
    let looks: Vec<Look> = suspects.iter().map(|s| look(params, s)).collect();
    conclude(&looks, view)
}

fn error_m(ping: &Ping) -> f64 {
    ping.aside_m.unwrap_or(0.0).max(ERROR_M)
}

/// Metres and seconds from one position to another: along the line where both are placed on it, else straight, which
/// is never longer than the way.
fn way(a: &Ping, b: &Ping) -> (f64, f64) {
    let straight_m =
        transit::LatLon::new(a.lat, a.lon).distance_m(transit::LatLon::new(b.lat, b.lon));
    let along_m = a.from_stop_m.zip(b.from_stop_m).map(|(a, b)| b - a);
    (along_m.unwrap_or(straight_m), (b.at - a.at) as f64)
}

/// No slower than this, km/h: the way less the errors of both ends.
fn least_kmh(a: &Ping, b: &Ping) -> f64 {
    let (way_m, seconds) = way(a, b);
    ((way_m - error_m(a) - error_m(b)) / (seconds + CLOCK_S) * KMH).max(0.0)
}

/// All positions of a piece were faster than the limit and what is forgiven, by report or by place; what was reported
/// is borne out by the way.
fn is_over(piece: &[&Ping], over_kmh: f64) -> bool {
    let (Some(first), Some(last)) = (piece.first(), piece.last()) else { return false };
    if piece.windows(2).any(|w| w[1].at - w[0].at > APART_S || w[1].at <= w[0].at) {
        return false;
    }
    let (way_m, seconds) = way(first, last);
    let reported = piece.iter().all(|p| p.speed_mps.is_some_and(|s| s * KMH > over_kmh));
    let borne_out = way_m / seconds.max(1.0) * KMH >= over_kmh * BORNE_OUT;
    let by_place = least_kmh(first, last) > over_kmh
        && piece
            .windows(2)
            .all(|w| way(w[0], w[1]).0 / (w[1].at - w[0].at) as f64 * KMH > over_kmh);
    (reported && borne_out) || by_place
}

fn look(params: &Params, suspect: &Suspect<'_>) -> Look {
    let pings = &suspect.pings;
    let limit = params.get("limit_kmh");
    let over_kmh = limit + params.get("over_kmh");
    let least = (params.get("pings_least") as usize).max(2);
    let over = pings.windows(least).filter(|piece| is_over(piece, over_kmh)).count();
    let reported = pings.iter().filter_map(|p| p.speed_mps).map(|s| s * KMH);
    let by_place = pings.windows(2).filter(|w| w[1].at - w[0].at <= APART_S && w[1].at > w[0].at);
    let by_place = by_place.map(|w| way(w[0], w[1])).map(|(m, s)| m / s * KMH);
    let fastest = reported.chain(by_place).fold(f64::NAN, f64::max);
    let silence_s = match (pings.first(), pings.last()) {
        (Some(first), Some(last)) => longest_silence_s(pings, (first.at, last.at)),
        _ => 0,
    };
    let known = if pings.is_empty() {
        Known::Open(Reason::NoPositions)
    } else if over > 0 {
        Known::Yes
    } else if pings.len() < least || silence_s as f64 > params.get("interval_most_s") {
        Known::Open(Reason::ReportsTooRare)
    } else if fastest <= limit + params.get("slack_kmh") {
        Known::No
    } else {
        Known::Open(Reason::WithinError)
    };
    Look {
        probability: suspect.probability,
        seen: suspect.is_seen(),
        known,
        sensor: 1.0,
        figures: vec![
            ("fastest_kmh", fastest),
            ("limit_kmh", limit),
            ("report_interval_s", silence_s as f64),
            ("stretches_over", over as f64),
        ],
    }
}
