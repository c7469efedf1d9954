//! How an appeal comes into the register: the same by every channel.

use super::{Appeal, Event, Publicity, Rules, Status, Subject};
use crate::channel::Channel;
use crate::claim::Claim;
use crate::clock::{Clock, ClockState};
use crate::ids::{AppealId, ApplicantId, ContactId, DeskId, OrgId, PersonId, TopicId};
use crate::kind::Kind;
use crate::law::{ClockClass, ClockKind, Due, LegalKind, LegalMode};
use crate::number::AppealNumber;
use crate::words::Language;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use transit::EpochS;

/// What a person brings, or an operator writes down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// What it is about.
    pub kind: Kind,
    /// Topic of the city's tree.
    pub topic: Option<TopicId>,
    /// What it is by law, where somebody says otherwise than the catalogue.
    pub legal_kind: Option<LegalKind>,
    /// The person's own words.
    pub text: String,
    /// Its language.
    pub language: Language,
    /// What happened.
    pub claim: Claim,
    /// Further topics.
    pub subjects: Vec<(Kind, Option<TopicId>, Claim)>,
    /// Others may read it once moderated.
    pub may_publish: bool,
    /// The person says that somebody is in danger.
    pub danger: bool,
    /// The appeal that it repeats.
    pub parent: Option<AppealId>,
}

/// What the register adds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intake {
    /// Id.
    pub id: AppealId,
    /// The next number of the year of registration.
    pub number: AppealNumber,
    /// The contact that it came of.
    pub contact: ContactId,
    /// By which way.
    pub channel: Channel,
    /// Who; nobody without a name.
    pub applicant: Option<ApplicantId>,
    /// By whom.
    pub registered_by: Option<PersonId>,
    /// Which organisation answers.
    pub org: OrgId,
    /// When it came.
    pub received_at: EpochS,
}

/// Longest text, characters.
pub const TEXT_CHARS_MAX: usize = 4_000;
/// Most further topics of one appeal.
pub const SUBJECTS_MAX: usize = 8;

/// Why a draft cannot be registered. The law forbids to refuse an appeal: these are what a form can mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegisterError {
    /// Neither words nor anything else.
    #[error("say in a few words, or by route and stop, what happened")]
    Empty,
    /// More than [`TEXT_CHARS_MAX`].
    #[error("the text is too long")]
    TextTooLong,
    /// More than [`SUBJECTS_MAX`].
    #[error("too many topics in one appeal")]
    TooManySubjects,
    /// The terms know no such kind: a fault of the data.
    #[error("no terms for this kind of appeal")]
    NoTerms,
}

/// The end of the law's term; `None` where none is promised.
pub(super) fn review_due(rules: Rules<'_>, kind: LegalKind, on: Date, at: EpochS) -> Option<Due> {
    let target = rules.terms.legal(kind)?.term?;
    Some(target.due(rules.calendars, rules.office, on, at))
}

/// The end of the house's norm: never later than the law's term.
pub(super) fn service_due(rules: Rules<'_>, kind: LegalKind, on: Date, at: EpochS) -> Option<Due> {
    let term = rules.terms.clock(ClockKind::ServiceNorm)?;
    let own = term.target.due(rules.calendars, rules.office, on, at);
    let legal = review_due(rules, kind, on, at);
    match legal {
        Some(legal) if legal.instant(rules.office) < own.instant(rules.office) => Some(legal),
        _ => Some(own),
    }
}

/// What an appeal is by law: what somebody says, else the catalogue's; without a name always a signal.
fn legal_kind(draft: &Draft, intake: &Intake, rules: Rules<'_>) -> LegalKind {
    if intake.applicant.is_none() {
        return LegalKind::Signal;
    }
    draft.legal_kind.unwrap_or(rules.kinds.entry(draft.kind).legal_kind)
}

/// Registers a draft: the appeal and what is written into its journal. Queue and terms follow from the kind,
/// the topic and the time alone, never from the channel.
pub fn register(
    draft: Draft,
    intake: Intake,
    rules: Rules<'_>,
    now: EpochS,
) -> Result<(Appeal, Vec<Event>), RegisterError> {
    if draft.text.trim().is_empty() && !draft.claim.has_place() {
        return Err(RegisterError::Empty);
    }
    if draft.text.chars().count() > TEXT_CHARS_MAX {
        return Err(RegisterError::TextTooLong);
    }
    if draft.subjects.len() > SUBJECTS_MAX {
        return Err(RegisterError::TooManySubjects);
    }
    let mut appeal = entered(draft, intake, rules, now)?;
    let cctv_hold = rules.kinds.entry(appeal.kind).cctv_hold;
    let mut events = vec![Event::Registered { number: appeal.number }];
    events.extend(first_clocks(&appeal, rules, cctv_hold).into_iter().map(Event::ClockStarted));
    for event in &events {
        appeal.apply(event, now);
    }
    appeal.version = 1;
    Ok((appeal, events))
}

