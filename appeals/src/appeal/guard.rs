//! The guards of single steps: terms, four eyes, what an answer must have.

use super::decide::{Decision, words};
use super::{Actor, Appeal, Command, Event, Extension, Redirect, Refusal, Rules, Status};
use crate::access::Role;
use crate::answer::Answer;
use crate::calendar::months_later;
use crate::clock::{Clock, ClockState};
use crate::ids::OrgId;
use crate::law::{ClockClass, ClockKind, Due, Target};
use crate::words::Language;
use jiff::civil::Date;
use transit::EpochS;

impl Appeal {
    /// Starts a clock that the terms know, counted from now.
    pub(super) fn starts(kind: ClockKind, rules: Rules<'_>, now: EpochS) -> Option<Event> {
        let term = rules.terms.clock(kind)?;
        let on = rules.office.date(now);
        Some(Event::ClockStarted(Clock {
            kind,
            class: term.class,
            started_at: now,
            due: term.target.due(rules.calendars, rules.office, on, now),
            state: ClockState::Running,
            basis: term.basis.clone(),
        }))
    }

    /// Internal clocks stand while the applicant is asked; the law's run on.
    pub(super) fn pauses(&self, now: EpochS) -> Vec<Event> {
        let internal =
            |c: &&Clock| c.class == ClockClass::Internal && c.state == ClockState::Running;
        // A danger does not wait for an answer.
        let stands = |c: &&Clock| !matches!(c.kind, ClockKind::SafetyAck | ClockKind::CctvHold);
        self.clocks
            .iter()
            .filter(internal)
            .filter(stands)
            .map(|c| Event::ClockPaused { kind: c.kind, at: now })
            .collect()
    }

    /// Clocks that stood run again.
    pub(super) fn leaves_waiting(&self, rules: Rules<'_>, now: EpochS) -> Vec<Event> {
        self.clocks
            .iter()
            .filter(|c| matches!(c.state, ClockState::Paused(_)))
            .map(|c| {
                let due = c.resumed(rules.calendars, rules.office, now).due;
                Event::ClockResumed { kind: c.kind, due }
            })
            .collect()
    }

    /// The events of a step that closes the appeal, with its clocks: those of the answer are met, the others
    /// have no meaning any more. A danger is seen, and pictures are kept, whatever becomes of the appeal.
    pub(super) fn closing(&self, mut events: Vec<Event>, now: EpochS) -> Vec<Event> {
        for clock in self.clocks.iter().filter(|c| c.is_open()) {
            let kind = clock.kind;
            match kind {
                ClockKind::Review | ClockKind::ServiceNorm | ClockKind::ExtendedReview => {
                    events.push(Event::ClockMet { kind, at: now });
                }
                ClockKind::RedirectDecision | ClockKind::CarrierReply => {
                    events.push(Event::ClockCancelled { kind });
                }
                ClockKind::FirstTouch
                | ClockKind::SafetyAck
                | ClockKind::CctvHold
                | ClockKind::ExtensionNotice
                | ClockKind::ApplicantConfirm => {}
            }
        }
        events
    }

    pub(super) fn ask_carrier(
        &self,
        carrier: OrgId,
        question: &str,
        rules: Rules<'_>,
        now: EpochS,
    ) -> Decision {
        let mut events = self.moves(Status::WithCarrier)?;
        events.push(Event::CarrierAsked { carrier, question: words(question)? });
        events.extend(Self::starts(ClockKind::CarrierReply, rules, now));
        Ok(events)
    }

    pub(super) fn redirect(
        &self,
        to: OrgId,
        reason: &str,
        actor: &Actor,
        rules: Rules<'_>,
        now: EpochS,
    ) -> Decision {
        let mut events = self.moves(Status::Redirected)?;
        let reason = words(reason)?;
        if !rules.terms.legal(self.legal_kind).is_some_and(|t| t.redirectable) {
            return Err(Refusal::NotRedirectable);
        }
        let late = self
            .clock(ClockKind::RedirectDecision)
            .is_none_or(|c| c.is_breached(rules.office, now));
        let senior = matches!(actor.role, Role::Controller | Role::Supervisor | Role::Head);
        if late && !senior {
            return Err(Refusal::RedirectTooLate);
        }
        events.push(Event::Redirected(Redirect { to, reason, at: now, external_number: None }));
        events.extend(self.met(ClockKind::RedirectDecision, now));
        let met =
            |e: &Event| matches!(e, Event::ClockCancelled { kind: ClockKind::RedirectDecision });
        let mut events = self.closing(events, now);
        events.retain(|e| !met(e));
        Ok(events)
    }

