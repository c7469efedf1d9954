//! The worlds that everything is judged on: each kind with its own difficulty, and troubles of operation in
//! all of them; and quiet worlds with one oddity each, in which nothing may be raised that is not there.

use super::{Watched, Window, watch_with};
use crate::config::{
    Detour, FeedManner, Operation, Passengers, RouteTrouble, Traffic, WorldConfig,
};
use crate::worlds::{self, DATE, Kind, WorldsError};
use crate::{TripNaming, World};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use transit::ids::FeedIdx;
use transit::{
    EpochS, LatLon, Monitor, MonitorConfig, ScheduleRelationship, ServiceDate, Timetable,
    TripDescriptor, VehiclePosition,
};

/// The window that is judged if nothing else is said, seconds of the service day.
pub const WINDOW_S: (EpochS, EpochS) = (7 * 3_600, 10 * 3_600);
/// The world is watched so long before the window, and so long after it, seconds.
const LEAD_S: EpochS = 3_600;
const TAIL_S: EpochS = 1_800;
/// A dataset comes this often, seconds.
const DATASET_EVERY_S: i64 = 20;
/// A closed stretch, as a share of the line, and how far aside the buses drive, metres.
const CLOSED: (f64, f64) = (0.35, 0.6);
const ASIDE_M: f64 = 260.0;
/// The street is closed for so long, seconds.
const CLOSED_S: EpochS = 4_500;

/// A world that a Monitor has watched.
#[derive(Debug)]
pub struct Trial {
    /// What it is called in the tables.
    pub name: String,
    /// What is driven.
    pub timetable: Arc<Timetable>,
    /// What the Monitor said, and what was.
    pub watched: Watched,
    /// What is judged.
    pub window: Window,
    /// The feed names trips.
    pub named: bool,
}

/// What asks the Monitor something after each tick.
pub type Look<'a> = &'a mut dyn FnMut(&Monitor, EpochS);

/// Watches the world of a kind and seed, with troubles, over a window of the service day (seconds).
pub fn trial(
    kind: Kind,
    seed: u64,
    (from_s, to_s): (EpochS, EpochS),
    look: Look<'_>,
) -> Result<Trial, WorldsError> {
    let (timetable, config) = worlds::generate(kind, seed)?;
    let config = troubled(&timetable, config, from_s, seed);
    let name = format!("{kind:?} {seed}");
    Ok(judged((name, timetable, config), DATE, (from_s, to_s), &mut |_, _| Vec::new(), look))
}

/// Watches a named world over a timetable on a day.
pub fn judged(
    (name, timetable, config): (String, Arc<Timetable>, WorldConfig),
    date: ServiceDate,
    seconds: (EpochS, EpochS),
    extra: super::Extra<'_>,
    look: Look<'_>,
) -> Trial {
    let known = timetable.clone();
    judged_by(known, (name, timetable, config), date, seconds, (extra, look))
}

/// The same by a Monitor that has another version of the timetable: the same trips in the same order.
pub fn judged_by(
    known: Arc<Timetable>,
    (name, timetable, config): (String, Arc<Timetable>, WorldConfig),
    date: ServiceDate,
    (from_s, to_s): (EpochS, EpochS),
    (extra, look): (super::Extra<'_>, Look<'_>),
) -> Trial {
    let origin = timetable.origin(date);
    let window = Window { from: origin + from_s, to: origin + to_s };
    let named = config.feed.naming == TripNaming::Trip;
    let mut world = World::new(timetable.clone(), config, window.from - LEAD_S);
    let mut monitor = Monitor::new(known, MonitorConfig::default());
    let until = (window.to + TAIL_S, DATASET_EVERY_S);
    let watched = watch_with(&mut world, &mut monitor, until, extra, look);
    Trial { name, timetable, watched, window, named }
}

