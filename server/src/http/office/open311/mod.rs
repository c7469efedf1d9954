//! Open311 `GeoReport` v2: discovery, services, requests; XML and JSON. One entrance, so that every error under
//! it (404, 405, 413, 415 as well) answers in the format of Open311 and in the notation asked for.

mod multipart;
mod post;
mod requests;
mod services;
mod tree;
mod updates;
mod words;

use super::Office;
use super::asking::{Asking, language_of};
use appeals::words::Language;
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts as _, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use tree::{Faults, Notation, Tree, text};

/// When the list of services last changed: clients keep it by this.
const CHANGESET: &str = "2026-11-20T09:00:00+05:00";

/// What lies so far around the stops is still served, degrees: some 50 km.
const AROUND_DEGREES: f64 = 0.5;
/// Longest refusal that is put into other words, bytes.
const PROBLEM_BYTES_MAX: usize = 64 * 1024;

type Answer = Result<Response, Faults>;

/// A request of Open311, read.
struct Call<'a> {
    office: &'a Office,
    notation: Notation,
    language: Language,
    params: Vec<(String, String)>,
}

impl Call<'_> {
    /// A parameter; one that is empty is absent, one that comes often is a list.
    fn param(&self, name: &str) -> Option<String> {
        let all: Vec<&str> = self
            .params
            .iter()
            .filter(|(n, v)| n == name && !v.trim().is_empty())
            .map(|(_, v)| v.trim())
            .collect();
        (!all.is_empty()).then(|| all.join(","))
    }

    /// Within the area of the stops, or not far from it.
    fn serves(&self, lat: f64, lon: f64) -> bool {
        let view = self.office.site.reads().view(crate::view::Language::default());
        view.fixed.bounds.is_none_or(|b| {
            (b.south - AROUND_DEGREES..=b.north + AROUND_DEGREES).contains(&lat)
                && (b.west - AROUND_DEGREES..=b.east + AROUND_DEGREES).contains(&lon)
        })
    }

    fn jurisdiction(&self) -> Result<(), Faults> {
        match self.param("jurisdiction_id") {
            Some(id) if id != self.office.settings.org => {
                Err(Faults::one(404, "jurisdiction_id is not known"))
            }
            _ => Ok(()),
        }
    }
}

pub fn routes() -> Router<Office> {
    Router::new()
        .route("/open311/{*rest}", any(enter))
        .layer(DefaultBodyLimit::max(multipart::BODY_BYTES_MAX))
}

/// Refusals that stand before every handler (too many requests, busy, an address too long) in Open311's
/// words as well.
pub async fn in_its_words(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if !path.starts_with("/open311/") {
        return next.run(request).await;
    }
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let notation = Notation::of(extension).unwrap_or(Notation::Xml);
    let language = language_of(request.uri(), request.headers());
    let response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE);
    if kind.is_none_or(|k| k != "application/problem+json") {
        return response;
    }
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, PROBLEM_BYTES_MAX).await.unwrap_or_default();
    let problem: Option<api::Problem> = serde_json::from_slice(&body).ok();
    let words = problem.map_or_else(|| "refused".to_owned(), |p| p.detail);
    let mut answer = Faults::one(parts.status.as_u16(), words).answer(notation, language);
    if let Some(wait) = parts.headers.get(header::RETRY_AFTER) {
        answer.headers_mut().insert(header::RETRY_AFTER, wait.clone());
    }
    answer
}

async fn enter(State(office): State<Office>, request: Request) -> Response {
    let path = request.uri().path().trim_start_matches("/open311/").to_owned();
    let (stem, extension) = path.rsplit_once('.').unwrap_or((&path, ""));
    let (stem, extension) = match (stem, extension) {
        // A feed of what is new, for readers of news.
        ("v2/requests", "rss") => ("v2/requests.rss", "xml"),
        other => other,
    };
    let notation = Notation::of(extension);
    let language = language_of(request.uri(), request.headers());
    let is_get = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let answered = match notation {
        Some(notation) => route(&office, stem, notation, request).await,
        None => Err(Faults::one(404, "the path ends in .xml or .json")),
    };
    let mut response = answered
        .unwrap_or_else(|faults| faults.answer(notation.unwrap_or(Notation::Xml), language));
    if is_get {
        let any = HeaderValue::from_static("*");
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any);
    }
    response
}

