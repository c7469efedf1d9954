//! Rows of `stop_times.txt` to trips and patterns.

use super::finding::{Findings, rule};
use super::stop_times::{NO_TIME, Row, StopTimes};
use super::tables::Trips;
use crate::ids::{BlockIdx, PatternIdx, RouteIdx, StopIdx, TripIdx};
use crate::timetable::{Frequency, StopTime, Trip};
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};

const FILE: &str = "stop_times.txt";

/// Stops of one trip at most: a stop position is a `u16`.
const STOPS_MOST: usize = 10_000;

/// A pattern before it is laid on its line.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Draft {
    pub(crate) route: RouteIdx,
    pub(crate) direction: Option<u8>,
    pub(crate) shape: Option<u32>,
    pub(crate) stops: Vec<StopIdx>,
    pub(crate) sequences: Vec<u32>,
}

/// Trips and their patterns, times not yet interpolated.
#[derive(Default)]
pub(crate) struct Assembled {
    pub(crate) drafts: Vec<Draft>,
    /// Of each draft: at how many of its trips each stop is a timepoint.
    pub(crate) timepoints: Vec<Vec<u32>>,
    /// `shape_dist_traveled` at the stops of each draft, of its first trip that has them all.
    pub(crate) distances: Vec<Vec<f32>>,
    pub(crate) trips: Vec<Trip>,
    /// Of each trip: its headsign's number.
    pub(crate) headsigns: Vec<u32>,
    pub(crate) stop_times: Vec<StopTime>,
    pub(crate) frequencies: Vec<Frequency>,
    pub(crate) blocks: Vec<(u32, Vec<TripIdx>)>,
    by_hash: FxHashMap<u64, Vec<PatternIdx>>,
    block_numbers: FxHashMap<u32, BlockIdx>,
}

/// Puts together every trip with at least two usable stop times.
pub(crate) fn assemble(
    trips: &mut Trips,
    mut rows: StopTimes,
    mut frequencies: FxHashMap<u32, Vec<Frequency>>,
    findings: &mut Findings,
) -> Assembled {
    let (times, scattered) = (rows.take_times(), rows.scattered());
    let mut assembled = Assembled::default();
    // Times stay where they stand. In a file that is not by trip most are put together anew.
    let apart = if 2 * scattered > times.len() {
        assembled.stop_times.reserve_exact(times.len());
        Some(times)
    } else {
        assembled.stop_times = times;
        // Grown by doubling it would for a moment hold the largest table three times.
        assembled.stop_times.reserve_exact(scattered);
        None
    };
    let mut groups = rows.by_trip().peekable();
    let mut usable: Vec<Row> = Vec::new();
    for number in 0..trips.rows.len() as u32 {
        usable.clear();
        let mut place = None;
        if let Some((_, rows)) = groups.next_if(|(trip, _)| *trip == number) {
            rows.read(apart.as_ref().unwrap_or(&assembled.stop_times), &mut usable);
            place = rows.place().filter(|_| apart.is_none());
        }
        let trip = &mut trips.rows[number as usize];
        clean(&mut usable, &trip.id, findings);
        if usable.len() < 2 {
            let (id, left) = (&trip.id, usable.len());
            findings.add(rule::UNUSABLE_TRIP, "trips.txt", Some(trip.line), || {
                format!("trip {id:?} has {left} usable stop times, fewer than two: left out")
            });
            continue;
        }
        let index = TripIdx::from(assembled.trips.len());
        let pattern = assembled.pattern(draft(trip, &usable), &usable);
        let block = trip.block.map(|block| assembled.block(block, index));
        let of_trip = frequencies.remove(&number).unwrap_or_default();
        let range = match of_trip.len() {
            0 => (0, 0),
            n => (assembled.frequencies.len() as u32, n as u16),
        };
        assembled.frequencies.extend(of_trip);
        let times = assembled.put_times(place, &usable);
        assembled.headsigns.push(trip.headsign);
        assembled.trips.push(Trip {
            id: std::mem::take(&mut trip.id),
            pattern,
            service: trip.service,
            block,
            times,
            frequencies: range,
        });
    }
    assembled
}

