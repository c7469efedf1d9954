//! A network of our own making, and its GTFS.

use crate::gtfs::Table;
use transit::time::{format_gtfs_time, parse_gtfs_time};
use transit::{LatLon, Polyline};

/// Everything that a GTFS feed of ours says.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// `agency_timezone`.
    pub zone: String,
    /// Language of all names, BCP 47.
    pub language: String,
    /// `feed_publisher_name`, `feed_publisher_url`.
    pub publisher: (String, String),
    /// `feed_version`.
    pub version: String,
    /// Validity, `YYYYMMDD`.
    pub valid: (String, String),
    /// Carriers: id and name. At least one.
    pub agencies: Vec<(String, String)>,
    /// Stops.
    pub stops: Vec<NetworkStop>,
    /// Routes.
    pub routes: Vec<NetworkRoute>,
    /// Services: id and the weekdays, Monday first.
    pub services: Vec<(String, [bool; 7])>,
    /// `calendar_dates.txt`: service index, date, runs (else does not).
    pub exceptions: Vec<(usize, String, bool)>,
    /// Translations: table, field, original, language, text.
    pub translations: Vec<[String; 5]>,
}

/// A row of `stops.txt`.
#[derive(Clone, Debug)]
pub struct NetworkStop {
    /// `stop_id`.
    pub id: String,
    /// `stop_code`.
    pub code: String,
    /// `stop_name`.
    pub name: String,
    /// `stop_desc`.
    pub description: String,
    /// Where.
    pub place: LatLon,
}

/// A route with its lines and runs.
#[derive(Clone, Debug)]
pub struct NetworkRoute {
    /// `route_id`.
    pub id: String,
    /// `route_short_name`.
    pub short_name: String,
    /// `route_long_name`.
    pub long_name: String,
    /// `route_type`.
    pub route_type: u16,
    /// `route_color`, `RRGGBB`.
    pub color: String,
    /// Index of its carrier.
    pub agency: usize,
    /// Its lines.
    pub patterns: Vec<NetworkPattern>,
    /// Its runs.
    pub runs: Vec<NetworkRun>,
}

/// A line with its stops.
#[derive(Clone, Debug)]
pub struct NetworkPattern {
    /// `direction_id`.
    pub direction: u8,
    /// `trip_headsign`.
    pub headsign: String,
    /// The line.
    pub line: Polyline,
    /// Indices of the stops.
    pub stops: Vec<usize>,
    /// Metres along the line of each stop.
    pub offsets_m: Vec<f64>,
    /// An early bus waits for its time at every so many-th stop; `None`: at both ends alone.
    pub timepoint_every: Option<usize>,
}

impl NetworkPattern {
    /// Whether an early bus waits at a stop position.
    fn is_timepoint(&self, position: usize) -> bool {
        let between = self.timepoint_every.is_some_and(|n| position.is_multiple_of(n.max(1)));
        between || position == 0 || position + 1 == self.stops.len()
    }
}

/// A run of a vehicle over a line.
#[derive(Clone, Debug)]
pub struct NetworkRun {
    /// Index of its service.
    pub service: usize,
    /// Index of its line in the route.
    pub pattern: usize,
    /// Number of its block in route and service.
    pub block: usize,
    /// Seconds of the service day at each stop.
    pub times_s: Vec<i32>,
}

/// How much there is of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Routes.
    pub routes: usize,
    /// Stops.
    pub stops: usize,
    /// Trips of all services.
    pub trips: usize,
    /// Stop times of all trips.
    pub stop_times: usize,
    /// Most vehicles out at once on the first service.
    pub vehicles: usize,
}

impl Network {
    /// How much there is of it.
    pub fn counts(&self) -> Counts {
        let runs = || self.routes.iter().flat_map(|r| &r.runs);
        Counts {
            routes: self.routes.len(),
            stops: self.stops.len(),
            trips: runs().count(),
            stop_times: runs().map(|r| r.times_s.len()).sum(),
            vehicles: self.routes.iter().map(|r| vehicles_out(r, 0)).sum(),
        }
    }

