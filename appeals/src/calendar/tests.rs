use super::*;
use crate::shipped;
use jiff::civil::date;
use jiff::tz::TimeZone;
use transit::EpochS;

fn office(week: Week) -> Office {
    Office { zone: TimeZone::get("Asia/Almaty").unwrap(), week, hours: WorkingHours::default() }
}

fn at(office: &Office, text: &str) -> EpochS {
    office.instant(text.parse().unwrap())
}

#[test]
fn the_published_year_has_246_working_days() {
    let calendars = shipped::calendars().unwrap();
    let five = WorkCalendar::new(&calendars, Week::Five);
    assert_eq!(five.working_days_in(2026), 246);
    let off = [
        (1, 1),
        (1, 2),
        (1, 7),
        (3, 9),
        (3, 23),
        (3, 24),
        (3, 25),
        (5, 1),
        (5, 7),
        (5, 11),
        (5, 27),
        (7, 6),
        (8, 31),
        (10, 26),
        (12, 16),
    ];
    for (month, day) in off {
        assert!(!five.is_working(date(2026, month, day)), "{month}-{day}");
    }
    let mut weekdays_off = 0;
    let mut on = date(2026, 1, 1);
    while on.year() == 2026 {
        weekdays_off += u32::from(!Week::Five.rests_on(on) && !five.is_working(on));
        on = next_day(on);
    }
    assert_eq!(weekdays_off, 15);
    assert!(!five.is_provisional(date(2026, 5, 5)));
    assert!(five.is_provisional(date(2027, 5, 5)));
    for day in [1, 4, 7] {
        assert!(!five.is_working(date(2027, 1, day)), "2027-01-0{day}");
    }
}

/// `reference/appeals.md` §4: registered, +3, +15, +20 working days.
#[test]
fn golden_dates() {
    let calendars = shipped::calendars().unwrap();
    let five = WorkCalendar::new(&calendars, Week::Five);
    let golden = [
        ("2026-02-02", "2026-02-05", "2026-02-23", "2026-03-02"),
        ("2026-03-02", "2026-03-05", "2026-03-27", "2026-04-03"),
        ("2026-03-20", "2026-03-30", "2026-04-15", "2026-04-22"),
        ("2026-04-24", "2026-04-29", "2026-05-20", "2026-05-28"),
        ("2026-05-06", "2026-05-13", "2026-06-01", "2026-06-08"),
        ("2026-10-16", "2026-10-21", "2026-11-09", "2026-11-16"),
        ("2026-11-23", "2026-11-26", "2026-12-14", "2026-12-22"),
        ("2026-12-15", "2026-12-21", "2027-01-11", "2027-01-18"),
    ];
    for (registered, three, fifteen, twenty) in golden {
        for (days, expected) in [(3, three), (15, fifteen), (20, twenty)] {
            let due = five.working_days_after(registered.parse().unwrap(), days);
            assert_eq!(due.on.to_string(), expected, "{registered} + {days}");
            assert_eq!(due.provisional, due.on.year() == 2027, "{registered} + {days}");
            assert_eq!(five.working_days_between(registered.parse().unwrap(), due.on), days as i32);
        }
    }
}

#[test]
fn registration_waits_for_the_next_working_day() {
    let calendars = shipped::calendars().unwrap();
    let office = office(Week::Five);
    let edges = [
        ("2026-11-20T18:01:00", "2026-11-23", "Friday evening"),
        ("2026-11-21T10:00:00", "2026-11-23", "Saturday"),
        ("2026-11-20T17:59:59", "2026-11-20", "a second before the end"),
        ("2026-11-20T18:00:00", "2026-11-20", "the last second"),
        ("2026-11-20T03:00:00", "2026-11-20", "before the day begins"),
        ("2026-12-31T19:00:00", "2027-01-05", "New Year's eve: 1 and 4 January are off"),
        ("2026-03-20T18:30:00", "2026-03-26", "before Nauryz"),
    ];
    for (received, registered, why) in edges {
        let on = office.registered_on(&calendars, at(&office, received));
        assert_eq!(on.on.to_string(), registered, "{why}");
    }
    let eve = office.registered_on(&calendars, at(&office, "2026-12-31T19:00:00"));
    assert!(eve.provisional);
}

