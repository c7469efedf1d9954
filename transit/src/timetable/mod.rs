//! The immutable, index-addressed timetable.
//!
//! Loaded once from a GTFS feed (`load`), then only read: every other part holds it in an `Arc` and
//! addresses it by the newtypes of [`crate::ids`]. A new feed version is a new `Timetable`.

mod calendar;
mod day;
mod fit;
pub mod load;
mod spatial;
pub mod text;

pub use calendar::Service;
pub use day::{Run, ScheduledPassage};
pub use fit::STOP_TO_LINE_MOST_M;
pub use load::{
    FeedTables, Finding, LoadError, LoadLimits, LoadReport, Severity, StopRow, StopTimeRow, TripRow,
};
pub use spatial::{NearPiece, SpatialIndex};

use crate::ids::{
    BlockIdx, PatternIdx, RouteIdx, SegmentIdx, ServiceIdx, ShapeIdx, StopIdx, TripIdx,
};
use crate::place::{LatLon, Polyline};
use crate::time::{EpochS, ServiceDate};
use jiff::tz::TimeZone;
use rustc_hash::FxHashMap;

/// A feed's timetable. All vectors are addressed by the index type named at each.
#[derive(Debug)]
pub struct Timetable {
    /// `agency.txt`, first agency's name; empty if the feed has none.
    pub agency_name: String,
    /// The one time zone of the feed (`agency_timezone`).
    pub zone: TimeZone,
    /// `feed_info.feed_version`.
    pub feed_version: Option<String>,
    /// `feed_info.feed_lang` or `agency_lang`, BCP 47.
    pub language: Option<String>,
    /// By [`RouteIdx`].
    pub routes: Vec<Route>,
    /// By [`StopIdx`].
    pub stops: Vec<Stop>,
    /// By [`PatternIdx`].
    pub patterns: Vec<Pattern>,
    /// By [`TripIdx`].
    pub trips: Vec<Trip>,
    /// By [`ServiceIdx`].
    pub services: Vec<Service>,
    /// By [`ShapeIdx`]: shapes of `shapes.txt` and straight lines where a trip has none.
    pub shapes: Vec<Polyline>,
    /// By [`SegmentIdx`].
    pub segments: Vec<Segment>,
    /// By [`BlockIdx`]: the trips of each block, by departure. Trips of all services; filter by day.
    pub blocks: Vec<Block>,
    /// R-trees over stops and shape pieces.
    pub spatial: SpatialIndex,
    /// Stop times of all trips, one after another; see [`Trip::times`].
    pub(crate) stop_times: Vec<StopTime>,
    /// `frequencies.txt`, grouped by trip; see [`Trip::frequencies`].
    pub(crate) frequencies: Vec<Frequency>,
    pub(crate) route_by_id: FxHashMap<Box<str>, RouteIdx>,
    pub(crate) stop_by_id: FxHashMap<Box<str>, StopIdx>,
    pub(crate) trip_by_id: FxHashMap<Box<str>, TripIdx>,
    /// Names in other languages, from `translations.txt`: (language, original) to text.
    pub(crate) translations: FxHashMap<(Box<str>, Box<str>), Box<str>>,
    pub(crate) days: day::Days,
}

/// A row of `routes.txt`.
#[derive(Clone, Debug)]
pub struct Route {
    /// `route_id`.
    pub id: Box<str>,
    /// `route_short_name`, else empty.
    pub short_name: Box<str>,
    /// `route_long_name`, else empty.
    pub long_name: Box<str>,
    /// `route_type` as written (GTFS and extended codes).
    pub route_type: u16,
    /// `route_color`, 0xRRGGBB, if given.
    pub color: Option<u32>,
    /// `route_text_color`, 0xRRGGBB, if given.
    pub text_color: Option<u32>,
    /// The patterns of this route.
    pub patterns: Vec<PatternIdx>,
}

/// A row of `stops.txt`.
#[derive(Clone, Debug)]
pub struct Stop {
    /// `stop_id`.
    pub id: Box<str>,
    /// `stop_code`, else empty.
    pub code: Box<str>,
    /// `stop_name`, else empty.
    pub name: Box<str>,
    /// Where it is; `None` where the feed gives none (generic nodes).
    pub place: Option<LatLon>,
    /// `parent_station`.
    pub parent: Option<StopIdx>,
    /// The (pattern, stop position) pairs that serve it.
    pub served_by: Vec<(PatternIdx, u16)>,
}

/// A route, a direction, a stop sequence and a line: what vehicles drive.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// The route.
    pub route: RouteIdx,
    /// `direction_id`, if given.
    pub direction: Option<u8>,
    /// `trip_headsign` of its trips (the most frequent), else the last stop's name.
    pub headsign: Box<str>,
    /// The stops, by stop position (0-based). At least two.
    pub stops: Vec<StopIdx>,
    /// GTFS `stop_sequence` at each stop position, strictly increasing.
    pub stop_sequences: Vec<u32>,
    /// At each stop position: early buses wait for their time there. So at the first stop, where `timepoint`
    /// is 1, and, without `timepoint`, at the stops that alone have times; as most of the trips have it.
    pub timepoints: Vec<bool>,
    /// Metres along the shape of each stop position; never decreasing.
    pub stop_offsets_m: Vec<f64>,
    /// The line it is driven on.
    pub shape: ShapeIdx,
    /// True where `shape` is our straight line because the feed gave none that fits.
    pub shape_is_straight: bool,
    /// The segment from each stop position to the next; one fewer than `stops`.
    pub segments: Vec<SegmentIdx>,
    /// Its trips, by first departure.
    pub trips: Vec<TripIdx>,
}

