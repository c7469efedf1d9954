//! A small world for scenario tests: buses that drive their trips as a text says, and what `Flow` concludes.
//!
//! | line | meaning |
//! | --- | --- |
//! | any line of `timetable::text` | the feed |
//! | `run FROM..TO [every SECONDS]` | datasets and ticks, each so many seconds (30) |
//! | `hole FROM..TO` | no dataset, no tick |
//! | `restart FROM..TO` | as a hole, and then a new `Flow` that is told the record |
//! | `mute FROM..TO` | ticks, but no dataset: the feed does not answer |
//! | `cancel TRIP` | the feed cancels it, at the start |
//! | `drive BUS TRIP [late=S] [until=T] [from=T] [park=T+S] [silent=T..T] [away=T..T] [skip=POSITION] [overload] [layover]` | a bus drives the trip |

mod cases;
mod laws;

use super::{Flow, FlowConfig, VehicleFacts};
use crate::event::{Effect, Headway, Incident, Intensity, StopVisit};
use crate::ids::{FeedIdx, VehicleIdx};
use crate::monitor::Snapshot;
use crate::time::{EpochS, ServiceDate};
use crate::timetable::{Timetable, TripInstance, text};
use std::fmt::Write as _;
use std::sync::Arc;

/// The Monday of all scenarios.
const DAY: &str = "20260302";

type Span = (EpochS, EpochS);

#[derive(Clone, Debug, Default)]
struct Drive {
    bus: usize,
    trip: String,
    late: EpochS,
    until: Option<EpochS>,
    from: Option<EpochS>,
    park: Option<Span>,
    silent: Option<Span>,
    away: Option<Span>,
    skip: Vec<u16>,
    overload: bool,
    layover: bool,
}

/// The world and what came of it.
pub(super) struct World {
    pub(super) timetable: Arc<Timetable>,
    pub(super) flow: Flow,
    pub(super) headways: Vec<Headway>,
    pub(super) intensities: Vec<Intensity>,
    pub(super) incidents: Vec<(EpochS, bool, Incident)>,
    pub(super) snapshot: Option<Snapshot>,
    date: ServiceDate,
    origin: EpochS,
    buses: Vec<String>,
    drives: Vec<Drive>,
    canceled: Vec<String>,
    run: Span,
    every: EpochS,
    holes: Vec<Span>,
    mutes: Vec<Span>,
    restarts: Vec<Span>,
    /// What was told of visits, as a record keeps it.
    told: Vec<StopVisit>,
}

fn time(text: &str) -> EpochS {
    let full = if text.matches(':').count() == 1 { format!("{text}:00") } else { text.to_owned() };
    EpochS::from(crate::time::parse_gtfs_time(&full).unwrap_or_else(|| panic!("time {text}")))
}

fn span(text: &str) -> Span {
    let (a, b) = text.split_once("..").unwrap();
    (time(a), time(b))
}

impl World {
    pub(super) fn new(script: &str) -> Self {
        Self::with(script, FlowConfig::default())
    }

    /// The same on another day, `YYYYMMDD`.
    pub(super) fn on(day: &str, script: &str) -> Self {
        Self::made(ServiceDate::parse(day).unwrap(), script, FlowConfig::default())
    }

    pub(super) fn with(script: &str, config: FlowConfig) -> Self {
        Self::made(ServiceDate::parse(DAY).unwrap(), script, config)
    }

    fn made(date: ServiceDate, script: &str, config: FlowConfig) -> Self {
        let ours = ["run", "hole", "mute", "restart", "cancel", "drive"];
        let is_ours = |l: &&str| l.split_whitespace().next().is_some_and(|w| ours.contains(&w));
        let (events, feed): (Vec<&str>, Vec<&str>) = script.lines().partition(is_ours);
        let timetable = Arc::new(text::timetable(&feed.join("\n")).unwrap());
        let origin = timetable.origin(date);
        let mut world = Self {
            flow: Flow::new(&timetable, config),
            timetable,
            headways: Vec::new(),
            intensities: Vec::new(),
            incidents: Vec::new(),
            snapshot: None,
            date,
            origin,
            buses: Vec::new(),
            drives: Vec::new(),
            canceled: Vec::new(),
            run: (0, 0),
            every: 30,
            holes: Vec::new(),
            mutes: Vec::new(),
            restarts: Vec::new(),
            told: Vec::new(),
        };
        for line in events {
            world.read(&line.split_whitespace().collect::<Vec<_>>());
        }
        world
    }

