//! Pages of the staff: forms that work without a script.

use super::Office;
use super::asking::Asking;
use super::kept;
use super::signed::{Signed, from_our_page, token};
use super::staff::{cookie, member};
use crate::http::asked::Asked;
use crate::problem::ProblemResponse;
use crate::staff::StaffError;
use appeals::appeal::Status;
use appeals::kind::Catalogue;
use appeals::words::Language;
use axum::Form;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use frontend::office::{OfficePage, SignInFault};
use std::collections::BTreeMap;

/// The first page of the staff.
pub const HOME: &str = "/staff";

/// The domain's word for the reader's language.
pub fn words_of(asked: &Asked) -> Language {
    use crate::view::Language as Reader;
    match asked.language {
        Reader::Kk => Language::Kk,
        Reader::Ru => Language::Ru,
        Reader::En => Language::En,
    }
}

/// On to another page.
pub fn see_other(to: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(to) = HeaderValue::from_str(to) {
        response.headers_mut().insert(header::LOCATION, to);
    }
    response
}

fn with_cookie(mut response: Response, cookie: HeaderValue) -> Response {
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response
}

/// A member of the staff who opens a page. Who is not signed in is led to the form, and back from there.
pub struct AtDesk(pub Signed);

impl FromRequestParts<Office> for AtDesk {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, office: &Office) -> Result<Self, Response> {
        match Signed::from_request_parts(parts, office).await {
            Ok(signed) => Ok(Self(signed)),
            Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => {
                let here = parts.uri.path_and_query().map_or(HOME, |p| p.as_str());
                let form = format!("/staff/sign-in?next={}", frontend::encode(here));
                Err(with_cookie(see_other(&form), cookie("", 0)))
            }
            Err(problem) => Err(problem.into_response()),
        }
    }
}

/// Where to go after signing in: to a page of ours, whatever the address says.
fn next(asked: &Asked) -> &str {
    asked.param("next").filter(|n| *n == HOME || n.starts_with("/staff/")).unwrap_or(HOME)
}

/// `GET /staff/sign-in`.
pub async fn sign_in(State(office): State<Office>, asked: Asked) -> Response {
    office.site.office(&asked, None, OfficePage::SignIn { fault: None, kept: None })
}

/// `POST /staff/sign-in`. What was sent when the session was over comes with it, and goes on with who signs in.
pub async fn signed_in(
    State(office): State<Office>,
    asked: Asked,
    asking: Asking,
    headers: HeaderMap,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, ProblemResponse> {
    from_our_page(&headers)?;
    let text = |name: &str| fields.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str());
    let kept = kept::of(&fields);
    let (login, password, code) = (text("login"), text("password"), text("code"));
    let session = office.staff.sign_in(login, password, code, asking.address).await;
    let (status, fault) = match session {
        Ok(session) => {
            let cookie = cookie(&session.token, office.settings.session_s);
            let on = match kept {
                Some(kept) => {
                    let member = Some(member(&session.account));
                    office.site.office(&asked, member, OfficePage::GoOn(kept))
                }
                None => see_other(next(&asked)),
            };
            return Ok(with_cookie(on, cookie));
        }
        Err(StaffError::Wrong) => (StatusCode::UNAUTHORIZED, SignInFault::Wrong),
        Err(StaffError::Wait(_)) => (StatusCode::TOO_MANY_REQUESTS, SignInFault::Wait),
        Err(error) => return Err(error.into()),
    };
    let page = OfficePage::SignIn { fault: Some(fault), kept };
    let mut response = office.site.office(&asked, None, page);
    *response.status_mut() = status;
    Ok(response)
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
    Ok(with_cookie(see_other("/staff/sign-in"), cookie("", 0)))
}

/// Names of kinds and statuses in the reader's words.
pub fn names(kinds: &Catalogue, language: Language) -> BTreeMap<String, String> {
    let statuses = Status::ALL.iter().map(|s| (s.name().to_owned(), s.label(language).to_owned()));
    let kinds = appeals::kind::Kind::ALL
        .iter()
        .map(|k| (k.code().to_owned(), kinds.entry(*k).name.of(language).to_owned()));
    statuses.chain(kinds).collect()
}
