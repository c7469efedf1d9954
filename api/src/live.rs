//! The live protocol of `/api/v1/live`.
//!
//! The reader sends [`ClientMessage`] as JSON text. The server sends, on each tick that has news, one binary
//! message: a sequence of frames, each a little-endian `u32` length and that many bytes of postcard
//! [`Frame`]. With `?format=json` it sends one text message with a JSON array of the same frames.
//!
//! A topic of vehicles starts with a snapshot; after it come deltas, each `seq` one more than the last. A
//! binary delta says of a vehicle that only moved what differs from the frame before ([`pack`]); in JSON a
//! vehicle is always said in full. A reader that returns gives its last cursor and gets the missed deltas, or
//! a snapshot when too much has passed; a topic that is followed already goes back to the cursor given.
//! `epoch` changes when the server starts or loads a timetable: then all topics start anew. A slow reader
//! skips to the newest state, as a snapshot. Boards, incidents and the status are whole: each frame replaces
//! the one before.
//!
//! Topics:
//! - `tile/{z}/{x}/{y}`: vehicles in a slippy-map tile; `z` is [`TILE_ZOOM`] or [`TILE_ZOOM_WIDE`].
//! - `route/{route_id}`: the ladder of a route: its vehicles, all directions.
//! - `stop/{stop_id}`: the board of a stop.
//! - `incidents`: open incidents.
//! - `status`: clock and feed health.

use crate::resources::{HeadwayStatus, Incident, Status, StopDetail};
use serde::{Deserialize, Serialize};

pub mod pack;

/// Version of this protocol.
pub const PROTOCOL: u16 = 2;
/// Zoom of the tiles of a street or city view.
pub const TILE_ZOOM: u8 = 12;
/// Zoom of the tiles of a regional view.
pub const TILE_ZOOM_WIDE: u8 = 8;
/// Most topics of one reader.
pub const TOPICS_MAX: usize = 128;
/// The server sends something at least this often, seconds; a reader that hears nothing for three times as
/// long reconnects.
pub const HEARTBEAT_S: u64 = 10;

/// What a reader says. JSON text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientMessage {
    /// From now on exactly these topics: those not named are dropped, those kept go on without a snapshot.
    Subscribe {
        /// Topic and, to resume, where the reader stands.
        topics: Vec<Subscription>,
    },
    /// Asks for a heartbeat at once.
    Ping,
}

/// One topic of a subscription.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subscription {
    /// See the module.
    pub topic: String,
    /// The last frame that the reader has.
    #[serde(default)]
    pub cursor: Option<Cursor>,
}

/// A place in a topic's stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Of the server's start and timetable.
    pub epoch: u32,
    /// Of the topic's frame.
    pub seq: u32,
}

/// One topic's news.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Topic; empty for the connection's own frames (heartbeat, error).
    pub topic: String,
    /// See the module.
    pub cursor: Cursor,
    /// The server's (in the demo the city's) now.
    pub at: i64,
    /// The news.
    pub body: Body,
}

/// What a frame says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// All vehicles of a tile or a route.
    Snapshot(Vec<LiveVehicle>),
    /// What changed since the frame before; only in JSON.
    Delta {
        /// New or moved, with all their fields; `identity` only if it is new or changed.
        changed: Vec<LiveVehicle>,
        /// Left the topic (by `vehicle`).
        gone: Vec<u32>,
    },
    /// The whole board.
    Board(Box<StopDetail>),
    /// All open incidents and the last hour's.
    Incidents(Vec<Incident>),
    /// Clock and feeds.
    Status(Box<Status>),
    /// Nothing new, all is well.
    Heartbeat,
    /// The topic cannot be had; in words.
    Error(String),
    /// What changed since the frame before; only in binary.
    Packed {
        /// New, or with another identity, in full.
        changed: Vec<LiveVehicle>,
        /// Those that only moved.
        moved: pack::Moved,
        /// Left the topic (by `vehicle`).
        gone: Vec<u32>,
    },
}

/// A vehicle on the move. Integers, so that a delta is small.
///
/// While a vehicle follows its line, what differs from the last that was said by less than this is not said
/// again: its place 8 m, its bearing 10°, its expected speed 1 m/s (but standing still is), its deviation and,
/// within one band, its headway 10 s.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveVehicle {
    /// Number of the vehicle for the life of the epoch.
    pub vehicle: u32,
    /// Who it is; in deltas only when new or changed.
    pub identity: Option<Box<Identity>>,
    /// Degrees × 1e6, in steps of [`pack::PLACE_UNIT_E6`].
    pub lat_e6: i32,
    /// Degrees × 1e6, likewise.
    pub lon_e6: i32,
    /// Degrees clockwise from north / 2; 255 unknown.
    pub bearing_half_deg: u8,
    /// When it was measured; never after the frame's `at`.
    pub measured_at: i64,
    /// Metres along the pattern of `identity`; `None` when not matched.
    pub along_m: Option<u32>,
    /// Expected speed along the shape until the next report, dm/s: by it the page moves the marker.
    pub speed_dmps: u16,
    /// Index of its next stop in the pattern (the one that it is at); `None` when not matched.
    pub next_stop_position: Option<u16>,
    /// Seconds late.
    pub schedule_deviation_s: Option<i32>,
    /// Seconds behind the leader.
    pub headway_s: Option<i32>,
    /// The plan.
    pub scheduled_headway_s: Option<i32>,
    /// The band.
    pub headway_status: HeadwayStatus,
    /// Bit 0: at a stop; 1: layover; 2: off route; 3: trip inferred; 4: stale, no report for 3 min.
    pub flags: u8,
}

/// Bits of [`LiveVehicle::flags`].
pub mod flags {
    /// At a stop.
    pub const AT_STOP: u8 = 1;
    /// Between trips.
    pub const LAYOVER: u8 = 2;
    /// Away from its line.
    pub const OFF_ROUTE: u8 = 4;
    /// The trip was inferred.
    pub const INFERRED: u8 = 8;
    /// No report for 3 minutes.
    pub const STALE: u8 = 16;
}

/// Who a vehicle is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// `vehicle.id`.
    pub vehicle_id: String,
    /// What people see on the bus.
    pub label: Option<String>,
    /// Route.
    pub route_id: Option<String>,
    /// `route_short_name`.
    pub route_short_name: Option<String>,
    /// Direction.
    pub direction_id: Option<u8>,
    /// Where it goes.
    pub headsign: Option<String>,
    /// Trip.
    pub trip_id: Option<String>,
    /// Pattern, for its line: `GET /api/v1/patterns/{pattern_id}`.
    pub pattern_id: Option<u32>,
}
