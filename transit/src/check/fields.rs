//! Every field is of its type: `missing_required_field`, `invalid_…`, `number_out_of_range`,
//! `unexpected_enum_value`.

use super::schema::{Kind, Need};
use super::tables::Table;
use super::{error, warning};
use crate::time::{ServiceDate, parse_gtfs_time};
use crate::timetable::load::Rule;
use crate::timetable::load::finding::Findings;
use jiff::tz::TimeZone;

const MISSING: Rule = error("missing_required_field");
const OUT_OF_RANGE: Rule = error("number_out_of_range");
const UNEXPECTED: Rule = warning("unexpected_enum_value");

/// Whole numbers up to here are kinds of something, not counts.
const ENUM_MOST: i64 = 9;

pub(super) fn check(table: &Table, findings: &mut Findings) {
    for column in table.file.columns {
        let Some(at) = table.column(column.name) else { continue };
        for row in &table.rows {
            let value = Table::field(row, at);
            let broken = if value.is_empty() {
                (column.need == Need::Required).then_some((MISSING, "is empty"))
            } else {
                fault(column.kind, value)
            };
            if let Some((rule, what)) = broken {
                findings.add(rule, table.file.name, Some(row.line), || {
                    format!("{} {value:?} {what}", column.name)
                });
            }
        }
    }
}

/// What is wrong with a value that is not empty.
fn fault(kind: Kind, value: &str) -> Option<(Rule, &'static str)> {
    let fault = |ok: bool, code, what| (!ok).then_some((error(code), what));
    match kind {
        Kind::Text => None,
        Kind::Color => {
            let ok = value.len() == 6 && value.bytes().all(|b| b.is_ascii_hexdigit());
            fault(ok, "invalid_color", "is not a colour (RRGGBB)")
        }
        Kind::Date => {
            let ok = ServiceDate::parse(value).is_some();
            fault(ok, "invalid_date", "is not a date (YYYYMMDD)")
        }
        Kind::Time => {
            let ok = parse_gtfs_time(value).is_some();
            fault(ok, "invalid_time", "is not a time (H:MM:SS)")
        }
        Kind::Timezone => {
            let ok = TimeZone::get(value).is_ok();
            fault(ok, "invalid_timezone", "is no zone of the tz database")
        }
        Kind::Language => {
            let part = |p: &str| {
                (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric())
            };
            let primary = value.split('-').next().unwrap_or_default().len();
            let ok = value.split('-').all(part) && (2..=8).contains(&primary);
            fault(ok, "invalid_language_code", "is not a language (BCP 47)")
        }
        Kind::Url => {
            let ok = ["http://", "https://"].iter().any(|scheme| {
                let start = value.get(..scheme.len());
                start.is_some_and(|s| s.eq_ignore_ascii_case(scheme)) && value.len() > scheme.len()
            }) && !value.contains(char::is_whitespace);
            fault(ok, "invalid_url", "is not a URL with http:// or https://")
        }
        Kind::Email => {
            let ok = value.split_once('@').is_some_and(|(user, host)| {
                !user.is_empty() && host.contains('.') && !value.contains(char::is_whitespace)
            });
            fault(ok, "invalid_email", "is not an e-mail address")
        }
        Kind::Currency => {
            let ok = value.len() == 3 && value.bytes().all(|b| b.is_ascii_alphabetic());
            fault(ok, "invalid_currency", "is not a currency (ISO 4217)")
        }
        Kind::Whole(least, most) => match value.parse::<i64>() {
            Err(_) => fault(false, "invalid_integer", "is not a whole number"),
            Ok(n) if (least..=most).contains(&n) => None,
            Ok(_) if most <= ENUM_MOST => {
                Some((UNEXPECTED, "is none of the values of the reference"))
            }
            Ok(_) => Some((OUT_OF_RANGE, "is out of range")),
        },
        Kind::Number(least, most) => match value.parse::<f64>() {
            Ok(n) if n.is_finite() && (least..=most).contains(&n) => None,
            Ok(n) if n.is_finite() => Some((OUT_OF_RANGE, "is out of range")),
            _ => fault(false, "invalid_float", "is not a number"),
        },
    }
}
