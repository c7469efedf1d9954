//! The route's stops against time: planned runs thin, observed ones strong, time without data hatched.

use super::Told;
use super::drawing::{TimeAxis, hatch, holes, legend, part_id, rounded, shortened};
use super::words::filled;
use api::{EvidencePicture, PictureRun};
use leptos::prelude::*;
use std::fmt::Write as _;

const LEFT: f64 = 172.0;
const WIDTH: f64 = 560.0;
const TOP: f64 = 12.0;
/// Between two stops, px: fewer where there are many.
const ROW_MOST: f64 = 22.0;
const ROW_LEAST: f64 = 7.0;
const HEIGHT_MOST: f64 = 460.0;
/// Least room for a name, px.
const NAME_HEIGHT: f64 = 15.0;
const NAME_CHARS_MAX: usize = 24;

struct Rows {
    step: f64,
    count: usize,
}

impl Rows {
    fn of(picture: &EvidencePicture) -> Self {
        let count = picture.stops.len();
        let steps = count.saturating_sub(1).max(1) as f64;
        Self { step: rounded((HEIGHT_MOST / steps).clamp(ROW_LEAST, ROW_MOST)), count }
    }

    fn y(&self, stop: usize) -> f64 {
        rounded(TOP + self.step * stop as f64)
    }

    fn bottom(&self) -> f64 {
        self.y(self.count.saturating_sub(1)) + 4.0
    }
}

pub(super) fn drawn(told: Told<'_>, picture: &EvidencePicture) -> Option<AnyView> {
    if picture.stops.len() < 2 {
        return None;
    }
    let words = told.words;
    let rows = Rows::of(picture);
    let axis = TimeAxis { from: picture.from, to: picture.to, left: LEFT, width: WIDTH };
    let hatch_id = part_id(told, "chart");
    let title_id = part_id(told, "chart-title");
    let text_id = part_id(told, "chart-text");
    let name = filled(words.chart, &[("route", &told.route())]);
    let (top, bottom) = (TOP - 6.0, rows.bottom());
    let (total, height) = (LEFT + WIDTH + 24.0, bottom + 24.0);
    let window = {
        let x = axis.x(picture.window_from);
        let width = rounded(axis.x(picture.window_to) - x);
        view! { <rect class="evidence-window" x=x y=top width=width height=bottom - top/> }
    };
    let time = told.found.event_at.filter(|at| axis.holds(*at)).map(|at| {
        let x = axis.x(at);
        let here = picture.stops.iter().position(|s| s.here).map(|i| rows.y(i));
        view! {
            <line class="evidence-time" x1=x x2=x y1=top y2=bottom/>
            {here.map(|y| view! { <circle class="evidence-person" cx=x cy=y r="5"/> })}
        }
    });
    Some(
        view! {
            <figure class="chart evidence-chart">
                <figcaption>{name.clone()}</figcaption>
                {legend(vec![
                    (view! { <path class="evidence-plan" d="M1 10L21 2"/> }.into_any(), words.plan),
                    (view! { <path class="evidence-seen" d="M1 10L21 2"/> }.into_any(), words.fact),
                    (view! { <path class="evidence-lost" d="M1 10L21 2"/> }.into_any(), words.not_driven),
                    (view! { <rect class="evidence-hole-mark" x="1" y="1" width="20" height="10"/> }.into_any(), words.no_observation),
                    (view! { <path class="evidence-time" d="M11 0V12"/><circle class="evidence-person" cx="11" cy="6" r="3"/> }.into_any(), words.asked_time),
                ])}
                <div class="scroll" tabindex="0">
                    <svg class="drawing" role="img" aria-labelledby=format!("{title_id} {text_id}") viewBox=format!("0 0 {total} {height}") width=total height=height>
                        <title id=title_id.clone()>{name.clone()}</title>
                        <desc id=text_id.clone()>{words.chart_description}</desc>
                        {hatch(&hatch_id)}
                        {window}
                        {stops(picture, &rows, axis)}
                        {axis.drawn(told.voice, top, bottom)}
                        {holes(axis, &picture.holes, &hatch_id, top, bottom)}
                        {planned(picture, &rows, axis)}
                        {observed(picture, &rows, axis)}
                        {time}
                    </svg>
                </div>
            </figure>
        }
        .into_any(),
    )
}

/// Names of the first, the last, the stop in question, and of as many between as there is room for.
fn stops(picture: &EvidencePicture, rows: &Rows, axis: TimeAxis) -> AnyView {
    let here = picture.stops.iter().position(|s| s.here);
    let last = picture.stops.len() - 1;
    let mut taken: Vec<f64> =
        [Some(0), Some(last), here].into_iter().flatten().map(|i| rows.y(i)).collect();
    let drawn: Vec<_> = picture
        .stops
        .iter()
        .enumerate()
        .map(|(i, stop)| {
            let y = rows.y(i);
            let chosen = i == 0 || i == last || stop.here;
            let free = taken.iter().all(|t| (t - y).abs() >= NAME_HEIGHT);
            let named = stop.here || (chosen && here.is_none_or(|h| (rows.y(h) - y).abs() >= NAME_HEIGHT)) || free;
            if free {
                taken.push(y);
            }
            let class = if stop.here { "axis end evidence-here-name" } else { "axis end" };
            let line = if stop.here { "evidence-here" } else { "evidence-stop" };
            let name = named.then(|| {
                view! { <text class=class x=LEFT - 8.0 y=y + 4.0>{shortened(&stop.stop_name, NAME_CHARS_MAX)}</text> }
            });
            view! {
                <line class=line x1=LEFT x2=axis.right() y1=y y2=y><title>{stop.stop_name.clone()}</title></line>
                {name}
            }
        })
        .collect();
    view! { {drawn} }.into_any()
}

/// `None` without two points within the drawing.
fn path(run: &PictureRun, rows: &Rows, axis: TimeAxis) -> Option<String> {
    let mut d = String::new();
    let mut drawn = 0;
    let mut pen = 'M';
    for (i, (stop, at)) in run.points.iter().enumerate() {
        let near =
            |j: Option<usize>| j.and_then(|j| run.points.get(j)).is_some_and(|p| axis.holds(p.1));
        if !axis.holds(*at) && !near(i.checked_sub(1)) && !near(Some(i + 1)) {
            pen = 'M';
            continue;
        }
        let _ = write!(d, "{pen}{} {}", axis.x(*at), rows.y(*stop as usize));
        pen = 'L';
        drawn += 1;
    }
    (drawn > 1).then_some(d)
}

fn planned(picture: &EvidencePicture, rows: &Rows, axis: TimeAxis) -> AnyView {
    let drawn: Vec<_> = picture
        .planned
        .iter()
        .filter_map(|run| {
            let lost =
                matches!(run.fate.as_deref(), Some("not_driven" | "not_reached" | "canceled"));
            let class = if lost { "evidence-lost" } else { "evidence-plan" };
            Some(view! { <path class=class d=path(run, rows, axis)?/> })
        })
        .collect();
    view! { {drawn} }.into_any()
}

fn observed(picture: &EvidencePicture, rows: &Rows, axis: TimeAxis) -> AnyView {
    let drawn: Vec<_> = picture
        .observed
        .iter()
        .filter_map(|run| {
            let d = path(run, rows, axis)?;
            let vehicle = run.vehicle_id.clone();
            Some(view! { <path class="evidence-seen" d=d>{vehicle.map(|v| view! { <title>{v}</title> })}</path> })
        })
        .collect();
    view! { {drawn} }.into_any()
}
