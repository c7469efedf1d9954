//! The shapes of the bands. The same stand on the map (`assets/map-bridge.mjs`): one dot is even, dots that
//! touch are bunched, a triangle is a gap, a square with a question mark is unknown.

use api::HeadwayStatus;
use leptos::prelude::*;

/// Number of a band: in the map's pictures, and in tallies.
pub(crate) const fn index(status: HeadwayStatus) -> usize {
    match status {
        HeadwayStatus::Unknown => 0,
        HeadwayStatus::VeryBunched => 1,
        HeadwayStatus::Bunched => 2,
        HeadwayStatus::Even => 3,
        HeadwayStatus::Gapped => 4,
        HeadwayStatus::VeryGapped => 5,
    }
}

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

/// The shape as SVG, in a box of 16 × 16 about the origin; also for the ladder.
pub(crate) const fn shape(status: HeadwayStatus) -> &'static str {
    match status {
        HeadwayStatus::Even => r#"<circle r="5"/>"#,
        HeadwayStatus::Bunched => r#"<circle cx="-3" r="4"/><circle cx="3.5" r="4"/>"#,
        HeadwayStatus::VeryBunched => {
            r#"<circle cx="-4" cy="2.5" r="3.6"/><circle cx="4" cy="2.5" r="3.6"/><circle cy="-3.5" r="3.6"/>"#
        }
        HeadwayStatus::Gapped => r#"<path class="hollow" d="M0-6L6.5 5.5H-6.5Z"/>"#,
        HeadwayStatus::VeryGapped => r#"<path d="M0-7L7.5 6H-7.5Z"/>"#,
        HeadwayStatus::Unknown => {
            r#"<rect class="hollow" x="-5" y="-5" width="10" height="10" rx="2"/><path class="query" d="M-1.8-1.6a1.8 1.8 0 1 1 2.6 1.6q-.8.4-.8 1.3M0 3.2v.2"/>"#
        }
    }
}

/// The shape alone: only where the word stands beside it.
pub(crate) fn mark(status: HeadwayStatus) -> impl IntoView {
    view! {
        <svg class=class(status) viewBox="-8 -8 16 16" width="16" height="16" aria-hidden="true" inner_html=shape(status)></svg>
    }
}
