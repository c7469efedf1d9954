//! A year's days as they are written down, and the days off that follow.

use super::{Week, next_day};
use crate::words::Words;
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Why a calendar cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CalendarError {
    /// Not the notation.
    #[error("calendar: {0}")]
    Notation(#[from] toml::de::Error),
    /// A day of another year.
    #[error("calendar of {year}: {date} is not of this year")]
    OtherYear {
        /// The year of the file.
        year: i16,
        /// The day.
        date: Date,
    },
    /// The year is given twice.
    #[error("calendar of {0} is given twice")]
    Twice(i16),
    /// There is none at all.
    #[error("no calendar is given")]
    None,
}

/// A holiday.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// The day.
    pub date: Date,
    /// Its name.
    pub name: Words,
    /// The same day each year.
    pub every_year: bool,
    /// Moves to the next working day when it falls on a day off.
    pub transfer: bool,
}

/// A day that the government moved.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Moved {
    date: Date,
    /// True: work is done on it after all; false: it is off.
    working: bool,
    /// Weeks that it concerns; all when empty.
    #[serde(default)]
    weeks: Vec<Week>,
}

/// A year as entered.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Year {
    /// Civil year.
    pub year: i16,
    /// Somebody has checked it against what was published.
    pub confirmed: bool,
    /// Where it is from.
    pub sources: Vec<String>,
    /// Its holidays.
    pub holidays: Vec<Holiday>,
    /// Days that the government moved.
    #[serde(default)]
    moved: Vec<Moved>,
}

/// Days off of a year, beside those of the week, and days worked against the week.
#[derive(Clone, Debug, Default)]
struct Days {
    off: BTreeSet<Date>,
    worked: BTreeSet<Date>,
}

/// All years that were entered.
#[derive(Clone, Debug)]
pub struct Calendars {
    years: BTreeMap<i16, Year>,
    days: BTreeMap<(i16, Week), Days>,
}

impl Calendars {
    /// Reads the years, one text each.
    pub fn parse(texts: &[&str]) -> Result<Self, CalendarError> {
        let mut years = BTreeMap::new();
        for text in texts {
            let year: Year = toml::from_str(text)?;
            let dates =
                year.holidays.iter().map(|h| h.date).chain(year.moved.iter().map(|m| m.date));
            if let Some(date) = dates.into_iter().find(|d| d.year() != year.year) {
                return Err(CalendarError::OtherYear { year: year.year, date });
            }
            let number = year.year;
            if years.insert(number, year).is_some() {
                return Err(CalendarError::Twice(number));
            }
        }
        if years.is_empty() {
            return Err(CalendarError::None);
        }
        let mut days = BTreeMap::new();
        for year in years.values() {
            for week in [Week::Five, Week::Six] {
                days.insert((year.year, week), year.days(week));
            }
        }
        Ok(Self { years, days })
    }

    /// The year is entered and confirmed.
    pub fn is_confirmed(&self, year: i16) -> bool {
        self.years.get(&year).is_some_and(|y| y.confirmed)
    }

    /// The years entered.
    pub fn years(&self) -> impl Iterator<Item = &Year> {
        self.years.values()
    }

    /// No work is done on this day.
    pub(super) fn is_off(&self, date: Date, week: Week) -> bool {
        let by = |days: &Days| {
            days.off.contains(&date) || (week.rests_on(date) && !days.worked.contains(&date))
        };
        if let Some(days) = self.days.get(&(date.year(), week)) {
            return by(days);
        }
        by(&self.supposed(date.year()).days(week))
    }

    /// A year that nobody has entered: the holidays of every year, from the nearest year before (else after)
    /// that is entered.
    fn supposed(&self, year: i16) -> Year {
        let before = self.years.range(..year).next_back();
        let model = before.or_else(|| self.years.range(year..).next()).map(|(_, model)| model);
        let holidays = model.map_or(Vec::new(), |model| {
            let in_year = |h: &Holiday| {
                let date = Date::new(year, h.date.month(), h.date.day()).ok()?;
                Some(Holiday { date, ..h.clone() })
            };
            model.holidays.iter().filter(|h| h.every_year).filter_map(in_year).collect()
        });
        Year { year, confirmed: false, sources: Vec::new(), holidays, moved: Vec::new() }
    }
}

impl Year {
    fn days(&self, week: Week) -> Days {
        let mut days = Days::default();
        for moved in &self.moved {
            if moved.weeks.is_empty() || moved.weeks.contains(&week) {
                let set = if moved.working { &mut days.worked } else { &mut days.off };
                set.insert(moved.date);
            }
        }
        let mut holidays: Vec<&Holiday> = self.holidays.iter().collect();
        holidays.sort_by_key(|h| h.date);
        days.off.extend(holidays.iter().map(|h| h.date));
        for holiday in holidays.iter().filter(|h| h.transfer && week.rests_on(h.date)) {
            let mut on = next_day(holiday.date);
            while (week.rests_on(on) || days.off.contains(&on)) && on.year() == self.year {
                on = next_day(on);
            }
            days.off.insert(on);
        }
        days
    }
}
