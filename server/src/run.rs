//! The composition root: settings → clock → timetable → record → engine → feeds → readers.

use crate::clock::Clock;
use crate::config::Settings;
use crate::engine::{Engine, EngineSettings, Metrics, Outlets, UPDATES_MAX, Watch, recall};
use crate::feed::keep_thread::KeepHandle;
use crate::feed::live_source::{LiveSource, Shared};
use crate::feed::recording::Recording;
use crate::feed::settings::FeedSettings;
use crate::feed::timetable_task::TimetableSource;
use crate::feed::{Part, recorded_source};
use crate::history::History;
use crate::http::{AppState, HttpLimits, MetricsSource, Site};
use crate::live::Hub;
use crate::publish::RealtimeFeeds;
use crate::published::{FeedNote, Published};
use crate::reads::Reads;
use crate::record::Batch;
use crate::store::Store;
use crate::view::TimetableViews;
use crate::{http, live, office};
use anyhow::{Context, Result, bail};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use transit::ids::FeedIdx;

/// Open requests get so long to end when the server stops.
const DRAIN: Duration = Duration::from_secs(5);

/// Serves a real agency, or a recording of one, until it is told to stop.
///
/// # Errors
/// What keeps it from starting: settings, port, timetable, database.
pub async fn serve(settings: Settings) -> Result<()> {
    let listener = listen(settings.listen).await?;
    let clock = clock_of(&settings)?;
    let mut source = TimetableSource::new(&settings.timetable, &settings.data_dir, clock)?;
    let timetable = source.first().await?;
    let store = open_store(&settings, clock).await?;
    let (_, warming_up) = watch::channel(false);
    let feeds = settings.feeds.iter().map(|f| f.id.clone()).collect();
    let mut watch = Watch::new(timetable, settings.monitor.clone(), feeds, epoch_text(&clock));
    match recall(&mut watch, &store, clock.now(), &settings.monitor.flow).await {
        Ok(visits) => tracing::info!(visits, "the record tells who passed last"),
        Err(error) => {
            tracing::warn!(%error, "the record does not tell who passed last: the first headway of each \
                stop will be unknown");
        }
    }
    let house = House { settings, clock, store, watch, warming_up, demo: false };
    let stop = stop_on_signal();
    house
        .open(listener, stop, |shared| {
            tokio::spawn(source.run(shared.updates));
        })
        .await
}

/// All that a running server is made of.
pub struct House {
    /// Settings.
    pub settings: Settings,
    /// The city's time.
    pub clock: Clock,
    /// The record.
    pub store: Store,
    /// The Monitor, whatever it has seen so far.
    pub watch: Watch,
    /// The past of the demo city is still being made.
    pub warming_up: watch::Receiver<bool>,
    /// The simulated city.
    pub demo: bool,
}

impl House {
    /// Starts every part, tells the address, and serves until `stop`. `more` may start further tasks.
    ///
    /// # Errors
    /// When a feed's settings cannot be used or serving fails.
    pub async fn open(
        self,
        listener: TcpListener,
        stop: CancellationToken,
        more: impl FnOnce(Shared),
    ) -> Result<()> {
        let Self { settings, clock, store, mut watch, warming_up, demo } = self;
        if settings.register.is_on() {
            watch.keep_tracks();
        }
        let warm = warming_up.clone();
        let metrics = Arc::new(Metrics::default());
        let epoch = Clock::machine().now() as u32;
        let alerts_only = alerts_only(&settings.feeds);
        let first = first_picture(&watch, clock, epoch, demo, &warming_up, &alerts_only);
        let (published, publications) = watch::channel(Arc::new(first));
        let (updates, inbox) = mpsc::channel(UPDATES_MAX);
        let keep = KeepHandle::start(&settings.keep, settings.keep_folder())
            .context("the thread that keeps raw feed bytes cannot be started")?;
        let engine = Engine::new(
            watch,
            clock,
            EngineSettings { tick: Duration::from_millis(settings.tick_ms), demo, alerts_only },
            Outlets { published, writer: store.writer(), warming_up },
            Arc::clone(&metrics),
            epoch,
        );
        let engine = tokio::spawn(engine.run(inbox, stop.clone()));
        let shared = Shared { clock, keep, updates };
        start_feeds(&settings, &shared)?;
        let history = History { store: store.clone(), clock, warming_up: warm };
        tokio::spawn(history.send(shared.updates.clone()));
        more(shared);

        let realtime = RealtimeFeeds::new(publications.clone(), clock, Arc::clone(&metrics));
        let timetables = Arc::new(TimetableViews::default());
        let hub = Hub::new(publications.clone(), Arc::clone(&timetables), settings.live.clone());
        tokio::spawn(Arc::clone(&hub).run());
        let live_lines = Arc::clone(&hub);
        let live_lines: MetricsSource = Arc::new(move |out| live_lines.write_metrics(out));
        let reads = Reads::new(publications, timetables, store.clone());
        let site = Site::new(reads.clone(), settings.site(), settings.register.is_on());
        let state = AppState {
            reads,
            realtime: Arc::new(realtime),
            site: site.clone(),
            limits: Arc::new(settings.http.clone()),
            clock,
            metrics: vec![lines_of(metrics), store_lines(&store), live_lines],
        };
        let parts = office::Parts { settings: &settings, clock, demo, site };
        let office = Box::pin(office::open(parts)).await?;
        let app = http::router(state, live::router(hub).merge(office.routes));
        let app = match office.staff {
            Some(staff) => http::office::introduced(app, staff),
            None => app,
        };
        tell_address(&listener)?;
        serve_until(listener, app, &settings.http, stop.clone()).await;
        stop.cancel();
        engine.await.context("the engine ended badly")?;
        store.close().await;
        tracing::info!("stopped; everything is written");
        Ok(())
    }
}

