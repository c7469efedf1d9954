//! What an event makes of an appeal.

use super::{Appeal, ApplicantVerdict, Event, EvidenceRef, Publicity, Status};
use crate::clock::ClockState;
use crate::law::{ClockKind, Due};
use transit::EpochS;

impl Appeal {
    /// Lets an event happen at `at`. Total: the same events give the same appeal.
    pub fn apply(&mut self, event: &Event, at: EpochS) {
        match event {
            Event::Moved { to, .. } => self.move_to(*to, at),
            Event::Assigned { desk, assignee, .. } => {
                self.desk = desk.clone();
                self.assignee = *assignee;
            }
            Event::CarrierAsked { carrier, .. } => self.carrier = Some(carrier.clone()),
            Event::Redirected(redirect) => self.redirect = Some(redirect.clone()),
            Event::NotConsidered { ground, .. } => self.ground = Some(*ground),
            Event::AnswerDrafted(answer) => self.answer = Some(answer.clone()),
            Event::AnswerApproved { by, at } => {
                if let Some(answer) = &mut self.answer {
                    answer.approved_by = Some(*by);
                    answer.approved_at = Some(*at);
                }
            }
            Event::AnswerRecalled => {
                if let Some(answer) = &mut self.answer {
                    answer.approved_by = None;
                    answer.approved_at = None;
                }
            }
            Event::AnswerSent { at, by } => {
                if let Some(answer) = &mut self.answer {
                    answer.sent_at = Some(*at);
                    answer.sent_by = Some(*by);
                }
                self.answered_at = Some(*at);
            }
            Event::Extended(extension) => self.extension = Some(extension.clone()),
            Event::EvidenceAttached { evidence, finding } => {
                self.evidence = Some(EvidenceRef { id: *evidence, finding: *finding });
            }
            Event::VerdictSigned(signature) => self.signature = Some(signature.clone()),
            Event::ClaimChanged { kind, topic, claim } => {
                self.kind = *kind;
                self.topic.clone_from(topic);
                self.claim = claim.as_ref().clone();
            }
            Event::SubjectSettled { seq, text } => {
                if let Some(subject) = self.subjects.iter_mut().find(|s| s.seq == *seq) {
                    subject.settled = Some(text.clone());
                }
            }
            Event::CaseJoined { case } => self.case = *case,
            Event::MeasureTracked => self.measure_tracked = true,
            Event::Published { published } => {
                self.publicity = if *published { Publicity::Published } else { Publicity::Private };
            }
            Event::Registered { .. }
            | Event::CarrierReplied { .. }
            | Event::ApplicantAsked { .. }
            | Event::InfoAdded { .. }
            | Event::Returned { .. }
            | Event::AnswerReturned { .. }
            | Event::Told { .. }
            | Event::ExtensionProposed { .. }
            | Event::RepeatDue { .. }
            | Event::Noted { .. } => {}
            clock => self.apply_to_clock(clock),
        }
    }

    fn move_to(&mut self, to: Status, at: EpochS) {
        self.status = to;
        self.status_since = at;
        match to {
            Status::ConfirmedByApplicant => {
                self.applicant_verdict = Some(ApplicantVerdict::Confirmed);
            }
            Status::RefutedByApplicant => self.applicant_verdict = Some(ApplicantVerdict::Refuted),
            _ => {}
        }
    }

    fn apply_to_clock(&mut self, event: &Event) {
        match event {
            Event::ClockStarted(clock) => {
                self.clocks.push(clock.clone());
                self.note_due(clock.kind, clock.due);
            }
            Event::ClockMet { kind, at } => self.set(*kind, ClockState::Met(*at)),
            Event::ClockCancelled { kind } => self.set(*kind, ClockState::Cancelled),
            Event::ClockPaused { kind, at } => self.set(*kind, ClockState::Paused(*at)),
            Event::ClockResumed { kind, due } => {
                self.set(*kind, ClockState::Running);
                self.set_due(*kind, *due);
            }
            Event::ClockMoved { kind, due } => self.set_due(*kind, *due),
            _ => {}
        }
    }

    fn set(&mut self, kind: ClockKind, state: ClockState) {
        if let Some(clock) = self.clocks.iter_mut().rev().find(|c| c.kind == kind) {
            clock.state = state;
        }
    }

    fn set_due(&mut self, kind: ClockKind, due: Due) {
        if let Some(clock) = self.clocks.iter_mut().rev().find(|c| c.kind == kind) {
            clock.due = due;
        }
        self.note_due(kind, due);
    }

    /// The due date that people are told is that of the law's clock.
    fn note_due(&mut self, kind: ClockKind, due: Due) {
        if let (ClockKind::Review | ClockKind::ExtendedReview, Due::On(day)) = (kind, due) {
            self.due_on = Some(day.on);
            self.due_provisional = day.provisional;
        }
    }
}
