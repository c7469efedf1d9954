//! Incidents: what a dispatcher may act on.

use super::{Context, heading, marks, number_head, stop_path, vehicle_path};
use crate::format::stopwatch;
use crate::office;
use api::{Feed, Incident, IncidentKind, IncidentList};
use leptos::prelude::*;

/// `/incidents`.
pub(super) fn page(context: Context<'_>, list: &IncidentList) -> AnyView {
    let text = context.voice.text;
    view! {
        {heading(context, text.incidents.into_any(), None, None)}
        {if list.incidents.is_empty() {
            let heard = context.shell.status.feeds.iter().any(Feed::is_heard);
            let words = if heard { text.no_incidents } else { text.incidents_unknown };
            view! { <p class="empty">{words}</p> }.into_any()
        } else {
            table(context, &list.incidents, true)
        }}
    }
    .into_any()
}

/// A table of incidents; `with_route` where they are of several routes.
pub(super) fn table(context: Context<'_>, incidents: &[Incident], with_route: bool) -> AnyView {
    let text = context.voice.text;
    // What can still be acted on stands first.
    let (open, past): (Vec<&Incident>, Vec<&Incident>) =
        incidents.iter().partition(|incident| incident.closed_at.is_none());
    let rows = open.into_iter().chain(past).map(|incident| row(context, incident, with_route));
    view! {
        <div class="scroll"><table class="board">
            <thead><tr>
                <th scope="col">{text.status}</th>
                {with_route.then(|| number_head(context))}
                <th scope="col">{text.place}</th><th scope="col" class="num">{text.value}</th>
                <th scope="col" class="num wide">{text.since}</th><th scope="col" class="num wide">{text.until}</th>
            </tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table></div>
    }
    .into_any()
}

fn row(context: Context<'_>, incident: &Incident, with_route: bool) -> AnyView {
    let (voice, text) = (context.voice, context.voice.text);
    let open = incident.closed_at.is_none();
    let state = match (incident.suppressed, open) {
        (true, _) => text.suppressed,
        (_, true) => text.open_now,
        _ => text.closed,
    };
    let badge = match (&incident.route_id, &incident.route_short_name) {
        (Some(id), Some(name)) => Some(marks::route_badge(id, name)),
        (Some(id), None) => Some(marks::route_badge(id, id)),
        _ => None,
    };
    view! {
        <tr class=if open { "open" } else { "past" }>
            <th scope="row" title=incident.suppressed.then_some(text.suppressed_note)>
                <span class=format!("kind {}", kind_class(incident.kind))>{text.kind(incident.kind)}</span>
                <small class="block">{state}<span class="narrow">" · "{voice.time(incident.opened_at)}</span></small>
                {office::fresh::link_of(context, incident)}
            </th>
            {with_route.then(|| view! { <td>{badge}</td> })}
            <td>{place(incident)}</td>
            <td class="num">{value(context, incident)}{meaning(context, incident).map(|words| view! { <small class="block">{words}</small> })}</td>
            <td class="num wide">{voice.time(incident.opened_at)}<small class="block">{voice.ago(incident.opened_at)}</small></td>
            <td class="num wide">{incident.closed_at.map_or_else(|| "—".to_owned(), |at| voice.time(at))}</td>
        </tr>
    }
    .into_any()
}

const fn kind_class(kind: IncidentKind) -> &'static str {
    match kind {
        IncidentKind::Bunching => "bunched",
        IncidentKind::Gap => "gapped",
        IncidentKind::Ghost | IncidentKind::OffRoute | IncidentKind::FeedDown => "other",
    }
}

fn place(incident: &Incident) -> AnyView {
    let stop = match (&incident.stop_id, &incident.stop_name) {
        (Some(id), name) => {
            let name = name.clone().unwrap_or_else(|| id.clone());
            Some(view! { <a href=stop_path(id)>{name}</a> })
        }
        _ => None,
    };
    let vehicle = incident.vehicle_id.as_ref().map(|id| {
        view! { <a class="block" href=vehicle_path(id)>{id.clone()}</a> }
    });
    view! { {stop}{vehicle}{incident.feed_id.clone()} }.into_any()
}

/// What the value is, where the kind of the incident does not say it.
fn meaning(context: Context<'_>, incident: &Incident) -> Option<String> {
    let headway = matches!(incident.kind, IncidentKind::Bunching | IncidentKind::Gap);
    headway.then(|| context.voice.text.headway.to_lowercase())
}

fn value(context: Context<'_>, incident: &Incident) -> String {
    match incident.kind {
        IncidentKind::OffRoute => context.voice.distance(incident.value),
        _ => stopwatch(incident.value.round() as i64),
    }
}
