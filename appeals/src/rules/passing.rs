//! "It drove past": whether a bus stood at the stop. That it stood is seen; that it did not follows from two
//! positions between which there was no time to brake, to stay and to drive off again.

use super::suspects::{self, Known, Look, Suspect, conclude, longest_silence_s};
use super::{Judged, View};
use crate::evidence::Passage;
use crate::kind::Params;
use crate::record::Ping;
use crate::verdict::{Finding, Reason};
use transit::EpochS;

/// A bus at the stop stands within this of it along the line, metres: behind another, or a length ahead.
const AT_STOP_M: i32 = 40;
/// Places of the stop are tried in steps of this, metres.
const STEP_M: usize = 10;
/// The stop's zone: metres along the line before and behind it (35 m beside it, plus the error of a fix).
const ZONE_M: f64 = 60.0;
/// Positions farther from the line than this do not tell where along it the bus is, metres.
const ASIDE_MOST_M: f64 = 60.0;
/// Positions within this of the passage are looked at, seconds.
const LOOK_S: EpochS = 90;
/// Silences around the passage are looked for within this, seconds.
const SILENCE_LOOK_S: EpochS = 45;
/// The error of a position along the line is at least this, metres, and no less than its distance from the line.
const ERROR_M: f64 = 15.0;
/// Positions err along the line as they do aside of it: by so many times what those around do on the average.
const ERROR_SPREAD: f64 = 2.0;
/// Times are whole seconds: two of them are off by this, seconds.
const CLOCK_S: f64 = 1.0;
/// No bus with people aboard brakes harder than this, m/s², …
const BRAKE_MPS2: f64 = 2.0;
/// … gathers speed faster, m/s², …
const GATHER_MPS2: f64 = 1.5;
/// … or goes faster, m/s.
const TOP_MPS: f64 = 25.0;
/// Nobody gets on or off in less than this, seconds.
const STAY_LEAST_S: f64 = 3.0;
/// A bus that stands may seem to move by this, metres.
const STANDING_M: f64 = 12.0;
/// Of a vehicle that tells no more than this its speed says nothing, m/s.
const SPEED_TOLD_MPS: f64 = 2.0;

const KMH: f64 = 3.6;

pub(super) fn judge(params: &Params, view: &View<'_>) -> Judged {
    if view.record.pings.is_empty() {
        return by_stay_alone(params, view);
    }
    let looks: Vec<Look> = suspects::at_stop(view).iter().map(|s| look(params, s)).collect();
    conclude(&looks, view)
}

/// Seconds that a bus needs for a way at least, if it stands at one end of it and changes its speed by no more.
fn least_s(way_m: f64, change_mps2: f64) -> f64 {
    let ramp_m = TOP_MPS * TOP_MPS / (2.0 * change_mps2);
    if way_m <= 0.0 {
        0.0
    } else if way_m <= ramp_m {
        (2.0 * way_m / change_mps2).sqrt()
    } else {
        TOP_MPS / change_mps2 + (way_m - ramp_m) / TOP_MPS
    }
}

/// A position along the line.
struct Spot {
    at: EpochS,
    from_stop_m: f64,
    error_m: f64,
}

fn spots(pings: &[&Ping], passage: EpochS) -> Vec<Spot> {
    let near = |p: &&&Ping| (p.at - passage).abs() <= LOOK_S;
    let squares: Vec<f64> =
        pings.iter().filter(near).filter_map(|p| p.aside_m).map(|m| m * m).collect();
    let mean_m = (squares.iter().sum::<f64>() / squares.len().max(1) as f64).sqrt();
    let least_m = ERROR_M.max(ERROR_SPREAD * mean_m);
    let spot = |p: &&&Ping| {
        let aside_m = p.aside_m.unwrap_or(2.0 * ERROR_M);
        let from_stop_m = p.from_stop_m.filter(|_| near(p) && aside_m <= ASIDE_MOST_M)?;
        Some(Spot { at: p.at, from_stop_m, error_m: aside_m.max(least_m) })
    };
    pings.iter().filter_map(|p| spot(&p)).collect()
}

/// At no place of the stop was there time to stay.
fn drove_by(spots: &[Spot]) -> bool {
    let places = (-AT_STOP_M..=AT_STOP_M).step_by(STEP_M).map(f64::from);
    let no_time_at = |place: f64| {
        spots.iter().enumerate().any(|(i, before)| {
            let to_m = place - before.from_stop_m - before.error_m;
            to_m >= 0.0
                && spots[i + 1..].iter().any(|after| {
                    let on_m = after.from_stop_m - after.error_m - place;
                    let there_s = (after.at - before.at) as f64 + CLOCK_S;
                    let needed_s =
                        least_s(to_m, BRAKE_MPS2) + STAY_LEAST_S + least_s(on_m, GATHER_MPS2);
                    on_m >= 0.0 && there_s < needed_s
                })
        })
    };
    spots.len() > 1 && places.into_iter().all(no_time_at)
}

