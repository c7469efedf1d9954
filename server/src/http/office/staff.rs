//! Signing in and out.

use super::Office;
use super::appeals::private;
use super::asking::{Asking, Body};
use super::signed::{COOKIE, Signed, from_our_page, kept_by_browser, token};
use crate::problem::ProblemResponse;
use crate::staff::Account;
use api::{AuditEntry, AuditLog, Problem, SignIn, StaffMember};
use appeals::access::Action;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// An account as it is told.
pub fn member(account: &Account) -> StaffMember {
    let role = serde_json::to_value(account.role).ok();
    let role = role.and_then(|r| r.as_str().map(str::to_owned)).unwrap_or_default();
    StaffMember {
        person_id: account.person.to_string(),
        login: account.login.clone(),
        name: account.name.clone(),
        role,
        org: account.org.as_ref().map(|o| o.0.clone()),
    }
}

/// `Set-Cookie` of a session; an empty token ends it.
pub fn cookie(token: &str, age_s: i64) -> HeaderValue {
    kept_by_browser(COOKIE, token, age_s)
}

/// `POST /api/v1/staff/sign-in`.
#[utoipa::path(post, path = "/api/v1/staff/sign-in", tag = "staff",
    request_body = SignIn,
    responses((status = 200, body = StaffMember),
        (status = 401, description = "Login, password or code is wrong", body = Problem, content_type = "application/problem+json")))]
pub async fn sign_in(
    State(office): State<Office>,
    asking: Asking,
    headers: HeaderMap,
    Body(sign_in): Body<SignIn>,
) -> Result<Response, ProblemResponse> {
    from_our_page(&headers)?;
    let SignIn { login, password, code } = sign_in;
    let session = office.staff.sign_in(&login, &password, &code, asking.address).await?;
    let mut response = private(StatusCode::OK, member(&session.account));
    let cookie = cookie(&session.token, office.settings.session_s);
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

/// `POST /api/v1/staff/sign-out`.
#[utoipa::path(post, path = "/api/v1/staff/sign-out", tag = "staff",
    responses((status = 204, description = "Done")))]
pub async fn sign_out(
    State(office): State<Office>,
    headers: HeaderMap,
) -> Result<Response, ProblemResponse> {
    from_our_page(&headers)?;
    if let Some(token) = token(&headers) {
        office.staff.sign_out(token).await?;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie("", 0));
    Ok(response)
}

/// `GET /api/v1/staff/me`.
#[utoipa::path(get, path = "/api/v1/staff/me", tag = "staff",
    responses((status = 200, body = StaffMember)))]
pub async fn me(signed: Signed) -> Response {
    private(StatusCode::OK, member(&signed.0))
}

/// `GET /api/v1/staff/audit`.
#[utoipa::path(get, path = "/api/v1/staff/audit", tag = "staff",
    responses((status = 200, body = AuditLog)))]
pub async fn audit(
    State(office): State<Office>,
    signed: Signed,
) -> Result<Response, ProblemResponse> {
    signed.must(Action::ReadAudit)?;
    let rows = office.staff.audit_rows(None).await?;
    let holds = office.staff.audit_holds().await?;
    let entries = rows.into_iter().map(|row| AuditEntry {
        seq: row.seq,
        at: row.at,
        person_id: row.person_id,
        action: row.action,
        object: row.object,
        detail: row.detail,
        prev: row.prev,
        hash: row.hash,
    });
    Ok(private(StatusCode::OK, AuditLog { holds, entries: entries.collect() }))
}
