//! A real working-day peak (Capital Metro, Austin, 2016-12-16) through `jolda replay`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use tests::shared::{binary, shared};

const RECORDING: &str = "capmetro-austin-2016/vehicle-positions-2016-12-16-30s.zip";
const TIMETABLE: &str = "capmetro-austin-2016/gtfs.zip";

type Row = BTreeMap<String, String>;

fn rows(path: &Path) -> Vec<Row> {
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

fn replay(binary: &Path, recording: &Path, out: &Path) -> serde_json::Value {
    let gtfs = shared(TIMETABLE).unwrap();
    let done = Command::new(binary)
        .arg("replay")
        .arg("--gtfs")
        .arg(gtfs)
        .arg("--recording")
        .arg(recording)
        .arg("--out")
        .arg(out)
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&std::fs::read(out.join("summary.json")).unwrap()).unwrap()
}

/// Unpacks the recording without the messages at positions `hole` of the name order. Gives the header
/// times before and after the hole.
fn without(recording: &Path, hole: std::ops::Range<usize>, to: &Path) {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(recording).unwrap()).unwrap();
    let mut names: Vec<String> = zip
        .file_names()
        .filter(|n| Path::new(n).extension().is_some_and(|e| e == "pb"))
        .map(str::to_owned)
        .collect();
    names.sort();
    for (i, name) in names.iter().enumerate() {
        if hole.contains(&i) {
            continue;
        }
        let mut bytes = Vec::new();
        std::io::copy(&mut zip.by_name(name).unwrap(), &mut bytes).unwrap();
        let file = Path::new(name).file_name().unwrap();
        std::fs::write(to.join(file), bytes).unwrap();
    }
}

#[test]
fn positions_that_name_a_known_trip_are_matched() {
    let (Some(binary), Some(recording)) = (binary(), shared(RECORDING)) else { return };
    let out = tempfile::tempdir().unwrap();
    let summary = replay(&binary, &recording, out.path());
    let matched = summary["matched_share"].as_f64().unwrap();
    assert!(matched >= 0.97, "{summary}");

    let visits = rows(&out.path().join("stop_visits.csv"));
    assert!(visits.len() > 25_000, "{} visits", visits.len());
    let mut seen = std::collections::BTreeSet::new();
    for v in &visits {
        let key = (&v["service_date"], &v["trip_id"], &v["stop_sequence"]);
        assert!(seen.insert(key), "visited twice: {v:?}");
    }
    assert!(rows(&out.path().join("headways.csv")).len() > 20_000);
    let again = tempfile::tempdir().unwrap();
    replay(&binary, &recording, again.path());
    for file in ["stop_visits.csv", "headways.csv", "intensity.csv", "incidents.csv"] {
        let read = |dir: &Path| std::fs::read(dir.join(file)).unwrap();
        assert_eq!(read(out.path()), read(again.path()), "{file} must be the same each time");
    }
}

#[test]
fn a_hole_in_the_recording_raises_no_gap() {
    let (Some(binary), Some(recording)) = (binary(), shared(RECORDING)) else { return };
    let (whole, cut) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    replay(&binary, &recording, whole.path());
    // 05:30 local, one message each 30 s: 210..270 is 07:15 to 07:45.
    let holed = tempfile::tempdir().unwrap();
    without(&recording, 210..270, holed.path());
    replay(&binary, holed.path(), cut.path());

    let number = |row: &Row, column: &str| row[column].parse::<i64>().ok();
    let start = 1_481_887_800 + 210 * 30;
    let end = start + 60 * 30;
    let gaps = |dir: &Path| -> Vec<Row> {
        rows(&dir.join("incidents.csv")).into_iter().filter(|r| r["kind"] == "gap").collect()
    };
    let known = gaps(whole.path());
    assert!(!known.is_empty(), "the whole peak has gaps to find");
    for gap in gaps(cut.path()) {
        let opened = number(&gap, "opened_at").unwrap();
        if opened < start || opened > end + 1_800 {
            continue;
        }
        let real = known.iter().any(|k| {
            k["route_id"] == gap["route_id"]
                && k["direction_id"] == gap["direction_id"]
                && number(k, "opened_at").unwrap() <= opened + 900
                && number(k, "closed_at").is_none_or(|at| at >= opened - 900)
        });
        assert!(real, "a gap that comes of the hole: {gap:?}");
    }
}
