//! What the drawings share: time from left to right, hatches, legends.

use super::Told;
use crate::format::Voice;
use leptos::prelude::*;

/// Seconds between two marks of an axis, the first that leaves room for the words.
const STEPS_S: [i64; 8] = [300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600];
/// Least room for `07:40`, px.
const MARK_WIDTH: f64 = 48.0;

/// Time from left to right.
#[derive(Clone, Copy)]
pub(super) struct TimeAxis {
    pub from: i64,
    pub to: i64,
    pub left: f64,
    pub width: f64,
}

impl TimeAxis {
    /// Where an instant stands, kept within the drawing.
    pub fn x(&self, at: i64) -> f64 {
        let share = (at - self.from) as f64 / (self.to - self.from).max(1) as f64;
        rounded(self.left + self.width * share.clamp(0.0, 1.0))
    }

    pub fn right(&self) -> f64 {
        self.left + self.width
    }

    pub fn holds(&self, at: i64) -> bool {
        at >= self.from && at <= self.to
    }

    /// Round instants of the agency's clock.
    fn marks(&self, voice: Voice) -> Vec<i64> {
        let room = self.width / MARK_WIDTH;
        let fits = |step: &&i64| ((self.to - self.from) / **step) as f64 <= room;
        let step = STEPS_S.iter().find(fits).copied().unwrap_or(86_400);
        let offset = i64::from(voice.utc_offset_s);
        let first = (self.from + offset).div_euclid(step) * step - offset;
        (0..)
            .map(|i| first + i * step)
            .skip_while(|at| *at < self.from)
            .take_while(|at| *at <= self.to)
            .collect()
    }

    /// Lines and words of the axis, between two heights.
    pub fn drawn(&self, voice: Voice, top: f64, bottom: f64) -> AnyView {
        let marks: Vec<_> = self
            .marks(voice)
            .into_iter()
            .map(|at| {
                let x = self.x(at);
                view! {
                    <line class="grid" x1=x x2=x y1=top y2=bottom/>
                    <text class="axis mid" x=x y=bottom + 15.0>{voice.time(at)}</text>
                }
            })
            .collect();
        view! { {marks} }.into_any()
    }
}

/// Tenths of a pixel are enough.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// A name for a part of a drawing that no other drawing of the page has.
pub(super) fn part_id(told: Told<'_>, part: &str) -> String {
    let id: String = told.found.evidence_id.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("ev-{part}-{id}")
}

/// Diagonal lines: time without data.
pub(super) fn hatch(id: &str) -> AnyView {
    view! {
        <defs>
            <pattern id=id.to_owned() width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                <line class="evidence-hatch" x1="0" x2="0" y1="0" y2="6"/>
            </pattern>
        </defs>
    }
    .into_any()
}

/// Spans without data, between two heights.
pub(super) fn holes(
    axis: TimeAxis,
    holes: &[(i64, i64)],
    id: &str,
    top: f64,
    bottom: f64,
) -> AnyView {
    let drawn: Vec<_> = holes
        .iter()
        .filter(|(from, to)| *to > axis.from && *from < axis.to)
        .map(|(from, to)| {
            let x = axis.x(*from);
            let width = rounded((axis.x(*to) - x).max(1.0));
            view! { <rect class="evidence-hole" x=x y=top width=width height=bottom - top fill=format!("url(#{id})")/> }
        })
        .collect();
    view! { {drawn} }.into_any()
}

/// A legend: a small drawing and its words.
pub(super) fn legend(entries: Vec<(AnyView, &'static str)>) -> AnyView {
    let entries: Vec<_> = entries
        .into_iter()
        .map(|(mark, words)| {
            view! { <span><svg viewBox="0 0 22 12" width="22" height="12" aria-hidden="true">{mark}</svg>{words}</span> }
        })
        .collect();
    view! { <p class="legend">{entries}</p> }.into_any()
}

/// `Длинное назва…`
pub(super) fn shortened(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.to_owned();
    }
    let mut short: String = name.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}
