//! Service days and instants, as GTFS means them.
//!
//! An instant is `i64` epoch seconds. A time of a timetable is `i32` seconds since the origin of its
//! service day, which is noon minus 12 h in the agency's zone
//! (GTFS reference, "Field types", *Time*): so 25:10:00 is 90600 and a day of 23 or 25 hours works.

use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Epoch seconds.
pub type EpochS = i64;

/// A service day, counted in days since 1970-01-01.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceDate(pub i32);

const EPOCH: Date = jiff::civil::date(1970, 1, 1);

impl ServiceDate {
    /// From a civil date.
    pub fn from_date(date: Date) -> Self {
        Self((date - EPOCH).get_days())
    }

    /// As a civil date; the epoch if the count is outside the calendar of the library (never from a feed).
    pub fn to_date(self) -> Date {
        let Ok(span) = jiff::Span::new().try_days(self.0) else { return EPOCH };
        EPOCH.checked_add(span).unwrap_or(EPOCH)
    }

    /// From `YYYYMMDD`, GTFS's notation; `None` if it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let date = Date::new(
            text.get(..4)?.parse().ok()?,
            text.get(4..6)?.parse().ok()?,
            text.get(6..)?.parse().ok()?,
        );
        date.ok().map(Self::from_date)
    }

    /// 0 for Monday to 6 for Sunday.
    pub fn weekday(self) -> usize {
        // 1970-01-01 was a Thursday.
        (i64::from(self.0) + 3).rem_euclid(7) as usize
    }

    /// The day `days` later (earlier when negative).
    #[must_use]
    pub fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }
}

/// `YYYYMMDD`, GTFS's notation.
impl std::fmt::Display for ServiceDate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let date = self.to_date();
        write!(f, "{:04}{:02}{:02}", date.year(), date.month(), date.day())
    }
}

/// The instant at which the service day `date` has its time 00:00:00: noon minus 12 h.
pub fn service_day_origin(zone: &TimeZone, date: ServiceDate) -> EpochS {
    let noon = date.to_date().at(12, 0, 0, 0);
    zone.to_ambiguous_zoned(noon)
        .compatible()
        .map_or(i64::from(date.0) * 86_400, |zoned| zoned.timestamp().as_second() - 43_200)
}

/// The civil date at `at` in `zone`.
pub fn local_date(zone: &TimeZone, at: EpochS) -> ServiceDate {
    jiff::Timestamp::from_second(at)
        .map_or(ServiceDate(0), |t| ServiceDate::from_date(zone.to_datetime(t).date()))
}

/// Parses GTFS's `H:MM:SS` (hours may pass 24; blanks around are allowed) to seconds.
pub fn parse_gtfs_time(text: &str) -> Option<i32> {
    if let [h1, h2, b':', m1, m2, b':', s1, s2] = text.as_bytes() {
        // As nearly all are written. What this does not read is no time at all or written otherwise.
        let two = |tens: &u8, ones: &u8| {
            let digits = tens.is_ascii_digit() && ones.is_ascii_digit();
            digits.then(|| i32::from(tens - b'0') * 10 + i32::from(ones - b'0'))
        };
        if let (Some(h), Some(m), Some(s)) = (two(h1, h2), two(m1, m2), two(s1, s2)) {
            return (m < 60 && s < 60).then_some(h * 3600 + m * 60 + s);
        }
    }
    let mut parts = text.trim().split(':');
    let (h, m, s) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let sizes = (1..=3).contains(&h.len()) && m.len() == 2 && s.len() == 2;
    if parts.next().is_some() || !sizes || !(digits(h) && digits(m) && digits(s)) {
        return None;
    }
    let (h, m, s): (i32, i32, i32) = (h.parse().ok()?, m.parse().ok()?, s.parse().ok()?);
    (m < 60 && s < 60).then_some(h * 3600 + m * 60 + s)
}

/// Writes seconds of a service day as GTFS's `HH:MM:SS`.
pub fn format_gtfs_time(seconds: i32) -> String {
    let s = seconds.max(0);
    format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn service_day_starts_twelve_hours_before_noon_whatever_the_clocks_do() {
        let zone = TimeZone::get("America/New_York").unwrap();
        // 2024-03-10: clocks go forward at 02:00, noon is 16:00Z, so the origin is 04:00Z = 23:00 of the 9th.
        let date = ServiceDate::parse("20240310").unwrap();
        assert_eq!(service_day_origin(&zone, date), 1_710_043_200);
    }

    #[test]
    fn almaty_moved_to_utc_plus_5_on_2024_03_01() {
        let zone = TimeZone::get("Asia/Almaty").unwrap();
        let before = service_day_origin(&zone, ServiceDate::parse("20240228").unwrap());
        let after = service_day_origin(&zone, ServiceDate::parse("20240302").unwrap());
        assert_eq!(after - before, 3 * 86_400 + 3_600);
    }

    #[test]
    fn dates_round_trip_and_know_their_weekday() {
        let date = ServiceDate::parse("20261123").unwrap();
        assert_eq!(date.to_string(), "20261123");
        assert_eq!(date.weekday(), 0);
        assert_eq!(ServiceDate::parse("20260231"), None);
        assert_eq!(ServiceDate::parse("2026-1-1"), None);
    }

    #[test]
    fn days_beyond_every_calendar_do_not_overflow() {
        let zone = TimeZone::UTC;
        for days in [i32::MIN, i32::MIN + 1, -8_000_000, 8_000_000, i32::MAX - 1, i32::MAX] {
            let date = ServiceDate(days);
            assert!(date.weekday() < 7);
            assert_eq!(date.to_date(), EPOCH);
            assert!(!date.to_string().is_empty());
            let _ = (date.plus(1), date.plus(-1), service_day_origin(&zone, date));
        }
        assert_eq!(local_date(&zone, i64::MAX), ServiceDate(0));
    }

    #[test]
    fn gtfs_times_pass_midnight() {
        assert_eq!(parse_gtfs_time("25:10:00"), Some(90_600));
        assert_eq!(parse_gtfs_time(" 6:05:09"), Some(21_909));
        assert_eq!(parse_gtfs_time("6:5:09"), None);
        assert_eq!(parse_gtfs_time(""), None);
        assert_eq!(parse_gtfs_time("+6:05:09"), None);
        assert_eq!(parse_gtfs_time("999:59:59"), Some(3_599_999));
        assert_eq!(format_gtfs_time(90_600), "25:10:00");
    }
}