/// The same world with runs that are not driven, buses that turn short or break down, and streets that are
/// closed in turn.
fn troubled(timetable: &Timetable, config: WorldConfig, from_s: EpochS, seed: u64) -> WorldConfig {
    let origin = timetable.origin(DATE);
    let route =
        |n: u64| timetable.routes[(n % timetable.routes.len() as u64) as usize].id.to_string();
    let closed = |n: u64| {
        let from = origin + from_s + n as EpochS * 2_700;
        Detour {
            route_id: route(seed + n * 3),
            stretch: CLOSED,
            aside_m: ASIDE_M,
            from,
            to: from + CLOSED_S,
        }
    };
    WorldConfig {
        operation: Operation {
            missing_run_share: 0.02,
            short_turn_share: 0.01,
            breakdown_share: 0.003,
            ..config.operation
        },
        troubles: vec![RouteTrouble {
            route_id: route(seed + 1),
            absent_vehicles: 1,
            ..RouteTrouble::default()
        }],
        detours: (0..3).map(closed).collect(),
        ..config
    }
}

/// What is odd in a quiet world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// Nothing.
    None,
    /// The feed goes away, for 4 and for 12 minutes.
    FeedHole,
    /// Buses stand by the road with a run of their route, hour after hour.
    Parked,
    /// Long rests at the terminals, announced long before the start.
    Layover,
    /// Buses are reported twice, under two ids.
    Duplicate,
    /// A second bus follows some runs a minute behind.
    Overload,
    /// Buses turn before their last stop.
    ShortTurn,
}

impl Oddity {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::None,
        Self::FeedHole,
        Self::Parked,
        Self::Layover,
        Self::Duplicate,
        Self::Overload,
        Self::ShortTurn,
    ];
}

/// Watches a city where every bus keeps its time, but for one oddity.
pub fn quiet(
    oddity: Oddity,
    seed: u64,
    (from_s, to_s): (EpochS, EpochS),
) -> Result<Trial, WorldsError> {
    let (timetable, usual) = worlds::generate(Kind::DenseCity, seed)?;
    let mut config = calm(usual);
    let origin = timetable.origin(DATE);
    match oddity {
        Oddity::FeedHole => {
            let hole = |at_s: EpochS, length_s: EpochS| (origin + at_s, origin + at_s + length_s);
            config.feed.holes = vec![hole(from_s + 900, 240), hole(from_s + 3_000, 720)];
        }
        Oddity::Layover => {
            config.feed.announce_s = 3_600;
            config.operation.pull_out_s = 2_400;
        }
        Oddity::ShortTurn => config.operation.short_turn_share = 0.05,
        _ => {}
    }
    let mut echoes = Echoes::new(oddity);
    let name = format!("{oddity:?} {seed}");
    let mut extra = |now: EpochS, positions: &[VehiclePosition<'_>]| echoes.of(now, positions);
    Ok(judged((name, timetable, config), DATE, (from_s, to_s), &mut extra, &mut |_, _| ()))
}

/// A service that keeps its plan.
fn calm(config: WorldConfig) -> WorldConfig {
    WorldConfig {
        traffic: Traffic {
            pace: 0.95,
            peak_slowdown: 0.0,
            segment_sd: 0.0,
            hour_sd: 0.0,
            day_sd: 0.0,
            run_sd: 0.0,
            light_red_share: 0.0,
            ..config.traffic
        },
        passengers: Passengers { feedback: false, boardings_per_stop: 1.0, ..config.passengers },
        operation: Operation {
            missing_run_share: 0.0,
            breakdown_share: 0.0,
            short_turn_share: 0.0,
            start_late_s: 5.0,
            ..config.operation
        },
        feed: FeedManner { silences_per_hour: 0.0, ..config.feed },
        ..config
    }
}

/// A position of a second vehicle, made from that of a first.
#[derive(Clone, Debug, PartialEq)]
pub struct Echo {
    vehicle_id: String,
    trip_id: Option<String>,
    route_id: Option<String>,
    direction_id: Option<u8>,
    start_date: Option<String>,
    place: LatLon,
    bearing_deg: Option<f32>,
    speed_mps: Option<f32>,
    measured_at: Option<EpochS>,
}

impl Echo {
    fn new(vehicle_id: String, of: &VehiclePosition<'_>) -> Self {
        let text = |s: Option<&str>| s.map(str::to_owned);
        Self {
            vehicle_id,
            trip_id: text(of.trip.trip_id),
            route_id: text(of.trip.route_id),
            direction_id: of.trip.direction_id,
            start_date: text(of.trip.start_date),
            place: of.place,
            bearing_deg: of.bearing_deg,
            speed_mps: of.speed_mps,
            measured_at: of.measured_at,
        }
    }

    /// It as the feed tells it.
    pub fn position(&self, feed: FeedIdx) -> VehiclePosition<'_> {
        VehiclePosition {
            feed,
            vehicle_id: &self.vehicle_id,
            label: None,
            trip: TripDescriptor {
                trip_id: self.trip_id.as_deref(),
                route_id: self.route_id.as_deref(),
                direction_id: self.direction_id,
                start_time: None,
                start_date: self.start_date.as_deref(),
                relationship: ScheduleRelationship::Scheduled,
            },
            place: self.place,
            bearing_deg: self.bearing_deg,
            speed_mps: self.speed_mps,
            measured_at: self.measured_at,
            stop_id: None,
            current_stop_sequence: None,
            stopped_at: None,
            occupancy_status: None,
        }
    }
}

