//! What the fuzzers run: each target is a function of bytes that panics if a law is broken.
//!
//! `cargo test -p fuzz` runs them over the committed corpora on any toolchain; `fuzz/README.md` says how to
//! search for more.

pub mod decode;
pub mod feed;
#[path = "../../server/src/gtfs_realtime.rs"]
pub mod gtfs_realtime;
pub mod monitor;
pub mod timetable;
