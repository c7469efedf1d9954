//! Evidence over HTTP: the staff's, and the applicant's by number and PIN.

use super::Office;
use super::appeals::{open, private};
use super::asking::{Asking, Body};
use super::desk::id;
use super::signed::Signed;
use crate::evidence::{EvidenceError, Examiner};
use crate::http::path::Path;
use crate::problem::ProblemResponse;
use crate::register::ServiceError;
use api::{AppealEvidence, AppealKey, EvidenceCheck, Problem};
use appeals::access::{Action, Role, Viewer};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};

/// When to ask again, seconds, when the record cannot be read.
const RETRY_S: u64 = 10;

impl From<EvidenceError> for ProblemResponse {
    fn from(error: EvidenceError) -> Self {
        match error {
            EvidenceError::Register(error) => error.into(),
            EvidenceError::Ledger(error) => ServiceError::from(error).into(),
            EvidenceError::Store(error) => {
                tracing::warn!(%error, "the record cannot be read");
                let detail =
                    "the record of the buses cannot be read just now: try again in a moment";
                Self::unavailable("record-down", detail, RETRY_S)
            }
        }
    }
}

impl Office {
    fn examiner(&self) -> Result<&Examiner, ProblemResponse> {
        self.evidence.as_ref().ok_or_else(|| {
            ProblemResponse::unavailable("evidence-off", "no record of buses is kept here", RETRY_S)
        })
    }
}

/// `GET /api/v1/staff/appeals/{number}/evidence`.
#[utoipa::path(get, path = "/api/v1/staff/appeals/{number}/evidence", tag = "staff",
    params(("number" = String, Path)),
    responses((status = 200, body = AppealEvidence),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is none that the asker may know of", body = Problem, content_type = "application/problem+json")))]
pub async fn one(
    State(office): State<Office>,
    signed: Signed,
    Path(number): Path<String>,
) -> Result<Response, ProblemResponse> {
    let id = id(&office, &number).await?;
    Ok(private(StatusCode::OK, office.examiner()?.shown(id, &signed.0.viewer()).await?))
}

/// `POST /api/v1/staff/appeals/{number}/evidence`: by the record as it is known now.
#[utoipa::path(post, path = "/api/v1/staff/appeals/{number}/evidence", tag = "staff",
    params(("number" = String, Path)),
    responses((status = 200, body = AppealEvidence),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The role may not, or the request comes from elsewhere", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is none that the asker may know of", body = Problem, content_type = "application/problem+json")))]
pub async fn again(
    State(office): State<Office>,
    signed: Signed,
    Path(number): Path<String>,
) -> Result<Response, ProblemResponse> {
    signed.must(Action::RecomputeEvidence)?;
    let id = id(&office, &number).await?;
    let (examiner, viewer) = (office.examiner()?, signed.0.viewer());
    // Who may not know of an appeal learns nothing by asking for its evidence.
    examiner.shown(id, &viewer).await?;
    examiner.attach(id).await?;
    Ok(private(StatusCode::OK, examiner.shown(id, &viewer).await?))
}

/// `POST /api/v1/staff/appeals/{number}/evidence/verify`: the same bytes once more, or not.
#[utoipa::path(post, path = "/api/v1/staff/appeals/{number}/evidence/verify", tag = "staff",
    params(("number" = String, Path)),
    responses((status = 200, body = EvidenceCheck),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The role may not, or the request comes from elsewhere", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is none that the asker may know of", body = Problem, content_type = "application/problem+json")))]
pub async fn verify(
    State(office): State<Office>,
    signed: Signed,
    Path(number): Path<String>,
) -> Result<Response, ProblemResponse> {
    let id = id(&office, &number).await?;
    Ok(private(StatusCode::OK, office.examiner()?.checked(id, &signed.0.viewer()).await?))
}

/// `POST /api/v1/appeals/evidence`: a body, so that no PIN stands in an address or a log.
#[utoipa::path(post, path = "/api/v1/appeals/evidence", tag = "appeals",
    request_body = AppealKey,
    responses((status = 200, body = AppealEvidence),
        (status = 404, description = "There is none that the asker may know of", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many tries", body = Problem, content_type = "application/problem+json")))]
pub async fn own(
    State(office): State<Office>,
    asking: Asking,
    Body(key): Body<AppealKey>,
) -> Result<Response, ProblemResponse> {
    let id = open(&office, &asking, &key).await?;
    let viewer = Viewer { role: Role::CitizenPin, person: None, org: None, revealed: false };
    Ok(private(StatusCode::OK, office.examiner()?.shown(id, &viewer).await?))
}

/// The routes of evidence.
pub fn routes() -> Router<Office> {
    Router::new()
        .route("/api/v1/appeals/evidence", post(own))
        .route("/api/v1/staff/appeals/{number}/evidence", get(one).post(again))
        .route("/api/v1/staff/appeals/{number}/evidence/verify", post(verify))
}
