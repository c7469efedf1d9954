//! `jolda replay`: the files that are promised, the same bytes each time, from a folder or a zip.

use crate::world;
use clap::Parser;
use server::commands::{Cli, run};
use std::io::Write as _;
use std::path::Path;
use transit::ServiceDate;
use transit::time::service_day_origin;

const FILES: [&str; 4] = ["stop_visits.csv", "headways.csv", "intensity.csv", "incidents.csv"];

fn replay(gtfs: &Path, recording: &Path, out: &Path, more: &[&str]) {
    let arguments = [
        "jolda".as_ref(),
        "replay".as_ref(),
        "--gtfs".as_ref(),
        gtfs.as_os_str(),
        "--recording".as_ref(),
        recording.as_os_str(),
        "--out".as_ref(),
        out.as_os_str(),
    ];
    let more = more.iter().map(AsRef::as_ref);
    run(Cli::try_parse_from(arguments.into_iter().chain(more)).unwrap()).unwrap();
}

fn files(out: &Path) -> Vec<String> {
    FILES.iter().map(|f| std::fs::read_to_string(out.join(f)).unwrap()).collect()
}

#[test]
fn a_recording_gives_the_promised_files_and_the_same_bytes_again() {
    let dir = tempfile::tempdir().unwrap();
    let (zip, timetable) = world::city();
    let gtfs = dir.path().join("gtfs.zip");
    std::fs::write(&gtfs, zip).unwrap();
    let origin = service_day_origin(&timetable.zone, ServiceDate::parse("20261125").unwrap());
    let start = origin + 7 * 3_600;
    let times: Vec<_> = (0..60).map(|i| start + i * 30).collect();
    let folder = dir.path().join("recording");
    std::fs::create_dir(&folder).unwrap();
    let archive = dir.path().join("recording.zip");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&archive).unwrap());
    for (at, body) in times.iter().zip(world::messages(&timetable, &times)) {
        std::fs::write(folder.join(format!("{at}.pb")), &body).unwrap();
        zip.start_file(format!("{at}.pb"), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&body).unwrap();
    }
    zip.finish().unwrap();
    // A message that is none is counted, not fatal.
    std::fs::write(folder.join(format!("{}.pb", start + 45)), b"<html>oops</html>").unwrap();

    let (first, second, third) = (dir.path().join("1"), dir.path().join("2"), dir.path().join("3"));
    replay(&gtfs, &folder, &first, &[]);
    replay(&gtfs, &folder, &second, &["--predictions"]);
    replay(&gtfs, &archive, &third, &["--predictions"]);
    assert_eq!(files(&first), files(&second), "the same input gives the same bytes");

    let visits = files(&third)[0].clone();
    assert!(visits.starts_with(
        "service_date,route_id,direction_id,trip_id,vehicle_id,stop_id,stop_sequence,\
         scheduled_arrival,scheduled_departure,arrival,departure,uncertainty_s\n20261125,"
    ));
    assert!(visits.lines().count() > 1_000, "{} visits", visits.lines().count());
    let summary: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(first.join("summary.json")).unwrap())
            .unwrap();
    assert_eq!(summary["messages_refused"], 1);
    assert!(summary["matched_share"].as_f64().unwrap() > 0.97, "{summary}");
    let read = summary["positions_read"].as_u64().unwrap();
    let accepted = summary["positions_accepted"].as_u64().unwrap();
    let rejected: u64 =
        summary["rejected"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(read, accepted + rejected, "every position is accepted or has its reason");
    assert!(!first.join("predictions.csv").exists());
    let predictions = |out: &Path| std::fs::read_to_string(out.join("predictions.csv")).unwrap();
    assert_eq!(predictions(&second), predictions(&third), "the same predictions each time");
    check_predictions(&predictions(&second), start);
}

/// Ranges hold the prediction, and nothing is predicted of the past.
fn check_predictions(file: &str, start: i64) {
    let mut lines = file.lines();
    let header = "asked_at,trip_id,stop_sequence,predicted_arrival,p10,p90";
    assert_eq!(lines.next(), Some(header));
    let mut asked = std::collections::BTreeSet::new();
    for line in lines {
        let fields: Vec<_> = line.split(',').collect();
        let number = |i: usize| fields[i].parse::<i64>().unwrap();
        let (at, predicted, p10, p90) = (number(0), number(3), number(4), number(5));
        assert!(at >= start && at <= p10 && p10 <= predicted && predicted <= p90, "{line}");
        assert!(!fields[1].is_empty() && number(2) >= 0, "{line}");
        asked.insert(at);
    }
    assert!((25..=31).contains(&asked.len()), "half an hour, once a minute: {}", asked.len());
}
