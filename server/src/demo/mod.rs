//! The demo city: a simulated agency that the server reads like any other, with a past.
//!
//! The order makes the map live at once: the morning runs through the live Monitor first, then the page opens,
//! and the days before fill the record behind it.

mod agency;
mod past;
mod voices;

pub use voices::{Hands, fill as fill_register};

use crate::clock::Clock;
use crate::config::Settings;
use crate::engine::Watch;
use crate::feed::settings::{FeedSettings, KeepSettings};
use crate::feed::timetable_source;
use crate::plans;
use crate::register;
use crate::run::{self, House};
use crate::store::Store;
use anyhow::{Context, Result};
use past::Past;
use rustc_hash::FxHasher;
use simulator::city::{DEMO_DATE, DEMO_TIME_S, almaty, demo_world};
use simulator::{World, WorldConfig};
use std::hash::Hasher as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use transit::timetable::load::LoadLimits;
use transit::{EpochS, MonitorConfig, ServiceDate, Timetable};

/// The live Monitor has seen the morning from then on, seconds of the service day: an hour of service before
/// the demo begins fills every figure of the last 60 minutes, and a bus needs its whole run to be known well.
const MORNING_S: EpochS = 5 * 3_600;
/// Between two datasets of the morning, seconds.
const MORNING_DATASET_S: EpochS = 20;
/// The feed is asked this often, seconds of city time.
const PERIOD_S: f64 = 5.0;
/// The first of the days before begins at this time of the service day, seconds: nothing runs.
const NIGHT_S: EpochS = 3 * 3_600;
/// The demo city's map in the repository.
const BASEMAP: &str = "data/almaty/basemap";
/// How far around the demo's date a day of service is looked for in another feed.
const SEARCH_DAYS: i32 = 1_500;

/// What the demo is asked for.
#[derive(Clone, Debug)]
pub struct DemoOptions {
    /// City seconds for each of ours.
    pub speed: f64,
    /// Seed of the world; the demo's own if not given.
    pub seed: Option<u64>,
    /// Days before that are in the record.
    pub days: u32,
    /// Another feed to drive than the demo city's.
    pub gtfs: Option<PathBuf>,
}

/// The simulated city.
#[derive(Clone)]
pub struct City {
    timetable: Arc<Timetable>,
    timetable_hash: u64,
    date: ServiceDate,
    seed: u64,
    days: u32,
    feed_id: String,
    world: WorldConfig,
}

impl City {
    /// `folder`: where the timetable is kept, so that evidence of its days can be told when another has come.
    fn new(options: &DemoOptions, folder: &Path) -> Result<Self> {
        let bytes = match &options.gtfs {
            Some(path) => timetable_source::read(path)?,
            None => almaty().context("the demo city cannot be made from its sources")?,
        };
        let (timetable, _) = Timetable::from_zip(&bytes, LoadLimits::default())?;
        plans::keep(folder, &timetable, &bytes).context("the timetable cannot be kept")?;
        let mut hasher = FxHasher::default();
        hasher.write(&bytes);
        let world = demo_world(&timetable);
        let seed = options.seed.unwrap_or(world.seed);
        let date = working_day(&timetable)
            .context("this feed has no working day on which anything runs")?;
        Ok(Self {
            timetable: Arc::new(timetable),
            timetable_hash: hasher.finish(),
            date,
            seed,
            days: options.days,
            feed_id: if options.gtfs.is_some() { "demo" } else { "almaty" }.to_owned(),
            world: WorldConfig { seed, ..world },
        })
    }

    fn world(&self, keep_truth: bool) -> WorldConfig {
        WorldConfig { keep_truth, ..self.world.clone() }
    }

    fn starts_at(&self) -> EpochS {
        self.timetable.origin(self.date) + DEMO_TIME_S
    }

    fn morning_from(&self) -> EpochS {
        self.timetable.origin(self.date) + MORNING_S
    }

    fn past_from(&self) -> EpochS {
        self.timetable.origin(self.date.plus(-(self.days as i32))) + NIGHT_S
    }

    /// The morning through a Monitor, up to the second at which the demo begins.
    fn morning(&self) -> (World, Watch) {
        let begin = self.morning_from();
        let end = self.starts_at();
        let mut world = World::new(Arc::clone(&self.timetable), self.world(true), begin);
        let feeds = vec![self.feed_id.clone()];
        let epoch = run::epoch_text(&Clock::of_city(end, 1.0));
        let config = MonitorConfig::default();
        let mut watch = Watch::new(Arc::clone(&self.timetable), config, feeds, epoch);
        watch.keep_tracks();
        let mut now = begin;
        while now < end {
            now = (now + MORNING_DATASET_S).min(end);
            past::step(&mut world, &mut watch, now);
        }
        (world, watch)
    }
}

