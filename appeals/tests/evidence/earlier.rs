//! The engine of an earlier version finds what it found then: what was sealed stays provable.

use crate::scenario::{Scenario, kinds};
use appeals::evidence::{ENGINE_VERSION, Evidence, examine_as};
use appeals::ids::{AppealId, EvidenceId};
use appeals::verdict::Finding;
use jiff::tz::TimeZone;

/// The first bus of the day comes 25 minutes late: version 2 had nothing to hold it against.
const FIRST_BUS: &str = "line 12 every 120\nat s5\nplan 6:00 7:00 8:00 9:00\nbus x 6:00 late=1500\n\
    ontime\nclaim did_not_come at=6:10";

#[test]
fn each_version_finds_what_it_found() {
    let scenario = Scenario::new(FIRST_BUS);
    let (record, kinds) = (scenario.record(), kinds());
    let entry = kinds.entry(scenario.kind.unwrap());
    let records = std::slice::from_ref(&record);
    for (version, finding) in [(2, Finding::UndeterminedNoData), (3, Finding::PartlyConfirmed)] {
        let packet = examine_as(version, entry, &scenario.claim, records, &TimeZone::UTC).unwrap();
        assert_eq!((packet.engine, packet.verdict.finding), (version, finding));
        let (id, appeal) = (EvidenceId::new(1, [1; 10]), AppealId::new(1, [7; 10]));
        let evidence = Evidence::freeze(id, appeal, 0, packet, None);
        assert!(evidence.recomputes(entry, records, &TimeZone::UTC), "version {version}");
    }
}

#[test]
fn what_a_later_version_sealed_is_not_said_to_be_the_same() {
    let scenario = Scenario::new(FIRST_BUS);
    let (record, kinds) = (scenario.record(), kinds());
    let entry = kinds.entry(scenario.kind.unwrap());
    let records = [record];
    let later = ENGINE_VERSION + 1;
    assert_eq!(examine_as(later, entry, &scenario.claim, &records, &TimeZone::UTC), None);
    assert_eq!(examine_as(1, entry, &scenario.claim, &records, &TimeZone::UTC), None);
}
