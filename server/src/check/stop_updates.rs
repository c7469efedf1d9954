//! The stops of a trip update: E002, E009, E036, E037, E040 to E046, E051.

use super::catalogue::{E002, E009, E036, E037, E040, E041, E042, E043, E044, E045, E046, E051};
use super::{Check, Found, subject};
use crate::gtfs_realtime::values::{STOP_NO_DATA, STOP_SKIPPED, TRIP_CANCELED, TRIP_DELETED};
use crate::gtfs_realtime::{StopTimeEvent, StopTimeUpdate, TripUpdate};
use transit::timetable::{FeedTables, StopTimeRow};

pub(super) fn check(check: &Check<'_>, found: &mut Found<'_>) {
    for (entity, id) in check.entities() {
        let Some(update) = &entity.trip_update else { continue };
        let trip = subject::of_update(id, update);
        no_stops(id, &trip, update, found);
        repeated_stop(check.tables(), id, &trip, update, found);
        let mut previous: Option<&StopTimeUpdate> = None;
        let mut walk = Walk::new(check.tables(), update);
        for stop in &update.stop_time_update {
            if let Some(previous) = previous.replace(stop) {
                same_as_before(id, &trip, previous, stop, found);
            }
            let known = walk.find(id, &trip, stop, found);
            contents(id, &trip, stop, found);
            if !known {
                // As the validator does: until this one is mended, the others of the trip are not looked at.
                break;
            }
        }
        walk.order(id, &trip, update, found);
    }
}

fn no_stops(id: &str, trip: &str, update: &TripUpdate, found: &mut Found<'_>) {
    let relationship = update.trip.as_ref().and_then(|t| t.schedule_relationship);
    // DELETED is younger than the validator: such a trip is not to be shown at all.
    let needs_none = matches!(relationship, Some(TRIP_CANCELED | TRIP_DELETED));
    if update.stop_time_update.is_empty() && !needs_none {
        found.add(
            E041,
            id,
            format!("{trip} doesn't have any stop_time_updates and isn't CANCELED"),
        );
    }
}

/// Once for each trip.
fn repeated_stop(
    tables: &FeedTables,
    id: &str,
    trip: &str,
    update: &TripUpdate,
    found: &mut Found<'_>,
) {
    if update.stop_time_update.iter().all(|s| s.stop_sequence.is_some()) {
        return;
    }
    let Some(row) = subject::trip_id(update.trip.as_ref()).and_then(|t| tables.trip(t)) else {
        return;
    };
    let mut seen = std::collections::BTreeSet::new();
    let again: Vec<&str> = tables
        .stop_times(row)
        .iter()
        .filter(|t| !seen.insert(t.stop))
        .map(|t| &*tables.stops[t.stop as usize].id)
        .collect();
    if !again.is_empty() {
        let message = format!(
            "{trip} visits stop_id [{}] more than once and GTFS-rt stop_time_update is missing stop_sequence \
             field - stop_sequence must be provided",
            again.join(", ")
        );
        found.add(E009, id, message);
    }
}

fn same_as_before(
    id: &str,
    trip: &str,
    previous: &StopTimeUpdate,
    stop: &StopTimeUpdate,
    found: &mut Found<'_>,
) {
    if let Some(sequence) = stop.stop_sequence.filter(|s| previous.stop_sequence == Some(*s)) {
        let message = format!(
            "{trip} has repeating stop_sequence {sequence} - stop_sequence must increase for each \
             stop_time_update"
        );
        found.add(E036, id, message);
    }
    let stop_id = stop.stop_id.as_deref().filter(|s| !s.is_empty());
    if let Some(stop_id) = stop_id.filter(|s| previous.stop_id.as_deref() == Some(s)) {
        let at = stop.stop_sequence.map_or_else(String::new, |s| format!(" at stop_sequence {s}"));
        let message = format!(
            "{trip} has repeating stop_id {stop_id}{at} - sequential stop_ids should be different"
        );
        found.add(E037, id, message);
    }
}

fn contents(id: &str, trip: &str, stop: &StopTimeUpdate, found: &mut Found<'_>) {
    if stop.stop_sequence.is_none() && stop.stop_id.is_none() {
        found.add(E040, id, format!("{trip} doesn't contain stop_id or stop_sequence"));
    }
    let at = format!("{trip} {}", subject::of_stop(stop));
    let events = [("arrival", stop.arrival), ("departure", stop.departure)];
    let given = events.into_iter().filter_map(|(name, event)| Some((name, event?)));
    let relationship = stop.schedule_relationship;
    if relationship == Some(STOP_NO_DATA) {
        for (name, _) in given.clone() {
            let message = format!("{at} has {name} and schedule_relationship of NO_DATA");
            found.add(E042, id, message);
        }
    }
    let needs_none = matches!(relationship, Some(STOP_SKIPPED | STOP_NO_DATA));
    if given.clone().next().is_none() && !needs_none {
        found.add(E043, id, format!("{at} doesn't have arrival or departure"));
    }
    if relationship != Some(STOP_SKIPPED) {
        for (name, event) in given {
            if event.delay.is_none() && event.time.is_none() {
                found.add(E044, id, format!("{at} {name} doesn't have delay or time"));
            }
        }
    }
}