/// Binds the server's port before anything slow begins.
///
/// # Errors
/// When the port is taken or not ours to take, with what to do.
pub async fn listen(address: SocketAddr) -> Result<TcpListener> {
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => bail!(
            "{address} is taken by another program. Stop it, or choose another address: \
             --listen 127.0.0.1:8081 (or JOLDA_LISTEN, or `listen` in the settings)"
        ),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            bail!("{address} may not be used by this user; choose a port above 1023 with --listen")
        }
        Err(error) => Err(error).with_context(|| {
            format!(
                "cannot listen on {address}; give an address of this machine with --listen \
                 (127.0.0.1:8080, or 0.0.0.0:8080 for every network)"
            )
        }),
    }
}

/// Opens the record and closes what an earlier process left open.
///
/// # Errors
/// When the database cannot be reached or brought up to date.
pub async fn open_store(settings: &Settings, clock: Clock) -> Result<Store> {
    let url = settings.database_url();
    if url.starts_with("sqlite:") {
        std::fs::create_dir_all(&settings.data_dir).with_context(|| {
            format!(
                "cannot make the data folder {}; choose another with --data-dir",
                settings.data_dir.display()
            )
        })?;
    }
    let store = Store::open(&url, settings.store.clone()).await?;
    let mut incidents = store.open_incidents().await?;
    if !incidents.is_empty() {
        let now = clock.now();
        for incident in &mut incidents {
            incident.closed_at = Some(now.max(incident.opened_at));
        }
        tracing::info!(count = incidents.len(), "incidents of an earlier process are closed");
        store.writer().send(Batch { incidents, ..Batch::default() });
    }
    store.keep_retention(clock);
    Ok(store)
}

/// Ends when the process is told to: Ctrl-C, or SIGTERM of a service manager. A second Ctrl-C kills.
pub fn stop_on_signal() -> CancellationToken {
    let stop = CancellationToken::new();
    let told = stop.clone();
    tokio::spawn(async move {
        let terminate = async {
            match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
                Ok(mut signal) => {
                    signal.recv().await;
                }
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            () = terminate => {}
        }
        tracing::info!("stopping");
        told.cancel();
    });
    stop
}

/// Prefix of incident ids: unique to this start.
pub fn epoch_text(clock: &Clock) -> String {
    format!("{:x}-{:x}", clock.now(), Clock::machine().now())
}

fn clock_of(settings: &Settings) -> Result<Clock> {
    let mut begins = None;
    for path in settings.feeds.iter().filter_map(|f| f.recording.as_deref()) {
        let at = recorded_source::begins_at(path)?;
        let at = at.with_context(|| {
            format!("the recording {} has no message that can be read", path.display())
        })?;
        begins = Some(begins.map_or(at, |b: i64| b.min(at)));
    }
    Ok(match begins {
        Some(at) => Clock::of_city(at, settings.speed),
        None => Clock::machine(),
    })
}

