//! Our realtime rules against the answers of the official GTFS-realtime validator, message by message.
//!
//! The corpus is not part of this repository: the test is skipped, loudly, where it is absent.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "these are tests and their means")]

use expect_test::expect_file;
use serde_json::Value;
use server::check::{
    Fetched, Message, RULES, RealtimeReport, Schedule, check_realtime, read_message,
};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use transit::Timetable;
use transit::timetable::{FeedTables, LoadLimits};

fn odd() -> Option<PathBuf> {
    let odd = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/odd");
    if odd.is_dir() {
        return Some(odd);
    }
    // Not eprintln!, which a test that passes keeps to itself.
    let _ = std::io::Write::write_fmt(
        &mut std::io::stderr(),
        format_args!("SKIPPED: {} is not here\n", odd.display()),
    );
    None
}

/// A zip in memory, by entry name.
fn unzip(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = BTreeMap::new();
    for i in 0..zip.len() {
        let mut entry = zip.by_index(i).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        files.insert(entry.name().to_owned(), bytes);
    }
    files
}

/// What the official validator says of a message: rule to what it says of each occurrence.
type Said = BTreeMap<String, Vec<String>>;

fn official(json: &[u8]) -> Said {
    let mut said = Said::new();
    for error in serde_json::from_slice::<Vec<Value>>(json).unwrap() {
        let rule = error["errorMessage"]["validationRule"]["errorId"].as_str().unwrap();
        let prefixes = error["occurrenceList"].as_array().unwrap().iter();
        let prefixes = prefixes.map(|o| o["prefix"].as_str().unwrap().trim().to_owned());
        said.entry(rule.to_owned()).or_default().extend(prefixes);
    }
    said
}

#[derive(Default)]
struct Row {
    cases: usize,
    cases_agreed: usize,
    official: usize,
    ours: usize,
    same_words: usize,
}

#[derive(Default)]
struct Agreement {
    rows: BTreeMap<String, Row>,
    messages: usize,
    messages_agreed: usize,
    skipped: usize,
    differences: String,
    beyond: BTreeMap<String, usize>,
}

impl Agreement {
    fn compare(&mut self, case: &str, official: &Said, report: &RealtimeReport) {
        let mut ours: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for o in &report.occurrences {
            ours.entry(o.rule).or_default().push(&o.message);
        }
        let mut agreed = true;
        for rule in RULES.iter().map(|r| r.code) {
            let theirs = official.get(rule).map_or(&[][..], Vec::as_slice);
            let mut ours = ours.remove(rule).unwrap_or_default();
            if rule.starts_with('J') {
                *self.beyond.entry(rule.to_owned()).or_default() += ours.len();
                continue;
            }
            if theirs.is_empty() && ours.is_empty() {
                continue;
            }
            let row = self.rows.entry(rule.to_owned()).or_default();
            row.cases += 1;
            row.official += theirs.len();
            row.ours += ours.len();
            if theirs.len() == ours.len() {
                row.cases_agreed += 1;
            } else {
                agreed = false;
                let _ = writeln!(
                    self.differences,
                    "{case}: {rule}: official {}, ours {}",
                    theirs.len(),
                    ours.len()
                );
            }
            for prefix in theirs {
                if let Some(i) = ours.iter().position(|m| m.starts_with(prefix.as_str())) {
                    ours.swap_remove(i);
                    row.same_words += 1;
                }
            }
        }
        self.messages += 1;
        self.messages_agreed += usize::from(agreed);
        let unknown: Vec<_> =
            official.keys().filter(|k| !RULES.iter().any(|r| r.code == **k)).collect();
        assert!(unknown.is_empty(), "{case}: rules that we do not have: {unknown:?}");
    }

    fn table(&self) -> String {
        let mut table = String::from("rule  messages  agreed  official  ours  same words\n");
        for (rule, r) in &self.rows {
            let _ = writeln!(
                table,
                "{rule}  {:8}  {:6}  {:8}  {:4}  {:10}",
                r.cases, r.cases_agreed, r.official, r.ours, r.same_words
            );
        }
        let _ = writeln!(
            table,
            "\nmessages: {}, all rules agreed: {}, not read or the same again (as the official says): {}",
            self.messages, self.messages_agreed, self.skipped
        );
        let beyond: Vec<_> = self.beyond.iter().map(|(r, n)| format!("{r} {n}")).collect();
        let _ = writeln!(table, "our own rules beside it: {}", beyond.join(", "));
        let _ = write!(table, "\ndifferences:\n{}", self.differences);
        if self.differences.is_empty() {
            table.push_str("none\n");
        }
        table
    }
}

