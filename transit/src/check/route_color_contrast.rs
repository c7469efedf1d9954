//! `route_color_contrast`: the number on a route's badge must be readable.

use super::tables::Tables;
use super::warning;
use crate::timetable::load::Rule;
use crate::timetable::load::finding::Findings;

const RULE: Rule = warning("route_color_contrast");

/// Least difference of lumas (0..255), as the GTFS validator has it.
const LUMA_DIFFERENCE_LEAST: f64 = 72.0;

pub(super) fn check(tables: &Tables, findings: &mut Findings) {
    for (routes, row) in tables.rows("routes.txt") {
        let given = |column| luma(routes.get(row, column));
        let (Some(color), Some(text)) = (given("route_color"), given("route_text_color")) else {
            continue;
        };
        if (color - text).abs() < LUMA_DIFFERENCE_LEAST {
            findings.add(RULE, "routes.txt", Some(row.line), || {
                let of = |column| routes.get(row, column);
                format!("text {} on {} is hard to read", of("route_text_color"), of("route_color"))
            });
        }
    }
}

/// Brightness by ITU-R BT.601; `None` unless a colour.
fn luma(color: &str) -> Option<f64> {
    if color.len() != 6 {
        return None;
    }
    let [_, r, g, b] = u32::from_str_radix(color, 16).ok()?.to_be_bytes().map(f64::from);
    Some(0.299 * r + 0.587 * g + 0.114 * b)
}
