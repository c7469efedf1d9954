//! `service_has_no_active_day_of_the_week`: trips of a service that never runs.

use super::tables::Tables;
use super::warning;
use crate::timetable::Timetable;
use crate::timetable::load::Rule;
use crate::timetable::load::finding::Findings;

const RULE: Rule = warning("service_has_no_active_day_of_the_week");

pub(super) fn check(timetable: &Timetable, tables: &Tables, findings: &mut Findings) {
    let mut trips = vec![0_usize; timetable.services.len()];
    timetable.trips.iter().for_each(|t| trips[t.service.get()] += 1);
    for (service, trips) in timetable.services.iter().zip(trips) {
        let is_given =
            ["calendar.txt", "calendar_dates.txt"].iter().any(|f| tables.has_key(f, &service.id));
        if is_given && !service.ever_runs() {
            findings.add(RULE, "calendar.txt", tables.line_of("calendar.txt", &service.id), || {
                format!("service {:?} runs on no day; {trips} trips are of it", service.id)
            });
        }
    }
}
