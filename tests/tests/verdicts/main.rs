//! Verdicts against the simulator's truth: by world and kind how many are right, wrong, undetermined.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod city;
mod judge;
mod kept;
mod loss;
mod passing;

use appeals::claim::{Claim, ClaimTime};
use appeals::evidence::{Packet, examine};
use appeals::kind::Kind;
use appeals::shipped;
use city::City;
use judge::{Outcome, Stop};
use simulator::worlds;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use transit::TripInstance;
use transit::ids::{PatternIdx, RouteIdx, StopIdx};

const KINDS: [Kind; 10] = [
    Kind::LongWait,
    Kind::DidNotCome,
    Kind::Early,
    Kind::Late,
    Kind::Irregular,
    Kind::FewBuses,
    Kind::ShortTurn,
    Kind::OffRoute,
    Kind::Speeding,
    Kind::Overcrowded,
];

/// Every so many planned passages somebody appeals.
const EVERY_PASSAGE: usize = 3;

/// Of the worlds; `JOLDA_VERDICT_SEED` for another.
const SEED: u64 = 11;

fn seed() -> u64 {
    std::env::var("JOLDA_VERDICT_SEED").ok().map_or(SEED, |s| s.parse().unwrap())
}

/// Coverage is good from here on.
const GOOD: f64 = 0.8;

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    right: u32,
    near: u32,
    wrong: u32,
    wrong_well_covered: u32,
    undetermined: u32,
    well_covered: u32,
}

/// Appeals of one stop: the planned passages between 07:00 and 09:00 of its runs.
fn passages(city: &City, pattern: PatternIdx, position: usize) -> Vec<(i64, TripInstance)> {
    let timetable = &city.timetable;
    let p = timetable.pattern(pattern);
    let (from, to) = (city.origin + 7 * 3_600, city.origin + 9 * 3_600);
    timetable
        .scheduled_passages(p.route, p.direction, p.stops[position], from, to)
        .into_iter()
        .map(|s| (s.at, s.instance))
        .collect()
}

fn time_of(kind: Kind, at: i64) -> ClaimTime {
    match kind {
        Kind::Irregular | Kind::FewBuses => ClaimTime::Between { from: at - 3_600, to: at + 3_600 },
        _ => ClaimTime::At { at, about: false },
    }
}

/// How a claim about a route and stop is examined.
type Examine<'a> = &'a mut dyn FnMut(Kind, &Claim, (RouteIdx, StopIdx)) -> Packet;

/// Straight from what the Monitor said.
fn score(city: &City) -> BTreeMap<Kind, Tally> {
    score_of(city, EVERY_PASSAGE)
}

fn score_of(city: &City, every: usize) -> BTreeMap<Kind, Tally> {
    let kinds = shipped::kinds().unwrap();
    score_by(city, every, &mut |kind, claim, place| {
        let entry = kinds.entry(kind);
        let record = if entry.rule.needs_positions() {
            city.record_with_positions(claim, place)
        } else {
            city.record(claim, place)
        };
        examine(entry, claim, &[record], &city.timetable.zone)
    })
}

fn score_by(city: &City, every: usize, examine: Examine<'_>) -> BTreeMap<Kind, Tally> {
    let mut tallies: BTreeMap<Kind, Tally> = BTreeMap::new();
    for pattern in 0..city.timetable.patterns.len() {
        let index = PatternIdx::from(pattern);
        let p = city.timetable.pattern(index);
        let position = p.stops.len() / 2;
        let stop: StopIdx = p.stops[position];
        let once = p.stops.iter().filter(|s| **s == stop).count() == 1;
        if !once {
            continue;
        }
        let truth = Stop::new(city, p.route, p.direction, stop);
        for (i, (at, meant)) in passages(city, index, position).into_iter().enumerate() {
            if i % every != pattern % every {
                continue;
            }
            for kind in KINDS {
                let mut claim = city.claim(p.route, p.direction, stop);
                claim.time = Some(time_of(kind, at));
                claim.wait_s = (kind == Kind::LongWait && i % 2 == 0).then_some(1_800);
                let packet = examine(kind, &claim, (p.route, stop));
                let outcome = truth.judge(&claim, meant, &packet);
                let tally = tallies.entry(kind).or_default();
                let well = packet.verdict.confidence.coverage >= GOOD;
                tally.well_covered += u32::from(well);
                match outcome {
                    Outcome::Right => tally.right += 1,
                    Outcome::Near => tally.near += 1,
                    Outcome::Undetermined => tally.undetermined += 1,
                    Outcome::Wrong => {
                        tally.wrong += 1;
                        tally.wrong_well_covered += u32::from(well);
                    }
                }
            }
        }
    }
    tallies
}

const HEAD: &str = "\n| world | kind | appeals | right | near | wrong | undetermined | well covered | wrong of them |\n";

/// Adds a world to the table; all its kinds together.
fn tell(table: &mut String, world: &str, tallies: BTreeMap<Kind, Tally>) -> Tally {
    let mut all = Tally::default();
    for (kind, t) in tallies {
        let n = t.right + t.near + t.wrong + t.undetermined;
        writeln!(
            table,
            "| {world} | {} | {n} | {} | {} | {} | {} | {} | {} |",
            kind.code(),
            t.right,
            t.near,
            t.wrong,
            t.undetermined,
            t.well_covered,
            t.wrong_well_covered
        )
        .unwrap();
        all.wrong_well_covered += t.wrong_well_covered;
        all.well_covered += t.well_covered;
        all.right += t.right;
        all.undetermined += t.undetermined;
    }
    all
}

#[test]
fn verdicts_are_right_where_coverage_is_good() {
    let mut table = HEAD.to_owned();
    let mut all = Tally::default();
    for world in worlds::Kind::ALL {
        let t = tell(&mut table, &format!("{world:?}"), score(&City::watched(world, seed())));
        all.wrong_well_covered += t.wrong_well_covered;
        all.well_covered += t.well_covered;
        all.right += t.right;
        all.undetermined += t.undetermined;
    }
    println!("{table}");
    assert!(all.well_covered > 1_000, "{all:?}");
    assert!(all.right > all.undetermined, "{all:?}{table}");
    let share = f64::from(all.wrong_well_covered) / f64::from(all.well_covered);
    assert!(share < 0.01, "wrong {share} where coverage is good{table}");
}
