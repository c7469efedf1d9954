//! From what was entered to what the register takes, and back to names that people know.

use super::place::{AS_WRITTEN, route_of, stop_of};
use crate::view::View;
use appeals::claim::{Claim, ClaimTime};
use appeals::ids::{RouteId, StopId, VehicleId};
use frontend::office::citizen::{Fault, Form, Told, When};
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use std::collections::BTreeSet;
use transit::EpochS;
use transit::ids::{RouteIdx, StopIdx};

/// The clock of a telephone may be ahead of ours, seconds.
const AHEAD_S: EpochS = 15 * 60;
/// An event may lie so far back, days.
const BACK_DAYS: i64 = 366;
/// "Every day" is looked into for so many days before the day named.
const DAILY_BACK_DAYS: i64 = 13;
/// Longest wait that is written down, minutes.
const WAIT_MIN_MAX: i64 = 600;

/// The instant of a day and time in the city.
fn instant(date: Date, time: Time, zone: &TimeZone) -> Option<EpochS> {
    let zoned = zone.to_ambiguous_zoned(date.to_datetime(time)).compatible().ok()?;
    Some(zoned.timestamp().as_second())
}

/// `HH:MM`, as browsers send it.
fn time_of_day(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let minute = minute.split(':').next()?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

fn seconds_of(time: Time) -> i32 {
    i32::from(time.hour()) * 3_600 + i32::from(time.minute()) * 60
}

/// When it happened. Nothing entered is nothing said.
pub fn time(form: &Form, now: EpochS, zone: &TimeZone) -> Result<Option<ClaimTime>, Fault> {
    let (date, time) = (form.get("date"), form.get("time"));
    if date.is_empty() && time.is_empty() {
        return Ok(None);
    }
    let date = date.parse::<Date>().map_err(|_| Fault::Date)?;
    let time = time_of_day(time).ok_or(Fault::Date)?;
    let at = instant(date, time, zone).ok_or(Fault::Date)?;
    if at > now + AHEAD_S {
        return Err(Fault::Future);
    }
    if at < now - BACK_DAYS * 86_400 {
        return Err(Fault::Old);
    }
    let until = Some(form.get("time_to")).filter(|until| !until.is_empty());
    let until = until.map(|u| time_of_day(u).filter(|t| *t > time).ok_or(Fault::TimeTo));
    let until = until.transpose()?;
    let days = form.get("days");
    Ok(Some(match (until, days) {
        (None, "") => ClaimTime::At { at, about: form.has("about") },
        (Some(until), "") => {
            ClaimTime::Between { from: at, to: instant(date, until, zone).ok_or(Fault::Date)? }
        }
        (until, days) => daily(date, time, until.ok_or(Fault::TimeTo)?, days == "working")?,
    }))
}

/// Day after day, the last two weeks.
fn daily(last: Date, from: Time, to: Time, working: bool) -> Result<ClaimTime, Fault> {
    let first =
        last.checked_sub(jiff::Span::new().days(DAILY_BACK_DAYS)).map_err(|_| Fault::Date)?;
    let bit = |day: Weekday| 1 << day.to_monday_zero_offset();
    let weekend = bit(Weekday::Saturday) | bit(Weekday::Sunday);
    let all = 0b0111_1111;
    Ok(ClaimTime::Daily {
        first,
        last,
        from_s: seconds_of(from),
        to_s: seconds_of(to),
        weekdays: if working { all & !weekend } else { all },
    })
}

/// Minutes waited.
fn wait_s(form: &Form) -> Result<Option<i64>, Fault> {
    let text = form.get("wait");
    if text.is_empty() {
        return Ok(None);
    }
    let minutes = text.parse::<i64>().ok().filter(|m| (0..=WAIT_MIN_MAX).contains(m));
    minutes.map(|m| Some(m * 60)).ok_or(Fault::Wait)
}

/// The direction in which a route serves a stop, where it is one.
fn direction(view: &View, route: RouteIdx, stop: StopIdx) -> Option<u8> {
    let timetable = view.timetable();
    let of = timetable.route(route).patterns.iter().map(|p| timetable.pattern(*p));
    let serving: BTreeSet<_> =
        of.filter(|p| p.stops.contains(&stop)).map(|p| p.direction).collect();
    let mut serving = serving.into_iter();
    serving.next().filter(|_| serving.next().is_none()).flatten()
}

/// What happened, as the register takes it; and what of it is wrong.
pub fn claim(form: &Form, view: &View, now: EpochS, zone: &TimeZone) -> (Claim, Vec<Fault>) {
    let mut faults = Vec::new();
    let mut sound = |fault: Fault| {
        faults.push(fault);
        None
    };
    let time = time(form, now, zone).unwrap_or_else(&mut sound);
    let wait_s = wait_s(form).unwrap_or_else(|fault| {
        sound(fault);
        None
    });
    let (route, stop) = (route_of(form, view), stop_of(form, view));
    let some = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
    // What the timetable does not know is kept in the person's words.
    let written = |name: &str, find: &str| {
        (form.get(name) == AS_WRITTEN).then(|| some(form.get(find))).flatten()
    };
    let route_words = written("route", "route_find").map(|w| format!("№ {w}"));
    let address = [route_words, written("stop", "stop_find"), some(form.get("place_words"))];
    let address = address.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let timetable = view.timetable();
    let claim = Claim {
        route: route.map(|r| RouteId(timetable.route(r).id.to_string())),
        direction: route.zip(stop).and_then(|(r, s)| direction(view, r, s)),
        stop: stop.map(|s| StopId(timetable.stop(s).id.to_string())),
        address: some(&address),
        vehicle: some(form.get("vehicle")).map(VehicleId),
        vehicle_text: some(form.get("vehicle_text")),
        on_vehicle: match form.get("on_bus") {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        },
        time,
        wait_s,
        ..Claim::default()
    };
    (claim, faults)
}

/// What was told, in names that the reader knows.
pub fn told(claim: &Claim, view: &View, kind: String) -> Told {
    let timetable = view.timetable();
    let route = claim.route.as_ref().map(|id| {
        timetable.route_by_id(&id.0).map_or_else(|| id.0.clone(), |r| view.route_name(r).to_owned())
    });
    let stop = claim
        .stop
        .as_ref()
        .map(|id| timetable.stop_by_id(&id.0).map_or_else(|| id.0.clone(), |s| view.stop(s).name));
    let vehicle = claim.vehicle.as_ref().map(|id| {
        let known = view.vehicle_by_id(&id.0).and_then(|v| v.label.as_deref());
        known.unwrap_or(&id.0).to_owned()
    });
    let when = claim.time.map(|time| match time {
        ClaimTime::At { at, about } => When::At { at, about },
        ClaimTime::Between { from, to } => When::Between { from, to },
        ClaimTime::Daily { from_s, to_s, weekdays, .. } => {
            When::Daily { from_s, to_s, working: weekdays & 0b0110_0000 == 0 }
        }
    });
    Told {
        kind,
        route,
        stop,
        vehicle: vehicle.or_else(|| claim.vehicle_text.clone()),
        address: claim.address.clone(),
        when,
        wait_min: claim.wait_s.map(|s| s / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 23 November 2026, 10:00 in Almaty.
    const NOW: EpochS = 1_795_410_000;

    fn read(pairs: &[(&'static str, &str)]) -> Result<Option<ClaimTime>, Fault> {
        time(&Form::of(pairs.iter().copied()), NOW, &TimeZone::get("Asia/Almaty").unwrap())
    }

    #[test]
    fn times_are_the_citys_and_what_cannot_be_is_said() {
        let day = ("date", "2026-11-23");
        let at = ClaimTime::At { at: NOW - 600, about: false };
        assert_eq!(read(&[day, ("time", "09:50")]), Ok(Some(at)));
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&[day]), Err(Fault::Date));
        assert_eq!(read(&[day, ("time", "10:30")]), Err(Fault::Future));
        assert_eq!(read(&[("date", "2025-11-01"), ("time", "10:00")]), Err(Fault::Old));
        assert_eq!(read(&[("date", "31.12.2025"), ("time", "10:00")]), Err(Fault::Date));
        let hours = [day, ("time", "07:00"), ("time_to", "09:00")];
        let between = ClaimTime::Between { from: NOW - 3 * 3_600, to: NOW - 3_600 };
        assert_eq!(read(&hours), Ok(Some(between)));
        assert_eq!(read(&[day, ("time", "09:00"), ("time_to", "07:00")]), Err(Fault::TimeTo));
        let daily = read(&[hours[0], hours[1], hours[2], ("days", "working")]).unwrap().unwrap();
        assert_eq!(daily.windows(&TimeZone::UTC).len(), 10, "the working days of two weeks");
        assert_eq!(read(&[day, ("time", "09:00"), ("days", "all")]), Err(Fault::TimeTo));
    }
}
