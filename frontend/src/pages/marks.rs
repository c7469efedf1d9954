//! Bands as a shape beside a word, and the numbers of routes.

use super::{Context, route_path};
use crate::{band::mark, quality::Judgement};
use api::HeadwayStatus;
use leptos::prelude::*;

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
pub(crate) fn route_badge(route_id: &str, short_name: &str) -> AnyView {
    view! { <a class="badge" href=route_path(route_id) data-route=route_id.to_owned()>{short_name.to_owned()}</a> }.into_any()
}

/// The number of a route where its id is not known.
pub(super) fn plain_badge(short_name: &str) -> AnyView {
    view! { <span class="badge">{short_name.to_owned()}</span> }.into_any()
}
