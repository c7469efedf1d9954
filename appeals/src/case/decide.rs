//! The machine of a case: a command becomes events, or is refused by name.

use super::{Case, CaseCommand, CaseEvent, CaseRefusal, CaseStatus, OpenedBy, Scope};
use crate::access::{Grant, may};
use crate::appeal::Actor;
use crate::ids::{AppealId, CaseId, MeasureId};
use crate::kind::Kind;
use crate::measure::{Measure, MeasureKind, Promise};
use crate::number::CaseNumber;
use jiff::civil::Date;
use transit::EpochS;

type Decision = Result<Vec<CaseEvent>, CaseRefusal>;

/// What a case is opened with.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    /// Id.
    pub id: CaseId,
    /// The number that people read aloud.
    pub number: CaseNumber,
    /// In a few words.
    pub title: String,
    /// What people say.
    pub kind: Kind,
    /// Where and when.
    pub scope: Scope,
    /// Whether a pattern proposed it.
    pub by_pattern: bool,
    /// Its appeals, each with when it was received.
    pub appeals: Vec<(AppealId, EpochS)>,
}

/// Opens a case over at least one appeal.
pub fn open(
    opening: Opening,
    actor: &Actor,
    now: EpochS,
) -> Result<(Case, Vec<CaseEvent>), CaseRefusal> {
    permit(crate::access::Action::JoinCase, actor)?;
    let person = actor.person.ok_or(CaseRefusal::NotPermitted)?;
    let title = words(&opening.title)?;
    let Some(first_appeal_at) = opening.appeals.iter().map(|a| a.1).min() else {
        return Err(CaseRefusal::NothingToDo);
    };
    let by = if opening.by_pattern { OpenedBy::Pattern } else { OpenedBy::Person(person) };
    let mut case = Case {
        id: opening.id,
        number: opening.number,
        title: title.clone(),
        kind: opening.kind,
        scope: opening.scope,
        opened_at: now,
        opened_by: by,
        status: CaseStatus::Open,
        owner: None,
        appeals: Vec::new(),
        first_appeal_at,
        supporters: 0,
        finding: None,
        measures: Vec::new(),
        effects: Vec::new(),
        version: 0,
    };
    let mut events = vec![CaseEvent::Opened { by, title }, CaseEvent::Owned { by: person }];
    for (appeal, received_at) in opening.appeals {
        events.push(CaseEvent::Joined { appeal, received_at });
    }
    case.accept(&events);
    Ok((case, events))
}

fn permit(action: crate::access::Action, actor: &Actor) -> Result<(), CaseRefusal> {
    match may(actor.role, action) {
        Grant::Yes => Ok(()),
        Grant::Propose => Err(CaseRefusal::OnlyPropose),
        // A case is nobody's own.
        Grant::Own | Grant::No => Err(CaseRefusal::NotPermitted),
    }
}

fn words(text: &str) -> Result<String, CaseRefusal> {
    let text = text.trim();
    if text.is_empty() { Err(CaseRefusal::ReasonMissing) } else { Ok(text.to_owned()) }
}

impl Case {
    /// What a command does, by whom, on the civil day `today`; `expected` is the version that the actor saw.
    pub fn decide(
        &self,
        command: &CaseCommand,
        actor: &Actor,
        expected: u32,
        today: Date,
    ) -> Decision {
        if expected != self.version {
            return Err(CaseRefusal::Version { expected, found: self.version });
        }
        permit(command.action(), actor)?;
        match command {
            CaseCommand::Join { appeal, received_at } => {
                if self.status == CaseStatus::Closed {
                    return Err(CaseRefusal::InvalidTransition);
                }
                if self.appeals.contains(appeal) {
                    return Err(CaseRefusal::JoinedBefore);
                }
                Ok(vec![CaseEvent::Joined { appeal: *appeal, received_at: *received_at }])
            }
            CaseCommand::Leave { appeal } => {
                if !self.appeals.contains(appeal) {
                    return Err(CaseRefusal::NothingToDo);
                }
                Ok(vec![CaseEvent::Left { appeal: *appeal }])
            }
            CaseCommand::Rename { title } => Ok(vec![CaseEvent::Renamed { title: words(title)? }]),
            CaseCommand::Investigate => {
                let mut events = self.moves(CaseStatus::Investigating, "")?;
                events.extend(actor.person.map(|by| CaseEvent::Owned { by }));
                Ok(events)
            }
            CaseCommand::Conclude { text } => {
                if !self.status.is_open() {
                    return Err(CaseRefusal::InvalidTransition);
                }
                Ok(vec![CaseEvent::Concluded { text: words(text)? }])
            }
            CaseCommand::NotConfirm { reason } => {
                self.moves(CaseStatus::NotConfirmed, &words(reason)?)
            }
            CaseCommand::Promise { measure } => self.promise(measure, today),
            CaseCommand::MeasureDone { measure, on, proof, timetable } => {
                self.measure_done(*measure, (*on, today), proof, timetable.as_ref())
            }
            CaseCommand::AddEffects { effects } => {
                let of_done =
                    |m: crate::ids::MeasureId| self.measure(m).is_some_and(|m| m.done_on.is_some());
                if effects.is_empty() || !effects.iter().all(|e| of_done(e.measure)) {
                    return Err(CaseRefusal::NothingToDo);
                }
                Ok(vec![CaseEvent::EffectsFound { effects: effects.clone() }])
            }
            CaseCommand::Verify { reason } => {
                if self.effects.is_empty() {
                    return Err(CaseRefusal::EffectMissing);
                }
                self.moves(CaseStatus::Verified, &words(reason)?)
            }
            CaseCommand::Reopen { reason } => self.moves(CaseStatus::Reopened, &words(reason)?),
            CaseCommand::Close { reason } => self.moves(CaseStatus::Closed, &words(reason)?),
            CaseCommand::Note { text } => Ok(vec![CaseEvent::Noted { text: words(text)? }]),
        }
    }

