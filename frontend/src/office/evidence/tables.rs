//! The same as tables, and what those who work on an appeal ask beyond.

use super::Told;
use super::strip::window;
use super::words::named;
use api::{EvidenceVerdict, EvidenceVersion, EvidenceWindow};
use leptos::prelude::*;

fn share(told: Told<'_>, value: f64) -> String {
    told.voice.percent(Some(value as f32))
}

/// The parts of the confidence, and what the first of them is made of.
pub(super) fn confidence(told: Told<'_>, verdict: &EvidenceVerdict) -> AnyView {
    let words = told.words;
    let c = &verdict.confidence;
    let n = told.found.windows.len().max(1) as f64;
    let mean =
        |pick: fn(&EvidenceWindow) -> f64| told.found.windows.iter().map(pick).sum::<f64>() / n;
    let parts = [
        (words.coverage, c.coverage),
        (words.time_clarity, c.time),
        (words.candidate, c.candidate),
        (words.sensor, c.sensor),
    ];
    let coverage = [
        (words.fleet, mean(|w| w.coverage.fleet)),
        (words.route_coverage, mean(|w| w.coverage.route)),
        (words.observed, mean(|w| w.coverage.observed)),
    ];
    let fact = |(name, value): (&'static str, f64)| {
        view! { <div class="fact"><dt>{name}</dt><dd>{share(told, value)}</dd></div> }
    };
    let parts: Vec<_> = parts.into_iter().map(fact).collect();
    let coverage: Vec<_> = coverage.into_iter().map(fact).collect();
    view! {
        <details class="evidence-confidence">
            <summary>{words.confidence}": "{share(told, c.value)}</summary>
            <p class="note">{words.confidence_note}</p>
            <dl class="facts">{parts}</dl>
            <dl class="facts">{coverage}</dl>
        </details>
    }
    .into_any()
}

/// Passages of the stop, or the days, as a table: what the drawings show.
pub(super) fn passages(told: Told<'_>) -> Option<AnyView> {
    let found = told.found;
    if found.stop_id.is_none() || found.windows.is_empty() {
        return None;
    }
    if found.windows.len() > 1 {
        return Some(days(told));
    }
    let picture = found.picture.as_ref();
    let window = picture.and_then(|p| window(told, p)).or_else(|| found.windows.first())?;
    let (voice, words) = (told.voice, told.words);
    let vehicles = window.passages.iter().any(|p| p.vehicle_id.is_some());
    // Runs that did not come stand beside those that did.
    let mut rows: Vec<(i64, AnyView)> = window
        .passages
        .iter()
        .map(|p| {
            let deviation = p.schedule_deviation_s.map(|s| voice.deviation(Some(s as i32)).0);
            let fact = if p.certainty == "seen" { voice.time_s(p.at) } else { words.unknown.to_owned() };
            let row = view! {
                <tr>
                    <td>{voice.time(p.scheduled)}</td>
                    <td>{fact}</td>
                    <td>{deviation.unwrap_or_else(|| "—".to_owned())}</td>
                    <td>{named(words.certainties, &p.certainty)}</td>
                    {vehicles.then(|| view! { <td>{p.vehicle_id.clone().unwrap_or_else(|| "—".to_owned())}</td> })}
                </tr>
            };
            (p.scheduled, row.into_any())
        })
        .collect();
    rows.extend(window.planned.iter().filter(|p| lost(&p.fate)).map(|p| {
        let row = view! {
            <tr>
                <td>{voice.time(p.at)}</td><td>"—"</td><td>"—"</td><td>{named(words.fates, &p.fate)}</td>
                {vehicles.then(|| view! { <td>"—"</td> })}
            </tr>
        };
        (p.at, row.into_any())
    }));
    rows.sort_by_key(|(at, _)| *at);
    let rows: Vec<_> = rows.into_iter().map(|(_, row)| row).collect();
    Some(
        view! {
            <details>
                <summary>{words.passages}" — "{words.as_table}</summary>
                <div class="scroll" tabindex="0">
                    <table>
                        <thead><tr>
                            <th scope="col">{words.plan}</th><th scope="col">{words.fact}</th>
                            <th scope="col">{words.deviation}</th><th scope="col">{words.accuracy}</th>
                            {vehicles.then(|| view! { <th scope="col">{words.vehicle}</th> })}
                        </tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </details>
        }
        .into_any(),
    )
}

fn lost(fate: &str) -> bool {
    matches!(fate, "not_driven" | "not_reached" | "canceled")
}

