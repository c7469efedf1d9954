//! The handler's desk as pages: the queue, one appeal, and what is done with it by plain forms.

mod claim;
mod commands;
mod journal;
mod one;
mod queue;

pub(super) use journal::people_of;
pub(super) use queue::{Places, left};

use super::Office;
use crate::http::asked::Asked;
use crate::problem::ProblemResponse;
use appeals::number::AppealNumber;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use std::collections::BTreeMap;

/// What a form holds.
pub(super) type Fields = BTreeMap<String, String>;

/// Pages of the handler.
pub fn routes() -> Router<Office> {
    Router::new()
        .route("/staff", get(queue::page))
        .route("/staff/appeals/{number}", get(one::page).post(one::act))
        .route("/staff/appeals/{number}/reveal", get(one::page).post(one::reveal))
}

/// A problem as a page, for somebody at a desk.
pub(super) fn problem_page(office: &Office, asked: &Asked) -> impl Fn(ProblemResponse) -> Response {
    let (site, asked) = (office.site.clone(), asked.clone());
    move |problem| site.problem(&asked, problem)
}

/// The number of an appeal as it stands in an address.
fn number_of(text: &str) -> Result<AppealNumber, ProblemResponse> {
    text.parse()
        .map_err(|e| ProblemResponse::bad_request(format!("the number of an appeal is {e}")))
}

/// A field of a form, without blanks around; empty where it is not there.
pub(super) fn field<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).map_or("", |v| v.trim())
}
