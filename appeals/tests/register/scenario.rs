//! An appeal's life as text: what is asked, by whom, when; and what came of it.
//!
//! `TIME ACTOR COMMAND [ARGUMENT]`, times `MM-DD HH:MM` of 2026 in Almaty. Actors are roles with a letter for
//! the person (`handler/a`), `applicant`, `carrier`. What came of it: the events, or the refusal.

use appeals::access::Role;
use appeals::answer::ReplyBy;
use appeals::appeal::{
    Actor, Appeal, Command, Draft, Event, Ground, Intake, Refusal, Rules, register,
};
use appeals::calendar::{Calendars, Office, Week, WorkingHours};
use appeals::channel::Channel;
use appeals::claim::Claim;
use appeals::ids::{AppealId, ApplicantId, ContactId, EvidenceId, PersonId};
use appeals::kind::{Catalogue, Kind};
use appeals::law::{LegalKind, Terms};
use appeals::number::AppealNumber;
use appeals::shipped;
use appeals::topic::Topics;
use appeals::verdict::Finding;
use appeals::words::Language;
use jiff::tz::TimeZone;
use std::fmt::Write as _;
use transit::EpochS;

pub struct Law {
    pub terms: Terms,
    pub calendars: Calendars,
    pub kinds: Catalogue,
    pub topics: Topics,
    pub office: Office,
}

impl Law {
    pub fn shipped() -> Self {
        let zone = TimeZone::get("Asia/Almaty").unwrap();
        Self {
            terms: shipped::terms().unwrap(),
            calendars: shipped::calendars().unwrap(),
            kinds: shipped::kinds().unwrap(),
            topics: shipped::topics().unwrap(),
            office: Office { zone, week: Week::Five, hours: WorkingHours::default() },
        }
    }

    pub fn rules(&self) -> Rules<'_> {
        Rules {
            terms: &self.terms,
            calendars: &self.calendars,
            kinds: &self.kinds,
            topics: &self.topics,
            office: &self.office,
        }
    }

    pub fn at(&self, day: &str, time: &str) -> EpochS {
        self.office.instant(format!("2026-{day}T{time}:00").parse().unwrap())
    }
}

fn bytes(name: &str) -> [u8; 10] {
    let mut bytes = [0; 10];
    for (to, from) in bytes.iter_mut().zip(name.bytes()) {
        *to = from;
    }
    bytes
}

pub fn draft(kind: Kind) -> Draft {
    Draft {
        kind,
        topic: None,
        legal_kind: None,
        text: "Автобус 92 не приехал".into(),
        language: Language::Ru,
        claim: Claim { route: Some("92".into()), ..Claim::default() },
        subjects: Vec::new(),
        may_publish: true,
        danger: false,
        parent: None,
    }
}

pub fn intake(channel: Channel, received_at: EpochS, named: bool) -> Intake {
    Intake {
        id: AppealId::new(1, [1; 10]),
        number: AppealNumber::new(2026, 1).unwrap(),
        contact: ContactId::new(1, [2; 10]),
        channel,
        applicant: named.then(|| ApplicantId::new(1, [3; 10])),
        registered_by: None,
        org: "city".into(),
        received_at,
    }
}

fn actor(text: &str) -> Actor {
    let (role, person) = text.split_once('/').unwrap_or((text, "z"));
    let role = match role {
        "applicant" => {
            return Actor { person: None, role: Role::CitizenPin, org: None, owns: true };
        }
        "stranger" => {
            return Actor { person: None, role: Role::CitizenPin, org: None, owns: false };
        }
        "carrier" => {
            return Actor {
                person: Some(PersonId::new(1, bytes("carrier"))),
                role: Role::Carrier,
                org: Some(person.into()),
                owns: false,
            };
        }
        "operator" => Role::PhoneOperator,
        other => serde_json::from_str(&format!("\"{other}\"")).unwrap(),
    };
    Actor { person: Some(PersonId::new(1, bytes(person))), role, org: None, owns: false }
}

fn evidence(name: &str) -> EvidenceId {
    EvidenceId::new(1, bytes(name))
}

