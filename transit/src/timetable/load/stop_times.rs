//! `stop_times.txt`, the big table: read as bytes, its times kept of a row until its trip is put together.
//!
//! Rows of a trip mostly stand together, and all but the times of them stands in other trips as well: such a
//! stretch is kept once, and each trip that has it names it.

use super::LoadError;
use super::archive::Archive;
use super::finding::{Findings, rule};
use super::rows::Rows;
use super::tables::{Trips, foreign_key, open_required};
use crate::ids::StopIdx;
use crate::timetable::{Stop, StopTime};
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};
use std::ops::Range;

/// A time that the feed does not give.
pub(crate) const NO_TIME: i32 = i32::MIN;

/// A row that names a known trip and a stop with a place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    /// Row of [`Trips`].
    pub(crate) trip: u32,
    pub(crate) sequence: u32,
    pub(crate) stop: StopIdx,
    /// Seconds, or [`NO_TIME`].
    pub(crate) arrival_s: i32,
    /// Seconds, or [`NO_TIME`].
    pub(crate) departure_s: i32,
    /// `shape_dist_traveled`, NaN if not given.
    pub(crate) distance: f32,
    pub(crate) line: u32,
    /// `timepoint`, if given.
    pub(crate) timepoint: Option<bool>,
}

/// The usable rows of the file.
#[derive(Debug, Default)]
pub(crate) struct StopTimes {
    /// Of each row, as in the file.
    times: Vec<StopTime>,
    /// Rows of one trip that stand together.
    stretches: Vec<Stretch>,
    /// All but the times, of the stretches that differ in it.
    calls: Vec<Call>,
    /// Where each of those lies in `calls`.
    kinds: Vec<Range<u32>>,
    by_hash: FxHashMap<u64, u32>,
}

#[derive(Clone, Copy, Debug)]
struct Stretch {
    trip: u32,
    /// Index into `kinds`.
    kind: u32,
    /// First row of `times`.
    times: u32,
    /// Line of its first row.
    line: u32,
}

/// A row without trip and times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Call {
    stop: StopIdx,
    sequence: u32,
    /// Of the `f32`.
    distance_bits: u32,
    /// Lines after the stretch's first.
    lines: u32,
    timepoint: Option<bool>,
}

impl StopTimes {
    /// Takes the rows of `stretch` in, which are of one trip.
    fn push(&mut self, stretch: &[Row]) {
        let Some(first) = stretch.first() else { return };
        let from = self.calls.len();
        let start = self.times.len() as u32;
        let mut hasher = FxHasher::default();
        for row in stretch {
            let call = Call {
                stop: row.stop,
                sequence: row.sequence,
                distance_bits: row.distance.to_bits(),
                lines: row.line.saturating_sub(first.line),
                timepoint: row.timepoint,
            };
            call.hash(&mut hasher);
            self.calls.push(call);
            self.times.push(StopTime { arrival_s: row.arrival_s, departure_s: row.departure_s });
        }
        let new = self.kinds.len() as u32;
        let known = *self.by_hash.entry(hasher.finish()).or_insert(new);
        let kind = if known != new && self.calls_of(known) == &self.calls[from..] {
            self.calls.truncate(from);
            known
        } else {
            // New; or, once in a blue moon, another one of the same hash, which is then kept for itself.
            self.kinds.push(from as u32..self.calls.len() as u32);
            new
        };
        self.stretches.push(Stretch { trip: first.trip, kind, times: start, line: first.line });
    }

    fn calls_of(&self, kind: u32) -> &[Call] {
        let Range { start, end } = self.kinds[kind as usize].clone();
        &self.calls[start as usize..end as usize]
    }

    /// No more rows come: by trip from now on.
    fn finish(&mut self) {
        self.by_hash = FxHashMap::default();
        let key = |s: &Stretch| (s.trip, s.times);
        if !self.stretches.is_sorted_by_key(key) {
            self.stretches.sort_unstable_by_key(key);
        }
    }

    /// The times of all rows, which stretches of trips then name by their place: the largest table, so it is there
    /// once.
    pub(crate) fn take_times(&mut self) -> Vec<StopTime> {
        std::mem::take(&mut self.times)
    }

