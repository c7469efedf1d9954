//! A past of appeals for the demo city: fictional people, real rules. Everything follows from the seed, the day and
//! the timetable; names and telephones are such as nobody has.

use crate::register::{Consulted, Filing, Law, Life, Personal, Register, ServiceError};
use appeals::access::Role;
use appeals::answer::ReplyBy;
use appeals::appeal::{Actor, Command, Draft};
use appeals::channel::Channel;
use appeals::claim::{Claim, ClaimTime};
use appeals::ids::{ContactId, EvidenceId, PersonId, RouteId, StopId};
use appeals::kind::Kind;
use appeals::law::{ClockKind, Target};
use appeals::verdict::Finding;
use appeals::words::Language;
use transit::{EpochS, Timetable};

const DAY_S: EpochS = 86_400;
const HOUR_S: EpochS = 3_600;
/// Days of the past: a year and a season, so that this year stands beside the last.
const DAYS: i64 = 400;
/// Appeals of a working day: a hundredth part of the city's 650, enough to see topics by.
const APPEALS_A_DAY: f64 = 6.5;
/// Days of consultations: what the forecast of calls learns from.
const CALL_DAYS: i64 = 36;
/// Calls of a working day, as the city has them.
const CALLS_A_DAY: f64 = 390.0;
/// Share of the answers that go out after the law's term …
const LATE_SHARE: f64 = 0.02;
/// … by so many working days at most …
const LATE_DAYS: usize = 3;
/// … and of those that keep the term and not the norm of the house.
const SLOW_SHARE: f64 = 0.15;
/// Whoever works on appeals has begun with those that are older.
const BEGUN_DAYS: i64 = 2;
/// So many days are in the record: their appeals get evidence of their own.
const RECORD_DAYS: i64 = 3;
/// The route of the story, and since when people appeal about it, days.
const STORY_DAYS: i64 = 20;

/// Which way people come, of a thousand: six of ten call.
const CHANNELS: [(Channel, u32); 9] = [
    (Channel::Phone, 630),
    (Channel::Whatsapp, 130),
    (Channel::Web, 90),
    (Channel::Mobile, 50),
    (Channel::Telegram, 35),
    (Channel::Email, 25),
    (Channel::WalkIn, 20),
    (Channel::StopQr, 12),
    (Channel::Paper, 8),
];

/// What they say, and how often in summer and in winter.
const KINDS: [(Kind, u32, u32); 14] = [
    (Kind::LongWait, 200, 260),
    (Kind::DidNotCome, 140, 170),
    (Kind::Late, 90, 120),
    (Kind::Irregular, 70, 70),
    (Kind::FewBuses, 60, 60),
    (Kind::PassedStop, 90, 80),
    (Kind::Overcrowded, 60, 80),
    (Kind::DriverConduct, 80, 70),
    (Kind::ColdHotDirty, 90, 130),
    (Kind::Early, 30, 25),
    (Kind::LeftWithoutWaiting, 30, 30),
    (Kind::Fare, 30, 25),
    (Kind::StopCondition, 30, 40),
    (Kind::OffRoute, 20, 20),
];

/// When people speak, by the hour of the day.
const HOURS: [u32; 24] =
    [1, 0, 0, 0, 0, 1, 6, 22, 34, 26, 18, 16, 15, 14, 15, 17, 22, 32, 30, 18, 11, 7, 4, 2];

const FIRST: [&str; 8] = ["Айгүл", "Тимур", "Сәуле", "Виктор", "Дана", "Нурлан", "Ольга", "Ерлан"];
/// Surnames that say of themselves that they are made up.
const LAST: [&str; 6] = ["Мысалова", "Примеров", "Үлгібаев", "Образцова", "Тестов", "Сынақбаева"];

/// `SplitMix64`: the same everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// One of a list by weight.
    fn weighted<T: Copy>(&mut self, list: impl Iterator<Item = (T, u32)> + Clone) -> Option<T> {
        let all: u32 = list.clone().map(|l| l.1).sum();
        let mut at = self.below(all as usize) as u32;
        for (what, weight) in list {
            if at < weight {
                return Some(what);
            }
            at -= weight;
        }
        None
    }

    /// About `mean`: its whole part, and one more in proportion to the rest, give or take a third.
    fn about(&mut self, mean: f64) -> usize {
        let swayed = mean * (0.67 + 0.66 * self.share());
        swayed.floor() as usize + usize::from(self.share() < swayed.fract())
    }

    fn bytes(&mut self) -> [u8; 10] {
        let (a, b) = (self.next().to_be_bytes(), self.next().to_be_bytes());
        [a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], b[0], b[1]]
    }
}

