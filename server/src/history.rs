//! What the record knows of past days goes to the engine, so that predictions need not begin anew at each
//! start. It goes while the server serves already: the newest days first, in pieces that hold up no tick.

use crate::clock::Clock;
use crate::feed::Update;
use crate::record::VisitRow;
use crate::store::Store;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use transit::time::ServiceDate;

/// Days that are read back.
const DAYS: i32 = 14;
/// Rows of a piece.
const ROWS: u32 = 5_000;
/// Reading ends after this, wherever it is: a large city's last days say enough.
const TIME: Duration = Duration::from_mins(1);
const DAY_S: i64 = 86_400;

/// The reader of the record.
pub struct History {
    /// The record.
    pub store: Store,
    /// The city's time.
    pub clock: Clock,
    /// The record is still being made.
    pub warming_up: watch::Receiver<bool>,
}

impl History {
    /// Sends the days, once the record is there.
    pub async fn send(mut self, updates: mpsc::Sender<Update>) {
        // An error means that nobody makes it any more.
        let _ = self.warming_up.wait_for(|warming| !warming).await;
        let until = self.clock.elapsed() + TIME;
        let today = ServiceDate(self.clock.now().div_euclid(DAY_S) as i32);
        let mut rows = 0;
        for back in 0..=DAYS {
            let day = crate::engine::date_number(today.plus(1 - back));
            let mut after = String::new();
            loop {
                if self.clock.elapsed() > until {
                    tracing::info!(rows, "the rest of the record is not read back");
                    return;
                }
                let mut page = match self.store.visits_of_day(day, &after, ROWS).await {
                    Ok(page) => page,
                    Err(error) => {
                        tracing::warn!(%error, "the record cannot be read back");
                        return;
                    }
                };
                let whole = page.len() < ROWS as usize;
                if !whole {
                    drop_cut_run(&mut page);
                }
                let Some(last) = page.last() else { break };
                after = last.trip_id.clone();
                rows += page.len();
                if updates.send(Update::Remembered(page)).await.is_err() {
                    return;
                }
                if whole {
                    break;
                }
            }
        }
        tracing::info!(rows, "predictions have learnt from the record");
    }
}

/// Leaves out the last trip of a page, unless there is no other.
fn drop_cut_run(page: &mut Vec<VisitRow>) {
    let Some(last) = page.last().map(|row| row.trip_id.clone()) else { return };
    let first = page.iter().position(|row| row.trip_id == last).unwrap_or(0);
    if first > 0 {
        page.truncate(first);
    }
}
