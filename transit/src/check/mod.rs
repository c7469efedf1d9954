//! Static rules: what a GTFS feed should be mended for. One rule, one file.
//!
//! The codes are those of the canonical GTFS schedule validator (`MobilityData/gtfs-validator`, `RULES.md`)
//! where it has one; severities are ours: an error costs rows, a warning is probably not meant.

mod block_overlap;
mod calendar_without_days;
mod columns;
mod expired_calendar;
mod fast_travel;
mod feed_expiration;
mod fields;
mod files;
mod keys;
mod one_stop_trips;
mod parent_station;
mod point_near_origin;
mod references;
mod route_color_contrast;
mod route_names;
mod schema;
mod stop_names;
mod stop_time_rows;
mod tables;
mod unused_shape;
mod unused_stop;

use crate::time::{EpochS, local_date};
use crate::timetable::load::archive::Archive;
use crate::timetable::load::finding::{Findings, rule};
use crate::timetable::{Finding, LoadError, LoadLimits, LoadReport, Severity, Timetable, load};
use tables::Tables;

/// Everything that is wrong with a feed: what loading leaves out or repairs, and all static rules.
///
/// `now` decides what has expired. Worst first, then by file, line and rule; of one rule and file at
/// most [`crate::timetable::load::FINDINGS_KEPT_OF_A_RULE`] are listed and all are counted.
pub fn check_feed(bytes: &[u8], limits: LoadLimits, now: EpochS) -> LoadReport {
    let mut findings = Findings::default();
    let timetable = match load::read(bytes, limits, &mut findings) {
        Ok(timetable) => Some(timetable),
        Err(LoadError::Unusable(reasons)) => {
            for reason in reasons {
                findings.put(reason);
            }
            None
        }
        Err(error) => {
            findings.add(rule::UNREADABLE_FILE, "", None, || error.to_string());
            return report(findings);
        }
    };
    findings.retain(|rule, file| !is_said_by_a_rule(rule, file));
    // What the zip itself is guilty of, the load has said.
    let opened = Archive::open(bytes, limits, &mut Findings::default());
    let Ok(mut archive) = opened else { return report(findings) };
    if let Err(error) = check_rows(&mut archive, timetable.as_ref(), now, &mut findings) {
        findings.add(rule::UNREADABLE_FILE, "", None, || error.to_string());
    }
    report(findings)
}

fn check_rows(
    archive: &mut Archive<'_>,
    timetable: Option<&Timetable>,
    now: EpochS,
    findings: &mut Findings,
) -> Result<(), LoadError> {
    files::check(archive, findings);
    let tables = Tables::read(archive, findings)?;
    for table in tables.all() {
        columns::check(table, findings);
        fields::check(table, findings);
        keys::check(table, findings);
        references::check(table, &tables, findings);
    }
    route_names::check(&tables, findings);
    route_color_contrast::check(&tables, findings);
    stop_names::check(&tables, findings);
    parent_station::check(&tables, findings);
    point_near_origin::check(&tables, findings);
    unused_shape::check(&tables, findings);
    stop_time_rows::check(archive, &tables, findings)?;
    let Some(timetable) = timetable else { return Ok(()) };
    let today = local_date(&timetable.zone, now);
    calendar_without_days::check(timetable, &tables, findings);
    expired_calendar::check(timetable, &tables, today, findings);
    feed_expiration::check(&tables, today, findings);
    unused_stop::check(timetable, &tables, findings);
    one_stop_trips::check(timetable, &tables, findings);
    fast_travel::check(timetable, &tables, findings);
    block_overlap::check(timetable, &tables, findings);
    Ok(())
}

/// What the load finds and the static rules say better, as they read the small files whole.
fn is_said_by_a_rule(rule: &str, file: &str) -> bool {
    const SAID: [&str; 11] = [
        "missing_required_column",
        "missing_required_field",
        "foreign_key_violation",
        "duplicate_key",
        "invalid_value",
        "invalid_timezone",
        "invalid_date",
        "invalid_time",
        "invalid_color",
        "invalid_integer",
        "invalid_float",
    ];
    // Records of translations are looked up by the load alone.
    let read_whole = !tables::STREAMED.contains(&file) && file != "translations.txt";
    rule == "missing_required_file"
        || (rule == "number_out_of_range" && file == "stops.txt")
        || (read_whole && SAID.contains(&rule))
}

fn report(findings: Findings) -> LoadReport {
    let (mut findings, counts) = findings.into_parts();
    findings.sort_by(|a, b| {
        let key = |f: &Finding| (std::cmp::Reverse(f.severity), f.file.clone(), f.line, f.rule);
        key(a).cmp(&key(b))
    });
    LoadReport { findings, counts }
}

/// How many findings of each severity are listed.
pub fn count_by_severity(findings: &[Finding]) -> [(Severity, usize); 3] {
    [Severity::Error, Severity::Warning, Severity::Info]
        .map(|s| (s, findings.iter().filter(|f| f.severity == s).count()))
}

/// Makes a rule's constant.
const fn error(code: &'static str) -> crate::timetable::load::Rule {
    crate::timetable::load::Rule { code, severity: Severity::Error }
}

/// Makes a rule's constant.
const fn warning(code: &'static str) -> crate::timetable::load::Rule {
    crate::timetable::load::Rule { code, severity: Severity::Warning }
}

/// Makes a rule's constant.
const fn info(code: &'static str) -> crate::timetable::load::Rule {
    crate::timetable::load::Rule { code, severity: Severity::Info }
}

#[cfg(test)]
mod tests;
