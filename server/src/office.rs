//! The register's part of the composition root: keys → ledger → register and staff → routes.

use crate::channels::{Fetcher, Gazetteers, Reception};
use crate::clock::Clock;
use crate::config::Settings;
use crate::demo::{Hands, fill_register};
use crate::evidence::{self, Examiner};
use crate::http::Site;
use crate::http::office::{Channels, OfficeState, StopPlace, StopPlaces, router};
use crate::ledger::Ledger;
use crate::outbox::{Outbox, Senders};
use crate::plans::Plans;
use crate::reads::Reads;
use crate::register::{Keys, Law, Register};
use crate::staff::{NewAccount, SessionLimits, Staff};
use crate::view::Language;
use anyhow::{Context, Result};
use appeals::access::Role;
use axum::Router;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// How long the key of a request is known, seconds.
const KEYS_KEPT_S: i64 = 86_400;
/// Seed of the demo's appeals.
const DEMO_SEED: u64 = 143;
/// How long what was typed of a contact is kept, seconds.
const DRAFTS_KEPT_S: i64 = 86_400;
/// How often old ones are looked for.
const SWEEP_INTERVAL: Duration = Duration::from_hours(1);

/// What the register is opened with.
pub struct Parts<'a> {
    /// Settings.
    pub settings: &'a Settings,
    /// The city's time.
    pub clock: Clock,
    /// A simulated city: it gets fictional staff.
    pub demo: bool,
    /// Pages, and the live picture that they show.
    pub site: Site,
}

/// The register as it is served.
#[derive(Default)]
pub struct Opened {
    /// Its routes.
    pub routes: Router,
    /// Who works in it; nobody where it is off.
    pub staff: Option<Staff>,
}

/// Opens the register over the database of the settings, whose schema is up to date; without a key it stays
/// off and its routes are not there.
pub async fn open(parts: Parts<'_>) -> Result<Opened> {
    let Parts { settings, clock, demo, site } = parts;
    let reads = site.reads().clone();
    if !settings.register.is_on() {
        tracing::warn!(
            "the register of appeals is off: set JOLDA_REGISTER__KEY to 64 hexadecimal digits \
             (openssl rand -hex 32) and keep them safe"
        );
        return Ok(Opened::default());
    }
    let (url, gate) = (settings.database_url(), reads.store().gate());
    let ledger = Ledger::open_at(&url, gate).await.context("the register's database")?;
    let keys = Arc::new(Keys::parse(&settings.register.key.0)?);
    let staff = staff(settings, ledger.clone(), Arc::clone(&keys), !demo);
    let hands = if demo { Some(fictional_staff(&staff).await?) } else { None };
    let view = reads.view(Language::default());
    let law = Law::shipped(view.timetable().zone.clone(), &settings.register.org)?;
    if let Some(zone) = law.office().zone.iana_name() {
        reads.store().writer().set_meta(evidence::ZONE_KEY, zone);
    }
    let register = Register::new(ledger.clone(), Arc::clone(&keys), Arc::new(law), clock)
        .at(settings.channels.public_url.as_deref());
    let plans = Plans::new(ledger, reads.publications().clone(), &settings.data_dir);
    tokio::spawn(plans.clone().watch(move || clock.now()));
    let examiner = Examiner::new(register.clone(), reads.store().clone(), plans);
    let (due, told) = mpsc::channel(evidence::QUEUE_MAX);
    register.tell_due(due);
    tokio::spawn(evidence::work(examiner.clone(), told));
    let channels = channels(settings, &register, reads.clone())?;
    if let Some(hands) = hands {
        let (register, timetable) = (register.clone(), Arc::clone(&view.snapshot().timetable));
        // Behind a page that is up: whoever opens the overview in the first seconds sees it grow.
        tokio::spawn(async move {
            match fill_register(&register, &timetable, hands, DEMO_SEED).await {
                Ok(appeals) => tracing::info!(appeals, "the register's past is told"),
                Err(error) => tracing::warn!(%error, "the register's past could not be told"),
            }
        });
    }
    let stops: StopPlaces = Arc::new(move |id: &str| {
        let view = reads.view(Language::default());
        let stop = view.timetable().stop_by_id(id)?;
        let stop = &view.timetable().stops[stop.get()];
        let place = stop.place?;
        Some(StopPlace { name: stop.name.to_string(), lat: place.lat, lon: place.lon })
    });
    tokio::spawn(forget_keys(register.clone()));
    let known = Some(staff.clone());
    let routes = router(OfficeState {
        register,
        staff,
        stops,
        evidence: Some(examiner),
        site,
        channels,
        settings: Arc::new(settings.register.clone()),
        limits: Arc::new(settings.http.clone()),
        clock: Clock::machine(),
    });
    Ok(Opened { routes, staff: known })
}

