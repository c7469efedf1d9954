//! The less of GPS is on the record, the less sure is what is found, whatever the kind.

use crate::city::City;
use crate::{KINDS, passages, seed, time_of};
use appeals::evidence::examine;
use appeals::kind::{Catalogue, Kind};
use appeals::record::Record;
use appeals::shipped;
use appeals::verdict::Verdict;
use simulator::worlds;
use transit::ids::PatternIdx;

/// Every so many planned passages of a stop somebody appeals.
const EVERY_PASSAGE: usize = 9;
/// Shares of the record that are lost, the least first: each loses what the one before lost, and more.
const LOST: [f64; 4] = [0.1, 0.4, 0.7, 1.0];

/// 0..1, the same for the same seed and number.
fn draw(seed: u64, n: usize) -> f64 {
    let mut x = (n as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ seed.rotate_left(17);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// The record without a share of its visits, its positions, and the runs that were seen.
fn poorer(record: &Record, seed: u64, share: f64) -> Record {
    let mut poorer = record.clone();
    let mut n = 0;
    poorer.visits.retain(|_| {
        n += 1;
        draw(seed, n) >= share
    });
    poorer.pings.retain(|_| {
        n += 1;
        draw(seed, n) >= share
    });
    let seen = f64::from(record.coverage.runs_seen);
    poorer.coverage.runs_seen = (seen * (1.0 - share)) as u32;
    poorer
}

fn compare(kind: Kind, poor: &Verdict, rich: &Verdict) {
    assert!(
        poor.confidence.coverage <= rich.confidence.coverage + 1e-9,
        "{kind:?}: {rich:?} -> {poor:?}"
    );
    if poor.finding == rich.finding {
        assert!(
            poor.confidence.value <= rich.confidence.value + 1e-9,
            "{kind:?}: {rich:?} -> {poor:?}"
        );
    }
}

fn lose(city: &City, kinds: &Catalogue, pattern: usize) -> usize {
    let index = PatternIdx::from(pattern);
    let p = city.timetable.pattern(index);
    let position = p.stops.len() / 2;
    let (stop, zone) = (p.stops[position], &city.timetable.zone);
    let mut judged = 0;
    for (n, (at, _)) in passages(city, index, position).into_iter().enumerate() {
        if n % EVERY_PASSAGE != pattern % EVERY_PASSAGE {
            continue;
        }
        for kind in KINDS.into_iter().chain([Kind::PassedStop]) {
            let mut claim = city.claim(p.route, p.direction, stop);
            claim.time = Some(time_of(kind, at));
            claim.wait_s = (kind == Kind::LongWait && n % 2 == 0).then_some(1_800);
            let record = city.record_with_positions(&claim, (p.route, stop));
            let verdict =
                |record: Record| examine(kinds.entry(kind), &claim, &[record], zone).verdict;
            let mut before = verdict(record.clone());
            judged += usize::from(before.finding.is_determined());
            for share in LOST {
                let after = verdict(poorer(&record, seed() ^ at as u64, share));
                compare(kind, &after, &before);
                before = after;
            }
            assert!(!before.finding.is_determined(), "{kind:?}: nothing is left: {before:?}");
        }
    }
    judged
}

#[test]
fn more_loss_never_makes_it_surer_in_any_kind() {
    let kinds = shipped::kinds().unwrap();
    for world in [worlds::Kind::DenseCity, worlds::Kind::DirtyGps] {
        let city = City::watched(world, seed());
        let patterns = city.timetable.patterns.len();
        let judged: usize = (0..patterns).map(|pattern| lose(&city, &kinds, pattern)).sum();
        assert!(judged > 100, "{world:?}: {judged}");
    }
}