/// Both lists of stops side by side, each walked once.
struct Walk<'a> {
    tables: &'a FeedTables,
    times: Option<&'a [StopTimeRow]>,
    next: usize,
    /// Given, or taken from the stop times where only a stop id is given.
    sequences: Vec<u32>,
    took_from_stop_id: bool,
}

impl<'a> Walk<'a> {
    fn new(tables: &'a FeedTables, update: &TripUpdate) -> Self {
        let row = subject::trip_id(update.trip.as_ref()).and_then(|t| tables.trip(t));
        let times = row.map(|r| tables.stop_times(r)).filter(|t| !t.is_empty());
        Self { tables, times, next: 0, sequences: Vec::new(), took_from_stop_id: false }
    }

    /// Goes on to the stop time that `stop` means. False if it gives a `stop_sequence` that does not follow.
    fn find(&mut self, id: &str, trip: &str, stop: &StopTimeUpdate, found: &mut Found<'_>) -> bool {
        self.sequences.extend(stop.stop_sequence);
        let Some(times) = self.times else { return true };
        let start = self.next;
        while let Some(time) = times.get(self.next) {
            self.next += 1;
            let gtfs_stop = &*self.tables.stops[time.stop as usize].id;
            if let Some(sequence) = stop.stop_sequence {
                if sequence == time.sequence {
                    agree(id, trip, stop, sequence, gtfs_stop, found);
                    has_time(id, trip, stop, time, found);
                    return true;
                }
            } else if stop.stop_id.as_deref() == Some(gtfs_stop) {
                self.sequences.push(time.sequence);
                self.took_from_stop_id = true;
                has_time(id, trip, stop, time, found);
                return true;
            }
        }
        let Some(sequence) = stop.stop_sequence.filter(|_| start < times.len()) else {
            return true;
        };
        // The validator goes on from the last match and reports what lies behind it too; so do we, but say so.
        let exists = times.binary_search_by_key(&sequence, |t| t.sequence).is_ok();
        let why = if exists {
            "that GTFS stop_times.txt has for this trip only before the one that came last"
        } else {
            "that does not exist in GTFS stop_times.txt for this trip"
        };
        found.add(E051, id, format!("GTFS-rt {trip} contains stop_sequence {sequence} {why}"));
        false
    }

    fn order(&self, id: &str, trip: &str, update: &TripUpdate, found: &mut Found<'_>) {
        const WHY: &str = "is not strictly sorted by increasing stop_sequence";
        if !self.sequences.is_sorted_by(|a, b| a < b) {
            let list = list(self.sequences.iter().map(u32::to_string));
            found.add(E002, id, format!("{trip} stop_sequence {list} {WHY}"));
        } else if self.took_from_stop_id && self.sequences.len() < update.stop_time_update.len() {
            // Stops that were not found behind the one before are out of order.
            let list = list(update.stop_time_update.iter().filter_map(|s| s.stop_id.clone()));
            found.add(E002, id, format!("{trip} stop_sequence for stop_ids {list} {WHY}"));
        }
    }
}

fn list(items: impl Iterator<Item = String>) -> String {
    /// A trip's list is shown so far.
    const SHOWN: usize = 200;
    format!("[{}]", items.take(SHOWN).collect::<Vec<_>>().join(", "))
}

fn agree(
    id: &str,
    trip: &str,
    stop: &StopTimeUpdate,
    sequence: u32,
    gtfs_stop: &str,
    found: &mut Found<'_>,
) {
    if let Some(stop_id) = stop.stop_id.as_deref().filter(|s| *s != gtfs_stop) {
        let message = format!(
            "GTFS-rt {trip} stop_sequence {sequence} has stop_id {stop_id} but GTFS stop_sequence {sequence} \
             has stop_id {gtfs_stop} - stop_ids should be the same"
        );
        found.add(E045, id, message);
    }
}

fn has_time(
    id: &str,
    trip: &str,
    stop: &StopTimeUpdate,
    gtfs: &StopTimeRow,
    found: &mut Found<'_>,
) {
    let events: [(&str, Option<StopTimeEvent>, Option<i32>); 2] = [
        ("arrival", stop.arrival, gtfs.arrival_s),
        ("departure", stop.departure, gtfs.departure_s),
    ];
    for (name, event, scheduled) in events {
        if event.is_some_and(|e| e.time.is_none()) && scheduled.is_none() {
            let message = format!(
                "GTFS-rt {trip} {} {name}.time isn't set and GTFS doesn't have {name}_time in stop_times.txt",
                subject::of_stop(stop)
            );
            found.add(E046, id, message);
        }
    }
}
