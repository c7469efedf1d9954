//! What each role may do.

use super::Role;
use serde::{Deserialize, Serialize};

/// What may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Bring an appeal into the register.
    Register,
    /// Decide who works on it, begin, ask the carrier or the applicant.
    Work,
    /// Reply for the carrier.
    ReplyAsCarrier,
    /// Change topic, route, stop, vehicle or time.
    ChangeClaim,
    /// Hand it to another desk.
    HandOver,
    /// Pass it to another body.
    Redirect,
    /// Compute evidence anew.
    RecomputeEvidence,
    /// See a danger, or that pictures are kept.
    AcknowledgeSafety,
    /// Sign or override a verdict.
    SignVerdict,
    /// Write an answer.
    DraftAnswer,
    /// Approve an answer.
    ApproveAnswer,
    /// Answer at the first contact.
    AnswerAtOnce,
    /// Send an answer.
    SendAnswer,
    /// Extend the term.
    Extend,
    /// Leave without consideration, or return.
    CloseUnconsidered,
    /// Join to a case, or take out.
    JoinCase,
    /// Create a measure, mark it done.
    Measure,
    /// Redact and publish.
    Moderate,
    /// Take an appeal back, confirm or dispute the result.
    SpeakAsApplicant,
    /// Read ratings and staffing.
    ReadRatings,
    /// Export without personal data.
    Export,
    /// Export with personal data.
    ExportPersonal,
    /// Uncover a masked field, with a reason.
    Reveal,
    /// Users, roles, lists.
    Administer,
    /// Read the audit log.
    ReadAudit,
}

/// How far something is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// Not at all.
    No,
    /// Only to propose it to others.
    Propose,
    /// On what is one's own: one's appeals, one's organisation, what one is assigned to.
    Own,
    /// On all.
    Yes,
}

/// One letter a role, in the order of [`Role::ALL`]: public, citizen by PIN, citizen with an account, phone
/// operator, consultant, SMM operator, handler, carrier, dispatcher, controller, supervisor, head, analyst,
/// admin, auditor, API client, system. `Y` yes, `o` on one's own, `p` to propose, `.` no.
const TABLE: [(Action, &str); 25] = [
    (Action::Register, "oooYYYY.Y.Y....Y."),
    (Action::Work, "......Y..YYY....."),
    (Action::ReplyAsCarrier, ".......o........."),
    (Action::ChangeClaim, "..ooooY.pYY......"),
    (Action::HandOver, "...YYYY..YY......"),
    (Action::Redirect, "....p.Y..YYY....."),
    (Action::RecomputeEvidence, "......Y..YY.Y...Y"),
    (Action::AcknowledgeSafety, "......Y.YYYY....Y"),
    (Action::SignVerdict, "......YppYYY....."),
    (Action::DraftAnswer, "...YYYYo..Y......"),
    (Action::ApproveAnswer, "..........YY....."),
    (Action::AnswerAtOnce, "...YYYY...Y......"),
    (Action::SendAnswer, "......Y...YY....."),
    (Action::Extend, "......p..ppY....."),
    (Action::CloseUnconsidered, "....p.p..YYY....."),
    (Action::JoinCase, ".ooYYYY.pYY......"),
    (Action::Measure, "......Yp.YYY....."),
    (Action::Moderate, ".....YY...Y......"),
    (Action::SpeakAsApplicant, ".oo.............."),
    (Action::ReadRatings, "...ooooo.YYYY...."),
    (Action::Export, ".......o.YYYY.YY."),
    (Action::ExportPersonal, "..........pY....."),
    (Action::Reveal, "...YYYY..YYY....."),
    (Action::Administer, ".............Y..."),
    (Action::ReadAudit, "..o.......oo..Y.."),
];

/// How far a role may do something. What it is done to is judged by the machine of statuses.
pub fn may(role: Role, action: Action) -> Grant {
    let row = TABLE.iter().find(|(a, _)| *a == action).map_or("", |(_, row)| row);
    match row.as_bytes().get(role as usize) {
        Some(b'Y') => Grant::Yes,
        Some(b'o') => Grant::Own,
        Some(b'p') => Grant::Propose,
        _ => Grant::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_action_has_a_row_with_a_letter_for_each_role() {
        for (i, (action, row)) in TABLE.iter().enumerate() {
            assert_eq!(*action as usize, i, "in the order of the enum");
            assert_eq!(row.len(), Role::ALL.len(), "{action:?}");
            assert!(row.bytes().all(|b| b"Yop.".contains(&b)), "{action:?}");
        }
        for (i, role) in Role::ALL.iter().enumerate() {
            assert_eq!(*role as usize, i);
        }
        assert_eq!(may(Role::Head, Action::Extend), Grant::Yes);
        assert_eq!(may(Role::Handler, Action::Extend), Grant::Propose);
        assert_eq!(may(Role::Carrier, Action::ReplyAsCarrier), Grant::Own);
        assert_eq!(may(Role::Analyst, Action::SignVerdict), Grant::No);
    }
}
