//! When an organisation is at work: its zone, its week, its hours.

use super::{Calendars, Reckoned, Week, WorkCalendar, next_day};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use transit::EpochS;

/// Hours of a working day, the same each day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkingHours {
    /// The day begins.
    pub opens: Time,
    /// The day ends. What comes at this very second still came in time.
    pub closes: Time,
    /// A break within.
    pub lunch: Option<(Time, Time)>,
}

impl Default for WorkingHours {
    /// 9 to 18 with an hour's lunch from 13.
    fn default() -> Self {
        let at = |hour| Time::constant(hour, 0, 0, 0);
        Self { opens: at(9), closes: at(18), lunch: Some((at(13), at(14))) }
    }
}

impl WorkingHours {
    /// The stretches of work of a day, in order.
    fn stretches(&self) -> Vec<(Time, Time)> {
        match self.lunch {
            Some((from, to)) if self.opens < from && to < self.closes => {
                vec![(self.opens, from), (to, self.closes)]
            }
            _ => vec![(self.opens, self.closes)],
        }
    }
}

/// An organisation's time.
#[derive(Clone, Debug)]
pub struct Office {
    /// Where its days begin and end.
    pub zone: TimeZone,
    /// Its week.
    pub week: Week,
    /// Its hours.
    pub hours: WorkingHours,
}

/// Working days looked through for working hours.
const HOURS_DAYS_MAX: usize = 400;

impl Office {
    /// The working days of this office.
    pub const fn days<'a>(&self, calendars: &'a Calendars) -> WorkCalendar<'a> {
        WorkCalendar::new(calendars, self.week)
    }

    /// The civil time at an instant.
    pub fn local(&self, at: EpochS) -> DateTime {
        jiff::Timestamp::from_second(at)
            .map_or(DateTime::default(), |instant| self.zone.to_datetime(instant))
    }

    /// The civil date at an instant.
    pub fn date(&self, at: EpochS) -> Date {
        self.local(at).date()
    }

    /// The instant of a civil time; one that the clocks skip is the one after.
    pub fn instant(&self, at: DateTime) -> EpochS {
        self.zone.to_ambiguous_zoned(at).compatible().map_or(0, |z| z.timestamp().as_second())
    }

    /// The instant at which the last second of a day has passed.
    pub fn end_of(&self, date: Date) -> EpochS {
        self.instant(next_day(date).at(0, 0, 0, 0))
    }

    /// The day on which what was received then is registered: the same, or, after the end of the working
    /// day or on a day off, the next working day (АППК 64(3)).
    pub fn registered_on(&self, calendars: &Calendars, received_at: EpochS) -> Reckoned {
        let local = self.local(received_at);
        let days = self.days(calendars);
        let late = local.time() > self.hours.closes;
        if late && days.is_working(local.date()) {
            return days.roll(next_day(local.date()));
        }
        days.roll(local.date())
    }

    /// The instant `hours` of work after `from`.
    pub fn working_hours_after(&self, calendars: &Calendars, from: EpochS, hours: u32) -> EpochS {
        let days = self.days(calendars);
        let mut left = i64::from(hours) * 3_600;
        let mut date = self.date(from);
        for _ in 0..HOURS_DAYS_MAX {
            if days.is_working(date) {
                for (start, end) in self.hours.stretches() {
                    let (start, end) = (
                        self.instant(date.to_datetime(start)),
                        self.instant(date.to_datetime(end)),
                    );
                    let start = start.max(from);
                    if start >= end {
                        continue;
                    }
                    if left <= end - start {
                        return start + left;
                    }
                    left -= end - start;
                }
            }
            date = next_day(date);
        }
        self.end_of(date)
    }
}
