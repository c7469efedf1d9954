//! The cheap answers about days against a search of everything.

use super::*;
use crate::timetable::text::timetable;
use proptest::prelude::*;
use std::sync::LazyLock;

/// Past midnight, before and after the clocks change, by frequency of both kinds, twice past one stop.
const CITY: &str = "
    zone Europe/Berlin
    stop A 52.50 13.40
    stop B 52.51 13.40
    stop C 52.52 13.40
    service week mon-fri 20260101..20261231 -20260401
    service end sat,sun 20260101..20261231 +20260401
    service never none 20260101..20261231
    route 1
    route 2
    trip day route=1 service=week direction=0 times=30 every=0:20 : A 5:00, B 5:10+60, C 5:25
    trip night route=1 service=week direction=0 times=6 every=0:30 : A 23:00, B 24:10, C 26:25
    trip late route=1 service=end direction=0 : A 47:30, C 49:00
    trip loop route=1 service=end direction=0 times=9 every=1:00 : A 8:00, B 8:10, A 8:20, C 8:30
    trip back route=1 service=week direction=1 : C 6:00, B 6:10, A 6:20
    trip often route=2 service=week direction=0 : A 7:00, B 7:09, C 7:30
    frequency often 6:00..9:00 0:07
    frequency often 8:30..11:00 0:15 exact
    frequency often 23:30..25:30 0:20
    trip ghost route=2 service=never direction=0 : A 7:00, B 7:10
";

static LOADED: LazyLock<Timetable> = LazyLock::new(|| timetable(CITY).unwrap());

fn at(timetable: &Timetable, date: &str, seconds: i64) -> EpochS {
    timetable.origin(ServiceDate::parse(date).unwrap()) + seconds
}

/// All runs of the days around an instant.
fn all_runs(t: &Timetable, from: EpochS, to: EpochS) -> Vec<Run> {
    let first = local_date(&t.zone, from).plus(-4);
    let last = local_date(&t.zone, to).plus(2);
    (first.0..=last.0)
        .flat_map(|day| t.instances_on(ServiceDate(day)))
        .map(|instance| t.run(instance))
        .collect()
}

fn all_passages(
    t: &Timetable,
    runs: &[Run],
    stop: StopIdx,
) -> Vec<(RouteIdx, Option<u8>, ScheduledPassage)> {
    let mut passages = Vec::new();
    for run in runs {
        let pattern = t.pattern(t.trip(run.instance.trip).pattern);
        for position in (0..pattern.stops.len()).filter(|p| pattern.stops[*p] == stop) {
            let (arrival, departure) = t.scheduled(run.instance, position);
            let at = if position + 1 == pattern.stops.len() { arrival } else { departure };
            let stop_position = position as u16;
            let passage = ScheduledPassage { at, instance: run.instance, stop_position };
            passages.push((pattern.route, pattern.direction, passage));
        }
    }
    passages
}

proptest! {
    #[test]
    fn windows_hold_what_a_search_of_all_days_finds(
        // From the Friday before the clocks go forward to the Wednesday after.
        hours in 0..(6 * 24_i64), minutes in 0..60_i64, length_s in 0..20_000_i64,
        route in 0..2_u32, direction in prop::option::of(0..2_u8), stop in 0..3_u32,
    ) {
        let t = &*LOADED;
        let from = at(t, "20260327", hours * 3600 + minutes * 60);
        let to = from + length_s;
        let everything = all_runs(t, from, to);
        let mut active: Vec<Run> =
            everything.iter().copied().filter(|r| r.start <= to && r.end >= from).collect();
        active.sort_unstable();
        prop_assert_eq!(&t.runs_active(from, to), &active);
        let of = |r: &Run| t.pattern(t.trip(r.instance.trip).pattern);
        active.retain(|r| of(r).route.0 == route);
        active.retain(|r| direction.is_none() || of(r).direction == direction);
        prop_assert_eq!(t.runs_active_of(RouteIdx(route), direction, from, to), active);

        let stop = StopIdx(stop);
        let mut passages = all_passages(t, &everything, stop);
        passages.retain(|p| from <= p.2.at && p.2.at < to);
        let mut of_stop: Vec<_> = passages.iter().map(|p| p.2).collect();
        of_stop.sort_unstable();
        prop_assert_eq!(t.stop_passages(stop, from, to), of_stop);
        passages.retain(|p| p.0.0 == route && p.1 == direction);
        let mut of_direction: Vec<_> = passages.iter().map(|p| p.2).collect();
        of_direction.sort_unstable();
        let found = t.scheduled_passages(RouteIdx(route), direction, stop, from, to);
        prop_assert_eq!(found, of_direction);
    }

    #[test]
    fn origins_laid_out_are_those_computed(days in -40_000..40_000_i32) {
        let t = &*LOADED;
        let date = ServiceDate::parse("20260601").unwrap().plus(days);
        prop_assert_eq!(t.origin(date), service_day_origin(&t.zone, date));
    }
}

