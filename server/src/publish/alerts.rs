//! Open incidents that concern passengers, as GTFS-realtime alerts in three languages.

use super::{epoch, trip_descriptor};
use crate::gtfs_realtime::{
    Alert, EntitySelector, FeedEntity, TimeRange, TranslatedString, Translation, values,
};
use crate::notices::Notice;
use transit::monitor::IncidentState;
use transit::{Incident, IncidentKind, Snapshot};

/// Alerts of open incidents that are not suppressed. A feed that is down is the operator's matter.
/// The agencies' notices follow as they came.
pub(super) fn entities(snapshot: &Snapshot, notices: &[Notice]) -> Vec<FeedEntity> {
    let open = |s: &&IncidentState| !s.suppressed && s.incident.closed_at.is_none();
    let ours = snapshot.incidents.iter().filter(open);
    let theirs = notices.iter().enumerate().map(|(i, notice)| FeedEntity {
        id: Some(format!("notice:{i}")),
        alert: Some(Box::new((*notice.as_given).clone())),
        ..FeedEntity::default()
    });
    ours.filter_map(|s| entity(snapshot, &s.incident)).chain(theirs).collect()
}

fn entity(snapshot: &Snapshot, incident: &Incident) -> Option<FeedEntity> {
    let timetable = &*snapshot.timetable;
    let route = timetable.route(incident.route?);
    let name = if route.short_name.is_empty() { &route.long_name } else { &route.short_name };
    let (effect, severity_level) = match incident.kind {
        IncidentKind::FeedDown => return None,
        IncidentKind::Gap => (values::EFFECT_SIGNIFICANT_DELAYS, values::SEVERITY_WARNING),
        IncidentKind::Ghost => (values::EFFECT_REDUCED_SERVICE, values::SEVERITY_WARNING),
        IncidentKind::OffRoute => (values::EFFECT_DETOUR, values::SEVERITY_INFO),
        IncidentKind::Bunching => (values::EFFECT_MODIFIED_SERVICE, values::SEVERITY_INFO),
    };
    let stop = incident.stop.map(|s| timetable.stop(s));
    let informed = EntitySelector {
        route_id: Some(route.id.to_string()),
        direction_id: incident.direction.map(u32::from),
        stop_id: stop.map(|s| s.id.to_string()),
        // A ghost is one run that does not come; the others concern whoever waits at the stop.
        trip: incident
            .instance
            .filter(|_| incident.kind == IncidentKind::Ghost)
            .map(|i| trip_descriptor(timetable, i)),
        ..EntitySelector::default()
    };
    let minutes = (incident.value / 60.0).round().max(1.0) as i64;
    let alert = Alert {
        active_period: vec![TimeRange { start: epoch(incident.opened_at), end: None }],
        informed_entity: vec![informed],
        cause: Some(values::CAUSE_UNKNOWN),
        effect: Some(effect),
        url: None,
        header_text: Some(header(incident.kind, name, minutes)),
        description_text: None,
        severity_level: Some(severity_level),
    };
    Some(FeedEntity {
        id: Some(format!("incident:{}", incident.number)),
        alert: Some(Box::new(alert)),
        ..FeedEntity::default()
    })
}

fn header(kind: IncidentKind, route: &str, minutes: i64) -> TranslatedString {
    let [kk, ru, en] = match kind {
        IncidentKind::Gap => [
            format!("{route}: автобустар аралығы үлкен, {minutes} мин"),
            format!("{route}: большой интервал между автобусами, {minutes} мин"),
            format!("{route}: a long gap between buses, {minutes} min"),
        ],
        IncidentKind::Ghost => [
            format!("{route}: кестедегі рейс шықпады"),
            format!("{route}: рейс по расписанию не вышел"),
            format!("{route}: a scheduled run has not come"),
        ],
        IncidentKind::OffRoute => [
            format!("{route}: автобус бағыттан ауытқыды"),
            format!("{route}: автобус сошёл с маршрута"),
            format!("{route}: a bus has left its route"),
        ],
        IncidentKind::Bunching | IncidentKind::FeedDown => [
            format!("{route}: автобустар бірінен соң бірі келеді"),
            format!("{route}: автобусы идут один за другим"),
            format!("{route}: buses run one behind another"),
        ],
    };
    let translation = [("kk", kk), ("ru", ru), ("en", en)]
        .into_iter()
        .map(|(language, text)| Translation {
            text: Some(text),
            language: Some(language.to_owned()),
        })
        .collect();
    TranslatedString { translation }
}