    /// The files of the feed.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        vec![
            self.agency_file(),
            self.feed_info_file(),
            self.stops_file(),
            self.routes_file(),
            self.calendar_file(),
            self.calendar_dates_file(),
            self.shapes_file(),
            self.trips_file(),
            self.stop_times_file(),
            self.translations_file(),
        ]
    }

    fn agency_file(&self) -> (String, Vec<u8>) {
        let mut t = Table::new(
            "agency.txt",
            &["agency_id", "agency_name", "agency_url", "agency_timezone", "agency_lang"],
        );
        for (id, name) in &self.agencies {
            t.row(&[id, name, &self.publisher.1, &self.zone, &self.language]);
        }
        t.file()
    }

    fn feed_info_file(&self) -> (String, Vec<u8>) {
        let mut t = Table::new(
            "feed_info.txt",
            &[
                "feed_publisher_name",
                "feed_publisher_url",
                "feed_lang",
                "feed_start_date",
                "feed_end_date",
                "feed_version",
            ],
        );
        let (name, url) = &self.publisher;
        t.row(&[name, url, &self.language, &self.valid.0, &self.valid.1, &self.version]);
        t.file()
    }

    fn stops_file(&self) -> (String, Vec<u8>) {
        let mut t = Table::new(
            "stops.txt",
            &["stop_id", "stop_code", "stop_name", "stop_desc", "stop_lat", "stop_lon"],
        );
        for s in &self.stops {
            let (lat, lon) = (format!("{:.6}", s.place.lat), format!("{:.6}", s.place.lon));
            t.row(&[&s.id, &s.code, &s.name, &s.description, &lat, &lon]);
        }
        t.file()
    }

    fn routes_file(&self) -> (String, Vec<u8>) {
        let mut t = Table::new(
            "routes.txt",
            &[
                "route_id",
                "agency_id",
                "route_short_name",
                "route_long_name",
                "route_type",
                "route_color",
                "route_text_color",
                "route_sort_order",
            ],
        );
        for (i, r) in self.routes.iter().enumerate() {
            let (kind, order) = (r.route_type.to_string(), i.to_string());
            let agency = &self.agencies[r.agency].0;
            t.row(&[&r.id, agency, &r.short_name, &r.long_name, &kind, &r.color, "FFFFFF", &order]);
        }
        t.file()
    }

    fn calendar_file(&self) -> (String, Vec<u8>) {
        let mut t = Table::new(
            "calendar.txt",
            &[
                "service_id",
                "monday",
                "tuesday",
                "wednesday",
                "thursday",
                "friday",
                "saturday",
                "sunday",
                "start_date",
                "end_date",
            ],
        );
        for (id, days) in &self.services {
            let bit = |i: usize| if days[i] { "1" } else { "0" };
            let (from, to) = (&self.valid.0, &self.valid.1);
            t.row(&[id, bit(0), bit(1), bit(2), bit(3), bit(4), bit(5), bit(6), from, to]);
        }
        t.file()
    }

    fn calendar_dates_file(&self) -> (String, Vec<u8>) {
        let mut t = Table::new("calendar_dates.txt", &["service_id", "date", "exception_type"]);
        for (service, date, runs) in &self.exceptions {
            t.row(&[&self.services[*service].0, date, if *runs { "1" } else { "2" }]);
        }
        t.file()
    }

    fn shapes_file(&self) -> (String, Vec<u8>) {
        let mut t = Table::new(
            "shapes.txt",
            &[
                "shape_id",
                "shape_pt_lat",
                "shape_pt_lon",
                "shape_pt_sequence",
                "shape_dist_traveled",
            ],
        );
        for r in &self.routes {
            for (i, p) in r.patterns.iter().enumerate() {
                let id = shape_id(r, i);
                for (n, (point, along)) in p.line.points.iter().zip(&p.line.offsets_m).enumerate() {
                    let (lat, lon) = (format!("{:.6}", point.lat), format!("{:.6}", point.lon));
                    t.row(&[&id, &lat, &lon, &(n + 1).to_string(), &format!("{along:.1}")]);
                }
            }
        }
        t.file()
    }

    fn trips_file(&self) -> (String, Vec<u8>) {
        let mut t = Table::new(
            "trips.txt",
            &[
                "route_id",
                "service_id",
                "trip_id",
                "trip_headsign",
                "direction_id",
                "block_id",
                "shape_id",
            ],
        );
        for r in &self.routes {
            for run in &r.runs {
                let p = &r.patterns[run.pattern];
                let service = &self.services[run.service].0;
                let block = format!("{}-{service}-{:02}", r.id, run.block + 1);
                let (direction, shape) = (p.direction.to_string(), shape_id(r, run.pattern));
                let trip = self.trip_id(r, run);
                t.row(&[&r.id, service, &trip, &p.headsign, &direction, &block, &shape]);
            }
        }
        t.file()
    }

    fn stop_times_file(&self) -> (String, Vec<u8>) {
        let mut t = Table::new(
            "stop_times.txt",
            &[
                "trip_id",
                "arrival_time",
                "departure_time",
                "stop_id",
                "stop_sequence",
                "shape_dist_traveled",
                "timepoint",
            ],
        );
        for r in &self.routes {
            let numbers: Vec<Vec<(String, String)>> = r.patterns.iter().map(numbered).collect();
            for run in &r.runs {
                let p = &r.patterns[run.pattern];
                let trip = self.trip_id(r, run);
                for (i, stop) in p.stops.iter().enumerate() {
                    let time = format_gtfs_time(run.times_s[i]);
                    let point = if p.is_timepoint(i) { "1" } else { "0" };
                    let (sequence, along) = &numbers[run.pattern][i];
                    t.row(&[&trip, &time, &time, &self.stops[*stop].id, sequence, along, point]);
                }
            }
        }
        t.file()
    }

    fn translations_file(&self) -> (String, Vec<u8>) {
        let mut t = Table::new(
            "translations.txt",
            &["table_name", "field_name", "language", "translation", "field_value"],
        );
        for [table, field, original, language, text] in &self.translations {
            t.row(&[table, field, language, text, original]);
        }
        t.file()
    }

    /// Names a trip after route, service, direction and first departure: the same run has the same id in
    /// another version of the timetable.
    fn trip_id(&self, route: &NetworkRoute, run: &NetworkRun) -> String {
        let time = format_gtfs_time(run.times_s[0]);
        let digits: String = time.chars().filter(|c| *c != ':').collect();
        let service = &self.services[run.service].0;
        format!("{}-{service}-{}-{digits}", route.id, run.pattern)
    }
}

