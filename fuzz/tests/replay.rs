//! The committed corpora through their targets, on any toolchain.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

/// Runs a target over its corpus. A file that breaks a law is named before the panic.
fn replay(corpus: &str, target: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(corpus);
    let mut files: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 10, "{} holds but {} files", folder.display(), files.len());
    for file in files {
        let data = std::fs::read(&file).unwrap();
        let result = std::panic::catch_unwind(|| target(&data));
        assert!(result.is_ok(), "{} breaks a law", file.display());
        // Cut off anywhere it must hold too.
        for cut in [data.len() / 3, data.len() * 2 / 3, data.len().saturating_sub(1)] {
            target(&data[..cut]);
        }
    }
}

#[test]
fn decoder() {
    replay("decode", fuzz::decode::run);
}

#[test]
fn timetable() {
    replay("timetable", fuzz::timetable::run);
}

#[test]
fn monitor() {
    replay("monitor", fuzz::monitor::run);
}
