//! The demo city: our own GTFS for about thirty routes of Almaty, from small readable sources.
//!
//! Streets, termini and the routes' main streets follow published facts, rounded; spans, headways and
//! everything between are our own. See `data/almaty/SOURCE.md`.

mod demo;
mod line;
mod sources;
mod street_stops;

pub use demo::{DEMO_DATE, DEMO_TIME_S, demo_world};

use crate::gtfs::zip;
use crate::network::{Counts, Network, NetworkPattern, NetworkRoute, NetworkStop};
use crate::schedule::{Plan, runs};
use line::{kerb, lay};
use sources::{Back, Names, Place, RouteRow, Street, field, names, rows};
use std::collections::BTreeMap;
use street_stops::StreetStop;
use transit::{LatLon, Polyline};

const STREETS: &str = include_str!("../../../data/almaty/basemap/streets.geojson");
const PLACES: &str = include_str!("../../../data/almaty/places.csv");
const STOPS: &str = include_str!("../../../data/almaty/stops.csv");
const ROUTES: &str = include_str!("../../../data/almaty/routes.csv");
const CARRIERS: &str = include_str!("../../../data/almaty/carriers.csv");
const HOLIDAYS: &str = include_str!("../../../data/almaty/holidays.csv");

/// The route to Kamenskoye plato, whose rush-hour service is too thin.
pub const KAMENSKOYE: &str = "143";

/// Its weekday headways when reinforced: rush hours, day, evening, minutes.
const KAMENSKOYE_REINFORCED: &str = "8/12/20";

/// Metres from the middle of the street to the kerb where buses stop.
const KERB_M: f64 = 12.0;

/// Routes that begin this near to each other at a terminus share its stop, metres.
const SAME_STOP_M: f64 = 60.0;

/// Weekend speeds need no slowing for rush hours; see [`Plan::calm`].
const SERVICES: [(&str, [bool; 7]); 3] = [
    ("weekday", [true, true, true, true, true, false, false]),
    ("saturday", [false, false, false, false, false, true, false]),
    ("sunday", [false, false, false, false, false, false, true]),
];

/// The sources do not make a city.
#[derive(Debug, thiserror::Error)]
pub enum CityError {
    /// A source cannot be read.
    #[error("{file} cannot be read: {reason}")]
    Source {
        /// Which.
        file: &'static str,
        /// Why.
        reason: String,
    },
    /// A route's path does not hold together.
    #[error("the path of route {route} in routes.csv is broken: {reason}")]
    Path {
        /// `number`.
        route: String,
        /// Why.
        reason: String,
    },
    /// The zip could not be written.
    #[error("the feed cannot be packed: {0}")]
    Zip(#[from] ::zip::result::ZipError),
}

/// A change of the timetable whose effect is to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// More vehicles and runs on the route to Kamenskoye plato on weekdays.
    KamenskoyeReinforced,
}

/// The demo city's feed as a zip, for one who reads it at once.
pub fn almaty() -> Result<Vec<u8>, CityError> {
    Ok(zip(&network(None)?.files(), false)?)
}

/// The same with a measure taken: the next version of the timetable.
pub fn almaty_with(measure: Measure) -> Result<Vec<u8>, CityError> {
    Ok(zip(&network(Some(measure))?.files(), false)?)
}

/// The demo city's feed as a small zip, to be kept or sent, and how much there is of it.
pub fn almaty_packed() -> Result<(Vec<u8>, Counts), CityError> {
    let network = network(None)?;
    Ok((zip(&network.files(), true)?, network.counts()))
}

/// What the sources say.
struct City {
    streets: Vec<Street>,
    stops: Vec<Vec<StreetStop>>,
    places: BTreeMap<String, Place>,
}

/// Stops of the network, made when first used.
#[derive(Default)]
struct Stops {
    list: Vec<NetworkStop>,
    on_street: BTreeMap<(usize, usize, bool), usize>,
    termini: BTreeMap<String, Vec<usize>>,
    names: BTreeMap<(&'static str, &'static str, String), Names>,
}

