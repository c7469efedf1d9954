//! What agencies tell passengers, on the pages that it concerns.

use super::Context;
use api::Alert;
use leptos::prelude::*;

/// A section with the notices; nothing where there are none.
pub(super) fn section(context: Context<'_>, alerts: &[Alert]) -> AnyView {
    let text = context.voice.text;
    let all = alerts.iter().map(|alert| notice(context, alert)).collect_view();
    (!alerts.is_empty())
        .then(|| view! { <section><h2>{text.alerts}</h2><ul class="alerts">{all}</ul></section> })
        .into_any()
}

fn notice(context: Context<'_>, alert: &Alert) -> AnyView {
    let (voice, text) = (context.voice, context.voice.text);
    let span = [(text.since, alert.active_from), (text.until, alert.active_until)]
        .into_iter()
        .filter_map(|(word, at)| Some(format!("{word} {}", voice.date_time(at?))))
        .collect::<Vec<_>>()
        .join(" · ");
    let class = if alert.active { "alert" } else { "alert ahead" };
    view! {
        <li class=class>
            <div lang=alert.language.clone()>
                {alert.header.clone().map(|words| view! { <strong>{words}</strong> })}
                {alert.description.clone().map(|words| view! { <p>{words}</p> })}
            </div>
            {(!span.is_empty()).then(|| view! { <small class="block">{span}</small> })}
            {alert.url.clone().map(|url| view! { <a href=url rel="noopener nofollow">{text.alert_more}</a> })}
        </li>
    }
    .into_any()
}