/// A row of `trips.txt` that has at least two usable stop times.
#[derive(Clone, Debug)]
pub struct Trip {
    /// `trip_id`.
    pub id: Box<str>,
    /// Its pattern (which names route and direction).
    pub pattern: PatternIdx,
    /// Days on which it runs.
    pub service: ServiceIdx,
    /// Its block, if it has one.
    pub block: Option<BlockIdx>,
    /// Start of its stop times in `Timetable::stop_times`; as many as the pattern's stops.
    pub(crate) times: u32,
    /// Its rows in `Timetable::frequencies`: (start, count); (0, 0) when it runs once a day.
    pub(crate) frequencies: (u32, u16),
}

/// Scheduled times at one stop position, seconds since the origin of the service day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StopTime {
    /// `arrival_time`, or interpolated by distance where the feed gives none.
    pub arrival_s: i32,
    /// `departure_time`, likewise. Never before `arrival_s`.
    pub departure_s: i32,
}

/// A row of `frequencies.txt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frequency {
    /// First departure, seconds of the service day.
    pub start_s: i32,
    /// No departure at or after this, seconds of the service day.
    pub end_s: i32,
    /// Seconds between departures; positive.
    pub headway_s: i32,
    /// `exact_times` = 1: each departure is scheduled. Else only the headway is promised.
    pub exact: bool,
}

/// The stretch between two consecutive stops, shared by all patterns that run it.
#[derive(Clone, Debug)]
pub struct Segment {
    /// From here …
    pub from: StopIdx,
    /// … to here, in this direction.
    pub to: StopIdx,
    /// The patterns that run it and the stop position of `from` in each.
    pub patterns: Vec<(PatternIdx, u16)>,
}

/// Trips that one vehicle drives one after another.
#[derive(Clone, Debug)]
pub struct Block {
    /// `block_id`.
    pub id: Box<str>,
    /// Its trips by first departure, of all services.
    pub trips: Vec<TripIdx>,
}

/// One run of a trip: the trip, its service day, and when it starts.
///
/// GTFS-realtime identifies it by (`trip_id`, `start_date`, `start_time`); for a trip that runs once a day
/// `start_s` is its own first departure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TripInstance {
    /// The service day.
    pub service_date: ServiceDate,
    /// The trip.
    pub trip: TripIdx,
    /// First departure of this run, seconds of the service day.
    pub start_s: i32,
}

impl Timetable {
    /// The route of `id`.
    pub fn route_by_id(&self, id: &str) -> Option<RouteIdx> {
        self.route_by_id.get(id).copied()
    }

    /// The stop of `id`.
    pub fn stop_by_id(&self, id: &str) -> Option<StopIdx> {
        self.stop_by_id.get(id).copied()
    }

    /// The trip of `id`.
    pub fn trip_by_id(&self, id: &str) -> Option<TripIdx> {
        self.trip_by_id.get(id).copied()
    }

    /// A route.
    #[inline]
    pub fn route(&self, i: RouteIdx) -> &Route {
        &self.routes[i.get()]
    }

    /// A stop.
    #[inline]
    pub fn stop(&self, i: StopIdx) -> &Stop {
        &self.stops[i.get()]
    }

    /// A pattern.
    #[inline]
    pub fn pattern(&self, i: PatternIdx) -> &Pattern {
        &self.patterns[i.get()]
    }

    /// A trip.
    #[inline]
    pub fn trip(&self, i: TripIdx) -> &Trip {
        &self.trips[i.get()]
    }

    /// The line of a pattern.
    #[inline]
    pub fn shape_of(&self, i: PatternIdx) -> &Polyline {
        &self.shapes[self.pattern(i).shape.get()]
    }

    /// The scheduled times of a trip as `stop_times.txt` has them, by stop position.
    #[inline]
    pub fn stop_times(&self, trip: TripIdx) -> &[StopTime] {
        let t = self.trip(trip);
        let start = t.times as usize;
        &self.stop_times[start..start + self.pattern(t.pattern).stops.len()]
    }

    /// The frequency rows of a trip; empty for a trip that runs once a day.
    #[inline]
    pub fn frequencies(&self, trip: TripIdx) -> &[Frequency] {
        let (start, count) = self.trip(trip).frequencies;
        &self.frequencies[start as usize..start as usize + count as usize]
    }

    /// Seconds by which `instance` runs later than the times of its trip: 0 unless it is one of many
    /// runs of a frequency trip.
    #[inline]
    pub fn shift_s(&self, instance: TripInstance) -> i32 {
        instance.start_s - self.stop_times(instance.trip)[0].departure_s
    }

    /// Scheduled (arrival, departure) of `instance` at a stop position, epoch seconds.
    pub fn scheduled(&self, instance: TripInstance, stop_position: usize) -> (EpochS, EpochS) {
        let base = self.origin(instance.service_date) + i64::from(self.shift_s(instance));
        let t = self.stop_times(instance.trip)[stop_position];
        (base + i64::from(t.arrival_s), base + i64::from(t.departure_s))
    }

    /// `text` in `language` (BCP 47) where `translations.txt` has it, else `text`.
    pub fn translated<'a>(&'a self, text: &'a str, language: &str) -> &'a str {
        // Two short allocations: this is for rendering pages, not for the stream of positions.
        self.translations.get(&(language.into(), text.into())).map_or(text, |t| t)
    }
}
