use crate::scenario::{DAY, Scenario, kinds};
use appeals::evidence::Evidence;
use appeals::ids::{AppealId, EvidenceId};
use jiff::tz::TimeZone;

const MISSING: &str = "
    line 12 every 120
    at s5
    plan 6:00..11:00 each 600
    bus x 8:00 from=s1 until=s0
    bus y 8:10 from=s1 until=s0
    ontime
    claim long_wait at=8:25 wait=30
";

fn id(n: u8) -> EvidenceId {
    EvidenceId::new(1, [n; 10])
}

fn appeal() -> AppealId {
    AppealId::new(1, [7; 10])
}

#[test]
fn the_same_record_gives_the_same_bytes_and_another_does_not() {
    let scenario = Scenario::new(MISSING);
    let (record, kinds) = (scenario.record(), kinds());
    let entry = kinds.entry(scenario.kind.unwrap());
    let evidence = Evidence::freeze(id(1), appeal(), DAY, scenario.packet(), None);
    assert_eq!(scenario.packet().bytes(), evidence.packet.bytes());
    assert!(evidence.recomputes(entry, std::slice::from_ref(&record), &TimeZone::UTC));
    let mut edited = record;
    edited.visits[3].departure = edited.visits[3].departure.map(|d| d + 1);
    assert!(!evidence.recomputes(entry, &[edited], &TimeZone::UTC));
}

#[test]
fn it_survives_being_stored_and_shows_that_it_was_edited() {
    let evidence = Evidence::freeze(id(1), appeal(), DAY, Scenario::new(MISSING).packet(), None);
    let text = serde_json::to_string(&evidence).unwrap();
    let back: Evidence = serde_json::from_str(&text).unwrap();
    assert_eq!(back, evidence);
    assert!(back.is_intact());
    let edited = text.replace("\"confirmed\"", "\"not_confirmed\"");
    assert_ne!(edited, text);
    assert!(!serde_json::from_str::<Evidence>(&edited).unwrap().is_intact());
}

#[test]
fn late_data_supersede_it_and_time_alone_does_not() {
    let early = Scenario::new(&MISSING.replace("ontime", "ontime\nknown 8:31"));
    let evidence = Evidence::freeze(id(1), appeal(), DAY, early.packet(), None);
    let later = Scenario::new(MISSING).packet();
    let newer = evidence.superseded_by(later.clone(), id(2), DAY + 9_000, &TimeZone::UTC).unwrap();
    assert_eq!(newer.supersedes, Some(id(1)));
    assert_ne!(newer.digest, evidence.digest);
    let mut same = later;
    same.known_until += 3_600;
    assert_eq!(newer.superseded_by(same, id(3), DAY + 20_000, &TimeZone::UTC), None);
}

#[test]
fn a_day_later_everything_is_a_day_later_and_nothing_else() {
    let scenario = Scenario::new(MISSING);
    let packet = scenario.packet();
    let mut record = scenario.record();
    let mut moved = scenario.clone();
    let day = 86_400;
    record.from += day;
    record.to += day;
    record.known_until += day;
    for run in &mut record.runs {
        for stop in &mut run.stops {
            stop.arrival += day;
            stop.departure += day;
        }
    }
    for visit in &mut record.visits {
        visit.scheduled_arrival += day;
        visit.scheduled_departure += day;
        visit.arrival = visit.arrival.map(|at| at + day);
        visit.departure = visit.departure.map(|at| at + day);
    }
    if let Some(appeals::claim::ClaimTime::At { at, .. }) = &mut moved.claim.time {
        *at += day;
    }
    let later = moved.packet_of(&record);
    assert_eq!(later.verdict, packet.verdict);
    assert_eq!(later.figures, packet.figures);
    assert_eq!(later.windows[0].gap.unwrap().sure.0, packet.windows[0].gap.unwrap().sure.0 + day);
}