/// The demo city as a network.
pub fn network(measure: Option<Measure>) -> Result<Network, CityError> {
    let streets = sources::streets(STREETS)?;
    let stops = street_stops::stops(&streets, STOPS)?;
    let city = City { stops, streets, places: sources::places(PLACES)? };
    let carriers = rows("carriers.csv", CARRIERS)?;
    let mut network = Network {
        zone: "Asia/Almaty".to_owned(),
        language: "kk".to_owned(),
        publisher: ("Jolda".to_owned(), "https://jolda.example/".to_owned()),
        version: measure.map_or("demo-1", |_| "demo-2").to_owned(),
        valid: ("20260101".to_owned(), "20271231".to_owned()),
        services: SERVICES.map(|(id, days)| (id.to_owned(), days)).to_vec(),
        exceptions: exceptions()?,
        ..Network::default()
    };
    let mut stops = Stops::default();
    for row in &carriers {
        let names = names("carriers.csv", row)?;
        network.agencies.push((field("carriers.csv", row, "id")?.to_owned(), names.kk.clone()));
        stops.name("agency", "agency_name", names);
    }
    for row in sources::routes(ROUTES)? {
        network.routes.push(route(&city, &mut stops, &network.agencies, &row, measure)?);
    }
    network.translations = stops.translations();
    network.stops = stops.list;
    Ok(network)
}

/// Sunday's timetable on holidays.
fn exceptions() -> Result<Vec<(usize, String, bool)>, CityError> {
    const FILE: &str = "holidays.csv";
    let mut exceptions = Vec::new();
    for row in rows(FILE, HOLIDAYS)? {
        let text = field(FILE, &row, "date")?;
        let date = transit::ServiceDate::parse(text)
            .ok_or_else(|| CityError::Source { file: FILE, reason: format!("date {text:?}") })?;
        let usual = SERVICES.iter().position(|(_, days)| days[date.weekday()]).unwrap_or(0);
        if usual != 2 {
            exceptions.push((usual, text.to_owned(), false));
            exceptions.push((2, text.to_owned(), true));
        }
    }
    Ok(exceptions)
}

fn route(
    city: &City,
    stops: &mut Stops,
    agencies: &[(String, String)],
    row: &RouteRow,
    measure: Option<Measure>,
) -> Result<NetworkRoute, CityError> {
    let back: Vec<String> = match &row.back {
        Back::By(path) => path.clone(),
        Back::Reversed | Back::Ring => row.path.iter().rev().cloned().collect(),
    };
    let mut patterns = Vec::new();
    for (direction, path) in [&row.path, &back].into_iter().enumerate() {
        patterns.push(pattern(city, stops, row, path, direction as u8)?);
    }
    let mut headways = row.headways;
    if measure == Some(Measure::KamenskoyeReinforced) && row.number == KAMENSKOYE {
        headways[0] = sources::headways(KAMENSKOYE_REINFORCED)?;
    }
    let plans = headways.iter().enumerate().map(|(service, headways)| Plan {
        service,
        headways: *headways,
        span: row.span,
        speed_kmh: row.speed_kmh,
        calm: service > 0,
    });
    let runs = plans.flat_map(|plan| runs(&patterns, &plan)).collect();
    let agency = agencies.iter().position(|(id, _)| *id == row.carrier);
    let agency = agency.ok_or_else(|| CityError::Path {
        route: row.number.clone(),
        reason: format!("no carrier {:?}", row.carrier),
    })?;
    let end =
        |path: &[String]| path.last().and_then(|t| city.places.get(t.trim_start_matches('@')));
    let names = match (end(&back), end(&row.path)) {
        (Some(a), Some(b)) => both(&a.names, &b.names),
        _ => Names { kk: String::new(), ru: String::new(), en: String::new() },
    };
    stops.name("routes", "route_long_name", names.clone());
    Ok(NetworkRoute {
        id: if row.trolleybus { format!("t{}", row.number) } else { row.number.clone() },
        short_name: row.number.clone(),
        long_name: names.kk,
        route_type: if row.trolleybus { 11 } else { 3 },
        color: row.color.clone(),
        agency,
        patterns,
        runs,
    })
}

