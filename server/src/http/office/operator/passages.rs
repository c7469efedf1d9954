//! What the buses do and did at a stop, for who speaks with somebody that stands there.
//!
//! A claim's evidence belongs beside it while the caller is on the line: whoever computes it adds it to
//! [`api::DeskPassages`] here, by stop and time of [`Heard`].

use super::hear::{Heard, headsign};
use crate::reads::Reads;
use crate::view::View;
use api::{DeskPassages, DeskPassed, DeskThen};
use appeals::claim::WINDOW_S;
use transit::EpochS;
use transit::ids::StopIdx;
use transit::monitor::IncidentState;

/// Stops looked at: one, or both directions.
const STOPS_MAX: usize = 2;
/// Rows that come, and rows that left.
const ROWS_MAX: usize = 3;
/// Incidents shown.
const INCIDENTS_MAX: usize = 3;
/// What is younger stands on the board.
const PAST_S: EpochS = 15 * 60;
/// Longest wait that is looked into, seconds.
const WAIT_MAX_S: i64 = 3 * 3_600;
/// Rows of the past.
const PASSED_MAX: usize = 12;

/// At the stops that can be meant.
pub async fn passages(reads: &Reads, view: &View, heard: &Heard) -> Vec<DeskPassages> {
    let mut all = Vec::new();
    for stop in heard.stops.iter().take(STOPS_MAX) {
        all.push(at_stop(reads, view, heard, *stop).await);
    }
    all
}

async fn at_stop(reads: &Reads, view: &View, heard: &Heard, stop: StopIdx) -> DeskPassages {
    let detail = view.stop_detail(stop);
    // Of a route that does not pass here nothing can be told: all that do are shown.
    let passes = heard.route.is_some_and(|r| view.fixed.routes_at(stop).contains(&r));
    let route = heard.claim.route.as_ref().filter(|_| passes).map(|r| r.0.as_str());
    let is_route = |id: &str| route.is_none_or(|r| r == id);
    let concerns = |i: &&IncidentState| {
        let here = i.incident.stop == Some(stop);
        heard.route.map_or(here, |r| i.incident.route == Some(r))
    };
    let incidents = view.snapshot().incidents.iter().filter(concerns).take(INCIDENTS_MAX);
    let feeds = &view.snapshot().feeds;
    DeskPassages {
        headsign: headsign(view, heard.route.filter(|_| passes), stop),
        next: detail.next.into_iter().filter(|a| is_route(&a.route_id)).take(ROWS_MAX).collect(),
        last: detail.last.into_iter().filter(|d| is_route(&d.route_id)).take(ROWS_MAX).collect(),
        then: then(reads, view, heard, &detail.stop.stop_id, route).await,
        incidents: incidents.map(|i| view.incident(i)).collect(),
        feed_down: feeds.is_empty() || feeds.iter().any(|f| f.down),
        stop: detail.stop,
    }
}

/// Around the time that the person says, if it is over.
async fn then(
    reads: &Reads,
    view: &View,
    heard: &Heard,
    stop_id: &str,
    route: Option<&str>,
) -> Option<DeskThen> {
    let now = heard.line.at;
    let at = heard.line.event_at.filter(|at| *at < now - PAST_S)?;
    let waited = heard.line.wait_s.unwrap_or(0).clamp(0, WAIT_MAX_S);
    let (from, to) = (at - waited - WINDOW_S, (at + WINDOW_S).min(now));
    let Ok(visits) = reads.visits_at_stop(stop_id, route, (from, to)).await else {
        return Some(DeskThen { from, to, passed: Vec::new(), unreadable: true });
    };
    let mut passed: Vec<DeskPassed> = Vec::new();
    for visit in visits {
        let Some(at) = visit.departure.or(visit.arrival) else { continue };
        let name = view.timetable().route_by_id(&visit.route_id).map(|r| view.route_name(r));
        passed.push(DeskPassed {
            at,
            scheduled: visit.scheduled_departure,
            route_short_name: name.unwrap_or(&visit.route_id).to_owned(),
            vehicle_id: visit.vehicle_id,
            // Of several routes a gap says nothing.
            gap_s: passed.last().filter(|_| route.is_some()).map(|before| at - before.at),
        });
    }
    // Those nearest to the end of the wait.
    let surplus = passed.len().saturating_sub(PASSED_MAX);
    passed.drain(..surplus);
    Some(DeskThen { from, to, passed, unreadable: false })
}
