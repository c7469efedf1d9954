//! Requests as the public reads them: never who complained, nor their words, nor where their telephone was.

use super::services;
use super::tree::{Faults, NOTHING, Notation, Tree, text};
use super::{Answer, Call};
use crate::register::{Asked, QueueRow, ServiceError};
use appeals::appeal::Status;
use appeals::kind::Kind;
use appeals::number::AppealNumber;
use axum::http::{HeaderValue, StatusCode, header};
use transit::EpochS;

/// Longest span of one answer, seconds.
const SPAN_S: EpochS = 90 * 86_400;
/// Most requests of one answer.
const ROWS_MAX: usize = 1_000;

impl From<ServiceError> for Faults {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Draft(error) => Self::one(400, error.to_string()),
            ServiceError::Unknown => Self::one(404, "there is no such request"),
            ServiceError::KeyReused => Self::one(400, "this key was used for another request"),
            error => {
                tracing::warn!(%error, "open311");
                Self::one(503, "the register is away for a moment: try again")
            }
        }
    }
}

/// An instant with the city's offset.
pub fn instant(call: &Call<'_>, at: EpochS) -> Tree {
    let zone = call.office.register.law().office().zone.clone();
    let text = jiff::Timestamp::from_second(at)
        .map(|t| t.to_zoned(zone).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string());
    Tree::Text(text.ok())
}

fn request(call: &Call<'_>, row: &QueueRow) -> Tree {
    let kinds = call.office.register.law().kinds();
    let kind = Kind::parse(&row.kind).unwrap_or(Kind::Other);
    let status = Status::ALL.iter().find(|s| s.name() == row.status).copied();
    let status = status.unwrap_or(Status::Registered);
    let stop = row.stop_id.as_deref();
    let place = stop.and_then(|id| (call.office.stops)(id));
    Tree::Fields(vec![
        ("service_request_id", text(&row.number)),
        ("status", text(if status.is_open() { "open" } else { "closed" })),
        ("status_notes", text(status.label(call.language))),
        ("service_name", text(kinds.entry(kind).name.of(call.language))),
        ("service_code", text(services::code(kind))),
        ("description", NOTHING),
        ("agency_responsible", text(&call.office.settings.org)),
        ("service_notice", NOTHING),
        ("requested_datetime", instant(call, row.registered_at)),
        ("updated_datetime", instant(call, row.updated_at)),
        ("expected_datetime", row.due_at.map_or(NOTHING, |at| instant(call, at - 1))),
        ("address", Tree::Text(place.as_ref().map(|p| p.name.clone()))),
        ("address_id", Tree::Text(stop.map(|id| format!("stop:{id}")))),
        ("zipcode", NOTHING),
        ("lat", Tree::Number(place.as_ref().map(|p| p.lat))),
        ("long", Tree::Number(place.as_ref().map(|p| p.lon))),
        ("media_url", NOTHING),
    ])
}

fn answer(call: &Call<'_>, rows: &[QueueRow]) -> axum::response::Response {
    let requests = rows.iter().map(|row| request(call, row)).collect();
    call.notation.answer(StatusCode::OK, "service_requests", &Tree::List("request", requests))
}

pub async fn one(call: &Call<'_>, id: &str) -> Answer {
    let number = id.parse::<AppealNumber>().ok();
    let row = match number {
        Some(number) => call.office.register.row_of(number).await?,
        None => None,
    };
    let row = row.ok_or_else(|| Faults::one(404, "service_request_id is not known"))?;
    Ok(answer(call, &[row]))
}

