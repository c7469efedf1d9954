//! What readers of the live map are given.

use crate::grid::Fleet;
use api::live::{Subscription, TOPICS_MAX};
use server::engine::Watch;
use server::live::{Format, Hub, LiveLimits, Subscriptions};
use server::published::Published;
use server::view::{Language, TimetableViews};
use std::collections::BTreeSet;
use std::sync::Arc;
use transit::{MonitorConfig, Snapshot};

/// Zoom of the tiles that are read.
const ZOOM: u32 = 12;

/// A Monitor that has seen nothing yet.
pub fn watch(fleet: &Fleet) -> Watch {
    let feeds = vec!["buses".to_owned()];
    let config = MonitorConfig { max_vehicles: usize::MAX, ..MonitorConfig::default() };
    Watch::new(Arc::clone(&fleet.timetable), config, feeds, "bench".to_owned())
}

/// A snapshot as the engine publishes it.
pub fn published(snapshot: Snapshot, tick: u32) -> Arc<Published> {
    Arc::new(Published {
        snapshot: Arc::new(snapshot),
        epoch: 1,
        start: "bench".into(),
        tick,
        speed: 1.0,
        demo: false,
        warming_up: false,
        store_down: false,
        feeds: Vec::new(),
        notices: Arc::default(),
    })
}

/// The tiles of a city view with a vehicle in them.
pub fn tiles(snapshot: &Snapshot) -> Vec<Subscription> {
    let n = f64::from(1_u32 << ZOOM);
    let names: BTreeSet<String> = snapshot
        .vehicles
        .iter()
        .map(|v| {
            let lat = v.place.lat.to_radians();
            let x = ((v.place.lon + 180.0) / 360.0 * n) as u32;
            let y = ((1.0 - lat.tan().asinh() / std::f64::consts::PI) / 2.0 * n) as u32;
            format!("tile/{ZOOM}/{x}/{y}")
        })
        .collect();
    names.into_iter().map(|topic| Subscription { topic, cursor: None }).collect()
}

/// A hub that shows `first`, each of whose occupied tiles has a reader where `read`.
pub fn hub(first: &Arc<Published>, read: bool) -> (Arc<Hub>, Vec<Subscriptions>) {
    let (_, publications) = tokio::sync::watch::channel(Arc::clone(first));
    let limits = LiveLimits { topics: usize::MAX, ..LiveLimits::default() };
    let hub = Hub::new(publications, Arc::new(TimetableViews::default()), limits);
    let tiles = if read { tiles(&first.snapshot) } else { Vec::new() };
    let reader = |tiles: &[Subscription]| {
        let mut reader =
            Subscriptions::new(Arc::clone(&hub), Language::default(), Format::default());
        reader.set(tiles);
        reader.collect();
        reader
    };
    let readers = tiles.chunks(TOPICS_MAX).map(reader).collect();
    (hub, readers)
}
