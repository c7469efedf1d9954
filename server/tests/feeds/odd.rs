//! Odd and broken messages of real agencies: each is refused in words or read as far as it goes.

use expect_test::expect;
use server::feed::decode;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use transit::Event;
use transit::ids::FeedIdx;

/// The shared data lie beside the repository; `None`, loudly, where they do not.
fn shared(path: &str) -> Option<PathBuf> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    if !data.is_dir() {
        // Not eprintln!, which a test that passes keeps to itself.
        let shown = data.display();
        let _ =
            writeln!(std::io::stderr(), "SKIPPED: {shown} is not there, real feeds are not tested");
        return None;
    }
    Some(data.join(path))
}

fn verdict(body: &[u8]) -> String {
    let dataset = match decode(body) {
        Ok(dataset) => dataset,
        Err(refusal) => return format!("refused: {refusal}"),
    };
    let (mut positions, mut updates) = (0, 0);
    let mut rejected = BTreeMap::new();
    dataset.tell(FeedIdx(0), |event| match event {
        Event::Position(_) => positions += 1,
        Event::TripUpdate(_) => updates += 1,
        Event::Rejected { reason, .. } => *rejected.entry(reason.name()).or_insert(0) += 1,
        _ => {}
    });
    let alerts = dataset.notices(FeedIdx(0)).len();
    let mut text = format!("{positions} positions, {updates} trip updates, {alerts} alerts");
    if !rejected.is_empty() {
        let _ = write!(text, "; rejected {rejected:?}");
    }
    text
}

fn table(files: &[(&str, Vec<u8>)]) -> String {
    let mut text = String::new();
    for (name, body) in files {
        let _ = writeln!(text, "{name}: {}", verdict(body));
    }
    text
}