fn days(told: Told<'_>) -> AnyView {
    let (voice, words) = (told.voice, told.words);
    let rows: Vec<_> = told
        .found
        .windows
        .iter()
        .map(|w| {
            let gap = w.gap.as_ref().map_or_else(|| "—".to_owned(), |g| voice.roughly(g.at_least_s));
            view! {
                <tr>
                    <th scope="row">{voice.date_time(w.from).split(' ').next().unwrap_or_default().to_owned()}</th>
                    <td>{w.runs_planned}</td><td>{w.runs_driven}</td><td>{w.runs_missing}</td><td>{gap}</td>
                    <td>{share(told, w.coverage.observed * w.coverage.route)}</td>
                </tr>
            }
        })
        .collect();
    let name = |code: &str| named(words.figure_names, code);
    view! {
        <details open=true>
            <summary>{words.days}</summary>
            <div class="scroll" tabindex="0">
                <table>
                    <thead><tr>
                        <th scope="col">{words.day}</th><th scope="col">{name("runs_planned")}</th>
                        <th scope="col">{name("runs_driven")}</th><th scope="col">{name("runs_missing")}</th>
                        <th scope="col">{name("gap_at_least_s")}</th><th scope="col">{words.coverage}</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}

/// A figure as its unit asks.
fn figure(told: Told<'_>, name: &str, value: f64) -> String {
    let voice = told.voice;
    match name {
        "planned_at" | "looked_from" | "looked_to" => voice.time_s(value as i64),
        "deviation_s" => voice.deviation(Some(value as i32)).0,
        "known_share" => voice.percent(Some(value as f32)),
        n if n.ends_with("_s") => voice.span(Some(value.round() as i32)),
        n if n.ends_with("_m") => voice.distance(value),
        n if n.ends_with("_kmh") => format!("{} {}", voice.decimal(value), voice.text.units.kmh),
        _ if value.fract() == 0.0 => format!("{value:.0}"),
        _ => format!("{value:.2}").replace('.', &voice.text.units.decimal.to_string()),
    }
}

/// Vehicles that may be meant, figures, where all comes from.
pub(super) fn working(told: Told<'_>, versions: &[EvidenceVersion]) -> AnyView {
    let (found, words) = (told.found, told.words);
    let rows: Vec<_> = found
        .figures
        .iter()
        .map(|(name, value)| {
            view! { <tr><th scope="row">{named(words.figure_names, name)}</th><td>{figure(told, name, *value)}</td></tr> }
        })
        .collect();
    let figures = (!rows.is_empty()).then(|| {
        view! {
            <details>
                <summary>{words.figures}</summary>
                <div class="scroll" tabindex="0"><table>
                    <thead><tr><th scope="col">{words.figure}</th><th scope="col">{words.value}</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table></div>
            </details>
        }
    });
    view! {
        {vehicles(told)}
        {figures}
        {origin(told, versions)}
    }
    .into_any()
}

fn vehicles(told: Told<'_>) -> Option<AnyView> {
    let words = told.words;
    let [window] = told.found.windows.as_slice() else { return None };
    let rows: Vec<_> = window
        .candidates
        .iter()
        .map(|c| {
            view! {
                <tr>
                    <th scope="row">{c.vehicle_id.clone()}</th>
                    <td>{told.voice.time_s(c.at)}</td><td>{share(told, c.probability)}</td>
                </tr>
            }
        })
        .collect();
    let none = rows.is_empty();
    let table = (!none).then(|| {
        view! {
            <div class="scroll" tabindex="0"><table>
                <thead><tr>
                    <th scope="col">{words.vehicle}</th><th scope="col">{words.time}</th>
                    <th scope="col">{words.probability}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        }
    });
    let note = if none {
        Some(words.vehicles_none)
    } else {
        (!window.candidate_certain).then_some(words.vehicles_unsure)
    };
    Some(
        view! {
            <h3>{words.vehicles}</h3>
            {note.map(|note| view! { <p class="note">{note}</p> })}
            {table}
        }
        .into_any(),
    )
}

fn origin(told: Told<'_>, versions: &[EvidenceVersion]) -> AnyView {
    let (found, words, voice) = (told.found, told.words, told.voice);
    let fact = |name: &'static str, value: String| {
        view! { <div class="fact"><dt>{name}</dt><dd class="evidence-code">{value}</dd></div> }
    };
    let older: Vec<_> = versions
        .iter()
        .map(|v| {
            let finding =
                v.finding.as_deref().map(|f| named(words.findings, f)).unwrap_or_default();
            let newest = (v.evidence_id == found.evidence_id).then_some(words.newest);
            view! {
                <li>
                    {voice.date_time(v.computed_at)} " — " {finding} " "
                    {newest.map(|n| view! { <strong>"("{n}")"</strong> })}
                </li>
            }
        })
        .collect();
    view! {
        <details>
            <summary>{words.origin}</summary>
            <dl class="facts">
                {fact(words.computed, voice.date_time(found.computed_at))}
                {fact(words.known_until, voice.date_time(found.known_until))}
                {fact(words.rule, format!("{} {} · {}", found.rule, found.rule_version, found.engine_version))}
                {fact(words.timetable, found.timetable.clone())}
                {fact(words.digest, found.digest.clone())}
            </dl>
            <h3>{words.versions}</h3>
            <ul>{older}</ul>
        </details>
    }
    .into_any()
}