/// The ways in and out, with their tasks. Those without credentials are off, and it is said.
fn channels(settings: &Settings, register: &Register, reads: Reads) -> Result<Channels> {
    let settings = Arc::new(settings.channels.clone());
    settings.tell();
    let senders = Senders::new(&settings).context("the settings of a way out")?;
    let (ledger, keys) = (register.ledger().clone(), Arc::clone(register.keys()));
    let outbox = Outbox::new(ledger, keys, senders, Clock::machine());
    let reception = Reception::new(
        register.clone(),
        outbox.clone(),
        Gazetteers::new(reads),
        Clock::machine(),
        &settings.smtp.from,
    );
    tokio::spawn(outbox.clone().run());
    let fetcher = Fetcher::new(register.clone(), Arc::clone(&settings), Clock::machine());
    tokio::spawn(fetcher.context("a client of HTTP")?.run());
    tokio::spawn(reception.clone().tidy());
    if let Some(folder) = settings.mail.maildir.clone() {
        tokio::spawn(crate::channels::watch(folder, reception.clone()));
    }
    Ok(Channels { reception, outbox, settings })
}

/// Keys of requests are kept for a day: who repeats one later files anew.
async fn forget_keys(register: Register) {
    let mut hours = tokio::time::interval(SWEEP_INTERVAL);
    loop {
        hours.tick().await;
        if let Err(error) = register.forget_keys(register.now() - KEYS_KEPT_S).await {
            tracing::warn!(%error, "old keys of requests could not be forgotten");
        }
        if let Err(error) = register.forget_drafts(register.now() - DRAFTS_KEPT_S).await {
            tracing::warn!(%error, "old drafts of contacts could not be forgotten");
        }
    }
}

/// The staff of the settings.
pub fn staff(settings: &Settings, ledger: Ledger, keys: Arc<Keys>, second_factor: bool) -> Staff {
    let limits = SessionLimits {
        idle_s: settings.register.session_idle_s,
        whole_s: settings.register.session_s,
        second_factor,
    };
    Staff::new(ledger, keys, Clock::machine(), limits)
}

/// People of the demo: named after what they do, so that nobody takes them for anybody.
async fn fictional_staff(staff: &Staff) -> Result<Hands> {
    let roles = [
        ("operator", "Demo operator", Role::PhoneOperator),
        ("consultant", "Demo consultant", Role::Consultant),
        ("handler", "Demo handler", Role::Handler),
        ("supervisor", "Demo supervisor", Role::Supervisor),
        ("head", "Demo head", Role::Head),
        ("dispatcher", "Demo dispatcher", Role::Dispatcher),
        ("auditor", "Demo auditor", Role::Auditor),
        ("carrier", "Demo carrier", Role::Carrier),
    ];
    // Of the process, not of the log: it is a secret even where all else is play.
    let password = format!("demo-{}", &crate::register::Key::random()?.0[..12]);
    let mut out = std::io::stdout();
    let mut people = Vec::new();
    for (login, name, role) in roles {
        let account = NewAccount {
            login: login.to_owned(),
            name: name.to_owned(),
            role,
            org: (role == Role::Carrier).then(|| "park3".to_owned()),
            desk: (role == Role::Handler).then(|| "service".to_owned()),
            password: password.clone(),
        };
        people.push((role, staff.add(account).await?.person));
    }
    let logins = roles.map(|r| r.0).join(", ");
    writeln!(out, "Fictional staff of the demo: {logins}; password {password}")?;
    let of = |role: Role| people.iter().find(|p| p.0 == role).map(|p| p.1);
    of(Role::Handler)
        .zip(of(Role::Supervisor))
        .map(|(handler, supervisor)| Hands { handler, supervisor })
        .context("the demo has a handler and a supervisor")
}
