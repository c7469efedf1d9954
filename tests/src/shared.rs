//! Real feeds and recordings that lie beside a checkout, never in it.

use std::io::Write as _;
use std::path::{Path, PathBuf};

/// A file of `../shared/data`, or `None`, said loudly, where it is absent: the test then skips.
pub fn shared(path: &str) -> Option<PathBuf> {
    let full = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(path);
    if full.exists() {
        return Some(full);
    }
    report(&format!("SKIPPED: {} is not here", full.display()));
    None
}

/// The binary under test, or `None`, said loudly.
pub fn binary() -> Option<PathBuf> {
    let found = crate::process::binary();
    if found.is_none() {
        report("SKIPPED: no jolda binary; build it or set JOLDA_BIN");
    }
    found
}

/// Straight to the terminal: what `eprintln!` says is shown of failed tests only, and this one passes.
pub fn report(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
