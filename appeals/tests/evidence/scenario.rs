//! A route on a line of stops, what was planned, what was seen, what somebody says.
//!
//! | line | meaning |
//! | --- | --- |
//! | `line STOPS every SECONDS` | stops `s0` …, so far apart |
//! | `at sN` | the stop in question |
//! | `plan TIME …` | runs by their start |
//! | `plan FROM..TO each SECONDS` | the same, regular |
//! | `bus NAME TIME [late=S] [unseen=N..N] [until=N] [from=N] [dwell=S]` | a bus drives the run that starts then |
//! | `ontime` | a bus for every run that has none |
//! | `hole FROM..TO` | the feed was away; visits in it are not on the record |
//! | `known TIME` | the record was known up to then |
//! | `fleet SEEN/EXPECTED` | runs of the whole feed |
//! | `claim KIND at=TIME [about] [wait=MINUTES] [plate=TEXT]` or `claim KIND between=FROM..TO` | what is said |

use appeals::claim::{Claim, ClaimTime};
use appeals::evidence::{Packet, examine, span};
use appeals::ids::VehicleId;
use appeals::kind::{Catalogue, Kind};
use appeals::record::{Coverage, PlannedRun, PlannedStop, Record, RunKey, Visit};
use appeals::shipped;
use jiff::tz::TimeZone;
use transit::EpochS;

/// Midnight of the day of all scenarios, UTC.
pub const DAY: EpochS = 1_772_409_600;

#[derive(Clone, Debug, Default)]
struct Bus {
    name: String,
    start: EpochS,
    late: EpochS,
    unseen: Option<(usize, usize)>,
    until: Option<usize>,
    from: usize,
    dwell: EpochS,
}

#[derive(Clone, Debug, Default)]
pub struct Scenario {
    stops: usize,
    every: EpochS,
    at: usize,
    plan: Vec<EpochS>,
    buses: Vec<Bus>,
    holes: Vec<(EpochS, EpochS)>,
    known: Option<EpochS>,
    fleet: (u32, u32),
    pub kind: Option<Kind>,
    pub claim: Claim,
}

fn time(text: &str) -> EpochS {
    let full = if text.matches(':').count() == 1 { format!("{text}:00") } else { text.to_owned() };
    DAY + EpochS::from(transit::time::parse_gtfs_time(&full).unwrap_or_else(|| panic!("{text}")))
}

fn times(text: &str) -> (EpochS, EpochS) {
    let (a, b) = text.split_once("..").unwrap();
    (time(a), time(b))
}

fn stop(text: &str) -> usize {
    text.trim_start_matches('s').parse().unwrap()
}

pub fn kinds() -> Catalogue {
    shipped::kinds().unwrap()
}