    fn read(&mut self, words: &[&str]) {
        match words[0] {
            "run" => {
                self.run = span(words[1]);
                if words.len() > 3 {
                    self.every = words[3].parse().unwrap();
                }
            }
            "hole" => self.holes.push(span(words[1])),
            "restart" => {
                self.holes.push(span(words[1]));
                self.restarts.push(span(words[1]));
            }
            "mute" => self.mutes.push(span(words[1])),
            "cancel" => self.canceled.push(words[1].to_owned()),
            _ => self.read_drive(words),
        }
    }

    fn read_drive(&mut self, words: &[&str]) {
        let bus = self.buses.iter().position(|b| b == words[1]).unwrap_or_else(|| {
            self.buses.push(words[1].to_owned());
            self.buses.len() - 1
        });
        let mut drive = Drive { bus, trip: words[2].to_owned(), ..Drive::default() };
        for word in &words[3..] {
            let (key, value) = word.split_once('=').unwrap_or((word, ""));
            match key {
                "late" => drive.late = value.parse().unwrap(),
                "until" => drive.until = Some(time(value)),
                "from" => drive.from = Some(time(value)),
                "park" => {
                    let (at, seconds) = value.split_once('+').unwrap();
                    drive.park = Some((time(at), seconds.parse().unwrap()));
                }
                "silent" => drive.silent = Some(span(value)),
                "away" => drive.away = Some(span(value)),
                "skip" => drive.skip.push(value.parse().unwrap()),
                "overload" => drive.overload = true,
                "layover" => drive.layover = true,
                _ => panic!("{word}"),
            }
        }
        self.drives.push(drive);
    }

    fn instance(&self, trip: &str) -> TripInstance {
        let trip = self.timetable.trip_by_id(trip).unwrap_or_else(|| panic!("trip {trip}"));
        let start_s = self.timetable.stop_times(trip)[0].departure_s;
        TripInstance { service_date: self.date, trip, start_s }
    }

    /// Runs the whole script.
    pub(super) fn go(mut self) -> Self {
        let mut effects = Vec::new();
        for trip in &self.canceled {
            self.flow.on_canceled(self.origin, self.instance(trip), true);
        }
        let mut last = self.run.0 - self.every;
        let mut at = self.run.0;
        while at <= self.run.1 {
            let inside = |spans: &[Span]| spans.iter().any(|s| s.0 <= at && at < s.1);
            if self.restarts.iter().any(|s| s.1 == at) {
                self.restart(self.origin + at, self.origin + last);
            }
            if !inside(&self.holes) {
                let now = self.origin + at;
                let mute = inside(&self.mutes);
                if !mute {
                    self.flow.on_dataset(now, FeedIdx(0), Some(now));
                    for visit in self.visits(last, at) {
                        self.flow.on_visit(now, &visit, &mut effects);
                        self.told.push(visit);
                    }
                    last = at;
                }
                let facts = self.facts(if mute { last } else { at });
                self.flow.on_tick(now, &facts, &mut effects);
                self.take(now, &mut effects);
            }
            at += self.every;
        }
        let now = self.origin + self.run.1;
        self.snapshot = Some(self.picture(now));
        self.flow.finish(now, &mut effects);
        self.take(now, &mut effects);
        self
    }

    /// Another `Flow`, which knows what stands in the record: visits, and until when the feed was observed.
    fn restart(&mut self, now: EpochS, until: EpochS) {
        let config = self.flow.config.clone();
        self.flow = Flow::new(&self.timetable, config.clone());
        self.flow.on_observed(now, FeedIdx(0), self.origin + self.run.0, until);
        for visit in &self.told {
            let at = visit.departure.or(visit.arrival).unwrap();
            self.flow.on_past_visit(visit, at + config.settle_s <= until);
        }
    }

