//! The server, its clock, its feeds.

use serde::{Deserialize, Serialize};

wire! {
    /// The server, its clock and its city. `GET /api/v1/status`.
    pub struct Status {
        /// The server's now. In the demo the demo city's own clock.
        pub at: i64,
        /// Agency time zone, IANA name.
        pub zone: String,
        /// Seconds that `zone` is ahead of UTC at `at`.
        pub utc_offset_s: i32,
        /// Agency or city name.
        pub agency_name: String,
        /// True for the simulated city.
        pub demo: bool,
        /// Seconds of the city's clock for each second of ours; 1 outside the demo.
        pub speed: f64,
        /// True while the demo's history is still being made or the store catches up.
        pub warming_up: bool,
        /// True when nothing can be written to the record just now; the map goes on.
        pub store_down: bool,
        /// Where the map starts: west, south, east, north, degrees.
        pub bounds: Option<[f64; 4]>,
        /// Health of each feed.
        pub feeds: Vec<Feed>,
    }

    /// `GET /api/v1/feeds`.
    pub struct FeedList {
        /// When.
        pub at: i64,
        /// All.
        pub feeds: Vec<Feed>,
    }

    /// Health of a feed.
    pub struct Feed {
        /// Its name in the settings.
        pub feed_id: String,
        /// `header.timestamp` of the last good dataset.
        pub header_at: Option<i64>,
        /// When that was received.
        pub received_at: Option<i64>,
        /// Positions accepted since the start.
        pub accepted: u64,
        /// Refused since the start, by reason.
        pub rejected: std::collections::BTreeMap<String, u64>,
        /// Failed fetches in a row.
        pub failures_in_row: u32,
        /// The last failure, in words.
        pub last_error: Option<String>,
        /// Of the positions that name a trip, how many were matched.
        pub matched_share: Option<f32>,
        /// Median age of positions.
        pub age_s: Option<i32>,
        /// Alarms are suppressed because of it.
        pub down: bool,
        /// When the newest of its positions was measured.
        pub newest_at: Option<i64>,
        /// What is wrong with it, if anything is.
        pub trouble: Option<FeedTrouble>,
        /// It tells alerts alone: no vehicle is missed while it is silent.
        pub alerts_only: bool,
    }
}

/// What is wrong with a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FeedTrouble {
    /// It does not answer, or answers with a dataset of long ago.
    NotRenewed,
    /// It answers, and repeats old positions; not `down` at night, when nobody misses newer ones.
    OldPositions,
    /// It answers, and gives no positions, though the timetable has vehicles on the road.
    NoPositions,
    /// Too many of its positions are old.
    PartlyOld,
}

impl Feed {
    /// It tells of vehicles, has answered with news and is not down: what it does not show did not happen.
    pub fn is_heard(&self) -> bool {
        !self.alerts_only && !self.is_silent()
    }

    /// It should tell of vehicles and does not: what it does not show is not known.
    pub fn is_silent(&self) -> bool {
        let repeats = self.trouble == Some(FeedTrouble::OldPositions);
        !self.alerts_only && (self.down || repeats || self.received_at.is_none())
    }
}
