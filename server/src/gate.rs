//! Who writes to SQLite next.
//!
//! SQLite has one writer at a time and lets the others ask again and again: who writes much starves who writes
//! little. The writers of one process stand in line here instead, first come, first served; each holds the gate
//! for one short transaction.

use std::sync::Arc;
use tokio::sync::{Mutex, MutexGuard};

/// The gate before one SQLite file. Cheap to clone; without writers beside it nobody waits.
#[derive(Clone, Debug, Default)]
pub struct WriteGate(Arc<Mutex<()>>);

impl WriteGate {
    /// Waits until those who came before have gone through; the gate opens again when what it gave is dropped.
    pub async fn pass(&self) -> MutexGuard<'_, ()> {
        self.0.lock().await
    }
}
