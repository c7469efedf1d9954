//! Commands: from the words of the wire to those of the domain.

use super::wire::{claim, named};
use crate::problem::ProblemResponse;
use api::AppealCommand as Wire;
use appeals::appeal::Command;
use appeals::ids::{DeskId, OrgId, TopicId};
use appeals::kind::Kind;
use transit::EpochS;

fn parsed<T: std::str::FromStr>(field: &str, text: &str) -> Result<T, ProblemResponse> {
    text.trim().parse().map_err(|_| {
        ProblemResponse::bad_request(format!("{field} cannot be read: see /api/v1/openapi.json"))
    })
}

/// The command of the wire's. Evidence is the register's own and has no word here.
pub fn command(command: Wire, now: EpochS) -> Result<Command, ProblemResponse> {
    Ok(match command {
        Wire::Triage { desk, assignee, note } => Command::Triage {
            desk: DeskId(desk),
            assignee: assignee.map(|a| parsed("assignee", &a)).transpose()?,
            note,
        },
        Wire::Begin => Command::Begin,
        Wire::AskCarrier { carrier, question } => {
            Command::AskCarrier { carrier: OrgId(carrier), question }
        }
        Wire::CarrierReply { text } => Command::CarrierReply { text },
        Wire::AskApplicant { question } => Command::AskApplicant { question },
        Wire::AddInfo { text } => Command::AddInfo { text },
        Wire::Redirect { to, reason } => Command::Redirect { to: OrgId(to), reason },
        Wire::NotConsider { ground, reason } => {
            Command::NotConsider { ground: named("ground", &ground)?, reason }
        }
        Wire::Return { reason } => Command::Return { reason },
        Wire::Withdraw => Command::Withdraw,
        Wire::ChangeClaim { kind, topic, claim: wire } => Command::ChangeClaim {
            kind: Kind::parse(&kind).ok_or_else(|| {
                ProblemResponse::bad_request("kind is none of those at /api/v1/appeals/kinds")
            })?,
            topic: topic.map(TopicId),
            claim: Box::new(claim(*wire, now)?),
        },
        Wire::SettleSubject { seq, text } => Command::SettleSubject { seq, text },
        Wire::JoinCase { case } => {
            Command::JoinCase { case: case.map(|c| parsed("case", &c)).transpose()? }
        }
        Wire::TrackMeasure => Command::TrackMeasure,
        Wire::AcknowledgeSafety => Command::AcknowledgeSafety,
        Wire::CctvHeld => Command::CctvHeld,
        Wire::Confirm => Command::Confirm,
        Wire::Refute { reason } => Command::Refute { reason },
        Wire::Publish { published } => Command::Publish { published },
        Wire::Note { text } => Command::Note { text },
        answer => return answering(answer),
    })
}

/// Those about the answer, its verdict and its term.
fn answering(command: Wire) -> Result<Command, ProblemResponse> {
    Ok(match command {
        Wire::DraftAnswer { language, body, legal_basis, right_of_appeal } => {
            let language = named("language", &language)?;
            Command::DraftAnswer { language, body, legal_basis, right_of_appeal }
        }
        Wire::AnswerAtOnce { language, body, legal_basis, right_of_appeal, by } => {
            Command::AnswerAtOnce {
                language: named("language", &language)?,
                body,
                legal_basis,
                right_of_appeal,
                by: named("by", &by)?,
            }
        }
        Wire::SubmitAnswer => Command::SubmitAnswer,
        Wire::ReturnAnswer { remark } => Command::ReturnAnswer { remark },
        Wire::ApproveAnswer => Command::ApproveAnswer,
        Wire::SendAnswer { by } => Command::SendAnswer { by: named("by", &by)? },
        Wire::ProposeExtension { reason } => Command::ProposeExtension { reason },
        Wire::Extend { until, reason } => {
            Command::Extend { until: parsed("until", &until)?, reason }
        }
        Wire::ExtensionNoticed => Command::ExtensionNoticed,
        Wire::SignVerdict { evidence, finding, override_reason } => Command::SignVerdict {
            evidence: parsed("evidence", &evidence)?,
            finding: named("finding", &finding)?,
            override_reason,
        },
        other => {
            let detail = format!("{other:?} is not known here");
            return Err(ProblemResponse::bad_request(detail));
        }
    })
}
