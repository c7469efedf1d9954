//! Evidence of an earlier engine computes again to the byte: what was sealed then stays provable.

use crate::scenario::{Scenario, kinds};
use appeals::evidence::{ENGINE_VERSION, Evidence, examine_as};
use appeals::ids::{AppealId, EvidenceId};
use jiff::tz::TimeZone;

const LINE: &str = "line 12 every 120\nat s5\n";

/// What was said and what was on the record, and the digest that version 2 sealed.
const SEALED_BY_2: [(&str, &str); 6] = [
    (
        "plan 6:00..11:00 each 600\nbus x 8:00 from=s1 until=s0\nontime\nclaim long_wait at=8:25 wait=30",
        "",
    ),
    (
        "plan 6:00..11:00 each 600\nbus x 6:00 late=1500\nontime\nclaim long_wait at=6:20 wait=20",
        "",
    ),
    ("plan 6:00 7:00 8:00 9:00\nbus x 6:00 late=1500\nontime\nclaim did_not_come at=6:10", ""),
    ("plan 6:00..11:00 each 600\nontime\nclaim passed_stop at=8:20", ""),
    ("plan 6:00..11:00 each 600\nbus x 8:10 dwell=60\nontime\nclaim passed_stop at=8:21", ""),
    ("plan 6:00..11:00 each 600\nontime\nhole 8:00..8:10\nclaim off_route at=8:20", ""),
];

#[test]
fn what_an_earlier_version_sealed_is_computed_again_to_the_byte() {
    for (script, digest) in SEALED_BY_2 {
        let scenario = Scenario::new(&format!("{LINE}{script}"));
        let (record, kinds) = (scenario.record(), kinds());
        // As the catalogue was then.
        let mut entry = kinds.entry(scenario.kind.unwrap()).clone();
        entry.version = 1;
        let records = std::slice::from_ref(&record);
        let packet = examine_as(2, &entry, &scenario.claim, records, &TimeZone::UTC).unwrap();
        let (id, appeal) = (EvidenceId::new(1, [1; 10]), AppealId::new(1, [7; 10]));
        let evidence = Evidence::freeze(id, appeal, 0, packet, None);
        assert_eq!(evidence.digest.to_string(), digest, "{script}");
        assert!(evidence.recomputes(&entry, records, &TimeZone::UTC));
    }
}

#[test]
fn what_a_later_version_sealed_is_not_said_to_be_the_same() {
    let scenario = Scenario::new(&format!("{LINE}{}", SEALED_BY_2[0].0));
    let (record, kinds) = (scenario.record(), kinds());
    let entry = kinds.entry(scenario.kind.unwrap());
    let later = ENGINE_VERSION + 1;
    let records = [record];
    assert_eq!(examine_as(later, entry, &scenario.claim, &records, &TimeZone::UTC), None);
}
