//! The ladder of one direction: stops at even distances, each bus at its place between them.

use super::{Context, stop_path, vehicle_path};
use crate::band::shape;
use api::{Direction, Incident, IncidentKind, Pattern, RouteDetail, Vehicle};
use leptos::prelude::*;

const STEP: f32 = 26.0;
const TOP: f32 = 16.0;
const WIDTH: f32 = 360.0;
const LINE_X: f32 = 124.0;
const NAME_X: f32 = 140.0;
/// Labels of two buses are never closer than this.
const LABEL_STEP: f32 = 24.0;
const NAME_CHARS_MAX: usize = 28;

/// A bus or a run without one, at its height.
struct Rung {
    y: f32,
    label_y: f32,
    mark: AnyView,
    label: String,
    href: Option<String>,
    said: String,
}

pub(super) fn view(context: Context<'_>, detail: &RouteDetail, direction: &Direction) -> AnyView {
    let text = context.voice.text;
    let Some(pattern) = detail.patterns.iter().find(|p| p.direction_id == direction.direction_id)
    else {
        return view! { <p class="empty">{text.no_data}</p> }.into_any();
    };
    let mut rungs = vehicles(context, detail, pattern);
    rungs.extend(ghosts(context, &detail.incidents, pattern));
    spread(&mut rungs);
    let height = TOP * 2.0 + STEP * pattern.stops.len().saturating_sub(1) as f32;
    let height = rungs.iter().map(|r| r.label_y + TOP).fold(height, f32::max);
    let empty = rungs.is_empty();
    let name = format!("{}: {}", text.ladder, direction.headsign);
    view! {
        <p class="note">{if empty { text.ladder_empty } else { text.ladder_note }}</p>
        <div class="scroll">
            <svg class="ladder" role="group" aria-label=name viewBox=format!("0 0 {WIDTH} {height}") width=WIDTH height=height>
                {rail(pattern)}
                {rungs.into_iter().map(rung_view).collect_view()}
            </svg>
        </div>
        {pattern.straight.then(|| view! { <p class="note">{text.straight}</p> })}
    }
    .into_any()
}

fn rail(pattern: &Pattern) -> AnyView {
    let last = TOP + STEP * pattern.stops.len().saturating_sub(1) as f32;
    let stops = pattern.stops.iter().enumerate().map(|(i, stop)| {
        let y = TOP + STEP * i as f32;
        view! {
            <a href=stop_path(&stop.stop_id)>
                <circle class="stop" cx=LINE_X cy=y r="3.5"/>
                <text class="name" x=NAME_X y=y + 4.5>{shortened(&stop.stop_name)}<title>{stop.stop_name.clone()}</title></text>
            </a>
        }
    });
    view! {
        <line class="rail" x1=LINE_X x2=LINE_X y1=TOP y2=last/>
        {stops.collect_view()}
    }
    .into_any()
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME_CHARS_MAX {
        return name.to_owned();
    }
    let mut short: String = name.chars().take(NAME_CHARS_MAX - 1).collect();
    short.push('…');
    short
}

/// Height of a place along the pattern, stops being at even distances.
fn height(pattern: &Pattern, along_m: f64) -> f32 {
    let ahead = pattern.stops.partition_point(|stop| stop.offset_m <= along_m);
    let Some(from) = ahead.checked_sub(1) else { return TOP };
    let part = match pattern.stops.get(ahead) {
        Some(to) => {
            (along_m - pattern.stops[from].offset_m)
                / (to.offset_m - pattern.stops[from].offset_m).max(1.0)
        }
        None => 0.0,
    };
    TOP + STEP * (from as f32 + part as f32)
}

/// Where a bus stands: along this pattern, or, on another of the same direction, at its next stop.
fn vehicle_height(pattern: &Pattern, vehicle: &Vehicle) -> Option<f32> {
    if vehicle.layover || vehicle.off_route || vehicle.direction_id != pattern.direction_id {
        return None;
    }
    if let (Some(along_m), true) = (vehicle.along_m, vehicle.pattern_id == Some(pattern.pattern_id))
    {
        return Some(height(pattern, along_m));
    }
    let next = vehicle.next_stop_id.as_ref()?;
    let stop = pattern.stops.iter().position(|stop| stop.stop_id == *next)?;
    Some(TOP + STEP * (stop as f32 - if vehicle.at_stop { 0.0 } else { 0.5 }).max(0.0))
}