/// What was done, when and by whom.
type Step = (EpochS, Command, Actor);

/// Who works on the appeals of the past.
#[derive(Clone, Copy, Debug)]
pub struct Hands {
    /// Writes answers.
    pub handler: PersonId,
    /// Approves them.
    pub supervisor: PersonId,
}

/// Fills the register with the past before `now`.
pub async fn fill(
    register: &Register,
    timetable: &Timetable,
    hands: Hands,
    seed: u64,
) -> Result<usize, ServiceError> {
    let now = register.now();
    let lives = lives(register, timetable, hands, seed, now);
    let written = register.remember(&lives).await?;
    register.count_consulted(&calls(register, seed, now)).await?;
    Ok(written)
}

/// The start of a local day, so many days before that of `now`.
fn morning(register: &Register, now: EpochS, back: i64) -> EpochS {
    let office = register.law().office();
    let day = appeals::calendar::days_later(office.date(now), -(back as i32));
    office.end_of(day) - DAY_S
}

/// Weekends are quieter; last year there were fewer.
fn level(register: &Register, at: EpochS, back: i64) -> f64 {
    let weekend = register.law().office().date(at).weekday().to_monday_zero_offset() >= 5;
    let growth = if back > 330 { 0.82 } else { 1.0 };
    growth * if weekend { 0.45 } else { 1.0 }
}

fn calls(register: &Register, seed: u64, now: EpochS) -> Vec<Consulted> {
    let mut dice = Dice(seed ^ 0xCA11);
    let mut calls = Vec::new();
    for back in (0..CALL_DAYS).rev() {
        let day = morning(register, now, back);
        for _ in 0..dice.about(CALLS_A_DAY * level(register, day, back)) {
            let Some(hour) = dice.weighted((0..24).zip(HOURS)) else { continue };
            let at = day + hour * HOUR_S + dice.below(3_600) as EpochS;
            if at < now {
                let id = ContactId::new(at.unsigned_abs() * 1_000, dice.bytes());
                let handling_s = 90 + dice.below(240) as EpochS;
                calls.push(Consulted { id, channel: Channel::Phone, at, handling_s });
            }
        }
    }
    calls
}

fn lives(
    register: &Register,
    timetable: &Timetable,
    hands: Hands,
    seed: u64,
    now: EpochS,
) -> Vec<Life> {
    let mut dice = Dice(seed);
    let mut lives = Vec::new();
    for back in (0..DAYS).rev() {
        let day = morning(register, now, back);
        for _ in 0..dice.about(APPEALS_A_DAY * level(register, day, back)) {
            lives.extend(usual(&mut dice, register, timetable, hands, (day, now)));
        }
        let working = level(register, day, 0) > 0.9;
        if back <= STORY_DAYS && working && dice.share() < 0.6 {
            lives.extend(of_the_story(&mut dice, register, timetable, hands, (day, now)));
        }
    }
    lives.sort_by_key(|life| life.at);
    lives
}

/// Somebody of the story: the same route, the same stop, the same hour.
fn of_the_story(
    dice: &mut Dice,
    register: &Register,
    timetable: &Timetable,
    hands: Hands,
    (day, now): (EpochS, EpochS),
) -> Option<Life> {
    let route = timetable
        .routes
        .iter()
        .position(|r| r.short_name.as_ref() == simulator::city::KAMENSKOYE)?;
    let stop = stop_of(timetable, route, |stops| stops.first().copied())?;
    let event = day + 7 * HOUR_S + 1_200 + dice.below(4_800) as EpochS;
    let at = event + 600 + dice.below(5_400) as EpochS;
    let kinds = [(Kind::LongWait, 5), (Kind::FewBuses, 3), (Kind::DidNotCome, 2)];
    let kind = dice.weighted(kinds.into_iter())?;
    let channels = [(Channel::Phone, 6), (Channel::Whatsapp, 2), (Channel::Web, 2)];
    let channel = dice.weighted(channels.into_iter())?;
    let route = timetable.routes[route].id.to_string();
    let filing = filing(dice, kind, channel, (route, stop), event);
    let steps = begun(dice, register.law(), hands, (at, day, now));
    (at < now).then_some(Life { filing, at, steps })
}

/// A stop of the first pattern of a route, chosen from its stops.
fn stop_of(
    timetable: &Timetable,
    route: usize,
    choose: impl FnOnce(&[transit::ids::StopIdx]) -> Option<transit::ids::StopIdx>,
) -> Option<String> {
    let pattern = timetable.patterns.iter().find(|p| p.route.get() == route)?;
    Some(timetable.stop(choose(&pattern.stops)?).id.to_string())
}

