//! `calendar.txt` and `calendar_dates.txt`: either alone, or both.

use super::LoadError;
use super::archive::Archive;
use super::finding::{Findings, rule};
use super::rows::Rows;
use super::tables::foreign_key;
use crate::ids::ServiceIdx;
use crate::time::ServiceDate;
use crate::timetable::Service;
use gtfs_structures::{Calendar, CalendarDate, Exception};
use rustc_hash::FxHashMap;

/// The services of a feed.
#[derive(Default)]
pub(crate) struct Services {
    pub(crate) rows: Vec<Service>,
    by_id: FxHashMap<Box<str>, ServiceIdx>,
}

impl Services {
    fn number(&mut self, id: &str) -> ServiceIdx {
        if let Some(index) = self.by_id.get(id) {
            return *index;
        }
        let index = ServiceIdx::from(self.rows.len());
        self.rows.push(Service { id: id.into(), ..Service::default() });
        self.by_id.insert(id.into(), index);
        index
    }

    /// The service of a trip; one without days, and a finding, if no calendar knows it.
    pub(crate) fn of_trip(&mut self, id: &str, line: u64, findings: &mut Findings) -> ServiceIdx {
        if let Some(index) = self.by_id.get(id) {
            return *index;
        }
        let target = "calendar.txt or calendar_dates.txt: its trips never run";
        foreign_key("trips.txt", line, "service_id", id, target, findings);
        self.number(id)
    }
}

/// Reads both files.
pub(crate) fn services(
    archive: &mut Archive<'_>,
    findings: &mut Findings,
) -> Result<Services, LoadError> {
    if !archive.has("calendar.txt") && !archive.has("calendar_dates.txt") {
        let message = "neither calendar.txt nor calendar_dates.txt is there: no trip ever runs";
        return Err(findings.refuse(rule::MISSING_CALENDAR, "calendar.txt", message.to_owned()));
    }
    let mut services = Services::default();
    weeks(archive, &mut services, findings)?;
    dates(archive, &mut services, findings)?;
    for service in &mut services.rows {
        service.added.sort_unstable();
        service.added.dedup();
        service.removed.sort_unstable();
        service.removed.dedup();
    }
    Ok(services)
}

fn weeks(
    archive: &mut Archive<'_>,
    services: &mut Services,
    findings: &mut Findings,
) -> Result<(), LoadError> {
    const FILE: &str = "calendar.txt";
    let Some(mut rows) = Rows::open(archive, FILE, findings)? else { return Ok(()) };
    let needed = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    rows.complete(&needed.map(|day| (day, "0")), findings);
    rows.complete(&["service_id", "start_date", "end_date"].map(|name| (name, "")), findings);
    while rows.next(findings)? {
        let Some(row) = rows.object::<Calendar>(findings) else { continue };
        let line = Some(rows.line());
        if row.id.is_empty() || services.by_id.contains_key(row.id.as_str()) {
            findings.add(rule::DUPLICATE_KEY, FILE, line, || {
                format!("service_id {:?} is empty or used before: the row was left out", row.id)
            });
            continue;
        }
        let span = (ServiceDate::from_date(row.start_date), ServiceDate::from_date(row.end_date));
        if span.0 > span.1 {
            findings.add(rule::START_AFTER_END, FILE, line, || {
                format!("service {:?} ends before it starts: it never runs", row.id)
            });
        }
        let days = [
            row.monday,
            row.tuesday,
            row.wednesday,
            row.thursday,
            row.friday,
            row.saturday,
            row.sunday,
        ];
        let index = services.number(&row.id);
        let service = &mut services.rows[index.get()];
        service.span = Some(span);
        service.weekdays =
            days.iter().enumerate().fold(0, |mask, (i, runs)| mask | u8::from(*runs) << i);
    }
    Ok(())
}

fn dates(
    archive: &mut Archive<'_>,
    services: &mut Services,
    findings: &mut Findings,
) -> Result<(), LoadError> {
    const FILE: &str = "calendar_dates.txt";
    let Some(mut rows) = Rows::open(archive, FILE, findings)? else { return Ok(()) };
    rows.complete(&["service_id", "date", "exception_type"].map(|name| (name, "")), findings);
    while rows.next(findings)? {
        let Some(row) = rows.object::<CalendarDate>(findings) else { continue };
        if row.service_id.is_empty() {
            findings.add(rule::MISSING_FIELD, FILE, Some(rows.line()), || {
                "service_id is empty: the row was left out".to_owned()
            });
            continue;
        }
        let index = services.number(&row.service_id);
        let service = &mut services.rows[index.get()];
        let date = ServiceDate::from_date(row.date);
        match row.exception_type {
            Exception::Added => service.added.push(date),
            Exception::Deleted => service.removed.push(date),
        }
    }
    Ok(())
}