    /// How many rows are of trips whose rows do not stand together.
    pub(crate) fn scattered(&self) -> usize {
        let groups = self.stretches.chunk_by(|a, b| a.trip == b.trip);
        let scattered = groups.filter(|of_trip| of_trip.len() > 1).flatten();
        scattered.map(|s| self.kinds[s.kind as usize].len()).sum()
    }

    /// The trips that have rows, in order: for each its number and what to read its rows by.
    pub(crate) fn by_trip(&self) -> impl Iterator<Item = (u32, RowsOfTrip<'_>)> {
        let groups = self.stretches.chunk_by(|a, b| a.trip == b.trip);
        groups.map(|stretches| (stretches[0].trip, RowsOfTrip { all: self, stretches }))
    }
}

/// The rows of one trip.
pub(crate) struct RowsOfTrip<'a> {
    all: &'a StopTimes,
    stretches: &'a [Stretch],
}

impl RowsOfTrip<'_> {
    /// Where their times stand, if they stand together.
    pub(crate) fn place(&self) -> Option<usize> {
        if let [one] = self.stretches { Some(one.times as usize) } else { None }
    }

    /// Appends them to `rows`, which is empty: by sequence, equals as in the file. `times` are those of all.
    pub(crate) fn read(&self, times: &[StopTime], rows: &mut Vec<Row>) {
        for stretch in self.stretches {
            let calls = self.all.calls_of(stretch.kind);
            let times = &times[stretch.times as usize..][..calls.len()];
            rows.extend(calls.iter().zip(times).map(|(call, time)| Row {
                trip: stretch.trip,
                sequence: call.sequence,
                stop: call.stop,
                arrival_s: time.arrival_s,
                departure_s: time.departure_s,
                distance: f32::from_bits(call.distance_bits),
                line: stretch.line + call.lines,
                timepoint: call.timepoint,
            }));
        }
        let key = |r: &Row| (r.sequence, r.line);
        if !rows.is_sorted_by_key(key) {
            rows.sort_unstable_by_key(key);
        }
    }
}

/// Columns of the file.
struct Columns {
    trip: Option<usize>,
    stop: Option<usize>,
    sequence: Option<usize>,
    arrival: Option<usize>,
    departure: Option<usize>,
    distance: Option<usize>,
    timepoint: Option<usize>,
    /// GTFS-Flex: what a row has in place of a stop.
    flexible: [Option<usize>; 4],
}

impl Columns {
    fn of(rows: &Rows<'_>, findings: &mut Findings) -> Self {
        Self {
            trip: rows.required("trip_id", findings),
            stop: rows.required("stop_id", findings),
            sequence: rows.required("stop_sequence", findings),
            arrival: rows.required("arrival_time", findings),
            departure: rows.required("departure_time", findings),
            distance: rows.column("shape_dist_traveled"),
            timepoint: rows.column("timepoint"),
            flexible: [
                "location_id",
                "location_group_id",
                "start_pickup_drop_off_window",
                "end_pickup_drop_off_window",
            ]
            .map(|name| rows.column(name)),
        }
    }
}

/// Reads the usable rows.
pub(crate) fn stop_times(
    archive: &mut Archive<'_>,
    trips: &Trips,
    stops: &[Stop],
    stop_by_id: &FxHashMap<Box<str>, StopIdx>,
    findings: &mut Findings,
) -> Result<StopTimes, LoadError> {
    /// A row of a real feed is at least this long, so the reservation is never far too large.
    const ROW_BYTES_LEAST: u64 = 32;
    /// No more is reserved on the word of the zip's directory.
    const RESERVED_ROWS_MOST: u64 = 4_000_000;
    let mut rows = open_required(archive, "stop_times.txt", findings)?;
    let columns = Columns::of(&rows, findings);
    let expected = (rows.declared_bytes / ROW_BYTES_LEAST).min(RESERVED_ROWS_MOST);
    let mut kept = StopTimes { times: Vec::with_capacity(expected as usize), ..Default::default() };
    let mut stretch: Vec<Row> = Vec::new();
    let mut last_trip: Option<u32> = None;
    let mut ways = Ways::new(stops.len());
    while rows.next(findings)? {
        if is_flexible(&rows, &columns) {
            findings.add(rule::FLEX_ROW, rows.file, Some(rows.line()), || {
                "the row is of an on-demand service (GTFS-Flex), which has no fixed times: left out"
                    .to_owned()
            });
            continue;
        }
        let id = rows.bytes(columns.trip);
        let same = last_trip.filter(|t| trips.rows[*t as usize].id.as_bytes() == id);
        let Some(trip) = same.or_else(|| {
            let id = rows.text(columns.trip, findings);
            found(&trips.by_id, id, "trip_id", "trips.txt", &rows, findings)
        }) else {
            continue;
        };
        last_trip = Some(trip);
        let id = rows.bytes(columns.stop);
        let guess = ways.guess().filter(|stop| stops[stop.get()].id.as_bytes() == id);
        let Some(stop) = guess.or_else(|| {
            let id = rows.text(columns.stop, findings);
            found(stop_by_id, id, "stop_id", "stops.txt", &rows, findings)
        }) else {
            continue;
        };
        ways.went_to(stop);
        if place_of(stops, stop).is_none() {
            let id = &stops[stop.get()].id;
            findings.add(rule::STOP_WITHOUT_LOCATION, rows.file, Some(rows.line()), || {
                format!("stop {id:?} has no place: the row was left out")
            });
            continue;
        }
        if let Some(row) = row(&rows, &columns, trip, stop, findings) {
            if stretch.last().is_some_and(|last| last.trip != trip) {
                kept.push(&stretch);
                stretch.clear();
            }
            stretch.push(row);
        }
    }
    kept.push(&stretch);
    kept.finish();
    Ok(kept)
}