fn usual(
    dice: &mut Dice,
    register: &Register,
    timetable: &Timetable,
    hands: Hands,
    (day, now): (EpochS, EpochS),
) -> Option<Life> {
    let month = register.law().office().date(day).month();
    let winter = matches!(month, 11 | 12 | 1 | 2 | 3);
    let weight = |k: &(Kind, u32, u32)| (k.0, if winter { k.2 } else { k.1 });
    let kind = dice.weighted(KINDS.iter().map(weight))?;
    let channel = dice.weighted(CHANNELS.into_iter())?;
    let hour = dice.weighted((0..24).zip(HOURS))?;
    let at = day + hour * HOUR_S + dice.below(3_600) as EpochS;
    if at >= now {
        return None;
    }
    // A route by its trips: the busier, the more is said of it.
    let trip = timetable.trips.get(dice.below(timetable.trips.len()))?;
    let route = timetable.pattern(trip.pattern).route.get();
    let pick = dice.next() as usize;
    let stop = stop_of(timetable, route, |s| s.get(pick % s.len().max(1)).copied())?;
    let event = at - 600 - dice.below(7_200) as EpochS;
    let route = timetable.routes[route].id.to_string();
    let filing = filing(dice, kind, channel, (route, stop), event);
    let recent = now - day < RECORD_DAYS * DAY_S;
    let steps = if recent {
        begun(dice, register.law(), hands, (at, day, now))
    } else {
        steps(dice, register.law(), &filing, hands, (at, now))
    };
    Some(Life { filing, at, steps })
}

fn filing(
    dice: &mut Dice,
    kind: Kind,
    channel: Channel,
    (route, stop): (String, String),
    event: EpochS,
) -> Filing {
    let language = if dice.share() < 0.4 { Language::Kk } else { Language::Ru };
    let text = match language {
        Language::Kk => "Автобус туралы хабарлама (ойдан шығарылған, демо).",
        _ => "Сообщение об автобусе (вымышленное, демо).",
    };
    let named = dice.share() < 0.9;
    let name = format!("{} {}", FIRST[dice.below(FIRST.len())], LAST[dice.below(LAST.len())]);
    // 000: a block that no operator of Kazakhstan gives out.
    let phone = format!("+7 700 000 {:02} {:02}", dice.below(100), dice.below(100));
    Filing {
        draft: Draft {
            kind,
            topic: None,
            legal_kind: None,
            text: text.to_owned(),
            language,
            claim: Claim {
                route: Some(RouteId(route)),
                stop: Some(StopId(stop)),
                time: Some(ClaimTime::At { at: event, about: dice.share() < 0.5 }),
                wait_s: (kind == Kind::LongWait).then(|| 900 + dice.below(1_800) as i64),
                ..Claim::default()
            },
            subjects: Vec::new(),
            may_publish: false,
            danger: false,
            parent: None,
        },
        channel,
        personal: Personal {
            name: named.then_some(name),
            phone: Some(phone),
            ..Personal::default()
        },
        reply_by: Some(ReplyBy::Cabinet),
        key: None,
        received_at: None,
        by: None,
    }
}

const fn actor(person: Option<PersonId>, role: Role) -> Actor {
    Actor { person, role, org: None, owns: false }
}

/// When somebody begins: within half a working day.
fn begins(dice: &mut Dice, law: &Law, at: EpochS) -> EpochS {
    law.office().working_hours_after(law.rules().calendars, at, 1 + dice.below(3) as u32)
}

/// An appeal that nobody has answered yet, and somebody has begun with if it is not of yesterday.
fn begun(
    dice: &mut Dice,
    law: &Law,
    hands: Hands,
    (at, day, now): (EpochS, EpochS, EpochS),
) -> Vec<Step> {
    let begun = begins(dice, law, at);
    let old = now - day >= BEGUN_DAYS * DAY_S && begun < now;
    let step = (begun, Command::Begin, actor(Some(hands.handler), Role::Handler));
    old.then_some(step).into_iter().collect()
}

