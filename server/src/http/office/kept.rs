//! A form of the staff that is sent when its session is over: what was typed comes back with the form to sign in,
//! and goes on from there.

use super::Office;
use super::pages::HOME;
use super::signed::{Looking, from_our_page, token};
use crate::http::asked::Asked;
use crate::problem::ProblemResponse;
use axum::Form;
use axum::extract::{FromRequest as _, FromRequestParts as _, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use frontend::office::{KEPT_FIELD, KEPT_PATH, KeptForm, OfficePage};

/// Largest form that is kept, bytes.
pub const FORM_BYTES_MAX: usize = 256 * 1024;

/// Where a form may have been sent to: to a page of the staff.
fn is_desk(path: &str) -> bool {
    let signing = path.starts_with("/staff/sign-");
    (path == HOME || path.starts_with("/staff/"))
        && !signing
        && !path.contains(['\\', '\n'])
        && !path.contains("..")
}

/// What came with the form to sign in.
pub fn of(fields: &[(String, String)]) -> Option<KeptForm> {
    let path = fields.iter().find(|(name, _)| name == KEPT_PATH).map(|(_, path)| path.clone())?;
    let kept = |(name, value): &(String, String)| {
        Some((name.strip_prefix(KEPT_FIELD)?.to_owned(), value.clone()))
    };
    is_desk(&path).then(|| KeptForm { path, fields: fields.iter().filter_map(kept).collect() })
}

/// Before a form of the staff is taken: is somebody signed in? Else it comes back whole.
pub async fn keep(State(office): State<Office>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let form = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let form = form.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let ours = request.method() == Method::POST && form && is_desk(request.uri().path());
    if !ours || from_our_page(headers).is_err() {
        return next.run(request).await;
    }
    let signed = match token(headers) {
        // Whether the session is in use is for the page to say.
        Some(token) => office.staff.who(token, Looking::ByItself).await,
        None => Ok(None),
    };
    if !matches!(signed, Ok(None)) {
        return next.run(request).await;
    }
    match sent_back(&office, request).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn sent_back(office: &Office, request: Request) -> Result<Response, ProblemResponse> {
    let (mut parts, body) = request.into_parts();
    let asked = Asked::from_request_parts(&mut parts, office).await?;
    let path = parts.uri.path().to_owned();
    let body = axum::body::to_bytes(body, FORM_BYTES_MAX).await.map_err(|_| {
        let detail = format!("the form is larger than {FORM_BYTES_MAX} bytes");
        ProblemResponse::new(StatusCode::PAYLOAD_TOO_LARGE, "payload-too-large", detail)
    })?;
    let whole = Request::from_parts(parts, axum::body::Body::from(body));
    let fields = Form::<Vec<(String, String)>>::from_request(whole, &()).await;
    let Form(fields) = fields.map_err(|e| ProblemResponse::bad_request(e.body_text()))?;
    let kept = Some(KeptForm { path, fields });
    let page = OfficePage::SignIn { fault: None, kept };
    let mut response = office.site.office(&asked, None, page);
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    Ok(response)
}
