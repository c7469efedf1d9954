//! Stops: the search, and one stop's board.

use super::{Context, alerts, deviation, heading, marks, number_head, stop_path, vehicle_path};
use crate::office;
use crate::url::{encode, query_value};
use api::{Arrival, Departure, StopDetail, StopList};
use leptos::prelude::*;

/// `/stops`.
pub(super) fn list_page(context: Context<'_>, list: &StopList) -> AnyView {
    let text = context.voice.text;
    let asked = query_value(&context.shell.path, "q").unwrap_or_default();
    let rows = list.stops.iter().map(|stop| {
        view! {
            <tr>
                <th scope="row"><a href=stop_path(&stop.stop_id)>{stop.name.clone()}</a></th>
                <td>{stop.code.clone()}</td>
                <td class="badges">{stop.routes.iter().map(|name| marks::plain_badge(name)).collect_view()}</td>
            </tr>
        }
    });
    let empty = list.stops.is_empty();
    view! {
        {heading(context, text.stops.into_any(), None, None)}
        <form class="controls" action="/stops" method="get" role="search" aria-label=text.stops>
            <label class="grow"><span class="sr">{text.stops_hint}</span>
                <input type="search" name="q" value=asked placeholder=text.stops_hint maxlength="100"/>
            </label>
            <button type="submit" class="button">{text.search}</button>
        </form>
        {empty.then(|| view! { <p class="empty">{text.no_stops}</p> })}
        {(!empty).then(|| view! {
            <div class="scroll"><table>
                <thead><tr><th scope="col">{text.stop}</th><th scope="col">{text.code}</th><th scope="col">{text.served_by}</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table></div>
        })}
    }
    .into_any()
}

/// `/stops/{stop_id}`.
pub(super) fn detail_page(context: Context<'_>, detail: &StopDetail) -> AnyView {
    let (text, stop) = (context.voice.text, &detail.stop);
    let on_map = format!("/?stop={}", encode(&stop.stop_id));
    let sub = stop.code.as_ref().map(|code| format!("{} {code}", text.code));
    view! {
        {heading(context, stop.name.clone().into_any(), sub, Some(on_map))}
        <p class="badges"><span class="sr">{text.served_by}": "</span>{stop.routes.iter().map(|name| marks::plain_badge(name)).collect_view()}</p>
        {office::citizen::say(context, &format!("stop={}", encode(&stop.stop_id)))}
        {office::fresh::link(context, &format!("stop={}", encode(&stop.stop_id)))}
        {alerts::section(context, &detail.alerts)}
        <section><h2>{text.next_buses}</h2>{next(context, &detail.next)}</section>
        <section><h2>{text.last_buses}</h2>{last(context, &detail.last)}</section>
    }
    .into_any()
}

fn next(context: Context<'_>, arrivals: &[Arrival]) -> AnyView {
    let (voice, text) = (context.voice, context.voice.text);
    if arrivals.is_empty() {
        return view! { <p class="empty">{text.no_next}</p> }.into_any();
    }
    let rows = arrivals.iter().map(|arrival| {
        let seen = match (&arrival.vehicle_id, arrival.expected) {
            (Some(vehicle_id), Some(_)) => view! {
                <a href=vehicle_path(vehicle_id)>{marks::band(context, arrival.headway_status)}</a>
            }
            .into_any(),
            _ => view! { <span class="note">{text.scheduled_only}</span> }.into_any(),
        };
        // Where the column of the plan is left out, a bus that nobody sees yet still has its time.
        let (class, soon, below) = match arrival.expected {
            Some(at) => ("num soon", voice.relative(at), voice.time(at)),
            None => ("num soon forecast", voice.time(arrival.scheduled), text.plan.to_lowercase()),
        };
        view! {
            <tr>
                <th scope="row">{marks::route_badge(&arrival.route_id, &arrival.route_short_name)}</th>
                <td class="way"><span class="headsign">{arrival.headsign.clone()}</span>{seen}</td>
<td class=class>{soon}<small>{below}</small>
                    <small class="block">{voice.between(arrival.expected_earliest, arrival.expected_latest)}</small></td>
                <td class="num wide">{voice.time(arrival.scheduled)}</td>
            </tr>
        }
    });
    view! {
        <div class="scroll"><table class="board">
            <thead><tr>
                {number_head(context)}<th scope="col">{text.towards}</th>
                <th scope="col" class="num">{text.expected}</th><th scope="col" class="num wide">{text.plan}</th>
            </tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table></div>
    }
    .into_any()
}

fn last(context: Context<'_>, departures: &[Departure]) -> AnyView {
    let (voice, text) = (context.voice, context.voice.text);
    if departures.is_empty() {
        return view! { <p class="empty">{text.no_last}</p> }.into_any();
    }
    let rows = departures.iter().map(|departure| {
        let late_s = i32::try_from(departure.departed - departure.scheduled).ok();
        view! {
            <tr>
                <th scope="row">{marks::route_badge(&departure.route_id, &departure.route_short_name)}</th>
                <td class="way"><span class="headsign">{departure.headsign.clone()}</span>
                    <a href=vehicle_path(&departure.vehicle_id)>{marks::band(context, departure.headway_status)}</a></td>
                <td class="num">{voice.time(departure.departed)}<small>" / "{voice.time(departure.scheduled)}</small></td>
                <td class="num">{deviation(context, late_s)}</td>
                <td class="num wide">{voice.span(departure.headway_s)}<small>" / "{voice.span(departure.scheduled_headway_s)}</small></td>
            </tr>
        }
    });
    view! {
        <div class="scroll"><table class="board">
            <thead><tr>
                {number_head(context)}<th scope="col">{text.towards}</th>
                <th scope="col" class="num">{text.left}<br/><small>{text.fact.to_lowercase()}" / "{text.plan.to_lowercase()}</small></th>
                <th scope="col" class="num">{text.deviation}</th>
                <th scope="col" class="num wide">{text.headway}<br/><small>{text.fact.to_lowercase()}" / "{text.plan.to_lowercase()}</small></th>
            </tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table></div>
    }
    .into_any()
}
