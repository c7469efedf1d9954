//! Pages of the staff: forms that work without a script.

use super::Office;
use super::asking::Asking;
use super::desk;
use super::signed::{Signed, from_our_page, token};
use super::staff::{cookie, member};
use crate::problem::ProblemResponse;
use crate::register::Asked;
use crate::staff::StaffError;
use appeals::appeal::Status;
use appeals::kind::Kind;
use appeals::words::Language;
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use frontend::page::Language as PageLanguage;
use frontend::staff::{self as page, SignInFault};

/// Rows of the page.
const ROWS: u32 = 100;

fn language(language: Language) -> PageLanguage {
    match language {
        Language::Kk => PageLanguage::Kk,
        Language::Ru => PageLanguage::Ru,
        Language::En => PageLanguage::En,
    }
}

fn html(status: StatusCode, html: String) -> Response {
    let mut response = (status, Html(html)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn see_other(to: &'static str, cookie: HeaderValue) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_static(to));
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response
}

/// `GET /staff/sign-in`.
pub async fn sign_in(asking: Asking) -> Response {
    html(StatusCode::OK, page::sign_in(language(asking.language), None))
}

/// `POST /staff/sign-in`.
pub async fn signed_in(
    State(office): State<Office>,
    asking: Asking,
    headers: HeaderMap,
    Form(form): Form<api::SignIn>,
) -> Result<Response, ProblemResponse> {
    from_our_page(&headers)?;
    let session =
        office.staff.sign_in(&form.login, &form.password, &form.code, asking.address).await;
    let (status, fault) = match session {
        Ok(session) => {
            return Ok(see_other("/staff", cookie(&session.token, office.settings.session_s)));
        }
        Err(StaffError::Wrong) => (StatusCode::UNAUTHORIZED, SignInFault::Wrong),
        Err(StaffError::Wait(_)) => (StatusCode::TOO_MANY_REQUESTS, SignInFault::Wait),
        Err(error) => return Err(error.into()),
    };
    Ok(html(status, page::sign_in(language(asking.language), Some(fault))))
}

/// `POST /staff/sign-out`.
pub async fn sign_out(
    State(office): State<Office>,
    headers: HeaderMap,
) -> Result<Response, ProblemResponse> {
    from_our_page(&headers)?;
    if let Some(token) = token(&headers) {
        office.staff.sign_out(token).await?;
    }
    Ok(see_other("/staff/sign-in", cookie("", 0)))
}

/// `GET /staff`: the queue; who is not signed in is led to the form.
pub async fn queue(
    State(office): State<Office>,
    asking: Asking,
    signed: Result<Signed, ProblemResponse>,
) -> Result<Response, ProblemResponse> {
    let Ok(signed) = signed else {
        return Ok(see_other("/staff/sign-in", cookie("", 0)));
    };
    let asked = Asked { open: Some(true), ..Asked::default() };
    let queue = desk::visible(&office, &signed, asked, ROWS).await?;
    let kinds = office.register.law().kinds();
    let label = |name: &str| match Kind::parse(name) {
        Some(kind) => kinds.entry(kind).name.of(asking.language).to_owned(),
        None => Status::ALL
            .iter()
            .find(|s| s.name() == name)
            .map_or_else(|| name.to_owned(), |s| s.label(asking.language).to_owned()),
    };
    let member = member(&signed.0);
    Ok(html(StatusCode::OK, page::queue(language(asking.language), &member, &queue, &label)))
}