fn vehicles(context: Context<'_>, detail: &RouteDetail, pattern: &Pattern) -> Vec<Rung> {
    let (voice, text) = (context.voice, context.voice.text);
    let rung = |vehicle: &Vehicle| {
        let y = vehicle_height(pattern, vehicle)?;
        let name = vehicle.label.as_ref().unwrap_or(&vehicle.vehicle_id);
        let band = text.console.bands.name(vehicle.headway_status);
        Some(Rung {
            y,
            label_y: y,
            mark: view! { <g class=format!("at {}", band_class(vehicle)) inner_html=shape(vehicle.headway_status)></g> }.into_any(),
            label: voice.span(vehicle.headway_s),
            href: Some(vehicle_path(&vehicle.vehicle_id)),
            said: format!(
                "{} {name}: {band}, {} {} / {}",
                text.bus,
                text.headway.to_lowercase(),
                voice.span(vehicle.headway_s),
                voice.span(vehicle.scheduled_headway_s)
            ),
        })
    };
    detail.vehicles.iter().filter_map(rung).collect()
}

const fn band_class(vehicle: &Vehicle) -> &'static str {
    use api::HeadwayStatus as S;
    match vehicle.headway_status {
        S::Even => "even",
        S::Bunched | S::VeryBunched => "bunched",
        S::Gapped | S::VeryGapped => "gapped",
        S::Unknown => "unknown",
    }
}

/// Runs that nobody drives stand where they should be, as a dashed ring.
fn ghosts(context: Context<'_>, incidents: &[Incident], pattern: &Pattern) -> Vec<Rung> {
    let text = context.voice.text;
    let ghost = |incident: &Incident| {
        if incident.kind != IncidentKind::Ghost
            || incident.closed_at.is_some()
            || incident.direction_id != pattern.direction_id
        {
            return None;
        }
        let stop =
            pattern.stops.iter().position(|s| Some(&s.stop_id) == incident.stop_id.as_ref())?;
        let y = TOP + STEP * stop as f32;
        Some(Rung {
            y,
            label_y: y,
            mark: view! { <circle class="ghost" r="6"/> }.into_any(),
            label: text.plan.to_lowercase(),
            href: None,
            said: text.kind(IncidentKind::Ghost).to_owned(),
        })
    };
    incidents.iter().filter_map(ghost).collect()
}

/// Moves labels apart, downwards, in the order of the line.
fn spread(rungs: &mut [Rung]) {
    rungs.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut free = f32::NEG_INFINITY;
    for rung in rungs {
        rung.label_y = rung.y.max(free);
        free = rung.label_y + LABEL_STEP;
    }
}

fn rung_view(rung: Rung) -> AnyView {
    let Rung { y, label_y, mark, label, href, said } = rung;
    let drawn = view! {
        <title>{said}</title>
        <path class="lead" d=format!("M{} {label_y}L{LINE_X} {y}", LINE_X - 24.0)/>
        <g transform=format!("translate({} {label_y})", LINE_X - 34.0)>{mark}</g>
        <text class="name end" x=LINE_X - 48.0 y=label_y + 4.5>{label}</text>
    };
    match href {
        Some(href) => view! { <a class="rung" href=href>{drawn}</a> }.into_any(),
        None => view! { <g class="rung">{drawn}</g> }.into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::PatternStop;

    fn pattern(offsets: &[f64]) -> Pattern {
        let stop = |(i, offset_m): (usize, &f64)| PatternStop {
            stop_id: format!("s{i}"),
            stop_name: format!("Stop {i}"),
            lat: 0.0,
            lon: 0.0,
            offset_m: *offset_m,
        };
        Pattern {
            pattern_id: 1,
            route_id: "r".into(),
            direction_id: Some(0),
            headsign: "h".into(),
            straight: false,
            line_e5: vec![],
            stops: offsets.iter().enumerate().map(stop).collect(),
        }
    }

    #[test]
    fn stops_are_even_whatever_their_distance() {
        let pattern = pattern(&[0.0, 100.0, 1100.0]);
        assert_eq!(height(&pattern, 0.0), TOP);
        assert_eq!(height(&pattern, 50.0), TOP + STEP / 2.0);
        assert_eq!(height(&pattern, 600.0), TOP + STEP * 1.5);
        assert_eq!(height(&pattern, 5000.0), TOP + STEP * 2.0);
        assert_eq!(height(&pattern, -5.0), TOP);
    }

    #[test]
    fn labels_never_overlap() {
        let rung = |y| Rung {
            y,
            label_y: y,
            mark: ().into_any(),
            label: String::new(),
            href: None,
            said: String::new(),
        };
        let mut rungs = vec![rung(50.0), rung(10.0), rung(12.0), rung(51.0)];
        spread(&mut rungs);
        assert!(rungs.windows(2).all(|w| w[1].label_y - w[0].label_y >= LABEL_STEP));
        assert_eq!(rungs[0].label_y, 10.0);
    }

    #[test]
    fn long_names_end_in_an_ellipsis() {
        assert_eq!(shortened("Абай").as_str(), "Абай");
        assert_eq!(shortened(&"ж".repeat(60)).chars().count(), NAME_CHARS_MAX);
    }
}
