//! The small tables, row by row through the object types of gtfs-structures.

use super::LoadError;
use super::archive::Archive;
use super::calendars::Services;
use super::finding::{Findings, rule};
use super::rows::Rows;
use crate::ids::{RouteIdx, ServiceIdx, StopIdx};
use crate::place::LatLon;
use crate::timetable::{Frequency, Route, Stop};
use gtfs_structures::{Agency, DirectionType, ExactTimes, FeedInfo, RawFrequency, RawTrip};
use jiff::tz::TimeZone;
use rustc_hash::FxHashMap;

/// Runs a day that the frequencies of one feed may lay out: a headway of a second must not fill memory.
pub(crate) const FREQUENCY_RUNS_A_DAY: i64 = 2_000_000;

/// Of `agency.txt` and `feed_info.txt`.
pub(crate) struct Publisher {
    pub(crate) agency_name: String,
    pub(crate) zone: TimeZone,
    pub(crate) feed_version: Option<String>,
    pub(crate) language: Option<String>,
}

/// A row of `trips.txt` whose route and service are known.
pub(crate) struct TripRow {
    pub(crate) id: Box<str>,
    pub(crate) route: RouteIdx,
    pub(crate) direction: Option<u8>,
    pub(crate) service: ServiceIdx,
    /// Index into [`Trips::headsigns`].
    pub(crate) headsign: u32,
    /// Index into [`Trips::blocks`].
    pub(crate) block: Option<u32>,
    /// Index into [`Trips::shapes`].
    pub(crate) shape: Option<u32>,
    pub(crate) line: u64,
}

/// `trips.txt`, with its repeated texts as numbers.
#[derive(Default)]
pub(crate) struct Trips {
    pub(crate) rows: Vec<TripRow>,
    pub(crate) by_id: FxHashMap<Box<str>, u32>,
    pub(crate) headsigns: Names,
    pub(crate) blocks: Names,
    pub(crate) shapes: Names,
}

/// Texts by number and numbers by text.
#[derive(Default)]
pub(crate) struct Names {
    pub(crate) texts: Vec<Box<str>>,
    pub(crate) numbers: FxHashMap<Box<str>, u32>,
}

impl Names {
    /// The number of `text`, a new one if it is new.
    pub(crate) fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.texts.len() as u32;
        self.texts.push(text.into());
        self.numbers.insert(text.into(), number);
        number
    }
}

/// A table's rows and their numbers by id.
pub(crate) struct Table<T, I> {
    pub(crate) rows: Vec<T>,
    pub(crate) by_id: FxHashMap<Box<str>, I>,
}

/// Reads `agency.txt` and `feed_info.txt`. Without a valid zone times are taken as UTC.
pub(crate) fn publisher(
    archive: &mut Archive<'_>,
    findings: &mut Findings,
) -> Result<Publisher, LoadError> {
    let mut publisher = Publisher {
        agency_name: String::new(),
        zone: TimeZone::UTC,
        feed_version: None,
        language: None,
    };
    let mut zone_name: Option<String> = None;
    match Rows::open(archive, "agency.txt", findings)? {
        None => findings.add(rule::MISSING_FILE, "agency.txt", None, || {
            "agency.txt is missing: times are taken as UTC".to_owned()
        }),
        Some(mut rows) => {
            let needed = [("agency_name", ""), ("agency_url", ""), ("agency_timezone", "")];
            rows.complete(&needed, findings);
            while rows.next(findings)? {
                let Some(agency) = rows.object::<Agency>(findings) else { continue };
                let line = Some(rows.line());
                match &zone_name {
                    Some(first) if *first != agency.timezone => {
                        findings.add(rule::INCONSISTENT_TIMEZONE, "agency.txt", line, || {
                            format!(
                                "agency_timezone {:?} is not the first, {first:?}",
                                agency.timezone
                            )
                        });
                    }
                    Some(_) => {}
                    None => {
                        publisher.zone = zone(&agency.timezone, line, findings);
                        publisher.agency_name = agency.name;
                        publisher.language = agency.lang.filter(|l| !l.is_empty());
                        zone_name = Some(agency.timezone);
                    }
                }
            }
            if zone_name.is_none() {
                findings.add(rule::MISSING_FIELD, "agency.txt", None, || {
                    "no agency gives a time zone: times are taken as UTC".to_owned()
                });
            }
        }
    }
    if let Some(mut rows) = Rows::open(archive, "feed_info.txt", findings)? {
        let needed = [("feed_publisher_name", ""), ("feed_publisher_url", ""), ("feed_lang", "")];
        rows.complete(&needed, findings);
        while rows.next(findings)? {
            let Some(info) = rows.object::<FeedInfo>(findings) else { continue };
            publisher.feed_version = info.version.filter(|v| !v.is_empty());
            let languages = [info.default_lang.unwrap_or_default(), info.lang];
            // "mul" says that there are several: the translations' source is then the agency's.
            if let Some(language) = languages.into_iter().find(|l| !l.is_empty() && l != "mul") {
                publisher.language = Some(language);
            }
        }
    }
    Ok(publisher)
}

