//! What the record says while the person is on the line: some lines, to be told at once.

use super::mark_of;
use super::words::{filled, named, of};
use crate::format::Voice;
use api::DeskEvidence;
use leptos::prelude::*;

/// The finding, why, and the figures that can be told.
pub(in crate::office) fn evidence_brief(voice: Voice, evidence: &DeskEvidence) -> AnyView {
    let words = of(voice.language);
    let (class, mark) = mark_of(&evidence.finding);
    let mut lines = Vec::new();
    if let (Some(gap_s), Some(from), Some(to)) =
        (evidence.gap_s, evidence.gap_from, evidence.gap_to)
    {
        let (from, to) = (voice.time(from), voice.time(to));
        let span = voice.roughly(gap_s);
        lines.push(filled(words.gap, &[("from", &from), ("to", &to), ("span", &span)]));
    }
    if let Some(headway_s) = evidence.scheduled_headway_s {
        lines.push(filled(words.headway, &[("span", &voice.roughly(headway_s))]));
    }
    let reasons = evidence.reasons.iter().map(|code| named(words.reasons, code));
    let lines = lines.into_iter().chain(reasons).map(|line| view! { <li>{line}</li> });
    view! {
        <h4>{words.brief_title}" "{voice.time(evidence.from)}"–"{voice.time(evidence.to)}</h4>
        <p class=format!("finding {class}")>
            <span class="mark" aria-hidden="true">{mark}</span>
            <strong>{named(words.findings, &evidence.finding)}</strong>
        </p>
        <ul>{lines.collect_view()}</ul>
        <p class="hint">{words.brief_note}</p>
    }
    .into_any()
}
