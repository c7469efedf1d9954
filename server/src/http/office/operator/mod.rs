//! The desk of those who take calls and visitors: `/staff/desk`, and its line as JSON.

mod doing;
mod form;
mod hear;
mod page;
mod passages;
mod pin;

use super::Office;
use super::appeals::private;
use super::pages::{AtDesk, words_of};
use super::signed::{Signed, forbidden};
use super::staff::member;
use crate::http::asked::Asked;
use crate::problem::ProblemResponse;
use crate::register::{Asked as Wanted, ServiceError};
use api::{AppealRow, DeskLine, DeskSituation, Problem};
use appeals::access::{Action, Grant, may};
use appeals::ids::ContactId;
use appeals::words::Language;
use axum::Router;
use axum::extract::{Form, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use doing::Doing;
use form::DeskForm;
use frontend::office::OfficePage;
pub(super) use hear::direction;
use hear::{Heard, hear};
use transit::LatLon;

/// Situations beside the line.
const SITUATIONS_MAX: usize = 3;
/// Appeals beside the line.
const SIMILAR_MAX: u32 = 4;
/// Appeals of the same are looked for so far back, seconds.
const SIMILAR_S: i64 = 86_400;

pub fn routes() -> Router<Office> {
    Router::new()
        .route("/staff/desk", get(open).post(act))
        .route("/staff/desk/map.svg", get(map))
        .route("/api/v1/staff/line", get(line))
}

/// Who registers what others say may sit here.
fn may_sit(signed: &Signed) -> Result<(), ProblemResponse> {
    match may(signed.0.role, Action::Register) {
        Grant::Yes => Ok(()),
        _ => Err(forbidden("your role takes no calls")),
    }
}

/// `GET /staff/desk?line=`: the desk; what was being typed when the line broke is there again.
async fn open(
    State(office): State<Office>,
    asked: Asked,
    AtDesk(signed): AtDesk,
) -> Result<Response, ProblemResponse> {
    if let Err(problem) = may_sit(&signed) {
        return Ok(office.site.problem(&asked, problem));
    }
    let mut doing = Doing::new(&office, &signed, &asked)?;
    match asked.param("line") {
        Some(line) => doing.form.set("line", line),
        None => {
            if let Some((contact, draft)) = office.register.open_draft(signed.0.person).await? {
                (doing.contact, doing.form) = (contact, DeskForm(draft.0));
            }
        }
    }
    shown(&office, &signed, &asked, doing).await
}

/// `POST /staff/desk`: look, register, consult, hand over, take.
async fn act(
    State(office): State<Office>,
    asked: Asked,
    AtDesk(signed): AtDesk,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, ProblemResponse> {
    if let Err(problem) = may_sit(&signed) {
        return Ok(office.site.problem(&asked, problem));
    }
    let mut doing = Doing::new(&office, &signed, &asked)?;
    doing.form = DeskForm::read(fields)?;
    if let Ok(contact) = doing.form.get("contact").parse::<ContactId>() {
        doing.contact = contact;
    }
    doing.act().await?;
    shown(&office, &signed, &asked, doing).await
}

async fn shown(
    office: &Office,
    signed: &Signed,
    asked: &Asked,
    doing: Doing<'_>,
) -> Result<Response, ProblemResponse> {
    let page = page::page(office, signed, asked, doing).await?;
    Ok(office.site.office(asked, Some(member(&signed.0)), OfficePage::Operator(Box::new(page))))
}

/// `GET /api/v1/staff/line?q=`: what a line says, and what is known of it.
#[utoipa::path(get, path = "/api/v1/staff/line", tag = "staff",
    params(("q" = String, Query, description = "What is typed: route, place, time and what happened, in any order"),
        ("lang" = Option<String>, Query, description = "kk, ru or en; else by Accept-Language")),
    responses((status = 200, body = DeskLine),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The role takes no calls", body = Problem, content_type = "application/problem+json")))]
pub async fn line(
    State(office): State<Office>,
    signed: Signed,
    asked: Asked,
) -> Result<Response, ProblemResponse> {
    may_sit(&signed)?;
    let mut form = DeskForm::default();
    form.set("line", asked.param("q").unwrap_or_default());
    let heard = known(&office, &asked, &form, words_of(&asked)).await?;
    Ok(private(StatusCode::OK, heard.line))
}

/// What a form says, with what buses, register and knowledge base say to it.
async fn known(
    office: &Office,
    asked: &Asked,
    form: &DeskForm,
    language: Language,
) -> Result<Heard, ProblemResponse> {
    let view = office.site.reads().view(asked.language);
    let (law, now) = (office.register.law(), office.register.now());
    let mut heard = hear(form, &view, &office.channels.reception.gazetteer(), law, now, language);
    heard.line.passages = passages::passages(office, &view, &heard).await;
    let situations = super::knowledge::base().search(form.get("line"), SITUATIONS_MAX);
    heard.line.situations = situations
        .into_iter()
        .map(|s| DeskSituation {
            id: s.id.clone(),
            title: s.title.of(language).to_owned(),
            answer: s.answer.of(language).to_owned(),
        })
        .collect();
    heard.line.similar = similar(office, &heard).await?;
    Ok(heard)
}

/// Appeals of the last day about the same route or stop, and the same kind where one is said.
async fn similar(office: &Office, heard: &Heard) -> Result<Vec<AppealRow>, ServiceError> {
    let claim = &heard.claim;
    if claim.route.is_none() && claim.stop.is_none() {
        return Ok(Vec::new());
    }
    let kind = heard.about.as_ref().map(|_| heard.kind_and_topic(office.register.law()).0);
    let wanted = Wanted {
        route_id: claim.route.as_ref().map(|r| r.0.clone()),
        stop_id: claim.stop.as_ref().filter(|_| claim.route.is_none()).map(|s| s.0.clone()),
        kind: kind.map(|k| k.code().to_owned()),
        from: Some(office.register.now() - SIMILAR_S),
        ..Wanted::default()
    };
    Ok(rows(office.register.newest(&wanted, SIMILAR_MAX).await?))
}

/// Rows without who works on them.
fn rows(rows: Vec<crate::register::QueueRow>) -> Vec<AppealRow> {
    rows.into_iter().map(|r| AppealRow { assignee: None, ..AppealRow::from(r) }).collect()
}

/// `GET /staff/desk/map.svg?view=&pin=`.
async fn map(
    State(office): State<Office>,
    signed: Signed,
    asked: Asked,
) -> Result<Response, ProblemResponse> {
    may_sit(&signed)?;
    let frame = asked.param("view").and_then(pin::Frame::parse);
    let frame = frame.ok_or_else(|| ProblemResponse::bad_request("view is lat,lon,m"))?;
    let pin = asked.param("pin").and_then(|p| p.split_once(',')).and_then(|(lat, lon)| {
        Some(LatLon::new(lat.parse::<f64>().ok()?, lon.parse::<f64>().ok()?))
    });
    let view = office.site.reads().view(asked.language);
    let svg = pin::svg(&view, frame, pin, asked.param("theme").unwrap_or_default());
    let mut response = svg.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=300"));
    Ok(response)
}
