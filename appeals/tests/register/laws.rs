use crate::scenario::{Law, draft, intake};
use appeals::access::Role;
use appeals::appeal::{Actor, Command, Event, Refusal, RegisterError, register};
use appeals::calendar::Calendars;
use appeals::channel::Channel;
use appeals::claim::Claim;
use appeals::clock::Urgency;
use appeals::ids::PersonId;
use appeals::journal::{Entry, verify};
use appeals::kind::Kind;
use appeals::law::ClockKind;
use appeals::shipped;
use proptest::prelude::*;

proptest! {
    #[test]
    fn the_same_text_by_any_channel_has_the_same_queue_and_the_same_due_date(
        kind in 0..Kind::ALL.len(), minutes in 0i64..500_000,
    ) {
        let law = Law::shipped();
        let at = law.at("01-05", "00:00") + minutes * 60;
        let by = |channel| {
            register(draft(Kind::ALL[kind]), intake(channel, at, true), law.rules(), at).unwrap().0
        };
        let first = by(Channel::Phone);
        for channel in Channel::ALL {
            let appeal = by(*channel);
            prop_assert_eq!(&appeal.desk, &first.desk);
            prop_assert_eq!(appeal.due_on, first.due_on);
            prop_assert_eq!(&appeal.clocks, &first.clocks);
            prop_assert_eq!(appeal.registered_on, first.registered_on);
        }
    }

    #[test]
    fn the_norm_of_the_house_is_never_longer_than_the_term_of_the_law(
        kind in 0..Kind::ALL.len(), minutes in 0i64..500_000,
    ) {
        let law = Law::shipped();
        let at = law.at("01-05", "00:00") + minutes * 60;
        let (appeal, _) =
            register(draft(Kind::ALL[kind]), intake(Channel::Web, at, true), law.rules(), at).unwrap();
        let due = |kind| appeal.clock(kind).map(|c| c.due.instant(&law.office));
        let legal = due(ClockKind::Review).unwrap();
        prop_assert!(due(ClockKind::ServiceNorm).is_none_or(|own| own <= legal));
        prop_assert!(legal > at);
    }
}

#[test]
fn a_form_is_told_what_it_can_mend() {
    let law = Law::shipped();
    let at = law.at("11-23", "10:00");
    let mut empty = draft(Kind::Other);
    (empty.text, empty.claim) = (" ".into(), Claim::default());
    let intake = || intake(Channel::Web, at, true);
    assert_eq!(register(empty, intake(), law.rules(), at).unwrap_err(), RegisterError::Empty);
    let mut long = draft(Kind::Other);
    long.text = "ә".repeat(4_001);
    assert_eq!(register(long, intake(), law.rules(), at).unwrap_err(), RegisterError::TextTooLong);
    let mut many = draft(Kind::Other);
    many.subjects = vec![(Kind::Fare, None, Claim::default()); 9];
    let refused = register(many, intake(), law.rules(), at).unwrap_err();
    assert_eq!(refused, RegisterError::TooManySubjects);
}

#[test]
fn two_who_write_at_once_do_not_overwrite_each_other() {
    let law = Law::shipped();
    let at = law.at("11-23", "10:00");
    let (mut appeal, _) =
        register(draft(Kind::Fare), intake(Channel::Web, at, true), law.rules(), at).unwrap();
    let handler = |n| Actor {
        person: Some(PersonId::new(1, [n; 10])),
        role: Role::Handler,
        org: None,
        owns: false,
    };
    let seen = appeal.version;
    let events = appeal.decide(&Command::Begin, &handler(1), seen, law.rules(), at).unwrap();
    appeal.accept(&events, at);
    let note = Command::Note { text: "я".into() };
    assert_eq!(
        appeal.decide(&note, &handler(2), seen, law.rules(), at),
        Err(Refusal::Version { expected: 1, found: 2 })
    );
}

#[test]
fn confirming_a_year_counts_running_clocks_anew() {
    let law = Law::shipped();
    let at = law.at("12-15", "10:00");
    let (mut appeal, _) =
        register(draft(Kind::Other), intake(Channel::Web, at, true), law.rules(), at).unwrap();
    assert_eq!(appeal.due_on.unwrap().to_string(), "2027-01-11");
    assert!(appeal.due_provisional);
    assert_eq!(appeal.recount(law.rules()), []);
    let entered = shipped::CALENDAR_2027.replace("confirmed = false", "confirmed = true")
        + "\n[[moved]]\ndate = \"2027-01-08\"\nworking = false\n";
    let mut confirmed = Law::shipped();
    confirmed.calendars = Calendars::parse(&[shipped::CALENDAR_2026, &entered]).unwrap();
    let events = appeal.recount(confirmed.rules());
    assert!(
        matches!(events[..], [Event::ClockMoved { kind: ClockKind::Review, .. }]),
        "{events:?}"
    );
    appeal.accept(&events, at);
    assert_eq!(appeal.due_on.unwrap().to_string(), "2027-01-12");
    assert!(!appeal.due_provisional);
}

#[test]
fn a_queue_shows_what_ends_first() {
    let law = Law::shipped();
    let at = law.at("11-23", "10:00");
    let (appeal, _) =
        register(draft(Kind::Other), intake(Channel::Web, at, true), law.rules(), at).unwrap();
    let clock = appeal.clock(ClockKind::Review).unwrap();
    let urgency = |day, time| clock.urgency(&law.calendars, &law.office, law.at(day, time));
    assert_eq!(urgency("11-23", "10:00"), Urgency::Green);
    assert_eq!(urgency("12-07", "10:00"), Urgency::Amber);
    assert_eq!(urgency("12-09", "10:00"), Urgency::Orange, "10, 11 and 14 December are left");
    assert_eq!(urgency("12-14", "10:00"), Urgency::DueToday);
    assert_eq!(urgency("12-14", "23:59"), Urgency::DueToday);
    assert_eq!(urgency("12-15", "00:00"), Urgency::Overdue);
}

#[test]
fn the_journal_tells_the_whole_life() {
    let law = Law::shipped();
    let at = law.at("11-23", "10:00");
    let (appeal, events) =
        register(draft(Kind::Other), intake(Channel::Web, at, true), law.rules(), at).unwrap();
    let mut journal: Vec<Entry> = Vec::new();
    for event in &events {
        let entry =
            Entry::after(journal.last().map(Entry::end), appeal.id, at, (None, None), event)
                .unwrap();
        journal.push(entry);
    }
    assert_eq!(verify(appeal.id, &journal, journal.last().map(|e| e.hash)), Ok(()));
    // The same events read back from the journal give the same clocks.
    let mut again = appeal.clone();
    again.clocks.clear();
    for entry in &journal {
        again.apply(&entry.event().unwrap(), entry.at);
    }
    assert_eq!(again, appeal);
    let text = serde_json::to_string(&appeal).unwrap();
    assert_eq!(serde_json::from_str::<appeals::appeal::Appeal>(&text).unwrap(), appeal);
}