/// What `id` names in another file; a finding if nothing.
fn found<I: Copy>(
    by_id: &FxHashMap<Box<str>, I>,
    id: &str,
    column: &str,
    file: &str,
    rows: &Rows<'_>,
    findings: &mut Findings,
) -> Option<I> {
    let index = by_id.get(id).copied();
    if index.is_none() {
        foreign_key(rows.file, rows.line(), column, id, file, findings);
    }
    index
}

/// Which stop came after which: most rows go the way of an earlier trip, and to compare an id with the one
/// expected is cheaper than to look it up.
struct Ways {
    next: Vec<StopIdx>,
    last: Option<StopIdx>,
}

impl Ways {
    fn new(stops: usize) -> Self {
        Self { next: vec![StopIdx::default(); stops], last: None }
    }

    fn guess(&self) -> Option<StopIdx> {
        self.last.map(|last| self.next[last.get()])
    }

    fn went_to(&mut self, stop: StopIdx) {
        if let Some(last) = self.last.replace(stop) {
            self.next[last.get()] = stop;
        }
    }
}

/// Where a stop is; a platform without a place is where its station is.
pub(crate) fn place_of(stops: &[Stop], stop: StopIdx) -> Option<crate::place::LatLon> {
    let stop = &stops[stop.get()];
    stop.place.or_else(|| stops[stop.parent?.get()].place)
}

fn is_flexible(rows: &Rows<'_>, columns: &Columns) -> bool {
    columns.flexible.iter().any(|c| c.is_some() && !rows.bytes(*c).is_empty())
}

fn row(
    rows: &Rows<'_>,
    columns: &Columns,
    trip: u32,
    stop: StopIdx,
    findings: &mut Findings,
) -> Option<Row> {
    let Some(sequence) = rows.whole(columns.sequence, findings) else {
        findings.add(rule::MISSING_FIELD, rows.file, Some(rows.line()), || {
            "stop_sequence is missing: the row was left out".to_owned()
        });
        return None;
    };
    let arrival = rows.time(columns.arrival, findings);
    let departure =
        if rows.bytes(columns.arrival) == rows.bytes(columns.departure) && arrival.is_some() {
            arrival
        } else {
            rows.time(columns.departure, findings)
        };
    if arrival.is_some() != departure.is_some() {
        findings.add(rule::MISSING_ARRIVAL_OR_DEPARTURE, rows.file, Some(rows.line()), || {
            "only one of arrival_time and departure_time is given: it is taken for both".to_owned()
        });
    }
    Some(Row {
        trip,
        sequence,
        stop,
        arrival_s: arrival.or(departure).unwrap_or(NO_TIME),
        departure_s: departure.or(arrival).unwrap_or(NO_TIME),
        distance: rows.number(columns.distance, findings).map_or(f32::NAN, |d| d as f32),
        line: u32::try_from(rows.line()).unwrap_or(u32::MAX),
        timepoint: match rows.bytes(columns.timepoint) {
            b"1" => Some(true),
            b"0" => Some(false),
            _ => None,
        },
    })
}
