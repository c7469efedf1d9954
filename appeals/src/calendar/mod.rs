//! Working calendars are data. A year that nobody has entered is reckoned from the holidays of every year
//! and is provisional: what is counted through it is provisional too, and is counted anew once the year is
//! confirmed.

mod office;
mod parse;
#[cfg(test)]
mod tests;

pub use office::{Office, WorkingHours};
pub use parse::{CalendarError, Calendars, Holiday, Year};

use jiff::Span;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

/// How many days a week an organisation works.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Week {
    /// Monday to Friday.
    #[default]
    Five,
    /// Monday to Saturday.
    Six,
}

impl Week {
    /// Off by the week alone.
    pub fn rests_on(self, date: Date) -> bool {
        match date.weekday() {
            Weekday::Sunday => true,
            Weekday::Saturday => self == Self::Five,
            _ => false,
        }
    }
}

/// A date that was counted, and whether an unconfirmed year took part in the counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reckoned {
    /// The date.
    pub on: Date,
    /// A year that is not confirmed lies in between.
    pub provisional: bool,
}

/// The days of one kind of week.
#[derive(Clone, Copy, Debug)]
pub struct WorkCalendar<'a> {
    calendars: &'a Calendars,
    week: Week,
}

/// Days that a search for a working day goes at most. No calendar has a month without one.
const SEARCH_DAYS: usize = 62;

/// The day after; the same at the end of the calendar of the library.
pub(crate) fn next_day(date: Date) -> Date {
    date.tomorrow().unwrap_or(date)
}

/// `months` later: the same day of the month, or its last (Civil Code, art. 174).
pub fn months_later(date: Date, months: i32) -> Date {
    Span::new().try_months(months).and_then(|span| date.checked_add(span)).unwrap_or(Date::MAX)
}

/// `days` later.
pub fn days_later(date: Date, days: i32) -> Date {
    Span::new().try_days(days).and_then(|span| date.checked_add(span)).unwrap_or(Date::MAX)
}

impl<'a> WorkCalendar<'a> {
    /// The calendar of a week.
    pub const fn new(calendars: &'a Calendars, week: Week) -> Self {
        Self { calendars, week }
    }

    /// Work is done on this day.
    pub fn is_working(&self, date: Date) -> bool {
        !self.calendars.is_off(date, self.week)
    }

    /// The year of this day is not confirmed.
    pub fn is_provisional(&self, date: Date) -> bool {
        !self.calendars.is_confirmed(date.year())
    }

    /// The day itself, or the first working day after it: how the end of a term rolls.
    pub fn roll(&self, date: Date) -> Reckoned {
        let mut on = date;
        let mut provisional = self.is_provisional(on);
        for _ in 0..SEARCH_DAYS {
            if self.is_working(on) {
                break;
            }
            on = next_day(on);
            provisional |= self.is_provisional(on);
        }
        Reckoned { on, provisional }
    }

    /// The `days`-th working day after `from`; the day `from` is not counted. 0 rolls.
    pub fn working_days_after(&self, from: Date, days: u32) -> Reckoned {
        let mut reckoned = self.roll(from);
        if days == 0 {
            return reckoned;
        }
        let mut on = from;
        for _ in 0..days {
            let next = self.roll(next_day(on));
            on = next.on;
            reckoned = Reckoned { on, provisional: reckoned.provisional | next.provisional };
        }
        reckoned
    }

    /// The `days`-th calendar day after `from`, rolled to a working day.
    pub fn calendar_days_after(&self, from: Date, days: u32) -> Reckoned {
        self.roll(days_later(from, days as i32))
    }

    /// `months` after `from`, rolled to a working day.
    pub fn months_after(&self, from: Date, months: u32) -> Reckoned {
        self.roll(months_later(from, months as i32))
    }

    /// Working days after `from` up to and with `to`: how many are left. Negative once `to` has passed.
    pub fn working_days_between(&self, from: Date, to: Date) -> i32 {
        let (first, last, sign) = if from <= to { (from, to, 1) } else { (to, from, -1) };
        let mut count = 0;
        let mut on = first;
        while on < last {
            on = next_day(on);
            count += i32::from(self.is_working(on));
        }
        count * sign
    }

    /// Working days of a year.
    pub fn working_days_in(&self, year: i16) -> u32 {
        let Ok(mut on) = Date::new(year, 1, 1) else { return 0 };
        let mut count = 0;
        while on.year() == year {
            count += u32::from(self.is_working(on));
            let next = next_day(on);
            if next == on {
                break;
            }
            on = next;
        }
        count
    }
}
