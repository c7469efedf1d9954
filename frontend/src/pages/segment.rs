//! A segment between two stops: intensity, plan against fact.

use super::{Context, chart, fact, heading, marks, stop_path};
use crate::url::encode;
use api::{SegmentDetail, SegmentHour};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// `/segments/{from}/{to}`.
pub(super) fn page(context: Context<'_>, detail: &SegmentDetail) -> AnyView {
    let (voice, text, segment) = (context.voice, context.voice.text, &detail.segment);
    let title = view! {
        <a href=stop_path(&segment.from_stop_id)>{segment.from_stop_name.clone()}</a>" → "
        <a href=stop_path(&segment.to_stop_id)>{segment.to_stop_name.clone()}</a>
    };
    let on_map =
        format!("/?segment={},{}", encode(&segment.from_stop_id), encode(&segment.to_stop_id));
    let mut by_route: BTreeMap<(&str, &str), Vec<chart::Hour>> = BTreeMap::new();
    let mut all = Vec::new();
    for hour in &detail.hours {
        match &hour.route_id {
            Some(id) => {
                let name = hour.route_short_name.as_ref().unwrap_or(id);
                by_route.entry((id, name)).or_default().push(of(hour));
            }
            None => all.push(of(hour)),
        }
    }
    let vph = |value: f32| format!("{} {}", chart::trimmed(context, value), text.units.vph);
    let name = format!("{}: {} → {}", text.intensity, segment.from_stop_name, segment.to_stop_name);
    view! {
        {heading(context, title.into_any(), Some(text.segment.to_owned()), Some(on_map))}
        <p class="badges"><span class="sr">{text.served_by}": "</span>{segment.routes.iter().map(|name| marks::plain_badge(name)).collect_view()}</p>
        <section>
            <h2>{text.intensity}</h2>
            <p class="note">{text.intensity_note}</p>
            <dl class="facts">
                {fact(text.last_hour, view! {
                    {segment.observed_vph.map_or_else(|| text.unknown.to_owned(), vph)}
                    <small class="block">{text.plan.to_lowercase()}" "{vph(segment.scheduled_vph)}</small>
                })}
                {fact(text.coverage, voice.percent(Some(segment.coverage)))}
            </dl>
            {chart::hours(context, name, &all, false)}
        </section>
        {(!by_route.is_empty()).then(|| routes(context, &by_route))}
    }
    .into_any()
}

fn of(hour: &SegmentHour) -> chart::Hour {
    chart::Hour {
        start: hour.hour,
        plan: hour.scheduled_vph,
        fact: hour.observed_vph,
        coverage: hour.coverage,
        headway_s: None,
    }
}

fn routes(context: Context<'_>, by_route: &BTreeMap<(&str, &str), Vec<chart::Hour>>) -> AnyView {
    let text = context.voice.text;
    let sections = by_route.iter().map(|((_, route), hours)| {
        let name = format!("{}: {} {route}", text.intensity, text.route.to_lowercase());
        view! {
            <details class="fold">
                <summary>{text.route}" "{(*route).to_owned()}</summary>
                {chart::hours(context, name, hours, false)}
            </details>
        }
    });
    view! { <section><h2>{text.routes}</h2>{sections.collect_view()}</section> }.into_any()
}