/// `A – B`; once if both are the same (a ring).
fn both(a: &Names, b: &Names) -> Names {
    if a == b {
        return a.clone();
    }
    let pair = |a: &str, b: &str| format!("{a} – {b}");
    Names { kk: pair(&a.kk, &b.kk), ru: pair(&a.ru, &b.ru), en: pair(&a.en, &b.en) }
}

fn pattern(
    city: &City,
    stops: &mut Stops,
    row: &RouteRow,
    path: &[String],
    direction: u8,
) -> Result<NetworkPattern, CityError> {
    let laid = lay(city, &row.number, path)?;
    let terminus = |i: usize| path[i].trim_start_matches('@');
    let (first, last) = (terminus(0), terminus(path.len() - 1));
    let mut list = vec![stops.terminus(city, first, &laid.line, 0.0)];
    let mut offsets_m = vec![0.0];
    for stop in &laid.stops {
        list.push(stops.on_street(city, stop.at));
        offsets_m.push(stop.offset_m);
    }
    list.push(stops.terminus(city, last, &laid.line, laid.line.length_m()));
    offsets_m.push(laid.line.length_m());
    let headsign = city.places.get(last).map_or_else(String::new, |p| p.names.kk.clone());
    if let Some(place) = city.places.get(last) {
        stops.name("trips", "trip_headsign", place.names.clone());
    }
    Ok(NetworkPattern {
        direction,
        headsign,
        line: laid.line,
        stops: list,
        offsets_m,
        timepoint_every: None,
    })
}

impl Stops {
    fn name(&mut self, table: &'static str, column: &'static str, names: Names) {
        self.names.insert((table, column, names.kk.clone()), names);
    }

    fn add(&mut self, id: String, names: &Names, description: String, place: LatLon) -> usize {
        let code = (1001 + self.list.len()).to_string();
        self.list.push(NetworkStop { id, code, name: names.kk.clone(), description, place });
        self.name("stops", "stop_name", names.clone());
        self.list.len() - 1
    }

    fn on_street(&mut self, city: &City, at: (usize, usize, bool)) -> usize {
        if let Some(i) = self.on_street.get(&at) {
            return *i;
        }
        let (street, number, forward) = at;
        let (of, stop) = (&city.streets[street], &city.stops[street][number]);
        let side = if forward { 'a' } else { 'b' };
        let id = format!("{}-{:02}{side}", of.id, number + 1);
        let place = kerb(of, stop.along_m, forward, KERB_M);
        let i = self.add(id, &stop.names, of.names.kk.clone(), place);
        self.name("stops", "stop_desc", of.names.clone());
        self.on_street.insert(at, i);
        i
    }

    /// The stop of a terminus where a line begins or ends.
    fn terminus(&mut self, city: &City, id: &str, line: &Polyline, at_m: f64) -> usize {
        let bearing = line.bearing_deg_at(at_m);
        let place = crate::motion::moved(line.at(at_m), bearing + 90.0, KERB_M);
        let known = self.termini.get(id).cloned().unwrap_or_default();
        let near = |i: &&usize| self.list[**i].place.distance_m(place) <= SAME_STOP_M;
        if let Some(i) = known.iter().find(near) {
            return *i;
        }
        let Some(of) = city.places.get(id) else { return 0 };
        let i = self.add(format!("{id}-{}", known.len() + 1), &of.names, String::new(), place);
        self.termini.entry(id.to_owned()).or_default().push(i);
        i
    }

    fn translations(&self) -> Vec<[String; 5]> {
        let mut all = Vec::new();
        for ((table, column, original), names) in &self.names {
            for (language, text) in [("ru", &names.ru), ("en", &names.en)] {
                let row = [*table, *column, original, language, text];
                all.push(row.map(str::to_owned));
            }
        }
        all
    }
}
