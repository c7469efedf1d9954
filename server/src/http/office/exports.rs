//! Personal data taken out of the register: a reason, another person who allows it, a journal of all of it.

use super::Office;
use super::desk::REASON_CHARS_MIN;
use super::handler::{Fields, field, problem_page};
use super::pages::{AtDesk, see_other};
use super::signed::forbidden;
use super::staff::member;
use super::supervisor::{days_of, period};
use super::table::{instant, taken_out};
use crate::http::asked::Asked;
use crate::problem::ProblemResponse;
use crate::register::{PersonalRow, ServiceError};
use appeals::access::{Action, Grant, may};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use axum::{Form, Router};
use frontend::office::{ExportLine, ExportsPage, OfficePage};

pub fn routes() -> Router<Office> {
    Router::new()
        .route("/staff/exports", get(page).post(ask))
        .route("/staff/exports/{export_id}/allow", get(back).post(allow))
        .route("/staff/exports/{export_id}/take", get(back).post(take))
}

/// Whoever signs in again after a step comes back to the list.
async fn back() -> Response {
    see_other("/staff/exports")
}

fn granted(signed: &super::signed::Signed) -> Result<Grant, ProblemResponse> {
    match may(signed.0.role, Action::ExportPersonal) {
        Grant::No => Err(forbidden("your role may not export personal data")),
        grant => Ok(grant),
    }
}

/// `GET /staff/exports`.
async fn page(
    State(office): State<Office>,
    asked: Asked,
    AtDesk(signed): AtDesk,
) -> Result<Response, Response> {
    let shown = async { render(&office, &asked, &signed, false).await };
    shown.await.map_err(problem_page(&office, &asked))
}

async fn render(
    office: &Office,
    asked: &Asked,
    signed: &super::signed::Signed,
    too_short: bool,
) -> Result<Response, ProblemResponse> {
    let allows = granted(signed)? == Grant::Yes;
    let people = office.register.people().await?;
    let name = |id: &String| people.get(id).unwrap_or(id).clone();
    let own = signed.0.person.to_string();
    let date = |at| office.register.law().office().date(at).strftime("%d.%m.%Y").to_string();
    let lines = office.register.exports().await?.into_iter().map(|e| ExportLine {
        may_allow: allows && e.allowed_at.is_none() && e.asked_by != own,
        may_take: e.allowed_at.is_some() && e.taken_at.is_none() && e.asked_by == own,
        who: name(&e.asked_by),
        allowed_by: e.allowed_by.as_ref().map(&name),
        span: (date(e.span_from), date(e.span_to - 1)),
        id: e.export_id,
        asked_at: e.asked_at,
        reason: e.reason,
        taken_at: e.taken_at,
    });
    let page = ExportsPage { lines: lines.collect(), allows, too_short };
    let page = OfficePage::Exports(Box::new(page));
    Ok(office.site.office(asked, Some(member(&signed.0)), page))
}

/// `POST /staff/exports`: a supervisor asks, the head is asked by nobody.
async fn ask(
    State(office): State<Office>,
    asked: Asked,
    AtDesk(signed): AtDesk,
    Form(fields): Form<Fields>,
) -> Result<Response, Response> {
    let done = async {
        let allows = granted(&signed)? == Grant::Yes;
        let reason = field(&fields, "reason");
        if reason.chars().count() < REASON_CHARS_MIN {
            let mut response = render(&office, &asked, &signed, true).await?;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(response);
        }
        let span = period(&office.register, days_of(field(&fields, "days")));
        let person = signed.0.person;
        let id = office.register.ask_export(person, reason, span, allows).await?;
        office.staff.audit(Some(person), "export_asked", &id, reason).await?;
        Ok::<_, ProblemResponse>(see_other("/staff/exports"))
    };
    done.await.map_err(problem_page(&office, &asked))
}

/// `POST /staff/exports/{export_id}/allow`.
async fn allow(
    State(office): State<Office>,
    asked: Asked,
    AtDesk(signed): AtDesk,
    Path(id): Path<String>,
) -> Result<Response, Response> {
    let done = async {
        if granted(&signed)? != Grant::Yes {
            return Err(forbidden("the head allows it"));
        }
        office.register.allow_export(&id, signed.0.person).await?;
        office.staff.audit(Some(signed.0.person), "export_allowed", &id, "").await?;
        Ok::<_, ProblemResponse>(see_other("/staff/exports"))
    };
    done.await.map_err(problem_page(&office, &asked))
}

/// `POST /staff/exports/{export_id}/take`: logged before anything goes out.
async fn take(
    State(office): State<Office>,
    asked: Asked,
    AtDesk(signed): AtDesk,
    Path(id): Path<String>,
) -> Result<Response, Response> {
    let done = async {
        granted(&signed)?;
        let (export, rows) = office.register.take_export(&id, signed.0.person).await?;
        let detail = format!("{} rows: {}", rows.len(), export.reason);
        office.staff.audit(Some(signed.0.person), "exported_personal", &id, &detail).await?;
        Ok::<_, ProblemResponse>(table(&rows)?)
    };
    done.await.map_err(problem_page(&office, &asked))
}

fn table(rows: &[PersonalRow]) -> Result<Response, ServiceError> {
    let head = ["number", "registered_at", "kind", "status", "name", "phone", "email", "address"];
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    let cells = rows.iter().map(|row| {
        let who = &row.personal;
        [
            row.number.clone(),
            instant(Some(row.registered_at)),
            row.kind.clone(),
            row.status.clone(),
            text(&who.name),
            text(&who.phone),
            text(&who.email),
            text(&who.address),
        ]
    });
    taken_out("applicants", head, cells)
}
