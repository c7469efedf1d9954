//! Cases as pages: proposals, one case, and what is done with all its appeals at once.

mod commands;
mod list;
mod one;

use super::Office;
use crate::problem::ProblemResponse;
use crate::staff::Account;
use appeals::access::{Field, Sight, Visibility, visibility};
use axum::Router;
use axum::routing::get;

/// Pages of cases.
pub fn routes() -> Router<Office> {
    Router::new()
        .route("/staff/cases", get(list::page).post(list::act))
        .route("/staff/cases/{number}", get(one::page).post(one::act))
}

/// Cases hold what was found and promised: for those who see verdicts of any appeal.
fn may_see(office: &Office, account: &Account) -> Result<(), ProblemResponse> {
    let sight = Sight::of_any(Vec::new());
    let seen = visibility(&account.viewer(), Field::Verdict, &sight, office.register.now());
    if seen == Visibility::Full {
        Ok(())
    } else {
        Err(super::signed::forbidden("your role sees no cases"))
    }
}
