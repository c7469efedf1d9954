//! The civil date without asking the calendar for each position.

use crate::time::{EpochS, ServiceDate, local_date};
use crate::timetable::Timetable;

/// No zone changes its date or its offset within so many seconds, counted from the epoch.
const QUARTER_S: i64 = 900;

/// Remembers the date of the current quarter of an hour.
#[derive(Clone, Debug, Default)]
pub(super) struct Days {
    today: Option<(EpochS, ServiceDate)>,
}

impl Days {
    /// The civil date at `at` in the agency's zone.
    pub fn date(&mut self, timetable: &Timetable, at: EpochS) -> ServiceDate {
        let quarter = at.div_euclid(QUARTER_S);
        if let Some((known, date)) = self.today
            && known == quarter
        {
            return date;
        }
        let date = local_date(&timetable.zone, at);
        self.today = Some((quarter, date));
        date
    }
}
