//! Every real and every odd feed of the shared data loads, or is refused with file, line and reason; and
//! what it loads to is what gtfs-structures reads.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use transit::Timetable;
use transit::ids::TripIdx;
use transit::timetable::text::zip_of;
use transit::timetable::{LoadError, LoadLimits, Severity};

/// The shared data beside the repository; `None`, said loudly, where it is not there.
fn shared() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    if root.is_dir() {
        return Some(root);
    }
    // Not eprintln!, which a test that passes keeps to itself.
    let text = format!("SKIPPED: {} is not there, so no real feed was tested\n", root.display());
    let _ = std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes());
    None
}

/// Name and bytes of every feed; a zip of several folders gives one feed for each.
fn feeds(root: &Path) -> Vec<(String, Vec<u8>)> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for folder in std::fs::read_dir(root).unwrap().map(|e| e.unwrap().path()) {
        let odd = folder.join("static");
        let folder = if odd.is_dir() { odd } else { folder };
        for file in std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()) {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            let is_zip = file.extension().is_some_and(|e| e == "zip");
            if is_zip && (name.starts_with("gtfs") || folder.ends_with("static")) {
                paths.push(file);
            }
        }
    }
    paths.sort();
    let mut feeds = Vec::new();
    for path in paths {
        let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        for (folder, inner) in inner_feeds(&bytes) {
            feeds.push((format!("{name}/{folder}"), inner));
        }
        feeds.push((name, bytes));
    }
    feeds
}

/// The feeds in the folders of a zip, if it holds several.
fn inner_feeds(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut folders: BTreeMap<String, Vec<(String, Vec<u8>)>> = BTreeMap::new();
    for i in 0..zip.len() {
        let mut entry = zip.by_index(i).unwrap();
        let Some((folder, _)) = entry.name().rsplit_once('/') else { continue };
        let (folder, name) = (folder.to_owned(), entry.name().to_owned());
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        if entry.is_file() {
            folders.entry(folder).or_default().push((name, content));
        }
    }
    if folders.len() < 3 {
        return Vec::new();
    }
    let zipped = |files: Vec<(String, Vec<u8>)>| {
        zip_of(&files.iter().map(|(n, c)| (n.as_str(), c)).collect::<Vec<_>>())
    };
    folders.into_iter().map(|(folder, files)| (folder, zipped(files))).collect()
}

fn summary(
    name: &str,
    loaded: &Result<(Timetable, transit::timetable::LoadReport), LoadError>,
) -> String {
    let mut text = format!("{name}\n");
    match loaded {
        Ok((t, report)) => {
            let trips = || (0..t.trips.len()).map(TripIdx::from);
            let _ = writeln!(
                text,
                "  routes {} stops {} trips {} stop_times {} patterns {} (straight {}) shapes {} \
                 segments {} blocks {} frequencies {}",
                t.routes.len(),
                t.stops.len(),
                t.trips.len(),
                trips().map(|i| t.stop_times(i).len()).sum::<usize>(),
                t.patterns.len(),
                t.patterns.iter().filter(|p| p.shape_is_straight).count(),
                t.shapes.len(),
                t.segments.len(),
                t.blocks.len(),
                trips().map(|i| t.frequencies(i).len()).sum::<usize>(),
            );
            let bounds = t.service_bounds().map(|(a, b)| format!("{a} to {b}"));
            let zone = t.zone.iana_name().unwrap_or("no name");
            let _ = writeln!(text, "  {zone}, runs {}", bounds.unwrap_or("never".to_owned()));
            for (rule, count) in &report.counts {
                let first = report.findings.iter().find(|f| f.rule == *rule).unwrap();
                let _ = writeln!(text, "  {count} x {first}");
            }
        }
        Err(LoadError::Unusable(findings)) => {
            let _ = writeln!(text, "  refused: {}", findings[0]);
            for finding in findings.iter().skip(1).take(4) {
                let _ = writeln!(text, "    {finding}");
            }
        }
        Err(error) => {
            let _ = writeln!(text, "  refused: {error}");
        }
    }
    text
}

#[test]
fn every_feed_loads_or_is_refused_with_a_reason() {
    let Some(root) = shared() else { return };
    let mut text = String::new();
    for (name, bytes) in feeds(&root) {
        let loaded = Timetable::from_zip(&bytes, LoadLimits::default());
        if let Err(LoadError::Unusable(findings)) = &loaded {
            assert!(!findings.is_empty(), "{name} is refused without a finding");
        }
        if let Ok((timetable, _)) = &loaded {
            assert_whole(&name, timetable);
        }
        text.push_str(&summary(&name, &loaded));
    }
    expect_test::expect_file!["feeds.txt"].assert_eq(&text);
}

#[test]
fn every_feed_can_be_checked_and_a_refused_one_has_an_error() {
    let Some(root) = shared() else { return };
    for (name, bytes) in feeds(&root) {
        let refused = Timetable::from_zip(&bytes, LoadLimits::default()).is_err();
        let report = transit::check::check_feed(&bytes, LoadLimits::default(), 1_795_000_000);
        let errors = report.findings.iter().filter(|f| f.severity == Severity::Error);
        assert!(!refused || errors.count() > 0, "{name}: {:?}", report.findings);
        assert!(report.findings.is_sorted_by_key(|f| std::cmp::Reverse(f.severity)), "{name}");
    }
}