    /// A measure that can be measured says by how much; a second one may be promised beside the first.
    fn promise(&self, measure: &Measure, today: Date) -> Decision {
        use MeasureKind as M;
        let mut measure = measure.clone();
        measure.text = words(&measure.text)?;
        let figures = Promise { from: None, ..measure.promise } != Promise::default();
        if matches!(measure.kind, M::AddVehicles | M::AddRuns | M::TimetableChange) && !figures {
            return Err(CaseRefusal::FigureMissing);
        }
        if measure.promised_on > today || measure.due_on < measure.promised_on {
            return Err(CaseRefusal::DaysOutOfOrder);
        }
        if measure.case != self.id || self.measure(measure.id).is_some() {
            return Err(CaseRefusal::NothingToDo);
        }
        let mut events = Vec::new();
        if self.status != CaseStatus::MeasurePlanned {
            events = self.moves(CaseStatus::MeasurePlanned, "")?;
        }
        events.push(CaseEvent::Promised { measure: Box::new(measure) });
        Ok(events)
    }

    /// A measure is done on a day between its promise and today.
    fn measure_done(
        &self,
        measure: MeasureId,
        (on, today): (Date, Date),
        proof: &str,
        timetable: Option<&String>,
    ) -> Decision {
        let promised = self.measure(measure).filter(|m| m.done_on.is_none());
        let promised = promised.ok_or(CaseRefusal::NothingToDo)?;
        if on < promised.promised_on || on > today {
            return Err(CaseRefusal::DaysOutOfOrder);
        }
        let done = CaseEvent::MeasureDone {
            measure,
            on,
            proof: words(proof)?,
            timetable: timetable.cloned(),
        };
        let others = self.measures.iter().any(|m| m.id != measure && m.done_on.is_none());
        let mut events = vec![done];
        if !others && self.status == CaseStatus::MeasurePlanned {
            events.extend(self.moves(CaseStatus::MeasureDone, "")?);
        }
        Ok(events)
    }

    fn moves(&self, to: CaseStatus, reason: &str) -> Decision {
        if !self.status.may_become(to) {
            return Err(CaseRefusal::InvalidTransition);
        }
        Ok(vec![CaseEvent::Moved { from: self.status, to, reason: reason.to_owned() }])
    }

    /// Applies what was decided and counts the version.
    pub fn accept(&mut self, events: &[CaseEvent]) {
        for event in events {
            self.apply(event);
        }
        self.version += 1;
    }

    /// Lets an event happen. Total: the same events give the same case.
    pub fn apply(&mut self, event: &CaseEvent) {
        match event {
            CaseEvent::Opened { .. } | CaseEvent::Noted { .. } => {}
            CaseEvent::Moved { to, .. } => self.status = *to,
            CaseEvent::Joined { appeal, received_at } => {
                self.appeals.push(*appeal);
                self.first_appeal_at = self.first_appeal_at.min(*received_at);
            }
            CaseEvent::Left { appeal } => self.appeals.retain(|a| a != appeal),
            CaseEvent::Renamed { title } => self.title.clone_from(title),
            CaseEvent::Owned { by } => self.owner = Some(*by),
            CaseEvent::Concluded { text } => self.finding = Some(text.clone()),
            CaseEvent::Promised { measure } => self.measures.push(measure.as_ref().clone()),
            CaseEvent::MeasureDone { measure, on, timetable, .. } => {
                if let Some(one) = self.measures.iter_mut().find(|m| m.id == *measure) {
                    one.done_on = Some(*on);
                    one.timetable_after.clone_from(timetable);
                }
            }
            CaseEvent::EffectsFound { effects } => {
                let anew = |e: &crate::effect::Effect| {
                    effects.iter().any(|n| (n.measure, n.metric) == (e.measure, e.metric))
                };
                self.effects.retain(|e| !anew(e));
                self.effects.extend(effects.iter().cloned());
            }
        }
    }

    /// Commands by name that `actor` may give now, with what is still missing.
    pub fn offers(&self, actor: &Actor, today: Date) -> Vec<(&'static str, Option<CaseRefusal>)> {
        let some = || "…".to_owned();
        let measure = self.measures.iter().find(|m| m.done_on.is_none());
        let mut probes = vec![
            CaseCommand::Investigate,
            CaseCommand::Conclude { text: some() },
            CaseCommand::NotConfirm { reason: some() },
            CaseCommand::Verify { reason: some() },
            CaseCommand::Reopen { reason: some() },
            CaseCommand::Close { reason: some() },
            CaseCommand::Note { text: some() },
            CaseCommand::Rename { title: some() },
        ];
        probes.extend(self.appeals.first().map(|a| CaseCommand::Leave { appeal: *a }));
        probes.extend(measure.map(|m| CaseCommand::MeasureDone {
            measure: m.id,
            on: m.promised_on,
            proof: some(),
            timetable: None,
        }));
        let may_promise = self.status == CaseStatus::MeasurePlanned
            || self.status.may_become(CaseStatus::MeasurePlanned);
        let allowed = permit(crate::access::Action::Measure, actor).is_ok();
        let mut offers = Vec::new();
        if may_promise && allowed {
            offers.push(("promise", None));
        }
        for probe in probes {
            match self.decide(&probe, actor, self.version, today) {
                Ok(_) => offers.push((probe.name(), None)),
                Err(refusal @ CaseRefusal::EffectMissing) => {
                    offers.push((probe.name(), Some(refusal)));
                }
                Err(_) => {}
            }
        }
        offers
    }
}
