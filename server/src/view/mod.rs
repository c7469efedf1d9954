//! The one place where the core's words become wire words: a published picture seen in a reader's language.
//!
//! `http` and `live` both speak through [`View`], so that a bus reads the same on a page, in JSON and on the
//! WebSocket.

mod alerts;
mod fold;
mod glide;
mod incidents;
mod language;
mod line;
mod routes;
mod search;
mod segments;
mod status;
mod stops;
mod timetable;
mod vehicles;

pub use fold::fold;
pub use glide::expected_speed_mps;
pub use incidents::incident_kind;
pub use language::Language;
pub use line::encode_line_e5;
pub use search::SEARCH_HITS_MAX;
pub use segments::SegmentFilter;
pub use timetable::{TimetableView, TimetableViews};
pub use vehicles::VehicleFilter;

use crate::published::Published;
use std::sync::Arc;
use transit::{HeadwayStatus, Snapshot, Timetable};

/// A published picture in a language. Cheap to make and to clone: two counters.
#[derive(Clone, Debug)]
pub struct View {
    /// What the engine published.
    pub published: Arc<Published>,
    /// What is fixed for the life of its timetable.
    pub fixed: Arc<TimetableView>,
    /// The reader's language.
    pub language: Language,
}

impl View {
    /// What the Monitor knows.
    #[inline]
    pub fn snapshot(&self) -> &Snapshot {
        &self.published.snapshot
    }

    /// The same, to be kept.
    pub fn timetable_arc(&self) -> &Arc<Timetable> {
        &self.published.snapshot.timetable
    }

    /// The timetable of the picture.
    #[inline]
    pub fn timetable(&self) -> &Timetable {
        &self.published.snapshot.timetable
    }

    /// `text` in the reader's language.
    pub fn translated<'a>(&'a self, text: &'a str) -> &'a str {
        self.timetable().translated(text, self.language.code())
    }
}

/// A box on the ground, degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// West, degrees.
    pub west: f64,
    /// South, degrees.
    pub south: f64,
    /// East, degrees; not less than `west`.
    pub east: f64,
    /// North, degrees; not less than `south`.
    pub north: f64,
}

impl Bounds {
    /// Whether `place` lies in it, the edges included.
    #[inline]
    pub fn contains(&self, place: transit::LatLon) -> bool {
        place.lat >= self.south
            && place.lat <= self.north
            && place.lon >= self.west
            && place.lon <= self.east
    }

    /// Whether the box about two places has a part in it.
    #[inline]
    pub fn meets(&self, a: transit::LatLon, b: transit::LatLon) -> bool {
        a.lat.max(b.lat) >= self.south
            && a.lat.min(b.lat) <= self.north
            && a.lon.max(b.lon) >= self.west
            && a.lon.min(b.lon) <= self.east
    }
}

/// The band on the wire.
pub const fn headway_status(status: HeadwayStatus) -> api::HeadwayStatus {
    match status {
        HeadwayStatus::Unknown => api::HeadwayStatus::Unknown,
        HeadwayStatus::VeryBunched => api::HeadwayStatus::VeryBunched,
        HeadwayStatus::Bunched => api::HeadwayStatus::Bunched,
        HeadwayStatus::Even => api::HeadwayStatus::Even,
        HeadwayStatus::Gapped => api::HeadwayStatus::Gapped,
        HeadwayStatus::VeryGapped => api::HeadwayStatus::VeryGapped,
    }
}

/// The text, or `None` where a feed left it empty.
fn non_empty(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
