//! The public's side: filing without an account, and what number and PIN open.

use super::asking::{Asking, Body};
use super::tries::number_name;
use super::{Office, wire};
use crate::problem::ProblemResponse;
use api::{
    AppealAfterWord, AppealKey, AppealKind, AppealKinds, AppealStage, FiledAppeal, NewAppeal,
    Problem,
};
use appeals::access::Role;
use appeals::appeal::{Actor, Command};
use appeals::channel::Channel;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// A citizen's command is made on what it finds: again so often when somebody was quicker.
const TRIES: usize = 3;

/// JSON that nobody keeps: it may hold personal data.
pub fn private<T: Serialize>(status: StatusCode, body: T) -> Response {
    let mut response = (status, Json(body)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// `POST /api/v1/appeals`.
#[utoipa::path(post, path = "/api/v1/appeals", tag = "appeals",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one appeal, for a day")),
    request_body = NewAppeal,
    responses((status = 201, body = FiledAppeal),
        (status = 422, description = "The key was used for another request", body = Problem, content_type = "application/problem+json")))]
pub async fn file(
    State(office): State<Office>,
    asking: Asking,
    Body(new): Body<NewAppeal>,
) -> Result<Response, ProblemResponse> {
    let now_s = office.clock.elapsed().as_secs_f64();
    if let Err(wait_s) = office.filing.take(asking.address, now_s) {
        let detail = "too many appeals from your address: wait a little, or call the city's number";
        return Err(ProblemResponse::too_many(detail, wait_s.ceil() as u64));
    }
    let channel = match new.channel.as_deref() {
        None | Some("web") => Channel::Web,
        Some("mobile") => Channel::Mobile,
        Some("stop_qr") => Channel::StopQr,
        Some("vehicle_qr") => Channel::VehicleQr,
        Some(_) => {
            let detail = "channel is web, mobile, stop_qr or vehicle_qr here";
            return Err(ProblemResponse::bad_request(detail));
        }
    };
    let filing = wire::filing(new, channel, asking.key, None, office.register.now())?;
    let filed = office.register.file(filing).await?;
    Ok(private(StatusCode::CREATED, wire::filed(filed)))
}

/// `GET /api/v1/appeals/kinds`.
#[utoipa::path(get, path = "/api/v1/appeals/kinds", tag = "appeals",
    params(("lang" = Option<String>, Query, description = "kk, ru or en; else by Accept-Language")),
    responses((status = 200, body = AppealKinds)))]
pub async fn kinds(State(office): State<Office>, asking: Asking) -> Response {
    let entries = office.register.law().kinds().entries().iter();
    let kinds = entries
        .map(|e| AppealKind {
            kind: e.code.code().to_owned(),
            digits: e.digits.clone(),
            name: e.name.of(asking.language).to_owned(),
            measurable: e.rule.is_measurable(),
            safety: e.safety,
        })
        .collect();
    Json(AppealKinds { kinds }).into_response()
}

/// `POST /api/v1/appeals/status`: a body, so that no PIN stands in an address or a log.
#[utoipa::path(post, path = "/api/v1/appeals/status", tag = "appeals",
    params(("lang" = Option<String>, Query, description = "kk, ru or en; else by Accept-Language")),
    request_body = AppealKey,
    responses((status = 200, body = AppealStage),
        (status = 404, description = "There is none that the asker may know of", body = Problem, content_type = "application/problem+json")))]
pub async fn status(
    State(office): State<Office>,
    asking: Asking,
    Body(key): Body<AppealKey>,
) -> Result<Response, ProblemResponse> {
    let id = open(&office, &asking, &key).await?;
    Ok(private(StatusCode::OK, office.register.stage_shown(id, asking.language).await?))
}

pub(super) async fn open(
    office: &Office,
    asking: &Asking,
    key: &AppealKey,
) -> Result<appeals::ids::AppealId, ProblemResponse> {
    let now_s = office.clock.elapsed().as_secs_f64();
    let name = number_name(&key.number);
    if let Err(wait_s) = office.tries.begin(&name, asking.address, now_s) {
        let detail = "too many tries: wait, then look at number and PIN again";
        return Err(ProblemResponse::too_many(detail, wait_s.ceil() as u64));
    }
    let found = office.register.id_by_pin(&key.number, &key.pin).await;
    match found {
        Ok(id) => {
            office.tries.right(&name, asking.address);
            Ok(id)
        }
        Err(crate::register::ServiceError::Unknown) => {
            Err(ProblemResponse::not_found("number or PIN is wrong"))
        }
        Err(error) => Err(error.into()),
    }
}

