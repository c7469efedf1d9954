//! What the record says of one stop.

use super::{Reads, unreadable};
use crate::problem::ProblemResponse;
use crate::record::VisitRow;
use crate::store::Window;
use transit::EpochS;

/// Most visits of one answer.
const VISITS_MAX: u32 = 200;

impl Reads {
    /// Visits of a stop from `from` to before `to`, of one route or of all, by time.
    pub async fn visits_at_stop(
        &self,
        stop_id: &str,
        route_id: Option<&str>,
        (from, to): (EpochS, EpochS),
    ) -> Result<Vec<VisitRow>, ProblemResponse> {
        let window = Window { from, to };
        let visits = self.store.visits_at_stop(stop_id, route_id, window, VISITS_MAX).await;
        visits.map_err(|error| unreadable(&error))
    }
}
