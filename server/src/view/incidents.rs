//! Incidents on the wire.

use super::View;
use api::{Incident, IncidentList};
use transit::IncidentKind;
use transit::monitor::IncidentState;

impl View {
    /// Open incidents and the last hour's, newest first.
    pub fn incidents(&self) -> IncidentList {
        let incidents = self.snapshot().incidents.iter().map(|i| self.incident(i)).collect();
        IncidentList { at: self.snapshot().at, incidents }
    }

    /// An incident.
    pub fn incident(&self, state: &IncidentState) -> Incident {
        let timetable = self.timetable();
        let i = &state.incident;
        let route = i.route.map(|r| timetable.route(r));
        let stop = i.stop.map(|s| timetable.stop(s));
        let vehicle = i.vehicle.and_then(|v| self.vehicle_of(v));
        let place = vehicle.map(|v| v.place).or_else(|| stop.and_then(|s| s.place));
        Incident {
            incident_id: format!("{}-{}", self.published.start, i.number),
            kind: incident_kind(i.kind),
            route_id: route.map(|r| r.id.to_string()),
            route_short_name: i.route.map(|r| self.route_name(r).to_owned()),
            direction_id: i.direction,
            stop_id: stop.map(|s| s.id.to_string()),
            stop_name: stop.map(|s| self.translated(&s.name).to_owned()),
            vehicle_id: vehicle.map(|v| v.vehicle_id.to_string()),
            trip_id: i.instance.map(|t| timetable.trip(t.trip).id.to_string()),
            feed_id: i.feed.map(|f| self.feed_id(f.get())),
            opened_at: i.opened_at,
            closed_at: i.closed_at,
            value: i.value,
            suppressed: state.suppressed,
            lat: place.map(|p| p.lat),
            lon: place.map(|p| p.lon),
        }
    }
}

/// The kind on the wire.
pub const fn incident_kind(kind: IncidentKind) -> api::IncidentKind {
    match kind {
        IncidentKind::Bunching => api::IncidentKind::Bunching,
        IncidentKind::Gap => api::IncidentKind::Gap,
        IncidentKind::Ghost => api::IncidentKind::Ghost,
        IncidentKind::OffRoute => api::IncidentKind::OffRoute,
        IncidentKind::FeedDown => api::IncidentKind::FeedDown,
    }
}
