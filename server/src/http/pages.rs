//! Pages: the same reads as the API, rendered by `frontend`.

use super::App;
use super::asked::{Asked, LANGUAGE_COOKIE, THEME_COOKIE};
use super::headers::nonce;
use crate::problem::ProblemResponse;
use crate::view::{SEARCH_HITS_MAX, View};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use frontend::page::{Page, Shell};

/// Stops on the list of stops: a page, not a data set.
const PAGE_STOPS_MAX: usize = 300;
/// A year: the choice of a language or theme.
const CHOICE_S: u32 = 31_536_000;

type Handled = Result<Response, Response>;

/// `/`.
pub async fn map(State(app): State<App>, asked: Asked) -> Response {
    let view = app.reads.view(asked.language);
    let routes = view.routes();
    page(&app, &asked, &view, &Page::Map(Box::new(routes)))
}

/// `/routes`.
pub async fn routes(State(app): State<App>, asked: Asked) -> Response {
    let view = app.reads.view(asked.language);
    let routes = view.routes();
    page(&app, &asked, &view, &Page::Routes(Box::new(routes)))
}

/// `/routes/{route_id}`.
pub async fn route(State(app): State<App>, asked: Asked, Path(id): Path<String>) -> Handled {
    let view = app.reads.view(asked.language);
    let found = app.reads.route_detail(&view, &id).await;
    let detail = found.map_err(|p| problem(&app, &asked, p))?;
    Ok(page(&app, &asked, &view, &Page::Route(Box::new(detail))))
}

/// `/stops?q=`.
pub async fn stops(State(app): State<App>, asked: Asked) -> Response {
    let view = app.reads.view(asked.language);
    let stops = match asked.param("q") {
        Some(query) => view.stops_named(query, None, PAGE_STOPS_MAX),
        None => view.stops(None, PAGE_STOPS_MAX),
    };
    page(&app, &asked, &view, &Page::Stops(Box::new(stops)))
}

/// `/stops/{stop_id}`.
pub async fn stop(State(app): State<App>, asked: Asked, Path(id): Path<String>) -> Handled {
    let view = app.reads.view(asked.language);
    let detail = app.reads.stop_detail(&view, &id).map_err(|p| problem(&app, &asked, p))?;
    Ok(page(&app, &asked, &view, &Page::Stop(Box::new(detail))))
}

/// `/vehicles/{vehicle_id}`.
pub async fn vehicle(State(app): State<App>, asked: Asked, Path(id): Path<String>) -> Handled {
    let view = app.reads.view(asked.language);
    let detail = app.reads.vehicle_detail(&view, &id).map_err(|p| problem(&app, &asked, p))?;
    Ok(page(&app, &asked, &view, &Page::Vehicle(Box::new(detail))))
}

/// `/segments/{from}/{to}`.
pub async fn segment(
    State(app): State<App>,
    asked: Asked,
    Path((from, to)): Path<(String, String)>,
) -> Handled {
    let view = app.reads.view(asked.language);
    let found = app.reads.segment_detail(&view, &from, &to).await;
    let detail = found.map_err(|p| problem(&app, &asked, p))?;
    Ok(page(&app, &asked, &view, &Page::Segment(Box::new(detail))))
}

/// `/incidents`.
pub async fn incidents(State(app): State<App>, asked: Asked) -> Response {
    let view = app.reads.view(asked.language);
    let incidents = view.incidents();
    page(&app, &asked, &view, &Page::Incidents(Box::new(incidents)))
}

/// `/feeds`.
pub async fn feeds(State(app): State<App>, asked: Asked) -> Response {
    let view = app.reads.view(asked.language);
    page(&app, &asked, &view, &Page::Feeds)
}

/// `/search?q=`.
pub async fn search(State(app): State<App>, asked: Asked) -> Response {
    let view = app.reads.view(asked.language);
    let query = asked.param("q").unwrap_or_default().to_owned();
    let result = Box::new(view.search(&query, SEARCH_HITS_MAX));
    page(&app, &asked, &view, &Page::Search { query, result })
}

/// No such page.
pub fn not_found(app: &App, asked: &Asked) -> Response {
    let detail = format!("there is no page {}: start from the map, /", asked.path);
    problem(app, asked, ProblemResponse::not_found(detail))
}

/// A problem as a page.
pub fn problem(app: &App, asked: &Asked, problem: ProblemResponse) -> Response {
    let view = app.reads.view(asked.language);
    let status = problem.status();
    let mut response = page(app, asked, &view, &Page::Error(problem.problem));
    *response.status_mut() = status;
    response
}

fn page(app: &App, asked: &Asked, view: &View, page: &Page) -> Response {
    let nonce = nonce();
    let policy = app.shell.policy.text(Some(&nonce));
    let shell = Shell {
        language: language(view),
        theme: asked.theme,
        path: asked.path.clone(),
        status: view.status(),
        nonce,
        script_hash: app.shell.script_hash.clone(),
        wasm_hash: app.shell.wasm_hash.clone(),
        basemap: app.shell.basemap.clone(),
    };
    let mut response = (StatusCode::OK, frontend::render(&shell, page)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-language, cookie"));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(view.language.code()));
    if let Ok(policy) = policy.parse() {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    remember(asked, headers);
    response
}

/// Keeps what the reader chose in the address.
fn remember(asked: &Asked, headers: &mut HeaderMap) {
    let mut keep = |name: &str, value: &str| {
        let age_s = if value.is_empty() { 0 } else { CHOICE_S };
        let cookie = format!("{name}={value}; Path=/; Max-Age={age_s}; SameSite=Lax");
        if let Ok(cookie) = cookie.parse() {
            headers.append(header::SET_COOKIE, cookie);
        }
    };
    if asked.language_chosen {
        keep(LANGUAGE_COOKIE, asked.language.code());
    }
    if asked.theme_chosen {
        keep(THEME_COOKIE, asked.theme.unwrap_or_default());
    }
}

fn language(view: &View) -> frontend::page::Language {
    use crate::view::Language;
    match view.language {
        Language::Kk => frontend::page::Language::Kk,
        Language::Ru => frontend::page::Language::Ru,
        Language::En => frontend::page::Language::En,
    }
}
