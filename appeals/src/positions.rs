//! Positions of vehicles against the lines of their runs: the part of a slice that answers what visits cannot, such
//! as whether a bus stood at a stop, how fast it went and whether it left its line.

use crate::ids::VehicleId;
use crate::record::{Ping, RunKey, Visit};
use std::collections::BTreeMap;
use transit::ids::{PatternIdx, StopIdx};
use transit::timetable::Pattern;
use transit::{EpochS, LatLon, Polyline, Timetable};

/// A position of a vehicle, as it was received.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    /// When it was measured.
    pub at: EpochS,
    /// Where.
    pub place: LatLon,
    /// Metres a second, as reported.
    pub speed_mps: Option<f64>,
    /// GTFS-realtime `occupancy_status`.
    pub occupancy: Option<u8>,
}

/// A vehicle between two visits is looked for so far before the first and behind the second, metres: a visit's time
/// has an error.
const ALONG_SLACK_M: f64 = 150.0;
/// How far it is from its line is measured on a longer stretch, metres: one that was led another way may be there
/// before its time.
const ASIDE_SLACK_M: f64 = 600.0;
/// Places along the line are told within this of the stop in question, metres.
const NEAR_STOP_M: f64 = 800.0;

/// A run of a vehicle, as its visits tell it: when it was where along its line.
struct Driven<'a> {
    pattern: &'a Pattern,
    index: PatternIdx,
    /// There, gone, metres along: by time, never going back.
    visits: Vec<(EpochS, EpochS, f64)>,
}

impl Driven<'_> {
    /// The stretch of the line on which the vehicle was at an instant, metres; `None` before the first and after
    /// the last visit.
    fn stretch(&self, at: EpochS) -> Option<(f64, f64)> {
        let (first, last) = (self.visits.first()?, self.visits.last()?);
        if at < first.0 || at > last.1 {
            return None;
        }
        let before = self.visits.partition_point(|v| v.0 <= at).saturating_sub(1);
        let from_m = self.visits.get(before)?.2;
        Some((from_m, self.visits.get(before + 1).map_or(from_m, |v| v.2)))
    }
}

fn driven<'a>(timetable: &'a Timetable, visits: &[&Visit]) -> Vec<Driven<'a>> {
    let mut by_run: BTreeMap<&RunKey, Vec<&Visit>> = BTreeMap::new();
    for visit in visits {
        by_run.entry(&visit.run).or_default().push(visit);
    }
    let of_run = |(run, visits): (&RunKey, Vec<&Visit>)| {
        let index = timetable.trip(timetable.trip_by_id(run.trip.as_str())?).pattern;
        let pattern = timetable.pattern(index);
        let mut list: Vec<(EpochS, EpochS, f64)> = visits
            .iter()
            .filter_map(|v| {
                let position = pattern.stop_sequences.binary_search(&v.sequence).ok()?;
                Some((v.there_at()?, v.gone_at()?, *pattern.stop_offsets_m.get(position)?))
            })
            .collect();
        list.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)));
        let mut reached_m = f64::NEG_INFINITY;
        list.retain(|v| {
            let on = v.2 >= reached_m;
            reached_m = reached_m.max(v.2);
            on
        });
        Some(Driven { pattern, index, visits: list })
    };
    by_run.into_iter().filter_map(of_run).collect()
}

/// Tenths of a metre: what is frozen must not hang on the last bit of a sine.
fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// The signed way from the nearest time that the pattern comes to the stop, metres.
fn from_stop_m(pattern: &Pattern, stop: StopIdx, along_m: f64) -> Option<f64> {
    let all = pattern.stops.iter().zip(&pattern.stop_offsets_m);
    all.filter(|(s, _)| **s == stop)
        .map(|(_, offset_m)| along_m - offset_m)
        .min_by(|a, b| a.abs().total_cmp(&b.abs()))
        .filter(|m| m.abs() <= NEAR_STOP_M)
}

fn placed(
    shape: &Polyline,
    driven: &Driven<'_>,
    stop: Option<StopIdx>,
    (from_m, to_m): (f64, f64),
    place: LatLon,
) -> (Option<f64>, Option<f64>) {
    let along = shape.project_between(place, from_m - ALONG_SLACK_M, to_m + ALONG_SLACK_M);
    let wide = shape.project_between(place, from_m - ASIDE_SLACK_M, to_m + ASIDE_SLACK_M);
    let from_stop =
        along.zip(stop).and_then(|(p, stop)| from_stop_m(driven.pattern, stop, p.along_m.max(0.0)));
    // Straight lines between stops are no streets: a bus is aside of them all the time.
    let aside = wide.filter(|_| !driven.pattern.shape_is_straight).map(|p| p.distance_m);
    (from_stop.map(tenths), aside.map(tenths))
}

/// Positions of one vehicle while it drove a run of which `visits` tell (those of others are passed over), against
/// the line of that run and the stop in question.
pub fn pings(
    timetable: &Timetable,
    stop: Option<StopIdx>,
    visits: &[Visit],
    vehicle: &VehicleId,
    positions: &[Position],
) -> Vec<Ping> {
    let own: Vec<&Visit> = visits.iter().filter(|v| v.vehicle == *vehicle).collect();
    let runs = driven(timetable, &own);
    let ping = |position: &Position| {
        let found = runs.iter().find_map(|r| Some((r, r.stretch(position.at)?)));
        let (run, stretch) = found?;
        let shape = timetable.shape_of(run.index);
        let (from_stop_m, aside_m) = placed(shape, run, stop, stretch, position.place);
        Some(Ping {
            vehicle: vehicle.clone(),
            at: position.at,
            lat: position.place.lat,
            lon: position.place.lon,
            speed_mps: position.speed_mps,
            from_stop_m,
            aside_m,
            occupancy: position.occupancy,
            doors_open: None,
        })
    };
    let mut list: Vec<Ping> = positions.iter().filter_map(ping).collect();
    list.sort_by_key(|p| p.at);
    list.dedup_by_key(|p| p.at);
    list
}
