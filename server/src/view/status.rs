//! The server, its clock and its feeds on the wire.

use super::View;
use api::{Feed, FeedList, Status};
use transit::RejectReason;
use transit::monitor::FeedTrouble;

impl View {
    /// The server, its clock and its city.
    pub fn status(&self) -> Status {
        let (timetable, at) = (self.timetable(), self.snapshot().at);
        let offset =
            jiff::Timestamp::from_second(at).map_or(0, |t| timetable.zone.to_offset(t).seconds());
        Status {
            at,
            zone: timetable.zone.iana_name().unwrap_or("UTC").to_owned(),
            utc_offset_s: offset,
            agency_name: self.translated(&timetable.agency_name).to_owned(),
            demo: self.published.demo,
            speed: self.published.speed,
            warming_up: self.published.warming_up,
            store_down: self.published.store_down,
            bounds: self.fixed.bounds.map(|b| [b.west, b.south, b.east, b.north]),
            feeds: self.feeds().feeds,
        }
    }

    /// Health of all feeds.
    pub fn feeds(&self) -> FeedList {
        let snapshot = self.snapshot();
        // A feed that was never heard of is told as well.
        let count = snapshot.feeds.len().max(self.published.feeds.len());
        FeedList { at: snapshot.at, feeds: (0..count).map(|i| self.feed(i)).collect() }
    }

    fn feed(&self, index: usize) -> Feed {
        let state = self.snapshot().feeds.get(index).cloned().unwrap_or_default();
        let note = self.published.feeds.get(index);
        let alerts = note.and_then(|n| n.alerts_heard);
        let rejected = RejectReason::ALL.iter().zip(state.rejected).filter(|(_, count)| *count > 0);
        Feed {
            feed_id: self.feed_id(index),
            header_at: alerts.map_or(state.header_at, |a| a.header_at),
            received_at: alerts.map_or(state.received_at, |a| a.received_at),
            accepted: state.accepted,
            rejected: rejected.map(|(reason, count)| (reason.name().to_owned(), count)).collect(),
            failures_in_row: state.failures_in_row,
            last_error: note.and_then(|n| n.last_error.clone()),
            matched_share: state.matched_share,
            age_s: state.age_s,
            down: state.down,
            newest_at: state.newest_at,
            trouble: state.trouble.map(trouble),
            alerts_only: alerts.is_some(),
        }
    }

    /// A feed's name in the settings.
    pub(super) fn feed_id(&self, index: usize) -> String {
        let note = self.published.feeds.get(index);
        note.map_or_else(|| format!("feed-{index}"), |n| n.feed_id.clone())
    }
}

const fn trouble(trouble: FeedTrouble) -> api::FeedTrouble {
    match trouble {
        FeedTrouble::NotRenewed => api::FeedTrouble::NotRenewed,
        FeedTrouble::OldPositions => api::FeedTrouble::OldPositions,
        FeedTrouble::NoPositions => api::FeedTrouble::NoPositions,
        FeedTrouble::PartlyOld => api::FeedTrouble::PartlyOld,
    }
}