pub async fn list(call: &Call<'_>) -> Answer {
    if let Some(ids) = call.param("service_request_id") {
        let mut rows = Vec::new();
        for id in ids.split(',').take(ROWS_MAX) {
            if let Ok(number) = id.trim().parse::<AppealNumber>() {
                rows.extend(call.office.register.row_of(number).await?);
            }
        }
        return Ok(answer(call, &rows));
    }
    let (from, to) = span(call)?;
    let asked = Asked { open: status(call)?, from: Some(from), to: Some(to), ..Asked::default() };
    let mut rows = Vec::new();
    match kinds(call)? {
        None => rows = call.office.register.newest(&asked, ROWS_MAX as u32).await?,
        Some(kinds) => {
            for kind in kinds {
                let asked = Asked { kind: Some(kind.code().to_owned()), ..asked.clone() };
                rows.extend(call.office.register.newest(&asked, ROWS_MAX as u32).await?);
            }
            rows.sort_by(|a, b| (b.registered_at, &b.number).cmp(&(a.registered_at, &a.number)));
            rows.truncate(ROWS_MAX);
        }
    }
    let total = rows.len();
    let size = number(call, "page_size")?.unwrap_or(ROWS_MAX).clamp(1, ROWS_MAX);
    let page = number(call, "page")?.unwrap_or(1).max(1);
    let rows: Vec<QueueRow> =
        rows.into_iter().skip((page - 1).saturating_mul(size)).take(size).collect();
    let mut response = answer(call, &rows);
    let headers = response.headers_mut();
    headers.insert("x-total-count", HeaderValue::from(total));
    if page.saturating_mul(size) < total
        && let Ok(link) = format!(
            "</open311/v2/requests.{}?page={}&page_size={size}>; rel=\"next\"",
            if call.notation == Notation::Xml { "xml" } else { "json" },
            page + 1
        )
        .parse()
    {
        headers.insert(header::LINK, link);
    }
    Ok(response)
}

fn number(call: &Call<'_>, name: &str) -> Result<Option<usize>, Faults> {
    let parse = |v: String| v.parse().map_err(|_| Faults::one(400, format!("{name} is no number")));
    call.param(name).map(parse).transpose()
}

fn kinds(call: &Call<'_>) -> Result<Option<Vec<Kind>>, Faults> {
    let Some(codes) = call.param("service_code") else { return Ok(None) };
    let mut kinds = std::collections::BTreeSet::new();
    for code in codes.split(',') {
        let kind = services::kind(code.trim());
        kinds.insert(
            kind.ok_or_else(|| Faults::one(404, format!("service_code {code} is not known")))?,
        );
    }
    Ok(Some(kinds.into_iter().collect()))
}

/// Only those that are open, only those that are closed, or all.
fn status(call: &Call<'_>) -> Result<Option<bool>, Faults> {
    let Some(given) = call.param("status") else { return Ok(None) };
    let (mut open, mut closed) = (false, false);
    for one in given.split(',') {
        match one.trim() {
            "open" => open = true,
            "closed" => closed = true,
            _ => return Err(Faults::one(400, "status is open or closed")),
        }
    }
    Ok(if open && closed { None } else { Some(open) })
}

fn span(call: &Call<'_>) -> Result<(EpochS, EpochS), Faults> {
    let read = |name: &str| {
        let parse = |text: String| {
            text.parse::<jiff::Timestamp>()
                .map(jiff::Timestamp::as_second)
                .map_err(|_| Faults::one(400, format!("{name} is a date and time with its offset")))
        };
        call.param(name).map(parse).transpose()
    };
    // The last second belongs to the span.
    let now = call.office.register.now() + 1;
    let (from, to) = match (read("start_date")?, read("end_date")?) {
        (None, None) => (now - SPAN_S, now),
        (Some(from), None) => (from, now.min(from + SPAN_S).max(from)),
        (None, Some(to)) => (to - SPAN_S, to + 1),
        (Some(from), Some(to)) => (from, to + 1),
    };
    if from > to {
        return Err(Faults::one(400, "start_date is after end_date"));
    }
    if to - from > SPAN_S + 1 {
        return Err(Faults::one(400, "start_date and end_date are more than 90 days apart"));
    }
    Ok((from, to))
}
