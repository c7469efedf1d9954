//! The thread that keeps raw bytes: nothing on the hot path waits for the disk.

use super::keep::Keeper;
use super::settings::KeepSettings;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use transit::EpochS;

/// Bodies that may wait for the disk; beyond it the newest is not kept, counted.
const WAITING_MAX: usize = 32;

struct Body {
    feed_id: String,
    received_at: EpochS,
    bytes: Bytes,
}

/// Where feeds leave their bytes.
#[derive(Clone, Debug)]
pub struct KeepHandle {
    sender: SyncSender<Body>,
    not_kept: Arc<AtomicU64>,
}

impl KeepHandle {
    /// Starts the thread; it ends when the last handle is dropped. `None` if settings say that nothing is kept.
    pub fn start(settings: &KeepSettings, folder: PathBuf) -> std::io::Result<Option<Self>> {
        if !settings.enabled {
            return Ok(None);
        }
        let limit = settings.limit_bytes;
        let (sender, bodies) = sync_channel::<Body>(WAITING_MAX);
        std::thread::Builder::new().name("keep".into()).spawn(move || {
            let mut keepers: BTreeMap<String, Keeper> = BTreeMap::new();
            let mut failing = false;
            for body in bodies {
                let keeper = keepers
                    .entry(body.feed_id)
                    .or_insert_with_key(|feed_id| Keeper::new(&folder, feed_id, limit));
                let kept = keeper.keep(body.received_at, &body.bytes);
                if let (Err(error), false) = (&kept, failing) {
                    let folder = folder.display();
                    tracing::warn!(%error, %folder, "raw feed bytes cannot be kept for replay");
                }
                failing = kept.is_err();
            }
        })?;
        Ok(Some(Self { sender, not_kept: Arc::default() }))
    }

    /// Leaves a body to be kept.
    pub fn keep(&self, feed_id: &str, received_at: EpochS, bytes: &Bytes) {
        let body = Body { feed_id: feed_id.to_owned(), received_at, bytes: bytes.clone() };
        if self.sender.try_send(body).is_err() {
            self.not_kept.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Bodies that were not kept because the disk was too slow.
    pub fn not_kept(&self) -> u64 {
        self.not_kept.load(Ordering::Relaxed)
    }
}
