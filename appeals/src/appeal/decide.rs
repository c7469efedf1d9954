//! The machine of statuses: a command becomes events, or is refused by name.

use super::{Actor, Appeal, Command, Event, Refusal, Rules, Status};
use crate::access::{Action, Grant, Role, may};
use crate::answer::{Answer, ReplyBy};
use crate::law::ClockKind;
use crate::verdict::Signature;
use transit::EpochS;

pub(super) type Decision = Result<Vec<Event>, Refusal>;

impl Appeal {
    /// What a command does, by whom, at `now`; `expected` is the version that the actor saw.
    pub fn decide(
        &self,
        command: &Command,
        actor: &Actor,
        expected: u32,
        rules: Rules<'_>,
        now: EpochS,
    ) -> Decision {
        if expected != self.version {
            return Err(Refusal::Version { expected, found: self.version });
        }
        self.permit(command, actor)?;
        let mut events = self.judge(command, actor, rules, now)?;
        let touched = matches!(self.status, Status::Registered | Status::Triaged)
            && events
                .iter()
                .any(|e| matches!(e, Event::Moved { to, .. } if *to != Status::Triaged));
        if touched && self.is_open(ClockKind::FirstTouch) {
            events.push(Event::ClockMet { kind: ClockKind::FirstTouch, at: now });
        }
        Ok(events)
    }

    /// Applies what was decided and counts the version.
    pub fn accept(&mut self, events: &[Event], at: EpochS) {
        for event in events {
            self.apply(event, at);
        }
        self.version += 1;
    }

    fn permit(&self, command: &Command, actor: &Actor) -> Result<(), Refusal> {
        let action = command.action();
        // An operator may write down what the applicant says at the telephone.
        let for_applicant = matches!(command, Command::AddInfo { .. } | Command::Withdraw)
            && (actor.role.is_front() || actor.role == Role::Handler);
        let proposes = matches!(command, Command::ProposeExtension { .. });
        match may(actor.role, action) {
            Grant::Yes => Ok(()),
            Grant::Own if self.owned_by(actor, action) => Ok(()),
            Grant::Own => Err(Refusal::NotOwn),
            Grant::Propose if proposes => Ok(()),
            Grant::Propose => Err(Refusal::OnlyPropose),
            Grant::No if for_applicant => Ok(()),
            Grant::No => Err(Refusal::NotPermitted),
        }
    }

    /// What "one's own" means: the applicant's appeal; the carrier that was asked; for the front, until
    /// somebody has begun.
    fn owned_by(&self, actor: &Actor, action: Action) -> bool {
        if actor.role == Role::Carrier {
            return actor.org.is_some() && actor.org == self.carrier;
        }
        if actor.role.is_citizen() {
            return actor.owns;
        }
        if actor.role.is_front() && action == Action::ChangeClaim {
            return self.status == Status::Registered;
        }
        true
    }

    fn judge(&self, command: &Command, actor: &Actor, rules: Rules<'_>, now: EpochS) -> Decision {
        match command {
            Command::Triage { desk, assignee, note } => {
                let mut events = self.moves(Status::Triaged)?;
                let (desk, note) = (desk.clone(), note.clone());
                events.push(Event::Assigned { desk, assignee: *assignee, note });
                Ok(events)
            }
            Command::Begin => {
                let mut events = self.moves(Status::InWork)?;
                if self.assignee.is_none() {
                    let (desk, assignee) = (self.desk.clone(), actor.person);
                    events.push(Event::Assigned { desk, assignee, note: String::new() });
                }
                events.extend(self.leaves_waiting(rules, now));
                Ok(events)
            }
            Command::AskCarrier { carrier, question } => {
                self.ask_carrier(carrier.clone(), question, rules, now)
            }
            Command::CarrierReply { text } => {
                let mut events = self.moves(Status::InWork)?;
                events.push(Event::CarrierReplied { text: words(text)? });
                events.extend(self.met(ClockKind::CarrierReply, now));
                Ok(events)
            }
            Command::AskApplicant { question } => {
                let mut events = self.moves(Status::NeedInfo)?;
                events.push(Event::ApplicantAsked { question: words(question)? });
                events.extend(self.pauses(now));
                Ok(events)
            }
            Command::AddInfo { text } => {
                let text = words(text)?;
                if !self.status.is_open() {
                    return Err(Refusal::InvalidTransition);
                }
                let mut events = vec![Event::InfoAdded { text }];
                if self.status == Status::NeedInfo {
                    events.extend(self.moves(Status::InWork)?);
                    events.extend(self.leaves_waiting(rules, now));
                }
                Ok(events)
            }
            Command::Redirect { to, reason } => {
                self.redirect(to.clone(), reason, actor, rules, now)
            }
            Command::NotConsider { ground, reason } => {
                if self.safety {
                    return Err(Refusal::Safety);
                }
                let mut events = self.moves(Status::NotConsidered)?;
                events.push(Event::NotConsidered { ground: *ground, reason: words(reason)? });
                Ok(self.closing(events, now))
            }
            Command::Return { reason } => {
                let mut events = self.moves(Status::Returned)?;
                events.push(Event::Returned { reason: words(reason)? });
                Ok(self.closing(events, now))
            }
            other => self.judge_term(other, actor, rules, now),
        }
    }

