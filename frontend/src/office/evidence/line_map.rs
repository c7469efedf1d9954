//! The route's line with the stop on it: where it is, not how to get there.

use super::Told;
use super::drawing::{part_id, rounded};
use super::words::filled;
use api::EvidencePicture;
use leptos::prelude::*;
use std::fmt::Write as _;

const WIDTH: f64 = 300.0;
const HEIGHT_MOST: f64 = 220.0;
const HEIGHT_LEAST: f64 = 90.0;
const EDGE: f64 = 14.0;
/// A position of the vehicle, px.
const FIX: f64 = 4.0;
/// Points closer than this are one, px.
const NEAR: f64 = 1.0;

/// Degrees to px: north up, east stretched as the latitude asks.
struct Frame {
    west: f64,
    north: f64,
    scale: f64,
    narrow: f64,
    height: f64,
    pad_x: f64,
}

impl Frame {
    fn around(points: &[(f64, f64)]) -> Option<Self> {
        let fold = |pick: fn(&(f64, f64)) -> f64, best: fn(f64, f64) -> f64| {
            points.iter().map(pick).reduce(best)
        };
        let (west, east) = (fold(|p| p.0, f64::min)?, fold(|p| p.0, f64::max)?);
        let (south, north) = (fold(|p| p.1, f64::min)?, fold(|p| p.1, f64::max)?);
        let narrow = f64::midpoint(south, north).to_radians().cos().max(0.05);
        let (wide, high) = ((east - west) * narrow, north - south);
        if wide.max(high) <= 0.0 {
            return None;
        }
        let room = |size: f64| size - 2.0 * EDGE;
        let scale = (room(WIDTH) / wide.max(1e-9)).min(room(HEIGHT_MOST) / high.max(1e-9));
        let height = (high * scale + 2.0 * EDGE).max(HEIGHT_LEAST);
        let pad_x = (WIDTH - wide * scale) / 2.0;
        Some(Self { west, north, scale, narrow, height: rounded(height), pad_x })
    }

    fn place(&self, (lon, lat): (f64, f64)) -> (f64, f64) {
        let x = self.pad_x + (lon - self.west) * self.narrow * self.scale;
        (rounded(x), rounded(EDGE + (self.north - lat) * self.scale))
    }
}

/// Degrees out of `line_e5`.
fn points(line_e5: &[i32]) -> Vec<(f64, f64)> {
    let (mut lon, mut lat) = (0i64, 0i64);
    let step = |pair: &[i32]| {
        lon += i64::from(pair[0]);
        lat += i64::from(pair[1]);
        (lon as f64 / 1e5, lat as f64 / 1e5)
    };
    line_e5.chunks_exact(2).map(step).collect()
}

pub(super) fn drawn(told: Told<'_>, picture: &EvidencePicture) -> Option<AnyView> {
    let line = points(&picture.line_e5);
    let positions = points(&picture.positions_e5);
    let all: Vec<(f64, f64)> = line.iter().chain(&positions).copied().collect();
    let frame = Frame::around(&all)?;
    let mut d = String::new();
    let mut last: Option<(f64, f64)> = None;
    for point in &line {
        let (x, y) = frame.place(*point);
        if last.is_some_and(|(a, b)| (a - x).abs() < NEAR && (b - y).abs() < NEAR) {
            continue;
        }
        let _ = write!(d, "{}{x} {y}", if last.is_none() { 'M' } else { 'L' });
        last = Some((x, y));
    }
    let stops: Vec<_> = picture
        .stops
        .iter()
        .filter_map(|s| Some((frame.place((s.lon?, s.lat?)), s)))
        .map(|((x, y), stop)| {
            let (class, r) = if stop.here { ("evidence-person", "6") } else { ("evidence-map-stop", "2.2") };
            view! { <circle class=class cx=x cy=y r=r><title>{stop.stop_name.clone()}</title></circle> }
        })
        .collect();
    let seen: Vec<_> = positions
        .iter()
        .map(|point| frame.place(*point))
        .map(|(x, y)| view! { <rect class="evidence-map-fix" x=x - FIX / 2.0 y=y - FIX / 2.0 width=FIX height=FIX/> })
        .collect();
    let told_of = (!seen.is_empty()).then_some(told.words.map_positions);
    let name = filled(told.words.map, &[("stop", &told.stop()), ("route", &told.route())]);
    let title_id = part_id(told, "map-title");
    let height = frame.height;
    Some(
        view! {
            <figure class="chart evidence-map">
                <figcaption>{name.clone()}{told_of.map(|t| view! { <br/>{t} })}</figcaption>
                <svg class="drawing" role="img" aria-labelledby=title_id.clone() viewBox=format!("0 0 {WIDTH} {height}") width=WIDTH height=height>
                    <title id=title_id.clone()>{name.clone()}</title>
                    <path class="evidence-map-line" d=d/>
                    {seen}
                    {stops}
                </svg>
            </figure>
        }
        .into_any(),
    )
}
