//! Pages: the same reads as the API, rendered by `frontend`.

use super::App;
use super::asked::Asked;
use crate::problem::ProblemResponse;
use crate::view::SEARCH_HITS_MAX;
use axum::extract::{Path, State};
use axum::response::Response;
use frontend::page::Page;

/// Stops on the list of stops: a page, not a data set.
const PAGE_STOPS_MAX: usize = 300;

type Handled = Result<Response, Response>;

/// `/`.
pub async fn map(State(app): State<App>, asked: Asked) -> Response {
    let view = app.reads.view(asked.language);
    let routes = view.routes();
    app.site.page(&asked, &view, &Page::Map(Box::new(routes)))
}

/// `/routes`.
pub async fn routes(State(app): State<App>, asked: Asked) -> Response {
    let view = app.reads.view(asked.language);
    let routes = view.routes();
    app.site.page(&asked, &view, &Page::Routes(Box::new(routes)))
}

/// `/routes/{route_id}`.
pub async fn route(State(app): State<App>, asked: Asked, Path(id): Path<String>) -> Handled {
    let view = app.reads.view(asked.language);
    let found = app.reads.route_detail(&view, &id).await;
    let detail = found.map_err(|p| app.site.problem(&asked, p))?;
    Ok(app.site.page(&asked, &view, &Page::Route(Box::new(detail))))
}

/// `/stops?q=`.
pub async fn stops(State(app): State<App>, asked: Asked) -> Response {
    let view = app.reads.view(asked.language);
    let stops = match asked.param("q") {
        Some(query) => view.stops_named(query, None, PAGE_STOPS_MAX),
        None => view.stops(None, PAGE_STOPS_MAX),
    };
    app.site.page(&asked, &view, &Page::Stops(Box::new(stops)))
}

/// `/stops/{stop_id}`.
pub async fn stop(State(app): State<App>, asked: Asked, Path(id): Path<String>) -> Handled {
    let view = app.reads.view(asked.language);
    let detail = app.reads.stop_detail(&view, &id).map_err(|p| app.site.problem(&asked, p))?;
    Ok(app.site.page(&asked, &view, &Page::Stop(Box::new(detail))))
}

/// `/vehicles/{vehicle_id}`.
pub async fn vehicle(State(app): State<App>, asked: Asked, Path(id): Path<String>) -> Handled {
    let view = app.reads.view(asked.language);
    let detail = app.reads.vehicle_detail(&view, &id).map_err(|p| app.site.problem(&asked, p))?;
    Ok(app.site.page(&asked, &view, &Page::Vehicle(Box::new(detail))))
}

/// `/segments/{from}/{to}`.
pub async fn segment(
    State(app): State<App>,
    asked: Asked,
    Path((from, to)): Path<(String, String)>,
) -> Handled {
    let view = app.reads.view(asked.language);
    let found = app.reads.segment_detail(&view, &from, &to).await;
    let detail = found.map_err(|p| app.site.problem(&asked, p))?;
    Ok(app.site.page(&asked, &view, &Page::Segment(Box::new(detail))))
}

/// `/incidents`.
pub async fn incidents(State(app): State<App>, asked: Asked) -> Response {
    let view = app.reads.view(asked.language);
    let incidents = view.incidents();
    app.site.page(&asked, &view, &Page::Incidents(Box::new(incidents)))
}

/// `/feeds`.
pub async fn feeds(State(app): State<App>, asked: Asked) -> Response {
    let view = app.reads.view(asked.language);
    app.site.page(&asked, &view, &Page::Feeds)
}

/// `/search?q=`.
pub async fn search(State(app): State<App>, asked: Asked) -> Response {
    let view = app.reads.view(asked.language);
    let query = asked.param("q").unwrap_or_default().to_owned();
    let result = Box::new(view.search(&query, SEARCH_HITS_MAX));
    app.site.page(&asked, &view, &Page::Search { query, result })
}

/// No such page.
pub fn not_found(app: &App, asked: &Asked) -> Response {
    let detail = format!("there is no page {}: start from the map, /", asked.path);
    app.site.problem(asked, ProblemResponse::not_found(detail))
}
