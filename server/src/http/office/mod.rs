//! The register over HTTP: the public's appeals, the staff's desks, Open311.

pub(super) mod appeals;
mod asking;
mod cases;
pub(super) mod channels;
mod citizen;
mod commands;
pub(super) mod desk;
pub(super) mod evidence;
mod exports;
mod fault;
pub(super) mod fresh;
mod handler;
mod kept;
pub(super) mod knowledge;
mod known;
mod open311;
pub(super) mod operator;
mod pages;
mod route;
mod signed;
pub(super) mod staff;
mod supervisor;
mod table;
mod tries;
pub(super) mod webhooks;
mod wire;

use super::guard::Guard;
use super::settings::HttpLimits;
use super::site::Site;
use crate::channels::{ChannelSettings, Reception};
use crate::clock::Clock;
use crate::evidence::Examiner;
use crate::outbox::Outbox;
use crate::problem::ProblemResponse;
use crate::register::{Register, RegisterSettings};
use crate::staff::Staff;
use crate::visitor::AddressRates;
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, Request};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::routing::{get, post};
use std::sync::Arc;
use tries::Tries;

pub use known::{Door, introduced};

/// A stop as Open311 tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct StopPlace {
    /// Name.
    pub name: String,
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
}

/// The stop of a `stop_id`.
pub type StopPlaces = Arc<dyn Fn(&str) -> Option<StopPlace> + Send + Sync>;

/// What the handlers need.
#[derive(Clone)]
pub struct OfficeState {
    /// Appeals.
    pub register: Register,
    /// Who works here.
    pub staff: Staff,
    /// Stops of the timetable in force.
    pub stops: StopPlaces,
    /// Evidence; none where no record of buses is kept.
    pub evidence: Option<Examiner>,
    /// Pages.
    pub site: Site,
    /// The ways in and out.
    pub channels: Channels,
    /// Settings.
    pub settings: Arc<RegisterSettings>,
    /// Bounds on what is asked.
    pub limits: Arc<HttpLimits>,
    /// The machine's time: for limits.
    pub clock: Clock,
}

/// The ways in and out.
#[derive(Clone)]
pub struct Channels {
    /// What comes in.
    pub reception: Reception,
    /// What goes out.
    pub outbox: Outbox,
    /// Settings.
    pub settings: Arc<ChannelSettings>,
}

#[derive(Clone)]
pub(super) struct Office {
    channels: Channels,
    register: Register,
    staff: Staff,
    settings: Arc<RegisterSettings>,
    clock: Clock,
    filing: Arc<AddressRates>,
    tries: Arc<Tries>,
    codes: Arc<Tries>,
    stops: StopPlaces,
    evidence: Option<Examiner>,
    site: Site,
}

impl Office {
    /// Organisations that the staff are of: whom to ask.
    async fn orgs(&self) -> Result<Vec<String>, ProblemResponse> {
        let mut orgs: Vec<String> =
            self.staff.accounts().await?.into_iter().filter_map(|a| a.org.map(|o| o.0)).collect();
        orgs.sort();
        orgs.dedup();
        Ok(orgs)
    }
}

impl FromRef<Office> for Site {
    fn from_ref(office: &Office) -> Self {
        office.site.clone()
    }
}

/// Minutes to seconds.
const MINUTE_S: f64 = 60.0;

/// Routes of the register: to be mounted beside the live ones, within the same headers.
pub fn router(state: OfficeState) -> Router {
    let OfficeState { register, staff, stops, evidence, site, channels, settings, limits, clock } =
        state;
    let filing = AddressRates::new(
        settings.file_burst,
        settings.file_per_minute / MINUTE_S,
        limits.addresses,
    );
    let tries = Tries::new(settings.pin_tries, settings.pin_tries_address);
    let codes = Tries::new(settings.code_asks, settings.code_asks_address);
    let guard = Guard::new(limits, clock);
    let office = Office {
        channels,
        register,
        staff,
        settings,
        clock,
        filing: Arc::new(filing),
        tries: Arc::new(tries),
        codes: Arc::new(codes),
        stops,
        evidence,
        site,
    };
    Router::new()
        .route("/api/v1/appeals", post(appeals::file))
        .route("/api/v1/appeals/kinds", get(appeals::kinds))
        .route("/api/v1/appeals/status", post(appeals::status))
        .route("/api/v1/appeals/withdraw", post(appeals::withdraw))
        .route("/api/v1/appeals/confirm", post(appeals::confirm))
        .route("/api/v1/appeals/refute", post(appeals::refute))
        .route("/api/v1/appeals/add", post(appeals::add))
        .route("/api/v1/staff/sign-in", post(staff::sign_in))
        .route("/api/v1/staff/sign-out", post(staff::sign_out))
        .route("/api/v1/staff/me", get(staff::me))
        .route("/api/v1/staff/audit", get(staff::audit))
        .route("/api/v1/staff/appeals", get(desk::queue).post(desk::file))
        .route("/api/v1/staff/appeals/find", post(desk::find))
        .route("/api/v1/staff/appeals/{number}", get(desk::one))
        .route("/api/v1/staff/appeals/{number}/journal", get(desk::journal))
        .route("/api/v1/staff/appeals/{number}/reveal", post(desk::reveal))
        .route("/api/v1/staff/appeals/{number}/commands", post(desk::command))
        .route(
            "/staff/sign-in",
            get(pages::sign_in)
                .post(pages::signed_in)
                // With the form that was kept, the names of its fields a little longer.
                .layer(DefaultBodyLimit::max(2 * kept::FORM_BYTES_MAX)),
        )
        .route("/staff/sign-out", post(pages::sign_out))
        .merge(handler::routes())
        .merge(fresh::routes())
        .merge(route::routes())
        .merge(cases::routes())
        .merge(supervisor::routes())
        .merge(exports::routes())
        .merge(evidence::routes())
        .merge(channels::routes())
        .merge(webhooks::routes())
        .merge(open311::routes())
        .merge(citizen::routes())
        .merge(operator::routes())
        .merge(knowledge::routes())
        .layer(from_fn_with_state(office.clone(), kept::keep))
        .with_state(office)
        .layer(from_fn(move |request: Request, next: Next| guard.clone().pass(request, next)))
        .layer(from_fn(open311::in_its_words))
}
