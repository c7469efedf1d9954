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
        let feeds = snapshot.feeds.iter().enumerate().map(|(i, f)| Feed {
            feed_id: self.feed_id(i),
            header_at: f.header_at,
            received_at: f.received_at,
            accepted: f.accepted,
            rejected: RejectReason::ALL
                .iter()
                .zip(f.rejected)
                .filter(|(_, count)| *count > 0)
                .map(|(reason, count)| (reason.name().to_owned(), count))
                .collect(),
            failures_in_row: f.failures_in_row,
            last_error: self.published.feeds.get(i).and_then(|n| n.last_error.clone()),
            matched_share: f.matched_share,
            age_s: f.age_s,
            down: f.down,
            newest_at: f.newest_at,
            trouble: f.trouble.map(trouble),
        });
        FeedList { at: snapshot.at, feeds: feeds.collect() }
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