/// When the answer goes out: in working hours of a working day, mostly within the norm of the house, seldom a
/// few days behind the law's term.
fn answered(dice: &mut Dice, law: &Law, kind: Kind, at: EpochS) -> EpochS {
    let (office, rules) = (law.office(), law.rules());
    let days_of = |target: Option<Target>| match target {
        Some(Target::WorkingDays(days)) => days as usize,
        _ => 15,
    };
    let legal = rules.terms.legal(rules.kinds.entry(kind).legal_kind);
    let term = days_of(legal.and_then(|t| t.term));
    let norm = days_of(rules.terms.clock(ClockKind::ServiceNorm).map(|c| c.target)).min(term);
    let share = dice.share();
    let after = if share < LATE_SHARE {
        term + 1 + dice.below(LATE_DAYS)
    } else if share < LATE_SHARE + SLOW_SHARE && norm < term {
        norm + 1 + dice.below(term - norm)
    } else {
        1 + dice.below(norm)
    };
    let from = office.registered_on(rules.calendars, at).on;
    let on = office.days(rules.calendars).working_days_after(from, after as u32).on;
    office.end_of(on) - DAY_S + 10 * HOUR_S + dice.below(7 * 3_600) as EpochS
}

/// What was done with it until `now`.
fn steps(
    dice: &mut Dice,
    law: &Law,
    filing: &Filing,
    hands: Hands,
    (at, now): (EpochS, EpochS),
) -> Vec<Step> {
    let handler = actor(Some(hands.handler), Role::Handler);
    let supervisor = actor(Some(hands.supervisor), Role::Supervisor);
    let itself = actor(None, Role::System);
    let language = filing.draft.language;
    let texts = law.texts();
    let answered = answered(dice, law, filing.draft.kind, at);
    let begun = begins(dice, law, at).min(answered - HOUR_S);
    let mut steps = Vec::new();
    let measurable = law.kinds().entry(filing.draft.kind).rule.is_measurable();
    if measurable {
        let findings = [
            (Finding::Confirmed, 46),
            (Finding::PartlyConfirmed, 14),
            (Finding::NotConfirmed, 24),
            (Finding::UndeterminedNoData, 16),
        ];
        let finding = dice.weighted(findings.into_iter()).unwrap_or(Finding::UndeterminedNoData);
        let evidence = EvidenceId::new(at.unsigned_abs() * 1_000, dice.bytes());
        steps.push((at + 5, Command::AttachEvidence { evidence, finding }, itself));
        steps.push((
            answered - 3_000,
            Command::SignVerdict { evidence, finding, override_reason: None },
            handler.clone(),
        ));
    }
    steps.push((begun, Command::Begin, handler.clone()));
    let body = match language {
        Language::Kk => "Өтінішіңіз тексерілді. (Демо.)",
        _ => "Ваше обращение проверено. (Демо.)",
    };
    let draft = Command::DraftAnswer {
        language,
        body: body.to_owned(),
        legal_basis: texts.legal_basis.of(language).to_owned(),
        right_of_appeal: texts.right_of_appeal.of(language).to_owned(),
    };
    steps.push((answered - 2_400, draft, handler.clone()));
    steps.push((answered - 1_800, Command::SubmitAnswer, handler.clone()));
    steps.push((answered - 600, Command::ApproveAnswer, supervisor));
    steps.push((answered, Command::SendAnswer { by: ReplyBy::Cabinet }, handler));
    if dice.share() < 0.2 {
        let owner = Actor { person: None, role: Role::CitizenPin, org: None, owns: true };
        steps.push((answered + 2 * DAY_S, Command::Confirm, owner));
    }
    steps.sort_by_key(|s| s.0);
    steps.retain(|s| s.0 < now);
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearly_all_answers_of_the_past_keep_the_term_and_none_is_late_by_more_than_days() {
        let zone = jiff::tz::TimeZone::get("Asia/Almaty").unwrap();
        let law = Law::shipped(zone, "city").unwrap();
        let (office, rules) = (law.office(), law.rules());
        let days = office.days(rules.calendars);
        let mut dice = Dice(7);
        let (mut late, mut slow) = (0, 0);
        // 2026-03-02 09:00 in Almaty, and later.
        let all = (0..2_000).map(|i| 1_772_424_000 + i * 4_711);
        for at in all.clone() {
            let sent = answered(&mut dice, &law, Kind::LongWait, at);
            let from = office.registered_on(rules.calendars, at).on;
            let (on, local) = (office.date(sent), office.local(sent));
            assert!(days.is_working(on) && (10..17).contains(&local.hour()), "{local}");
            let took = days.working_days_between(from, on);
            assert!((1..=18).contains(&took), "{took} working days");
            late += i32::from(took > 15);
            slow += i32::from(took > 8);
            assert!(begins(&mut dice, &law, at) > at && sent > at + 4 * HOUR_S);
        }
        assert!((10..80).contains(&late), "{late} of 2000 are late");
        assert!((200..500).contains(&slow), "{slow} of 2000 are behind the norm");
    }
}
