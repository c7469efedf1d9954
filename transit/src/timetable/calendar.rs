//! Days on which a service runs.

use crate::time::ServiceDate;

/// A `service_id` with the days on which it runs.
#[derive(Clone, Debug, Default)]
pub struct Service {
    /// `service_id`.
    pub id: Box<str>,
    /// First and last day of its row of `calendar.txt`; `None` if it has none.
    pub(crate) span: Option<(ServiceDate, ServiceDate)>,
    /// One bit a weekday of that row, bit 0 being Monday.
    pub(crate) weekdays: u8,
    /// Days added by `calendar_dates.txt`, sorted.
    pub(crate) added: Vec<ServiceDate>,
    /// Days removed by `calendar_dates.txt`, sorted.
    pub(crate) removed: Vec<ServiceDate>,
}

impl Service {
    /// Whether it runs on `date`.
    pub fn runs_on(&self, date: ServiceDate) -> bool {
        if self.added.binary_search(&date).is_ok() {
            return true;
        }
        self.span.is_some_and(|(first, last)| (first..=last).contains(&date))
            && self.weekdays >> date.weekday() & 1 == 1
            && self.removed.binary_search(&date).is_err()
    }

    /// The first and the last day on which it can run; `None` if it never does. (Days at the ends may be
    /// removed or of another weekday: this bounds its days, it does not name them.)
    pub fn bounds(&self) -> Option<(ServiceDate, ServiceDate)> {
        let span = self.span.filter(|_| self.weekdays != 0);
        let first = span.map(|s| s.0).into_iter().chain(self.added.first().copied()).min()?;
        let last = span.map(|s| s.1).into_iter().chain(self.added.last().copied()).max()?;
        Some((first, last))
    }

    /// Whether it runs on any day at all.
    pub fn ever_runs(&self) -> bool {
        /// Days to look through: a calendar of more than a century runs somewhere in the first one.
        const DAYS: i32 = 40_000;
        let Some((first, last)) = self.bounds() else { return false };
        !self.added.is_empty()
            || (0..=last.0.saturating_sub(first.0).min(DAYS)).any(|d| self.runs_on(first.plus(d)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> ServiceDate {
        ServiceDate::parse(text).unwrap()
    }

    #[test]
    fn weekdays_within_the_span_less_removed_plus_added() {
        let service = Service {
            id: "w".into(),
            span: Some((day("20261123"), day("20261206"))),
            weekdays: 0b001_1111,
            added: vec![day("20261128"), day("20270101")],
            removed: vec![day("20261124")],
        };
        assert!(service.runs_on(day("20261123")));
        assert!(!service.runs_on(day("20261124")), "removed");
        assert!(service.runs_on(day("20261128")), "an added Saturday");
        assert!(!service.runs_on(day("20261129")), "a Sunday");
        assert!(!service.runs_on(day("20261207")), "after the span");
        assert!(service.runs_on(day("20270101")), "added after the span");
        assert_eq!(service.bounds(), Some((day("20261123"), day("20270101"))));
    }

    #[test]
    fn a_service_of_no_weekday_and_no_date_never_runs() {
        let span = Some((day("20260101"), day("20261231")));
        assert!(!Service { span, ..Service::default() }.ever_runs());
        let added = vec![day("20260704")];
        assert!(Service { span, added, ..Service::default() }.ever_runs());
        let span = Some((ServiceDate(i32::MIN), ServiceDate(i32::MAX)));
        assert!(Service { span, weekdays: 1, ..Service::default() }.ever_runs());
    }
}
