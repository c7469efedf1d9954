//! Health of the feeds: what came, what was refused and why, in words.

use super::{Context, fact, frame::unheard, heading};
use crate::format::or_dash;
use api::{Feed, FeedTrouble};
use leptos::prelude::*;

/// `/feeds`.
pub(super) fn page(context: Context<'_>) -> AnyView {
    let (text, status) = (context.voice.text, &context.shell.status);
    let feeds = status.feeds.iter().map(|feed| feed_view(context, feed)).collect_view();
    let empty = status.feeds.is_empty();
    view! {
        {heading(context, text.feeds.into_any(), Some(status.agency_name.clone()), None)}
        {empty.then(|| view! { <p class="empty">{text.no_feeds}</p> })}
        <div class="columns">{feeds}</div>
    }
    .into_any()
}

fn feed_view(context: Context<'_>, feed: &Feed) -> AnyView {
    let text = context.voice.text;
    let repeats = feed.trouble == Some(FeedTrouble::OldPositions);
    let failing = feed.alerts_only && feed.last_error.is_some();
    let state = match (feed.down, feed.received_at) {
        _ if repeats => ("state bad", text.feed_is_repeating),
        _ if failing => ("state bad", text.feed_is_down),
        (true, _) => ("state bad", text.feed_is_down),
        // Not yet down, but nothing is known of it: that is not fresh.
        (false, None) => ("state", text.feed_never),
        (false, Some(_)) => ("state good", text.feed_ok),
    };
    view! {
        <section class="card">
            <h2>{feed.feed_id.clone()}" "<span class=state.0>{state.1}</span></h2>
            {(feed.down || repeats).then(|| view! {
                <p class="note">{unheard(context, feed)}" "{text.feed_down_note}</p>
            })}
            <dl class="facts">
                {fact(text.last_dataset, when(context, feed.header_at))}
                {fact(text.received, when(context, feed.received_at))}
                {(!feed.alerts_only).then(|| positions(context, feed))}
                {(feed.failures_in_row > 0).then(|| fact(text.failures, feed.failures_in_row))}
                {feed.last_error.clone().map(|error| fact(text.last_error, error))}
            </dl>
            {(!feed.alerts_only).then(|| reasons(context, feed))}
            {feed.alerts_only.then(|| view! { <p class="note">{text.feed_of_alerts}</p> })}
        </section>
    }
    .into_any()
}

fn positions(context: Context<'_>, feed: &Feed) -> AnyView {
    let (voice, text) = (context.voice, context.voice.text);
    let rejected: u64 = feed.rejected.values().sum();
    view! {
        {fact(text.newest_position, when(context, feed.newest_at))}
        {fact(text.age, or_dash(feed.age_s.map(|s| voice.roughly(s.into()))))}
        {fact(text.matched, voice.percent(feed.matched_share))}
        {fact(text.accepted, voice.count(feed.accepted))}
        {fact(text.rejected, voice.count(rejected))}
    }
    .into_any()
}

/// A moment and how long ago it was, or that it never was.
fn when(context: Context<'_>, at: Option<i64>) -> String {
    let voice = context.voice;
    at.map_or_else(
        || voice.text.feed_never.to_owned(),
        |at| {
            let time = if voice.within_a_day(at) { voice.time_s(at) } else { voice.date_time(at) };
            format!("{time} ({})", voice.ago(at))
        },
    )
}

fn reasons(context: Context<'_>, feed: &Feed) -> AnyView {
    let (voice, text) = (context.voice, context.voice.text);
    let mut reasons: Vec<(&String, u64)> =
        feed.rejected.iter().map(|(name, n)| (name, *n)).filter(|(_, n)| *n > 0).collect();
    if reasons.is_empty() {
        return view! { <p class="note">{text.nothing_rejected}</p> }.into_any();
    }
    reasons.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let rows = reasons.into_iter().map(|(name, n)| {
        view! { <tr><th scope="row">{text.reject_reason(name).to_owned()}</th><td class="num">{voice.count(n)}</td></tr> }
    });
    view! {
        <div class="scroll"><table>
            <thead><tr><th scope="col">{text.reason}</th><th scope="col" class="num">{text.count}</th></tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table></div>
    }
    .into_any()
}
