//! Worlds to judge conclusions by: networks generated from a seed, each kind with a difficulty of its own.
//!
//! Nothing in them is taken from a real city. Another seed is another network in another country.

use crate::config::{FeedManner, Gps, Traffic, TripNaming, WorldConfig};
use crate::gtfs::zip;
use crate::motion::{moved, shifted};
use crate::network::{Network, NetworkPattern, NetworkRoute, NetworkStop};
use crate::noise::{Noise, mix, normal};
use crate::schedule::{Plan, runs};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::sync::Arc;
use transit::timetable::{LoadError, LoadLimits};
use transit::{LatLon, Polyline, ServiceDate, Timetable};

/// Every generated timetable runs on all days of a year around this Wednesday, 2026-05-13.
pub const DATE: ServiceDate = ServiceDate(20_586);

/// Centres and time zones that a seed may get; one south of the equator, one near the date line.
const PLACES: [(f64, f64, &str); 5] = [
    (50.06, 19.94, "Europe/Warsaw"),
    (-33.45, -70.66, "America/Santiago"),
    (-36.85, 174.76, "Pacific/Auckland"),
    (1.35, 103.82, "Asia/Singapore"),
    (59.33, 18.06, "Europe/Stockholm"),
];

/// Streets of the grid in each direction.
const STREETS: i32 = 9;

/// Deviation of a crossing from the exact grid, metres.
const CROSSING_SD_M: f64 = 18.0;

/// A stop is this far behind its crossing, and this far to the right, metres.
const BEHIND_M: f64 = 30.0;
const ASIDE_M: f64 = 7.0;

/// Where buses wait for their time: every so many-th stop …
const TIMEPOINT_EVERY: usize = 6;
/// … for which the plan gives them so much more than they need, as a share.
const TIMEPOINT_PACE: f64 = 0.87;

/// What is difficult.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Many routes share streets, short headways, trips named.
    DenseCity,
    /// Stops far apart, long headways, reports every 30 s.
    Suburban,
    /// Loops driven one way or both, and lines that come back on their own street within a run.
    Loops,
    /// Reports name the route at most.
    NoTripIds,
    /// Bad receivers, and now and then the trip of another run.
    DirtyGps,
    /// The feed goes away, vehicles fall silent.
    FeedWithHoles,
    /// Ten lines begin and end at one terminal, and leave it by the same street.
    SharedTerminal,
    /// A plan with time to spare: buses come early to every sixth stop and wait there for their time.
    Timepoints,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 8] = [
        Self::DenseCity,
        Self::Suburban,
        Self::Loops,
        Self::NoTripIds,
        Self::DirtyGps,
        Self::FeedWithHoles,
        Self::SharedTerminal,
        Self::Timepoints,
    ];
}

