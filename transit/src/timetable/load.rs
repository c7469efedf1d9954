//! GTFS bytes to a [`Timetable`].

use super::Timetable;

/// Bounds on what is accepted.
#[derive(Clone, Copy, Debug)]
pub struct LoadLimits {
    /// Most bytes of one file of the feed, unpacked.
    pub file_bytes: u64,
    /// Most bytes of the whole feed, unpacked.
    pub feed_bytes: u64,
    /// Most entries in the zip.
    pub entries: usize,
}

impl Default for LoadLimits {
    fn default() -> Self {
        Self { file_bytes: 2 << 30, feed_bytes: 4 << 30, entries: 1_000 }
    }
}

/// Why a feed was refused, or what in it was not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Rule, snake case: GTFS validator's notice code where there is one (`foreign_key_violation`).
    pub rule: &'static str,
    /// File of the feed.
    pub file: String,
    /// Line in the file, the header being 1; `None` if of the whole file.
    pub line: Option<u64>,
    /// What is wrong, in words, with the value.
    pub message: String,
}

/// What a load accepted and left out.
#[derive(Clone, Debug, Default)]
pub struct LoadReport {
    /// What was left out or repaired, at most a bounded number of each rule.
    pub findings: Vec<Finding>,
    /// Every rule with its whole count.
    pub counts: Vec<(&'static str, u64)>,
}

/// The feed cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Not a zip, or its directory is broken.
    #[error("the feed is not a readable zip file: {0}")]
    NotZip(String),
    /// It unpacks to more than the limit.
    #[error("{file} unpacks to more than {limit_bytes} bytes")]
    TooLarge {
        /// Entry.
        file: String,
        /// The limit.
        limit_bytes: u64,
    },
    /// Faults that leave nothing to run on.
    #[error("the feed cannot be used: {}", .0.first().map_or("no reason", |f| f.message.as_str()))]
    Unusable(Vec<Finding>),
}

impl Timetable {
    /// Reads a GTFS zip. Pure: bytes in, a timetable and a report out. The server zips a folder in memory.
    pub fn from_zip(_bytes: &[u8], _limits: LoadLimits) -> Result<(Self, LoadReport), LoadError> {
        todo!("timetable room")
    }
}
