//! What somebody may ask of an appeal now: every command is tried on the machine of statuses, so that a page
//! offers just what would be done, and says what is still missing for the rest.

use super::{Actor, Appeal, Command, Ground, Refusal, Rules};
use crate::answer::ReplyBy;
use crate::ids::{DeskId, OrgId};
use crate::words::Language;
use transit::EpochS;

/// A command that an actor may give now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Its name: see [`Command::name`].
    pub command: &'static str,
    /// What must be done first; `None`: nothing.
    pub missing: Option<Refusal>,
}

impl Appeal {
    /// What `actor` may ask of it at `now`. What the role may not, or the status does not allow, is left out.
    pub fn offers(&self, actor: &Actor, rules: Rules<'_>, now: EpochS) -> Vec<Offer> {
        self.probes(rules, now)
            .iter()
            .filter_map(|command| {
                let missing = match self.decide(command, actor, self.version, rules, now) {
                    Ok(_) => None,
                    Err(
                        Refusal::NotPermitted
                        | Refusal::OnlyPropose
                        | Refusal::NotOwn
                        | Refusal::InvalidTransition
                        | Refusal::NothingToDo
                        | Refusal::NotExtendable
                        | Refusal::ExtendedBefore,
                    ) => return None,
                    Err(refusal) => Some(refusal),
                };
                Some(Offer { command: command.name(), missing })
            })
            .collect()
    }

    /// One command of each kind that people give, with words that stand for theirs.
    fn probes(&self, rules: Rules<'_>, now: EpochS) -> Vec<Command> {
        let some = || "…".to_owned();
        let until = self.extension_bounds(rules, now).map_or(self.registered_on, |b| b.0);
        let mut probes = vec![
            Command::Begin,
            Command::Triage { desk: DeskId(some()), assignee: None, note: some() },
            Command::AskApplicant { question: some() },
            Command::AddInfo { text: some() },
            Command::AskCarrier { carrier: OrgId(some()), question: some() },
            Command::CarrierReply { text: some() },
            Command::DraftAnswer {
                language: Language::default(),
                body: some(),
                legal_basis: some(),
                right_of_appeal: some(),
            },
            Command::SubmitAnswer,
            Command::RecallAnswer,
            Command::ReturnAnswer { remark: some() },
            Command::ApproveAnswer,
            Command::SendAnswer { by: ReplyBy::Cabinet },
            Command::Redirect { to: OrgId(some()), reason: some() },
            Command::ProposeExtension { reason: some() },
            Command::Extend { until, reason: some() },
            Command::ExtensionNoticed,
            Command::NotConsider { ground: Ground::NoSubstance, reason: some() },
            Command::Return { reason: some() },
            Command::Withdraw,
            Command::AcknowledgeSafety,
            Command::CctvHeld,
            Command::ChangeClaim {
                kind: self.kind,
                topic: self.topic.clone(),
                claim: Box::new(self.claim.clone()),
            },
            Command::JoinCase { case: self.case },
            Command::TrackMeasure,
            Command::Note { text: some() },
        ];
        if let Some(newest) = self.evidence {
            probes.push(Command::SignVerdict {
                evidence: newest.id,
                finding: newest.finding,
                override_reason: None,
            });
        }
        let open = self.subjects.iter().filter(|s| s.settled.is_none());
        probes.extend(open.map(|s| Command::SettleSubject { seq: s.seq, text: some() }).take(1));
        probes
    }
}
