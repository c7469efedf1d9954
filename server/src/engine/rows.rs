//! Effects to rows of the record. Indices die with their timetable, so rows carry the feed's own ids.

use crate::record::{Batch, FeedHealthRow, HeadwayRow, IncidentRow, IntensityRow, VisitRow};
use std::collections::HashMap;
use transit::ids::VehicleIdx;
use transit::monitor::FeedState;
use transit::{
    Effect, EpochS, Headway, HeadwayStatus, Incident, Intensity, Monitor, ServiceDate, StopVisit,
    Timetable, TripInstance,
};

/// The timetable that the indices speak of and the fleet that they name.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    /// Routes, stops, trips.
    pub timetable: &'a Timetable,
    /// Vehicles.
    pub monitor: &'a Monitor,
    /// Feeds, by `FeedIdx`.
    pub feeds: &'a [String],
    /// What incident numbers count from: unique to this start of the server.
    pub epoch: &'a str,
}

/// Name of a band on the wire and in the record.
pub const fn status_name(status: HeadwayStatus) -> &'static str {
    match status {
        HeadwayStatus::Unknown => "unknown",
        HeadwayStatus::VeryBunched => "very_bunched",
        HeadwayStatus::Bunched => "bunched",
        HeadwayStatus::Even => "even",
        HeadwayStatus::Gapped => "gapped",
        HeadwayStatus::VeryGapped => "very_gapped",
    }
}

/// YYYYMMDD as a number.
pub fn date_number(date: ServiceDate) -> i32 {
    let date = date.to_date();
    i32::from(date.year()) * 10_000 + i32::from(date.month()) * 100 + i32::from(date.day())
}

/// Rows of the record as visits of the timetable in force; those that it does not know any more are left out.
/// Vehicles are numbered as they come.
pub fn visits(timetable: &Timetable, rows: &[VisitRow]) -> Vec<StopVisit> {
    let mut vehicles: HashMap<&str, VehicleIdx> = HashMap::new();
    let known = rows.iter().filter_map(|row| {
        let trip = timetable.trip_by_id(&row.trip_id)?;
        let service_date = ServiceDate::parse(&row.service_date.to_string())?;
        let pattern = timetable.trip(trip).pattern;
        let stops = timetable.pattern(pattern);
        let sequence = u32::try_from(row.stop_sequence).ok()?;
        let position = stops.stop_sequences.binary_search(&sequence).ok()?;
        let same = *timetable.stop(stops.stops[position]).id == *row.stop_id;
        let number = VehicleIdx::from(vehicles.len());
        let vehicle = *vehicles.entry(&row.vehicle_id).or_insert(number);
        same.then_some(StopVisit {
            instance: TripInstance { service_date, trip, start_s: row.start_s },
            pattern,
            stop_position: position as u16,
            vehicle,
            arrival: row.arrival,
            departure: row.departure,
            uncertainty_s: row.uncertainty_s as f32,
            trip_named: row.trip_named,
        })
    });
    known.collect()
}

