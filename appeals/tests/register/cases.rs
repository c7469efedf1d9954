//! The life of a case: what may follow what, by whom.

use appeals::access::Role;
use appeals::appeal::Actor;
use appeals::case::{Case, CaseCommand, CaseEvent, CaseRefusal, CaseStatus, Opening, Scope, open};
use appeals::effect::{Design, Effect, Metric, Outcome, study};
use appeals::ids::{AppealId, CaseId, EffectId, MeasureId, PersonId};
use appeals::journal::{CaseEntry, Hash, verify};
use appeals::kind::Kind;
use appeals::measure::{Measure, MeasureKind, Promise};
use appeals::number::CaseNumber;
use jiff::civil::{Date, date};

const TODAY: Date = date(2026, 11, 23);

fn actor(role: Role) -> Actor {
    Actor { person: Some(PersonId::new(1, [role as u8; 10])), role, org: None, owns: false }
}

fn opened() -> (Case, Vec<CaseEvent>) {
    let appeals = vec![(AppealId::new(1, [1; 10]), 900), (AppealId::new(2, [2; 10]), 500)];
    let opening = Opening {
        id: CaseId::new(1, [9; 10]),
        number: CaseNumber { year: 2026, serial: 1 },
        title: "Каменское плато".to_owned(),
        kind: Kind::FewBuses,
        scope: Scope::default(),
        by_pattern: true,
        appeals,
    };
    open(opening, &actor(Role::Handler), 1_000).unwrap()
}

fn measure(case: &Case, promise: Promise) -> Box<Measure> {
    Box::new(Measure {
        id: MeasureId::new(1, [7; 10]),
        case: case.id,
        kind: MeasureKind::AddRuns,
        text: "Больше рейсов".to_owned(),
        promise,
        org: "city".into(),
        promised_on: TODAY,
        due_on: date(2026, 12, 23),
        done_on: None,
        timetable_before: None,
        timetable_after: None,
    })
}

fn does(case: &mut Case, command: &CaseCommand) -> Result<(), CaseRefusal> {
    let events = case.decide(command, &actor(Role::Handler), case.version, TODAY)?;
    case.accept(&events);
    Ok(())
}

fn effect(measure: MeasureId) -> Effect {
    let design = Design::usual(date(2026, 9, 1), date(2026, 9, 10), 127, 1);
    let days: Vec<_> = (0..60)
        .map(|i| appeals::effect::DayValue {
            on: appeals::calendar::days_later(date(2026, 8, 1), i),
            value: Some(if i < 35 { 1_400.0 } else { 800.0 } + f64::from(i % 5)),
            coverage: 1.0,
        })
        .collect();
    let study = study(&days, &[], &design).unwrap();
    assert_eq!(study.outcome(Metric::HeadwayMeanS), Outcome::Better);
    assert_eq!(study.outcome(Metric::RunsDriven), Outcome::Worse, "fewer runs are no gain");
    Effect { id: EffectId::new(1, [3; 10]), measure, metric: Metric::HeadwayMeanS, study }
}

