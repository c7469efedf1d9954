//! What is drawn: the slice that evidence was computed from, stop by stop of the route's line.

use crate::view::encode_line_e5;
use api::{EvidencePicture, PictureRun, PictureStop};
use appeals::evidence::{Packet, RunFate, WindowFacts};
use appeals::record::{Ping, Record, RunKey, Visit};
use std::collections::BTreeMap;
use transit::ids::PatternIdx;
use transit::{EpochS, LatLon, Timetable};

/// Shown before and after the window, seconds.
const BESIDE_S: EpochS = 30 * 60;
/// Longest span of a picture, seconds.
const SPAN_MAX_S: EpochS = 5 * 3_600;
/// Positions of a picture.
const POSITIONS_MAX: usize = 400;
/// Runs of a picture.
const RUNS_MAX: usize = 120;
/// What lies farther apart is not joined by a line, seconds.
const APART_S: EpochS = 20 * 60;
/// A stay that is drawn as such, seconds.
const STAY_S: EpochS = 30;

/// The wire name of a fate.
pub(super) const fn fate_name(fate: RunFate) -> &'static str {
    match fate {
        RunFate::Passed => "passed",
        RunFate::Unknown => "unknown",
        RunFate::NotReached => "not_reached",
        RunFate::NotDriven => "not_driven",
        RunFate::Canceled => "canceled",
    }
}

/// The window that tells most: that of the longest gap.
fn chosen(packet: &Packet) -> Option<usize> {
    let gap = |w: &WindowFacts| w.gap.map_or(0, |g| g.at_least_s);
    let all = packet.windows.iter().enumerate();
    all.max_by_key(|(i, w)| (gap(w), std::cmp::Reverse(*i))).map(|(i, _)| i)
}

/// The pattern that most of the planned runs drive.
fn main_pattern(timetable: &Timetable, record: &Record) -> Option<PatternIdx> {
    let mut counts: BTreeMap<PatternIdx, usize> = BTreeMap::new();
    let trips = record.runs.iter().map(|r| (&r.run, usize::from(r.at_stop.is_some()) * 2 + 1));
    let seen = record.visits.iter().map(|v| (&v.run, 0));
    for (run, weight) in trips.chain(seen) {
        if let Some(trip) = timetable.trip_by_id(run.trip.as_str()) {
            *counts.entry(timetable.trip(trip).pattern).or_default() += weight;
        }
    }
    counts.into_iter().max_by_key(|(p, n)| (*n, std::cmp::Reverse(*p))).map(|(p, _)| p)
}

struct Axes<'a> {
    timetable: &'a Timetable,
    pattern: PatternIdx,
    from: EpochS,
    to: EpochS,
}

impl Axes<'_> {
    /// Index of a stop in the picture, the first at or after `from`.
    fn index(&self, stop_id: &str, from: usize) -> Option<usize> {
        let stop = self.timetable.stop_by_id(stop_id)?;
        let stops = &self.timetable.pattern(self.pattern).stops;
        stops.get(from..)?.iter().position(|s| *s == stop).map(|i| from + i)
    }

    fn shows(&self, points: &[(u32, EpochS)]) -> bool {
        points.len() > 1 && points.iter().any(|(_, at)| *at >= self.from && *at <= self.to)
    }

    /// Of a planned run, the stops that the picture has.
    fn planned(&self, run: &RunKey, times: &[(u32, EpochS)]) -> Option<Vec<(u32, EpochS)>> {
        let trip = self.timetable.trip_by_id(run.trip.as_str())?;
        let own = self.timetable.pattern(self.timetable.trip(trip).pattern);
        let mut points = Vec::with_capacity(times.len());
        let mut next = 0;
        for (sequence, at) in times {
            let Ok(position) = own.stop_sequences.binary_search(sequence) else { continue };
            let id = &self.timetable.stop(own.stops[position]).id;
            if let Some(index) = self.index(id, next) {
                points.push((index as u32, *at));
                next = index + 1;
            }
        }
        self.shows(&points).then_some(points)
    }

    /// Of an observed run, the stretches that were seen without a break.
    fn observed(&self, visits: &[&Visit], holes: &[(EpochS, EpochS)]) -> Vec<Vec<(u32, EpochS)>> {
        let mut parts: Vec<Vec<(u32, EpochS)>> = vec![Vec::new()];
        let mut next = 0;
        for visit in visits {
            let Some(index) = self.index(visit.stop.as_str(), next) else { continue };
            let (Some(there), Some(gone)) = (visit.there_at(), visit.gone_at()) else { continue };
            let broken = parts.last().and_then(|p| p.last()).is_some_and(|(_, before)| {
                there - before > APART_S || holes.iter().any(|(a, b)| a < &there && b > before)
            });
            if broken {
                parts.push(Vec::new());
            }
            if let Some(part) = parts.last_mut() {
                part.push((index as u32, there));
                if gone - there >= STAY_S {
                    part.push((index as u32, gone));
                }
            }
            next = index + 1;
        }
        parts.retain(|points| self.shows(points));
        parts
    }
}

