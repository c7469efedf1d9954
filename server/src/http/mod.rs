//! HTTP: pages, JSON, GTFS-realtime, files.
//!
//! Handlers load (through [`Reads`]), pages render (in `frontend`). What every answer needs (limits, headers,
//! compression) stands in layers here, so that no handler can forget it.

mod answer;
mod api;
mod asked;
mod files;
mod guard;
mod headers;
mod health;
pub mod office;
mod openapi;
mod pages;
mod path;
mod realtime;
mod serve;
mod settings;
mod site;

pub use openapi::document;
pub use serve::serve;
pub use settings::{Basemap, HttpLimits, SITE_MARK, SiteSettings, site_folder};
pub use site::Site;

use crate::clock::Clock;
use crate::problem::ProblemResponse;
use crate::publish::RealtimeFeeds;
use crate::reads::Reads;
use crate::visitor::{Visitor, address_of};
use asked::Asked;
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use guard::Guard;
use std::any::Any;
use std::sync::Arc;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{Predicate, SizeAbove};

/// Smaller answers are not compressed: their head is as long, bytes.
const COMPRESS_ABOVE_BYTES: u16 = 1_024;

/// Appends lines of the Prometheus text format.
pub type MetricsSource = Arc<dyn Fn(&mut String) + Send + Sync>;

/// What the handlers need from the other rooms.
#[derive(Clone)]
pub struct AppState {
    /// The live picture and the record.
    pub reads: Reads,
    /// Our own GTFS-realtime.
    pub realtime: Arc<RealtimeFeeds>,
    /// Pages, files, languages.
    pub site: Site,
    /// Bounds on what is asked.
    pub limits: Arc<HttpLimits>,
    /// The city's time.
    pub clock: Clock,
    /// Other rooms' lines for `/metrics`.
    pub metrics: Vec<MetricsSource>,
}

/// What the handlers need.
#[derive(Clone)]
struct App {
    reads: Reads,
    realtime: Arc<RealtimeFeeds>,
    site: Site,
    limits: Arc<HttpLimits>,
    clock: Clock,
    metrics: Arc<[MetricsSource]>,
}

impl FromRef<App> for Site {
    fn from_ref(app: &App) -> Self {
        app.site.clone()
    }
}

impl App {
    fn new(state: AppState) -> Self {
        Self {
            reads: state.reads,
            realtime: state.realtime,
            site: state.site,
            limits: state.limits,
            clock: state.clock,
            metrics: state.metrics.into(),
        }
    }
}

/// All of HTTP. `live` is the router of the WebSocket (`live::router`): it is mounted inside the same
/// headers. [`serve`] tells it who asks: limits are by address.
pub fn router(state: AppState, live: Router) -> Router {
    let app = App::new(state);
    let guard = Guard::new(Arc::clone(&app.limits), app.clock);
    let policy = app.site.policy().clone();
    let watch = Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
        .with_state(health::Watched { app: app.clone(), counts: guard.counts() });
    let files = files::router(app.site.settings());
    let compression = CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(SizeAbove::new(COMPRESS_ABOVE_BYTES).and(is_text));
    let (body_bytes, behind_proxy) = (app.limits.body_bytes, app.limits.behind_proxy);
    Router::new()
        .merge(worked_for())
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(not_found)
        .with_state(app)
        .layer(compression)
        .layer(from_fn(move |request: Request, next: Next| guard.clone().pass(request, next)))
        .merge(files)
        .merge(watch)
        .merge(live)
        .layer(DefaultBodyLimit::max(body_bytes))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(move |request: Request, next: Next| {
            headers::secure(policy.clone(), request, next)
        }))
        .layer(from_fn(move |mut request: Request, next: Next| {
            let address = address_of(request.headers(), request.extensions(), behind_proxy);
            request.extensions_mut().insert(Visitor { address });
            next.run(request)
        }))
}

/// What makes us work: behind the guard, compressed.
fn worked_for() -> Router<App> {
    let mut router = Router::new()
        .route("/", get(pages::map))
        .route("/routes", get(pages::routes))
        .route("/routes/{route_id}", get(pages::route))
        .route("/stops", get(pages::stops))
        .route("/stops/{stop_id}", get(pages::stop))
        .route("/vehicles/{vehicle_id}", get(pages::vehicle))
        .route("/segments/{from_stop_id}/{to_stop_id}", get(pages::segment))
        .route("/incidents", get(pages::incidents))
        .route("/feeds", get(pages::feeds))
        .route("/search", get(pages::search))
        .route("/gtfs-rt/vehicle-positions.pb", get(realtime::vehicle_positions))
        .route("/gtfs-rt/trip-updates.pb", get(realtime::trip_updates))
        .route("/gtfs-rt/alerts.pb", get(realtime::alerts))
        .route("/api/v1/openapi.json", get(openapi::serve));
    for (path, handler) in api::routes() {
        router = router.route(path, handler);
    }
    router
}

fn is_text(
    _: StatusCode,
    _: axum::http::Version,
    headers: &axum::http::HeaderMap,
    _: &axum::http::Extensions,
) -> bool {
    let kind = headers.get(axum::http::header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
    kind.is_some_and(|k| {
        k.starts_with("text/") || k.contains("json") || k.starts_with("application/x-protobuf")
    })
}

fn is_api(path: &str) -> bool {
    path.starts_with("/api/") || path.starts_with("/gtfs-rt/")
}

async fn not_found(State(app): State<App>, asked: Asked) -> Response {
    if is_api(&asked.path) {
        let detail = format!(
            "there is nothing at {}: see /api/v1/openapi.json for what there is",
            asked.path
        );
        return ProblemResponse::not_found(detail).into_response();
    }
    pages::not_found(&app, &asked)
}

async fn method_not_allowed(request: Request) -> Response {
    let detail = format!("{} cannot be used here: use GET or HEAD", request.method());
    ProblemResponse::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", detail)
        .into_response()
}

#[expect(clippy::needless_pass_by_value, reason = "the layer gives it so")]
fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    tracing::error!(panic = text.as_deref().unwrap_or("of an unknown kind"), "a handler panicked");
    ProblemResponse::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "something went wrong here, and was written to the log: please tell the operator",
    )
    .into_response()
}
