//! A feed that does not answer, or whose data are old.

use super::FlowConfig;
use super::coverage::Coverage;
use super::incident::{Book, Key, blank};
use crate::event::{Effect, IncidentKind};
use crate::time::EpochS;

/// Opens and closes `FeedDown`.
pub(super) fn detect(
    config: &FlowConfig,
    now: EpochS,
    coverage: &Coverage,
    book: &mut Book,
    effects: &mut Vec<Effect>,
) {
    for health in coverage.health() {
        let key = Key::FeedDown(health.feed);
        if let Some(since) = health.down_since {
            let mut incident = blank(IncidentKind::FeedDown, since);
            incident.feed = Some(health.feed);
            incident.value = (now - since) as f64;
            if let Some(open) = book.get_mut(key) {
                open.value = incident.value;
            } else {
                book.open(config, |_| key, incident, effects);
            }
        } else {
            book.close(key, now, effects);
        }
    }
}
