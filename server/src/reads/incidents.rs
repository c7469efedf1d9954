//! Incidents of the live picture and of the record.

use super::{Reads, unreadable};
use crate::problem::ProblemResponse;
use crate::record::IncidentRow;
use crate::store::{IncidentQuery, Window};
use crate::view::{View, incident_kind};
use api::{Incident, IncidentList};
use transit::IncidentKind;

/// Which incidents.
#[derive(Clone, Copy, Debug)]
pub struct IncidentsAsked<'a> {
    /// Only of this kind, by its wire name.
    pub kind: Option<&'a str>,
    /// Only of this route.
    pub route_id: Option<&'a str>,
    /// Open within it; `None` for the open ones and the last hour's.
    pub window: Option<(i64, i64)>,
    /// At most so many.
    pub limit: usize,
}

const KINDS: [IncidentKind; 5] = [
    IncidentKind::Bunching,
    IncidentKind::Gap,
    IncidentKind::Ghost,
    IncidentKind::OffRoute,
    IncidentKind::FeedDown,
];

impl Reads {
    /// Incidents, newest first.
    pub async fn incidents(
        &self,
        view: &View,
        asked: &IncidentsAsked<'_>,
    ) -> Result<IncidentList, ProblemResponse> {
        let kind = asked.kind.map(kind_of).transpose()?.map(incident_kind);
        let Some((from, to)) = asked.window else {
            let mut list = view.incidents();
            list.incidents.retain(|i| {
                kind.is_none_or(|k| i.kind == k)
                    && asked.route_id.is_none_or(|r| i.route_id.as_deref() == Some(r))
            });
            list.incidents.truncate(asked.limit);
            return Ok(list);
        };
        let query = IncidentQuery {
            kind: asked.kind,
            route_id: asked.route_id,
            window: Window { from, to },
            limit: asked.limit as u32,
        };
        let rows = self.store.incidents(&query).await.map_err(|e| unreadable(&e))?;
        let incidents = rows.into_iter().filter_map(|row| incident(view, row)).collect();
        Ok(IncidentList { at: view.snapshot().at, incidents })
    }
}

fn kind_of(name: &str) -> Result<IncidentKind, ProblemResponse> {
    KINDS.into_iter().find(|k| k.name() == name).ok_or_else(|| {
        let names: Vec<&str> = KINDS.iter().map(|k| k.name()).collect();
        ProblemResponse::bad_request(format!("kind={name}: one of {}", names.join(", ")))
    })
}

/// A row with the names of today; the things of an earlier timetable keep their ids.
fn incident(view: &View, row: IncidentRow) -> Option<Incident> {
    let timetable = view.timetable();
    let route = row.route_id.as_deref().and_then(|id| timetable.route_by_id(id));
    let stop = row.stop_id.as_deref().and_then(|id| timetable.stop_by_id(id));
    let stop = stop.map(|s| timetable.stop(s));
    let place = stop.and_then(|s| s.place);
    Some(Incident {
        kind: incident_kind(kind_of(&row.kind).ok()?),
        incident_id: row.incident_id,
        route_short_name: route.map(|r| view.route_name(r).to_owned()),
        route_id: row.route_id,
        direction_id: row.direction_id.and_then(|d| u8::try_from(d).ok()),
        stop_name: stop.map(|s| view.translated(&s.name).to_owned()),
        stop_id: row.stop_id,
        vehicle_id: row.vehicle_id,
        trip_id: row.trip_id,
        feed_id: row.feed_id,
        opened_at: row.opened_at,
        closed_at: row.closed_at,
        value: row.value,
        suppressed: false,
        lat: place.map(|p| p.lat),
        lon: place.map(|p| p.lon),
    })
}