    /// It may be extended at all, and still.
    pub(super) fn extendable(&self, rules: Rules<'_>, now: EpochS) -> Result<Date, Refusal> {
        if !self.status.is_open() {
            return Err(Refusal::InvalidTransition);
        }
        let extendable = rules.terms.legal(self.legal_kind).is_some_and(|t| t.extendable);
        let clock = self.clock(ClockKind::Review).filter(|_| extendable);
        let clock = clock.ok_or(Refusal::NotExtendable)?;
        if self.extension.is_some() {
            return Err(Refusal::ExtendedBefore);
        }
        if now >= clock.due.instant(rules.office) {
            return Err(Refusal::ExtendTooLate);
        }
        Ok(clock.due.date(rules.office))
    }

    /// The last day that an extension decided at `now` may name, by the two readings of "up to two months":
    /// from registration (the stricter, which is applied) and from the decision.
    pub fn extension_bounds(&self, rules: Rules<'_>, now: EpochS) -> Option<(Date, Date)> {
        let term = rules.terms.clock(ClockKind::ExtendedReview)?;
        let Target::Months(months) = term.target else { return None };
        let decided = months_later(rules.office.date(now), months as i32);
        let registered = months_later(self.registered_on, months as i32);
        Some((registered.min(decided), decided.max(registered)))
    }

    pub(super) fn extend(
        &self,
        until: Date,
        reason: &str,
        actor: &Actor,
        rules: Rules<'_>,
        now: EpochS,
    ) -> Decision {
        let due = self.extendable(rules, now)?;
        let reason = words(reason)?;
        let (latest, _) = self.extension_bounds(rules, now).ok_or(Refusal::ExtensionOutOfBounds)?;
        if until <= due || until > latest {
            return Err(Refusal::ExtensionOutOfBounds);
        }
        let by = actor.person.ok_or(Refusal::NotPermitted)?;
        let rolled = rules.office.days(rules.calendars).roll(until);
        let basis = rules.terms.clock(ClockKind::ExtendedReview).map_or("", |t| &t.basis);
        let mut events = vec![
            Event::Extended(Extension { until: rolled.on, reason, by, at: now }),
            Event::ClockCancelled { kind: ClockKind::Review },
            Event::ClockStarted(Clock {
                kind: ClockKind::ExtendedReview,
                class: ClockClass::Legal,
                started_at: now,
                due: Due::On(rolled),
                state: ClockState::Running,
                basis: basis.to_owned(),
            }),
        ];
        if self.is_open(ClockKind::ServiceNorm) {
            events.push(Event::ClockCancelled { kind: ClockKind::ServiceNorm });
        }
        events.extend(Self::starts(ClockKind::ExtensionNotice, rules, now));
        Ok(events)
    }

    /// The answer has all that the law asks of it.
    pub(super) fn complete(&self, answer: &Answer) -> Result<(), Refusal> {
        if answer.body.trim().is_empty() {
            return Err(Refusal::AnswerMissing);
        }
        if answer.language != self.language && answer.language != Language::Kk {
            return Err(Refusal::AnswerLanguage);
        }
        if answer.legal_basis.trim().is_empty() {
            return Err(Refusal::LegalBasisMissing);
        }
        if answer.right_of_appeal.trim().is_empty() {
            return Err(Refusal::RightOfAppealMissing);
        }
        Ok(())
    }

    pub(super) fn may_be_sent(&self, answer: &Answer, rules: Rules<'_>) -> Result<(), Refusal> {
        let entry = rules.kinds.entry(self.kind);
        if entry.rule.is_measurable() {
            let signature = self.signature.as_ref().ok_or(Refusal::VerdictUnsigned)?;
            let differs = self
                .evidence
                .is_some_and(|e| e.id != signature.evidence && e.finding != signature.machine);
            if differs {
                return Err(Refusal::VerdictSuperseded);
            }
        }
        if entry.four_eyes && answer.approved_by.is_none() {
            return Err(Refusal::ApprovalMissing);
        }
        if self.subjects.iter().any(|s| s.settled.is_none()) {
            return Err(Refusal::SubjectOpen);
        }
        Ok(())
    }

    pub(super) fn applicants_word(
        &self,
        command: &Command,
        rules: Rules<'_>,
        now: EpochS,
    ) -> Decision {
        let refuted = matches!(command, Command::Refute { .. });
        let to = if refuted { Status::RefutedByApplicant } else { Status::ConfirmedByApplicant };
        let mut events = self.moves(to)?;
        let clock = self.clock(ClockKind::ApplicantConfirm);
        if clock.is_some_and(|c| c.is_breached(rules.office, now)) {
            return Err(Refusal::ConfirmTooLate);
        }
        events.extend(self.met(ClockKind::ApplicantConfirm, now));
        if let Command::Refute { reason } = command {
            events.push(Event::RepeatDue { parent: self.id, reason: words(reason)? });
        }
        Ok(events)
    }
}
