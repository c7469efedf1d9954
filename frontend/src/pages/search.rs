//! Search, and what is said when a page cannot be shown.

use super::{Context, heading, marks, route_path, stop_path, vehicle_path};
use crate::page::Language;
use api::{Problem, SearchHit, SearchResult};
use leptos::prelude::*;

/// `/search?q=`.
pub(super) fn page(context: Context<'_>, query: &str, result: &SearchResult) -> AnyView {
    let text = context.voice.text;
    let query = query.trim().to_owned();
    let hits = result.hits.iter().map(|hit| hit_view(context, hit)).collect_view();
    let note = match (query.is_empty(), result.hits.is_empty()) {
        (true, _) => Some(text.search_empty.to_owned()),
        (_, true) => Some(format!("{} «{query}»", text.search_none)),
        _ => None,
    };
    view! {
        {heading(context, text.search.into_any(), None, None)}
        <form class="controls" action="/search" method="get" role="search" aria-label=text.search_hint>
            <label class="grow"><span class="sr">{text.search_hint}</span>
                <input type="search" name="q" value=query placeholder=text.search_hint maxlength="100"/>
            </label>
            <button type="submit" class="button">{text.search}</button>
        </form>
        {note.map(|note| view! { <p class="empty">{note}</p> })}
        <ul class="hits">{hits}</ul>
        {result.more.then(|| view! { <p class="note">{text.search_more}</p> })}
    }
    .into_any()
}

fn hit_view(context: Context<'_>, hit: &SearchHit) -> AnyView {
    let text = context.voice.text;
    let (href, kind) = match hit.kind.as_str() {
        "route" => (route_path(&hit.id), text.route),
        "vehicle" => (vehicle_path(&hit.id), text.vehicle),
        _ => (stop_path(&hit.id), text.stop),
    };
    let name = if hit.kind == "route" {
        marks::plain_badge(&hit.name)
    } else {
        hit.name.clone().into_any()
    };
    view! {
        <li><a href=href><small>{kind}</small><strong>{name}</strong><span>{hit.detail.clone()}</span></a></li>
    }
    .into_any()
}

/// The kind of a problem, in words.
pub(super) fn problem_title(context: Context<'_>, problem: &Problem) -> &'static str {
    let text = context.voice.text;
    match problem.status {
        404 | 410 => text.error_not_found,
        400 | 413 | 414 | 422 => text.error_bad_request,
        503 | 504 | 429 => text.error_unavailable,
        _ => text.error_other,
    }
}

/// Not found or not possible.
pub(super) fn problem_page(context: Context<'_>, problem: &Problem) -> AnyView {
    let text = context.voice.text;
    view! {
        {heading(context, problem_title(context, problem).into_any(), Some(problem.status.to_string()), None)}
        // The detail is written for users of the API, in English.
        {(context.shell.language == Language::En).then(|| view! { <p>{problem.detail.clone()}</p> })}
        <p>{text.error_help}</p>
        <p class="actions"><a class="button" href="/">{text.map}</a>" "<a class="button" href="/search">{text.search}</a></p>
    }
    .into_any()
}