/// It was seen to stand at the stop, or as good as stand.
fn stood(params: &Params, zone: &[&Ping], told: bool) -> bool {
    let slow_mps = params.get("slow_kmh") / KMH;
    let at_stop = |p: &&&Ping| p.from_stop_m.is_some_and(|m| m.abs() <= f64::from(AT_STOP_M));
    let here: Vec<&&Ping> = zone.iter().filter(at_stop).collect();
    let by_speed = told && here.iter().any(|p| p.speed_mps.is_some_and(|s| s < slow_mps));
    let by_place = here.windows(2).any(|w| {
        let stay_s = (w[1].at - w[0].at) as f64;
        let way_m = w[0].from_stop_m.zip(w[1].from_stop_m).map_or(f64::NAN, |(a, b)| b - a);
        stay_s >= params.get("dwell_s") && way_m.abs() <= STANDING_M.min(slow_mps * stay_s)
    });
    let by_doors = zone.iter().any(|p| p.doors_open == Some(true));
    by_speed || by_place || by_doors
}

/// Speeds between a vehicle's positions, km/h, by place, and as reported.
fn speeds_kmh(pings: &[&Ping], told: bool) -> Vec<f64> {
    let step = |w: &[&Ping]| {
        let (a, b) = (w[0].from_stop_m?, w[1].from_stop_m?);
        let seconds = (w[1].at - w[0].at) as f64;
        (seconds > 0.0).then(|| (b - a) / seconds * KMH)
    };
    let reported = pings.iter().filter_map(|p| p.speed_mps).map(|s| s * KMH).filter(|_| told);
    pings.windows(2).filter_map(step).chain(reported).collect()
}

/// Speed from the last position before the zone to the first behind it, km/h.
fn speed_past_kmh(spots: &[Spot]) -> f64 {
    let after = spots.iter().position(|s| s.from_stop_m > 0.0);
    let pair = after.and_then(|i| Some((spots.get(i.checked_sub(1)?)?, spots.get(i)?)));
    pair.filter(|(a, b)| b.at > a.at)
        .map_or(f64::NAN, |(a, b)| (b.from_stop_m - a.from_stop_m) / (b.at - a.at) as f64 * KMH)
}

fn look(params: &Params, suspect: &Suspect<'_>) -> Look {
    let passage = suspect.passage;
    let at = passage.map_or(0, |p| p.at);
    let (dwell_s, stayed) = passage.map_or((None, false), |p| stay(params, p));
    let told = suspect.pings.iter().any(|p| p.speed_mps.is_some_and(|s| s > SPEED_TOLD_MPS));
    let zone: Vec<&Ping> = suspect
        .pings
        .iter()
        .filter(|p| p.from_stop_m.is_some_and(|m| m.abs() <= ZONE_M))
        .copied()
        .collect();
    let spots = spots(&suspect.pings, at);
    let slowest = speeds_kmh(&zone, told).into_iter().fold(f64::NAN, f64::min);
    let stood = stayed || stood(params, &zone, told);
    // One that was slow somewhere at the stop did not just drive by, whatever else there was time for.
    let slow = slowest <= params.get("speed_kmh");
    let drove_by = !slow && drove_by(&spots);
    let silence_s = longest_silence_s(&suspect.pings, (at - SILENCE_LOOK_S, at + SILENCE_LOOK_S));
    let coarse = silence_s as f64 > params.get("interval_most_s");
    Look {
        probability: suspect.probability,
        seen: suspect.is_seen(),
        known: match (stood, drove_by) {
            (true, true) => Known::Open(Reason::WithinError),
            (true, false) => Known::No,
            (false, true) => Known::Yes,
            _ if spots.is_empty() => Known::Open(Reason::NoPositions),
            _ => Known::Open(Reason::ReportsTooRare),
        },
        sensor: if coarse { params.get("coarse_confidence") } else { 1.0 },
        figures: vec![
            ("dwell_s", dwell_s.map_or(f64::NAN, |d| d as f64)),
            ("slowest_kmh", slowest),
            ("speed_past_kmh", speed_past_kmh(&spots)),
            ("pings_in_zone", zone.len() as f64),
            ("report_interval_s", silence_s as f64),
        ],
    }
}

/// How long a passage lasted, and whether that is a stay beyond its error.
fn stay(params: &Params, passage: &Passage) -> (Option<EpochS>, bool) {
    let dwell_s = passage.arrival.zip(passage.departure).map(|(a, d)| d - a);
    let error_s = passage.latest - passage.at;
    (dwell_s, dwell_s.is_some_and(|d| d - error_s >= params.seconds("dwell_s")))
}

/// Where no positions are kept: a stay that the visit shows, or nothing.
fn by_stay_alone(params: &Params, view: &View<'_>) -> Judged {
    let likeliest = view.candidates.first().and_then(|c| view.passage_of(c));
    let Some(passage) = likeliest else {
        // Between two stops that were served, with this one left out.
        let (from, to) = view.window;
        let left_out = view.passages.unsure().any(|p| p.at >= from && p.at <= to);
        let reason = if left_out { Reason::GapInGps } else { view.missing() };
        return Judged::no_data(reason);
    };
    let (dwell_s, stood) = stay(params, passage);
    let mut judged = if stood {
        Judged::new(Finding::NotConfirmed)
    } else {
        Judged::no_data(Reason::NoPositions)
    };
    judged.sensor = params.get("coarse_confidence");
    judged.candidate = view.likeliest();
    judged
        .when(view.is_several(), Reason::SeveralCandidates)
        .figure("dwell_s", dwell_s.map_or(f64::NAN, |d| d as f64))
        .figure("pings_in_zone", 0.0)
}
