//! Who of the staff opens a page that anybody may see: such a page then leads to what it knows only of them.

use super::signed::{Looking, token};
use super::staff::member;
use crate::staff::Staff;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::{Extension, Router};

/// By which a page that anybody may see learns who of the staff opens it.
#[derive(Clone)]
pub struct Door(Staff);

/// The same routes, whose pages know the member of the staff who asks.
pub fn introduced(routes: Router, staff: Staff) -> Router {
    routes.layer(Extension(Door(staff)))
}

impl Door {
    /// Asked for by the page itself: behind the limits.
    pub async fn member(&self, parts: &Parts) -> Option<api::StaffMember> {
        let token = token(&parts.headers).filter(|_| is_page(parts))?;
        // Opening a page is use of the session; what the map fetches by itself is not.
        let looking = if opened(&parts.headers) { Looking::InPerson } else { Looking::ByItself };
        match self.0.who(token, looking).await {
            Ok(account) => account.as_ref().map(member),
            // The page is anybody's: without the database it is shown as to anybody.
            Err(error) => {
                tracing::warn!(%error, "a session could not be looked up");
                None
            }
        }
    }
}

/// Pages of the staff ask who it is themselves, and the rest shows nobody.
fn is_page(parts: &Parts) -> bool {
    const OTHERS: [&str; 4] = ["/api/", "/gtfs-rt/", "/open311/", "/staff"];
    let path = parts.uri.path();
    parts.method == Method::GET && !OTHERS.iter().any(|other| path.starts_with(other))
}

fn opened(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-mode").is_some_and(|mode| mode == "navigate")
}