impl Scenario {
    pub fn new(script: &str) -> Self {
        let mut s = Self { fleet: (95, 100), ..Self::default() };
        for line in script.lines().map(str::trim).filter(|l| !l.is_empty()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["line", stops, "every", every] => {
                    (s.stops, s.every) = (stops.parse().unwrap(), every.parse().unwrap());
                }
                ["at", at] => s.at = stop(at),
                ["plan", range, "each", step] => {
                    let ((from, to), step) = (times(range), step.parse::<i64>().unwrap());
                    s.plan.extend((from..=to).step_by(step as usize));
                }
                ["plan", starts @ ..] => s.plan.extend(starts.iter().map(|t| time(t))),
                ["bus", name, start, more @ ..] => s.buses.push(bus(name, start, more)),
                ["ontime"] => s.fill(),
                ["hole", range] => s.holes.push(times(range)),
                ["known", at] => s.known = Some(time(at)),
                ["fleet", share] => {
                    let (seen, expected) = share.split_once('/').unwrap();
                    s.fleet = (seen.parse().unwrap(), expected.parse().unwrap());
                }
                ["claim", kind, more @ ..] => s.say(kind, more),
                _ => panic!("what is this: {line}"),
            }
        }
        s.plan.sort_unstable();
        s
    }

    fn fill(&mut self) {
        for start in &self.plan {
            if !self.buses.iter().any(|b| b.start == *start) {
                let name = format!("v{}", (start - DAY) / 60);
                self.buses.push(Bus { name, start: *start, ..Bus::default() });
            }
        }
    }

    fn say(&mut self, kind: &str, more: &[&str]) {
        self.kind = Kind::parse(kind);
        self.claim = Claim {
            route: Some("92".into()),
            direction: Some(0),
            stop: Some(format!("s{}", self.at).as_str().into()),
            ..Claim::default()
        };
        let about = more.contains(&"about");
        for word in more.iter().filter(|w| **w != "about") {
            match word.split_once('=').unwrap() {
                ("at", at) => self.claim.time = Some(ClaimTime::At { at: time(at), about }),
                ("between", range) => {
                    let (from, to) = times(range);
                    self.claim.time = Some(ClaimTime::Between { from, to });
                }
                ("wait", minutes) => {
                    self.claim.wait_s = Some(minutes.parse::<i64>().unwrap() * 60);
                }
                ("plate", plate) => self.claim.vehicle_text = Some(plate.to_owned()),
                other => panic!("{other:?}"),
            }
        }
    }

    /// All of the record that the claim needs.
    pub fn record(&self) -> Record {
        let slice = span(&self.claim, &TimeZone::UTC).first().map_or((DAY, DAY), |(_, s)| *s);
        let mut record = Record {
            from: slice.0,
            to: slice.1,
            known_until: self.known.unwrap_or(DAY + 86_400),
            timetable: "t1".into(),
            route: "92".into(),
            direction: Some(0),
            stop: self.claim.stop.clone(),
            stop_on_route: true,
            runs: self.plan.iter().map(|start| self.planned(*start)).collect(),
            visits: self.buses.iter().flat_map(|b| self.visits(b)).collect(),
            coverage: Coverage {
                holes: self.holes.clone(),
                runs_expected: self.fleet.1,
                runs_seen: self.fleet.0,
                report_interval_s: Some(20.0),
            },
            incidents: Vec::new(),
            pings: Vec::new(),
            pace: None,
            other_routes: Vec::new(),
        };
        record.runs.retain(|r| {
            r.stops[0].departure <= slice.1 && r.stops[r.stops.len() - 1].arrival >= slice.0
        });
        let inside = |v: &Visit| v.gone_at().is_some_and(|at| at >= slice.0 && at < slice.1);
        let seen = |v: &Visit| {
            let at = v.gone_at().unwrap_or(0);
            at < record.known_until && !self.holes.iter().any(|(a, b)| at >= *a && at < *b)
        };
        record.visits.retain(|v| inside(v) && seen(v));
        record.visits.sort_by(|a, b| (a.there_at(), &a.run).cmp(&(b.there_at(), &b.run)));
        record
    }

    fn run(start: EpochS) -> RunKey {
        let trip = format!("t{}", (start - DAY) / 60);
        RunKey {
            service_date: 20_260_302,
            trip: trip.as_str().into(),
            start_s: (start - DAY) as i32,
        }
    }

    fn planned(&self, start: EpochS) -> PlannedRun {
        let stops = (0..self.stops).map(|i| {
            let at = start + i as EpochS * self.every;
            PlannedStop { sequence: i as u32 + 1, arrival: at, departure: at }
        });
        PlannedRun {
            run: Self::run(start),
            direction: Some(0),
            stops: stops.collect(),
            at_stop: Some(self.at),
            timepoint: true,
            headway_only: false,
            canceled: false,
        }
    }

    fn visits(&self, bus: &Bus) -> Vec<Visit> {
        let planned = self.planned(bus.start);
        let last = bus.until.unwrap_or(self.stops - 1);
        let hidden = |i: usize| bus.unseen.is_some_and(|(a, b)| i >= a && i <= b);
        (bus.from..=last)
            .filter(|i| !hidden(*i))
            .map(|i| {
                let stop = planned.stops[i];
                Visit {
                    run: planned.run.clone(),
                    direction: Some(0),
                    vehicle: VehicleId(bus.name.clone()),
                    stop: format!("s{i}").as_str().into(),
                    sequence: stop.sequence,
                    scheduled_arrival: stop.arrival,
                    scheduled_departure: stop.departure,
                    arrival: Some(stop.arrival + bus.late),
                    departure: Some(stop.departure + bus.late + bus.dwell),
                    uncertainty_s: 10.0,
                    trip_named: true,
                }
            })
            .collect()
    }

    pub fn packet(&self) -> Packet {
        self.packet_of(&self.record())
    }

    pub fn packet_of(&self, record: &Record) -> Packet {
        let kinds = kinds();
        let entry = kinds.entry(self.kind.unwrap());
        examine(entry, &self.claim, std::slice::from_ref(record), &TimeZone::UTC)
    }
}

fn bus(name: &str, start: &str, more: &[&str]) -> Bus {
    let mut bus = Bus { name: name.to_owned(), start: time(start), ..Bus::default() };
    for word in more {
        match word.split_once('=').unwrap() {
            ("late", s) => bus.late = s.parse().unwrap(),
            ("dwell", s) => bus.dwell = s.parse().unwrap(),
            ("until", n) => bus.until = Some(stop(n)),
            ("from", n) => bus.from = stop(n),
            ("unseen", range) => {
                let (a, b) = range.split_once("..").unwrap();
                bus.unseen = Some((stop(a), stop(b)));
            }
            other => panic!("{other:?}"),
        }
    }
    bus
}

/// One line: finding, confidence, reasons and the figures asked for.
pub fn told(packet: &Packet, figures: &[&str]) -> String {
    let verdict = &packet.verdict;
    let reasons: Vec<&str> = verdict.reasons.iter().map(|r| r.name()).collect();
    let mut line = format!("{} {:.2}", verdict.finding.name(), verdict.confidence.value);
    if !reasons.is_empty() {
        line += &format!(" ({})", reasons.join(", "));
    }
    for name in figures {
        let value = packet.figures.get(*name).map_or("-".to_owned(), ToString::to_string);
        line += &format!(" {name}={value}");
    }
    line
}
