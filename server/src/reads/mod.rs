//! What readers may ask: the live picture, joined with the record.

mod headways;
mod hours;
mod incidents;
mod past;
mod visits;

pub use headways::HeadwaysAsked;
pub use incidents::IncidentsAsked;

use crate::problem::ProblemResponse;
use crate::published::Publications;
use crate::store::{Store, StoreError};
use crate::view::{Language, TimetableViews, VehicleFilter, View};
use api::{RouteDetail, SegmentDetail, StopDetail, VehicleDetail};
use std::sync::Arc;
use transit::ids::{PatternIdx, RouteIdx, StopIdx};
use transit::monitor::IncidentState;

/// The live picture and the record.
#[derive(Clone)]
pub struct Reads {
    publications: Publications,
    timetables: Arc<TimetableViews>,
    store: Store,
}

/// When to ask again, seconds, when the record cannot be read.
const RETRY_S: u64 = 10;

impl Reads {
    /// Reads of what `publications` shows and `store` keeps.
    pub fn new(publications: Publications, timetables: Arc<TimetableViews>, store: Store) -> Self {
        Self { publications, timetables, store }
    }

    /// The record itself, for those that look for what no page asks.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The live picture as it comes.
    pub fn publications(&self) -> &Publications {
        &self.publications
    }

    /// The newest picture, in a language.
    pub fn view(&self, language: Language) -> View {
        let published = Arc::clone(&self.publications.borrow());
        let fixed = self.timetables.of(&published.snapshot.timetable);
        View { published, fixed, language }
    }

    /// The route of an id, or what to do.
    pub fn route(&self, view: &View, id: &str) -> Result<RouteIdx, ProblemResponse> {
        view.timetable().route_by_id(id).ok_or_else(|| unknown("route", id))
    }

    /// The stop of an id, or what to do.
    pub fn stop(&self, view: &View, id: &str) -> Result<StopIdx, ProblemResponse> {
        view.timetable().stop_by_id(id).ok_or_else(|| unknown("stop", id))
    }

    /// The pattern of a number, or what to do.
    pub fn pattern(&self, view: &View, number: &str) -> Result<PatternIdx, ProblemResponse> {
        let index = number.parse::<usize>().ok();
        index.filter(|i| *i < view.timetable().patterns.len()).map(PatternIdx::from).ok_or_else(|| {
            ProblemResponse::not_found(format!(
                "the timetable in force has no pattern {number}: numbers change when a timetable is \
                 loaded; take them from /api/v1/vehicles or /api/v1/routes/{{route_id}}"
            ))
        })
    }

    /// A vehicle with its run.
    pub fn vehicle_detail(&self, view: &View, id: &str) -> Result<VehicleDetail, ProblemResponse> {
        let vehicle = view.vehicle_by_id(id).ok_or_else(|| {
            ProblemResponse::not_found(format!(
                "nothing was heard of vehicle '{id}' lately: see /api/v1/vehicles for those that report"
            ))
        })?;
        Ok(VehicleDetail {
            at: view.snapshot().at,
            vehicle: view.vehicle(vehicle),
            stops: view.trip_stops(vehicle),
        })
    }

    /// A stop with its board.
    pub fn stop_detail(&self, view: &View, id: &str) -> Result<StopDetail, ProblemResponse> {
        Ok(view.stop_detail(self.stop(view, id)?))
    }
}

impl Reads {
    /// A route: its service, lines, vehicles, hours of today, incidents. Without the record the rest is
    /// still told.
    pub async fn route_detail(
        &self,
        view: &View,
        id: &str,
    ) -> Result<RouteDetail, ProblemResponse> {
        let route = self.route(view, id)?;
        let hours = self.route_hours(view, route).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "hours of a route cannot be read");
            Vec::new()
        });
        let filter = VehicleFilter { bounds: None, route: Some(route) };
        let of_route = |i: &&IncidentState| i.incident.route == Some(route);
        let incidents = view.snapshot().incidents.iter().filter(of_route);
        Ok(RouteDetail {
            at: view.snapshot().at,
            route: view.route(route),
            patterns: view.patterns_of(route),
            vehicles: view.vehicles(filter, usize::MAX).vehicles,
            hours,
            incidents: incidents.map(|i| view.incident(i)).collect(),
            alerts: view.alerts(Some(route), None).alerts,
        })
    }

    /// A segment by the hour. Without the record its hours are not told, but the last 60 minutes are.
    pub async fn segment_detail(
        &self,
        view: &View,
        from: &str,
        to: &str,
    ) -> Result<SegmentDetail, ProblemResponse> {
        let (start, end) = (self.stop(view, from)?, self.stop(view, to)?);
        let segment = view.fixed.segment_between(start, end).ok_or_else(|| {
            ProblemResponse::not_found(format!(
                "no route goes from stop '{from}' to stop '{to}' without a stop between: \
                 see /api/v1/segments"
            ))
        })?;
        let hours = self.segment_hours(view, segment).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "hours of a segment cannot be read");
            Vec::new()
        });
        let segment = view.segment(segment, view.segment_state(segment));
        Ok(SegmentDetail { at: view.snapshot().at, segment, hours })
    }
}

/// The record cannot be read: what a reader is told.
fn unreadable(error: &StoreError) -> ProblemResponse {
    tracing::warn!(%error, "the record cannot be read");
    let words =
        "the record cannot be read just now; the live picture goes on: try again in a moment";
    ProblemResponse::unavailable("record-down", words, RETRY_S)
}

fn unknown(what: &str, id: &str) -> ProblemResponse {
    ProblemResponse::not_found(format!(
        "the timetable has no {what} '{id}': see /api/v1/{what}s or /api/v1/search?q= for those that it has"
    ))
}
