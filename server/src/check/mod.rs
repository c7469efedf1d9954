//! Rules of GTFS-realtime feeds: one message against the one before it, the other feeds of the same moment,
//! the timetable and the clock. Pure functions; `jolda check` feeds them.
//!
//! The rules and their order of questions are those of `MobilityData`'s gtfs-realtime-validator (Apache-2.0);
//! where we differ, `docs/realtime-rules.md` says why.

mod alerts;
mod catalogue;
mod frequencies;
mod header;
mod message;
mod own;
mod pairing;
mod stop_updates;
mod stops;
mod subject;
#[cfg(test)]
mod tests;
mod times;
mod timestamps;
mod trips;
mod vehicles;

pub use catalogue::{RULES, Rule, rule};
pub use message::{Message, read_message};

use crate::gtfs_realtime::{FeedEntity, FeedMessage};
use std::collections::BTreeMap;
use transit::timetable::FeedTables;
use transit::{EpochS, LatLon, Timetable};

/// The most occurrences of one rule that are kept; all are counted.
pub const OCCURRENCES_KEPT_OF_A_RULE: usize = 1_000;

/// What the feeds are checked against.
pub struct Schedule<'a> {
    /// The feed's rows as given.
    tables: &'a FeedTables,
    /// What can be run of them; without it the rules about service days are not asked.
    timetable: Option<&'a Timetable>,
    /// South-west and north-east corner of all shapes, else of all stops.
    bounds: Option<(LatLon, LatLon)>,
    bounds_are_of: &'static str,
    use_shapes: bool,
}

impl<'a> Schedule<'a> {
    /// Prepares the rules. `use_shapes: false` asks nothing of `shapes.txt`, for feeds whose shapes are known to
    /// be wrong.
    pub fn new(tables: &'a FeedTables, timetable: Option<&'a Timetable>, use_shapes: bool) -> Self {
        /// A feed with fewer shape points covers no area.
        const SHAPE_POINTS_LEAST: usize = 4;
        let points: usize = tables.shapes.iter().map(Vec::len).sum();
        let by_shapes = use_shapes && points >= SHAPE_POINTS_LEAST;
        let bounds = if by_shapes {
            corners(tables.shapes.iter().flatten().copied())
        } else {
            corners(tables.stops.iter().filter_map(|s| s.place))
        };
        let bounds_are_of = if by_shapes { "shapes.txt" } else { "stops.txt" };
        Self { tables, timetable, bounds, bounds_are_of, use_shapes }
    }
}

fn corners(mut places: impl Iterator<Item = LatLon>) -> Option<(LatLon, LatLon)> {
    let first = places.next()?;
    Some(places.fold((first, first), |(sw, ne), p| {
        (
            LatLon::new(sw.lat.min(p.lat), sw.lon.min(p.lon)),
            LatLon::new(ne.lat.max(p.lat), ne.lon.max(p.lon)),
        )
    }))
}

/// One feed at one moment.
#[derive(Clone, Copy)]
pub struct Fetched<'a> {
    /// What it says.
    pub message: &'a Message,
    /// What it said the time before, if that was not the very same.
    pub previous: Option<&'a Message>,
}

/// A rule that was broken, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The rule.
    pub rule: &'static str,
    /// Which of the feeds that were checked together.
    pub feed: usize,
    /// `entity.id`; empty if it is about the message as a whole.
    pub entity: String,
    /// What is wrong, with the values.
    pub message: String,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RealtimeReport {
    /// In order of feed and entity, at most [`OCCURRENCES_KEPT_OF_A_RULE`] of each rule.
    pub occurrences: Vec<Occurrence>,
    /// All occurrences of each rule that was broken, by code.
    pub counts: BTreeMap<&'static str, u64>,
}

/// Checks what one or several feeds of an agency (vehicle positions, trip updates, alerts) say at one moment,
/// `now` in epoch seconds.
pub fn check_realtime(
    schedule: &Schedule<'_>,
    feeds: &[Fetched<'_>],
    now: EpochS,
) -> RealtimeReport {
    let mut report = RealtimeReport::default();
    let all: Vec<&FeedMessage> = feeds.iter().map(|f| &f.message.feed).collect();
    for (number, feed) in feeds.iter().enumerate() {
        let check = Check {
            schedule,
            feed: &feed.message.feed,
            previous: feed.previous.map(|p| &p.feed),
            all: &all,
            now,
        };
        let mut found = Found { report: &mut report, feed: number };
        header::check(&check, &mut found);
        timestamps::check(&check, &mut found);
        times::check(&check, &mut found);
        stop_updates::check(&check, &mut found);
        trips::check(&check, &mut found);
        alerts::check(&check, &mut found);
        frequencies::check(&check, &mut found);
        stops::check(&check, &mut found);
        vehicles::check(&check, &mut found);
        own::check(&check, &mut found);
        for entity in &feed.message.mended {
            let text = "text of the entity is not UTF-8: the bytes in question are read as ?";
            found.add(catalogue::J012, entity, text.to_owned());
        }
    }
    pairing::check(schedule, &all, &mut Found { report: &mut report, feed: 0 });
    report
}

/// One feed and all that it is measured by.
struct Check<'a> {
    schedule: &'a Schedule<'a>,
    feed: &'a FeedMessage,
    previous: Option<&'a FeedMessage>,
    /// All feeds of the moment, this one among them.
    all: &'a [&'a FeedMessage],
    now: EpochS,
}

impl<'a> Check<'a> {
    fn tables(&self) -> &'a FeedTables {
        self.schedule.tables
    }

    fn entities(&self) -> impl Iterator<Item = (&'a FeedEntity, &'a str)> {
        self.feed.entity.iter().map(|e| (e, e.id.as_deref().unwrap_or_default()))
    }
}

/// Where findings go.
struct Found<'a> {
    report: &'a mut RealtimeReport,
    feed: usize,
}

impl Found<'_> {
    fn add(&mut self, rule: Rule, entity: &str, message: String) {
        let count = self.report.counts.entry(rule.code).or_default();
        *count += 1;
        if *count <= OCCURRENCES_KEPT_OF_A_RULE as u64 {
            let entity = entity.to_owned();
            let rule = rule.code;
            self.report.occurrences.push(Occurrence { rule, feed: self.feed, entity, message });
        }
    }
}
