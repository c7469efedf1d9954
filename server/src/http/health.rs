//! For machines that watch the server: alive, ready, numbers.

use super::App;
use super::guard::Counts;
use crate::view::Language;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::fmt::Write as _;
use std::sync::Arc;

/// A picture that is older than this, machine seconds, means that the engine has stopped.
const PICTURE_OLD_S: f64 = 60.0;

/// What is watched.
#[derive(Clone)]
pub struct Watched {
    /// The handlers' own.
    pub app: App,
    /// What the guard counted.
    pub counts: Arc<Counts>,
}

/// `/healthz`: the process answers.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// `/readyz`: there is a timetable, and the engine publishes. A store that is down, or a demo whose days before
/// are still being made, does not make the server unready: the map goes on.
pub async fn readyz(State(watched): State<Watched>) -> Response {
    let app = watched.app;
    let view = app.reads.view(Language::En);
    let age_s = (app.clock.now() - view.snapshot().at) as f64 / app.clock.speed().max(1e-9);
    let not_ready = if view.timetable().routes.is_empty() {
        Some("no timetable is loaded yet".to_owned())
    } else if age_s > PICTURE_OLD_S {
        Some(format!("the engine has published nothing for {age_s:.0} s"))
    } else {
        None
    };
    match not_ready {
        Some(why) => {
            (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {why}\n")).into_response()
        }
        None if view.published.store_down => "ready; the store is down\n".into_response(),
        None if view.published.warming_up => {
            "ready; the days before are still being made\n".into_response()
        }
        None => "ready\n".into_response(),
    }
}

/// `/metrics`, Prometheus text format.
pub async fn metrics(State(Watched { app, counts }): State<Watched>) -> Response {
    let mut out = String::new();
    write_picture(&app, &mut out);
    let _ = writeln!(out, "# TYPE jolda_http_requests_total counter");
    for (i, count) in counts.by_class().into_iter().enumerate() {
        let _ = writeln!(out, "jolda_http_requests_total{{class=\"{}xx\"}} {count}", i + 1);
    }
    let _ = writeln!(
        out,
        "# TYPE jolda_http_seconds_total counter\njolda_http_seconds_total {}",
        counts.seconds()
    );
    for source in app.metrics.iter() {
        source(&mut out);
    }
    let text = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(header::CONTENT_TYPE, text)], out).into_response()
}

fn write_picture(app: &App, out: &mut String) {
    let view = app.reads.view(Language::En);
    let gauges = [
        ("jolda_vehicles", view.snapshot().vehicles.len() as f64),
        (
            "jolda_vehicles_matched",
            view.snapshot().vehicles.iter().filter(|v| v.matched.is_some()).count() as f64,
        ),
        (
            "jolda_incidents_open",
            view.snapshot().incidents.iter().filter(|i| i.incident.closed_at.is_none()).count()
                as f64,
        ),
        ("jolda_picture_age_seconds", (app.clock.now() - view.snapshot().at) as f64),
        ("jolda_store_down", f64::from(u8::from(view.published.store_down))),
    ];
    for (name, value) in gauges {
        let _ = writeln!(out, "# TYPE {name} gauge\n{name} {value}");
    }
    let feeds = view.feeds().feeds;
    let _ = writeln!(out, "# TYPE jolda_positions_accepted_total counter");
    for f in &feeds {
        let id = label(&f.feed_id);
        let _ = writeln!(out, "jolda_positions_accepted_total{{feed=\"{id}\"}} {}", f.accepted);
    }
    let _ = writeln!(out, "# TYPE jolda_positions_rejected_total counter");
    for f in &feeds {
        let id = label(&f.feed_id);
        for (reason, count) in &f.rejected {
            let _ = writeln!(
                out,
                "jolda_positions_rejected_total{{feed=\"{id}\",reason=\"{reason}\"}} {count}"
            );
        }
    }
    let _ = writeln!(out, "# TYPE jolda_feed_down gauge");
    for f in &feeds {
        let _ =
            writeln!(out, "jolda_feed_down{{feed=\"{}\"}} {}", label(&f.feed_id), u8::from(f.down));
    }
}

/// A label's value: the format's own escapes.
fn label(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
