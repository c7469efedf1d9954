//! Times as people say them, in Russian, Kazakh and English.

use super::Word;
use super::letters::fold;
use crate::claim::ClaimTime;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use transit::EpochS;

/// What was found in the words from `at` on.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    /// A day.
    Day(Date),
    /// Seconds of the day.
    Clock(i32),
    /// Hours of a day: from, to, seconds.
    Hours(i32, i32),
    /// So long before now, seconds.
    Ago(i64),
    /// So long, seconds.
    Wait(i64),
    /// "About".
    About,
    /// Every day.
    Daily,
}

const HOUR: i32 = 3_600;

/// Days of the week, from Monday, as their beginnings.
const WEEKDAYS: [&[&str]; 7] = [
    &["пн", "понедельник", "дуйсенби", "monday", "mon"],
    &["вт", "вторник", "сейсенби", "tuesday", "tue"],
    &["ср", "сред", "сарсенби", "wednesday", "wed"],
    &["чт", "четверг", "бейсенби", "thursday", "thu"],
    &["пт", "пятниц", "жума", "friday", "fri"],
    &["сб", "суббот", "сенби", "saturday", "sat"],
    &["вс", "воскресень", "жексенби", "sunday", "sun"],
];

fn is(word: &Word, any: &[&str]) -> bool {
    word.readings.iter().any(|r| any.iter().any(|w| r == &fold(w)))
}

fn begins(word: &Word, any: &[&str]) -> bool {
    word.readings
        .iter()
        .any(|r| any.iter().any(|w| r == w || (w.chars().count() >= 4 && r.starts_with(&fold(w)))))
}

/// `8:10`, `8.10`, `08-10`.
fn clock(text: &str) -> Option<i32> {
    let (h, m) = text.split_once([':', '.', '-'])?;
    let all_digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(h) || !all_digits(m) || m.len() != 2 || h.len() > 2 {
        return None;
    }
    let (h, m): (i32, i32) = (h.parse().ok()?, m.parse().ok()?);
    (h < 24 && m < 60).then_some(h * HOUR + m * 60)
}

fn number(word: Option<&Word>) -> Option<i32> {
    let text = &word?.raw;
    text.parse().ok().filter(|_| text.len() <= 3 && text.bytes().all(|b| b.is_ascii_digit()))
}

/// Minutes or hours, as a unit: seconds.
fn unit(word: Option<&Word>) -> Option<i64> {
    let word = word?;
    if begins(word, &["мин", "минут", "минута", "min", "minutes", "minute"]) {
        Some(60)
    } else if begins(word, &["час", "часа", "часов", "сағат", "hour", "hours"]) {
        Some(3_600)
    } else {
        None
    }
}

/// What the words from `at` on say of time, and how many words it takes.
pub(super) fn part(words: &[Word], at: usize, now: DateTime) -> Option<(Part, usize)> {
    let word = words.get(at)?;
    let next = words.get(at + 1);
    if let Some(minutes) = word.raw.strip_prefix("сейчас-").and_then(|m| m.parse::<i64>().ok())
    {
        return Some((Part::Ago(minutes * 60), 1));
    }
    if let Some(seconds) = clock(&word.raw) {
        return Some((Part::Clock(seconds), 1));
    }
    if is(word, &["сейчас", "қазір", "now"]) {
        return Some((Part::Ago(0), 1));
    }
    let today = now.date();
    let back = |days: i32| crate::calendar::days_later(today, -days);
    if is(word, &["сегодня", "бүгін", "today"]) {
        return Some((Part::Day(today), 1));
    }
    if is(word, &["вчера", "кеше", "yesterday"]) {
        return Some((Part::Day(back(1)), 1));
    }
    if is(word, &["позавчера"]) {
        return Some((Part::Day(back(2)), 1));
    }
    if is(word, &["около", "примерно", "шамамен", "about", "around"]) {
        return Some((Part::About, 1));
    }
    if begins(word, &["каждый", "каждое", "ежедневно", "сайын", "every", "постоянно"])
    {
        return Some((Part::Daily, 1));
    }
    if let Some(weekday) = WEEKDAYS.iter().position(|names| begins(word, names)) {
        let ago = (today.weekday().to_monday_zero_offset() as i32 - weekday as i32).rem_euclid(7);
        return Some((Part::Day(back(ago)), 1));
    }
    for (names, from, to) in [
        (&["утром", "утро", "утра", "таңертең", "таңғы", "morning"][..], 6, 10),
        (&["днем", "днём", "күндіз", "обед", "түсте", "afternoon"][..], 12, 16),
        (&["вечером", "вечер", "вечера", "кешке", "кешкі", "evening"][..], 17, 21),
        (&["ночью", "түнде", "night"][..], 21, 24),
    ] {
        if is(word, names) {
            return Some((Part::Hours(from * HOUR, to * HOUR), 1));
        }
    }
    spoken(words, at).or_else(|| between(words, at, next))
}