    fn take(&mut self, now: EpochS, effects: &mut Vec<Effect>) {
        for effect in effects.drain(..) {
            match effect {
                Effect::Headway(h) => self.headways.push(h),
                Effect::Intensity(i) => self.intensities.push(i),
                Effect::IncidentOpened(i) => self.incidents.push((now, true, i)),
                Effect::IncidentClosed(i) => self.incidents.push((now, false, i)),
                Effect::Visit(_) | Effect::Rejected { .. } => panic!("not of this room"),
            }
        }
    }

    pub(super) fn picture(&self, now: EpochS) -> Snapshot {
        let mut snapshot = Snapshot {
            at: now,
            timetable: Arc::clone(&self.timetable),
            vehicles: Vec::new(),
            directions: Vec::new(),
            segments: Vec::new(),
            incidents: Vec::new(),
            feeds: vec![crate::monitor::FeedState::default()],
            recent: super::Recent::default(),
        };
        self.flow.fill(now, &mut snapshot);
        snapshot
    }

    /// Seconds that a drive is late at `at`.
    fn late_at(drive: &Drive, at: EpochS) -> EpochS {
        let parked = drive.park.map_or(0, |(from, length)| (at - from).clamp(0, length));
        drive.late + parked
    }

    /// When the drive is where the plan has it at `planned`.
    fn real(drive: &Drive, planned: EpochS) -> EpochS {
        let at = planned + drive.late;
        at + drive.park.map_or(0, |(from, length)| if at > from { length } else { 0 })
    }

    fn sees(drive: &Drive, at: EpochS) -> bool {
        drive.until.is_none_or(|u| at < u)
            && drive.from.is_none_or(|f| at >= f)
            && drive.silent.is_none_or(|s| !(s.0 <= at && at < s.1))
    }

    fn visits(&self, after: EpochS, until: EpochS) -> Vec<StopVisit> {
        let mut visits = Vec::new();
        for drive in self.drives.iter().filter(|d| !d.layover) {
            let instance = self.instance(&drive.trip);
            let pattern = self.timetable.trip(instance.trip).pattern;
            let times = self.timetable.stop_times(instance.trip);
            for (position, t) in times.iter().enumerate() {
                let arrival = Self::real(drive, EpochS::from(t.arrival_s));
                let departure = Self::real(drive, EpochS::from(t.departure_s));
                let last = position + 1 == times.len();
                // Known at the first fix behind the stop.
                let known = departure + 1;
                let seen = Self::sees(drive, departure) && !drive.skip.contains(&(position as u16));
                let fresh = after < known && known <= until;
                let in_hole = self
                    .holes
                    .iter()
                    .chain(&self.mutes)
                    .any(|h| h.0 <= departure && departure < h.1);
                if seen && fresh && !in_hole {
                    visits.push(StopVisit {
                        instance,
                        pattern,
                        stop_position: position as u16,
                        vehicle: VehicleIdx::from(drive.bus),
                        arrival: (position > 0).then_some(self.origin + arrival),
                        departure: (!last).then_some(self.origin + departure),
                        uncertainty_s: 5.0,
                        trip_named: true,
                    });
                }
            }
        }
        visits
    }