async fn speak(
    office: Office,
    asking: Asking,
    key: AppealKey,
    command: Command,
) -> Result<Response, ProblemResponse> {
    let id = open(&office, &asking, &key).await?;
    let actor = Actor { person: None, role: Role::CitizenPin, org: None, owns: true };
    for _ in 0..TRIES {
        let seen = office.register.stage(id, asking.language).await?.appeal.version;
        match office.register.work(id, seen, &command, &actor).await {
            Err(crate::register::ServiceError::Refused(appeals::appeal::Refusal::Version {
                ..
            })) => {}
            Err(error) => return Err(error.into()),
            Ok(worked) => {
                let stage = office.register.stage_shown(id, asking.language).await?;
                let repeat = worked.repeat.map(wire::filed);
                let after = AppealAfterWord { appeal: stage, repeat };
                return Ok(private(StatusCode::OK, after));
            }
        }
    }
    Err(ProblemResponse::unavailable("busy", "the appeal is being worked on: try again", 2))
}

/// `POST /api/v1/appeals/withdraw`.
#[utoipa::path(post, path = "/api/v1/appeals/withdraw", tag = "appeals",
    params(("lang" = Option<String>, Query, description = "kk, ru or en; else by Accept-Language")),
    request_body = AppealKey,
    responses((status = 200, body = AppealAfterWord),
        (status = 404, description = "There is none that the asker may know of", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The state of the appeal, or its version, does not let it", body = Problem, content_type = "application/problem+json")))]
pub async fn withdraw(
    State(office): State<Office>,
    asking: Asking,
    Body(key): Body<AppealKey>,
) -> Result<Response, ProblemResponse> {
    speak(office, asking, key, Command::Withdraw).await
}

/// `POST /api/v1/appeals/confirm`: it is mended.
#[utoipa::path(post, path = "/api/v1/appeals/confirm", tag = "appeals",
    params(("lang" = Option<String>, Query, description = "kk, ru or en; else by Accept-Language")),
    request_body = AppealKey,
    responses((status = 200, body = AppealAfterWord),
        (status = 404, description = "There is none that the asker may know of", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The state of the appeal, or its version, does not let it", body = Problem, content_type = "application/problem+json")))]
pub async fn confirm(
    State(office): State<Office>,
    asking: Asking,
    Body(key): Body<AppealKey>,
) -> Result<Response, ProblemResponse> {
    speak(office, asking, key, Command::Confirm).await
}

/// `POST /api/v1/appeals/refute`: it is not; a new appeal carries on.
#[utoipa::path(post, path = "/api/v1/appeals/refute", tag = "appeals",
    params(("lang" = Option<String>, Query, description = "kk, ru or en; else by Accept-Language")),
    request_body = AppealKey,
    responses((status = 200, body = AppealAfterWord),
        (status = 404, description = "There is none that the asker may know of", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The state of the appeal, or its version, does not let it", body = Problem, content_type = "application/problem+json")))]
pub async fn refute(
    State(office): State<Office>,
    asking: Asking,
    Body(key): Body<AppealKey>,
) -> Result<Response, ProblemResponse> {
    let reason = key.text.clone().unwrap_or_default();
    speak(office, asking, key, Command::Refute { reason }).await
}

/// `POST /api/v1/appeals/add`: the applicant says more.
#[utoipa::path(post, path = "/api/v1/appeals/add", tag = "appeals",
    params(("lang" = Option<String>, Query, description = "kk, ru or en; else by Accept-Language")),
    request_body = AppealKey,
    responses((status = 200, body = AppealAfterWord),
        (status = 404, description = "There is none that the asker may know of", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The state of the appeal, or its version, does not let it", body = Problem, content_type = "application/problem+json")))]
pub async fn add(
    State(office): State<Office>,
    asking: Asking,
    Body(key): Body<AppealKey>,
) -> Result<Response, ProblemResponse> {
    let text = key.text.clone().unwrap_or_default();
    speak(office, asking, key, Command::AddInfo { text }).await
}
