//! Buses that drive by stops against such as stand there: what their positions tell, against the truth.

use crate::city::City;
use crate::{Tally, passages, seed};
use appeals::claim::ClaimTime;
use appeals::evidence::{examine, span};
use appeals::kind::Kind;
use appeals::shipped;
use appeals::verdict::Finding;
use simulator::{Detour, HappeningKind, worlds};
use transit::EpochS;
use transit::ids::{PatternIdx, RouteIdx, StopIdx};

/// Of the routes, every so many leaves stops out.
const EVERY_ROUTE: usize = 3;
/// The middle of the line, where nobody stops.
const LEFT_OUT: (f64, f64) = (0.4, 0.65);

/// A morning in which buses of some routes drive by the stops of a stretch, as they would without people there.
fn city(kind: worlds::Kind, interval_s: i64) -> City {
    City::watched_with(kind, seed(), interval_s.min(20), |timetable, config| {
        config.feed.interval_s = interval_s;
        let origin = timetable.origin(worlds::DATE);
        config.detours = (0..timetable.routes.len())
            .step_by(EVERY_ROUTE)
            .map(|route| Detour {
                route_id: timetable.routes[route].id.to_string(),
                stretch: LEFT_OUT,
                aside_m: 0.0,
                from: origin + 6 * 3_600,
                to: origin + 10 * 3_600,
            })
            .collect();
    })
}

/// Runs of a route and direction that truly left out a stop within a span.
fn left_out(
    city: &City,
    (route, direction): (RouteIdx, Option<u8>),
    stop: StopIdx,
    (from, to): (EpochS, EpochS),
) -> usize {
    let timetable = &city.timetable;
    let happened = city.truth.happenings.iter().filter(|h| {
        let HappeningKind::Detour { instance, from_position, to_position, .. } = h.kind else {
            return false;
        };
        let pattern = timetable.pattern(timetable.trip(instance.trip).pattern);
        let between = usize::from(from_position) + 1..usize::from(to_position);
        pattern.route == route
            && pattern.direction == direction
            && pattern.stops.get(between).is_some_and(|stops| stops.contains(&stop))
            && h.to >= from
            && h.from <= to
    });
    happened.count()
}

fn score(city: &City) -> Tally {
    let kinds = shipped::kinds().unwrap();
    let entry = kinds.entry(Kind::PassedStop);
    let mut tally = Tally::default();
    for pattern in 0..city.timetable.patterns.len() {
        let index = PatternIdx::from(pattern);
        let p = city.timetable.pattern(index);
        let position = p.stops.len() / 2;
        let stop = p.stops[position];
        if p.stops.iter().filter(|s| **s == stop).count() > 1 {
            continue;
        }
        for (at, _) in passages(city, index, position).into_iter().step_by(4) {
            let mut claim = city.claim(p.route, p.direction, stop);
            claim.time = Some(ClaimTime::At { at, about: false });
            let record = city.record_with_positions(&claim, (p.route, stop));
            let packet = examine(entry, &claim, &[record], &city.timetable.zone);
            let (from, to) = span(&claim, &city.timetable.zone)[0].0;
            let way = (p.route, p.direction);
            // A run is on the way for some minutes before and behind the stop.
            let (wide, narrow) = ((from - 900, to + 900), (at - 300, at + 300));
            match packet.verdict.finding {
                Finding::Confirmed if left_out(city, way, stop, wide) > 0 => tally.right += 1,
                Finding::NotConfirmed if left_out(city, way, stop, narrow) == 0 => tally.right += 1,
                f if f.is_determined() => tally.wrong += 1,
                _ => tally.undetermined += 1,
            }
        }
    }
    tally
}

#[test]
fn a_bus_that_drove_by_is_told_from_one_that_stood() {
    let (mut wrong, mut told) = (0, 0);
    for (kind, interval_s) in [
        (worlds::Kind::ALL[0], 10),
        (worlds::Kind::ALL[0], 20),
        (worlds::Kind::Suburban, 30),
        (worlds::Kind::DirtyGps, 15),
    ] {
        let tally = score(&city(kind, interval_s));
        println!("{kind:?}, a report in {interval_s} s: {tally:?}");
        let determined = tally.right + tally.wrong;
        assert!(tally.wrong <= (determined / 100).max(1), "{kind:?} {tally:?}");
        (wrong, told) = (wrong + tally.wrong, told + determined);
        if interval_s <= 10 {
            assert!(determined > tally.undetermined, "{kind:?} {tally:?}");
        }
    }
    // In one world alone one wrong verdict would be more than a hundredth.
    assert!(told > 150 && wrong * 100 <= told, "{wrong} wrong of {told}");
}