#[test]
fn a_six_day_week_works_on_saturdays_and_moves_fewer_holidays() {
    let calendars = shipped::calendars().unwrap();
    let six = WorkCalendar::new(&calendars, Week::Six);
    assert!(six.is_working(date(2026, 11, 21)));
    assert!(!six.is_working(date(2026, 5, 9)), "a Saturday, but a holiday");
    assert!(six.is_working(date(2026, 5, 11)), "nothing to move");
    assert!(!six.is_working(date(2026, 3, 9)), "8 March is a Sunday in any week");
    let due = six.working_days_after(date(2026, 11, 23), 15);
    assert_eq!(due.on, date(2026, 12, 10));
    let saturday = office(Week::Six);
    let on = saturday.registered_on(&calendars, at(&saturday, "2026-11-21T10:00:00"));
    assert_eq!(on.on, date(2026, 11, 21));
}

#[test]
fn an_unknown_year_is_provisional_until_it_is_entered() {
    let only_2026 = Calendars::parse(&[shipped::CALENDAR_2026]).unwrap();
    let five = WorkCalendar::new(&only_2026, Week::Five);
    let due = five.working_days_after(date(2026, 12, 15), 15);
    assert_eq!(due, Reckoned { on: date(2027, 1, 11), provisional: true });
    assert!(five.is_working(date(2027, 5, 17)), "Kurban Ait has no date yet");
    // The government moves a day; the year is confirmed.
    let entered = shipped::CALENDAR_2027.replace("confirmed = false", "confirmed = true")
        + "\n[[moved]]\ndate = \"2027-01-08\"\nworking = false\n\
           [[moved]]\ndate = \"2027-01-16\"\nworking = true\nweeks = [\"five\"]\n";
    let calendars = Calendars::parse(&[shipped::CALENDAR_2026, &entered]).unwrap();
    let five = WorkCalendar::new(&calendars, Week::Five);
    let due = five.working_days_after(date(2026, 12, 15), 15);
    assert_eq!(due, Reckoned { on: date(2027, 1, 12), provisional: false });
    assert!(five.is_working(date(2027, 1, 16)));
}

#[test]
fn what_is_not_a_calendar_is_refused() {
    assert!(matches!(Calendars::parse(&[]), Err(CalendarError::None)));
    let twice = Calendars::parse(&[shipped::CALENDAR_2026, shipped::CALENDAR_2026]);
    assert!(matches!(twice, Err(CalendarError::Twice(2026))));
    let other = shipped::CALENDAR_2026.replace("year = 2026", "year = 2025");
    assert!(matches!(Calendars::parse(&[&other]), Err(CalendarError::OtherYear { .. })));
    assert!(matches!(Calendars::parse(&["year = 1"]), Err(CalendarError::Notation(_))));
}

#[test]
fn working_hours_leave_out_lunch_nights_and_days_off() {
    let calendars = shipped::calendars().unwrap();
    let office = office(Week::Five);
    let after = |from: &str, hours| {
        let at = office.working_hours_after(&calendars, at(&office, from), hours);
        office.local(at).to_string()
    };
    assert_eq!(after("2026-11-20T12:00:00", 4), "2026-11-20T17:00:00");
    assert_eq!(after("2026-11-20T16:00:00", 4), "2026-11-23T11:00:00");
    assert_eq!(after("2026-11-21T16:00:00", 4), "2026-11-23T14:00:00".replace("14", "13"));
    assert_eq!(after("2026-12-15T17:00:00", 2), "2026-12-17T10:00:00");
}
