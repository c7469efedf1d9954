//! The header, and one message after another: E017, E018, E038, E039, E048, E049, W001 (header), W007, W008.

use super::catalogue::{E001, E017, E018, E038, E039, E048, E049, E050, W001, W007, W008};
use super::timestamps::{FUTURE_TOLERANCE_S, is_posix, local_time};
use super::{Check, Found};
use crate::gtfs_realtime::FeedMessage;

const REFRESH_MOST_S: u64 = 35;
const AGE_MOST_S: i64 = 65;
/// Versions that the standard has had.
const VERSIONS: [&str; 2] = ["1.0", "2.0"];

pub(super) fn check(check: &Check<'_>, found: &mut Found<'_>) {
    version(check, found);
    if let Some(timestamp) = timestamp_of(check.feed) {
        age(check, timestamp, found);
        sequence(check, timestamp, found);
    } else if is_version_2(check.feed) {
        let message =
            "Header does not have a timestamp and gtfs_realtime_version is v2.0 or higher";
        found.add(E048, "", message.to_owned());
    } else {
        found.add(W001, "", "header does not have a timestamp".to_owned());
    }
}

/// The header's timestamp; 0 means that there is none.
pub(super) fn timestamp_of(feed: &FeedMessage) -> Option<u64> {
    feed.header.as_ref().and_then(|h| h.timestamp).filter(|t| *t != 0)
}

/// A version that cannot be read is taken for the newer one, as the validator does.
fn is_version_2(feed: &FeedMessage) -> bool {
    let version = feed.header.as_ref().and_then(|h| h.gtfs_realtime_version.as_deref());
    version.unwrap_or_default().trim().parse::<f32>().map_or(true, |v| v >= 2.0)
}

fn version(check: &Check<'_>, found: &mut Found<'_>) {
    let Some(header) = &check.feed.header else { return };
    if let Some(version) = &header.gtfs_realtime_version {
        if !VERSIONS.contains(&version.as_str()) {
            let message = format!("header.gtfs_realtime_version of {version} is invalid");
            found.add(E038, "", message);
        }
        let readable = version.trim().parse::<f32>().is_ok();
        if readable && is_version_2(check.feed) && header.incrementality.is_none() {
            let message =
                "Header does not have incrementality and gtfs_realtime_version is v2.0 or higher";
            found.add(E049, "", message.to_owned());
        }
    }
    if header.incrementality.unwrap_or_default() == crate::gtfs_realtime::values::FULL_DATASET {
        for (entity, id) in check.entities() {
            if let Some(deleted) = entity.is_deleted {
                let message = format!(
                    "entity ID {id} has is_deleted={deleted} - FULL_DATASET feeds should not include \
                     is_deleted field"
                );
                found.add(E039, id, message);
            }
        }
    }
}

fn age(check: &Check<'_>, timestamp: u64, found: &mut Found<'_>) {
    if !is_posix(timestamp) {
        found.add(E001, "", "header.timestamp is not POSIX time".to_owned());
        return;
    }
    let age_s = check.now - timestamp as i64;
    let (minutes, seconds) = (age_s.abs() / 60, age_s.abs() % 60);
    if age_s > AGE_MOST_S {
        let message = format!(
            "header.timestamp is {minutes} min {seconds} sec old which is greater than the recommended age \
             of {AGE_MOST_S} seconds"
        );
        found.add(W008, "", message);
    }
    if age_s < -FUTURE_TOLERANCE_S {
        let message = format!(
            "header.timestamp {} ({timestamp}) is {minutes} min {seconds} sec greater than {} ({}) - the \
             current time",
            local_time(check, timestamp as i64),
            local_time(check, check.now),
            check.now
        );
        found.add(E050, "", message);
    }
}

fn sequence(check: &Check<'_>, timestamp: u64, found: &mut Found<'_>) {
    let Some(previous) = check.previous.filter(|p| *p != check.feed) else { return };
    let Some(before) = timestamp_of(previous) else { return };
    if timestamp == before {
        let message = format!(
            "header.timestamp of {timestamp} was the same for this and the previous feed iteration but the \
             feed content was not the same"
        );
        found.add(E017, "", message);
    } else if timestamp < before {
        let message = format!(
            "header.timestamp of {timestamp} is less than the header.timestamp of {before} from the previous \
             feed iteration"
        );
        found.add(E018, "", message);
    } else if timestamp - before > REFRESH_MOST_S {
        let interval = timestamp - before;
        let message = format!(
            "{interval} second interval between consecutive header.timestamps, more than the recommended \
             {REFRESH_MOST_S} seconds"
        );
        found.add(W007, "", message);
    }
}