/// What holds for every timetable.
fn assert_whole(name: &str, t: &Timetable) {
    for pattern in &t.patterns {
        let length_m = t.shapes[pattern.shape.get()].length_m();
        assert!(pattern.stops.len() >= 2, "{name}");
        assert_eq!(pattern.stops.len(), pattern.stop_offsets_m.len(), "{name}");
        assert_eq!(pattern.stops.len(), pattern.segments.len() + 1, "{name}");
        assert!(pattern.stop_offsets_m.is_sorted(), "{name}");
        assert!(pattern.stop_sequences.windows(2).all(|w| w[0] < w[1]), "{name}");
        assert!(pattern.stop_offsets_m[0] >= 0.0, "{name}");
        assert!(*pattern.stop_offsets_m.last().unwrap() <= length_m, "{name}");
        assert!(!pattern.trips.is_empty(), "{name}");
    }
    for trip in (0..t.trips.len()).map(TripIdx::from) {
        let times = t.stop_times(trip);
        assert!(times.iter().all(|s| 0 <= s.arrival_s && s.arrival_s <= s.departure_s), "{name}");
        assert!(times.windows(2).all(|w| w[0].departure_s <= w[1].arrival_s), "{name}");
    }
}

/// Findings after which a value is not what the file says.
const REPAIRS: [&str; 4] = [
    "stop_time_with_arrival_before_previous_departure_time",
    "duplicate_key",
    "missing_trip_edge",
    "foreign_key_violation",
];

#[test]
fn values_are_those_that_gtfs_structures_reads() {
    let Some(root) = shared() else { return };
    let mut compared = 0;
    for (name, bytes) in feeds(&root) {
        let Ok((timetable, report)) = Timetable::from_zip(&bytes, LoadLimits::default()) else {
            continue;
        };
        let raw = gtfs_structures::GtfsReader::default()
            .raw()
            .read_from_reader(Cursor::new(&bytes))
            .unwrap();
        let repaired = report.counts.iter().any(|(rule, _)| REPAIRS.contains(rule));
        compare_stops_and_routes(&name, &timetable, &raw);
        if !repaired {
            compared += compare_stop_times(&name, &timetable, &raw);
        }
        compare_services(&name, &timetable, &raw);
    }
    assert!(compared > 1_000_000, "only {compared} stop times were compared");
}

fn compare_stops_and_routes(name: &str, t: &Timetable, raw: &gtfs_structures::RawGtfs) {
    if let Ok(stops) = &raw.stops {
        // Of a stop_id used twice the first is kept.
        let mut seen = std::collections::BTreeSet::new();
        for stop in stops.iter().filter(|s| !s.id.is_empty() && seen.insert(s.id.clone())) {
            let Some(ours) = t.stop_by_id(&stop.id).map(|s| t.stop(s)) else {
                panic!("{name}: stop {} is missing", stop.id);
            };
            assert_eq!(*ours.name, *stop.name.clone().unwrap_or_default(), "{name} {}", stop.id);
            if let Some(place) = ours.place {
                assert_eq!((Some(place.lat), Some(place.lon)), (stop.latitude, stop.longitude));
            }
        }
    }
    if let Ok(routes) = &raw.routes {
        // Of a route_id used twice the first is kept.
        let mut seen = std::collections::BTreeSet::new();
        for route in routes.iter().filter(|r| !r.id.is_empty() && seen.insert(r.id.clone())) {
            let ours = t.route(t.route_by_id(&route.id).unwrap());
            assert_eq!(*ours.short_name, *route.short_name.clone().unwrap_or_default(), "{name}");
            assert_eq!(*ours.long_name, *route.long_name.clone().unwrap_or_default(), "{name}");
        }
    }
}

fn compare_stop_times(name: &str, t: &Timetable, raw: &gtfs_structures::RawGtfs) -> usize {
    let Ok(rows) = &raw.stop_times else {
        eprintln!("{name}: gtfs-structures refuses stop_times.txt");
        return 0;
    };
    let mut compared = 0;
    for row in rows {
        let Some(trip) = t.trip_by_id(&row.trip_id) else { continue };
        let pattern = t.pattern(t.trip(trip).pattern);
        let at = pattern.stop_sequences.binary_search(&row.stop_sequence).unwrap();
        assert_eq!(*t.stop(pattern.stops[at]).id, *row.stop_id, "{name} {}", row.trip_id);
        let times = t.stop_times(trip)[at];
        let given = |time: Option<u32>| time.map(|s| s as i32);
        if let (Some(arrival), Some(departure)) =
            (given(row.arrival_time), given(row.departure_time))
        {
            assert_eq!((times.arrival_s, times.departure_s), (arrival, departure), "{name}");
            compared += 1;
        }
    }
    compared
}

fn compare_services(name: &str, t: &Timetable, raw: &gtfs_structures::RawGtfs) {
    /// Days from a service's first that are compared.
    const DAYS: i32 = 800;
    let calendars = raw.calendar.as_ref().and_then(|c| c.as_ref().ok());
    let dates = raw.calendar_dates.as_ref().and_then(|c| c.as_ref().ok());
    for service in &t.services {
        let Some((first, _)) = service.bounds() else { continue };
        let week = calendars.and_then(|c| c.iter().find(|c| c.id == *service.id));
        let exceptions: BTreeMap<_, _> = dates
            .into_iter()
            .flatten()
            .filter(|d| d.service_id == *service.id)
            .map(|d| (d.date, d.exception_type))
            .collect();
        for day in (0..DAYS).map(|d| first.plus(d)) {
            let date = day.to_date();
            let runs = match exceptions.get(&date) {
                Some(exception) => *exception == gtfs_structures::Exception::Added,
                None => week.is_some_and(|w| {
                    w.start_date <= date && date <= w.end_date && w.valid_weekday(date)
                }),
            };
            assert_eq!(service.runs_on(day), runs, "{name}: {} on {day}", service.id);
        }
    }
}
