//! Drives buses over a timetable, from a seed, with the truth known. Pure: time is an argument.
//!
//! [`World`] is a discrete-event simulation: a vehicle wakes when it comes to a stop, and between two stops
//! its place is a closed formula of time. So a day of a city takes a fraction of a second, and the reports
//! at an instant are the same whatever steps led there. Randomness is drawn from streams named after the
//! ids of the feed: another timetable that leaves a route as it was leaves the route's days as they were.

pub mod city;
mod config;
mod drive;
pub mod gtfs;
mod motion;
pub mod network;
mod noise;
mod plan;
pub mod predictions;
mod reports;
mod schedule;
pub mod score;
mod slots;
mod trouble;
mod truth;
mod vehicle;
mod watch;
mod world;
pub mod worlds;

pub use config::{
    Detour, FeedManner, Gps, Operation, Passengers, PlannedBreakdown, RouteTrouble, Traffic,
    TripNaming, WorldConfig,
};
pub use truth::{
    Happening, HappeningKind, MissingReason, TRUTH_LIMIT, TrueVisit, Truth, VehicleNo,
};
pub use world::World;
