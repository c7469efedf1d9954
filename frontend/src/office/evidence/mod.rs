//! What the buses' data say of an appeal: words, pictures, and the same as tables. Pure functions of
//! [`api::AppealEvidence`]: no script, no colour without its shape, nothing unknown shown as known.

mod brief;
mod drawing;
mod line_map;
mod space_time;
mod strip;
mod tables;
mod told;
mod words;

use crate::format::Voice;
use crate::page::Language;
use api::{AppealEvidence, EvidenceFound, EvidenceVerdict};
use leptos::prelude::*;
use words::{Words, filled, named};

pub(super) use brief::evidence_brief;

/// What each part is given.
#[derive(Clone, Copy)]
struct Told<'a> {
    voice: Voice,
    words: &'static Words,
    found: &'a EvidenceFound,
}

impl Told<'_> {
    /// The number on the bus, else the id.
    fn route(&self) -> String {
        let route = self.found.route_short_name.as_ref().or(self.found.route_id.as_ref());
        route.cloned().unwrap_or_else(|| self.words.unknown.to_owned())
    }

    fn stop(&self) -> String {
        let stop = self.found.stop_name.as_ref().or(self.found.stop_id.as_ref());
        stop.cloned().unwrap_or_else(|| self.words.unknown.to_owned())
    }
}

fn voice(evidence: &AppealEvidence, language: Language) -> Voice {
    Voice { language, text: language.text(), utc_offset_s: evidence.utc_offset_s, at: evidence.at }
}

/// All that was found, for those who work on the appeal: finding with its reasons and the parts of its
/// confidence, words, drawings, vehicles that may be meant, figures, digest, earlier versions.
pub fn evidence_full(evidence: &AppealEvidence, language: Language) -> AnyView {
    section(evidence, language, true)
}

/// What happened in plain words with its pictures, for the applicant and the public.
pub fn evidence_plain(evidence: &AppealEvidence, language: Language) -> AnyView {
    section(evidence, language, false)
}

fn section(evidence: &AppealEvidence, language: Language, full: bool) -> AnyView {
    let words = words::of(language);
    let body = match &evidence.found {
        None => {
            let said = match (evidence.pending, evidence.not_kept) {
                (true, _) => words.pending,
                (_, true) => words.not_kept,
                _ => words.none,
            };
            view! { <p class="empty" role="status">{said}</p> }.into_any()
        }
        Some(found) => {
            let told = Told { voice: voice(evidence, language), words, found };
            let pending = evidence
                .pending
                .then(|| view! { <p class="note" role="status">{words.pending}</p> });
            view! {
                {pending}
                {preliminary(told)}
                {found.verdict.as_ref().map(|verdict| finding(told, verdict, full))}
                {told::sentences(told)}
                {drawings(told)}
                {tables::passages(told)}
                {full.then(|| tables::working(told, &evidence.versions))}
            }
            .into_any()
        }
    };
    view! {
        <section class="evidence" aria-labelledby="evidence-title">
            <h2 id="evidence-title">{words.title}</h2>
            {body}
        </section>
    }
    .into_any()
}

fn preliminary(told: Told<'_>) -> Option<AnyView> {
    let found = told.found;
    found.preliminary.then(|| {
        let said = match found.again_at {
            Some(at) => filled(told.words.preliminary, &[("time", &told.voice.time(at))]),
            None => told.words.preliminary_soon.to_owned(),
        };
        let last = found.final_at.map(|at| {
            let said = filled(told.words.final_from, &[("time", &told.voice.time(at))]);
            view! { " "<span class="evidence-final">{said}</span> }
        });
        view! { <p class="evidence-preliminary" role="status">{said}{last}</p> }.into_any()
    })
}

/// Class and mark of a finding.
fn mark_of(finding: &str) -> (&'static str, &'static str) {
    match finding {
        "confirmed" => ("yes", "✓"),
        "partly_confirmed" => ("partly", "◐"),
        "not_confirmed" | "contradicted" => ("no", "✕"),
        _ => ("open", "?"),
    }
}

/// The finding with its mark: the shape says what the colour says.
fn finding(told: Told<'_>, verdict: &EvidenceVerdict, full: bool) -> AnyView {
    let words = told.words;
    let (class, mark) = mark_of(&verdict.finding);
    let differs = (full && verdict.signed && verdict.machine != verdict.finding).then(|| {
        let found = named(words.findings, &verdict.machine).to_lowercase();
        let said = filled(words.machine_found, &[("finding", &found)]);
        view! { <p class="note">{said}</p> }
    });
    let reasons: Vec<_> = verdict
        .reasons
        .iter()
        .map(|code| view! { <li>{named(words.reasons, code)}</li> })
        .collect();
    let reasons = (!reasons.is_empty()).then(|| {
        view! { <p class="evidence-why">{words.why}":"</p><ul class="reasons">{reasons}</ul> }
    });
    view! {
        <p class=format!("finding {class}")>
            <span class="mark" aria-hidden="true">{mark}</span>
            <strong>{named(words.findings, &verdict.finding)}</strong>
        </p>
        <p>{named(words.findings_told, &verdict.finding)}</p>
        {differs}
        {reasons}
        <p class="note">{if verdict.signed { words.signed } else { words.machine }}</p>
        {full.then(|| tables::confidence(told, verdict))}
    }
    .into_any()
}

fn drawings(told: Told<'_>) -> Option<AnyView> {
    let picture = told.found.picture.as_ref()?;
    Some(
        view! {
            {strip::drawn(told, picture)}
            {space_time::drawn(told, picture)}
            {line_map::drawn(told, picture)}
        }
        .into_any(),
    )
}

#[cfg(test)]
mod tests;