fn zone(name: &str, line: Option<u64>, findings: &mut Findings) -> TimeZone {
    TimeZone::get(name).unwrap_or_else(|_| {
        findings.add(rule::INVALID_TIMEZONE, "agency.txt", line, || {
            format!(
                "agency_timezone {name:?} is no zone of the tz database: times are taken as UTC"
            )
        });
        TimeZone::UTC
    })
}

/// Reads `stops.txt`.
pub(crate) fn stops(
    archive: &mut Archive<'_>,
    findings: &mut Findings,
) -> Result<Table<Stop, StopIdx>, LoadError> {
    let mut table = Table { rows: Vec::new(), by_id: FxHashMap::default() };
    let mut parents: Vec<(StopIdx, String, u64)> = Vec::new();
    let mut rows = open_required(archive, "stops.txt", findings)?;
    rows.complete(&[("stop_id", "")], findings);
    let _ = ["stop_lat", "stop_lon"].map(|name| rows.required(name, findings));
    while rows.next(findings)? {
        let Some(stop) = rows.object::<gtfs_structures::Stop>(findings) else { continue };
        let line = rows.line();
        if !is_new_key(&table.by_id, "stop_id", &stop.id, &rows, findings) {
            continue;
        }
        let index = StopIdx::from(table.rows.len());
        table.by_id.insert(stop.id.as_str().into(), index);
        if let Some(parent) = stop.parent_station.filter(|p| !p.is_empty()) {
            parents.push((index, parent, line));
        }
        let place = match (stop.latitude, stop.longitude) {
            (Some(lat), Some(lon)) => Some(LatLon::new(lat, lon)),
            _ => None,
        };
        let plausible = place.filter(|p| p.is_plausible());
        if let Some(place) = place.filter(|_| plausible.is_none()) {
            findings.add(rule::NUMBER_OUT_OF_RANGE, "stops.txt", Some(line), || {
                format!(
                    "stop {:?} lies at {}, {}: read as without a place",
                    stop.id, place.lat, place.lon
                )
            });
        }
        table.rows.push(Stop {
            id: stop.id.into(),
            code: stop.code.unwrap_or_default().into(),
            name: stop.name.unwrap_or_default().into(),
            place: plausible,
            parent: None,
            served_by: Vec::new(),
        });
    }
    for (index, parent, line) in parents {
        let found = table.by_id.get(parent.as_str()).copied().filter(|p| *p != index);
        if found.is_none() {
            foreign_key("stops.txt", line, "parent_station", &parent, "stops.txt", findings);
        }
        table.rows[index.get()].parent = found;
    }
    Ok(table)
}

/// Reads `routes.txt`.
pub(crate) fn routes(
    archive: &mut Archive<'_>,
    findings: &mut Findings,
) -> Result<Table<Route, RouteIdx>, LoadError> {
    /// What a route without a valid type most likely is.
    const BUS: u16 = 3;
    let mut table = Table { rows: Vec::new(), by_id: FxHashMap::default() };
    let mut rows = open_required(archive, "routes.txt", findings)?;
    rows.complete(&[("route_id", ""), ("route_type", "3")], findings);
    let type_column = rows.column("route_type");
    let color = |r: u8, g: u8, b: u8| u32::from_be_bytes([0, r, g, b]);
    while rows.next(findings)? {
        let Some(route) = rows.object::<gtfs_structures::Route>(findings) else { continue };
        if !is_new_key(&table.by_id, "route_id", &route.id, &rows, findings) {
            continue;
        }
        let index = RouteIdx::from(table.rows.len());
        table.by_id.insert(route.id.as_str().into(), index);
        // As written: the library folds some extended types together.
        let route_type =
            rows.whole(type_column, findings).and_then(|t| u16::try_from(t).ok()).unwrap_or(BUS);
        table.rows.push(Route {
            id: route.id.into(),
            short_name: route.short_name.unwrap_or_default().into(),
            long_name: route.long_name.unwrap_or_default().into(),
            route_type,
            color: route.color.map(|c| color(c.r, c.g, c.b)),
            text_color: route.text_color.map(|c| color(c.r, c.g, c.b)),
            patterns: Vec::new(),
        });
    }
    Ok(table)
}

/// Reads `trips.txt`.
pub(crate) fn trips(
    archive: &mut Archive<'_>,
    routes: &FxHashMap<Box<str>, RouteIdx>,
    services: &mut Services,
    findings: &mut Findings,
) -> Result<Trips, LoadError> {
    let mut trips = Trips::default();
    let mut rows = open_required(archive, "trips.txt", findings)?;
    rows.complete(&[("trip_id", ""), ("route_id", ""), ("service_id", "")], findings);
    while rows.next(findings)? {
        let Some(trip) = rows.object::<RawTrip>(findings) else { continue };
        let line = rows.line();
        if !is_new_key(&trips.by_id, "trip_id", &trip.id, &rows, findings) {
            continue;
        }
        let Some(route) = routes.get(trip.route_id.as_str()) else {
            foreign_key("trips.txt", line, "route_id", &trip.route_id, "routes.txt", findings);
            continue;
        };
        let service = services.of_trip(&trip.service_id, line, findings);
        trips.by_id.insert(trip.id.as_str().into(), trips.rows.len() as u32);
        let filled = |text: Option<String>| text.filter(|t| !t.is_empty());
        trips.rows.push(TripRow {
            id: trip.id.into(),
            route: *route,
            direction: trip.direction_id.map(|d| match d {
                DirectionType::Outbound => 0,
                DirectionType::Inbound => 1,
            }),
            service,
            headsign: trips.headsigns.number(trip.trip_headsign.as_deref().unwrap_or_default()),
            block: filled(trip.block_id).map(|b| trips.blocks.number(&b)),
            shape: filled(trip.shape_id).map(|s| trips.shapes.number(&s)),
            line,
        });
    }
    Ok(trips)
}

