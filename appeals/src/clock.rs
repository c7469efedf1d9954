//! One clock of one appeal.

use crate::calendar::{Calendars, Office};
use crate::law::{ClockClass, ClockKind, Due};
use serde::{Deserialize, Serialize};
use transit::EpochS;

/// Where a clock is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockState {
    /// It runs. Whether it is overdue follows from the time: see [`Clock::urgency`].
    Running,
    /// It stands since then; only internal clocks do.
    Paused(EpochS),
    /// Done then.
    Met(EpochS),
    /// It has no meaning any more.
    Cancelled,
}

/// A clock of an appeal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// What it measures.
    pub kind: ClockKind,
    /// Who set it.
    pub class: ClockClass,
    /// Since when.
    pub started_at: EpochS,
    /// Until when.
    pub due: Due,
    /// Where it is.
    pub state: ClockState,
    /// Article or rule.
    pub basis: String,
}

/// How much time is left: with a word and a sign beside the colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Done or without meaning.
    Settled,
    /// More than half is left.
    Green,
    /// Half or less is left.
    Amber,
    /// Three working days or fewer are left.
    Orange,
    /// It ends today.
    DueToday,
    /// It has ended.
    Overdue,
}

/// Orange begins with so many working days left.
const ORANGE_WORKING_DAYS: i32 = 3;

impl Clock {
    /// It runs or stands.
    pub const fn is_open(&self) -> bool {
        matches!(self.state, ClockState::Running | ClockState::Paused(_))
    }

    /// It was met after its end, or has ended without.
    pub fn is_breached(&self, office: &Office, now: EpochS) -> bool {
        let due = self.due.instant(office);
        match self.state {
            ClockState::Running => now >= due,
            ClockState::Paused(since) => since >= due,
            ClockState::Met(at) => at >= due,
            ClockState::Cancelled => false,
        }
    }

    /// How pressing it is.
    pub fn urgency(&self, calendars: &Calendars, office: &Office, now: EpochS) -> Urgency {
        if !self.is_open() {
            return Urgency::Settled;
        }
        if self.is_breached(office, now) {
            return Urgency::Overdue;
        }
        let (today, last) = (office.date(now), self.due.date(office));
        let due = self.due.instant(office);
        let half = (now - self.started_at) * 2 >= due - self.started_at;
        if let Due::On(_) = self.due {
            if today >= last {
                return Urgency::DueToday;
            }
            let left = office.days(calendars).working_days_between(today, last);
            if left <= ORANGE_WORKING_DAYS && half {
                return Urgency::Orange;
            }
        }
        if half { Urgency::Amber } else { Urgency::Green }
    }

    /// The same clock, standing; legal clocks never stand.
    #[must_use]
    pub fn paused(&self, at: EpochS) -> Self {
        let mut clock = self.clone();
        if clock.class == ClockClass::Internal && clock.state == ClockState::Running {
            clock.state = ClockState::Paused(at);
        }
        clock
    }

    /// The same clock, running again; its end is later by as long as it stood (whole days for an end that
    /// is a day).
    #[must_use]
    pub fn resumed(&self, calendars: &Calendars, office: &Office, at: EpochS) -> Self {
        let mut clock = self.clone();
        let ClockState::Paused(since) = clock.state else { return clock };
        clock.state = ClockState::Running;
        clock.due = match clock.due {
            Due::At(due) => Due::At(due + (at - since)),
            Due::On(day) => {
                let days = office.days(calendars);
                let stood = days.working_days_between(office.date(since), office.date(at));
                Due::On(days.working_days_after(day.on, stood.max(0) as u32))
            }
        };
        clock
    }
}