/// The picture of a packet, as far as the timetable knows the line.
pub(super) fn of(
    timetable: &Timetable,
    packet: &Packet,
    records: &[Record],
    vehicles: bool,
) -> Option<EvidencePicture> {
    let index = chosen(packet)?;
    let (facts, record) = (packet.windows.get(index)?, records.get(index)?);
    let pattern = main_pattern(timetable, record)?;
    let (from, to) = facts.window;
    let gap = facts.gap.map_or((from, to), |g| g.sure);
    let from = (from.min(gap.0) - BESIDE_S).max(record.from);
    let to = (to.max(gap.1) + BESIDE_S).min(record.to).min(from + SPAN_MAX_S);
    let axes = Axes { timetable, pattern, from, to };
    Some(EvidencePicture {
        from,
        to,
        window_from: facts.window.0,
        window_to: facts.window.1,
        stops: stops(&axes, packet),
        planned: planned(&axes, facts, record),
        observed: observed(&axes, record, vehicles),
        holes: record.coverage.holes.clone(),
        line_e5: encode_line_e5(timetable.shape_of(pattern).points.iter().copied()),
        positions_e5: encode_line_e5(positions(facts, record)),
    })
}

/// Where the likeliest vehicle was; of none that is likely, the one that was farthest from its line.
fn positions(facts: &WindowFacts, record: &Record) -> Vec<LatLon> {
    let aside = |p: &&Ping| p.aside_m.unwrap_or(0.0);
    let farthest = || record.pings.iter().max_by(|a, b| aside(a).total_cmp(&aside(b)));
    let likeliest = facts.candidates.first().map(|c| &c.vehicle);
    let Some(vehicle) = likeliest.or_else(|| farthest().map(|p| &p.vehicle)) else {
        return Vec::new();
    };
    let own = record.pings.iter().filter(|p| p.vehicle == *vehicle);
    own.map(|p| LatLon::new(p.lat, p.lon)).take(POSITIONS_MAX).collect()
}

fn stops(axes: &Axes<'_>, packet: &Packet) -> Vec<PictureStop> {
    let pattern = axes.timetable.pattern(axes.pattern);
    let at = packet.stop.as_ref().and_then(|s| axes.index(s.as_str(), 0));
    let all = pattern.stops.iter().zip(&pattern.stop_offsets_m).enumerate();
    all.map(|(i, (stop, offset_m))| {
        let stop = axes.timetable.stop(*stop);
        PictureStop {
            stop_id: stop.id.to_string(),
            stop_name: stop.name.to_string(),
            offset_m: *offset_m,
            lat: stop.place.map(|p| p.lat),
            lon: stop.place.map(|p| p.lon),
            here: at == Some(i),
        }
    })
    .collect()
}

fn planned(axes: &Axes<'_>, facts: &WindowFacts, record: &Record) -> Vec<PictureRun> {
    let fate = |run: &RunKey| {
        let planned = facts.planned.iter().find(|p| p.trip == run.trip.0);
        planned.map(|p| fate_name(p.fate).to_owned())
    };
    let drawn = record.runs.iter().filter_map(|run| {
        let times: Vec<_> = run.stops.iter().map(|s| (s.sequence, s.departure)).collect();
        Some(PictureRun {
            trip_id: run.run.trip.0.clone(),
            vehicle_id: None,
            fate: fate(&run.run),
            points: axes.planned(&run.run, &times)?,
        })
    });
    drawn.take(RUNS_MAX).collect()
}

fn observed(axes: &Axes<'_>, record: &Record, vehicles: bool) -> Vec<PictureRun> {
    let mut by_run: BTreeMap<(&RunKey, &str), Vec<&Visit>> = BTreeMap::new();
    for visit in &record.visits {
        by_run.entry((&visit.run, visit.vehicle.as_str())).or_default().push(visit);
    }
    let mut runs = Vec::new();
    for ((run, vehicle), mut visits) in by_run {
        visits.sort_by_key(|v| (v.sequence, v.there_at()));
        for points in axes.observed(&visits, &record.coverage.holes) {
            runs.push(PictureRun {
                trip_id: run.trip.0.clone(),
                vehicle_id: vehicles.then(|| vehicle.to_owned()),
                fate: None,
                points,
            });
        }
    }
    runs.truncate(RUNS_MAX);
    runs
}