#[test]
fn a_case_goes_from_appeals_to_an_effect_and_no_step_is_skipped() {
    let (mut case, _) = opened();
    assert_eq!((case.first_appeal_at, case.appeals.len(), case.version), (500, 2, 1));
    let figures = Promise { runs: Some(12), ..Promise::default() };
    let promised = CaseCommand::Promise { measure: measure(&case, figures) };
    let empty = CaseCommand::Promise { measure: measure(&case, Promise::default()) };
    let done = CaseCommand::MeasureDone {
        measure: MeasureId::new(1, [7; 10]),
        on: TODAY,
        proof: "расписание".to_owned(),
        timetable: None,
    };
    let verify = CaseCommand::Verify { reason: "стало лучше".to_owned() };
    assert_eq!(does(&mut case, &CaseCommand::Investigate), Ok(()));
    assert_eq!(does(&mut case, &done), Err(CaseRefusal::NothingToDo));
    assert_eq!(does(&mut case, &empty), Err(CaseRefusal::FigureMissing));
    assert_eq!(does(&mut case, &promised), Ok(()));
    assert_eq!(case.status, CaseStatus::MeasurePlanned);
    assert_eq!(does(&mut case, &promised), Err(CaseRefusal::NothingToDo), "the same one twice");
    assert_eq!(does(&mut case, &verify), Err(CaseRefusal::EffectMissing));
    let effects = vec![effect(MeasureId::new(1, [7; 10]))];
    let studied = CaseCommand::AddEffects { effects };
    assert_eq!(does(&mut case, &studied), Err(CaseRefusal::NothingToDo), "not done yet");
    assert_eq!(does(&mut case, &done), Ok(()));
    assert_eq!(case.status, CaseStatus::MeasureDone);
    assert_eq!(does(&mut case, &studied), Ok(()));
    assert_eq!(does(&mut case, &studied), Ok(()));
    assert_eq!(case.effects.len(), 1, "a newer study takes the place of the older");
    assert_eq!(does(&mut case, &verify), Ok(()));
    assert_eq!(case.status, CaseStatus::Verified);
    let again = CaseCommand::Reopen { reason: "снова редко".to_owned() };
    assert_eq!(does(&mut case, &again), Ok(()));
    let early = CaseCommand::MeasureDone {
        measure: MeasureId::new(1, [7; 10]),
        on: date(2026, 11, 20),
        proof: "x".to_owned(),
        timetable: None,
    };
    assert_eq!(does(&mut case, &early), Err(CaseRefusal::NothingToDo), "it is done");
}

#[test]
fn roles_and_versions_are_kept_and_appeals_join_once() {
    let (case, _) = opened();
    let note = CaseCommand::Note { text: "x".to_owned() };
    let try_as = |role| case.decide(&note, &actor(role), case.version, TODAY).err();
    for role in [Role::Public, Role::CitizenAccount, Role::Carrier, Role::Auditor, Role::Analyst] {
        assert_eq!(try_as(role), Some(CaseRefusal::NotPermitted), "{role:?}");
    }
    assert_eq!(try_as(Role::Supervisor), None);
    let stale = case.decide(&note, &actor(Role::Handler), 0, TODAY);
    assert_eq!(stale.err(), Some(CaseRefusal::Version { expected: 0, found: 1 }));
    let join = CaseCommand::Join { appeal: case.appeals[0], received_at: 1 };
    let twice = case.decide(&join, &actor(Role::Handler), case.version, TODAY);
    assert_eq!(twice.err(), Some(CaseRefusal::JoinedBefore));
    // "Me too" is for the appeal, not for the case.
    let citizen = case.decide(&join, &actor(Role::CitizenAccount), case.version, TODAY);
    assert_eq!(citizen.err(), Some(CaseRefusal::NotPermitted));
    let offers = case.offers(&actor(Role::Handler), TODAY);
    let named: Vec<&str> = offers.iter().map(|o| o.0).collect();
    assert!(named.contains(&"investigate") && named.contains(&"promise"), "{named:?}");
    assert!(case.offers(&actor(Role::Auditor), TODAY).is_empty());
}

#[test]
fn the_journal_of_a_case_holds_only_as_it_was_written() {
    let (case, events) = opened();
    let who = (Some(PersonId::new(1, [1; 10])), Some(Role::Handler));
    let mut entries: Vec<CaseEntry> = Vec::new();
    for event in &events {
        let last = entries.last().map(CaseEntry::end);
        entries.push(CaseEntry::after(last, case.id, 1_000, who, event).unwrap());
    }
    let holds = |entries: &[CaseEntry], head: Hash| verify(case.id, entries, Some(head)).is_ok();
    let head = entries.last().unwrap().hash;
    assert!(holds(&entries, head));
    assert_eq!(entries[0].event().unwrap(), events[0]);
    assert!(!holds(&entries[1..], head), "the first was left out");
    assert!(!holds(&entries, Hash::default()));
    entries[1].payload = entries[1].payload.replace("owned", "other");
    assert!(!holds(&entries, head), "a word was changed");
}
