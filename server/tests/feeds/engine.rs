//! The engine's task: what it tells of feeds and timetables, and what it leaves in the record.

use crate::world;
use server::clock::Clock;
use server::engine::{Engine, EngineSettings, Metrics, Outlets, Watch};
use server::feed::{Part, Update, decode};
use server::published::Published;
use server::store::{Store, StoreSettings};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use transit::ids::FeedIdx;
use transit::timetable::load::LoadLimits;
use transit::{EpochS, MonitorConfig, Timetable};

const FEED: FeedIdx = FeedIdx(0);

struct Room {
    updates: mpsc::Sender<Update>,
    pictures: watch::Receiver<Arc<Published>>,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
    store: Store,
    _dir: tempfile::TempDir,
}

impl Room {
    async fn open(timetable: &Arc<Timetable>, now: EpochS) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", dir.path().join("record.sqlite").display());
        let store = Store::open(&url, StoreSettings::default()).await.unwrap();
        let config = MonitorConfig::default();
        let watch = Watch::new(Arc::clone(timetable), config, vec!["buses".into()], "start".into());
        let first = Published {
            snapshot: Arc::new(watch.snapshot(now)),
            epoch: 7,
            start: "start".into(),
            tick: 0,
            speed: 1.0,
            demo: false,
            warming_up: false,
            store_down: false,
            feeds: Vec::new(),
            notices: Arc::default(),
        };
        let (published, pictures) = watch::channel(Arc::new(first));
        let (_, warming_up) = watch::channel(false);
        let outlets = Outlets { published, writer: store.writer(), warming_up };
        let settings =
            EngineSettings { tick: Duration::from_millis(20), demo: false, alerts_only: vec![] };
        let clock = Clock::of_city(now, 1.0);
        let engine = Engine::new(watch, clock, settings, outlets, Arc::<Metrics>::default(), 7);
        let (updates, inbox) = mpsc::channel(8);
        let stop = CancellationToken::new();
        let task = tokio::spawn(engine.run(inbox, stop.clone()));
        Self { updates, pictures, stop, task, store, _dir: dir }
    }

    async fn tell(&self, update: Update) {
        self.updates.send(update).await.unwrap();
    }

    /// The first picture that `holds`.
    async fn until(&mut self, holds: impl FnMut(&Arc<Published>) -> bool) -> Arc<Published> {
        let wait = self.pictures.wait_for(holds);
        Arc::clone(&tokio::time::timeout(Duration::from_secs(20), wait).await.unwrap().unwrap())
    }

    async fn until_error(&mut self, error: Option<&str>) {
        let error = error.map(str::to_owned);
        self.until(|p| p.feeds.first().is_some_and(|f| f.last_error == error)).await;
    }
}

fn dataset(part: Part, body: &[u8]) -> Update {
    let dataset = Arc::new(decode(body).unwrap());
    Update::Dataset { feed: FEED, part, dataset, decode: Duration::ZERO, bytes: body.len() }
}

fn failed(part: Part, error: &str) -> Update {
    Update::Failed { feed: FEED, part, error: error.to_owned() }
}

#[tokio::test]
async fn failures_are_told_the_worst_first_and_forgiven() {
    let (_, timetable) = world::city();
    let now = timetable.origin(simulator::city::DEMO_DATE) + 8 * 3_600;
    let body = world::messages(&timetable, &[now]).remove(0);
    let mut room = Room::open(&timetable, now).await;
    room.tell(failed(Part::TripUpdates, "the server answered 503")).await;
    room.until_error(Some("trip-updates: the server answered 503")).await;
    room.tell(failed(Part::Main, "no connection")).await;
    room.until_error(Some("no connection")).await;
    room.tell(dataset(Part::Main, &body)).await;
    room.until_error(Some("trip-updates: the server answered 503")).await;
    room.tell(dataset(Part::TripUpdates, &world::small_message(now as u64))).await;
    room.until_error(None).await;
    let picture = room.until(|p| p.snapshot.vehicles.len() > 100).await;
    assert!(picture.snapshot.feeds[0].accepted > 100);

    room.tell(Update::TimetableRefused { error: "timetable: no zip".into() }).await;
    room.until_error(Some("timetable: no zip")).await;
    let zip = simulator::city::almaty_with(simulator::city::Measure::KamenskoyeReinforced);
    let (new, _) = Timetable::from_zip(&zip.unwrap(), LoadLimits::default()).unwrap();
    room.tell(Update::Timetable(Arc::new(new))).await;
    room.until_error(None).await;
    let after = room.until(|p| p.epoch == 8).await;
    assert_eq!(after.snapshot.vehicles.len(), picture.snapshot.vehicles.len(), "the fleet stays");
}

#[tokio::test]
async fn the_last_rows_are_in_the_record_when_it_stops() {
    let (_, timetable) = world::city();
    let start = timetable.origin(simulator::city::DEMO_DATE) + 8 * 3_600;
    let times: Vec<_> = (0..30).map(|i| start + i * 20).collect();
    let room = Room::open(&timetable, start + 600).await;
    for body in world::messages(&timetable, &times) {
        room.tell(dataset(Part::Main, &body)).await;
    }
    // Everything that was told is applied before the sender is gone.
    drop(room.updates);
    room.task.await.unwrap();
    room.store.writer().flush().await.unwrap();
    assert!(room.store.writer().status().written_rows > 100);
    room.stop.cancel();
    room.store.close().await;
}
