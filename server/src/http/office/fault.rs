//! What went wrong, in words for the outside. Faults of ours are logged and say nothing.

use crate::ledger::LedgerError;
use crate::problem::ProblemResponse;
use crate::register::ServiceError;
use crate::staff::StaffError;
use appeals::appeal::Refusal;
use appeals::case::CaseRefusal;
use axum::http::StatusCode;

/// When to come again, seconds, when the database is gone.
const RETRY_S: u64 = 5;

impl From<ServiceError> for ProblemResponse {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Draft(error) => Self::bad_request(error.to_string()),
            ServiceError::TooManyRows(_) => Self::bad_request(error.to_string()),
            ServiceError::Refused(refusal) => refused(refusal),
            ServiceError::Case(refusal) => {
                let status = match refusal {
                    CaseRefusal::NotPermitted | CaseRefusal::OnlyPropose => StatusCode::FORBIDDEN,
                    _ => StatusCode::CONFLICT,
                };
                Self::new(status, refusal.name(), refusal.to_string())
            }
            ServiceError::UnknownCase => Self::not_found("there is no such case"),
            ServiceError::Unknown => Self::not_found("there is no such appeal"),
            ServiceError::Repeated => {
                Self::new(StatusCode::CONFLICT, "repeated", "this message was heard before")
            }
            ServiceError::KeyReused => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency-key-reused",
                "this Idempotency-Key was used for another request: take a new one",
            ),
            ServiceError::Ledger(error) => ledger(&error),
            error => internal(&error),
        }
    }
}

impl From<StaffError> for ProblemResponse {
    fn from(error: StaffError) -> Self {
        match error {
            StaffError::Wrong => Self::new(
                StatusCode::UNAUTHORIZED,
                "wrong-credentials",
                "login, password or code is wrong",
            ),
            StaffError::Wait(wait_s) => Self::too_many(error.to_string(), wait_s),
            StaffError::Ledger(error) => ledger(&error),
            StaffError::Seal(_) | StaffError::Hash => internal(&error),
            error => Self::bad_request(error.to_string()),
        }
    }
}

/// 403 where the role is at fault, 409 where the state is.
fn refused(refusal: Refusal) -> ProblemResponse {
    let status = match refusal {
        Refusal::NotPermitted | Refusal::OnlyPropose | Refusal::NotOwn => StatusCode::FORBIDDEN,
        Refusal::ReasonMissing
        | Refusal::OverrideReasonMissing
        | Refusal::LegalBasisMissing
        | Refusal::RightOfAppealMissing
        | Refusal::AnswerLanguage
        | Refusal::PlaceMissing => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::CONFLICT,
    };
    ProblemResponse::new(status, refusal.name(), refusal.to_string())
}

pub fn ledger(error: &LedgerError) -> ProblemResponse {
    tracing::warn!(%error, "the register's database");
    ProblemResponse::unavailable(
        "register-unavailable",
        "nothing was written: try again in a moment with the same Idempotency-Key",
        RETRY_S,
    )
}

pub fn internal(error: &dyn std::error::Error) -> ProblemResponse {
    tracing::error!(%error, "the register");
    ProblemResponse::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "something went wrong here, and was written to the log: please tell the operator",
    )
}
