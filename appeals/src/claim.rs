//! What a person says happened: where, when, what.

use crate::ids::{RouteId, StopId, TripId, VehicleId};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use transit::EpochS;

/// A place that a person pointed to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Metres, where the device says.
    pub accuracy_m: Option<f64>,
}

/// When, as well as the person knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimTime {
    /// At a time.
    At {
        /// Epoch seconds.
        at: EpochS,
        /// "About".
        about: bool,
    },
    /// Between two times.
    Between {
        /// From then …
        from: EpochS,
        /// … to then.
        to: EpochS,
    },
    /// Every day at a time of day: "every morning".
    Daily {
        /// First day.
        first: Date,
        /// Last day.
        last: Date,
        /// Seconds of the civil day.
        from_s: i32,
        /// Seconds of the civil day; after `from_s`.
        to_s: i32,
        /// Days of the week, bit 0 for Monday.
        weekdays: u8,
    },
}

/// A time that a person names is looked for ± this, seconds.
pub const WINDOW_S: EpochS = 20 * 60;
/// … and ± this with "about".
pub const WINDOW_ABOUT_S: EpochS = 60 * 60;
/// A time is unclear when its window is longer than this, seconds.
pub const CLEAR_WINDOW_S: EpochS = 60 * 60;
/// Days of a daily claim that are looked at: the last so many.
pub const DAILY_DAYS_MAX: usize = 31;

impl ClaimTime {
    /// The windows to look at, in order: one, or one a day.
    pub fn windows(&self, zone: &TimeZone) -> Vec<(EpochS, EpochS)> {
        match *self {
            Self::At { at, about } => {
                let half = if about { WINDOW_ABOUT_S } else { WINDOW_S };
                vec![(at - half, at + half)]
            }
            Self::Between { from, to } => vec![(from.min(to), to.max(from))],
            Self::Daily { first, last, from_s, to_s, weekdays } => {
                let mut windows = Vec::new();
                let mut day = last;
                while day >= first && windows.len() < DAILY_DAYS_MAX {
                    let bit = day.weekday().to_monday_zero_offset();
                    if weekdays & (1 << bit) != 0 {
                        let midnight = zone
                            .to_ambiguous_zoned(day.at(0, 0, 0, 0))
                            .compatible()
                            .map_or(0, |z| z.timestamp().as_second());
                        windows.push((
                            midnight + EpochS::from(from_s),
                            midnight + EpochS::from(to_s.max(from_s)),
                        ));
                    }
                    let Ok(before) = day.yesterday() else { break };
                    day = before;
                }
                windows.reverse();
                windows
            }
        }
    }

    /// How well the time is known, 0..1.
    pub fn clarity(&self) -> f64 {
        match *self {
            Self::At { about: false, .. } | Self::Daily { .. } => 1.0,
            Self::At { about: true, .. } => 0.8,
            Self::Between { from, to } => {
                let span = (to - from).abs().max(1);
                (CLEAR_WINDOW_S as f64 / span as f64).min(1.0)
            }
        }
    }

    /// The one instant in the middle of what is meant, for what has one.
    pub fn centre(&self) -> Option<EpochS> {
        match *self {
            Self::At { at, .. } => Some(at),
            Self::Between { from, to } => Some(i64::midpoint(from, to)),
            Self::Daily { .. } => None,
        }
    }
}

/// What happened, as a person says. Everything is optional: any two of route, stop, vehicle and place are
/// enough to look for the rest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// Route.
    pub route: Option<RouteId>,
    /// `direction_id`.
    pub direction: Option<u8>,
    /// Stop.
    pub stop: Option<StopId>,
    /// A pin.
    pub place: Option<Place>,
    /// An address in words.
    pub address: Option<String>,
    /// A vehicle that the register knows.
    pub vehicle: Option<VehicleId>,
    /// What the person read on it: plate or garage number, in part or with mistakes.
    pub vehicle_text: Option<String>,
    /// Sat in it.
    pub on_vehicle: Option<bool>,
    /// Trip.
    pub trip: Option<TripId>,
    /// When.
    pub time: Option<ClaimTime>,
    /// How long the person says to have waited, seconds.
    pub wait_s: Option<i64>,
}

impl Claim {
    /// Something to look by: at least one of route, stop, vehicle, place or address.
    pub fn has_place(&self) -> bool {
        self.route.is_some()
            || self.stop.is_some()
            || self.vehicle.is_some()
            || self.vehicle_text.is_some()
            || self.place.is_some()
            || self.address.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn every_working_morning_is_a_window_a_day() {
        let zone = TimeZone::get("Asia/Almaty").unwrap();
        let time = ClaimTime::Daily {
            first: date(2026, 11, 19),
            last: date(2026, 11, 24),
            from_s: 7 * 3_600,
            to_s: 9 * 3_600,
            weekdays: 0b001_1111,
        };
        let windows = time.windows(&zone);
        assert_eq!(windows.len(), 4, "Thursday, Friday, Monday, Tuesday");
        assert!(windows.windows(2).all(|w| w[0].1 < w[1].0));
        assert_eq!(windows[0].1 - windows[0].0, 7_200);
        assert_eq!(windows[0].0.rem_euclid(86_400), 2 * 3_600, "07:00 at UTC+5");
    }

    #[test]
    fn about_widens_and_dims() {
        let exact = ClaimTime::At { at: 10_000, about: false };
        let about = ClaimTime::At { at: 10_000, about: true };
        assert_eq!(exact.windows(&TimeZone::UTC), [(8_800, 11_200)]);
        assert_eq!(about.windows(&TimeZone::UTC), [(6_400, 13_600)]);
        assert!(about.clarity() < exact.clarity());
        let long = ClaimTime::Between { from: 0, to: 4 * 3_600 };
        assert!((long.clarity() - 0.25).abs() < 1e-9);
    }
}
