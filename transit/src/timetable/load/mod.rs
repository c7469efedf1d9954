//! GTFS bytes to a [`Timetable`].

pub(crate) mod archive;
mod assemble;
mod calendars;
mod feed_tables;
pub(crate) mod finding;
mod network;
pub(crate) mod rows;
mod shapes;
mod stop_times;
mod tables;
#[cfg(test)]
mod tests;
mod translations;

pub use feed_tables::{FeedTables, StopRow, StopTimeRow, TripRow};
pub use finding::{FINDINGS_KEPT_OF_A_RULE, Finding, Rule, Severity};

use super::{SpatialIndex, Timetable};
use crate::ids::TripIdx;
use archive::Archive;
use finding::{Findings, rule};
use rustc_hash::FxHashMap;
use translations::Originals;

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

/// What a load accepted and left out.
#[derive(Clone, Debug, Default)]
pub struct LoadReport {
    /// What was left out or repaired, at most [`FINDINGS_KEPT_OF_A_RULE`] of each rule and file.
    pub findings: Vec<Finding>,
    /// Every rule with its whole count, by rule.
    pub counts: Vec<(&'static str, u64)>,
}

/// The feed cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Not a zip, or its directory is broken.
    #[error("the feed is not a readable zip file: {0}")]
    NotZip(String),
    /// More entries than the limit.
    #[error("the zip holds {entries} entries, more than {limit}")]
    TooManyEntries {
        /// As the zip declares.
        entries: u64,
        /// The limit.
        limit: usize,
    },
    /// It unpacks to more than the limit.
    #[error("{file} unpacks to more than {limit_bytes} bytes")]
    TooLarge {
        /// Entry.
        file: String,
        /// The limit.
        limit_bytes: u64,
    },
    /// Faults that leave nothing to run on; the one that decided comes first.
    #[error("the feed cannot be used: {}", reasons(.0))]
    Unusable(Vec<Finding>),
}

/// The deciding finding and the first errors that led to it.
fn reasons(findings: &[Finding]) -> String {
    /// Enough to see where to begin.
    const NAMED: usize = 3;
    let errors = findings.iter().skip(1).filter(|f| f.severity == Severity::Error);
    let named: Vec<String> =
        findings.iter().take(1).chain(errors.take(NAMED)).map(ToString::to_string).collect();
    named.join("; ")
}

impl Timetable {
    /// Reads a GTFS zip. Pure: bytes in, a timetable and a report out. The server zips a folder in memory.
    ///
    /// A bad row is a [`Finding`] and the rest goes on. The feed is refused only if it cannot be read to its
    /// end, breaks a limit, or leaves nothing that could be run.
    pub fn from_zip(bytes: &[u8], limits: LoadLimits) -> Result<(Self, LoadReport), LoadError> {
        let mut findings = Findings::default();
        let timetable = read(bytes, limits, &mut findings)?;
        let (findings, counts) = findings.into_parts();
        Ok((timetable, LoadReport { findings, counts }))
    }
}

/// [`Timetable::from_zip`] with the findings still open.
pub(crate) fn read(
    bytes: &[u8],
    limits: LoadLimits,
    findings: &mut Findings,
) -> Result<Timetable, LoadError> {
    load(&mut Archive::open(bytes, limits, findings)?, findings)
}

fn load(archive: &mut Archive<'_>, findings: &mut Findings) -> Result<Timetable, LoadError> {
    let publisher = tables::publisher(archive, findings)?;
    let mut stops = tables::stops(archive, findings)?;
    let mut routes = tables::routes(archive, findings)?;
    let mut services = calendars::services(archive, findings)?;
    let mut trips = tables::trips(archive, &routes.by_id, &mut services, findings)?;
    let frequencies = tables::frequencies(archive, &trips, findings)?;
    let originals = Originals {
        stops: &stops,
        routes: &routes,
        trips: &trips,
        agency_name: &publisher.agency_name,
    };
    let translations = translations::translations(archive, &originals, findings)?;
    let rows = stop_times::stop_times(archive, &trips, &stops.rows, &stops.by_id, findings)?;
    trips.by_id = FxHashMap::default();
    let mut assembled = assemble::assemble(&mut trips, rows, frequencies, findings);
    if assembled.trips.is_empty() {
        let message = "no trip has two usable stop times: there is nothing to run".to_owned();
        return Err(findings.refuse(rule::NO_USABLE_TRIP, "stop_times.txt", message));
    }
    let raw_shapes = shapes::shapes(archive, &trips.shapes, findings)?;
    let (mut patterns, shapes) =
        network::patterns(&assembled, raw_shapes, &stops.rows, &trips, findings);
    network::interpolate(&mut assembled, &patterns);
    let segments = network::connect(&mut patterns, &mut stops.rows, &mut routes.rows);
    let blocks = network::blocks(&mut assembled, &trips);
    assembled.stop_times.shrink_to_fit();
    let trip_by_id = assembled
        .trips
        .iter()
        .enumerate()
        .map(|(i, trip)| (trip.id.clone(), TripIdx::from(i)))
        .collect();
    let spatial = SpatialIndex::new(&stops.rows, &shapes, &patterns);
    let mut timetable = Timetable {
        agency_name: publisher.agency_name,
        zone: publisher.zone,
        feed_version: publisher.feed_version,
        language: publisher.language,
        routes: routes.rows,
        stops: stops.rows,
        patterns,
        trips: assembled.trips,
        services: services.rows,
        shapes,
        segments,
        blocks,
        spatial,
        stop_times: assembled.stop_times,
        frequencies: assembled.frequencies,
        route_by_id: routes.by_id,
        stop_by_id: stops.by_id,
        trip_by_id,
        translations,
        days: super::day::Days::default(),
    };
    timetable.days = super::day::Days::of(&timetable);
    Ok(timetable)
}
