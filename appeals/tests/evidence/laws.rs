//! What holds for any record.

use crate::scenario::Scenario;
use appeals::kind::Kind;
use appeals::record::Record;
use appeals::verdict::Finding;
use proptest::prelude::*;

const KINDS: [&str; 12] = [
    "long_wait",
    "did_not_come",
    "early",
    "late",
    "irregular",
    "few_buses",
    "short_turn",
    "passed_stop",
    "off_route",
    "overcrowded",
    "speeding",
    "driver_conduct",
];

fn script() -> impl Strategy<Value = String> {
    let lateness = prop::collection::vec(-90i64..900, 31);
    let absent = prop::collection::vec(prop::bool::weighted(0.15), 31);
    (300i64..2_400, lateness, absent, 0usize..KINDS.len(), 0i64..3_600, prop::option::of(10i64..60))
        .prop_map(|(headway, lateness, absent, kind, shift, wait)| {
            let mut script = format!("line 14 every 110\nat s6\nplan 6:00..11:00 each {headway}\n");
            let starts = (0i64..).map(|i| 6 * 3_600 + i * headway).take_while(|s| *s <= 39_600);
            for ((start, late), absent) in starts.zip(&lateness).zip(&absent) {
                let start = transit::time::format_gtfs_time(start as i32);
                if !absent {
                    script += &format!("bus b{start} {start} late={late}\n");
                }
            }
            let at = transit::time::format_gtfs_time((8 * 3_600 + shift) as i32);
            let wait = wait.map_or(String::new(), |w| format!(" wait={w}"));
            script + &format!("claim {} at={at}{wait}\n", KINDS[kind])
        })
}

/// The record with some of its visits lost, and as many runs of the feed unseen as were lost whole.
fn with_loss(record: &Record, lost: impl Fn(usize) -> bool) -> Record {
    let mut poorer = record.clone();
    let mut i = 0;
    poorer.visits.retain(|_| {
        i += 1;
        !lost(i - 1)
    });
    poorer
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn less_on_the_record_never_makes_it_surer(
        script in script(), seed in any::<u64>(), share in 0.0f64..1.0,
    ) {
        let scenario = Scenario::new(&script);
        let record = scenario.record();
        let draw = |i: usize| {
            let x = (i as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ seed;
            let x = (x ^ (x >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            (x >> 11) as f64 / (1u64 << 53) as f64
        };
        let whole = scenario.packet_of(&record).verdict;
        let poorer = scenario.packet_of(&with_loss(&record, |i| draw(i) < share)).verdict;
        prop_assert!(
            poorer.confidence.coverage <= whole.confidence.coverage + 1e-9,
            "{:?} -> {:?}", whole, poorer
        );
        if poorer.finding == whole.finding {
            prop_assert!(
                poorer.confidence.value <= whole.confidence.value + 1e-9,
                "{:?} -> {:?}", whole, poorer
            );
        }
    }

    #[test]
    fn without_any_report_nothing_is_found(script in script()) {
        let scenario = Scenario::new(&script);
        let mut record = scenario.record();
        record.visits.clear();
        record.coverage.runs_seen = 0;
        let verdict = scenario.packet_of(&record).verdict;
        prop_assert!(!verdict.finding.is_determined(), "{verdict:?}");
        prop_assert_eq!(verdict.confidence.value, 0.0);
    }

    #[test]
    fn a_silent_stretch_never_turns_a_bus_that_came_into_one_that_did_not(
        script in script(), from in 0usize..12, length in 1usize..4,
    ) {
        // Each bus that was seen at all falls silent for a few stops, up to six minutes.
        let scenario = Scenario::new(&script);
        let record = scenario.record();
        let whole = scenario.packet_of(&record).verdict;
        let mut poorer = record;
        poorer.visits.retain(|v| {
            let at = v.sequence as usize;
            !(at >= from && at < from + length)
        });
        let verdict = scenario.packet_of(&poorer).verdict;
        let absence = matches!(scenario.kind, Some(Kind::LongWait | Kind::DidNotCome | Kind::FewBuses));
        if absence && verdict.finding == Finding::Confirmed {
            prop_assert!(
                matches!(whole.finding, Finding::Confirmed | Finding::PartlyConfirmed),
                "{:?} -> {:?}", whole, verdict
            );
        }
    }

    #[test]
    fn it_is_computed_twice_to_the_same_byte(script in script()) {
        let scenario = Scenario::new(&script);
        prop_assert_eq!(scenario.packet().bytes(), scenario.packet().bytes());
    }
}
