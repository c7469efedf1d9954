//! `FixMyStreet`'s extension: what changed of requests, and further words of who made one.

use super::post::{is_key, read};
use super::requests::{ROWS_MAX, instant, span};
use super::tree::{Faults, NOTHING, Tree, text};
use super::{Answer, Call};
use crate::ledger::Statement;
use crate::register::ServiceError;
use appeals::access::Role;
use appeals::appeal::{Actor, Command, Refusal, Status};
use appeals::channel::Channel;
use appeals::number::AppealNumber;
use axum::extract::Request;
use axum::http::StatusCode;

/// Tries on an appeal that others work on.
const TRIES: usize = 3;

/// The extension's statuses.
const STATUSES: [&str; 13] = [
    "open",
    "investigating",
    "in_progress",
    "planned",
    "action_scheduled",
    "no_further_action",
    "not_councils_responsibility",
    "duplicate",
    "internal_referral",
    "cancelled",
    "fixed",
    "closed",
    "for_triage",
];

fn status_name(status: Status) -> &'static str {
    match status {
        Status::Registered => "open",
        Status::Redirected => "not_councils_responsibility",
        Status::NotConsidered | Status::Returned => "no_further_action",
        Status::Withdrawn => "cancelled",
        Status::ConfirmedByApplicant => "fixed",
        status if status.is_open() => "investigating",
        _ => "closed",
    }
}

/// `GET /servicerequestupdates`: each step that a request took in the span, the oldest first.
pub async fn list(call: &Call<'_>) -> Answer {
    let (from, to) = span(call)?;
    let steps = call.office.register.steps_taken(from, to, ROWS_MAX).await?;
    let updates = steps.iter().map(|step| {
        Tree::Fields(vec![
            ("update_id", text(format!("{}.{}", step.number, step.seq))),
            ("service_request_id", text(&step.number)),
            ("status", text(status_name(step.to))),
            ("description", text(step.to.label(call.language))),
            ("updated_datetime", instant(call, step.at)),
            ("media_url", NOTHING),
            ("external_status_code", text(step.to.name())),
        ])
    });
    let tree = Tree::List("request_update", updates.collect());
    Ok(call.notation.answer(StatusCode::OK, "service_request_updates", &tree))
}

/// `POST /servicerequestupdates`: more words to a request that was made by Open311; once by `update_id`.
pub async fn post(call: Call<'_>, request: Request) -> Answer {
    let mut body = read(request).await?;
    let key = body.take("api_key");
    if !is_key(&call, key.as_deref()) {
        return Err(Faults::one(403, "api_key is missing or not known"));
    }
    let names = ["service_request_id", "update_id", "status", "updated_datetime", "description"];
    let given = names.map(|name| {
        let value = body.take(name);
        if value.is_none() {
            body.fault(format!("{name} required"));
        }
        value.unwrap_or_default()
    });
    let [number, update_id, status, at, words] = given;
    if !status.is_empty() && !STATUSES.contains(&status.to_lowercase().as_str()) {
        body.fault("status is not known");
    }
    if !at.is_empty() && at.parse::<jiff::Timestamp>().is_err() {
        body.fault("updated_datetime is a date and time with its offset");
    }
    if !body.faults.is_empty() {
        return Err(Faults(body.faults));
    }
    let register = &call.office.register;
    let unknown = || Faults::one(404, "service_request_id is not known");
    let number = number.parse::<AppealNumber>().map_err(|_| unknown())?;
    let row = register.row_of(number).await?.ok_or_else(unknown)?;
    // A program speaks for those whose words it brought, and for no others.
    if row.channel != Channel::Open311.name() {
        return Err(unknown());
    }
    let id = row.appeal_id.parse().map_err(|_| unknown())?;
    let hash = register
        .keys()
        .lookup(&format!("open311 update:{number}:{update_id}"))
        .map_err(ServiceError::from)?;
    let first = Statement::new(
        "INSERT INTO channel_messages (channel, message_hash, at) VALUES ('open311', $1, $2)",
        vec![hash.into(), call.office.clock.now().into()],
    );
    let command = Command::AddInfo { text: words };
    let actor = Actor { person: None, role: Role::CitizenPin, org: None, owns: true };
    for _ in 0..TRIES {
        let seen = register.stage(id, call.language).await?.appeal.version;
        let first = vec![first.clone()];
        match register.work_beside(id, seen, &command, &actor, first).await {
            Ok(_) | Err(ServiceError::Repeated) => {
                let tree = Tree::Fields(vec![("update_id", text(update_id))]);
                let tree = Tree::List("request_update", vec![tree]);
                let root = "service_request_updates";
                return Ok(call.notation.answer(StatusCode::CREATED, root, &tree));
            }
            Err(ServiceError::Refused(Refusal::Version { .. })) => {}
            Err(ServiceError::Refused(refusal)) => {
                return Err(Faults::one(400, refusal.to_string()));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(Faults::one(503, "the request is being worked on: try again"))
}