    fn judge_term(
        &self,
        command: &Command,
        actor: &Actor,
        rules: Rules<'_>,
        now: EpochS,
    ) -> Decision {
        match command {
            Command::Withdraw => Ok(self.closing(self.moves(Status::Withdrawn)?, now)),
            Command::ProposeExtension { reason } => {
                self.extendable(rules, now)?;
                Ok(vec![Event::ExtensionProposed { reason: words(reason)? }])
            }
            Command::Extend { until, reason } => self.extend(*until, reason, actor, rules, now),
            Command::ExtensionNoticed => self.tick_off(ClockKind::ExtensionNotice, now),
            Command::AcknowledgeSafety => self.tick_off(ClockKind::SafetyAck, now),
            Command::CctvHeld => self.tick_off(ClockKind::CctvHold, now),
            other => self.judge_answer(other, actor, rules, now),
        }
    }

    fn judge_answer(
        &self,
        command: &Command,
        actor: &Actor,
        rules: Rules<'_>,
        now: EpochS,
    ) -> Decision {
        match command {
            Command::DraftAnswer { language, body, legal_basis, right_of_appeal } => {
                let mut events = self.moves(Status::AnswerDraft)?;
                events.push(Event::AnswerDrafted(Answer {
                    language: *language,
                    body: body.clone(),
                    legal_basis: legal_basis.clone(),
                    right_of_appeal: right_of_appeal.clone(),
                    ..self.next_answer(actor, now)?
                }));
                events.extend(self.leaves_waiting(rules, now));
                Ok(events)
            }
            Command::SubmitAnswer => {
                let answer = self.answer.as_ref().ok_or(Refusal::AnswerMissing)?;
                self.complete(answer)?;
                self.moves(Status::AnswerReview)
            }
            Command::RecallAnswer => {
                let answer = self.answer.as_ref().ok_or(Refusal::AnswerMissing)?;
                if self.status != Status::AnswerReview || Some(answer.drafted_by) != actor.person {
                    return Err(Refusal::InvalidTransition);
                }
                let mut events = self.moves(Status::AnswerDraft)?;
                events.push(Event::AnswerRecalled);
                Ok(events)
            }
            Command::ReturnAnswer { remark } => {
                let mut events = self.moves(Status::AnswerDraft)?;
                events.push(Event::AnswerReturned { remark: words(remark)? });
                Ok(events)
            }
            Command::ApproveAnswer => {
                if self.status != Status::AnswerReview {
                    return Err(Refusal::InvalidTransition);
                }
                let answer = self.answer.as_ref().ok_or(Refusal::AnswerMissing)?;
                let by = actor.person.ok_or(Refusal::NotPermitted)?;
                if answer.drafted_by == by {
                    return Err(Refusal::OwnAnswer);
                }
                Ok(vec![Event::AnswerApproved { by, at: now }])
            }
            Command::SendAnswer { by } => {
                let answer = self.answer.as_ref().ok_or(Refusal::AnswerMissing)?;
                if self.status != Status::AnswerReview {
                    return Err(Refusal::InvalidTransition);
                }
                self.send(answer, *by, rules, now)
            }
            Command::AnswerAtOnce { language, body, legal_basis, right_of_appeal, by } => {
                let answer = Answer {
                    language: *language,
                    body: body.clone(),
                    legal_basis: legal_basis.clone(),
                    right_of_appeal: right_of_appeal.clone(),
                    ..self.next_answer(actor, now)?
                };
                let sent = self.send(&answer, *by, rules, now)?;
                Ok(std::iter::once(Event::AnswerDrafted(answer)).chain(sent).collect())
            }
            Command::Confirm | Command::Refute { .. } => self.applicants_word(command, rules, now),
            other => self.judge_facts(other, actor, now),
        }
    }