impl Assembled {
    fn pattern(&mut self, draft: Draft, rows: &[Row]) -> PatternIdx {
        let mut hasher = FxHasher::default();
        draft.hash(&mut hasher);
        let same_hash = self.by_hash.entry(hasher.finish()).or_default();
        let known = same_hash.iter().copied().find(|p| self.drafts[p.get()] == draft);
        let index = known.unwrap_or_else(|| {
            let index = PatternIdx::from(self.drafts.len());
            same_hash.push(index);
            self.drafts.push(draft);
            self.distances.push(Vec::new());
            self.timepoints.push(vec![0; rows.len()]);
            index
        });
        for (count, waits) in self.timepoints[index.get()].iter_mut().zip(timepoints(rows)) {
            *count += u32::from(waits);
        }
        let distances = &mut self.distances[index.get()];
        if distances.is_empty() && rows.iter().all(|r| r.distance.is_finite()) {
            distances.extend(rows.iter().map(|r| r.distance));
        }
        index
    }

    /// Puts the times of a trip where they stood, of which they may have become fewer; else behind all others.
    fn put_times(&mut self, place: Option<usize>, rows: &[Row]) -> u32 {
        let start = place.unwrap_or(self.stop_times.len());
        if place.is_none() {
            self.stop_times.resize(start + rows.len(), StopTime::default());
        }
        for (time, row) in self.stop_times[start..].iter_mut().zip(rows) {
            *time = StopTime { arrival_s: row.arrival_s, departure_s: row.departure_s };
        }
        start as u32
    }

    fn block(&mut self, number: u32, trip: TripIdx) -> BlockIdx {
        let next = BlockIdx::from(self.blocks.len());
        let index = *self.block_numbers.entry(number).or_insert(next);
        if index == next {
            self.blocks.push((number, Vec::new()));
        }
        self.blocks[index.get()].1.push(trip);
        index
    }
}

/// Leaves the rows of one trip with sequences strictly increasing, times never decreasing, and a time at
/// both ends.
fn clean(rows: &mut Vec<Row>, trip: &str, findings: &mut Findings) {
    rows.dedup_by(|row, kept| {
        let same = row.sequence == kept.sequence;
        if same {
            findings.add(rule::DUPLICATE_KEY, FILE, Some(row.line.into()), || {
                format!("trip {trip:?} has stop_sequence {} twice: left out", row.sequence)
            });
        }
        same
    });
    if rows.len() > STOPS_MOST {
        findings.add(rule::UNUSABLE_TRIP, FILE, Some(rows[STOPS_MOST].line.into()), || {
            format!("trip {trip:?} has more than {STOPS_MOST} stop times: the rest was left out")
        });
        rows.truncate(STOPS_MOST);
    }
    let timed = |row: &Row| row.arrival_s != NO_TIME;
    let first = rows.iter().position(timed);
    let last = rows.iter().rposition(timed);
    let ends = first.zip(last).map_or(0..0, |(first, last)| first..last + 1);
    if ends.len() < rows.len() {
        let line = rows.iter().find(|r| !timed(r)).map(|r| r.line.into());
        findings.add(rule::MISSING_TRIP_EDGE, FILE, line, || {
            format!(
                "trip {trip:?} has no time at its first or last stop: shortened to its timed part"
            )
        });
        rows.truncate(ends.end);
        rows.drain(..ends.start);
    }
    let mut latest = i32::MIN;
    let mut reported = false;
    for row in rows.iter_mut().filter(|r| timed(r)) {
        if (row.arrival_s < latest || row.departure_s < row.arrival_s) && !reported {
            reported = true;
            findings.add(rule::TIMES_DECREASE, FILE, Some(row.line.into()), || {
                format!("trip {trip:?} goes back in time here: raised to the latest time before")
            });
        }
        row.arrival_s = row.arrival_s.max(latest);
        row.departure_s = row.departure_s.max(row.arrival_s);
        latest = row.departure_s;
    }
}

fn draft(trip: &super::tables::TripRow, rows: &[Row]) -> Draft {
    Draft {
        route: trip.route,
        direction: trip.direction,
        shape: trip.shape,
        stops: rows.iter().map(|r| r.stop).collect(),
        sequences: rows.iter().map(|r| r.sequence).collect(),
    }
}

/// Where an early bus waits. Without the column "all times are exact", says the reference; but that does
/// not make buses wait at every stop. They wait where the feed says so, where alone it gives times, and at
/// the start.
fn timepoints(rows: &[Row]) -> impl Iterator<Item = bool> {
    let some_untimed = rows.iter().any(|r| r.arrival_s == NO_TIME);
    let last = rows.len() - 1;
    rows.iter().enumerate().map(move |(i, row)| {
        let alone_timed = some_untimed && row.arrival_s != NO_TIME && i != last;
        row.timepoint.unwrap_or(i == 0 || alone_timed)
    })
}
