//! What messengers and the mail server bring. Nobody is told "200" before it is on disk.

use super::Office;
use super::asking::Query;
use super::fault::internal;
use crate::channels::{Heard, mail, telegram, whatsapp};
use crate::keys::same;
use crate::problem::ProblemResponse;
use api::Problem;
use appeals::answer::ReplyBy;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use serde::Deserialize;

/// Largest payload of a messenger, bytes.
const PAYLOAD_BYTES_MAX: usize = 3 * 1024 * 1024;

pub fn routes() -> Router<Office> {
    Router::new()
        .route("/api/v1/channels/whatsapp", get(verify).post(whatsapp))
        .route("/api/v1/channels/telegram", post(telegram))
        .layer(DefaultBodyLimit::max(PAYLOAD_BYTES_MAX))
        .merge(
            Router::new()
                .route("/api/v1/channels/email", post(email))
                .layer(DefaultBodyLimit::max(mail::MAIL_BYTES_MAX)),
        )
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|v| v.to_str().ok())
}

fn off(way: &str) -> ProblemResponse {
    let detail = format!("{way} is off here: it has no credentials");
    ProblemResponse::new(StatusCode::NOT_FOUND, "channel-off", detail)
}

fn unsigned() -> ProblemResponse {
    let detail = "the signature or the secret of this message is not ours";
    ProblemResponse::new(StatusCode::UNAUTHORIZED, "not-signed", detail)
}

/// Equal secrets; an empty one equals none.
fn is_secret(ours: &str, given: Option<&str>) -> bool {
    !ours.is_empty() && same(ours.as_bytes(), given.unwrap_or_default().as_bytes())
}

#[derive(Deserialize)]
pub struct Verify {
    #[serde(rename = "hub.mode", default)]
    mode: String,
    #[serde(rename = "hub.verify_token", default)]
    token: String,
    #[serde(rename = "hub.challenge", default)]
    challenge: String,
}

/// Proves to WhatsApp that the webhook is ours.
#[utoipa::path(get, path = "/api/v1/channels/whatsapp", tag = "channels",
    params(("hub.mode" = String, Query), ("hub.verify_token" = String, Query), ("hub.challenge" = String, Query)),
    responses((status = 200, body = String, content_type = "text/plain"),
        (status = 401, description = "Another word than ours", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "WhatsApp is off", body = Problem, content_type = "application/problem+json")))]
pub async fn verify(
    State(office): State<Office>,
    Query(asked): Query<Verify>,
) -> Result<String, ProblemResponse> {
    let settings = &office.channels.settings.whatsapp;
    if settings.verify_token.0.is_empty() {
        return Err(off("whatsapp"));
    }
    if asked.mode != "subscribe" || !is_secret(&settings.verify_token.0, Some(&asked.token)) {
        return Err(unsigned());
    }
    // Only digits and letters are given back: it is shown as text all the same.
    Ok(asked.challenge.chars().filter(char::is_ascii_alphanumeric).take(200).collect())
}

/// Messages and delivery states of WhatsApp's Cloud API, signed with the app's secret.
#[utoipa::path(post, path = "/api/v1/channels/whatsapp", tag = "channels",
    params(("X-Hub-Signature-256" = String, Header)),
    request_body(content = serde_json::Value, description = "As the Cloud API sends it"),
    responses((status = 204, description = "On disk"),
        (status = 401, description = "Not signed", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "WhatsApp is off", body = Problem, content_type = "application/problem+json")))]
pub async fn whatsapp(
    State(office): State<Office>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, ProblemResponse> {
    let settings = &office.channels.settings.whatsapp;
    if settings.app_secret.0.is_empty() {
        return Err(off("whatsapp"));
    }
    let signature = header(&headers, "x-hub-signature-256");
    if !whatsapp::is_signed(&settings.app_secret.0, signature, &body) {
        return Err(unsigned());
    }
    let brought = whatsapp::read(&body, &settings.phone_number_id)
        .map_err(|e| ProblemResponse::bad_request(format!("it cannot be read: {e}")))?;
    let reception = &office.channels.reception;
    for message in &brought.messages {
        reception.hear(message).await?;
    }
    for told in &brought.deliveries {
        let ours = told.ours.as_deref();
        reception.delivery(ReplyBy::Whatsapp, &told.name, ours, &told.delivery).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Updates of Telegram's Bot API.
#[utoipa::path(post, path = "/api/v1/channels/telegram", tag = "channels",
    params(("X-Telegram-Bot-Api-Secret-Token" = String, Header)),
    request_body(content = serde_json::Value, description = "As the Bot API sends it"),
    responses((status = 204, description = "On disk"),
        (status = 401, description = "Another secret than ours", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "Telegram is off", body = Problem, content_type = "application/problem+json")))]
pub async fn telegram(
    State(office): State<Office>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, ProblemResponse> {
    let settings = &office.channels.settings.telegram;
    if settings.secret_token.0.is_empty() {
        return Err(off("telegram"));
    }
    let given = header(&headers, "x-telegram-bot-api-secret-token");
    if !is_secret(&settings.secret_token.0, given) {
        return Err(unsigned());
    }
    let inbound = telegram::read(&body)
        .map_err(|e| ProblemResponse::bad_request(format!("it cannot be read: {e}")))?;
    if let Some(message) = inbound {
        office.channels.reception.hear(&message).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// One e-mail as it is (RFC 5322), from the city's mail server.
#[utoipa::path(post, path = "/api/v1/channels/email", tag = "channels",
    params(("Authorization" = String, Header, description = "Bearer, with the token of the settings")),
    request_body(content = String, content_type = "message/rfc822"),
    responses((status = 204, description = "On disk, or nothing that a person wrote"),
        (status = 401, description = "Another token than ours", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "This way is off", body = Problem, content_type = "application/problem+json")))]
pub async fn email(
    State(office): State<Office>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, ProblemResponse> {
    let token = &office.channels.settings.mail.token.0;
    if token.is_empty() {
        return Err(off("email"));
    }
    let given = header(&headers, "authorization").and_then(|v| v.strip_prefix("Bearer "));
    if !is_secret(token, given) {
        return Err(unsigned());
    }
    let heard: Heard = office.channels.reception.mail(&body).await?;
    tracing::debug!(?heard, "an e-mail was heard");
    Ok(StatusCode::NO_CONTENT)
}

impl From<crate::outbox::OutboxError> for ProblemResponse {
    fn from(error: crate::outbox::OutboxError) -> Self {
        match error {
            crate::outbox::OutboxError::Ledger(error) => super::fault::ledger(&error),
            error @ crate::outbox::OutboxError::Seal(_) => internal(&error),
        }
    }
}
