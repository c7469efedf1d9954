//! Timestamps of entities: E001, E012, E050, W001.

use super::catalogue::{E001, E012, E050, W001};
use super::header::timestamp_of;
use super::{Check, Found, subject};
use transit::EpochS;

/// 2005-01-01.
const POSIX_LEAST: u64 = 1_104_537_600;
/// 2033-02-10.
const POSIX_MOST: u64 = 1_991_620_134;
/// How far in the future a timestamp may be: clocks differ.
pub(super) const FUTURE_TOLERANCE_S: i64 = 60;

/// Whether it is plausibly in seconds since 1970 (and not, say, in milliseconds).
pub(super) fn is_posix(timestamp: u64) -> bool {
    (POSIX_LEAST..=POSIX_MOST).contains(&timestamp)
}

/// The agency's time of day, or UTC where there is no timetable.
pub(super) fn local_time(check: &Check<'_>, at: EpochS) -> String {
    let zone = check.schedule.timetable.map_or(jiff::tz::TimeZone::UTC, |t| t.zone.clone());
    jiff::Timestamp::from_second(at)
        .map_or_else(|_| at.to_string(), |t| t.to_zoned(zone).strftime("%H:%M:%S").to_string())
}

pub(super) fn check(check: &Check<'_>, found: &mut Found<'_>) {
    for (entity, id) in check.entities() {
        if let Some(update) = &entity.trip_update {
            let subject = subject::of_update(id, update);
            timestamp(check, id, &subject, update.timestamp, found);
        }
        if let Some(vehicle) = &entity.vehicle {
            let subject = format!("vehicle_id {}", subject::vehicle_id(vehicle));
            timestamp(check, id, &subject, vehicle.timestamp, found);
        }
        for range in entity.alert.iter().flat_map(|a| &a.active_period) {
            for (name, time) in [("start", range.start), ("end", range.end)] {
                if let Some(time) = time.filter(|t| !is_posix(*t)) {
                    let message = format!(
                        "alert in entity {id} active_period.{name} {time} is not POSIX time"
                    );
                    found.add(E001, id, message);
                }
            }
        }
    }
}

fn timestamp(
    check: &Check<'_>,
    id: &str,
    subject: &str,
    timestamp: Option<u64>,
    found: &mut Found<'_>,
) {
    let Some(timestamp) = timestamp.filter(|t| *t != 0) else {
        found.add(W001, id, format!("{subject} does not have a timestamp"));
        return;
    };
    if let Some(header) = timestamp_of(check.feed).filter(|h| timestamp > *h) {
        let message =
            format!("{subject} timestamp {timestamp} is greater than the header ({header})");
        found.add(E012, id, message);
    }
    if !is_posix(timestamp) {
        found.add(E001, id, format!("{subject} timestamp {timestamp} is not POSIX time"));
        return;
    }
    let ahead_s = timestamp as i64 - check.now;
    if ahead_s > FUTURE_TOLERANCE_S {
        let message = format!(
            "{subject} timestamp {} ({timestamp}) is {} min {} sec greater than {} ({}) - the current time",
            local_time(check, timestamp as i64),
            ahead_s / 60,
            ahead_s % 60,
            local_time(check, check.now),
            check.now
        );
        found.add(E050, id, message);
    }
}
