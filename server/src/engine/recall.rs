//! What the record knows of the time before this start: who passed each stop last, and until when each feed was
//! observed. With it a restart is no more than a silence of the feeds.

use super::Watch;
use crate::record::VisitRow;
use crate::store::{Store, StoreError, Window};
use std::sync::Arc;
use transit::flow::FlowConfig;
use transit::ids::FeedIdx;
use transit::{EpochS, Event, PastVisit, ServiceDate};

/// Entry of `meta` for a feed: the span in which it was observed last, `from until`, epoch seconds.
pub(super) fn observed_key(feed_id: &str) -> String {
    format!("observed:{feed_id}")
}

/// The value of that entry.
pub(super) fn observed_value((from, until): (EpochS, EpochS)) -> String {
    format!("{from} {until}")
}

fn observed_span(value: &str) -> Option<(EpochS, EpochS)> {
    let (from, until) = value.split_once(' ')?;
    Some((from.parse().ok()?, until.parse().ok()?))
}

/// Tells `watch` what the record knows. Returns how many visits that were.
///
/// # Errors
/// When the record cannot be read: the first headway of each stop is then unknown, and nothing else is lost.
pub async fn recall(
    watch: &mut Watch,
    store: &Store,
    now: EpochS,
    config: &FlowConfig,
) -> Result<usize, StoreError> {
    let mut last_until = None;
    let feeds = watch.feeds().to_vec();
    for (i, feed_id) in feeds.iter().enumerate() {
        let value = store.meta(&observed_key(feed_id)).await?;
        let Some((from, until)) = value.as_deref().and_then(observed_span) else { continue };
        watch.recall(now, &Event::Observed { feed: FeedIdx::from(i), from, until });
        last_until = last_until.max(Some(until).filter(|until| *until <= now));
    }
    let Some(until) = last_until else { return Ok(0) };
    let told_before = until - config.settle_s;
    let window = Window { from: until - config.service_break_s, to: now + 1 };
    let timetable = Arc::clone(watch.timetable());
    let route_ids: Vec<&str> = timetable.routes.iter().map(|r| &*r.id).collect();
    let visits = store.last_passages(&route_ids, window, told_before).await?;
    for visit in visits.iter().filter_map(|row| past_visit(row, told_before)) {
        watch.recall(now, &Event::PastVisit(visit));
    }
    Ok(visits.len())
}

fn past_visit(row: &VisitRow, told_before: EpochS) -> Option<PastVisit<'_>> {
    let passed_at = row.departure.or(row.arrival)?;
    Some(PastVisit {
        vehicle_id: &row.vehicle_id,
        trip_id: &row.trip_id,
        service_date: ServiceDate::parse(&format!("{:08}", row.service_date))?,
        start_s: row.start_s,
        stop_id: &row.stop_id,
        stop_sequence: u32::try_from(row.stop_sequence).ok()?,
        arrival: row.arrival,
        departure: row.departure,
        trip_named: row.trip_named,
        headway_told: passed_at <= told_before,
    })
}