fn files_of(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "pb" || e == "json"))
        .map(|p| (p.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(p).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn every_odd_message_gets_the_good_answer() {
    let Some(folder) = shared("odd/rt") else { return };
    let files = files_of(&folder);
    let borrowed: Vec<_> = files.iter().map(|(n, b)| (n.as_str(), b.clone())).collect();
    expect![[r#"
        connext-week-old-vehicles.pb: 137 positions, 0 trip updates, 0 alerts
        duplicate-vehicles-2018.pb: 63 positions, 0 trip updates, 0 alerts; rejected {"duplicate": 26}
        edmonton-truncated-36864-bytes.pb: refused: truncated after 36864 bytes, 38 whole entities: the download was cut off
        edmonton-zero-bytes.pb: refused: the body is empty: no header
        mbta-2017-alerts.pb: 0 positions, 0 trip updates, 51 alerts
        mbta-2017-trip-updates.pb: 0 positions, 49 trip updates, 0 alerts
        mbta-2017-vehicle-positions.pb: 48 positions, 0 trip updates, 0 alerts
        mbta-enhanced-vehicle-positions.json: refused: not protobuf: it looks like JSON; give the address of the protobuf form: “{ "header": { "timestamp": 1527605369, "incrementality": 0, …”
        poznan-plain-text-error-as.pb: refused: not protobuf: it looks like plain text: “Nie odnaleziono pliku”
        sicari-text-format-as.pb: refused: not protobuf: it looks like protobuf's text format; the binary format is needed: “# header information header { # version of speed specificati…”
        trapeze-alerts-2017.pb: 0 positions, 0 trip updates, 12 alerts
        trapeze-header-only-no-entities.pb: 0 positions, 0 trip updates, 0 alerts
    "#]].assert_eq(&table(&borrowed));
}

#[test]
fn every_snapshot_of_real_agencies_is_read() {
    let Some(data) = shared("") else { return };
    let mut files = Vec::new();
    for agency in [
        "brisbane-seq-2022-03-07",
        "delhi-bus-2025-09-11",
        "denver-rtd-2026-01-05",
        "logrono-2025",
        "poznan-2026-01-28",
        "raba-redding-2025",
        "rome-2025-12-01",
        "sofia-2025-10-12",
        "sound-transit-link-2023",
    ] {
        for (name, body) in files_of(&data.join(agency)) {
            if !name.contains(".json") || name.contains("1683740698") {
                files.push((format!("{agency}/{name}"), body));
            }
        }
    }
    let borrowed: Vec<_> = files.iter().map(|(n, b)| (n.as_str(), b.clone())).collect();
    expect![[r#"
        brisbane-seq-2022-03-07/trip-updates.pb: 0 positions, 1690 trip updates, 0 alerts
        brisbane-seq-2022-03-07/vehicle-positions.pb: 920 positions, 0 trip updates, 0 alerts
        delhi-bus-2025-09-11/vehicle-positions.pb: 1715 positions, 0 trip updates, 0 alerts
        denver-rtd-2026-01-05/alerts.pb: 0 positions, 0 trip updates, 84 alerts
        denver-rtd-2026-01-05/trip-updates.pb: 0 positions, 323 trip updates, 0 alerts
        denver-rtd-2026-01-05/vehicle-positions.pb: 289 positions, 0 trip updates, 0 alerts
        logrono-2025/vehicle-positions.pb: 23 positions, 0 trip updates, 0 alerts
        poznan-2026-01-28/combined-feeds.pb: 548 positions, 548 trip updates, 0 alerts
        poznan-2026-01-28/trip-updates.pb: 0 positions, 547 trip updates, 0 alerts
        poznan-2026-01-28/vehicle-positions.pb: 544 positions, 0 trip updates, 0 alerts
        raba-redding-2025/trip-updates.pb: 0 positions, 9 trip updates, 0 alerts
        raba-redding-2025/vehicle-positions.pb: 22 positions, 0 trip updates, 0 alerts
        rome-2025-12-01/trip-updates.pb: 0 positions, 1289 trip updates, 0 alerts
        rome-2025-12-01/vehicle-positions.pb: 1288 positions, 0 trip updates, 0 alerts; rejected {"duplicate": 1}
        sofia-2025-10-12/alerts.pb: 0 positions, 0 trip updates, 60 alerts
        sofia-2025-10-12/trip-updates.pb: 0 positions, 708 trip updates, 0 alerts
        sofia-2025-10-12/vehicle-positions.pb: 332 positions, 0 trip updates, 0 alerts; rejected {"duplicate": 1}
        sound-transit-link-2023/trip_update_1683740698.json: refused: not protobuf: it looks like JSON; give the address of the protobuf form: “{"header":{"gtfs_realtime_version":"2.0","incrementality":"F…”
        sound-transit-link-2023/vehicle_position_1683740698.json: refused: not protobuf: it looks like JSON; give the address of the protobuf form: “{"header":{"gtfs_realtime_version":"2.0","incrementality":"F…”
    "#]].assert_eq(&table(&borrowed));
}

#[test]
fn the_conformance_corpus_is_read_or_refused() {
    let Some(path) = shared("odd/rt/conformance-corpus.zip") else { return };
    let mut files = Vec::new();
    let recording = server::feed::recording::Recording::open(&path).unwrap();
    for message in recording.messages() {
        let message = message.unwrap();
        if message.name.contains("/jar/") {
            let name = message.name.rsplit('/').next().unwrap().to_owned();
            files.push((name, message.body));
        }
    }
    let borrowed: Vec<_> = files.iter().map(|(n, b)| (n.as_str(), b.clone())).collect();
    expect![[r#"
        01-no-timestamps.pb: 0 positions, 1 trip updates, 0 alerts
        02-unsorted-stop-times.pb: 0 positions, 1 trip updates, 0 alerts
        03-invalid-utf8.pb: 0 positions, 0 trip updates, 0 alerts; rejected {"not_usable": 1}
        04-combined-feed.pb: 1 positions, 1 trip updates, 0 alerts
        05-duplicate-of-04.pb: 1 positions, 1 trip updates, 0 alerts
        06-truncated.pb: refused: broken at byte 0, after 0 whole entities: failed to decode Protobuf message: invalid varint
        07-empty.pb: refused: the body is empty: no header
        08-after-skips.pb: 0 positions, 1 trip updates, 0 alerts
    "#]].assert_eq(&table(&borrowed));
}

#[test]
fn what_proxies_and_people_serve_instead_of_a_feed_is_named() {
    let bodies: Vec<(&str, Vec<u8>)> = vec![
        ("empty", vec![]),
        ("html", b"<!DOCTYPE html>\n<html><body>502 Bad Gateway</body></html>".to_vec()),
        ("xml", b"<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code></Error>".to_vec()),
        ("json", br#"{"header": {"timestamp": 1}}"#.to_vec()),
        ("words", b"API key missing".to_vec()),
        ("gzip", vec![0x1f, 0x8b, 8, 0, 0, 0]),
        ("zip", b"PK\x03\x04rest".to_vec()),
        ("text format", b"header {\n  gtfs_realtime_version: \"2.0\"\n}\n".to_vec()),
        ("one byte", vec![0xff]),
        ("noise", (0..200).map(|i| (i * 151 + 7) as u8).collect()),
    ];
    expect![[r#"
        empty: refused: the body is empty: no header
        html: refused: not protobuf: it looks like HTML: “<!DOCTYPE html> <html><body>502 Bad Gateway</body></html>”
        xml: refused: not protobuf: it looks like XML or HTML: “<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>”
        json: refused: not protobuf: it looks like JSON; give the address of the protobuf form: “{"header": {"timestamp": 1}}”
        words: refused: not protobuf: it looks like plain text: “API key missing”
        gzip: refused: not protobuf: it looks like a gzip file
        zip: refused: not protobuf: it looks like a zip file
        text format: refused: not protobuf: it looks like protobuf's text format; the binary format is needed: “header { gtfs_realtime_version: "2.0" }”
        one byte: refused: broken at byte 0, after 0 whole entities: failed to decode Protobuf message: invalid varint
        noise: refused: broken at byte 0, after 0 whole entities: failed to decode Protobuf message: invalid wire type value: 7
    "#]].assert_eq(&table(&bodies));
}
