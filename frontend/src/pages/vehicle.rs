//! One vehicle with its run, and the table of a route's vehicles.

use super::{Context, deviation, fact, heading, marks, stop_path, vehicle_path};
use crate::office;
use crate::url::encode;
use api::{TripStop, Vehicle, VehicleDetail};
use leptos::prelude::*;

/// `/vehicles/{vehicle_id}`.
pub(super) fn page(context: Context<'_>, detail: &VehicleDetail) -> AnyView {
    let (text, vehicle) = (context.voice.text, &detail.vehicle);
    let name = vehicle.label.clone().unwrap_or_else(|| vehicle.vehicle_id.clone());
    let title = view! { {text.bus}" "{name} }.into_any();
    let on_map = format!("/?vehicle={}&follow=1", encode(&vehicle.vehicle_id));
    view! {
        {heading(context, title, None, Some(on_map))}
        <p class="way-line">{way(vehicle)}{marks::band(context, vehicle.headway_status)}</p>
        <dl class="facts">{facts(context, vehicle)}</dl>
        {(!vehicle.trip_named && vehicle.trip_id.is_some()).then(|| view! { <p class="note">{text.trip_inferred}</p> })}
        {office::citizen::say(context, &format!("vehicle={}", encode(&vehicle.vehicle_id)))}
        {office::fresh::link(context, &format!("vehicle={}", encode(&vehicle.vehicle_id)))}
        <section>
            <h2>{text.run}</h2>
            {if detail.stops.is_empty() {
                view! { <p class="empty">{text.no_trip}</p> }.into_any()
            } else {
                run(context, &detail.stops)
            }}
        </section>
    }
    .into_any()
}

fn way(vehicle: &Vehicle) -> AnyView {
    let badge = match (&vehicle.route_id, &vehicle.route_short_name) {
        (Some(id), Some(name)) => Some(marks::route_badge(id, name)),
        _ => None,
    };
    let headsign = vehicle.headsign.clone().map(|to| format!("→ {to}"));
    view! { {badge}<span class="headsign">{headsign}</span> }.into_any()
}

/// Where it is, in words.
fn place(context: Context<'_>, vehicle: &Vehicle) -> AnyView {
    let text = context.voice.text;
    if vehicle.off_route {
        return text.off_route.into_any();
    }
    if vehicle.layover {
        return text.layover.into_any();
    }
    match (&vehicle.next_stop_id, &vehicle.next_stop_name) {
        (Some(id), Some(name)) => {
            let words = if vehicle.at_stop { text.at_stop } else { text.next_stop };
            view! { {words}": "<a href=stop_path(id)>{name.clone()}</a> }.into_any()
        }
        _ => text.no_trip.into_any(),
    }
}

fn facts(context: Context<'_>, vehicle: &Vehicle) -> AnyView {
    let (voice, text) = (context.voice, context.voice.text);
    let speed = vehicle.speed_mps.map(|v| format!("{:.0} {}", v * 3.6, text.units.kmh));
    let occupancy = vehicle
        .occupancy_status
        .and_then(|n| text.occupancy_names.get(usize::from(n)))
        .filter(|words| **words != text.no_data);
    let leader = vehicle.leader_vehicle_id.clone().map(|id| {
        let href = vehicle_path(&id);
        fact(text.leader, view! { <a href=href>{id}</a> })
    });
    view! {
        {fact(text.place, place(context, vehicle))}
        {fact(text.headway, format!("{} / {}", voice.span(vehicle.headway_s), voice.span(vehicle.scheduled_headway_s)))}
        {fact(text.deviation, deviation(context, vehicle.schedule_deviation_s))}
        {leader}
        {fact(text.measured, voice.ago(vehicle.measured_at))}
        {speed.map(|speed| fact(text.speed, speed))}
        {occupancy.map(|words| fact(text.occupancy, *words))}
        {vehicle.trip_id.clone().map(|trip| fact(text.trip, trip))}
    }
    .into_any()
}

fn run(context: Context<'_>, stops: &[TripStop]) -> AnyView {
    let (voice, text) = (context.voice, context.voice.text);
    let rows = stops.iter().map(|stop| {
        let actual = stop.departure.or(stop.arrival);
        let plan = if stop.departure.is_some() { stop.scheduled_departure } else { stop.scheduled_arrival };
        let late_s = actual.or(stop.expected_arrival).and_then(|at| i32::try_from(at - plan).ok());
        let (class, at) = match (actual, stop.expected_arrival) {
            (Some(at), _) => ("num", Some(at)),
            (None, at) => ("num forecast", at),
        };
        view! {
            <tr class=if actual.is_some() { "past" } else { "ahead" }>
                <th scope="row"><a href=stop_path(&stop.stop_id)>{stop.stop_name.clone()}</a></th>
                <td class="num">{voice.time(plan)}</td>
                <td class=class>{at.map_or_else(|| "—".to_owned(), |at| voice.time(at))}
                    {(actual.is_none() && at.is_some()).then(|| view! { <small class="block">{text.forecast.to_lowercase()}" "{voice.between(stop.expected_earliest, stop.expected_latest)}</small> })}</td>
                <td class="num">{deviation(context, late_s)}</td>
                <td class="num wide">{voice.span(stop.headway_s)}</td>
            </tr>
        }
    });
    view! {
        <div class="scroll"><table class="board">
            <thead><tr>
                <th scope="col">{text.stop}</th><th scope="col" class="num">{text.plan}</th>
                <th scope="col" class="num">{text.fact}</th><th scope="col" class="num">{text.deviation}</th>
                <th scope="col" class="num wide">{text.headway}</th>
            </tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table></div>
    }
    .into_any()
}

/// Vehicles of a route, all directions.
pub(super) fn table(context: Context<'_>, vehicles: &[Vehicle]) -> AnyView {
    let (voice, text) = (context.voice, context.voice.text);
    let rows = vehicles.iter().map(|vehicle| {
        let name = vehicle.label.clone().unwrap_or_else(|| vehicle.vehicle_id.clone());
        view! {
            <tr>
                <th scope="row"><a href=vehicle_path(&vehicle.vehicle_id)>{name}</a></th>
                <td class="way"><span class="headsign">{vehicle.headsign.clone()}</span>{marks::band(context, vehicle.headway_status)}</td>
                <td class="wide">{place(context, vehicle)}</td>
                <td class="num">{voice.span(vehicle.headway_s)}<small>" / "{voice.span(vehicle.scheduled_headway_s)}</small></td>
                <td class="num">{deviation(context, vehicle.schedule_deviation_s)}</td>
                <td class="num wide">{voice.ago(vehicle.measured_at)}</td>
            </tr>
        }
    });
    view! {
        <div class="scroll"><table class="board">
            <thead><tr>
                <th scope="col">{text.vehicle}</th><th scope="col">{text.towards}</th><th scope="col" class="wide">{text.place}</th>
                <th scope="col" class="num">{text.headway}<br/><small>{text.fact.to_lowercase()}" / "{text.plan.to_lowercase()}</small></th>
                <th scope="col" class="num">{text.deviation}</th><th scope="col" class="num wide">{text.measured}</th>
            </tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table></div>
    }
    .into_any()
}
