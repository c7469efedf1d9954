//! Times, spans and numbers as a reader expects them. Times stand in the agency's zone.

#[cfg(feature = "ssr")]
use crate::{page::Language, text::Text};

const DAY_S: i64 = 86_400;
/// From here on a deviation is called late or early; below it a bus is as good as on time.
#[cfg(feature = "ssr")]
const DEVIATION_S: i32 = 60;
/// From here on a span is told in days.
#[cfg(feature = "ssr")]
const LONG_S: i64 = 2 * DAY_S;

/// How one reader is spoken to.
#[cfg(feature = "ssr")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Voice {
    pub language: Language,
    pub text: &'static Text,
    /// Seconds that the agency's zone is ahead of UTC.
    pub utc_offset_s: i32,
    /// The city's now.
    pub at: i64,
}

/// `07:40` in a zone that is `utc_offset_s` ahead of UTC.
pub(crate) fn clock_time(at: i64, utc_offset_s: i32) -> String {
    let s = (at + i64::from(utc_offset_s)).rem_euclid(DAY_S);
    format!("{:02}:{:02}", s / 3600, s / 60 % 60)
}

#[cfg(feature = "ssr")]
/// `8:05`, `1:02:05`: a span as a stopwatch shows it.
pub(crate) fn stopwatch(s: i64) -> String {
    let (sign, s) = (if s < 0 { "−" } else { "" }, s.abs());
    if s >= 3600 {
        format!("{sign}{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
    } else {
        format!("{sign}{}:{:02}", s / 60, s % 60)
    }
}

#[cfg(feature = "ssr")]
/// `+1:20`, `−0:30`, `0:00`.
pub(crate) fn signed_stopwatch(s: i64) -> String {
    if s > 0 { format!("+{}", stopwatch(s)) } else { stopwatch(s) }
}

/// `—` for unknown.
#[cfg(feature = "ssr")]
pub(crate) fn or_dash(value: Option<String>) -> String {
    value.unwrap_or_else(|| "—".to_owned())
}

/// Year, month and day of a number of days since 1970-01-01 (Howard Hinnant, `civil_from_days`).
#[cfg(feature = "ssr")]
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

// A page asks the voice for every figure, whether or not the language changes how it is written.
#[allow(clippy::unused_self)]
#[cfg(feature = "ssr")]
impl Voice {
    /// `07:40`.
    pub fn time(&self, at: i64) -> String {
        clock_time(at, self.utc_offset_s)
    }

    /// Between when and when a bus comes, in words; empty where that is not known.
    pub fn between(&self, from: Option<i64>, to: Option<i64>) -> String {
        let Some((from, to)) = from.zip(to) else { return String::new() };
        let words = self.text.between;
        words.replace("{from}", &self.time(from)).replace("{to}", &self.time(to))
    }

    /// `07:40:05`.
    pub fn time_s(&self, at: i64) -> String {
        format!("{}:{:02}", self.time(at), (at + i64::from(self.utc_offset_s)).rem_euclid(60))
    }

    /// `2025-12-29 07:40`: read alike in every language.
    pub fn date_time(&self, at: i64) -> String {
        let (year, month, day) = civil((at + i64::from(self.utc_offset_s)).div_euclid(86_400));
        format!("{year}-{month:02}-{day:02} {}", self.time(at))
    }

    /// Whether the time of day alone tells when it was.
    pub const fn within_a_day(&self, at: i64) -> bool {
        self.at - at < DAY_S
    }

    /// `8:05` or `—`.
    pub fn span(&self, s: Option<i32>) -> String {
        or_dash(s.map(|s| stopwatch(s.into())))
    }

    /// `+1:20` or `—`.
    pub fn excess(&self, s: Option<f32>) -> String {
        or_dash(s.map(|s| signed_stopwatch(s.round() as i64)))
    }

    /// `25 %` or `—`.
    pub fn percent(&self, share: Option<f32>) -> String {
        or_dash(share.map(|p| format!("{}\u{202f}%", (p * 100.0).round() as i64)))
    }

    /// One decimal, with the language's own mark.
    pub fn decimal(&self, value: f64) -> String {
        format!("{value:.1}").replace('.', self.text.units.decimal.encode_utf8(&mut [0; 4]))
    }

    /// `12 345`: groups of three, with a narrow space.
    pub fn count(&self, n: u64) -> String {
        let digits = n.to_string();
        let mut out = String::with_capacity(digits.len() + digits.len() / 3 * 3);
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                out.push('\u{202f}');
            }
            out.push(digit);
        }
        out
    }

    /// `5 автобусов`.
    pub fn counted(&self, n: u64, word: crate::text::Plural) -> String {
        format!("{} {}", self.count(n), self.language.plural(n, word))
    }

    /// `40 с`, `8 мин`, `2 ч 5 мин`, `3 дн.`: a span in words, rounded.
    pub fn roughly(&self, s: i64) -> String {
        let units = &self.text.units;
        let s = s.abs();
        if s < 60 {
            return format!("{s} {}", units.s);
        }
        if s >= LONG_S {
            return format!("{} {}", self.count((s / DAY_S).unsigned_abs()), units.d);
        }
        let minutes = (s + 30) / 60;
        match (minutes / 60, minutes % 60) {
            (0, m) => format!("{m} {}", units.min),
            (h, 0) => format!("{h} {}", units.h),
            (h, m) => format!("{h} {} {m} {}", units.h, units.min),
        }
    }

    /// `через 5 мин`, `сейчас`, `3 мин назад`.
    pub fn relative(&self, at: i64) -> String {
        let text = self.text;
        match at - self.at {
            -29..=29 => text.now.to_owned(),
            ahead @ 30.. => {
                let (before, after) = text.in_minutes;
                format!("{before}{}{after}", self.roughly(ahead.max(60)))
            }
            past => format!("{} {}", self.roughly(past), text.ago),
        }
    }

    /// `40 с назад`, never a "now": for the age of a report.
    pub fn ago(&self, at: i64) -> String {
        format!("{} {}", self.roughly((self.at - at).max(0)), self.text.ago)
    }

    /// `+2:10` and `опоздание`; `−1:40` and `опережение`; `+0:20` and nothing.
    pub fn deviation(&self, s: Option<i32>) -> (String, Option<&'static str>) {
        let word = match s {
            Some(s) if s >= DEVIATION_S => Some(self.text.late),
            Some(s) if s <= -DEVIATION_S => Some(self.text.early),
            _ => None,
        };
        (or_dash(s.map(|s| signed_stopwatch(s.into()))), word)
    }

    /// `350 м`, `4,2 км`.
    pub fn distance(&self, m: f64) -> String {
        let units = &self.text.units;
        if m < 1000.0 {
            format!("{m:.0} {}", units.m)
        } else {
            format!("{} {}", self.decimal(m / 1000.0), units.km)
        }
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    fn voice(language: Language) -> Voice {
        Voice { language, text: language.text(), utc_offset_s: 5 * 3600, at: 1_700_000_000 }
    }

    #[test]
    fn times_stand_in_the_agencys_zone() {
        // 1_700_000_000 is 22:13:20 UTC.
        assert_eq!(voice(Language::En).time(1_700_000_000), "03:13");
        assert_eq!(voice(Language::En).time_s(1_700_000_000), "03:13:20");
        assert_eq!(clock_time(0, -3600), "23:00");
        assert_eq!(voice(Language::En).date_time(1_700_000_000), "2023-11-15 03:13");
        let days = [
            (0, (1970, 1, 1)),
            (-1, (1969, 12, 31)),
            (11_016, (2000, 2, 29)),
            (20_454, (2026, 1, 1)),
        ];
        for (number, date) in days {
            assert_eq!(civil(number), date);
        }
    }

    #[test]
    fn spans_are_read_at_a_glance() {
        assert_eq!(stopwatch(485), "8:05");
        assert_eq!(stopwatch(-3725), "−1:02:05");
        assert_eq!(signed_stopwatch(80), "+1:20");
        assert_eq!(signed_stopwatch(0), "0:00");
        assert_eq!(voice(Language::En).span(None), "—");
    }

    #[test]
    fn numbers_follow_the_language() {
        assert_eq!(voice(Language::Ru).decimal(4.25), "4,2");
        assert_eq!(voice(Language::En).decimal(4.25), "4.2");
        assert_eq!(voice(Language::Ru).count(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(voice(Language::Ru).count(123), "123");
        assert_eq!(voice(Language::Ru).counted(22, Language::Ru.text().buses), "22 автобуса");
    }

    #[test]
    fn words_for_near_times() {
        let (ru, kk) = (voice(Language::Ru), voice(Language::Kk));
        assert_eq!(ru.relative(ru.at + 300), "через 5 мин");
        assert_eq!(kk.relative(kk.at + 300), "5 мин кейін");
        assert_eq!(ru.relative(ru.at - 200), "3 мин назад");
        assert_eq!(ru.relative(ru.at + 10), "сейчас");
        assert_eq!(voice(Language::En).roughly(7500), "2 h 5 min");
        assert_eq!(voice(Language::Ru).roughly(30_870_000), "357 дн.");
        assert_eq!(voice(Language::En).roughly(172_799), "48 h");
        assert_eq!(ru.deviation(Some(130)), ("+2:10".to_owned(), Some("опоздание")));
        assert_eq!(ru.deviation(Some(-100)), ("−1:40".to_owned(), Some("опережение")));
        assert_eq!(ru.deviation(Some(20)), ("+0:20".to_owned(), None));
        assert_eq!(ru.deviation(None), ("—".to_owned(), None));
    }
}