    fn judge_facts(&self, command: &Command, actor: &Actor, now: EpochS) -> Decision {
        match command {
            Command::AttachEvidence { evidence, finding } => {
                Ok(vec![Event::EvidenceAttached { evidence: *evidence, finding: *finding }])
            }
            Command::SignVerdict { evidence, finding, override_reason } => {
                let newest = self.evidence.ok_or(Refusal::NothingToDo)?;
                if newest.id != *evidence {
                    return Err(Refusal::OtherEvidence);
                }
                let reason = override_reason.clone().filter(|r| !r.trim().is_empty());
                if newest.finding != *finding && reason.is_none() {
                    return Err(Refusal::OverrideReasonMissing);
                }
                Ok(vec![Event::VerdictSigned(Signature {
                    evidence: *evidence,
                    machine: newest.finding,
                    finding: *finding,
                    by: actor.person.ok_or(Refusal::NotPermitted)?,
                    at: now,
                    override_reason: reason,
                })])
            }
            Command::ChangeClaim { kind, topic, claim } => {
                if !self.status.is_open() {
                    return Err(Refusal::InvalidTransition);
                }
                if !claim.has_place() && self.claim.has_place() {
                    return Err(Refusal::PlaceMissing);
                }
                let (topic, claim) = (topic.clone(), claim.clone());
                Ok(vec![Event::ClaimChanged { kind: *kind, topic, claim }])
            }
            Command::SettleSubject { seq, text } => {
                let open = |s: &super::Subject| s.seq == *seq && s.settled.is_none();
                if !self.subjects.iter().any(open) {
                    return Err(Refusal::NothingToDo);
                }
                Ok(vec![Event::SubjectSettled { seq: *seq, text: words(text)? }])
            }
            Command::JoinCase { case } => Ok(vec![Event::CaseJoined { case: *case }]),
            Command::TrackMeasure if self.status == Status::Answered => {
                Ok(vec![Event::MeasureTracked])
            }
            Command::Tell { text } => Ok(vec![Event::Told { text: words(text)? }]),
            Command::Publish { published } => {
                if *published && self.publicity == super::Publicity::Private {
                    return Err(Refusal::NotPermitted);
                }
                Ok(vec![Event::Published { published: *published }])
            }
            Command::Note { text } => Ok(vec![Event::Noted { text: words(text)? }]),
            _ => Err(Refusal::InvalidTransition),
        }
    }

    fn next_answer(&self, actor: &Actor, now: EpochS) -> Result<Answer, Refusal> {
        Ok(Answer {
            version: self.answer.as_ref().map_or(1, |a| a.version + 1),
            language: self.language,
            body: String::new(),
            legal_basis: String::new(),
            right_of_appeal: String::new(),
            drafted_by: actor.person.ok_or(Refusal::NotPermitted)?,
            drafted_at: now,
            approved_by: None,
            approved_at: None,
            sent_at: None,
            sent_by: None,
        })
    }

    /// The events of a move, if the register allows it.
    pub(super) fn moves(&self, to: Status) -> Decision {
        if !self.status.may_become(to) {
            return Err(Refusal::InvalidTransition);
        }
        Ok(vec![Event::Moved { from: self.status, to }])
    }

    pub(super) fn is_open(&self, kind: ClockKind) -> bool {
        self.clock(kind).is_some_and(crate::clock::Clock::is_open)
    }

    pub(super) fn met(&self, kind: ClockKind, at: EpochS) -> Option<Event> {
        self.is_open(kind).then_some(Event::ClockMet { kind, at })
    }

    fn tick_off(&self, kind: ClockKind, at: EpochS) -> Decision {
        self.met(kind, at).map(|event| vec![event]).ok_or(Refusal::NothingToDo)
    }

    fn send(&self, answer: &Answer, by: ReplyBy, rules: Rules<'_>, now: EpochS) -> Decision {
        let mut events = self.moves(Status::Answered)?;
        self.complete(answer)?;
        self.may_be_sent(answer, rules)?;
        events.push(Event::AnswerSent { at: now, by });
        let mut events = self.closing(events, now);
        events.extend(Self::starts(ClockKind::ApplicantConfirm, rules, now));
        Ok(events)
    }
}

/// Words that say something.
pub(super) fn words(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() { Err(Refusal::ReasonMissing) } else { Ok(text.to_owned()) }
}