/// Reads `frequencies.txt`: the rows of each trip (by its row in [`Trips`]), by start.
pub(crate) fn frequencies(
    archive: &mut Archive<'_>,
    trips: &Trips,
    findings: &mut Findings,
) -> Result<FxHashMap<u32, Vec<Frequency>>, LoadError> {
    const FILE: &str = "frequencies.txt";
    let mut by_trip: FxHashMap<u32, Vec<Frequency>> = FxHashMap::default();
    let Some(mut rows) = Rows::open(archive, "frequencies.txt", findings)? else {
        return Ok(by_trip);
    };
    let needed = [("trip_id", ""), ("start_time", ""), ("end_time", ""), ("headway_secs", "")];
    rows.complete(&needed, findings);
    let mut runs = 0_i64;
    while rows.next(findings)? {
        let Some(row) = rows.object::<RawFrequency>(findings) else { continue };
        let line = rows.line();
        let Some(trip) = trips.by_id.get(row.trip_id.as_str()) else {
            foreign_key(FILE, line, "trip_id", &row.trip_id, "trips.txt", findings);
            continue;
        };
        let frequency = Frequency {
            start_s: row.start_time as i32,
            end_s: row.end_time as i32,
            headway_s: row.headway_secs.min(i32::MAX as u32) as i32,
            exact: row.exact_times == Some(ExactTimes::ScheduleBased),
        };
        if frequency.headway_s == 0 {
            findings.add(rule::INVALID_HEADWAY, FILE, Some(line), || {
                format!("headway_secs of trip {:?} is 0: the row was left out", row.trip_id)
            });
            continue;
        }
        if frequency.end_s <= frequency.start_s {
            findings.add(rule::START_AFTER_END, FILE, Some(line), || {
                format!("end_time of trip {:?} is not after start_time: left out", row.trip_id)
            });
            continue;
        }
        let more = i64::from((frequency.end_s - frequency.start_s) / frequency.headway_s) + 1;
        if runs + more > FREQUENCY_RUNS_A_DAY {
            findings.add(rule::TOO_MANY_RUNS, FILE, Some(line), || {
                format!("the frequencies make more than {FREQUENCY_RUNS_A_DAY} runs: left out")
            });
            continue;
        }
        runs += more;
        let of_trip = by_trip.entry(*trip).or_default();
        if of_trip.len() >= usize::from(u16::MAX) {
            continue;
        }
        if let Some(other) =
            of_trip.iter().find(|o| o.start_s < frequency.end_s && frequency.start_s < o.end_s)
        {
            findings.add(rule::OVERLAPPING_FREQUENCY, FILE, Some(line), || {
                format!(
                    "trip {:?}: the row overlaps with the one that starts at {} s",
                    row.trip_id, other.start_s
                )
            });
        }
        of_trip.push(frequency);
    }
    for rows in by_trip.values_mut() {
        rows.sort_by_key(|f| (f.start_s, f.end_s, f.headway_s));
    }
    Ok(by_trip)
}

/// Opens a file without which nothing can be run.
pub(crate) fn open_required<'z>(
    archive: &'z mut Archive<'_>,
    file: &'static str,
    findings: &mut Findings,
) -> Result<Rows<'z>, LoadError> {
    match Rows::open(archive, file, findings)? {
        Some(rows) => Ok(rows),
        None => Err(findings.refuse(rule::MISSING_FILE, file, format!("{file} is missing"))),
    }
}

/// Whether a row has a key that is neither empty nor taken; a finding if not.
fn is_new_key<I>(
    taken: &FxHashMap<Box<str>, I>,
    name: &str,
    key: &str,
    rows: &Rows<'_>,
    findings: &mut Findings,
) -> bool {
    let line = Some(rows.line());
    if key.is_empty() {
        findings.add(rule::MISSING_FIELD, rows.file, line, || {
            format!("{name} is empty: the row was left out")
        });
        return false;
    }
    if taken.contains_key(key) {
        findings.add(rule::DUPLICATE_KEY, rows.file, line, || {
            format!("{name} {key:?} is used before: the row was left out")
        });
        return false;
    }
    true
}

/// Reports a reference to nothing.
pub(crate) fn foreign_key(
    file: &str,
    line: u64,
    column: &str,
    value: &str,
    target: &str,
    findings: &mut Findings,
) {
    findings.add(rule::FOREIGN_KEY, file, Some(line), || {
        format!("{column} {value:?} is not in {target}")
    });
}