/// The topic's desk; without one the kind's.
fn desk(kind: Kind, topic: Option<&TopicId>, rules: Rules<'_>) -> DeskId {
    let topic = topic.and_then(|t| rules.topics.get(t.as_str()));
    topic.map_or_else(|| rules.kinds.entry(kind).desk.clone(), |t| t.desk.clone())
}

/// The appeal as it is entered, before its clocks begin.
fn entered(
    draft: Draft,
    intake: Intake,
    rules: Rules<'_>,
    now: EpochS,
) -> Result<Appeal, RegisterError> {
    let entry = rules.kinds.entry(draft.kind);
    let legal_kind = legal_kind(&draft, &intake, rules);
    if rules.terms.legal(legal_kind).is_none() {
        return Err(RegisterError::NoTerms);
    }
    let safety = entry.safety || draft.danger;
    let registered_on = rules.office.registered_on(rules.calendars, intake.received_at).on;
    let topic = draft.topic;
    let subjects = draft.subjects.into_iter().zip(1..).map(|((kind, topic, claim), seq)| {
        let desk = desk(kind, topic.as_ref(), rules);
        Subject { seq, kind, topic, claim, desk, settled: None }
    });
    Ok(Appeal {
        id: intake.id,
        number: intake.number,
        contact: intake.contact,
        channel: intake.channel,
        applicant: intake.applicant,
        legal_kind,
        legal_mode: entry.legal_mode,
        kind: draft.kind,
        topic: topic.clone(),
        text: draft.text,
        language: draft.language,
        received_at: intake.received_at,
        registered_at: now,
        registered_on,
        registered_by: intake.registered_by,
        claim: draft.claim,
        subjects: subjects.collect(),
        publicity: if draft.may_publish && !entry.private {
            Publicity::AfterModeration
        } else {
            Publicity::Private
        },
        safety,
        status: Status::Registered,
        status_since: now,
        desk: desk(draft.kind, topic.as_ref(), rules),
        assignee: None,
        org: intake.org,
        carrier: None,
        case: None,
        parent: draft.parent,
        clocks: Vec::new(),
        due_on: None,
        due_provisional: false,
        extension: None,
        redirect: None,
        evidence: None,
        signature: None,
        answer: None,
        answered_at: None,
        ground: None,
        measure_tracked: false,
        applicant_verdict: None,
        version: 0,
    })
}

/// The clocks that registration starts.
fn first_clocks(appeal: &Appeal, rules: Rules<'_>, cctv_hold: bool) -> Vec<Clock> {
    let (on, at) = (appeal.registered_on, appeal.registered_at);
    let mut clocks = Vec::new();
    let mut start = |kind, class, due, basis: &str| {
        clocks.push(Clock {
            kind,
            class,
            started_at: at,
            due,
            state: ClockState::Running,
            basis: basis.to_owned(),
        });
    };
    let legal = rules.terms.legal(appeal.legal_kind);
    if let (Some(term), Some(due)) = (legal, review_due(rules, appeal.legal_kind, on, at)) {
        start(ClockKind::Review, ClockClass::Legal, due, &term.basis);
    }
    let service = appeal.legal_mode == LegalMode::Service;
    if let Some(due) = service_due(rules, appeal.legal_kind, on, at).filter(|_| service) {
        let basis = rules.terms.clock(ClockKind::ServiceNorm).map_or("", |t| &t.basis);
        start(ClockKind::ServiceNorm, ClockClass::Internal, due, basis);
    }
    let mut kinds = vec![ClockKind::FirstTouch];
    if legal.is_some_and(|t| t.redirectable) {
        kinds.push(ClockKind::RedirectDecision);
    }
    if appeal.safety {
        kinds.push(ClockKind::SafetyAck);
    }
    if cctv_hold {
        kinds.push(ClockKind::CctvHold);
    }
    for kind in kinds {
        if let Some(term) = rules.terms.clock(kind) {
            let due = term.target.due(rules.calendars, rules.office, on, at);
            start(kind, term.class, due, &term.basis);
        }
    }
    clocks
}
