//! Feeds as they are: over HTTP, from files and recordings, odd and broken ones.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "these are tests and their means")]

mod engine;
mod odd;
mod polling;
mod replaying;
mod timetables;
mod world;
