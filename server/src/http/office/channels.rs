//! What the desks see of the ways in and out: which are on, what was sent about an appeal, its files.

use super::Office;
use super::appeals::private;
use super::asking::Body;
use super::desk::id;
use super::signed::{Signed, forbidden};
use crate::http::path::Path;
use crate::problem::ProblemResponse;
use api::{
    AppealFile, AppealFiles, AppealMessage, AppealMessages, ChannelWay, ChannelWays, MarkMessage,
    Problem,
};
use appeals::access::{Action, Field, Visibility};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

pub fn routes() -> Router<Office> {
    Router::new()
        .route("/api/v1/staff/channels", get(ways))
        .route("/api/v1/staff/appeals/{number}/messages", get(messages))
        .route("/api/v1/staff/appeals/{number}/messages/mark", post(mark))
        .route("/api/v1/staff/appeals/{number}/files", get(files))
        .route("/api/v1/staff/appeals/{number}/files/{file_id}", get(file))
}

/// Which ways in and out are on, and what the others lack.
#[utoipa::path(get, path = "/api/v1/staff/channels", tag = "staff",
    responses((status = 200, body = ChannelWays)))]
pub async fn ways(State(office): State<Office>, _signed: Signed) -> Response {
    let ways = office.channels.settings.ways().into_iter().map(|way| ChannelWay {
        channel: way.name.to_owned(),
        direction: way.direction.to_owned(),
        on: way.missing.is_none(),
        missing: way.missing.map(str::to_owned),
    });
    private(StatusCode::OK, ChannelWays { ways: ways.collect() })
}

/// What was sent about an appeal, and what became of it.
#[utoipa::path(get, path = "/api/v1/staff/appeals/{number}/messages", tag = "staff",
    params(("number" = String, Path)),
    responses((status = 200, body = AppealMessages)))]
pub async fn messages(
    State(office): State<Office>,
    signed: Signed,
    Path(number): Path<String>,
) -> Result<Response, ProblemResponse> {
    signed.must(Action::Work)?;
    let id = id(&office, &number).await?;
    shown(&office, &signed, id).await
}

async fn shown(
    office: &Office,
    signed: &Signed,
    id: appeals::ids::AppealId,
) -> Result<Response, ProblemResponse> {
    // Who may not know of the appeal learns nothing of its messages.
    office.register.show(id, &signed.0.viewer()).await?;
    let rows = office.channels.outbox.of_appeal(id).await?;
    let messages = rows.into_iter().map(|(row, letter)| AppealMessage {
        message_id: row.message_id,
        purpose: row.purpose,
        by: row.sent_by,
        state: row.state,
        attempts: row.attempts as u32,
        created_at: row.created_at,
        updated_at: row.updated_at,
        last_error: row.last_error,
        text: letter.text(),
    });
    Ok(private(StatusCode::OK, AppealMessages { messages: messages.collect() }))
}

/// Says that a letter or a call was made, or lets a failed message be tried again.
#[utoipa::path(post, path = "/api/v1/staff/appeals/{number}/messages/mark", tag = "staff",
    params(("number" = String, Path)), request_body = MarkMessage,
    responses((status = 200, body = AppealMessages),
        (status = 409, description = "The message is not in a state for this", body = Problem, content_type = "application/problem+json")))]
pub async fn mark(
    State(office): State<Office>,
    signed: Signed,
    Path(number): Path<String>,
    Body(asked): Body<MarkMessage>,
) -> Result<Response, ProblemResponse> {
    signed.must(Action::SendAnswer)?;
    let sent = match asked.state.as_str() {
        "sent" => true,
        "queued" => false,
        _ => return Err(ProblemResponse::bad_request("state is sent or queued")),
    };
    let id = id(&office, &number).await?;
    office.register.show(id, &signed.0.viewer()).await?;
    if !office.channels.outbox.mark(id, &asked.message_id, sent).await? {
        let detail =
            "only a waiting letter or call is marked as sent, only a failed message is tried again";
        return Err(ProblemResponse::new(StatusCode::CONFLICT, "message-state", detail));
    }
    let object = format!("{number} {}", asked.message_id);
    office.staff.audit(Some(signed.0.person), "message_marked", &object, &asked.state).await?;
    shown(&office, &signed, id).await
}

/// The files of an appeal.
#[utoipa::path(get, path = "/api/v1/staff/appeals/{number}/files", tag = "staff",
    params(("number" = String, Path)),
    responses((status = 200, body = AppealFiles)))]
pub async fn files(
    State(office): State<Office>,
    signed: Signed,
    Path(number): Path<String>,
) -> Result<Response, ProblemResponse> {
    signed.must(Action::Work)?;
    let id = id(&office, &number).await?;
    office.register.show(id, &signed.0.viewer()).await?;
    let files = office.register.attachments(id).await?.into_iter();
    let files = files.map(|(file_id, media_type, size_bytes)| AppealFile {
        file_id,
        media_type,
        size_bytes,
    });
    Ok(private(StatusCode::OK, AppealFiles { files: files.collect() }))
}

/// A file: to be saved, never to be run in our pages. It may show who complains: whoever is not assigned gives a
/// reason first (`reveal`). Its reading is logged.
#[utoipa::path(get, path = "/api/v1/staff/appeals/{number}/files/{file_id}", tag = "staff",
    params(("number" = String, Path), ("file_id" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream")))]
pub async fn file(
    State(office): State<Office>,
    signed: Signed,
    Path((number, file_id)): Path<(String, String)>,
) -> Result<Response, ProblemResponse> {
    signed.must(Action::Work)?;
    let id = id(&office, &number).await?;
    let covered = match office.register.sees(id, &signed.0.viewer(), Field::Attachment).await? {
        Visibility::Full => false,
        Visibility::Masked => !office.staff.gave_reason(signed.0.person, &number).await?,
        Visibility::Hidden => true,
    };
    if covered {
        return Err(forbidden("say first why it must be seen: reveal the appeal with a reason"));
    }
    let (media_type, bytes) = office.register.attachment(id, &file_id).await?;
    office.staff.audit(Some(signed.0.person), "file_read", &number, &file_id).await?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    let fixed: [(HeaderName, &'static str); 3] = [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_DISPOSITION, "attachment"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(kind) = HeaderValue::from_str(&media_type) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    Ok(response)
}