    fn facts(&self, at: EpochS) -> Vec<VehicleFacts> {
        let mut facts: Vec<VehicleFacts> = Vec::new();
        for drive in &self.drives {
            let seen_at = match drive.silent {
                Some((from, to)) if from <= at && at < to => from - 1,
                _ => at,
            };
            let instance = self.instance(&drive.trip);
            let pattern = self.timetable.trip(instance.trip).pattern;
            let times = self.timetable.stop_times(instance.trip);
            let planned = seen_at - Self::late_at(drive, seen_at);
            let first = EpochS::from(times[0].departure_s) - 120;
            let end = EpochS::from(times[times.len() - 1].arrival_s);
            let gone = drive.until.is_some_and(|u| seen_at >= u)
                || drive.from.is_some_and(|f| seen_at < f);
            if gone || planned < first || planned > end {
                continue;
            }
            let offsets = &self.timetable.pattern(pattern).stop_offsets_m;
            let away = drive.away.filter(|s| s.0 <= seen_at && seen_at < s.1);
            // Away from its line its place stays where it left it.
            let planned = away.map_or(planned, |s| s.0 - Self::late_at(drive, seen_at));
            let next = times.iter().position(|t| EpochS::from(t.departure_s) >= planned);
            let next = next.unwrap_or(times.len() - 1);
            let along_m = if next == 0 {
                0.0
            } else {
                let (a, b) = (times[next - 1].departure_s, times[next].arrival_s);
                let part = (planned - EpochS::from(a)) as f64 / f64::from((b - a).max(1));
                offsets[next - 1] + (offsets[next] - offsets[next - 1]) * part.min(1.0)
            };
            facts.push(VehicleFacts {
                vehicle: VehicleIdx::from(drive.bus),
                feed: FeedIdx(0),
                matched: Some((instance, pattern)),
                along_m,
                next_stop_position: next as u16,
                measured_at: self.origin + seen_at,
                schedule_deviation_s: Some(Self::late_at(drive, seen_at) as i32),
                off_route_m: away.map(|_| 250.0),
                layover: drive.layover || next == 0,
                overload: drive.overload,
            });
        }
        facts.sort_by_key(|f| (f.vehicle, std::cmp::Reverse(f.measured_at)));
        facts.dedup_by_key(|f| f.vehicle);
        facts
    }

    /// `HH:MM:SS` of the day.
    pub(super) fn clock(&self, at: EpochS) -> String {
        crate::time::format_gtfs_time((at - self.origin) as i32)
    }

    /// What was opened and closed, a line each.
    pub(super) fn incidents_text(&self) -> String {
        let mut text = String::new();
        for (now, opened, i) in &self.incidents {
            let verb = if *opened { "opens" } else { "closes" };
            let _ = write!(text, "{} {verb} {} {}", self.clock(*now), i.number, i.kind.name());
            if let Some(route) = i.route {
                let _ = write!(text, " route {}", self.timetable.route(route).id);
            }
            if let Some(stop) = i.stop {
                let _ = write!(text, " at {}", self.timetable.stop(stop).id);
            }
            if let Some(run) = i.instance {
                let _ = write!(text, " run {}", self.timetable.trip(run.trip).id);
            }
            if let Some(vehicle) = i.vehicle {
                let _ = write!(text, " bus {}", self.buses[vehicle.get()]);
            }
            let _ = write!(text, " value {:.0}", i.value);
            if let Some(closed) = i.closed_at.filter(|c| c != now) {
                let _ = write!(text, " as of {}", self.clock(closed));
            }
            text.push('\n');
        }
        text
    }

    /// Headways at a stop, a line each.
    pub(super) fn headways_text(&self, stop: &str) -> String {
        let mut text = String::new();
        let stop = self.timetable.stop_by_id(stop).unwrap();
        for h in self.headways.iter().filter(|h| h.stop == stop) {
            let trip = |i: TripInstance| &self.timetable.trip(i.trip).id;
            let plan = h.scheduled_headway_s.map_or("-".to_owned(), |p| p.to_string());
            let _ = writeln!(
                text,
                "{} {} after {}: {} of {plan} {:?}",
                self.clock(h.at),
                trip(h.instance),
                trip(h.leader),
                h.headway_s,
                h.status
            );
        }
        text
    }
}

/// A route of eight stops, a bus every ten minutes from 06:00 to 10:00, half an hour from end to end.
pub(super) const LINE: &str = "
stop A 43.200 76.90
stop B 43.210 76.90
stop C 43.220 76.90
stop D 43.230 76.90
stop E 43.240 76.90
stop F 43.250 76.90
stop G 43.260 76.90
stop H 43.270 76.90
route 5
trip t route=5 direction=0 times=25 every=00:10 : A 6:00, B 6:04, C 6:08, D 6:12, E 6:16, F 6:20, G 6:24, H 6:28
";

/// Drives for the runs `from..to` of [`LINE`], each its own bus, on time; `but` gives more words for one run.
pub(super) fn drives(from: u32, to: u32, but: impl Fn(u32) -> Option<&'static str>) -> String {
    let mut text = String::new();
    for i in from..to {
        if let Some(more) = but(i) {
            let _ = writeln!(text, "drive b{i} t.{i} {more}");
        }
    }
    text
}
