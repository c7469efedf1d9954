//! What the codes at stops and in vehicles open: first what is there now.

use super::{Form, Office};
use crate::http::asked::Asked;
use axum::extract::{Path, State};
use axum::response::Response;
use frontend::office::citizen::{CitizenPage, HerePage};

/// Buses that are shown.
const NEXT_MAX: usize = 6;

/// `GET /a/s/{stop_id}`.
pub async fn stop(State(office): State<Office>, asked: Asked, Path(id): Path<String>) -> Response {
    let view = office.view(&asked);
    let detail = match office.site.reads().stop_detail(&view, &id) {
        Ok(detail) => detail,
        Err(problem) => return office.site.problem(&asked, problem),
    };
    let mut form = Form::default();
    form.set("stop", &id);
    form.set("from", "stop_qr");
    let page = HerePage {
        form,
        names: office.kind_names(&asked),
        title: detail.stop.name,
        next: Some(detail.next.into_iter().take(NEXT_MAX).collect()),
        line: None,
    };
    office.open_page(&asked, CitizenPage::Here(page))
}

/// `GET /a/v/{vehicle_id}`.
pub async fn vehicle(
    State(office): State<Office>,
    asked: Asked,
    Path(id): Path<String>,
) -> Response {
    let view = office.view(&asked);
    let mut form = Form::default();
    form.set("from", "vehicle_qr");
    // A bus that is not heard of just now has its code all the same.
    let known = view.vehicle_by_id(&id).map(|v| view.vehicle(v));
    form.set(if known.is_some() { "vehicle" } else { "vehicle_text" }, &id);
    let line = known.as_ref().and_then(|v| {
        let name = v.route_short_name.clone()?;
        let to = v.headsign.as_ref().map(|to| format!(" → {to}")).unwrap_or_default();
        Some(name + &to)
    });
    let title = known.and_then(|v| v.label).unwrap_or_else(|| id.chars().take(60).collect());
    let names = office.kind_names(&asked);
    let page = HerePage { form, names, title, next: None, line };
    office.open_page(&asked, CitizenPage::Here(page))
}
