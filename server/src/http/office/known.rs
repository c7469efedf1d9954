//! Who of the staff opens a page that anybody may see: such a page then leads to what it knows only of them.

use super::signed::{Looking, token};
use super::staff::member;
use crate::staff::Staff;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, Method};
use axum::middleware::{Next, from_fn};

/// The same routes, whose pages know the member of the staff who asks.
pub fn introduced(routes: Router, staff: Staff) -> Router {
    routes.layer(from_fn(move |mut request: Request, next: Next| {
        let staff = staff.clone();
        async move {
            if is_page(&request)
                && let Some(token) = token(request.headers())
            {
                // Opening a page is use of the session; what the map fetches by itself is not.
                let looking =
                    if opened(request.headers()) { Looking::InPerson } else { Looking::ByItself };
                match staff.who(token, looking).await {
                    Ok(Some(account)) => {
                        request.extensions_mut().insert(member(&account));
                    }
                    Ok(None) => {}
                    // The page is anybody's: without the database it is shown as to anybody.
                    Err(error) => tracing::warn!(%error, "a session could not be looked up"),
                }
            }
            next.run(request).await
        }
    }))
}

fn is_page(request: &Request) -> bool {
    const OTHERS: [&str; 7] =
        ["/api/", "/assets/", "/pkg/", "/basemap/", "/gtfs-rt/", "/open311/", "/staff/"];
    let path = request.uri().path();
    request.method() == Method::GET && !OTHERS.iter().any(|other| path.starts_with(other))
}

fn opened(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-mode").is_some_and(|mode| mode == "navigate")
}