#[test]
fn a_day_lays_out_its_trips_and_frequencies_by_start() {
    let t = &*LOADED;
    let day = t.instances_on(ServiceDate::parse("20260330").unwrap());
    assert!(day.is_sorted_by_key(|i| (i.start_s, i.trip)));
    let often = t.trip_by_id("often").unwrap();
    let starts: Vec<i32> = day.iter().filter(|i| i.trip == often).map(|i| i.start_s / 60).collect();
    let mut expected: Vec<i32> = (360..540).step_by(7).chain((510..660).step_by(15)).collect();
    expected.extend((1410..1530).step_by(20));
    expected.sort_unstable();
    expected.dedup();
    assert_eq!(starts, expected);
    assert_eq!(day.len(), 30 + 6 + 1 + expected.len());
    // A run of a frequency trip carries the trip's times, moved.
    let instance = TripInstance { service_date: day[0].service_date, trip: often, start_s: 21_600 };
    let (arrival, _) = t.scheduled(instance, 2);
    assert_eq!(arrival - t.origin(instance.service_date), 6 * 3600 + 30 * 60);
}

#[test]
fn days_before_are_asked_for_times_past_midnight() {
    let t = &*LOADED;
    let dates = |now| -> Vec<String> {
        t.service_dates_around(now).iter().map(ToString::to_string).collect()
    };
    // The latest run ends at 49:00, so two days before still count at 00:30 and not at 02:00.
    assert_eq!(dates(at(t, "20260612", 1_800)), ["20260610", "20260611", "20260612"]);
    assert_eq!(dates(at(t, "20260612", 7_200)), ["20260611", "20260612"]);
    assert!(dates(at(t, "20300612", 0)).is_empty());
}

#[test]
fn a_run_is_found_by_what_a_feed_says_of_it() {
    let t = &*LOADED;
    let found = |trip: &str, date: Option<&str>, time: Option<&str>, now| {
        t.instance_of(trip, date, time, now).map(|i| (i.service_date.to_string(), i.start_s))
    };
    let thursday = ("20260611".to_owned(), 82_800);
    let night = at(t, "20260612", 5_400);
    assert_eq!(found("night.0", Some("20260611"), None, night), Some(thursday.clone()));
    // Without a date: the run of yesterday's service day is on the road at 01:30.
    assert_eq!(found("night.0", None, Some("23:00:00"), night), Some(thursday.clone()));
    // Saturday has no such run; the feed wrote the civil day.
    let saturday = at(t, "20260613", 5_400);
    let friday = ("20260612".to_owned(), 82_800);
    assert_eq!(found("night.0", Some("20260613"), None, saturday), Some(friday));
    assert_eq!(found("night.0", Some("20000101"), None, night), None, "far from any run");
    assert_eq!(found("often", None, None, night), None, "one of many");
    let first = ("20260612".to_owned(), 21_600);
    assert_eq!(found("often", Some("20260612"), Some("06:00:00"), night), Some(first));
    assert_eq!(found("ghost", None, None, night), None, "never runs");
    assert_eq!(found("nobody", None, None, night), None);
}
