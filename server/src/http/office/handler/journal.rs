//! A journal in lines that people read.

use super::queue::Places;
use crate::http::office::Office;
use crate::problem::ProblemResponse;
use crate::register::Law;
use crate::staff::Account;
use appeals::access::{Action, Grant, Role, may};
use appeals::appeal::Event;
use appeals::claim::{Claim, ClaimTime};
use appeals::journal::Entry;
use appeals::kind::Kind;
use appeals::words::Language;
use frontend::office::JournalLine;
use std::collections::BTreeMap;

/// Names of colleagues, for those who work with them.
pub async fn people_of(
    office: &Office,
    account: &Account,
) -> Result<BTreeMap<String, String>, ProblemResponse> {
    if may(account.role, Action::Work) == Grant::No && !account.role.is_front() {
        return Ok(BTreeMap::new());
    }
    Ok(office.register.people().await?)
}

/// What entries are told with.
#[derive(Clone, Copy)]
pub struct Telling<'a> {
    /// Names of colleagues.
    pub people: &'a BTreeMap<String, String>,
    /// Names of routes and stops.
    pub places: &'a Places,
    /// Names of kinds, and the office's clock.
    pub law: &'a Law,
    /// In whose words.
    pub language: Language,
}

/// The lines of entries that `account` may read: all for who works on appeals; its own questions and replies for
/// a carrier; none for the others.
pub fn lines(
    entries: &[Entry],
    account: &Account,
    telling: Telling<'_>,
) -> Option<Vec<JournalLine>> {
    let people = telling.people;
    let all = may(account.role, Action::Work) != Grant::No;
    if !all && account.role != Role::Carrier {
        return None;
    }
    // Between the question to this carrier and that to another, what is said is this carrier's.
    let mut own = false;
    let mut lines = Vec::new();
    for entry in entries {
        let Ok(event) = entry.event() else { continue };
        if let Event::CarrierAsked { carrier, .. } = &event {
            own = account.org.as_ref() == Some(carrier);
        }
        let to_carrier =
            own && matches!(event, Event::CarrierAsked { .. } | Event::CarrierReplied { .. });
        if !all && !to_carrier {
            continue;
        }
        let Some((code, detail)) = told(&event, telling) else { continue };
        let who = entry.actor.map(|a| a.to_string());
        let who = who.map(|id| people.get(&id).cloned().unwrap_or(id));
        lines.push(JournalLine {
            at: entry.at,
            who: who.filter(|_| all),
            event: code.to_owned(),
            detail,
        });
    }
    Some(lines)
}

/// What is said to have happened now.
fn claimed(kind: Kind, claim: &Claim, telling: Telling<'_>) -> String {
    let office = telling.law.office();
    let at = claim.time.as_ref().and_then(ClaimTime::centre).map(|at| {
        let local = office.local(at);
        local.strftime("%d.%m.%Y %H:%M").to_string()
    });
    let parts = [
        Some(telling.law.kinds().entry(kind).name.of(telling.language).to_owned()),
        claim.route.as_ref().map(|r| format!("№ {}", telling.places.route(r.as_str()))),
        claim.stop.as_ref().map(|s| telling.places.stop_named(s.as_str())),
        claim.vehicle_text.clone(),
        at,
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// Code and words of an event; clocks are shown by themselves.
fn told(event: &Event, telling: Telling<'_>) -> Option<(&'static str, String)> {
    let Telling { people, language, .. } = telling;
    let none = String::new;
    Some(match event {
        Event::Registered { number } => ("registered", number.to_string()),
        Event::Moved { to, .. } => ("moved", to.label(language).to_owned()),
        Event::Assigned { desk, assignee, note } => {
            let who = assignee.map(|a| a.to_string());
            let who = who.map(|id| people.get(&id).cloned().unwrap_or(id)).unwrap_or_default();
            let parts = [desk.to_string(), who, note.clone()];
            let parts: Vec<String> = parts.into_iter().filter(|p| !p.is_empty()).collect();
            ("assigned", parts.join(" · "))
        }
        Event::CarrierAsked { carrier, question } => {
            ("carrier_asked", format!("{carrier}: {question}"))
        }
        Event::CarrierReplied { text } => ("carrier_replied", text.clone()),
        Event::ApplicantAsked { question } => ("applicant_asked", question.clone()),
        Event::InfoAdded { text } => ("info_added", text.clone()),
        Event::Redirected(redirect) => {
            ("redirected", format!("{}: {}", redirect.to, redirect.reason))
        }
        Event::NotConsidered { reason, .. } => ("not_considered", reason.clone()),
        Event::Returned { reason } => ("returned", reason.clone()),
        Event::AnswerDrafted(answer) => {
            ("answer_drafted", format!("{}, {}", answer.version, answer.language.code()))
        }
        Event::AnswerReturned { remark } => ("answer_returned", remark.clone()),
        Event::AnswerRecalled => ("answer_recalled", none()),
        Event::AnswerApproved { .. } => ("answer_approved", none()),
        Event::AnswerSent { .. } => ("answer_sent", none()),
        Event::ExtensionProposed { reason } => ("extension_proposed", reason.clone()),
        Event::Extended(extension) => {
            ("extended", format!("{}: {}", extension.until, extension.reason))
        }
        Event::EvidenceAttached { .. } => ("evidence_attached", none()),
        Event::VerdictSigned(signed) => {
            ("verdict_signed", signed.override_reason.clone().unwrap_or_default())
        }
        Event::ClaimChanged { kind, claim, .. } => {
            ("claim_changed", claimed(*kind, claim, telling))
        }
        Event::SubjectSettled { text, .. } => ("subject_settled", text.clone()),
        Event::CaseJoined { case: Some(_) } => ("case_joined", none()),
        Event::CaseJoined { case: None } => ("case_left", none()),
        Event::MeasureTracked => ("measure_tracked", none()),
        Event::Told { text } => ("told", text.clone()),
        Event::RepeatDue { reason, .. } => ("repeat_due", reason.clone()),
        Event::Published { .. } => ("published", none()),
        Event::Noted { text } => ("noted", text.clone()),
        _ => return None,
    })
}
