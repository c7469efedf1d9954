//! Days on which a service runs.

use crate::time::ServiceDate;

/// A `service_id` with the days on which it runs.
#[derive(Clone, Debug, Default)]
pub struct Service {
    /// `service_id`.
    pub id: Box<str>,
    /// One bit a day from `first`.
    pub(crate) days: Vec<u64>,
    /// The day of the first bit.
    pub(crate) first: ServiceDate,
}

impl Service {
    /// Whether it runs on `date`.
    pub fn runs_on(&self, date: ServiceDate) -> bool {
        let Ok(day) = usize::try_from(date.0 - self.first.0) else { return false };
        self.days.get(day / 64).is_some_and(|word| word >> (day % 64) & 1 == 1)
    }
}