/// Every so many-th vehicle has a second one.
const EVERY: usize = 6;
/// The second bus of a run is this far behind, seconds.
const BEHIND_S: EpochS = 60;
/// A parked bus stands from when it was seen the so many-th time.
const PARKS_AFTER: u32 = 180;

/// Makes second vehicles.
#[derive(Debug)]
struct Echoes {
    oddity: Oddity,
    /// What was said lately, oldest first.
    past: VecDeque<Echo>,
    /// Parked ones: how often their original was seen, and where they stand.
    parked: BTreeMap<String, (u32, Option<Echo>)>,
}

impl Echoes {
    fn new(oddity: Oddity) -> Self {
        Self { oddity, past: VecDeque::new(), parked: BTreeMap::new() }
    }

    fn of(&mut self, now: EpochS, positions: &[VehiclePosition<'_>]) -> Vec<Echo> {
        let chosen = positions.iter().filter(|p| {
            let number = p.vehicle_id.rsplit('-').next().and_then(|n| n.parse::<usize>().ok());
            number.is_some_and(|n| n % EVERY == 1) && p.trip.trip_id.is_some()
        });
        let echo = |p: &VehiclePosition<'_>, what| Echo::new(format!("{}/{what}", p.vehicle_id), p);
        match self.oddity {
            Oddity::Duplicate => chosen.map(|p| echo(p, "again")).collect(),
            Oddity::Overload => {
                self.past.extend(chosen.map(|p| echo(p, "behind")));
                let due = |e: &Echo| e.measured_at.is_none_or(|at| at + BEHIND_S <= now);
                let count = self.past.iter().take_while(|e| due(e)).count();
                let late =
                    |e: Echo| Echo { measured_at: e.measured_at.map(|at| at + BEHIND_S), ..e };
                self.past.drain(..count).map(late).collect()
            }
            Oddity::Parked => chosen.filter_map(|p| self.parked(now, p)).collect(),
            _ => Vec::new(),
        }
    }

    /// A bus that stands where the original once was, and says that it drives what that one drives.
    fn parked(&mut self, now: EpochS, of: &VehiclePosition<'_>) -> Option<Echo> {
        let (seen, stands) = self.parked.entry(of.vehicle_id.to_owned()).or_default();
        *seen += 1;
        if *seen == PARKS_AFTER {
            *stands = Some(Echo::new(format!("{}/parked", of.vehicle_id), of));
        }
        // Fixes of a standing bus differ a little.
        let shake = f64::from(*seen % 7) * 1e-6;
        let stands = stands.as_ref()?;
        let place = LatLon::new(stands.place.lat + shake, stands.place.lon - shake);
        let speed_mps = Some(0.0);
        Some(Echo { place, speed_mps, measured_at: Some(now - 3), ..stands.clone() })
    }
}
