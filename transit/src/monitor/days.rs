//! Origins of service days without asking the calendar for each position.

use crate::time::{EpochS, ServiceDate, local_date};
use crate::timetable::Timetable;

/// Days remembered: yesterday, today and tomorrow of a few feeds whose clocks disagree.
const REMEMBERED: usize = 8;

/// A small memory of service days' origins.
#[derive(Clone, Debug, Default)]
pub(super) struct Days {
    known: [(ServiceDate, EpochS); REMEMBERED],
    count: usize,
    next: usize,
    /// A span of instants known to lie on one civil date.
    today: Option<(EpochS, EpochS, ServiceDate)>,
}

impl Days {
    /// The instant of 00:00:00 of a service day.
    pub fn origin(&mut self, timetable: &Timetable, date: ServiceDate) -> EpochS {
        if let Some((_, at)) = self.known[..self.count].iter().find(|(d, _)| *d == date) {
            return *at;
        }
        let at = timetable.origin(date);
        self.known[self.next] = (date, at);
        self.next = (self.next + 1) % REMEMBERED;
        self.count = (self.count + 1).min(REMEMBERED);
        at
    }

    /// The civil date at `at` in the agency's zone.
    pub fn date(&mut self, timetable: &Timetable, at: EpochS) -> ServiceDate {
        if let Some((from, to, date)) = self.today
            && (from..to).contains(&at)
        {
            return date;
        }
        let date = local_date(&timetable.zone, at);
        // A quarter of an hour, aligned: no zone changes its date or its offset within one.
        let from = at.div_euclid(900) * 900;
        self.today = Some((from, from + 900, date));
        date
    }
}