/// `в 8`, `сағат 8`, `8 часов`, `40 минут`, `20 минут назад`, `полчаса`.
fn spoken(words: &[Word], at: usize) -> Option<(Part, usize)> {
    let word = &words[at];
    let ago = |i: usize| words.get(i).is_some_and(|w| is(w, &["назад", "бұрын", "ago"]));
    let length = |seconds: i64, taken: usize| {
        if ago(at + taken) { (Part::Ago(seconds), taken + 1) } else { (Part::Wait(seconds), taken) }
    };
    if is(word, &["полчаса"]) {
        return Some(length(1_800, 1));
    }
    if is(word, &["жарты"]) && unit(words.get(at + 1)) == Some(3_600) {
        return Some(length(1_800, 2));
    }
    if is(word, &["час"]) {
        return Some(length(3_600, 1));
    }
    if is(word, &["в", "at", "сағат"]) {
        let hour = number(words.get(at + 1)).filter(|h| *h < 24)?;
        // "в 40 маршруте" is no time, and "в 8 автобусе" neither.
        let unit_of = unit(words.get(at + 2));
        let vehicle = words.get(at + 2).is_some_and(|w| begins(w, &["автобус", "маршрут"]));
        if vehicle || unit_of == Some(60) {
            return None;
        }
        return Some((Part::Clock(hour * HOUR), 2 + usize::from(unit_of.is_some())));
    }
    let count = number(Some(word))?;
    let seconds = unit(words.get(at + 1))?;
    let hours_of_day = seconds == 3_600 && count >= 5 && !ago(at + 2);
    if hours_of_day {
        return (count < 24).then_some((Part::Clock(count * HOUR), 2));
    }
    Some(length(i64::from(count) * seconds, 2))
}

/// `с 7 до 9`, `7:30..9:00`.
fn between(words: &[Word], at: usize, next: Option<&Word>) -> Option<(Part, usize)> {
    let word = &words[at];
    let hour = |w: Option<&Word>| {
        let w = w?;
        clock(&w.raw).or_else(|| number(Some(w)).filter(|h| *h <= 24).map(|h| h * HOUR))
    };
    if is(word, &["с", "from"]) && words.get(at + 2).is_some_and(|w| is(w, &["до", "to"])) {
        let (from, to) = (hour(next)?, hour(words.get(at + 3))?);
        return (from < to).then_some((Part::Hours(from, to), 4));
    }
    None
}

/// What a person says of time, put together.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    pub day: Option<Date>,
    pub clock: Option<i32>,
    pub hours: Option<(i32, i32)>,
    pub ago_s: Option<i64>,
    pub wait_s: Option<i64>,
    pub about: bool,
    pub daily: bool,
}

/// What people tell has happened; clocks differ by so much, seconds.
const AHEAD_S: EpochS = 600;
/// A daily claim looks back over so many days.
const DAILY_DAYS: i32 = 14;

impl Said {
    pub fn take(&mut self, part: &Part) {
        match *part {
            Part::Day(day) => self.day = self.day.or(Some(day)),
            Part::Clock(s) => self.clock = self.clock.or(Some(s)),
            Part::Hours(from, to) => self.hours = self.hours.or(Some((from, to))),
            Part::Ago(s) => self.ago_s = self.ago_s.or(Some(s)),
            Part::Wait(s) => self.wait_s = self.wait_s.or(Some(s)),
            Part::About => self.about = true,
            Part::Daily => self.daily = true,
        }
    }

    /// The time that is meant. A time of day without a day is the last one that has passed.
    pub fn time(&self, zone: &TimeZone, now: EpochS, local: DateTime) -> Option<ClaimTime> {
        let today = local.date();
        let instant = |day: Date, s: i32| {
            let midnight = day.to_datetime(Time::midnight());
            let start = zone.to_ambiguous_zoned(midnight).compatible().ok()?;
            Some(start.timestamp().as_second() + EpochS::from(s))
        };
        if self.daily {
            let around = self.clock.map(|c| ((c - HOUR / 2).max(0), c + HOUR / 2));
            let (from_s, to_s) = around.or(self.hours).unwrap_or((6 * HOUR, 22 * HOUR));
            let last = crate::calendar::days_later(today, -1);
            let first = crate::calendar::days_later(today, -DAILY_DAYS);
            return Some(ClaimTime::Daily { first, last, from_s, to_s, weekdays: 0b111_1111 });
        }
        if let Some(s) = self.clock {
            // "8:10 вечера" is after noon.
            let evening = self.hours.is_some_and(|(from, _)| from >= 12 * HOUR);
            let s = if evening && s < 12 * HOUR { s + 12 * HOUR } else { s };
            let mut at = instant(self.day.unwrap_or(today), s)?;
            if self.day.is_none() && at > now + AHEAD_S {
                at = instant(crate::calendar::days_later(today, -1), s)?;
            }
            return Some(ClaimTime::At { at, about: self.about });
        }
        if let Some(ago) = self.ago_s {
            return Some(ClaimTime::At { at: now - ago, about: self.about });
        }
        if let Some((from, to)) = self.hours {
            let day = self.day.unwrap_or(today);
            return Some(ClaimTime::Between { from: instant(day, from)?, to: instant(day, to)? });
        }
        self.day.and_then(|day| {
            Some(ClaimTime::Between { from: instant(day, 6 * HOUR)?, to: instant(day, 22 * HOUR)? })
        })
    }
}
