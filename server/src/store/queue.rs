//! What waits to be written, oldest first: first the spill file, then memory.

use super::load::Load;
use super::spill::{Peeked, Spill};

/// Rows of one transaction, about. Larger ones hold locks longer and win nothing.
pub(super) const TRANSACTION_ROWS: usize = 20_000;

/// The order of writes, in memory as long as the database keeps up.
pub(super) struct Queue {
    /// Older than what is on disk; empty but for the rare case that `put_back` describes.
    front: Load,
    memory: Load,
    spill: Spill,
    /// Something waits on disk: what is newer must go behind it.
    spilling: bool,
    memory_rows_max: usize,
    rows_lost: u64,
}

/// The oldest rows, being written.
pub(super) enum Head {
    Memory(Load),
    Disk(Peeked),
}

impl Head {
    pub fn load(&self) -> &Load {
        match self {
            Self::Memory(load) => load,
            Self::Disk(peeked) => &peeked.load,
        }
    }
}

impl Queue {
    pub fn new(spill: Spill, memory_rows_max: usize) -> Self {
        let spilling = !spill.is_empty();
        Self {
            front: Load::default(),
            memory: Load::default(),
            spill,
            spilling,
            memory_rows_max,
            rows_lost: 0,
        }
    }

    /// Rows that wait.
    pub fn rows(&self) -> usize {
        self.front.rows() + self.memory.rows() + self.spill.rows()
    }

    /// Bytes that wait on disk.
    pub fn spilled_bytes(&self) -> u64 {
        self.spill.bytes()
    }

    /// Rows for which there was no place left, in memory or on disk, since this was asked last.
    pub fn take_rows_lost(&mut self) -> u64 {
        std::mem::take(&mut self.rows_lost)
    }

    /// Puts `load` behind everything else.
    pub fn accept(&mut self, load: Load) {
        if self.spilling || self.memory.rows() + load.rows() > self.memory_rows_max {
            self.move_to_disk();
        }
        if self.memory.rows() + load.rows() <= self.memory_rows_max {
            self.memory.append(load);
            if self.spilling {
                self.move_to_disk();
            }
            return;
        }
        // The disk has no place either, or one load is larger than memory may hold.
        match self.spill.append(&load) {
            Ok(()) => self.spilling = true,
            Err(error) => {
                self.rows_lost += load.rows() as u64;
                tracing::error!(%error, rows = load.rows(), "rows of the record are lost: the database \
                    is gone, memory is full and the spill file cannot take them");
            }
        }
    }

    /// Puts what is in memory on disk, where a killed process does not lose it.
    pub fn move_to_disk(&mut self) {
        if self.memory.rows() == 0 {
            return;
        }
        match self.spill.append(&self.memory) {
            Ok(()) => {
                self.memory = Load::default();
                self.spilling = true;
            }
            Err(error) => tracing::warn!(%error, "rows cannot be put on disk and wait in memory"),
        }
    }

    /// The oldest rows, for one transaction; `None` when nothing waits.
    pub fn head(&mut self) -> Option<Head> {
        if self.front.rows() > 0 {
            return Some(Head::Memory(std::mem::take(&mut self.front)));
        }
        if self.spilling {
            match self.spill.peek(TRANSACTION_ROWS) {
                Ok(Some(peeked)) => return Some(Head::Disk(peeked)),
                Ok(None) => self.spilling = false,
                Err(error) => {
                    tracing::error!(%error, "the spill file cannot be read");
                    return None;
                }
            }
        }
        (self.memory.rows() > 0).then(|| Head::Memory(std::mem::take(&mut self.memory)))
    }

    /// `head` is in the database.
    pub fn written(&mut self, head: &Head) {
        if let Head::Disk(peeked) = head {
            self.spill.take(peeked);
            self.spilling = !self.spill.is_empty();
        }
    }

    /// `head` could not be written: it waits again, before all others, on disk if it can.
    pub fn put_back(&mut self, head: Head) {
        if let Head::Memory(mut load) = head {
            if self.spilling {
                // Newer rows went to disk while these were being written.
                self.front = load;
            } else {
                load.append(std::mem::take(&mut self.memory));
                self.memory = load;
            }
        }
        self.move_to_disk();
    }
}