/// Runs the demo until it is told to stop.
///
/// # Errors
/// What keeps it from starting.
pub async fn run(mut settings: Settings, options: DemoOptions) -> Result<()> {
    let listener = run::listen(settings.listen).await?;
    let stop = run::stop_on_signal();
    let folder = settings.data_dir.join("demo");
    std::fs::create_dir_all(&folder).with_context(|| {
        format!("cannot make the data folder {}; choose another with --data-dir", folder.display())
    })?;
    // Two demos on two ports must not write to one file.
    let file = folder.join(format!("demo-{}.sqlite", listener.local_addr()?.port()));
    settings.data_dir = folder.clone();
    settings.database_url = Some(format!("sqlite:{}", file.display()));
    settings.keep = KeepSettings { enabled: false, ..settings.keep };
    if options.gtfs.is_none() {
        settings.site.basemap_folder.get_or_insert(basemap(&settings.site.folder_found()));
    }
    // The demo's register lives as long as its database: until the next start.
    settings.register.key = register::Key::random()?;

    let measured = Clock::machine();
    let made = tokio::task::spawn_blocking(move || {
        let city = City::new(&options, &folder)?;
        let (world, watch) = city.morning();
        let past = Past::of(&folder, &city);
        past::remove_database(&file);
        let has_past = city.days == 0 || past.copy_to(&file)?;
        Ok::<_, anyhow::Error>((city, world, watch, past, has_past, options.speed))
    });
    let (city, world, watch, past, has_past, speed) = made.await??;
    let vehicles = world.vehicles_out();
    tracing::info!(vehicles, took_ms = measured.elapsed().as_millis(), "the morning has passed");

    let clock = Clock::of_city(city.starts_at(), speed);
    let address = agency::open(world, clock, stop.clone()).await?;
    settings.speed = speed;
    settings.feeds = vec![FeedSettings {
        id: city.feed_id.clone(),
        vehicle_positions: Some(format!("http://{address}/vehicle-positions.pb")),
        trip_updates: Some(format!("http://{address}/trip-updates.pb")),
        period_s: PERIOD_S,
        backoff_max_s: PERIOD_S,
        ..FeedSettings::default()
    }];
    let store = run::open_store(&settings, clock).await?;
    let (warm, warming_up) = watch::channel(!has_past);
    let maker = (!has_past).then(|| {
        let (store, stop) = (store.clone(), stop.clone());
        tokio::task::spawn_blocking(move || {
            make_past(&past, &city, &store, &stop, measured);
            // Whether it was made or not: nobody waits for it any more.
            warm.send_replace(false);
        })
    });
    let house = House { settings, clock, store, watch, warming_up, demo: true };
    let ended = house.open(listener, stop.clone(), |_| {}).await;
    stop.cancel();
    if let Some(maker) = maker {
        // It looks at `stop` between two datasets.
        let _ = tokio::time::timeout(Duration::from_secs(5), maker).await;
    }
    ended
}

/// The streets under the demo city: packed in the built site, or as they are in the repository.
fn basemap(site: &Path) -> PathBuf {
    let built = site.join("basemap");
    if built.is_dir() { built } else { BASEMAP.into() }
}

fn make_past(
    past: &Past,
    city: &City,
    store: &Store,
    stop: &tokio_util::sync::CancellationToken,
    clock: Clock,
) {
    let started = clock.elapsed();
    match past.make(city, store, &tokio::runtime::Handle::current(), stop) {
        Ok(()) if stop.is_cancelled() => {}
        Ok(()) => {
            let took_s = clock.elapsed().saturating_sub(started).as_secs();
            tracing::info!(days = city.days, took_s, "the days before are in the record");
        }
        Err(error) => {
            let error = format!("{error:#}");
            tracing::warn!(%error, "the days before could not be made; the demo goes on without");
        }
    }
}

/// The working day next to the demo's date on which nearly as much runs as ever.
fn working_day(timetable: &Timetable) -> Option<ServiceDate> {
    let mut trips = vec![0_usize; timetable.services.len()];
    for trip in &timetable.trips {
        if let Some(count) = trips.get_mut(trip.service.get()) {
            *count += 1;
        }
    }
    let runs = |date: ServiceDate| -> usize {
        timetable.services.iter().zip(&trips).filter(|(s, _)| s.runs_on(date)).map(|(_, n)| n).sum()
    };
    let mut days: Vec<_> = (-SEARCH_DAYS..=SEARCH_DAYS)
        .map(|offset| (offset.abs(), DEMO_DATE.plus(offset)))
        .filter(|(_, date)| date.weekday() < 5)
        .map(|(distance, date)| (distance, date, runs(date)))
        .filter(|(_, _, count)| *count > 0)
        .collect();
    let most = days.iter().map(|(_, _, count)| *count).max()?;
    days.retain(|(_, _, count)| *count * 10 >= most * 8);
    days.into_iter().min().map(|(_, date, _)| date)
}