/// One feed's messages in their order, each checked against the one before it.
fn run(corpus: &BTreeMap<String, Vec<u8>>, folder: &str, group: &Value, agreement: &mut Agreement) {
    let gtfs = &corpus[&format!("gtfs/{}", group["gtfs"].as_str().unwrap())];
    let tables = FeedTables::from_zip(gtfs, LoadLimits::default()).unwrap();
    let timetable = Timetable::from_zip(gtfs, LoadLimits::default()).unwrap().0;
    let use_shapes = group["ignore_shapes"] != Value::Bool(true);
    let schedule = Schedule::new(&tables, Some(&timetable), use_shapes);
    let mut last_bytes: Option<&[u8]> = None;
    let mut previous: Option<Message> = None;
    for input in group["inputs"].as_array().unwrap() {
        let name = input["name"].as_str().unwrap();
        let case = format!("{folder}/{name}");
        let bytes = corpus[&case].as_slice();
        let read = read_message(bytes);
        match input["skip"].as_str() {
            Some("duplicate") => assert_eq!(last_bytes, Some(bytes), "{case}"),
            Some("decode") => assert!(read.is_err(), "{case}"),
            _ => {
                let message = read.unwrap_or_else(|e| panic!("{case}: {e}"));
                let fetched = Fetched { message: &message, previous: previous.as_ref() };
                let now = input["mtime"].as_i64().unwrap();
                let report = check_realtime(&schedule, &[fetched], now);
                let answer = official(&corpus[&format!("{case}.results.json")]);
                agreement.compare(&case, &answer, &report);
                previous = Some(message);
                last_bytes = Some(bytes);
                continue;
            }
        }
        agreement.skipped += 1;
    }
}

#[test]
fn we_agree_with_the_official_validator() {
    let Some(odd) = odd() else { return };
    let corpus = unzip(&std::fs::read(odd.join("rt/conformance-corpus.zip")).unwrap());
    let mut agreement = Agreement::default();
    let jar: Value = serde_json::from_slice(&corpus["jar/manifest.json"]).unwrap();
    run(&corpus, "jar", &jar, &mut agreement);
    let all: Value = serde_json::from_slice(&corpus["conformance/manifest.json"]).unwrap();
    for group in all["groups"].as_array().unwrap() {
        let folder = format!("conformance/{}", group["name"].as_str().unwrap());
        run(&corpus, &folder, group, &mut agreement);
    }
    expect_file!["../../docs/realtime-conformance.txt"].assert_eq(&agreement.table());
}

/// Every file of the folder, against every feed that loads: nothing panics, and what is no message is refused.
#[test]
fn odd_messages_are_survived() {
    let Some(odd) = odd() else { return };
    let gtfs = std::fs::read(odd.join("static/bullrunner-gtfs.zip")).unwrap();
    let tables = FeedTables::from_zip(&gtfs, LoadLimits::default()).unwrap();
    let timetable = Timetable::from_zip(&gtfs, LoadLimits::default()).unwrap().0;
    let schedule = Schedule::new(&tables, Some(&timetable), true);
    let mut files: Vec<_> =
        std::fs::read_dir(odd.join("rt")).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    let mut refused = Vec::new();
    let mut previous: Option<Message> = None;
    for path in files.iter().filter(|p| !p.ends_with("conformance-corpus.zip")) {
        match read_message(&std::fs::read(path).unwrap()) {
            Err(_) => refused.push(path.file_name().unwrap().to_str().unwrap()),
            Ok(message) => {
                let fetched = Fetched { message: &message, previous: previous.as_ref() };
                let report = check_realtime(&schedule, &[fetched, fetched], 1_700_000_000);
                let counted: u64 = report.counts.values().sum();
                assert!(counted >= report.occurrences.len() as u64);
                previous = Some(message);
            }
        }
    }
    assert_eq!(
        refused,
        [
            "edmonton-truncated-36864-bytes.pb",
            "edmonton-zero-bytes.pb",
            "mbta-enhanced-vehicle-positions.json",
            "poznan-plain-text-error-as.pb",
            "sicari-text-format-as.pb",
        ]
    );
}

/// Feeds that no timetable could be made of still give their tables, or are refused in words.
#[test]
fn odd_timetables_are_survived() {
    let Some(odd) = odd() else { return };
    let mut read = 0;
    for file in std::fs::read_dir(odd.join("static")).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        if let Ok(tables) = FeedTables::from_zip(&bytes, LoadLimits::default()) {
            let schedule = Schedule::new(&tables, None, true);
            check_realtime(&schedule, &[], 0);
            read += 1;
        }
    }
    assert!(read >= 15, "{read}");
}
