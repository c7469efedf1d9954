//! The list of routes with their live service, and one route.

use super::{
    Context, alerts, chart, fact, frame, heading, incidents, ladder, marks, number_head, vehicle,
};
use crate::{
    console::Console,
    office,
    quality::{Judgement, Order},
    url::{encode, query_value},
};
use api::{Direction, Route, RouteDetail, RouteList};
use leptos::prelude::*;

/// `/`: the live map. Without a script the list stands alone.
pub(super) fn map_page(context: Context<'_>, list: &RouteList) -> AnyView {
    // An island is made apart from the page around it.
    provide_context(context.shell.language);
    let fresh = office::fresh::beside(context);
    let children = (fresh, list_view(context, list, "/"), frame::footer(context));
    view! {
        <h1 class="sr">{context.voice.text.console.map}</h1>
        {office::fresh::past(context)}
        <Console>
            {children}
        </Console>
    }
    .into_any()
}

/// `/routes`.
pub(super) fn list_page(context: Context<'_>, list: &RouteList) -> AnyView {
    let text = context.voice.text;
    view! {
        {heading(context, text.routes.into_any(), None, None)}
        {list_view(context, list, "/routes")}
    }
    .into_any()
}

/// What the reader asked of the list.
struct Wish {
    order: Order,
    words: String,
    only_trouble: bool,
}

impl Wish {
    fn of(path: &str) -> Self {
        Self {
            order: Order::from_name(&query_value(path, "sort").unwrap_or_default()),
            words: query_value(path, "find").unwrap_or_default(),
            only_trouble: query_value(path, "only").is_some_and(|only| only == "trouble"),
        }
    }

    fn wants(&self, route: &Route) -> bool {
        let found = self.words.trim().is_empty()
            || find_text(route).contains(&self.words.trim().to_lowercase());
        found
            && (!self.only_trouble
                || route.directions.iter().any(|d| Judgement::of(d).is_trouble()))
    }
}

/// All words by which a route is found, in small letters.
fn find_text(route: &Route) -> String {
    let mut words = format!("{} {}", route.short_name, route.long_name);
    for direction in &route.directions {
        words.push(' ');
        words.push_str(&direction.headsign);
    }
    words.to_lowercase()
}

fn list_view(context: Context<'_>, list: &RouteList, action: &'static str) -> AnyView {
    let text = context.voice.text;
    let wish = Wish::of(&context.shell.path);
    let mut routes: Vec<&Route> = list.routes.iter().filter(|route| wish.wants(route)).collect();
    wish.order.sort(&mut routes);
    let empty = match (list.routes.is_empty(), routes.is_empty()) {
        (true, _) => Some(text.no_routes),
        (_, true) => Some(text.nothing_matches),
        _ => None,
    };
    let narrowed = wish.only_trouble || !wish.words.is_empty();
    view! {
        <section id="list" class="list">
            {controls(context, &wish, action)}
            <div id="list-body">
                {empty.map(|words| view! { <p class="empty">{words}</p> })}
                {(empty.is_some() && narrowed).then(|| view! { <p><a href=action>{text.reset}</a></p> })}
                {empty.is_none().then(|| table(context, &routes))}
            </div>
        </section>
    }
    .into_any()
}

fn controls(context: Context<'_>, wish: &Wish, action: &'static str) -> AnyView {
    let text = context.voice.text;
    let names = [text.sort_route, text.sort_wait, text.sort_gaps, text.sort_bunching];
    let options = Order::ALL.into_iter().zip(names).map(|(order, name)| {
        view! { <option value=order.name() selected=order == wish.order>{name}</option> }
    });
    view! {
        <form class="controls" id="list-form" action=action method="get">
            <label class="grow"><span class="sr">{text.filter}</span>
                <input type="search" name="find" id="find" value=wish.words.clone() placeholder=text.filter_hint maxlength="60" autocomplete="off"/>
            </label>
            <label><span class="sr">{text.sort}</span>
                <select name="sort" id="sort">{options.collect_view()}</select>
            </label>
            <label class="check"><input type="checkbox" name="only" value="trouble" checked=wish.only_trouble/>{text.only_trouble}</label>
            <button type="submit" class="button">{text.apply}</button>
        </form>
    }
    .into_any()
}

fn table(context: Context<'_>, routes: &[&Route]) -> AnyView {
    let text = context.voice.text;
    let bodies = routes.iter().map(|route| route_rows(context, route)).collect_view();
    view! {
        <div class="scroll">
            <table class="routes">
                <thead>
                    <tr>
                        {number_head(context)}
                        <th scope="col">{text.direction}", "{text.quality.to_lowercase()}</th>
                        <th scope="col" class="num">{text.vehicles}<br/><small>{text.now}" / "{text.plan.to_lowercase()}</small></th>
                        <th scope="col" class="num">{text.headway}<br/><small>{text.now}" / "{text.plan.to_lowercase()}</small></th>
                        <th scope="col" class="num" title=text.excess_wait_note>{text.excess_wait}</th>
                        <th scope="col" class="num wide">{text.bunched_share}</th>
                        <th scope="col" class="num wide">{text.gapped_share}</th>
                        <th scope="col" class="num wide">{text.on_time}</th>
                        <th scope="col" class="num wide" title=text.coverage_note>{text.coverage}</th>
                    </tr>
                </thead>
                {bodies}
            </table>
        </div>
    }
    .into_any()
}