async fn route(office: &Office, stem: &str, notation: Notation, request: Request) -> Answer {
    let (mut parts, body) = request.into_parts();
    let Ok(Query(params)) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri) else {
        return Err(Faults::one(400, "the part of the address after ? is not name=value in UTF-8"));
    };
    let asking = Asking::from_request_parts(&mut parts, office).await;
    let Ok(asking) = asking else { return Err(Faults::one(400, "Idempotency-Key is too long")) };
    let call = Call { office, notation, language: asking.language, params };
    let steps: Vec<&str> = stem.split('/').collect();
    let method = &parts.method;
    let posted = matches!(steps.as_slice(), ["v2", "requests" | "servicerequestupdates"]);
    if *method == Method::POST && posted {
        let request = Request::from_parts(parts, body);
        return if steps[1] == "requests" {
            post::post(call, asking.key, request).await
        } else {
            updates::post(call, request).await
        };
    }
    let known = matches!(
        steps.as_slice(),
        ["discovery"]
            | ["v2", "services" | "requests" | "requests.rss" | "servicerequestupdates"]
            | ["v2", "services" | "requests" | "tokens", _]
    );
    if !known {
        return Err(Faults::one(404, "there is nothing at this path"));
    }
    let allowed = if posted { "GET, HEAD, OPTIONS, POST" } else { "GET, HEAD, OPTIONS" };
    let allow = |mut response: Response| {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
        response
    };
    if *method == Method::OPTIONS {
        return Ok(allow(StatusCode::NO_CONTENT.into_response()));
    }
    if !matches!(*method, Method::GET | Method::HEAD) {
        let fault = Faults::one(405, "this method cannot be used here");
        return Ok(allow(fault.answer(notation, call.language)));
    }
    call.jurisdiction()?;
    let mut response = match steps.as_slice() {
        ["discovery"] => discovery(&call, &parts.headers),
        ["v2", "services"] => services::list(&call),
        ["v2", "services", code] => services::definition(&call, code)?,
        ["v2", "requests"] => requests::list(&call).await?,
        ["v2", "requests.rss"] => requests::rss(&call, &parts.headers).await?,
        ["v2", "servicerequestupdates"] => updates::list(&call).await?,
        ["v2", "requests", id] => requests::one(&call, id).await?,
        ["v2", "tokens", token] => requests::token(&call, token).await?,
        _ => return Err(Faults::one(404, "there is nothing at this path")),
    };
    let language = HeaderValue::from_static(call.language.code());
    response.headers_mut().insert(header::CONTENT_LANGUAGE, language);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-language"));
    Ok(response)
}

/// Where we are, as the client called us.
fn base(headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|v| v.to_str().ok()).unwrap_or("localhost");
    let local = host.starts_with("localhost") || host.starts_with("127.");
    let scheme = if local { "http" } else { "https" };
    format!("{scheme}://{host}/open311/v2")
}

fn discovery(call: &Call<'_>, headers: &HeaderMap) -> Response {
    let org = &call.office.settings.org;
    let endpoint = Tree::Fields(vec![
        ("specification", text("http://wiki.open311.org/GeoReport_v2")),
        ("url", text(base(headers))),
        ("changeset", text(CHANGESET)),
        ("type", text("production")),
        ("formats", Tree::List("format", vec![text("text/xml"), text("application/json")])),
    ]);
    let tree = Tree::Fields(vec![
        ("changeset", text(CHANGESET)),
        ("contact", text(format!("{org}: transport appeals"))),
        ("key_service", text(format!("Ask {org} for an api_key"))),
        ("endpoints", Tree::List("endpoint", vec![endpoint])),
    ]);
    call.notation.answer(StatusCode::OK, "discovery", &tree)
}
