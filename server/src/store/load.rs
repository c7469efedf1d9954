//! What the writer writes in one transaction.

use crate::record::Batch;
use serde::{Deserialize, Serialize};

/// Rows for the record and entries of `meta`, written together or not at all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Load {
    pub batch: Batch,
    pub meta: Vec<(String, String)>,
}

impl Load {
    pub fn rows(&self) -> usize {
        self.batch.rows() + self.meta.len()
    }

    pub fn append(&mut self, later: Load) {
        self.batch.append(later.batch);
        self.meta.extend(later.meta);
    }

    /// Two halves, in order; used to find the row that the database will not have.
    pub fn halves(mut self) -> (Load, Load) {
        let mut left = self.rows() / 2;
        let first = Load {
            batch: Batch {
                visits: front(&mut self.batch.visits, &mut left),
                headways: front(&mut self.batch.headways, &mut left),
                intensity: front(&mut self.batch.intensity, &mut left),
                incidents: front(&mut self.batch.incidents, &mut left),
                feed_health: front(&mut self.batch.feed_health, &mut left),
                tracks: front(&mut self.batch.tracks, &mut left),
            },
            meta: front(&mut self.meta, &mut left),
        };
        (first, self)
    }
}

fn front<T>(rows: &mut Vec<T>, left: &mut usize) -> Vec<T> {
    let count = rows.len().min(*left);
    *left -= count;
    let rest = rows.split_off(count);
    std::mem::replace(rows, rest)
}
