//! Feeds: from an address, a file or a recording to datasets. Knows nothing of engine, store or readers.

pub mod decode;
pub mod keep;
pub mod recording;
pub mod timetable_source;

pub use decode::{Dataset, Refusal, decode};
