//! Who is signed in, and that a change comes from our own pages.

use super::Office;
use crate::problem::ProblemResponse;
use crate::staff::Account;
pub use crate::staff::Looking;
use appeals::access::{Action, Grant, may};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};

/// Bound to this host, this path and encrypted transport by its prefix.
pub const COOKIE: &str = "__Host-jolda";

/// A member of staff with a session.
pub struct Signed(pub Account);

impl Signed {
    /// The account may do this; on what, the register judges.
    pub fn must(&self, action: Action) -> Result<(), ProblemResponse> {
        match may(self.0.role, action) {
            Grant::No => Err(forbidden("your role may not do this")),
            _ => Ok(()),
        }
    }
}

impl FromRequestParts<Office> for Signed {
    type Rejection = ProblemResponse;

    async fn from_request_parts(
        parts: &mut Parts,
        office: &Office,
    ) -> Result<Self, Self::Rejection> {
        if !matches!(parts.method, Method::GET | Method::HEAD) {
            from_our_page(&parts.headers)?;
        }
        let unsigned =
            || ProblemResponse::new(StatusCode::UNAUTHORIZED, "not-signed-in", "sign in first");
        let token = token(&parts.headers).ok_or_else(unsigned)?;
        let query = parts.uri.query().unwrap_or_default();
        let by_itself = query.split('&').any(|pair| pair == "quiet=1");
        let looking = if by_itself { Looking::ByItself } else { Looking::InPerson };
        let account = office.staff.who(token, looking).await?.ok_or_else(unsigned)?;
        Ok(Self(account))
    }
}

pub fn forbidden(detail: &str) -> ProblemResponse {
    ProblemResponse::new(StatusCode::FORBIDDEN, "forbidden", detail)
}

/// The token of the session.
pub fn token(headers: &HeaderMap) -> Option<&str> {
    held(headers, COOKIE)
}

/// The value of a cookie that the browser holds.
pub fn held<'a>(headers: &'a HeaderMap, cookie: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    let mut pairs = all.flat_map(|v| v.split(';')).filter_map(|p| p.trim().split_once('='));
    pairs.find(|(name, _)| *name == cookie).map(|(_, value)| value)
}

/// `Set-Cookie` of what only the server reads, over encrypted transport and from our own pages; an empty value of
/// no age takes it away.
pub fn kept_by_browser(cookie: &str, value: &str, age_s: i64) -> HeaderValue {
    let text =
        format!("{cookie}={value}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={age_s}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// A change is taken from our own pages only: browsers say where a request comes from, and who says nothing
/// is no browser of ours.
pub fn from_our_page(headers: &HeaderMap) -> Result<(), ProblemResponse> {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let host = text("host");
    let ours = match (text("origin"), text("sec-fetch-site")) {
        (Some(origin), _) => {
            let authority = origin.split_once("://").map(|(_, rest)| rest);
            authority.is_some() && authority == host
        }
        (None, Some(site)) => site == "same-origin",
        (None, None) => false,
    };
    if ours { Ok(()) } else { Err(forbidden("this request does not come from our own page")) }
}
