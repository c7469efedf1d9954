//! What the buses do: the pure core of Jolda.
//!
//! Events go in, effects come out; there is no clock, no I/O and no thread in here. The same events give
//! the same effects, to the byte. Bad data is never an error: it is a counted [`RejectReason`].

pub mod check;
pub mod event;
pub mod flow;
pub mod ids;
pub mod monitor;
pub mod place;
pub mod predict;
pub mod time;
pub mod timetable;

pub use event::{
    Effect, Event, Headway, HeadwayStatus, Incident, IncidentKind, Intensity, PastVisit,
    RejectReason, ScheduleRelationship, StopTimeUpdate, StopVisit, TripDescriptor, TripUpdate,
    VehiclePosition,
};
pub use monitor::{Monitor, MonitorConfig, Snapshot};
pub use place::{LatLon, Polyline};
pub use time::{EpochS, ServiceDate};
pub use timetable::{Timetable, TripInstance};