impl Names<'_> {
    /// Adds what `effect` says to `batch`. Refusals are counted elsewhere.
    pub fn record(&self, effect: &Effect, batch: &mut Batch) {
        match effect {
            Effect::Rejected { .. } => {}
            Effect::Visit(visit) => batch.visits.push(self.visit(visit)),
            Effect::Headway(headway) => batch.headways.push(self.headway(headway)),
            Effect::Intensity(hour) => batch.intensity.push(self.intensity(hour)),
            Effect::IncidentOpened(incident) | Effect::IncidentClosed(incident) => {
                batch.incidents.push(self.incident(incident));
            }
        }
    }

    fn visit(&self, visit: &StopVisit) -> VisitRow {
        let t = self.timetable;
        let pattern = t.pattern(visit.pattern);
        let position = usize::from(visit.stop_position);
        let (scheduled_arrival, scheduled_departure) = t.scheduled(visit.instance, position);
        VisitRow {
            service_date: date_number(visit.instance.service_date),
            route_id: t.route(pattern.route).id.to_string(),
            direction_id: pattern.direction.map(i16::from),
            trip_id: t.trip(visit.instance.trip).id.to_string(),
            start_s: visit.instance.start_s,
            vehicle_id: self.monitor.vehicle_id(visit.vehicle).to_owned(),
            stop_id: t.stop(pattern.stops[position]).id.to_string(),
            stop_sequence: pattern.stop_sequences[position] as i32,
            scheduled_arrival,
            scheduled_departure,
            arrival: visit.arrival,
            departure: visit.departure,
            uncertainty_s: tenths(visit.uncertainty_s),
            trip_named: visit.trip_named,
        }
    }

    fn headway(&self, headway: &Headway) -> HeadwayRow {
        let t = self.timetable;
        HeadwayRow {
            service_date: date_number(headway.instance.service_date),
            route_id: t.route(headway.route).id.to_string(),
            direction_id: headway.direction.map(i16::from),
            stop_id: t.stop(headway.stop).id.to_string(),
            trip_id: t.trip(headway.instance.trip).id.to_string(),
            leader_trip_id: t.trip(headway.leader.trip).id.to_string(),
            vehicle_id: self.monitor.vehicle_id(headway.vehicle).to_owned(),
            at: headway.at,
            headway_s: headway.headway_s,
            scheduled_headway_s: headway.scheduled_headway_s,
            status: status_name(headway.status).to_owned(),
        }
    }

    fn intensity(&self, hour: &Intensity) -> IntensityRow {
        let t = self.timetable;
        IntensityRow {
            from_stop_id: t.stop(hour.from).id.to_string(),
            to_stop_id: t.stop(hour.to).id.to_string(),
            route_id: hour.route.map(|r| t.route(r).id.to_string()).unwrap_or_default(),
            hour: hour.hour,
            scheduled_vph: f64::from(hour.scheduled_vph),
            observed_vph: (hour.coverage > 0.0).then_some(f64::from(hour.observed_vph)),
            coverage: f64::from(hour.coverage),
        }
    }

    fn incident(&self, incident: &Incident) -> IncidentRow {
        let t = self.timetable;
        IncidentRow {
            incident_id: format!("{}-{}", self.epoch, incident.number),
            kind: incident.kind.name().to_owned(),
            route_id: incident.route.map(|r| t.route(r).id.to_string()),
            direction_id: incident.direction.map(i16::from),
            stop_id: incident.stop.map(|s| t.stop(s).id.to_string()),
            vehicle_id: incident.vehicle.map(|v| self.monitor.vehicle_id(v).to_owned()),
            trip_id: incident.instance.map(|i| t.trip(i.trip).id.to_string()),
            feed_id: incident.feed.and_then(|f| self.feeds.get(f.get()).cloned()),
            opened_at: incident.opened_at,
            closed_at: incident.closed_at,
            value: incident.value,
        }
    }
}

/// Half a tenth of a second more or less says nothing: rows stay short.
fn tenths(value: f32) -> f64 {
    (f64::from(value) * 10.0).round() / 10.0
}

/// Counts of a feed at the start of a minute, from which the minute's health is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct HealthMark {
    accepted: u64,
    rejected: u64,
}

impl HealthMark {
    /// The row of the minute that ends now; the mark moves on.
    pub fn row(&mut self, feed_id: &str, minute: EpochS, state: &FeedState) -> FeedHealthRow {
        let rejected: u64 = state.rejected.iter().sum();
        let row = FeedHealthRow {
            feed_id: feed_id.to_owned(),
            at: minute,
            accepted: state.accepted.saturating_sub(self.accepted) as i64,
            rejected: rejected.saturating_sub(self.rejected) as i64,
            age_s: state.age_s,
            matched_share: state.matched_share.map(f64::from),
            down: state.down,
        };
        *self = Self { accepted: state.accepted, rejected };
        row
    }
}