fn route_rows(context: Context<'_>, route: &Route) -> AnyView {
    let span = route.directions.len().max(1);
    let rows = route.directions.iter().enumerate().map(|(i, direction)| {
        let head = (i == 0).then(|| {
            view! { <th scope="rowgroup" rowspan=span>{marks::route_badge(&route.route_id, &route.short_name)}</th> }
        });
        view! { <tr>{head}{direction_cells(context, direction)}</tr> }
    });
    let nothing = route.directions.is_empty().then(|| {
        view! {
            <tr>
                <th scope="rowgroup">{marks::route_badge(&route.route_id, &route.short_name)}</th>
                <td colspan="8">{route.long_name.clone()}" · "{context.voice.text.no_data}</td>
            </tr>
        }
    });
    view! { <tbody data-find=find_text(route)>{rows.collect_view()}{nothing}</tbody> }.into_any()
}

/// Buses in service as a figure. None seen while nobody looked is not none.
fn seen(direction: &Direction) -> String {
    let blind = direction.vehicles == 0 && direction.coverage == 0.0;
    if blind { "—".to_owned() } else { direction.vehicles.to_string() }
}

fn direction_cells(context: Context<'_>, direction: &Direction) -> AnyView {
    let voice = context.voice;
    let wide = [
        direction.bunched_share,
        direction.gapped_share,
        direction.on_time_share,
        Some(direction.coverage),
    ]
    .map(|share| view! { <td class="num wide">{voice.percent(share)}</td> });
    view! {
        <td class="way">
            <span class="headsign">{direction.headsign.clone()}</span>
            {marks::judgement(context, Judgement::of(direction))}
        </td>
        <td class="num">{seen(direction)}<small>"/"{direction.scheduled_vehicles}</small></td>
        <td class="num">{voice.span(direction.median_headway_s)}<small class="below"><span class="slash">" / "</span>{voice.span(direction.scheduled_headway_s)}</small></td>
        <td class="num">{voice.excess(direction.excess_wait_s)}</td>
        {wide.collect_view()}
    }
    .into_any()
}

/// `/routes/{route_id}`.
pub(super) fn detail_page(context: Context<'_>, detail: &RouteDetail) -> AnyView {
    let (text, route) = (context.voice.text, &detail.route);
    let title = view! { <span class="badge big">{route.short_name.clone()}</span>" "{route.long_name.clone()} };
    let on_map = format!("/?route={}", encode(&route.route_id));
    let directions =
        route.directions.iter().map(|d| direction_view(context, detail, d)).collect_view();
    let vehicles = if detail.vehicles.is_empty() {
        view! { <p class="empty">{text.no_vehicles}</p> }.into_any()
    } else {
        vehicle::table(context, &detail.vehicles)
    };
    view! {
        {heading(context, title.into_any(), Some(context.voice.counted(detail.vehicles.len() as u64, text.buses)), Some(on_map))}
        {office::citizen::say(context, &format!("route={}", encode(&route.route_id)))}
        {office::route::link(context, &route.route_id)}
        {office::fresh::link(context, &format!("route={}", encode(&route.route_id)))}
        {alerts::section(context, &detail.alerts)}
        {(!detail.incidents.is_empty()).then(|| view! {
            <section><h2>{text.incidents}</h2>{incidents::table(context, &detail.incidents, false)}</section>
        })}
        <div class="columns">{directions}</div>
        <section><h2>{text.vehicles_now}</h2>{vehicles}</section>
    }
    .into_any()
}

fn direction_view(context: Context<'_>, detail: &RouteDetail, direction: &Direction) -> AnyView {
    let (voice, text) = (context.voice, context.voice.text);
    let hours: Vec<chart::Hour> = detail
        .hours
        .iter()
        .filter(|hour| hour.direction_id == direction.direction_id)
        .map(|hour| chart::Hour {
            start: hour.hour,
            plan: hour.scheduled as f32,
            fact: hour.observed.map(|n| n as f32),
            coverage: hour.coverage,
            headway_s: hour.mean_headway_s,
        })
        .collect();
    let chart_name = format!("{}: {}", text.departures_by_hour, direction.headsign);
    view! {
        <section class="direction">
            <h2>"→ "{direction.headsign.clone()}</h2>
            <dl class="facts">
                {fact(text.quality, marks::judgement(context, Judgement::of(direction)))}
                {fact(text.vehicles_plan, format!("{} / {}", seen(direction), direction.scheduled_vehicles))}
                {fact(text.headway_now, voice.span(direction.median_headway_s))}
                {fact(text.headway_plan, if direction.by_timetable { text.by_timetable.to_owned() } else { voice.span(direction.scheduled_headway_s) })}
                {fact(text.excess_wait, voice.excess(direction.excess_wait_s))}
                {fact(text.on_time, voice.percent(direction.on_time_share))}
                {fact(text.coverage, voice.percent(Some(direction.coverage)))}
                {(direction.ghosts > 0).then(|| fact(text.ghosts, direction.ghosts))}
            </dl>
            <h3>{text.ladder}</h3>
            {ladder::view(context, detail, direction)}
            <h3>{text.departures_by_hour}</h3>
            {chart::hours(context, chart_name, &hours, true)}
        </section>
    }
    .into_any()
}
