//! Requests as the public reads them: never who complained, nor their words, nor where their telephone was.

use super::services;
use super::tree::{Faults, NOTHING, Notation, Tree, escaped, text};
use super::{Answer, Call};
use crate::register::{Asked, QueueRow, ServiceError};
use appeals::appeal::Status;
use appeals::kind::Kind;
use appeals::number::AppealNumber;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse as _;
use transit::{EpochS, LatLon};

/// Longest span of one answer, seconds.
const SPAN_S: EpochS = 90 * 86_400;
/// Most requests of one answer.
pub const ROWS_MAX: usize = 1_000;
/// Most requests with their steps.
const EXTENDED_MAX: usize = 50;
/// How far around a place is asked for unless it is said, metres …
const NEAR_M: f64 = 500.0;
/// … and at most, metres.
const NEAR_MAX_M: f64 = 50_000.0;
/// Most items of a feed.
const RSS_ITEMS_MAX: usize = 100;

impl From<ServiceError> for Faults {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Draft(error) => Self::one(400, error.to_string()),
            ServiceError::Unknown => Self::one(404, "there is no such request"),
            ServiceError::Repeated => Self::one(400, "this was posted before"),
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

fn request(call: &Call<'_>, row: &QueueRow) -> Vec<(&'static str, Tree)> {
    let kinds = call.office.register.law().kinds();
    let kind = Kind::parse(&row.kind).unwrap_or(Kind::Other);
    let status = Status::ALL.iter().find(|s| s.name() == row.status).copied();
    let status = status.unwrap_or(Status::Registered);
    let stop = row.stop_id.as_deref();
    let place = stop.and_then(|id| (call.office.stops)(id));
    vec![
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
    ]
}

async fn answer(call: &Call<'_>, rows: &[QueueRow]) -> Answer {
    let more = call.param("extensions").as_deref() == Some("true");
    let mut requests = Vec::with_capacity(rows.len());
    for (i, row) in rows.iter().enumerate() {
        let mut fields = request(call, row);
        if more && i < EXTENDED_MAX {
            fields.extend(extension(call, row).await?);
        }
        requests.push(Tree::Fields(fields));
    }
    let tree = Tree::List("request", requests);
    Ok(call.notation.answer(StatusCode::OK, "service_requests", &tree))
}

/// What others have added to the standard: which bus, by which way, and the steps so far. Nothing of it says
/// who speaks.
async fn extension(
    call: &Call<'_>,
    row: &QueueRow,
) -> Result<Vec<(&'static str, Tree)>, ServiceError> {
    let id = row.appeal_id.parse().map_err(|_| ServiceError::Unknown)?;
    let stage = call.office.register.stage(id, call.language).await?;
    let attribute = |code: &str, value: Option<String>| {
        value.map(|v| Tree::Fields(vec![("code", text(code)), ("value", text(v))]))
    };
    let attributes = [
        attribute("ROUTE", row.route_id.clone()),
        attribute("DIRECTION", stage.appeal.claim.direction.map(|d| d.to_string())),
    ];
    let notes = stage.steps.iter().map(|step| {
        Tree::Fields(vec![
            ("datetime", instant(call, step.at)),
            ("description", text(&step.label)),
            ("type", text(&step.status)),
        ])
    });
    let extended = vec![
        ("channel", text(&row.channel)),
        // Pictures are not shown before a person has looked at them.
        ("photos", Tree::List("photo", Vec::new())),
    ];
    Ok(vec![
        ("attributes", Tree::List("attribute", attributes.into_iter().flatten().collect())),
        ("extended_attributes", Tree::Fields(extended)),
        ("notes", Tree::List("note", notes.collect())),
    ])
}

/// `GET /tokens/{token}`: the number that a token stands for.
pub async fn token(call: &Call<'_>, token: &str) -> Answer {
    let number = call.office.register.number_of_token(token).await?;
    let number = number.ok_or_else(|| Faults::one(404, "this token is not known"))?;
    let tree = Tree::Fields(vec![("service_request_id", text(number)), ("token", text(token))]);
    let tree = Tree::List("request", vec![tree]);
    Ok(call.notation.answer(StatusCode::OK, "service_requests", &tree))
}

/// `GET /requests.rss`: the newest, for readers of news.
pub async fn rss(call: &Call<'_>, headers: &HeaderMap) -> Answer {
    let (rows, _) = found(call).await?;
    let kinds = call.office.register.law().kinds();
    let base = super::base(headers);
    let mut body = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\"><channel><title>{}</title>\
         <link>{base}/requests.rss</link><description>{}</description><language>{}</language>",
        escaped(&call.office.settings.org),
        escaped(services::group(call.language)),
        call.language.code(),
    );
    for row in rows.iter().take(RSS_ITEMS_MAX) {
        let kind = Kind::parse(&row.kind).unwrap_or(Kind::Other);
        let status = Status::ALL.iter().find(|s| s.name() == row.status);
        let at = jiff::Timestamp::from_second(row.registered_at).unwrap_or_default();
        let link = format!("{base}/requests/{}.xml", row.number);
        let item = format!(
            "<item><title>{} · {}</title><link>{link}</link><guid>{link}</guid>\
             <pubDate>{}</pubDate><description>{}</description></item>",
            escaped(&row.number),
            escaped(kinds.entry(kind).name.of(call.language)),
            at.strftime("%a, %d %b %Y %H:%M:%S +0000"),
            status.map_or("", |s| s.label(call.language)),
        );
        body.push_str(&item);
    }
    body.push_str("</channel></rss>");
    let mut response = body.into_response();
    let kind = HeaderValue::from_static("application/rss+xml; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}

pub async fn one(call: &Call<'_>, id: &str) -> Answer {
    let number = id.parse::<AppealNumber>().ok();
    let row = match number {
        Some(number) => call.office.register.row_of(number).await?,
        None => None,
    };
    let row = row.ok_or_else(|| Faults::one(404, "service_request_id is not known"))?;
    answer(call, &[row]).await
}

pub async fn list(call: &Call<'_>) -> Answer {
    if let Some(ids) = call.param("service_request_id") {
        let numbers = ids.split(',').take(ROWS_MAX).filter_map(|id| id.trim().parse().ok());
        let numbers: Vec<AppealNumber> = numbers.collect();
        let rows = call.office.register.rows_of(&numbers).await?;
        return answer(call, &rows).await;
    }
    let (rows, total) = found(call).await?;
    let page = number(call, "page")?.unwrap_or(1).max(1);
    let size = page_size(call)?;
    let mut response = answer(call, &rows).await?;
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

/// With the steps of each request fewer fit.
fn page_size(call: &Call<'_>) -> Result<usize, Faults> {
    let extended = call.param("extensions").as_deref() == Some("true");
    let most = if extended { EXTENDED_MAX } else { ROWS_MAX };
    Ok(number(call, "page_size")?.unwrap_or(most).clamp(1, most))
}

/// A page of what is asked for, newest first, and how many there are on all pages.
async fn found(call: &Call<'_>) -> Result<(Vec<QueueRow>, usize), Faults> {
    let updated = (read(call, "updated_after")?, read(call, "updated_before")?);
    let dated = ["start_date", "end_date"].iter().any(|n| call.param(n).is_some());
    let (from, to) = if dated || updated == (None, None) {
        let (from, to) = span(call)?;
        (Some(from), Some(to))
    } else {
        (None, None)
    };
    let asked = Asked {
        open: status(call)?,
        from,
        to,
        updated_from: updated.0,
        updated_to: updated.1.map(|at| at + 1),
        ..Asked::default()
    };
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
    if let Some((centre, radius_m)) = near(call)? {
        let place = |row: &QueueRow| (call.office.stops)(row.stop_id.as_deref()?);
        rows.retain(|row| {
            place(row).is_some_and(|p| centre.distance_m(LatLon::new(p.lat, p.lon)) <= radius_m)
        });
    }
    let total = rows.len();
    let size = page_size(call)?;
    let page = number(call, "page")?.unwrap_or(1).max(1);
    let rows = rows.into_iter().skip((page - 1).saturating_mul(size)).take(size).collect();
    Ok((rows, total))
}

/// Around which place, and how far, metres: by the stops that are told, never by where a person was. Of what is
/// asked for otherwise the newest are looked through.
fn near(call: &Call<'_>) -> Result<Option<(LatLon, f64)>, Faults> {
    let degrees = |name: &str, most: f64| {
        let parse = |v: String| v.parse::<f64>().ok().filter(|d| d.abs() <= most);
        let fault = || Faults::one(400, format!("{name} is no number of degrees"));
        call.param(name).map(|v| parse(v).ok_or_else(fault)).transpose()
    };
    let radius_m = match call.param("radius").map(|v| v.parse::<f64>()) {
        None => NEAR_M,
        Some(Ok(radius_m)) if (0.0..=NEAR_MAX_M).contains(&radius_m) => radius_m,
        Some(_) => {
            let words = format!("radius is a number of metres up to {NEAR_MAX_M}");
            return Err(Faults::one(400, words));
        }
    };
    match (degrees("lat", 90.0)?, degrees("long", 180.0)?) {
        (Some(lat), Some(lon)) => Ok(Some((LatLon::new(lat, lon), radius_m))),
        (None, None) => Ok(None),
        _ => Err(Faults::one(400, "lat and long, or neither")),
    }
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

/// An instant with its offset.
fn read(call: &Call<'_>, name: &str) -> Result<Option<EpochS>, Faults> {
    let parse = |text: String| {
        text.parse::<jiff::Timestamp>()
            .map(jiff::Timestamp::as_second)
            .map_err(|_| Faults::one(400, format!("{name} is a date and time with its offset")))
    };
    call.param(name).map(parse).transpose()
}

/// The span of `start_date` and `end_date`, or what stands for them: to before the second.
pub fn span(call: &Call<'_>) -> Result<(EpochS, EpochS), Faults> {
    // The last second belongs to the span.
    let now = call.office.register.now() + 1;
    let (from, to) = match (read(call, "start_date")?, read(call, "end_date")?) {
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
