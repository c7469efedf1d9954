//! Bands as a shape beside a word. The same shapes stand on the map (`assets/map-bridge.mjs`): one dot is
//! even, dots that touch are bunched, a triangle is a gap, a square with a question mark is unknown.

use super::{Context, route_path};
use crate::quality::Judgement;
use api::HeadwayStatus;
use leptos::prelude::*;

const fn class(status: HeadwayStatus) -> &'static str {
    match status {
        HeadwayStatus::Even => "mark even",
        HeadwayStatus::Bunched => "mark bunched",
        HeadwayStatus::VeryBunched => "mark very bunched",
        HeadwayStatus::Gapped => "mark gapped",
        HeadwayStatus::VeryGapped => "mark very gapped",
        HeadwayStatus::Unknown => "mark unknown",
    }
}

/// The shape, in a box of 16 × 16 about the origin; also for the ladder.
pub(super) fn shape(status: HeadwayStatus) -> AnyView {
    match status {
        HeadwayStatus::Even => view! { <circle r="5"/> }.into_any(),
        HeadwayStatus::Bunched => view! { <circle cx="-3" r="4"/><circle cx="3.5" r="4"/> }.into_any(),
        HeadwayStatus::VeryBunched => {
            view! { <circle cx="-4" cy="2.5" r="3.6"/><circle cx="4" cy="2.5" r="3.6"/><circle cy="-3.5" r="3.6"/> }
                .into_any()
        }
        HeadwayStatus::Gapped => view! { <path class="hollow" d="M0-6L6.5 5.5H-6.5Z"/> }.into_any(),
        HeadwayStatus::VeryGapped => view! { <path d="M0-7L7.5 6H-7.5Z"/> }.into_any(),
        HeadwayStatus::Unknown => {
            view! { <rect class="hollow" x="-5" y="-5" width="10" height="10" rx="2"/><path class="query" d="M-1.8-1.6a1.8 1.8 0 1 1 2.6 1.6q-.8.4-.8 1.3M0 3.2v.2"/> }
                .into_any()
        }
    }
}

/// The shape alone: only where the word stands beside it.
pub(super) fn mark(status: HeadwayStatus) -> AnyView {
    view! {
        <svg class=class(status) viewBox="-8 -8 16 16" width="16" height="16" aria-hidden="true">{shape(status)}</svg>
    }
    .into_any()
}

/// Shape and word.
pub(super) fn band(context: Context<'_>, status: HeadwayStatus) -> AnyView {
    let name = context.voice.text.console.bands.name(status);
    view! { <span class="band">{mark(status)}<span>{name}</span></span> }.into_any()
}

/// A direction's judgement: shape, word and share.
pub(super) fn judgement(context: Context<'_>, judgement: Judgement) -> AnyView {
    let (voice, text) = (context.voice, context.voice.text);
    let words = match judgement {
        Judgement::Headways(status, None) => text.console.bands.name(status).to_owned(),
        Judgement::Headways(status, share) => {
            let gapped = matches!(status, HeadwayStatus::Gapped | HeadwayStatus::VeryGapped);
            let name = if gapped { text.gapped_share } else { text.bunched_share };
            format!("{name} {}", voice.percent(share))
        }
        Judgement::Punctuality { share, .. } => {
            format!("{} {}", text.on_time, voice.percent(Some(share)))
        }
    };
    view! { <span class="band">{mark(judgement.mark())}<span>{words}</span></span> }.into_any()
}

/// The number of a route as a link.
pub(super) fn route_badge(route_id: &str, short_name: &str) -> AnyView {
    view! { <a class="badge" href=route_path(route_id) data-route=route_id.to_owned()>{short_name.to_owned()}</a> }.into_any()
}

/// The number of a route where its id is not known.
pub(super) fn plain_badge(short_name: &str) -> AnyView {
    view! { <span class="badge">{short_name.to_owned()}</span> }.into_any()
}