/// A world could not be generated: a fault of this crate, not of data.
#[derive(Debug, thiserror::Error)]
pub enum WorldsError {
    /// The feed could not be packed.
    #[error("the generated feed cannot be packed: {0}")]
    Zip(#[from] ::zip::result::ZipError),
    /// The loader refused it.
    #[error("the generated feed cannot be loaded: {0}")]
    Load(#[from] LoadError),
}

/// The timetable and the world of a kind and seed. Begin it on [`DATE`].
pub fn generate(kind: Kind, seed: u64) -> Result<(Arc<Timetable>, WorldConfig), WorldsError> {
    let zip = zip(&network(kind, seed).files(), false)?;
    let (timetable, _) = Timetable::from_zip(&zip, LoadLimits::default())?;
    Ok((Arc::new(timetable), config(kind, seed)))
}

/// The world of a kind and seed.
pub fn config(kind: Kind, seed: u64) -> WorldConfig {
    let usual = WorldConfig { seed, ..WorldConfig::default() };
    let feed = FeedManner::default();
    match kind {
        Kind::DenseCity | Kind::Loops | Kind::SharedTerminal => usual,
        Kind::Timepoints => WorldConfig {
            traffic: Traffic { pace: TIMEPOINT_PACE, ..usual.traffic.clone() },
            ..usual
        },
        Kind::Suburban => WorldConfig { feed: FeedManner { interval_s: 30, ..feed }, ..usual },
        Kind::NoTripIds => {
            let naming = [TripNaming::RouteAndDirection, TripNaming::Route][seed as usize % 2];
            WorldConfig { feed: FeedManner { naming, ..feed }, ..usual }
        }
        Kind::DirtyGps => WorldConfig {
            gps: Gps {
                white_m: 12.0,
                drift_m: 18.0,
                outlier_share: 0.004,
                outlier_m: 1_500.0,
                null_island_share: 0.001,
                bare_share: 0.3,
                ..Gps::default()
            },
            feed: FeedManner { wrong_trip_share: 0.03, ..feed },
            ..usual
        },
        Kind::FeedWithHoles => WorldConfig {
            feed: FeedManner {
                silences_per_hour: 0.3,
                silence_max_s: 900,
                holes_per_hour: 0.5,
                hole_max_s: 900,
                ..feed
            },
            ..usual
        },
    }
}

/// A crossing of the grid.
type Node = (i32, i32);

/// The streets of a generated city and the stops on them.
struct Grid {
    noise: Noise,
    centre: LatLon,
    spacing_m: f64,
    /// Of the whole grid, radians.
    turned: f64,
    stops: Vec<NetworkStop>,
    known: BTreeMap<(Node, Node), usize>,
}

/// The timetable of a kind and seed in another version: every trip has another id.
pub fn renamed(kind: Kind, seed: u64) -> Result<Arc<Timetable>, WorldsError> {
    let mut network = network(kind, seed);
    for service in &mut network.services {
        service.0.push_str("-new");
    }
    let zip = zip(&network.files(), false)?;
    Ok(Arc::new(Timetable::from_zip(&zip, LoadLimits::default())?.0))
}

/// The network of a kind and seed.
pub fn network(kind: Kind, seed: u64) -> Network {
    let noise = Noise::new(mix(seed, kind as u64));
    let mut rng = noise.at(1, 0);
    let (lat, lon, zone) = PLACES[rng.random_range(0..PLACES.len())];
    let suburban = kind == Kind::Suburban;
    let mut grid = Grid {
        noise,
        centre: LatLon::new(lat, lon),
        spacing_m: if suburban { 950.0 } else { rng.random_range(360.0..480.0) },
        turned: rng.random_range(0.0..1.5),
        stops: Vec::new(),
        known: BTreeMap::new(),
    };
    let mut network = Network {
        zone: zone.to_owned(),
        language: "en".to_owned(),
        publisher: ("Generated".to_owned(), "https://jolda.example/".to_owned()),
        version: format!("{kind:?}-{seed}"),
        valid: ("20260101".to_owned(), "20261231".to_owned()),
        agencies: vec![("generated".to_owned(), format!("Generated {kind:?} {seed}"))],
        services: vec![("daily".to_owned(), [true; 7])],
        ..Network::default()
    };
    let routes = match kind {
        Kind::Suburban => 8,
        Kind::SharedTerminal => 10,
        _ => 12,
    };
    let mut shared: Vec<Vec<Vec<Node>>> = Vec::new();
    for number in 1..=routes {
        let paths = match kind {
            Kind::Loops if number % 3 != 0 => ring(&mut rng, number % 2 == 0),
            Kind::Loops => vec![there_and_back(&mut rng)],
            Kind::SharedTerminal => another_line(&mut shared, &mut rng),
            _ => line_from(None, &mut rng),
        };
        let shortest = if suburban { 12 } else { 5 };
        let headway = rng.random_range(shortest..=shortest * 2) * 60;
        network.routes.push(grid.route(
            number,
            &paths,
            headway,
            if suburban { 26.0 } else { 17.0 },
        ));
    }
    if kind == Kind::Timepoints {
        for pattern in network.routes.iter_mut().flat_map(|r| &mut r.patterns) {
            pattern.timepoint_every = Some(TIMEPOINT_EVERY);
        }
    }
    network.stops = grid.stops;
    network
}

/// Goes straight to `to`, which is level with or below the last node.
fn go(path: &mut Vec<Node>, to: Node) {
    while let Some(at) = path.last().copied().filter(|at| *at != to) {
        path.push((at.0 + (to.0 - at.0).signum(), at.1 + (to.1 - at.1).signum()));
    }
}

/// Across the city with two turns, and the same way back; from `terminal` on the edge, if that is given.
fn line_from(terminal: Option<i32>, rng: &mut ChaCha8Rng) -> Vec<Vec<Node>> {
    let last = STREETS - 1;
    let (a, b, turn) =
        (rng.random_range(0..=last), rng.random_range(0..=last), rng.random_range(2..last - 1));
    let upright: bool = rng.random();
    let (a, upright) = terminal.map_or((a, upright), |t| (t, false));
    let mut path = vec![(0, a)];
    go(&mut path, (turn, a));
    go(&mut path, (turn, b));
    go(&mut path, (last, b));
    if upright {
        for node in &mut path {
            *node = (node.1, node.0);
        }
    }
    let back = path.iter().rev().copied().collect();
    vec![path, back]
}

/// A line from the shared terminal by another way than those before it: of two lines on one way nobody could tell
/// which of them a bus without a name drives.
fn another_line(before: &mut Vec<Vec<Vec<Node>>>, rng: &mut ChaCha8Rng) -> Vec<Vec<Node>> {
    loop {
        let paths = line_from(Some(STREETS / 2), rng);
        if !before.contains(&paths) {
            before.push(paths.clone());
            return paths;
        }
    }
}

/// Round a rectangle of streets, one way or both.
fn ring(rng: &mut ChaCha8Rng, both: bool) -> Vec<Vec<Node>> {
    let (w, h) = (rng.random_range(3..=6), rng.random_range(3..=6));
    let (x, y) = (rng.random_range(0..STREETS - w), rng.random_range(0..STREETS - h));
    // It begins in the middle of a side, so that its terminus is not a corner.
    let start = (x + 1, y);
    let mut path = vec![start];
    for corner in [(x + w, y), (x + w, y + h), (x, y + h), (x, y), start] {
        go(&mut path, corner);
    }
    let mut paths = vec![path];
    if both {
        let back = paths[0].iter().rev().copied().collect();
        paths.push(back);
    }
    paths
}

/// Out along a street, round a block, and home along the same street, all in one run.
fn there_and_back(rng: &mut ChaCha8Rng) -> Vec<Node> {
    let y = rng.random_range(1..STREETS - 2);
    let turn = STREETS - 3;
    let mut path = vec![(0, y)];
    for corner in [(turn + 2, y), (turn + 2, y + 1), (turn, y + 1), (turn, y), (0, y)] {
        go(&mut path, corner);
    }
    path
}

impl Grid {
    /// Where a crossing lies.
    fn place(&self, node: Node) -> LatLon {
        let mut rng = self.noise.at(2, (node.0 * STREETS + node.1) as u64);
        let half = f64::from(STREETS - 1) / 2.0;
        let x = (f64::from(node.0) - half) * self.spacing_m + normal(&mut rng) * CROSSING_SD_M;
        let y = (f64::from(node.1) - half) * self.spacing_m + normal(&mut rng) * CROSSING_SD_M;
        let (sin, cos) = self.turned.sin_cos();
        shifted(self.centre, x * cos - y * sin, x * sin + y * cos)
    }

    /// The stop behind crossing `at` for those who drive on to `next`; shared by all of them.
    fn stop(&mut self, at: Node, next: Node) -> usize {
        if let Some(i) = self.known.get(&(at, next)) {
            return *i;
        }
        let (here, there) = (self.place(at), self.place(next));
        let bearing = here.bearing_deg(there);
        let place = moved(moved(here, bearing, BEHIND_M), bearing + 90.0, ASIDE_M);
        let side = ["N", "E", "S", "W"][(bearing / 90.0).round() as usize % 4];
        self.stops.push(NetworkStop {
            id: format!("s{}-{}-{}-{}", at.0, at.1, next.0, next.1),
            code: (self.stops.len() + 1).to_string(),
            name: format!("Street {} at Avenue {}", at.0 + 1, at.1 + 1),
            description: side.to_owned(),
            place,
        });
        self.known.insert((at, next), self.stops.len() - 1);
        self.stops.len() - 1
    }

    /// The line of a path, with a stop behind every crossing that is not a corner.
    fn pattern(&mut self, path: &[Node], direction: u8) -> NetworkPattern {
        let line = Polyline::new(path.iter().map(|n| self.place(*n)).collect());
        let (mut stops, mut offsets_m) = (Vec::new(), Vec::new());
        let ring = path.first() == path.last();
        for i in 0..path.len() - 1 {
            let straight = |before: Node| {
                (path[i].0 - before.0, path[i].1 - before.1)
                    == (path[i + 1].0 - path[i].0, path[i + 1].1 - path[i].1)
            };
            if i == 0 || straight(path[i - 1]) {
                stops.push(self.stop(path[i], path[i + 1]));
                offsets_m.push(line.offsets_m[i] + BEHIND_M);
            }
        }
        // The last stop: a straight ring's is its first; else it is one of its own at the end of the line.
        let end = path.len() - 1;
        let closes = ring && path[end - 1] != path[1];
        if closes {
            stops.push(stops[0]);
        } else {
            stops.push(self.terminus(path[end - 1], path[end], &line));
        }
        offsets_m.push(line.length_m() - if closes { 0.0 } else { BEHIND_M });
        let headsign = stops.last().map_or_else(String::new, |s| self.stops[*s].name.clone());
        NetworkPattern { direction, headsign, line, stops, offsets_m, timepoint_every: None }
    }

    /// Before the end of a line.
    fn terminus(&mut self, before: Node, end: Node, line: &Polyline) -> usize {
        let key = (end, (before.0 + 100, before.1 + 100));
        if let Some(i) = self.known.get(&key) {
            return *i;
        }
        let at_m = line.length_m() - BEHIND_M;
        let place = moved(line.at(at_m), line.bearing_deg_at(at_m) + 90.0, ASIDE_M);
        self.stops.push(NetworkStop {
            id: format!("t{}-{}-{}-{}", end.0, end.1, before.0, before.1),
            code: (self.stops.len() + 1).to_string(),
            name: format!("Terminus {}-{}", end.0 + 1, end.1 + 1),
            description: String::new(),
            place,
        });
        self.known.insert(key, self.stops.len() - 1);
        self.stops.len() - 1
    }

    fn route(
        &mut self,
        number: i32,
        paths: &[Vec<Node>],
        headway_s: i32,
        speed_kmh: f64,
    ) -> NetworkRoute {
        let patterns: Vec<NetworkPattern> =
            paths.iter().enumerate().map(|(d, path)| self.pattern(path, d as u8)).collect();
        let plan = Plan {
            service: 0,
            headways: [headway_s, headway_s * 4 / 3 / 60 * 60, headway_s * 2],
            span: (5 * 3_600 + 1_800, 23 * 3_600),
            speed_kmh,
            calm: false,
        };
        let runs = runs(&patterns, &plan);
        let name = |p: &NetworkPattern| self.stops[p.stops[p.stops.len() - 1]].name.clone();
        NetworkRoute {
            id: format!("r{number}"),
            short_name: number.to_string(),
            long_name: patterns.iter().rev().map(name).collect::<Vec<_>>().join(" – "),
            route_type: 3,
            color: "336699".to_owned(),
            agency: 0,
            patterns,
            runs,
        }
    }
}
