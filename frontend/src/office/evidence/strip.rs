//! What passed the stop, against the timetable: two rows over one axis of time.

use super::Told;
use super::drawing::{TimeAxis, hatch, holes, legend, part_id, rounded};
use super::words::filled;
use api::{EvidencePicture, EvidenceWindow};
use leptos::prelude::*;

const LEFT: f64 = 16.0;
const WIDTH: f64 = 648.0;
const PLAN_Y: f64 = 30.0;
const GAP_Y: f64 = 48.0;
const FACT_Y: f64 = 68.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 84.0;
const HEIGHT: f64 = 106.0;
/// Room beside the window, seconds: what the gap lies between is seen.
const BESIDE_S: i64 = 300;

/// The window that the picture shows.
pub(super) fn window<'a>(told: Told<'a>, picture: &EvidencePicture) -> Option<&'a EvidenceWindow> {
    let windows = &told.found.windows;
    windows.iter().find(|w| w.from == picture.window_from && w.to == picture.window_to)
}

fn axis(window: &EvidenceWindow, picture: &EvidencePicture) -> TimeAxis {
    let ends = window.gap.as_ref().map(|g| (g.sure_from, g.sure_to));
    let (from, to) = ends.unwrap_or((window.from, window.to));
    TimeAxis {
        from: (from.min(window.from) - BESIDE_S).max(picture.from),
        to: (to.max(window.to) + BESIDE_S).min(picture.to),
        left: LEFT,
        width: WIDTH,
    }
}

pub(super) fn drawn(told: Told<'_>, picture: &EvidencePicture) -> Option<AnyView> {
    told.found.stop_id.as_ref()?;
    let window = window(told, picture)?;
    let (words, voice) = (told.words, told.voice);
    let axis = axis(window, picture);
    let hatch_id = part_id(told, "strip");
    let title_id = part_id(told, "strip-title");
    let text_id = part_id(told, "strip-text");
    let name = filled(words.strip, &[("stop", &told.stop())]);
    let gap = window.gap.as_ref().filter(|g| g.at_least_s > 0).map(|gap| {
        let (from, to) = (axis.x(gap.sure_from), axis.x(gap.sure_to));
        let middle = rounded(f64::midpoint(from, to));
        let said = voice.roughly(gap.at_least_s);
        view! {
            <line class="evidence-gap" x1=from x2=to y1=GAP_Y y2=GAP_Y/>
            <text class="axis mid evidence-gap-words" x=middle y=GAP_Y - 4.0>{said}</text>
        }
    });
    let time = told.found.event_at.filter(|at| axis.holds(*at)).map(|at| {
        let x = axis.x(at);
        view! { <line class="evidence-time" x1=x x2=x y1=TOP - 6.0 y2=BOTTOM/> }
    });
    let total = WIDTH + LEFT * 2.0;
    Some(
        view! {
            <figure class="chart evidence-strip">
                <figcaption>{name.clone()}</figcaption>
                {legend(vec![
                    (view! { <path class="evidence-tick" d="M11 1V11"/> }.into_any(), words.plan),
                    (view! { <circle class="evidence-seen-mark" cx="11" cy="6" r="5"/> }.into_any(), words.fact),
                    (view! { <circle class="evidence-unseen-mark" cx="11" cy="6" r="4"/> }.into_any(), words.unseen),
                    (view! { <path class="evidence-lost-mark" d="M7 2L15 10M15 2L7 10"/> }.into_any(), words.not_driven),
                    (view! { <path class="evidence-time" d="M11 0V12"/> }.into_any(), words.asked_time),
                ])}
                <div class="scroll" tabindex="0">
                    <svg class="drawing" role="img" aria-labelledby=format!("{title_id} {text_id}") viewBox=format!("0 0 {total} {HEIGHT}") width=total height=HEIGHT>
                        <title id=title_id.clone()>{name.clone()}</title>
                        <desc id=text_id.clone()>{words.strip_description}</desc>
                        {hatch(&hatch_id)}
                        {axis.drawn(voice, TOP, BOTTOM)}
                        {holes(axis, &picture.holes, &hatch_id, TOP, BOTTOM)}
                        {planned(told, window, axis)}
                        {gap}
                        {came(told, window, axis)}
                        {time}
                    </svg>
                </div>
            </figure>
        }
        .into_any(),
    )
}

fn planned(told: Told<'_>, window: &EvidenceWindow, axis: TimeAxis) -> AnyView {
    let marks: Vec<_> = window
        .planned
        .iter()
        .filter(|p| axis.holds(p.at))
        .map(|p| {
            let x = axis.x(p.at);
            let lost = matches!(p.fate.as_str(), "not_driven" | "not_reached" | "canceled");
            let fate = super::named(told.words.fates, &p.fate);
            let said = format!("{}: {fate}", told.voice.time(p.at));
            let cross = format!(
                "M{} {}L{} {}M{} {}L{} {}",
                x - 4.0,
                PLAN_Y - 4.0,
                x + 4.0,
                PLAN_Y + 4.0,
                x + 4.0,
                PLAN_Y - 4.0,
                x - 4.0,
                PLAN_Y + 4.0
            );
            let (class, d) = if lost {
                ("evidence-lost-mark", cross)
            } else {
                ("evidence-tick", format!("M{x} {}V{}", PLAN_Y - 6.0, PLAN_Y + 6.0))
            };
            view! { <path class=class d=d><title>{said}</title></path> }
        })
        .collect();
    view! { {marks} }.into_any()
}

fn came(told: Told<'_>, window: &EvidenceWindow, axis: TimeAxis) -> AnyView {
    let marks: Vec<_> = window
        .passages
        .iter()
        .filter(|p| axis.holds(p.at))
        .map(|p| {
            let seen = p.certainty == "seen";
            let how = super::named(told.words.certainties, &p.certainty);
            let said = format!("{}: {how}", told.voice.time(p.at));
            let (from, to) = (axis.x(p.earliest), axis.x(p.latest));
            view! {
                <line class="evidence-error" x1=from x2=to y1=FACT_Y y2=FACT_Y/>
                <circle class=if seen { "evidence-seen-mark" } else { "evidence-unseen-mark" } cx=axis.x(p.at) cy=FACT_Y r=if seen { "5" } else { "4" }>
                    <title>{said}</title>
                </circle>
            }
        })
        .collect();
    view! { {marks} }.into_any()
}