fn command(name: &str, argument: &str) -> Command {
    let text = || argument.to_owned();
    let answer = || (Language::Ru, "Автобус не вышел.".to_owned(), text());
    match name {
        "triage" => Command::Triage { desk: argument.into(), assignee: None, note: "?".into() },
        "begin" => Command::Begin,
        "ask_carrier" => Command::AskCarrier { carrier: argument.into(), question: "?".into() },
        "carrier_reply" => Command::CarrierReply { text: text() },
        "ask_applicant" => Command::AskApplicant { question: text() },
        "add_info" => Command::AddInfo { text: text() },
        "redirect" => Command::Redirect { to: "police".into(), reason: text() },
        "not_consider" => Command::NotConsider { ground: Ground::NoSubstance, reason: text() },
        "return" => Command::Return { reason: text() },
        "withdraw" => Command::Withdraw,
        "draft" => {
            let (language, body, legal_basis) = answer();
            let right_of_appeal = "В вышестоящий орган.".into();
            Command::DraftAnswer { language, body, legal_basis, right_of_appeal }
        }
        "draft_en" => Command::DraftAnswer {
            language: Language::En,
            body: "It did not run.".into(),
            legal_basis: text(),
            right_of_appeal: "To the court.".into(),
        },
        "submit" => Command::SubmitAnswer,
        "return_answer" => Command::ReturnAnswer { remark: text() },
        "approve" => Command::ApproveAnswer,
        "send" => Command::SendAnswer { by: ReplyBy::Sms },
        "answer_at_once" => {
            let (language, body, legal_basis) = answer();
            let right_of_appeal = "В вышестоящий орган.".into();
            let by = ReplyBy::Call;
            Command::AnswerAtOnce { language, body, legal_basis, right_of_appeal, by }
        }
        "propose_extension" => Command::ProposeExtension { reason: text() },
        "extend" => {
            let (until, reason) = argument.split_once(' ').unwrap();
            Command::Extend { until: until.parse().unwrap(), reason: reason.into() }
        }
        "noticed" => Command::ExtensionNoticed,
        "evidence" => {
            let (id, finding) = argument.split_once(' ').unwrap();
            let finding = serde_json::from_str(&format!("\"{finding}\"")).unwrap();
            Command::AttachEvidence { evidence: evidence(id), finding }
        }
        "sign" => {
            let mut words = argument.splitn(3, ' ');
            let id = evidence(words.next().unwrap());
            let finding: Finding =
                serde_json::from_str(&format!("\"{}\"", words.next().unwrap())).unwrap();
            let override_reason = words.next().map(str::to_owned);
            Command::SignVerdict { evidence: id, finding, override_reason }
        }
        "seen" => Command::AcknowledgeSafety,
        "held" => Command::CctvHeld,
        "confirm" => Command::Confirm,
        "refute" => Command::Refute { reason: text() },
        "publish" => Command::Publish { published: true },
        "settle" => {
            Command::SettleSubject { seq: argument.parse().unwrap(), text: "готово".into() }
        }
        "track" => Command::TrackMeasure,
        other => panic!("what is {other}?"),
    }
}

fn told(law: &Law, event: &Event) -> String {
    let json = serde_json::to_value(event).unwrap();
    let name = json["event"].as_str().unwrap().to_owned();
    let due = |due: &appeals::law::Due| due.date(&law.office).to_string();
    match event {
        Event::Moved { to, .. } => format!("→ {}", to.name()),
        Event::ClockStarted(c) => format!("{:?} until {}", c.kind, due(&c.due)),
        Event::ClockMoved { kind, due: d } | Event::ClockResumed { kind, due: d } => {
            format!("{kind:?} now until {}", due(d))
        }
        Event::ClockMet { kind, .. } => format!("{kind:?} met"),
        Event::ClockCancelled { kind } => format!("{kind:?} off"),
        Event::ClockPaused { kind, .. } => format!("{kind:?} stands"),
        _ => name,
    }
}

/// Registers at the first line's time and lets the script happen; every line with what came of it.
pub fn play(kind: Kind, legal: Option<LegalKind>, script: &str) -> (Appeal, String) {
    let law = Law::shipped();
    let mut out = String::new();
    let mut appeal: Option<Appeal> = None;
    for line in script.lines().map(str::trim).filter(|l| !l.is_empty()) {
        let mut words = line.splitn(5, ' ');
        let (day, time) = (words.next().unwrap(), words.next().unwrap());
        let now = law.at(day, time);
        let who = words.next().unwrap();
        let what = words.next().unwrap();
        let argument = words.next().unwrap_or("");
        let Some(appeal) = &mut appeal else {
            assert_eq!(what, "register");
            let mut draft = draft(kind);
            draft.legal_kind = legal;
            let (new, events) =
                register(draft, intake(Channel::Phone, now, who != "nobody"), law.rules(), now)
                    .unwrap();
            let events: Vec<String> = events.iter().map(|e| told(&law, e)).collect();
            writeln!(out, "{line}: {}", events.join(", ")).unwrap();
            appeal = Some(new);
            continue;
        };
        let command = command(what, argument);
        match appeal.decide(&command, &actor(who), appeal.version, law.rules(), now) {
            Ok(events) => {
                appeal.accept(&events, now);
                let events: Vec<String> = events.iter().map(|e| told(&law, e)).collect();
                writeln!(out, "{line}: {}", events.join(", ")).unwrap();
            }
            Err(refusal) => {
                assert_ne!(refusal, Refusal::Version { expected: 0, found: 0 });
                writeln!(out, "{line}: REFUSED {}", refusal.name()).unwrap();
            }
        }
    }
    (appeal.unwrap(), out)
}
