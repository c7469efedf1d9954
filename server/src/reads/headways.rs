//! Headways of the record, with the waits that they mean.

use super::{Reads, unreadable};
use crate::problem::ProblemResponse;
use crate::record::{FeedHealthRow, HeadwayRow};
use crate::store::{HeadwayQuery, Window};
use crate::view::View;
use api::{Headway, HeadwayList, HeadwayStatus, HeadwaySummary};
use std::collections::BTreeSet;
use transit::flow::wait::average_wait_s;

/// The record keeps health by the minute.
const MINUTE_S: i64 = 60;

/// Which headways.
#[derive(Clone, Copy, Debug)]
pub struct HeadwaysAsked<'a> {
    /// Of this route.
    pub route_id: &'a str,
    /// Only in this direction.
    pub direction_id: Option<u8>,
    /// Only at this stop.
    pub stop_id: Option<&'a str>,
    /// From (included) and to (excluded).
    pub window: (i64, i64),
    /// At most so many, the newest.
    pub limit: usize,
}

impl Reads {
    /// Headways, by time.
    pub async fn headways(
        &self,
        view: &View,
        asked: &HeadwaysAsked<'_>,
    ) -> Result<HeadwayList, ProblemResponse> {
        // An id that was in an earlier timetable may be in the record still: only what neither knows is a
        // mistake, and an empty list says that well enough for stops.
        let window = Window { from: asked.window.0, to: asked.window.1 };
        let query = HeadwayQuery {
            route_id: asked.route_id,
            direction_id: asked.direction_id.map(i16::from),
            stop_id: asked.stop_id,
            window,
            limit: asked.limit as u32,
        };
        let rows = self.store.headways(&query).await.map_err(|e| unreadable(&e))?;
        if rows.is_empty() {
            self.route(view, asked.route_id)?;
        }
        let coverage = self.coverage(view, window).await?;
        let summary = HeadwaySummary { coverage, ..summary(&rows) };
        let headways = rows.into_iter().map(headway).collect();
        Ok(HeadwayList { at: view.snapshot().at, headways, summary })
    }

    /// Share of the minutes of a window, up to now, in which some feed was up.
    async fn coverage(&self, view: &View, window: Window) -> Result<f32, ProblemResponse> {
        let feeds = view.snapshot().feeds.len().max(1) as i64;
        let to = window.to.min(view.snapshot().at);
        let minutes = ((to - window.from).max(0) + MINUTE_S - 1) / MINUTE_S;
        if minutes == 0 {
            return Ok(0.0);
        }
        let limit = u32::try_from(minutes * feeds).unwrap_or(u32::MAX);
        let window = Window { from: window.from, to };
        let rows = self.store.feed_health(None, window, limit).await.map_err(|e| unreadable(&e))?;
        let up = |row: &&FeedHealthRow| !row.down && row.accepted > 0;
        let seen: BTreeSet<i64> = rows.iter().filter(up).map(|r| r.at).collect();
        Ok((seen.len() as f32 / minutes as f32).min(1.0))
    }
}

/// The waits that headways mean. Pairs across a hole in the data are not known, and left out.
pub(super) fn summary(rows: &[HeadwayRow]) -> HeadwaySummary {
    let known: Vec<&HeadwayRow> =
        rows.iter().filter(|r| status(&r.status) != HeadwayStatus::Unknown).collect();
    let sum: f64 = known.iter().map(|r| f64::from(r.headway_s)).sum();
    let wait = average_wait_s(known.iter().map(|r| f64::from(r.headway_s)));
    let planned = average_wait_s(known.iter().filter_map(|r| r.scheduled_headway_s).map(f64::from));
    HeadwaySummary {
        count: rows.len() as u32,
        mean_headway_s: (!known.is_empty()).then(|| (sum / known.len() as f64) as f32),
        average_wait_s: wait.map(|w| w as f32),
        scheduled_wait_s: planned.map(|w| w as f32),
        excess_wait_s: wait.zip(planned).map(|(wait, planned)| (wait - planned) as f32),
        coverage: 0.0,
    }
}

fn headway(row: HeadwayRow) -> Headway {
    Headway {
        service_date: format!("{:08}", row.service_date),
        route_id: row.route_id,
        direction_id: row.direction_id.and_then(|d| u8::try_from(d).ok()),
        stop_id: row.stop_id,
        trip_id: row.trip_id,
        leader_trip_id: row.leader_trip_id,
        vehicle_id: row.vehicle_id,
        at: row.at,
        headway_s: row.headway_s,
        scheduled_headway_s: row.scheduled_headway_s,
        status: status(&row.status),
    }
}

/// A band by its wire name.
fn status(name: &str) -> HeadwayStatus {
    match name {
        "very_bunched" => HeadwayStatus::VeryBunched,
        "bunched" => HeadwayStatus::Bunched,
        "even" => HeadwayStatus::Even,
        "gapped" => HeadwayStatus::Gapped,
        "very_gapped" => HeadwayStatus::VeryGapped,
        _ => HeadwayStatus::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(headway_s: i32, status: &str) -> HeadwayRow {
        HeadwayRow {
            service_date: 20_260_105,
            route_id: "5".into(),
            direction_id: Some(0),
            stop_id: "A".into(),
            trip_id: "t".into(),
            leader_trip_id: "l".into(),
            vehicle_id: "v".into(),
            at: 0,
            headway_s,
            scheduled_headway_s: Some(600),
            status: status.into(),
        }
    }

    #[test]
    fn waits_weigh_long_headways_and_leave_out_the_unknown() {
        let rows = [row(300, "bunched"), row(900, "gapped"), row(5_000, "unknown")];
        let summary = summary(&rows);
        assert_eq!(summary.count, 3);
        assert_eq!(summary.mean_headway_s, Some(600.0));
        // (300² + 900²) / (2 · 1200) = 375, against 300 of an even 10 min service.
        assert_eq!(summary.average_wait_s, Some(375.0));
        assert_eq!(summary.excess_wait_s, Some(75.0));
    }
}
