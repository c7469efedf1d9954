//! Appeals for the dispatcher's map: the fresh ones, and those about one bus, stop or route. For the staff alone,
//! and of each only what `appeals::access` lets the role see; nothing of the person comes into any of it.

use super::Office;
use super::appeals::private;
use super::handler::{Places, problem_page};
use super::pages::{AtDesk, names, words_of};
use super::signed::{Signed, forbidden};
use super::staff::member;
use crate::http::asked::Asked;
use crate::problem::ProblemResponse;
use crate::register::{Asked as Wanted, QueueRow};
use api::{FreshAppeal, FreshAppeals, Problem};
use appeals::access::{Field, Role, Sight, Visibility, visibility};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use frontend::office::{FreshPage, OfficePage};
use transit::EpochS;

/// Appeals of one answer at most.
const APPEALS_MAX: u32 = 200;
/// Registered within this is fresh, seconds.
const FRESH_S: EpochS = 3_600;
/// What happened within this of a time belongs to the map at that time, seconds.
const ABOUT_THEN_S: EpochS = 1_800;

pub fn routes() -> Router<Office> {
    Router::new()
        .route("/api/v1/staff/appeals/fresh", get(fresh))
        .route("/staff/fresh", get(page))
        .route("/staff/about", get(about))
}

/// Which appeals, and of which time.
struct Span {
    wanted: Wanted,
    from: EpochS,
    to: EpochS,
}

/// The fresh ones, or those of the time that is asked for.
fn span(office: &Office, asked: &Asked) -> Result<Span, ProblemResponse> {
    let now = office.register.now();
    if let Some(at) = asked.instant("at")? {
        let (from, to) = (at - ABOUT_THEN_S, at + ABOUT_THEN_S);
        let wanted = Wanted { happened: Some((from, to)), ..Wanted::default() };
        return Ok(Span { wanted, from, to });
    }
    let from = now - FRESH_S;
    let wanted = Wanted { from: Some(from), ..Wanted::default() };
    Ok(Span { wanted, from, to: now })
}

/// `GET /api/v1/staff/appeals/fresh`.
#[utoipa::path(get, path = "/api/v1/staff/appeals/fresh", tag = "staff",
    params(("at" = Option<i64>, Query, description = "Those about half an hour before and after this time, epoch seconds; else those registered in the last hour"),
        ("lang" = Option<String>, Query, description = "kk, ru or en; else by Accept-Language")),
    responses((status = 200, body = FreshAppeals),
        (status = 403, description = "The role sees no appeals", body = Problem, content_type = "application/problem+json")))]
pub async fn fresh(
    State(office): State<Office>,
    signed: Signed,
    asked: Asked,
) -> Result<Response, ProblemResponse> {
    let span = span(&office, &asked)?;
    Ok(private(StatusCode::OK, seen(&office, &signed, &asked, span).await?))
}

/// `GET /staff/fresh`: the same as a page; the map takes its list out of it.
async fn page(
    State(office): State<Office>,
    asked: Asked,
    AtDesk(signed): AtDesk,
) -> Result<Response, Response> {
    let shown = async {
        let span = span(&office, &asked)?;
        show(&office, &signed, &asked, span, None).await
    };
    shown.await.map_err(problem_page(&office, &asked))
}

