//! The timetable loader: a zip as it is, or files in plain text, which a fuzzer can change with effect.

use transit::Timetable;
use transit::timetable::load::FeedTables;
use transit::timetable::{LoadLimits, text};

/// A line that begins so names the file that follows.
pub const FILE_MARK: &str = "== ";
/// Small, so that limits are met too.
const LIMITS: LoadLimits = LoadLimits { file_bytes: 1 << 20, feed_bytes: 2 << 20, entries: 40 };

/// Loads the data, and asks the timetable that comes of it about its laws.
///
/// # Panics
///
/// If a law is broken.
pub fn run(data: &[u8]) {
    let packed;
    let zip = if data.starts_with(b"PK") {
        data
    } else {
        packed = pack(data);
        &packed
    };
    let _ = FeedTables::from_zip(zip, LIMITS);
    let Ok((timetable, report)) = Timetable::from_zip(zip, LIMITS) else { return };
    assert!(report.findings.iter().all(|f| !f.message.is_empty()));
    hold(&timetable);
}

/// The zip of files in plain text.
fn pack(data: &[u8]) -> Vec<u8> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for line in data.split_inclusive(|b| *b == b'\n') {
        if let Some(name) = line.strip_prefix(FILE_MARK.as_bytes()) {
            files.push((String::from_utf8_lossy(name).trim().to_owned(), Vec::new()));
        } else if let Some((_, content)) = files.last_mut() {
            content.extend_from_slice(line);
        }
    }
    let named: Vec<(&str, &[u8])> = files.iter().map(|(n, c)| (n.as_str(), c.as_slice())).collect();
    text::zip_of(&named)
}

fn hold(timetable: &Timetable) {
    for pattern in &timetable.patterns {
        assert!(pattern.stops.len() >= 2);
        assert_eq!(pattern.stops.len(), pattern.stop_offsets_m.len());
        assert_eq!(pattern.stops.len(), pattern.segments.len() + 1);
        assert!(pattern.stop_offsets_m.is_sorted(), "{:?}", pattern.stop_offsets_m);
        assert!(pattern.stop_offsets_m.iter().all(|m| m.is_finite()));
        assert!(!pattern.trips.is_empty());
    }
    for (i, trip) in timetable.trips.iter().enumerate() {
        let index = transit::ids::TripIdx::from(i);
        assert_eq!(timetable.trip_by_id(&trip.id), Some(index));
        let times = timetable.stop_times(index);
        let flat = times.iter().flat_map(|t| [t.arrival_s, t.departure_s]);
        assert!(flat.is_sorted(), "{times:?}");
    }
    if let Some((first, last)) = timetable.service_bounds() {
        for date in [first, last, first.plus(1)] {
            let noon = timetable.origin(date) + 43_200;
            let _ = timetable.instances_on(date).len();
            let _ = timetable.runs_active(noon, noon + 60).len();
        }
    }
    for stop in timetable.stops.iter().filter_map(|s| s.place) {
        assert!(timetable.spatial.nearest_stop(stop).is_some());
        let _ = timetable.spatial.pieces_near(stop, 60.0);
    }
}
