//! Plan against fact by the hour: a drawing, and the same figures as a table.

use super::Context;
use leptos::prelude::*;

const BAR_WIDTH: f32 = 26.0;
const BAR_GAP: f32 = 8.0;
const HEIGHT: f32 = 120.0;
const TOP: f32 = 14.0;
const LEFT: f32 = 30.0;
/// Room for the hours below.
const BOTTOM: f32 = 20.0;
/// A chart of one hour is still as wide as this many.
const SLOTS_MIN: usize = 8;

/// One hour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Hour {
    /// Start, epoch seconds.
    pub start: i64,
    /// Plan.
    pub plan: f32,
    /// Fact; `None` is unknown, never zero.
    pub fact: Option<f32>,
    /// Share of the hour observed.
    pub coverage: f32,
    /// Mean headway, where the table shows one.
    pub headway_s: Option<i32>,
}

/// A round figure that no bar passes.
fn ceiling(hours: &[Hour]) -> f32 {
    let top = hours.iter().map(|h| h.plan.max(h.fact.unwrap_or(0.0))).fold(1.0, f32::max);
    [4.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 30.0, 40.0, 60.0, 80.0, 100.0, 150.0, 200.0, 300.0]
        .into_iter()
        .find(|round| *round >= top)
        .unwrap_or(top)
}

/// The drawing and, folded below it, the table. `name` says what is drawn.
pub(super) fn hours(
    context: Context<'_>,
    name: String,
    hours: &[Hour],
    with_headway: bool,
) -> AnyView {
    let text = context.voice.text;
    if hours.is_empty() {
        return view! { <p class="empty">{text.first_hours}</p> }.into_any();
    }
    view! {
        <figure class="chart">
            <figcaption class="legend">
                <span><svg viewBox="0 0 14 12" width="14" height="12" aria-hidden="true"><rect class="bar-plan" x="1" y="1" width="12" height="10"/></svg>{text.chart_plan}</span>
                <span><svg viewBox="0 0 14 12" width="14" height="12" aria-hidden="true"><rect class="bar-fact" x="3" y="1" width="8" height="11"/></svg>{text.chart_fact}</span>
                <span><svg viewBox="0 0 14 12" width="14" height="12" aria-hidden="true"><rect class="bar-unknown" x="1" y="1" width="12" height="10"/></svg>{text.chart_unknown}</span>
            </figcaption>
            {drawing(context, name, hours)}
            {table(context, hours, with_headway)}
        </figure>
    }
    .into_any()
}

fn drawing(context: Context<'_>, name: String, hours: &[Hour]) -> AnyView {
    let voice = context.voice;
    let top = ceiling(hours);
    let slots = hours.len().max(SLOTS_MIN) as f32;
    let width = LEFT + slots * (BAR_WIDTH + BAR_GAP);
    let y = move |value: f32| TOP + HEIGHT * (1.0 - value / top);
    let grid = [0.0, top / 2.0, top].map(|value| {
        let label =
            if value.fract() == 0.0 { format!("{value:.0}") } else { voice.decimal(value.into()) };
        view! {
            <line class="grid" x1=LEFT x2=width y1=y(value) y2=y(value)/>
            <text class="axis end" x=LEFT - 6.0 y=y(value) + 4.0>{label}</text>
        }
    });
    let bars = hours.iter().enumerate().map(|(i, hour)| {
        let x = LEFT + BAR_GAP / 2.0 + i as f32 * (BAR_WIDTH + BAR_GAP);
        let middle = x + BAR_WIDTH / 2.0;
        let base = TOP + HEIGHT;
        let plan_class = if hour.fact.is_some() { "bar-plan" } else { "bar-unknown" };
        let label = voice.time(hour.start)[..2].to_owned();
        view! {
            <rect class=plan_class x=x y=y(hour.plan) width=BAR_WIDTH height=base - y(hour.plan)/>
            {match hour.fact {
                Some(fact) => view! { <rect class="bar-fact" x=x + 5.0 y=y(fact) width=BAR_WIDTH - 10.0 height=base - y(fact)/> }.into_any(),
                None => view! { <text class="axis mid" x=middle y=base - 6.0>"?"</text> }.into_any(),
            }}
            <text class="axis mid" x=middle y=base + 15.0>{label}</text>
        }
    });
    view! {
        <div class="scroll">
            <svg class="drawing" role="img" aria-label=name viewBox=format!("0 0 {width} {}", TOP + HEIGHT + BOTTOM) width=width height=TOP + HEIGHT + BOTTOM>
                {grid.collect_view()}
                {bars.collect_view()}
            </svg>
        </div>
    }
    .into_any()
}

fn table(context: Context<'_>, hours: &[Hour], with_headway: bool) -> AnyView {
    let (voice, text) = (context.voice, context.voice.text);
    let rows = hours.iter().map(|hour| {
        view! {
            <tr>
                <th scope="row">{voice.time(hour.start)}</th>
                <td>{trimmed(context, hour.plan)}</td>
                <td>{hour.fact.map_or_else(|| text.unknown.to_owned(), |fact| trimmed(context, fact))}</td>
                {with_headway.then(|| view! { <td>{voice.span(hour.headway_s)}</td> })}
                <td>{voice.percent(Some(hour.coverage))}</td>
            </tr>
        }
    });
    view! {
        <details>
            <summary>{text.as_table}</summary>
            <div class="scroll">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{text.hour}</th><th scope="col">{text.plan}</th><th scope="col">{text.fact}</th>
                            {with_headway.then(|| view! { <th scope="col">{text.mean_headway}</th> })}
                            <th scope="col">{text.coverage}</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}

/// `12`, `12,5`: no zero after the mark.
pub(super) fn trimmed(context: Context<'_>, value: f32) -> String {
    if (value - value.round()).abs() < 0.05 {
        format!("{:.0}", value.round())
    } else {
        context.voice.decimal(value.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_bar_passes_the_top() {
        let hour = |plan, fact| Hour { start: 0, plan, fact, coverage: 1.0, headway_s: None };
        assert_eq!(ceiling(&[hour(3.0, Some(7.5))]), 8.0);
        assert_eq!(ceiling(&[hour(0.0, None)]), 4.0);
        assert_eq!(ceiling(&[hour(1234.0, None)]), 1234.0);
    }
}