/// `GET /staff/about?route=|stop=|vehicle=&from=&to=`.
async fn about(
    State(office): State<Office>,
    asked: Asked,
    AtDesk(signed): AtDesk,
) -> Result<Response, Response> {
    let shown = async {
        let places = Places(office.site.reads().view(asked.language));
        let given = |name: &str| asked.param(name).map(str::to_owned);
        let (route, stop, vehicle) = (given("route"), given("stop"), given("vehicle"));
        let what: Vec<String> = [
            route.as_ref().map(|r| format!("№ {}", places.route(r))),
            stop.as_ref().map(|s| places.stop(s)),
            vehicle.clone(),
        ]
        .into_iter()
        .flatten()
        .collect();
        if what.is_empty() {
            return Err(ProblemResponse::bad_request("say of what: ?route=, ?stop= or ?vehicle="));
        }
        let (from, to) = (asked.instant("from")?, asked.instant("to")?);
        let now = office.register.now();
        let (from, to) = (from.unwrap_or(0), to.unwrap_or(now + 1));
        let wanted = Wanted {
            route_id: route,
            stop_id: stop,
            vehicle_id: vehicle,
            happened: (from > 0).then_some((from, to)),
            ..Wanted::default()
        };
        show(&office, &signed, &asked, Span { wanted, from, to }, Some(what.join(" · "))).await
    };
    shown.await.map_err(problem_page(&office, &asked))
}

async fn show(
    office: &Office,
    signed: &Signed,
    asked: &Asked,
    span: Span,
    about: Option<String>,
) -> Result<Response, ProblemResponse> {
    let fresh = seen(office, signed, asked, span).await?;
    let names = names(office.register.law().kinds(), words_of(asked));
    let page = OfficePage::Fresh(Box::new(FreshPage { fresh, names, about }));
    Ok(office.site.office(asked, Some(member(&signed.0)), page))
}

/// The appeals as this role may see them; a carrier only those that it was asked about.
async fn seen(
    office: &Office,
    signed: &Signed,
    asked: &Asked,
    Span { mut wanted, from, to }: Span,
) -> Result<FreshAppeals, ProblemResponse> {
    let sight = Sight::of_any(signed.0.org.iter().cloned().collect());
    let (viewer, now) = (signed.0.viewer(), office.register.now());
    let see = |field| visibility(&viewer, field, &sight, now) == Visibility::Full;
    if !see(Field::Status) {
        return Err(forbidden("your role sees no appeals"));
    }
    if signed.0.role == Role::Carrier {
        wanted.carrier = signed.0.org.as_ref().map(|o| o.0.clone());
    }
    let mut rows = office.register.newest(&wanted, APPEALS_MAX + 1).await?;
    let more = rows.len() > APPEALS_MAX as usize;
    rows.truncate(APPEALS_MAX as usize);
    let places = Places(office.site.reads().view(asked.language));
    let appeals = rows.into_iter().map(|row| one(office, &places, row, &see)).collect();
    Ok(FreshAppeals { at: now, from, to, appeals, more })
}

/// Without a stop the place is that of the bus; the pin is where the person's telephone was, and stays there.
fn one(
    office: &Office,
    places: &Places,
    row: QueueRow,
    see: &impl Fn(Field) -> bool,
) -> FreshAppeal {
    let (topic, vehicle) = (see(Field::Topic), see(Field::Vehicle));
    let route_id = row.route_id.filter(|_| topic);
    let stop_id = row.stop_id.filter(|_| topic);
    let vehicle_id = row.vehicle_id.filter(|_| vehicle);
    let at_stop = stop_id.as_ref().and_then(|s| (office.stops)(s)).map(|p| (p.lat, p.lon));
    let at_vehicle = vehicle_id
        .as_ref()
        .filter(|_| at_stop.is_none())
        .and_then(|v| places.0.vehicle_by_id(v))
        .map(|v| (v.place.lat, v.place.lon));
    let place = at_stop.or(at_vehicle);
    FreshAppeal {
        number: row.number,
        kind: Some(row.kind).filter(|_| topic),
        status: row.status,
        finding: row.finding.filter(|_| see(Field::Verdict)),
        safety: row.safety != 0,
        route_short_name: route_id.as_ref().map(|r| places.route(r)),
        route_id,
        stop_name: stop_id.as_ref().map(|s| places.stop(s)),
        stop_id,
        vehicle_id,
        event_at: row.event_at.filter(|_| see(Field::EventTime)),
        registered_at: row.registered_at,
        lat: place.map(|p| p.0),
        lon: place.map(|p| p.1),
        at_vehicle: at_vehicle.is_some(),
    }
}