fn start_feeds(settings: &Settings, shared: &Shared) -> Result<()> {
    if settings.feeds.is_empty() {
        tracing::warn!("no feed is set: the map will stay empty; see [[feeds]] in the settings");
    }
    for (i, feed) in settings.feeds.iter().enumerate() {
        let index = FeedIdx::from(i);
        if let Some(path) = &feed.recording {
            let recording = Recording::open(path)?;
            tracing::info!(feed = %feed.id, files = recording.len(), "playing a recording");
            let updates = shared.updates.clone();
            let task =
                recorded_source::run(recording, index, feed.id.clone(), shared.clock, updates);
            tokio::spawn(task);
            continue;
        }
        for (part, address) in parts(feed) {
            let source = LiveSource::new(index, part, address, feed, shared.clone())
                .with_context(|| format!("feed \"{}\", {}", feed.id, part.name()))?;
            tokio::spawn(source.run());
        }
    }
    Ok(())
}

/// The feeds that tell nothing of vehicles: nothing is missed while they are silent.
fn alerts_only(feeds: &[FeedSettings]) -> Vec<FeedIdx> {
    let only = feeds.iter().enumerate().filter(|(_, feed)| {
        feed.recording.is_none() && feed.vehicle_positions.is_none() && feed.trip_updates.is_none()
    });
    only.map(|(i, _)| FeedIdx::from(i)).collect()
}

/// The sources of a feed. Where there are no positions, trip updates carry its health.
fn parts(feed: &FeedSettings) -> Vec<(Part, &str)> {
    let updates = if feed.vehicle_positions.is_some() { Part::TripUpdates } else { Part::Main };
    [
        (Part::Main, &feed.vehicle_positions),
        (updates, &feed.trip_updates),
        (Part::Alerts, &feed.alerts),
    ]
    .into_iter()
    .filter_map(|(part, address)| Some((part, address.as_deref()?)))
    .collect()
}

fn first_picture(
    watch: &Watch,
    clock: Clock,
    epoch: u32,
    demo: bool,
    warming_up: &watch::Receiver<bool>,
    alerts_only: &[FeedIdx],
) -> Published {
    let notes = watch.feeds().iter().enumerate();
    let notes =
        notes.map(|(i, id)| FeedNote::new(id.clone(), alerts_only.contains(&FeedIdx::from(i))));
    Published {
        snapshot: Arc::new(watch.snapshot(clock.now())),
        epoch,
        start: watch.epoch().into(),
        tick: 0,
        speed: clock.speed(),
        demo,
        warming_up: *warming_up.borrow(),
        store_down: false,
        feeds: notes.collect(),
        notices: Arc::default(),
    }
}

fn lines_of(metrics: Arc<Metrics>) -> MetricsSource {
    Arc::new(move |out| metrics.write(out))
}

fn store_lines(store: &Store) -> MetricsSource {
    let writer = store.writer();
    Arc::new(move |out| {
        use std::fmt::Write as _;
        let status = writer.status();
        for (name, kind, value) in [
            ("jolda_store_rows_waiting", "gauge", status.waiting_rows as u64),
            ("jolda_store_spilled_bytes", "gauge", status.spilled_bytes),
            ("jolda_store_rows_written_total", "counter", status.written_rows),
            ("jolda_store_rows_lost_total", "counter", status.lost_rows),
            ("jolda_store_rows_refused_total", "counter", status.refused_rows),
        ] {
            let _ = writeln!(out, "# TYPE {name} {kind}\n{name} {value}");
        }
    })
}

/// The address goes to standard output, for people and scripts; the log goes to standard error.
fn tell_address(listener: &TcpListener) -> Result<()> {
    use std::io::Write as _;
    let address = listener.local_addr()?;
    let host =
        if address.ip().is_unspecified() { "127.0.0.1".into() } else { address.ip().to_string() };
    let host = if address.is_ipv6() && host.contains(':') { format!("[{host}]") } else { host };
    let mut out = std::io::stdout();
    writeln!(out, "Jolda is at http://{host}:{}/", address.port())?;
    out.flush()?;
    Ok(())
}

async fn serve_until(
    listener: TcpListener,
    app: axum::Router,
    limits: &HttpLimits,
    stop: CancellationToken,
) {
    let told = stop.clone();
    tokio::select! {
        () = http::serve(listener, app, limits, async move { told.cancelled().await }) => {}
        () = async { stop.cancelled().await; tokio::time::sleep(DRAIN).await } => {
            tracing::warn!("some requests did not end in time");
        }
    }
}
