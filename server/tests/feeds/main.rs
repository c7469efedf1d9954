//! Feeds as they are: over HTTP, from files and recordings, odd and broken ones.

mod odd;
mod polling;
mod replaying;
mod timetables;
mod world;