/// Sequence and distance of each stop, as written.
fn numbered(pattern: &NetworkPattern) -> Vec<(String, String)> {
    let texts = pattern.offsets_m.iter().enumerate();
    texts.map(|(i, along)| ((i + 1).to_string(), format!("{along:.1}"))).collect()
}

fn shape_id(route: &NetworkRoute, pattern: usize) -> String {
    format!("{}-{pattern}", route.id)
}

/// Most vehicles of a route out at once in a service.
pub fn vehicles_out(route: &NetworkRoute, service: usize) -> usize {
    let mut blocks: std::collections::BTreeMap<usize, (i32, i32)> =
        std::collections::BTreeMap::new();
    for run in route.runs.iter().filter(|r| r.service == service) {
        let (from, to) = (run.times_s[0], run.times_s[run.times_s.len() - 1]);
        let block = blocks.entry(run.block).or_insert((from, to));
        *block = (block.0.min(from), block.1.max(to));
    }
    let out = |at: i32| blocks.values().filter(|(from, to)| *from <= at && at < *to).count();
    blocks.values().map(|(from, _)| out(*from)).max().unwrap_or(0)
}

/// Seconds of `HH:MM`.
pub(crate) fn minutes(text: &str) -> Option<i32> {
    parse_gtfs_time(&format!("{}:00", text.trim()))
}
